package server

import (
	"context"
	"net/http"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
)

// Login signs in with a password: tokens, or with cookie true a browser session.
func (s *Server) Login(ctx context.Context, req api.LoginRequestObject) (api.LoginResponseObject, error) {
	c := callOf(ctx)
	res, err := s.signIn(ctx, c, req.Body.Username, req.Body.Password, req.Body.Cookie)
	if err != nil {
		return nil, err
	}
	body := api.Session{ExpiresIn: seconds(res.ExpiresIn), User: userBrief(res.Principal)}
	if req.Body.Cookie {
		body.Csrf = res.CSRF
	} else {
		body.AccessToken, body.RefreshToken = res.Access, res.Refresh
	}
	return api.Login200JSONResponse(body), nil
}

// signIn begins a session; a browser's goes into its cookie.
func (s *Server) signIn(ctx context.Context, c *call, name, password string, browser bool) (auth.LoginResult, error) {
	res, err := s.auth.Login(ctx, auth.LoginRequest{Login: name, Password: password, Browser: browser, IP: c.ip, Agent: c.agent, Request: c.id})
	if err != nil {
		return auth.LoginResult{}, err
	}
	c.principal = res.Principal
	if browser {
		c.setCookie(&http.Cookie{Name: sessionCookie, Value: res.Cookie, MaxAge: seconds(res.ExpiresIn)})
	}
	return res, nil
}

// setCookie adds a cookie with every attribute that keeps it here. Secure is left off on plain HTTP, which only a
// loopback listener speaks: config.Serve.Check sees to that.
func (c *call) setCookie(cookie *http.Cookie) {
	cookie.Path, cookie.HttpOnly, cookie.SameSite, cookie.Secure = "/", true, http.SameSiteStrictMode, c.https || !c.loopback
	c.header.Add("Set-Cookie", cookie.String())
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func userBrief(p auth.Principal) *api.UserBrief {
	return &api.UserBrief{ID: p.UserID, Name: p.Name, Role: api.Role(p.Role), Area: p.Area}
}

// Refresh gives a new access token for a refresh token, or for a device certificate and a fresh signature.
func (s *Server) Refresh(ctx context.Context, req api.RefreshRequestObject) (api.RefreshResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	var tokens auth.Tokens
	var err error
	switch {
	case b.RefreshToken != "" && b.Certificate == "":
		tokens, err = s.auth.Refresh(ctx, b.RefreshToken, b.PushOnly)
	case b.Certificate != "" && b.RefreshToken == "":
		tokens, err = s.auth.RefreshByCertificate(ctx, b.Certificate, auth.Proof{At: b.At, Signature: b.Signature}, c.ip, c.agent)
	default:
		err = errs.New(errs.BadRequest, "refresh", "either refresh_token, or certificate with at and signature")
	}
	if err != nil {
		return nil, err
	}
	c.principal = tokens.Principal
	return api.Refresh200JSONResponse{AccessToken: tokens.Access, RefreshToken: tokens.Refresh, ExpiresIn: seconds(tokens.ExpiresIn),
		User: userBrief(tokens.Principal)}, nil
}

// Logout ends the session.
func (s *Server) Logout(ctx context.Context, _ api.LogoutRequestObject) (api.LogoutResponseObject, error) {
	c := callOf(ctx)
	if err := s.signOut(ctx, c); err != nil {
		return nil, err
	}
	return api.Logout204Response{}, nil
}

func (s *Server) signOut(ctx context.Context, c *call) error {
	if c.principal.Browser {
		c.setCookie(&http.Cookie{Name: sessionCookie, MaxAge: -1})
	}
	return s.auth.Logout(ctx, c.principal)
}

// Me says who the caller is and what it may do.
func (s *Server) Me(ctx context.Context, _ api.MeRequestObject) (api.MeResponseObject, error) {
	p := principalOf(ctx)
	me := api.Me{User: *userBrief(p), Device: p.Device, Street: p.Street, Grids: p.Grids, Actions: []string{}, Csrf: s.auth.CSRFToken(p)}
	for _, rule := range auth.Permissions() {
		if holds(p, rule.Action) == nil {
			me.Actions = append(me.Actions, string(rule.Action))
		}
	}
	return api.Me200JSONResponse(me), nil
}

// recheck asks again who a long answer goes to.
func (s *Server) recheck(ctx context.Context, c *call) error {
	if c.token != "" {
		_, err := s.auth.Authenticate(ctx, c.token)
		return err
	}
	_, err := s.auth.AuthenticateCookie(ctx, c.cookie)
	return err
}
