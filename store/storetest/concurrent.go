package storetest

import (
	"context"
	"errors"
	"fmt"
	gosync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
)

func rollback(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	push(t, s.Store, w, "r1", "q1", "before")
	boom := errors.New("boom")
	var wg gosync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			own := newWriter(fmt.Sprintf("dv_x%02d", i))
			err := s.Store.Update(t.Context(), func(tx sync.Tx) error {
				own.seq = 0
				c, l := own.set(fmt.Sprintf("x%02d", i), "q1", "planted-"+fmt.Sprint(i))
				if err := put(tx, c, l); err != nil {
					return err
				}
				if i%3 != 0 {
					return nil
				}
				// Everything a transaction can do, and then it fails.
				e := sync.Event{Street: street, Kind: sync.EventLeave, Record: "r1", Grid: grid}
				_, fresh := own.set("fresh", "q1", "z")
				fresh.Status, fresh.Order = sync.Waiting, 0
				return errors.Join(tx.AppendEvent(&e), tx.Append(fresh), tx.PutDevice(&sync.Device{ID: own.device, Street: street, Have: 2}),
					tx.PutCases([]sync.Case{{No: "C", Street: street, Weight: 9}}), tx.NewEpoch(fmt.Sprint("ep_", i)), tx.Erase(street, "r1"),
					tx.RememberIdempotent("u", fmt.Sprint(i), [32]byte{}, []byte("{}")), tx.PutAttestation(sync.Attestation{Device: own.device, Seq: 1}), boom)
			})
			if i%3 == 0 {
				require.ErrorIs(t, err, boom)
			} else {
				require.NoError(t, err)
			}
		})
	}
	wg.Wait()
	view(t, s.Store, func(r sync.Reader) {
		h, err := r.Head(street)
		require.NoError(t, err)
		require.Equal(t, uint64(21), h.Seq, "no sequence is used up by what failed")
		now, _, err := r.Epoch()
		require.NoError(t, err)
		require.Empty(t, now)
		rec, ok, err := r.Record("r1")
		require.NoError(t, err)
		require.True(t, ok)
		require.False(t, rec.State.Erased)
		for i := range 30 {
			device := fmt.Sprintf("dv_x%02d", i)
			_, ok, err := r.Record(fmt.Sprintf("x%02d", i))
			require.NoError(t, err)
			require.Equal(t, i%3 != 0, ok)
			_, ok, err = r.Line(device, 1)
			require.NoError(t, err)
			require.Equal(t, i%3 != 0, ok)
			if i%3 == 0 {
				_, ok, err = r.Device(device)
				require.NoError(t, err)
				require.False(t, ok)
			}
		}
		_, ok, err = r.LineAt(street, 22)
		require.NoError(t, err)
		require.False(t, ok)
	})
	require.True(t, s.Contains("planted-1"), "the scanner finds what is there")
	require.False(t, s.Contains("planted-3"))
	// The store still works, and so does a device whose first line was rolled back.
	update(t, s.Store, func(tx sync.Tx) error {
		c, l := newWriter("dv_x00").set("fresh", "q1", "again")
		return put(tx, c, l)
	})
}

func noGap(t *testing.T, s Subject) {
	const writers, each, pullers = 8, 40, 4
	var writing, pulling gosync.WaitGroup
	for i := range writers {
		writing.Go(func() {
			w := newWriter(fmt.Sprintf("dv_%d", i))
			for n := range each {
				c, l := w.set(fmt.Sprintf("r%d-%03d", i, n), "q1", "a")
				require.NoError(t, s.Store.Update(context.Background(), func(tx sync.Tx) error { again := *l; return put(tx, c, &again) }))
			}
		})
	}
	done := make(chan struct{})
	for range pullers {
		pulling.Go(func() {
			seen := map[string]bool{}
			after := uint64(0)
			for last := false; ; {
				select {
				case <-done:
					last = true
				default:
				}
				require.NoError(t, s.Store.View(context.Background(), func(r sync.Reader) error {
					h, err := r.Head(street)
					if err != nil {
						return err
					}
					items, err := r.Feed(street, []string{grid}, after, h.Seq, 1000)
					for _, it := range items {
						seen[it.Record.ID] = true
					}
					after = h.Seq
					return err
				}))
				if last {
					break
				}
			}
			require.Len(t, seen, writers*each)
		})
	}
	writing.Wait()
	close(done)
	pulling.Wait()
}

func wholeCommits(t *testing.T, s Subject) {
	const commits = 60
	var wg gosync.WaitGroup
	wg.Go(func() {
		w := newWriter("dv_1")
		for n := range commits {
			c1, l1 := w.set(fmt.Sprintf("a%03d", n), "q1", "x")
			c2, l2 := w.set(fmt.Sprintf("b%03d", n), "q1", "y")
			require.NoError(t, s.Store.Update(context.Background(), func(tx sync.Tx) error {
				one, two := *l1, *l2
				return errors.Join(put(tx, c1, &one), put(tx, c2, &two), tx.PutDevice(&sync.Device{ID: "dv_1", Street: street, Have: l2.DevSeq}))
			}))
		}
	})
	for range 3 {
		wg.Go(func() {
			for last := uint64(0); last < 2*commits; {
				require.NoError(t, s.Store.View(context.Background(), func(r sync.Reader) error {
					h, err := r.Head(street)
					if err != nil {
						return err
					}
					require.Zero(t, h.Seq%2, "a commit is there whole or not at all")
					require.GreaterOrEqual(t, h.Seq, last)
					last = h.Seq
					items, err := r.Feed(street, nil, 0, 1<<30, 1000)
					require.Len(t, items, int(h.Seq))
					if err != nil || h.Seq == 0 {
						return err
					}
					d, _, err := r.Device("dv_1")
					require.Equal(t, h.Seq, d.Have)
					again, err2 := r.Head(street)
					require.Equal(t, h, again)
					return errors.Join(err, err2)
				}))
			}
		})
	}
	wg.Wait()
}
