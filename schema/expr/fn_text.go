package expr

import (
	"strings"
	"unicode/utf8"

	"ruhu/internal/limits"
)

// own evaluates the one argument as a text, or takes the context node's where there is none.
func (m *Machine) own(c *call) string {
	if len(c.args) > 0 {
		return m.text(c, 0)
	}
	if m.at == nil {
		return ""
	}
	return m.at.Text()
}

func fnTexts(f func(s, t string) Value) func(*Machine, *call) Value {
	return func(m *Machine, c *call) Value {
		s, t := m.text(c, 0), m.text(c, 1)
		m.step((len(s) + len(t)) / 64)
		return f(s, t)
	}
}

func before(s, t string) Value {
	if i := strings.Index(s, t); i >= 0 {
		return Text(s[:i])
	}
	return Text("")
}

func after(s, t string) Value {
	if i := strings.Index(s, t); i >= 0 {
		return Text(s[i+len(t):])
	}
	return Text("")
}

func fnConcat(m *Machine, c *call) Value { return m.joined(c, "", c.args) }

func fnJoin(m *Machine, c *call) Value { return m.joined(c, m.text(c, 0), c.args[1:]) }

// joined puts texts together, each node of a set for itself.
func (m *Machine) joined(c *call, separator string, args []expression) Value {
	from := len(m.words)
	first := true
	for _, a := range args {
		v := m.eval(a)
		for i := range size(v) {
			s := item(v, i).String()
			if !first {
				m.words = append(m.words, separator...)
			}
			first = false
			m.words = append(m.words, s...)
			if len(m.words)-from > limits.ExpressionText {
				m.fail(fault(Limit, c.pos, c.name, "文本过长", "a text grows too long"))
			}
			if !m.step(1 + (len(s)+len(separator))/64) {
				m.words = m.words[:from]
				return Value{}
			}
		}
	}
	s := string(m.words[from:])
	m.words = m.words[:from]
	return Text(s)
}

// fnSubstr counts from 0, negative places from the end; the end is exclusive.
func fnSubstr(m *Machine, c *call) Value {
	s, from := []rune(m.text(c, 0)), m.whole(c, 1)
	to := len(s)
	if len(c.args) == 3 {
		to = m.whole(c, 2)
	}
	m.step(len(s) / 16)
	if from < 0 {
		from += len(s)
	}
	if to < 0 {
		to += len(s)
	}
	from, to = min(max(from, 0), len(s)), min(max(to, 0), len(s))
	if from > to {
		return Text("")
	}
	return Text(string(s[from:to]))
}

// fnSubstring is XPath's: counts from 1, with a length, both rounded.
func fnSubstring(m *Machine, c *call) Value {
	s, from := m.text(c, 0), round(m.figure(c, 1), 0)
	end := inf
	if len(c.args) == 3 {
		end = from + round(m.figure(c, 2), 0)
	}
	m.step(len(s) / 16)
	var b strings.Builder
	place := 0.0
	for _, r := range s {
		if place++; place >= from && place < end {
			b.WriteRune(r)
		}
	}
	return Text(b.String())
}

func fnLength(m *Machine, c *call) Value {
	s := m.own(c)
	m.step(len(s) / 64)
	return Number(float64(utf8.RuneCountInString(s)))
}

func fnNormalize(m *Machine, c *call) Value {
	s := m.own(c)
	m.step(len(s) / 16)
	return Text(strings.Join(strings.Fields(s), " "))
}

func fnTranslate(m *Machine, c *call) Value {
	s, from, to := m.text(c, 0), []rune(m.text(c, 1)), []rune(m.text(c, 2))
	table := make(map[rune]int, len(from))
	for i, r := range from {
		if _, twice := table[r]; !twice {
			table[r] = i
		}
	}
	m.step((len(s) + len(from)) / 4)
	var b strings.Builder
	for _, r := range s {
		i, listed := table[r]
		switch {
		case !listed:
			b.WriteRune(r)
		case i < len(to):
			b.WriteRune(to[i])
		}
	}
	return Text(b.String())
}

func fnReplace(m *Machine, c *call) Value {
	s, old, with := m.text(c, 0), m.text(c, 1), m.text(c, 2)
	if old == "" {
		return Text(s)
	}
	if n := strings.Count(s, old); len(s)+n*(len(with)-len(old)) > limits.ExpressionText {
		return m.fail(fault(Limit, c.pos, c.name, "文本过长", "a text grows too long"))
	}
	m.step(len(s) / 16)
	return Text(strings.ReplaceAll(s, old, with))
}

// holds reports whether a list with blanks between has a value.
func holds(list, value string) bool {
	if value == "" {
		return false
	}
	for list != "" {
		i := strings.IndexByte(list, ' ')
		if i < 0 {
			return list == value
		}
		if list[:i] == value {
			return true
		}
		list = list[i+1:]
	}
	return false
}

func fnSelected(m *Machine, c *call) Value {
	v, want := m.eval(c.args[0]), strings.TrimSpace(m.text(c, 1))
	for i := range size(v) {
		if list := item(v, i).String(); holds(list, want) || want == "" && list == "" {
			return Bool(true)
		}
	}
	return Bool(size(v) == 0 && want == "")
}

func fnSelectedAt(m *Machine, c *call) Value {
	list, at := strings.Fields(m.text(c, 0)), m.whole(c, 1)
	if at < 0 || at >= len(list) {
		return Text("")
	}
	return Text(list[at])
}

func fnCountSelected(m *Machine, c *call) Value {
	s, n := m.text(c, 0), 0
	m.step(len(s) / 64)
	for rest := s; rest != ""; {
		var word string
		if word, rest, _ = strings.Cut(rest, " "); word != "" {
			n++
		}
	}
	return Number(float64(n))
}
