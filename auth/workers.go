package auth

import (
	"cmp"
	"context"
	"slices"

	"ruhu/internal/errs"
)

// WorkerInfo is a worker as those see one who assign and hand over.
type WorkerInfo struct {
	ID       string
	Name     string
	Grids    []string // granted now, of the street asked for
	Disabled bool
}

// Workers lists the workers of a street by name: those whose account began there, and those with a phone there. Codes:
// forbidden, out-of-area.
func (s *Service) Workers(ctx context.Context, by Principal, street string) ([]WorkerInfo, error) {
	const op = "list workers"
	if err := Authorize(by, WorkersRead, street); err != nil {
		return nil, err
	}
	var out []WorkerInfo
	err := s.store.View(ctx, func(r Reader) error {
		ids, err := workerIDs(r, street)
		if err != nil {
			return err
		}
		now := s.now()
		out = make([]WorkerInfo, 0, len(ids))
		for _, id := range ids {
			u, err := r.User(id)
			if errs.CodeOf(err) == errs.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			w := WorkerInfo{ID: u.ID, Name: u.Name, Grids: []string{}, Disabled: !u.Live(now)}
			grants, err := r.Grants(id)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.Open(now) && StreetOf(g.Grid) == street {
					w.Grids = append(w.Grids, g.Grid)
				}
			}
			out = append(out, w)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b WorkerInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, errs.Wrap(op, err)
}

// workerIDs returns who works in a street or did.
func workerIDs(r Reader, street string) ([]string, error) {
	var ids []string
	for q := (UserQuery{Area: street, Role: Worker, Limit: pageMax}); ; {
		list, err := r.Users(q)
		if err != nil {
			return nil, err
		}
		for _, u := range list {
			ids = append(ids, u.ID)
		}
		if len(list) < pageMax {
			break
		}
		q.After = list[len(list)-1].ID
	}
	for q := (DeviceQuery{Area: street, Limit: pageMax}); ; {
		list, err := r.Devices(q)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			ids = append(ids, d.Worker)
		}
		if len(list) < pageMax {
			break
		}
		q.After = list[len(list)-1].ID
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
