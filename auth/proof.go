package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	"ruhu/internal/errs"
)

// proofWindow is how far a signature's time may lie from the server's. Phones whose clock is wrong take the time from
// the Date header of the refusal (code stale-signature) and sign again.
const proofWindow = 5 * time.Minute

// Proof is a fresh signature by a device's key: ECDSA P-256 with SHA-256 over a message that names its purpose.
type Proof struct {
	At        string // RFC 3339, within five minutes of the server's time; exactly as signed
	Signature string // base64 (standard or URL alphabet) of r‖s, 64 bytes, as browsers make it, or of ASN.1 DER
}

// The messages a device signs. Each message is accepted once.
func refreshMessage(device, at string) string { return "ruhu-refresh:" + device + ":" + at }
func forkMessage(device, at, publicKey string) string {
	return "ruhu-fork:" + device + ":" + at + ":" + publicKey
}
func enrolMessage(code, at string) string { return "ruhu-enrol:" + code + ":" + at }

// ParsePublicKey reads a device's key: base64 (either alphabet, padded or not) of SPKI DER or of the uncompressed point.
// It returns the point, 65 bytes; nil for "". Code: invalid.
func ParsePublicKey(text string) ([]byte, error) {
	const op = "read public key"
	if text == "" {
		return nil, nil
	}
	b, err := decodeBase64(text)
	if err != nil {
		return nil, errs.New(errs.Invalid, op, "not base64")
	}
	if len(b) == 65 && b[0] == 4 {
		if _, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b); err != nil {
			return nil, errs.New(errs.Invalid, op, "not a point of P-256")
		}
		return b, nil
	}
	key, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		return nil, errs.New(errs.Invalid, op, "neither SPKI nor an uncompressed point")
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, errs.New(errs.Invalid, op, "not an ECDSA P-256 key")
	}
	point, err := ec.Bytes()
	if err != nil {
		return nil, errs.New(errs.Invalid, op, "not a point of P-256")
	}
	return point, nil
}

// VerifySignature reports whether sig (r‖s or ASN.1 DER) is a signature of message by the key of that point.
func VerifySignature(point, message, sig []byte) bool {
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(message)
	if len(sig) == 64 {
		return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	}
	return ecdsa.VerifyASN1(key, digest[:], sig)
}

// checkProof checks time and signature of a proof. Codes: stale-signature, token-invalid.
func (s *Service) checkProof(point []byte, message string, p Proof) error {
	const op = "check device signature"
	at, err := time.Parse(time.RFC3339, p.At)
	if err != nil {
		return errs.New(errs.StaleSignature, op, "the time is not RFC 3339")
	}
	if d := s.clock.Now().Sub(at); d > proofWindow || d < -proofWindow {
		return errs.New(errs.StaleSignature, op, "signed %s from now", d.Truncate(time.Second))
	}
	if len(point) == 0 {
		return errs.New(errs.TokenInvalid, op, "the device has no key").WithHint("Enrol the phone again with a new code.")
	}
	sig, err := decodeBase64(p.Signature)
	if err != nil || !VerifySignature(point, []byte(message), sig) {
		return errs.New(errs.TokenInvalid, op, "the signature does not fit")
	}
	return nil
}

// spendProof makes a checked message worthless for a second use. Code: stale-signature.
func (s *Service) spendProof(tx Tx, message string) error {
	fresh, err := tx.UseProof(sha256.Sum256([]byte(message)), s.now()+2*proofWindow.Milliseconds())
	if err != nil {
		return err
	}
	if !fresh {
		return errs.New(errs.StaleSignature, "check device signature", "the signature was used before")
	}
	return nil
}

// decodeBase64 reads either alphabet, padded or not.
func decodeBase64(text string) ([]byte, error) {
	text = strings.TrimRight(text, "=")
	text = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	return base64.RawURLEncoding.DecodeString(text)
}
