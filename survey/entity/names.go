package entity

import (
	"strings"
	"unicode"
)

const maxName = 128

// GoodListName reports whether a name may be that of a list: an XML identifier without dots that does not begin with "__".
func GoodListName(name string) bool { return identifier(name) && !strings.Contains(name, ".") }

// GoodPropertyName reports whether a name may be that of a property: as of a list, and neither name nor label in any case.
func GoodPropertyName(name string) bool {
	return identifier(name) && !strings.EqualFold(name, "name") && !strings.EqualFold(name, "label")
}

func identifier(name string) bool {
	if name == "" || len(name) > maxName || strings.HasPrefix(name, "__") {
		return false
	}
	for i, r := range name {
		switch {
		case r == '_' || unicode.IsLetter(r):
		case i > 0 && (r == '-' || r == '.' || r == 0xB7 || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)):
		default:
			return false
		}
	}
	return true
}

// idOf returns the canonical form of an entity's id: a UUID of any version, in small letters, without a leading "uuid:".
func idOf(text string) (string, bool) {
	id := strings.TrimPrefix(strings.ToLower(text), "uuid:")
	if len(id) != 36 {
		return id, false
	}
	for i, c := range []byte(id) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return id, false
		}
	}
	return id, true
}
