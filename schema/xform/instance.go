package xform

import (
	"fmt"
	"slices"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// readInstances reads the secondary instances.
func (r *reader) readInstances() {
	for _, e := range r.model.elements("instance") {
		if r.primary.parent == e {
			continue
		}
		id := e.attr("id")
		if id == "" {
			r.warn(e, "", "instance-no-id", "次级实例没有 id", "a secondary instance has no id", "", "")
			continue
		}
		if r.instances[id] != nil {
			r.fault(e, "", "instance-twice", "实例 "+quoted(id)+" 出现两次", "the instance "+quoted(id)+" stands twice", "请改名", "rename one of them")
			continue
		}
		r.instances[id] = e
		src := e.attr("src")
		r.sources[id] = src
		table := schema.Instance{ID: id, Src: src}
		if list := e.elements(""); len(list) > 0 {
			table.Rows = len(list[0].elements(""))
			table.Tree = treeOf(list[0])
		}
		r.form.Instances = append(r.form.Instances, table)
		r.attach(src)
	}
}

// treeOf keeps a secondary instance flat; equal names share their bytes.
func treeOf(root *element) schema.Tree {
	var t schema.Tree
	names := map[string]string{}
	add := func(name, text string, attr bool) int {
		if _, ok := names[name]; !ok {
			names[name] = name
		}
		t.Nodes = append(t.Nodes, schema.TreeNode{Name: names[name], Text: text, Attr: attr, End: int32(len(t.Nodes) + 1)})
		return len(t.Nodes) - 1
	}
	var keep func(e *element)
	keep = func(e *element) {
		text := ""
		if e.leaf() {
			text = e.text()
		}
		at := add(e.name, text, false)
		for _, a := range e.attrs {
			if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
				add(a.Name.Local, a.Value, true)
			}
		}
		for _, c := range e.children {
			if c.element != nil {
				keep(c.element)
			}
		}
		t.Nodes[at].End = int32(len(t.Nodes))
	}
	keep(root)
	t.Nodes = slices.Clip(t.Nodes)
	return t
}

// readPrimary turns the primary instance into the tree of nodes.
func (r *reader) readPrimary() {
	ref := "/" + r.form.RootName
	r.form.Root = &schema.Node{Kind: schema.Group, Ref: ref, Line: r.primary.line}
	r.nodes[ref] = r.form.Root
	r.origins[r.form.Root] = []*element{r.primary}
	r.readChildren(r.form.Root, ref, r.primary, false)
}

func (r *reader) readChildren(parent *schema.Node, key string, e *element, inMeta bool) {
	seen := map[string]bool{}
	for _, c := range e.elements("") {
		childKey := key + "/" + c.name
		n := r.nodes[childKey]
		if n == nil {
			if len(r.nodes) > limits.FormNodes || len(childKey) > limits.PathBytes+len(r.form.RootName)+2 {
				r.overLimit(c)
				continue
			}
			n = &schema.Node{Name: c.name, Kind: schema.Question, Ref: parent.Ref + "/" + r.prefixed(c), Line: c.line, InMeta: inMeta || c.name == "meta"}
			r.nodes[childKey] = n
			parent.Children = append(parent.Children, n)
		}
		r.origins[n] = append(r.origins[n], c)
		if _, template := c.attrNS(nsJavaRosa, "template"); template || seen[c.space+" "+c.name] {
			n.Kind = schema.Repeat
		}
		seen[c.space+" "+c.name] = true
		if c.leaf() {
			if n.Default == "" {
				n.Default = c.text()
			}
			if c.name == "entity" && n.InMeta && n.Kind == schema.Question {
				n.Kind = schema.Group
			}
			continue
		}
		if n.Kind == schema.Question {
			n.Kind = schema.Group
		}
		n.Default = ""
		r.readChildren(n, childKey, c, n.InMeta)
	}
}

// overLimit notes once that the instance is too large to be a form.
func (r *reader) overLimit(e *element) {
	if r.tooMany {
		return
	}
	r.tooMany = true
	r.note(schema.Fault{Line: e.line, Code: "limit", EN: fmt.Sprintf("the form has more than %d nodes, or a path longer than %d bytes", limits.FormNodes, limits.PathBytes),
		ZH: fmt.Sprintf("表单节点超过 %d 个，或路径超过 %d 字节", limits.FormNodes, limits.PathBytes), HintEN: "split the form, or use shorter names", HintZH: "请拆分表单或缩短名称"})
}

// prefixed returns an element's name with the prefix its namespace has on the document's root.
func (r *reader) prefixed(e *element) string {
	if e.space == r.primary.space || e.space == "" {
		return e.name
	}
	best := ""
	for prefix, uri := range r.form.Namespaces {
		if uri == e.space && prefix != "" && (best == "" || prefix < best) {
			best = prefix
		}
	}
	if best == "" {
		return e.name
	}
	return best + ":" + e.name
}

// resolve finds the node a reference names, seen from a context ("/data/group"). For ".../@name" it returns the
// node and the attribute's name. false for a reference that is no plain path.
func (r *reader) resolve(context, ref string) (node *schema.Node, attribute string, plain bool) {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return nil, "", false
	}
	if i := strings.LastIndex(ref, "/@"); i >= 0 {
		ref, attribute = ref[:i], ref[i+2:]
	}
	key, ok := join(context, ref)
	if !ok {
		return nil, attribute, false
	}
	return r.nodes[key], attribute, true
}

// join resolves a plain location path against a context; prefixes of names are dropped. false where the path has
// predicates, functions or other axes.
func join(context, ref string) (string, bool) {
	var steps []string
	if rest, absolute := strings.CutPrefix(ref, "/"); absolute {
		ref = rest
	} else {
		steps = strings.Split(strings.Trim(localNames(context), "/"), "/")
	}
	if rest, ok := strings.CutPrefix(ref, "current()/"); ok {
		ref = rest
	}
	for _, step := range strings.Split(ref, "/") {
		switch step = strings.TrimSpace(step); {
		case step == "" || step == "*" || strings.ContainsAny(step, "[]()'\"|=<>+*$@, \t\n") || strings.Contains(step, "::"):
			return "", false
		case step == ".":
		case step == "..":
			if len(steps) == 0 {
				return "", false
			}
			steps = steps[:len(steps)-1]
		default:
			if i := strings.IndexByte(step, ':'); i >= 0 {
				step = step[i+1:]
			}
			steps = append(steps, step)
		}
	}
	return "/" + strings.Join(steps, "/"), true
}

// localNames drops the prefixes of a path's names.
func localNames(path string) string {
	if !strings.Contains(path, ":") {
		return path
	}
	steps := strings.Split(path, "/")
	for i, s := range steps {
		if j := strings.IndexByte(s, ':'); j >= 0 {
			steps[i] = s[j+1:]
		}
	}
	return strings.Join(steps, "/")
}

// patternOfRef turns an XForms path into the pattern path of the model: "/data/orx:meta/x" gives "meta/x".
func patternOfRef(ref string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(localNames(ref), "/"), "/")
	return rest
}
