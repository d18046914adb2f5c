package sync_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

func TestPushVerdicts(t *testing.T) {
	other := func(f func(c *crdt.ChangeSet)) func(c *crdt.ChangeSet) { return f }
	cases := []struct {
		name  string
		prep  func(w *world, p *pen)
		write func(w *world, p *pen)
		want  []string
	}{
		{"a new record merges", nil, func(_ *world, p *pen) { p.set("r1", nil, "q1", "2") }, []string{"merged"}},
		{"several records and saves", nil, func(_ *world, p *pen) {
			p.set("r1", nil, "q1", "2")
			p.set("r2", nil, "q1", "3")
			p.set("r1", ctxOf("dv_a", 1), "q1", "4", "@status", "submitted")
		}, []string{"merged", "merged", "merged"}},
		{"revoked", nil, func(_ *world, p *pen) {
			p.author.Revoked, p.author.DrainEnd = true, 1<<60
			p.set("r1", nil, "q1", "2")
		}, []string{"quarantined revoked-device"}},
		{"not confirmed since the restore", nil, func(_ *world, p *pen) {
			p.author.Confirmed = false
			p.set("r1", nil, "q1", "2")
		}, []string{"quarantined unconfirmed-device"}},
		{"unknown version", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Version = "9" }), "q1", "2")
		}, []string{"quarantined unknown-form"}},
		{"another form than the record's", nil, func(_ *world, p *pen) {
			p.set("r1", nil, "q1", "2")
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Form = "other" }), "q1", "2")
		}, []string{"merged", "quarantined other-form"}},
		{"a grid never granted", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Grid = gridC }), "q1", "2")
		}, []string{"quarantined foreign-grid"}},
		{"a grid once granted", nil, func(_ *world, p *pen) {
			p.author.Granted = []string{gridC}
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Grid = gridC }), "q1", "2")
		}, []string{"merged"}},
		{"another street", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Grid = "990101002201001" }), "q1", "2")
		}, []string{"quarantined foreign-street"}},
		{"a worker approves", nil, func(_ *world, p *pen) { p.set("r1", nil, "@status", "approved") }, []string{"quarantined forbidden-path"}},
		{"a worker assigns", nil, func(_ *world, p *pen) { p.set("r1", nil, "@assignee", "us_b") }, []string{"quarantined forbidden-path"}},
		{"a worker adds a comment's row", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Add = []string{"@comments[r1]"} }), "q1", "1")
		}, []string{"quarantined forbidden-path"}},
		{"somebody else's record", func(w *world, _ *pen) {
			b := w.pen("dv_b", "us_b")
			b.set("r1", nil, "q1", "2")
			b.push(0)
		}, func(_ *world, p *pen) { p.set("r1", nil, "q2", "2") }, []string{"quarantined not-assigned"}},
		{"a foreign dot nobody wrote", nil, func(_ *world, p *pen) { p.set("r1", ctxOf("dv_x", 7), "q2", "2") }, []string{"quarantined impossible-context"}},
		{"an own dot of another record", nil, func(_ *world, p *pen) {
			p.set("r1", nil, "q1", "2")
			p.set("r2", ctxOf("dv_a", 1), "q1", "2")
		}, []string{"merged", "quarantined impossible-context"}},
		{"a quarantined set holds back the later ones of the record, nothing else", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Version = "9" }), "q1", "2")
			p.set("r1", ctxOf("dv_a", 1), "q1", "3")
			p.set("r2", nil, "q1", "3")
		}, []string{"quarantined unknown-form", "waiting", "merged"}},
		{"a malformed line is void, its neighbours stand", nil, func(_ *world, p *pen) {
			p.set("r1", nil, "q1", "2")
			p.raw([]byte(`{"v":1,"device":"dv_a","seq":2,`))
			p.set("r1", ctxOf("dv_a", 2), "q1", "3")
		}, []string{"merged", "void malformed", "merged"}},
		{"a key twice", nil, func(_ *world, p *pen) {
			p.raw([]byte(`{"v":1,"v":1}`))
		}, []string{"void duplicate-key"}},
		{"a declared range", nil, func(_ *world, p *pen) {
			p.set("r1", nil, "q1", "1")
			line := wire.EncodeVoid(wire.VoidRange{Why: wire.VoidMissing, From: 2, To: 4})
			for range 3 {
				p.raw(line)
			}
			p.lines = append(p.lines[:2:2], func() []byte { p.seq = 4; return p.set("r1", ctxOf("dv_a", 3), "q1", "2").Encode() }())
		}, []string{"merged", "void declared-void", "merged"}},
		{"a gap", nil, func(_ *world, p *pen) {
			p.seq = 3
			p.set("r1", nil, "q1", "1")
		}, []string{"refused gap"}},
		{"another device's line", nil, func(_ *world, p *pen) {
			p.set("r1", other(func(c *crdt.ChangeSet) { c.Device = "dv_z" }), "q1", "1")
		}, []string{"refused not-this-device"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.pen("dv_a", "us_a")
			if c.prep != nil {
				c.prep(w, p)
			}
			c.write(w, p)
			got := p.push(0)
			require.Equal(t, c.want, got.texts())
			for _, v := range got.verdicts {
				if v.Status != wire.Merged {
					continue
				}
				w.replays(w.line("dv_a", v.Seq).Record)
			}
			// The same again changes nothing and is answered with what stands.
			again := p.push(0)
			require.Len(t, again.verdicts, len(got.verdicts))
			for i, v := range again.verdicts {
				want := got.verdicts[i]
				if want.Status == wire.Merged {
					want.Status = wire.Duplicate
				}
				require.Equal(t, want, v)
			}
			require.Equal(t, got.summary.Have, again.summary.Have)
			require.Equal(t, got.summary.Head, again.summary.Head)
		})
	}
}

