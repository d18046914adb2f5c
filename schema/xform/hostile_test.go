package xform_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema/xform"
)

const (
	mostTime   = 2 * time.Second
	mostMemory = 256 << 20
)

// TestTheWorstFormsTakeTwoSecondsAtMost gives the reader forms that are as large as they may be and shaped to cost.
func TestTheWorstFormsTakeTwoSecondsAtMost(t *testing.T) {
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "#", "%[1]d"), i)
		}
		return b.String()
	}
	fill := func(part string) string { return strings.Repeat(part, (limits.XMLBytes-2000)/len(part)) }
	long := strings.Repeat("(1+", limits.ExpressionDepth-4) + "1" + strings.Repeat(")", limits.ExpressionDepth-4)
	for name, src := range map[string]string{
		"attributes":              `<a ` + fill(`a="" `) + "/>",
		"elements":                "<a>" + fill("<b/>") + "</a>",
		"open elements":           fill("<a>"),
		"text":                    small("<q>"+fill("x")+"</q>", "", ""),
		"numeric entities":        small("<q>"+fill("&#65;")+"</q>", "", ""),
		"comments":                small("<q/>"+fill("<!---->"), "", ""),
		"entity bomb":             `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`,
		"nodes":                   small(each(limits.FormNodes-10, "<n#/>"), "", ""),
		"rows of the record":      small(strings.Repeat("<r><a/></r>", 60_000), "", ""),
		"groups within groups":    small(strings.Repeat("<g>", 24)+each(500, "<n#/>")+strings.Repeat("</g>", 24), "", ""),
		"binds of nothing":        small("<q/>", each(60_000, `<bind nodeset="/data/no#"/>`), ""),
		"ten thousand faults":     small("<q/>", each(10_000, `<bind nodeset="/data/q" calculate="nope#(1"/>`), each(10_000, `<input ref="/data/no#"/>`)),
		"a chain of calculations": small(each(9000, "<n#/>"), each(8999, `<bind nodeset="/data/n#" calculate="/data/n# + sum(/data/*)"/>`), ""),
		"everybody needs all":     small(each(300, "<n#/>"), each(300, `<bind nodeset="/data/n#" calculate="`+strings.Repeat("/data/n1+", 300)+`1"/>`), ""),
		"long expressions":        small(each(2000, "<n#/>"), each(2000, `<bind nodeset="/data/n#" relevant="`+long+`"/>`), ""),
		"one long expression":     small("<q/>", `<bind nodeset="/data/q" relevant="`+fill("1+")+`1"/>`, ""),
		"texts":                   small("<q/>", "<itext>"+each(60, `<translation lang="l#">`+each(600, `<text id="t#"><value>x</value></text>`)+"</translation>")+"</itext>", ""),
		"choices":                 small("<q/>", `<instance id="i"><root>`+strings.Repeat("<item><name>a</name></item>", 90_000)+`</root></instance>`, `<select ref="/data/q"><itemset nodeset="instance('i')/root/item"><value ref="name"/></itemset></select>`),
		"one list asked often": small(each(2000, "<n#/>"), `<instance id="i"><root>`+strings.Repeat("<item><name>a</name></item>", 40_000)+`</root></instance>`,
			each(2000, `<select1 ref="/data/n#"><itemset nodeset="instance('i')/root/item[name = /data/n1]"><value ref="name"/></itemset></select1>`)),
		"instances":        small("<q/>", each(20_000, `<instance id="i#"><root><item/></root></instance>`), ""),
		"entities":         small(each(2000, `<g#><meta><entity dataset="d"/></meta></g#>`), each(2000, `<bind nodeset="/data/g#/x" entities:saveto="p#"/>`), ""),
		"actions":          small("<q/>", strings.Repeat(`<setvalue ref="/data/q" event="x" value="1"/>`, 60_000), ""),
		"repeats":          small(each(4000, `<r#><a/></r#>`), "", each(4000, `<repeat nodeset="/data/r#"><input ref="a"/></repeat>`)),
		"pulldata":         small("<q/>", `<bind nodeset="/data/q" calculate="concat(`+strings.Repeat("pulldata('a','b','c','d'),", 300)+`1)"/>`, ""),
		"many pulldata":    small(each(5000, "<n#/>"), each(5000, `<bind nodeset="/data/n#" calculate="pulldata('f#', 'b', 'c', 'd')"/>`), ""),
		"computed labels":  small("<q/>", "", `<input ref="/data/q"><label>`+fill(`<output value="/data/q"/>`)[:2<<20-2<<20%25]+`</label></input>`),
		"asked many times": small("<q/>", "", strings.Repeat(`<input ref="/data/q"/>`, 60_000)),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		from := time.Now()
		form, faults, err := xform.Read([]byte(src))
		took := time.Since(from)
		runtime.ReadMemStats(&after)
		require.Less(t, took, mostTime, name)
		// Everything ever allocated, which is more than was ever held at once.
		if spent := after.TotalAlloc - before.TotalAlloc; spent > mostMemory {
			t.Errorf("%s: %d MB, %d ms", name, spent>>20, took.Milliseconds())
		}
		require.LessOrEqual(t, len(faults), 1000, name)
		if err != nil {
			require.Nil(t, form, name)
			require.Equal(t, errs.FormFaults, errs.CodeOf(err), name)
			require.Less(t, len(err.Error()), 8192, name)
		}
		if testing.Verbose() {
			t.Logf("%-24s %4d ms %4d MB allocated, %d faults", name, took.Milliseconds(), (after.TotalAlloc-before.TotalAlloc)>>20, len(faults))
		}
	}
}
