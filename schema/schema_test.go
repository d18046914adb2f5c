package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// household is a small form with everything a path can be.
func household(t testing.TB) *schema.Form {
	t.Helper()
	list := &schema.ChoiceList{Name: "themes", Items: []schema.Choice{{Value: "10"}, {Value: "2"}, {Value: "-98"}}}
	choices := &schema.Choices{List: list}
	q := func(name string, typ schema.Type, control schema.Control) *schema.Node {
		n := &schema.Node{Name: name, Kind: schema.Question, Type: typ, Control: control}
		if n.Selects() {
			n.Choices = choices
		}
		return n
	}
	f := &schema.Form{ID: "household", Version: "1", Lists: []*schema.ChoiceList{list}, Root: &schema.Node{Children: []*schema.Node{
		q("n", schema.Int, schema.Input), q("d", schema.Decimal, schema.Input), q("b", schema.Boolean, schema.Input),
		q("day", schema.Date, schema.Input), q("at", schema.Time, schema.Input), q("when", schema.DateTime, schema.Input),
		q("place", schema.Geopoint, schema.Input), q("way", schema.Geotrace, schema.Input), q("field", schema.Geoshape, schema.Input),
		q("photo", schema.Binary, schema.Upload), q("one", schema.String, schema.SelectOne), q("many", schema.String, schema.Select),
		q("order", schema.String, schema.Rank), q("ok", schema.String, schema.Trigger), q("words", schema.String, schema.Input),
		{Name: "household", Kind: schema.Group, Children: []*schema.Node{q("size", schema.Int, schema.Input)}},
		{Name: "members", Kind: schema.Repeat, Children: []*schema.Node{
			q("age", schema.Int, schema.Input),
			{Name: "jobs", Kind: schema.Repeat, Children: []*schema.Node{q("title", schema.String, schema.Input)}},
		}},
	}}}
	require.NoError(t, f.Seal())
	return f
}

func TestPathsFollowTheRows(t *testing.T) {
	f := household(t)
	for path, want := range map[string]errs.Code{
		"n": "", "household/size": "", "members[r7f3]/age": "", "members[r1]/jobs[r2]/title": "",
		"members/age": errs.UnknownPath, "members[r1]/jobs/title": errs.UnknownPath, "members/jobs[r2]/title": errs.UnknownPath,
		"household[r1]/size": errs.UnknownPath, "n[r1]": errs.UnknownPath, "members": errs.UnknownPath, "members[r1]": errs.UnknownPath,
		"household": errs.UnknownPath, "members[]/age": errs.UnknownPath, "members[r1/age": errs.UnknownPath, "members[r1]age": errs.UnknownPath,
		"members[r1][r2]/age": errs.UnknownPath, "members[r[1]]/age": errs.UnknownPath, "": errs.UnknownPath, "/": errs.UnknownPath, "@status": errs.UnknownPath,
		"[r1]members/age": errs.UnknownPath, "members[a/b]/age": errs.UnknownPath, strings.Repeat("a[b]/", 300): errs.UnknownPath,
	} {
		require.Equal(t, want, f.Check(path, "1"), path)
	}
	require.Empty(t, f.CheckRow("members[r1]"))
	require.Empty(t, f.CheckRow("members[r1]/jobs[r2]"))
	for _, row := range []string{"members", "members[r1]/jobs", "household", "n", "members[r1]/age", "@comments[c1]"} {
		require.Equal(t, errs.UnknownPath, f.CheckRow(row), row)
	}
	require.Equal(t, "members/jobs/title", schema.PatternOf("members[r1]/jobs[r2]/title"))
	require.Equal(t, "household/size", schema.PatternOf("household/size"))
	require.Equal(t, "a[b", schema.PatternOf("a[b"))
	require.Equal(t, "members", f.Node("members/age").Repeat().Name)
	require.Equal(t, []string{"members", "members/jobs"}, []string{f.Repeats()[0].Path, f.Repeats()[1].Path})
}

