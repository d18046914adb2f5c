package judge

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/expr"
)

// Table is a table that a form looks things up in, as expressions see it.
type Table = table

// table is another instance: its tree, each element a node.
type table struct {
	tree  *schema.Tree
	nodes []entry // 0 is the node above the root element; i+1 is tree node i
}

type entry struct {
	of *table
	at int32 // of the tree, -1 at the top
	up int32 // index of the parent among nodes
}

func newTable(tree *schema.Tree) *table {
	t := &table{tree: tree, nodes: make([]entry, len(tree.Nodes)+1)}
	t.nodes[0] = entry{of: t, at: -1, up: -1}
	up := int32(0)
	for i := range tree.Nodes {
		for up > 0 && int(tree.Nodes[up-1].End) <= i {
			up = t.nodes[up].up
		}
		t.nodes[i+1] = entry{of: t, at: int32(i), up: up}
		if !tree.Nodes[i].Attr {
			up = int32(i) + 1
		}
	}
	return t
}

func (e *entry) Name() string {
	if e.at < 0 {
		return ""
	}
	return e.of.tree.Nodes[e.at].Name
}

func (e *entry) Parent() expr.Node {
	if e.up < 0 {
		return nil
	}
	return &e.of.nodes[e.up]
}

func (e *entry) Children(dst []expr.Node, name string) []expr.Node {
	if e.at < 0 {
		if len(e.of.nodes) > 1 && (name == "" || name == e.of.tree.Nodes[0].Name) {
			dst = append(dst, &e.of.nodes[1])
		}
		return dst
	}
	list := e.of.tree.Nodes
	for i := e.at + 1; i < list[e.at].End; i = list[i].End {
		if n := &list[i]; !n.Attr && (name == "" || n.Name == name) {
			dst = append(dst, &e.of.nodes[i+1])
		}
	}
	return dst
}

func (e *entry) Text() string {
	if e.at < 0 {
		return ""
	}
	return e.of.tree.Nodes[e.at].Text
}

func (e *entry) Sort() expr.Sort {
	if e.at < 0 || e.at+1 < e.of.tree.Nodes[e.at].End && !e.of.tree.Nodes[e.at+1].Attr {
		return expr.Complex
	}
	return expr.Words
}

func (e *entry) Attribute(name string) (string, bool) {
	if e.at < 0 {
		return "", false
	}
	list := e.of.tree.Nodes
	for i := e.at + 1; i < list[e.at].End && list[i].Attr; i++ {
		if list[i].Name == name {
			return list[i].Text, true
		}
	}
	return "", false
}

func (e *entry) Place() int { return int(e.at) }

// ReadCSV makes a table of a CSV file: the first line names the columns. The error has the code invalid.
func ReadCSV(src []byte) (*Table, error) {
	const op = "read table"
	if len(src) > limits.XMLBytes {
		return nil, errs.New(errs.Invalid, op, "larger than %d bytes", limits.XMLBytes)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(src, []byte("\ufeff"))))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, false
	columns, err := r.Read()
	if err != nil {
		return nil, errs.New(errs.Invalid, op, "the first line names no columns")
	}
	for i, c := range columns {
		columns[i] = strings.TrimSpace(c)
	}
	tree := &schema.Tree{Nodes: []schema.TreeNode{{Name: "root"}}}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errs.New(errs.Invalid, op, "a line cannot be read")
		}
		item := len(tree.Nodes)
		tree.Nodes = append(tree.Nodes, schema.TreeNode{Name: "item"})
		for i, c := range columns {
			text := ""
			if i < len(cells) {
				text = cells[i]
			}
			tree.Nodes = append(tree.Nodes, schema.TreeNode{Name: c, Text: text, End: int32(len(tree.Nodes) + 1)})
		}
		tree.Nodes[item].End = int32(len(tree.Nodes))
		if len(tree.Nodes) > limits.XMLNodes {
			return nil, errs.New(errs.Invalid, op, "more than %d cells", limits.XMLNodes)
		}
	}
	tree.Nodes[0].End = int32(len(tree.Nodes))
	return newTable(tree), nil
}

// needTables makes ready the tables written in the form that an expression names, and reports whether it names others.
func (f *Form) needTables(e *expr.Expr) (files bool) {
	for _, c := range e.Calls() {
		if (c.Name == "instance" || c.Name == "pulldata") && len(c.Literals) > 0 && c.Literals[0] != "" {
			files = f.needTable(c.Literals[0]) == nil || files
		}
	}
	return files
}

func (f *Form) needTable(id string) *table {
	if t := f.tables[id]; t != nil {
		return t
	}
	in := f.form.Table(id)
	if in == nil || len(in.Tree.Nodes) == 0 || in.Src != "" {
		return nil
	}
	t := newTable(&in.Tree)
	f.tables[id] = t
	return t
}
