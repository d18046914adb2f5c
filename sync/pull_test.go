package sync_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

func TestPullWhatAPhoneHolds(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b", gridA, gridB)
	a.set("r1", nil, "q1", "mine", "@status", "submitted")
	a.push(0)
	b.set("r2", nil, "q1", "theirs", "@status", "submitted")
	b.set("r3", func(c *crdt.ChangeSet) { c.Grid = gridB }, "q1", "elsewhere")
	b.push(0)

	got := a.pull(0)
	require.Equal(t, []string{"epoch", "stub", "record"}, got.kinds())
	require.Equal(t, "r2", got.of(wire.KindStub)[0].Record)
	require.Equal(t, "submitted", got.of(wire.KindStub)[0].Status)
	require.Equal(t, w.state("r2").Digest(), got.of(wire.KindStub)[0].Digest)
	full := got.of(wire.KindRecord)[0]
	require.Equal(t, "r1", full.Record)
	require.Equal(t, string(w.state("r1").Canonical()), full.State)
	for _, l := range got.lines {
		require.NotContains(t, l.State, "theirs")
		require.NotContains(t, fmt.Sprint(*l), "r3")
	}
	require.Equal(t, map[string]string{gridA: wire.GridDigest([][32]byte{w.state("r1").Digest(), w.state("r2").Digest()})}, got.end.Digest)

	t.Run("nothing new is one small answer", func(t *testing.T) {
		got := a.pull(0)
		require.Empty(t, got.lines)
		require.Less(t, got.bytes, 300)
	})
	t.Run("approved closes to a stub, returned opens again", func(t *testing.T) {
		w.office(sync.OfficeChange{Record: "r1", Review: true, Ctx: w.seen("r1"), Set: cells("@status", "approved")})
		got := a.pull(0)
		require.Equal(t, []string{"stub"}, got.kinds())
		require.Equal(t, "approved", got.lines[0].Status)
		w.office(sync.OfficeChange{Record: "r1", Review: true, Ctx: w.seen("r1"), Set: cells("@status", "returned", "@comments[c1]/text", "why?")})
		got = a.pull(0)
		require.Equal(t, []string{"record"}, got.kinds())
		require.Contains(t, got.lines[0].State, "why?")
	})
	t.Run("restricted is never given whole", func(t *testing.T) {
		w.office(sync.OfficeChange{Record: "r1", Role: sync.RoleRegistrar, Ctx: w.seen("r1"), Set: cells("@status", "restricted")})
		require.Equal(t, []string{"stub"}, a.pull(0).kinds())
	})
}

func TestPullGrids(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b", gridA, gridB)
	for i := range 7 {
		b.set(fmt.Sprintf("b%d", i), func(c *crdt.ChangeSet) { c.Grid = gridB }, "q1", "1")
	}
	a.set("a1", nil, "q1", "1")
	a.push(0)
	b.push(0)
	require.Len(t, a.pull(0).of(wire.KindStub), 0)

	a.author.Grids = []string{gridA, gridB}
	a.set("a2", nil, "q1", "1")
	a.push(1)
	got := a.pull(3) // filled up over several pages, beside what is new
	require.Greater(t, got.pages, 2)
	require.Len(t, got.of(wire.KindStub), 7)
	require.Len(t, got.of(wire.KindRecord), 1)
	require.Len(t, got.end.Digest, 2)
	require.Empty(t, a.pull(0).lines)

	a.author.Grids = []string{gridB}
	got = a.pull(0)
	require.Equal(t, []string{"leave"}, got.kinds())
	require.Equal(t, gridA, got.lines[0].Grid)
	require.Len(t, got.end.Digest, 1)

	// A grid given back is sent again whole.
	a.author.Grids = []string{gridA}
	got = a.pull(0)
	require.Len(t, got.of(wire.KindRecord), 2)
	require.Len(t, got.of(wire.KindLeave), 1)
}

