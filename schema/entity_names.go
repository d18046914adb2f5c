package schema

import (
	"strings"
	"unicode"

	"ruhu/internal/limits"
)

// EntityListName reports whether a name may be that of a list: an XML identifier without dots that does not begin with "__".
func EntityListName(name string) bool { return entityIdentifier(name) && !strings.Contains(name, ".") }

// EntityPropertyName reports whether a name may be that of a property: as of a list, and neither name nor label in any case.
func EntityPropertyName(name string) bool {
	return entityIdentifier(name) && !strings.EqualFold(name, "name") && !strings.EqualFold(name, "label")
}

func entityIdentifier(name string) bool {
	if name == "" || len(name) > limits.IDBytes || strings.HasPrefix(name, "__") {
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
