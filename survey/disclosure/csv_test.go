package disclosure_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey/disclosure"
)

// readTable reads row,parent,<columns>,TOTAL; the column TOTAL sums the others.
func readTable(t *testing.T, path string) (*disclosure.Table, [][]string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows, cols disclosure.Axis
	byName := map[string]int{}
	for i, l := range lines[1:] {
		byName[l[0]] = i
	}
	for _, l := range lines[1:] {
		parent := -1
		if l[1] != "" {
			parent = byName[l[1]]
		}
		rows.Add(l[0], parent)
	}
	head := lines[0][2:]
	for i, name := range head {
		parent := len(head) - 1
		if i == parent {
			parent = -1
			require.Equal(t, "TOTAL", strings.ToUpper(name))
		}
		cols.Add(name, parent)
	}
	table := disclosure.NewTable(rows, cols)
	cells := make([][]string, len(lines)-1)
	for i, l := range lines[1:] {
		cells[i] = l[2:]
		for j, v := range l[2:] {
			if v == "*" {
				continue
			}
			n, err := strconv.ParseInt(v, 10, 64)
			require.NoError(t, err)
			table.Count[i][j] = n
		}
	}
	return table, cells
}
