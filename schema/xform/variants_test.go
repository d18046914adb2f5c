package xform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/xform"
)

// variant reads a form that must be accepted, and its phone.xml too.
func variant(t *testing.T, src string) (*schema.Form, []schema.Fault) {
	t.Helper()
	given := []byte(src)
	form, faults, err := xform.Read(given)
	require.NoError(t, err)
	phone, _, err := xform.Phone(given)
	require.NoError(t, err)
	require.Equal(t, src, string(given), "the uploaded bytes stay as they are")
	again, _, err := xform.Read(phone)
	require.NoError(t, err, "%s", phone)
	require.Equal(t, paths(form), paths(again))
	return form, faults
}

func TestNamespacesMayStandAnyWay(t *testing.T) {
	for name, src := range map[string]string{
		"xforms by default": small("<q/>", `<bind nodeset="/data/q" type="int"/>`, `<input ref="/data/q"><label>Q</label></input>`),
		"xhtml by default": `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:f="http://www.w3.org/2002/xforms" xmlns:jr="http://openrosa.org/javarosa"><head><title>T</title>
<f:model><f:instance><data xmlns="" id="x"><q/><meta><instanceID/></meta></data></f:instance><f:bind nodeset="/data/q" type="int"/></f:model></head>
<body><f:input ref="/data/q"><f:label>Q</f:label></f:input></body></html>`,
		"no prefixes declared": `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title>
<model><instance><data id="x"><q/><orx:meta><orx:instanceID/></orx:meta></data></instance><bind nodeset="/data/q" type="int" jr:constraintMsg="no"/></model></h:head>
<h:body><input ref="/data/q"><label>Q</label></input></h:body></h:html>`,
		"xsd types":                 small("<q/>", `<bind nodeset="/data/q" type="xsd:int" xmlns:xsd="http://www.w3.org/2001/XMLSchema"/>`, `<input ref="/data/q"><label>Q</label></input>`),
		"a byte order mark":         "\ufeff" + small("<q/>", `<bind nodeset="/data/q" type="int"/>`, `<input ref="/data/q"><label>Q</label></input>`),
		"comments and cdata":        small("<!-- a --><q><!-- b --></q>", `<!-- c --><bind nodeset="/data/q" type="int"/>`, `<input ref="/data/q"><label><![CDATA[Q]]></label></input><!-- d -->`),
		"another encoding of ascii": `<?xml version="1.0" encoding="windows-1252"?>` + strings.TrimPrefix(small("<q/>", `<bind nodeset="/data/q" type="int"/>`, `<input ref="/data/q"><label>Q</label></input>`), `<?xml version="1.0"?>`),
	} {
		t.Run(name, func(t *testing.T) {
			form, _ := variant(t, src)
			q := form.Node("q")
			require.NotNil(t, q)
			require.Equal(t, schema.Int, q.Type)
			require.Equal(t, schema.Input, q.Control)
			require.Equal(t, "Q", q.Label.In(""))
		})
	}
}

func TestReferencesMayBeWrittenAnyWay(t *testing.T) {
	for name, parts := range map[string][2]string{
		"absolute":       {`<bind nodeset="/data/g/r/q" type="int"/>`, `<group ref="/data/g"><repeat nodeset="/data/g/r"><input ref="/data/g/r/q"/></repeat></group>`},
		"relative":       {`<bind nodeset="g/r/q" type="int"/>`, `<group ref="g"><repeat nodeset="r"><input ref="q"/></repeat></group>`},
		"dots":           {`<bind nodeset="./g/../g/r/q" type="int"/>`, `<group ref="./g"><repeat nodeset="./r"><input ref="../r/./q"/></repeat></group>`},
		"blanks":         {`<bind nodeset=" /data/g/r/q " type="int"/>`, `<group ref=" /data/g "><repeat nodeset=" /data/g/r "><input ref=" /data/g/r/q "/></repeat></group>`},
		"by bind":        {`<bind id="b" nodeset="/data/g/r/q" type="int"/>`, `<group><repeat nodeset="/data/g/r"><input bind="b"/></repeat></group>`},
		"ref of repeats": {`<bind ref="/data/g/r/q" type="int"/>`, `<group nodeset="/data/g"><repeat ref="/data/g/r"><input nodeset="/data/g/r/q"/></repeat></group>`},
		"no groups":      {`<bind nodeset="/data/g/r/q" type="int"/>`, `<repeat nodeset="/data/g/r" jr:count="3" jr:noAddRemove="true()"><input ref="/data/g/r/q"/></repeat>`},
	} {
		t.Run(name, func(t *testing.T) {
			form, faults := variant(t, small(`<g><r jr:template=""><q/></r></g>`, parts[0], parts[1]))
			require.Empty(t, faults)
			require.Equal(t, schema.Repeat, form.Node("g/r").Kind)
			require.Equal(t, schema.Int, form.Node("g/r/q").Type)
			require.True(t, form.Node("g/r/q").Asked())
			require.NotEmpty(t, form.Node("g/r").RowField)
		})
	}
}

