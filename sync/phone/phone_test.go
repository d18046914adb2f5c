package phone_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/phone"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

func TestAnInterviewReachesTheServerAndComesBack(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	r := h.interview("q1", "2", "q2", "x")
	require.Equal(t, "2", h.shown(r, "q1"), "shown before any signal")
	require.Equal(t, 1, h.Status().Unsent)

	rep := h.sync()
	require.Equal(t, 1, rep.Push.Merged)
	require.True(t, rep.Pull.Complete)
	require.Zero(t, h.Status().Unsent)
	require.Equal(t, 1, h.Status().Unsafe)
	v, err := h.View(r)
	require.NoError(t, err)
	require.Equal(t, "2", w.server(r, "q1"))
	require.Equal(t, v.Base.Digest(), v.State.Digest(), "nothing of its own is left on top")

	w.backup()
	h.sync()
	require.Zero(t, h.Status().Unsafe)
	require.False(t, h.Log()[0].Kept, "named and safe: the bytes go")
	require.Equal(t, "2", h.shown(r, "q1"))
	h.edit(r, "q1", "3")
	h.sync()
	require.Equal(t, "3", w.server(r, "q1"))
}

func TestOnlyWhatChangedIsSent(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	r := h.interview("q1", "2", "q2", "x")
	h.sync()
	s, err := h.Edit(r)
	require.NoError(t, err)
	s.Set("q1", "2")
	s.Set("q2", "y")
	s.Set("q2", "x")
	c, err := s.Cut(context.Background())
	require.NoError(t, err)
	require.Nil(t, c)
	s.Set("q2", "z")
	s.Confirm("q1")
	c, err = s.Leave(context.Background())
	require.NoError(t, err)
	require.Equal(t, []crdt.Cell{{Path: "q1", Value: "2"}, {Path: "q2", Value: "z"}}, c.Set)
	require.Equal(t, crdt.VV{c.Device: 1}, c.Ctx)
}

func TestAPullUnderAnOpenFormChangesNeitherScreenNorCtx(t *testing.T) {
	w := newWorld(t)
	a, b := w.handset("us_a"), w.handset("us_b")
	r := a.interview("q1", "1")
	a.sync()
	w.office(r, crdt.VV{a.Status().Devices[phone.Answers]: 1}, sync.OfficeChange{Set: []crdt.Cell{{Path: "@assignee", Value: "us_a us_b"}}})
	b.sync()
	a.sync()
	sa, err := a.Edit(r)
	require.NoError(t, err)
	opened := sa.Ctx()

	b.edit(r, "q1", "2")
	b.sync()
	a.sync()
	require.Equal(t, "2", a.shown(r, "q1"))
	require.Equal(t, opened, sa.Ctx())
	v, _ := sa.Value("q1")
	require.Equal(t, "1", *v)

	a.fill(sa, "q1", "3")
	a.sync()
	b.sync()
	for _, h := range []*handset{a, b} {
		view, err := h.View(r)
		require.NoError(t, err)
		require.Equal(t, []string{"q1"}, view.State.Conflicts(), "neither saw the other: both answers stand")
	}
	b.edit(r, "q1", "3")
	b.sync()
	a.sync()
	view, err := a.View(r)
	require.NoError(t, err)
	require.Empty(t, view.State.Conflicts(), "who saw both settled it")
}

func TestADraftSurvivesTheAppAndKeepsItsCtx(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	r := h.interview("q1", "1")
	h.sync()
	s, err := h.Edit(r)
	require.NoError(t, err)
	row, err := s.AddRow("members")
	require.NoError(t, err)
	s.Set(row+"/age", "3")
	s.Clear("q1")
	require.NoError(t, s.Save(context.Background()))
	h.open() // killed

	s, err = h.Edit(r)
	require.NoError(t, err)
	v, ok := s.Value(row + "/age")
	require.True(t, ok)
	require.Equal(t, "3", *v)
	_, err = s.Submit(context.Background())
	require.NoError(t, err)
	h.sync()
	view, err := h.View(r)
	require.NoError(t, err)
	require.Equal(t, []string{row}, view.Base.RowsOf("members"))
	shown, _ := view.Base.Shown("q1")
	require.True(t, shown.Null)
	require.Empty(t, h.Drafts())

	h.edit(r) // opened, row removed
	s, err = h.Edit(r)
	require.NoError(t, err)
	s.DelRow(row)
	_, err = s.Submit(context.Background())
	require.NoError(t, err)
	h.sync()
	view, err = h.View(r)
	require.NoError(t, err)
	require.Empty(t, view.Base.RowsOf("members"))
}

