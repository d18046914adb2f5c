package instance_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instance"
	"ruhu/schema/xform"
)

const corpus = "../../../shared/corpus/xforms"

// TestEveryFormTakesASubmission writes a drawn submission of each form of the corpus and reads it back value by value.
func TestEveryFormTakesASubmission(t *testing.T) {
	files, err := filepath.Glob(corpus + "/*/*.xml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Log("SKIPPED: the folder ../shared/corpus/xforms is not beside the project")
		return
	}
	lists := choiceFiles(t)
	taken, values, rows, entities := 0, 0, 0, 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		form, _, err := xform.Read(src)
		if err != nil {
			continue
		}
		taken++
		for seed := range uint64(8) {
			drawn := answers.Random(form, rand.New(rand.NewPCG(seed, 3)), lists)
			posted, err := instance.Write(form, drawn)
			require.NoError(t, err, file)
			got, err := instance.Read(form, posted, instance.Options{})
			require.NoError(t, err, "%s: %s", file, posted)
			require.Equal(t, drawn.Head, got.Head, "%s: %s", file, posted)
			require.Equal(t, sorted(drawn.Values), sorted(got.Values), "%s: %s", file, posted)
			require.ElementsMatch(t, drawn.Rows, got.Rows, file)
			require.ElementsMatch(t, drawn.Files, got.Files, file)
			require.Len(t, got.Entities, len(drawn.Entities), file)
			for _, v := range got.Values {
				require.True(t, v.Fits || form.Node(schema.PatternOf(v.Path)).Type == schema.Binary || strings.HasSuffix(v.Path, "/audit"), "%s %s %q", file, v.Path, v.Text)
			}
			again, err := instance.Write(form, got)
			require.NoError(t, err, file)
			require.Equal(t, string(posted), string(again), file)
			values, rows, entities = values+len(got.Values), rows+len(got.Rows), entities+len(got.Entities)
		}
	}
	require.Greater(t, values, 10*taken)
	require.Positive(t, rows)
	require.Positive(t, entities)
	t.Logf("%d of %d forms: %d values, %d rows and %d entities came back as they were written", taken, len(files), values, rows, entities)
}

// sorted orders values by path; what was sent is the drawn text.
func sorted(values []instance.Value) []instance.Value {
	list := append([]instance.Value(nil), values...)
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}

// choiceFiles gives the values of the lists that lie beside the forms.
func choiceFiles(t *testing.T) map[string][]string {
	t.Helper()
	lists := map[string][]string{}
	files, err := filepath.Glob(corpus + "/*/media/*.csv")
	require.NoError(t, err)
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		r := csv.NewReader(f)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		table, err := r.ReadAll()
		require.NoError(t, err, file)
		require.NoError(t, f.Close())
		at := 0
		for i, name := range table[0] {
			if strings.TrimPrefix(name, "\ufeff") == "name" {
				at = i
			}
		}
		for _, row := range table[1:] {
			if v := strings.TrimSpace(row[at]); v != "" {
				lists[filepath.Base(file)] = append(lists[filepath.Base(file)], v)
			}
		}
	}
	return lists
}
