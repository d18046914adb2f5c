package survey

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// testForm has every kind of question: a case, selects, numbers, text, a repeat, a calculation.
func testForm(t require.TestingT, version string) *schema.Form {
	list := func(name string, values ...string) *schema.ChoiceList {
		l := &schema.ChoiceList{Name: name}
		for _, v := range values {
			l.Items = append(l.Items, schema.Choice{Value: v})
		}
		return l
	}
	q := func(name string, ty schema.Type, c schema.Control, l *schema.ChoiceList) *schema.Node {
		n := &schema.Node{Name: name, Kind: schema.Question, Type: ty, Control: c}
		if l != nil {
			n.Choices = &schema.Choices{List: l}
		}
		return n
	}
	f := &schema.Form{ID: "q", Version: version, Root: &schema.Node{Kind: schema.Group, Children: []*schema.Node{
		q("case_id", schema.String, schema.Hidden, nil),
		q("consent", schema.String, schema.SelectOne, list("yn", "1", "0")),
		q("sex", schema.String, schema.SelectOne, list("sex", "1", "2")),
		q("age_band", schema.String, schema.SelectOne, list("age", "1", "2", "3")),
		q("q1", schema.String, schema.SelectOne, list("sat", "1", "2", "3", "-98")),
		q("many", schema.String, schema.Select, list("many", "a", "b", "c")),
		q("n", schema.Int, schema.Input, nil),
		q("txt", schema.String, schema.Input, nil),
		q("calc", schema.String, schema.Calculate, nil),
		{Name: "members", Kind: schema.Repeat, Children: []*schema.Node{q("age", schema.Int, schema.Input, nil), q("job", schema.String, schema.SelectOne, list("job", "x", "y"))}},
	}}}
	for _, n := range append(f.Root.Children, f.Root.Children[9].Children...) {
		if n.Choices != nil {
			f.Lists = append(f.Lists, n.Choices.List)
		}
	}
	require.NoError(t, f.Seal())
	return f
}

type bench struct {
	project sync.Projector
	cases   map[string]sync.Case
}

func newBench(t require.TestingT, info FormInfo, forms ...*schema.Form) bench {
	set := new(schema.Set)
	require.NoError(t, set.Add(forms...))
	return bench{project: NewProjector(ProjectorConfig{Forms: set.Snapshot, Info: func(string) (FormInfo, bool) { return info, true }, WorkerKey: make([]byte, 32),
		Zone: time.FixedZone("UTC+8", 8*3600)}), cases: map[string]sync.Case{
		"C1": {No: "C1", Street: "990101001", Grid: gridA, Stratum: "S1", PSU: "P1", Weight: 2.5, FPC1: 40},
		"C2": {No: "C2", Street: "990101002", Grid: "990101002201001", Weight: 9}}}
}

func (b bench) of(s *crdt.State) sync.Projection {
	r := &sync.Record{ID: "r1", Street: "990101001", Grid: gridA, Form: "q", Version: "1", Author: "us_1", State: s}
	if w, ok := s.Shown("@status"); ok && w.Value != "draft" {
		r.Submitted = 1795420800000
	}
	return b.project(sync.ProjectInput{Record: r, LookupCase: func(no string) (sync.Case, bool) { c, ok := b.cases[no]; return c, ok }})
}

// write returns the state after phone "dv_a" (or another) wrote, having seen ctx.
func write(s *crdt.State, device string, seq uint64, ctx crdt.VV, values map[string]string, del ...string) *crdt.State {
	next := s.Clone()
	c := &crdt.ChangeSet{Device: device, Seq: seq, Record: "r1", Form: "q", Version: "1", Grid: gridA, Ctx: ctx, Del: del}
	for path, v := range values {
		c.Set = append(c.Set, crdt.Cell{Path: path, Value: v})
	}
	c.Normalize()
	next.Apply(c, 1795420800000+int64(seq))
	return next
}

func unpacked(t require.TestingT, p sync.Projection) Packed {
	var out Packed
	require.NoError(t, Unpack(p.Packed, &out))
	return out
}

