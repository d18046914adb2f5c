package auth

import (
	"crypto/sha256"
	"io"
	"strings"

	"ruhu/internal/errs"
)

// crockford has no I, L, O, U: what is read aloud or typed from paper stays unambiguous.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// encodeCrockford writes b as base32, five bits a character, the last padded with zero bits.
func encodeCrockford(b []byte) string {
	var out strings.Builder
	var acc, bits uint
	for _, c := range b {
		acc = acc<<8 | uint(c)
		bits += 8
		for bits >= 5 {
			bits -= 5
			out.WriteByte(crockford[acc>>bits&31])
		}
	}
	if bits > 0 {
		out.WriteByte(crockford[acc<<(5-bits)&31])
	}
	return out.String()
}

// codeBytes and codeChars are the size of an enrolment code: 128 random bits.
const (
	codeBytes = 16
	codeChars = 26
)

// NormalCode returns an enrolment code as it was printed, whatever a person made of it: lower case, spaces and hyphens,
// O for 0, I or L for 1. Code: code-unknown.
func NormalCode(typed string) (string, error) {
	var out strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\t', '\u3000', '－':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		if !strings.ContainsRune(crockford, r) || out.Len() >= codeChars {
			return "", errs.New(errs.CodeUnknown, "read enrolment code", "not an enrolment code")
		}
		out.WriteRune(r)
	}
	if out.Len() != codeChars {
		return "", errs.New(errs.CodeUnknown, "read enrolment code", "an enrolment code has %d characters, this has %d", codeChars, out.Len())
	}
	return out.String(), nil
}

// hashCode is what is stored of an enrolment code. 128 random bits need no slow hash.
func hashCode(normal string) [32]byte { return sha256.Sum256([]byte("ruhu-enrol:" + normal)) }

// EnrolURL returns the link that a QR code holds: the code stands in the fragment, which no browser sends.
func EnrolURL(base, code string) string { return strings.TrimRight(base, "/") + "/#/enrol/" + code }

// random reads n bytes; the reader is shared by all requests.
func (s *Service) random(n int) ([]byte, error) {
	b := make([]byte, n)
	s.randMu.Lock()
	defer s.randMu.Unlock()
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return nil, errs.WrapCode(errs.Internal, "read randomness", err)
	}
	return b, nil
}

// newID draws an id: prefix and 60 random bits.
func (s *Service) newID(prefix string) (string, error) {
	b, err := s.random(8)
	if err != nil {
		return "", err
	}
	return prefix + strings.ToLower(encodeCrockford(b))[:12], nil
}
