package instance

import (
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// Value is one node of a submission that can hold an answer.
type Value struct {
	Path string // with row ids: "members[r7f3]/age"
	Text string // in the question's canonical form where it has one, else as sent; "" = the node is there and empty
	Sent string // as the client wrote it
	Fits bool   // the form has this question and takes the value (an empty one always fits)
}

// Row is one row of a repeat.
type Row struct {
	Repeat  string // path of the repeat with the ids of outer rows: "members[r7f3]/jobs"
	ID      string
	Ordinal int  // place among the repeat's rows in this submission, from 0
	Own     bool // the id was written by the form (a once(uuid()) field), not made here
}

// Path returns the row's path: "members[r7f3]".
func (r Row) Path() string { return r.Repeat + "[" + r.ID + "]" }

// Instance is a submission read with its form.
type Instance struct {
	Head
	Values   []Value      // in order of the document; absent nodes are not among them
	Rows     []Row        // in order of the document, outer before inner
	Files    []string     // names of the files the submission should come with, each once
	Entities []EntityNode // in order of the document
}

// Options say what the caller knows of the record.
type Options struct {
	Root string    // instanceID of the record's first version; "" = this submission's own
	Base *Instance // the version that was edited: rows without an id of their own are matched with its rows
}

// Read reads a submission of a form; see Document.Read.
func Read(form *schema.Form, src []byte, opt Options) (*Instance, error) {
	d, err := Open(src)
	if err != nil {
		return nil, err
	}
	return d.Read(form, opt)
}

// Read returns the submission's values, rows, expected files and entities. The form may be another version than the
// submission names, but not another form (other-form). A row's id is what its own id field holds, else that of the
// base's row it goes on from, else made of the root instanceID (with a base: of this submission's, so that rows which two
// edits add stay two), the repeat's path and the row's ordinal: the same submission always gives the same ids. Of an encrypted one only the envelope's files are known.
func (d *Document) Read(form *schema.Form, opt Options) (*Instance, error) {
	if d.head.FormID != form.ID {
		return nil, errs.New(errs.OtherForm, "read submission", "it is a submission of another form than %s", form.Key())
	}
	r := reader{form: form, out: &Instance{Head: d.head}, root: opt.Root, files: map[string]bool{}}
	if r.root == "" {
		r.root = d.head.InstanceID
	}
	if opt.Base != nil {
		r.base = indexRows(opt.Base)
	}
	if d.head.Encrypted {
		for _, name := range append([]string{d.head.EncryptedFile}, d.head.Media...) {
			r.file(name)
		}
		return r.out, nil
	}
	r.children("", form.Root, d.root)
	r.properties()
	return r.out, nil
}

type reader struct {
	form  *schema.Form
	out   *Instance
	root  string
	base  map[string][]baseRow
	files map[string]bool
}

func (r *reader) file(name string) {
	if name = strings.TrimSpace(name); name != "" && !r.files[name] {
		r.files[name] = true
		r.out.Files = append(r.out.Files, name)
	}
}

// children reads what stands below e; at is e's path, node its node or nil where the form does not know it.
func (r *reader) children(at string, node *schema.Node, e *element) {
	ids := r.rowsOf(at, node, e)
	count := map[string]int{}
	var names map[string]bool
	for _, c := range e.kids {
		if isTemplate(c) {
			continue
		}
		n := r.known(node, c.name)
		path := join(at, c.name)
		ordinal := count[c.name]
		count[c.name]++
		switch {
		case n != nil && n.Kind == schema.Repeat:
			row := Row{Repeat: path, Ordinal: ordinal, ID: ids[c.name][ordinal].id, Own: ids[c.name][ordinal].own}
			r.out.Rows = append(r.out.Rows, row)
			r.children(row.Path(), n, c)
		case n != nil && n.Kind == schema.Group || n == nil && len(c.kids) > 0:
			if ordinal > 0 { // a second one of what the form has once: kept beside the first
				row := Row{Repeat: path, Ordinal: ordinal, ID: RowID(r.root, path, ordinal)}
				r.out.Rows = append(r.out.Rows, row)
				path = row.Path()
			}
			if strings.TrimSpace(c.text) != "" {
				r.unknown(path, c.text)
			}
			r.entity(at, n, c)
			r.children(path, n, c)
		default:
			if ordinal > 0 {
				if names == nil {
					names = make(map[string]bool, len(e.kids))
					for _, sibling := range e.kids {
						names[sibling.name] = true
					}
				}
				path, n = join(at, r.beside(names, node, c.name, ordinal)), nil
			}
			r.value(path, n, c)
		}
	}
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "/" + name
}

// isTemplate reports a row that clients should have left out: the pattern new rows are made of.
func isTemplate(e *element) bool {
	for _, a := range e.attrs {
		if a.Name.Local == "template" && a.Name.Space != "" && a.Name.Space != "xmlns" {
			return true
		}
	}
	return false
}

func (r *reader) known(parent *schema.Node, name string) *schema.Node {
	if parent == nil {
		return nil
	}
	return r.form.Node(join(parent.Path, name))
}

// beside returns a free name for a doubled node that the form has once.
func (r *reader) beside(names map[string]bool, node *schema.Node, name string, ordinal int) string {
	for i := ordinal + 1; ; i += len(names) {
		free := name + "." + strconv.Itoa(i)
		if !names[free] && r.known(node, free) == nil {
			names[free] = true
			return free
		}
	}
}

func (r *reader) unknown(path, text string) {
	r.out.Values = append(r.out.Values, Value{Path: path, Text: text, Sent: text})
}

func (r *reader) value(path string, n *schema.Node, e *element) {
	if n == nil {
		r.unknown(path, e.text)
	} else {
		v := Value{Path: path, Text: e.text, Sent: e.text}
		if text, err := r.form.Canonical(path, e.text); err == nil {
			v.Text, v.Fits = text, true
		}
		if n.Type == schema.Binary || n.Name == "audit" && n.InMeta {
			v.Text = strings.TrimSpace(e.text)
			r.file(v.Text)
		}
		r.out.Values = append(r.out.Values, v)
	}
	if len(e.kids) > 0 {
		r.children(path, nil, e)
	}
}
