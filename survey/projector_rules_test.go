package survey

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/schema"
	"ruhu/schema/judge"
	"ruhu/sync/crdt"
)

// ruledForm has a rule of every kind.
func ruledForm(t require.TestingT) *schema.Form {
	q := func(name string, ty schema.Type, c schema.Control, edit func(*schema.Node)) *schema.Node {
		n := &schema.Node{Name: name, Kind: schema.Question, Type: ty, Control: c}
		if edit != nil {
			edit(n)
		}
		return n
	}
	f := &schema.Form{ID: "q", Version: "1", RootName: "data", Root: &schema.Node{Kind: schema.Group, Children: []*schema.Node{
		q("low", schema.Int, schema.Input, func(n *schema.Node) { n.Required = "true()" }),
		q("high", schema.Int, schema.Input, func(n *schema.Node) { n.Constraint = ". >= /data/low"; n.ConstraintMsg = schema.Plain("not below low") }),
		q("why", schema.String, schema.Input, func(n *schema.Node) { n.Relevant = "/data/low = 0"; n.Required = "true()" }),
		q("other", schema.String, schema.Input, func(n *schema.Node) { n.Required = "true()" }),
		q("sum", schema.Int, schema.Calculate, func(n *schema.Node) { n.Calculation = "/data/low + /data/high" }),
		q("day", schema.Date, schema.Input, func(n *schema.Node) { n.Constraint = ". <= today()" }),
		{Name: "members", Kind: schema.Repeat, Children: []*schema.Node{
			q("age", schema.Int, schema.Input, func(n *schema.Node) { n.Constraint = ". < 120" }),
			q("born", schema.Int, schema.Calculate, func(n *schema.Node) { n.Calculation = "2026 - ../age" }),
		}},
	}}}
	require.NoError(t, f.Seal())
	return f
}

func ruledFlags(b bench, s *crdt.State) []string {
	return append([]string{}, b.of(s).Flags...)
}

func TestABrokenRuleIsFlaggedByWhoBrokeIt(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, ruledForm(t))
	right := map[string]string{"low": "1", "high": "5", "other": "x", "sum": "6", "@status": "submitted"}
	base := write(&crdt.State{}, "dv_a", 1, nil, right)
	require.Empty(t, ruledFlags(b, base))

	one := write(base, "dv_a", 2, base.VV, map[string]string{"low": "9", "sum": "14"})
	require.Equal(t, []string{"breaks-rule:high"}, ruledFlags(b, one), "its author broke it alone")

	x := write(base, "dv_a", 2, base.VV, map[string]string{"low": "4", "sum": "9"})
	y := write(x, "dv_b", 1, base.VV, map[string]string{"high": "3", "sum": "4"})
	require.Equal(t, []string{"invalid-after-merge:high", "calculated-differs:sum"}, ruledFlags(b, y))
	row := unpacked(t, b.of(y))
	sum, _ := row.Get("sum")
	require.Equal(t, "7", sum.Value, "tables hold what the form's expression gives")
	require.Zero(t, sum.Mark&(MarkDiffers|MarkConflict))

	draft := write(y, "dv_a", 3, y.VV, map[string]string{"@status": "draft"})
	require.Empty(t, ruledFlags(b, draft), "who is still typing is left alone")
}

func TestOfWhatWasLeftOutTheFirstIsTold(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, ruledForm(t))
	require.Equal(t, []string{"breaks-rule:low"}, ruledFlags(b, write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"@status": "submitted"})), "low and other are missing")
	base := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"low": "1", "other": "x", "@status": "submitted"})
	zero := write(base, "dv_b", 1, base.VV, map[string]string{"low": "0"})
	require.Equal(t, []string{"breaks-rule:why"}, ruledFlags(b, zero))
	told := write(base, "dv_a", 2, base.VV, map[string]string{"low": "0", "why": "y"})
	again := write(told, "dv_b", 1, told.VV, map[string]string{"low": "2"})
	require.Equal(t, []string{"invalid-after-merge:why"}, ruledFlags(b, again), "a hidden answer of one, hidden by the other")
}

