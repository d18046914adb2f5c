package server

import (
	"bytes"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/pages"
	"ruhu/survey/summary"
)

// page is one of the server's own HTML routes. Like the operations of the contract each names who may see it.
type page struct {
	method, path string
	actions      []auth.Action // holding one is enough; empty = public
	area         string        // path parameter that must lie within the person's area
	file         bool          // of an app of the browser: nobody is asked who they are, no limiter counts it
	serve        func(ec echo.Context, c *call) error
}

// pagePolicy is the content security policy of pages: everything from here, nothing inline.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

const (
	sessionCookie  = "ruhu_session"
	languageCookie = "ruhu_lang"
	csrfHeader     = "X-Ruhu-CSRF"
	assetMaxAge    = "public, max-age=3600"
)

func (s *Server) pageTable() []page {
	see := []auth.Action{auth.SummariesRead, auth.ReleasesRead}
	self := []auth.Action{auth.SelfRead}
	list := []page{
		{method: http.MethodGet, path: "/login", serve: s.loginPage},
		{method: http.MethodPost, path: "/login", serve: s.loginForm},
		{method: http.MethodPost, path: "/logout", actions: self, serve: s.logoutForm},
		{method: http.MethodGet, path: "/office", serve: redirectTo("/office/")},
		{method: http.MethodGet, path: "/office/streets/:code", actions: see, area: "code", serve: s.streetPage},
		{method: http.MethodGet, path: "/assets/*", serve: s.asset},
	}
	for _, path := range []string{"/", "/app/*", "/icons/*", "/sw.js", "/manifest.webmanifest"} {
		list = append(list, page{method: http.MethodGet, path: path, file: len(s.phone.files) > 0, serve: s.servePhone})
	}
	return append(list, s.officePages()...)
}

func (s *Server) routePages(e *echo.Echo) error {
	set, err := pages.New()
	if err != nil {
		return errs.WrapCode(errs.Internal, "pages", err)
	}
	assets, err := pages.Assets()
	if err != nil {
		return errs.WrapCode(errs.Internal, "pages", err)
	}
	s.pageSet, s.assets = set, assets
	s.pages = map[string]page{}
	for _, p := range s.pageTable() {
		s.pages[p.method+" "+p.path] = p
		e.Add(p.method, p.path, func(ec echo.Context) error { return p.serve(ec, callOf(ec.Request().Context())) })
	}
	return nil
}

// PageRoutes lists the pages as METHOD PATH, sorted; tests walk them.
func (s *Server) PageRoutes() []string { return slices.Sorted(maps.Keys(s.pages)) }

func (s *Server) pageAt(method, path string) (page, bool) {
	p, ok := s.pages[method+" "+path]
	return p, ok
}

func redirectTo(path string) func(echo.Context, *call) error {
	return func(ec echo.Context, _ *call) error { return ec.Redirect(http.StatusSeeOther, path) }
}

// guardPage is guard for pages: the session's cookie, the page's action, and for forms that the page they stand on is ours.
func (s *Server) guardPage(ec echo.Context, c *call, p page, next echo.HandlerFunc) error {
	r := ec.Request()
	ec.Response().Header().Set("Content-Security-Policy", pagePolicy)
	s.chooseLanguage(ec, c)
	if p.file {
		return next(ec)
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		principal, err := s.auth.AuthenticateCookie(r.Context(), cookie.Value)
		switch {
		case err == nil:
			principal.Request = c.id
			c.principal = principal
		case errs.CodeOf(err) == errs.Busy || errs.CodeOf(err) == errs.Internal:
			return err
		}
	}
	if len(p.actions) > 0 && c.principal.UserID == "" {
		return errs.New(errs.Unauthenticated, "page", "no session")
	}
	if err := s.slowDown(r, c); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if err := s.checkForm(ec, c, p); err != nil {
			return err
		}
	}
	if len(p.actions) > 0 {
		var err error
		for _, a := range p.actions {
			if p.area != "" {
				err = auth.Authorize(c.principal, a, ec.Param(p.area))
			} else {
				err = holds(c.principal, a)
			}
			if err == nil {
				break
			}
		}
		if err != nil {
			s.auditDeniedPage(r, c, p, ec, err)
			return err
		}
	}
	return next(ec)
}

