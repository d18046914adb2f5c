package survey

import (
	"slices"
	"strconv"
	"strings"

	"ruhu/schema"
	"ruhu/sync"
)

func sortStrings(s []string) { slices.Sort(s) }

// Counts reports whether records of a shown status take part in aggregates.
func Counts(status string) bool {
	switch status {
	case StatusSubmitted, StatusReturned, StatusNeedsReview, StatusApproved:
		return true
	}
	return false
}

// MissingCode reports whether a value is one of the answers that are no answer: refused, don't know, not applicable.
func MissingCode(v string) bool { return v == "-99" || v == "-98" || v == "-97" }

func (w *projection) contributions() {
	if w.form == nil || w.linked || !Counts(w.out.Status) {
		return
	}
	if w.plan.sex != nil {
		w.packed.Post = w.post()
	}
	wt := w.packed.Weight
	base := sync.Contribution{
		CellKey: sync.CellKey{Grid: w.r.Grid, PSU: w.packed.PSU, Stratum: w.packed.Stratum, Status: w.out.Status, Post: w.packed.Post},
		N:       1, W: wt, WW: wt * wt,
	}
	out := make([]sync.Contribution, 0, 2*len(w.nodes)+8)
	out = append(out, base)
	if w.info.Mode != Sample || w.packed.Known {
		for i, node := range w.nodes {
			out = w.count(out, base, node, &w.packed.Cells[i])
		}
	}
	w.out.Cells = mergeRepeated(out, w.packed.Rows != nil)
}

// count appends what one answer adds.
func (w *projection) count(out []sync.Contribution, base sync.Contribution, node *schema.Node, cell *PackedCell) []sync.Contribution {
	if node == nil || cell.Mark&MarkNull != 0 {
		return out
	}
	rule := w.rule(node)
	if rule == countNothing {
		return out
	}
	base.Question = node.Path
	if cell.Mark&(MarkConflict|MarkInvalid|MarkDiffers) != 0 {
		base.Choice = ChoiceUnsettled
		return append(out, base)
	}
	switch rule {
	case countChoice:
		out = append(out, base)
		base.Choice = cell.Value
		return append(out, base)
	case countTicks:
		out = append(out, base)
		for rest := cell.Value; rest != ""; {
			base.Choice, rest, _ = strings.Cut(rest, " ")
			out = append(out, base)
		}
		return out
	case countNumber:
		if MissingCode(cell.Value) {
			base.Choice = cell.Value
			return append(out, base)
		}
		out = append(out, base)
		if y, err := strconv.ParseFloat(cell.Value, 64); err == nil {
			base.Choice, base.WW = ChoiceSum, base.W*y*y
			base.W *= y
			out = append(out, base)
		}
		return out
	case countFlag:
		switch cell.Value {
		case "0", "1", "true", "false":
			out = append(out, base)
			base.Choice = cell.Value
			return append(out, base)
		}
		return out
	}
	return append(out, base)
}

// rule returns how a question counts. A question of another version of the form is found by its path in this one only.
func (w *projection) rule(node *schema.Node) countRule {
	if i := node.Index(); i < len(w.plan.count) && w.form.Questions()[i] == node {
		return w.plan.count[i]
	}
	return countNothing
}

// post returns the post-stratum "sex|age_band"; "" unless both are answered and settled.
func (w *projection) post() string {
	sex, ok1 := w.packed.Get(w.plan.sex.Path)
	age, ok2 := w.packed.Get(w.plan.age.Path)
	const off = MarkNull | MarkConflict | MarkInvalid
	if !ok1 || !ok2 || sex.Mark&off != 0 || age.Mark&off != 0 {
		return ""
	}
	return sex.Value + "|" + age.Value
}

// mergeRepeated adds up cells that stand several times, which only rows of a repeat produce.
func mergeRepeated(list []sync.Contribution, repeats bool) []sync.Contribution {
	if !repeats {
		return list
	}
	at := make(map[[2]string]int, len(list))
	out := list[:0]
	for _, c := range list {
		key := [2]string{c.Question, c.Choice}
		if i, there := at[key]; there {
			out[i].N += c.N
			out[i].W += c.W
			out[i].WW += c.WW
			continue
		}
		at[key] = len(out)
		out = append(out, c)
	}
	return out
}
