package server

import (
	"context"
	"time"

	"ruhu/auth"
	"ruhu/server/api"
)

// millis turns a stored time into one of the API; 0 is "never" and stays away.
func millis(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// ListUsers lists accounts of the caller's area.
func (s *Server) ListUsers(ctx context.Context, req api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	q := req.Params
	list, next, err := s.auth.Users(ctx, principalOf(ctx), auth.UserFilter{Role: auth.Role(q.Role), Limit: q.Limit}, q.Cursor)
	if err != nil {
		return nil, err
	}
	page := api.UserPage{Items: make([]api.User, 0, len(list)), Next: next}
	for _, u := range list {
		page.Items = append(page.Items, userOf(u))
	}
	return api.ListUsers200JSONResponse(page), nil
}

func userOf(u auth.User) api.User {
	return api.User{ID: u.ID, Name: u.Login, Display: u.Name, Role: api.Role(u.Role), Area: u.Area, Disabled: u.Disabled != 0,
		Created: timeOf(u.Created), ValidUntil: millis(u.ValidUntil)}
}

// ListWorkers lists the workers of a street.
func (s *Server) ListWorkers(ctx context.Context, req api.ListWorkersRequestObject) (api.ListWorkersResponseObject, error) {
	street := req.Params.Street
	list, err := s.auth.Workers(ctx, principalOf(ctx), street)
	if err != nil {
		return nil, err
	}
	out := api.WorkerList{Items: make([]api.Worker, 0, len(list))}
	for _, w := range list {
		out.Items = append(out.Items, api.Worker{ID: w.ID, Code: s.Survey.WorkerCode(street, w.ID), Name: w.Name, Grids: w.Grids, Disabled: w.Disabled})
	}
	return api.ListWorkers200JSONResponse(out), nil
}

// CreateUser opens an account.
func (s *Server) CreateUser(ctx context.Context, req api.CreateUserRequestObject) (api.CreateUserResponseObject, error) {
	b := req.Body
	n := auth.NewUser{Login: b.Name, Name: b.Display, Role: auth.Role(b.Role), Area: b.Area, Password: b.Password}
	if b.ValidUntil != nil {
		n.ValidUntil = b.ValidUntil.UnixMilli()
	}
	u, err := s.auth.CreateUser(ctx, principalOf(ctx), n)
	if err != nil {
		return nil, err
	}
	return api.CreateUser201JSONResponse(userOf(u)), nil
}

// ChangeUser changes an account.
func (s *Server) ChangeUser(ctx context.Context, req api.ChangeUserRequestObject) (api.ChangeUserResponseObject, error) {
	b := req.Body
	ch := auth.UserChange{Name: b.Display, Area: b.Area, Password: b.Password, Disabled: b.Disabled}
	if b.Role != "" {
		role := auth.Role(b.Role)
		ch.Role = &role
	}
	if b.ValidUntil != nil {
		until := b.ValidUntil.UnixMilli()
		ch.ValidUntil = &until
	}
	u, err := s.auth.ChangeUser(ctx, principalOf(ctx), req.ID, ch)
	if err != nil {
		return nil, err
	}
	return api.ChangeUser200JSONResponse(userOf(u)), nil
}
