// Package storetest is what every implementation of sync.Store must pass: the port's contracts, what a failed function
// leaves behind (nothing), what readers see while writers run, and that erased words are nowhere.
package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Subject is a fresh, empty store and the means to look into it.
type Subject struct {
	Store sync.Store
	// Contains reports whether a word stands anywhere in what the store keeps, however it is packed or sealed.
	Contains func(word string) bool
}

// Projector is the projection the stores under test must be opened with. It makes the packed row of all shown values,
// looks the case up, and counts every shown value once.
func Projector(in sync.ProjectInput) sync.Projection {
	s := in.Record.State
	st := sync.StatusOf(s)
	p := sync.Projection{Status: st.Shown, Conflicts: s.Conflicts(), Open: st.Shown != sync.StatusApproved}
	weight := 1.0
	if w, ok := s.Shown("case_id"); ok {
		p.Case = w.Value
		if c, ok := in.LookupCase(w.Value); ok {
			weight = c.Weight
		} else {
			p.Flags = []string{"unknown-case"}
		}
	}
	s.Visible(func(path string, w crdt.Write) bool {
		p.Packed = fmt.Appendf(p.Packed, "%s=%s\n", path, w.Value)
		if path[0] != '@' {
			p.Cells = append(p.Cells, sync.Contribution{CellKey: sync.CellKey{Question: path, Choice: w.Value, Grid: in.Record.Grid, Status: p.Status},
				N: 1, W: weight, WW: weight * weight})
		}
		return true
	})
	return p
}

// Run runs the suite; open is called once a test.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s Subject)
	}{
		{"lines and events share a street's sequence and chain", sequence},
		{"a line is found by its dot and its place", findLine},
		{"settling changes only what may change", settle},
		{"what has not taken its turn", unsettled},
		{"a record comes back as it was put and belongs to its reader", recordRoundTrip},
		{"the feed gives each change once and in order", feed},
		{"devices", devices},
		{"epochs, outcomes, cases, attestations", smallThings},
		{"a failed function leaves nothing", rollback},
		{"no cursor skips a row while writers run", noGap},
		{"a snapshot holds whole commits", wholeCommits},
		{"an erased record is nowhere", erase},
		{"a withheld value is nowhere, the rest stays", withhold},
		{"a record that went into another one", retired},
		{"a cancelled caller changes nothing", cancelled},
		{"a record is found by its withdrawal", withdrawal},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

const (
	street = "990101001"
	grid   = "990101001001001"
	other  = "990101002"
)

// writer makes change sets of one device in order.
type writer struct {
	device string
	seq    uint64
	street string
	grid   string
}

func newWriter(device string) *writer { return &writer{device: device, street: street, grid: grid} }

// set makes the device's next change set and the merged line of it.
func (w *writer) set(record string, pairs ...string) (*crdt.ChangeSet, *sync.Line) {
	w.seq++
	c := &crdt.ChangeSet{Device: w.device, Seq: w.seq, At: int64(1000 + w.seq), Nonce: "AAAAAAAAAAAAAAAAAAAAAA", Epoch: "ep_1", Record: record, Form: "f", Version: "1", Grid: w.grid}
	for i := 0; i < len(pairs); i += 2 {
		c.Set = append(c.Set, crdt.Cell{Path: pairs[i], Value: pairs[i+1]})
	}
	c.Normalize()
	body := c.Encode()
	return c, &sync.Line{Street: w.street, Device: w.device, DevSeq: w.seq, ID: crdt.IDOf(body), Record: record, Form: "f", Version: "1", Grid: w.grid,
		Worker: "us_" + w.device, Received: c.At + 5, Effective: c.At, Order: 1, Status: sync.Merged, Body: body}
}

// put appends a line and puts the record with the set applied to what the store holds of it, as the engine does.
func put(tx sync.Tx, c *crdt.ChangeSet, l *sync.Line) error {
	r, ok, err := tx.Record(c.Record)
	if err != nil {
		return err
	}
	if !ok {
		r = sync.Record{ID: c.Record, Street: l.Street, Grid: l.Grid, Form: l.Form, Author: l.Worker, State: &crdt.State{}}
	}
	r.Orders++
	l.Order = r.Orders
	if err := tx.Append(l); err != nil {
		return err
	}
	r.State.Apply(c, l.Effective)
	r.Version, r.Changed, r.Digest = l.Version, l.Seq, r.State.Digest()
	if r.Created == 0 {
		r.Created = l.Seq
	}
	return tx.PutRecord(&r)
}

func update(t *testing.T, s sync.Store, fn func(tx sync.Tx) error) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), fn))
}

