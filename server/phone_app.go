package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ruhu/internal/errs"
	"ruhu/server/pages"
)

// phonePolicy is the content security policy of the phone app: everything from here, nothing inline. The forms' engine is
// WebAssembly; pictures and sounds that were just taken are blobs.
const phonePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
	"media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// servePhone answers with a file of the phone app. Without the app the first page says how to get it.
func (s *Server) servePhone(ec echo.Context, c *call) error {
	name := strings.TrimPrefix(ec.Request().URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	switch found, err := s.phone.serve(ec, name, phonePolicy); {
	case found:
		return err
	case name == "index.html":
		return s.render(ec, http.StatusOK, "home", pages.Home{Frame: s.frame(ec, c, "首页", "Home")})
	default:
		return errs.New(errs.NotFound, "phone app", "no such file")
	}
}
