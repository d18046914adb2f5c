package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// A refresh token is "rt_" and base64url of: session (16 random bytes), generation (8), secret (32), tag (16). The store
// holds hashes of the live token and the one before. The tag is an HMAC over the rest: it tells a token that was once ours
// from an invented one without keeping every spent token. The secret of a successor is an HMAC over its predecessor's, so a
// repeated request gets the same successor although only hashes are kept.
type refreshToken struct {
	session [16]byte
	gen     uint64
	secret  [32]byte
}

const (
	refreshPrefix = "rt_"
	refreshLen    = 16 + 8 + 32 + 16
)

func phoneSessionID(raw [16]byte) string { return "se_" + strings.ToLower(encodeCrockford(raw[:])) }

func (t refreshToken) sessionID() string { return phoneSessionID(t.session) }

func (t refreshToken) body() []byte {
	b := make([]byte, 0, refreshLen)
	b = append(b, t.session[:]...)
	b = binary.BigEndian.AppendUint64(b, t.gen)
	return append(b, t.secret[:]...)
}

func (t refreshToken) hash() [32]byte {
	return sha256.Sum256(append([]byte("ruhu-refresh:"), t.body()...))
}

func (s *Service) writeRefresh(t refreshToken) string {
	body := t.body()
	tag := mac(s.keys.refresh, "tag", string(body))[:16]
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(append(body, tag...))
}

