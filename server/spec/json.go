package spec

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Number is a JSON number.
type Number struct {
	Value   float64
	Integer bool
}

// Member is one member of an Object.
type Member struct {
	Name  string
	Value any
}

// Object is a JSON object in the order it was written.
type Object []Member

// Get returns a member's value.
func (o Object) Get(name string) (any, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// DecodeStrict reads one JSON value: nil, bool, string, Number, []any or Object. What the standard decoder would
// silently repair is refused: bad UTF-8, lone surrogates, a key that stands twice or differs in case only, integers
// past 2^53, depth, bytes behind the value. Code: bad-request.
func DecodeStrict(body []byte) (any, error) {
	const op = "read JSON body"
	if !utf8.Valid(body) {
		return nil, errs.New(errs.BadRequest, op, "not valid UTF-8")
	}
	if loneSurrogate(body) {
		return nil, errs.New(errs.BadRequest, op, "a lone surrogate")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	value, err := decodeValue(dec, 0)
	if err != nil {
		return nil, errs.WrapCode(errs.BadRequest, op, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errs.New(errs.BadRequest, op, "bytes behind the value")
	}
	return value, nil
}

func decodeValue(dec *json.Decoder, depth int) (any, error) {
	const op = ""
	if depth > limits.JSONDepth {
		return nil, errs.New(errs.BadRequest, op, "nested too deeply")
	}
	token, err := dec.Token()
	if err != nil {
		return nil, errs.New(errs.BadRequest, op, "not JSON at byte %d", dec.InputOffset())
	}
	switch t := token.(type) {
	case json.Number:
		return decodeNumber(t)
	case json.Delim:
		if t == '[' {
			list := []any{}
			for dec.More() {
				v, err := decodeValue(dec, depth+1)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			return list, endOf(dec)
		}
		return decodeObject(dec, depth)
	}
	return token, nil
}

func decodeObject(dec *json.Decoder, depth int) (any, error) {
	obj := Object{}
	seen := map[string]struct{}{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, errs.New(errs.BadRequest, "", "not JSON at byte %d", dec.InputOffset())
		}
		name, _ := token.(string)
		folded := strings.ToLower(name)
		if _, twice := seen[folded]; twice {
			return nil, errs.New(errs.BadRequest, "", "a key stands twice")
		}
		if len(seen) >= limits.JSONKeys {
			return nil, errs.New(errs.BadRequest, "", "more than %d keys", limits.JSONKeys)
		}
		seen[folded] = struct{}{}
		v, err := decodeValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		obj = append(obj, Member{Name: name, Value: v})
	}
	return obj, endOf(dec)
}

func endOf(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return errs.New(errs.BadRequest, "", "not JSON at byte %d", dec.InputOffset())
	}
	return nil
}

func decodeNumber(n json.Number) (any, error) {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return nil, errs.New(errs.BadRequest, "", "a number is out of range")
	}
	if strings.ContainsAny(n.String(), ".eE") {
		return Number{Value: f}, nil
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || i > 1<<53 || i < -1<<53 {
		return nil, errs.New(errs.BadRequest, "", "an integer is past 2^53")
	}
	return Number{Value: f, Integer: true}, nil
}

// loneSurrogate reports a \ud800..\udfff escape that is not half of a pair; the standard decoder turns it into U+FFFD.
func loneSurrogate(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if b[i+1] != 'u' {
			i++
			continue
		}
		hi := hex4(b[i+2:])
		i += 5
		if hi < 0xD800 || hi > 0xDFFF {
			continue
		}
		if hi > 0xDBFF || len(b) < i+7 || b[i+1] != '\\' || b[i+2] != 'u' {
			return true
		}
		if lo := hex4(b[i+3:]); lo < 0xDC00 || lo > 0xDFFF {
			return true
		}
		i += 6
	}
	return false
}

func hex4(b []byte) int {
	if len(b) < 4 {
		return -1
	}
	n := 0
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}
