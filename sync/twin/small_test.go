package twin_test

import (
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/webtest"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
	"ruhu/sync/wire"
)

// TestTwinsReckonAlike: what is said of many things at once, and what stays of a set whose values were withheld.
func TestTwinsReckonAlike(t *testing.T) {
	n := webtest.Start(t, "packages/merge/twin/main.ts")
	random := rand.New(rand.NewPCG(8, 8))
	prefixes := []string{"q2", "g", "m[b]", "m/note", "m/k", "m[a]/k[x]", "__proto__", "__proto__/toString", "a/b", "a[r1]/b", "a"}
	stripped := 0
	for range 40 {
		var jobs []any
		var want []any
		for range 50 {
			h := naive.Random(random.IntN)
			if random.IntN(2) == 0 {
				h = odder(h)
			}
			head := wire.Head{}
			ids, digests, hexes := []string{}, [][32]byte{}, []string{}
			for _, turn := range h.Turns {
				line := turn.Set.Encode()
				id := crdt.IDOf(line)
				head = head.Next(id)
				ids, digests, hexes = append(ids, id.String()), append(digests, id), append(hexes, hex.EncodeToString(id[:]))
				list := []string{prefixes[random.IntN(len(prefixes))], prefixes[random.IntN(len(prefixes))]}
				c, took := turn.Set.StripValues(list)
				if took {
					stripped++
				}
				jobs, want = append(jobs, map[string]any{"job": "strip", "line": string(line), "prefixes": list}), append(want, string(c.Encode()))
			}
			jobs = append(jobs, map[string]any{"job": "heads", "ids": ids}, map[string]any{"job": "grid", "digests": hexes})
			want = append(want, head.String(), wire.GridDigest(digests))
			a, b := prefixes[random.IntN(len(prefixes))], prefixes[random.IntN(len(prefixes))]
			jobs, want = append(jobs, map[string]any{"job": "paths", "a": a, "b": b}), append(want, crdt.PathCovers(a, b))
		}
		for i, answer := range n.Ask(jobs) {
			var got any
			require.NoError(t, json.Unmarshal(answer, &got))
			require.Equal(t, want[i], got, "%v", jobs[i])
		}
	}
	require.Greater(t, stripped, 500)
}
