package schema

// Kind says what a node of the tree is.
type Kind string

// The kinds.
const (
	Group    Kind = "group"
	Repeat   Kind = "repeat"
	Question Kind = "question"
)

// Type is the XForms type of a question's value.
type Type string

// The types. A bind without a type is String.
const (
	String   Type = "string"
	Int      Type = "int"
	Decimal  Type = "decimal"
	Boolean  Type = "boolean"
	Date     Type = "date"
	Time     Type = "time"
	DateTime Type = "dateTime"
	Geopoint Type = "geopoint"
	Geotrace Type = "geotrace"
	Geoshape Type = "geoshape"
	Binary   Type = "binary"
	Barcode  Type = "barcode"
	Intent   Type = "intent"
)

// Control says how a question is put.
type Control string

// The controls. Hidden is a field without a control and without a calculation; Meta is one below "meta" or
// one that is filled by the client (jr:preload).
const (
	Input     Control = "input"
	Select    Control = "select"
	SelectOne Control = "select1"
	Rank      Control = "rank"
	Range     Control = "range"
	Upload    Control = "upload"
	Trigger   Control = "trigger"
	Note      Control = "note"
	Calculate Control = "calculate"
	Hidden    Control = "hidden"
	Meta      Control = "meta"
)

// Node is a group, a repeat or a question. Expressions are kept as the form writes them.
type Node struct {
	Name    string
	Kind    Kind
	Type    Type    // questions
	Control Control // questions
	Path    string  // pattern path, set by Seal: "members/age"
	Ref     string  // XForms path: "/data/members/age"
	Line    int     // where the form declares the node, 0 unknown
	InMeta  bool    // below the form's meta block

	Label, Hint, Guidance      Text
	RequiredMsg, ConstraintMsg Text
	Relevant, Required         string
	Constraint, Calculation    string
	ReadOnly                   string
	Default                    string // value the form is opened with
	Appearance                 string
	MediaType                  string // upload: "image/*"
	Preload, PreloadParams     string // jr:preload
	Parameters                 map[string]string
	Choices                    *Choices // select, select1, rank
	Count                      string   // repeat: jr:count
	NoAddRemove                bool     // repeat: jr:noAddRemove
	SaveTo                     string   // entity property
	InBody                     bool     // a control or a group of the body stands for it
	RowField                   string   // repeat: name of the child that holds the row id
	Added                      bool     // not in the form's bytes: every phone adds it
	Children                   []*Node

	parent, repeat *Node
	level, index   int
	rows           uint64 // bit i: the path's segment i is a repeat and carries a row id
	check          checker
}

// Choices ties a select question to its list.
type Choices struct {
	List     *ChoiceList
	Filter   string // predicate of the itemset's nodeset
	Nodeset  string // as the form writes it
	Random   bool
	Seed     string // expression
	Search   string // search(…) appearance: choices come from a file
	ValueRef string
	LabelRef string
	OrOther  bool
}

// ChoiceList is a list of choices. Open lists (from a file, from a repeat, from search()) take any value.
type ChoiceList struct {
	Name  string
	Open  bool
	Src   string // file an open list comes from
	Items []Choice

	index map[string]int
}

// Choice is one choice.
type Choice struct {
	Value string
	Label Text
	Props map[string]string // other columns, for filters
}

func (l *ChoiceList) seal() {
	l.index = make(map[string]int, len(l.Items))
	for i, c := range l.Items {
		if _, twice := l.index[c.Value]; !twice {
			l.index[c.Value] = i
		}
	}
}

// Place returns the position of a value in the list; false where the list does not hold it.
func (l *ChoiceList) Place(value string) (int, bool) {
	i, ok := l.index[value]
	return i, ok
}

// Parent returns the enclosing group or repeat; the root for a top node, nil for the root.
func (n *Node) Parent() *Node { return n.parent }

// Repeat returns the nearest enclosing repeat, or nil.
func (n *Node) Repeat() *Node { return n.repeat }

// Index is the question's place in Form.Questions.
func (n *Node) Index() int { return n.index }

// Asked reports whether a person answers the question: it has a control that takes a value.
func (n *Node) Asked() bool {
	switch n.Control {
	case Input, Select, SelectOne, Rank, Range, Upload, Trigger:
		return n.Kind == Question
	}
	return false
}

// Derived reports whether the value is the form's, not a person's: a calculation or metadata.
func (n *Node) Derived() bool { return n.Control == Calculate || n.Control == Meta }

// Selects reports whether the answer is one or several choices of a list.
func (n *Node) Selects() bool {
	return n.Control == Select || n.Control == SelectOne || n.Control == Rank
}

// FreeText reports whether a person types words into the question.
func (n *Node) FreeText() bool {
	return n.Control == Input && n.Type == String && n.ReadOnly != "true()"
}

// ChoiceItems returns the choices of a select question in order; nil for an open list or another question.
func (n *Node) ChoiceItems() []Choice {
	if n.Choices == nil || n.Choices.List == nil {
		return nil
	}
	return n.Choices.List.Items
}
