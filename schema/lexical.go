package schema

import "strings"

// maxSafe is the greatest whole number every client holds exactly: 2^53 - 1.
const maxSafe = "9007199254740991"

const decimalBytes = 40

// canonicalInt accepts -?(0|[1-9][0-9]*) but "-0", within ±(2^53 - 1).
func canonicalInt(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if !isDigits(digits) || len(digits) > len(maxSafe) {
		return false
	}
	if digits[0] == '0' {
		return s == "0"
	}
	return len(digits) < len(maxSafe) || digits <= maxSafe
}

// canonicalDecimal accepts -?(0|[1-9][0-9]*)(.[0-9]*[1-9])? but "-0", at most 40 bytes.
func canonicalDecimal(s string) bool {
	if len(s) > decimalBytes {
		return false
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !isDigits(whole) || whole[0] == '0' && len(whole) > 1 {
		return false
	}
	if !point {
		return s != "-0"
	}
	return isDigits(fraction) && fraction[len(fraction)-1] != '0'
}

func isDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// pair reads two digits at i.
func pair(s string, i int) (int, bool) {
	if i+2 > len(s) || s[i] < '0' || s[i] > '9' || s[i+1] < '0' || s[i+1] > '9' {
		return 0, false
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0'), true
}

// isDate accepts YYYY-MM-DD of the Gregorian calendar, years 0001 to 9999.
func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	century, ok1 := pair(s, 0)
	year, ok2 := pair(s, 2)
	month, ok3 := pair(s, 5)
	day, ok4 := pair(s, 8)
	year += century * 100
	return ok1 && ok2 && ok3 && ok4 && year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

func daysOf(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// isTime accepts hh:mm:ss, an optional fraction of 1 to 3 digits without trailing zeros, and an optional offset:
// Z, or ±hh:mm other than 00:00 up to 14:00.
func isTime(s string) bool {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, ok1 := pair(s, 0)
	minute, ok2 := pair(s, 3)
	second, ok3 := pair(s, 6)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	rest := s[8:]
	if strings.HasPrefix(rest, ".") {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n < 2 || n > 4 || rest[n-1] == '0' {
			return false
		}
		rest = rest[n:]
	}
	return rest == "" || rest == "Z" || isOffset(rest) && rest[1:] != "00:00"
}

func isOffset(s string) bool {
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return false
	}
	hour, ok1 := pair(s, 1)
	minute, ok2 := pair(s, 4)
	return ok1 && ok2 && minute <= 59 && (hour < 14 || hour == 14 && minute == 0)
}

func isDateTime(s string) bool {
	return len(s) > 11 && s[10] == 'T' && isDate(s[:10]) && isTime(s[11:])
}
