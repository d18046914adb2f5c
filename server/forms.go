package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"path"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/xform"
	"ruhu/server/api"
	"ruhu/survey"
)

// ListForms lists all form versions.
func (s *Server) ListForms(ctx context.Context, _ api.ListFormsRequestObject) (api.ListFormsResponseObject, error) {
	list, err := s.Survey.Forms(ctx)
	if err != nil {
		return nil, err
	}
	out := api.FormList{Items: make([]api.Form, 0, len(list))}
	for i := range list {
		out.Items = append(out.Items, s.formOf(&list[i]))
	}
	return api.ListForms200JSONResponse(out), nil
}

func (s *Server) formOf(f *survey.StoredForm) api.Form {
	out := api.Form{ID: f.ID, Version: f.Version, Title: api.Text{Zh: f.TitleZH, En: f.TitleEN}, Hash: f.SHA256, State: api.FormStateOpen,
		Added: timeOf(f.Added), Warnings: f.Warnings}
	if f.Closed {
		out.State = api.FormStateClosed
	}
	if info, ok := s.Survey.Info(f.ID); ok {
		out.Kind, out.Survey = string(info.Kind), info.Survey
	}
	for _, file := range f.Files {
		out.Attachments = append(out.Attachments, api.FormAttachment{Name: file.Name, Hash: file.SHA256, Size: int(file.Size)})
	}
	return out
}

// formVersion reads a version of a path: "-" is the empty one.
func formVersion(version string) string {
	if version == "-" {
		return ""
	}
	return version
}

// GetForm returns one form version.
func (s *Server) GetForm(ctx context.Context, req api.GetFormRequestObject) (api.GetFormResponseObject, error) {
	f, err := s.Survey.Form(ctx, req.ID, formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	return api.GetForm200JSONResponse(s.formOf(&f)), nil
}

// CloseForm stops handing out a form version.
func (s *Server) CloseForm(ctx context.Context, req api.CloseFormRequestObject) (api.CloseFormResponseObject, error) {
	c := callOf(ctx)
	version := formVersion(req.Version)
	if err := s.Survey.CloseForm(ctx, req.ID, version); err != nil {
		return nil, err
	}
	c.saw(req.ID, "", "version="+version, 1)
	return api.CloseForm204Response{}, nil
}

// FormXML returns the uploaded bytes.
func (s *Server) FormXML(ctx context.Context, req api.FormXMLRequestObject) (api.FormXMLResponseObject, error) {
	f, err := s.Survey.Form(ctx, req.ID, formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	callOf(ctx).lasting(f.SHA256)
	return api.FormXML200ApplicationXMLResponse{FormXMLApplicationXMLResponse: xmlBody(f.XML)}, nil
}

func xmlBody(b []byte) api.FormXMLApplicationXMLResponse {
	return api.FormXMLApplicationXMLResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b))}
}

// PhoneXML returns the form as phones get it.
func (s *Server) PhoneXML(ctx context.Context, req api.PhoneXMLRequestObject) (api.PhoneXMLResponseObject, error) {
	f, err := s.Survey.Form(ctx, req.ID, formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	b, _, err := xform.Phone(f.XML)
	if err != nil {
		return nil, errs.Wrap("phone.xml", err)
	}
	callOf(ctx).lasting("phone-" + f.SHA256)
	return api.PhoneXML200ApplicationXMLResponse{FormXMLApplicationXMLResponse: xmlBody(b)}, nil
}

// FormModel returns the form as a tree of questions.
func (s *Server) FormModel(ctx context.Context, req api.FormModelRequestObject) (api.FormModelResponseObject, error) {
	f, err := s.Survey.Form(ctx, req.ID, formVersion(req.Version))
	if err != nil {
		return nil, err
	}
	form := s.Survey.Snapshot().Get(f.ID, f.Version)
	if form == nil {
		if form, _, err = xform.Read(f.XML); err != nil {
			return nil, errs.Wrap("model.json", err)
		}
	}
	callOf(ctx).lasting("model-" + f.SHA256)
	return jsonBytes(form.Model()), nil
}

// lasting lets the browser keep bytes that never change under their address.
func (c *call) lasting(tag string) {
	c.header.Set("ETag", `"`+tag+`"`)
	c.header.Set("Cache-Control", "private, max-age=86400, immutable")
}

// AddForm adds a form version from an XLSForm or XForm XML.
func (s *Server) AddForm(ctx context.Context, req api.AddFormRequestObject) (api.AddFormResponseObject, error) {
	const op = "add form"
	c := callOf(ctx)
	n, err := readFormParts(req.Body)
	if err != nil {
		return nil, err
	}
	n.By = c.principal.UserID
	f, faults, _, err := s.Survey.AddForm(ctx, n)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	c.saw(f.ID, "", "version="+f.Version, 1)
	return api.AddForm201JSONResponse{ID: f.ID, Version: f.Version, Title: c.pick(f.TitleZH, f.TitleEN), Hash: f.SHA256, Warnings: formFaults(c, faults)}, nil
}

// readFormParts reads the parts of an upload: form, and any number of attachment.
func readFormParts(r *multipart.Reader) (survey.NewForm, error) {
	const op = "read upload"
	var n survey.NewForm
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, errs.WrapCode(errs.BadRequest, op, err)
		}
		b, err := io.ReadAll(io.LimitReader(part, limits.AttachmentBytes+1))
		if err != nil {
			return n, errs.WrapCode(errs.BadRequest, op, err)
		}
		switch part.FormName() {
		case "form":
			switch {
			case n.XML != nil:
				return n, errs.New(errs.BadRequest, op, "the part form stands twice")
			case len(b) > max(limits.XMLBytes, limits.XLSXBytes):
				return n, errs.New(errs.TooLarge, op, "the form has more than %d bytes", max(limits.XMLBytes, limits.XLSXBytes))
			}
			n.XML = b
			n.Name = strings.TrimSuffix(path.Base(part.FileName()), path.Ext(part.FileName()))
		case "attachment":
			if len(b) > limits.AttachmentBytes {
				return n, errs.New(errs.TooLarge, op, "an attachment has more than %d bytes", limits.AttachmentBytes)
			}
			n.Files = append(n.Files, survey.FormFile{Name: part.FileName(), Bytes: b})
		default:
			return n, errs.New(errs.BadRequest, op, "parts are form and attachment")
		}
	}
	if len(n.XML) == 0 {
		return n, errs.New(errs.BadRequest, op, "the part form is missing")
	}
	return n, nil
}

// faultsOfForm finds the faults of an uploaded form in an error.
func faultsOfForm(err error) []schema.Fault {
	var f *survey.FormFaults
	if errors.As(err, &f) {
		return f.List
	}
	return schema.FaultsOf(err)
}
