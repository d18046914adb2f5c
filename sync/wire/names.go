package wire

import "strings"

func idByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// isDevice accepts the ids of devices. They hold no ":", which ends them in the keys of a canonical state.
func isDevice(s string) bool {
	for i := 0; i < len(s); i++ {
		if !idByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// isID accepts the ids of records (UUIDs, with or without "uuid:") and epochs.
func isID(s string) bool {
	for i := 0; i < len(s); i++ {
		if !idByte(s[i]) && s[i] != ':' {
			return false
		}
	}
	return s != ""
}

// isNonce accepts 8 and more characters of any base64. Authors send 16 random bytes: a nonce that can be guessed lets the
// id betray an erased answer.
func isNonce(s string) bool {
	for i := 0; i < len(s); i++ {
		if !idByte(s[i]) && s[i] != '+' && s[i] != '/' && s[i] != '=' {
			return false
		}
	}
	return len(s) >= 8
}

// isArea accepts area codes: digits. Whether it is one of the street's is the engine's to say.
func isArea(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// isText accepts form ids and versions: any text on one line.
func isText(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// isValue accepts what XML 1.0 can carry: a value that no form could hold came from no form, and no export could carry it.
func isValue(s string) bool {
	high := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
		high = high || c == 0xef
	}
	return !high || !strings.Contains(s, "\ufffe") && !strings.Contains(s, "\uffff")
}
