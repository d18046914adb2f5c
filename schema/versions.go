package schema

import "fmt"

// TypeChanges lists what a new version may not do to the paths of an old one: give a question another XForms type,
// make one answer several or the reverse, turn a question into a group or a repeat, or move a path into or out of
// a repeat. Records of both versions stand in one table, so a path means one thing for ever.
func TypeChanges(old, next *Form) []Fault {
	var faults []Fault
	for _, path := range pathsOf(old) {
		a, b := old.byPattern[path], next.byPattern[path]
		if b == nil {
			continue
		}
		was, is := storedAs(a), storedAs(b)
		if a.rows != b.rows {
			was, is = was+rowsText(a), is+rowsText(b)
		}
		if was == is {
			continue
		}
		faults = append(faults, Fault{
			Path: path, Line: b.Line, Code: "type-changed",
			EN:     fmt.Sprintf("was %s in version %q, is %s in %q", was, old.Version, is, next.Version),
			ZH:     fmt.Sprintf("版本 %q 中为 %s，版本 %q 中改为 %s", old.Version, was, next.Version, is),
			HintEN: "give the question a new name, or the form a new id",
			HintZH: "请为题目换一个新名称，或为表单换一个新编号",
		})
	}
	return faults
}

// storedAs names how a node's answers are kept.
func storedAs(n *Node) string {
	switch {
	case n.Kind != Question:
		return string(n.Kind)
	case n.Control == Select:
		return "select multiple"
	case n.Control == Rank:
		return "rank"
	}
	return string(n.Type)
}

func rowsText(n *Node) string {
	if n.repeat == nil {
		return " outside a repeat"
	}
	return " in the repeat " + n.repeat.Path
}

func pathsOf(f *Form) []string {
	var paths []string
	f.Walk(func(n *Node) { paths = append(paths, n.Path) })
	return paths
}

// Walk calls visit for every node but the root, in form order, parents before children.
func (f *Form) Walk(visit func(*Node)) { walk(f.Root, visit) }

func walk(n *Node, visit func(*Node)) {
	for _, c := range n.Children {
		visit(c)
		walk(c, visit)
	}
}
