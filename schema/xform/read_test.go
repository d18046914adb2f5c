package xform_test

import (
	"bytes"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func village(t testing.TB) []byte {
	t.Helper()
	src, err := os.ReadFile("testdata/village.xml")
	require.NoError(t, err)
	return src
}

func TestAFormIsReadWhole(t *testing.T) {
	src := village(t)
	before := bytes.Clone(src)
	form, faults, err := xform.Read(src)
	require.NoError(t, err)
	require.Equal(t, before, src, "uploaded bytes stay as they are")
	require.Len(t, faults, 1)
	require.Equal(t, "bind-no-node", faults[0].Code)
	require.Equal(t, 66, faults[0].Line)
	require.True(t, faults[0].Warning)

	require.Equal(t, schema.Key{ID: "village_test", Version: "2026-1"}, form.Key())
	require.Equal(t, "村情 & members", form.Title("zh"))
	require.Equal(t, []string{"中文 (zh)", "English (en)"}, form.Languages)
	require.Equal(t, "English (en)", form.Default)
	require.Equal(t, []string{"prices.csv", "villages.csv", "人口.png"}, form.Attachments)
	require.True(t, form.Submission.ClientEditable)
	require.Equal(t, []schema.Entity{{Dataset: "people", Create: true, HasLabel: true, SavedTo: []schema.SaveTo{{Path: "members/age", Property: "age"}}}}, form.Entities)

	size := form.Node("household/size")
	require.Equal(t, "Size of ${/data/household/who}'s household", size.Label.In("en"))
	require.Equal(t, "按户口本", size.Guidance.In("zh"))
	require.Equal(t, "人口.png", size.Label.Media["中文 (zh)"]["image"])
	require.Equal(t, "Too many", size.ConstraintMsg.In("en"))
	require.Equal(t, "say a number", size.RequiredMsg.In("zh"))
	require.Equal(t, schema.Int, size.Type)
	require.Equal(t, "x", strings.Trim(form.Actions[0].Value, "'"))
	require.Equal(t, "/data/orx:meta/orx:audit", form.Node("meta/audit").Ref)
	require.Equal(t, schema.Meta, form.Node("meta/audit").Control)

	members := form.Node("members")
	require.Equal(t, schema.Repeat, members.Kind)
	require.Equal(t, "Members", members.Label.In("zh"))
	require.Equal(t, "/data/household/size", members.Count)
	require.True(t, members.NoAddRemove)
	require.Equal(t, "row_id", members.RowField)
	require.Equal(t, "key", form.Node("visits").RowField, "a row id that the form has is used")
	require.Equal(t, "30", form.Node("members/age").Default)
	require.Equal(t, schema.Repeat, form.Node("members/jobs").Kind)

	likes := form.Node("members/likes").Choices
	require.True(t, likes.Random)
	require.Equal(t, "7", likes.Seed)
	require.Equal(t, "name != /data/stars", likes.Filter)
	require.Equal(t, "2", likes.List.Items[1].Props["weight"])
	require.Equal(t, "否", likes.List.Items[1].Label.In("zh"))
	require.True(t, form.Node("near").Choices.List.Open)
	for path, control := range map[string]schema.Control{
		"start": schema.Meta, "household/who": schema.Input, "visits/photo": schema.Upload, "stars": schema.Range, "order": schema.Rank,
		"agree": schema.Trigger, "near": schema.SelectOne, "sum": schema.Calculate, "told": schema.Note,
	} {
		require.Equal(t, control, form.Node(path).Control, path)
	}
	for path, value := range map[string]string{
		"members[r1]/age": "30", "members[r1]/likes": "1 0", "members[r1]/jobs[r2]/row_id": "u", "order": "b a", "near": "990101001201", "agree": "OK",
		"meta/deprecatedID": "uuid:1", "members[r1]/row_id": "u",
	} {
		require.Empty(t, form.Check(path, value), path)
	}
	reasons := map[string]string{}
	for _, q := range form.IdentityQuestions() {
		reasons[q.Path] = q.Reason
	}
	require.Equal(t, map[string]string{"visits/photo": "image", "plot": "geo", "near": "geo", "meta/audit": "geo"}, reasons)
	golden(t, "village.model.json", form.Model())
	again, _, err := xform.Read(src)
	require.NoError(t, err)
	require.Equal(t, form.Model(), again.Model())
}

func TestPhoneGetsWhatItNeedsAndNothingElseChanges(t *testing.T) {
	src := village(t)
	phone, added, err := xform.Phone(src)
	require.NoError(t, err)
	require.Equal(t, []xform.Addition{
		{Path: "meta/deprecatedID", Why: "deprecatedID"}, {Path: "members/row_id", Why: "row-id"}, {Path: "members/jobs/row_id", Why: "row-id"},
	}, added)
	golden(t, "village.phone.xml", phone)
	for line := range strings.Lines(string(src)) {
		require.Contains(t, squeeze(string(phone)), strings.TrimSuffix(squeeze(strings.TrimSpace(line)), "/>"), "every line is still there")
	}
	for _, i := range instruments.All() {
		phone, _, err := xform.Phone(i.XML)
		require.NoError(t, err)
		form, _, err := xform.Read(phone)
		require.NoError(t, err)
		require.False(t, form.Node("meta/deprecatedID").Added)
	}
	_, _, err = xform.Phone([]byte("<h:html/>"))
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// small is a form with parts that a test replaces.
func small(instance, model, body string) string {
	return `<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>t</h:title><model>
<instance><data id="f">` + instance + `<meta><instanceID/></meta></data></instance>
` + model + `
</model></h:head>
<h:body>` + body + `</h:body></h:html>`
}

func TestCircles(t *testing.T) {
	for name, c := range map[string]struct {
		instance, binds string
		circles         int
	}{
		"itself":                          {"<a/>", `<bind nodeset="/data/a" calculate="/data/a + 1"/>`, 1},
		"itself, kept":                    {"<a/>", `<bind nodeset="/data/a" calculate="once(/data/a)"/>`, 0},
		"itself, as a point":              {"<a/>", `<bind nodeset="/data/a" calculate=". + 1"/>`, 1},
		"hidden by itself":                {"<a/>", `<bind nodeset="/data/a" relevant=". = 1"/>`, 1},
		"a point within brackets":         {"<r><a/></r><b/>", `<bind nodeset="/data/b" calculate="count(/data/r/a[. = 1])"/>`, 0},
		"hidden by itself, by name":       {"<a/>", `<bind nodeset="/data/a" relevant="/data/a = 1"/>`, 1},
		"a rule about itself":             {"<a/>", `<bind nodeset="/data/a" constraint=". &gt; 1 and /data/a &lt; 9" required="/data/a = 2"/>`, 0},
		"three":                           {"<a/><b/><c/>", `<bind nodeset="/data/a" calculate="../b"/><bind nodeset="/data/b" calculate="../c"/><bind nodeset="/data/c" calculate="../a"/>`, 1},
		"by way of what hides a question": {"<a/><b/><c/>", `<bind nodeset="/data/a" calculate="../b"/><bind nodeset="/data/b" calculate="../c"/><bind nodeset="/data/c" relevant="../a = 1"/>`, 1},
		"by way of what hides a group":    {"<a/><g><h><b/></h></g>", `<bind nodeset="/data/a" calculate="/data/g/h/b"/><bind nodeset="/data/g" relevant="../a = 1"/>`, 1},
		"hiding each other":               {"<a/><b/>", `<bind nodeset="/data/a" relevant="../b = 1"/><bind nodeset="/data/b" relevant="../a = 1"/>`, 0},
		"two apart":                       {"<a/><b/><c/><d/>", `<bind nodeset="/data/a" calculate="../b"/><bind nodeset="/data/b" calculate="../a"/><bind nodeset="/data/c" calculate="../d"/><bind nodeset="/data/d" calculate="../c"/>`, 2},
		"a fork":                          {"<a/><b/><c/><d/>", `<bind nodeset="/data/a" calculate="../b + ../c"/><bind nodeset="/data/b" calculate="../d"/><bind nodeset="/data/c" calculate="../d" relevant="../b = 1"/>`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults, _ := xform.Read([]byte(small(c.instance, c.binds, "")))
			n := 0
			for _, f := range faults {
				if f.Code == "cycle" {
					n++
				}
			}
			require.Equal(t, c.circles, n, "%v", faults)
		})
	}
}

func TestFaultsAreNamedWithTheirLine(t *testing.T) {
	label := `<label>L</label>`
	for code, src := range map[string]string{
		"xml":                    "<a><b></a>",
		"doctype":                `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`,
		"processing-instruction": `<?xml version="1.0"?><?php x ?><a/>`,
		"not-an-xform":           `<html><head/></html>`,
		"no-instance":            `<html><head><model/></head><body/></html>`,
		"no-form-id":             strings.Replace(small("<q/>", "", ""), ` id="f"`, "", 1),
		"limit ":                 strings.Replace(small("<q/>", "", ""), ` id="f"`, ` id="`+strings.Repeat("f", 513)+`"`, 1),
		"limit":                  strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40),
		"ref-no-node":            small("<q/>", "", `<input ref="/data/nope">`+label+`</input>`),
		"no-ref":                 small("<q/>", "", `<input>`+label+`</input>`),
		"ref-not-a-path":         small("<q/>", "", `<input ref="//q">`+label+`</input>`),
		"bind-nodeset":           small("<q/>", `<bind nodeset="/data/q[1]"/>`, ""),
		"control-of-group":       small("<g><q/></g>", "", `<input ref="/data/g">`+label+`</input>`),
		"repeat-root":            small("<q/>", "", `<repeat nodeset="/data"/>`),
		"itext-missing":          small("<q/>", "", `<input ref="/data/q"><label ref="jr:itext('no')"/></input>`),
		"itext-no-lang":          small("<q/>", `<itext><translation/></itext>`, ""),
		"itext-lang-twice":       small("<q/>", `<itext><translation lang="a"/><translation lang="a"/></itext>`, ""),
		"instance-twice":         small("<q/>", `<instance id="a"/><instance id="a"/>`, ""),
		"no-such-instance":       small("<q/>", "", `<select1 ref="/data/q"><itemset nodeset="instance('no')/root/item"><value ref="name"/></itemset></select1>`),
		"itemset-no-value":       small("<q/>", `<instance id="a"/>`, `<select1 ref="/data/q"><itemset nodeset="instance('a')/root/item"/></select1>`),
		"choice-no-value":        small("<q/>", "", `<select1 ref="/data/q"><item>`+label+`<value/></item></select1>`),
		"range-parameter":        small("<q/>", "", `<range ref="/data/q" start="1" end="2">`+label+`</range>`),
		"xpath":                  small("<q/>", `<bind nodeset="/data/q" constraint="(. &gt; 1"/>`, ""),
		"unknown-function":       small("<q/>", `<bind nodeset="/data/q" calculate="nope(1)"/>`, ""),
		"arguments":              small("<q/>", `<bind nodeset="/data/q" calculate="if(1)"/>`, ""),
		"cycle":                  small("<a/><b/>", `<bind nodeset="/data/a" calculate="/data/b + 1"/><bind nodeset="/data/b" calculate="../a"/>`, ""),
		"entities-version":       strings.Replace(small("<q/>", "", ""), "<model>", `<model entities:entities-version="2031.1.0">`, 1),
		"entity-dataset":         strings.Replace(small("<q/>", "", ""), "<instanceID/>", `<instanceID/><entity dataset="__x"/>`, 1),
		"saveto-name":            strings.Replace(small("<q/>", `<bind nodeset="/data/q" entities:saveto="Label"/>`, ""), "<instanceID/>", `<instanceID/><entity dataset="x"/>`, 1),
		"saveto-case":            strings.Replace(small("<q/><r/>", `<bind nodeset="/data/q" entities:saveto="age"/><bind nodeset="/data/r" entities:saveto="Age"/>`, ""), "<instanceID/>", `<instanceID/><entity dataset="x"/>`, 1),
	} {
		t.Run(code, func(t *testing.T) {
			form, faults, err := xform.Read([]byte(src))
			require.Nil(t, form)
			require.Equal(t, errs.FormFaults, errs.CodeOf(err), "%v", faults)
			require.True(t, hasFault(faults, strings.TrimSpace(code)), "%v", faults)
			require.Equal(t, len(faults), len(schema.FaultsOf(err)))
		})
	}
	for code, src := range map[string]string{
		"no-instance-id":   strings.Replace(small("<q/>", "", ""), "<meta><instanceID/></meta>", "", 1),
		"bind-no-node":     small("<q/>", `<bind nodeset="/data/nope"/>`, ""),
		"bind-twice":       small("<q/>", `<bind nodeset="/data/q"/><bind nodeset="/data/q"/>`, ""),
		"unknown-type":     small("<q/>", `<bind nodeset="/data/q" type="itn"/>`, ""),
		"upload-type":      small("<q/>", `<bind nodeset="/data/q" type="int"/>`, `<upload ref="/data/q"/>`),
		"asked-twice":      small("<q/>", "", `<input ref="/data/q"/><input ref="/data/q"/>`),
		"unknown-element":  small("<q/>", "", `<dance/>`),
		"action-no-node":   small("<q/>", `<setvalue ref="/data/no" event="x" value="1"/>`, ""),
		"select-type":      small("<q/>", `<bind nodeset="/data/q" type="int"/>`, `<select1 ref="/data/q"><item><value>1</value></item></select1>`),
		"choice-twice":     small("<q/>", "", `<select1 ref="/data/q"><item><value>a</value></item><item><value>a</value></item></select1>`),
		"choice-space":     small("<q/>", "", `<select ref="/data/q"><item><value>a b</value></item></select>`),
		"no-choices":       small("<q/>", "", `<select1 ref="/data/q"/>`),
		"no-such-instance": small("<q/>", `<bind nodeset="/data/q" calculate="instance('no')/root/item[name = 1]/label"/>`, ""),
		"union":            small("<q/><r/>", `<bind nodeset="/data/q" relevant="count(/data/r | /data/r) = 1"/>`, ""),
		"ref-unknown":      small("<q/>", `<bind nodeset="/data/q" relevant="/data/gone = 1"/>`, ""),
		"untranslated":     small("<q/>", `<itext><translation lang="a"><text id="x"><value>1</value></text></translation><translation lang="b"/></itext>`, `<input ref="/data/q"><label ref="jr:itext('x')"/></input>`),
		"encrypted":        small("<q/>", `<submission base64RsaPublicKey="AA=="/>`, ""),
		"saveto-no-entity": small("<q/>", `<bind nodeset="/data/q" entities:saveto="age"/>`, ""),
		"itext-missing":    small("<q/>", "", `<input ref="/data/q"><label ref="jr:itext('no')">Words</label></input>`),
		"instance-no-id":   small("<q/>", `<instance><x/></instance>`, ""),
	} {
		t.Run(code, func(t *testing.T) {
			form, faults, err := xform.Read([]byte(src))
			require.NoError(t, err)
			require.NotNil(t, form)
			require.Len(t, faults, 1, "%v", faults)
			require.Equal(t, code, faults[0].Code)
			require.True(t, faults[0].Warning)
			require.NotZero(t, faults[0].Line)
			require.NotEmpty(t, faults[0].ZH)
		})
	}
}

