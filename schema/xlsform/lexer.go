package xlsform

import "strings"

// tokenKind is a kind of word in an expression, as far as a form's words need telling apart.
type tokenKind byte

const (
	tokOther     tokenKind = iota
	tokDate                // a date, a time or both
	tokNumber              //
	tokMath                // * + - mod div
	tokUnion               // |
	tokClose               // )
	tokPath                // /
	tokLiteral             // 'words'
	tokSpace               //
	tokRef                 // ${name}
	tokCall                // name(
	tokPredicate           // name[
	tokEnd                 // ]
	tokName                //
)

type token struct {
	kind       tokenKind
	start, end int
}

// tokens takes words apart the way pyxform does where it asks whether a default is an expression, and where an
// instance() expression in a label ends. It is no parser: any text has tokens.
func tokens(s string) []token {
	var list []token
	for i := 0; i < len(s); {
		kind, n := tokenAt(s[i:])
		list = append(list, token{kind, i, i + n})
		i += n
	}
	return list
}

func tokenAt(s string) (tokenKind, int) {
	if n := dateAt(s); n > 0 {
		return tokDate, n
	}
	if n := timeAt(s); n > 0 {
		return tokDate, n
	}
	if n := numberAt(s); n > 0 {
		return tokNumber, n
	}
	c := s[0]
	switch {
	case c == '*' || c == '+' || c == '-':
		return tokMath, 1
	case strings.HasPrefix(s, " mod ") || strings.HasPrefix(s, " div "):
		return tokMath, 5
	case strings.HasPrefix(s, " and "):
		return tokOther, 5
	case strings.HasPrefix(s, " or "):
		return tokOther, 4
	case c == '|':
		return tokUnion, 1
	case c == ')':
		return tokClose, 1
	case c == '/':
		return tokPath, 1
	case c == '\'' || c == '"':
		if end := strings.IndexByte(s[1:], c); end >= 0 {
			return tokLiteral, end + 2
		}
		return tokOther, 1
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return tokSpace, len(s) - len(strings.TrimLeft(s, " \t\r\n"))
	case c == '$':
		if r, n := referenceAt(s); r.name != "" {
			return tokRef, n
		}
		return tokOther, 1
	case c == ']':
		return tokEnd, 1
	}
	n := prefixedAt(s)
	switch {
	case n == 0:
		for i := range s[1:] {
			return tokOther, i + 1
		}
		return tokOther, 1
	case n < len(s) && s[n] == '(':
		return tokCall, n + 1
	case n < len(s) && s[n] == '[':
		return tokPredicate, n + 1
	case strings.HasPrefix(s[n:], "://"):
		return tokOther, n + 3
	}
	return tokName, n
}

// digits reports whether s has n digits at i.
func digits(s string, i, n int) bool {
	if len(s) < i+n {
		return false
	}
	for _, c := range []byte(s[i : i+n]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func dateAt(s string) int {
	i := 0
	if s[0] == '-' {
		i = 1
	}
	if !digits(s, i, 4) || !digits(s, i+5, 2) || !digits(s, i+8, 2) || s[i+4] != '-' || s[i+7] != '-' {
		return 0
	}
	n := i + 10
	if n < len(s) && s[n] == 'T' {
		if m := timeAt(s[n+1:]); m > 0 {
			return n + 1 + m
		}
	}
	return n
}

func timeAt(s string) int {
	if !digits(s, 0, 2) || !digits(s, 3, 2) || !digits(s, 6, 2) || s[2] != ':' || s[5] != ':' {
		return 0
	}
	rest := s[8:]
	switch {
	case strings.HasPrefix(rest, "Z"):
		return 9
	case len(rest) >= 6 && (rest[0] == '+' || rest[0] == '-') && digits(rest, 1, 2) && rest[3] == ':' && digits(rest, 4, 2):
		return 14
	}
	return 8
}

func numberAt(s string) int {
	i := 0
	if s[0] == '-' {
		i = 1
	}
	whole := i
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	whole = i - whole
	if i < len(s) && s[i] == '.' {
		part := i + 1
		for part < len(s) && s[part] >= '0' && s[part] <= '9' {
			part++
		}
		if whole > 0 || part > i+1 {
			return part
		}
		return 0
	}
	if whole == 0 {
		return 0
	}
	return i
}

// dynamic reports whether a default is worked out when the form opens rather than written into it: it holds arithmetic,
// a reference or a call. Of a type whose values have hyphens, a hyphen is none.
func dynamic(value, questionType string) bool {
	hyphens := false
	switch questionType {
	case "date", "dateTime", "geopoint", "geotrace", "geoshape":
		hyphens = true
	}
	for _, t := range tokens(value) {
		switch t.kind {
		case tokMath:
			if hyphens && value[t.start:t.end] == "-" {
				return false
			}
			return true
		case tokUnion, tokRef, tokCall:
			return true
		}
	}
	return false
}

// instanceSpans returns where the instance() expressions in a label stand: begin and end of each. A path goes on to the
// next blank outside of a predicate.
func instanceSpans(s string) [][2]int {
	if !strings.Contains(s, "instance(") {
		return nil
	}
	var spans [][2]int
	const outside, inCall, inPath, inPredicate, afterPredicate = 0, 1, 2, 3, 4
	state, depth, start, end := outside, 0, 0, 0
	for _, t := range tokens(s) {
		keep := true
		switch state {
		case outside:
			keep = false
			if t.kind == tokCall && s[t.start:t.end] == "instance(" {
				state, start, end = inCall, t.start, t.end
			}
			continue
		case inCall:
			switch t.kind {
			case tokLiteral, tokClose:
			case tokPath:
				state = inPath
			default:
				keep = false
			}
		case inPath:
			switch t.kind {
			case tokSpace:
				keep = false
			case tokPredicate:
				state, depth = inPredicate, 1
			}
		case inPredicate:
			switch t.kind {
			case tokPredicate:
				depth++
			case tokEnd:
				if depth--; depth == 0 {
					state = afterPredicate
				}
			}
		case afterPredicate:
			keep = t.kind == tokPath
			state = inPath
		}
		if keep {
			end = t.end
			continue
		}
		spans = append(spans, [2]int{start, end})
		state = outside
	}
	if state != outside {
		spans = append(spans, [2]int{start, end})
	}
	return spans
}
