// Package xmlread is the one door by which XML from outside comes in: a token loop with caps on bytes, depth, nodes
// and attributes. DOCTYPE, other directives and processing instructions are refused, so nothing outside the bytes is
// ever asked for and no entity grows. What is refused is named by line and code; the words of a document never
// stand in an error.
package xmlread

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"ruhu/internal/limits"
)

// The codes of a refusal.
const (
	NotXML    = "xml"
	Doctype   = "doctype"
	ProcInst  = "processing-instruction"
	TooLarge  = "too-large"
	TooDeep   = "too-deep"
	TooMany   = "too-many"
	NotUTF8   = "encoding"
	TwoRoots  = "two-roots"
	StrayText = "stray-text"
)

// Error says why a document is not read, and where.
type Error struct {
	Code string
	Line int
	Msg  string
}

// Error returns "line 3: message".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Msg
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Msg)
}

// Limits are the caps of one kind of document.
type Limits struct {
	Bytes, Depth, Nodes, Attributes int
}

// FormLimits are those of forms.
var FormLimits = Limits{Bytes: limits.XMLBytes, Depth: limits.XMLDepth, Nodes: limits.XMLNodes, Attributes: limits.XMLAttributes}

// Visitor is told of the document's parts in order. Text comes only from inside the root; it must be copied to be kept.
type Visitor interface {
	Start(e xml.StartElement, at Place)
	End(at Place)
	Text(words []byte)
}

// Place is where a token stands in the bytes.
type Place struct {
	Line       int
	Start, End int64 // offsets of the token's first byte and of the byte after it; equal for the end of an empty-element tag
}

var bom = []byte("\xef\xbb\xbf")

// Read takes a document apart. A byte order mark of UTF-8 is skipped; other encodings are refused, because every client
// reads UTF-8 whatever a document declares.
func Read(src []byte, most Limits, v Visitor) error {
	if len(src) > most.Bytes {
		return &Error{Code: TooLarge, Msg: fmt.Sprintf("%d bytes; at most %d are read", len(src), most.Bytes)}
	}
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return &Error{Code: NotUTF8, Line: 1, Msg: "the file is written in UTF-16; save it as UTF-8"}
	}
	if at := crowded(src, most.Attributes); at >= 0 {
		return &Error{Code: TooMany, Line: 1 + bytes.Count(src[:at], []byte("\n")), Msg: fmt.Sprintf("more than %d attributes of one element", most.Attributes)}
	}
	skip := int64(0)
	if bytes.HasPrefix(src, bom) {
		skip = int64(len(bom))
	}
	l := loop{d: xml.NewDecoder(bytes.NewReader(src[skip:])), most: most, v: v, skip: skip}
	l.d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if ascii(src) && !strings.HasPrefix(strings.ToLower(charset), "utf-16") && !strings.HasPrefix(strings.ToLower(charset), "utf-32") {
			return in, nil
		}
		switch strings.ToLower(charset) {
		case "utf-8", "utf8":
			return in, nil
		}
		return nil, errCharset
	}
	for {
		more, err := l.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if !l.rooted {
		return &Error{Code: NotXML, Line: 1, Msg: "the file is empty"}
	}
	return nil
}

var errCharset = errors.New("the declared encoding is not UTF-8; save the file as UTF-8")

type loop struct {
	d            *xml.Decoder
	most         Limits
	v            Visitor
	skip         int64
	depth, nodes int
	rooted       bool
}

// next reads one token; false at the end.
func (l *loop) next() (bool, error) {
	at := Place{Start: l.d.InputOffset() + l.skip}
	at.Line, _ = l.d.InputPos()
	token, err := l.d.Token()
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		at.Line, _ = l.d.InputPos()
		return false, asError(at.Line, err)
	}
	at.End = l.d.InputOffset() + l.skip
	if l.nodes++; l.nodes > l.most.Nodes {
		return false, l.tooMany(at.Line)
	}
	switch t := token.(type) {
	case xml.Directive:
		return false, &Error{Code: Doctype, Line: at.Line, Msg: "a DOCTYPE or another directive is not allowed"}
	case xml.ProcInst:
		if t.Target != "xml" || at.Start != l.skip {
			return false, &Error{Code: ProcInst, Line: at.Line, Msg: "a processing instruction is not allowed"}
		}
	case xml.StartElement:
		if err := l.start(t, at); err != nil {
			return false, err
		}
	case xml.EndElement:
		l.depth--
		l.v.End(at)
	case xml.CharData:
		switch {
		case l.depth > 0:
			l.v.Text(t)
		case len(bytes.TrimSpace(t)) > 0:
			return false, &Error{Code: StrayText, Line: at.Line, Msg: "text outside the root element"}
		}
	}
	return true, nil
}

func (l *loop) start(t xml.StartElement, at Place) error {
	if l.depth++; l.depth > l.most.Depth {
		return &Error{Code: TooDeep, Line: at.Line, Msg: fmt.Sprintf("elements are nested deeper than %d", l.most.Depth)}
	}
	if l.rooted && l.depth == 1 {
		return &Error{Code: TwoRoots, Line: at.Line, Msg: "a second root element"}
	}
	l.rooted = true
	if l.nodes += len(t.Attr); l.nodes > l.most.Nodes || len(t.Attr) > l.most.Attributes {
		return l.tooMany(at.Line)
	}
	for i, a := range t.Attr {
		for _, b := range t.Attr[:i] {
			if a.Name == b.Name {
				return &Error{Code: NotXML, Line: at.Line, Msg: "an attribute stands twice in one element"}
			}
		}
	}
	l.v.Start(t, at)
	return nil
}

func (l *loop) tooMany(line int) error {
	return &Error{Code: TooMany, Line: line, Msg: fmt.Sprintf("more than %d elements, attributes and texts, or more than %d attributes of one element", l.most.Nodes, l.most.Attributes)}
}

// asError names what the decoder found without repeating long words of the document.
func asError(line int, err error) error {
	if errors.Is(err, errCharset) {
		return &Error{Code: NotUTF8, Line: line, Msg: errCharset.Error()}
	}
	why := err.Error()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		why = syntax.Msg
	}
	if strings.Contains(why, "entity") {
		why = "an entity that XML does not have" // the decoder repeats what stands behind the "&", which may be an answer
	}
	const shown = 200
	if len(why) > shown {
		why = strings.ToValidUTF8(why[:shown], "") + "…"
	}
	return &Error{Code: NotXML, Line: line, Msg: why}
}

func ascii(src []byte) bool {
	for _, c := range src {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
