package expr

// Ref is a location path of an expression, for who wants to know what the expression reads.
type Ref struct {
	// Absolute paths begin at the root; relative ones at the asking node, or in a predicate (Inside) at the node that is
	// tried there, unless they begin with current().
	Absolute bool
	Current  bool
	Inside   bool
	// Foreign paths begin at the result of a function or a bracket: another instance, mostly.
	Foreign bool
	// Plain paths are names, "." and ".." only: no predicates, no other axes, no wildcards.
	Plain bool
	// Steps are the steps with their predicates left out: names, ".", "..", "//" (then anything below), "*", "@name".
	Steps []string
	Pos   int
}

// Refs returns the location paths in order of reading, those in predicates included.
func (e *Expr) Refs() []Ref {
	list := make([]Ref, 0, len(e.paths))
	for _, l := range e.paths {
		list = append(list, l.ref())
	}
	return list
}

// Bind gives plain paths into the tree a handle each; resolve returns a negative number for a path it does not take.
// The evaluator then asks Env.Fetch for the nodes instead of walking. Call it before the first evaluation.
func (e *Expr) Bind(resolve func(Ref) int) {
	for _, l := range e.paths {
		if r := l.ref(); r.Plain && !r.Foreign && (r.Absolute || r.Current || !r.Inside) {
			l.handle = resolve(r)
		}
	}
}

func (l *location) ref() Ref {
	r := Ref{Absolute: l.start == startRoot, Current: l.start == startCurrent, Foreign: l.start == startFilter, Inside: l.inside, Pos: l.pos,
		Plain: len(l.filter) == 0 && len(l.steps) > 0}
	for _, s := range l.steps {
		if len(s.pred) > 0 {
			r.Plain = false
		}
		name := s.name
		switch {
		case s.axis == axisSelf && s.test == testNode:
			name = "."
		case s.axis == axisParent && s.test == testNode:
			name = ".."
		case s.axis == axisDescendantOrSelf:
			name, r.Plain = "//", false
		case s.axis == axisAttribute:
			name, r.Plain = "@"+s.name, false
		case s.axis == axisChild && s.test == testName:
		case s.test == testText:
			name = "."
		default:
			name, r.Plain = "*", false
		}
		r.Steps = append(r.Steps, name)
	}
	return r
}

// Called is a function call of an expression.
type Called struct {
	Name string
	Pos  int
	Args int
	// Literals are the arguments that are literal texts, by place; "" for others.
	Literals []string
}

// Calls returns the function calls in order of their end.
func (e *Expr) Calls() []Called {
	list := make([]Called, 0, len(e.calls))
	for _, c := range e.calls {
		out := Called{Name: c.name, Pos: c.pos, Args: len(c.args), Literals: make([]string, len(c.args))}
		for i, a := range c.args {
			if lit, ok := a.(*literal); ok && lit.v.kind == kindText {
				out.Literals[i] = lit.v.s
			}
		}
		list = append(list, out)
	}
	return list
}

// Trait says what beside the tree an expression's value hangs on.
type Trait uint16

// The traits.
const (
	Chance   Trait = 1 << iota // random(), uuid(), randomize() without a seed
	Clock                      // now(), today()
	Place                      // position() outside of predicates, indexed-repeat(): the order of rows
	Language                   // labels and names of months and days
	Device                     // property() and the like, version(): what the client is
	Table                      // another instance, pulldata()
	Keeps                      // once(): the value that is there
	Measure                    // area(), distance(): clients compute them differently
	Outside                    // functions that only a client can carry out: search()
)

// Traits returns what the value of an expression hangs on.
func (e *Expr) Traits() Trait { return e.traits }

// Constant returns the value of an expression that is a literal, true() or false() alone; false for any other.
func (e *Expr) Constant() (Value, bool) {
	switch x := e.root.(type) {
	case *literal:
		return x.v, true
	case *call:
		if len(x.args) == 0 && (x.name == "true" || x.name == "false") {
			return Bool(x.name == "true"), true
		}
	}
	return Value{}, false
}
