package server

import (
	"context"
	"encoding/base64"
	"slices"

	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
)

// CheckForm says what adding a form would do, and stores nothing.
func (s *Server) CheckForm(ctx context.Context, req api.CheckFormRequestObject) (api.CheckFormResponseObject, error) {
	c := callOf(ctx)
	n, err := readFormParts(req.Body)
	if err != nil {
		return nil, err
	}
	n.By = c.principal.UserID
	got, faults, err := s.Survey.CheckForm(ctx, n)
	if err != nil {
		return nil, errs.Wrap("check form", err)
	}
	f := &got.Stored
	out := api.FormChecked{ID: f.ID, Version: f.Version, Title: c.pick(f.TitleZH, f.TitleEN), Hash: f.SHA256, Known: got.Known, Warnings: formFaults(c, faults),
		Missing: listOf(got.Missing), PhoneXML: string(got.Phone), Files: []api.FormFileMade{}, From: got.From, Changes: changesOut(got.Changes)}
	for _, file := range f.Files {
		if slices.ContainsFunc(n.Files, func(x survey.FormFile) bool { return x.Name == file.Name }) {
			continue
		}
		out.Files = append(out.Files, api.FormFileMade{Name: file.Name, Content: base64.StdEncoding.EncodeToString(file.Bytes)})
	}
	return api.CheckForm200JSONResponse(out), nil
}
