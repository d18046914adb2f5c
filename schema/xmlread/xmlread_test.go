package xmlread_test

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xmlread"
)

// log writes down what it is told.
type log struct {
	src  string
	b    strings.Builder
	open int
}

func (l *log) Start(e xml.StartElement, at xmlread.Place) {
	l.open++
	l.b.WriteString("<" + e.Name.Local)
	if !strings.HasPrefix(l.src[at.Start:at.End], "<") || !strings.HasSuffix(l.src[at.Start:at.End], ">") {
		l.b.WriteString("?")
	}
}

func (l *log) End(at xmlread.Place) {
	l.open--
	l.b.WriteString(">")
}

func (l *log) Text(words []byte) { l.b.Write(words) }

var small = xmlread.Limits{Bytes: 4096, Depth: 4, Nodes: 40, Attributes: 3}

func TestADocumentIsToldInOrder(t *testing.T) {
	for src, want := range map[string]string{
		`<a>x<b y="1"/>z</a>`: "<ax<b>z>",
		"\ufeff<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a><![CDATA[<&]]>&lt;&#20013;</a>\n": "<a<&<中>",
		`<?xml version="1.0" encoding="GBK"?><a/>`:                                                    "<a>",
		`<a><!-- '"<b x="1" y="2" z="3" w="4"> --><![CDATA[<c x="1" y="2" z="3" w="4">]]></a>`:        `<a<c x="1" y="2" z="3" w="4">>`,
		`<x:a xmlns:x="u"/>`: "<a>",
	} {
		l := &log{src: src}
		require.NoError(t, xmlread.Read([]byte(src), small, l), src)
		require.Equal(t, want, l.b.String())
		require.Zero(t, l.open)
	}
}

func TestWhatIsRefusedIsNamed(t *testing.T) {
	for src, code := range map[string]string{
		"":                                 xmlread.NotXML,
		"<a>":                              xmlread.NotXML,
		"<a></b>":                          xmlread.NotXML,
		"<a b='1' b='2'/>":                 xmlread.NotXML,
		"<a>&secret;</a>":                  xmlread.NotXML,
		"<a>\x01</a>":                      xmlread.NotXML,
		"<a>\xff</a>":                      xmlread.NotXML,
		"<a>\ufffe</a>":                    xmlread.NotXML,
		"<!DOCTYPE a><a/>":                 xmlread.Doctype,
		"<a><!ENTITY x 'y'></a>":           xmlread.Doctype,
		"<?go?><a/>":                       xmlread.ProcInst,
		"<a/><?xml version='1.0'?>":        xmlread.ProcInst,
		" <?xml version='1.0'?><a/>":       xmlread.ProcInst,
		"<a><b><c><d><e/></d></c></b></a>": xmlread.TooDeep,
		"<a>" + strings.Repeat("<b/>", 40) + "</a>": xmlread.TooMany,
		`<a b="" c="" d="" e=""/>`:                  xmlread.TooMany,
		strings.Repeat(" ", 5000):                   xmlread.TooLarge,
		"<a/><b/>":                                  xmlread.TwoRoots,
		"<a/>x":                                     xmlread.StrayText,
		"\xff\xfe<\x00a\x00/\x00>\x00":              xmlread.NotUTF8,
		`<?xml version="1.0" encoding="GBK"?><a>` + "\xd6\xd0" + `</a>`: xmlread.NotUTF8,
		`<?xml version="1.0" encoding="UTF-16"?><a/>`:                   xmlread.NotUTF8,
	} {
		err := xmlread.Read([]byte(src), small, &log{src: src})
		var x *xmlread.Error
		require.True(t, errors.As(err, &x), "%q: %v", src, err)
		require.Equal(t, code, x.Code, "%q: %v", src, err)
		require.NotContains(t, err.Error(), "secret")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<?xml version='1.0'?><a b="c">d<e/><!-- f --></a>`))
	f.Fuzz(func(t *testing.T, src []byte) {
		l := &log{src: string(src)}
		if xmlread.Read(src, small, l) == nil {
			require.Zero(t, l.open)
			require.NotContains(t, l.b.String(), "?\x00")
		}
	})
}