func TestPullMove(t *testing.T) {
	w := newWorld(t)
	a, b, both := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b", gridB), w.pen("dv_c", "us_a", gridA, gridB)
	a.set("r1", nil, "q1", "1")
	a.push(0)
	a.pull(0)
	b.pull(0)
	both.pull(0)
	w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: w.seen("r1"), Set: cells("@grid", gridB)})

	got := a.pull(0)
	require.Equal(t, []string{"leave"}, got.kinds())
	require.Equal(t, "r1", got.lines[0].Record)
	require.Empty(t, got.end.Digest)
	require.Equal(t, []string{"stub"}, b.pull(0).kinds())
	got = both.pull(0)
	require.Equal(t, []string{"leave", "record"}, got.kinds())
	require.Greater(t, got.lines[1].At, got.lines[0].At, "who still sees it has a copy of a greater sequence")
}

func TestPullPagesEqualAFreshPull(t *testing.T) {
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	pushed := 0
	puller := w.pen("dv_c", "us_a")
	for i := range 40 {
		for j := range 3 {
			a.set(fmt.Sprintf("r%d", (i*7+j)%25), nil, "q1", fmt.Sprint(i))
		}
		a.push(pushed)
		pushed = len(a.lines)
		// One page while the writer goes on.
		var out bytes.Buffer
		require.NoError(t, w.puller.Pull(context.Background(), puller.viewer(), puller.cursor, 2, &out))
		lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
		_, end, err := wire.ParsePull(lines[len(lines)-1])
		require.NoError(t, err)
		puller.cursor = end.Cursor
	}
	last := puller.pull(2)
	fresh := w.pen("dv_c", "us_a").pull(0)
	require.Equal(t, fresh.end.Digest, last.end.Digest)
	require.NotEmpty(t, fresh.end.Digest)
}

func TestPullForeignCursorsStartFromZero(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b")
	a.set("r1", nil, "q1", "1")
	a.push(0)
	a.pull(0)
	good := a.cursor
	for name, token := range map[string]string{"none": "", "garbage": "zzzz", "cut": good[:len(good)-3], "flipped": flip(good), "another worker's": good} {
		t.Run(name, func(t *testing.T) {
			p := a
			if name == "another worker's" {
				p = b
			}
			p.cursor = token
			got := p.pull(0)
			require.Equal(t, "epoch", got.kinds()[0])
		})
	}
}

func flip(token string) string {
	b := []byte(token)
	if b[5] == 'A' {
		b[5] = 'B'
	} else {
		b[5] = 'A'
	}
	return string(b)
}

func TestPullNoticesARollback(t *testing.T) {
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "1")
	a.push(0)
	backup := w.store.Backup()
	a.set("r2", nil, "q1", "1")
	a.push(1)
	a.pull(0)

	w.store.Restore(backup) // behind the server's back: no new epoch was begun
	got := a.pull(0)
	require.Equal(t, []string{"epoch", "record"}, got.kinds())
	require.NotEqual(t, w.epoch, got.lines[0].Epoch)
	now, former, err := w.answers.Epoch(context.Background())
	require.NoError(t, err)
	require.Equal(t, got.lines[0].Epoch, now)
	require.Equal(t, []string{w.epoch}, former)
	regNow, _, err := w.registry.Epoch(context.Background())
	require.NoError(t, err)
	require.Equal(t, now, regNow)
	require.Empty(t, a.pull(0).lines)

	// What the server lost comes again.
	require.Equal(t, []string{"refused gap", "refused gap"}[:1], a.send(a.body(2)).texts())
	require.Equal(t, []string{"merged"}, a.push(1).texts())
}

