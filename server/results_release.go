package server

import (
	"context"
	"strings"

	"ruhu/internal/errs"
	"ruhu/server/api"
)

// DraftRelease shows what a release would be now.
func (s *Server) DraftRelease(ctx context.Context, req api.DraftReleaseRequestObject) (api.DraftReleaseResponseObject, error) {
	c := callOf(ctx)
	d, err := s.Summaries.Draft(ctx, req.Code, req.Params.Form)
	if err != nil {
		return nil, err
	}
	out := api.ReleaseDraft{Street: req.Code, Form: req.Params.Form, Snapshot: d.Snapshot, Approved: d.Approved, Live: d.Live, Officer: c.principal.Name,
		Suppressed: make([]api.SuppressedPart, 0, len(d.Suppressed)), Summary: d.JSON}
	for _, x := range d.Suppressed {
		out.Suppressed = append(out.Suppressed, api.SuppressedPart{Where: api.Text{Zh: x.Where.ZH, En: x.Where.EN}, Reason: api.Text{Zh: x.Reason.ZH, En: x.Reason.EN}})
	}
	return api.DraftRelease200JSONResponse(out), nil
}

// CreateRelease freezes a reviewed summary.
func (s *Server) CreateRelease(ctx context.Context, req api.CreateReleaseRequestObject) (api.CreateReleaseResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	if b.Officer != "" && strings.TrimSpace(b.Officer) != c.principal.Name {
		return nil, errs.New(errs.Invalid, "release", "the signature is not the officer's name").
			WithHint("请署您的姓名：%s Sign with your own name.", c.principal.Name)
	}
	r, err := s.Summaries.Release(ctx, c.principal, req.Code, b.Form, b.Note, b.Snapshot)
	if err != nil {
		return nil, err
	}
	c.saw(r.ID, r.Street, r.Form, 1)
	c.header.Set("Location", "/v1/streets/"+r.Street+"/summary?release="+r.ID)
	return api.CreateRelease201JSONResponse(releaseOf(r)), nil
}
