package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/server/spec"
)

// seen says what a handler showed or changed, for the audit log.
type seen struct {
	object string // id
	area   string
	filter string
	rows   int64
}

// saw notes what the handler of this call shows; the entry is durable before the answer leaves.
func (c *call) saw(object, area, filter string, rows int) {
	c.seen = &seen{object: object, area: area, filter: filter, rows: int64(rows)}
}

// auditAnswers writes the audit entry of what a handler said it shows, between the handler and its answer: whoever reads
// an answer here has left a trace that survives a crash.
func (s *Server) auditAnswers(next api.StrictHandlerFunc, _ string) api.StrictHandlerFunc {
	return func(ec echo.Context, req any) (any, error) {
		res, err := next(ec, req)
		c := callOf(ec.Request().Context())
		if err != nil || c.seen == nil || c.op == nil || len(c.op.Actions) == 0 {
			return res, err
		}
		return res, s.recordSeen(ec.Request().Context(), c, auth.Action(c.op.Actions[0]))
	}
}

func (s *Server) recordSeen(ctx context.Context, c *call, a auth.Action) error {
	e := c.principal.Entry(a, c.seen.object, c.seen.area, c.seen.rows, nil)
	e.Filter = c.seen.filter
	return errs.Wrap("audit", s.auth.Record(ctx, e))
}

// auditDenied notes what somebody was refused.
func (s *Server) auditDenied(r *http.Request, c *call, op *spec.Operation, ec echo.Context, err error) {
	if c.principal.UserID == "" || len(op.Actions) == 0 {
		return
	}
	area := ""
	switch op.Area.Kind {
	case spec.AreaPath:
		area = pathParam(ec, op.Area.Name)
	case spec.AreaQuery:
		area = ec.QueryParam(op.Area.Name)
	}
	if auth.CheckArea(area) != nil {
		area = ""
	}
	s.auth.Note(r.Context(), c.principal.Entry(auth.Action(op.Actions[0]), ec.Param("id"), area, 0, err))
}

func (s *Server) auditDeniedPage(r *http.Request, c *call, p page, ec echo.Context, err error) {
	area := ""
	if p.area != "" && auth.CheckArea(ec.Param(p.area)) == nil {
		area = ec.Param(p.area)
	}
	s.auth.Note(r.Context(), c.principal.Entry(p.actions[0], p.path, area, 0, err))
}

// notThere refuses an object that lies outside the caller's area as if it did not exist, and notes the try.
func (s *Server) notThere(ctx context.Context, c *call, a auth.Action, object, area string) error {
	denied := errs.New(errs.OutOfArea, string(a), "%s lies outside", object)
	s.auth.Note(ctx, c.principal.Entry(a, object, area, 0, denied))
	return errs.New(errs.NotFound, string(a), "%s", object)
}