func view(t *testing.T, s sync.Store, fn func(r sync.Reader)) {
	t.Helper()
	require.NoError(t, s.View(context.Background(), func(r sync.Reader) error {
		fn(r)
		return nil
	}))
}

func push(t *testing.T, s sync.Store, w *writer, record string, pairs ...string) *sync.Line {
	t.Helper()
	c, l := w.set(record, pairs...)
	update(t, s, func(tx sync.Tx) error {
		again := *l
		if err := put(tx, c, &again); err != nil {
			return err
		}
		l.Seq, l.Order = again.Seq, again.Order
		return nil
	})
	return l
}

func sequence(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	var chains [][32]byte
	update(t, s.Store, func(tx sync.Tx) error {
		chains = nil
		for i := range 3 {
			_, l := w.set("r1", "q1", fmt.Sprint(i))
			w.seq = uint64(i + 1)
			require.NoError(t, tx.Append(l))
			require.Equal(t, uint64(2*i+1), l.Seq)
			e := sync.Event{Street: street, Kind: sync.EventLeave, Record: "r1", Grid: grid, Worker: "us_9", At: 7}
			require.NoError(t, tx.AppendEvent(&e))
			require.Equal(t, uint64(2*i+2), e.Seq)
			h, err := tx.Head(street)
			require.NoError(t, err)
			require.Equal(t, e.Seq, h.Seq)
			require.NotContains(t, chains, h.Chain)
			chains = append(chains, h.Chain)
		}
		e := sync.Event{Street: other, Kind: sync.EventLost, Record: "r2", Grid: other + "001001", Detail: "dv_x:1"}
		require.NoError(t, tx.AppendEvent(&e))
		require.Equal(t, uint64(1), e.Seq)
		return nil
	})
	view(t, s.Store, func(r sync.Reader) {
		heads, err := r.Heads()
		require.NoError(t, err)
		require.Len(t, heads, 2)
		require.Equal(t, street, heads[0].Street)
		require.Equal(t, uint64(6), heads[0].Seq)
		require.Equal(t, chains[2], heads[0].Chain)
		for i, want := range chains {
			got, ok, err := r.ChainAt(street, uint64(2*i+2))
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, want, got)
		}
		for _, seq := range []uint64{0, 7, 1 << 50} {
			_, ok, err := r.ChainAt(street, seq)
			require.NoError(t, err)
			require.False(t, ok)
		}
		leaves, err := r.Events(street, []sync.EventKind{sync.EventLeave, sync.EventErase}, 2, 2)
		require.NoError(t, err)
		require.Len(t, leaves, 2)
		require.Equal(t, sync.Event{Street: street, Seq: 4, Kind: sync.EventLeave, Record: "r1", Grid: grid, Worker: "us_9", At: 7}, leaves[0])
		lost, err := r.Events(street, []sync.EventKind{sync.EventLost}, 0, 10)
		require.NoError(t, err)
		require.Empty(t, lost, "another street's")
		none, err := r.Head("990101009")
		require.NoError(t, err)
		require.Equal(t, sync.Head{Street: "990101009"}, none)
	})
	_, l := w.set("r1", "q1", "x")
	l.DevSeq += 4
	require.Error(t, s.Store.Update(t.Context(), func(tx sync.Tx) error { return tx.Append(l) }), "a device's lines have no gap")
}

func findLine(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	want := push(t, s.Store, w, "r1", "q1", "a")
	_, void := w.set("")
	void.Record, void.Form, void.Version, void.Grid, void.Body, void.Order = "", "", "", "", nil, 0
	void.Status, void.Code = sync.Void, "malformed"
	update(t, s.Store, func(tx sync.Tx) error { own := *void; err := tx.Append(&own); void.Seq = own.Seq; return err })
	view(t, s.Store, func(r sync.Reader) {
		got, ok, err := r.Line("dv_1", 1)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, *want, got)
		got, ok, err = r.LineAt(street, void.Seq)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, *void, got)
		require.Nil(t, got.Body)
		for _, seq := range []uint64{0, 3} {
			_, ok, err = r.Line("dv_1", seq)
			require.NoError(t, err)
			require.False(t, ok)
		}
		_, ok, err = r.LineAt(other, 1)
		require.NoError(t, err)
		require.False(t, ok)
		require.Len(t, lines(t, r, "r1"), 1)
	})
}

func lines(t *testing.T, r sync.Reader, record string) (out []sync.Line) {
	t.Helper()
	for l, err := range r.RecordLines(record) {
		require.NoError(t, err)
		out = append(out, l)
	}
	return out
}

