package schema

import (
	"sort"
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

// trimNumber removes a plus sign and spare zeros; what is no number is returned as it is.
func trimNumber(s string, fraction bool) string {
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
