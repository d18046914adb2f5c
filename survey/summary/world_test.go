package summary_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/survey/disclosure"
	"ruhu/survey/summary"
	"ruhu/sync"
)

// world is an invented street with known answers, counted the way records are counted.
type world struct {
	in    summary.Input
	cells map[survey.AggregateCell]*survey.AggregateCell
	form  *schema.Form
	rnd   *rand.Rand
	size  size
}

type size struct {
	villages, grids, households int
	interviews                  float64 // share of households interviewed
	mode                        survey.Mode
	agree                       float64      // how much alike the answers are; 0 = as usual
	skip                        float64      // share of questions left out; 0 = as usual
	form                        *schema.Form // nil = the household questionnaire
}

func hhSentiment(t require.TestingT) *schema.Form {
	form, err := instruments.Read(instruments.HouseholdSentiment)
	require.NoError(t, err)
	return form
}

func newWorld(t require.TestingT, seed uint64, s size) *world {
	if s.form == nil {
		s.form = hhSentiment(t)
	}
	w := &world{form: s.form, cells: map[survey.AggregateCell]*survey.AggregateCell{}, rnd: rand.New(rand.NewPCG(seed, 7)), size: s}
	if s.agree == 0 {
		w.size.agree = 4
	}
	if s.skip == 0 {
		w.size.skip = 0.01
	}

	w.in = summary.Input{
		District: survey.Area{Code: "990101", NameZH: "示例区", NameEN: "Example District", Kind: survey.District},
		Street:   survey.Area{Code: "990101001", NameZH: "示例街道", NameEN: "Example Street", Kind: survey.Street},
		Survey:   survey.Survey{ID: "s1", Title: survey.Words{ZH: "村情民意摸排", EN: "Village survey"}, Mode: s.mode},
		Form:     w.form, Versions: []string{w.form.Version}, Statuses: survey.LiveStatuses(),
		Policy: disclosure.DefaultPolicy(), Snapshot: strings.Repeat("ab", 32), Date: "2026-11-23", Demo: true,
	}
	records := map[string]int64{}
	for v := range s.villages {
		village := fmt.Sprintf("990101001%03d", 201+v)
		w.in.Areas = append(w.in.Areas, survey.Area{Code: village, NameZH: fmt.Sprintf("示例%d村", v+1), NameEN: fmt.Sprintf("Village %d", v+1), Kind: survey.Village})
		share := s.interviews * (0.1 + 1.8*w.rnd.Float64())
		for g := range s.grids {
			grid := fmt.Sprintf("%s%03d", village, g+1)
			w.in.Areas = append(w.in.Areas, survey.Area{Code: grid, NameZH: fmt.Sprintf("示例%d村第%d网格", v+1, g+1), NameEN: fmt.Sprintf("Village %d grid %d", v+1, g+1), Kind: survey.Grid})
			c := summary.GridCoverage{Grid: grid, Outcomes: map[survey.Outcome]int64{}}
			n := max(1, s.households+w.rnd.IntN(s.households/2+1)-s.households/4)
			for range n {
				c.Households++
				if w.rnd.Float64() < 0.9 {
					c.Assigned++
				}
				w.visit(grid, share, &c, records)
			}
			w.in.Coverage = append(w.in.Coverage, c)
		}
	}
	for grid, n := range records {
		w.in.Records = append(w.in.Records, survey.StatusCount{Street: w.in.Street.Code, Grid: grid, Form: w.form.ID, Status: survey.StatusSubmitted, N: n})
	}
	w.in.Cells = w.stream()
	return w
}

func (w *world) visit(grid string, share float64, c *summary.GridCoverage, records map[string]int64) {
	switch u := w.rnd.Float64(); {
	case u < share:
		c.Outcomes[survey.OutcomeComplete]++
		c.Visits += 1 + int64(w.rnd.IntN(2))
		records[grid]++
		w.interview(grid)
	case u < share*1.25:
		o := []survey.Outcome{survey.OutcomePartial, survey.OutcomeRefusal, survey.OutcomeRefusal, survey.OutcomeNonContact, survey.OutcomeNonContact,
			survey.OutcomeOther, survey.OutcomeUnknownHousing, survey.OutcomeUnknownOther, survey.OutcomeNotEligible}[w.rnd.IntN(9)]
		c.Outcomes[o]++
		c.Visits++
	}
}

// interview counts one record of random answers.
func (w *world) interview(grid string) {
	weight := 1.0
	if w.in.Survey.Mode == survey.Sample {
		weight = 1 + float64(w.rnd.IntN(3))
	}
	w.count(grid, "", "", weight)
	given := map[string]string{}
	for _, q := range w.form.Questions() {
		if !q.Selects() || q.Choices == nil || q.Choices.List == nil || q.Choices.List.Open || !w.asked(q, given) {
			continue
		}
		if w.rnd.Float64() < w.size.skip {
			continue // skipped
		}
		v := w.answer(q)
		given[q.Ref] = v
		w.count(grid, q.Path, "", weight)
		for _, token := range strings.Fields(v) {
			w.count(grid, q.Path, token, weight)
		}
	}
}

