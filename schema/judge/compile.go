package judge

import (
	gosync "sync"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// Form is a form made ready for judging. It never changes and is safe for concurrent use.
type Form struct {
	form   *schema.Form
	nodes  []field  // in document order; 0 is the node above the root element, 1 the root element
	scopes []*scope // the document, then each repeat
	of     map[*schema.Node]int
	asked  []int // by question index: its field
	paths  []path
	shared int // how many conditions have a value for the whole record
	tables map[string]*table
	faults []Fault
	pool   gosync.Pool // *run
	action []action
}

// Fault is an expression of the form that cannot be judged by.
type Fault struct {
	Path string
	Rule Rule
	Err  *expr.Error
}

// field is a node of the form.
type field struct {
	node  *schema.Node // nil for the two at the top
	name  string
	up    int
	kids  []int
	place map[string]int // name -> field, of the children
	scope *scope
	local int // place in a block of its scope
	sort  expr.Sort

	relevant, required, constraint, calculate, filter *rule
	choices                                           *choices
	derived                                           bool // the calculation gives the same everywhere
}

// scope is what there is one of for each row of a repeat, or for the whole record.
type scope struct {
	index  int
	up     *scope
	depth  int
	child  int // place among the scopes of up
	fields []int
	inner  []*scope
	judged []int // local places of fields with something to judge
}

// rule is a compiled expression of a field.
type rule struct {
	e      *expr.Expr
	slot   int // of a condition whose value is the same for the whole record, -1
	fixed  bool
	value  bool  // of a fixed condition
	reads  []int // fields it reads, sorted
	nodes  []*schema.Node
	traits expr.Trait
	files  bool // looks up what is not written in the form
}

// Compile makes a form ready. Expressions that cannot be read are left out and named by Faults: a form that was added
// before they could be checked is judged by the rest.
func Compile(form *schema.Form) *Form {
	f := &Form{form: form, of: map[*schema.Node]int{}, tables: map[string]*table{}, asked: make([]int, len(form.Questions()))}
	top := &scope{}
	f.scopes = []*scope{top}
	f.add(nil, "", -1, top)
	f.add(nil, form.RootName, 0, top)
	f.descend(form.Root, 1, top)
	if form.Submission.PublicKey == "" {
		f.compileRules()
	}
	for _, s := range f.scopes {
		for local, i := range s.fields {
			if n := &f.nodes[i]; n.node != nil && n.node.Kind == schema.Question && (n.relevant != nil || n.required != nil || n.constraint != nil || n.calculate != nil ||
				n.filter != nil || n.choices != nil || f.hidden(i)) {
				s.judged = append(s.judged, local)
			}
		}
	}
	f.pool.New = func() any { return newRun(f) }
	return f
}

// Faults returns the expressions that could not be compiled.
func (f *Form) Faults() []Fault { return f.faults }

// Schema returns the form this one was compiled from.
func (f *Form) Schema() *schema.Form { return f.form }

// hidden reports whether a field lies in a group or repeat that has a condition.
func (f *Form) hidden(i int) bool {
	for i = f.nodes[i].up; i >= 0; i = f.nodes[i].up {
		if f.nodes[i].relevant != nil {
			return true
		}
	}
	return false
}

func (f *Form) add(n *schema.Node, name string, up int, s *scope) int {
	i := len(f.nodes)
	f.nodes = append(f.nodes, field{node: n, name: name, up: up, scope: s, local: len(s.fields), sort: sortOf(n)})
	s.fields = append(s.fields, i)
	if up >= 0 {
		parent := &f.nodes[up]
		parent.kids = append(parent.kids, i)
		if parent.place == nil {
			parent.place = map[string]int{}
		}
		parent.place[name] = i
	}
	return i
}

func (f *Form) descend(parent *schema.Node, at int, s *scope) {
	for _, n := range parent.Children {
		inner := s
		if n.Kind == schema.Repeat {
			inner = &scope{index: len(f.scopes), up: s, depth: s.depth + 1, child: len(s.inner)}
			s.inner = append(s.inner, inner)
			f.scopes = append(f.scopes, inner)
		}
		i := f.add(n, n.Name, at, inner)
		f.of[n] = i
		if n.Kind == schema.Question {
			f.asked[n.Index()] = i
			continue
		}
		f.descend(n, i, inner)
	}
}

func sortOf(n *schema.Node) expr.Sort {
	switch {
	case n == nil || n.Kind != schema.Question:
		return expr.Complex
	case n.Type == schema.Int || n.Type == schema.Decimal:
		return expr.Figure
	case n.Type == schema.Boolean:
		return expr.Truth
	}
	return expr.Words
}

// unstable are the traits of calculations that are not compared.
const unstable = expr.Chance | expr.Clock | expr.Place | expr.Language | expr.Device | expr.Keeps | expr.Outside

func (f *Form) compileRules() {
	same := map[string]int{} // condition -> slot
	for i := range f.nodes {
		n := f.nodes[i].node
		if n == nil {
			continue
		}
		f.nodes[i].relevant = f.rule(i, RuleRelevant, n.Relevant, same)
		if n.Kind != schema.Question {
			continue
		}
		if n.Asked() {
			f.nodes[i].required = f.rule(i, RuleRequired, n.Required, same)
		}
		f.nodes[i].constraint = f.rule(i, RuleConstraint, n.Constraint, nil)
		if c := f.rule(i, RuleCalculated, n.Calculation, nil); c != nil {
			f.nodes[i].calculate = c
			f.nodes[i].derived = c.traits&unstable == 0
		}
		f.compileChoices(i)
	}
	f.shared = len(same)
	f.compileActions()
}

// rule compiles an expression of a field; nil where there is none, or where it says nothing: relevant="true()".
func (f *Form) rule(i int, kind Rule, src string, same map[string]int) *rule {
	if src == "" {
		return nil
	}
	e, err := expr.Parse(src)
	if err != nil {
		f.fault(i, kind, err)
		return nil
	}
	if list := e.Faults(); len(list) > 0 {
		f.fault(i, kind, list[0])
		return nil
	}
	r := &rule{e: e, slot: -1, traits: e.Traits()}
	if v, ok := e.Constant(); ok && same != nil {
		r.fixed, r.value = true, v.True()
		if kind == RuleRelevant && r.value || kind == RuleRequired && !r.value {
			return nil
		}
		return r
	}
	f.reads(i, r)
	everywhere := f.bind(i, e)
	if same != nil && everywhere && r.traits&(expr.Place|expr.Keeps|expr.Chance) == 0 {
		slot, known := same[src]
		if !known {
			slot = len(same)
			same[src] = slot
		}
		r.slot = slot
	}
	r.files = f.needTables(e)
	return r
}

func (f *Form) fault(i int, kind Rule, err error) {
	fault := Fault{Path: f.nodes[i].node.Path, Rule: kind}
	fault.Err, _ = err.(*expr.Error)
	f.faults = append(f.faults, fault)
}
