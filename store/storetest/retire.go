package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
)

// retired: a record that went into another one looks erased, is named by that one, also by way of a third, and its words
// go for good with the erasure of the last.
func retired(t *testing.T, s Subject) {
	w := newWriter("dv_1")
	for i, id := range []string{"r1", "r2", "r3"} {
		push(t, s.Store, w, id, "q1", []string{"first-words", "second-words", "third-words"}[i])
	}
	update(t, s.Store, func(tx sync.Tx) error { return tx.Retire(street, "r1", "r2") })
	update(t, s.Store, func(tx sync.Tx) error { return tx.Retire(street, "r2", "r3") })
	view(t, s.Store, func(r sync.Reader) {
		for _, id := range []string{"r1", "r2"} {
			rec, ok, err := r.Record(id)
			require.NoError(t, err)
			require.True(t, ok)
			require.True(t, rec.State.Erased)
			require.Equal(t, sync.StatusErased, rec.Status)
			for _, l := range lines(t, r, id) {
				require.Nil(t, l.Body)
			}
		}
		rec, _, err := r.Record("r3")
		require.NoError(t, err)
		require.False(t, rec.State.Erased)
	})
	update(t, s.Store, func(tx sync.Tx) error {
		for id, want := range map[string][]string{"r1": nil, "r2": nil, "r3": {"r1", "r2"}, "r4": nil} {
			got, err := tx.Retired(id)
			require.NoError(t, err)
			require.ElementsMatch(t, want, got, id)
		}
		return nil
	})
	require.False(t, s.Contains("first-words"))
	update(t, s.Store, func(tx sync.Tx) error { return tx.Erase(street, "r3") })
	require.False(t, s.Contains("third-words"))
}
