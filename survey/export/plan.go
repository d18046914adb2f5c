package export

import (
	"ruhu/schema"
)

// Plan is what an export will look like: its tables and columns. It depends on form and options only, not on records.
type Plan struct {
	Tables []Table // main first, repeats in form order
	opts   Options
	party  map[string]bool // questions that tell party membership
}

// NewPlan lays out an export. Codes: not-found, unsupported-media, invalid, rule.
func NewPlan(o Options) (*Plan, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &Plan{opts: o}
	questions := questionsOf(o.Versions)
	p.party = tellsOf("party", questions)
	p.Tables = append(p.Tables, p.table(questions, nil))
	seen := map[string]bool{}
	for _, q := range questions {
		if r := q.Repeat(); r != nil && !seen[r.Path] {
			seen[r.Path] = true
			p.Tables = append(p.Tables, p.table(questions, r))
		}
	}
	files := newNamer()
	for i := range p.Tables {
		p.Tables[i].Name = files.unique(p.Tables[i].Name, "")
	}
	return p, nil
}

func repeatPath(q *schema.Node) string {
	if r := q.Repeat(); r != nil {
		return r.Path
	}
	return ""
}

func (p *Plan) table(questions []*schema.Node, repeat *schema.Node) Table {
	t := Table{Name: "main", slots: map[string]int{}}
	names := newNamer()
	add := func(c Column, name, suffix string) {
		c.Name = names.unique(name, suffix)
		t.Columns = append(t.Columns, c)
	}
	record := func(list ...what) {
		for _, w := range list {
			add(Column{what: w}, string(w), "")
		}
	}
	record(wKey)
	if repeat != nil {
		t.Name, t.Repeat = repeat.Name, repeat.Path
		record(wIndex)
		if repeat.Repeat() != nil {
			record(wParent)
		}
	}
	if p.opts.Demo {
		record(wNote)
	}
	if repeat == nil {
		record(wVersion, wVillage)
		if p.opts.Correction {
			record(wGrid, wRecord)
		}
		record(wStatus, wStratum, wPSU, wWeight, wFPC1, wFPC2, wKnown)
		if p.opts.Correction {
			record(wAuthor, wDate, wConflict, wResolvedBy, wFlags)
		}
	}
	for _, q := range questions {
		if repeatPath(q) != t.Repeat {
			continue
		}
		if zh, en := p.withheld(q); en != "" {
			if en != silent {
				t.Omitted = append(t.Omitted, Omission{q.Path, zh, en})
			}
			continue
		}
		slot := len(t.slots)
		t.slots[q.Path] = slot
		p.columns(q, slot, add)
	}
	return t
}

// columns adds what one question becomes.
func (p *Plan) columns(q *schema.Node, slot int, add func(c Column, name, suffix string)) {
	base := Column{Path: q.Path, Title: q.Label, Node: q, slot: slot}
	as := func(w what) Column {
		c := base
		c.what = w
		return c
	}
	switch {
	case q.Control == schema.SelectOne && !openList(q):
		choices := choiceList(p.opts.Versions, q.Path)
		add(as(wCode), q.Name, "")
		for _, lang := range [...]string{"zh", "en"} {
			c := as(wLabel)
			c.Lang, c.labels = lang, labelsOf(choices, lang)
			add(c, q.Name, "_"+lang)
		}
	case q.Control == schema.Select && !openList(q):
		add(as(wOrdered), q.Name, "")
		for _, choice := range choiceList(p.opts.Versions, q.Path) {
			c := as(wTick)
			c.Choice, c.absent = choice.Value, withoutChoice(p.opts.Versions, q.Path, choice.Value)
			add(c, q.Name, "_"+choiceSuffix(choice.Value))
		}
	case q.Control == schema.Select || q.Control == schema.Rank:
		add(as(wOrdered), q.Name, "")
	case q.Type == schema.Int || q.Type == schema.Decimal:
		add(as(wNumber), q.Name, "")
	default:
		add(as(wText), q.Name, "")
	}
}
