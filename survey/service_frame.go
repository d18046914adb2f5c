package survey

import (
	"context"
	"io"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync"
)

// ImportAreas reads and stores areas inside the actor's area; all faults at once (import-faults), all or nothing. It
// returns how many were stored.
func (s *Service) ImportAreas(ctx context.Context, a Actor, r io.Reader) (int, error) {
	const op = "import areas"
	var broken error
	list, err := ParseAreas(r, a.Area, func(code string) (Area, bool) {
		area, ok, err := s.Catalog.Area(ctx, code)
		if err != nil {
			broken = err
		}
		return area, ok
	})
	if broken != nil {
		return 0, errs.Wrap(op, broken)
	}
	if err != nil {
		return 0, err
	}
	return len(list), errs.Wrap(op, s.Catalog.PutAreas(ctx, list))
}

// Areas lists areas of the actor's area at or below under, in order of code.
func (s *Service) Areas(ctx context.Context, a Actor, under string, kind AreaKind, after string, limit int) ([]Area, string, error) {
	under, err := narrow(a.Area, under)
	if err != nil {
		return nil, "", err
	}
	limit = pageLimit(limit)
	list, err := s.Catalog.Areas(ctx, under, kind, after, limit+1)
	if err != nil || len(list) <= limit {
		return list, "", err
	}
	return list[:limit], list[limit-1].Code, nil
}

// Area returns an area; code not-found.
func (s *Service) Area(ctx context.Context, code string) (Area, error) {
	a, ok, err := s.Catalog.Area(ctx, code)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "area", "no area %s", printable(code))
	}
	return a, err
}

// narrow returns the smaller of an actor's area and the one asked for; code out-of-area where they do not overlap.
func narrow(own, asked string) (string, error) {
	switch {
	case Within(own, asked):
		return asked, nil
	case Within(asked, own):
		return own, nil
	}
	return "", errs.New(errs.OutOfArea, "area", "%s is not in %s", printable(asked), own)
}

func pageLimit(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, limits.PullRows)
}

// ImportHouseholds reads and stores a frame inside the actor's area, and draws case numbers for open surveys; all faults at
// once (import-faults), all or nothing. It returns how many households were stored.
func (s *Service) ImportHouseholds(ctx context.Context, a Actor, r io.Reader) (int, error) {
	const op = "import households"
	areas, err := s.grids(ctx, a.Area)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	var broken error
	list, err := ParseHouseholds(r, a.Area, HouseholdLookups{
		Area: func(code string) (Area, bool) { area, ok := areas[code]; return area, ok },
		Household: func(code string) (Household, bool) {
			h, ok, err := s.Registry.Household(ctx, code)
			if err != nil {
				broken = err
			}
			return h, ok
		},
	})
	if broken != nil {
		return 0, errs.Wrap(op, broken)
	}
	if err != nil {
		return 0, err
	}
	return len(list), errs.Wrap(op, s.putHouseholds(ctx, list))
}

// grids returns the grids of an area by code.
func (s *Service) grids(ctx context.Context, area string) (map[string]Area, error) {
	out := map[string]Area{}
	for after := ""; ; {
		page, err := s.Catalog.Areas(ctx, area, Grid, after, limits.PullRows)
		if err != nil {
			return nil, err
		}
		for _, g := range page {
			out[g.Code], after = g, g.Code
		}
		if len(page) < limits.PullRows {
			return out, nil
		}
	}
}

// PutHousehold adds or changes one household; codes invalid, out-of-area.
func (s *Service) PutHousehold(ctx context.Context, a Actor, h Household) (Household, error) {
	const op = "put household"
	if !Within(a.Area, h.Grid) {
		return Household{}, errs.New(errs.OutOfArea, op, "grid %s is not in %s", printable(h.Grid), a.Area)
	}
	if area, ok, err := s.Catalog.Area(ctx, h.Grid); err != nil {
		return Household{}, errs.Wrap(op, err)
	} else if !ok || area.Kind != Grid {
		return Household{}, errs.New(errs.Invalid, op, "there is no grid %s", printable(h.Grid))
	}
	if h.Weight == 0 {
		h.Weight = 1
	}
	if err := h.check(); err != nil {
		return Household{}, err
	}
	if h.PSU == "" {
		h.PSU = h.Grid
	}
	old, there, err := s.Registry.Household(ctx, h.Code)
	if err != nil {
		return Household{}, errs.Wrap(op, err)
	}
	if there && StreetOf(old.Grid) != StreetOf(h.Grid) {
		return Household{}, errs.New(errs.Rule, op, "household %s belongs to another street", h.Code)
	}
	return h, errs.Wrap(op, s.putHouseholds(ctx, []Household{h}))
}

