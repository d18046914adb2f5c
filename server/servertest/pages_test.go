package servertest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/servertest"
)

// browser signs in with the plain form and returns the session's cookie.
func browser(w *servertest.World, login string) servertest.Option {
	w.Clock.Advance(3 * time.Second)
	form := url.Values{"username": {login}, "password": {servertest.Password}}
	a := w.Anonymous().Do("POST", "/login", form.Encode(), servertest.With("Content-Type", "application/x-www-form-urlencoded")).Want(303)
	return servertest.With("Cookie", strings.SplitN(a.Header.Get("Set-Cookie"), ";", 2)[0])
}

func TestEveryPageAsEveryRole(t *testing.T) {
	w := servertest.Start(t)
	// status by role in the own street; "office" stands for every role not named.
	pages := map[string]map[string]int{
		"GET /":                     {"office": 200, "nobody": 200},
		"GET /app/*":                {"office": 200, "nobody": 200},
		"GET /icons/*":              {"office": 200, "nobody": 200},
		"GET /sw.js":                {"office": 200, "nobody": 200},
		"GET /manifest.webmanifest": {"office": 200, "nobody": 200},
		"GET /login":                {"office": 303, "nobody": 200},
		"POST /login":               {"office": 401, "nobody": 401}, // without a password
		"POST /logout":              {"office": 403, "nobody": 303}, // without the page's token
		"GET /office":               {"office": 303, "nobody": 303},
		"GET /office/":              {"office": 200, "nobody": 303},
		"GET /office/streets/:code": {"reviewer": 200, "researcher": 404, "viewer": 404, "office": 403, "nobody": 303}, // 404: nothing is released
		"GET /assets/*":             {"office": 200, "nobody": 200},
	}
	require.Len(t, pages, len(w.Server.PageRoutes()), "pages without a case")
	cookies := map[string]servertest.Option{}
	for _, role := range []string{"reviewer", "registrar", "researcher", "viewer", "auditor", "admin"} {
		cookies[role] = browser(w, role+"-1")
	}
	c := w.Anonymous()
	send := func(route, street string, opts ...servertest.Option) int {
		w.Clock.Advance(time.Second)
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer(":code", street, "/app/*", "/app/main-1a2b3c4d.js", "/icons/*", "/icons/icon.svg", "*", "look.css").Replace(path)
		if method == "POST" {
			opts = append(opts, servertest.With("Content-Type", "application/x-www-form-urlencoded"))
			return c.Do(method, path, "x=1", opts...).Status
		}
		return c.Do(method, path, nil, opts...).Status
	}
	for _, route := range w.Server.PageRoutes() {
		want, ok := pages[route]
		require.True(t, ok, "%s has no case", route)
		require.Equal(t, want["nobody"], send(route, servertest.Street1), "%s as nobody", route)
		for _, role := range slices.Sorted(func(yield func(string) bool) {
			for role := range cookies {
				if !yield(role) {
					return
				}
			}
		}) {
			status, named := want[role]
			if !named {
				status = want["office"]
			}
			require.Equal(t, status, send(route, servertest.Street1, cookies[role]), "%s as %s", route, role)
			if strings.Contains(route, ":code") {
				require.Equal(t, 403, send(route, servertest.Street2, cookies[role]), "%s as %s in another street", route, role)
			}
		}
	}
}
