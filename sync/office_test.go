package sync_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// seen is the ctx of a page that shows a record as it is now.
func (w *world) seen(record string) crdt.VV { return w.state(record).VV.Clone() }

func TestOfficeReview(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1", "@status", "submitted")
	p.push(0)
	page := w.seen("r1")
	p.set("r1", ctxOf("dv_a", 1), "q1", "2")
	p.push(1)

	_, err := w.officeErr(sync.OfficeChange{Record: "r1", Review: true, Ctx: page, Set: cells("@status", "approved")})
	requireCode(t, errs.ChangedSince, err)
	require.Equal(t, "submitted", sync.StatusOf(w.state("r1")).Shown)

	w.office(sync.OfficeChange{Record: "r1", Review: true, Ctx: w.seen("r1"), Set: cells("@status", "approved")})
	require.Equal(t, "approved", sync.StatusOf(w.state("r1")).Shown)

	// Something arrives that the reviewer has not seen.
	p.set("r1", ctxOf("dv_a", 2), "q2", "late")
	require.Equal(t, []string{"merged"}, p.push(2).texts())
	st := sync.StatusOf(w.state("r1"))
	require.Equal(t, "needs_review", st.Shown)
	require.Equal(t, sync.ReasonArrivedAfterReview, st.Reason)
	w.replays("r1")
}

func TestOfficePathsByRole(t *testing.T) {
	for _, c := range []struct {
		role, path, value string
		api               bool
		code              errs.Code
	}{
		{sync.RoleReviewer, "@status", "approved", false, ""},
		{sync.RoleReviewer, "@status", "submitted", false, errs.Forbidden},
		{sync.RoleReviewer, "@status", "restricted", false, errs.Forbidden},
		{sync.RoleRegistrar, "@status", "restricted", false, ""},
		{sync.RoleRegistrar, "@status", "approved", false, errs.Forbidden},
		{sync.RoleReviewer, "@assignee", "us_b", true, ""},
		{sync.RoleReviewer, "@assignee", "us_b", false, errs.Forbidden},
		{sync.RoleReviewer, "@grid", gridB, true, ""},
		{sync.RoleReviewer, "@grid", "990101002201001", true, errs.OutOfArea},
		{sync.RoleReviewer, "@comments[c1]/text", "why?", false, ""},
		{sync.RoleReviewer, "@disposition", "refused", false, errs.Forbidden},
		{sync.RoleReviewer, "@nonsense", "x", true, errs.Forbidden},
		{"viewer", "@status", "approved", false, errs.Forbidden},
	} {
		t.Run(c.role+" "+c.path+" "+c.value, func(t *testing.T) {
			w := newWorld(t)
			p := w.pen("dv_a", "us_a")
			p.set("r1", nil, "q1", "1", "@status", "submitted")
			p.push(0)
			_, err := w.officeErr(sync.OfficeChange{Record: "r1", Role: c.role, OfficeAPI: c.api, Ctx: w.seen("r1"), Set: cells(c.path, c.value)})
			if c.code != "" {
				requireCode(t, c.code, err)
				require.EqualValues(t, 1, w.state("r1").VV["dv_a"])
				require.Len(t, w.state("r1").VV, 1, "a refused change leaves nothing")
				return
			}
			require.NoError(t, err)
			shown, _ := w.state("r1").Shown(c.path)
			require.Equal(t, c.value, shown.Value)
			w.replays("r1")
		})
	}
}

func TestOfficeAssigneeAndGridAreNeverOverwrittenUnseen(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	p.push(0)
	for _, c := range []struct{ path, first, second string }{{"@assignee", "us_b", "us_c"}, {"@grid", gridB, gridC}} {
		page := w.seen("r1")
		w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: page, Set: cells(c.path, c.first)})
		_, err := w.officeErr(sync.OfficeChange{Record: "r1", OfficeAPI: true, User: "us_2", Ctx: page, Set: cells(c.path, c.second)})
		requireCode(t, errs.ChangedSince, err)
		shown, _ := w.state("r1").Shown(c.path)
		require.Equal(t, c.first, shown.Value)
	}
	rec, _ := w.record("r1")
	require.Equal(t, gridB, rec.Grid)
	require.Equal(t, []string{"us_b"}, rec.Assignees)
}

