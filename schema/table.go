package schema

// Tree is the content of a secondary instance written in a form: its elements and their attributes, flat and in document
// order, so that a list of a hundred thousand rows costs two words a node beside its text. Node 0 is the root element,
// usually "root"; the zero Tree is empty.
type Tree struct {
	Nodes []TreeNode
}

// TreeNode is an element, or an attribute of the element it follows.
type TreeNode struct {
	Name string // local name
	Text string // an attribute's value, or the words of an element without child elements
	Attr bool
	End  int32 // index after the last node below this one
}

// Children calls visit with the index of each child element and attribute of node i, in order, until it returns false.
func (t *Tree) Children(i int, visit func(child int) bool) {
	if i < 0 || i >= len(t.Nodes) {
		return
	}
	for c := i + 1; c < int(t.Nodes[i].End); c = int(t.Nodes[c].End) {
		if !visit(c) {
			return
		}
	}
}

// Table returns the secondary instance with an id, or nil.
func (f *Form) Table(id string) *Instance {
	for i := range f.Instances {
		if f.Instances[i].ID == id {
			return &f.Instances[i]
		}
	}
	return nil
}
