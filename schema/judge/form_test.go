package judge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/judge"
	"ruhu/schema/xform"
)

// form reads a form with the given instance, binds and body.
func form(t require.TestingT, instance, model, body string) *schema.Form {
	src := `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:ev="http://www.w3.org/2001/xml-events">
<h:head><h:title>t</h:title><model><instance><data id="t" version="1">` + instance + `<meta><instanceID/></meta></data></instance>` + model + `</model></h:head><h:body>` + body + `</h:body></h:html>`
	f, faults, err := xform.Read([]byte(src))
	require.NoError(t, err, faults)
	return f
}

// bind writes a bind; attributes as in XML.
func bind(path, attributes string) string {
	return `<bind nodeset="/data/` + path + `" ` + attributes + `/>`
}

func inputs(paths ...string) string {
	var b strings.Builder
	for _, p := range paths {
		b.WriteString(`<input ref="/data/` + p + `"><label>x</label></input>`)
	}
	return b.String()
}

// record makes a record of path, value pairs and of rows "members: r1 r2".
func record(rows []string, pairs ...string) *judge.Record {
	rec := &judge.Record{}
	for i := 0; i < len(pairs); i += 2 {
		rec.Values = append(rec.Values, judge.Value{Path: pairs[i], Text: pairs[i+1]})
	}
	slices.SortFunc(rec.Values, func(a, b judge.Value) int { return strings.Compare(a.Path, b.Path) })
	for _, r := range rows {
		repeat, ids, _ := strings.Cut(r, ": ")
		rec.Rows = append(rec.Rows, judge.Rows{Repeat: repeat, IDs: strings.Fields(ids)})
	}
	return rec
}

func env() *judge.Env {
	zone := time.FixedZone("CST", 8*3600)
	return &judge.Env{Now: time.Date(2026, 11, 25, 9, 0, 0, 0, zone), Zone: zone}
}

// broken lists "path rule" of what a record breaks.
func broken(f *judge.Form, rec *judge.Record) []string {
	list := []string{}
	for _, v := range f.Judge(rec, env()) {
		list = append(list, v.Path+" "+string(v.Rule))
	}
	return list
}

func TestEachRuleIsNamed(t *testing.T) {
	f := judge.Compile(form(t, "<a/><b/><low/><high/><kind/><what/><sum/>",
		bind("a", `type="int" required="true()"`)+bind("b", `type="int" relevant="/data/a &gt; 5" required="/data/a = 7"`)+
			bind("low", `type="int"`)+bind("high", `type="int" constraint=". &gt;= /data/low"`)+bind("sum", `type="int" calculate="/data/low + /data/high"`)+
			`<instance id="list"><root><item><name>x</name><of>1</of></item><item><name>y</name><of>2</of></item></root></instance>`,
		inputs("a", "b", "low", "high", "kind")+
			`<select1 ref="/data/what"><label>x</label><itemset nodeset="instance('list')/root/item[of = /data/kind]"><value ref="name"/><label ref="name"/></itemset></select1>`))
	require.Empty(t, f.Faults())
	for _, c := range []struct {
		rec  []string
		want []string
	}{
		{[]string{"a", "1"}, []string{}},
		{[]string{}, []string{"a required"}},
		{[]string{"a", "7"}, []string{"b required"}},
		{[]string{"a", "6"}, []string{}},
		{[]string{"a", "1", "b", "3"}, []string{"b relevant"}},
		{[]string{"a", "6", "b", "3"}, []string{}},
		{[]string{"a", "1", "low", "5", "high", "3"}, []string{"high constraint"}},
		{[]string{"a", "1", "low", "5", "high", "5", "sum", "10"}, []string{}},
		{[]string{"a", "1", "low", "5", "high", "6", "sum", "10"}, []string{"sum calculated"}},
		{[]string{"a", "1", "kind", "1", "what", "x"}, []string{}},
		{[]string{"a", "1", "kind", "2", "what", "x"}, []string{"what choice"}},
		{[]string{"a", "1", "what", "x"}, []string{"what choice"}},
	} {
		require.Equal(t, c.want, broken(f, record(nil, c.rec...)), "%v", c.rec)
	}
}

