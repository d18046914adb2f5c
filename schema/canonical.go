package schema

import (
	"sort"
	"strconv"
	"strings"

	"ruhu/internal/errs"
)

// Canonical returns the canonical lexical form of what a person or another client wrote: spare spaces, zeros and
// signs removed, choices put in the list's order. The error has the code unknown-path or invalid-value.
// An empty or blank value of any type but text becomes "": the caller writes null.
func (f *Form) Canonical(path, value string) (string, error) {
	n := f.Lookup(path)
	if n == nil || n.Kind != Question {
		return "", errs.New(errs.UnknownPath, "check answer", "form %s has no question %s", f.Key(), path)
	}
	c := n.canonical(value)
	if c == "" || n.Fits(c) {
		return c, nil
	}
	return "", errs.New(errs.InvalidValue, "check answer", "%s does not take this value", path).WithHint("%s", n.Wants())
}

// Canonical returns the canonical lexical form of a value of the question as far as there is one: what it returns is
// still to be judged by Fits.
func (n *Node) Canonical(value string) string { return n.canonical(value) }

// canonical is a best effort: what it returns is still to be judged by Fits.
func (n *Node) canonical(value string) string {
	trimmed := strings.TrimSpace(value)
	switch n.check {
	case checkText:
		return strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\r", "\n")
	case checkInt:
		return trimNumber(trimmed, false)
	case checkDecimal:
		return trimNumber(trimmed, true)
	case checkBoolean:
		switch trimmed {
		case "1", "true()", "TRUE", "True":
			return "true"
		case "0", "false()", "FALSE", "False":
			return "false"
		}
		return trimmed
	case checkTime:
		return trimTime(trimmed)
	case checkDateTime:
		if len(trimmed) > 11 && (trimmed[10] == 'T' || trimmed[10] == ' ') {
			return trimmed[:10] + "T" + trimTime(trimmed[11:])
		}
		return trimmed
	case checkPoint:
		return trimPoint(trimmed)
	case checkTrace, checkShape:
		points := strings.Split(strings.TrimRight(trimmed, "; "), ";")
		for i, p := range points {
			points[i] = trimPoint(p)
		}
		return strings.Join(points, ";")
	case checkMany:
		return n.ordered(strings.Fields(value))
	case checkRank:
		return strings.Join(strings.Fields(value), " ")
	}
	return trimmed
}

// ordered puts values in the list's order, each once; values the list does not know keep their place at the end.
func (n *Node) ordered(values []string) string {
	place := func(v string) int {
		if n.openList() {
			return 0
		}
		if i, ok := n.Choices.List.Place(v); ok {
			return i
		}
		return len(n.Choices.List.Items)
	}
	sort.SliceStable(values, func(i, j int) bool { return place(values[i]) < place(values[j]) })
	out := values[:0]
	for _, v := range values {
		twice := false
		for _, o := range out {
			twice = twice || o == v
		}
		if !twice {
			out = append(out, v)
		}
	}
	return strings.Join(out, " ")
}

// trimNumber removes a plus sign and spare zeros and writes out an exponent, as Java's clients send large and small numbers
// ("1.0E7"); what is no number is returned as it is.
func trimNumber(s string, fraction bool) string {
	if i := strings.IndexAny(s, "eE"); i > 0 {
		plain, ok := shifted(s[:i], s[i+1:])
		if !ok {
			return s
		}
		s = plain
	}
	rest := strings.TrimPrefix(s, "+")
	minus := strings.HasPrefix(s, "-")
	if minus {
		rest = s[1:]
	}
	whole, part, point := strings.Cut(rest, ".")
	part = strings.TrimRight(part, "0")
	if point && whole == "" && part != "" {
		whole = "0"
	}
	if !isDigits(whole) || part != "" && (!fraction || !isDigits(part)) {
		return s
	}
	whole = strings.TrimLeft(whole[:len(whole)-1], "0") + whole[len(whole)-1:]
	if part != "" {
		whole += "." + part
	}
	if minus && whole != "0" {
		return "-" + whole
	}
	return whole
}

// shifted writes mantissa*10^exponent without an exponent; false where it is not such a number, or a very long one.
func shifted(mantissa, exponent string) (string, bool) {
	by, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
	sign := ""
	if mantissa[0] == '-' || mantissa[0] == '+' {
		sign, mantissa = mantissa[:1], mantissa[1:]
	}
	left, right, _ := strings.Cut(mantissa, ".")
	if err != nil || by < -decimalBytes || by > decimalBytes || len(mantissa) > decimalBytes || !isDigits(left+right) {
		return "", false
	}
	digits := strings.Repeat("0", decimalBytes) + left + right + strings.Repeat("0", decimalBytes)
	point := decimalBytes + len(left) + by
	return sign + digits[:point] + "." + digits[point:], true
}

func trimTime(s string) string {
	clock, offset := s, ""
	if i := strings.IndexAny(s, "Zz+-"); i >= 0 {
		clock, offset = s[:i], s[i:]
	}
	switch offset {
	case "z", "+00:00", "-00:00":
		offset = "Z"
	}
	if len(offset) == 3 && offset != "+00" && offset != "-00" {
		offset += ":00"
	} else if offset == "+00" || offset == "-00" {
		offset = "Z"
	}
	if len(clock) == 5 {
		clock += ":00"
	}
	if whole, part, point := strings.Cut(clock, "."); point {
		part = strings.TrimRight(part[:min(3, len(part))], "0")
		clock = whole
		if part != "" {
			clock += "." + part
		}
	}
	return clock + offset
}

func trimPoint(s string) string {
	parts := strings.Fields(s)
	for i, p := range parts {
		parts[i] = trimNumber(p, true)
	}
	return strings.Join(parts, " ")
}
