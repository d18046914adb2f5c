package xlsform

import (
	"strings"

	"ruhu/internal/limits"
)

// xmlWriter writes a document with two blanks an inner level; words are written as they are.
type xmlWriter struct {
	b     strings.Builder
	depth int
	full  bool // the form is larger than any that is read; the rest is left out
}

// room reports whether the form is still small enough to be read.
func (w *xmlWriter) room() bool {
	w.full = w.full || w.b.Len() > limits.XMLBytes
	return !w.full
}

func (w *xmlWriter) indent() {
	for range w.depth {
		w.b.WriteString("  ")
	}
}

// tag writes <name k="v"…; attributes with an empty key are left out.
func (w *xmlWriter) tag(name string, attrs [][2]string) {
	w.b.WriteByte('<')
	w.b.WriteString(name)
	for _, a := range attrs {
		if a[0] == "" {
			continue
		}
		w.b.WriteByte(' ')
		w.b.WriteString(a[0])
		w.b.WriteString(`="`)
		w.b.WriteString(escaped(a[1]))
		w.b.WriteByte('"')
	}
}

func (w *xmlWriter) open(name string, attrs ...[2]string) {
	if !w.room() {
		return
	}
	w.indent()
	w.tag(name, attrs)
	w.b.WriteString(">\n")
	w.depth++
}

func (w *xmlWriter) close(name string) {
	if !w.room() {
		return
	}
	w.depth--
	w.indent()
	w.b.WriteString("</" + name + ">\n")
}

func (w *xmlWriter) empty(name string, attrs ...[2]string) {
	if !w.room() {
		return
	}
	w.indent()
	w.tag(name, attrs)
	w.b.WriteString("/>\n")
}

// words writes an element that holds text; parts that are expressions become <output>.
func (w *xmlWriter) words(name string, parts []part, attrs ...[2]string) {
	if !w.room() {
		return
	}
	w.indent()
	w.tag(name, attrs)
	if len(parts) == 0 {
		w.b.WriteString("/>\n")
		return
	}
	w.b.WriteByte('>')
	for _, p := range parts {
		if p.output {
			w.b.WriteString(`<output value="` + escaped(p.text) + `"/>`)
		} else {
			w.b.WriteString(escapedText(p.text))
		}
	}
	w.b.WriteString("</" + name + ">\n")
}

// escapedText writes text between tags: line breaks stay as they are.
func escapedText(s string) string {
	if !strings.ContainsAny(s, "\n\t\"") {
		return escaped(s)
	}
	var b strings.Builder
	for i, piece := range strings.Split(s, "\"") {
		if i > 0 {
			b.WriteByte('"')
		}
		for len(piece) > 0 {
			n := strings.IndexAny(piece, "\n\t")
			if n < 0 {
				b.WriteString(escaped(piece))
				break
			}
			b.WriteString(escaped(piece[:n]))
			b.WriteByte(piece[n])
			piece = piece[n+1:]
		}
	}
	return b.String()
}

// part is a run of words, or an expression whose result is shown.
type part struct {
	text   string
	output bool
}

// parts takes words apart: ${references} and instance() expressions are shown as results.
func (c *converter) parts(text string, from *element) []part {
	if text == "" || !c.xml.room() {
		return nil
	}
	if text == "-" || !strings.Contains(text, "${") && !strings.Contains(text, "instance(") {
		return []part{{text: text}}
	}
	var out []part
	say := func(s string) {
		if s != "" {
			out = append(out, part{text: s})
		}
	}
	plain := func(s string) {
		list, _ := references(s)
		where := surveyed(s)
		at := 0
		for _, ref := range list {
			say(s[at:ref.start])
			out = append(out, part{c.pathFor(where, ref, from, inside{}), true})
			at = ref.end
		}
		say(s[at:])
	}
	at := 0
	for _, span := range instanceSpans(text) {
		plain(text[at:span[0]])
		out = append(out, part{c.resolve(text[span[0]:span[1]], from, inside{}), true})
		at = span[1]
	}
	plain(text[at:])
	return out
}
