package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// LoginRequest is a try to sign in with a password.
type LoginRequest struct {
	Login    string
	Password string
	Browser  bool   // a cookie session; else tokens
	IP       string // of the client, as the server trusts it
	Agent    string
	Request  string // request id
}

// LoginResult is a new session.
type LoginResult struct {
	Tokens        // without Browser
	Cookie string // with Browser: the value of the session cookie, to be kept by nobody else
	CSRF   string // with Browser: what writes send back
}

// Login checks a password and begins a session. An unknown name, a wrong password, an account without one and a disabled
// account answer alike, after the same work. Codes: bad-credentials, too-many-requests (see RetryAfter), busy.
func (s *Service) Login(ctx context.Context, req LoginRequest) (LoginResult, error) {
	const op = "login"
	key := LoginKey(req.Login)
	giveBack, err := s.throttle.admit(key, req.IP)
	if err != nil {
		return LoginResult{}, err
	}
	u, err := s.userByLogin(ctx, key)
	if err != nil {
		return LoginResult{}, errs.Wrap(op, err)
	}
	pw := req.Password
	if len(pw) > 4*limits.PasswordMaxRunes {
		pw = "" // no password of ours is longer; hash something short all the same
	}
	ok, rehash, err := s.hash.verify(ctx, pw, u.Hash)
	if err != nil {
		return LoginResult{}, errs.Wrap(op, err)
	}
	if !ok || u.ID == "" || !u.Live(s.now()) {
		s.Note(ctx, AuditEntry{Actor: u.ID, Role: u.Role, Action: op, Object: u.ID, Area: u.Area, Filter: addressKey(req.IP),
			Outcome: string(errs.BadCredentials), Request: req.Request})
		return LoginResult{}, errs.New(errs.BadCredentials, op, "refused")
	}
	giveBack()
	newHash := ""
	if rehash {
		if newHash, err = s.hashPassword(ctx, pw); err != nil {
			return LoginResult{}, errs.Wrap(op, err)
		}
	}
	return s.beginSession(ctx, u, newHash, req)
}

// userByLogin returns the zero User for a name nobody has.
func (s *Service) userByLogin(ctx context.Context, key string) (User, error) {
	var u User
	err := s.store.View(ctx, func(r Reader) (err error) {
		u, err = r.UserByLogin(key)
		return err
	})
	if errs.CodeOf(err) == errs.NotFound {
		return User{}, nil
	}
	return u, err
}

func (s *Service) beginSession(ctx context.Context, u User, newHash string, req LoginRequest) (LoginResult, error) {
	const op = "login"
	var res LoginResult
	var sess Session
	var t refreshToken
	err := s.store.Update(ctx, func(tx Tx) (err error) {
		res = LoginResult{}
		fresh, err := tx.User(u.ID)
		if err != nil {
			return err
		}
		if fresh.Hash != u.Hash || !fresh.Live(s.now()) {
			return errs.New(errs.BadCredentials, op, "the account changed meanwhile")
		}
		if newHash != "" {
			fresh.Hash = newHash
			if err := tx.PutUser(fresh); err != nil {
				return err
			}
		}
		if req.Browser {
			sess, res.Cookie, err = s.newBrowserSession(tx, u.ID, req)
		} else {
			sess, t, err = s.newTokenSession(tx, ToolSession, u.ID, "", req.IP, req.Agent)
		}
		if err != nil {
			return err
		}
		return s.appendAudit(tx, AuditEntry{Actor: u.ID, Role: u.Role, Action: op, Object: sess.ID, Area: u.Area,
			Filter: addressKey(req.IP), Request: req.Request})
	})
	if err != nil {
		return LoginResult{}, errs.Wrap(op, err)
	}
	if !req.Browser {
		res.Tokens, err = s.tokensFor(ctx, sess, s.writeRefresh(t), false)
		return res, err
	}
	st, err := s.state(ctx, sess.ID)
	if err != nil {
		return LoginResult{}, errs.Wrap(op, err)
	}
	if res.Principal, err = s.principal(st, false); err != nil {
		return LoginResult{}, err
	}
	res.ExpiresIn = limits.OfficeSessionTTL
	res.CSRF = s.CSRFToken(res.Principal)
	return res, nil
}

// cookieBytes is the size of a session cookie's random value.
const cookieBytes = 32