func TestOfficeIdempotencyAndDevices(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	p.push(0)
	ch := sync.OfficeChange{Record: "r1", Ctx: w.seen("r1"), Set: cells("q1", "2"), Key: "k1", BodyHash: sha256.Sum256([]byte("body"))}
	first := w.office(ch)
	again := w.office(ch)
	require.True(t, again.Again)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.Seq, again.Seq)
	ch.BodyHash = sha256.Sum256([]byte("other"))
	_, err := w.officeErr(ch)
	requireCode(t, errs.IdempotencyMismatch, err)

	require.True(t, sync.ServerIssued(first.Device))
	require.False(t, sync.ServerIssued("dv_of19"))
	require.EqualValues(t, 2, w.office(sync.OfficeChange{Record: "r1", Ctx: w.seen("r1"), Set: cells("q1", "3")}).Seq)
	require.NotEqual(t, first.Device, w.office(sync.OfficeChange{User: "us_2", Record: "r1", Ctx: w.seen("r1"), Set: cells("q1", "4")}).Device)
	vv, err := w.answers.DecodeCtx(first.Ctx, "r1")
	require.NoError(t, err)
	require.EqualValues(t, 1, vv[first.Device])
	_, err = w.answers.DecodeCtx(first.Ctx, "r2")
	requireCode(t, errs.BadRequest, err)
	_, _, err = w.registry.DecodeLineToken(first.Ctx)
	requireCode(t, errs.NotFound, err)
	w.replays("r1")
}

func TestOfficeChangeWithoutSeeingLeavesAConflict(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	p.push(0)
	page := w.seen("r1")
	p.set("r1", ctxOf("dv_a", 1), "q1", "2")
	p.push(1)
	w.office(sync.OfficeChange{Record: "r1", Ctx: page, Set: cells("q1", "3")})
	require.Equal(t, []string{"q1"}, w.state("r1").Conflicts())
	h, err := w.answers.History(context.Background(), "r1")
	require.NoError(t, err)
	require.Len(t, h, 3)
	require.Equal(t, "1", h[1].Writes[0].Superseded[0].Value)
	require.Equal(t, "us_a", h[1].Writes[0].Superseded[0].Worker)
	require.Empty(t, h[2].Writes[0].Superseded, "what it wrote over was superseded by a set it had not seen")
}

func TestSettle(t *testing.T) {
	ctx := context.Background()
	setup := func(t *testing.T) (*world, *pen, string) {
		w := newWorld(t)
		p := w.pen("dv_a", "us_a")
		p.set("r1", func(c *crdt.ChangeSet) { c.Version = "9" }, "q1", "held")
		p.set("r1", ctxOf("dv_a", 1), "q1", "later")
		require.Equal(t, []string{"quarantined unknown-form", "waiting"}, p.push(0).texts())
		list, err := w.answers.Quarantine(ctx, street, 0, 10)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Nil(t, list[0].Body)
		return w, p, list[0].ID
	}
	settle := func(w *world, token string, act sync.Act) error {
		s, seq, err := w.answers.DecodeLineToken(token)
		require.NoError(w.t, err)
		return w.answers.Settle(ctx, sync.Settlement{Officer: "us_office", Street: s, Line: seq, Act: act, Reason: "because"})
	}
	t.Run("release needs the form, then the original bytes merge and what waited follows", func(t *testing.T) {
		w, p, token := setup(t)
		requireCode(t, errs.UnknownForm, settle(w, token, sync.Release))
		w.forms[form+"/9"] = true
		require.NoError(t, settle(w, token, sync.Release))
		require.NoError(t, settle(w, token, sync.Release), "once more is no error")
		requireCode(t, errs.Conflict, settle(w, token, sync.Discard))
		sib := w.state("r1").Siblings("q1")
		require.Len(t, sib, 1)
		require.Equal(t, "later", sib[0].Value)
		require.Equal(t, []string{"duplicate", "duplicate"}, p.push(0).texts())
		w.replays("r1")
	})
	t.Run("discard supersedes nothing, takes its place and lets the rest go on", func(t *testing.T) {
		w, p, token := setup(t)
		require.NoError(t, settle(w, token, sync.Discard))
		require.NoError(t, settle(w, token, sync.Discard))
		requireCode(t, errs.Conflict, settle(w, token, sync.Release))
		require.Equal(t, crdt.VV{"dv_a": 2}, w.state("r1").VV)
		require.False(t, w.store.Contains("held"))
		require.Equal(t, []string{"void discarded", "duplicate"}, p.push(0).texts())
		require.Equal(t, sync.JournalDiscard, w.journal.entries[len(w.journal.entries)-1].Kind)
		w.replays("r1")
	})
	t.Run("a waiting line is not released over the heads of those before it", func(t *testing.T) {
		w, _, _ := setup(t)
		list, err := w.answers.Quarantine(ctx, street, 0, 10)
		require.NoError(t, err)
		requireCode(t, errs.Rule, settle(w, list[1].ID, sync.Release))
		require.NoError(t, settle(w, list[1].ID, sync.Discard))
		w.forms[form+"/9"] = true
		require.NoError(t, settle(w, list[0].ID, sync.Release))
		require.Equal(t, crdt.VV{"dv_a": 2}, w.state("r1").VV)
		w.replays("r1")
	})
	t.Run("correct is a discard and a change of one's own at once", func(t *testing.T) {
		w, p, token := setup(t)
		_, seq, err := w.answers.DecodeLineToken(token)
		require.NoError(t, err)
		w.office(sync.OfficeChange{Record: "r1", Form: form, Grid: gridA, Version: "1", Corrects: seq, Set: cells("q1", "corrected")})
		require.Equal(t, []string{"void discarded", "duplicate"}, p.push(0).texts())
		require.Len(t, w.state("r1").Siblings("q1"), 2)
		w.replays("r1")
	})
	t.Run("a line of another street cannot be released", func(t *testing.T) {
		w := newWorld(t)
		p := w.pen("dv_a", "us_a")
		p.set("r1", func(c *crdt.ChangeSet) { c.Grid = "990101002201001" }, "q1", "1")
		p.push(0)
		list, err := w.answers.Quarantine(ctx, street, 0, 10)
		require.NoError(t, err)
		requireCode(t, errs.Rule, settle(w, list[0].ID, sync.Release))
	})
	t.Run("released though what it saw never came", func(t *testing.T) {
		w := newWorld(t)
		p := w.pen("dv_a", "us_a")
		p.set("r1", ctxOf("dv_gone", 3), "q1", "1")
		require.Equal(t, []string{"quarantined impossible-context"}, p.push(0).texts())
		list, err := w.answers.Quarantine(ctx, street, 0, 10)
		require.NoError(t, err)
		require.NoError(t, settle(w, list[0].ID, sync.Release))
		require.Equal(t, crdt.VV{"dv_a": 1}, w.state("r1").VV)
		w.replays("r1")
	})
	t.Run("no reason, no act", func(t *testing.T) {
		w, _, _ := setup(t)
		requireCode(t, errs.Invalid, w.answers.Settle(ctx, sync.Settlement{Officer: "us_office", Street: street, Line: 1, Act: sync.Release}))
		requireCode(t, errs.Invalid, w.answers.Settle(ctx, sync.Settlement{Officer: "us_office", Street: street, Line: 1, Act: "keep", Reason: "x"}))
		requireCode(t, errs.NotFound, w.answers.Settle(ctx, sync.Settlement{Officer: "us_office", Street: street, Line: 99, Act: sync.Discard, Reason: "x"}))
	})
}

