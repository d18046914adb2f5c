package summary

import (
	"sort"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/stats"
)

// cellSum is one choice of one question: respondents by place, and weights.
type cellSum struct {
	n    []int64 // by place; grids, villages and the street
	w    float64
	psus map[psuKey]psuSum
}

type psuKey struct{ stratum, psu string }

type psuSum struct{ n, w float64 }

// tally holds the running aggregates of one street and form.
type tally struct {
	places  []place
	grid    map[string]int // grid code -> place
	records cellSum
	cells   map[string]map[string]*cellSum // question -> choice
}

func (in *Input) tally(places []place) (*tally, error) {
	t := &tally{places: places, grid: map[string]int{}, cells: map[string]map[string]*cellSum{}}
	for i, p := range places {
		t.grid[p.area.Code] = i
	}
	counted := map[string]bool{}
	for _, s := range in.Statuses {
		counted[s] = true
	}
	t.records.n = make([]int64, len(places))
	for _, r := range in.Records {
		if r.Form == in.Form.ID && counted[r.Status] {
			t.add(&t.records, r.Grid, r.N)
		}
	}
	if in.Cells == nil {
		return t, nil
	}
	for c, err := range in.Cells {
		if err != nil {
			return nil, errs.Wrap("street summary", err)
		}
		if c.Form != in.Form.ID || !counted[c.Status] || c.Choice == survey.ChoiceUnsettled || c.Choice == survey.ChoiceSum {
			continue
		}
		sum := &t.records
		if c.Question != "" {
			sum = t.cell(c.Question, c.Choice)
			t.add(sum, c.Grid, c.N)
		}
		sum.w += c.W
		if in.Survey.Mode == survey.Sample {
			if sum.psus == nil {
				sum.psus = map[psuKey]psuSum{}
			}
			key := psuKey{c.Stratum, c.PSU}
			have := sum.psus[key]
			sum.psus[key] = psuSum{have.n + float64(c.N), have.w + c.W}
		}
	}
	return t, nil
}

func (t *tally) add(s *cellSum, grid string, n int64) {
	i, ok := t.grid[grid]
	if !ok { // a grid outside the area list: to its village, or at least to the street
		if i, ok = t.grid[survey.VillageOf(grid)]; !ok {
			i = 0
		}
	}
	for ; i >= 0; i = t.places[i].parent {
		s.n[i] += n
	}
}

// cell returns the sums of a choice, zeros where nobody chose it.
func (t *tally) cell(question, choice string) *cellSum {
	byChoice := t.cells[question]
	if byChoice == nil {
		byChoice = map[string]*cellSum{}
		t.cells[question] = byChoice
	}
	c := byChoice[choice]
	if c == nil {
		c = &cellSum{n: make([]int64, len(t.places))}
		byChoice[choice] = c
	}
	return c
}

// estimate is the design-based share of part in whole.
func estimate(part, whole *cellSum) (stats.Proportion, bool) {
	var psus []stats.PSUTotal
	for key, d := range whole.psus {
		psus = append(psus, stats.PSUTotal{Stratum: key.stratum, PSU: key.psu, N: d.n, W: d.w, WY: part.psus[key].w})
	}
	sort.Slice(psus, func(i, j int) bool { // the order of adding must not move the last digit
		if psus[i].Stratum != psus[j].Stratum {
			return psus[i].Stratum < psus[j].Stratum
		}
		return psus[i].PSU < psus[j].PSU
	})
	p, err := stats.EstimateProportion(psus, stats.Design{})
	return p, err == nil
}

// merge adds up sums of several choices.
func merge(n int, parts ...*cellSum) *cellSum {
	out := &cellSum{n: make([]int64, n)}
	for _, p := range parts {
		for i, v := range p.n {
			out.n[i] += v
		}
		out.w += p.w
		for key, s := range p.psus {
			if out.psus == nil {
				out.psus = map[psuKey]psuSum{}
			}
			have := out.psus[key]
			out.psus[key] = psuSum{have.n + s.n, have.w + s.w}
		}
	}
	return out
}
