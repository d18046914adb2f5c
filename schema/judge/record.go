package judge

import (
	"time"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// Rule names a rule of a form.
type Rule string

// The rules.
const (
	RuleRequired   Rule = "required"
	RuleConstraint Rule = "constraint"
	RuleChoice     Rule = "choice"
	RuleRelevant   Rule = "relevant"
	RuleCalculated Rule = "calculated"
)

// Record is a record as it is shown: what is judged.
type Record struct {
	Values   []Value  // sorted by path; cleared answers may be left out
	Rows     []Rows   // existing rows, outer before inner or in any other order
	Withheld []string // path prefixes whose answers are gone
}

// Value is one answer.
type Value struct {
	Path string       // with row ids
	Text string       // "" = cleared
	Node *schema.Node // of this form; nil = looked up by the path
}

// Rows lists the rows of one repeat in order.
type Rows struct {
	Repeat string // path with the row ids of enclosing repeats
	IDs    []string
}

// Env is what judging may know beside form and record.
type Env struct {
	Now  time.Time      // for now() and today()
	Zone *time.Location // nil is UTC
	// Table returns the table of another instance that is not written in the form: by its source as the form writes it
	// ("jr://file-csv/x.csv"), or for pulldata() by the file's name. nil or false = not here, and what needs it is not judged.
	Table    func(src string) (*Table, bool)
	Language string         // of labels, for Recompute's callers that want them; "" = labels are unknown
	Random   func() float64 // nil = expressions that need chance are left alone
	Steps    int            // work for one record; 0 = DefaultSteps
}

// DefaultSteps is the work that judging one record may take: some milliseconds at the very most.
const DefaultSteps = 100_000

// Violation is a rule that a record breaks.
type Violation struct {
	Path string // of the question
	Rule Rule
	Node *schema.Node
	// Value is what a calculation gives now, in its canonical form, for RuleCalculated.
	Value string
	// Reads are the questions and groups whose answers decide on the rule, the question itself left out. Do not change it.
	Reads []*schema.Node
}

// place is a node of a record's tree.
type place struct {
	run   *run
	field int32
	row   *block
	text  string // the answer; of a derived calculation what it gives
	kept  string // the answer as it is kept
	// written says that the record has the answer, if only cleared.
	written  bool
	relevant truth
	computed uint8
}

type truth uint8

const (
	unknown truth = iota
	yes
	no
	asking  // being worked out
	failing // cannot be known: taken for yes, and nothing that hangs on it is judged
)

const (
	notComputed uint8 = iota
	computing
	computed
	incomputable
)

// block holds the places of one scope: of the record, or of one row.
type block struct {
	scope  *scope
	up     *block
	id     string // row id
	path   string // of the row, "" for the record
	order  int
	first  int // place number of places[0]
	places []place
	rows   [][]*block // by inner scope
}

// run is the work on one record; runs are pooled.
type run struct {
	f       *Form
	top     *block
	byPath  map[string]*block
	blocks  []*block // in use
	spare   map[*scope][]*block
	machine expr.Machine
	env     Env
	memo    []truth // of shared conditions
	hidden  []bool  // by field: withheld; nil where nothing is
	numbers int
	tables  map[string]*table
	out     []Violation
	world   expr.Env // what never changes of the machine's
}

func newRun(f *Form) *run {
	r := &run{f: f, byPath: map[string]*block{}, spare: map[*scope][]*block{}, memo: make([]truth, f.shared)}
	r.world = expr.Env{Instance: r.instance, Fetch: r.fetch, ChoiceName: r.choiceName, Version: f.form.Version}
	return r
}

// begin puts a record into the run's tree.
func (f *Form) begin(rec *Record, env *Env) *run {
	r := f.pool.Get().(*run)
	r.env = *env
	if r.env.Steps <= 0 {
		r.env.Steps = DefaultSteps
	}
	r.top = r.block(f.scopes[0], nil)
	world := r.world
	world.Root, world.Now, world.Zone, world.Random, world.Steps = &r.top.places[0], env.Now, env.Zone, env.Random, r.env.Steps
	r.machine.Reset(world)
	for i := range rec.Rows {
		r.addRows(&rec.Rows[i])
	}
	r.withhold(rec.Withheld)
	last, at := "", r.top
	for i := range rec.Values {
		v := &rec.Values[i]
		n := v.Node
		if n == nil {
			if n = f.form.Lookup(v.Path); n == nil {
				continue
			}
		}
		if n.Kind != schema.Question || n.Index() >= len(f.asked) || f.form.Questions()[n.Index()] != n {
			continue
		}
		field := f.asked[n.Index()]
		b := r.top
		if f.nodes[field].scope != f.scopes[0] {
			if row := rowOf(v.Path); row != last || at == nil {
				last, at = row, r.byPath[row]
			}
			if b = at; b == nil || b.scope != f.nodes[field].scope {
				continue
			}
		}
		p := &b.places[f.nodes[field].local]
		p.text, p.kept, p.written = v.Text, v.Text, true
	}
	return r
}

// rowOf returns the path of the innermost row that a path lies in.
func rowOf(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == ']' {
			return path[:i+1]
		}
	}
	return ""
}