func cell(p sync.Projection, question, choice string) (n int64, w float64) {
	for _, c := range p.Cells {
		if c.Question == question && c.Choice == choice {
			n += c.N
			w += c.W
		}
	}
	return n, w
}

func TestProjectAnInterview(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindSentiment, Mode: Sample, EditHours: 24}, testForm(t, "1"))
	p := b.of(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "sex": "1", "age_band": "2", "q1": "2", "many": "a c", "n": "7", "txt": "路灯", "calc": "1", "@status": "submitted",
		"members[r1]/age": "40", "members[r1]/job": "x", "members[r2]/age": "3", "members[r2]/job": "x"}))
	require.Equal(t, "C1", p.Case)
	require.Equal(t, StatusSubmitted, p.Status)
	require.Empty(t, p.Flags)
	require.Empty(t, p.Conflicts)
	require.True(t, p.Open)
	require.Equal(t, int64(1795420800000)+24*3600*1000, p.EditUntil)

	row := unpacked(t, p)
	require.Equal(t, "2026-11-23", row.Date)
	require.Equal(t, []string{"S1", "P1"}, []string{row.Stratum, row.PSU})
	require.Equal(t, 2.5, row.Weight)
	require.Equal(t, WorkerCode(make([]byte, 32), "990101001", "us_1"), row.Author)
	require.Len(t, row.Rows, 1)
	require.Len(t, row.Rows[0].Rows, 2)
	got, ok := row.Get("members[r2]/age")
	require.True(t, ok)
	require.Equal(t, "3", got.Value)
	_, ok = row.Get("@status")
	require.False(t, ok)

	for _, want := range []struct {
		q, c string
		n    int64
		w    float64
	}{{"", "", 1, 2.5}, {"q1", "2", 1, 2.5}, {"q1", "", 1, 2.5}, {"many", "a", 1, 2.5}, {"many", "c", 1, 2.5}, {"many", "b", 0, 0}, {"many", "", 1, 2.5},
		{"n", "", 1, 2.5}, {"n", ChoiceSum, 1, 17.5}, {"txt", "", 1, 2.5}, {"calc", "1", 1, 2.5}, {"members/job", "x", 2, 5}, {"members/age", ChoiceSum, 2, 107.5}, {"case_id", "", 0, 0}} {
		n, w := cell(p, want.q, want.c)
		require.Equal(t, want.n, n, "%s=%s", want.q, want.c)
		require.InDelta(t, want.w, w, 1e-9, "%s=%s", want.q, want.c)
	}
	for _, c := range p.Cells {
		require.Equal(t, []string{gridA, "P1", "S1", StatusSubmitted, "1|2"}, []string{c.Grid, c.PSU, c.Stratum, c.Status, c.Post})
	}
}