func TestValuesHaveOneForm(t *testing.T) {
	f := household(t)
	hex := strings.Repeat("0a", 32)
	for path, cases := range map[string]struct{ good, bad []string }{
		"n":     {[]string{"0", "-98", "9007199254740991"}, []string{"", "01", "+1", "-0", "1.0", " 1", "1 ", "9007199254740992", "90071992547409910", "一", "１", "1e3"}},
		"d":     {[]string{"0", "0.5", "-12.25", "7"}, []string{"", ".5", "1.", "1.50", "-0", "00.1", "1e3", "NaN", "-", "1..2", strings.Repeat("9", 41)}},
		"b":     {[]string{"true", "false"}, []string{"1", "0", "True", ""}},
		"day":   {[]string{"2026-11-23", "2024-02-29", "0001-01-01"}, []string{"2026-02-29", "1900-02-29", "0000-01-01", "2026-13-01", "2026-1-1", "2026-11-23Z", "26-11-23", "2026/11/23"}},
		"at":    {[]string{"19:47:50", "19:47:50.683+08:00", "00:00:00Z"}, []string{"24:00:00", "19:47", "19:47:50.680Z", "19:47:50.", "19:47:50.6831", "19:47:50+00:00", "19:47:50-00:00", "19:47:50+15:00", "19:47:60", "19:47:50z"}},
		"when":  {[]string{"2026-11-23T19:47:50.683+08:00", "2026-11-23T19:47:50Z"}, []string{"2026-11-23", "2026-11-23T", "2026-11-23 19:47:50Z", "2026-02-30T19:47:50Z"}},
		"place": {[]string{"34.8 113.6", "34.8 113.6 0 4.5", "-90 -180 -3"}, []string{"34.8", "34.8  113.6", "91 0", "0 181", "34.80 113.6", "1 2 3 -1", "1 2 3 4 5", "a b"}},
		"way":   {[]string{"1 2;3 4", "1 2 0 0;1 2 0 0"}, []string{"1 2", "1 2; 3 4", "1 2;3 4;", "1 2;;3 4"}},
		"field": {[]string{"1 2;3 4;5 6;1 2"}, []string{"1 2;3 4;1 2", "1 2;3 4;5 6;7 8"}},
		"photo": {[]string{"sha256-" + hex + ".jpg"}, []string{"photo.jpg", "sha256-" + hex, "sha256-" + hex + ".", "sha256-" + strings.ToUpper(hex) + ".jpg", "sha256-" + hex + ".JPG", "sha256-" + hex + ".a/b", "sha256-" + hex + ".ninechars"}},
		"one":   {[]string{"10", "2", "-98"}, []string{"", "3", "10 2", " 2", "02"}},
		"many":  {[]string{"10", "10 2", "10 2 -98", "2 -98"}, []string{"", "2 10", "10 10", "10  2", " 10", "10 ", "3", "10 3"}},
		"order": {[]string{"2 10", "-98 2 10"}, []string{"2 2", "2 3", "2  10", ""}},
		"ok":    {[]string{"OK"}, []string{"ok", "true", ""}},
		"words": {[]string{"您好，世界\n第二行", "a\tb", strings.Repeat("字", 5461)}, []string{"", "a\x00b", "a\rb", "\x7f", "\xff", "\ufffe", strings.Repeat("字", 5462)}},
	} {
		for _, v := range cases.good {
			require.Empty(t, f.Check(path, v), "%s should take %q", path, v)
			same, err := f.Canonical(path, v)
			require.NoError(t, err)
			require.Equal(t, v, same, "the canonical form of a canonical value is itself")
		}
		for _, v := range cases.bad {
			require.Equal(t, errs.InvalidValue, f.Check(path, v), "%s should not take %q", path, v)
			err := f.CheckError(path, v)
			require.Equal(t, errs.InvalidValue, errs.CodeOf(err))
			require.NotEmpty(t, errs.HintOf(err))
			if len(v) > 4 && path == "words" {
				require.NotContains(t, err.Error(), v, "an answer never stands in an error")
			}
		}
	}
}

