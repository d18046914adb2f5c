package judge

import (
	"slices"
	"strings"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// Change is a calculated answer that is not what it should be.
type Change struct {
	Path string
	Text string // "" = cleared
}

// action is a setvalue that follows the change of an answer.
type action struct {
	inside, target int
	e              *expr.Expr
	reads          *rule
}

// compileActions makes ready what a form sets when an answer changes.
func (f *Form) compileActions() {
	for _, a := range f.form.Actions {
		if a.Kind != "setvalue" || a.Inside == "" || !slices.Contains(strings.Fields(a.Events), "xforms-value-changed") {
			continue
		}
		inside, target := f.form.Node(a.Inside), f.form.Node(a.Target)
		if inside == nil || target == nil || target.Kind != schema.Question {
			continue
		}
		act := action{inside: f.of[inside], target: f.of[target]}
		if a.Value != "" {
			e, err := expr.Parse(a.Value)
			if err == nil && len(e.Faults()) > 0 {
				err = e.Faults()[0]
			}
			if err != nil {
				f.fault(act.target, RuleCalculated, err)
				continue
			}
			act.e, act.reads = e, &rule{e: e, slot: -1, traits: e.Traits()}
			f.reads(act.target, act.reads)
			f.bind(act.target, e)
			act.reads.files = f.needTables(e)
		}
		f.action = append(f.action, act)
	}
}

// Recompute returns the calculated answers that a record should have and has not, in order of path, after the answers at
// the changed paths were written: first what the form sets when one of those changes, in the row of the change or where the
// target lies, then every calculation that gives the same everywhere. Answers that do not apply and values their
// question does not take are left as they are. Actions see Env.Random and Env.Now.
func (f *Form) Recompute(rec *Record, env *Env, changed []string) []Change {
	r := f.begin(rec, env)
	var out []Change
	r.actions(changed, &out)
	r.each(r.top, func(p *place) {
		d := p.def()
		if !d.derived || r.hidden != nil && r.hidden[p.field] || r.applies(p) != yes {
			return
		}
		text := p.Text()
		if p.computed != computed || equalTexts(d, p.kept, text) || text != "" && !d.node.Fits(text) {
			return
		}
		out = append(out, Change{Path: p.path(), Text: text})
	})
	f.end(r)
	slices.SortStableFunc(out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(out, func(a, b Change) bool { return a.Path == b.Path })
}

// actions carries out what changed answers set; what is set may set more.
func (r *run) actions(changed []string, out *[]Change) {
	const most = 1000
	queue := slices.Clone(changed)
	for n := 0; n < len(queue) && n < most; n++ {
		node := r.f.form.Lookup(queue[n])
		if node == nil {
			continue
		}
		for i := range r.f.action {
			a := &r.f.action[i]
			if a.inside != r.f.of[node] {
				continue
			}
			for _, p := range r.targets(a, queue[n]) {
				if text, ok := r.set(a, p); ok && text != p.kept && (text == "" || p.def().node.Fits(text)) {
					p.text, p.kept, p.written = text, text, true
					*out = append(*out, Change{Path: p.path(), Text: text})
					queue = append(queue, p.path())
					r.forget()
				}
			}
		}
	}
}

// targets returns where an action writes: in the rows of the change that it shares, else in all.
func (r *run) targets(a *action, changed string) []*place {
	b := r.top
	if row := rowOf(changed); row != "" {
		if b = r.byPath[row]; b == nil {
			return nil
		}
	}
	want := r.f.nodes[a.target].scope
	base := within(b.scope, want)
	for b.scope != base {
		b = b.up
	}
	var list []*place
	r.each(b, func(p *place) {
		if int(p.field) == a.target {
			list = append(list, p)
		}
	})
	return list
}

func (r *run) set(a *action, p *place) (string, bool) {
	if a.e == nil {
		return "", true
	}
	if !r.visible(a.reads) {
		return "", false
	}
	v, err := a.e.Eval(&r.machine, p)
	if err != nil {
		return "", false
	}
	return r.textOf(p.def().node, v), true
}

// forget drops what was worked out before an answer changed.
func (r *run) forget() {
	clear(r.memo)
	for _, b := range r.blocks {
		for i := range b.places {
			p := &b.places[i]
			p.relevant = unknown
			if p.computed != notComputed {
				p.text, p.computed = p.kept, notComputed
			}
		}
	}
}
