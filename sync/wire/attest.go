package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"strconv"

	"ruhu/internal/errs"
	"ruhu/sync/crdt/strictjson"
)

// Attest is a device's signature over its running hash at Seq: the last line of a push.
type Attest struct {
	Seq  uint64
	Head Head
	Sig  []byte // 64 bytes, r ‖ s, as WebCrypto makes them
}

// AttestMessage returns the bytes that are signed: "ruhu-attest:" device ":" seq ":" head in hex.
func AttestMessage(device string, seq uint64, head Head) []byte {
	return []byte("ruhu-attest:" + device + ":" + strconv.FormatUint(seq, 10) + ":" + head.String())
}

// SignAttest makes an attestation. The signature is deterministic (RFC 6979).
func SignAttest(key *ecdsa.PrivateKey, device string, seq uint64, head Head) (Attest, error) {
	sig, err := Sign(key, AttestMessage(device, seq, head))
	return Attest{Seq: seq, Head: head, Sig: sig}, err
}

// VerifyAttest reports whether a is device's signature by key.
func VerifyAttest(key *ecdsa.PublicKey, device string, a Attest) bool {
	return Verify(key, AttestMessage(device, a.Seq, a.Head), a.Sig)
}

// Sign signs the SHA-256 of message with ECDSA P-256, deterministically, as 64 bytes r ‖ s.
func Sign(key *ecdsa.PrivateKey, message []byte) ([]byte, error) {
	sum := sha256.Sum256(message)
	der, err := key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "sign", err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		return nil, errs.WrapCode(errs.Internal, "sign", err)
	}
	out := make([]byte, 64)
	rs.R.FillBytes(out[:32])
	rs.S.FillBytes(out[32:])
	return out, nil
}

// Verify checks a signature of Sign or of WebCrypto's ECDSA with P-256 and SHA-256.
func Verify(key *ecdsa.PublicKey, message, sig []byte) bool {
	if key == nil || key.Curve != elliptic.P256() || len(sig) != 64 {
		return false
	}
	sum := sha256.Sum256(message)
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
}

// NewKey makes a P-256 key from 32 random bytes of r, so that simulations repeat.
func NewKey(r io.Reader) (*ecdsa.PrivateKey, error) {
	b := make([]byte, 32)
	for range 64 {
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, errs.WrapCode(errs.Internal, "new key", err)
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b); err == nil {
			return key, nil
		}
	}
	return nil, errs.New(errs.Internal, "new key", "the random source gives no key")
}

// AppendAttest appends the line with its newline.
func AppendAttest(b []byte, a Attest) []byte {
	b = append(b, `{"attest":`...)
	b = appendUint(b, a.Seq)
	b = append(b, `,"head":"`...)
	b = append(b, a.Head.String()...)
	b = append(b, `","sig":"`...)
	b = base64.RawURLEncoding.AppendEncode(b, a.Sig)
	return append(b, "\"}\n"...)
}

func parseAttest(line []byte) (a Attest, err error) {
	const op = "read attestation"
	var sig string
	err = members(line, op, map[string]func(*strictjson.Reader) error{
		"attest": intoUint(&a.Seq),
		"head":   intoHead(&a.Head),
		"sig":    intoString(&sig, 128, isText),
	})
	if err != nil {
		return a, err
	}
	if a.Sig, err = base64.RawURLEncoding.Strict().DecodeString(sig); err != nil || len(a.Sig) != 64 || a.Seq == 0 {
		return a, errs.New(errs.Malformed, op, "not a signature over a seq")
	}
	return a, nil
}
