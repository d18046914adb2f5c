// Package strictjson reads JSON without mercy and without reflection: what it accepts, every runtime reads alike.
// It refuses duplicate and case-variant keys, lone surrogates, raw control characters and numbers that are not safe
// integers, all of which the usual decoders let pass, each in its own way.
package strictjson

import (
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// MaxSafe is the greatest integer that a double holds exactly with all its neighbours.
const MaxSafe = 1<<53 - 1

// Reader reads one JSON text from front to back. The caller says what it expects; anything else is an error.
// Strings without escapes are slices of the text: nothing is copied.
type Reader struct {
	s    string
	pos  int
	op   string
	keys int // of one object at most
}

// New returns a reader of s for an operation named in errors. Code: bad-utf8.
func New(s, op string) (*Reader, error) {
	if !utf8.ValidString(s) {
		return nil, errs.New(errs.BadUTF8, op, "not UTF-8")
	}
	return &Reader{s: s, op: op, keys: limits.JSONKeys}, nil
}

// AllowKeys lets one object have up to n keys instead of limits.JSONKeys: for texts that are bounded otherwise.
func (r *Reader) AllowKeys(n int) { r.keys = n }

// Fail returns a malformed error that names the place but not what stands there.
func (r *Reader) Fail(what string) error { return r.FailCode(errs.Malformed, what) }

// FailCode is Fail with a code of the caller's.
func (r *Reader) FailCode(code errs.Code, what string) error {
	return errs.New(code, r.op, "byte %d: %s", r.pos, what)
}

func (r *Reader) space() {
	for r.pos < len(r.s) {
		switch r.s[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

// Peek returns the next byte that is no space, 0 at the end.
func (r *Reader) Peek() byte {
	r.space()
	if r.pos == len(r.s) {
		return 0
	}
	return r.s[r.pos]
}

func (r *Reader) expect(c byte, what string) error {
	if r.Peek() != c {
		return r.mismatch(what)
	}
	r.pos++
	return nil
}

// mismatch tells apart what is merely not expected here from what is nested too deeply to be read by anyone.
func (r *Reader) mismatch(what string) error {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	if deepest > limits.JSONDepth {
		return r.FailCode(errs.TooDeep, "nested too deeply")
	}
	return r.Fail("expected " + what)
}

// End expects the end of the text.
func (r *Reader) End() error {
	if r.Peek() != 0 || r.pos != len(r.s) {
		return r.mismatch("the end")
	}
	return nil
}

// Object reads an object, calling member for each key with the reader at its value.
func (r *Reader) Object(member func(key string) error) error {
	if err := r.expect('{', "an object"); err != nil {
		return err
	}
	if r.Peek() == '}' {
		r.pos++
		return nil
	}
	for n := 1; ; n++ {
		if n > r.keys {
			return r.FailCode(errs.Limit, "too many keys")
		}
		r.space()
		key, err := r.String()
		if err != nil {
			return err
		}
		if err := r.expect(':', "a colon"); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		switch r.Peek() {
		case ',':
			r.pos++
		case '}':
			r.pos++
			return nil
		default:
			return r.mismatch("a comma or the object's end")
		}
	}
}

// Array reads an array, calling element with the reader at each.
func (r *Reader) Array(element func() error) error {
	if err := r.expect('[', "an array"); err != nil {
		return err
	}
	if r.Peek() == ']' {
		r.pos++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch r.Peek() {
		case ',':
			r.pos++
		case ']':
			r.pos++
			return nil
		default:
			return r.mismatch("a comma or the array's end")
		}
	}
}

// Comma expects the comma between two elements of an array read element by element.
func (r *Reader) Comma() error { return r.expect(',', "a comma") }

// Open expects the start of an array read element by element.
func (r *Reader) Open() error { return r.expect('[', "an array") }

// Close expects its end.
func (r *Reader) Close() error { return r.expect(']', "the array's end") }

// Null consumes null where it stands next and says whether it did.
func (r *Reader) Null() bool {
	if r.Peek() == 'n' && strings.HasPrefix(r.s[r.pos:], "null") {
		r.pos += 4
		return true
	}
	return false
}

// Bool reads true or false.
func (r *Reader) Bool() (bool, error) {
	r.space()
	switch {
	case strings.HasPrefix(r.s[r.pos:], "true"):
		r.pos += 4
		return true, nil
	case strings.HasPrefix(r.s[r.pos:], "false"):
		r.pos += 5
		return false, nil
	}
	return false, r.mismatch("true or false")
}

// String reads a string. Codes: malformed, bad-utf8 (a lone surrogate).
func (r *Reader) String() (string, error) {
	if err := r.expect('"', "a string"); err != nil {
		return "", err
	}
	start := r.pos
	for i := start; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case c == '"':
			r.pos = i + 1
			return r.s[start:i], nil
		case c == '\\':
			return r.escaped(start, i)
		case c < 0x20:
			r.pos = i
			return "", r.Fail("a raw control character in a string")
		}
	}
	r.pos = len(r.s)
	return "", r.Fail("a string without end")
}

func (r *Reader) escaped(start, i int) (string, error) {
	b := append(make([]byte, 0, i-start+32), r.s[start:i]...)
	for i < len(r.s) {
		c := r.s[i]
		switch {
		case c == '"':
			r.pos = i + 1
			return string(b), nil
		case c < 0x20:
			r.pos = i
			return "", r.Fail("a raw control character in a string")
		case c != '\\':
			b = append(b, c)
			i++
			continue
		}
		r.pos = i
		if i+1 == len(r.s) {
			break
		}
		i += 2
		switch e := r.s[i-1]; e {
		case '"', '\\', '/':
			b = append(b, e)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			u, ok := hex4(r.s, i)
			if !ok {
				return "", r.Fail("an escape that is none")
			}
			i += 4
			if utf16.IsSurrogate(u) {
				low, ok := rune(0), i+1 < len(r.s) && r.s[i] == '\\' && r.s[i+1] == 'u'
				if ok {
					low, ok = hex4(r.s, i+2)
				}
				if u = utf16.DecodeRune(u, low); !ok || u == utf8.RuneError {
					return "", r.FailCode(errs.BadUTF8, "a lone surrogate")
				}
				i += 6
			}
			b = utf8.AppendRune(b, u)
		default:
			return "", r.Fail("an escape that is none")
		}
	}
	r.pos = len(r.s)
	return "", r.Fail("a string without end")
}

func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	var u rune
	for _, c := range []byte(s[i : i+4]) {
		u <<= 4
		switch {
		case '0' <= c && c <= '9':
			u |= rune(c - '0')
		case 'a' <= c && c <= 'f':
			u |= rune(c-'a') + 10
		case 'A' <= c && c <= 'F':
			u |= rune(c-'A') + 10
		default:
			return 0, false
		}
	}
	return u, true
}

// Int reads an integer between -MaxSafe and MaxSafe, written without fraction, exponent, leading zeros or "-0".
// Codes: malformed, unsafe-number.
func (r *Reader) Int() (int64, error) {
	r.space()
	i := r.pos
	negative := i < len(r.s) && r.s[i] == '-'
	if negative {
		i++
	}
	digits := i
	var n uint64
	for i < len(r.s) && '0' <= r.s[i] && r.s[i] <= '9' {
		if n <= math.MaxUint64/10-1 {
			n = n*10 + uint64(r.s[i]-'0')
		} else {
			n = math.MaxUint64 // stays too great however many digits follow
		}
		i++
	}
	switch {
	case i == digits:
		return 0, r.mismatch("a number")
	case r.s[digits] == '0' && i > digits+1:
		return 0, r.Fail("a number with a leading zero")
	case i < len(r.s) && (r.s[i] == '.' || r.s[i] == 'e' || r.s[i] == 'E'), n > MaxSafe, negative && n == 0:
		return 0, r.FailCode(errs.UnsafeNumber, "not a safe integer")
	}
	r.pos = i
	if negative {
		return -int64(n), nil
	}
	return int64(n), nil
}

// Uint reads an integer between 0 and MaxSafe.
func (r *Reader) Uint() (uint64, error) {
	n, err := r.Int()
	if err == nil && n < 0 {
		err = r.Fail("a negative number")
	}
	return uint64(n), err
}

// CaseVariants reports whether two of keys differ only in the case of ASCII letters. Equal keys are the caller's to find.
func CaseVariants(keys func(yield func(key string) bool)) bool {
	upper := false
	for key := range keys {
		if upper = hasUpper(key); upper {
			break
		}
	}
	if !upper {
		return false
	}
	seen := make(map[string]struct{})
	for key := range keys {
		low := strings.Map(func(c rune) rune {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			return c
		}, key)
		if _, twice := seen[low]; twice {
			return true
		}
		seen[low] = struct{}{}
	}
	return false
}

func hasUpper(s string) bool {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

// Raw reads one value of any kind, nested at most limits.JSONDepth, and returns its text.
func (r *Reader) Raw() (string, error) {
	r.space()
	start := r.pos
	if err := r.skip(0); err != nil {
		return "", err
	}
	return r.s[start:r.pos], nil
}

func (r *Reader) skip(depth int) error {
	if depth > limits.JSONDepth {
		return r.FailCode(errs.TooDeep, "nested too deeply")
	}
	switch c := r.Peek(); {
	case c == '{':
		return r.Object(func(string) error { return r.skip(depth + 1) })
	case c == '[':
		return r.Array(func() error { return r.skip(depth + 1) })
	case c == '"':
		_, err := r.String()
		return err
	case c == 't' || c == 'f':
		_, err := r.Bool()
		return err
	case r.Null():
		return nil
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	return r.mismatch("a value")
}

// number passes over a number of any size, which Raw hands on unread.
func (r *Reader) number() error {
	digits := func() bool {
		from := r.pos
		for r.pos < len(r.s) && '0' <= r.s[r.pos] && r.s[r.pos] <= '9' {
			r.pos++
		}
		return r.pos > from
	}
	if r.s[r.pos] == '-' {
		r.pos++
	}
	ok := digits()
	if ok && r.pos < len(r.s) && r.s[r.pos] == '.' {
		r.pos++
		ok = digits()
	}
	if ok && r.pos < len(r.s) && (r.s[r.pos] == 'e' || r.s[r.pos] == 'E') {
		if r.pos++; r.pos < len(r.s) && (r.s[r.pos] == '+' || r.s[r.pos] == '-') {
			r.pos++
		}
		ok = digits()
	}
	if !ok {
		return r.Fail("a number that is none")
	}
	return nil
}
