package crdt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
)

// TestRenamedScreensStayStates: whatever goes on under another name and whatever goes altogether, what is left is a state,
// nothing of what went is in it, and nothing else is missing.
func TestRenamedScreensStayStates(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	went := 0
	for range 3000 {
		h := naive.Random(random.IntN)
		s := h.Deliver(random.IntN, len(h.Turns))
		if s.Erased || len(s.VV) == 0 {
			continue
		}
		device := s.VV.Devices()[random.IntN(len(s.VV))]
		fork := uint64(random.IntN(int(s.VV[device]) + 1))
		gone := map[uint64]bool{}
		for seq := fork + 1; seq <= s.VV[device]; seq++ {
			gone[seq] = random.IntN(3) == 0
		}
		mine := func(d crdt.Dot) bool { return d.Device == device && d.Seq > fork }
		before := map[string]int{} // what stays, by path and value
		keep := func(s *crdt.State, into map[string]int, old bool) {
			for _, r := range s.Registers {
				for _, w := range r.Siblings {
					if !old || !mine(w.Dot) || !gone[w.Seq] {
						into[r.Path+"="+w.Value]++
					} else {
						went++
					}
				}
			}
		}
		keep(s, before, true)
		got := s.Clone()
		got.Rename(func(d crdt.Dot) (crdt.Dot, bool) {
			if mine(d) {
				return crdt.Dot{Device: "dv_new", Seq: d.Seq}, !gone[d.Seq]
			}
			return d, true
		}, func(vv crdt.VV) crdt.VV {
			out := vv.Clone()
			if seen := out[device]; seen > fork {
				delete(out, device)
				out["dv_new"] = seen
				if fork > 0 {
					out[device] = fork
				}
			}
			return out
		})
		text := string(got.Canonical())
		_, err := crdt.ParseState([]byte(text))
		require.NoError(t, err, "%s\nof %s", text, s.Canonical())
		after := map[string]int{}
		keep(got, after, false)
		require.Equal(t, before, after, "%s\nof %s", text, s.Canonical())
	}
	require.Greater(t, went, 500, "this has to happen")
}
