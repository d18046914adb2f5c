package export_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/survey/export"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// town is a snapshot in memory, whose records went through the real projection.
type town struct {
	records []survey.PackedRecord
	cells   []survey.AggregateCell
	heads   []sync.Head
	forms   *schema.Forms
}

func (w *town) Heads() ([]sync.Head, error) { return w.heads, nil }

func (w *town) match(f survey.RowFilter, r *survey.PackedRecord) bool {
	return (f.Form == "" || f.Form == r.Form) && survey.Within(f.Area, r.Grid) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status))
}

func (w *town) Count(f survey.RowFilter) (int64, error) {
	n := int64(0)
	for i := range w.records {
		if w.match(f, &w.records[i]) {
			n++
		}
	}
	return n, nil
}

func (w *town) Rows(f survey.RowFilter) iter.Seq2[survey.PackedRecord, error] {
	return func(yield func(survey.PackedRecord, error) bool) {
		for i := range w.records {
			if w.match(f, &w.records[i]) && !yield(w.records[i], nil) {
				return
			}
		}
	}
}

func (w *town) Cells(f survey.CellFilter) iter.Seq2[survey.AggregateCell, error] {
	return func(yield func(survey.AggregateCell, error) bool) {
		for _, c := range w.cells {
			if (f.Form == "" || f.Form == c.Form) && survey.Within(f.Area, c.Grid) && !yield(c, nil) {
				return
			}
		}
	}
}

func (w *town) Cases(survey.CaseFilter) iter.Seq2[sync.Case, error] {
	return func(func(sync.Case, error) bool) {}
}

func (w *town) Statuses(f survey.RowFilter) ([]survey.StatusCount, error) {
	at := map[survey.StatusCount]int64{}
	for i := range w.records {
		if r := &w.records[i]; w.match(f, r) {
			at[survey.StatusCount{Street: r.Street, Grid: r.Grid, Form: r.Form, Status: r.Status}]++
		}
	}
	var list []survey.StatusCount
	for k, n := range at {
		k.N = n
		list = append(list, k)
	}
	return list, nil
}

func built(t testing.TB, id string) *schema.Form {
	form, err := instruments.Read(id)
	require.NoError(t, err)
	return form
}

const street = "990101001"

func newTown(t testing.TB, forms ...*schema.Form) *town {
	w := &town{forms: &schema.Forms{}, heads: []sync.Head{{Street: street, Seq: 41}}}
	for _, f := range forms {
		next, err := w.forms.With(f)
		require.NoError(t, err)
		w.forms = next
	}
	return w
}

// add stores a record with the given answers, through merge and projection.
func (w *town) add(t testing.TB, form *schema.Form, n int, grid, status string, answers map[string]string, second map[string]string) {
	s := &crdt.State{}
	id := fmt.Sprintf("018f0000-0000-7000-8000-%012d", n)
	apply := func(device string, seq uint64, values map[string]string, status string) {
		c := &crdt.ChangeSet{Device: device, Seq: seq, Record: id, Form: form.ID, Version: form.Version, Grid: grid, At: 1_795_000_000_000, Ctx: crdt.VV{}}
		for path, v := range values {
			c.Set = append(c.Set, crdt.Cell{Path: path, Value: v})
		}
		if status != "" {
			c.Set = append(c.Set, crdt.Cell{Path: "@status", Value: status})
		}
		slices.SortFunc(c.Set, func(a, b crdt.Cell) int { return strings.Compare(a.Path, b.Path) })
		s.Apply(c, c.At)
	}
	apply("dv_one", 1, answers, "")
	if second != nil {
		apply("dv_two", 1, second, "")
	}
	approve := &crdt.ChangeSet{Device: "sv_office", Seq: 1, Record: id, Form: form.ID, Version: form.Version, Grid: grid, At: 1_795_000_100_000,
		Ctx: s.VV.Clone(), Set: []crdt.Cell{{Path: "@status", Value: status}}}
	s.Apply(approve, approve.At)
	project := survey.NewProjector(survey.ProjectorConfig{
		Forms: func() *schema.Forms { return w.forms }, WorkerKey: []byte("worker key"),
		Info: func(string) (survey.FormInfo, bool) {
			return survey.FormInfo{Kind: survey.KindSentiment, Mode: survey.Census}, true
		},
	})
	rec := &sync.Record{ID: id, Street: street, Grid: grid, Form: form.ID, Version: form.Version, Author: "us_worker", State: s, Submitted: 1_795_000_000_000}
	p := project(sync.ProjectInput{Record: rec, LookupCase: func(no string) (sync.Case, bool) {
		return sync.Case{No: no, Street: street, Grid: grid, PSU: grid, Weight: 1}, true
	}})
	w.records = append(w.records, survey.PackedRecord{ID: id, Street: street, Grid: grid, Form: form.ID, Version: form.Version, Status: p.Status, Packed: p.Packed})
	for _, c := range p.Cells {
		w.cells = append(w.cells, survey.AggregateCell{Street: street, Form: form.ID, CellKey: c.CellKey, N: c.N, W: c.W, WW: c.WW})
	}
}

// answer fills a form at random, as its relevances allow in the plain cases.
func answer(form *schema.Form, rnd *rand.Rand) map[string]string {
	given := map[string]string{"case_id": fmt.Sprintf("C%06d", rnd.IntN(1_000_000)), "village_code": "990101001201", "consent": "1", "adult": "1"}
	for _, q := range form.Questions() {
		items := q.ChoiceItems()
		switch {
		case given[q.Path] != "" || rnd.IntN(20) == 0:
		case q.Control == schema.SelectOne && len(items) > 0:
			given[q.Path] = items[rnd.IntN(len(items))].Value
		case q.Control == schema.Select && len(items) > 0:
			if rnd.IntN(10) == 0 {
				given[q.Path] = "-99"
				continue
			}
			var list []string
			for _, c := range items {
				if !survey.MissingCode(c.Value) && rnd.IntN(3) == 0 {
					list = append(list, c.Value)
				}
			}
			given[q.Path] = strings.Join(list, " ")
		case q.Type == schema.Int && q.Asked():
			given[q.Path] = fmt.Sprint(rnd.IntN(60))
		case q.FreeText():
			given[q.Path] = "补充：planted-words, \"quoted\"\nsecond line"
		}
	}
	for k, v := range given {
		if v == "" {
			delete(given, k)
		}
	}
	return given
}

var master = []byte(strings.Repeat("k", 32))

func plan(t testing.TB, o export.Options) *export.Plan {
	if o.Master == nil {
		o.Master = master
	}
	if o.Format == "" {
		o.Format = export.CSV
	}
	if o.Form == "" {
		o.Form = o.Versions[0].ID
	}
	p, err := export.NewPlan(o)
	require.NoError(t, err)
	return p
}

func write(t testing.TB, p *export.Plan, w *town) (export.Result, string) {
	var b strings.Builder
	res, err := p.Write(context.Background(), w, &b, nil)
	require.NoError(t, err)
	return res, b.String()
}
