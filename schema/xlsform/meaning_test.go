package xlsform_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// element is an element with namespaces resolved.
type element struct {
	name     string // {uri}local, the uri left out where it is XForms' own
	attrs    map[string]string
	children []any // *element or string
}

func (e *element) child(name string) *element {
	for _, c := range e.children {
		if x, ok := c.(*element); ok && x.name == name {
			return x
		}
	}
	return &element{}
}

func (e *element) elements() []*element {
	var list []*element
	for _, c := range e.children {
		if x, ok := c.(*element); ok {
			list = append(list, x)
		}
	}
	return list
}

var short = map[string]string{
	"http://www.w3.org/2002/xforms": "", "http://www.w3.org/1999/xhtml": "h:", "http://openrosa.org/javarosa": "jr:",
	"http://openrosa.org/xforms": "orx:", "http://www.opendatakit.org/xforms": "odk:", "http://www.opendatakit.org/xforms/entities": "entities:", "": "",
}

func shortName(n xml.Name) string {
	if s, ok := short[n.Space]; ok {
		return s + n.Local
	}
	return "{" + n.Space + "}" + n.Local
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func parse(t testing.TB, src []byte) *element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(src))
	var stack []*element
	top := &element{}
	stack = append(stack, top)
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		at := stack[len(stack)-1]
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: shortName(x.Name), attrs: map[string]string{}}
			for _, a := range x.Attr {
				if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
					if len(stack) > 1 {
						e.attrs["xmlns"] = a.Value
					}
					continue
				}
				e.attrs[shortName(a.Name)] = squeeze(a.Value)
			}
			at.children = append(at.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if s := squeeze(string(x)); s != "" {
				at.children = append(at.children, s)
			}
		}
	}
	return top.children[0].(*element)
}

func (e *element) attributes() string {
	var list []string
	for k, v := range e.attrs {
		list = append(list, k+"="+v)
	}
	sort.Strings(list)
	return "[" + strings.Join(list, " | ") + "]"
}

// text is an element's words with what is computed in them.
func (e *element) text() string {
	var b []string
	for _, c := range e.children {
		if s, ok := c.(string); ok {
			b = append(b, s)
		} else if x := c.(*element); x.name == "output" {
			b = append(b, "<"+x.attrs["value"]+">")
		}
	}
	return strings.Join(b, " ")
}

// tree lists an element and what is in it, in order, as path-like lines.
func (e *element) tree(prefix string, out *[]string) {
	at := prefix + "/" + e.name
	line := at + " " + e.attributes()
	if s := e.text(); s != "" {
		line += " " + s
	}
	*out = append(*out, line)
	for _, c := range e.elements() {
		if c.name != "output" {
			c.tree(at, out)
		}
	}
}

// meaning lists what a form means: order of attributes and of binds, prefixes and blanks do not count; the order of nodes,
// choices and controls does.
func meaning(t testing.TB, src []byte) []string {
	t.Helper()
	var out []string
	html := parse(t, src)
	head, body := html.child("h:head"), html.child("h:body")
	model := head.child("model")
	out = append(out, "title "+head.child("h:title").text(), "model "+model.attributes())
	instances, binds := 0, map[string]bool{}
	for _, e := range model.elements() {
		switch e.name {
		case "itext":
			for _, tr := range e.elements() {
				out = append(out, "language "+tr.attributes())
				for _, text := range tr.elements() {
					for _, v := range text.elements() {
						out = append(out, "text "+tr.attrs["lang"]+" "+text.attrs["id"]+" "+v.attributes()+" "+v.text())
					}
				}
			}
		case "instance":
			if instances++; instances == 1 {
				var lines []string
				e.tree("", &lines)
				for i, l := range lines {
					out = append(out, "instance "+pad(i)+" "+l)
				}
				continue
			}
			id := e.attrs["id"]
			require.False(t, binds["instance "+id], "instance %s twice", id)
			binds["instance "+id] = true
			items := 0
			out = append(out, "list "+e.attributes())
			for _, root := range e.elements() {
				for _, item := range root.elements() {
					items++
					for _, f := range item.elements() {
						out = append(out, "list "+id+" "+pad(items)+" "+f.name+" "+f.text())
					}
				}
			}
		case "bind":
			require.False(t, binds[e.attrs["nodeset"]], "bind %s twice", e.attrs["nodeset"])
			binds[e.attrs["nodeset"]] = true
			out = append(out, "bind "+e.attributes())
		default:
			out = append(out, "action "+e.name+" "+e.attributes())
		}
	}
	sort.Strings(out)
	var lines []string
	body.tree("", &lines)
	for i, l := range lines {
		out = append(out, "body "+pad(i)+" "+l)
	}
	return out
}

func pad(i int) string {
	s := "0000" + itoa(i)
	return s[len(s)-5:]
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + string(rune('0'+i%10))
}

// differences lists what stands in one list only.
func differences(want, got []string) []string {
	count := map[string]int{}
	for _, l := range want {
		count[l]++
	}
	for _, l := range got {
		count[l]--
	}
	var out []string
	for l, n := range count {
		switch {
		case n > 0:
			out = append(out, "- "+l)
		case n < 0:
			out = append(out, "+ "+l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i][2:] < out[j][2:] })
	return out
}
