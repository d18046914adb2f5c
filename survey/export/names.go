package export

import (
	"strconv"
	"strings"
)

// nameBytes is the longest column name every format takes.
const nameBytes = 32

// namer gives names that are [a-z][a-z0-9_]{0,31} and unique without regard to case.
type namer struct{ taken map[string]bool }

func newNamer() *namer { return &namer{taken: map[string]bool{}} }

// unique makes a name of a question's name and a suffix, which is kept as far as it fits.
func (n *namer) unique(name, suffix string) string {
	suffix = clean(suffix)
	stem := clean(name)
	if stem == "" || stem[0] < 'a' || stem[0] > 'z' {
		stem = "q" + stem
	}
	for i := 1; ; i++ {
		tail := suffix
		if i > 1 {
			tail = "_" + strconv.Itoa(i) + suffix
		}
		tail = tail[:min(len(tail), nameBytes-2)]
		full := stem[:min(len(stem), nameBytes-len(tail))] + tail
		if !n.taken[full] {
			n.taken[full] = true
			return full
		}
	}
}

// clean keeps letters, digits and underscores; what is left out becomes one underscore.
func clean(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return b.String()
}

// choiceSuffix names a choice in a column's name: -98 is m98.
func choiceSuffix(value string) string {
	if strings.HasPrefix(value, "-") {
		return "m" + value[1:]
	}
	return value
}

// versionRange names the versions of an export in its file name.
func versionRange(versions []string) string {
	first, last := fileSafe(versions[0]), fileSafe(versions[len(versions)-1])
	if first == last {
		return first
	}
	return first + "_" + last
}

func fileSafe(s string) string {
	if s == "" {
		return "0"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '_'
	}, s)
}
