package server

import (
	"cmp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/server/openrosa"
)

// openRosaPath is where OpenRosa clients are answered; package openrosa takes it from there.
const openRosaPath = openrosa.Prefix + "/*"

// isOpenRosa reports whether a path is an OpenRosa client's, whose HEAD is a request of its own.
func isOpenRosa(path string) bool { return strings.HasPrefix(path, openrosa.Prefix+"/") }

// packsOpenRosa reports whether what is asked for is large and holds no secret: a form, one of its files, or an entity list.
// Lists and manifests repeat the key in every address.
func packsOpenRosa(path string) bool {
	return strings.HasSuffix(path, "/form.xml") || strings.Contains(path, "/media/") || strings.HasSuffix(path, ".csv")
}

func (s *Server) newOpenRosa() (*openrosa.Handler, error) {
	return openrosa.New(openrosa.Config{Users: s.auth, Forms: s.Survey, Submissions: s.Submissions, Entities: s.Entities, Files: s.Posts, Clock: s.clock,
		Sockets: s.sockets, Admit: s.admitApp})
}

// admitApp holds back an app user who asks too often, and an address that tries credentials.
func (s *Server) admitApp(p auth.Principal, ip string, failed bool) time.Duration {
	if failed {
		return s.limits.address.take(ipKey(ip))
	}
	return s.limits.apps.take(cmp.Or(p.Device, p.UserID))
}

func (s *Server) serveOpenRosa(ec echo.Context) error {
	r := ec.Request()
	c := callOf(r.Context())
	report := openrosa.Report{Route: openRosaPath}
	defer func() { c.route, c.principal, c.err = report.Route, report.Principal, report.Err }()
	s.openrosa.Serve(ec.Response(), r, openrosa.Request{Base: strings.TrimRight(s.publicURL(c), "/"), Lang: c.lang, IP: c.ip, ID: c.id, HTTPS: c.https}, &report)
	return nil
}
