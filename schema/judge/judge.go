package judge

import (
	"ruhu/schema"
	"ruhu/schema/expr"
)

// Judge returns the rules that a record breaks, in the order of the form, row by row; nil where it breaks none.
func (f *Form) Judge(rec *Record, env *Env) []Violation {
	if len(f.scopes[0].judged) == 0 && len(f.scopes) == 1 {
		return nil
	}
	r := f.begin(rec, env)
	r.judge(r.top)
	out := r.out
	f.end(r)
	return out
}

func (r *run) judge(b *block) {
	inner := 0
	for _, local := range b.scope.judged {
		r.question(&b.places[local])
	}
	for ; inner < len(b.rows); inner++ {
		for _, row := range b.rows[inner] {
			r.judge(row)
		}
	}
}

// question judges one question by all its rules.
func (r *run) question(p *place) {
	d := p.def()
	if r.hidden != nil && r.hidden[p.field] {
		return
	}
	switch r.applies(p) {
	case failing:
		return
	case no:
		if p.kept != "" && d.node.Asked() {
			r.breaks(p, RuleRelevant, nil)
		}
		return
	}
	if d.calculate != nil && d.derived {
		text := p.Text()
		if p.computed == computed && p.written && !equalTexts(d, p.kept, text) && (text == "" || d.node.Fits(text)) {
			r.breaks(p, RuleCalculated, d.calculate)
			r.out[len(r.out)-1].Value = text
		}
	}
	if p.text == "" {
		if d.required != nil {
			if ok, known := r.holds(p, d.required); known && ok {
				r.breaks(p, RuleRequired, d.required)
			}
		}
		return
	}
	if d.constraint != nil {
		if ok, known := r.holds(p, d.constraint); known && !ok {
			r.breaks(p, RuleConstraint, d.constraint)
		}
	}
	if d.choices != nil && r.visible(d.filter) {
		if ok, err := r.offered(p, d); err == nil && !ok {
			r.breaks(p, RuleChoice, d.filter)
		}
	}
}

func (r *run) breaks(p *place, kind Rule, by *rule) {
	v := Violation{Path: p.path(), Rule: kind, Node: p.def().node}
	if by != nil {
		v.Reads = by.nodes
	}
	for i := int(p.field); i >= 0; i = r.f.nodes[i].up { // what decides whether the question applies decides on the rule
		if rel := r.f.nodes[i].relevant; rel != nil && len(rel.nodes) > 0 {
			v.Reads = append(v.Reads[:len(v.Reads):len(v.Reads)], rel.nodes...)
		}
	}
	r.out = append(r.out, v)
}

// holds evaluates a condition; false where it cannot be known.
func (r *run) holds(p *place, c *rule) (value, known bool) {
	if c.fixed {
		return c.value, true
	}
	if c.slot >= 0 {
		switch r.memo[c.slot] {
		case yes:
			return true, true
		case no:
			return false, true
		case failing:
			return false, false
		}
	}
	value, known = r.condition(p, c)
	if c.slot >= 0 {
		r.memo[c.slot] = no
		if value {
			r.memo[c.slot] = yes
		}
		if !known {
			r.memo[c.slot] = failing
		}
	}
	return value, known
}

func (r *run) condition(p *place, c *rule) (value, known bool) {
	if !r.visible(c) {
		return false, false
	}
	v, err := c.e.Eval(&r.machine, p)
	if err != nil {
		return false, false
	}
	return v.True(), true
}

// visible reports whether all that a rule reads is there, and nothing of it is left to chance.
func (r *run) visible(c *rule) bool {
	if c.traits&expr.Chance != 0 && r.env.Random == nil || c.files && r.env.Table == nil {
		return false
	}
	if r.hidden != nil {
		for _, i := range c.reads {
			if r.hidden[i] {
				return false
			}
		}
	}
	return true
}

// applies says whether a place is relevant: its own condition and those of all above it.
func (r *run) applies(p *place) truth {
	switch p.relevant {
	case asking: // a circle: whoever asks for itself applies
		return yes
	case unknown:
	default:
		return p.relevant
	}
	p.relevant = asking
	out := yes
	if up := p.above(); up != nil && up.def().node != nil {
		out = r.applies(up)
	}
	if d := p.def(); out == yes && d.relevant != nil {
		switch value, known := r.holds(p, d.relevant); {
		case !known:
			out = failing
		case !value:
			out = no
		}
	}
	p.relevant = out
	return out
}

// Applies returns the paths of questions that apply, for who shows a record: those of rows with their ids.
func (f *Form) Applies(rec *Record, env *Env, visit func(path string, n *schema.Node, applies bool)) {
	r := f.begin(rec, env)
	r.each(r.top, func(p *place) {
		if n := p.def().node; n != nil && n.Kind == schema.Question {
			visit(p.path(), n, r.applies(p) != no)
		}
	})
	f.end(r)
}

func (r *run) each(b *block, visit func(*place)) {
	for i := range b.places {
		visit(&b.places[i])
	}
	for _, rows := range b.rows {
		for _, row := range rows {
			r.each(row, visit)
		}
	}
}
