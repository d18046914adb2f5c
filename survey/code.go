package survey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"

	"ruhu/internal/errs"
)

// alphabet is Crockford's base 32: no I, L, O, U, which people confuse or read as words.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// checkAlphabet adds the five symbols of Crockford's check digit (mod 37).
const checkAlphabet = alphabet + "*~$=U"

// drawCode returns n random characters (5 bits each).
func drawCode(random io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", errs.Wrap("draw code", err)
	}
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b), nil
}

// checkValue is the code read as a number, modulo m. m is a prime above 32, so one wrong character and two swapped
// neighbours always show.
func checkValue(code string, m int) (int, bool) {
	v := 0
	for i := 0; i < len(code); i++ {
		d := strings.IndexByte(alphabet, code[i])
		if d < 0 {
			return 0, false
		}
		v = (v*32 + d) % m
	}
	return v, true
}

// NormaliseCode makes what a person typed comparable: upper case, full-width to plain, O to 0, I and L to 1, and without
// spaces and dashes.
func NormaliseCode(typed string) string {
	var b strings.Builder
	for _, r := range typed {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r == ' ' || r == '-' || r == '　' || r == '–' || r == '—' || r == '_' || r == '\t' || r == '\n' || r == '\r':
			continue
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Case numbers: 9 random characters (45 bits) and one check character of the same alphabet, so that they fit any text
// field, print, sort and read aloud. They tell nothing of the household and nothing of the order of drawing.
const caseRandom = 9

// DrawCaseNo draws a case number.
func DrawCaseNo(random io.Reader) (string, error) {
	for {
		s, err := drawCode(random, caseRandom)
		if err != nil {
			return "", err
		}
		if c, ok := caseCheck(s); ok {
			return s + string(c), nil
		}
	}
}

// caseCheck returns the check character: the value modulo 37. Numbers whose value lies above the alphabet are not drawn.
func caseCheck(s string) (byte, bool) {
	v, ok := checkValue(s, 37)
	if !ok || v >= len(alphabet) {
		return 0, false
	}
	return alphabet[v], true
}

// ValidCaseNo reports whether a case number has the right shape and check character.
func ValidCaseNo(no string) bool {
	if len(no) != caseRandom+1 {
		return false
	}
	c, ok := caseCheck(no[:caseRandom])
	return ok && c == no[caseRandom]
}

// withdrawalLen is the length of a withdrawal code without its check character: 60 random bits.
const withdrawalLen = 12

// DrawWithdrawalCode draws a code for the slip left at the door: 12 characters and a check character.
func DrawWithdrawalCode(random io.Reader) (string, error) {
	s, err := drawCode(random, withdrawalLen)
	if err != nil {
		return "", err
	}
	v, _ := checkValue(s, 37)
	return s + checkAlphabet[v:v+1], nil
}

// ShowWithdrawalCode groups a code for reading: XXXX-XXXX-XXXX-C.
func ShowWithdrawalCode(code string) string {
	if len(code) < withdrawalLen {
		return code
	}
	s := code[:4] + "-" + code[4:8] + "-" + code[8:12]
	if len(code) > withdrawalLen {
		s += "-" + code[withdrawalLen:]
	}
	return s
}

// WithdrawalHash is what a record stores at "@withdrawal" for a code: lower-case hex of SHA-256("ruhu-withdraw:" + code).
// The code is the 12 characters without the check character.
func WithdrawalHash(code string) string {
	if len(code) == withdrawalLen+1 {
		code = code[:withdrawalLen]
	}
	return hashWithdrawal(code)
}

func hashWithdrawal(code string) string {
	sum := sha256.Sum256([]byte("ruhu-withdraw:" + code))
	const hexDigits = "0123456789abcdef"
	out := make([]byte, 0, 64)
	for _, c := range sum {
		out = append(out, hexDigits[c>>4], hexDigits[c&15])
	}
	return string(out)
}

// withdrawalCandidates returns the hashes a typed code may stand for, and whether its check character fits. A code of 13 may
// have been hashed with or without the check character by older phones; one of 12 was typed without. Code invalid where
// it has another length or characters.
func withdrawalCandidates(typed string) (hashes []string, fits bool, err error) {
	const op = "withdrawal code"
	code := NormaliseCode(typed)
	switch len(code) {
	case withdrawalLen:
		if _, ok := checkValue(code, 37); ok {
			return []string{hashWithdrawal(code)}, true, nil
		}
	case withdrawalLen + 1:
		if v, ok := checkValue(code[:withdrawalLen], 37); ok && strings.IndexByte(checkAlphabet, code[withdrawalLen]) >= 0 {
			return []string{hashWithdrawal(code[:withdrawalLen]), hashWithdrawal(code)}, checkAlphabet[v] == code[withdrawalLen], nil
		}
	}
	return nil, false, errs.New(errs.Invalid, op, "not a code: %d characters", len([]rune(code))).
		WithHint("撤回码为 12 位字母和数字，可带 1 位校验字符。 A code has 12 letters and digits, and one check character.")
}

// WorkerCode is the name office roles see for a worker: 6 characters, stable in a street, unrelated in another. It is no
// secret whom it means inside an office that knows its workers by sight; it keeps names out of tables.
func WorkerCode(key []byte, street, worker string) string {
	if worker == "" {
		return ""
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte("ruhu-worker-code\x00"))
	m.Write([]byte(street))
	m.Write([]byte{0})
	m.Write([]byte(worker))
	v := binary.BigEndian.Uint64(m.Sum(nil))
	var out [6]byte
	for i := range out {
		out[i] = alphabet[v&31]
		v >>= 5
	}
	return string(out[:])
}