func TestPushOpening(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	p.set("r1", ctxOf("dv_a", 1), "q1", "2")
	p.push(0)

	t.Run("alone it says where the server stands", func(t *testing.T) {
		a := p.send(p.body(2))
		require.Empty(t, a.verdicts)
		require.EqualValues(t, 2, a.summary.Have)
		require.EqualValues(t, 3, a.summary.Want)
		require.Equal(t, p.head, a.summary.Head)
		require.Equal(t, w.epoch, a.summary.Epoch)
	})
	t.Run("beyond what the server has", func(t *testing.T) {
		line := (&crdt.ChangeSet{Device: "dv_a", Seq: 6, Epoch: w.epoch, Nonce: "12345678", Record: "r1", Form: form, Version: "1", Grid: gridA, Set: cells("q1", "9")}).Encode()
		a := p.send(p.body(5, line))
		require.Equal(t, []string{"refused gap", "refused gap"}, a.texts())
		require.EqualValues(t, 2, a.verdicts[0].Have)
		require.Equal(t, p.head, a.verdicts[0].Head)
	})
	t.Run("another head is a fork", func(t *testing.T) {
		body := wire.AppendOpening(nil, wire.Opening{Device: "dv_a", Last: 1, Head: wire.Head{1}})
		body = append(append(body, p.lines[1]...), '\n')
		a := p.send(body)
		require.Equal(t, []string{"refused fork", "refused fork"}, a.texts())
		require.EqualValues(t, 2, a.summary.Have)
	})
	t.Run("other bytes under a known seq are a fork, and nothing behind them is taken", func(t *testing.T) {
		clone := w.pen("dv_a", "us_a")
		clone.lines, clone.seq, clone.head = [][]byte{p.lines[0]}, 1, wire.Head{}.Next(crdt.IDOf(p.lines[0]))
		clone.set("r1", ctxOf("dv_a", 1), "q1", "clone")
		clone.set("r2", nil, "q1", "clone")
		a := clone.push(1)
		require.Equal(t, []string{"refused fork", "refused fork"}, a.texts())
		require.False(t, w.store.Contains("clone"))
	})
	t.Run("somebody else's opening", func(t *testing.T) {
		var out bytes.Buffer
		_, err := w.answers.Push(context.Background(), w.pen("dv_b", "us_b").author, false, bytes.NewReader(p.body(0)), &out)
		requireCode(t, errs.Forbidden, err)
		require.Zero(t, out.Len())
	})
	t.Run("after the drain nothing is taken", func(t *testing.T) {
		a := p.author
		a.Revoked, a.DrainEnd = true, 1
		_, err := w.answers.Push(context.Background(), a, false, bytes.NewReader(p.body(2)), &bytes.Buffer{})
		requireCode(t, errs.DeviceRevoked, err)
	})
}

