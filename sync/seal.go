package sync

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"ruhu/internal/errs"
)

// macBytes is how much of an HMAC-SHA256 a token carries.
const macBytes = 12

// sealer makes opaque authenticated tokens. Each purpose has its own key, so that no token passes for another.
type sealer struct{ cursor, ctx, line, erased []byte }

func newSealer(master []byte) sealer {
	derive := func(purpose string) []byte {
		m := hmac.New(sha256.New, master)
		m.Write([]byte("ruhu-sync:" + purpose))
		return m.Sum(nil)
	}
	return sealer{cursor: derive("cursor"), ctx: derive("ctx"), line: derive("line"), erased: derive("erased")}
}

func mac(key, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(body)
	return m.Sum(nil)[:macBytes]
}

func sealToken(key, body []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(body, mac(key, body)...))
}

func openToken(key []byte, token string) ([]byte, error) {
	const op, most = "token", 64 << 10
	if len(token) > most {
		return nil, errs.New(errs.BadRequest, op, "too long")
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < macBytes {
		return nil, errs.New(errs.BadRequest, op, "not one of ours")
	}
	body, tag := b[:len(b)-macBytes], b[len(b)-macBytes:]
	if !hmac.Equal(tag, mac(key, body)) {
		return nil, errs.New(errs.BadRequest, op, "not one of ours")
	}
	return body, nil
}

// erasedProof authenticates an erased marker, so that a phone can hand it back after a restore and nobody can erase what
// was never erased.
func (k sealer) erasedProof(stream Stream, record string) string {
	return base64.RawURLEncoding.EncodeToString(mac(k.erased, []byte(string(stream)+":"+record)))
}

func (k sealer) checkErasedProof(stream Stream, record, proof string) bool {
	return hmac.Equal([]byte(proof), []byte(k.erasedProof(stream, record)))
}