func settle(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	_, l := w.set("r1", "q1", "secret-settle")
	l.Status, l.Code, l.Order = sync.Quarantined, "foreign-grid", 0
	update(t, s.Store, func(tx sync.Tx) error { own := *l; return tx.Append(&own) })
	l.Seq = 1
	update(t, s.Store, func(tx sync.Tx) error {
		own := *l
		own.Status, own.Code, own.Order, own.Turn, own.Reason, own.Grid = sync.Merged, "", 1, 5, "looked right", "ignored"
		return tx.SettleLine(&own, true)
	})
	view(t, s.Store, func(r sync.Reader) {
		got, _, err := r.Line("dv_1", 1)
		require.NoError(t, err)
		want := *l
		want.Status, want.Code, want.Order, want.Turn, want.Reason = sync.Merged, "", 1, 5, "looked right"
		require.Equal(t, want, got, "only void lines lose their body")
	})
	require.True(t, s.Contains("secret-settle"))
	update(t, s.Store, func(tx sync.Tx) error {
		own := *l
		own.Status, own.Code = sync.Void, "discarded"
		return tx.SettleLine(&own, true)
	})
	view(t, s.Store, func(r sync.Reader) {
		got, _, err := r.Line("dv_1", 1)
		require.NoError(t, err)
		require.Nil(t, got.Body)
		require.Equal(t, l.ID, got.ID)
	})
	require.False(t, s.Contains("secret-settle"))
	_, unknown := newWriter("dv_2").set("r1")
	require.Error(t, s.Store.Update(t.Context(), func(tx sync.Tx) error { return tx.SettleLine(unknown, false) }))
}

func unsettled(t *testing.T, s Subject) {
	b, a := newWriter("dv_b"), newWriter("dv_a")
	for i, status := range []sync.LineStatus{sync.Waiting, sync.Quarantined, sync.Void, sync.Merged} {
		for _, w := range []*writer{b, a} {
			_, l := w.set("r1", "q1", fmt.Sprint(i))
			l.Status, l.Order = status, 0
			if status == sync.Merged {
				l.Order = 1
			}
			if status == sync.Void {
				l.Body = nil
			}
			update(t, s.Store, func(tx sync.Tx) error { own := *l; return tx.Append(&own) })
		}
	}
	check := func(r sync.Reader) {
		list, err := r.Unsettled("r1")
		require.NoError(t, err)
		var dots []string
		for _, l := range list {
			dots = append(dots, fmt.Sprintf("%s:%d", l.Device, l.DevSeq))
			require.Equal(t, l.Status == sync.Void, l.Body == nil)
		}
		require.Equal(t, []string{"dv_a:1", "dv_a:2", "dv_a:3", "dv_b:1", "dv_b:2", "dv_b:3"}, dots)
		for below, want := range map[uint64]int{1: 0, 2: 1, 3: 2, 9: 2} {
			n, err := r.UnsettledOf("dv_a", "r1", below)
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		q, err := r.Quarantine(street, 1, 2)
		require.NoError(t, err)
		require.Len(t, q, 2)
		require.Equal(t, uint64(2), q[0].Seq)
		require.Nil(t, q[0].Body)
		q, err = r.Quarantine(street, 0, 100)
		require.NoError(t, err)
		require.Len(t, q, 4)
		_, ok, err := r.Record("r1")
		require.NoError(t, err)
		require.False(t, ok, "nothing was put")
	}
	view(t, s.Store, check)
	update(t, s.Store, func(tx sync.Tx) error { check(tx); return nil })
	none, err := []sync.Line(nil), error(nil)
	view(t, s.Store, func(r sync.Reader) { none, err = r.Unsettled("nobody") })
	require.NoError(t, err)
	require.Empty(t, none)
}

func recordRoundTrip(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	push(t, s.Store, w, "r1", "q1", "a", "members[r1]/age", "30")
	var want sync.Record
	update(t, s.Store, func(tx sync.Tx) error {
		c, l := w.set("r1", "q2", "b")
		w.seq--
		if err := tx.Append(l); err != nil {
			return err
		}
		r, ok, err := tx.Record("r1")
		require.NoError(t, err)
		require.True(t, ok)
		r.State.Apply(c, l.Effective)
		r.Assignees, r.Submitted, r.Orders, r.Changed, r.Version = []string{"us_7", "us_8"}, 99, 2, l.Seq, "2"
		r.Digest = r.State.Digest()
		require.NoError(t, tx.PutRecord(&r))
		require.NotEmpty(t, r.Packed, "the projection is filled in")
		want = r
		r.State = r.State.Clone()
		want.State = r.State.Clone()
		r.Assignees[0] = "changed later"
		want.Assignees = []string{"us_7", "us_8"}
		return nil
	})
	w.seq++
	check := func(r sync.Reader) {
		got, ok, err := r.Record("r1")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, string(want.State.Canonical()), string(got.State.Canonical()))
		got.State.Erase()
		got.State, got.Packed, got.Cells = want.State, want.Packed, want.Cells
		require.Equal(t, want, got)
	}
	view(t, s.Store, check)
	view(t, s.Store, check)
	update(t, s.Store, func(tx sync.Tx) error { check(tx); return nil })
	require.Error(t, s.Store.Update(t.Context(), func(tx sync.Tx) error {
		r, _, err := tx.Record("r1")
		require.NoError(t, err)
		r.Changed = 77
		return tx.PutRecord(&r)
	}), "a sequence that was never taken")
}

