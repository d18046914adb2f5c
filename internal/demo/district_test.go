package demo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistrictIsWhatTheStorySays(t *testing.T) {
	d := NewDistrict(1, 2000)
	require.Len(t, d.Streets, 3)
	require.Len(t, d.Streets[0].Villages, 16)
	require.Len(t, d.Streets[1].Villages, 8)
	require.Len(t, d.Streets[2].Villages, 6)
	require.Len(t, d.Households, 30_000)
	require.Len(t, d.Workers, 90)

	walked := map[string]int{}
	for _, w := range d.Workers {
		require.NotEmpty(t, w.Grids)
		for _, g := range w.Grids {
			require.True(t, strings.HasPrefix(g, w.Street))
			walked[g]++
		}
	}
	selected, codes := 0, map[string]bool{}
	for _, h := range d.Households {
		require.False(t, codes[h.Code])
		codes[h.Code] = true
		require.Positive(t, walked[h.Grid], "somebody walks every grid")
		if h.Selected {
			selected++
		}
	}
	require.InDelta(t, 2900, selected, 200)
	for _, s := range d.Streets {
		for _, v := range s.Villages {
			require.GreaterOrEqual(t, len(v.Grids), 3)
			require.LessOrEqual(t, len(v.Grids), 6)
		}
	}
}

func TestSameSeedSameDistrict(t *testing.T) {
	require.Equal(t, NewDistrict(7, 500).HouseholdsCSV(), NewDistrict(7, 500).HouseholdsCSV())
	require.NotEqual(t, NewDistrict(7, 500).HouseholdsCSV(), NewDistrict(8, 500).HouseholdsCSV())
}
