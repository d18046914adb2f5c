package xlsform_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xlsform"
)

const corpus = "../../../shared/corpus/xlsforms"

// TestMeaningOfPyxform converts every workbook of the corpus and compares with what pyxform makes of it: the same meaning, or a
// refusal at the same sheet and row.
func TestMeaningOfPyxform(t *testing.T) {
	raw, err := os.ReadFile(corpus + "/MANIFEST.json")
	if err != nil {
		t.Skip("skipped: the corpus of XLSForms is not beside the repository")
	}
	var manifest []struct{ Name, Result string }
	require.NoError(t, json.Unmarshal(raw, &manifest))
	same := 0
	for _, m := range manifest {
		t.Run(m.Name, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join(corpus, m.Name+".xlsx"))
			require.NoError(t, err)
			got, err := xlsform.Convert(src, xlsform.Options{Name: m.Name})
			if m.Result == "ok" {
				want, rerr := os.ReadFile(filepath.Join(corpus, m.Name+".xml"))
				require.NoError(t, rerr)
				require.NotNil(t, got.XML, "%v", got.Faults)
				require.Empty(t, differences(meaning(t, want), meaning(t, got.XML)))
				if m.Name != "bad_calc" { // pyxform lets its expression pass without ODK Validate; no client can run it
					require.NoError(t, err)
				} else {
					require.Equal(t, "survey row 2", strings.Split(got.Faults[0].Place(), ",")[0])
				}
				same++
				return
			}
			require.Error(t, err)
			want, rerr := os.ReadFile(filepath.Join(corpus, m.Name+".err"))
			require.NoError(t, rerr)
			sameRefusal(t, string(want), got)
			same++
		})
	}
	t.Logf("%d of %d", same, len(manifest))
}

var (
	rowOf   = regexp.MustCompile(`\[row : (\d+)\]`)
	sheetOf = regexp.MustCompile(`On the '(\w+)' sheet`)
)

func sameRefusal(t *testing.T, want string, got xlsform.Result) {
	t.Helper()
	for _, f := range got.Faults {
		if f.Warning {
			continue
		}
		if m := rowOf.FindStringSubmatch(want); m != nil && itoa(f.Row) != m[1] {
			continue
		}
		if m := sheetOf.FindStringSubmatch(want); m != nil && f.Sheet != m[1] {
			continue
		}
		require.NotEmpty(t, f.HintZH)
		require.NotEmpty(t, f.HintEN)
		t.Logf("%s -> %s", strings.TrimSpace(want), f)
		return
	}
	require.Fail(t, "another refusal", "%s\n%v", want, got.Faults)
}
