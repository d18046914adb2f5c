package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"ruhu/internal/errs"
)

// ImportAssignments reads and stores assignments inside the actor's area; all faults at once (import-faults), all or
// nothing. It returns how many were stored.
func (s *Service) ImportAssignments(ctx context.Context, a Actor, r io.Reader) (int, error) {
	const op = "import assignments"
	if err := s.Refresh(ctx); err != nil {
		return 0, errs.Wrap(op, err)
	}
	lookups, broken := s.assignmentLookups(ctx)
	list, err := ParseAssignments(r, a.Area, lookups)
	if *broken != nil {
		return 0, errs.Wrap(op, *broken)
	}
	if err != nil {
		return 0, err
	}
	return len(list), errs.Wrap(op, s.Catalog.PutAssignments(ctx, list))
}

func (s *Service) assignmentLookups(ctx context.Context) (AssignmentLookups, *error) {
	var broken error
	areas := map[string]Area{}
	workers := map[string]string{}
	return AssignmentLookups{
		Area: func(code string) (Area, bool) {
			if area, ok := areas[code]; ok {
				return area, true
			}
			area, ok, err := s.Catalog.Area(ctx, code)
			if err != nil {
				broken = err
			}
			if ok {
				areas[code] = area
			}
			return area, ok
		},
		Household: func(code string) (Household, bool) {
			h, ok, err := s.Registry.Household(ctx, code)
			if err != nil {
				broken = err
			}
			return h, ok
		},
		Worker: func(name string) (string, bool) {
			if id, ok := workers[name]; ok {
				return id, id != ""
			}
			if s.People == nil {
				return name, name != ""
			}
			id, ok := s.People.Worker(ctx, name)
			if !ok {
				id = ""
			}
			workers[name] = id
			return id, ok
		},
		Form: s.useOf,
	}, &broken
}

// PutAssignment adds or changes one assignment and ends those it replaces, in one step; codes invalid, out-of-area, not-found
// (one to be replaced, also outside the area).
func (s *Service) PutAssignment(ctx context.Context, a Actor, as Assignment, replaces ...string) (Assignment, error) {
	const op = "put assignment"
	if err := s.Refresh(ctx); err != nil {
		return Assignment{}, errs.Wrap(op, err)
	}
	lookups, broken := s.assignmentLookups(ctx)
	if as.Household != "" {
		h, ok := lookups.Household(as.Household)
		switch {
		case !ok:
			return Assignment{}, errs.New(errs.Invalid, op, "there is no such household")
		case !h.Selected:
			return Assignment{}, errs.New(errs.Invalid, op, "the household is not selected")
		case as.Grid != "" && as.Grid != h.Grid:
			return Assignment{}, errs.New(errs.Invalid, op, "the household is not in this grid")
		}
		as.Grid = h.Grid
	} else if area, ok := lookups.Area(as.Grid); !ok || area.Kind != Grid {
		return Assignment{}, errs.New(errs.Invalid, op, "there is no such grid")
	}
	if !Within(a.Area, as.Grid) {
		return Assignment{}, errs.New(errs.OutOfArea, op, "grid %s is not in %s", as.Grid, a.Area)
	}
	id, ok := lookups.Worker(as.Worker)
	if !ok {
		return Assignment{}, errs.New(errs.Invalid, op, "there is no such worker")
	}
	as.Worker = id
	sv, use, ok := s.useOf(as.Form)
	if !ok || sv.State == SurveyClosed {
		return Assignment{}, errs.New(errs.SurveyClosed, op, "no open survey uses form %s", printable(as.Form))
	}
	as.Survey, as.Form = sv.ID, use.Form
	if as.Due != "" {
		if _, err := time.Parse(time.DateOnly, as.Due); err != nil {
			return Assignment{}, errs.New(errs.Invalid, op, "due is no date")
		}
	}
	if *broken != nil {
		return Assignment{}, errs.Wrap(op, *broken)
	}
	for _, id := range replaces {
		if _, err := s.ownAssignment(ctx, a, id); err != nil {
			return Assignment{}, errs.Wrap(op, err)
		}
	}
	replaces = slices.DeleteFunc(slices.Clone(replaces), func(id string) bool { return id == as.ID() })
	return as, errs.Wrap(op, s.Catalog.PutAssignments(ctx, []Assignment{as}, replaces...))
}

// ownAssignment returns an assignment of the actor's area; code not-found.
func (s *Service) ownAssignment(ctx context.Context, a Actor, id string) (Assignment, error) {
	as, ok, err := s.Catalog.Assignment(ctx, id)
	if err == nil && (!ok || !Within(a.Area, as.Grid)) {
		err = errs.New(errs.NotFound, "assignment", "no such assignment")
	}
	return as, err
}

// AssignmentCounts adds the assignments of the actor's area up by grid, form and worker, in that order.
func (s *Service) AssignmentCounts(ctx context.Context, a Actor, under, after string, limit int) ([]AssignmentCount, string, error) {
	area, err := narrow(a.Area, under)
	if err != nil {
		return nil, "", err
	}
	return s.Catalog.AssignmentCounts(ctx, area, after, pageLimit(limit))
}

// Assignments lists assignments of the actor's area.
func (s *Service) Assignments(ctx context.Context, a Actor, f AssignmentFilter, after string, limit int) ([]Assignment, string, error) {
	area, err := narrow(a.Area, f.Area)
	if err != nil {
		return nil, "", err
	}
	f.Area = area
	return s.Catalog.Assignments(ctx, f, after, pageLimit(limit))
}

// ID returns an assignment's id: the same work of the same worker has the same id for ever.
func (a Assignment) ID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.Grid, a.Form, a.Household, a.Worker}, "\x1f")))
	return "as_" + hex.EncodeToString(sum[:10])
}

// DeleteAssignment removes one of the actor's area and returns what it was; code not-found (also outside the area).
func (s *Service) DeleteAssignment(ctx context.Context, a Actor, id string) (Assignment, error) {
	const op = "delete assignment"
	as, err := s.ownAssignment(ctx, a, id)
	if err != nil {
		return Assignment{}, errs.Wrap(op, err)
	}
	return as, errs.Wrap(op, s.Catalog.DeleteAssignment(ctx, id))
}
