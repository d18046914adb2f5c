package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/pages"
)

func (s *Server) loginPage(ec echo.Context, c *call) error {
	if c.principal.UserID != "" {
		return ec.Redirect(http.StatusSeeOther, "/office/")
	}
	return s.showLogin(ec, c, http.StatusOK, pages.Login{Next: safeNext(ec.QueryParam("next"))})
}

func (s *Server) showLogin(ec echo.Context, c *call, status int, view pages.Login) error {
	view.Frame = s.frame(ec, c, "登录", "Sign in")
	return s.render(ec, status, "login", view)
}

// loginForm signs in from the plain form. What went wrong stands above the form again; the name is kept, the password not.
func (s *Server) loginForm(ec echo.Context, c *call) error {
	form := ec.Request().PostForm
	view := pages.Login{Username: form.Get("username"), Next: safeNext(form.Get("next"))}
	if len(view.Username) > 4*limits.NameRunes {
		view.Username = ""
	}
	_, err := s.signIn(ec.Request().Context(), c, form.Get("username"), form.Get("password"), true)
	if err == nil {
		target := "/office/"
		if view.Next != "" {
			target = view.Next
		}
		return ec.Redirect(http.StatusSeeOther, target)
	}
	switch errs.CodeOf(err) {
	case errs.BadCredentials, errs.TooMany, errs.Busy:
		p := problem(c, err)
		view.Fault, view.Hint = p.Title, p.Hint
		c.err = err
		return s.showLogin(ec, c, p.Status, view)
	}
	return err
}

// logoutForm ends the session of the page it stands on.
func (s *Server) logoutForm(ec echo.Context, c *call) error {
	if err := s.signOut(ec.Request().Context(), c); err != nil {
		return err
	}
	return ec.Redirect(http.StatusSeeOther, "/login")
}

// safeNext keeps a way back only where it leads to a page of the office here.
func safeNext(next string) string {
	if strings.HasPrefix(next, "/office/") && !strings.ContainsAny(next, "\\\r\n") && !strings.Contains(next, "//") && len(next) <= 300 {
		return next
	}
	return ""
}