func TestACalculationOfDisputedAnswersIsNotSettled(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, ruledForm(t))
	base := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"low": "1", "high": "5", "other": "x", "sum": "6", "@status": "submitted"})
	x := write(base, "dv_a", 2, base.VV, map[string]string{"high": "6", "sum": "7"})
	y := write(x, "dv_b", 1, base.VV, map[string]string{"high": "8", "sum": "9"})
	p := b.of(y)
	require.Equal(t, []string{"high"}, p.Conflicts)
	row := unpacked(t, p)
	sum, _ := row.Get("sum")
	high, _ := row.Get("high")
	if sum.Mark&MarkComputed != 0 {
		require.NotZero(t, sum.Mark&MarkDiffers)
	}
	require.NotZero(t, high.Mark&MarkConflict)
}

func TestRulesAreJudgedAsOfTheLatestAnswer(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, ruledForm(t))
	s := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"low": "1", "other": "x", "day": "2026-11-23", "@status": "submitted"})
	require.Empty(t, ruledFlags(b, s), "the day of the interview is not after today, whenever one asks")
	late := write(s, "dv_a", 2, s.VV, map[string]string{"day": "2026-11-25"})
	require.Equal(t, []string{"breaks-rule:day"}, ruledFlags(b, late))
}

func TestRowsAndWithheldAnswers(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindOther}, ruledForm(t))
	s := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"low": "1", "other": "x", "members[r1]/age": "40", "members[r1]/born": "1986", "members[r2]/age": "130", "members[r2]/born": "1900", "@status": "submitted"})
	require.Equal(t, []string{"breaks-rule:members[r2]/age", "calculated-differs:members[r2]/born"}, ruledFlags(b, s))
	s.Withhold("members/age")
	require.Empty(t, ruledFlags(b, s), "what is gone is held against nobody")
	s.Withhold("low")
	require.Empty(t, ruledFlags(b, s))
}

func TestPathsOfDifferentRows(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"a", "b", true}, {"m[r1]/a", "m[r1]/b", true}, {"m[r1]/a", "m[r2]/a", false}, {"m[r1]/a", "m[r10]/a", false}, {"a", "m[r1]/a", true}, {"m[r1]/a", "m[r1]/k[k1]/b", true},
		{"m[r1]/k[k1]/b", "m[r1]/k[k2]/b", false}, {"m[r1]/k[k1]/b", "m[r2]/k[k1]/b", false}, {"m[r1]/a", "k[r2]/a", true}} {
		require.Equal(t, c.same, sameRows(c.a, c.b), "%s %s", c.a, c.b)
		require.Equal(t, c.same, sameRows(c.b, c.a))
	}
}

// What a correction recomputes is right by the rules it was computed by, whatever was written before.
func TestAfterRecomputingNothingDiffers(t *testing.T) {
	form := ruledForm(t)
	j := judge.Compile(form)
	number := rapid.SampledFrom([]string{"0", "1", "7", "130", "-5"})
	rapid.Check(t, func(t *rapid.T) {
		s := &crdt.State{}
		for seq := uint64(1); seq <= 3; seq++ {
			values := map[string]string{}
			for _, p := range []string{"low", "high", "sum", "members[r1]/age", "members[r1]/born", "members[r2]/age", "members[r2]/born"} {
				if rapid.Bool().Draw(t, p) {
					values[p] = number.Draw(t, p)
				}
			}
			if len(values) > 0 {
				s = write(s, "dv_a", seq, s.VV, values)
			}
		}
		env := &judge.Env{Now: asOf(s)}
		rec := judged(form, s)
		fixed := map[string]string{}
		for _, c := range j.Recompute(rec, env, nil) {
			fixed[c.Path] = c.Text
		}
		after := write(s, "dv_of", 1, s.VV, fixed)
		require.Empty(t, j.Recompute(judged(form, after), env, nil))
		for _, v := range j.Judge(judged(form, after), env) {
			require.NotEqual(t, judge.RuleCalculated, v.Rule, v.Path)
		}
	})
}
