package entity

import (
	"context"

	"ruhu/internal/limits"
	"ruhu/survey"
)

// Lists the server makes of the frame, unless a published form writes to a list of the same name. They are read-only.
const (
	Households = "households" // of the viewer's grids: what the phone's feed tells a worker, no more
	Followups  = "followups"  // the viewer's open assignments of follow-up forms
)

func madeByServer(name string) bool { return name == Households || name == Followups }

// made is a list the server makes, for one viewer.
type made interface {
	columns() []string
	rows(ctx context.Context, put func(name, label string, version int64, values []string) error) error
}

// make returns a list the server makes and its version; nil where it makes none of this name.
func (s *Service) make(ctx context.Context, v Viewer, name string) (made, string, error) {
	if !madeByServer(name) {
		return nil, "", nil
	}
	frame, err := s.survey.Registry.Version(ctx, v.Street)
	if err != nil {
		return nil, "", err
	}
	grids := gridsOf(v)
	if name == Households {
		return &households{s, grids, int64(frame) + 1}, fingerprint(name, v.Street, grids, frame), nil
	}
	catalog, assignments, err := s.survey.Catalog.Version(ctx, v.Street)
	if err != nil {
		return nil, "", err
	}
	return &followups{s, v, int64(catalog+assignments+frame) + 1}, fingerprint(name, v.Street, v.Worker, catalog, assignments, frame), nil
}

// gridsOf returns the viewer's grids in the street, sorted.
func gridsOf(v Viewer) (grids []string) {
	for _, p := range placesOf(v.Street, v.Grids) {
		if survey.KindOf(p) == survey.Grid {
			grids = append(grids, p)
		}
	}
	return grids
}

// households is the frame of a worker's grids. All rows have the frame's version: it grows with every change of the frame.
type households struct {
	s       *Service
	grids   []string
	version int64
}

func (h *households) columns() []string { return []string{"grid", "village", "address", "selected"} }

func (h *households) rows(ctx context.Context, put func(string, string, int64, []string) error) error {
	for home, err := range h.s.survey.Registry.InGrids(ctx, h.grids) {
		if err != nil {
			return err
		}
		selected := "0"
		if home.Selected {
			selected = "1"
		}
		if err := put(home.Code, labelOf(&home), h.version, []string{home.Grid, survey.VillageOf(home.Grid), home.Address, selected}); err != nil {
			return err
		}
	}
	return nil
}

// labelOf returns what a worker reads; a row without a label would make a phone refuse the whole list.
func labelOf(h *survey.Household) string {
	if h.Label == "" {
		return h.Code
	}
	return h.Label
}

// followups is what a worker is to follow up: the own assignments of follow-up forms in open surveys.
type followups struct {
	s       *Service
	viewer  Viewer
	version int64
}

func (f *followups) columns() []string { return []string{"household", "grid", "form", "survey", "due"} }

func (f *followups) rows(ctx context.Context, put func(string, string, int64, []string) error) error {
	surveys, err := f.s.survey.Surveys(ctx)
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for i := range surveys {
		open[surveys[i].ID] = surveys[i].State == survey.SurveyOpen
	}
	for after := ""; ; {
		list, next, err := f.s.survey.Catalog.Assignments(ctx, survey.AssignmentFilter{Area: f.viewer.Street, Worker: f.viewer.Worker}, after, limits.PullRows)
		if err != nil {
			return err
		}
		for _, a := range list {
			if info, used := f.s.survey.Info(a.Form); !used || info.Kind != survey.KindFollowup || !open[info.Survey] {
				continue
			}
			label := a.Grid
			if a.Household != "" {
				home, there, err := f.s.survey.Registry.Household(ctx, a.Household)
				if err != nil {
					return err
				}
				if label = a.Household; there {
					label = labelOf(&home)
				}
			}
			if err := put(a.ID(), label, f.version, []string{a.Household, a.Grid, a.Form, a.Survey, a.Due}); err != nil {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}
