package faulttest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// afterwards requires of a folder that was cut that all that was acknowledged is there, and that every change set is there
// whole or not at all: by repeating it, by pulling the merged states, and by `ruhu verify`.
func afterwards(t *testing.T, s site, addr string, devices []*device) {
	t.Helper()
	sv := s.serve(t, addr)
	defer sv.end()
	acked, lost, stored := 0, 0, 0
	have := map[string]int{}
	for _, d := range devices {
		missing, has, epoch := d.settle(t, sv.url)
		require.Empty(t, d.contradictions)
		acked, lost, stored = acked+d.acked, lost+missing, stored+has
		have[d.id] = has
		if missing == 0 {
			require.Equal(t, d.epoch, epoch, "a new epoch: the server believes that it lost something")
		}
	}
	half := 0
	if lost == 0 {
		half = halfApplied(t, sv.url, devices, have)
	}
	t.Logf("acknowledged %d, stored %d, lost %d, half applied %d", acked, stored, lost, half)
	require.Zero(t, lost, "acknowledged change sets are lost")
	require.Zero(t, half, "change sets are there in part")
	require.GreaterOrEqual(t, stored, acked)
	sv.stop(t)
	r := s.verify(t)
	require.Equal(t, stored, r.Changesets, "what verify counts and what the devices were told")
}

// halfApplied merges what the server holds once more, from the devices' own copies, and counts the change sets of which the
// states handed to phones show less than the whole.
func halfApplied(t *testing.T, url string, devices []*device, have map[string]int) (half int) {
	t.Helper()
	for _, d := range devices {
		states := map[string]*crdt.State{}
		d.pull(t, url, func(l *wire.PullLine) {
			if l.Kind == wire.KindRecord {
				s, err := crdt.ParseState([]byte(l.State))
				require.NoError(t, err)
				states[l.Record] = s
			}
		})
		last := map[string]map[string]uint64{} // record → path → the set that wrote it last
		for _, c := range d.sets[:have[d.id]] {
			if last[c.Record] == nil {
				last[c.Record] = map[string]uint64{}
			}
			for _, cell := range c.Set {
				last[c.Record][cell.Path] = c.Seq
			}
		}
		for _, c := range d.sets[:have[d.id]] {
			s := states[c.Record]
			whole := s != nil && s.VV.Covers(crdt.Dot{Device: d.id, Seq: c.Seq})
			for _, cell := range c.Set {
				if whole && last[c.Record][cell.Path] == c.Seq {
					w, ok := s.Shown(cell.Path)
					whole = ok && w.Value == cell.Value
				}
			}
			if !whole {
				half++
			}
		}
		require.Equal(t, len(last), len(states), "records of which device %s knows nothing", d.id)
	}
	return half
}
