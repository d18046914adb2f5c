package acceptance_test

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// oddForm is an XForm around parts.
func oddForm(id, version, record, model, body string) []byte {
	if version != "" {
		version = ` version="` + html.EscapeString(version) + `"`
	}
	return []byte(`<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>T &amp; T</h:title><model><instance><data id="` + html.EscapeString(id) + `"` + version + `>` + record + `<orx:meta><orx:instanceID/></orx:meta></data></instance>` + model + `</model></h:head><h:body>` + body + `</h:body></h:html>`)
}

// TestOddFormsGoThroughOpenRosa takes forms as nobody's collection has them.
func TestOddFormsGoThroughOpenRosa(t *testing.T) {
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	nested := `<a><x/><b><x/><c><x/><photo/></c></b></a>`
	nestedBinds := `<bind nodeset="/data/a/b/c/photo" type="binary"/>`
	nestedBody := `<repeat nodeset="/data/a"><input ref="x"/><repeat nodeset="b"><input ref="x"/><repeat nodeset="c"><input ref="x"/><upload ref="photo" mediatype="image/*"/></repeat></repeat></repeat>`
	choices := `<instance id="l"><root>` + each(60, "<item><name>c#</name><label>选项 #</label></item>") + `</root></instance>`
	itemset := `<itemset nodeset="instance('l')/root/item"><value ref="name"/><label ref="label"/></itemset>`
	forms := map[string][]byte{
		"an address for an id":      oddForm("http://openrosa.org/formdesigner/A?b=c#d", "1", "<q/>", "", `<input ref="/data/q"/>`),
		"an id in Chinese":          oddForm("入户 调查/表", "第 2 版", "<q/>", "", `<input ref="/data/q"/>`),
		"a version of signs":        oddForm("f", `v1.0 (draft) & <b> / "x" + 100%`, "<q/>", "", `<input ref="/data/q"/>`),
		"names in Chinese":          oddForm("f", "", "<家庭><人口/></家庭><电话/>", `<bind nodeset="/data/家庭/人口" type="int"/>`, `<group ref="/data/家庭"><input ref="人口"/></group><input ref="/data/电话"/>`),
		"names that differ in case": oddForm("f", "", "<Name/><name/><NAME/><g><name/></g><na.me/><na-me/><_name/>", "", `<input ref="/data/Name"/>`),
		"names of our own columns":  oddForm("f", "", "<status/><record/><grid/><flags/><case_key/><repeat_index/><main><main/></main><codebook/>", "", `<repeat nodeset="/data/main"><input ref="main"/></repeat>`),
		"a long name":               oddForm("f", "", "<"+strings.Repeat("very_long_name_", 12)+"a/><"+strings.Repeat("very_long_name_", 12)+"b/>", "", ""),
		"three repeats deep":        oddForm("f", "", nested, nestedBinds, nestedBody),
		"one name for two repeats":  oddForm("f", "", "<g><r><x/></r></g><h><r><x/></r></h>", "", `<repeat nodeset="/data/g/r"><input ref="x"/></repeat><repeat nodeset="/data/h/r"><input ref="x"/></repeat>`),
		"rows with ids":             oddForm("f", "", "<r><id/><x/></r>", `<bind nodeset="/data/r/id" calculate="once(uuid())"/>`, `<repeat nodeset="/data/r"><input ref="/data/r/x"/></repeat>`),
		"a thousand questions":      oddForm("f", "", each(1000, "<q#/>"), "", each(1000, `<input ref="/data/q#"/>`)),
		"sixty choices":             oddForm("f", "", "<one/><many/><order/>", choices, `<select1 ref="/data/one">`+itemset+`</select1><select ref="/data/many">`+itemset+`</select><odk:rank xmlns:odk="http://www.opendatakit.org/xforms" ref="/data/order">`+itemset+`</odk:rank>`),
		"choices of odd values":     oddForm("f", "", "<one/><many/>", "", `<select1 ref="/data/one"><item><value>a b</value></item><item><value>-5</value></item><item><value>=1+1</value></item><item><value>007</value></item></select1><select ref="/data/many"><item><value>-1</value></item><item><value>x,y</value></item><item><value>é</value></item></select>`),
		"the elder way":             []byte(strings.Replace(string(oddForm("f", "", "<q/>", "", `<input ref="/data/q"/>`)), `<data id="f">`, `<data xmlns="http://example.org/old">`, 1)),
		"no meta at all":            []byte(strings.Replace(string(oddForm("f", "", "<q/>", "", `<input ref="/data/q"/>`)), `<orx:meta><orx:instanceID/></orx:meta>`, "", 1)),
		"a byte order mark":         append([]byte("\ufeff"), oddForm("f", "", "<q/>", "", `<input ref="/data/q"/>`)...),
		"nothing but a record":      oddForm("f", "", "", "", ""),
	}
	empty := newEmptyServer(t)
	for name, src := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(2) {
				outcome, _ := empty.travels(t, src, nil, "", seed)
				require.Equal(t, "answered", outcome)
			}
		})
	}
}
