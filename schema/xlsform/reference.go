package xlsform

import "strings"

// reference is a ${name} of an expression or a label.
type reference struct {
	name       string
	lastSaved  bool // ${last-saved#name}
	start, end int
}

// referenceAt reads the reference that s begins with; the name is "" where s begins with none.
func referenceAt(s string) (reference, int) {
	if !strings.HasPrefix(s, "${") {
		return reference{}, 0
	}
	rest, last := strings.CutPrefix(s[2:], "last-saved#")
	n := nameAt(rest)
	if n == 0 || n == len(rest) || rest[n] != '}' {
		return reference{}, 0
	}
	return reference{name: rest[:n], lastSaved: last}, len(s) - len(rest) + n + 1
}

// references returns the references in s in order; broken is true where a ${ is not a reference.
func references(s string) (list []reference, broken bool) {
	for i := 0; ; {
		j := strings.Index(s[i:], "${")
		if j < 0 {
			return list, broken
		}
		i += j
		r, n := referenceAt(s[i:])
		if r.name == "" {
			broken = true
			i += 2
			continue
		}
		r.start, r.end = i, i+n
		list = append(list, r)
		i += n
	}
}

func hasReference(s string) bool {
	list, broken := references(s)
	return len(list) > 0 && !broken
}

// soleReference returns the name where s is one reference and nothing else.
func soleReference(s string) (string, bool) {
	r, n := referenceAt(s)
	return r.name, r.name != "" && n == len(s)
}

func hasLastSaved(s string) bool {
	list, _ := references(s)
	for _, r := range list {
		if r.lastSaved {
			return true
		}
	}
	return false
}
