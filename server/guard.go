package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/spec"
)

// guard runs after the route is known and before its handler: everything that a request must pass whatever it asks for.
// A route that the contract does not name is refused; nothing is open by omission.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r := ec.Request()
		c := callOf(r.Context())
		c.route = ec.Path()
		if c.route == openRosaPath {
			c.packable = packsOpenRosa(r.URL.Path)
			return next(ec) // it has a guard of its own
		}
		if page, ok := s.pageAt(r.Method, ec.Path()); ok {
			return s.guardPage(ec, c, page, next)
		}
		op, ok := s.contract.Route(r.Method, ec.Path())
		if !ok {
			if methods := s.contract.Methods(ec.Path()); len(methods) > 0 {
				c.header.Set("Allow", strings.Join(methods, ", "))
				return errs.New(errs.MethodNotAllowed, "route", "not by this method")
			}
			return errs.New(errs.NotFound, "route", "no such address")
		}
		c.op = op
		if err := s.identify(r, c, len(op.Actions) == 0); err != nil {
			return err
		}
		if err := s.slowDown(r, c); err != nil {
			return err
		}
		if err := s.authorize(ec, c, op); err != nil {
			s.auditDenied(r, c, op, ec, err)
			return err
		}
		if faults := checkParams(ec, op); len(faults) > 0 {
			return invalidRequest("read parameters", faults)
		}
		if op.Tagged("tus") {
			return next(ec)
		}
		body, err := s.readBody(ec.Response(), r, boundsOf(op.ID))
		if err != nil {
			return err
		}
		if op.Body != nil {
			if err := checkBody(r, body, op.Body); err != nil {
				return err
			}
		}
		c.body = body
		setBody(r, body)
		return next(ec)
	}
}

// identify finds out who asks. A public operation asks nobody: signing in again with an old token in hand is no fault.
func (s *Server) identify(r *http.Request, c *call, public bool) error {
	const op = "identify"
	if public {
		return nil
	}
	var p auth.Principal
	var err error
	cookie, noCookie := r.Cookie(sessionCookie)
	switch header := r.Header.Get("Authorization"); {
	case header != "":
		if c.token, err = auth.BearerToken(header); err != nil {
			return err
		}
		if p, err = s.auth.Authenticate(r.Context(), c.token); err != nil {
			return err
		}
	case noCookie == nil:
		c.cookie = cookie.Value
		if p, err = s.auth.AuthenticateCookie(r.Context(), c.cookie); err != nil {
			return err
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if err := s.auth.CheckCSRF(p, r.Header.Get(csrfHeader)); err != nil {
				return err
			}
		}
	default:
		return errs.New(errs.Unauthenticated, op, "no token and no session")
	}
	p.Request = c.id
	c.principal = p
	return nil
}

// slowDown holds back who asks too often: a phone by its device, a person by account, everybody else by address.
func (s *Server) slowDown(r *http.Request, c *call) error {
	var wait time.Duration
	switch {
	case c.principal.Device != "":
		wait = s.limits.device.take(c.principal.Device)
	case c.principal.UserID != "":
		wait = s.limits.person.take(c.principal.UserID)
	case c.op != nil && (c.op.ID == "healthz" || c.op.ID == "readyz"):
	default:
		wait = s.limits.address.take(ipKey(c.ip))
	}
	if wait > 0 {
		return tooMany("limit", wait)
	}
	return nil
}

// authorize holds the principal against the action and the area the contract names. For areas that only the handler can
// know (body, object, list) it asks whether the role holds the action at all; the services ask for the object's area.
func (s *Server) authorize(ec echo.Context, c *call, op *spec.Operation) error {
	if len(op.Actions) == 0 {
		return nil
	}
	var denied error
	for _, a := range op.Actions {
		var err error
		switch op.Area.Kind {
		case spec.AreaPath:
			err = auth.Authorize(c.principal, auth.Action(a), pathParam(ec, op.Area.Name))
		case spec.AreaQuery:
			err = auth.Authorize(c.principal, auth.Action(a), ec.QueryParam(op.Area.Name))
		default:
			err = holds(c.principal, auth.Action(a))
		}
		if err == nil {
			return nil
		}
		if denied == nil || errs.CodeOf(denied) == errs.Forbidden {
			denied = err
		}
	}
	return denied
}

// holds asks for an action wherever the principal's own area is.
func holds(p auth.Principal, a auth.Action) error {
	area := p.Area
	if scope, ok := auth.ScopeOf(p.Role, a); ok && scope == auth.ScopeGrids {
		if len(p.Grids) == 0 {
			return errs.New(errs.OutOfArea, "authorize", "no grid is granted")
		}
		area = p.Grids[0]
	}
	return auth.Authorize(p, a, area)
}

// pathParam returns a path parameter unescaped.
func pathParam(ec echo.Context, name string) string {
	raw := ec.Param(name)
	if v, err := url.PathUnescape(raw); err == nil {
		return v
	}
	return raw
}

// checkParams checks parameters against the contract. Query parameters that are not named there, or twice, are refused:
// a filter with a typing error must not look like "no filter".
func checkParams(ec echo.Context, op *spec.Operation) []spec.Fault {
	var faults []spec.Fault
	var query url.Values
	if ec.Request().URL.RawQuery != "" {
		query = ec.QueryParams()
	}
	for _, p := range op.Params {
		var value string
		var given bool
		switch p.In {
		case "path":
			value, given = pathParam(ec, p.Name), true
		case "query":
			list := query[p.Name]
			if given = len(list) > 0; given {
				value = list[0]
			}
			if len(list) > 1 {
				faults = append(faults, spec.Fault{Path: p.Name, Message: "stands twice"})
			}
		case "header":
			value = ec.Request().Header.Get(p.Name)
			given = value != ""
		}
		switch {
		case given:
			faults = append(faults, p.Schema.CheckText(p.Name, value)...)
		case p.Required:
			faults = append(faults, spec.Fault{Path: p.Name, Message: "is missing"})
		}
	}
	for name := range query {
		if !hasParam(op, name) {
			faults = append(faults, spec.Fault{Path: clipName(name), Message: "is not known here"})
		}
	}
	return faults
}

func hasParam(op *spec.Operation, name string) bool {
	for _, p := range op.Params {
		if p.In == "query" && p.Name == name {
			return true
		}
	}
	return false
}

func clipName(name string) string {
	if len(name) > 40 {
		return strings.ToValidUTF8(name[:40], "")
	}
	return strings.ToValidUTF8(name, "")
}

// checkBody holds a JSON body against its schema, strictly.
func checkBody(r *http.Request, body []byte, schema *spec.Schema) error {
	const op = "read body"
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return errs.New(errs.UnsupportedMedia, op, "the body must be application/json")
	}
	value, err := spec.DecodeStrict(body)
	if err != nil {
		return err
	}
	if faults := schema.Check(value); len(faults) > 0 {
		return invalidRequest(op, faults)
	}
	return nil
}

// strictBinder binds a body that checkBody has already read strictly.
type strictBinder struct{}

// Bind reads the JSON body; parameters are bound by the generated code.
func (strictBinder) Bind(target any, ec echo.Context) error {
	dec := json.NewDecoder(ec.Request().Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(target); err != nil {
		return errs.WrapCode(errs.BadRequest, "read body", err)
	}
	return nil
}
