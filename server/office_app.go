package server

import (
	"bytes"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/pages"
)

const (
	// officePolicy is the content security policy of the office console: everything from here, nothing inline. The forms' engine,
	// in which forms are looked at and tried, is WebAssembly; pictures of answers are blobs.
	officePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
		"media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	// officeTrial only reports: the console's libraries write markup in one policy of their own, which no browser may do without.
	officeTrial = "require-trusted-types-for 'script'"

	// officeMark is where the first page is told who it speaks to.
	officeMark = `<html lang="zh-CN" data-app="office">`
)

// officeApp is the office console and its first page, which every address of the console answers with.
type officeApp struct {
	*builtApp
	page []byte // nil = this program was compiled without the console
}

func readOfficeApp(built fs.FS) (officeApp, error) {
	app, err := readApp(built)
	if err != nil || built == nil {
		return officeApp{builtApp: app}, err
	}
	page, err := fs.ReadFile(built, "index.html")
	if err != nil {
		return officeApp{}, errs.WrapCode(errs.Internal, "office app", err)
	}
	if !bytes.Contains(page, []byte(officeMark)) {
		return officeApp{}, errs.New(errs.Internal, "office app", "its first page has no %s", officeMark)
	}
	return officeApp{app, page}, nil
}

// officePages are the addresses of the console. The page of a street's summary stays a plain one, to be read and printed without
// the console; without the console there is a plain list of streets.
func (s *Server) officePages() []page {
	self := []auth.Action{auth.SelfRead}
	if s.office.page == nil {
		return []page{{method: http.MethodGet, path: "/office/", actions: self, serve: s.officePage}}
	}
	return []page{
		{method: http.MethodGet, path: "/office/", actions: self, serve: s.officeFirstPage},
		{method: http.MethodGet, path: "/office/*", actions: self, serve: s.officeFirstPage},
		{method: http.MethodGet, path: "/office/app/*", file: true, serve: s.officeFile},
	}
}

// officeFile answers with a file of the console.
func (s *Server) officeFile(ec echo.Context, _ *call) error {
	found, err := s.office.serve(ec, strings.TrimPrefix(ec.Request().URL.Path, "/office/"), officePolicy)
	if !found {
		return errs.New(errs.NotFound, "office app", "no such file")
	}
	return err
}

// officeFirstPage answers with the console, in the person's language. It says whether the data is invented, and in which zone
// its dates are.
func (s *Server) officeFirstPage(ec echo.Context, c *call) error {
	if c.principal.Role == auth.Worker {
		return s.render(ec, http.StatusOK, "office", pages.Office{Frame: s.frame(ec, c, "街道", "Streets"), Nothing: noOffice})
	}
	mark := `<html lang="zh-CN" data-app="office" data-zone="` + s.Survey.Zone.String() + `"`
	if c.lang == "en" {
		mark = strings.Replace(mark, "zh-CN", "en", 1)
	}
	if s.Demo {
		mark += " data-demo"
	}
	h := ec.Response().Header()
	h.Set("Content-Security-Policy", officePolicy)
	h.Set("Content-Security-Policy-Report-Only", officeTrial)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Accept-Language")
	return ec.HTMLBlob(http.StatusOK, bytes.Replace(s.office.page, []byte(officeMark), []byte(mark+">"), 1))
}