func TestWhatTheSpecificationAllowsIsRead(t *testing.T) {
	for name, src := range map[string]string{
		"a trigger without a node":    small("<q/>", "", `<trigger><label>Read this</label></trigger>`),
		"no body":                     small("<q/>", "", ""),
		"actions":                     small("<q/><r/>", `<odk:setgeopoint ref="/data/q" event="odk-instance-first-load" xmlns:odk="http://www.opendatakit.org/xforms"/><odk:recordaudio ref="/data/r" event="odk-instance-load" odk:quality="low" xmlns:odk="http://www.opendatakit.org/xforms"/>`, `<setvalue ref="/data/q" event="odk-instance-first-load odk-new-repeat" value="1"/><input ref="/data/q"><setvalue ref="/data/r" event="xforms-value-changed">words</setvalue></input>`),
		"instances of every kind":     small("<q/>", `<instance id="a" src="jr://file/a.xml"/><instance id="b" src="jr://file-csv/b.csv"/><instance id="c" src="jr://file/c.geojson"/><instance id="last" src="jr://instance/last-saved"/><instance id="d"><x><y z="1"/></x></instance>`, `<select1 ref="/data/q"><itemset nodeset="instance('c')/root/item[a = current()/../q]"><value ref="id"/><label ref="title"/></itemset></select1>`),
		"choices from a repeat":       small("<p><n/></p><q/>", "", `<group ref="/data/p"><repeat nodeset="/data/p"><input ref="/data/p/n"/></repeat></group><select1 ref="/data/q"><itemset nodeset="/data/p[n != '']"><value ref="n"/><label ref="n"/></itemset></select1>`),
		"a random order":              small("<q/>", `<instance id="d"><root><item><name>1</name><label>x</label></item></root></instance>`, `<odk:rank ref="/data/q" xmlns:odk="http://www.opendatakit.org/xforms"><itemset nodeset="randomize(instance('d')/root/item[name &lt; 3], 5)"><value ref="name"/><label ref="label"/></itemset></odk:rank>`),
		"ranges":                      small("<q/>", `<bind nodeset="/data/q" type="decimal"/>`, `<range ref="/data/q" start="10" end="-10" step="-0.5" appearance="vertical no-ticks"/>`),
		"uploads":                     small("<q/>", `<bind nodeset="/data/q" type="binary" orx:max-pixels="640" xmlns:orx="http://openrosa.org/xforms"/>`, `<upload ref="/data/q" accept="application/pdf,.csv" mediatype="*/*"/>`),
		"custom attributes":           small(`<q a="1" x:b="2" xmlns:x="http://example.org/x"/>`, `<bind nodeset="/data/q" x:c="3" xmlns:x="http://example.org/x" saveIncomplete="true()"/>`, `<input ref="/data/q" rows="5" autoplay="audio" x:d="4" xmlns:x="http://example.org/x" accuracyThreshold="5" intent="ex:org.example.app(a='1')"/>`),
		"a submission's settings":     small("<q/>", `<submission action="https://example.org/s" method="form-data-post" orx:auto-send="true" orx:auto-delete="false" odk:client-editable="true" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms"/>`, ""),
		"axes and paths of all kinds": small("<q/><r/>", `<bind nodeset="/data/q" relevant="//r = 1 or ../child::r != parent::*/r or /data/*[2] = 3" constraint="concat(., self::q) != ''" calculate="concat(../r, position(..), count(../*))"/>`, ""),
		"a count that is calculated":  small("<n/><p><q/></p>", "", `<repeat nodeset="/data/p" jr:count=" /data/n "><input ref="/data/p/q"/></repeat>`),
		"texts within texts":          small("<q/><r/>", `<itext><translation lang="en"><text id="a"><value>x <output value="/data/r"/> y</value><value form="image">jr://images/a.png</value><value form="big-image">jr://images/b.png</value><value form="print">p</value></text></translation></itext>`, `<input ref="/data/q"><label ref="jr:itext('a')"/><hint>h <output ref="/data/r"/></hint></input>`),
		"meta of two namespaces":      strings.Replace(small("<q/>", "", ""), "<meta><instanceID/></meta>", `<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID/><orx:audit/></orx:meta><meta><entity dataset="d" create="1" id=""><label/></entity></meta>`, 1),
		"a question called meta/x":    small("<g><meta><x/></meta></g>", "", `<input ref="/data/g/meta/x"/>`),
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := variant(t, src)
			for _, f := range faults {
				require.Contains(t, []string{"union", "no-choices"}, f.Code, "%v", f)
			}
		})
	}
}

func TestTheRecordIsTheFirstInstance(t *testing.T) {
	src := strings.Replace(small("<q/>", "", ""), "<instance>", `<instance id="main">`, 1)
	src = strings.Replace(src, "</instance>", `</instance><instance><other id="no"/></instance>`, 1)
	form, _ := variant(t, src)
	require.Equal(t, "data", form.RootName)
}

func TestRowsOfAWrittenInstanceAreThere(t *testing.T) {
	form, _ := variant(t, small("<q/>", `<instance id="i"><root><item lang="zh"><name>a</name><geo><lat>1</lat></geo></item><item><name>b</name></item></root></instance>`, ""))
	table := form.Table("i")
	require.NotNil(t, table)
	require.Nil(t, form.Table("j"))
	tree := table.Tree
	var rows []int
	tree.Children(0, func(i int) bool { rows = append(rows, i); return true })
	require.Len(t, rows, 2)
	require.Equal(t, 2, table.Rows)
	var inFirst []string
	tree.Children(rows[0], func(i int) bool {
		inFirst = append(inFirst, tree.Nodes[i].Name+"="+tree.Nodes[i].Text)
		return true
	})
	require.Equal(t, []string{"lang=zh", "name=a", "geo="}, inFirst)
	require.Equal(t, "b", tree.Nodes[rows[1]+1].Text)
	tree.Children(99, func(int) bool { t.Fatal("no such node"); return false })
}
