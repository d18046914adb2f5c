package entity

import "strings"

const maxBranch = 128

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
