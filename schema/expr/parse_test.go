package expr_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/limits"
	"ruhu/schema/expr"
)

func kindOf(err error) expr.Kind {
	var e *expr.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func TestWhatCannotBeReadSaysWhere(t *testing.T) {
	for src, want := range map[string]struct {
		kind expr.Kind
		pos  int
		says string
	}{
		"":             {expr.Syntax, 0, "ends too early"},
		"1 +":          {expr.Syntax, 3, "ends too early"},
		"1 + )":        {expr.Syntax, 4, ") cannot stand here"},
		"(1":           {expr.Syntax, 2, ") is missing"},
		"/data/a[1":    {expr.Syntax, 9, "] is missing"},
		"'abc":         {expr.Syntax, 0, "a quote is not closed"},
		"a b":          {expr.Syntax, 2, "an operator is missing before b"},
		"1 2":          {expr.Syntax, 2, "between two values"},
		"a = = b":      {expr.Syntax, 4, "= cannot stand here"},
		"if(1, 2,)":    {expr.Syntax, 8, ") cannot stand here"},
		"${q1} > 1":    {expr.Syntax, 0, "a variable's name is missing"},
		"$v + 1":       {expr.Unsupported, 0, "variables"},
		"a ? b":        {expr.Syntax, 2, "'?' cannot stand"},
		"a && b":       {expr.Syntax, 2, "'&' cannot stand"},
		"/data/":       {expr.Syntax, 6, "ends too early"},
		"/data//":      {expr.Syntax, 7, "ends too early"},
		"a/count(b)":   {expr.Syntax, 2, "count() cannot stand inside a path"},
		"following::x": {expr.Unsupported, 0, "following::"},
		"'a' “b”":      {expr.Syntax, 4, "cannot stand"},
		strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200):  {expr.Limit, 128, "nested too deeply"},
		strings.Repeat("-(", 200) + "1" + strings.Repeat(")", 200): {expr.Limit, -1, "nested too deeply"},
		"a" + strings.Repeat("/a", 200):                            {expr.Limit, -1, "too many steps"},
		"concat(" + strings.Repeat("1,", 2000) + "1)":              {expr.Limit, 0, "too many arguments"},
		strings.Repeat("1+", limits.ExpressionBytes):               {expr.Limit, 0, "longer than"},
	} {
		_, err := expr.Parse(src)
		require.Error(t, err, "%.40s", src)
		var e *expr.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want.kind, e.Kind, "%.40s: %v", src, err)
		require.Contains(t, e.EN, want.says, "%.40s", src)
		require.NotEmpty(t, e.ZH)
		if want.pos >= 0 {
			require.Equal(t, want.pos, e.Pos, "%.40s: %v", src, err)
		}
	}
}

func TestWrongCallsAreFaultsAllAtOnce(t *testing.T) {
	e, err := expr.Parse(`nope(1) + if(1, 2) + selected(., 'a') + today(1) + indexed-repeat(a, b) + weighted-checklist(1, 2, 3)`)
	require.NoError(t, err)
	var got []string
	for _, f := range e.Faults() {
		got = append(got, string(f.Kind)+" "+f.Name)
	}
	require.Equal(t, []string{"unknown-function nope", "arguments if", "arguments today", "arguments indexed-repeat", "arguments weighted-checklist"}, got)
	require.True(t, slices.IsSortedFunc(e.Faults(), func(a, b *expr.Error) int { return a.Pos - b.Pos }))
	require.True(t, expr.IsFunction("jr:choice-name"))
	require.False(t, expr.IsFunction("nope"))
	require.True(t, expr.Takes("indexed-repeat", 5))
	require.False(t, expr.Takes("indexed-repeat", 4))
	require.Greater(t, len(expr.Functions()), 90)
}

func TestRefsAndTraitsSayWhatAnExpressionHangsOn(t *testing.T) {
	e, err := expr.Parse(`/data/a + ../b + count(../rep[x = current()/../c]/y) + instance('t')/root/item[name = /data/d]/v + once(random()) + //z`)
	require.NoError(t, err)
	var got []string
	for _, r := range e.Refs() {
		s := strings.Join(r.Steps, "/")
		for _, f := range []struct {
			on   bool
			mark string
		}{{r.Absolute, "A"}, {r.Current, "C"}, {r.Inside, "I"}, {r.Foreign, "F"}, {r.Plain, "P"}} {
			if f.on {
				s += f.mark
			}
		}
		got = append(got, s)
	}
	require.Equal(t, []string{"data/aAP", "../bP", "xIP", "../cCIP", "../rep/y", "nameIP", "data/dAIP", "root/item/vF", "///zA"}, got)
	require.Equal(t, expr.Table|expr.Keeps|expr.Chance, e.Traits())
	for src, want := range map[string]expr.Trait{"a[position() = 1]": 0, "position(..)": expr.Place, "today()": expr.Clock, "format-date(a, '%Y')": 0, "format-date(a, '%b')": expr.Language,
		"randomize(a, 3)": 0, "randomize(a)": expr.Chance, "area(a)": expr.Measure, "jr:itext('x')": expr.Language, "property('deviceid')": expr.Device} {
		e, err := expr.Parse(src)
		require.NoError(t, err)
		require.Equal(t, want, e.Traits(), src)
	}
}

