package server

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
)

// ListAudit lists who did and saw what.
func (s *Server) ListAudit(ctx context.Context, req api.ListAuditRequestObject) (api.ListAuditResponseObject, error) {
	q := req.Params
	query := auth.AuditQuery{Actor: q.Actor, Object: q.Object, Action: q.Action, Role: auth.Role(q.Role), Outcome: q.Outcome, Limit: q.Limit}
	if q.From != nil {
		query.From = q.From.UnixMilli()
	}
	if q.To != nil {
		query.To = q.To.UnixMilli()
	}
	list, next, err := s.auth.AuditLog(ctx, principalOf(ctx), query, q.Cursor)
	if err != nil {
		return nil, err
	}
	page := api.AuditPage{Items: make([]api.AuditEntry, 0, len(list)), Next: next}
	for _, e := range list {
		page.Items = append(page.Items, api.AuditEntry{Seq: int64(e.Seq), At: timeOf(e.At), Actor: e.Actor, Role: string(e.Role),
			Action: e.Action, Object: e.Object, Area: e.Area, Filter: e.Filter, Rows: e.Rows, Outcome: e.Outcome, Request: e.Request})
	}
	return api.ListAudit200JSONResponse(page), nil
}

// auditMost is how many entries one export of the audit log holds.
const auditMost = 200_000

// exportAudit writes the entries of a filter as CSV, page by page. The entry about the export stands before its first byte.
func (s *Server) exportAudit(ec echo.Context) error {
	const op = "export audit log"
	ctx := ec.Request().Context()
	c := callOf(ctx)
	query, filter, err := auditQuery(ec.QueryParams())
	if err != nil {
		return err
	}
	if _, _, err := s.auth.AuditLog(ctx, c.principal, query, ""); err != nil { // whoever may not is told so before anything is written
		return err
	}
	c.saw("audit.csv", c.principal.Area, filter, 0)
	if err := s.recordSeen(ctx, c, auth.AuditRead); err != nil {
		return err
	}
	h := ec.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", contentDisposition("audit-"+s.clock.Now().UTC().Format(time.DateOnly)+".csv"))
	h.Set("Cache-Control", "private, no-store")
	ec.Response().WriteHeader(http.StatusOK)
	if _, err := io.WriteString(ec.Response(), "\ufeff"); err != nil {
		return errs.Wrap(op, err)
	}
	w := csv.NewWriter(ec.Response())
	w.UseCRLF = true
	_ = w.Write([]string{"seq", "at", "actor", "role", "action", "object", "area", "filter", "rows", "outcome", "request"})
	cursor := ""
	for n := 0; n < auditMost; {
		list, next, err := s.auth.AuditLog(ctx, c.principal, query, cursor)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, e := range list {
			_ = w.Write([]string{strconv.FormatUint(e.Seq, 10), timeOf(e.At).Format(time.RFC3339Nano), plain(e.Actor), string(e.Role), plain(e.Action),
				plain(e.Object), e.Area, plain(e.Filter), strconv.FormatInt(e.Rows, 10), plain(e.Outcome), plain(e.Request)})
		}
		if w.Flush(); w.Error() != nil {
			return errs.Wrap(op, w.Error())
		}
		n += len(list)
		if cursor = next; next == "" {
			break
		}
	}
	return nil
}

// auditQuery reads the filter of an export; the contract has checked its shape.
func auditQuery(q url.Values) (auth.AuditQuery, string, error) {
	query := auth.AuditQuery{Actor: q.Get("actor"), Object: q.Get("object"), Action: q.Get("action"), Role: auth.Role(q.Get("role")), Outcome: q.Get("outcome"), Limit: 500}
	var filter []string
	for _, name := range []string{"actor", "object", "action", "role", "outcome", "from", "to"} {
		if q.Get(name) != "" {
			filter = append(filter, name+"="+q.Get(name))
		}
	}
	for name, to := range map[string]*int64{"from": &query.From, "to": &query.To} {
		if q.Get(name) == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, q.Get(name))
		if err != nil {
			return query, "", errs.New(errs.Invalid, "export audit log", "%s is no time", name)
		}
		*to = at.UnixMilli()
	}
	return query, strings.Join(filter, " "), nil
}

// plain keeps a spreadsheet from running a cell.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// VerifyAudit recomputes the audit log's chain and holds it against the heads kept outside the database.
func (s *Server) VerifyAudit(ctx context.Context, _ api.VerifyAuditRequestObject) (api.VerifyAuditResponseObject, error) {
	heads, err := s.Health.AuditHeads(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.auth.VerifyAudit(ctx, heads...)
	if err != nil {
		return nil, err
	}
	out := api.AuditVerdict{Ok: v.OK, Entries: int64(v.Entries), Head: v.Head.String(), Reason: v.Reason}
	if v.First > 0 {
		first := int64(v.First)
		out.FirstFault = &first
	}
	return api.VerifyAudit200JSONResponse(out), nil
}