func TestABadLinkCostsRequestsNotWork(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	var records []string
	for range 30 {
		records = append(records, h.interview("q1", "1"))
	}
	n := 0
	h.line.fault = func(string, []byte) error {
		if n++; n%3 == 0 {
			return errLink
		}
		return nil
	}
	h.line.after = func(_ string, b []byte) ([]byte, error) {
		switch n++; n % 4 {
		case 0:
			return nil, errLink // the server did it, the answer is lost
		case 1:
			return b[:len(b)/2], nil
		}
		return b, nil
	}
	for range 60 {
		w.clock.Advance(time.Minute)
		_, _ = h.Sync(context.Background())
		if st := h.Status(); st.Unsent == 0 && st.Complete {
			break
		}
	}
	require.Zero(t, h.Status().Unsent)
	require.True(t, h.Status().Complete)
	require.Zero(t, h.Status().Forks)
	for _, r := range records {
		require.Equal(t, "1", w.server(r, "q1"))
	}
}

func TestARestoredServerIsRefilledByThePhone(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	backup := w.backup()
	second := h.interview("q1", "2")
	h.edit(first, "q1", "9")
	h.sync()
	epoch := h.Status().Epoch
	w.restore(backup)

	third := h.interview("q1", "3")
	r := h.sync()
	require.NotEqual(t, epoch, h.Status().Epoch)
	require.True(t, r.Pull.Complete)
	for record, want := range map[string]string{first: "9", second: "2", third: "3"} {
		require.Equal(t, want, w.server(record, "q1"))
		require.Equal(t, want, h.shown(record, "q1"))
	}
	require.Zero(t, h.Status().Forks)
	require.Zero(t, h.Status().Unsent)
}

func TestARolledBackServerIsNoticedAndRefilled(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	h.interview("q1", "1")
	h.sync()
	backup := w.backup()
	second := h.interview("q1", "2")
	h.sync()
	for i := range w.stores {
		w.stores[i].Restore(backup[i]) // without saying so
	}
	h.sync()
	h.sync()
	require.Equal(t, "2", w.server(second, "q1"))
	require.Zero(t, h.Status().Unsent)
	require.True(t, h.Status().Complete)
}

func TestAnErasedMarkerIsHandedBackToAServerThatForgot(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	r := h.interview("q1", "secret-word")
	h.sync()
	backup := w.backup()
	_, err := w.svc[0].Erase(context.Background(), street, r, "withdrawn")
	require.NoError(t, err)
	require.True(t, storeHas(t, h.store, "secret-word"), "positive control")
	h.sync()
	require.False(t, storeHas(t, h.store, "secret-word"))
	_, err = h.View(r)
	require.Equal(t, errs.Erased, errs.CodeOf(err))

	w.restore(backup)
	require.True(t, w.stores[0].Contains("secret-word"), "the backup had it")
	h.sync()
	require.False(t, w.stores[0].Contains("secret-word"))
	require.Zero(t, h.Status().MarkersToHandBack)
	require.True(t, h.Status().Complete)
}

// storeHas looks for a word in everything a phone stores, as it stands and inside base64.
func storeHas(t *testing.T, m *phone.Memory, word string) bool {
	t.Helper()
	found := false
	require.NoError(t, m.Load(context.Background(), func(_ string, v []byte) error {
		found = found || bytes.Contains(v, []byte(word))
		for _, l := range decodeBase64(v) {
			found = found || bytes.Contains(l, []byte(word))
		}
		return nil
	}))
	return found
}

func TestARestoredPhoneBecomesANewDeviceAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	backup := h.store.Clone()
	lost := h.interview("q1", "2") // known to the server, not to the backup
	h.edit(first, "q1", "8")
	h.sync()

	h.store = backup
	h.open()
	third := h.interview("q1", "3")
	h.edit(first, "q2", "new")
	h.edit(third, "q1", "4")
	r := h.sync()
	require.True(t, r.Push.Forked)
	require.Equal(t, 1, h.Status().Forks)
	require.Zero(t, h.Status().Unsent)
	require.True(t, r.Pull.Complete)
	require.Equal(t, "2", h.shown(lost, "q1"))
	require.Equal(t, "8", w.server(first, "q1"))
	require.Equal(t, "new", w.server(first, "q2"))
	require.Equal(t, "4", w.server(third, "q1"))
	v, err := h.View(third)
	require.NoError(t, err)
	require.Empty(t, v.State.Conflicts(), "own sets still saw each other")
	require.Zero(t, h.Status().Quarantined+h.Status().Waiting)
}

func TestARestoredPhoneThatOnlyReadsIsNoticedToo(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	backup := h.store.Clone()
	h.edit(first, "q1", "2")
	h.sync()
	h.store = backup
	h.open()
	_, err := h.Pull(context.Background())
	require.NoError(t, err)
	require.Equal(t, 1, h.Status().Forks, "the server's copy knows more of this device than the phone")
	h.edit(first, "q1", "3")
	h.sync()
	require.Equal(t, "3", w.server(first, "q1"))
}

func TestAClonedPhoneBecomesANewDeviceAlsoWithAnOpenForm(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	twin := h.twin()
	h.edit(first, "q1", "from the phone")
	h.sync()

	s, err := twin.New(phone.Answers, form, "1", gridA)
	require.NoError(t, err)
	s.Set("q1", "a")
	s.Set("q2", "b")
	_, err = s.Cut(context.Background())
	require.NoError(t, err)
	twin.edit(first, "q3", "from the twin")
	twin.sync() // forks with the form open
	require.Equal(t, 1, twin.Status().Forks)
	s.Set("q1", "c")
	c, err := s.Submit(context.Background())
	require.NoError(t, err)
	require.Len(t, c.Ctx, 1)
	require.Equal(t, uint64(1), c.Ctx[twin.Status().Devices[phone.Answers]], "the form's own cut has its new name")
	require.Len(t, c.Set, 2, "q2 did not change: %v", c.Set)
	for range 2 {
		twin.sync()
		h.sync()
	}
	require.Zero(t, h.Status().Forks)
	require.Equal(t, "c", w.server(s.Record(), "q1"))
	require.Equal(t, "from the phone", w.server(first, "q1"))
	require.Equal(t, "from the twin", w.server(first, "q3"))
	v, err := twin.View(s.Record())
	require.NoError(t, err)
	require.Empty(t, v.State.Conflicts())
}

func TestAForkedPhoneStillRefillsARestoredServerUnderItsFormerName(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	backup := w.backup()
	first := h.interview("q1", "1")
	h.sync()
	old := h.store.Clone()
	second := h.interview("q1", "2")
	h.sync()
	h.store = old
	h.open()
	third := h.interview("q1", "3")
	h.sync()
	require.Equal(t, 1, h.Status().Forks)
	w.restore(backup)
	h.sync()
	h.sync()
	require.Equal(t, "1", w.server(first, "q1"), "carried under the former device's signature")
	require.Equal(t, "3", w.server(third, "q1"))
	require.Zero(t, h.Status().Unsent)
	_, err := h.View(second)
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "what only the lost life of the phone had is lost with the server's")
}