// checkForm refuses a form that another site sent, and one of a page that is out of date.
func (s *Server) checkForm(ec echo.Context, c *call, p page) error {
	const op = "form"
	r := ec.Request()
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return errs.New(errs.CSRF, op, "sent by another site")
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return errs.New(errs.CSRF, op, "sent by another origin")
		}
	}
	r.Body = http.MaxBytesReader(ec.Response(), r.Body, limits.LoginBytes)
	if err := r.ParseForm(); err != nil {
		return errs.WrapCode(errs.BadRequest, op, err)
	}
	if len(p.actions) == 0 {
		return nil
	}
	return s.auth.CheckCSRF(c.principal, r.PostForm.Get("csrf"))
}

// chooseLanguage takes ?lang=, then the cookie it left, then Accept-Language.
func (s *Server) chooseLanguage(ec echo.Context, c *call) {
	asked := ec.QueryParam("lang")
	if asked == "zh" || asked == "en" {
		c.lang = asked
		c.setCookie(&http.Cookie{Name: languageCookie, Value: asked, MaxAge: 365 * 24 * 3600})
		return
	}
	if cookie, err := ec.Request().Cookie(languageCookie); err == nil && (cookie.Value == "zh" || cookie.Value == "en") {
		c.lang = cookie.Value
	}
}

func (s *Server) frame(ec echo.Context, c *call, zh, en string) pages.Frame {
	p := c.principal
	return pages.Frame{Lang: c.lang, Path: ec.Request().URL.Path, Demo: s.Demo, Who: p.Name, Role: string(p.Role), Area: p.Area,
		CSRF: s.auth.CSRFToken(p), Title: pages.Words{ZH: zh, EN: en}}
}

// render writes a page whole, so that a fault in a template cannot leave half of one.
func (s *Server) render(ec echo.Context, status int, name string, view any) error {
	var b bytes.Buffer
	if err := s.pageSet.Render(&b, name, view); err != nil {
		return errs.WrapCode(errs.Internal, "render "+name, err)
	}
	ec.Response().Header().Set("Vary", "Cookie, Accept-Language")
	return ec.HTMLBlob(status, b.Bytes())
}

// problemPage shows an error of a page as a page; false where the route is none.
func (s *Server) problemPage(ec echo.Context, c *call, err error) bool {
	r := ec.Request()
	_, isPage := s.pageAt(r.Method, ec.Path())
	if !isPage && !(c.route == "" && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")) {
		return false
	}
	if isPage && errs.CodeOf(err) == errs.Unauthenticated {
		target := "/login"
		if r.Method == http.MethodGet {
			target += "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
		return ec.Redirect(http.StatusSeeOther, target) == nil
	}
	p := problem(c, err)
	ec.Response().Header().Set("Content-Security-Policy", pagePolicy)
	view := pages.Problem{Frame: s.frame(ec, c, "出错了", "Something is wrong"), Status: p.Status, Message: p.Title, Hint: p.Hint, Request: p.Request}
	return s.render(ec, p.Status, "problem", view) == nil
}

// asset serves style sheet and icon.
func (s *Server) asset(ec echo.Context, _ *call) error {
	name := ec.Param("*")
	if !fs.ValidPath(name) {
		return errs.New(errs.NotFound, "asset", "no such file")
	}
	b, err := fs.ReadFile(s.assets, name)
	if "/assets/"+name == summary.CSSPath {
		b, err = summary.CSS(), nil
	}
	if err != nil {
		return errs.New(errs.NotFound, "asset", "no such file")
	}
	types := map[string]string{"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
	ec.Response().Header().Set("Cache-Control", assetMaxAge)
	return ec.Blob(http.StatusOK, types[name[strings.LastIndexByte(name, '.')+1:]], b)
}
