package export

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFormulasAreDisarmed(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1+2", "-1-2", "--1", "-", "-1 -", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u3000=1", "\u00a0＝1", "=cmd|' /C calc'!A0"} {
		require.True(t, formula(s), "%q", s)
	}
	for _, s := range []string{"", "1-2", "a=b", "说：=1", "'=1", "-5", "-12.5 45.6 0 0", "-12.5 45.6;-1 2"} {
		require.False(t, formula(s), "%q", s)
	}
}

func TestEveryTextComesBackAndNoneIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []string
		for range rapid.IntRange(1, 6).Draw(t, "cells") {
			s := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"=1", "\"", "a,b", "x\r\ny", "＝1", "990101001201001", "007", " a "})).Draw(t, "text")
			cells = append(cells, strings.ToValidUTF8(s, "?"))
		}
		var b strings.Builder
		out := newCSV(&b)
		for _, s := range cells {
			out.text(s)
		}
		out.number("1") // so that a row of one empty cell is a row
		require.NoError(t, out.end())
		require.NoError(t, out.flush())
		got, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		require.NoError(t, err)
		require.Len(t, got, 1)
		for i, s := range cells {
			back := got[0][i]
			require.False(t, formula(back))
			want := strings.ReplaceAll(s, "\r\n", "\n") // as encoding/csv reads line breaks
			if formula(s) {
				want = "'" + want
			}
			require.Equal(t, want, back)
		}
	})
}

func TestPlainNumbers(t *testing.T) {
	for _, s := range []string{"0", "1", "-98", "12.5", "0.25", "12345678901", "-0.5"} {
		require.True(t, plainNumber(s), s)
	}
	for _, s := range []string{"", "-", "007", "1e5", "990101001201", "990101001201003", "1.", ".5", "--1", "1.2.3", "１"} {
		require.False(t, plainNumber(s), s)
	}
}

func TestNames(t *testing.T) {
	n := newNamer()
	require.Equal(t, "sex", n.unique("sex", ""))
	require.Equal(t, "sex_2", n.unique("SEX", ""))
	require.Equal(t, "sex_zh", n.unique("sex", "_zh"))
	require.Equal(t, "concerns_m98", n.unique("concerns", "_"+choiceSuffix("-98")))
	require.Equal(t, "q1st", n.unique("1st", ""))
	require.Equal(t, "q", n.unique("姓", ""))
	long := n.unique(strings.Repeat("a", 40), "_m99")
	require.Len(t, long, 32)
	require.True(t, strings.HasSuffix(long, "_m99"))
}

func TestNamesAreValidAndUnique(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	rapid.Check(t, func(t *rapid.T) {
		n := newNamer()
		seen := map[string]bool{}
		for i := range rapid.IntRange(1, 60).Draw(t, "names") {
			stem := rapid.OneOf(rapid.SampledFrom([]string{"a", "A", "s_road", strings.Repeat("x", 31)}), rapid.String()).Draw(t, fmt.Sprint("stem", i))
			name := n.unique(stem, rapid.SampledFrom([]string{"", "_1", "_m98", "_zh", "_" + strings.Repeat("9", 40)}).Draw(t, "suffix"))
			require.Regexp(t, valid, name)
			require.False(t, seen[strings.ToLower(name)])
			seen[name] = true
		}
	})
}

func TestTicks(t *testing.T) {
	require.Equal(t, "1", tick("1 3", "3"))
	require.Equal(t, "0", tick("1 3", "2"))
	require.Equal(t, "0", tick("13", "1"))
	require.Equal(t, "-99", tick("-99", "1"), "refused: the choices carry the code")
	require.Equal(t, "1", tick("-99", "-99"))
	require.Equal(t, "0", tick("-99", "-98"))
}
