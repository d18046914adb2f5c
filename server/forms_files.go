package server

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema/compare"
	"ruhu/server/api"
	"ruhu/survey"
)

// FormChanges says in words what a form version has that another had not.
func (s *Server) FormChanges(ctx context.Context, req api.FormChangesRequestObject) (api.FormChangesResponseObject, error) {
	list, err := s.Survey.FormChanges(ctx, req.ID, formVersion(req.Params.From), formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	return api.FormChanges200JSONResponse(api.FormChangeList{Items: changesOut(list)}), nil
}

func changesOut(list []compare.Change) []api.FormChange {
	out := make([]api.FormChange, 0, len(list))
	for _, c := range list {
		out = append(out, api.FormChange{Kind: string(c.Kind), Path: c.Path, Text: api.Text{Zh: c.ZH, En: c.EN}, Refused: c.Refused})
	}
	return out
}

// FormFiles lists the files of a form version.
func (s *Server) FormFiles(ctx context.Context, req api.FormFilesRequestObject) (api.FormFilesResponseObject, error) {
	files, asked, err := s.Survey.FilesOf(ctx, req.ID, formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	out := api.FormFileList{Items: make([]api.FormFileEntry, 0, len(files)), Missing: []string{}}
	for _, f := range files {
		out.Items = append(out.Items, api.FormFileEntry{Name: f.Name, Hash: f.SHA256, Md5: f.MD5, Size: int(f.Size)})
	}
	for _, name := range asked {
		if !slices.ContainsFunc(files, func(f survey.FormFile) bool { return f.Name == name }) {
			out.Missing = append(out.Missing, name)
		}
	}
	return api.FormFiles200JSONResponse(out), nil
}

// FormFile returns one file of a form version.
func (s *Server) FormFile(ctx context.Context, req api.FormFileRequestObject) (api.FormFileResponseObject, error) {
	version := formVersion(req.Version)
	files, _, err := s.Survey.FilesOf(ctx, req.ID, version)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f survey.FormFile) bool { return f.Name == req.Name })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "form file", "the form has no such file")
	}
	c := callOf(ctx)
	c.header.Set("ETag", `"`+files[i].SHA256+`"`)
	c.header.Set("Cache-Control", "private, no-cache")
	if c.have(files[i].SHA256) {
		return api.FormFile200ApplicationOctetStreamResponse{Body: strings.NewReader("")}, nil // what wraps the answer makes it a 304
	}
	f, err := s.Survey.FormFile(ctx, req.ID, version, req.Name)
	if err != nil {
		return nil, err
	}
	c.header.Set("ETag", `"`+f.SHA256+`"`)
	return formFileAnswer{f}, nil
}

// have reports whether the client has what a tag names.
func (c *call) have(tag string) bool {
	return strings.TrimPrefix(c.ifNoneMatch, "W/") == `"`+tag+`"`
}

// formFileAnswer is a file under its own type, to be saved rather than shown.
type formFileAnswer struct{ f survey.FormFile }

// VisitFormFileResponse implements api.FormFileResponseObject.
func (a formFileAnswer) VisitFormFileResponse(w http.ResponseWriter) error {
	kind := mime.TypeByExtension(path.Ext(a.f.Name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", contentDisposition(a.f.Name))
	_, err := io.Copy(w, bytes.NewReader(a.f.Bytes))
	return err
}
