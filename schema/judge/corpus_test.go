package judge_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/judge"
	"ruhu/schema/xform"
)

// Forms of other projects are compiled: every expression of a form that is read can be judged by.
func TestExpressionsOfRealFormsCompile(t *testing.T) {
	forms := 0
	for _, dir := range []string{"../../../shared/corpus/xforms", "../../../shared/corpus/xlsforms"} {
		if _, err := os.Stat(dir); err != nil {
			t.Skipf("forms of other projects are not here: %v", err)
		}
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".xml") {
				return err
			}
			src, err := os.ReadFile(path)
			require.NoError(t, err)
			f, _, err := xform.Read(src)
			if err != nil {
				return nil
			}
			forms++
			j := judge.Compile(f)
			for _, fault := range j.Faults() {
				t.Errorf("%s %s %s: %v", filepath.Base(path), fault.Path, fault.Rule, fault.Err)
			}
			require.NotPanics(t, func() { j.Judge(record(nil), env()); j.Recompute(record(nil), env(), nil) }, path)
			return nil
		}))
	}
	require.NotZero(t, forms)
	t.Logf("%d forms, every expression of theirs can be judged by", forms)
}
