package instance

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// Write writes a submission of a form as its clients would: the form's root and order, meta in the namespace the form
// gives it, an envelope where it is encrypted, rows as repeated elements in the order of inst.Rows. Nodes without a value are left out, those with an empty
// one are written empty; nodes the form does not know stand behind those it knows. The instanceID and deprecatedID of the
// head go over values at their paths. Reading the answer with the same root gives the same values, rows, files and entities.
func Write(form *schema.Form, inst *Instance) ([]byte, error) {
	if inst.Encrypted {
		return envelope(form, inst.Head), nil
	}
	w := writer{form: form, prefixes: map[string]bool{}, root: &written{node: form.Root}}
	for _, row := range inst.Rows {
		if _, err := w.place(row.Path()); err != nil {
			return nil, err
		}
	}
	for _, v := range inst.Values {
		e, err := w.place(v.Path)
		if err != nil {
			return nil, err
		}
		e.text = v.Text
	}
	for path, id := range map[string]string{idPath(form): inst.InstanceID, "meta/deprecatedID": inst.DeprecatedID} {
		if id == "" {
			continue
		}
		e, err := w.place(path)
		if err != nil {
			return nil, err
		}
		e.text = id
	}
	for i := range inst.Entities {
		e, err := w.place(join(inst.Entities[i].Path, "meta/entity"))
		if err != nil {
			return nil, err
		}
		e.entity = &inst.Entities[i]
	}
	w.sort(w.root)
	return w.document(inst.Head), nil
}

// idPath returns where a form keeps its instanceID.
func idPath(form *schema.Form) string {
	if form.Node("instanceID") != nil && form.Node("meta/instanceID") == nil {
		return "instanceID"
	}
	return "meta/instanceID"
}

// written is one element to be written.
type written struct {
	segment string // name with row id
	name    string // with the form's prefix
	node    *schema.Node
	text    string
	entity  *EntityNode
	kids    []*written
	byName  map[string]*written
}

type writer struct {
	form     *schema.Form
	root     *written
	prefixes map[string]bool
}

// place returns the element at a path and makes it where it is missing.
func (w *writer) place(path string) (*written, error) {
	at := w.root
	for rest := path; rest != ""; {
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		next := at.byName[segment]
		if next == nil {
			name, _, _ := strings.Cut(segment, "[")
			next = &written{segment: segment, name: name}
			if at.node != nil {
				next.node = w.form.Node(join(at.node.Path, name))
			}
			if next.node != nil {
				next.name = next.node.Ref[strings.LastIndexByte(next.node.Ref, '/')+1:]
			}
			if prefix, _, ok := strings.Cut(next.name, ":"); ok {
				w.prefixes[prefix] = true
			}
			if name == "" {
				return nil, errs.New(errs.UnknownPath, "write submission", "%q is no path", path)
			}
			if at.byName == nil {
				at.byName = map[string]*written{}
			}
			at.byName[segment] = next
			at.kids = append(at.kids, next)
		}
		at = next
	}
	return at, nil
}

// sort puts the children in the form's order; rows keep theirs, unknown ones come last.
func (w *writer) sort(e *written) {
	if e.node != nil {
		order := make(map[*schema.Node]int, len(e.node.Children))
		for i, c := range e.node.Children {
			order[c] = i
		}
		place := func(k *written) int {
			if k.node == nil {
				return 2 * len(order)
			}
			second := 0
			if k.node.Kind == schema.Group && strings.HasSuffix(k.segment, "]") {
				second = 1 // a doubled group stands behind the first
			}
			return 2*order[k.node] + second
		}
		slices.SortStableFunc(e.kids, func(a, b *written) int { return place(a) - place(b) })
	}
	for _, k := range e.kids {
		w.sort(k)
	}
}

func (w *writer) document(h Head) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version='1.0' ?>")
	b.WriteString("<" + w.form.RootName)
	attribute(&b, "id", w.form.ID)
	version := w.form.Version
	if h.FormID != "" {
		version = h.Version
	}
	if version != "" {
		attribute(&b, "version", version)
	}
	prefixes := make([]string, 0, len(w.prefixes))
	for p := range w.prefixes {
		prefixes = append(prefixes, p)
	}
	slices.Sort(prefixes)
	for _, p := range prefixes {
		attribute(&b, "xmlns:"+p, w.form.Namespaces[p])
	}
	b.WriteString(">")
	for _, k := range w.root.kids {
		k.write(&b)
	}
	b.WriteString("</" + w.form.RootName + ">")
	return b.Bytes()
}

// envelope writes the manifest of an encrypted submission.
func envelope(form *schema.Form, h Head) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version='1.0' encoding='UTF-8' ?><data")
	attribute(&b, "id", form.ID)
	if h.Version != "" {
		attribute(&b, "version", h.Version)
	}
	b.WriteString(` encrypted="yes" xmlns="http://opendatakit.org/submissions">`)
	part := func(name, text string) {
		b.WriteString("<" + name + ">")
		escape(&b, text)
		b.WriteString("</" + name + ">")
	}
	part("base64EncryptedKey", h.EncryptedKey)
	if h.InstanceID != "" {
		b.WriteString(`<orx:meta xmlns:orx="http://openrosa.org/xforms">`)
		part("orx:instanceID", h.InstanceID)
		b.WriteString("</orx:meta>")
	}
	for _, name := range h.Media {
		b.WriteString("<media>")
		part("file", name)
		b.WriteString("</media>")
	}
	part("encryptedXmlFile", h.EncryptedFile)
	b.WriteString("</data>")
	return b.Bytes()
}

func (e *written) write(b *bytes.Buffer) {
	b.WriteString("<" + e.name)
	if d := e.entity; d != nil {
		d.attributes(b)
	}
	if e.text == "" && len(e.kids) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	escape(b, e.text)
	for _, k := range e.kids {
		k.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

func (d *EntityNode) attributes(b *bytes.Buffer) {
	attribute(b, "dataset", d.Dataset)
	attribute(b, "id", d.ID)
	if d.Create {
		attribute(b, "create", "1")
	}
	if d.Update {
		attribute(b, "update", "1")
	}
	for _, a := range [][2]string{{"baseVersion", d.BaseVersion}, {"trunkVersion", d.TrunkVersion}, {"branchId", d.BranchID}} {
		if a[1] != "" || d.Update {
			attribute(b, a[0], a[1])
		}
	}
}

func attribute(b *bytes.Buffer, name, value string) {
	b.WriteString(" " + name + `="`)
	escape(b, value)
	b.WriteString(`"`)
}

func escape(b *bytes.Buffer, s string) {
	// a bytes.Buffer takes everything, so there is no error to hand on
	_ = xml.EscapeText(b, []byte(s))
}
