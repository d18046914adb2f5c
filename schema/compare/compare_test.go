package compare_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/compare"
	"ruhu/schema/xform"
)

const oldForm = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>Members</h:title><model><itext>
<translation lang="中文 (zh)" default="true()"><text id="age:label"><value>年龄</value></text><text id="road:label"><value>道路</value></text><text id="y-1"><value>好</value></text><text id="y-2"><value>差</value></text></translation>
<translation lang="English (en)"><text id="age:label"><value>Age</value></text><text id="road:label"><value>Roads</value></text><text id="y-1"><value>Good</value></text><text id="y-2"><value>Bad</value></text></translation>
</itext><instance><data id="f" version="1"><a/><b/><road/><age/><old/><g><inner/></g><rows><x/></rows></data></instance>
<instance id="y"><root><item><itextId>y-1</itextId><name>1</name></item><item><itextId>y-2</itextId><name>2</name></item></root></instance>
<instance id="v" src="jr://file-csv/v.csv"/>
<bind nodeset="/data/a" type="string"/><bind nodeset="/data/b" type="int" relevant="/data/a = '1'"/>
<bind nodeset="/data/road" type="string"/><bind nodeset="/data/age" type="int" constraint=". &gt; 0"/><bind nodeset="/data/old" type="string"/>
<bind nodeset="/data/g/inner" type="string"/><bind nodeset="/data/rows/x" type="string"/></model></h:head>
<h:body><select1 ref="/data/a"><label>A</label><itemset nodeset="instance('y')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>
<input ref="/data/b"><label>B</label></input>
<select1 ref="/data/road"><label ref="jr:itext('road:label')"/><itemset nodeset="instance('y')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>
<input ref="/data/age"><label ref="jr:itext('age:label')"/></input><input ref="/data/old"><label>Old words</label></input>
<group ref="/data/g"><label>G</label><input ref="/data/g/inner"><label>Inner</label></input></group>
<group ref="/data/rows"><label>Rows</label><repeat nodeset="/data/rows"><input ref="/data/rows/x"><label>X</label></input></repeat></group></h:body></h:html>`

func form(t *testing.T, src string) *schema.Form {
	t.Helper()
	f, faults, err := xform.Read([]byte(src))
	require.NoError(t, err, faults)
	return f
}

// edited is the old form with replacements: old, new, old, new…
func edited(t *testing.T, pairs ...string) *schema.Form {
	t.Helper()
	src := strings.Replace(oldForm, `version="1"`, `version="2"`, 1)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, src, pairs[i])
		src = strings.ReplaceAll(src, pairs[i], pairs[i+1])
	}
	return form(t, src)
}

func kinds(list []compare.Change) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c.Kind) + " " + c.Path
	}
	return out
}

func TestOneChangeOneEntry(t *testing.T) {
	old := form(t, oldForm)
	for _, c := range []struct {
		want  []string
		edits []string
	}{
		{nil, nil},
		{nil, []string{`relevant="/data/a = '1'"`, `relevant=" /data/a  =  '1' "`}},
		{[]string{"relevance b"}, []string{`relevant="/data/a = '1'"`, `relevant="/data/a = '2'"`}},
		{[]string{"constraint age"}, []string{`constraint=". &gt; 0"`, `constraint=". &gt; 17"`}},
		{[]string{"required old"}, []string{`<bind nodeset="/data/old" type="string"/>`, `<bind nodeset="/data/old" type="string" required="true()"/>`}},
		{[]string{"calculation old"}, []string{`<bind nodeset="/data/old" type="string"/>`, `<bind nodeset="/data/old" type="string" calculate="1+1"/>`}},
		{[]string{"read-only old"}, []string{`<bind nodeset="/data/old" type="string"/>`, `<bind nodeset="/data/old" type="string" readonly="/data/a='1'"/>`}},
		{[]string{"label road"}, []string{`<value>道路</value>`, `<value>村内道路</value>`}},
		{[]string{"choice-label a"}, []string{`<value>Good</value>`, `<value>Very good</value>`}},
		{[]string{"choice-added a"}, []string{`<item><itextId>y-2</itextId><name>2</name></item>`, `<item><itextId>y-2</itextId><name>2</name></item><item><itextId>y-2</itextId><name>3</name></item>`}},
		{[]string{"choice-removed a"}, []string{`<item><itextId>y-2</itextId><name>2</name></item>`, ``}},
		{[]string{"choice-order a"}, []string{`<item><itextId>y-1</itextId><name>1</name></item><item><itextId>y-2</itextId><name>2</name></item>`, `<item><itextId>y-2</itextId><name>2</name></item><item><itextId>y-1</itextId><name>1</name></item>`}},
		{[]string{"question-moved g/inner2"}, []string{`inner`, `inner2`}},
		{[]string{"order b"}, []string{`<a/><b/><road/><age/>`, `<a/><road/><age/><b/>`}},
		{[]string{"attachment-removed "}, []string{`<instance id="v" src="jr://file-csv/v.csv"/>`, ``}},
		{[]string{"title "}, []string{`<h:title>Members</h:title>`, `<h:title>People</h:title>`}},
		{[]string{"repeat-count rows"}, []string{`<repeat nodeset="/data/rows">`, `<repeat nodeset="/data/rows" jr:count="3">`}},
		{[]string{"appearance old"}, []string{`<input ref="/data/old">`, `<input ref="/data/old" appearance="multiline">`}},
		{[]string{"hint old"}, []string{`<label>Old words</label>`, `<label>Old words</label><hint>h</hint>`}},
		{[]string{"control old"}, []string{`<input ref="/data/old"><label>Old words</label></input>`, `<select1 ref="/data/old"><label>Old words</label><itemset nodeset="instance('y')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>`}},
		{[]string{"question-removed old"}, []string{`<old/>`, ``, `<bind nodeset="/data/old" type="string"/>`, ``, `<input ref="/data/old"><label>Old words</label></input>`, ``}},
		{[]string{"question-added fresh"}, []string{`<old/>`, `<old/><fresh/>`, `<bind nodeset="/data/old" type="string"/>`, `<bind nodeset="/data/old" type="string"/><bind nodeset="/data/fresh" type="string"/>`,
			`<input ref="/data/old">`, `<input ref="/data/fresh"><label>Fresh</label></input><input ref="/data/old">`}},
		{[]string{"type-refused age"}, []string{`<bind nodeset="/data/age" type="int"`, `<bind nodeset="/data/age" type="decimal"`}},
		{[]string{"language-removed "}, []string{`<translation lang="English (en)"><text id="age:label"><value>Age</value></text><text id="road:label"><value>Roads</value></text><text id="y-1"><value>Good</value></text><text id="y-2"><value>Bad</value></text></translation>`, ``}},
	} {
		next := edited(t, c.edits...)
		got := compare.Versions(old, next)
		if c.want == nil {
			require.Empty(t, got)
			continue
		}
		require.Equal(t, c.want, kinds(got), "%v", got)
		require.Equal(t, got, compare.Versions(old, next), "the same forms give the same list")
		require.NotEmpty(t, compare.Versions(next, old), "the way back is a change too")
		for _, e := range got {
			require.NotEmpty(t, e.ZH)
			require.NotEmpty(t, e.EN)
			require.NotEqual(t, e.Msg("zh"), e.Msg("en"))
		}
	}
}