func (w *world) asked(q *schema.Node, given map[string]string) bool {
	switch {
	case q.Relevant == "":
		return true
	case strings.HasPrefix(q.Relevant, "selected("):
		ref, value, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(q.Relevant, "selected("), ")"), ",")
		return ok && slices.Contains(strings.Fields(given[strings.TrimSpace(ref)]), strings.Trim(value, " '"))
	case strings.HasPrefix(q.Relevant, "count-selected"):
		return len(strings.Fields(given["/data/concerns"])) > 1
	}
	ref, value, ok := strings.Cut(q.Relevant, " = ")
	return ok && given[strings.TrimSpace(ref)] == strings.Trim(value, "'")
}

func (w *world) answer(q *schema.Node) string {
	items := q.ChoiceItems()
	if q.Name == "consent" || q.Name == "adult" {
		if w.rnd.Float64() < 0.97 {
			return "1"
		}
		return "0"
	}
	pick := func() int {
		i := int(w.rnd.ExpFloat64() * float64(len(items)) / w.size.agree)
		return min(i, len(items)-1)
	}
	if q.Control == schema.SelectOne {
		return items[pick()].Value
	}
	chosen := map[int]bool{}
	for range 1 + w.rnd.IntN(3) {
		if i := pick(); !survey.MissingCode(items[i].Value) {
			chosen[i] = true
		}
	}
	if len(chosen) == 0 {
		return "-99"
	}
	var list []string
	for i := range items {
		if chosen[i] {
			list = append(list, items[i].Value)
		}
	}
	return strings.Join(list, " ")
}

func (w *world) count(grid, question, choice string, weight float64) {
	key := survey.AggregateCell{Street: w.in.Street.Code, Form: w.form.ID,
		CellKey: sync.CellKey{Question: question, Choice: choice, Grid: grid, PSU: grid, Status: survey.StatusSubmitted}}
	c := w.cells[key]
	if c == nil {
		copied := key
		c = &copied
		w.cells[key] = c
	}
	c.N++
	c.W += weight
	c.WW += weight * weight
}

func (w *world) stream() iter.Seq2[survey.AggregateCell, error] {
	return func(yield func(survey.AggregateCell, error) bool) {
		list := make([]survey.AggregateCell, 0, len(w.cells))
		for _, c := range w.cells {
			list = append(list, *c)
		}
		sort.Slice(list, func(i, j int) bool {
			a, b := list[i], list[j]
			return a.Question+"\x00"+a.Choice+"\x00"+a.Grid < b.Question+"\x00"+b.Choice+"\x00"+b.Grid
		})
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// handmade is a street of villages with one grid each, of which a test knows everything.
func handmade(t require.TestingT, form *schema.Form, villages ...handmadeVillage) *world {
	w := newWorld(t, 0, size{form: form})
	for v, h := range villages {
		village := fmt.Sprintf("990101001%03d", 201+v)
		grid := village + "001"
		w.in.Areas = append(w.in.Areas, survey.Area{Code: village, NameEN: village, Kind: survey.Village}, survey.Area{Code: grid, NameEN: grid, Kind: survey.Grid})
		w.in.Coverage = append(w.in.Coverage, summary.GridCoverage{Grid: grid, Households: h.households, Assigned: h.households - h.unassigned, Outcomes: h.outcomes})
		w.in.Records = append(w.in.Records, survey.StatusCount{Street: w.in.Street.Code, Grid: grid, Form: form.ID, Status: survey.StatusSubmitted, N: h.people})
		put := func(question, choice string, n int64) {
			for range n {
				w.count(grid, question, choice, 1)
			}
		}
		for _, gate := range []string{"consent", "adult"} {
			put(gate, "", h.people)
			put(gate, "1", h.people)
		}
		for cell, n := range h.answers {
			question, choice, _ := strings.Cut(cell, "=")
			put(question, choice, n)
		}
	}
	w.in.Cells = w.stream()
	return w
}

type handmadeVillage struct {
	households, people int64
	unassigned         int64
	outcomes           map[survey.Outcome]int64
	answers            map[string]int64 // by question, and by question=choice
}

// truth counts respondents who chose a value of a question in an area.
func (w *world) truth(question, choice, area string) int64 {
	n := int64(0)
	for _, c := range w.cells {
		if c.Question == question && c.Choice == choice && survey.Within(area, c.Grid) {
			n += c.N
		}
	}
	return n
}

func build(t require.TestingT, w *world) *summary.Summary {
	s, err := summary.Build(w.in)
	require.NoError(t, err)
	return s
}
