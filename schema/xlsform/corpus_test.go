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
	var manifest []struct {
		Name, Result string
		Warnings     []string
	}
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
				require.ElementsMatch(t, warned(t, m.Warnings), warnings(got))
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

// warningCodes tell which of our warnings says what one of pyxform's says.
var warningCodes = map[string]string{
	"Choices should have a label": "choice-no-label", "machine-readable codes": "language-code", "sheets with similar names": "sheet-misspelt",
	"is missing the": "translation-missing", "max-pixels": "max-pixels", "no longer supported": "deprecated", "or_other and translations": "or-other",
}

// warned lists pyxform's warnings as "code sheet row".
func warned(t *testing.T, list []string) []string {
	t.Helper()
	out := []string{}
	for _, w := range strings.Split(strings.Join(list, "\n"), "\n") {
		code := ""
		for part, c := range warningCodes {
			if strings.Contains(w, part) {
				code = c
			}
		}
		if w == "" {
			continue
		}
		require.NotEmpty(t, code, w)
		row, sheet := "", "survey"
		if m := rowOf.FindStringSubmatch(w); m != nil {
			row = m[1]
		}
		if m := sheetOf.FindStringSubmatch(w); m != nil {
			sheet = m[1]
		}
		switch code {
		case "translation-missing":
			if strings.Contains(w, " choices ") {
				sheet = "choices"
			}
			row = "1"
		case "language-code":
			row = "1"
		case "sheet-misspelt":
			sheet = "settings"
		}
		out = append(out, strings.TrimSpace(code+" "+sheet+" "+row))
	}
	return out
}

// warnings lists ours in the same way, without those that only a server gives.
func warnings(r xlsform.Result) []string {
	out := []string{}
	for _, f := range r.Faults {
		if !f.Warning || f.Sheet == "" {
			continue
		}
		row := ""
		if f.Row > 0 {
			row = itoa(f.Row)
		}
		out = append(out, strings.TrimSpace(f.Code+" "+f.Sheet+" "+row))
	}
	return out
}