func TestCanonicalRepairsWhatIsOnlySpelledOtherwise(t *testing.T) {
	f := household(t)
	for path, pairs := range map[string][][2]string{
		"n":     {{" 007 ", "7"}, {"+5", "5"}, {"-0", "0"}, {"3.0", "3"}, {"-000", "0"}, {"1.0E3", "1000"}, {"  ", ""}},
		"d":     {{"1.50", "1.5"}, {".5", "0.5"}, {"-0.0", "0"}, {"1.", "1"}, {"00012.10", "12.1"}, {"1.25E7", "12500000"}, {"-1.5e-3", "-0.0015"}, {"0E5", "0"}, {"5E+2", "500"}},
		"b":     {{"1", "true"}, {"0", "false"}},
		"at":    {{"19:47", "19:47:00"}, {"19:47:50.680+00:00", "19:47:50.68Z"}, {"19:47:50.000-00:00", "19:47:50Z"}, {"19:47:50+08", "19:47:50+08:00"}},
		"when":  {{"2026-11-23T19:47:50.683-00:00", "2026-11-23T19:47:50.683Z"}},
		"place": {{"34.800  113.6000 0.0 0", "34.8 113.6 0 0"}},
		"way":   {{"1.0 2; 3 4;", "1 2;3 4"}},
		"many":  {{"2  10 2", "10 2"}, {"-98 10", "10 -98"}},
		"order": {{" 2  10 ", "2 10"}},
		"words": {{"a\r\nb\rc", "a\nb\nc"}, {" keep ", " keep "}},
	} {
		for _, p := range pairs {
			got, err := f.Canonical(path, p[0])
			require.NoError(t, err, "%s %q", path, p[0])
			require.Equal(t, p[1], got, "%s %q", path, p[0])
		}
	}
	for path, bad := range map[string][]string{
		"n": {"+-5", "-+5", "--5", ".", "-", "1.5", "五"}, "d": {"1,5", ".", "-.", "1E", "E5", "1E5.5", "1E99", "-E1", "NaN", "1e1e1"}, "many": {"3", "10 3"}, "day": {"23.11.2026"}, "at": {"noon"}, "photo": {"a.jpg"},
	} {
		for _, v := range bad {
			_, err := f.Canonical(path, v)
			require.Equal(t, errs.InvalidValue, errs.CodeOf(err), "%s %q", path, v)
		}
	}
	_, err := f.Canonical("nowhere", "1")
	require.Equal(t, errs.UnknownPath, errs.CodeOf(err))
}

func TestCanonicalAgreesWithCheck(t *testing.T) {
	f := household(t)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom(f.Questions()).Draw(t, "question")
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-+ 0-9.:;TZ]{0,24}`), rapid.StringMatching(`((10|2|-98|x) ?){0,5}`)).Draw(t, "value")
		if n.Repeat() != nil {
			return
		}
		c, err := f.Canonical(n.Path, value)
		switch {
		case err != nil:
			require.NotEmpty(t, f.Check(n.Path, value), "what Canonical refuses Check must refuse")
		case c != "":
			require.Empty(t, f.Check(n.Path, c))
			again, err := f.Canonical(n.Path, c)
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
		if f.Check(n.Path, value) == "" {
			require.Equal(t, value, c)
		}
	})
}

func TestCheckAllocatesNothing(t *testing.T) {
	f := household(t)
	for path, value := range map[string]string{
		"n": "-98", "many": "10 2 -98", "members[r7f3]/age": "34", "members[r1]/jobs[r2]/title": "工人", "place": "34.8 113.6 0 4.5",
		"when": "2026-11-23T19:47:50.683+08:00", "nowhere": "1", "words": "您好", "order": "2 10",
	} {
		require.Zero(t, testing.AllocsPerRun(50, func() { f.Check(path, value) }), path)
	}
}

func TestSealRefusesWhatCannotBeAddressed(t *testing.T) {
	leaf := func(name string) *schema.Node { return &schema.Node{Name: name, Kind: schema.Question} }
	deep := &schema.Node{Name: "g", Kind: schema.Group}
	for range 70 {
		deep = &schema.Node{Name: "g", Kind: schema.Group, Children: []*schema.Node{deep}}
	}
	for why, root := range map[string]*schema.Node{
		"no root":   nil,
		"twice":     {Children: []*schema.Node{leaf("a"), leaf("a")}},
		"no name":   {Children: []*schema.Node{leaf("")}},
		"long path": {Children: []*schema.Node{leaf(strings.Repeat("a", 513))}},
		"too deep":  {Children: []*schema.Node{deep}},
		"children":  {Children: []*schema.Node{{Name: "q", Kind: schema.Question, Children: []*schema.Node{leaf("a")}}}},
	} {
		f := &schema.Form{ID: "f", Root: root}
		require.Equal(t, errs.FormFaults, errs.CodeOf(f.Seal()), why)
	}
}

func BenchmarkCheck(b *testing.B) {
	f := household(b)
	b.ReportAllocs()
	for b.Loop() {
		f.Check("many", "10 2")
		f.Check("one", "10")
		f.Check("household/size", "4")
		f.Check("members[r7f3]/age", "34")
	}
}
