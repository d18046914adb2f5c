package xlsform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xlsform"
)

const corpus = "../../../shared/corpus/xlsforms"

func TestTry(t *testing.T) {
	files, err := filepath.Glob(corpus + "/*.xlsx")
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(f), ".xlsx")
		r, err := xlsform.Convert(b, xlsform.Options{Name: name})
		t.Log(name, err)
		for _, x := range r.Faults {
			t.Log("   ", x.Warning, x.String())
		}
	}
}