func TestWhatDoesNotApplyIsNotSeen(t *testing.T) {
	f := judge.Compile(form(t, "<a/><g><b/><c/></g><d/><e/>",
		bind("a", `type="string"`)+bind("g", `relevant="/data/a = 'yes'"`)+bind("g/c", `required="true()" relevant="/data/g/b != ''"`)+
			bind("d", `relevant="/data/g/b = 'x'" required="true()"`)+bind("e", `calculate="concat(/data/a, '-', /data/g/b)"`),
		inputs("a", "g/b", "g/c", "d")))
	require.Equal(t, []string{"g/c required", "d required"}, broken(f, record(nil, "a", "yes", "g/b", "x", "e", "yes-x")))
	require.Equal(t, []string{"g/b relevant"}, broken(f, record(nil, "a", "no", "g/b", "x", "e", "no-")), "b is there, but d does not see it")
	require.Equal(t, []string{}, broken(f, record(nil, "a", "no")))
}

func TestRowsAreJudgedEachForItself(t *testing.T) {
	f := judge.Compile(form(t, `<n/><rep><age/><adult/><kid><toy/><of/></kid></rep><rep><age/><adult/><kid><toy/><of/></kid></rep><total/><first/>`,
		bind("rep/age", `type="int" constraint=". &lt; 120 and . &lt;= /data/n"`)+bind("rep/adult", `relevant="../age &gt;= 18" required="true()"`)+
			bind("rep/kid/toy", `constraint="/data/rep/age &gt; 3"`)+bind("rep/kid/of", `type="int" calculate="../../age"`)+
			bind("total", `type="int" calculate="sum(/data/rep/age)"`)+bind("first", `calculate="indexed-repeat(/data/rep/age, /data/rep, 1)"`),
		`<input ref="/data/n"><label>n</label></input><group ref="/data/rep"><label>r</label><repeat nodeset="/data/rep"><input ref="/data/rep/age"><label>x</label></input><input ref="/data/rep/adult"><label>x</label></input>
		<group ref="/data/rep/kid"><label>k</label><repeat nodeset="/data/rep/kid"><input ref="/data/rep/kid/toy"><label>x</label></input></repeat></group></repeat></group>`))
	require.Empty(t, f.Faults())
	rows := []string{"rep: r1 r2 r3", "rep[r1]/kid: k1", "rep[r2]/kid: k1 k2"}
	rec := record(rows, "n", "100", "rep[r1]/age", "2", "rep[r2]/age", "40", "rep[r2]/adult", "y", "rep[r3]/age", "18", "rep[r1]/kid[k1]/toy", "bear",
		"rep[r2]/kid[k2]/toy", "car", "rep[r2]/kid[k2]/of", "40", "rep[r1]/kid[k1]/of", "40", "total", "60", "first", "99")
	require.Equal(t, []string{"rep[r1]/kid[k1]/toy constraint", "rep[r1]/kid[k1]/of calculated", "rep[r3]/adult required"}, broken(f, rec),
		"each row by its own age; the order of rows is no calculation's business")
	rec.Rows[0].IDs = []string{"r2"}
	require.Equal(t, []string{"total calculated"}, broken(f, rec), "rows that are gone have no say")
	changes := f.Recompute(rec, env(), nil)
	require.Equal(t, []judge.Change{{Path: "rep[r2]/kid[k1]/of", Text: "40"}, {Path: "total", Text: "40"}}, changes)
}

func TestCalculationsAreComparedWhereTheyGiveTheSameEverywhere(t *testing.T) {
	f := judge.Compile(form(t, "<a/><b/><seed/><when/><id/><both/><half/><day/><at/><ok/><len/><gone/><shape/>",
		bind("a", `type="decimal"`)+bind("b", `type="decimal" calculate="/data/a * 2"`)+bind("seed", `calculate="once(random())"`)+bind("when", `calculate="now()"`)+
			bind("id", `calculate="uuid()"`)+bind("both", `type="decimal" calculate="/data/b + 1"`)+bind("half", `type="int" calculate="/data/a div 2"`)+
			bind("day", `type="date" calculate="date('2020-01-01') + /data/a"`)+bind("at", `type="dateTime" calculate="date-time('2020-01-01T10:00:00.000+08:00')"`)+
			bind("ok", `type="boolean" calculate="/data/a &gt; 1"`)+bind("len", `type="decimal" calculate="distance(/data/shape)"`)+
			bind("gone", `calculate="pulldata('nofile', 'x', 'y', /data/a)"`)+bind("shape", `type="geotrace"`), inputs("a", "shape")))
	right := []string{"a", "3", "b", "6", "seed", "0.1", "when", "x", "id", "y", "both", "7", "half", "1", "day", "2020-01-04", "at", "2020-01-01T02:00:00Z",
		"ok", "true", "len", "111319.5", "gone", "z", "shape", "0 0;0 1"}
	require.Equal(t, []string{}, broken(f, record(nil, right...)))
	wrong := slices.Clone(right)
	wrong[3], wrong[13], wrong[15], wrong[19] = "8", "2", "2020-01-05", "false"
	require.Equal(t, []string{"b calculated", "half calculated", "day calculated", "ok calculated"}, broken(f, record(nil, wrong...)), "both sees the new b")
	require.Equal(t, []judge.Change{{Path: "b", Text: "6"}, {Path: "day", Text: "2020-01-04"}, {Path: "half", Text: "1"}, {Path: "ok", Text: "true"}},
		f.Recompute(record(nil, wrong...), env(), nil))
}

