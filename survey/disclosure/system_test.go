package disclosure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/survey/disclosure"
)

func publish(table *disclosure.Table, m *disclosure.Mask) *disclosure.System {
	var s disclosure.System
	name := func(r, c int) string { return fmt.Sprint(r, "/", c) }
	for r := range table.Count {
		for c, n := range table.Count[r] {
			if !m.Hidden(r, c) {
				s.Publish(name(r, c), n)
			}
		}
	}
	for p := range table.Cols.Parent {
		for r := range table.Count {
			var parts []string
			for c, q := range table.Cols.Parent {
				if q == p {
					parts = append(parts, name(r, c))
				}
			}
			if parts != nil {
				s.Sum(name(r, p), parts...)
			}
		}
	}
	for p := range table.Rows.Parent {
		for c := range table.Cols.Parent {
			var parts []string
			for r, q := range table.Rows.Parent {
				if q == p {
					parts = append(parts, name(r, c))
				}
			}
			if parts != nil {
				s.Sum(name(p, c), parts...)
			}
		}
	}
	return &s
}

func TestRecoveringFromThePublicationAloneEqualsTheAudit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t, 4, 4)
		mask := table.NewMask(func(r, c int) bool {
			return table.Count[r][c] < 10 || rapid.IntRange(0, 4).Draw(t, "more") == 0
		})
		got, err := publish(table, mask).Recover()
		require.NoError(t, err)
		for _, f := range table.Audit(mask) {
			r := got[fmt.Sprint(f.Row, "/", f.Col)]
			require.InDelta(t, f.Low, r.Low, 1e-5)
			if f.High < 1e30 {
				require.InDelta(t, f.High, r.High, 1e-5)
			} else {
				require.GreaterOrEqual(t, r.High, 1e30)
			}
		}
	})
}

func TestContradictionsAreNamed(t *testing.T) {
	var s disclosure.System
	s.Publish("all", 10)
	s.Publish("yes", 4)
	s.Publish("no", 5)
	s.Sum("all", "yes", "no")
	_, err := s.Recover()
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.ErrorContains(t, err, "all")

	var u disclosure.System
	u.Publish("all", 10)
	u.Publish("yes", 14)
	u.Sum("all", "yes", "no")
	_, err = u.Recover()
	require.Equal(t, errs.Invalid, errs.CodeOf(err), "no would have to be negative")
}

func TestTwoTablesTogether(t *testing.T) {
	var s disclosure.System
	s.Publish("asked", 50)
	s.Publish("men yes", 20)
	s.Sum("yes", "men yes", "women yes")
	s.Sum("asked", "yes", "no")
	s.Publish("no", 23)
	got, err := s.Recover()
	require.NoError(t, err)
	require.Equal(t, disclosure.Range{Low: 7, High: 7}, got["women yes"], "neither table alone gives it away")
}
