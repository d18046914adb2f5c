package xform

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"ruhu/schema"
)

// Addition is one field that phone.xml has and the uploaded form has not.
type Addition struct {
	Path string `json:"path"` // pattern path: "meta/deprecatedID", "members/row_id"
	Why  string `json:"why"`  // deprecatedID, instanceID, row-id
}

// rowField is the name of the row id field that is added to a repeat without one.
const rowField = "row_id"

// Phone derives phone.xml: the uploaded bytes with an empty deprecatedID in meta and a once(uuid()) row id in each
// repeat where they are missing, and says what it added. Nothing else is touched. It refuses what Read refuses;
// reading its answer gives the same paths as reading src.
func Phone(src []byte) ([]byte, []Addition, error) {
	r, err := read(src)
	if err != nil {
		return nil, nil, err
	}
	return r.insert(), r.added, nil
}

// addRowFields adds to the model what every phone adds, and notes where each repeat keeps its row id.
func (r *reader) addRowFields() {
	root := r.form.Root
	meta := r.nodes[root.Ref+"/meta"]
	if meta == nil {
		meta = r.add(root, "meta", "", schema.Group, nil)
	}
	if meta.Kind != schema.Group && len(meta.Children) == 0 {
		meta.Kind, meta.Type, meta.Control = schema.Group, "", ""
	}
	if r.nodes[root.Ref+"/meta/instanceID"] == nil && r.nodes[root.Ref+"/instanceID"] == nil {
		r.add(meta, "instanceID", "instanceID", schema.Question, &schema.Node{Preload: "uid", ReadOnly: "true()"})
	}
	if r.nodes[root.Ref+"/meta/deprecatedID"] == nil {
		r.add(meta, "deprecatedID", "deprecatedID", schema.Question, &schema.Node{})
	}
	var repeats []*schema.Node
	walk(root, func(_, n *schema.Node) {
		if n.Kind == schema.Repeat {
			repeats = append(repeats, n)
		}
	})
	for _, n := range repeats {
		if n.RowField = r.rowIDOf(n); n.RowField != "" {
			if field := r.nodes[localNames(n.Ref)+"/"+n.RowField]; !field.InBody {
				field.Control = schema.Meta
			}
			continue
		}
		name := rowField
		for i := 2; r.nodes[localNames(n.Ref)+"/"+name] != nil; i++ {
			name = fmt.Sprintf("%s_%d", rowField, i)
		}
		r.add(n, name, "row-id", schema.Question, &schema.Node{Calculation: "once(uuid())", ReadOnly: "true()"})
		n.RowField = name
	}
}

func (r *reader) add(parent *schema.Node, name, why string, kind schema.Kind, n *schema.Node) *schema.Node {
	if n == nil {
		n = &schema.Node{}
	}
	n.Name, n.Kind, n.Added, n.Line = name, kind, true, parent.Line
	n.Ref = parent.Ref + "/" + name
	n.InMeta = parent.InMeta || name == "meta"
	if last := parent.Ref[strings.LastIndexByte(parent.Ref, '/')+1:]; n.InMeta && strings.Contains(last, ":") {
		n.Ref = parent.Ref + "/" + last[:strings.IndexByte(last, ':')+1] + name // orx:meta holds orx:deprecatedID
	}
	if kind == schema.Question {
		n.Type, n.Control = schema.String, schema.Meta
	}
	parent.Children = append(parent.Children, n)
	r.nodes[localNames(n.Ref)] = n
	if why != "" {
		r.added = append(r.added, Addition{Path: patternOfRef(n.Ref), Why: why})
	}
	return n
}

// rowIDOf returns the name of the repeat's child that is filled once with a uuid, "" where there is none.
func (r *reader) rowIDOf(repeat *schema.Node) string {
	for _, c := range repeat.Children {
		if c.Kind == schema.Question && (onceUUID(c.Calculation) || r.newRepeat[patternOfRef(c.Ref)]) {
			return c.Name
		}
	}
	return ""
}

// onceUUID recognises once(uuid()) and what pyxform makes of it: if(string-length(.)>0,.,uuid()).
func onceUUID(expr string) bool {
	switch squeeze(expr) {
	case "once(uuid())", "if(string-length(.)>0,.,uuid())", "if(.='',uuid(),.)", "if(.!='',.,uuid())", "coalesce(.,uuid())":
		return true
	}
	return false
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

type insertion struct {
	at, cut int64 // bytes [at, cut) are replaced by text
	text    string
}

// insert writes the added fields into the bytes: elements at the end of their parents, binds at the end of the model.
func (r *reader) insert() []byte {
	var edits []insertion
	var binds strings.Builder
	within := map[*element]*strings.Builder{}
	var order []*element
	put := func(e *element, text string) {
		if within[e] == nil {
			within[e] = &strings.Builder{}
			order = append(order, e)
		}
		within[e].WriteString(text)
	}
	walk(r.form.Root, func(parent, n *schema.Node) {
		if !n.Added || parent.Added {
			return
		}
		for _, e := range r.origins[parent] {
			put(e, r.xmlOf(n))
		}
	})
	walk(r.form.Root, func(_, n *schema.Node) {
		if !n.Added || n.Kind != schema.Question {
			return
		}
		fmt.Fprintf(&binds, `<%sbind nodeset="%s" type="string"`, r.rawPrefix(r.model), n.Ref)
		if n.ReadOnly != "" {
			fmt.Fprintf(&binds, ` readonly="%s"`, n.ReadOnly)
		}
		if n.Calculation != "" {
			fmt.Fprintf(&binds, ` calculate="%s"`, n.Calculation)
		}
		if n.Preload != "" {
			fmt.Fprintf(&binds, ` jr:preload="%s" xmlns:jr="%s"`, n.Preload, nsJavaRosa)
		}
		binds.WriteString("/>")
	})
	for _, e := range order {
		edits = append(edits, r.append(e, within[e].String()))
	}
	if binds.Len() > 0 {
		edits = append(edits, r.append(r.model, binds.String()))
	}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].at < edits[j].at })
	var out bytes.Buffer
	from := int64(0)
	for _, e := range edits {
		out.Write(r.src[from:e.at])
		out.WriteString(e.text)
		from = e.cut
	}
	out.Write(r.src[from:])
	return out.Bytes()
}

// xmlOf writes an added node, meta with the children added to it.
func (r *reader) xmlOf(n *schema.Node) string {
	name := n.Ref[strings.LastIndexByte(n.Ref, '/')+1:]
	if len(n.Children) == 0 {
		return "<" + name + "/>"
	}
	var b strings.Builder
	b.WriteString("<" + name + ">")
	for _, c := range n.Children {
		b.WriteString(r.xmlOf(c))
	}
	b.WriteString("</" + name + ">")
	return b.String()
}

// append inserts text at the end of an element, opening an empty-element tag where need be.
func (r *reader) append(e *element, text string) insertion {
	if e.shut < e.end {
		return insertion{at: e.shut, cut: e.shut, text: text}
	}
	slash := int64(bytes.LastIndexByte(r.src[e.start:e.open], '/')) + e.start
	return insertion{at: slash, cut: e.open, text: ">" + text + "</" + r.rawName(e) + ">"}
}

// rawName returns the element's name as the bytes have it, with its prefix.
func (r *reader) rawName(e *element) string {
	tag := r.src[e.start+1 : e.open]
	if i := bytes.IndexAny(tag, " \t\r\n/>"); i >= 0 {
		tag = tag[:i]
	}
	return string(tag)
}

func (r *reader) rawPrefix(e *element) string {
	name := r.rawName(e)
	return name[:strings.IndexByte(name, ':')+1]
}