func TestAllFaultsComeAtOnce(t *testing.T) {
	_, faults, err := xform.Read([]byte(small("<q/>", "\n"+`<bind nodeset="/data/q" calculate="nope(1)"/>`+"\n", "\n"+`<input ref="/data/a"/>`+"\n"+`<input ref="/data/b"/>`)))
	require.Error(t, err)
	var lines []int
	for _, f := range faults {
		lines = append(lines, f.Line)
	}
	require.Equal(t, []int{4, 10, 11}, lines, "in order of line: %v", faults)
	require.ErrorContains(t, err, "line 10: /data/a: input stands for a node that does not exist")
}

func TestExpressionsThatAreRightAreNotFaulted(t *testing.T) {
	for _, expr := range []string{
		"coalesce(/data/q, 'x')", "once(uuid())", "../r &gt;= 0 and ../r &lt;= 60 or ../r = -98", "/data/r div 2 - 1", "count(/data/m[a = 'x|(y']/b)", "-/data/r", "position(..)", "'it' != \"it's?\"",
		"instance('i')/root/item[name = current()/../r]/label", "selected(/data/r, 'a') and not(false())", "jr:choice-name(/data/r, '/data/r')", "/data/*/a", "../r[1]", "3 * -2", "../r mod 2 = 0", "number('1.5') * .5",
		"if(/data/r = '', '', string-length(normalize-space(/data/r)))", "indexed-repeat(/data/m/a, /data/m, 1)",
	} {
		_, faults, err := xform.Read([]byte(small("<q/><r/><m><a/><b/></m>", `<instance id="i"><root/></instance><bind nodeset="/data/q" calculate="`+strings.ReplaceAll(expr, `"`, "&quot;")+`"/>`, "")))
		require.NoError(t, err, expr)
		require.Empty(t, faults, expr)
	}
}

