package server

import (
	"context"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
	"ruhu/survey/export"
)

// CreateExport queues a table.
func (s *Server) CreateExport(ctx context.Context, req api.CreateExportRequestObject) (api.CreateExportResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	area, err := c.principal.Narrow(b.Area)
	if err != nil {
		return nil, err
	}
	if err := auth.Authorize(c.principal, auth.ExportsCreate, area); err != nil {
		return nil, err
	}
	if b.Correction {
		if err := auth.Authorize(c.principal, auth.ExportsCorrection, area); err != nil {
			return nil, err
		}
	}
	if s.Survey.Snapshot().Latest(b.Form) == nil {
		return nil, errs.New(errs.NotFound, "export", "no form %s", b.Form)
	}
	switch export.Format(b.Format) {
	case export.CSV, export.XLSX:
	default:
		return nil, errs.New(errs.UnsupportedMedia, "export", "tables are made as csv and xlsx, not %s", b.Format)
	}
	if err := s.mayExport(ctx, c.principal, area, b); err != nil {
		return nil, err
	}
	job, err := s.Exports.Create(ctx, survey.ExportJob{Owner: c.principal.UserID, Form: b.Form, Format: string(b.Format), Area: area,
		Statuses: b.Status, Correction: b.Correction})
	if err != nil {
		return nil, err
	}
	c.saw(job.ID, area, "form="+job.Form+" format="+job.Format, 0)
	c.header.Set("Location", "/v1/exports/"+job.ID)
	return api.CreateExport202JSONResponse(exportOf(job)), nil
}

// mayExport holds the rules of tables that leave: approved records only, but in a reviewer's correction file; nothing cut
// smaller than a street; and for researchers only streets whose summary was reviewed and released.
func (s *Server) mayExport(ctx context.Context, p auth.Principal, area string, b *api.CreateExportJSONRequestBody) error {
	const op = "export"
	if b.Correction {
		return nil
	}
	for _, status := range b.Status {
		if status != survey.StatusApproved {
			return errs.New(errs.Rule, op, "status %s is for correction files only", status).
				WithHint("表格只含已通过的记录；更正文件可含其他状态。 Tables hold approved records; a correction file may hold others.")
		}
	}
	if len(area) > auth.StreetWidth {
		return errs.New(errs.Rule, op, "no table is cut smaller than a street").
			WithHint("请选择整个街道。 Choose a whole street.")
	}
	if p.Role != auth.Researcher {
		return nil
	}
	if len(area) != auth.StreetWidth {
		return errs.New(errs.Rule, op, "researchers take one street at a time").
			WithHint("请选择一个已发布的街道。 Choose one street that has been released.")
	}
	_, err := s.chooseRelease(ctx, p, area, b.Form, "")
	if errs.CodeOf(err) == errs.NotFound {
		return errs.New(errs.Rule, op, "street %s has released nothing of %s", area, b.Form).
			WithHint("街道发布汇总之后才能导出。 The street releases its summary first.")
	}
	return err
}

func exportOf(j survey.ExportJob) api.Export {
	return api.Export{ID: j.ID, Form: j.Form, Format: j.Format, Area: j.Area, Status: j.Statuses, Correction: j.Correction,
		State: api.ExportState(j.State), Done: j.Done, Total: j.Total, Created: timeOf(j.Created), Finished: millis(j.Finished),
		File: j.File, Size: j.Size, Snapshot: j.Snapshot, Code: j.Code}
}

// ListExports lists the caller's jobs.
func (s *Server) ListExports(ctx context.Context, req api.ListExportsRequestObject) (api.ListExportsResponseObject, error) {
	q := req.Params
	list, next, err := s.Exports.List(ctx, principalOf(ctx).UserID, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	page := api.ExportPage{Items: make([]api.Export, 0, len(list)), Next: next}
	for _, j := range list {
		page.Items = append(page.Items, exportOf(j))
	}
	return api.ListExports200JSONResponse(page), nil
}

// GetExport says how far a job is.
func (s *Server) GetExport(ctx context.Context, req api.GetExportRequestObject) (api.GetExportResponseObject, error) {
	j, err := s.Exports.Get(ctx, principalOf(ctx).UserID, req.ID)
	if err != nil {
		return nil, err
	}
	return api.GetExport200JSONResponse(exportOf(j)), nil
}

// CancelExport stops a job or deletes its file.
func (s *Server) CancelExport(ctx context.Context, req api.CancelExportRequestObject) (api.CancelExportResponseObject, error) {
	if err := s.Exports.Cancel(ctx, principalOf(ctx).UserID, req.ID); err != nil {
		return nil, err
	}
	return api.CancelExport204Response{}, nil
}

// exportFile sends a finished job's file, with ranges.
func (s *Server) exportFile(ec echo.Context) error {
	ctx := ec.Request().Context()
	c := callOf(ctx)
	f, job, err := s.Exports.Open(ctx, c.principal.UserID, ec.Param("id"))
	if err != nil {
		return errs.Wrap("export file", err)
	}
	defer func() { _ = f.Close() }()
	if err := auth.Authorize(c.principal, auth.ExportsRead, job.Area); err != nil {
		return err // the area was taken from the person since
	}
	c.saw(job.ID, job.Area, "form="+job.Form, int(job.Done))
	if err := s.recordSeen(ctx, c, auth.ExportsRead); err != nil {
		return err
	}
	h := ec.Response().Header()
	h.Set("Content-Disposition", contentDisposition(job.File))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("ETag", `"`+job.ID+`"`)
	h.Set("Cache-Control", "private, no-store")
	s.serveFile(ec, f)
	return nil
}
