package servertest_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server"
	"ruhu/server/servertest"
)

func TestPhoneAppIsServedToAnybody(t *testing.T) {
	w := servertest.Start(t)
	c := w.Anonymous()
	encoded := func(v string) servertest.Option { return servertest.With("Accept-Encoding", v) }

	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/sw.js": "text/javascript; charset=utf-8", "/manifest.webmanifest": "application/manifest+json", "/icons/icon.svg": "image/svg+xml",
	} {
		a := c.Get(path).Want(200)
		require.Equal(t, kind, a.Header.Get("Content-Type"), path)
		require.Equal(t, "no-cache", a.Header.Get("Cache-Control"), path)
		require.NotEmpty(t, a.Header.Get("ETag"), path)
		c.Do("GET", path, nil, servertest.With("If-None-Match", a.Header.Get("ETag"))).Want(304)
		c.Do("GET", path, nil, servertest.With("If-None-Match", `W/"another"`)).Want(200)
	}

	const script = "/app/main-1a2b3c4d.js"
	for accept, want := range map[string]string{"gzip, deflate, br": "br", "gzip": "gzip", "identity": "", "br;q=0, gzip;q=0.5": "gzip", "BR": "br"} {
		a := c.Do("GET", script, nil, encoded(accept)).Want(200)
		require.Equal(t, want, a.Header.Get("Content-Encoding"), accept)
		require.Equal(t, "Accept-Encoding", a.Header.Get("Vary"), accept)
		require.Equal(t, "public, max-age=31536000, immutable", a.Header.Get("Cache-Control"))
		require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	}
	require.Equal(t, "as brotli", string(c.Do("GET", script, nil, encoded("br")).Body))

	policy := c.Get("/").Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'", "worker-src 'self'", "img-src 'self' blob: data:",
		"media-src 'self' blob:", "frame-ancestors 'none'"} {
		require.Contains(t, policy, part)
	}
	require.NotContains(t, policy, "unsafe-inline")
	require.NotContains(t, policy, "'unsafe-eval'")
	for _, allowed := range []string{"camera=(self)", "microphone=(self)", "geolocation=(self)"} {
		require.Contains(t, c.Get("/").Header.Get("Permissions-Policy"), allowed)
	}

	for _, path := range []string{"/app/", "/app/none.js", "/app/..%2findex.html", "/app/%2e%2e/sw.js", "/icons/../sw.js", "/notes.doc", "/index.html", "/app/main-1a2b3c4d.js.br"} {
		require.Equal(t, 404, c.Get(path).Status, path)
	}
	require.NotContains(t, c.Get("/login").Want(200).Header.Get("Content-Security-Policy"), "wasm", "other pages keep their own policy")
}

func TestPhonesOfOneAddressLoadTheAppTogether(t *testing.T) {
	w := servertest.Start(t)
	c := w.Anonymous()
	for range 400 { // a village behind one address
		c.Get("/app/main-1a2b3c4d.js").Want(200)
	}
}

func TestWithoutThePhoneAppTheFirstPageSaysHowToGetIt(t *testing.T) {
	w := servertest.Start(t)
	cfg := w.App.ServerConfig()
	cfg.Phone = nil
	s, err := server.New(cfg)
	require.NoError(t, err)
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		return rec
	}
	page := get("/")
	require.Equal(t, 200, page.Code)
	require.Contains(t, page.Body.String(), "make build")
	require.NotContains(t, page.Header().Get("Content-Security-Policy"), "wasm")
	require.Equal(t, 404, get("/sw.js").Code)
	require.Equal(t, 200, get("/login").Code)
}