func TestWhatDoesNotCount(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther, Mode: Sample}, testForm(t, "1"))
	base := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "q1": "2", "n": "many", "nowhere": "x", "many": "c a", "@status": "submitted"})

	p := b.of(base)
	require.ElementsMatch(t, []string{"invalid-value:many", "invalid-value:n", "unknown-path:nowhere"}, p.Flags)
	n, _ := cell(p, "n", ChoiceUnsettled)
	require.Equal(t, int64(1), n)
	n, _ = cell(p, "n", "")
	require.Zero(t, n, "a flagged answer does not count until it is settled")
	n, _ = cell(p, "many", "a")
	require.Zero(t, n)
	row := unpacked(t, p)
	got, _ := row.Get("nowhere")
	require.Equal(t, MarkUnknownPath, got.Mark)
	require.Equal(t, "x", got.Value, "an unknown answer is kept")

	both := write(base, "dv_b", 1, nil, map[string]string{"q1": "3"})
	p = b.of(both)
	require.Equal(t, []string{"q1"}, p.Conflicts)
	for _, choice := range []string{"2", "3", ""} {
		n, _ = cell(p, "q1", choice)
		require.Zero(t, n, "an answer in dispute counts as nobody's")
	}
	n, _ = cell(p, "q1", ChoiceUnsettled)
	require.Equal(t, int64(1), n)

	settled := write(both, "dv_c", 1, crdt.VV{"dv_a": 1, "dv_b": 1}, map[string]string{"q1": "3"})
	p = b.of(settled)
	require.Empty(t, p.Conflicts)
	n, _ = cell(p, "q1", "3")
	require.Equal(t, int64(1), n)

	same := write(base, "dv_b", 1, nil, map[string]string{"q1": "2", "calc": "7"})
	require.Empty(t, b.of(same).Conflicts, "equal answers are no conflict")
	differ := write(same, "dv_c", 1, nil, map[string]string{"calc": "8"})
	require.Empty(t, b.of(differ).Conflicts, "a calculated field is never a conflict of its own")

	for status, counts := range map[string]bool{"draft": false, "submitted": true, "approved": true, "returned": true, "needs_review": true, "restricted": false} {
		s := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "q1": "2", "@status": status})
		p := b.of(s)
		require.Equal(t, status, p.Status)
		require.Equal(t, counts, len(p.Cells) > 0, status)
	}
	erased := &crdt.State{}
	erased.Erase()
	require.Equal(t, sync.Projection{Status: StatusErased}, b.of(erased))
	cleared := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "@status": "submitted"})
	c := &crdt.ChangeSet{Device: "dv_a", Seq: 2, Ctx: crdt.VV{"dv_a": 1}, Set: []crdt.Cell{{Path: "q1", Null: true}}}
	cleared.Apply(c, 1)
	n, _ = cell(b.of(cleared), "q1", "")
	require.Zero(t, n)
	require.Empty(t, b.of(cleared).Flags, "a cleared answer is no wrong answer")
}

func TestRefusedConsentLeavesNothing(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindSentiment, Mode: Census}, testForm(t, "1"))
	given := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "consent": "1", "q1": "2", "txt": "x", "@status": "submitted"})
	n, _ := cell(b.of(given), "q1", "2")
	require.Equal(t, int64(1), n)
	for name, s := range map[string]*crdt.State{
		"refused":           write(given, "dv_a", 2, crdt.VV{"dv_a": 1}, map[string]string{"consent": "0"}),
		"refused by one":    write(given, "dv_b", 1, nil, map[string]string{"consent": "0"}),
		"refused, unknowns": write(given, "dv_a", 2, crdt.VV{"dv_a": 1}, map[string]string{"consent": "0", "nowhere": "x"}),
	} {
		p := b.of(s)
		require.Contains(t, p.Flags, "invalid-value:consent", name)
		for _, c := range p.Cells {
			require.Contains(t, []string{"", "consent"}, c.Question, name)
		}
		row := unpacked(t, p)
		require.Len(t, row.Cells, 2, name)
	}
	clean := b.of(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "consent": "0", "@status": "submitted"}))
	require.Empty(t, clean.Flags, "a refusal as it should be")
}

func TestRowsRemovedWhileEdited(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, testForm(t, "1"))
	base := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "@status": "submitted", "members[r1]/age": "40", "members[r2]/age": "41"})
	gone := write(base, "dv_b", 1, crdt.VV{"dv_a": 1}, nil, "members[r1]")
	p := b.of(gone)
	row := unpacked(t, p)
	require.Equal(t, []PackedRows{{"members", []string{"r2"}}}, row.Rows)
	_, there := row.Get("members[r1]/age")
	require.False(t, there, "answers of a removed row are shown to nobody")
	n, _ := cell(p, "members/age", "")
	require.Equal(t, int64(1), n)

	disputed := write(gone, "dv_c", 1, crdt.VV{"dv_a": 1}, map[string]string{"members[r1]/age": "50"})
	p = b.of(disputed)
	require.Equal(t, []string{"members[r1]"}, p.Conflicts)
	require.Equal(t, []string{"removed-while-edited:members[r1]"}, p.Flags)
}

