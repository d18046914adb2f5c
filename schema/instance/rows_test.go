package instance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/schema"
	"ruhu/schema/instance"
)

// posted is a submission of the village form with one row for each age.
func posted(id, replaces string, ages ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<data id="village_test">`)
	for _, age := range ages {
		fmt.Fprintf(&b, `<members><age>%s</age><likes>l%s</likes></members>`, age, age)
	}
	fmt.Fprintf(&b, `<meta><instanceID>%s</instanceID><deprecatedID>%s</deprecatedID></meta></data>`, id, replaces)
	return []byte(b.String())
}

func read(t testing.TB, form *schema.Form, src []byte, opt instance.Options) *instance.Instance {
	t.Helper()
	got, err := instance.Read(form, src, opt)
	require.NoError(t, err, "%s", src)
	return got
}

func ids(i *instance.Instance) []string {
	var list []string
	for _, r := range i.Rows {
		list = append(list, r.ID)
	}
	return list
}

func TestRowsKeepTheirIDsThroughEdits(t *testing.T) {
	form := village(t)
	first := read(t, form, posted("uuid:1", "", "10", "20", "30"), instance.Options{})
	a := ids(first)
	for name, tc := range map[string]struct {
		ages []string
		want []string // "" = a new one
	}{
		"nothing changed":        {[]string{"10", "20", "30"}, []string{a[0], a[1], a[2]}},
		"an answer changed":      {[]string{"10", "21", "30"}, []string{a[0], a[1], a[2]}},
		"all changed":            {[]string{"1", "2", "3"}, []string{a[0], a[1], a[2]}},
		"the first removed":      {[]string{"20", "30"}, []string{a[1], a[2]}},
		"one removed amid":       {[]string{"10", "30"}, []string{a[0], a[2]}},
		"one added behind":       {[]string{"10", "20", "30", "40"}, []string{a[0], a[1], a[2], ""}},
		"one added before":       {[]string{"5", "10", "20", "30"}, []string{"", a[0], a[1], a[2]}},
		"removed and added":      {[]string{"20", "30", "40"}, []string{a[1], a[2], ""}},
		"all removed":            {nil, nil},
		"the first rewritten":    {[]string{"11", "20", "30"}, []string{a[0], a[1], a[2]}},
		"one left and rewritten": {[]string{"7"}, []string{a[0]}},
	} {
		got := ids(read(t, form, posted("uuid:2", "uuid:1", tc.ages...), instance.Options{Root: "uuid:1", Base: first}))
		require.Len(t, got, len(tc.want), name)
		for i, want := range tc.want {
			if want == "" {
				require.NotContains(t, a, got[i], name)
				continue
			}
			require.Equal(t, want, got[i], name)
		}
	}
}

func TestTwoEditsAddTwoRows(t *testing.T) {
	form := village(t)
	first := read(t, form, posted("uuid:1", "", "10"), instance.Options{})
	one := ids(read(t, form, posted("uuid:2", "uuid:1", "10", "20"), instance.Options{Root: "uuid:1", Base: first}))
	two := ids(read(t, form, posted("uuid:3", "uuid:1", "10", "30"), instance.Options{Root: "uuid:1", Base: first}))
	require.Equal(t, one[0], two[0])
	require.NotEqual(t, one[1], two[1])
}

func TestRowsAreNamedOnceAndAlways(t *testing.T) {
	form := village(t)
	rapid.Check(t, func(t *rapid.T) {
		age := rapid.SampledFrom([]string{"", "1", "2", "3"})
		key := rapid.SampledFrom([]string{"", "k1", "k2", "a b", strings.Repeat("x", 70), "uuid:3"})
		var b strings.Builder
		b.WriteString(`<data id="village_test">`)
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			fmt.Fprintf(&b, "<members><age>%s</age>%s</members>", age.Draw(t, "age"), strings.Repeat("<jobs/>", rapid.IntRange(0, 3).Draw(t, "jobs")))
			fmt.Fprintf(&b, "<visits><key>%s</key></visits>", key.Draw(t, "key"))
		}
		b.WriteString("<meta><instanceID>uuid:1</instanceID></meta></data>")
		src := []byte(b.String())
		one, err := instance.Read(form, src, instance.Options{})
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, row := range one.Rows {
			require.False(t, seen[row.Path()], row.Path())
			seen[row.Path()] = true
			require.Empty(t, form.CheckRow(row.Path()))
		}
		again, err := instance.Read(form, src, instance.Options{})
		require.NoError(t, err)
		require.Equal(t, one, again)
		written, err := instance.Write(form, one)
		require.NoError(t, err)
		back, err := instance.Read(form, written, instance.Options{Base: one})
		require.NoError(t, err)
		require.ElementsMatch(t, one.Rows, back.Rows)
		require.Equal(t, sorted(one.Values), sorted(back.Values))
	})
}