func (s *Service) newBrowserSession(tx Tx, user string, req LoginRequest) (Session, string, error) {
	raw, err := s.random(cookieBytes)
	if err != nil {
		return Session{}, "", err
	}
	now := s.now()
	sess := Session{ID: cookieSession(raw), Kind: BrowserSession, User: user, Created: now, LastSeen: now,
		Expires: now + limits.OfficeSessionTTL.Milliseconds(), IP: clip(req.IP, 64), Agent: clip(req.Agent, 200)}
	return sess, base64.RawURLEncoding.EncodeToString(raw), tx.PutSession(sess)
}

// cookieSession is the id under which the store knows a cookie: its hash, so that the store's contents open no session.
func cookieSession(raw []byte) string {
	sum := sha256.Sum256(append([]byte("ruhu-cookie:"), raw...))
	return "sb_" + strings.ToLower(encodeCrockford(sum[:20]))
}

// AuthenticateCookie turns the session cookie into a principal. Writes need CheckCSRF besides.
// Codes: unauthenticated (not a cookie of ours), token-expired.
func (s *Service) AuthenticateCookie(ctx context.Context, cookie string) (Principal, error) {
	const op = "authenticate cookie"
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || len(raw) != cookieBytes {
		return Principal{}, errs.New(errs.Unauthenticated, op, "not a session cookie")
	}
	st, err := s.state(ctx, cookieSession(raw))
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		return Principal{}, errs.New(errs.Unauthenticated, op, "no such session")
	case err != nil:
		return Principal{}, errs.Wrap(op, err)
	case st.session.Kind != BrowserSession:
		return Principal{}, errs.New(errs.Unauthenticated, op, "not a browser session")
	}
	return s.principal(st, false)
}

// CSRFToken returns what a browser session's writes must send back in X-Ruhu-CSRF; "" for other principals.
func (s *Service) CSRFToken(p Principal) string {
	if !p.Browser {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(mac(s.keys.csrf, p.SessionID))
}

// CheckCSRF holds the header of a write against the session. Principals that came with a token pass. Code: csrf.
func (s *Service) CheckCSRF(p Principal, header string) error {
	if !p.Browser {
		return nil
	}
	got, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || !hmac.Equal(got, mac(s.keys.csrf, p.SessionID)) {
		return errs.New(errs.CSRF, "check csrf", "the header does not fit the session")
	}
	return nil
}

// Logout ends the principal's own session. Ending an ended one is no error.
func (s *Service) Logout(ctx context.Context, p Principal) error {
	return s.endSession(ctx, p, p.SessionID, EndedLogout)
}

// Sessions lists the live sessions of one account: the asker's own, or anybody's with sessions.manage.
// Codes: forbidden, out-of-area, not-found.
func (s *Service) Sessions(ctx context.Context, by Principal, user, cursor string, limit int) (list []Session, next string, err error) {
	const op = "list sessions"
	q := SessionQuery{User: user, Now: s.now(), Limit: pageLimit(limit)}
	if cursor != "" {
		if q.After, err = readTextCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) error {
		if user != by.UserID {
			u, err := r.User(user)
			if err != nil {
				return err
			}
			if err := Authorize(by, SessionsManage, u.Area); err != nil {
				return err
			}
		}
		list, err = r.Sessions(q)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	for i := range list {
		list[i].Refresh, list[i].Prev = [32]byte{}, [32]byte{}
	}
	if len(list) == q.Limit {
		next = textCursor(list[len(list)-1].ID)
	}
	return list, next, nil
}

// EndSession ends a session: the asker's own, or anybody's with sessions.manage. A phone comes back by its certificate;
// to shut one out revoke the device.
func (s *Service) EndSession(ctx context.Context, by Principal, id string) error {
	return s.endSession(ctx, by, id, EndedByAdmin)
}

func (s *Service) endSession(ctx context.Context, by Principal, id, why string) error {
	const op = "end session"
	err := s.store.Update(ctx, func(tx Tx) error {
		sess, err := tx.Session(id)
		if err != nil {
			return err
		}
		u, err := tx.User(sess.User)
		if err != nil {
			return err
		}
		if sess.User != by.UserID {
			if err := Authorize(by, SessionsManage, u.Area); err != nil {
				return err
			}
		}
		if sess.Ended != 0 {
			return nil
		}
		sess.Ended, sess.Why = s.now(), why
		if err := tx.PutSession(sess); err != nil {
			return err
		}
		return s.appendAudit(tx, by.Entry(SessionsManage, id, u.Area, 1, nil))
	})
	s.states.forget()
	return errs.Wrap(op, err)
}
