package guard_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// layer is one row of the house: a folder, what it may import of ours, and why.
type layer struct {
	folder string   // package path without "ruhu/"; a trailing slash means everything below
	may    []string // same notation
	why    string
}

// layers is read from top to bottom; the first row that fits a package counts.
var layers = []layer{
	{"internal/errs", nil, "the bottom: everybody carries its errors"},
	{"internal/clock", nil, "the bottom: the one reader of the time"},
	{"internal/limits", nil, "the bottom: numbers only"},
	{"internal/config", []string{"internal/errs", "internal/limits"}, "the bottom: plain values"},

	{"sync/crdt/", []string{"internal/errs", "internal/limits", "sync/crdt/"}, "the merge core is pure: it must be provable and have a twin in TypeScript"},
	{"sync/wire", []string{"internal/errs", "internal/limits", "sync/crdt/"}, "bytes and limits know the merge types, nothing of protocol state"},
	{"sync/phone/", []string{"internal/errs", "internal/limits", "internal/clock", "sync/crdt/", "sync/wire"}, "a phone is a replica of its own: it must not borrow the server's code"},
	{"sync/twin", []string{"internal/errs", "internal/limits", "internal/clock", "sync/", "schema/"}, "tests only: both replicas against the engine"},
	{"sync/sim/", []string{"internal/errs", "internal/limits", "internal/clock", "sync/", "survey/", "schema/"}, "the simulation plays phones against the engine"},
	{"sync", []string{"internal/errs", "internal/limits", "internal/clock", "sync/crdt/", "sync/wire"}, "the protocol knows nothing of Echo, SQL or surveys"},

	{"schema/expr", []string{"internal/errs", "internal/limits"}, "an expression is evaluated over any tree, without a form"},
	{"schema/", []string{"internal/errs", "internal/limits", "schema/"}, "what a form asks is independent of how answers travel"},
	{"survey/", []string{"internal/errs", "internal/limits", "internal/clock", "schema/", "sync", "sync/crdt/", "sync/wire", "survey/"}, "the domain knows no Echo and no SQL"},
	{"auth/", []string{"internal/errs", "internal/limits", "internal/clock", "auth/"}, "who may do what is independent of what they do it to"},
	{"store/", []string{"internal/errs", "internal/limits", "internal/clock", "sync/", "survey/", "auth/", "schema/", "store/"}, "the ports' implementations know no Echo"},
	{"server/servertest", []string{"internal/", "sync/", "survey/", "schema/", "auth/", "server/", "store/"}, "scenario tests start the whole program"},
	{"server/", []string{"internal/errs", "internal/limits", "internal/clock", "internal/config", "sync/", "survey/", "schema/", "auth/", "server/", "web/", "store/durable"}, "routes know services, no SQL; unfinished uploads are files"},
	{"internal/", []string{"internal/", "sync/", "survey/", "schema/", "auth/", "store/", "server/", "web/"}, "the top, beside main: wiring"},
	{"web/", nil, "the embedded app"},
	{"", []string{"internal/cli"}, "main only starts the command line"},
}

func fits(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "/"); ok {
		return pkg == below || strings.HasPrefix(pkg, pattern)
	}
	return pkg == pattern
}

type listed struct {
	ImportPath, Dir, Doc                           string
	Imports, TestImports, XTestImports, GoFiles    []string
	TestGoFiles, XTestGoFiles, CgoFiles, IgnoredGo []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles,CgoFiles", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		require.NoError(t, dec.Decode(&p))
		all = append(all, p)
	}
	require.NotEmpty(t, all)
	return all
}

func root(t *testing.T) string {
	t.Helper()
	abs, err := filepath.Abs("../..")
	require.NoError(t, err)
	return abs
}

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range listPackages(t) {
		pkg := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "ruhu"), "/")
		row := -1
		for i, l := range layers {
			if fits(l.folder, pkg) {
				row = i
				break
			}
		}
		require.GreaterOrEqual(t, row, 0, "%s lies outside the house: add its folder to layers with a reason", pkg)
		for _, imp := range p.Imports {
			if imp != "ruhu" && !strings.HasPrefix(imp, "ruhu/") {
				checkForeign(t, pkg, imp)
				continue
			}
			of := strings.TrimPrefix(imp, "ruhu/")
			ok := false
			for _, m := range layers[row].may {
				ok = ok || fits(m, of)
			}
			require.True(t, ok, "%s imports %s, which its layer may not: %s", pkg, of, layers[row].why)
		}
	}
}

// foreign names libraries that only one corner of the house may know.
var foreign = map[string]struct {
	only []string
	why  string
}{
	"github.com/labstack/echo/v4":        {[]string{"server/"}, "so that the next major version of the router is a change of one package"},
	"github.com/mattn/go-sqlite3":        {[]string{"store/sqlite/", "internal/bench"}, "one place knows the driver's traps; the floor of the measurements is the bare driver"},
	"database/sql":                       {[]string{"store/", "internal/faulttest", "internal/bench"}, "SQL lives in the store"},
	"github.com/golang-jwt/jwt/v5":       {[]string{"auth/"}, "one place pins the algorithms"},
	"github.com/alecthomas/kong":         {[]string{"internal/cli"}, "the command line is one package"},
	"github.com/tus/tusd/v2/pkg/handler": {[]string{"server/"}, "uploads are routes"},
}

func checkForeign(t *testing.T, pkg, imp string) {
	t.Helper()
	for lib, rule := range foreign {
		if imp != lib && !strings.HasPrefix(imp, lib+"/") {
			continue
		}
		ok := false
		for _, o := range rule.only {
			ok = ok || fits(o, pkg)
		}
		require.True(t, ok, "%s imports %s: %s", pkg, imp, rule.why)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range listPackages(t) {
		if len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue
		}
		require.NotEmpty(t, p.Doc, "%s has no package comment", p.ImportPath)
	}
}
