package phone_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/phone"
)

func TestADamagedCopyComesAgain(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	record := h.interview("q1", "1")
	h.sync()
	require.True(t, h.store.Damage("copy/", 0))
	h.open()
	v, err := h.View(record)
	require.NoError(t, err)
	require.Nil(t, v.Base, "what cannot be read any more is not shown as the server's word")
	r := h.sync()
	require.True(t, r.Pull.Complete)
	v, err = h.View(record)
	require.NoError(t, err)
	require.NotNil(t, v.Base)
	require.Equal(t, "1", h.shown(record, "q1"))
}

// A twin that had lost its bytes used the seq up. What was typed here under it is said again.
func TestATwinsDeclarationTakesNothingTypedAway(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	h.interview("q1", "1")
	h.sync()
	twin := h.twin()
	h.interview("q1", "lost")
	mine := twin.interview("q1", "2")
	twin.edit(mine, "q1", "3")
	require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], 1))
	h.open()
	require.Equal(t, 1, h.sync().Push.Void)

	require.True(t, twin.sync().Push.Forked)
	require.Equal(t, "3", w.server(mine, "q1"))
	require.Zero(t, twin.Status().Unsent+twin.Status().Void)
	v, err := twin.View(mine)
	require.NoError(t, err)
	require.Empty(t, v.State.Conflicts())
}

// The twin that went on under the former name refills a restored server with something else than what both once had.
func TestAFormerLogThatIsNotTheServersIsSaidAgainUnderThePresentName(t *testing.T) {
	w := newWorld(t)
	backup := w.backup()
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	second := h.interview("q1", "2")
	h.edit(first, "q1", "3")
	h.sync()
	twin := h.twin()
	h.edit(first, "q1", "4")
	h.sync()
	mine := twin.interview("q1", "mine")
	twin.sync()
	require.Equal(t, 1, twin.Status().Forks)

	w.restore(backup)
	require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], 0))
	h.open()
	h.sync()
	for range 3 {
		twin.sync()
	}
	require.Equal(t, 1, twin.Status().Forks, "the present device has not forked")
	require.Zero(t, twin.Status().Unsent)
	require.True(t, twin.Status().Complete)
	require.Equal(t, "2", w.server(second, "q1"))
	require.Equal(t, "mine", w.server(mine, "q1"))
	v, err := twin.View(first)
	require.NoError(t, err)
	live := map[string]bool{}
	for _, s := range v.State.Siblings("q1") {
		live[s.Value] = true
	}
	require.Equal(t, map[string]bool{"3": true, "4": true}, live, "nothing is lost; a person says which")
	h.sync()
	require.Zero(t, h.Status().Unsent)
}

// What the office decided about a set is not undone by saying it again.
func TestADiscardedSetIsNotSaidAgain(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	h := w.handset("us_a")
	h.interview("q1", "1")
	h.sync()
	backup, twin := w.backup(), h.twin()
	s, err := h.New(phone.Answers, form, "1", gridB) // not this worker's grid
	require.NoError(t, err)
	h.fill(s, "q1", "strange")
	h.sync()
	list, err := w.svc[0].Quarantine(ctx, street, 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, w.svc[0].Settle(ctx, sync.Settlement{Officer: "us_o", Street: street, Line: list[0].Seq, Act: sync.Discard, Reason: "test"}))
	h.sync()
	require.Equal(t, errs.Discarded, h.Log()[1].Code)

	w.restore(backup)
	twin.interview("q1", "the twin's")
	twin.sync() // takes the seq
	last := h.interview("q1", "2")
	h.sync()
	require.Equal(t, 1, h.Status().Forks)
	require.Equal(t, "2", w.server(last, "q1"))
	list, err = w.svc[0].Quarantine(ctx, street, 0, 10)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestADamagedEntryBeforeBytesThatAreGoneIsAskedForAlone(t *testing.T) {
	for name, newLife := range map[string]bool{"same life": false, "new life": true} {
		t.Run(name, func(t *testing.T) { damagedBeginning(t, newLife) })
	}
}

func damagedBeginning(t *testing.T, newLife bool) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.interview("q1", "2")
	h.sync()
	former, old := h.Status().Devices[phone.Answers], h.store.Clone()
	h.edit(first, "q1", "3")
	h.sync()
	h.store = old
	h.open()
	h.edit(first, "q1", "4")
	h.sync()
	require.Equal(t, 1, h.Status().Forks)
	backup := w.backup()
	h.sync()
	require.False(t, h.Log()[1].Kept)
	if newLife {
		w.restore(backup)
		_, err := h.Pull(context.Background())
		require.NoError(t, err)
	}

	require.True(t, h.store.Damage("log/"+former, 0))
	h.open()
	h.sync()
	require.Zero(t, h.Status().Unsent)
	require.Equal(t, 1, h.Status().Forks)
	require.Zero(t, h.Status().Void, "the server says what it has there")
}

