package guard_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
)

// sources yields every file of the repository with one of the endings, path relative to the root.
func sources(t *testing.T, endings ...string) map[string][]byte {
	t.Helper()
	base := root(t)
	found := map[string][]byte{}
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(base, path)
		if d.IsDir() {
			switch d.Name() {
			case ".git", "node_modules", "bin", "data", ".tools", "dist":
				return filepath.SkipDir
			}
			return nil
		}
		for _, e := range endings {
			if strings.HasSuffix(rel, e) {
				b, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				found[filepath.ToSlash(rel)] = b
				return nil
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return found
}

// clockReaders may call time.Now, each for a reason.
var clockReaders = map[string]string{
	"internal/clock/": "it is the clock",
}

func TestOnlyTheClockReadsTheTime(t *testing.T) {
	for name, src := range sources(t, ".go") {
		if allowed(name, clockReaders) || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until") {
				t.Errorf("%s calls time.%s: take a clock.Clock", name, sel.Sel.Name)
			}
			return true
		})
	}
}

func allowed(name string, list map[string]string) bool {
	for prefix := range list {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func TestSQLNeverAsksForTheTime(t *testing.T) {
	ask := regexp.MustCompile(`(?i)datetime\(\s*'now'|CURRENT_TIMESTAMP|julianday\(\s*'now'`)
	for name, src := range sources(t, ".go", ".sql") {
		if strings.HasPrefix(name, "internal/guard/") {
			continue
		}
		require.NotRegexp(t, ask, string(src), "%s: times are passed in", name)
	}
}

func TestNoPackageIsCalledByNothing(t *testing.T) {
	for name := range sources(t, ".go") {
		for _, part := range strings.Split(filepath.ToSlash(filepath.Dir(name)), "/") {
			require.NotContains(t, []string{"util", "utils", "common", "helper", "helpers", "manager", "misc"}, part, name)
		}
	}
}

func TestEveryErrorCodeIsDocumented(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root(t), "docs", "errors.md"))
	require.NoError(t, err)
	for _, e := range errs.All() {
		require.Contains(t, string(doc), "| `"+string(e.Code)+"` |", "docs/errors.md lacks it: run `go run ./internal/guard/errdoc`")
		require.NotEmpty(t, e.ZH, e.Code)
		require.NotEmpty(t, e.EN, e.Code)
	}
}

// skippers may skip, each for a reason; what it says when it skips is printed.
var skippers = map[string]string{
	"survey/stats/design_test.go":      "known results lie beside the repository, not in it",
	"survey/disclosure/oracle_test.go": "known results lie beside the repository, not in it",
	"schema/judge/corpus_test.go":      "forms of other projects lie beside the repository, not in it",
	"schema/xlsform/corpus_test.go":    "forms of other projects lie beside the repository, not in it",
	"schema/xform/read_test.go":        "forms of other projects lie beside the repository, not in it",
	"internal/webtest/webtest.go":      "the phone in the browser needs Node and web/node_modules",
	"sync/machine_test.go":             "rapid: an action that does not apply is drawn again",
}

func TestNoUnfinishedMarks(t *testing.T) {
	mark := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b|not implemented|t\.Skip\(|t\.Skipf\(|t\.SkipNow\(`)
	for name, src := range sources(t, ".go") {
		if strings.HasPrefix(name, "internal/guard/") || allowed(name, skippers) {
			continue
		}
		for i, line := range strings.Split(string(src), "\n") {
			if mark.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

func TestNoMachinePathsOrRegistryHosts(t *testing.T) {
	bad := regexp.MustCompile(`(?:^|[\s"\x27=:(])/(?:work|root|home|Users)/[a-z]|\b(?:proxy|registry|deb)\.[a-z]+\.org\b`)
	for name, src := range sources(t, ".go", ".md", ".sql", ".yaml", ".yml", ".sh", "Makefile", "Dockerfile", "run", ".html", ".css") {
		if strings.HasPrefix(name, "internal/guard/") {
			continue
		}
		require.NotRegexp(t, bad, string(src), name)
	}
}
