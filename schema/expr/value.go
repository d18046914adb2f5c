package expr

import (
	"math"
	"strconv"
	"strings"
)

type valueKind uint8

const (
	kindText valueKind = iota
	kindNumber
	kindBool
	kindNodes
)

// Value is the result of an expression: a text, a number, a truth value or a set of nodes. The zero Value is the empty text.
type Value struct {
	kind  valueKind
	b     bool
	n     float64
	s     string
	nodes []Node
}

// Text returns a text value.
func Text(s string) Value { return Value{kind: kindText, s: s} }

// Number returns a number value.
func Number(n float64) Value { return Value{kind: kindNumber, n: n} }

// Bool returns a truth value.
func Bool(b bool) Value { return Value{kind: kindBool, b: b} }

func nodeset(nodes []Node) Value { return Value{kind: kindNodes, nodes: nodes} }

// Nodes returns the nodes of a set, in the order of the expression; false for another value. They stay valid until the
// machine evaluates again.
func (v Value) Nodes() ([]Node, bool) { return v.nodes, v.kind == kindNodes }

// IsNumber reports whether the value is a number, not a text or a node that could be read as one.
func (v Value) IsNumber() bool { return v.kind == kindNumber }

// IsBool reports whether the value is a truth value.
func (v Value) IsBool() bool { return v.kind == kindBool }

// String converts as string() does: the first node of a set, numbers without exponent.
func (v Value) String() string {
	switch v.kind {
	case kindNumber:
		return FormatNumber(v.n)
	case kindBool:
		if v.b {
			return "true"
		}
		return "false"
	case kindNodes:
		if len(v.nodes) == 0 {
			return ""
		}
		return v.nodes[0].Text()
	}
	return v.s
}

// True converts as conditions do: a set of one node is its value, an empty one false.
func (v Value) True() bool {
	switch v.kind {
	case kindNumber:
		return v.n != 0 && !math.IsNaN(v.n)
	case kindBool:
		return v.b
	case kindNodes:
		if len(v.nodes) != 1 {
			return len(v.nodes) > 0
		}
		return truth(v.nodes[0])
	}
	return v.s != ""
}

func truth(n Node) bool {
	s := n.Text()
	switch n.Sort() {
	case Figure:
		f, ok := ParseNumber(s)
		return ok && f != 0
	case Truth:
		return s == "true" || s == "1"
	case Complex:
		return true
	}
	return s != ""
}

// FormatNumber writes a number as XPath does: no exponent, no sign of zero, as many digits as tell it from its neighbours.
func FormatNumber(n float64) string {
	switch {
	case math.IsNaN(n):
		return "NaN"
	case math.IsInf(n, 1):
		return "Infinity"
	case math.IsInf(n, -1):
		return "-Infinity"
	case n == 0:
		return "0"
	case n == math.Trunc(n) && math.Abs(n) < 1<<53:
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// ParseNumber reads a number as XPath does: blanks around, a minus, digits with at most one point; no plus, no exponent.
func ParseNumber(s string) (float64, bool) {
	s = strings.Trim(s, " \t\r\n")
	digits, point, i := 0, false, 0
	if strings.HasPrefix(s, "-") {
		i = 1
	}
	whole := int64(0)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			whole = whole*10 + int64(c-'0')
			digits++
		case c == '.' && !point:
			point = true
		default:
			return math.NaN(), false
		}
	}
	if digits == 0 {
		return math.NaN(), false
	}
	if !point && digits <= 15 {
		if s[0] == '-' {
			return -float64(whole), true
		}
		return float64(whole), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && f == 0 {
		return math.NaN(), false
	}
	return f, true
}

// number converts as number() does; texts that are dates are days.
func (m *Machine) number(v Value) float64 {
	switch v.kind {
	case kindNumber:
		return v.n
	case kindBool:
		if v.b {
			return 1
		}
		return 0
	case kindNodes:
		if len(v.nodes) == 0 {
			return math.NaN()
		}
		return m.textNumber(v.nodes[0].Text())
	}
	return m.textNumber(v.s)
}

func (m *Machine) textNumber(s string) float64 {
	if s == "" {
		return math.NaN()
	}
	if f, ok := ParseNumber(s); ok {
		return f
	}
	if t, ok := m.parseDate(s); ok {
		return m.civilDays(t)
	}
	return math.NaN()
}