// A former device that was revoked, and whose drain is over, keeps nothing of the present one back.
func TestARevokedFormerDeviceBlocksNothing(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	former, old := h.Status().Devices[phone.Answers], h.store.Clone()
	h.edit(first, "q1", "2")
	h.sync()
	h.store = old
	h.open()
	h.interview("q1", "3")
	h.sync()
	require.Equal(t, 1, h.Status().Forks)
	h.line.fault = func(request string, body []byte) error {
		if request == "push" && bytes.HasPrefix(body, []byte(`{"device":"`+former+`"`)) {
			return errs.New(errs.DeviceRevoked, "push", "device %s", former)
		}
		return nil
	}
	last := h.interview("q1", "4")
	h.sync()
	require.Equal(t, "4", w.server(last, "q1"))
}

// An open form shows what is still said, and can be gone on with, also after the app was closed.
func TestAFormOverALostSetOutlivesAFork(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	h := w.handset("us_a")
	first := h.interview("q1", "1")
	h.sync()
	old := h.store.Clone()
	h.edit(first, "q1", "2")
	h.sync()
	h.store = old
	h.open()
	s, err := h.Edit(first)
	require.NoError(t, err)
	s.Set("m[a]/age", "kept")
	_, err = s.Cut(ctx)
	require.NoError(t, err)
	s.Set("m[a]/age", "lost")
	s.Set("m[b]/age", "lost")
	_, err = s.Cut(ctx)
	require.NoError(t, err)
	require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], 2))
	h.open()
	require.True(t, h.sync().Push.Forked)
	h.open()
	s, err = h.Edit(first)
	require.NoError(t, err)
	_, ok := s.Value("m[b]/age")
	require.False(t, ok, "it would never be sent")
	s.Set("m[a]/age", "again")
	_, err = s.Submit(ctx)
	require.NoError(t, err)
	h.sync()
	require.Equal(t, "again", w.server(first, "m[a]/age"))
	v, err := h.View(first)
	require.NoError(t, err)
	require.Len(t, v.State.Siblings("m[a]/age"), 1)
	require.Zero(t, h.Status().Unsent)
}

// The answer to a declaration that came in part: the rest is asked again with the declaration as it was.
func TestADeclarationAnsweredInPart(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	h.interview("q1", "1")
	h.interview("q1", "2")
	h.interview("q1", "3")
	h.sync()
	for n := range 3 {
		require.True(t, h.store.Damage("log/"+h.Status().Devices[phone.Answers], n))
	}
	h.open()
	h.line.after = func(request string, answer []byte) ([]byte, error) {
		if request == "push" && bytes.Contains(answer, []byte(`"seq":2`)) {
			return answer[:bytes.Index(answer, []byte(`{"seq":2`))], nil
		}
		return answer, nil
	}
	_, err := h.Sync(context.Background())
	require.Equal(t, errs.Interrupted, errs.CodeOf(err))
	require.Equal(t, 2, h.Status().Unsent)
	h.line.after = nil
	h.sync()
	require.Zero(t, h.Status().Unsent)
	require.Zero(t, h.Status().Void+h.Status().Forks)
}
