package servertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"ruhu/server"
	"ruhu/server/servertest"
)

// console is a server of the world's data that has the console built in.
func console(t *testing.T, w *servertest.World) func(path string, header ...string) *httptest.ResponseRecorder {
	cfg := w.App.ServerConfig()
	cfg.Office = servertest.OfficeApp()
	s, err := server.New(cfg)
	require.NoError(t, err)
	return func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		return rec
	}
}

func TestConsoleIsServedToPeopleOfTheOffice(t *testing.T) {
	w := servertest.Start(t)
	get := console(t, w)
	signedIn := func(login string) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		browser(w, login)(r)
		return r.Header.Get("Cookie")
	}
	cookie := signedIn("reviewer-1")

	for _, path := range []string{"/office/", "/office/review", "/office/records/0192f?status=submitted"} {
		away := get(path)
		require.Equal(t, http.StatusSeeOther, away.Code, path)
		require.Contains(t, away.Header().Get("Location"), "/login?next=%2Foffice%2F", path)

		page := get(path, "Cookie", cookie)
		require.Equal(t, http.StatusOK, page.Code, path)
		require.Equal(t, "text/html; charset=UTF-8", page.Header().Get("Content-Type"))
		require.Equal(t, "no-store", page.Header().Get("Cache-Control"))
		require.Contains(t, page.Body.String(), `<html lang="zh-CN" data-app="office" data-zone="Asia/Shanghai" data-demo>`)
		policy := page.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "style-src 'self';")
		require.NotContains(t, policy, "unsafe-inline")
		require.NotContains(t, policy, "'unsafe-eval'")
		require.Equal(t, "require-trusted-types-for 'script'", page.Header().Get("Content-Security-Policy-Report-Only"))
	}
	require.Contains(t, get("/office/", "Cookie", cookie, "Accept-Language", "en").Body.String(), `<html lang="en" data-app="office"`)

	script := get("/office/app/main-1a2b3c4d.js")
	require.Equal(t, http.StatusOK, script.Code, "the program is no secret")
	require.Equal(t, "/* office */", script.Body.String())
	require.Equal(t, "public, max-age=31536000, immutable", script.Header().Get("Cache-Control"))
	for _, path := range []string{"/office/app/none.js", "/office/app/%2e%2e/index.html"} {
		require.Equal(t, http.StatusNotFound, get(path).Code, path)
	}
	require.Equal(t, http.StatusNotFound, get("/office/streets/"+servertest.Street1, "Cookie", signedIn("viewer-1")).Code,
		"a street's page stays a page of its own: nothing is released")
}

func TestAConsoleThatCannotBeToldWhoItSpeaksToIsNotServed(t *testing.T) {
	w := servertest.Start(t)
	cfg := w.App.ServerConfig()
	cfg.Office = fstest.MapFS{"index.html": {Data: []byte("<html><title>x</title></html>")}}
	_, err := server.New(cfg)
	require.ErrorContains(t, err, "its first page has no")
}