func TestNobodySilencesWhatTheyHaveNotSeen(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b")
	a.set("r1", nil, "q1", "a1")
	a.push(0)
	w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: w.seen("r1"), Set: cells("@assignee", "us_b")})
	b.pull(0)
	a.set("r1", ctxOf("dv_a", 1), "q1", "a2") // after b's pull
	a.push(1)

	b.set("r1", ctxOf("dv_a", 1), "q1", "b1") // had a1 on the screen: fine, and a2 lives beside it
	require.Equal(t, []string{"merged"}, b.push(0).texts())
	require.Len(t, w.state("r1").Siblings("q1"), 2)
	b.set("r1", ctxOf("dv_a", 2, "dv_b", 1), "q1", "b2") // claims to have seen a2
	require.Equal(t, []string{"quarantined impossible-context"}, b.push(1).texts())
	require.Len(t, w.state("r1").Siblings("q1"), 2)

	// After a pull the same claim is true.
	b2 := w.pen("dv_c", "us_b")
	b2.pull(0)
	b2.set("r1", ctxOf("dv_a", 2, "dv_b", 1), "q1", "b3")
	require.Equal(t, []string{"merged"}, b2.push(0).texts())
	require.Len(t, w.state("r1").Siblings("q1"), 1)
	w.replays("r1")
}

func TestHandOverEndsAndWorkUnderWayStillCounts(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b")
	a.set("r1", nil, "q1", "a1")
	a.push(0)
	w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: w.seen("r1"), Set: cells("@assignee", "us_b")})
	b.pull(0)
	require.NotEmpty(t, b.cursor)
	w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: w.seen("r1"), Set: cells("@assignee", "")})
	b.set("r1", ctxOf("dv_a", 1), "q1", "b1") // assigned at the cursor under which it is pushed
	require.Equal(t, []string{"merged"}, b.push(0).texts())
	got := b.pull(0)
	require.Len(t, got.of(wire.KindLeave), 1)
	require.Len(t, got.of(wire.KindStub), 1)
	require.Empty(t, got.of(wire.KindRecord))
	b.set("r1", ctxOf("dv_a", 1, "dv_b", 1), "q1", "b2")
	require.Equal(t, []string{"quarantined not-assigned"}, b.push(1).texts())
}