func feed(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	push(t, s.Store, w, "r1", "q1", "a") // 1
	push(t, s.Store, w, "r2", "q1", "a") // 2
	w.grid = street + "002001"
	push(t, s.Store, w, "r3", "q1", "a") // 3
	w.grid = grid
	push(t, s.Store, w, "r1", "q1", "b") // 4
	update(t, s.Store, func(tx sync.Tx) error {
		return tx.AppendEvent(&sync.Event{Street: street, Kind: sync.EventLeave, Record: "r2", Grid: grid, At: 1}) // 5
	})
	walk := func(r sync.Reader, grids []string, after, upTo uint64, limit int) (out []string) {
		items, err := r.Feed(street, grids, after, upTo, limit)
		require.NoError(t, err)
		for _, it := range items {
			if it.Record != nil {
				require.Nil(t, it.Record.State)
				require.Nil(t, it.Record.Packed)
				require.Equal(t, it.Seq, it.Record.Changed)
				out = append(out, fmt.Sprintf("%d %s", it.Seq, it.Record.ID))
			} else {
				out = append(out, fmt.Sprintf("%d %s", it.Seq, it.Event.Kind))
			}
		}
		return out
	}
	check := func(r sync.Reader) {
		require.Equal(t, []string{"2 r2", "3 r3", "4 r1", "5 leave"}, walk(r, nil, 0, 5, 100))
		require.Equal(t, []string{"2 r2", "4 r1", "5 leave"}, walk(r, []string{grid}, 0, 5, 100))
		require.Equal(t, []string{"3 r3"}, walk(r, []string{street + "002001", "x"}, 0, 5, 100))
		require.Empty(t, walk(r, []string{}, 0, 5, 100))
		require.Equal(t, []string{"3 r3", "4 r1"}, walk(r, nil, 2, 4, 100))
		require.Equal(t, []string{"2 r2", "3 r3"}, walk(r, nil, 0, 5, 2))
		require.Empty(t, walk(r, nil, 5, 5, 100))
		var ids []string
		for rec, err := range r.GridRecords(street, grid) {
			require.NoError(t, err)
			require.Nil(t, rec.State)
			ids = append(ids, rec.ID)
		}
		require.Equal(t, []string{"r1", "r2"}, ids)
	}
	view(t, s.Store, check)
	update(t, s.Store, func(tx sync.Tx) error { check(tx); return nil })
}

func devices(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	var heads [][32]byte
	var head [32]byte
	for i := range 100 {
		_, l := w.set("r1", "q1", fmt.Sprint(i))
		l.Status, l.Order = sync.Waiting, 0
		update(t, s.Store, func(tx sync.Tx) error { own := *l; return tx.Append(&own) })
		head = sha256.Sum256(append(head[:], l.ID[:]...))
		heads = append(heads, head)
	}
	view(t, s.Store, func(r sync.Reader) {
		for i, want := range heads {
			got, err := r.HeadAt("dv_1", uint64(i+1))
			require.NoError(t, err)
			require.Equal(t, want, got, "at %d", i+1)
		}
		_, err := r.HeadAt("dv_1", 101)
		require.Error(t, err)
		_, err = r.HeadAt("dv_none", 1)
		require.Error(t, err)
		zero, err := r.HeadAt("dv_none", 0)
		require.NoError(t, err)
		require.Equal(t, [32]byte{}, zero)
	})
	want := sync.Device{ID: "dv_1", Street: street, Worker: "us_1", Have: 100, Head: head, LastSeen: 12345, Attested: 40, Pulled: 3}
	update(t, s.Store, func(tx sync.Tx) error {
		d := want
		d.Safe = 55 // the store's to move
		require.NoError(t, tx.PutDevice(&d))
		got, ok, err := tx.Device("dv_1")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, got)
		return tx.PutDevice(&sync.Device{ID: "dv_0", Street: street})
	})
	view(t, s.Store, func(r sync.Reader) {
		got, ok, err := r.Device("dv_1")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, got)
		_, ok, err = r.Device("dv_none")
		require.NoError(t, err)
		require.False(t, ok)
		list, err := r.Devices(street)
		require.NoError(t, err)
		require.Equal(t, []sync.Device{{ID: "dv_0", Street: street}, want}, list)
	})
}

