package survey

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/sync/crdt"
)

func tallyForm(t *testing.T) *schema.Form {
	n := func(name string, ty schema.Type) *schema.Node {
		return &schema.Node{Name: name, Kind: schema.Question, Type: ty, Control: schema.Input}
	}
	yn := n("confirmed", schema.String)
	yn.Control, yn.Choices = schema.SelectOne, &schema.Choices{List: &schema.ChoiceList{Name: "yn", Items: []schema.Choice{{Value: "1"}, {Value: "0"}}}}
	f := &schema.Form{ID: "q", Version: "1", Root: &schema.Node{Kind: schema.Group, Children: []*schema.Node{
		n("valid", schema.Int), {Name: "targets", Kind: schema.Repeat, Children: []*schema.Node{n("n1", schema.Int)}}, yn,
	}}, Lists: []*schema.ChoiceList{yn.Choices.List}}
	require.NoError(t, f.Seal())
	return f
}

func TestATallyNeedsASecondPerson(t *testing.T) {
	const flag = string(errs.TallyUnconfirmed)
	b := newBench(t, FormInfo{Kind: KindAppraisal}, tallyForm(t))
	entered := write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"valid": "20", "targets[r1]/n1": "20", "@status": "submitted"})
	require.Contains(t, b.of(entered).Flags, flag)
	seen := crdt.VV{"dv_a": 1}
	require.Contains(t, b.of(write(entered, "dv_a", 2, seen, map[string]string{"confirmed": "1"})).Flags, flag, "not by who entered it")
	require.Contains(t, b.of(write(entered, "dv_b", 1, seen, map[string]string{"confirmed": "0"})).Flags, flag)
	confirmed := write(entered, "dv_b", 1, seen, map[string]string{"confirmed": "1"})
	require.NotContains(t, b.of(confirmed).Flags, flag)
	own := write(confirmed, "dv_b", 2, crdt.VV{"dv_a": 1, "dv_b": 1}, map[string]string{"targets[r1]/n1": "19"})
	require.Contains(t, b.of(own).Flags, flag, "who changes a figure does not stand in for a second person")
	require.NotContains(t, b.of(write(&crdt.State{}, "dv_a", 1, nil, map[string]string{"valid": "20", "@status": "draft"})).Flags, flag, "a draft is nobody's word yet")
	require.NotContains(t, newBench(t, FormInfo{Kind: KindVillage}, tallyForm(t)).of(entered).Flags, flag)
}

func TestACandidatesNumberIsNoCaseOfTheFrame(t *testing.T) {
	b := newBench(t, FormInfo{Kind: KindCandidate, Mode: Sample}, testForm(t, "1"))
	for _, values := range []map[string]string{{"case_id": "1f2e3d4c", "@status": "submitted"}, {"consent": "0", "@status": "submitted"}} {
		p := b.of(write(&crdt.State{}, "dv_a", 1, nil, values))
		require.NotContains(t, p.Flags, string(errs.UnknownCase))
		require.Equal(t, values["case_id"], p.Case)
		n, _ := cell(p, "", "")
		require.EqualValues(t, 1, n)
	}
}