func TestDamagedBytesAreDeclaredAndBlockNothing(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	second := h.interview("q1", "2")
	third := h.interview("q1", "3")
	require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], 1))
	h.open()
	r := h.sync()
	require.Equal(t, 2, r.Push.Merged)
	require.Equal(t, 1, r.Push.Void)
	require.Equal(t, "1", w.server(first, "q1"))
	require.Equal(t, "3", w.server(third, "q1"))
	_, err := h.View(second)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	fourth := h.interview("q1", "4")
	h.sync()
	require.Equal(t, "4", w.server(fourth, "q1"), "the running hash goes on")
	require.Zero(t, h.Status().Forks)
}

func TestDamageAfterALostAnswerIsNoFork(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.line.after = func(string, []byte) ([]byte, error) { return nil, errLink }
	_, err := h.Sync(context.Background())
	require.Error(t, err)
	h.line.after = nil
	require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], 0))
	h.open()
	h.sync()
	h.interview("q1", "2")
	h.sync()
	require.Zero(t, h.Status().Forks)
	require.Zero(t, h.Status().Unsent)
	require.Equal(t, "1", h.shown(first, "q1"))
}

func TestALeaveWaitsForOwnWork(t *testing.T) {
	w := newWorld(t)
	a, b := w.handset("us_a"), w.handset("us_b")
	r := a.interview("q1", "1")
	a.sync()
	dev := a.Status().Devices[phone.Answers]
	w.office(r, crdt.VV{dev: 1}, sync.OfficeChange{Set: []crdt.Cell{{Path: "@assignee", Value: "us_b"}}})
	b.sync()
	b.edit(r, "q2", "mine")
	v, err := b.View(r)
	require.NoError(t, err)
	w.office(r, v.State.VV, sync.OfficeChange{Set: []crdt.Cell{{Path: "@assignee", Value: ""}}})

	b.line.fault = func(request string, _ []byte) error {
		if request == "push" {
			return errLink
		}
		return nil
	}
	_, err = b.Pull(context.Background())
	require.NoError(t, err)
	require.Equal(t, "mine", b.shown(r, "q2"), "own unsent work is still there, and what it was written on")
	b.line.fault = nil
	b.sync()
	require.Equal(t, "mine", w.server(r, "q2"))
	v, err = b.View(r)
	require.NoError(t, err)
	require.Nil(t, v.Base, "only a stub is left")
	require.True(t, b.Status().Complete)
	_, err = b.Edit(r)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
}

func TestAnApprovedRecordBecomesAStub(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	r := h.interview("q1", "1")
	h.sync()
	dev := h.Status().Devices[phone.Answers]
	w.office(r, crdt.VV{dev: 1}, sync.OfficeChange{Review: true, Set: []crdt.Cell{{Path: "@status", Value: "approved"}}})
	h.sync()
	v, err := h.View(r)
	require.NoError(t, err)
	require.Nil(t, v.Base)
	require.Equal(t, "approved", v.Status)
	require.True(t, h.Status().Complete)
}

func TestARevokedPhoneDrainsAndReadsNothing(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	h.interview("q1", "2")
	h.line.me.revoked = true
	h.sync()
	require.True(t, h.Status().Revoked)
	require.Equal(t, 1, h.Status().Quarantined)
	require.Zero(t, h.Status().Records)
	v, err := h.View(first)
	require.NoError(t, err, "what was written here is still kept: no backup covers it")
	require.Nil(t, v.Base)
	h.line.me.revoked = false
	h.sync()
	require.False(t, h.Status().Revoked)
	require.Equal(t, "1", h.shown(first, "q1"))
}

func TestAPackIsCarriedByAnotherPhone(t *testing.T) {
	w := newWorld(t)
	a, b := w.handset("us_a"), w.handset("us_b", gridB)
	r := a.interview("q1", "1")
	pack, some, err := a.Pack(context.Background(), phone.Answers)
	require.NoError(t, err)
	require.True(t, some)
	verdicts, sum, err := b.Carry(context.Background(), pack)
	require.NoError(t, err)
	require.Equal(t, wire.Merged, verdicts[0].Status)
	require.Equal(t, uint64(1), sum.Have)
	require.Equal(t, "1", w.server(r, "q1"))
	require.Equal(t, 1, a.Status().Unsent, "only an answer to the phone itself counts")
	a.sync()
	require.Zero(t, a.Status().Unsent)
	_, some, err = a.Pack(context.Background(), phone.Answers)
	require.NoError(t, err)
	require.False(t, some)
}

