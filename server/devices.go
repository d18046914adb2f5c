package server

import (
	"context"
	"encoding/base64"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
)

// EnrolDevice enrols a phone with a one-time code, or anew with its certificate after a fork.
func (s *Server) EnrolDevice(ctx context.Context, req api.EnrolDeviceRequestObject) (api.EnrolDeviceResponseObject, error) {
	const op = "enrol"
	c := callOf(ctx)
	b := req.Body
	proof := auth.Proof{At: b.At, Signature: b.Signature}
	var e auth.Enrolled
	var err error
	switch {
	case b.Code != "" && b.Certificate == "":
		e, err = s.auth.Enrol(ctx, auth.EnrolRequest{Code: b.Code, Name: b.Name, Platform: b.Platform, PublicKey: b.PublicKey,
			Proof: proof, IP: c.ip, Agent: c.agent, Request: c.id})
	case b.Certificate != "" && b.Code == "":
		e, err = s.auth.Fork(ctx, auth.ForkRequest{Certificate: b.Certificate, Proof: proof, PublicKey: b.PublicKey, Name: b.Name,
			Platform: b.Platform, IP: c.ip, Agent: c.agent, Request: c.id})
	default:
		err = errs.New(errs.BadRequest, op, "either code, or certificate with at and signature")
	}
	if err != nil {
		return nil, err
	}
	epoch, err := s.Health.Epoch(ctx)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	c.principal = e.Principal
	serverKey := ""
	if s.PackKey != nil {
		serverKey = base64.StdEncoding.EncodeToString(s.PackKey.PublicKey().Bytes())
	}
	out := api.Enrolled{ServerKey: serverKey, Device: e.Device.ID, RegistryDevice: e.Device.RegistryID, Certificate: e.Certificate, AccessToken: e.Access,
		RefreshToken: e.Refresh, ExpiresIn: seconds(e.ExpiresIn), Grids: e.Device.Grids, Epoch: epoch}
	out.Worker.ID, out.Worker.Name = e.Device.Worker, e.Device.WorkerName
	return api.EnrolDevice201JSONResponse(out), nil
}

// ListDevices lists phones of the caller's area.
func (s *Server) ListDevices(ctx context.Context, req api.ListDevicesRequestObject) (api.ListDevicesResponseObject, error) {
	q := req.Params
	list, next, err := s.auth.Devices(ctx, principalOf(ctx), auth.DeviceFilter{Area: q.Within, Worker: q.Worker,
		Silent: time.Duration(q.SilentDays) * 24 * time.Hour, Limit: q.Limit}, q.Cursor)
	if err != nil {
		return nil, err
	}
	page := api.DevicePage{Items: make([]api.Device, 0, len(list)), Next: next}
	for _, d := range list {
		page.Items = append(page.Items, api.Device{ID: d.ID, RegistryDevice: d.RegistryID, Worker: d.Worker, WorkerName: d.WorkerName,
			Name: d.Name, Platform: d.Platform, Street: d.Street, Grids: d.Grids, State: api.DeviceState(d.State()), ForkOf: d.ForkOf,
			Created: timeOf(d.Enrolled), LastSeen: millis(d.LastSeen), Revoked: millis(d.Revoked), DrainUntil: millis(d.DrainUntil),
			Reason: d.Reason})
	}
	return api.ListDevices200JSONResponse(page), nil
}

// RevokeDevice ends a phone's reads.
func (s *Server) RevokeDevice(ctx context.Context, req api.RevokeDeviceRequestObject) (api.RevokeDeviceResponseObject, error) {
	if err := s.auth.RevokeDevice(ctx, principalOf(ctx), req.ID, req.Body.Reason); err != nil {
		return nil, err
	}
	return api.RevokeDevice204Response{}, nil
}

// ConfirmDevice accepts a phone that was re-admitted after a restore.
func (s *Server) ConfirmDevice(ctx context.Context, req api.ConfirmDeviceRequestObject) (api.ConfirmDeviceResponseObject, error) {
	if err := s.auth.ConfirmDevice(ctx, principalOf(ctx), req.ID); err != nil {
		return nil, err
	}
	return api.ConfirmDevice204Response{}, nil
}

// ProlongDrain lets a revoked phone push for longer.
func (s *Server) ProlongDrain(ctx context.Context, req api.ProlongDrainRequestObject) (api.ProlongDrainResponseObject, error) {
	if err := s.auth.ProlongDrain(ctx, principalOf(ctx), req.ID, req.Body.Until); err != nil {
		return nil, err
	}
	return api.ProlongDrain204Response{}, nil
}

// ListEnrolments lists codes without the codes.
func (s *Server) ListEnrolments(ctx context.Context, req api.ListEnrolmentsRequestObject) (api.ListEnrolmentsResponseObject, error) {
	q := req.Params
	list, next, err := s.auth.Enrolments(ctx, principalOf(ctx), auth.EnrolmentFilter{All: q.All, Limit: q.Limit}, q.Cursor)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now().UnixMilli()
	page := api.EnrolmentPage{Items: make([]api.EnrolmentBrief, 0, len(list)), Next: next}
	for _, e := range list {
		page.Items = append(page.Items, api.EnrolmentBrief{ID: e.ID, Worker: e.Worker, Name: e.Name, Street: e.Street, Grids: listOf(e.Grids),
			Device: e.Device, Created: timeOf(e.Created), Expires: timeOf(e.Expires), State: api.EnrolmentBriefState(e.State(now))})
	}
	return api.ListEnrolments200JSONResponse(page), nil
}

// RevokeEnrolment makes a code worthless.
func (s *Server) RevokeEnrolment(ctx context.Context, req api.RevokeEnrolmentRequestObject) (api.RevokeEnrolmentResponseObject, error) {
	if err := s.auth.RevokeEnrolment(ctx, principalOf(ctx), req.ID); err != nil {
		return nil, err
	}
	return api.RevokeEnrolment204Response{}, nil
}

// ChangeGrants grants grids to a worker and withdraws them.
func (s *Server) ChangeGrants(ctx context.Context, req api.ChangeGrantsRequestObject) (api.ChangeGrantsResponseObject, error) {
	ch, err := s.auth.ChangeGrants(ctx, principalOf(ctx), req.ID, req.Body.Add, req.Body.Remove)
	if err != nil {
		return nil, err
	}
	return api.ChangeGrants200JSONResponse{Granted: listOf(ch.Granted), Withdrawn: listOf(ch.Withdrawn)}, nil
}

// ChangeOwnPassword changes the caller's password.
func (s *Server) ChangeOwnPassword(ctx context.Context, req api.ChangeOwnPasswordRequestObject) (api.ChangeOwnPasswordResponseObject, error) {
	c := callOf(ctx)
	if err := s.auth.ChangeOwnPassword(ctx, c.principal, req.Body.Old, req.Body.New, c.ip); err != nil {
		return nil, err
	}
	return api.ChangeOwnPassword204Response{}, nil
}

// listOf makes a list that JSON writes as [] where there is nothing.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// publicURL is how phones reach the server.
func (s *Server) publicURL(c *call) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	scheme := "http://"
	if c.https {
		scheme = "https://"
	}
	return scheme + c.host
}
