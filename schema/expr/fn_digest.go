package expr

import (
	"crypto/ed25519"
	"crypto/md5"  // #nosec: the functions of forms name it
	"crypto/sha1" // #nosec: likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

func fnDigest(m *Machine, c *call) Value {
	s, algorithm := []byte(m.text(c, 0)), m.text(c, 1)
	m.step(len(s) / 16)
	var sum []byte
	switch strings.ToUpper(algorithm) {
	case "MD5":
		h := md5.Sum(s) // #nosec
		sum = h[:]
	case "SHA-1":
		h := sha1.Sum(s) // #nosec
		sum = h[:]
	case "SHA-256":
		h := sha256.Sum256(s)
		sum = h[:]
	case "SHA-384":
		h := sha512.Sum384(s)
		sum = h[:]
	case "SHA-512":
		h := sha512.Sum512(s)
		sum = h[:]
	default:
		return m.fail(fault(Unsupported, c.pos, c.name, "digest() 的算法应为 MD5、SHA-1、SHA-256、SHA-384 或 SHA-512",
			"digest() takes MD5, SHA-1, SHA-256, SHA-384 or SHA-512"))
	}
	encoding := "base64"
	if len(c.args) == 3 {
		encoding = strings.ToLower(m.text(c, 2))
	}
	switch encoding {
	case "base64":
		return Text(base64.StdEncoding.EncodeToString(sum))
	case "hex":
		return Text(hex.EncodeToString(sum))
	}
	return m.fail(fault(Unsupported, c.pos, c.name, "digest() 的编码应为 base64 或 hex", "digest() writes base64 or hex"))
}

// decode64 reads base64 in the common alphabet or the one for URLs, with or without padding.
func decode64(s string) ([]byte, bool) {
	s = strings.NewReplacer("-", "+", "_", "/", "=", "", " ", "", "\n", "", "\r", "", "\t", "").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}

func fnBase64(m *Machine, c *call) Value {
	s := m.text(c, 0)
	m.step(len(s) / 16)
	b, ok := decode64(s)
	if !ok {
		return Text("")
	}
	if !utf8.Valid(b) {
		return Text(strings.ToValidUTF8(string(b), "\uFFFD"))
	}
	return Text(string(b))
}

// fnExtractSigned returns the words behind an Ed25519 signature where it is the key's, else nothing.
func fnExtractSigned(m *Machine, c *call) Value {
	signed, ok := decode64(m.text(c, 0))
	key, ok2 := decode64(m.text(c, 1))
	m.step(200 + len(signed)/16)
	if !ok || !ok2 || len(key) != ed25519.PublicKeySize || len(signed) < ed25519.SignatureSize {
		return Text("")
	}
	words := signed[ed25519.SignatureSize:]
	if !ed25519.Verify(key, words, signed[:ed25519.SignatureSize]) || !utf8.Valid(words) {
		return Text("")
	}
	return Text(string(words))
}