func TestNewEpochWaitsForWhatOthersStillHold(t *testing.T) {
	w := newWorld(t)
	a, b := w.pen("dv_a", "us_a"), w.pen("dv_b", "us_b")
	a.set("r1", nil, "q1", "a1")
	a.push(0)
	w.office(sync.OfficeChange{Record: "r1", OfficeAPI: true, Ctx: w.seen("r1"), Set: cells("@assignee", "us_b")})
	backup := w.store.Backup()
	a.set("r1", ctxOf("dv_a", 1), "q1", "a2")
	a.push(1)
	correction := w.office(sync.OfficeChange{Record: "r1", Ctx: w.seen("r1"), Set: cells("q2", "corrected")})
	b.pull(0)
	b.set("r1", ctxOf("dv_a", 2, correction.Device, int(correction.Seq)), "q1", "b1")
	require.Equal(t, []string{"merged"}, b.push(0).texts())

	w.store.Restore(backup)
	epoch, err := sync.BeginEpoch(context.Background(), w.answers, w.registry, "")
	require.NoError(t, err)
	require.NotEqual(t, w.epoch, epoch)
	// b comes first: it has seen a2, which the server has lost, and an office dot nobody can bring back.
	require.Equal(t, []string{"waiting"}, b.push(0).texts())
	lost, err := w.answers.Lost(context.Background(), street, 0, 10)
	require.NoError(t, err)
	require.Len(t, lost, 1)
	require.Equal(t, "r1", lost[0].Record)
	require.Equal(t, fmt.Sprintf("%s:%d", correction.Device, correction.Seq), lost[0].Dot)
	require.Equal(t, []string{"duplicate", "merged"}, a.push(0).texts())
	sib := w.state("r1").Siblings("q1")
	require.Len(t, sib, 1)
	require.Equal(t, "b1", sib[0].Value)
	w.replays("r1")
	// In a history without a former epoch the same would be impossible.
	fresh := newWorld(t)
	c := fresh.pen("dv_c", "us_c")
	c.set("r9", func(s *crdt.ChangeSet) { s.Ctx = crdt.VV{"dv_a": 2}; s.Epoch = "ep_invented" }, "q1", "1")
	require.Equal(t, []string{"quarantined impossible-context"}, c.push(0).texts())
}

func TestErase(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "secret-merged", "@withdrawal", "hash-of-code")
	a.set("r1", func(c *crdt.ChangeSet) { c.Version = "9"; c.Ctx = crdt.VV{"dv_a": 1} }, "q1", "secret-held")
	a.set("r1", ctxOf("dv_a", 2), "q1", "secret-waiting")
	a.set("r2", nil, "q1", "stays")
	a.push(0)
	a.pull(0)
	for _, word := range []string{"secret-merged", "secret-held", "secret-waiting"} {
		require.True(t, w.store.Contains(word), "the scanner must find %s before", word)
	}
	requireCode(t, errs.WithdrawalUnknown, w.answers.Withdraw(ctx, "another", "x"))
	require.NoError(t, w.answers.Withdraw(ctx, "hash-of-code", "asked at the desk"))
	require.False(t, w.store.Contains("secret"))
	require.True(t, w.store.Contains("stays"))

	got := a.pull(0)
	require.Equal(t, []string{"erased"}, got.kinds())
	require.Equal(t, "r1", got.lines[0].Record)
	proof := got.lines[0].Proof
	require.NotEmpty(t, proof)
	require.Equal(t, wire.GridDigest([][32]byte{w.state("r2").Digest()}), got.end.Digest[gridA])

	// It asks for confirmation, which is the next pull.
	waiting, err := w.answers.Unconfirmed(ctx, street, 1000)
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	head := uint64(0)
	require.NoError(t, w.store.View(ctx, func(r sync.Reader) error {
		h, err := r.Head(street)
		head = h.Seq
		return err
	}))
	a.pull(0)
	waiting, err = w.answers.Unconfirmed(ctx, street, head)
	require.NoError(t, err)
	require.Empty(t, waiting)

	// Whatever arrives later is stripped.
	a.set("r1", ctxOf("dv_a", 3), "q1", "secret-late")
	require.Equal(t, []string{"void erased", "void erased", "void erased", "duplicate", "void erased"}, a.push(0).texts())
	require.False(t, w.store.Contains("secret"))
	_, err = w.officeErr(sync.OfficeChange{Record: "r1", Set: cells("q1", "x")})
	requireCode(t, errs.Erased, err)
	_, err = w.answers.History(ctx, "r1")
	requireCode(t, errs.Erased, err)

	// A server that has forgotten is reminded by the marker, and by nothing forged.
	w2 := newWorld(t)
	require.Equal(t, []string{"merged", "quarantined unknown-form", "waiting", "merged", "waiting"}, (&pen{w: w2, svc: w2.answers, author: a.author, lines: a.lines}).push(0).texts())
	mark := func(p string) []string {
		b := (&pen{w: w2, svc: w2.answers, author: a.author, lines: a.lines}).body(5)
		return (&pen{w: w2, svc: w2.answers, author: a.author}).send(wire.AppendErased(b, wire.Erased{Record: "r1", Proof: p})).texts()
	}
	require.Equal(t, []string{"refused malformed"}, mark(flip(proof)))
	require.True(t, w2.store.Contains("secret-merged"))
	require.Equal(t, []string{"stored"}, mark(proof))
	require.False(t, w2.store.Contains("secret"))
	require.Equal(t, []string{"stored"}, mark(proof))
}