func TestWordsSayWhatBecomesOfOlderRecords(t *testing.T) {
	old := form(t, oldForm)
	moved := compare.Versions(old, edited(t, `<g><inner/></g>`, `<inner/>`, `/data/g/inner`, `/data/inner`, `<group ref="/data/g"><label>G</label>`, `<group><label>G</label>`))
	require.Equal(t, []string{"question-moved inner", "group-removed g"}, kinds(moved))
	require.Contains(t, moved[0].EN, "g/inner moved to inner")
	require.Contains(t, moved[0].EN, "are not carried over")
	require.Contains(t, moved[0].ZH, "不会搬到新路径")

	gone := compare.Versions(old, edited(t, `<old/>`, ``, `<bind nodeset="/data/old" type="string"/>`, ``, `<input ref="/data/old"><label>Old words</label></input>`, ``))
	require.Contains(t, gone[0].EN, "Answers at this path stay in older records")
	require.Contains(t, gone[0].EN, "Old words")

	refused := compare.Versions(old, edited(t, `<bind nodeset="/data/age" type="int"`, `<bind nodeset="/data/age" type="decimal"`))
	require.True(t, refused[0].Refused)
	require.Contains(t, refused[0].EN, "was int")
	require.Contains(t, refused[0].EN, "give the question a new name")
	require.Contains(t, refused[0].ZH, "不能改变 age 的类型")

	label := compare.Versions(old, edited(t, `<value>道路</value>`, `<value>村内道路</value>`))
	require.Equal(t, "road 的题目文字：中文 (zh) “道路”改为“村内道路”；旧记录回答的是旧的文字。", label[0].ZH)
	choice := compare.Versions(old, edited(t, `<value>Good</value>`, `<value>Fine</value>`))
	require.Equal(t, "the label of choice 1: English (en) “Good” became “Fine” (a, road). Older records chose the older words", choice[0].EN)
}

func TestTwoQuestionsThatCouldBeMeantAreNotGuessed(t *testing.T) {
	list := compare.Versions(form(t, oldForm), edited(t, `<old/>`, `<n1/><n2/>`, `<bind nodeset="/data/old" type="string"/>`, `<bind nodeset="/data/n1" type="string"/><bind nodeset="/data/n2" type="string"/>`,
		`<input ref="/data/old"><label>Old words</label></input>`, `<input ref="/data/n1"><label>Old words</label></input><input ref="/data/n2"><label>Old words</label></input>`))
	require.Equal(t, []string{"question-added n1", "question-added n2", "question-removed old"}, kinds(list))
}

func TestExistingRecordsOfAnotherFormAreNotConfused(t *testing.T) {
	list := compare.Versions(form(t, oldForm), edited(t, `id="f"`, `id="other"`))
	require.Equal(t, compare.OtherForm, list[0].Kind)
}
