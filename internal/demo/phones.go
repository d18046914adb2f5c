package demo

import (
	"context"
	"strings"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/errs"
)

// PhoneCode enrols a browser as a further phone of one of the office street's people.
type PhoneCode struct {
	Name string
	Code string
}

// PhoneCodes draws one for a grid worker and one for a liaison cadre.
func PhoneCodes(ctx context.Context, a *app.App) ([]PhoneCode, error) {
	const op = "demo phones"
	var list []PhoneCode
	for _, liaison := range []bool{false, true} {
		u, err := aWorker(ctx, a, liaison)
		if err != nil {
			return nil, err
		}
		_, drawn, err := a.Auth.CreateEnrolment(ctx, operator(), auth.NewEnrolment{Worker: u.ID, Street: OfficeStreet})
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		list = append(list, PhoneCode{Name: u.Name, Code: drawn.Code})
	}
	return list, nil
}

// aWorker finds the first worker of the office street who is a liaison or is none.
func aWorker(ctx context.Context, a *app.App, liaison bool) (auth.User, error) {
	for cursor := ""; ; {
		page, next, err := a.Auth.Users(ctx, operator(), auth.UserFilter{Role: auth.Worker, Area: OfficeStreet}, cursor)
		if err != nil {
			return auth.User{}, errs.Wrap("demo phones", err)
		}
		for _, u := range page {
			if u.Disabled == 0 && strings.HasPrefix(u.Name, liaisonName) == liaison {
				return u, nil
			}
		}
		if cursor = next; cursor == "" {
			return auth.User{}, errs.New(errs.NotFound, "demo phones", "no such worker")
		}
	}
}