func TestEraseBeforeAnythingArrived(t *testing.T) {
	w := newWorld(t)
	known, err := w.answers.Erase(context.Background(), street, "r1", "asked")
	require.NoError(t, err)
	require.False(t, known)
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "secret")
	require.Equal(t, []string{"void erased"}, a.push(0).texts())
	require.False(t, w.store.Contains("secret"))
}

func TestWithdrawFromQuarantine(t *testing.T) {
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	a.set("r1", func(c *crdt.ChangeSet) { c.Version = "9" }, "q1", "secret", "@withdrawal", "h")
	a.push(0)
	require.NoError(t, w.answers.Withdraw(context.Background(), "h", "asked"))
	require.False(t, w.store.Contains("secret"))
	require.Equal(t, []string{"void erased"}, a.push(0).texts())
}

func TestWithhold(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "stays", "members[m1]/note", "secret-row", "why", "secret-free")
	a.set("r1", func(c *crdt.ChangeSet) { c.Version = "9"; c.Ctx = crdt.VV{"dv_a": 1} }, "why", "secret-held")
	a.set("r2", nil, "why", "secret-only")
	a.push(0)
	a.pull(0)
	require.True(t, w.store.Contains("secret-held"))
	requireCode(t, errs.Invalid, w.answers.Withhold(ctx, street, "r1", []string{"no path!"}, "x"))
	require.NoError(t, w.answers.Withhold(ctx, street, "r1", []string{"why", "members/note"}, "retention"))
	require.NoError(t, w.answers.Withhold(ctx, street, "r1", []string{"why"}, "retention"))
	require.NoError(t, w.answers.Withhold(ctx, street, "r2", []string{"why"}, "retention"))
	require.False(t, w.store.Contains("secret"))
	require.True(t, w.store.Contains("stays"))
	require.True(t, w.state("r1").RowExists("members[m1]"))
	got := a.pull(0)
	require.Len(t, got.of(wire.KindWithheld), 3)
	// The held set merges without what was withheld, and so does what comes later.
	w.forms[form+"/9"] = true
	list, err := w.answers.Quarantine(ctx, street, 0, 10)
	require.NoError(t, err)
	require.NoError(t, w.answers.Settle(ctx, sync.Settlement{Officer: "us_o", Street: street, Line: list[0].Seq, Act: sync.Release, Reason: "form is here"}))
	a.set("r1", ctxOf("dv_a", 2), "why", "secret-late", "q1", "new")
	require.Equal(t, []string{"duplicate", "duplicate", "duplicate", "merged"}, a.push(0).texts())
	require.False(t, w.store.Contains("secret"))
	shown, _ := w.state("r1").Shown("q1")
	require.Equal(t, "new", shown.Value)
	w.replays("r1")
	w.replays("r2")
	h, err := w.answers.History(ctx, "r1")
	require.NoError(t, err)
	require.Len(t, h, 3)
}

