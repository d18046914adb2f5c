package phone

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	gosync "sync"
	"time"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	replica "ruhu/sync/phone"
	"ruhu/sync/wire"
)

// HTTP is a phone's way to the server. It implements the replica's Transport.
type HTTP struct {
	base   string
	client *http.Client
	clock  clock.Clock
	store  replica.Store // the session is kept beside the phone, so that a restart needs no new one

	mu      gosync.Mutex
	me      replica.Credentials
	session session
	offset  time.Duration      // the server's time minus the phone's, learned from a refusal
	fresh   map[string]session // of enrolments that the phone has not saved yet, by device
}

// session is what the server knows the phone by from one request to the next.
type session struct {
	Device  string `json:"device"`
	Access  string `json:"access"`
	Expires int64  `json:"expires"` // of Access, ms by the phone's clock
	Refresh string `json:"refresh"`
}

const keySession = "session"

const (
	callTimeout   = 60 * time.Second
	answerBytes   = 64 << 20
	accountBytes  = 64 << 10
	accessReserve = 30 * time.Second
)

// Dial returns the way to a server for a phone that forgets its session when it ends.
func Dial(base string, c clock.Clock) replica.Transport {
	return &HTTP{base: strings.TrimRight(base, "/"), client: newClient(), clock: c, store: &replica.Memory{}, fresh: map[string]session{}}
}

// NewHTTP returns the way to the server at base for the phone that lives in store. Answers travel over TLS, or to this
// machine; code usage for any other URL.
func NewHTTP(ctx context.Context, base string, c clock.Clock, store replica.Store) (*HTTP, error) {
	const op = "server url"
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errs.New(errs.Usage, op, "not an http or https URL")
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errs.New(errs.Usage, op, "http is for this machine only").WithHint("Use the server's https URL: answers must not travel readable.")
	}
	h := &HTTP{base: strings.TrimRight(base, "/"), client: newClient(), clock: c, store: store, fresh: map[string]session{}}
	err = store.Load(ctx, func(key string, value []byte) error {
		if key == keySession {
			_ = json.Unmarshal(value, &h.session) // a damaged one is none: the certificate gives another
		}
		return nil
	})
	return h, errs.Wrap(op, err)
}

func newClient() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 4, IdleConnTimeout: 60 * time.Second,
		ResponseHeaderTimeout: callTimeout, ForceAttemptHTTP2: true}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a token goes to the server it is of, and nowhere else
	}}
}

// Bind implements Transport.
func (h *HTTP) Bind(c replica.Credentials) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.me = c
	if h.session.Device == c.Device {
		return
	}
	h.session = h.fresh[c.Device] // without one the certificate signs in
	h.session.Device = c.Device
	h.fresh = map[string]session{}
	_ = h.keep(context.Background()) // the certificate gives another where this one is lost
}

// keep saves the session. A failure is met later: the certificate gives another session.
func (h *HTTP) keep(ctx context.Context) error {
	b, err := json.Marshal(h.session)
	if err != nil {
		return errs.WrapCode(errs.Internal, "save session", err)
	}
	return h.store.Commit(ctx, map[string][]byte{keySession: b})
}

// Push implements Transport.
func (h *HTTP) Push(ctx context.Context, _ string, body []byte) (io.ReadCloser, error) {
	return h.call(ctx, http.MethodPost, "/v1/sync/push", "application/x-ndjson", body)
}

// PushPack implements Transport.
func (h *HTTP) PushPack(ctx context.Context, pack []byte) (io.ReadCloser, error) {
	return h.call(ctx, http.MethodPost, "/v1/sync/push", wire.PackType, pack)
}

// Pull implements Transport.
func (h *HTTP) Pull(ctx context.Context, cursor string, limit int) (io.ReadCloser, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return h.call(ctx, http.MethodGet, "/v1/sync/pull?"+q.Encode(), "", nil)
}

// call makes a request with an access token, with another one where the server does not take the first.
func (h *HTTP) call(ctx context.Context, method, path, kind string, body []byte) (io.ReadCloser, error) {
	for again := false; ; again = true {
		token, err := h.token(ctx, again)
		if err != nil {
			return nil, err
		}
		rc, err := h.send(ctx, method, path, kind, body, token, answerBytes)
		if code := errs.CodeOf(err); !again && (code == errs.Unauthenticated || code == errs.TokenExpired || code == errs.TokenInvalid) {
			continue
		}
		return rc, err
	}
}