func TestCasesAndModes(t *testing.T) {
	census := newBench(t, FormInfo{Kind: KindOther, Mode: Census}, testForm(t, "1"))
	sample := newBench(t, FormInfo{Kind: KindOther, Mode: Sample}, testForm(t, "1"))
	for name, no := range map[string]string{"never drawn": "C9", "of another street": "C2"} {
		s := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": no, "q1": "2", "@status": "submitted"})
		p := census.of(s)
		require.Equal(t, []string{"unknown-case"}, p.Flags, name)
		n, w := cell(p, "q1", "2")
		require.Equal(t, int64(1), n, name)
		require.Equal(t, 1.0, w, "a foreign weight is never taken")
		p = sample.of(s)
		n, _ = cell(p, "q1", "2")
		require.Zero(t, n, "outside the design an interview is no part of the sample")
		n, _ = cell(p, "", "")
		require.Equal(t, int64(1), n)
		require.False(t, unpacked(t, p).Known)
	}
	p := census.of(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"q1": "2", "@status": "submitted"}))
	require.Equal(t, []string{"unknown-case"}, p.Flags)
}

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		status string
		open   bool
		until  bool
	}{
		{KindSentiment, "draft", true, false}, {KindSentiment, "submitted", true, true}, {KindSentiment, "needs_review", true, true},
		{KindSentiment, "returned", true, false}, {KindSentiment, "approved", false, false}, {KindSentiment, "restricted", false, false},
		{KindVillage, "submitted", true, false}, {KindVillage, "approved", false, false}, {KindVillage, "returned", true, false},
	} {
		b := newBench(t, FormInfo{Kind: c.kind, EditHours: 24}, testForm(t, "1"))
		p := b.of(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "@status": c.status}))
		require.Equal(t, c.open, p.Open, "%v", c)
		require.Equal(t, c.until, p.EditUntil > 0, "%v", c)
	}
	b := newBench(t, FormInfo{Kind: KindSentiment, EditHours: 24}, testForm(t, "1"))
	raced := write(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "@status": "returned"}), "dv_b", 1, nil, map[string]string{"@status": "approved"})
	p := b.of(raced)
	require.Equal(t, StatusNeedsReview, p.Status)
	require.True(t, p.Open)
	require.Zero(t, p.EditUntil, "a live return opens the record, whatever is shown")
}

func TestApprovalThatDidNotSeeAll(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, testForm(t, "1"))
	s := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "q1": "1", "@status": "submitted"})
	s = write(s, "dv_o", 1, crdt.VV{"dv_a": 1}, map[string]string{"@status": "approved"})
	require.Equal(t, StatusApproved, b.of(s).Status)
	s = write(s, "dv_b", 1, nil, map[string]string{"txt": "late"})
	p := b.of(s)
	require.Equal(t, StatusNeedsReview, p.Status)
	require.Contains(t, p.Flags, string(errs.ArrivedAfterReview))
}

func TestOlderVersionsStayWhatTheyWere(t *testing.T) {
	old := testForm(t, "1")
	next := testForm(t, "2")
	next.Root.Children = next.Root.Children[:5] // many, n, txt … are gone
	require.NoError(t, next.Seal())
	next.SHA256[0] = 1
	b := newBench(t, FormInfo{Kind: KindOther}, old, next)
	r := &sync.Record{ID: "r1", Street: "990101001", Grid: gridA, Form: "q", Version: "2",
		State: write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"case_id": "C1", "n": "7", "q1": "1", "@status": "submitted"})}
	p := b.project(sync.ProjectInput{Record: r})
	require.Equal(t, []string{"unknown-case"}, p.Flags, "an answer of an earlier version is no unknown path")
	r.Version = "3"
	p = b.project(sync.ProjectInput{Record: r})
	require.Equal(t, "unknown-form", p.Flags[0])
	require.Empty(t, p.Cells)
	require.Len(t, unpacked(t, p).Cells, 3)
}

