package xlsform

import (
	"strings"
	"unicode/utf8"
)

// nameStart reports whether a name may begin with r; the ranges are those of XML names without the colon.
func nameStart(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	case r >= 0xC0 && r <= 0x2FF:
		return r != 0xD7 && r != 0xF7
	case r >= 0x370 && r <= 0x1FFF:
		return r != 0x37E
	}
	return r == 0x200C || r == 0x200D || r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF || r >= 0x3001 && r <= 0xD7FF ||
		r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFC || r >= 0x10000 && r <= 0xEFFFF
}

func nameChar(r rune) bool {
	return nameStart(r) || r >= '0' && r <= '9' || r == '-' || r == '.' || r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}

// nameAt returns the length in bytes of the name without a colon that s begins with, 0 where it begins with none.
func nameAt(s string) int {
	for i, r := range s {
		if i == 0 && !nameStart(r) || i > 0 && !nameChar(r) {
			return i
		}
	}
	return len(s)
}

// prefixedAt is nameAt for a name that may have a prefix: "jr:count".
func prefixedAt(s string) int {
	n := nameAt(s)
	if n > 0 && n < len(s) && s[n] == ':' {
		if m := nameAt(s[n+1:]); m > 0 {
			return n + 1 + m
		}
	}
	return n
}

// isName reports whether s can be the name of a question: a name, a prefix allowed.
func isName(s string) bool { return s != "" && prefixedAt(s) == len(s) }

// isPlainName reports whether s is a name without a prefix.
func isPlainName(s string) bool { return s != "" && nameAt(s) == len(s) }

// snake writes a header or a type as pyxform compares it: lower case, blanks as one underscore.
func snake(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "_")) }

// closest is closest() with a budget: a sheet of ten thousand faults gets hints for the first of them.
func (c *converter) closest(word string, words []string) string {
	if len(c.faults) >= maxFaults || c.compared > maxCompared {
		return ""
	}
	c.compared += len(words)
	return closest(word, words)
}

// maxCompared bounds how many words are compared with misspelt ones.
const maxCompared = 400_000

// closest returns the word of a list that a misspelt one most likely means; "" where none is near.
func closest(word string, words []string) string {
	best, at := "", max(1, min(3, utf8.RuneCountInString(word)/3))+1
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w), at); d < at {
			best, at = w, d
		}
	}
	return best
}

// distance counts the letters to add, drop or change to get from a to b, or returns most where it takes as many.
func distance(a, b string, most int) int {
	if len(a) > 80 || len(b) > 80 {
		return most
	}
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= most || len(y)-len(x) >= most {
		return most
	}
	last, next := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i, r := range x {
		next[0] = i + 1
		for j, q := range y {
			cost := 1
			if r == q {
				cost = 0
			}
			next[j+1] = min(last[j+1]+1, next[j]+1, last[j]+cost)
		}
		last, next = next, last
	}
	return min(most, last[len(y)])
}

var quotes = strings.NewReplacer("\u2018", "'", "\u2019", "'", "\u201c", `"`, "\u201d", `"`)

// straight replaces the quotes that word processors put in.
func straight(s string) string {
	if !strings.Contains(s, "\u2018") && !strings.Contains(s, "\u2019") && !strings.Contains(s, "\u201c") && !strings.Contains(s, "\u201d") {
		return s
	}
	return quotes.Replace(s)
}

// single makes one blank of several.
func single(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

// usable makes a name of words that are none: "1 a" becomes "_1_a".
func usable(s string) string {
	var b strings.Builder
	for _, r := range straight(s) {
		switch {
		case b.Len() == 0 && !nameStart(r):
			b.WriteByte('_')
			if nameChar(r) {
				b.WriteRune(r)
			}
		case nameChar(r):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	return shown(b.String())
}