func TestErrorsNeverHoldWhatWasAnswered(t *testing.T) {
	root := tree(t, `<data><a>SECRET</a></data>`)
	for src, kind := range map[string]expr.Kind{
		"date(/data/a)": expr.Mismatch, "format-date(/data/a, '%Y')": expr.Mismatch, "count('x')": expr.Mismatch, "sum(/data/a + 1)": expr.Mismatch, "digest(/data/a, 'SHA-3')": expr.Unsupported,
		"digest('x', /data/a)": expr.Unsupported, "regex('x', concat('(', /data/a))": expr.Unsupported, "instance('none')/root": expr.Missing, "pulldata('none', 'a', 'b', /data/a)": expr.Missing,
		"property('x')": expr.Missing, "jr:itext('none')": expr.Missing, "search('x')": expr.Missing, "'a' | 'b'": expr.Mismatch, "string(1)/a": expr.Mismatch,
		"format-date('2020-01-01', '%Q')": expr.Unsupported, "nope(/data/a)": expr.Unknown, "not()": expr.Arity,
	} {
		_, err := eval(t, root, "", src)
		require.Error(t, err, src)
		require.Equal(t, kind, kindOf(err), src)
		require.NotContains(t, err.Error(), "SECRET")
	}
}

func TestWorkIsBounded(t *testing.T) {
	wide := "<data>" + strings.Repeat("<r><x>1</x><x>2</x></r>", 500) + "</data>"
	root := tree(t, wide)
	for _, src := range []string{
		"count(//*[count(//*[count(//*) > 1]) > 1])", "count(//x[. = //x[. = //x]])", "sum(//x[count(preceding-sibling::*) >= 0]/..//x/..//x)",
		"concat(" + strings.Repeat("concat(//x, //x, //x),", 400) + "//x)", "regex(concat(//x, //x), '((1|2)*)*3')",
		"replace(replace(replace(concat(//x), '1', concat(//x)), '2', concat(//x)), '1', concat(//x))",
	} {
		_, err := eval(t, root, "data", src)
		if err != nil {
			require.Equal(t, expr.Limit, kindOf(err), src)
		}
	}
	_, err := eval(t, root, "data", "count(//*[count(//*[count(//*) > 1]) > 1])")
	require.Equal(t, expr.Limit, kindOf(err))
}

// A machine that was used, and failed, gives the same values as a new one.
func TestAMachineCanBeUsedAgain(t *testing.T) {
	root := tree(t, record)
	list := []string{"/data/a + 1", "count(//age)", "join(',', /data/rep/id)", "1 +1", "date('x')", "sum(/data/rep[v > 5]/v)", "concat(/data/rep/id)", "nope()"}
	rapid.Check(t, func(t *rapid.T) {
		m := expr.NewMachine(env(t, root))
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(list)-1), 1, 12).Draw(t, "order") {
			e, err := expr.Parse(list[i])
			require.NoError(t, err)
			v, err := e.Eval(m, root.find("data/rep[2]/v"))
			fresh, err2 := e.Eval(expr.NewMachine(env(t, root)), root.find("data/rep[2]/v"))
			require.Equal(t, fresh.String(), v.String())
			require.Equal(t, kindOf(err2), kindOf(err))
		}
	})
}

func FuzzEval(f *testing.F) {
	for _, s := range []string{"1 + 2", "/data/rep[position() = 2]/v", "if(a, 'b', c) = ''", "regex(., '[a-z]+')", "format-date(today(), '%Y-%m')", "instance('towns')/root/item[name=current()/../a]",
		"indexed-repeat(/data/rep/v, /data/rep, 2)", "-(-1)", "a | b", "//*", "randomize(//id, 42)", "substr('a', -1)", "date(1 div 0)", "round(1.5, 31)", "digest('a', 'MD5')", "translate(., 'a', '')",
		"weighted-checklist(1, 2, //v, //v)", "distance(/data/shape)", "regex('a', '\\p{IsHan}[^\\]]{2,}')"} {
		f.Add(s)
	}
	root := tree(f, record)
	world := env(f, root)
	world.Steps = 50_000
	f.Fuzz(func(t *testing.T, src string) {
		e, err := expr.Parse(src)
		if err != nil {
			if kindOf(err) == "" {
				t.Fatalf("%v is no *Error", err)
			}
			return
		}
		_ = e.Refs()
		_ = e.Calls()
		m := expr.NewMachine(world)
		v, err := e.Eval(m, root.find("data/rep[2]/v"))
		if err != nil && kindOf(err) == "" {
			t.Fatalf("%v is no *Error", err)
		}
		if len(v.String()) > limits.ExpressionText+512 {
			t.Fatal("a text of unbounded size")
		}
		again, err2 := expr.Parse(src)
		if err2 != nil || again.String() != src {
			t.Fatal("the same expression reads differently")
		}
	})
}