// Random histories: what aggregates become by difference, record after record and merge after merge, is what projecting all
// final states anew gives.
func TestAggregatesByDifferenceEqualRecomputation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, FormInfo{Kind: KindSentiment, Mode: Sample, EditHours: 1}, testForm(t, "1"))
		values := map[string][]string{"case_id": {"C1", "C2", "C3"}, "q1": {"1", "2", "9", "-98"}, "many": {"a", "a b", "b a"}, "n": {"1", "-98", "x", "33"}, "sex": {"1", "2"}, "age_band": {"1", "3"},
			"calc": {"0", "1", "long"}, "members[r1]/job": {"x", "y", "z"}, "members[r2]/job": {"x", "y"}, "members[r1]/age": {"4", "b"}, "other": {"1"},
			"@status": {"draft", "submitted", "approved", "returned", "needs_review", "restricted"}}
		var paths []string
		for p := range values {
			paths = append(paths, p)
		}
		sortStrings(paths)
		type sum struct {
			n     int64
			w, ww float64
		}
		running := map[sync.CellKey]sum{}
		add := func(into map[sync.CellKey]sum, p sync.Projection, sign int64) {
			for _, c := range p.Cells {
				s := into[c.CellKey]
				s.n += sign * c.N
				s.w += float64(sign) * c.W
				s.ww += float64(sign) * c.WW
				into[c.CellKey] = s
				if s.n == 0 {
					delete(into, c.CellKey)
				}
			}
		}
		final := map[int]*crdt.State{}
		seqs := map[string]uint64{}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			rec := rapid.IntRange(0, 2).Draw(t, "record")
			s := final[rec]
			if s == nil {
				s = &crdt.State{}
			}
			device := rapid.SampledFrom([]string{"dv_a", "dv_b", "dv_c"}).Draw(t, "device")
			key := fmt.Sprint(rec, device)
			seqs[key]++
			set := map[string]string{}
			for _, p := range rapid.SliceOfN(rapid.SampledFrom(paths), 0, 5).Draw(t, "paths") {
				set[p] = rapid.SampledFrom(values[p]).Draw(t, "value")
			}
			var ctx crdt.VV
			if rapid.Bool().Draw(t, "seen") {
				ctx = s.VV.Clone()
			}
			var del []string
			if rapid.IntRange(0, 5).Draw(t, "del") == 0 && set["members[r1]/job"] == "" && set["members[r1]/age"] == "" {
				del = []string{"members[r1]"}
			}
			next := write(s, device, seqs[key], ctx, set, del...)
			if rapid.IntRange(0, 20).Draw(t, "erase") == 0 {
				next.Erase()
			}
			add(running, b.of(s), -1)
			add(running, b.of(next), 1)
			final[rec] = next
		}
		fresh := map[sync.CellKey]sum{}
		for _, s := range final {
			add(fresh, b.of(s), 1)
		}
		if len(fresh) != len(running) {
			t.Fatalf("%d cells by difference, %d anew", len(running), len(fresh))
		}
		for k, want := range fresh {
			got := running[k]
			if got.n != want.n || math.Abs(got.w-want.w) > 1e-9 || math.Abs(got.ww-want.ww) > 1e-6 {
				t.Fatalf("%v: %v by difference, %v anew", k, got, want)
			}
		}
		for k, s := range fresh {
			if k.Question == "q1" && k.Choice == "9" || k.Question == "n" && k.Choice == "x" || s.n < 0 {
				t.Fatalf("a value that fits no question counts: %v", k)
			}
		}
	})
}

func BenchmarkProject40(b *testing.B) {
	f := &schema.Form{ID: "q", Version: "1", Root: &schema.Node{Kind: schema.Group}}
	list := &schema.ChoiceList{Name: "l"}
	for i := range 5 {
		list.Items = append(list.Items, schema.Choice{Value: fmt.Sprint(i)})
	}
	set := map[string]string{"case_id": "C1", "@status": "submitted"}
	f.Root.Children = append(f.Root.Children, &schema.Node{Name: "case_id", Kind: schema.Question, Type: schema.String, Control: schema.Hidden})
	for i := range 40 {
		name := fmt.Sprintf("question_%02d", i)
		f.Root.Children = append(f.Root.Children, &schema.Node{Name: name, Kind: schema.Question, Type: schema.String, Control: schema.SelectOne, Choices: &schema.Choices{List: list}})
		set[name] = fmt.Sprint(i % 5)
	}
	f.Lists = []*schema.ChoiceList{list}
	require.NoError(b, f.Seal())
	bench := newBench(b, FormInfo{Kind: KindSentiment, EditHours: 24}, f)
	s := write(&crdt.State{}, "dv_a", 1, nil, set)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		bench.of(s)
	}
}
