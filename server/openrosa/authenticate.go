package openrosa

import (
	"net/http"
	"strings"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// authenticate finds out who asks: by the key or grant in the path, else by Digest, else by Basic where nobody can read it on the
// way. Cookies and other tokens mean nothing here.
func (x *exchange) authenticate() (auth.Principal, error) {
	ctx := x.r.Context()
	header := x.r.Header.Get("Authorization")
	var p auth.Principal
	var err error
	switch scheme, _, _ := strings.Cut(header, " "); {
	case x.route.by == "edit":
		var g auth.EditGrant
		p, g, err = x.Users.OpenEdit(ctx, x.route.key)
		p.Street, x.edit = auth.StreetOf(g.Grid), &g
	case x.route.by == "key":
		p, err = x.Users.AuthenticateAppKey(ctx, x.route.key)
	case strings.EqualFold(scheme, "Digest"):
		p, err = x.Users.AuthenticateAppDigest(ctx, auth.DigestRequest{Header: header, Method: x.r.Method, Target: x.r.RequestURI})
	case strings.EqualFold(scheme, "Basic") && x.HTTPS:
		username, password, _ := x.r.BasicAuth()
		p, err = x.Users.AuthenticateAppPassword(ctx, username, password)
	case header == "":
		// The first request of whoever knows no challenge yet costs nobody a try.
		return p, x.challenge(errs.New(errs.Unauthenticated, "authenticate", "no credentials"))
	default:
		err = errs.New(errs.Unauthenticated, "authenticate", "not by this scheme")
	}
	if err == nil {
		p.Request = x.ID
		return p, nil
	}
	stale := auth.StaleNonce(err)
	if refused := errs.CodeOf(err) == errs.Unauthenticated || errs.CodeOf(err) == errs.Forbidden; refused && !stale {
		if wait := x.Admit(auth.Principal{}, x.IP, true); wait > 0 {
			return p, tooMany(wait)
		}
	}
	return p, x.challenge(err)
}

// challenge tells a client that was refused how to sign in. A key in the path needs no other credentials: a malformed one is
// told that nothing will help but Digest with a user name of its own.
func (x *exchange) challenge(err error) error {
	if errs.CodeOf(err) != errs.Unauthenticated {
		return err
	}
	digest, cerr := x.Users.DigestChallenge(auth.StaleNonce(err))
	if cerr != nil {
		return cerr
	}
	h := x.w.Header()
	h.Add("WWW-Authenticate", digest)
	if x.HTTPS {
		h.Add("WWW-Authenticate", `Basic realm="`+auth.AppRealm+`", charset="UTF-8"`)
	}
	if x.r.Method == http.MethodPost {
		// What is left of the body is not read: the client comes again with it.
		h.Set("Connection", "close")
	}
	return err
}