func (r *run) block(s *scope, up *block) *block {
	var b *block
	if list := r.spare[s]; len(list) > 0 {
		b = list[len(list)-1]
		r.spare[s] = list[:len(list)-1]
	} else {
		b = &block{scope: s, places: make([]place, len(s.fields)), rows: make([][]*block, len(s.inner))}
		for i, field := range s.fields {
			b.places[i] = place{run: r, field: int32(field), row: b}
		}
	}
	b.up = up
	b.first = r.numbers
	r.numbers += len(b.places)
	r.blocks = append(r.blocks, b)
	return b
}

// addRows makes the rows of a repeat; rows of rows that are not there are left out.
func (r *run) addRows(rows *Rows) {
	n := r.f.form.Node(schema.PatternOf(rows.Repeat))
	if n == nil || n.Kind != schema.Repeat {
		return
	}
	s := r.f.nodes[r.f.of[n]].scope
	up := r.top
	if s.up != r.f.scopes[0] {
		if up = r.byPath[rowOf(rows.Repeat)]; up == nil || up.scope != s.up {
			return
		}
	}
	for _, id := range rows.IDs {
		path := rows.Repeat + "[" + id + "]"
		if r.byPath[path] != nil {
			continue
		}
		b := r.block(s, up)
		b.id, b.path, b.order = id, path, len(up.rows[s.child])
		up.rows[s.child] = append(up.rows[s.child], b)
		r.byPath[path] = b
		if n.RowField != "" {
			r.nameRow(b, n.RowField, id)
		}
	}
}

// nameRow fills the field that holds the row's id.
func (r *run) nameRow(b *block, field, id string) {
	if i, ok := r.f.nodes[b.scope.fields[0]].place[field]; ok && r.f.nodes[i].scope == b.scope {
		p := &b.places[r.f.nodes[i].local]
		p.text, p.kept = id, id
	}
}

func (r *run) withhold(prefixes []string) {
	for _, prefix := range prefixes {
		if prefix == "" || prefix[0] == '@' {
			continue
		}
		n := r.f.form.Node(schema.PatternOf(prefix))
		if n == nil {
			continue
		}
		if r.hidden == nil {
			r.hidden = make([]bool, len(r.f.nodes))
		}
		r.hide(r.f.of[n])
	}
}

func (r *run) hide(i int) {
	r.hidden[i] = true
	for _, k := range r.f.nodes[i].kids {
		r.hide(k)
	}
}

// end gives the run back.
func (f *Form) end(r *run) {
	for _, b := range r.blocks {
		for i := range b.places {
			p := &b.places[i]
			p.text, p.kept, p.written, p.relevant, p.computed = "", "", false, unknown, notComputed
		}
		for i := range b.rows {
			clear(b.rows[i])
			b.rows[i] = b.rows[i][:0]
		}
		b.up, b.id, b.path, b.order = nil, "", "", 0
		if len(r.spare[b.scope]) < 64 {
			r.spare[b.scope] = append(r.spare[b.scope], b)
		}
	}
	clear(r.blocks)
	r.blocks = r.blocks[:0]
	clear(r.byPath)
	clear(r.memo)
	r.top, r.hidden, r.numbers, r.tables, r.out, r.env = nil, nil, 0, nil, nil, Env{}
	r.machine.Reset(expr.Env{})
	f.pool.Put(r)
}