func (s *Service) readRefresh(text string) (refreshToken, error) {
	var t refreshToken
	bad := errs.New(errs.TokenInvalid, "read refresh token", "not a refresh token of this server")
	rest, ok := strings.CutPrefix(text, refreshPrefix)
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(refreshLen) {
		return t, bad
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil {
		return t, bad
	}
	body, tag := b[:refreshLen-16], b[refreshLen-16:]
	if subtle.ConstantTimeCompare(tag, mac(s.keys.refresh, "tag", string(body))[:16]) != 1 {
		return t, bad
	}
	copy(t.session[:], body[:16])
	t.gen = binary.BigEndian.Uint64(body[16:24])
	copy(t.secret[:], body[24:])
	return t, nil
}

func (s *Service) successor(t refreshToken) refreshToken {
	next := refreshToken{session: t.session, gen: t.gen + 1}
	copy(next.secret[:], mac(s.keys.refresh, "next", string(t.body())))
	return next
}

// Tokens is the answer to a login with tokens, an enrolment or a refresh.
type Tokens struct {
	Access    string
	Refresh   string // "" for a push-only token of an ended session
	ExpiresIn time.Duration
	Principal Principal // as Authenticate would return it now
}

// newTokenSession begins a session with its first pair of tokens inside tx.
func (s *Service) newTokenSession(tx Tx, kind SessionKind, user, device, ip, agent string) (Session, refreshToken, error) {
	var t refreshToken
	raw, err := s.random(len(t.session) + len(t.secret))
	if err != nil {
		return Session{}, t, err
	}
	copy(t.session[:], raw)
	copy(t.secret[:], raw[len(t.session):])
	t.gen = 1
	now := s.now()
	life := limits.SessionTTL
	idle := limits.RefreshTTL
	if kind == ToolSession {
		life, idle = limits.OfficeSessionTTL, limits.OfficeSessionTTL
	}
	sess := Session{ID: t.sessionID(), Kind: kind, User: user, Device: device, Created: now, LastSeen: now,
		Expires: now + life.Milliseconds(), Idle: now + idle.Milliseconds(), IP: clip(ip, 64), Agent: clip(agent, 200),
		Gen: 1, Refresh: t.hash(), Rotated: now}
	return sess, t, tx.PutSession(sess)
}

// tokensFor signs an access token for a session and reads who that is.
func (s *Service) tokensFor(ctx context.Context, sess Session, refresh string, push bool) (Tokens, error) {
	access, ttl, err := s.signAccess(sess, push)
	if err != nil {
		return Tokens{}, err
	}
	st, err := s.state(ctx, sess.ID)
	if err != nil {
		return Tokens{}, err
	}
	p, err := s.principal(st, push)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{Access: access, Refresh: refresh, ExpiresIn: ttl, Principal: p}, nil
}

// Refresh exchanges a refresh token. The live token is spent and a successor issued. The token before it is answered with the
// same successor, as often as it takes, for limits.RefreshGrace and beyond that until something issued with the successor was
// used: a reply lost on the way locks nobody out. Any other spent token ends the session: somebody copied it.
//
// pushOnly asks for an access token that may only push, which a phone gets even where its session has ended by reuse or
// age, for limits.DrainDays; there is no refresh token with it.
//
// Codes: token-invalid, token-expired, token-reused, device-revoked.
func (s *Service) Refresh(ctx context.Context, token string, pushOnly bool) (Tokens, error) {
	const op = "refresh"
	t, err := s.readRefresh(token)
	if err != nil {
		return Tokens{}, err
	}
	var sess Session
	var refused error
	var next refreshToken
	err = s.store.Update(ctx, func(tx Tx) (err error) {
		refused, next = nil, refreshToken{}
		if sess, err = tx.Session(t.sessionID()); err != nil {
			if errs.CodeOf(err) == errs.NotFound {
				return errs.New(errs.TokenInvalid, op, "no such session")
			}
			return err
		}
		now := s.now()
		seen := max(sess.SeenGen, s.contacts.generation(sess.ID))
		current := t.gen == sess.Gen && t.hash() == sess.Refresh
		before := t.gen+1 == sess.Gen && t.hash() == sess.Prev
		switch {
		case sess.Kind == BrowserSession:
			return errs.New(errs.TokenInvalid, op, "the session has no tokens")
		case (t.gen == sess.Gen && !current) || (t.gen+1 == sess.Gen && !before):
			return errs.New(errs.TokenInvalid, op, "not this session's token")
		case pushOnly && sess.Kind == PhoneSession && s.mayDrain(sess, now):
			return nil
		case sess.Ended != 0 && sess.Why == EndedReuse:
			return errs.New(errs.TokenReused, op, "the session ended by reuse")
		case sess.Ended != 0:
			return errs.New(errs.TokenExpired, op, "the session ended: %s", sess.Why)
		case now >= sess.Expires, current && now >= sess.Idle:
			return errs.New(errs.TokenExpired, op, "the session is over")
		case current, t.gen > sess.Gen:
			// A higher generation with a true tag: the store was rolled back to before that token was issued.
			next = s.successor(t)
			sess.Gen, sess.Prev, sess.Refresh = next.gen, t.hash(), next.hash()
			sess.Rotated, sess.LastSeen = now, max(sess.LastSeen, now)
			sess.Idle = min(now+limits.RefreshTTL.Milliseconds(), sess.Expires)
			return tx.PutSession(sess)
		case before && (now-sess.Rotated <= limits.RefreshGrace.Milliseconds() || seen < sess.Gen):
			next = s.successor(t)
			return nil
		}
		sess.Ended, sess.Why = now, EndedReuse
		refused = errs.New(errs.TokenReused, op, "a spent refresh token came back")
		if err := tx.PutSession(sess); err != nil {
			return err
		}
		return s.appendAudit(tx, AuditEntry{Actor: sess.User, Action: "sessions.reuse", Object: sess.ID, Filter: sess.Device, Outcome: string(errs.TokenReused)})
	})
	switch {
	case err != nil:
		return Tokens{}, errs.Wrap(op, err)
	case refused != nil:
		s.states.forget()
		return Tokens{}, refused
	case next.gen == 0:
		return s.tokensFor(ctx, sess, "", true)
	}
	return s.tokensFor(ctx, sess, s.writeRefresh(next), false)
}

// mayDrain reports whether a phone's session still gives a push-only token.
func (s *Service) mayDrain(sess Session, now int64) bool {
	switch {
	case sess.Ended != 0:
		return sess.Why == EndedReuse && now < sess.Ended+drainMillis
	default:
		return now < sess.Expires+drainMillis
	}
}

// RefreshByCertificate begins a new session for an enrolled device from its certificate and a fresh signature over
// "ruhu-refresh:" + device + ":" + at. It works whatever became of the refresh token, and after a restore: a device the
// database does not know is re-admitted with the ids of its certificate, unconfirmed, so that its pushes go to quarantine
// until an admin confirms it. A revoked device gets a push-only principal until its drain time is over.
//
// Codes: token-invalid (certificate or signature), stale-signature, device-revoked.
func (s *Service) RefreshByCertificate(ctx context.Context, certificate string, proof Proof, ip, agent string) (Tokens, error) {
	const op = "refresh by certificate"
	c, err := s.ReadCertificate(certificate)
	if err != nil {
		return Tokens{}, err
	}
	message := refreshMessage(c.Device, proof.At)
	if err := s.checkProof(c.Key, message, proof); err != nil {
		return Tokens{}, err
	}
	var sess Session
	var t refreshToken
	err = s.store.Update(ctx, func(tx Tx) error {
		if err := s.spendProof(tx, message); err != nil {
			return err
		}
		d, err := s.deviceOf(tx, c)
		if err != nil {
			return err
		}
		if err := s.endSessions(tx, SessionQuery{Device: d.ID}, EndedSuperseded); err != nil {
			return err
		}
		sess, t, err = s.newTokenSession(tx, PhoneSession, d.Worker, d.ID, ip, agent)
		return err
	})
	if err != nil {
		return Tokens{}, errs.Wrap(op, err)
	}
	return s.tokensFor(ctx, sess, s.writeRefresh(t), false)
}

// endSessions ends the live sessions of a user or a device.
func (s *Service) endSessions(tx Tx, q SessionQuery, why string) error {
	q.Now, q.Limit = s.now(), pageMax
	for {
		list, err := tx.Sessions(q)
		if err != nil {
			return err
		}
		for _, old := range list {
			old.Ended, old.Why = q.Now, why
			if err := tx.PutSession(old); err != nil {
				return err
			}
		}
		if len(list) < q.Limit {
			return nil
		}
		q.After = list[len(list)-1].ID
	}
}
