package app

import (
	"context"
	"slices"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/survey"
)

// people shows survey the accounts of auth.
type people struct{ auth *auth.Service }

var _ survey.People = people{}

// Worker finds a live worker's account by id, or by a name that only one has.
func (p people) Worker(ctx context.Context, nameOrID string) (string, bool) {
	if u, err := p.auth.UserByID(ctx, nameOrID); err == nil {
		return u.ID, u.Role == auth.Worker && u.Disabled == 0
	}
	found := ""
	for u, err := range p.workers(ctx, "") {
		if err != nil {
			return "", false
		}
		if u.Name != nameOrID || u.Disabled != 0 {
			continue
		}
		if found != "" {
			return "", false
		}
		found = u.ID
	}
	return found, found != ""
}

// WorkersIn lists the workers of a street: those with a phone there, and those whose account began there.
func (p people) WorkersIn(ctx context.Context, street string) ([]string, error) {
	var ids []string
	for u, err := range p.workers(ctx, street) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, u.ID)
	}
	for cursor := ""; ; {
		list, next, err := p.auth.Devices(ctx, auth.Operator("survey"), auth.DeviceFilter{Area: street, Limit: 500}, cursor)
		if err != nil {
			return nil, errs.Wrap("workers of a street", err)
		}
		for _, d := range list {
			ids = append(ids, d.Worker)
		}
		if cursor = next; next == "" {
			break
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (p people) workers(ctx context.Context, area string) func(func(auth.User, error) bool) {
	return func(yield func(auth.User, error) bool) {
		for cursor := ""; ; {
			list, next, err := p.auth.Users(ctx, auth.Operator("survey"), auth.UserFilter{Area: area, Role: auth.Worker, Limit: 500}, cursor)
			if err != nil {
				yield(auth.User{}, errs.Wrap("list workers", err))
				return
			}
			for _, u := range list {
				if !yield(u, nil) {
					return
				}
			}
			if cursor = next; next == "" {
				return
			}
		}
	}
}

// areas tells auth which area codes exist.
type areas struct{ catalog survey.Catalog }

var _ auth.Areas = areas{}

// AreaExists implements auth.Areas.
func (a areas) AreaExists(ctx context.Context, code string) (bool, error) {
	_, ok, err := a.catalog.Area(ctx, code)
	return ok, err
}
