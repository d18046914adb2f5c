package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"

	"ruhu/internal/errs"
)

// A device certificate is the server's word that it issued a pair of device ids to a worker and a key:
//
//	rc1.PAYLOAD.SIGNATURE      both base64url without padding
//
// PAYLOAD is the JSON of Certificate, SIGNATURE is Ed25519 over "ruhu-certificate-v1:" + PAYLOAD. There is no algorithm
// field to argue about; kid names the server's certificate key, of which all former ones stay valid. A certificate has no
// end: it is worth nothing without a fresh signature by the device's key, and revocation is looked up. It carries enough
// to re-admit a device that a restored database does not know.
type Certificate struct {
	V              int    `json:"v"`
	KID            string `json:"kid"`
	Device         string `json:"device"`
	RegistryDevice string `json:"registry_device"`
	Worker         string `json:"worker"`
	Name           string `json:"name"` // the worker's
	Street         string `json:"street"`
	Tails          string `json:"grids"` // grids at issue: what follows the street's nine digits, space-separated
	Key            []byte `json:"key,omitempty"`
	Issued         int64  `json:"issued"`
}

const (
	certificatePrefix  = "rc1."
	certificateContext = "ruhu-certificate-v1:"
	maxCertificate     = 8192
)

// Grids returns the grids the device had when the certificate was issued.
func (c Certificate) Grids() []string {
	var grids []string
	for _, tail := range strings.Fields(c.Tails) {
		if g := c.Street + tail; len(g) == GridWidth && CheckArea(g) == nil {
			grids = append(grids, g)
		}
	}
	return grids
}

func gridTails(grids []string) string {
	tails := make([]string, len(grids))
	for i, g := range grids {
		tails[i] = g[StreetWidth:]
	}
	return strings.Join(tails, " ")
}

func (s *Service) signCertificate(c Certificate) (string, error) {
	key := s.keys.certificateKeys()[0]
	c.V, c.KID = 1, key.kid
	b, err := json.Marshal(c)
	if err != nil {
		return "", errs.Wrap("sign certificate", err)
	}
	payload := base64.RawURLEncoding.EncodeToString(b)
	sig := ed25519.Sign(key.private, []byte(certificateContext+payload))
	return certificatePrefix + payload + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// ReadCertificate checks a certificate's signature and returns what it says. Code: token-invalid.
func (s *Service) ReadCertificate(text string) (Certificate, error) {
	const op = "check device certificate"
	bad := func(why string) (Certificate, error) {
		return Certificate{}, errs.New(errs.TokenInvalid, op, "%s", why)
	}
	rest, ok := strings.CutPrefix(text, certificatePrefix)
	payload, sig64, dot := strings.Cut(rest, ".")
	if !ok || !dot || len(text) > maxCertificate {
		return bad("not a certificate")
	}
	strict := base64.RawURLEncoding.Strict()
	b, err := strict.DecodeString(payload)
	if err != nil {
		return bad("not base64url")
	}
	sig, err := strict.DecodeString(sig64)
	if err != nil {
		return bad("not base64url")
	}
	var c Certificate
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil || d.More() || c.V != 1 {
		return bad("payload cannot be read")
	}
	key, ok := s.keys.public(s.keys.certificateKeys(), c.KID)
	if !ok {
		return bad("signed by another server")
	}
	if !ed25519.Verify(key, []byte(certificateContext+payload), sig) {
		return bad("the signature does not fit")
	}
	return c, nil
}
