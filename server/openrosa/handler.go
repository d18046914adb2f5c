package openrosa

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// Prefix is where the handler is mounted.
const Prefix = "/openrosa"

// Handler answers OpenRosa clients. Safe for concurrent use.
type Handler struct {
	Config
	catalog catalogCache
}

// New checks a configuration and returns a handler.
func New(c Config) (*Handler, error) {
	if c.Users == nil || c.Forms == nil || c.Submissions == nil || c.Clock == nil || c.Sockets == nil {
		return nil, errs.New(errs.Internal, "openrosa", "users, forms, submissions and clocks are required")
	}
	if c.Admit == nil {
		c.Admit = func(auth.Principal, string, bool) time.Duration { return 0 }
	}
	return &Handler{Config: c}, nil
}

// Request is what the server around knows of a request.
type Request struct {
	Base  string // how the client reaches this server: https://HOST, without a slash at the end
	Lang  string // zh or en
	IP    string
	ID    string
	HTTPS bool // nobody on the way can read
}

// Report is what may be logged of a request.
type Report struct {
	Route     string // never with the key
	Principal auth.Principal
	Err       error
}

// exchange is one request and its answer.
type exchange struct {
	*Handler
	Request
	w      http.ResponseWriter
	r      *http.Request
	report *Report
	route  route
	edit   *auth.EditGrant // of an address under /edit: all it may be about
	steady steady
	base   string // Base with /openrosa, and the key as the client wrote it
}

// Serve answers one request whose path begins with Prefix. It fills report as it learns, so that one who is cut off is
// logged too.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, q Request, report *Report) {
	x := &exchange{Handler: h, Request: q, w: w, r: r, report: report}
	x.headers()
	if err := x.serve(); err != nil {
		x.report.Err = err
		x.fail(err)
		x.drain()
	}
}

// headers stand on every answer.
func (x *exchange) headers() {
	h := x.w.Header()
	h.Set("X-OpenRosa-Version", "1.0")
	h.Set("X-OpenRosa-Accept-Content-Length", acceptLength)
	h.Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[x.Lang])
	h.Set("Date", x.Clock.Now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Authorization, Accept-Language")
}

func (x *exchange) serve() error {
	rt, err := parseRoute(x.r.URL.EscapedPath())
	x.route, x.report.Route = rt, rt.pattern()
	if err != nil {
		return err
	}
	x.base = x.Base + Prefix
	if rt.by != "" {
		x.base += "/" + rt.by + "/" + rt.key
	}
	p, err := x.authenticate()
	if err != nil {
		return err
	}
	x.report.Principal = p
	if wait := x.Admit(p, x.IP, false); wait > 0 {
		return tooMany(wait)
	}
	resource, ok := resources()[rt.name]
	if !ok {
		return errs.New(errs.NotFound, "route", "no such address")
	}
	if !slices.Contains(resource.methods, x.r.Method) {
		x.w.Header().Set("Allow", strings.Join(resource.methods, ", "))
		return errs.New(errs.MethodNotAllowed, "route", "not by this method")
	}
	action, area := resource.action, ""
	if x.edit != nil {
		action, area = auth.RecordsChange, x.edit.Grid
	}
	if err := auth.Authorize(p, action, area); err != nil {
		return err
	}
	return resource.serve(x)
}

// resource is one kind of address.
type resource struct {
	methods []string
	action  auth.Action
	serve   func(x *exchange) error
}

func resources() map[string]resource {
	read := []string{http.MethodGet, http.MethodHead}
	return map[string]resource{
		"formList":   {read, auth.FormsRead, (*exchange).formList},
		"form":       {read, auth.FormsRead, (*exchange).form},
		"manifest":   {read, auth.FormsRead, (*exchange).manifest},
		"media":      {read, auth.FormsRead, (*exchange).media},
		"entities":   {read, auth.SyncPull, (*exchange).entityList},
		"integrity":  {read, auth.SyncPull, (*exchange).integrity},
		"instance":   {read, auth.RecordsChange, (*exchange).instanceFile},
		"submission": {[]string{http.MethodHead, http.MethodPost, http.MethodGet}, auth.SyncPush, (*exchange).submission},
	}
}

// route is an address below Prefix, taken apart.
type route struct {
	by            string // key, edit, or "" = nothing in the path says who asks
	key           string // what does, as the client wrote it
	name          string // of the resource, "" = none
	form, version string
	file          string
}

// parseRoute takes a path apart as it came on the wire, so that a slash within a form's id stays one. Code bad-request.
func parseRoute(path string) (route, error) {
	var rt route
	parts := strings.Split(strings.TrimPrefix(path, Prefix), "/")
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" }) // a base that ends in slashes
	if len(parts) == 0 {
		return rt, nil
	}
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || strings.ContainsRune(plain, 0) {
			return rt, errs.New(errs.BadRequest, "route", "the address cannot be read")
		}
		parts[i] = plain
	}
	if parts[0] == "key" || parts[0] == "edit" {
		rt.by = parts[0]
		if len(parts) > 1 {
			rt.key, parts = parts[1], parts[1:]
		}
		parts = parts[1:]
	}
	at := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	version, versioned := strings.CutPrefix(at(2), "v")
	switch n := len(parts); {
	case n == 1 && (at(0) == "formList" || at(0) == "submission"):
		rt.name = at(0)
	case n == 4 && at(0) == "forms" && versioned && at(3) == "form.xml":
		rt.name, rt.form, rt.version = "form", at(1), version
	case n == 4 && at(0) == "forms" && versioned && at(3) == "manifest":
		rt.name, rt.form, rt.version = "manifest", at(1), version
	case n == 5 && at(0) == "forms" && versioned && at(3) == "media":
		rt.name, rt.form, rt.version, rt.file = "media", at(1), version, at(4)
	case n == 2 && at(0) == "entities" && strings.HasSuffix(at(1), ".csv"):
		rt.name, rt.file = "entities", strings.TrimSuffix(at(1), ".csv")
	case n == 3 && at(0) == "entities" && at(2) == "integrity":
		rt.name, rt.file = "integrity", at(1)
	case n == 2 && at(0) == "instance":
		rt.name, rt.file = "instance", at(1)
	}
	return rt, nil
}

// pattern is what the log calls an address.
func (rt route) pattern() string {
	pattern := Prefix
	if rt.by != "" {
		pattern += "/" + rt.by + "/:" + rt.by
	}
	return pattern + map[string]string{
		"": "/*", "formList": "/formList", "submission": "/submission", "form": "/forms/:id/:version/form.xml", "manifest": "/forms/:id/:version/manifest",
		"media": "/forms/:id/:version/media/:name", "entities": "/entities/:list", "integrity": "/entities/:list/integrity", "instance": "/instance/:name",
	}[rt.name]
}

// Patterns lists what Report.Route can be of addresses that exist, without the key; tests walk them.
func Patterns() []string {
	var list []string
	for name := range resources() {
		list = append(list, route{name: name}.pattern())
	}
	slices.Sort(list)
	return list
}

// formURL is the address of something of a form version.
func (x *exchange) formURL(id, version, rest string) string {
	return x.base + "/forms/" + url.PathEscape(id) + "/v" + url.PathEscape(version) + "/" + rest
}
