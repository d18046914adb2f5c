package server

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"ruhu/auth"
	"ruhu/auth/enrolqr"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/server/spec"
)

// CreateEnrolment draws a one-time code.
func (s *Server) CreateEnrolment(ctx context.Context, req api.CreateEnrolmentRequestObject) (api.CreateEnrolmentResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	n := auth.NewEnrolment{Worker: b.Worker, Name: b.Name, Grids: b.Grids, Street: b.Street}
	var err error
	if n.TTL, err = readTTL(b.Expires); err != nil {
		return nil, err
	}
	list, err := s.auth.CreateEnrolments(ctx, c.principal, []auth.NewEnrolment{n})
	if err != nil {
		return nil, err
	}
	sheet, err := s.sheet(c, &list[0])
	if err != nil {
		return nil, err
	}
	out := api.Enrolment{ID: sheet.ID, Code: sheet.Code, URL: sheet.URL, Name: sheet.Name, Grids: sheet.Grids, CollectURL: sheet.CollectURL,
		CollectDevice: sheet.CollectDevice, CollectUsername: sheet.CollectUsername, CollectPassword: sheet.CollectPassword,
		Expires: sheet.Expires, Worker: sheet.Worker, Qr: &sheet.Qr, CollectQrCode: &sheet.CollectQr}
	if out.CollectQr, err = enrolqr.CollectText(out.CollectURL); err != nil {
		return nil, errs.Wrap("enrolment", err)
	}
	for text, to := range map[string]*string{out.URL: &out.QrPng, out.CollectQr: &out.CollectQrPng} {
		png, err := enrolqr.PNG(text, 6)
		if err != nil {
			return nil, errs.Wrap("enrolment", err)
		}
		*to = base64.StdEncoding.EncodeToString(png)
	}
	return api.CreateEnrolment201JSONResponse(out), nil
}

// CreateEnrolments draws codes for many new workers, all or none.
func (s *Server) CreateEnrolments(ctx context.Context, req api.CreateEnrolmentsRequestObject) (api.CreateEnrolmentsResponseObject, error) {
	const op = "enrolments"
	c := callOf(ctx)
	ttl, err := readTTL(req.Body.Expires)
	if err != nil {
		return nil, err
	}
	list := make([]auth.NewEnrolment, 0, len(req.Body.Items))
	var faults []spec.Fault
	for i, x := range req.Body.Items {
		n := auth.NewEnrolment{Name: x.Name, Grids: x.Grids, TTL: ttl}
		switch err := s.auth.CheckEnrolment(ctx, c.principal, n); errs.CodeOf(err) {
		case "":
		case errs.Invalid, errs.OutOfArea:
			p := problem(c, err)
			faults = append(faults, spec.Fault{Path: fmt.Sprintf("items[%d]", i), Message: p.Title + " " + p.Detail})
		default:
			return nil, err
		}
		list = append(list, n)
	}
	if len(faults) > 0 {
		return nil, invalidRequest(op, faults)
	}
	drawn, err := s.auth.CreateEnrolments(ctx, c.principal, list)
	if err != nil {
		return nil, err
	}
	out := api.EnrolmentBatch{Items: make([]api.EnrolmentSheet, len(drawn))}
	for i := range drawn {
		if out.Items[i], err = s.sheet(c, &drawn[i]); err != nil {
			return nil, err
		}
	}
	return api.CreateEnrolments201JSONResponse(out), nil
}

func readTTL(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	ttl, err := time.ParseDuration(text)
	if err != nil {
		return 0, errs.New(errs.Invalid, "enrolment", "expires is a duration such as 72h")
	}
	return ttl, nil
}

// sheet is what is printed for one worker: shown here once, and nowhere else.
func (s *Server) sheet(c *call, d *auth.DrawnEnrolment) (api.EnrolmentSheet, error) {
	e := &d.Enrolment
	out := api.EnrolmentSheet{ID: e.ID, Code: d.Code, URL: auth.EnrolURL(s.publicURL(c), d.Code), Name: e.Name, Grids: listOf(e.Grids),
		CollectURL: enrolqr.AppURL(s.publicURL(c), d.App.Key), CollectDevice: d.App.Device, CollectUsername: d.App.Username,
		CollectPassword: d.App.Password, Expires: timeOf(e.Expires), Worker: e.Worker}
	settings, err := enrolqr.CollectText(out.CollectURL)
	if err != nil {
		return out, errs.Wrap("enrolment", err)
	}
	if out.Qr, err = qrCode(out.URL); err != nil {
		return out, err
	}
	out.CollectQr, err = qrCode(settings)
	return out, err
}

func qrCode(text string) (api.QRCode, error) {
	size, path, err := enrolqr.Path(text)
	return api.QRCode{Size: size, Path: path}, errs.Wrap("enrolment", err)
}
