package export

import (
	"io"
	"strings"
	"unicode/utf8"
)

// csvSink writes RFC 4180 rows.
type csvSink struct {
	w     io.Writer
	buf   []byte
	begun bool // the row has a cell
}

const csvBuffer = 64 << 10

func newCSV(w io.Writer) *csvSink { return &csvSink{w: w, buf: make([]byte, 0, csvBuffer+8<<10)} }

// bom tells Excel that the file is UTF-8.
const bom = "\ufeff"

func (c *csvSink) header(t *Table) error {
	c.buf = append(c.buf, bom...)
	for i := range t.Columns {
		c.text(t.Columns[i].Name)
	}
	return c.end()
}

func (c *csvSink) comma() {
	if c.begun {
		c.buf = append(c.buf, ',')
	}
	c.begun = true
}

func (c *csvSink) blank() { c.comma() }

func (c *csvSink) number(s string) {
	c.comma()
	c.buf = append(c.buf, s...)
}

// text writes a cell of words. One that a spreadsheet would take for a formula gets an apostrophe before it; digits that it
// would take for a number are quoted, which says text to those programs that ask.
func (c *csvSink) text(s string) {
	c.comma()
	if formula(s) {
		c.buf = append(c.buf, `"'`...)
		c.quoted(s)
		return
	}
	if !needsQuotes(s) {
		c.buf = append(c.buf, s...)
		return
	}
	c.buf = append(c.buf, '"')
	c.quoted(s)
}

func (c *csvSink) quoted(s string) {
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		c.buf = append(c.buf, s[:i+1]...)
		c.buf = append(c.buf, '"')
		s = s[i+1:]
	}
	c.buf = append(c.buf, s...)
	c.buf = append(c.buf, '"')
}

func (c *csvSink) end() error {
	c.buf = append(c.buf, '\r', '\n')
	c.begun = false
	if len(c.buf) >= csvBuffer {
		return c.flush()
	}
	return nil
}

func (c *csvSink) flush() error {
	_, err := c.w.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}

func needsQuotes(s string) bool {
	digits := s != ""
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == ',' || b == '"' || b == '\r' || b == '\n':
			return true
		case b < '0' || b > '9':
			digits = false
		}
	}
	return digits || s != "" && (s[0] == ' ' || s[len(s)-1] == ' ')
}

// formula reports whether a spreadsheet might run the text: = + - @ and their full-width forms, tab and line breaks, at the
// start or behind white space.
func formula(s string) bool {
	if figures(s) {
		return false
	}
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		switch r {
		case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
			return true
		case ' ', '\u00a0', '\u3000', '\u200b', '\ufeff':
			s = s[n:]
		default:
			return false
		}
	}
	return false
}

// figures reports whether a text is numbers only, as points and traces are ("-12.5 45.6 0 0;…"): each minus stands before a
// number of its own, so there is nothing to compute.
func figures(s string) bool {
	if s == "" || s[len(s)-1] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '.':
		case c == '-' && (i == 0 || s[i-1] == ' ' || s[i-1] == ';') && s[i+1] >= '0' && s[i+1] <= '9':
		case (c == ' ' || c == ';') && i > 0:
		default:
			return false
		}
	}
	return true
}