func TestAnOfficeCorrectionSetsWhatItTriggers(t *testing.T) {
	f := judge.Compile(form(t, "<a/><copy/><sum/><stamp/>", bind("sum", `type="int" calculate="/data/copy + 1"`)+bind("copy", `type="int"`)+bind("a", `type="int"`),
		`<input ref="/data/a"><label>a</label><setvalue event="xforms-value-changed" ref="/data/copy" value="/data/a * 10"/><setvalue event="xforms-value-changed" ref="/data/stamp" value="random()"/></input>`))
	rec := record(nil, "a", "4", "copy", "10", "sum", "11")
	require.Empty(t, f.Recompute(rec, env(), nil))
	require.Equal(t, []judge.Change{{Path: "copy", Text: "40"}, {Path: "sum", Text: "41"}}, f.Recompute(rec, env(), []string{"a"}))
}

func TestWithheldAnswersAreNotHeldAgainstARecord(t *testing.T) {
	f := judge.Compile(form(t, "<a/><b/><c/>", bind("a", `required="true()"`)+bind("b", `constraint="/data/a != ''"`)+bind("c", `calculate="string-length(/data/a)"`), inputs("a", "b")))
	rec := record(nil, "b", "x", "c", "5")
	require.Equal(t, []string{"a required", "b constraint", "c calculated"}, broken(f, rec))
	rec.Withheld = []string{"a"}
	require.Equal(t, []string{}, broken(f, rec))
}

func TestATableFromAFileIsLookedUpWhereItIsHere(t *testing.T) {
	f := judge.Compile(form(t, "<v/><name/><inst/>", `<instance id="villages" src="jr://file-csv/villages.csv"/>`+bind("v", `constraint="instance('villages')/root/item[name = current()/.]/label != ''"`)+
		bind("name", `calculate="pulldata('villages', 'label', 'name', /data/v)"`), inputs("v")))
	rec := record(nil, "v", "2", "name", "wrong")
	require.Equal(t, []string{}, broken(f, rec), "no file, no verdict")
	table, err := judge.ReadCSV([]byte("\ufeffname,label\n1,One\n2,Two\n"))
	require.NoError(t, err)
	e := env()
	e.Table = func(src string) (*judge.Table, bool) { return table, src == "jr://file-csv/villages.csv" }
	list := f.Judge(rec, e)
	require.Len(t, list, 1)
	require.Equal(t, judge.RuleCalculated, list[0].Rule)
	require.Equal(t, "Two", list[0].Value)
	rec.Values[1].Text = "9"
	require.Equal(t, judge.RuleConstraint, f.Judge(rec, e)[0].Rule)
}

func TestHostileFormsCostBoundedWork(t *testing.T) {
	deep := strings.Repeat("(", 40) + "1" + strings.Repeat(")", 40)
	f := judge.Compile(form(t, `<rep><x/></rep><rep><x/></rep><y/><circle/><other/>`,
		bind("y", `constraint="count(//*[count(//*[count(//*) &gt; 1]) &gt; 1]) &gt; `+deep+`"`)+bind("circle", `relevant="/data/other = ''" constraint="1 = 2"`)+bind("other", `relevant="/data/circle = ''"`),
		inputs("y", "circle", "other")+`<group ref="/data/rep"><label>r</label><repeat nodeset="/data/rep"><input ref="/data/rep/x"><label>x</label></input></repeat></group>`))
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = "r" + strings.Repeat("i", i%7) + string(rune('a'+i%26)) + strings.Repeat("z", i/182)
	}
	rec := record(nil, "y", "1", "circle", "c", "other", "o")
	rec.Rows = []judge.Rows{{Repeat: "rep", IDs: ids}}
	require.NotPanics(t, func() { f.Judge(rec, env()) })
	require.LessOrEqual(t, len(f.Judge(rec, env())), 3)
}
