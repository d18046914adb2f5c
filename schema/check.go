package schema

import (
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// checker is a question's rule for values, worked out once by Seal.
type checker uint8

const (
	checkText checker = iota
	checkInt
	checkDecimal
	checkBoolean
	checkDate
	checkTime
	checkDateTime
	checkPoint
	checkTrace
	checkShape
	checkBinary
	checkBarcode
	checkOne
	checkMany
	checkRank
	checkTrigger
)

func checkerOf(n *Node) checker {
	switch n.Control {
	case SelectOne:
		return checkOne
	case Select:
		return checkMany
	case Rank:
		return checkRank
	case Trigger:
		return checkTrigger
	}
	switch n.Type {
	case Int:
		return checkInt
	case Decimal:
		return checkDecimal
	case Boolean:
		return checkBoolean
	case Date:
		return checkDate
	case Time:
		return checkTime
	case DateTime:
		return checkDateTime
	case Geopoint:
		return checkPoint
	case Geotrace:
		return checkTrace
	case Geoshape:
		return checkShape
	case Binary:
		return checkBinary
	case Barcode:
		return checkBarcode
	}
	return checkText
}

// Check says whether a value stands at its path in its canonical lexical form: "" when right, unknown-path when the
// form has no such question, invalid-value when the value does not fit. A cleared answer (null) is no value: ask
// Lookup. Constraints and relevance are not judged here. O(length), no allocations.
func (f *Form) Check(path, value string) errs.Code {
	n := f.Lookup(path)
	if n == nil || n.Kind != Question {
		return errs.UnknownPath
	}
	if !n.Fits(value) {
		return errs.InvalidValue
	}
	return ""
}

// CheckError is Check with an error for a person: what the question takes. It names the path, never the value.
func (f *Form) CheckError(path, value string) error {
	const op = "check answer"
	switch code := f.Check(path, value); code {
	case "":
		return nil
	case errs.UnknownPath:
		return errs.New(code, op, "form %s has no question %s", f.Key(), path)
	default:
		return errs.New(code, op, "%s does not take this value", path).WithHint("%s", f.Lookup(path).Wants())
	}
}

// Fits says whether a value has the question's canonical lexical form. The empty string never has: a cleared
// answer is null.
func (n *Node) Fits(value string) bool {
	if value == "" || n.Kind != Question {
		return false
	}
	switch n.check {
	case checkInt:
		return canonicalInt(value)
	case checkDecimal:
		return canonicalDecimal(value)
	case checkBoolean:
		return value == "true" || value == "false"
	case checkDate:
		return isDate(value)
	case checkTime:
		return isTime(value)
	case checkDateTime:
		return isDateTime(value)
	case checkPoint:
		return isPoint(value)
	case checkTrace:
		return isTrace(value, 2, false)
	case checkShape:
		return isTrace(value, 4, true)
	case checkBinary:
		return IsBinaryName(value)
	case checkBarcode:
		return len(value) <= limits.ShortValueBytes && isText(value)
	case checkOne:
		return n.fitsOne(value)
	case checkMany:
		return n.fitsSeveral(value, true)
	case checkRank:
		return n.fitsSeveral(value, false)
	case checkTrigger:
		return value == "OK"
	}
	return len(value) <= limits.LongValueBytes && isText(value)
}

func (n *Node) fitsOne(value string) bool {
	if n.openList() {
		return len(value) <= limits.ShortValueBytes && isText(value) && value == strings.TrimSpace(value)
	}
	_, ok := n.Choices.List.Place(value)
	return ok
}

// fitsSeveral checks a list of values: single spaces, no doubles, and for a closed list known choices, in the
// list's order where ordered is set.
func (n *Node) fitsSeveral(value string, ordered bool) bool {
	if len(value) > limits.LongValueBytes {
		return false
	}
	open, last := n.openList(), -1
	for rest := value; ; {
		token, tail, more := strings.Cut(rest, " ")
		if token == "" {
			return false
		}
		switch {
		case open:
			if !isText(token) || strings.ContainsAny(token, "\t\n") {
				return false
			}
			if holdsToken(value[:len(value)-len(rest)], token) {
				return false
			}
		default:
			place, ok := n.Choices.List.Place(token)
			if !ok || ordered && place <= last || !ordered && holdsToken(value[:len(value)-len(rest)], token) {
				return false
			}
			last = place
		}
		if !more {
			return true
		}
		rest = tail
	}
}

func (n *Node) openList() bool {
	return n.Choices == nil || n.Choices.List == nil || n.Choices.List.Open
}

func holdsToken(list, token string) bool {
	for list != "" {
		var t string
		t, list, _ = strings.Cut(list, " ")
		if t == token {
			return true
		}
	}
	return false
}

// isText accepts what XML can carry: valid UTF-8 without control characters but tab and newline.
func isText(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case c < 0x20 && c != '\t' && c != '\n', c == 0x7f:
			return false
		}
	}
	if ascii {
		return true
	}
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r == 0xfffe || r == 0xffff || r >= 0x80 && r < 0xa0 {
			return false
		}
	}
	return true
}

// IsBinaryName reports whether a value names an attachment: sha256-<64 lower-case hex>.<1 to 8 of a-z 0-9>.
func IsBinaryName(s string) bool {
	const prefix, hexLen = "sha256-", 64
	if len(s) < len(prefix)+hexLen+2 || len(s) > len(prefix)+hexLen+9 || s[:len(prefix)] != prefix || s[len(prefix)+hexLen] != '.' {
		return false
	}
	for i := len(prefix); i < len(prefix)+hexLen; i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	for i := len(prefix) + hexLen + 1; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// Wants says in English what form of value the question takes.
func (n *Node) Wants() string {
	switch n.check {
	case checkInt:
		return "a whole number without leading zeros, up to 9007199254740991"
	case checkDecimal:
		return "a decimal number without exponent and without spare zeros"
	case checkBoolean:
		return "true or false"
	case checkDate:
		return "a date, YYYY-MM-DD"
	case checkTime:
		return "a time, hh:mm:ss with an optional fraction and offset"
	case checkDateTime:
		return "a date and time, YYYY-MM-DDThh:mm:ss with an optional fraction and offset"
	case checkPoint:
		return "latitude, longitude and optionally altitude and accuracy, separated by single spaces"
	case checkTrace:
		return "two or more points separated by ;"
	case checkShape:
		return "four or more points separated by ; the last equal to the first"
	case checkBinary:
		return "the name of an attachment, sha256-<hex>.<ext>"
	case checkOne:
		return "one of the question's choices"
	case checkMany:
		return "choices of the question in the list's order, each once, separated by single spaces"
	case checkRank:
		return "choices of the question, each once, separated by single spaces"
	case checkTrigger:
		return "OK"
	}
	return "text without control characters, at most 16 KiB"
}
