package expr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ruhu/internal/limits"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenNumber
	tokenText
	tokenVariable
	tokenOperator // or and = != < <= > >= + - * div mod |
	tokenSign     // ( ) [ ] , / // . .. @ ::
	tokenStar     // the name test *
)

type token struct {
	kind   tokenKind
	pos    int
	text   string // names with their prefix, operators, signs, the words of a text
	number float64
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// nameRune reports whether a rune may stand in a name; first is stricter.
func nameRune(r rune, first bool) bool {
	if r == '_' || unicode.IsLetter(r) {
		return true
	}
	return !first && (r == '-' || r == '.' || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
}

// lexer cuts an expression into tokens. As XPath has it, a star or one of the words and, or, div, mod is an operator
// where an operand has just ended, and a name elsewhere.
type lexer struct {
	src    string
	pos    int
	before token // the last token
}

func (l *lexer) operand() bool {
	switch l.before.kind {
	case tokenName, tokenNumber, tokenText, tokenVariable, tokenStar:
		return true
	case tokenSign:
		switch l.before.text {
		case ")", "]", ".", "..":
			return true
		}
	}
	return false
}

func (l *lexer) next() (token, *Error) {
	t, err := l.read()
	l.before = t
	return t, err
}

func (l *lexer) read() (token, *Error) {
	for l.pos < len(l.src) && isSpace(l.src[l.pos]) {
		l.pos++
	}
	t := token{pos: l.pos}
	if l.pos == len(l.src) {
		return t, nil
	}
	c := l.src[l.pos]
	switch {
	case c == '\'' || c == '"':
		end := strings.IndexByte(l.src[l.pos+1:], c)
		if end < 0 {
			return t, fault(Syntax, l.pos, "", "引号没有配对", "a quote is not closed")
		}
		t.kind, t.text = tokenText, l.src[l.pos+1:l.pos+1+end]
		l.pos += end + 2
		return t, nil
	case isDigit(c), c == '.' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]):
		return l.number(t)
	case c == '$':
		l.pos++
		name, ok := l.name()
		if !ok {
			return t, fault(Syntax, t.pos, "", "$ 之后应为变量名", "a variable's name is missing after $")
		}
		t.kind, t.text = tokenVariable, name
		return t, nil
	}
	if n := signAt(l.src[l.pos:]); n > 0 {
		t.text = l.src[l.pos : l.pos+n]
		l.pos += n
		switch {
		case t.text == "*" && !l.operand():
			t.kind = tokenStar
		case strings.Contains("=!=<=>=+-*|", t.text):
			t.kind = tokenOperator
		default:
			t.kind = tokenSign
		}
		return t, nil
	}
	name, ok := l.name()
	if !ok {
		r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
		return t, faultf(Syntax, l.pos, "", "有无法识别的字符 %q", "%q cannot stand in an expression", r)
	}
	t.kind, t.text = tokenName, name
	if l.operand() {
		switch name {
		case "and", "or", "div", "mod":
			t.kind = tokenOperator
		}
	}
	return t, nil
}

// signAt returns the length of the operator or sign that s begins with, 0 for none.
func signAt(s string) int {
	if len(s) > 1 {
		switch s[:2] {
		case "!=", "<=", ">=", "//", "..", "::":
			return 2
		}
	}
	if strings.IndexByte("()[],/.@=<>+-*|", s[0]) >= 0 {
		return 1
	}
	return 0
}

func (l *lexer) number(t token) (token, *Error) {
	from := l.pos
	for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
		l.pos++
	}
	if l.pos < len(l.src) && l.src[l.pos] == '.' {
		l.pos++
		for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
			l.pos++
		}
	}
	v, err := strconv.ParseFloat(l.src[from:l.pos], 64)
	if err != nil && v == 0 {
		return t, fault(Syntax, from, "", "数字无法识别", "a number cannot be read")
	}
	t.kind, t.number = tokenNumber, v
	return t, nil
}

// name reads a name, "prefix:name" or "prefix:*".
func (l *lexer) name() (string, bool) {
	from := l.pos
	if !l.part() {
		return "", false
	}
	if l.pos+1 < len(l.src) && l.src[l.pos] == ':' && l.src[l.pos+1] != ':' {
		mark := l.pos
		l.pos++
		switch {
		case l.src[l.pos] == '*':
			l.pos++
		case !l.part():
			l.pos = mark
		}
	}
	if l.pos-from > limits.IDBytes*2 {
		l.pos = from
		return "", false
	}
	return l.src[from:l.pos], true
}

func (l *lexer) part() bool {
	from := l.pos
	for l.pos < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if r == utf8.RuneError && n < 2 || !nameRune(r, l.pos == from) {
			break
		}
		l.pos += n
	}
	return l.pos > from
}

// local returns a name without its prefix.
func local(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
