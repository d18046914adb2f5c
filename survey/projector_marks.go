package survey

import (
	"ruhu/internal/errs"
)

// refusal takes the answers out where consent was refused, also where only one of several live answers says so: of who
// refuses, a disposition is kept and nothing else is used, but what the phone filled in by itself (the village). That there
// were answers is flagged at the question of consent.
func (w *projection) refusal() {
	if w.plan == nil || w.plan.consent == nil {
		return
	}
	refused := false
	for _, s := range w.s.Siblings(w.plan.consent.Path) {
		refused = refused || !s.Null && s.Value == "0"
	}
	if !refused {
		return
	}
	cells, nodes, answered := w.packed.Cells[:0], w.nodes[:0], false
	for i, node := range w.nodes {
		c := w.packed.Cells[i]
		if node != nil && node != w.plan.consent && node.Asked() && node.ReadOnly != "true()" || node == nil {
			answered = answered || c.Mark&MarkNull == 0
			continue
		}
		cells, nodes = append(cells, c), append(nodes, node)
	}
	w.packed.Cells, w.nodes = cells, nodes
	if answered {
		w.out.Flags = append(w.out.Flags, string(errs.InvalidValue)+":"+w.plan.consent.Path)
	}
}

// marks settles whose hand the office's is. Answers of server-issued devices are the office's only where a phone wrote
// some too: a record made through OpenRosa is all its author's.
func (w *projection) marks() {
	if !w.phone {
		for i := range w.packed.Cells {
			w.packed.Cells[i].Mark &^= MarkOffice
		}
	} else if w.office != "" {
		w.packed.Resolver = w.p.workerCode(w.r.Street, w.office)
	}
}

// duplicate flags a record for which another one stands, by the office's decision.
func (w *projection) duplicate() {
	if d := decisionOf(w.s); d.Link != "" {
		w.linked = true
		w.out.Flags = append(w.out.Flags, string(errs.DuplicateOf)+":"+d.Link)
	}
}
