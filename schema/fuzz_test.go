package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzCheck(f *testing.F) {
	form := household(f)
	for path, value := range map[string]string{"n": "-98", "many": "10 2", "members[r1]/jobs[r2]/title": "x", "when": "2026-11-23T19:47:50.683+08:00", "field": "1 2;3 4;5 6;1 2", "a[b]/c[": "\xff"} {
		f.Add(path, value)
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		code := form.Check(path, value)
		canonical, err := form.Canonical(path, value)
		if code == "" {
			require.NoError(t, err)
			require.Equal(t, value, canonical)
		}
		if err == nil && canonical != "" {
			require.Empty(t, form.Check(path, canonical))
		}
		require.Equal(t, code == "", form.CheckError(path, value) == nil)
		form.CheckRow(path)
	})
}
