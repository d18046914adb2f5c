package crdt

import "strconv"

// AppendString appends s as a JSON string with the fewest escapes JSON allows, byte for byte what
// JSON.stringify writes: \" \\ \b \t \n \f \r, other characters below U+0020 as \u00xx in small hex,
// everything else as it is. s must be valid UTF-8.
func AppendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\f':
			b = append(b, '\\', 'f')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendValue(b []byte, value string, null bool) []byte {
	if null {
		return append(b, "null"...)
	}
	return AppendString(b, value)
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, s)
	}
	return append(b, ']')
}

func appendVV(b []byte, v VV) []byte {
	b = append(b, '{')
	for i, device := range v.Devices() {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, device)
		b = append(b, ':')
		b = appendUint(b, v[device])
	}
	return append(b, '}')
}

func appendInt(b []byte, n int64) []byte   { return strconv.AppendInt(b, n, 10) }
func appendUint(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 10) }
