package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/api"
	"ruhu/server/openrosa"
	"ruhu/server/uploads"
	"ruhu/survey"
	"ruhu/survey/entity"
	"ruhu/sync"
)

// edge is a server with real accounts and nothing behind: for what happens before any handler.
type edge struct {
	*Server
	t     *testing.T
	now   *clock.Manual
	log   *bytes.Buffer
	ready func() error
}

type edgeHealth struct{ e *edge }

func (h edgeHealth) Ready(context.Context) error                          { return h.e.ready() }
func (h edgeHealth) Epoch(context.Context) (string, error)                { return "ep_1", nil }
func (h edgeHealth) AuditHeads(context.Context) ([]auth.AuditHead, error) { return nil, nil }

const edgePassword = "walk-every-house"

func newEdge(t *testing.T) *edge {
	now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	e := &edge{t: t, now: now, log: &bytes.Buffer{}, ready: func() error { return nil }}
	a, err := auth.New(auth.Config{Store: &authtest.Memory{}, Clock: now, Keys: &authtest.Keys{}, Issuer: "test", Audience: "test",
		Hash: auth.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(t, err)
	for _, u := range []auth.NewUser{
		{Login: "office", Role: auth.Reviewer, Area: "990101001", Password: edgePassword},
		{Login: "admin", Role: auth.Admin, Password: edgePassword},
	} {
		_, err := a.CreateUser(t.Context(), auth.Operator("test"), u)
		require.NoError(t, err)
	}
	up, err := uploads.Open(t.TempDir(), make([]byte, 32), now, rand.Reader)
	require.NoError(t, err)
	e.Server, err = New(Config{
		Auth: a, Answers: &sync.Service{}, Registry: &sync.Service{}, Puller: &sync.Puller{}, Broker: sync.NewBroker(), Survey: &survey.Service{},
		Attachments: struct{ Attachments }{}, Uploads: up, Records: struct{ survey.Records }{}, Summaries: struct{ Summaries }{},
		Releases: struct{ survey.Releases }{}, Exports: struct{ Exports }{}, Health: edgeHealth{e}, Submissions: struct{ openrosa.Submissions }{}, Posts: struct{ Posts }{}, Lists: &entity.Service{},
		Clock: now, Rand: rand.Reader, Log: slog.New(slog.NewJSONHandler(e.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "t",
	})
	require.NoError(t, err)
	return e
}

func (e *edge) send(method, target, body string, header ...string) *http.Response {
	r := httptest.NewRequestWithContext(e.t.Context(), method, target, strings.NewReader(body))
	r.RemoteAddr = "198.51.100.7:4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w.Result()
}

func (e *edge) problem(res *http.Response) api.Problem {
	e.t.Helper()
	b, err := io.ReadAll(res.Body)
	require.NoError(e.t, err)
	require.Equal(e.t, "application/problem+json", res.Header.Get("Content-Type"), string(b))
	var p api.Problem
	require.NoError(e.t, json.Unmarshal(b, &p))
	require.Equal(e.t, res.StatusCode, p.Status)
	require.Equal(e.t, res.Header.Get("X-Request-Id"), p.Request)
	return p
}

func (e *edge) token(user string) string {
	e.t.Helper()
	res := e.send("POST", "/v1/auth/login", `{"username":"`+user+`","password":"`+edgePassword+`"}`)
	require.Equal(e.t, 200, res.StatusCode)
	var s api.Session
	require.NoError(e.t, json.NewDecoder(res.Body).Decode(&s))
	require.NotEmpty(e.t, s.AccessToken)
	require.NotEmpty(e.t, s.RefreshToken)
	require.Equal(e.t, 600, s.ExpiresIn)
	return "Bearer " + s.AccessToken
}

func TestContractNamesEveryRouteAndOnlyRealActions(t *testing.T) {
	e := newEdge(t)
	known := map[string]bool{}
	for _, r := range auth.Permissions() {
		known[string(r.Action)] = true
	}
	routed := map[string]bool{}
	for _, r := range e.echo.Routes() {
		if _, page := e.pageAt(r.Method, r.Path); page || r.Path == openRosaPath {
			continue
		}
		_, ok := e.contract.Route(r.Method, r.Path)
		require.True(t, ok, "%s %s is served and not in the contract", r.Method, r.Path)
		routed[r.Method+" "+r.Path] = true
	}
	for _, op := range e.contract.Operations {
		require.True(t, routed[op.Method+" "+op.EchoPath()], "%s is in the contract and not served", op.ID)
		for _, a := range op.Actions {
			require.True(t, known[a], "%s: auth has no action %s", op.ID, a)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	e := newEdge(t)
	res := e.send("GET", "/healthz", "")
	for name, want := range map[string]string{
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Frame-Options":              "DENY",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "",
		"Access-Control-Allow-Origin":  "",
		"Server":                       "",
	} {
		require.Equal(t, want, res.Header.Get(name), name)
	}
	page := e.send("GET", "/login", "")
	policy := page.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	res = e.send("OPTIONS", "/v1/records", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "GET")
	require.Empty(t, res.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, 405, res.StatusCode)
}

func TestProblemsSpeakBothLanguages(t *testing.T) {
	e := newEdge(t)
	zh := e.problem(e.send("GET", "/v1/nothing", ""))
	require.Equal(t, "not-found", zh.Code)
	require.Equal(t, "没有找到。", zh.Title)
	en := e.problem(e.send("GET", "/v1/nothing", "", "Accept-Language", "en"))
	require.Equal(t, "Not found.", en.Title)
	require.Equal(t, "method-not-allowed", e.problem(e.send("PUT", "/v1/me", "")).Code)
	require.Equal(t, "unauthenticated", e.problem(e.send("GET", "/v1/me", "")).Code)
}

func TestBodiesAreReadStrictly(t *testing.T) {
	e := newEdge(t)
	login := func(body string, header ...string) api.Problem {
		return e.problem(e.send("POST", "/v1/auth/login", body, header...))
	}
	require.Equal(t, "invalid", login(`{"username":"office"}`).Code)
	p := login(`{"username":"office","password":"x","role":"admin"}`)
	require.Equal(t, "invalid", p.Code)
	require.Equal(t, "role", p.Faults[0].Path)
	require.Equal(t, "bad-request", login(`{"username":"office","USERNAME":"x","password":"x"}`).Code)
	require.Equal(t, "bad-request", login("{\"username\":\"\xff\",\"password\":\"x\"}").Code)
	require.Equal(t, "bad-request", login(`{"username":"a","password":"b"} {}`).Code)
	require.Equal(t, "unsupported-media", login(`{"username":"a","password":"b"}`, "Content-Type", "text/plain").Code)
	require.Equal(t, "unsupported-media", login(`{}`, "Content-Encoding", "br").Code)
	require.Equal(t, "too-large", login(`{"username":"`+strings.Repeat("a", limits.LoginBytes)+`"}`).Code)

	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(bytes.Repeat([]byte(" "), 8<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Less(t, bomb.Len(), limits.LoginBytes*2)
	require.Equal(t, "too-large", login(bomb.String()[:min(bomb.Len(), limits.LoginBytes)], "Content-Encoding", "gzip").Code)

	var small bytes.Buffer
	z = gzip.NewWriter(&small)
	_, err = z.Write([]byte(`{"username":"office","password":"` + edgePassword + `"}`))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Equal(t, 200, e.send("POST", "/v1/auth/login", small.String(), "Content-Encoding", "gzip").StatusCode)
}

func TestUnknownParametersAreRefused(t *testing.T) {
	e := newEdge(t)
	token := e.token("office")
	for _, query := range []string{"?statsu=approved", "?limit=0", "?limit=x", "?form=a&form=b", "?conflict=perhaps"} {
		require.Equal(t, "invalid", e.problem(e.send("GET", "/v1/records"+query, "", "Authorization", token)).Code, query)
	}
}

func TestTokensAndPlaces(t *testing.T) {
	e := newEdge(t)
	token := e.token("office")
	res := e.send("GET", "/v1/me", "", "Authorization", token)
	require.Equal(t, 200, res.StatusCode)
	var me api.Me
	require.NoError(t, json.NewDecoder(res.Body).Decode(&me))
	require.Equal(t, "990101001", me.User.Area)
	require.Contains(t, me.Actions, "records.read")
	require.NotContains(t, me.Actions, "users.manage")
	require.Empty(t, me.Csrf)

	require.Equal(t, "forbidden", e.problem(e.send("GET", "/v1/users", "", "Authorization", token)).Code)
	require.Equal(t, "out-of-area", e.problem(e.send("GET", "/v1/quarantine?street=990101002", "", "Authorization", token)).Code)
	require.Equal(t, "out-of-area", e.problem(e.send("GET", "/v1/streets/990101002/releases", "", "Authorization", token)).Code)
	require.Equal(t, "token-invalid", e.problem(e.send("GET", "/v1/me", "", "Authorization", token+"x")).Code)
	require.Equal(t, "unauthenticated", e.problem(e.send("GET", "/v1/me", "", "Authorization", "Basic b2ZmaWNl")).Code)
	require.Equal(t, "forbidden", e.problem(e.send("POST", "/v1/attachments/", "", "Authorization", token, "Tus-Resumable", "1.0.0")).Code)

	e.now.Advance(limits.AccessTTL + limits.TokenLeeway + time.Second)
	require.Equal(t, "token-expired", e.problem(e.send("GET", "/v1/me", "", "Authorization", token)).Code)
}

func TestCookieSession(t *testing.T) {
	e := newEdge(t)
	login := `{"username":"office","password":"` + edgePassword + `","cookie":true}`
	res := e.send("POST", "/v1/auth/login", login, "Host", "example.org")
	require.Equal(t, 200, res.StatusCode)
	var s api.Session
	require.NoError(t, json.NewDecoder(res.Body).Decode(&s))
	require.Empty(t, s.AccessToken)
	require.NotEmpty(t, s.Csrf)
	cookie := res.Cookies()[0]
	require.Equal(t, sessionCookie, cookie.Name)
	require.True(t, cookie.HttpOnly)
	require.True(t, cookie.Secure, "example.com is not this machine")
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)

	have := sessionCookie + "=" + cookie.Value
	require.Equal(t, 200, e.send("GET", "/v1/me", "", "Cookie", have).StatusCode)
	require.Equal(t, "csrf", e.problem(e.send("POST", "/v1/auth/logout", "", "Cookie", have)).Code)
	require.Equal(t, "csrf", e.problem(e.send("POST", "/v1/auth/logout", "", "Cookie", have, csrfHeader, "AAAA")).Code)
	res = e.send("POST", "/v1/auth/logout", "", "Cookie", have, csrfHeader, s.Csrf)
	require.Equal(t, 204, res.StatusCode)
	require.Negative(t, res.Cookies()[0].MaxAge)
	require.Equal(t, "token-expired", e.problem(e.send("GET", "/v1/me", "", "Cookie", have)).Code)
}

func TestLoginPage(t *testing.T) {
	e := newEdge(t)
	form := func(v url.Values, header ...string) *http.Response {
		return e.send("POST", "http://localhost/login", v.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
	}
	res := e.send("GET", "/office/streets/990101001?form=x", "")
	require.Equal(t, 303, res.StatusCode)
	require.Equal(t, "/login?next=%2Foffice%2Fstreets%2F990101001%3Fform%3Dx", res.Header.Get("Location"))

	right := url.Values{"username": {"office"}, "password": {edgePassword}, "next": {"/office/streets/990101001?form=x"}}
	require.Equal(t, 403, form(right, "Origin", "https://evil.example").StatusCode)
	require.Equal(t, 403, form(right, "Sec-Fetch-Site", "cross-site").StatusCode)

	wrong := form(url.Values{"username": {"office"}, "password": {"no"}})
	require.Equal(t, 401, wrong.StatusCode)
	page, err := io.ReadAll(wrong.Body)
	require.NoError(t, err)
	require.Contains(t, string(page), "用户名或密码不正确")
	require.Contains(t, string(page), `value="office"`)

	res = form(right, "Origin", "http://localhost", "Sec-Fetch-Site", "same-origin")
	require.Equal(t, 303, res.StatusCode)
	require.Equal(t, "/office/streets/990101001?form=x", res.Header.Get("Location"))
	cookie := res.Cookies()[0]
	require.False(t, cookie.Secure, "plain HTTP on loopback")
	require.True(t, cookie.HttpOnly)
	home := e.send("GET", "http://localhost/", "", "Cookie", sessionCookie+"="+cookie.Value)
	body, err := io.ReadAll(home.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "街道审核员")
	require.Equal(t, 403, e.send("POST", "http://localhost/logout", "csrf=AAAA", "Cookie", sessionCookie+"="+cookie.Value,
		"Content-Type", "application/x-www-form-urlencoded").StatusCode)
}

func TestPanicsAndFailuresShowTheRequestIDOnly(t *testing.T) {
	e := newEdge(t)
	e.ready = func() error { panic("secret answer 42") }
	p := e.problem(e.send("GET", "/readyz", ""))
	require.Equal(t, "internal", p.Code)
	e.ready = func() error { return errs.New(errs.Damaged, "open", "secret path") }
	p = e.problem(e.send("GET", "/readyz", ""))
	require.Equal(t, "damaged", p.Code)
	require.Empty(t, p.Detail)
	require.NotContains(t, e.log.String(), "secret answer")
	require.Contains(t, e.log.String(), p.Request)
	require.Equal(t, 200, e.send("GET", "/healthz", "").StatusCode)
	e.ready = func() error { return nil }
	require.Equal(t, 200, e.send("GET", "/readyz", "").StatusCode)
	e.Stop()
	res := e.send("GET", "/readyz", "")
	require.Equal(t, 503, res.StatusCode)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
}

func TestLogHoldsNoValues(t *testing.T) {
	e := newEdge(t)
	token := e.token("office")
	e.send("GET", "/v1/records?q=CANARY-1", "", "Authorization", token)
	e.send("GET", "/v1/records?CANARY-2=1", "", "Authorization", token)
	e.send("POST", "/v1/auth/login", `{"username":"CANARY-3","password":"CANARY-4"}`)
	e.send("GET", "/v1/CANARY-5", "")
	log := e.log.String()
	require.Contains(t, log, `"route":"/v1/records"`)
	require.NotContains(t, log, "CANARY")
	require.NotContains(t, log, strings.TrimPrefix(token, "Bearer "))
	require.NotContains(t, log, edgePassword)
}

func TestHeadAndConditionalGet(t *testing.T) {
	e := newEdge(t)
	res := e.send("HEAD", "/v1/errors", "")
	require.Equal(t, 200, res.StatusCode)
	res = e.send("GET", "/assets/look.css", "")
	require.Equal(t, "text/css; charset=utf-8", res.Header.Get("Content-Type"))
	require.Equal(t, 404, e.send("GET", "/assets/..%2f..%2fpages.go", "").StatusCode)
	require.Equal(t, 404, e.send("GET", "/assets/", "").StatusCode)
}

func TestAnonymousRequestsAreHeldBack(t *testing.T) {
	e := newEdge(t)
	var res *http.Response
	for range 130 {
		if res = e.send("GET", "/v1/errors", ""); res.StatusCode != 200 {
			break
		}
	}
	require.Equal(t, "too-many-requests", e.problem(res).Code)
	require.Equal(t, "1", res.Header.Get("Retry-After"))
	require.Equal(t, 200, e.send("GET", "/healthz", "").StatusCode, "a probe is never held back")
	e.now.Advance(time.Second)
	require.Equal(t, 200, e.send("GET", "/v1/errors", "").StatusCode)
}

func TestLoginsAreHeldBack(t *testing.T) {
	e := newEdge(t)
	var p api.Problem
	for range limits.LoginPerAccount15m + 1 {
		e.now.Advance(2 * time.Second)
		p = e.problem(e.send("POST", "/v1/auth/login", `{"username":"office","password":"wrong"}`))
	}
	require.Equal(t, "too-many-requests", p.Code)
}

func TestCompressedAnswers(t *testing.T) {
	e := newEdge(t)
	res := e.send("GET", "/v1/errors", "", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
	z, err := gzip.NewReader(res.Body)
	require.NoError(t, err)
	var c api.ErrorCatalogue
	require.NoError(t, json.NewDecoder(z).Decode(&c))
	require.Len(t, c.Errors, len(errs.All()))
	require.Empty(t, e.send("GET", "/healthz", "", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"), "too short to pay")
	login := e.send("POST", "/v1/auth/login", `{"username":"office","password":"`+edgePassword+`"}`, "Accept-Encoding", "gzip")
	require.Empty(t, login.Header.Get("Content-Encoding"), "secrets are not compressed")
}

func TestMetricsStayOnTheAdminListener(t *testing.T) {
	e := newEdge(t)
	e.send("GET", "/healthz", "")
	require.Equal(t, 404, e.send("GET", "/metrics", "").StatusCode)
	require.Equal(t, 404, e.send("GET", "/debug/pprof/", "").StatusCode)
	w := httptest.NewRecorder()
	e.AdminHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	require.Contains(t, w.Body.String(), `ruhu_http_requests_total{method="GET",route="/healthz",status="200"} 1`)
}