func TestHostileFormsCostBoundedWork(t *testing.T) {
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	name := func(i int) string { return "n" + strconv.Itoa(i) }
	for why, src := range map[string]string{
		"too many bytes":      strings.Repeat(" ", limits.XMLBytes+1),
		"too many nodes":      small(many(limits.FormNodes+5, func(i int) string { return "<" + name(i) + "/>" }), "", ""),
		"too many elements":   "<a>" + strings.Repeat("<b/>", limits.XMLNodes) + "</a>",
		"too many attributes": "<a " + many(limits.XMLAttributes+1, func(i int) string { return name(i) + `="" ` }) + "/>",
		"long path":           small("<"+strings.Repeat("x", 600)+"/>", "", ""),
		"long root":           strings.Replace(strings.Replace(small("<q/>", "", ""), "<data ", "<"+strings.Repeat("d", 200)+" ", 1), "</data>", "</"+strings.Repeat("d", 200)+">", 1),
		"too many languages":  small("<q/>", "<itext>"+many(limits.FormLanguages+1, func(i int) string { return `<translation lang="` + name(i) + `"/>` })+"</itext>", ""),
		"too many choices": small(many(30, func(i int) string { return "<" + name(i) + "/>" }), `<instance id="i"><root>`+strings.Repeat("<item><name>a</name></item>", 9000)+`</root></instance>`,
			many(30, func(i int) string {
				return `<select1 ref="/data/` + name(i) + `"><itemset nodeset="instance('i')/root/item"><value ref="name"/><label ref="` + name(i) + `"/></itemset></select1>`
			})),
		"deep brackets": small("<q/>", `<bind nodeset="/data/q" relevant="`+strings.Repeat("(", 5000)+`"/>`, ""),
		"bad utf-8":     "<a>\xff</a>",
		"utf-16":        `<?xml version="1.0" encoding="UTF-16"?><a/>`,
		"two roots":     "<a/><b/>",
		"text outside":  "<a/>b",
		"double":        `<a b="1" b="2"/>`,
		"empty":         "",
	} {
		form, faults, err := xform.Read([]byte(src))
		require.Nil(t, form, why)
		require.Equal(t, errs.FormFaults, errs.CodeOf(err), why)
		require.NotEmpty(t, faults, why)
		require.LessOrEqual(t, len(faults), 1000, why)
		require.Less(t, len(err.Error()), 8192, why)
	}
}

func FuzzRead(f *testing.F) {
	src, err := os.ReadFile("testdata/village.xml")
	require.NoError(f, err)
	f.Add(src)
	for _, i := range instruments.All() {
		f.Add(i.XML)
	}
	f.Add([]byte(small(`<r jr:template=""></r><r><a/></r>`, `<bind nodeset="r/a" calculate="if(., ., uuid())"/>`, `<repeat nodeset="/data/r"><input ref="a"/></repeat>`)))
	f.Fuzz(func(t *testing.T, src []byte) {
		form, faults, err := xform.Read(src)
		if err != nil {
			require.Nil(t, form)
			require.NotEmpty(t, faults)
			return
		}
		require.False(t, schema.Fatal(faults))
		form.IdentityQuestions()
		require.Equal(t, form.Model(), form.Model())
		phone, _, err := xform.Phone(src)
		require.NoError(t, err)
		again, _, err := xform.Read(phone)
		require.NoError(t, err, "%q", phone)
		require.Equal(t, paths(form), paths(again), "%q", phone)
	})
}

func BenchmarkRead(b *testing.B) {
	src := instruments.All()[0].XML
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := xform.Read(src); err != nil {
			b.Fatal(err)
		}
	}
}
