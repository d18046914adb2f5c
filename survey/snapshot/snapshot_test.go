package snapshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey/snapshot"
)

func TestIDChangesWithEachPart(t *testing.T) {
	base := func() snapshot.Of {
		return snapshot.Of{Kind: "summary", Heads: map[string]uint64{"990101001": 7, "990101002": 9}, Forms: []string{"f@1"}, Policy: 10, Filter: "990101001"}
	}
	first, err := base().ID()
	require.NoError(t, err)
	require.Len(t, first, 64)
	require.Len(t, snapshot.Short(first), 16)
	again, err := base().ID()
	require.NoError(t, err)
	require.Equal(t, first, again)
	seen := map[string]bool{first: true}
	for _, change := range []func(o *snapshot.Of){
		func(o *snapshot.Of) { o.Kind = "export" }, func(o *snapshot.Of) { o.Heads["990101001"]++ },
		func(o *snapshot.Of) { delete(o.Heads, "990101002") }, func(o *snapshot.Of) { o.Forms = append(o.Forms, "f@2") },
		func(o *snapshot.Of) { o.Policy = 5 }, func(o *snapshot.Of) { o.Filter = "990101002" },
	} {
		o := base()
		change(&o)
		id, err := o.ID()
		require.NoError(t, err)
		require.False(t, seen[id])
		seen[id] = true
	}
}

func TestUnwritablePartsAreAnError(t *testing.T) {
	_, err := snapshot.Of{Filter: func() {}}.ID()
	require.Error(t, err)
}
