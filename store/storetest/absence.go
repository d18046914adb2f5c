package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
	"ruhu/sync/crdt"
)

func erase(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	words := []string{"canary-merged", "canary-history", "canary-waiting", "canary-quarantined"}
	push(t, s.Store, w, "r1", "q1", words[1], sync.PathWithdrawal, "canary-code")
	c, l := w.set("r1", "q1", words[0])
	c.Ctx = crdt.VV{"dv_1": 1}
	update(t, s.Store, func(tx sync.Tx) error { again := *l; return put(tx, c, &again) })
	for i, status := range []sync.LineStatus{sync.Waiting, sync.Quarantined} {
		_, l := w.set("r1", "q1", words[2+i])
		l.Status, l.Order = status, 0
		update(t, s.Store, func(tx sync.Tx) error { own := *l; return tx.Append(&own) })
	}
	push(t, s.Store, w, "r2", "q1", "stays-here")
	for _, word := range append(words, "canary-code", "stays-here") {
		require.True(t, s.Contains(word), "the scanner must find %s before", word)
	}
	update(t, s.Store, func(tx sync.Tx) error {
		e := sync.Event{Street: street, Kind: sync.EventErase, Record: "r1", Grid: grid}
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
		for _, p := range []uint64{3, 4} {
			l, _, err := tx.Line("dv_1", p)
			if err != nil {
				return err
			}
			l.Status, l.Code, l.Body = sync.Void, "erased", nil
			if err := tx.SettleLine(&l, true); err != nil {
				return err
			}
		}
		return tx.Erase(street, "r1")
	})
	for _, word := range append(words, "canary-code") {
		require.False(t, s.Contains(word), word)
	}
	require.True(t, s.Contains("stays-here"))
	check := func(r sync.Reader) {
		rec, ok, err := r.Record("r1")
		require.NoError(t, err)
		require.True(t, ok)
		marker := sync.Record{ID: "r1", Street: street, Grid: grid, State: &crdt.State{Erased: true}, Changed: rec.Changed}
		marker.Status = sync.StatusErased
		require.Equal(t, marker, rec)
		require.Equal(t, uint64(6), rec.Changed)
		all := lines(t, r, "r1")
		require.Len(t, all, 4)
		for _, l := range all {
			require.Nil(t, l.Body)
			require.NotZero(t, l.ID)
		}
		none, err := r.Unsettled("r1")
		require.NoError(t, err)
		require.Empty(t, none)
		items, err := r.Feed(street, nil, 0, 100, 100)
		require.NoError(t, err)
		require.Len(t, items, 2)
		require.Equal(t, "r2", items[0].Record.ID)
		require.Equal(t, sync.EventErase, items[1].Event.Kind)
	}
	view(t, s.Store, check)
	update(t, s.Store, func(tx sync.Tx) error { check(tx); return nil })
	// A late line of it, and a record nobody ever heard of.
	update(t, s.Store, func(tx sync.Tx) error {
		_, l := w.set("r1", "q1", "x")
		l.Status, l.Code, l.Body, l.Order = sync.Void, "erased", nil, 0
		if err := tx.Append(l); err != nil {
			return err
		}
		e := sync.Event{Street: other, Kind: sync.EventErase, Record: "r9"}
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
		return tx.Erase(other, "r9")
	})
	view(t, s.Store, func(r sync.Reader) {
		rec, ok, err := r.Record("r9")
		require.NoError(t, err)
		require.True(t, ok)
		require.True(t, rec.State.Erased)
		require.Equal(t, other, rec.Street)
		require.Equal(t, sync.StatusErased, rec.Status)
	})
	update(t, s.Store, func(tx sync.Tx) error { return tx.Erase(street, "r1") })
}

func withhold(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	push(t, s.Store, w, "r1", "free", "canary-text", "q1", "kept-value")
	push(t, s.Store, w, "r1", "free", "canary-alone")
	push(t, s.Store, w, "r1", "q2", "untouched")
	for _, word := range []string{"canary-text", "canary-alone", "kept-value", "untouched"} {
		require.True(t, s.Contains(word), word)
	}
	update(t, s.Store, func(tx sync.Tx) error {
		e := sync.Event{Street: street, Kind: sync.EventWithhold, Record: "r1", Grid: grid, Prefix: "free"}
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
		if err := tx.Withhold("r1", []string{"free"}); err != nil {
			return err
		}
		r, _, err := tx.Record("r1")
		if err != nil {
			return err
		}
		r.State.Withhold("free")
		r.Digest, r.Changed = r.State.Digest(), e.Seq
		return tx.PutRecord(&r)
	})
	require.False(t, s.Contains("canary-text"))
	require.False(t, s.Contains("canary-alone"))
	require.True(t, s.Contains("kept-value"))
	view(t, s.Store, func(r sync.Reader) {
		all := lines(t, r, "r1")
		require.Len(t, all, 3)
		require.True(t, all[0].Stripped)
		require.Contains(t, string(all[0].Body), "kept-value")
		require.True(t, all[1].Stripped)
		require.Nil(t, all[1].Body, "nothing it wrote is left")
		require.False(t, all[2].Stripped)
		require.Equal(t, all[2].ID, crdt.IDOf(all[2].Body))
		rec, _, err := r.Record("r1")
		require.NoError(t, err)
		_, ok := rec.State.Shown("free")
		require.False(t, ok)
		require.True(t, rec.State.IsWithheld("free"))
	})
	update(t, s.Store, func(tx sync.Tx) error { return tx.Withhold("unknown", []string{"free"}) })
	push(t, s.Store, w, "r1", "q3", "later")
	require.True(t, s.Contains("later"))
}
