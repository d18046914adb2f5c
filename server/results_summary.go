package server

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
)

// Summary returns a street's summary as JSON, or as HTML where the client prefers it.
func (s *Server) Summary(ctx context.Context, req api.SummaryRequestObject) (api.SummaryResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	if prefersHTML(c.accept) {
		b, err := s.summaryPage(ctx, c, req.Code, q.Form, q.Release)
		if err != nil {
			return nil, err
		}
		return api.Summary200TextHTMLResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b))}, nil
	}
	b, rel, err := s.summaryJSON(ctx, c, req.Code, q.Form, q.Release)
	if err != nil {
		return nil, err
	}
	c.frozen(rel)
	return jsonBytes(b), nil
}

// SummaryHTML returns the same as a page.
func (s *Server) SummaryHTML(ctx context.Context, req api.SummaryHTMLRequestObject) (api.SummaryHTMLResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	if q.Lang != "" {
		c.lang = string(q.Lang)
	}
	b, err := s.summaryPage(ctx, c, req.Code, q.Form, q.Release)
	if err != nil {
		return nil, err
	}
	return api.SummaryHTML200TextHTMLResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b))}, nil
}

// prefersHTML reports whether text/html stands before JSON in an Accept header, as a browser's does.
func prefersHTML(accept string) bool {
	html := strings.Index(accept, "text/html")
	json := strings.Index(accept, "application/json")
	return html >= 0 && (json < 0 || html < json)
}

// jsonBytes is JSON that is made already.
type jsonBytes []byte

// VisitSummaryResponse writes it.
func (b jsonBytes) VisitSummaryResponse(w http.ResponseWriter) error { return b.write(w) }

// VisitFormModelResponse writes it.
func (b jsonBytes) VisitFormModelResponse(w http.ResponseWriter) error { return b.write(w) }

func (b jsonBytes) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(b)
	return err
}

// frozen lets a release be kept by the browser: its bytes never change.
func (c *call) frozen(rel *survey.Release) {
	if rel == nil {
		return
	}
	c.header.Set("ETag", `"`+rel.ID+`"`)
	c.header.Set("Cache-Control", "private, max-age=3600")
}

// chooseRelease finds which frozen summary is meant: the one named; else, for those who may see releases only, the newest of
// the form. nil = the live one.
func (s *Server) chooseRelease(ctx context.Context, p auth.Principal, street, form, id string) (*survey.Release, error) {
	const op = "summary"
	live := auth.Authorize(p, auth.SummariesRead, street) == nil
	if id == "" && live {
		return nil, nil
	}
	if err := auth.Authorize(p, auth.ReleasesRead, street); err != nil {
		return nil, err
	}
	for cursor := ""; id == ""; {
		list, next, err := s.Releases.ListReleases(ctx, street, cursor, 50)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		for _, r := range list {
			if form == "" || r.Form == form {
				id = r.ID
				break
			}
		}
		if cursor = next; id == "" && next == "" {
			return nil, errs.New(errs.NotFound, op, "no released summary of %s yet", street)
		}
	}
	r, err := s.Releases.GetRelease(ctx, street, id)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	return &r, nil
}

func (s *Server) summaryJSON(ctx context.Context, c *call, street, form, release string) ([]byte, *survey.Release, error) {
	rel, err := s.chooseRelease(ctx, c.principal, street, form, release)
	if err != nil {
		return nil, nil, err
	}
	if rel != nil {
		return rel.JSON, rel, nil
	}
	if form, err = s.summaryForm(ctx, form); err != nil {
		return nil, nil, err
	}
	b, err := s.Summaries.JSON(ctx, street, form)
	return b, nil, errs.Wrap("summary", err)
}

// ListReleases lists released summaries.
func (s *Server) ListReleases(ctx context.Context, req api.ListReleasesRequestObject) (api.ListReleasesResponseObject, error) {
	q := req.Params
	list, next, err := s.Releases.ListReleases(ctx, req.Code, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	page := api.ReleasePage{Items: make([]api.Release, 0, len(list)), Next: next}
	for _, r := range list {
		page.Items = append(page.Items, releaseOf(r))
	}
	return api.ListReleases200JSONResponse(page), nil
}

func releaseOf(r survey.Release) api.Release {
	return api.Release{ID: r.ID, Street: r.Street, Form: r.Form, ReleasedBy: r.ByName, Released: timeOf(r.At), Snapshot: r.Snapshot, Note: r.Note}
}

// pageSize is how many entries a page holds where none is asked for.
func pageSize(n int) int {
	if n <= 0 {
		return 50
	}
	return n
}
