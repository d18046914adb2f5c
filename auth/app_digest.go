package auth

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// DigestRequest is one request that carries an Authorization header of scheme Digest.
type DigestRequest struct {
	Header string // the header's value, scheme included
	Method string
	Target string // the request target as it came on the wire, query included
}

// errStaleNonce marks a response that was right but for the age of its nonce.
var errStaleNonce = errors.New("the nonce is too old")

// StaleNonce reports whether a client may repeat its request with a new nonce without asking a person.
func StaleNonce(err error) bool { return errors.Is(err, errStaleNonce) }

const (
	nonceMAC    = 16
	nonceRandom = 8
	// digestHeader bounds the header that is parsed at all.
	digestHeader = 8 << 10
)

// DigestChallenge returns the value of a WWW-Authenticate header. Its nonce is dated and signed, good for every method and
// any number of requests; replaying one buys nothing, because what OpenRosa clients send may be sent twice.
func (s *Service) DigestChallenge(stale bool) (string, error) {
	nonce := binary.BigEndian.AppendUint64(nil, uint64(s.now()))
	random, err := s.random(nonceRandom)
	if err != nil {
		return "", err
	}
	nonce = append(nonce, random...)
	nonce = append(nonce, s.nonceMAC(nonce)...)
	challenge := fmt.Sprintf(`Digest realm=%q, domain="/openrosa", nonce=%q, opaque=%q, algorithm=MD5, qop="auth"`,
		AppRealm, base64.RawURLEncoding.EncodeToString(nonce), s.digestOpaque())
	if stale {
		challenge += ", stale=true"
	}
	return challenge, nil
}

func (s *Service) nonceMAC(head []byte) []byte {
	return mac(s.keys.app, "digest-nonce", string(head))[:nonceMAC]
}

func (s *Service) digestOpaque() string {
	return hex.EncodeToString(mac(s.keys.app, "digest-opaque")[:8])
}

// nonceAge returns how many milliseconds ago this server made a nonce.
func (s *Service) nonceAge(nonce string) (int64, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(b) != 8+nonceRandom+nonceMAC {
		return 0, false
	}
	head := b[:8+nonceRandom]
	if !hmac.Equal(b[len(head):], s.nonceMAC(head)) {
		return 0, false
	}
	return s.now() - int64(binary.BigEndian.Uint64(head)), true
}

// nonceTTL is how old a nonce may be. A request with a body is given longer: it carries the nonce of the HEAD before it, and
// its body may take long to come.
func nonceTTL(method string) int64 {
	if method == "GET" || method == "HEAD" {
		return limits.DigestNonce.Milliseconds()
	}
	return limits.DigestNonceBody.Milliseconds()
}

// AuthenticateAppDigest checks a Digest response: MD5, qop auth or none. Codes: unauthenticated (StaleNonce tells where only
// the nonce is to be renewed), device-revoked.
func (s *Service) AuthenticateAppDigest(ctx context.Context, r DigestRequest) (Principal, error) {
	const op = "authenticate app user"
	wrong := func(msg string) (Principal, error) { return Principal{}, errs.New(errs.Unauthenticated, op, "%s", msg) }
	p, ok := parseDigest(r.Header)
	switch {
	case !ok:
		return wrong("the Digest header cannot be read")
	case p["algorithm"] != "" && !strings.EqualFold(p["algorithm"], "MD5"):
		return wrong("the algorithm is not MD5")
	case p["qop"] != "" && p["qop"] != "auth":
		return wrong("qop is neither auth nor absent")
	case p["qop"] == "auth" && (p["nc"] == "" || p["cnonce"] == ""):
		return wrong("nc or cnonce is missing")
	case p["realm"] != AppRealm:
		return wrong("another realm")
	case p["uri"] == "" || !strings.HasSuffix(p["uri"], r.Target): // a proxy may have cut a prefix off
		return wrong("the uri is not that of the request")
	}
	age, ours := s.nonceAge(p["nonce"])
	if !ours {
		return wrong("the nonce is not of this server")
	}
	a, ha1, err := s.appByName(ctx, p["username"])
	if err != nil {
		return Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(p["response"])), []byte(digestResponse(ha1, r.Method, p))) != 1 {
		return wrong("user name or password is wrong")
	}
	if age < -limits.TokenLeeway.Milliseconds() || age > nonceTTL(r.Method) {
		return Principal{}, errs.WrapCode(errs.Unauthenticated, op, errStaleNonce)
	}
	return s.appPrincipal(ctx, a)
}

func digestResponse(ha1, method string, p map[string]string) string {
	ha2 := md5Hex(method + ":" + p["uri"])
	if p["qop"] == "" {
		return md5Hex(ha1 + ":" + p["nonce"] + ":" + ha2)
	}
	return md5Hex(strings.Join([]string{ha1, p["nonce"], p["nc"], p["cnonce"], p["qop"], ha2}, ":"))
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// parseDigest reads the parameters of a Digest header; names in lower case. A parameter that stands twice is refused.
func parseDigest(header string) (map[string]string, bool) {
	scheme, rest, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Digest") || len(header) > digestHeader {
		return nil, false
	}
	p := map[string]string{}
	for rest = strings.TrimLeft(rest, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		name, after, ok := strings.Cut(rest, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := p[name]; !ok || name == "" || twice {
			return nil, false
		}
		after = strings.TrimLeft(after, " \t")
		value := ""
		if strings.HasPrefix(after, `"`) {
			if value, after, ok = cutQuoted(after[1:]); !ok {
				return nil, false
			}
		} else if i := strings.IndexByte(after, ','); i >= 0 {
			value, after = strings.TrimSpace(after[:i]), after[i:]
		} else {
			value, after = strings.TrimSpace(after), ""
		}
		p[name], rest = value, after
	}
	return p, true
}

// cutQuoted reads a quoted string whose opening quote is gone.
func cutQuoted(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}
