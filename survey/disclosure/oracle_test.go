package disclosure_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey/disclosure"
)

type oracleCell struct {
	Row, Col  string
	Count     int64
	Low, High float64
}

type oracleCase struct {
	Threshold int64
	Primary   []oracleCell
	Attack    struct {
		Recovered []oracleCell `json:"recovered_within_less_than_10"`
	} `json:"attack_on_primary_only"`
	Valid struct {
		Complementary []oracleCell
		Intervals     []oracleCell
		Hidden        int `json:"hidden_cells"`
		CountSum      int `json:"hidden_count_sum_of_complementary"`
	} `json:"one_valid_pattern"`
}

func TestTablesWithKnownResults(t *testing.T) {
	dir := "../../../shared/oracle/disclosure"
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("no tables with known results beside this repository")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			var want oracleCase
			require.NoError(t, json.Unmarshal(raw, &want))
			base := strings.TrimSuffix(file, ".json")
			table, _ := readTable(t, base+".csv")
			policy := disclosure.Policy{Threshold: 10}
			if strings.HasPrefix(filepath.Base(file), "01") {
				policy = disclosure.Policy{Threshold: 5, Width: 10}
			}

			for pattern, intervals := range map[string][]oracleCell{".masked-primary.csv": want.Attack.Recovered, ".masked-valid.csv": want.Valid.Intervals} {
				_, cells := readTable(t, base+pattern)
				audit := byName(table, table.Audit(table.NewMask(func(r, c int) bool { return cells[r][c] == "*" })))
				for _, iv := range intervals {
					got := audit[iv.Row+"/"+iv.Col]
					require.InDelta(t, iv.Low, got.Low, 1e-6, "%s %s", iv.Row, iv.Col)
					require.InDelta(t, iv.High, got.High, 1e-6, "%s %s", iv.Row, iv.Col)
				}
			}

			mask, err := disclosure.Suppress(table, policy)
			require.NoError(t, err)
			hidden, primary := mask.Count()
			require.Equal(t, len(want.Primary), primary)
			sum := 0
			for _, f := range table.Audit(mask) {
				require.GreaterOrEqual(t, f.Width(), 10-1e-6)
				if !mask.Primary(f.Row, f.Col) {
					sum += int(f.Count)
				}
			}
			t.Logf("complementary: %d cells with %d counted; the reference pattern %d with %d",
				hidden-primary, sum, len(want.Valid.Complementary), want.Valid.CountSum)
			require.LessOrEqual(t, hidden, want.Valid.Hidden+1)
			require.LessOrEqual(t, sum, want.Valid.CountSum*5/4)
		})
	}
}

func byName(t *disclosure.Table, list []disclosure.Feasible) map[string]disclosure.Feasible {
	m := map[string]disclosure.Feasible{}
	for _, f := range list {
		m[t.Rows.Labels[f.Row]+"/"+t.Cols.Labels[f.Col]] = f
	}
	return m
}