func TestPushVoidTakesItsPlace(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	good := p.set("r1", ctxOf("dv_a", 1), "q1", "2").Encode()
	damaged := bytes.Replace(good, []byte(`"v":1`), []byte(`"v":?`), 1)
	p.lines[1] = damaged
	require.Equal(t, []string{"merged", "void malformed"}, p.push(0).texts())
	// Good bytes come too late, and are no fork.
	a := p.send(p.body(1, good))
	require.Equal(t, []string{"void malformed"}, a.texts())
	require.Equal(t, crdt.IDOf(damaged), a.verdicts[0].ID)
	shown, _ := w.state("r1").Shown("q1")
	require.Equal(t, "1", shown.Value)
	// A later set that saw the void dot is ready and supersedes what was before it.
	p.set("r1", ctxOf("dv_a", 2), "q1", "3")
	require.Equal(t, []string{"merged"}, p.push(2).texts())
	require.Len(t, w.state("r1").Siblings("q1"), 1)
	w.replays("r1")
}

func TestPushCutLineIsNotVoid(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	whole := p.body(0, p.lines...)
	for cut := len(p.body(0)) + 1; cut < len(whole)-1; cut += 7 {
		a := p.send(whole[:cut])
		require.Len(t, a.verdicts, 1)
		require.Equal(t, wire.Refused, a.verdicts[0].Status)
		require.Zero(t, a.summary.Have)
	}
	require.Equal(t, []string{"merged"}, p.push(0).texts())
}

func TestPushAttestation(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "1")
	att, err := wire.SignAttest(p.key, "dv_a", 1, p.head)
	require.NoError(t, err)
	body := wire.AppendAttest(p.body(0, p.lines...), att)
	push := func(a sync.Author, carried bool, body []byte) ([]string, error) {
		var out bytes.Buffer
		if _, err := w.answers.Push(context.Background(), a, carried, bytes.NewReader(body), &out); err != nil {
			return nil, err
		}
		return readAnswer(t, out.Bytes()).texts(), nil
	}
	stranger := p.author
	stranger.PublicKey = &w.pen("dv_b", "us_b").key.PublicKey
	_, err = push(stranger, true, body)
	requireCode(t, errs.TokenInvalid, err)
	_, err = push(p.author, true, p.body(0, p.lines...))
	requireCode(t, errs.TokenInvalid, err)
	require.False(t, w.store.Contains("r1"))
	got, err := push(p.author, true, body)
	require.NoError(t, err)
	require.Equal(t, []string{"merged", "stored"}, got)
	got, err = push(p.author, true, body)
	require.NoError(t, err)
	require.Equal(t, []string{"duplicate", "stored"}, got)
	// A signature over another head is not stored.
	wrong, err := wire.SignAttest(p.key, "dv_a", 1, wire.Head{9})
	require.NoError(t, err)
	got, err = push(p.author, false, wire.AppendAttest(p.body(1), wrong))
	require.NoError(t, err)
	require.Equal(t, []string{"refused fork"}, got)
	got, err = push(stranger, false, wire.AppendAttest(p.body(1), att))
	require.NoError(t, err)
	require.Equal(t, []string{"refused malformed"}, got)
}

func TestPushEffectiveTimeIsStampedOnce(t *testing.T) {
	w := newWorld(t)
	received := w.clock.Now().UnixMilli()
	p := w.pen("dv_a", "us_a")
	p.set("r1", func(c *crdt.ChangeSet) { c.At = received + 20*365*86400_000 }, "q1", "1")
	p.set("r2", func(c *crdt.ChangeSet) { c.At = received - 20*365*86400_000 }, "q1", "1")
	p.push(0)
	w.clock.Advance(1e12)
	p.push(0)
	require.Equal(t, received, w.line("dv_a", 1).Effective)
	require.Equal(t, received-20*365*86400_000, w.line("dv_a", 2).Effective)
	require.Equal(t, received, w.line("dv_a", 2).Received)
}

func TestPushLeavesNothingBehindWhenTheCommitFails(t *testing.T) {
	w := newWorld(t)
	p := w.pen("dv_a", "us_a")
	p.set("r1", nil, "q1", "secret")
	w.store.BeforeCommit = func() error { return errs.New(errs.DiskFull, "commit", "test") }
	var out bytes.Buffer
	_, err := w.answers.Push(context.Background(), p.author, false, bytes.NewReader(p.body(0, p.lines...)), &out)
	requireCode(t, errs.DiskFull, err)
	require.Zero(t, out.Len(), "nothing is acknowledged before the commit")
	require.False(t, w.store.Contains("secret"))
	w.store.BeforeCommit = nil
	require.Equal(t, []string{"merged"}, p.push(0).texts())
}