func TestJournalReplayKeepsAnOldBackupFromBringingThingsBack(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "secret-erased")
	a.set("r2", nil, "q1", "stays", "why", "secret-withheld")
	a.set("r3", func(c *crdt.ChangeSet) { c.Version = "9" }, "q1", "secret-discarded")
	a.push(0)
	backup := w.store.Backup()
	_, err := w.answers.Erase(ctx, street, "r1", "asked")
	require.NoError(t, err)
	require.NoError(t, w.answers.Withhold(ctx, street, "r2", []string{"why"}, "retention"))
	l := w.line("dv_a", 3)
	require.NoError(t, w.answers.Settle(ctx, sync.Settlement{Officer: "us_o", Street: street, Line: l.Seq, Act: sync.Discard, Reason: "wrong"}))
	w.store.Restore(backup)
	require.True(t, w.store.Contains("secret"), "the backup holds it: the scanner sees it")
	_, err = sync.BeginEpoch(ctx, w.answers, w.registry, "")
	require.NoError(t, err)
	for range 2 {
		for _, e := range w.journal.entries {
			require.NoError(t, w.answers.Replay(ctx, e))
			require.NoError(t, w.registry.Replay(ctx, e))
		}
	}
	require.False(t, w.store.Contains("secret"))
	require.Equal(t, []string{"void erased", "duplicate", "void discarded"}, a.push(0).texts())
}

// reference is a list of lines by kind, for the tests.
type reference struct {
	version string
	lines   map[wire.Kind][]string
}

func (r *reference) Sections(context.Context, sync.Viewer) ([]sync.Section, error) {
	var out []sync.Section
	for _, k := range wire.Kinds() {
		if len(r.lines[k]) > 0 {
			out = append(out, sync.Section{Kind: k, Version: r.version + fmt.Sprint(len(r.lines[k]))})
		}
	}
	return out, nil
}

func (r *reference) Lines(_ context.Context, _ sync.Viewer, kind wire.Kind) iter.Seq2[wire.PullLine, error] {
	return func(yield func(wire.PullLine, error) bool) {
		for _, id := range r.lines[kind] {
			if !yield(wire.PullLine{ID: id, Body: `{"v":"` + r.version + `"}`}, nil) {
				return
			}
		}
	}
}

func TestPullSections(t *testing.T) {
	w := newWorld(t)
	ref := &reference{version: "1", lines: map[wire.Kind][]string{wire.KindSurvey: {"s1"}, wire.KindHousehold: {"h1", "h2", "h3", "h4", "h5"}}}
	w.puller.Reference = ref
	a := w.pen("dv_a", "us_a")
	a.set("r1", nil, "q1", "1")
	a.push(0)
	got := a.pull(3)
	require.Equal(t, 4, got.pages)
	require.Equal(t, "epoch survey survey household household household household household household record", strings.Join(got.kinds(), " "))
	require.True(t, got.of(wire.KindHousehold)[0].Gone)
	require.Empty(t, got.of(wire.KindHousehold)[0].ID)
	require.Empty(t, a.pull(0).lines)
	ref.lines[wire.KindHousehold] = []string{"h1"}
	got = a.pull(0)
	require.Equal(t, []string{"household", "household"}, got.kinds())

	// A section that changes between two of its pages is begun again.
	b := w.pen("dv_b", "us_b")
	ref.lines[wire.KindHousehold] = []string{"h1", "h2", "h3", "h4", "h5"}
	var out bytes.Buffer
	require.NoError(t, w.puller.Pull(context.Background(), b.viewer(), "", 6, &out))
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	_, end, err := wire.ParsePull(lines[len(lines)-1])
	require.NoError(t, err)
	require.True(t, end.More)
	b.cursor = end.Cursor
	ref.version = "2"
	got = b.pull(0)
	require.True(t, got.of(wire.KindHousehold)[0].Gone)
	require.Len(t, got.of(wire.KindHousehold), 6)
	require.Len(t, got.of(wire.KindSurvey), 2)
}
