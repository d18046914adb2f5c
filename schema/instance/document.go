// Package instance turns what OpenRosa clients send into values by path and back: the XML of one filled-in form. It
// knows forms, not records: rows get ids here, and what becomes of values is the caller's business. Reading is hostile
// work and bounded; a value that does not fit its question is kept as it was sent, and a node the form does not know is
// kept under its path.
package instance

import (
	"encoding/xml"
	"slices"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema/xmlread"
)

// Head is what a submission says of itself, whatever form it belongs to.
type Head struct {
	FormID, Version string // attributes of the root; Version "" where it names none
	Root            string // the root element's name
	InstanceID      string // "" where it has none
	DeprecatedID    string // the instanceID this one replaces
	InstanceName    string
	Encrypted       bool   // an envelope: the answers are in EncryptedFile
	EncryptedKey    string // base64EncryptedKey
	EncryptedFile   string // encryptedXmlFile
	Media           []string
}

// Document is a submission taken apart once; Head and Read look at it as often as they like.
type Document struct {
	head Head
	root *element
}

// Head returns what the submission says of itself.
func (d *Document) Head() Head { return d.head }

// Peek returns what a submission says of itself. The error is submission-unreadable and names the line, never an answer.
func Peek(src []byte) (Head, error) {
	d, err := Open(src)
	if err != nil {
		return Head{}, err
	}
	return d.head, nil
}

// Limits are the caps of a submission's XML.
var submissionLimits = xmlread.Limits{Bytes: limits.SubmissionBytes, Depth: limits.XMLDepth, Nodes: limits.SubmissionNodes, Attributes: limits.XMLAttributes}

// Open takes a submission apart. The error is submission-unreadable.
func Open(src []byte) (*Document, error) {
	const op = "read submission"
	b := builder{}
	if err := xmlread.Read(src, submissionLimits, &b); err != nil {
		return nil, refused(op, err)
	}
	d := &Document{root: b.root}
	if err := d.readHead(); err != nil {
		return nil, refused(op, err)
	}
	return d, nil
}

func refused(op string, err error) error {
	return errs.New(errs.SubmissionUnreadable, op, "%s", err.Error())
}

func (d *Document) readHead() error {
	h, root := &d.head, d.root
	h.Root = root.name
	h.FormID = strings.TrimSpace(root.attr("id"))
	if h.FormID == "" { // the elder way: the namespace is the id
		h.FormID = strings.TrimSpace(root.attr("xmlns"))
	}
	if h.FormID == "" {
		return &xmlread.Error{Code: "root", Line: root.line, Msg: "the root element has no id attribute: this is not a submission of a form"}
	}
	h.Version = strings.TrimSpace(root.attr("version"))
	meta := func(name string) string {
		for _, c := range root.kids {
			if c.name == "meta" {
				if e := c.child(name); e != nil {
					return strings.TrimSpace(e.text)
				}
			}
		}
		if e := root.child(name); e != nil && name != "instanceName" {
			return strings.TrimSpace(e.text)
		}
		return ""
	}
	h.InstanceID, h.DeprecatedID, h.InstanceName = meta("instanceID"), meta("deprecatedID"), meta("instanceName")
	if h.InstanceID == "" {
		h.InstanceID = strings.TrimSpace(root.attr("instanceID"))
	}
	for _, id := range []string{h.InstanceID, h.DeprecatedID} {
		if utf8.RuneCountInString(id) > limits.InstanceIDChars || strings.ContainsAny(id, "\n\t") {
			return &xmlread.Error{Code: "instance-id", Line: root.line, Msg: "the instanceID or deprecatedID is longer than 249 characters, or has a line break"}
		}
	}
	d.readEnvelope()
	return nil
}

// readEnvelope recognises an encrypted submission by its attribute or by its parts.
func (d *Document) readEnvelope() {
	h, root := &d.head, d.root
	key, file := root.child("base64EncryptedKey"), root.child("encryptedXmlFile")
	h.Encrypted = strings.EqualFold(strings.TrimSpace(root.attr("encrypted")), "yes") || key != nil && file != nil
	if !h.Encrypted {
		return
	}
	if key != nil {
		h.EncryptedKey = strings.TrimSpace(key.text)
	}
	if file != nil {
		h.EncryptedFile = strings.TrimSpace(file.text)
	}
	for _, m := range root.kids {
		if m.name != "media" {
			continue
		}
		for _, f := range m.kids {
			if name := strings.TrimSpace(f.text); f.name == "file" && name != "" && !slices.Contains(h.Media, name) {
				h.Media = append(h.Media, name)
			}
		}
	}
}

// element is one element of a submission.
type element struct {
	name  string // local name: prefixes differ between clients
	attrs []xml.Attr
	text  string // its own words, without those of its children
	kids  []*element
	line  int
}

func (e *element) child(name string) *element {
	for _, c := range e.kids {
		if c.name == name {
			return c
		}
	}
	return nil
}

// attr returns an attribute by its local name; one without a namespace comes first.
func (e *element) attr(name string) string {
	found := ""
	for _, a := range e.attrs {
		if a.Name.Local != name || a.Name.Space == "xmlns" {
			continue
		}
		if a.Name.Space == "" {
			return a.Value
		}
		found = a.Value
	}
	return found
}

// builder makes the tree out of the tokens.
type builder struct {
	root  *element
	stack []*element
	words [][]byte // the text gathered of each open element
}

// Start opens an element.
func (b *builder) Start(t xml.StartElement, at xmlread.Place) {
	e := &element{name: t.Name.Local, line: at.Line}
	if len(t.Attr) > 0 {
		e.attrs = t.Attr
	}
	if len(b.stack) == 0 {
		b.root = e
	} else {
		top := b.stack[len(b.stack)-1]
		top.kids = append(top.kids, e)
	}
	b.stack = append(b.stack, e)
	if len(b.words) < len(b.stack) {
		b.words = append(b.words, nil)
	}
	b.words[len(b.stack)-1] = b.words[len(b.stack)-1][:0]
}

// End closes the element opened last.
func (b *builder) End(xmlread.Place) {
	top := len(b.stack) - 1
	b.stack[top].text = string(b.words[top])
	b.stack = b.stack[:top]
}

// Text gathers words of the element opened last.
func (b *builder) Text(words []byte) {
	top := len(b.stack) - 1
	b.words[top] = append(b.words[top], words...)
}
