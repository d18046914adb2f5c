package expr

import "time"

// Node is a node of a tree that expressions are evaluated over: a form's filled-in instance, or another one. Nodes are
// compared with ==, so implementations are pointers.
type Node interface {
	// Name is the local name, "" for the node above the root element.
	Name() string
	// Parent returns the node above, nil at the top.
	Parent() Node
	// Children appends the children of a name in document order, all for "". Nodes that are not relevant are left out.
	Children(dst []Node, name string) []Node
	// Text is the node's value, "" for a group.
	Text() string
	// Sort says how the value converts in conditions and comparisons.
	Sort() Sort
	// Attribute returns an attribute's value.
	Attribute(name string) (string, bool)
	// Place is the node's place in document order, different for all nodes of a tree.
	Place() int
}

// Sort is what the form says of a node's value.
type Sort uint8

// The sorts.
const (
	Words   Sort = iota // no more than a text
	Figure              // a number: 0 is false, and 5 equals 5.0
	Truth               // "true" and "1" are true, all else is false
	Complex             // a node with children
)

// Env is what an evaluation may know beside the tree. Functions that are nil are things the Env does not have: asking for
// one is an *Error of kind Missing.
type Env struct {
	Root Node // the node above the root element of the primary instance
	Now  time.Time
	Zone *time.Location // nil is UTC
	// Random returns numbers in [0, 1).
	Random func() float64
	// Instance returns the node above the root element of another instance.
	Instance func(id string) (Node, bool)
	// Fetch appends the nodes of a bound path seen from a node (see Expr.Bind).
	Fetch func(dst []Node, handle int, from Node) []Node
	// ChoiceName returns the label of a choice of the question at a path, seen from a node.
	ChoiceName func(from Node, value, path string) (string, bool)
	// Itext returns a text in the language of the moment.
	Itext func(id string) (string, bool)
	// Property returns what a client knows of itself: deviceid, username …
	Property func(name string) (string, bool)
	// Version is the form's.
	Version string
	// Steps is how much work one Machine may do until Reset; 0 = DefaultSteps.
	Steps int
}

// DefaultSteps bounds the work of an evaluation to some tens of milliseconds.
const DefaultSteps = 500_000
