package xform

import (
	"encoding/xml"
	"slices"
	"strings"

	"ruhu/schema"
	"ruhu/schema/xmlread"
)

// element is one element of the document with its place in the bytes, so that faults name a line and a derived
// form can be made by inserting, without writing the document anew.
type element struct {
	space, name string // namespace URI (or the prefix where it is not declared), local name
	attrs       []xml.Attr
	line        int
	children    []content
	parent      *element

	start, open int64 // offsets of "<" and of the byte after the start tag
	shut, end   int64 // offsets of the end tag's "<" and of the byte after it; equal for an empty-element tag
}

// content is an element or a piece of text.
type content struct {
	element *element
	text    string
}

// parse reads the document into elements; see package xmlread for what is refused.
func parse(src []byte) (*element, []schema.Fault) {
	b := builder{}
	if err := xmlread.Read(src, xmlread.FormLimits, &b); err != nil {
		return nil, []schema.Fault{faultRead(err)}
	}
	return b.root, nil
}

// builder makes elements out of the tokens.
type builder struct {
	root, at *element
}

// Start opens an element.
func (b *builder) Start(t xml.StartElement, at xmlread.Place) {
	e := &element{space: t.Name.Space, name: t.Name.Local, attrs: t.Attr, line: at.Line, parent: b.at, start: at.Start, open: at.End}
	if b.at == nil {
		b.root = e
	} else {
		b.at.children = append(b.at.children, content{element: e})
	}
	b.at = e
}

// End closes the element opened last.
func (b *builder) End(at xmlread.Place) {
	b.at.shut, b.at.end = at.Start, at.End
	b.at = b.at.parent
}

// Text adds words to the element opened last.
func (b *builder) Text(words []byte) {
	b.at.children = append(b.at.children, content{text: string(words)})
}

// elements returns the child elements, optionally only those with a local name.
func (e *element) elements(name string) []*element {
	if e == nil {
		return nil
	}
	var list []*element
	for _, c := range e.children {
		if c.element != nil && (name == "" || c.element.name == name) {
			list = append(list, c.element)
		}
	}
	return list
}

// child returns the first child element with a local name, or nil.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.element != nil && c.element.name == name {
			return c.element
		}
	}
	return nil
}

// leaf reports whether the element has no child elements.
func (e *element) leaf() bool {
	return !slices.ContainsFunc(e.children, func(c content) bool { return c.element != nil })
}

// text returns the element's words, computed parts as ${expression}, outer blanks removed.
func (e *element) text() string {
	if e == nil {
		return ""
	}
	if len(e.children) == 1 && e.children[0].element == nil {
		return strings.TrimSpace(e.children[0].text)
	}
	var b strings.Builder
	e.write(&b)
	return strings.TrimSpace(b.String())
}

func (e *element) write(b *strings.Builder) {
	for _, c := range e.children {
		switch {
		case c.element == nil:
			b.WriteString(c.text)
		case c.element.name == "output":
			expr := c.element.attr("value")
			if expr == "" {
				expr = c.element.attr("ref")
			}
			b.WriteString("${" + strings.TrimSpace(expr) + "}")
		default:
			c.element.write(b)
		}
	}
}

// The namespaces whose attributes mean something, with the prefix they are known by where a form forgets to declare it.
const (
	nsJavaRosa = "http://openrosa.org/javarosa"
	nsOpenRosa = "http://openrosa.org/xforms"
	nsODK      = "http://www.opendatakit.org/xforms"
	nsEntities = "http://www.opendatakit.org/xforms/entities"
	nsXForms   = "http://www.w3.org/2002/xforms"
)

var prefixes = map[string]string{nsJavaRosa: "jr", nsOpenRosa: "orx", nsODK: "odk", nsEntities: "entities"}

func sameSpace(space, want string) bool {
	return strings.TrimSuffix(space, "/") == want || want != "" && space == prefixes[want]
}

// attr returns an attribute without a namespace.
func (e *element) attr(name string) string {
	v, _ := e.attrNS("", name)
	return v
}

// attrNS returns an attribute of a namespace and whether it is there.
func (e *element) attrNS(space, name string) (string, bool) {
	for _, a := range e.attrs {
		if a.Name.Local == name && sameSpace(a.Name.Space, space) {
			return a.Value, true
		}
	}
	return "", false
}

func (e *element) attrOf(space, name string) string {
	v, _ := e.attrNS(space, name)
	return v
}
