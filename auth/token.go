package auth

import (
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// tokenType stands in the header of every access token, so that no other signed thing can pass for one.
const tokenType = "at+jwt"

// maxToken bounds what is parsed at all.
const maxToken = 2048

// tokenCache is how many verified access tokens are remembered.
const tokenCache = 16384

// claims is what an access token says: which session, nothing about what it may do. Role, area, grids and revocation are
// looked up (at most limits.RevocationLag old), so that they cannot go stale for the life of a token.
type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
	Gen     uint64 `json:"gen"`
	Scope   string `json:"scp,omitempty"` // "push" = may only push
}

const scopePush = "push"

// verified is a token that passed every check.
type verified struct {
	user    string
	session string
	gen     uint64
	push    bool
	from    int64 // ms; not before, leeway included
	until   int64 // ms; expiry, leeway included
}

// signAccess returns an access token for a session, ending with the session at the latest.
func (s *Service) signAccess(sess Session, push bool) (token string, ttl time.Duration, err error) {
	now := s.clock.Now()
	ttl = limits.AccessTTL
	if left := time.Duration(sess.Expires-now.UnixMilli()) * time.Millisecond; left < ttl && !push {
		ttl = left.Truncate(time.Second)
	}
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Audience: jwt.ClaimStrings{s.audience}, Subject: sess.User,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Session: sess.ID, Gen: sess.Gen,
	}
	if push {
		c.Scope = scopePush
	}
	key := s.keys.signingKeys()[0]
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	t.Header["kid"] = key.kid
	t.Header["typ"] = tokenType
	token, err = t.SignedString(key.private)
	return token, ttl, errs.Wrap("sign access token", err)
}

// verifyAccess checks signature, algorithm, key, type, issuer, audience and times of a token; a token that passed is
// remembered by its hash. Codes: token-invalid, token-expired.
func (s *Service) verifyAccess(token string) (verified, error) {
	const op = "check access token"
	if len(token) > maxToken {
		return verified{}, errs.New(errs.TokenInvalid, op, "%d bytes", len(token))
	}
	hash := sha256.Sum256([]byte(token))
	now := s.now()
	if v, ok := s.tokens.get(hash); ok {
		switch {
		case now >= v.until:
			return verified{}, errs.New(errs.TokenExpired, op, "expired")
		case now < v.from:
			return verified{}, errs.New(errs.TokenInvalid, op, "issued in the future")
		}
		return v, nil
	}
	var c claims
	if _, err := s.parser.ParseWithClaims(token, &c, s.accessKey); err != nil {
		if errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid) {
			return verified{}, errs.WrapCode(errs.TokenExpired, op, err)
		}
		return verified{}, errs.WrapCode(errs.TokenInvalid, op, err)
	}
	switch {
	case c.IssuedAt == nil, c.Subject == "", c.Session == "", c.Gen == 0, c.Scope != "" && c.Scope != scopePush:
		return verified{}, errs.New(errs.TokenInvalid, op, "a claim is missing")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > limits.AccessTTL:
		return verified{}, errs.New(errs.TokenInvalid, op, "lives longer than any of ours")
	}
	v := verified{user: c.Subject, session: c.Session, gen: c.Gen, push: c.Scope == scopePush,
		from: c.IssuedAt.Add(-limits.TokenLeeway).UnixMilli(), until: c.ExpiresAt.Add(limits.TokenLeeway).UnixMilli()}
	s.tokens.put(hash, v)
	return v, nil
}

func (s *Service) newParser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithExpirationRequired(),
		jwt.WithIssuer(s.issuer),
		jwt.WithAudience(s.audience),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(limits.TokenLeeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(s.clock.Now),
	)
}

// accessKey finds the key that kid names among our own. A header member besides alg, kid and typ, "crit" above all, is refused.
func (s *Service) accessKey(t *jwt.Token) (any, error) {
	const op = "check access token"
	for name := range t.Header {
		if name != "alg" && name != "kid" && name != "typ" {
			return nil, errs.New(errs.TokenInvalid, op, "header has %q", clip(name, 20))
		}
	}
	if typ, _ := t.Header["typ"].(string); typ != tokenType {
		return nil, errs.New(errs.TokenInvalid, op, "type is not %s", tokenType)
	}
	kid, _ := t.Header["kid"].(string)
	if key, ok := s.keys.public(s.keys.signingKeys(), kid); ok {
		return key, nil
	}
	if s.reloadKeys() {
		if key, ok := s.keys.public(s.keys.signingKeys(), kid); ok {
			return key, nil
		}
	}
	return nil, errs.New(errs.TokenInvalid, op, "no such key")
}

// reloadKeys looks whether another process rotated the keys, at most once in limits.RevocationLag.
func (s *Service) reloadKeys() bool {
	s.keys.mu.RLock()
	fresh := s.now()-s.keys.loaded < limits.RevocationLag.Milliseconds()
	s.keys.mu.RUnlock()
	return !fresh && s.loadKeys() == nil
}

// BearerToken returns the token of an Authorization header. Code: unauthenticated.
func BearerToken(header string) (string, error) {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t,") {
		return "", errs.New(errs.Unauthenticated, "read bearer token", "no bearer token")
	}
	return token, nil
}
