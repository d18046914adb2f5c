package export

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func TestFullSheetsGoOnInTheNext(t *testing.T) {
	f := excelize.NewFile()
	s := newSheet(f, "main", []string{"a", "b"})
	s.max = 4
	for i := range 7 {
		s.number(string(rune('0' + i)))
		s.text("=1+1")
		require.NoError(t, s.end())
	}
	require.NoError(t, s.close())
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	back, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	seen := 0
	for i, name := range []string{"main", "main_2", "main_3"} {
		rows, err := back.GetRows(name)
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, rows[0], "every sheet has its header")
		require.LessOrEqual(t, len(rows), 4)
		for _, r := range rows[1:] {
			require.Equal(t, []string{string(rune('0' + seen)), "=1+1"}, r)
			seen++
		}
		formula, err := back.GetCellFormula(name, "B2")
		require.NoError(t, err)
		require.Empty(t, formula)
		require.Less(t, i, 3)
	}
	require.Equal(t, 7, seen)
}

func TestEmptyTableHasItsHeader(t *testing.T) {
	f := excelize.NewFile()
	s := newSheet(f, "main", []string{"a"})
	require.NoError(t, s.close())
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	back, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	rows, err := back.GetRows("main")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"a"}}, rows)
}