func (s *Service) putHouseholds(ctx context.Context, list []Household) error {
	if err := s.Registry.PutHouseholds(ctx, list); err != nil {
		return err
	}
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	for _, sv := range s.known.Load().surveys {
		if sv.State == SurveyOpen {
			if err := s.draw(ctx, sv, list, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// Households lists households of the actor's area in order of (grid, code). For registrars only.
func (s *Service) Households(ctx context.Context, a Actor, f HouseholdFilter, after string, limit int) ([]Household, string, error) {
	if err := a.mayIdentity("households"); err != nil {
		return nil, "", err
	}
	area, err := narrow(a.Area, f.Area)
	if err != nil {
		return nil, "", err
	}
	f.Area = area
	return s.Registry.Households(ctx, f, after, pageLimit(limit))
}

// drawBatch is how many case numbers are drawn and delivered in one transaction of each file.
const drawBatch = 2000

// drawAll draws what is missing for every selected household of the frame.
func (s *Service) drawAll(ctx context.Context, sv Survey) error {
	selected := true
	for after := ""; ; {
		page, next, err := s.Registry.Households(ctx, HouseholdFilter{Selected: &selected}, after, limits.PullRows)
		if err != nil {
			return err
		}
		if err := s.draw(ctx, sv, page, false); err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// draw gives selected households case numbers for the survey's forms and copies stratum, PSU and weight to the answers side.
// It may be cut off anywhere and be called again: what was drawn stays, what was not delivered is delivered then. again
// also delivers the design of cases that were delivered before, because it may have changed.
func (s *Service) draw(ctx context.Context, sv Survey, list []Household, again bool) error {
	const op = "draw case numbers"
	for part := range slices.Chunk(list, drawBatch) {
		byCode := make(map[string]Household, len(part))
		var requests []LinkRequest
		for _, h := range part {
			if !h.Selected {
				continue
			}
			byCode[h.Code] = h
			for _, u := range sv.Forms {
				if u.Kind.DrawsCases() {
					requests = append(requests, LinkRequest{Survey: sv.ID, Form: u.Form, Household: h.Code, Grid: h.Grid})
				}
			}
		}
		if len(requests) == 0 {
			continue
		}
		links, err := s.Links.Draw(ctx, requests, again, func() (string, error) { return DrawCaseNo(s.Rand) })
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := s.deliver(ctx, links, byCode); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return nil
}

func (s *Service) deliver(ctx context.Context, links []Link, byCode map[string]Household) error {
	if len(links) == 0 || s.answers.Store == nil {
		return nil
	}
	cases := make([]sync.Case, 0, len(links))
	numbers := make([]string, 0, len(links))
	for _, l := range links {
		h, ok := byCode[l.Household]
		if !ok {
			var err error
			if h, ok, err = s.Registry.Household(ctx, l.Household); err != nil {
				return err
			} else if !ok {
				continue
			}
		}
		cases = append(cases, sync.Case{No: l.Case, Street: StreetOf(h.Grid), Grid: h.Grid, Form: l.Form, Stratum: h.Stratum, PSU: h.PSU,
			Weight: h.Weight, FPC1: h.FPC1, FPC2: h.FPC2})
		numbers = append(numbers, l.Case)
	}
	slices.SortFunc(cases, func(a, b sync.Case) int { return strings.Compare(a.No, b.No) })
	if err := s.answers.Store.Update(ctx, func(tx sync.Tx) error { return tx.PutCases(cases) }); err != nil {
		return err
	}
	return s.Links.Delivered(ctx, numbers)
}

// DeliverCases copies cases that were drawn and not delivered, because the process ended in between. Call it at start.
func (s *Service) DeliverCases(ctx context.Context) error {
	for {
		links, err := s.Links.Undelivered(ctx, drawBatch)
		if err != nil || len(links) == 0 {
			return errs.Wrap("deliver cases", err)
		}
		if err := s.deliver(ctx, links, nil); err != nil {
			return errs.Wrap("deliver cases", err)
		}
		numbers := make([]string, len(links))
		for i, l := range links {
			numbers[i] = l.Case
		}
		if err := s.Links.Delivered(ctx, numbers); err != nil {
			return errs.Wrap("deliver cases", err)
		}
	}
}
