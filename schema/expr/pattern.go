package expr

import (
	"regexp"
	"strconv"
	"strings"

	"ruhu/internal/limits"
)

// pattern is a compiled regular expression that must match the whole of a text.
type pattern struct{ re *regexp.Regexp }

// compile translates a pattern of Java's syntax into one that is matched in linear time. What cannot be (looking ahead and
// back, references to groups, atoms, intersections of classes) is Unsupported.
func compile(src string) (*pattern, *Error) {
	if len(src) > limits.ExpressionPattern {
		return nil, faultf(Limit, 0, "regex", "正则表达式超过 %d 字节", "the pattern is longer than %d bytes", limits.ExpressionPattern)
	}
	t := translator{src: src}
	t.run()
	if t.bad != nil {
		return nil, t.bad
	}
	re, err := regexp.Compile(`\A(?:` + t.out.String() + `)\z`)
	if err != nil {
		return nil, fault(Unsupported, 0, "regex", "正则表达式有误或无法使用", "the pattern of regex() is wrong or cannot be used")
	}
	return &pattern{re}, nil
}

func fnRegex(m *Machine, c *call) Value {
	s := m.text(c, 0)
	re := c.re
	if re == nil {
		src := m.text(c, 1)
		if m.err != nil {
			return Value{}
		}
		re = m.patterns[src]
		if re == nil {
			m.step(200 + 10*len(src))
			made, err := compile(src)
			if err != nil {
				err.Pos = c.pos
				return m.fail(err)
			}
			if m.patterns == nil || len(m.patterns) > 32 {
				m.patterns = map[string]*pattern{}
			}
			m.patterns[src] = made
			re = made
		}
	}
	m.step(1 + len(s)*(1+len(re.re.String())/64))
	if m.err != nil {
		return Value{}
	}
	return Bool(re.re.MatchString(s))
}

type translator struct {
	src string
	i   int
	out strings.Builder
	bad *Error
}

func (t *translator) unsupported(what string) {
	if t.bad == nil {
		t.bad = faultf(Unsupported, 0, "regex", "正则表达式使用了不支持的 %s", "the pattern of regex() uses %s, which is not supported", what)
	}
	t.i = len(t.src)
}

func (t *translator) has(s string) bool { return strings.HasPrefix(t.src[t.i:], s) }

func (t *translator) put(from string, to string) {
	t.out.WriteString(to)
	t.i += len(from)
}

func (t *translator) run() {
	quantified := false
	for t.i < len(t.src) {
		c := t.src[t.i]
		was := quantified
		quantified = false
		switch {
		case c == '\\':
			t.escape(false)
		case c == '[':
			t.class()
		case t.has("(?<=") || t.has("(?<!") || t.has("(?=") || t.has("(?!"):
			t.unsupported("(?= (?! (?<= (?<!")
		case t.has("(?>"):
			t.unsupported("(?>")
		case c == '+' && was:
			t.unsupported("++")
		case c == '*' || c == '+' || c == '?':
			quantified = !was
			t.put(string(c), string(c))
		case c == '{':
			quantified = true
			if strings.HasPrefix(t.src[t.i:], "{,") {
				t.put("{", "{0")
				break
			}
			t.put("{", "{")
		case c == '}':
			quantified = true
			t.put("}", "}")
		case isDigit(c) || c == ',':
			t.put(string(c), string(c))
		default:
			t.out.WriteByte(c)
			t.i++
		}
	}
}

