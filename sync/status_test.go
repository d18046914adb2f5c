package sync_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
	"ruhu/sync/crdt"
)

func TestStatusOf(t *testing.T) {
	set := func(device string, seq uint64, ctx crdt.VV, pairs ...string) *crdt.ChangeSet {
		return &crdt.ChangeSet{Device: device, Seq: seq, Ctx: ctx, Set: cells(pairs...)}
	}
	add := func(device string, seq uint64, row string) *crdt.ChangeSet {
		return &crdt.ChangeSet{Device: device, Seq: seq, Add: []string{row}}
	}
	answer := set("dv_a", 1, nil, "q1", "1", "@status", "submitted")
	approve := set("of_1", 1, crdt.VV{"dv_a": 1}, "@status", "approved")
	for _, c := range []struct {
		name     string
		sets     []*crdt.ChangeSet
		shown    string
		reason   string
		reopened bool
	}{
		{"nothing", nil, "draft", "", false},
		{"answers alone", []*crdt.ChangeSet{set("dv_a", 1, nil, "q1", "1")}, "draft", "", false},
		{"cleared", []*crdt.ChangeSet{{Device: "dv_a", Seq: 1, Set: []crdt.Cell{{Path: "@status", Null: true}}}}, "draft", "", false},
		{"submitted", []*crdt.ChangeSet{answer}, "submitted", "", false},
		{"approved", []*crdt.ChangeSet{answer, approve}, "approved", "", false},
		{"approved with a correction of one's own", []*crdt.ChangeSet{answer, set("of_1", 1, crdt.VV{"dv_a": 1}, "q2", "x", "@status", "approved")}, "approved", "", false},
		{"an answer beside it", []*crdt.ChangeSet{answer, approve, set("dv_b", 1, nil, "q2", "x")}, "needs_review", sync.ReasonArrivedAfterReview, false},
		{"a row beside it", []*crdt.ChangeSet{answer, approve, add("dv_b", 1, "members[m1]")}, "needs_review", sync.ReasonArrivedAfterReview, false},
		{"a comment beside it", []*crdt.ChangeSet{answer, approve, set("of_2", 1, nil, "@comments[c1]/text", "x")}, "approved", "", false},
		{"two approvals, one saw all", []*crdt.ChangeSet{answer, approve, set("dv_b", 1, nil, "q2", "x"), set("of_2", 1, crdt.VV{"dv_a": 1, "dv_b": 1}, "@status", "approved")}, "approved", "", false},
		{"approved and returned", []*crdt.ChangeSet{answer, approve, set("of_2", 1, crdt.VV{"dv_a": 1}, "@status", "returned")}, "needs_review", "", true},
		{"restricted among them", []*crdt.ChangeSet{answer, set("of_2", 1, crdt.VV{"dv_a": 1}, "@status", "returned"), set("of_3", 1, crdt.VV{"dv_a": 1}, "@status", "restricted")}, "restricted", "", false},
		{"submitted again after an approval", []*crdt.ChangeSet{answer, approve, set("dv_a", 2, crdt.VV{"dv_a": 1, "of_1": 1}, "@status", "submitted")}, "submitted", "", false},
		{"an approval that saw an answer since superseded unseen", []*crdt.ChangeSet{answer, approve, set("dv_a", 2, crdt.VV{"dv_a": 1}, "q1", "2")}, "needs_review", sync.ReasonArrivedAfterReview, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &crdt.State{}
			for i, set := range c.sets {
				set.Normalize()
				s.Apply(set, int64(i))
			}
			require.Equal(t, sync.Status{Shown: c.shown, Reason: c.reason, Reopened: c.reopened}, sync.StatusOf(s))
		})
	}
	require.Equal(t, "erased", sync.StatusOf(&crdt.State{Erased: true}).Shown)
}
