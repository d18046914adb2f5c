package xform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
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

var bom = []byte("\xef\xbb\xbf")

// parse reads the document in one token loop with caps on bytes, depth and nodes. DOCTYPE and processing
// instructions are refused, so nothing outside the bytes is ever asked for.
func parse(src []byte) (*element, []schema.Fault) {
	if len(src) > limits.XMLBytes {
		return nil, []schema.Fault{faultTooLarge(len(src))}
	}
	skip := int64(0)
	if bytes.HasPrefix(src, bom) {
		skip = int64(len(bom))
	}
	d := xml.NewDecoder(bytes.NewReader(src[skip:]))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-8", "utf8", "us-ascii":
			return in, nil
		}
		return nil, errors.New("encoding " + charset + " is not UTF-8")
	}
	var root, at *element
	depth, nodes := 0, 0
	for {
		start := d.InputOffset()
		line, _ := d.InputPos()
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ = d.InputPos()
			return nil, []schema.Fault{faultXML(line, err)}
		}
		if nodes++; nodes > limits.XMLNodes {
			return nil, []schema.Fault{faultTooMany(line)}
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, []schema.Fault{faultDoctype(line)}
		case xml.ProcInst:
			if t.Target != "xml" || root != nil {
				return nil, []schema.Fault{faultProcInst(line, t.Target)}
			}
		case xml.StartElement:
			if depth++; depth > limits.XMLDepth {
				return nil, []schema.Fault{faultTooDeep(line)}
			}
			if root != nil && at == nil {
				return nil, []schema.Fault{faultXML(line, errors.New("a second root element"))}
			}
			if nodes += len(t.Attr); nodes > limits.XMLNodes || len(t.Attr) > limits.XMLAttributes {
				return nil, []schema.Fault{faultTooMany(line)}
			}
			e := &element{space: t.Name.Space, name: t.Name.Local, attrs: append([]xml.Attr(nil), t.Attr...), line: line, parent: at,
				start: start + skip, open: d.InputOffset() + skip}
			if twice := doubled(e.attrs); twice != "" {
				return nil, []schema.Fault{faultXML(line, errors.New("attribute "+twice+" stands twice"))}
			}
			if at == nil {
				root = e
			} else {
				at.children = append(at.children, content{element: e})
			}
			at = e
		case xml.EndElement:
			at.shut, at.end = start+skip, d.InputOffset()+skip
			at = at.parent
			depth--
		case xml.CharData:
			switch {
			case at != nil:
				at.children = append(at.children, content{text: string(t)})
			case len(bytes.TrimSpace(t)) > 0:
				return nil, []schema.Fault{faultXML(line, errors.New("text outside the root element"))}
			}
		}
	}
	if root == nil {
		return nil, []schema.Fault{faultXML(1, errors.New("the file is empty"))}
	}
	return root, nil
}

func doubled(attrs []xml.Attr) string {
	for i, a := range attrs {
		for _, b := range attrs[:i] {
			if a.Name == b.Name {
				return a.Name.Local
			}
		}
	}
	return ""
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
func (e *element) leaf() bool { return len(e.elements("")) == 0 }

// text returns the element's words, computed parts as ${expression}, outer blanks removed.
func (e *element) text() string {
	if e == nil {
		return ""
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
