package summary_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/summary"
)

func release(t testing.TB, w *world) (*summary.Summary, map[string]int64) {
	w.in.Release = true
	s := build(t, w)
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	cells, err := summary.EarlierCells(raw)
	require.NoError(t, err)
	require.Equal(t, s.Ledger().Published(), cells)
	return s, cells
}

func TestASecondReleaseTellsNothingOfTheFewBetween(t *testing.T) {
	w := newWorld(t, 8, size{villages: 5, grids: 3, households: 100, interviews: 0.5, mode: survey.Census})
	_, first := release(t, w)

	for range 40 { // most of one village more, and nobody elsewhere
		grid := w.in.Areas[1].Code
		w.interview(grid)
		for i := range w.in.Records {
			if w.in.Records[i].Grid == grid {
				w.in.Records[i].N++
			}
		}
	}
	w.in.Cells = w.stream()
	plain, second := release(t, w)
	differ := func(a, b map[string]int64) int {
		n := 0
		for name, v := range b {
			if before, was := a[name]; was && v != before && max(v-before, before-v) < plain.Threshold {
				n++
			}
		}
		return n
	}
	require.NotZero(t, differ(first, second), "without looking back the second release gives handfuls away")

	w.in.Earlier = []map[string]int64{first}
	checked, third := release(t, w)
	require.Zero(t, differ(first, third))
	checkProtected(t, checked)
	held, of := checked.Held(first)
	require.NotZero(t, held)
	require.Less(t, held, of, "what moved enough, or not at all, stays")
}

func TestNothingNewIsReleasedAgain(t *testing.T) {
	w := newWorld(t, 9, size{villages: 4, grids: 2, households: 80, interviews: 0.5, mode: survey.Sample})
	_, first := release(t, w)
	w.in.Earlier = []map[string]int64{first}
	_, again := release(t, w)
	require.Equal(t, first, again)
}

func TestWhatIsNoRelease(t *testing.T) {
	for _, raw := range []string{"", "{}", `{"format":"other","cells":{}}`, `{"format":"ruhu-street-summary/1"}`} {
		_, err := summary.EarlierCells([]byte(raw))
		require.Equal(t, errs.Damaged, errs.CodeOf(err), raw)
	}
}
