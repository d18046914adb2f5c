package servertest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/openrosa"
	"ruhu/server/servertest"
)

// Nobody comes in by a session of the office or of a phone: app users alone do, and only their own way.
func TestNoRoleEntersOpenRosa(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm("house", "1", ""), nil)
	app := w.AppUser(servertest.Street1, "李")
	clients := map[string]*servertest.Client{"nobody": w.Anonymous(), "worker": w.Phones[servertest.Street1].Client}
	for _, role := range strings.Fields(everybody) {
		if role != "worker" {
			clients[role] = w.People[role+"-1"]
		}
	}
	fill := strings.NewReplacer("/:id/:version/", "/house/v1/", ":name", "x.csv", ":list/integrity", "houses/integrity", ":list", "houses.csv")
	for _, pattern := range openrosa.Patterns() {
		path := fill.Replace(pattern)
		for _, who := range slices.Sorted(maps.Keys(clients)) {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
				w.Clock.Advance(100 * time.Millisecond) // tries from one address are held back
				a := clients[who].Do(method, path, nil)
				require.Equal(t, http.StatusUnauthorized, a.Status, "%s %s as %s", method, path, who)
				require.Equal(t, "1.0", a.Header.Get("X-OpenRosa-Version"))
				require.NotEmpty(t, a.Header.Get("WWW-Authenticate"))
			}
		}
		own := strings.TrimPrefix(app.CollectURL, w.URL) + strings.TrimPrefix(path, openrosa.Prefix)
		a := w.Anonymous().Get(own)
		require.Contains(t, []int{200, 204, 403, 404}, a.Status, "%s by key", path)
	}
	// And an app user's key is of no use anywhere else.
	key := app.CollectURL[strings.LastIndexByte(app.CollectURL, '/')+1:]
	for _, path := range []string{"/v1/me", "/v1/sync/pull", "/v1/forms"} {
		require.Equal(t, 401, w.Anonymous().Get(path, servertest.With("Authorization", "Bearer "+key)).Status)
	}
	w.People["reviewer-1"].Post("/v1/auth/login", map[string]string{"username": app.CollectUsername, "password": app.CollectPassword}).Problem("bad-credentials")
}
