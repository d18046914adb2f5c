package survey

import (
	"slices"

	"ruhu/schema"
	"ruhu/schema/judge"
)

// judge flags the rules of the form that the shown answers break. The record is kept as it is, but for calculations: what is
// counted and exported is what the form's expression gives of the shown answers. Where one of those is not settled, neither
// is the calculation. Drafts are not judged, and files beside the form are not looked at: they may change, and a record
// must be projected again alike.
func (w *projection) judge() {
	if w.form == nil || !Counts(w.out.Status) {
		return
	}
	rec, _ := w.p.spare.Get().(*judge.Record)
	if rec == nil {
		rec = &judge.Record{}
	}
	for i := range w.packed.Cells {
		c := &w.packed.Cells[i]
		v := judge.Value{Path: c.Path, Node: w.nodes[i]}
		if v.Node == nil {
			continue
		}
		if c.Mark&MarkNull == 0 {
			v.Text = c.Value
		}
		rec.Values = append(rec.Values, v)
	}
	for i := range w.packed.Rows {
		rec.Rows = append(rec.Rows, judge.Rows{Repeat: w.packed.Rows[i].Repeat, IDs: w.packed.Rows[i].Rows})
	}
	rec.Withheld = w.s.Withheld
	list := w.p.rules.of(w.form).Judge(rec, &judge.Env{Now: asOf(w.s), Zone: w.p.Zone})
	clear(rec.Values)
	clear(rec.Rows)
	rec.Values, rec.Rows, rec.Withheld = rec.Values[:0], rec.Rows[:0], nil
	w.p.spare.Put(rec)
	for i := range list[:min(len(list), maxBroken)] {
		w.broken(&list[i])
	}
}

// answers yields the shown answers with their questions.
func (w *projection) answers(yield func(string, *schema.Node) bool) {
	for i, n := range w.nodes {
		if !yield(w.packed.Cells[i].Path, n) {
			return
		}
	}
}

// broken flags one broken rule. A value that does not fit its question is flagged for that already; of the answers that one
// author left out the first is flagged, and the record's page lists them all.
func (w *projection) broken(v *judge.Violation) {
	i := w.packed.find(v.Path)
	if i >= 0 && w.packed.Cells[i].Mark&MarkInvalid != 0 {
		return
	}
	if v.Rule == judge.RuleCalculated && i >= 0 {
		w.recalculated(&w.packed.Cells[i], v)
	}
	merged := v.Rule != judge.RuleCalculated && mergedRule(v, w.s, w.answers)
	if v.Rule == judge.RuleRequired && !merged {
		if w.incomplete {
			return
		}
		w.incomplete = true
	}
	flag := string(flagOf(v, merged)) + ":" + v.Path
	if n := len(w.out.Flags); n == 0 || w.out.Flags[n-1] != flag {
		w.out.Flags = append(w.out.Flags, flag)
	}
}

// recalculated puts what the server computes in the place of what came.
func (w *projection) recalculated(c *PackedCell, v *judge.Violation) {
	if c.Mark&(MarkNull|MarkComputed) == 0 {
		c.Came = c.Value
	}
	c.Value = v.Value
	c.Mark |= MarkComputed
	c.Mark &^= MarkNull | MarkOffice
	if v.Value == "" {
		c.Mark |= MarkNull
	}
	for j, n := range w.nodes {
		if w.packed.Cells[j].Mark&(MarkConflict|MarkInvalid) != 0 && slices.Contains(v.Reads, n) && sameRows(w.packed.Cells[j].Path, v.Path) {
			c.Mark |= MarkDiffers
		}
	}
}
