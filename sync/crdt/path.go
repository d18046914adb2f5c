package crdt

import (
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Path is where in a record something lies: segments joined by "/", each a name and, in a repeat, the id of a row:
//
//	path    = segment *( "/" segment )
//	segment = name [ "[" row "]" ]
//	name    = an XML NCName; the first may be preceded by "@", which makes the path the record's own
//	row     = 1*64( A-Z a-z 0-9 "_" "-" "." ":" )
//
// A path whose last segment has a row id names that row; any other names a value.
type Path string

// ParsePath checks s against the grammar and the limits. Codes: malformed, limit.
func ParsePath(s string) (Path, error) {
	const op = "path"
	if len(s) > limits.PathBytes {
		return "", errs.New(errs.Limit, op, "%d bytes, at most %d", len(s), limits.PathBytes)
	}
	segments, rows := 0, 0
	rest := strings.TrimPrefix(s, "@")
	for {
		n := nameLen(rest)
		if n == 0 {
			return "", errs.New(errs.Malformed, op, "a segment has no name")
		}
		segments++
		rest = rest[n:]
		if rest != "" && rest[0] == '[' {
			n = rowIDLen(rest[1:])
			if n == 0 || n > 64 || len(rest) < n+2 || rest[n+1] != ']' {
				return "", errs.New(errs.Malformed, op, "a row id is not right")
			}
			rows++
			rest = rest[n+2:]
		}
		if rest == "" {
			break
		}
		if rest[0] != '/' {
			return "", errs.New(errs.Malformed, op, "a character that no path holds")
		}
		rest = rest[1:]
	}
	if segments > limits.PathSegments || rows > limits.PathRows {
		return "", errs.New(errs.Limit, op, "nested deeper than %d segments or %d rows", limits.PathSegments, limits.PathRows)
	}
	return Path(s), nil
}

// IsRow reports whether p names a row rather than a value.
func (p Path) IsRow() bool { return strings.HasSuffix(string(p), "]") }

// IsRecord reports whether p belongs to the record itself ("@status") and not to its answers.
func (p Path) IsRecord() bool { return strings.HasPrefix(string(p), "@") }

// Row splits a row's path: "a[r1]/b[r2]" is row "r2" of repeat "a[r1]/b". Both are empty where p is no row.
func (p Path) Row() (repeat, id string) {
	s := string(p)
	if !p.IsRow() {
		return "", ""
	}
	i := strings.LastIndexByte(s, '[')
	return s[:i], s[i+1 : len(s)-1]
}

// Question returns p without row ids: the name of the question in the form.
func (p Path) Question() string {
	s := string(p)
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '[')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+strings.IndexByte(s[i:], ']')+1:]
	}
}

// EnclosingRows yields the rows p lies below, outermost first; p itself is not among them.
func (p Path) EnclosingRows(yield func(row string) bool) {
	s := string(p)
	for i := 0; i < len(s)-1; {
		j := strings.IndexByte(s[i:len(s)-1], ']')
		if j < 0 {
			return
		}
		i += j + 1
		if !yield(s[:i]) {
			return
		}
	}
}

// covers reports whether path lies at or below prefix. A prefix segment without a row id stands for all rows:
// "members/note" covers "members[r1]/note" of every row, also of rows that arrive later.
func covers(prefix, path string) bool {
	for {
		var a, b string
		var more bool
		a, prefix, more = strings.Cut(prefix, "/")
		b, path, _ = strings.Cut(path, "/")
		if a != b {
			i := strings.IndexByte(b, '[')
			if i < 0 || a != b[:i] {
				return false
			}
		}
		if !more {
			return true
		}
		if path == "" {
			return false
		}
	}
}

func rowIDLen(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '.', c == ':':
		default:
			return i
		}
	}
	return len(s)
}

// nameLen returns how many bytes of s form an NCName of XML 1.0 (fifth edition). Its fixed ranges, unlike
// Unicode categories, are the same in every runtime and year.
func nameLen(s string) int {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
			if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '-' || c == '.')) {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !nameStart(r) && (i == 0 || !nameRest(r)) {
			return i
		}
		i += n
	}
	return len(s)
}

func nameStart(r rune) bool {
	return r >= 0xC0 && r <= 0xD6 || r >= 0xD8 && r <= 0xF6 || r >= 0xF8 && r <= 0x2FF || r >= 0x370 && r <= 0x37D ||
		r >= 0x37F && r <= 0x1FFF || r >= 0x200C && r <= 0x200D || r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF ||
		r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r < 0xFFFD || r >= 0x10000 && r <= 0xEFFFF
}

func nameRest(r rune) bool {
	return r == 0xB7 || r >= 0x300 && r <= 0x36F || r >= 0x203F && r <= 0x2040
}
