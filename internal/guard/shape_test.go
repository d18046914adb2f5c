package guard_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// maxLines is where a file has more than one thing to say.
const maxLines = 600

func TestFilesStaySmall(t *testing.T) {
	for name, src := range sources(t, ".go", ".sql", ".c") {
		if n := bytes.Count(src, []byte("\n")); n > maxLines && !generated.Match(src) {
			t.Errorf("%s has %d lines, at most %d: it holds more than one concept", name, n, maxLines)
		}
	}
}

func TestExportedThingsAreDocumented(t *testing.T) {
	var missing []string
	for name, src := range sources(t, ".go") {
		if strings.HasSuffix(name, "_test.go") || generated.Match(src) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.ParseComments)
		require.NoError(t, err)
		if file.Name.Name == "main" {
			continue
		}
		for _, d := range file.Decls {
			for _, n := range undocumented(d) {
				missing = append(missing, fmt.Sprintf("%s:%d %s", name, fset.Position(n.Pos()).Line, n.Name))
			}
		}
	}
	slices.Sort(missing)
	require.Empty(t, missing, "exported and without a word about what it is")
}

// undocumented yields the exported names of a declaration that no comment speaks of. A group of constants or variables
// may share one; a method of an unexported type has the interface it implements.
func undocumented(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiver(d).IsExported()) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && d.Doc == nil && s.Comment == nil {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && s.Doc == nil && d.Doc == nil && s.Comment == nil {
						names = append(names, n)
					}
				}
			}
		}
	}
	return names
}

func receiver(d *ast.FuncDecl) *ast.Ident {
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x
		default:
			return ast.NewIdent("unknown")
		}
	}
}

// TestPagesAskNobodyElse: a page that loads anything from another origin tells that origin who reads it.
func TestPagesAskNobodyElse(t *testing.T) {
	asks := regexp.MustCompile(`(?i)(?:src|href|action|srcset|poster)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//`)
	for name, src := range sources(t, ".html", ".css", ".svg", ".tmpl") {
		if strings.Contains(name, "/testdata/") {
			continue
		}
		require.NotRegexp(t, asks, string(src), name)
	}
}