func TestBothStreamsAreServed(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	s, err := h.New(phone.Registry, "visit_log", "1", gridA)
	require.NoError(t, err)
	s.Set("@disposition", "refused")
	_, err = s.Submit(context.Background())
	require.NoError(t, err)
	h.interview("q1", "1")
	r := h.sync()
	require.Equal(t, 2, r.Push.Merged)
	require.True(t, r.Pull.Complete)
	v, err := h.View(s.Record())
	require.NoError(t, err)
	require.Equal(t, wire.KindVisit, v.Kind)
	h.edit(s.Record(), "@disposition", "done")
	require.Equal(t, phone.Registry, h.Log()[len(h.Log())-1].Stream)
	h.sync()
	require.True(t, h.Status().Complete)
}

func TestAFullDiskLosesNothingThatWasSaid(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	s, err := h.New(phone.Answers, form, "1", gridA)
	require.NoError(t, err)
	s.Set("q1", "1")
	h.store.Fail = func() error { return errs.New(errs.DiskFull, "commit", "full") }
	_, err = s.Cut(context.Background())
	require.Equal(t, errs.DiskFull, errs.CodeOf(err))
	require.Zero(t, h.Status().Unsent, "nothing is said to be kept that is not")
	h.store.Fail = nil
	h.interview("q1", "2")
	h.sync()
	require.Zero(t, h.Status().Forks)
}

func TestAForkThatCouldNotBeSavedIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	h.interview("q1", "1")
	h.sync()
	old := h.store.Clone()
	h.interview("q1", "2")
	h.sync()
	h.store = old
	h.open()
	r := h.interview("q1", "3")
	forked := false
	h.line.fault = func(request string, _ []byte) error {
		forked = forked || request == "fork"
		return nil
	}
	h.store.Fail = func() error {
		if forked {
			return errs.New(errs.DiskFull, "commit", "full")
		}
		return nil
	}
	_, err := h.Sync(context.Background())
	require.Equal(t, errs.DiskFull, errs.CodeOf(err))
	require.True(t, forked)
	h.store.Fail, h.line.fault = nil, nil
	h.sync()
	require.Equal(t, "3", w.server(r, "q1"))
	require.Zero(t, h.Status().Unsent)
}

func TestAnswersGoWhenTheirTimeIsOver(t *testing.T) {
	for name, skew := range map[string]time.Duration{"right": 0, "behind": -3 * 365 * 24 * time.Hour, "ahead": 3 * 365 * 24 * time.Hour} {
		w := newWorldWith(t, func(in sync.ProjectInput) sync.Projection {
			p := sim.Project(in)
			p.EditUntil = in.Record.Submitted + (24 * time.Hour).Milliseconds()
			return p
		})
		h := w.handset("us_a")
		h.skew = skew
		h.open()
		r := h.interview("q1", "secret-word")
		h.sync()
		w.stores[0].Backup()
		h.sync() // safe: the phone's own bytes go
		v, err := h.View(r)
		require.NoError(t, err)
		if name == "behind" {
			require.Nil(t, v.Base, "submitted years ago, by its own clock")
			continue
		}
		require.NotNil(t, v.Base, name)
		require.True(t, storeHas(t, h.store, "secret-word"), "positive control")
		w.clock.Advance(30 * time.Hour)
		v, err = h.View(r)
		require.NoError(t, err)
		require.Nil(t, v.State, name)
		require.Equal(t, "submitted", v.Status)
		_, err = h.Edit(r)
		require.Equal(t, errs.Conflict, errs.CodeOf(err))
		require.True(t, h.sync().Pull.Complete, "the digest of a stub is that of the state")
		require.False(t, storeHas(t, h.store, "secret-word"))
	}
}