func smallThings(t *testing.T, s Subject) {
	update(t, s.Store, func(tx sync.Tx) error { return tx.NewEpoch("ep_1") })
	update(t, s.Store, func(tx sync.Tx) error { return tx.NewEpoch("ep_2") })
	view(t, s.Store, func(r sync.Reader) {
		now, former, err := r.Epoch()
		require.NoError(t, err)
		require.Equal(t, "ep_2", now)
		require.Equal(t, []string{"ep_1"}, former)
	})
	hash := sha256.Sum256([]byte("body"))
	update(t, s.Store, func(tx sync.Tx) error {
		_, seen, err := tx.Idempotent("us_1", "k", hash)
		require.NoError(t, err)
		require.False(t, seen)
		return tx.RememberIdempotent("us_1", "k", hash, []byte(`{"at":1}`))
	})
	update(t, s.Store, func(tx sync.Tx) error {
		out, seen, err := tx.Idempotent("us_1", "k", hash)
		require.NoError(t, err)
		require.True(t, seen)
		require.JSONEq(t, `{"at":1}`, string(out))
		_, seen, err = tx.Idempotent("us_2", "k", hash)
		require.NoError(t, err)
		require.False(t, seen)
		_, _, err = tx.Idempotent("us_1", "k", sha256.Sum256(nil))
		require.Error(t, err)
		return nil
	})
	update(t, s.Store, func(tx sync.Tx) error {
		return tx.PutCases([]sync.Case{{No: "C1", Street: street, Grid: grid, Form: "f", Weight: 2.5}, {No: "C2", Street: street, Grid: grid, Form: "f", Weight: 1}})
	})
	w := newWriter("dv_1")
	update(t, s.Store, func(tx sync.Tx) error {
		for _, no := range []string{"C1", "C9"} {
			c, l := w.set("r"+no, "case_id", no)
			if err := put(tx, c, l); err != nil {
				return err
			}
		}
		return tx.PutAttestation(sync.Attestation{Device: "dv_1", Seq: 1, Sig: []byte("sig")})
	})
	view(t, s.Store, func(r sync.Reader) {
		drawn, _, err := r.Record("rC1")
		require.NoError(t, err)
		require.Equal(t, "C1", drawn.Case)
		require.Empty(t, drawn.Flags)
		stray, _, err := r.Record("rC9")
		require.NoError(t, err)
		require.Equal(t, []string{"unknown-case"}, stray.Flags)
	})
}

func withdrawal(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	push(t, s.Store, w, "r1", sync.PathWithdrawal, "hash-1")
	push(t, s.Store, w, "r2", sync.PathWithdrawal, "hash-2")
	find := func(hash string) (string, bool) {
		var id string
		var ok bool
		view(t, s.Store, func(r sync.Reader) {
			var err error
			id, ok, err = r.WithdrawalRecord(hash)
			require.NoError(t, err)
		})
		return id, ok
	}
	id, ok := find("hash-2")
	require.True(t, ok)
	require.Equal(t, "r2", id)
	_, ok = find("hash-3")
	require.False(t, ok)
	c, l := w.set("r2", sync.PathWithdrawal, "hash-3")
	c.Ctx = crdt.VV{"dv_1": 2}
	update(t, s.Store, func(tx sync.Tx) error { return put(tx, c, l) })
	_, ok = find("hash-2")
	require.False(t, ok, "superseded")
	id, _ = find("hash-3")
	require.Equal(t, "r2", id)
	update(t, s.Store, func(tx sync.Tx) error { return tx.Erase(street, "r2") })
	_, ok = find("hash-3")
	require.False(t, ok)
}

func cancelled(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	require.ErrorIs(t, s.Store.Update(ctx, func(tx sync.Tx) error { ran = true; return tx.NewEpoch("ep_1") }), context.Canceled)
	require.False(t, ran)
	view(t, s.Store, func(r sync.Reader) {
		now, _, err := r.Epoch()
		require.NoError(t, err)
		require.Empty(t, now)
	})
}
