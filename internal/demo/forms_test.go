package demo

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/compare"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

var update = flag.Bool("update", false, "convert forms/hh_sentiment_2.md anew")

func TestTheSecondVersionIsWhatItsTablesSay(t *testing.T) {
	tables, err := os.ReadFile("forms/hh_sentiment_2.md")
	require.NoError(t, err)
	sheets, err := xlsform.ParseMarkdown(string(tables))
	require.NoError(t, err)
	out, err := xlsform.ConvertTables(sheets, xlsform.Options{})
	require.NoError(t, err)
	require.Empty(t, out.Faults)
	workbook, err := xlsform.WriteXLSX(sheets)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("forms/hh_sentiment_2.xml", out.XML, 0o644))
		require.NoError(t, os.WriteFile("forms/hh_sentiment_2.xlsx", workbook, 0o644))
		return
	}
	require.Equal(t, string(out.XML), string(nextXML), "go test ./internal/demo -update")
	require.Equal(t, workbook, nextXLSX, "go test ./internal/demo -update")
}

// The upgrade in the field is the one the demonstration tells of, and nothing else came with it.
func TestTheSecondVersionChangesThreeThings(t *testing.T) {
	first, err := instruments.Read(instruments.HouseholdSentiment)
	require.NoError(t, err)
	second, _, err := xform.Read(nextXML)
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
	require.Less(t, first.Version, second.Version, "phones take the greater one")
	var got []string
	for _, c := range compare.Versions(first, second) {
		got = append(got, string(c.Kind)+" "+c.Path)
	}
	require.Equal(t, []string{"label s_road", "question-added aware_call", "choice-added heard"}, got)
}