// escape translates what begins with a backslash; in says that it stands in a class.
func (t *translator) escape(in bool) {
	if t.i+1 == len(t.src) {
		t.unsupported(`\`)
		return
	}
	c := t.src[t.i+1]
	two := t.src[t.i : t.i+2]
	bracketed := func(set string) {
		if in {
			t.put(two, set)
		} else {
			t.put(two, "["+set+"]")
		}
	}
	switch {
	case c == 'Q':
		rest := t.src[t.i+2:]
		words, _, found := strings.Cut(rest, `\E`)
		t.out.WriteString(regexp.QuoteMeta(words))
		t.i += 2 + len(words)
		if found {
			t.i += 2
		}
	case c == 'E':
		t.i += 2
	case c == 'u':
		t.code(2, 4)
	case c == 'x' && !t.has(`\x{`):
		t.code(2, 2)
	case c == 's':
		bracketed(`\t\n\x0B\f\r `)
	case c == 'h':
		bracketed(`\t \x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`)
	case c == 'v':
		bracketed(`\n\x0B\f\r\x{85}\x{2028}\x{2029}`)
	case c == 'S' && !in:
		t.put(two, `[^\t\n\x0B\f\r ]`)
	case c == 'H' && !in:
		t.put(two, `[^\t \x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]`)
	case c == 'V' && !in:
		t.put(two, `[^\n\x0B\f\r\x{85}\x{2028}\x{2029}]`)
	case c == 'R' && !in:
		t.put(two, `(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`)
	case c == 'e':
		t.put(two, `\x1B`)
	case c == 'Z' && !in:
		t.put(two, `(?:\r?\n)?\z`)
	case c == 'G' || c == 'k' || c == 'X' || c >= '1' && c <= '9' && !in:
		t.unsupported(two)
	case c == '0':
		n, k := 0, t.i+2
		for k < len(t.src) && k < t.i+5 && t.src[k] >= '0' && t.src[k] <= '7' && n*8 < 256 {
			n = n*8 + int(t.src[k]-'0')
			k++
		}
		t.put(t.src[t.i:k], `\x{`+strconv.FormatInt(int64(n), 16)+`}`)
	case c == 'c':
		if t.i+2 == len(t.src) {
			t.unsupported(`\c`)
			return
		}
		t.put(t.src[t.i:t.i+3], `\x{`+strconv.FormatInt(int64(t.src[t.i+2]^64), 16)+`}`)
	case c == 'p' || c == 'P':
		t.property(c == 'P', in)
	case c < 0x80 && !isLetter(c) && !isDigit(c):
		t.put(two, two)
	case c >= 0x80:
		t.i++
	default:
		t.put(two, two)
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// code translates an escape with a fixed number of hex digits.
func (t *translator) code(skip, n int) {
	if t.i+skip+n > len(t.src) {
		t.unsupported(t.src[t.i : t.i+skip])
		return
	}
	hex := t.src[t.i+skip : t.i+skip+n]
	if _, err := strconv.ParseUint(hex, 16, 32); err != nil {
		t.unsupported(t.src[t.i : t.i+skip])
		return
	}
	t.put(t.src[t.i:t.i+skip+n], `\x{`+hex+`}`)
}

// posix are the classes that Java writes \p{Name}.
var posix = map[string]string{
	"Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit", "Alnum": "alnum", "Punct": "punct",
	"Graph": "graph", "Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit", "Space": "space",
}

// binaries are Java's names of Unicode's binary properties that are general categories here.
var binaries = map[string]string{
	"Alphabetic": "L", "Letter": "L", "Lowercase": "Ll", "Uppercase": "Lu", "Digit": "Nd", "Punctuation": "P", "White_Space": "Z", "Ideographic": "Han",
}

func (t *translator) property(not, in bool) {
	mark := t.src[t.i : t.i+2]
	rest := t.src[t.i+2:]
	if rest == "" {
		t.unsupported(mark)
		return
	}
	if rest[0] != '{' {
		t.put(mark+rest[:1], mark+rest[:1])
		return
	}
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		t.unsupported(mark)
		return
	}
	name := rest[1:end]
	whole := mark + rest[:end+1]
	if class, ok := posix[name]; ok {
		sign := ""
		if not {
			sign = "^"
		}
		to := "[:" + sign + class + ":]"
		if !in {
			to = "[" + to + "]"
		}
		t.put(whole, to)
		return
	}
	for _, prefix := range []string{"Is", "script=", "sc=", "general_category=", "gc="} {
		name = strings.TrimPrefix(name, prefix)
	}
	if b, ok := binaries[name]; ok {
		name = b
	}
	if strings.HasPrefix(name, "In") || strings.HasPrefix(name, "java") {
		t.unsupported(`\p{` + name[:2] + "…}")
		return
	}
	t.put(whole, mark+"{"+name+"}")
}

// class translates a bracket expression.
func (t *translator) class() {
	t.put("[", "[")
	if t.has("^") {
		t.put("^", "^")
	}
	if t.has("]") { // Java would end an empty class here; both mean the sign when it stands first
		t.put("]", `\]`)
	}
	for t.i < len(t.src) {
		switch c := t.src[t.i]; {
		case c == ']':
			t.put("]", "]")
			return
		case t.has("&&"):
			t.unsupported("[…&&…]")
		case c == '[':
			t.unsupported("[…[…]]")
		case c == '\\':
			t.escape(true)
		default:
			t.out.WriteByte(c)
			t.i++
		}
	}
}
