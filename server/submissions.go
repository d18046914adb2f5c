package server

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey/submission"
)

// ListSubmissions lists what OpenRosa clients posted of a record, without answers.
func (s *Server) ListSubmissions(ctx context.Context, req api.ListSubmissionsRequestObject) (api.ListSubmissionsResponseObject, error) {
	c := callOf(ctx)
	v, err := s.Survey.Record(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsHistory, req.ID, err)
	}
	posts, err := s.Posts.Bodies(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	c.saw(req.ID, v.Village, "", len(posts))
	out := api.SubmissionList{Items: make([]api.Submission, 0, len(posts))}
	for _, p := range posts {
		sub := api.Submission{Instance: p.Instance, Parent: p.Parent, Form: p.Form, Version: p.Version, Date: s.civil(p.At),
			Hash: hex.EncodeToString(p.ID[:]), Worker: s.Survey.WorkerCode(auth.StreetOf(v.Village), p.Worker), Files: []api.SubmissionFile{}}
		for _, f := range p.Files {
			sub.Files = append(sub.Files, api.SubmissionFile{Name: f.Name, Attachment: f.Blob, Size: int(f.Size)})
		}
		out.Items = append(out.Items, sub)
	}
	return api.ListSubmissions200JSONResponse(out), nil
}

// GetSubmission returns the posted bytes.
func (s *Server) GetSubmission(ctx context.Context, req api.GetSubmissionRequestObject) (api.GetSubmissionResponseObject, error) {
	c := callOf(ctx)
	v, err := s.Survey.Record(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsRead, req.ID, err)
	}
	var id submission.Hash
	if h := req.Params.Hash; h != "" {
		if err := id.UnmarshalText([]byte(h)); err != nil {
			return nil, errs.New(errs.Invalid, "submission", "hash has 64 hex digits")
		}
	}
	body, err := s.Posts.Body(ctx, req.ID, req.Instance, id)
	if err != nil {
		return nil, err
	}
	c.saw(req.ID, v.Village, "submission", 1)
	return api.GetSubmission200ApplicationXMLResponse{Body: bytes.NewReader(body), ContentLength: int64(len(body))}, nil
}

// civil is the civil date of a moment: the office is shown no times, which would tell the household.
func (s *Server) civil(ms int64) string {
	return time.UnixMilli(ms).In(s.Survey.Zone).Format(time.DateOnly)
}