// send makes one request; an answer that is no success becomes an error with the server's code.
func (h *HTTP) send(ctx context.Context, method, path, kind string, body []byte, token string, most int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	packed := kind == "application/x-ndjson" && len(body) > 256
	if packed {
		body = new(wire.Bodies).Gzip(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, h.base+path, bytes.NewReader(body))
	if err != nil {
		cancel()
		return nil, errs.WrapCode(errs.Usage, "request", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if packed {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("User-Agent", "ruhu-phone ("+runtime.GOOS+")")
	res, err := h.client.Do(req)
	if err != nil {
		cancel()
		return nil, &errs.Error{Code: errs.Busy, Op: "reach server", Err: unwrapURL(err), Hint: "The server cannot be reached. Nothing is lost; try again later."}
	}
	if res.StatusCode/100 == 2 {
		return &answer{Reader: io.LimitReader(res.Body, most), body: res.Body, cancel: cancel}, nil
	}
	defer cancel()
	defer func() { _ = res.Body.Close() }() // the problem was read
	return nil, h.problem(res)
}

// unwrapURL drops the URL from an error of the client: a pull's cursor stands in it.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// answer ends its request's time when it is closed.
type answer struct {
	io.Reader
	body   io.Closer
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (a *answer) Close() error {
	defer a.cancel()
	return a.body.Close()
}

// problem reads a problem document.
func (h *HTTP) problem(res *http.Response) error {
	const op = "server"
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		h.mu.Lock()
		h.offset = at.Sub(h.clock.Now())
		h.mu.Unlock()
	}
	var p struct {
		Code   errs.Code `json:"code"`
		Title  string    `json:"title"`
		Detail string    `json:"detail"`
		Hint   string    `json:"hint"`
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, accountBytes))
	if err != nil || json.Unmarshal(b, &p) != nil || p.Code == "" {
		code := errs.Busy
		switch res.StatusCode {
		case http.StatusUnauthorized:
			code = errs.Unauthenticated
		case http.StatusForbidden:
			code = errs.Forbidden
		case http.StatusNotFound:
			code = errs.NotFound
		}
		return errs.New(code, op, "status %d without a problem document", res.StatusCode)
	}
	msg := p.Detail
	if msg == "" {
		msg = p.Title
	}
	e := errs.New(p.Code, op, "%s", msg)
	if p.Hint != "" {
		e = e.WithHint("%s", p.Hint)
	}
	return e
}

// tokens is the answer to an enrolment or a refresh.
type tokens struct {
	Device         string   `json:"device"`
	RegistryDevice string   `json:"registry_device"`
	Certificate    string   `json:"certificate"`
	Access         string   `json:"access_token"`
	Refresh        string   `json:"refresh_token"`
	ExpiresIn      int64    `json:"expires_in"`
	Grids          []string `json:"grids"`
	Epoch          string   `json:"epoch"`
	ServerKey      string   `json:"server_key"`
	Worker         struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"worker"`
}

// account makes a request about who the phone is.
func (h *HTTP) account(ctx context.Context, path string, in any) (t tokens, err error) {
	b, err := json.Marshal(in)
	if err != nil {
		return t, errs.WrapCode(errs.Internal, "request", err)
	}
	rc, err := h.send(ctx, http.MethodPost, path, "application/json", b, "", accountBytes)
	if err != nil {
		return t, err
	}
	err = json.NewDecoder(rc).Decode(&t)
	if err = errors.Join(err, rc.Close()); err != nil {
		return t, errs.WrapCode(errs.Busy, "read answer", err)
	}
	return t, nil
}

func (h *HTTP) expires(t tokens) int64 {
	return clock.Millis(h.clock.Now().Add(time.Duration(t.ExpiresIn) * time.Second))
}

// token returns an access token: the one at hand, by refresh token, or by certificate. The new refresh token is saved before
// it is used: whatever answer or power is lost, one of the two is still good, and the certificate always is.
func (h *HTTP) token(ctx context.Context, renew bool) (string, error) {
	h.mu.Lock()
	s, me := h.session, h.me
	h.mu.Unlock()
	left := s.Expires - clock.Millis(h.clock.Now().Add(accessReserve))
	if s.Access != "" && !renew && left > 0 && left < (24*time.Hour).Milliseconds() {
		return s.Access, nil
	}
	if me.Device == "" {
		return "", errs.New(errs.Unauthenticated, "sign in", "this phone is not enrolled")
	}
	var t tokens
	var failed error = errs.New(errs.TokenInvalid, "sign in", "no refresh token")
	if s.Refresh != "" {
		t, failed = h.account(ctx, "/v1/auth/refresh", map[string]any{"refresh_token": s.Refresh})
	}
	switch errs.CodeOf(failed) {
	case errs.TokenInvalid, errs.TokenExpired, errs.TokenReused, errs.Unauthenticated:
		t, failed = h.byCertificate(ctx, me)
	}
	if failed != nil {
		return "", failed
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.session = session{Device: me.Device, Access: t.Access, Expires: h.expires(t), Refresh: t.Refresh}
	if err := h.keep(ctx); err != nil {
		return "", err
	}
	return t.Access, nil
}

// byCertificate signs in with the device's certificate and a fresh signature.
func (h *HTTP) byCertificate(ctx context.Context, me replica.Credentials) (tokens, error) {
	return h.signed(me.Key, func(at string) string { return "ruhu-refresh:" + me.Device + ":" + at }, func(at, sig string) (tokens, error) {
		return h.account(ctx, "/v1/auth/refresh", map[string]any{"certificate": me.Certificate, "at": at, "signature": sig})
	})
}

// signed makes a request with a fresh signature; again with the server's time where the phone's clock is too far from it, or
// the same second was signed before.
func (h *HTTP) signed(key *ecdsa.PrivateKey, message func(at string) string, do func(at, sig string) (tokens, error)) (t tokens, err error) {
	if key == nil {
		return t, errs.New(errs.Unauthenticated, "sign", "the phone's key cannot be read")
	}
	for try := range 3 {
		h.mu.Lock()
		at := h.clock.Now().Add(h.offset + time.Duration(try)*time.Second).UTC().Format(time.RFC3339)
		h.mu.Unlock()
		var sig []byte
		if sig, err = wire.Sign(key, []byte(message(at))); err != nil {
			return t, err
		}
		t, err = do(at, base64.RawURLEncoding.EncodeToString(sig))
		if errs.CodeOf(err) != errs.StaleSignature {
			return t, err
		}
	}
	return t, err
}

// Enrol implements Transport. The signature proves, when an answer was lost, that it is the same phone that asks again.
func (h *HTTP) Enrol(ctx context.Context, r replica.EnrolRequest) (replica.Enrolment, error) {
	public, err := publicKey(r.Key)
	if err != nil {
		return replica.Enrolment{}, err
	}
	normal, err := auth.NormalCode(r.Code)
	if err != nil {
		return replica.Enrolment{}, err
	}
	t, err := h.signed(r.Key, func(at string) string { return "ruhu-enrol:" + normal + ":" + at }, func(at, sig string) (tokens, error) {
		return h.account(ctx, "/v1/devices", map[string]any{"code": r.Code, "name": r.Name, "platform": r.Platform, "public_key": public,
			"at": at, "signature": sig})
	})
	return h.enrolled(t, err)
}

// Fork implements Transport.
func (h *HTTP) Fork(ctx context.Context, r replica.ForkRequest) (replica.Enrolment, error) {
	public, err := publicKey(r.NewKey)
	if err != nil {
		return replica.Enrolment{}, err
	}
	t, err := h.signed(r.Key, func(at string) string { return "ruhu-fork:" + r.Device + ":" + at + ":" + public }, func(at, sig string) (tokens, error) {
		return h.account(ctx, "/v1/devices", map[string]any{"certificate": r.Certificate, "name": "", "platform": "", "public_key": public,
			"at": at, "signature": sig, "reason": "fork"})
	})
	return h.enrolled(t, err)
}

func (h *HTTP) enrolled(t tokens, err error) (replica.Enrolment, error) {
	if err != nil {
		return replica.Enrolment{}, err
	}
	if t.Device == "" || t.RegistryDevice == "" || t.Epoch == "" {
		return replica.Enrolment{}, errs.New(errs.Busy, "enrol", "the server's answer is not whole")
	}
	server, err := base64.StdEncoding.DecodeString(t.ServerKey)
	if err != nil || len(server) != 65 {
		server = nil // no packs with this server
	}
	h.mu.Lock()
	h.fresh[t.Device] = session{Device: t.Device, Access: t.Access, Expires: h.expires(t), Refresh: t.Refresh}
	h.mu.Unlock()
	return replica.Enrolment{Device: t.Device, RegistryDevice: t.RegistryDevice, Certificate: t.Certificate, Worker: t.Worker.ID,
		WorkerName: t.Worker.Name, Grids: t.Grids, Epoch: t.Epoch, ServerKey: server}, nil
}

func publicKey(key *ecdsa.PrivateKey) (string, error) {
	b, err := key.PublicKey.Bytes()
	if err != nil {
		return "", errs.WrapCode(errs.Internal, "public key", err)
	}
	return base64.StdEncoding.EncodeToString(b), nil
}
