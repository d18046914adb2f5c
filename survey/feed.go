package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync"
	"ruhu/sync/wire"
)

// Feed is what phones are told beside records: surveys with the notice to read aloud, forms, households of own grids, and
// the worker's assignments with case numbers. It implements sync.Reference.
type Feed struct{ s *Service }

// Reference returns the feed for pulls.
func (s *Service) Reference() sync.Reference { return Feed{s} }

// Sections implements sync.Reference. A version names everything its lines are made of.
func (f Feed) Sections(ctx context.Context, v sync.Viewer) ([]sync.Section, error) {
	const op = "feed"
	if err := f.s.Refresh(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	catalog, assignments, err := f.s.Catalog.Version(ctx, v.Street)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	households, err := f.s.Registry.Version(ctx, v.Street)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	links, err := f.s.Links.Version(ctx, v.Street)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	grids := strings.Join(sortedGrids(v), " ")
	return []sync.Section{
		{Kind: wire.KindSurvey, Version: versionOf(catalog)},
		{Kind: wire.KindForm, Version: versionOf(catalog)},
		{Kind: wire.KindHousehold, Version: versionOf(households, grids)},
		{Kind: wire.KindAssignment, Version: versionOf(catalog, assignments, households, links, v.Worker, grids)},
	}, nil
}

func versionOf(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

func sortedGrids(v sync.Viewer) []string {
	grids := slices.Clone(v.Grids)
	slices.Sort(grids)
	return grids
}

// Lines implements sync.Reference.
func (f Feed) Lines(ctx context.Context, v sync.Viewer, kind wire.Kind) iter.Seq2[wire.PullLine, error] {
	switch kind {
	case wire.KindSurvey:
		return f.surveys()
	case wire.KindForm:
		return f.forms(ctx)
	case wire.KindHousehold:
		return f.households(ctx, v)
	case wire.KindAssignment:
		return f.assignments(ctx, v)
	}
	return func(func(wire.PullLine, error) bool) {}
}

func body(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// surveys yields every survey that was opened, closed ones too: a phone may still hold drafts of it.
func (f Feed) surveys() iter.Seq2[wire.PullLine, error] {
	known := f.s.known.Load()
	return func(yield func(wire.PullLine, error) bool) {
		for i := range known.surveys {
			sv := &known.surveys[i]
			if sv.State == SurveyPlanned {
				continue
			}
			b := map[string]any{"id": sv.ID, "title": sv.Title, "state": sv.State, "mode": sv.Mode, "forms": sv.Forms, "legal_basis": sv.LegalBasis,
				"open": sv.Open, "close": sv.Close, "edit_hours": sv.EditHours, "retention": sv.Retention}
			if n, ok := sv.Notice(); ok {
				b["notice"] = n
			}
			if !yield(wire.PullLine{ID: sv.ID, Body: body(b)}, nil) {
				return
			}
		}
	}
}

// forms yields every form version in order of adding; the XML is fetched apart. A closed version takes no new records but
// keeps its drafts.
func (f Feed) forms(ctx context.Context) iter.Seq2[wire.PullLine, error] {
	known := f.s.known.Load()
	return func(yield func(wire.PullLine, error) bool) {
		for i := range known.stored {
			st := &known.stored[i]
			b := map[string]any{"title": Words{ZH: st.TitleZH, EN: st.TitleEN}, "hash": "sha256:" + st.SHA256, "md5": st.MD5, "closed": st.Closed, "stream": "answers"}
			if u, ok := known.uses[st.ID]; ok {
				b["kind"], b["survey"] = u.use.Kind, u.info.Survey
				if u.use.Kind.Registry() {
					b["stream"] = "registry"
				}
			}
			list, err := f.s.FormFiles(ctx, st)
			if err != nil {
				yield(wire.PullLine{}, err)
				return
			}
			files := make([]map[string]any, 0, len(list))
			for _, file := range list {
				files = append(files, map[string]any{"name": file.Name, "sha256": file.SHA256, "size": file.Size})
			}
			b["files"] = files
			if !yield(wire.PullLine{ID: st.ID, Form: st.ID, Version: st.Version, Body: body(b)}, nil) {
				return
			}
		}
	}
}

func (f Feed) households(ctx context.Context, v sync.Viewer) iter.Seq2[wire.PullLine, error] {
	return func(yield func(wire.PullLine, error) bool) {
		for h, err := range f.s.Registry.InGrids(ctx, sortedGrids(v)) {
			if err != nil {
				yield(wire.PullLine{}, err)
				return
			}
			b := map[string]any{"label": h.Label, "address": h.Address, "selected": h.Selected}
			if !yield(wire.PullLine{ID: h.Code, Grid: h.Grid, Body: body(b)}, nil) {
				return
			}
		}
	}
}

// assignments yields the worker's own, in the viewer's street: one line a household with its case number where the form has
// one, one line a grid for forms that are not about households.
func (f Feed) assignments(ctx context.Context, v sync.Viewer) iter.Seq2[wire.PullLine, error] {
	return func(yield func(wire.PullLine, error) bool) {
		w := assignmentFeed{s: f.s, ctx: ctx, yield: yield}
		if err := w.all(v); err != nil {
			yield(wire.PullLine{}, err)
		}
	}
}

type assignmentFeed struct {
	s     *Service
	ctx   context.Context
	yield func(wire.PullLine, error) bool
	done  bool
	grid  string // of the links and households at hand
	links map[[2]string]string
	homes []Household
}

func (w *assignmentFeed) all(v sync.Viewer) error {
	for after := ""; ; {
		list, next, err := w.s.Catalog.Assignments(w.ctx, AssignmentFilter{Area: v.Street, Worker: v.Worker}, after, limits.PullRows)
		if err != nil {
			return err
		}
		for _, a := range list {
			if a.Household == "" && !slices.Contains(v.Grids, a.Grid) {
				continue // the grid was given to somebody else; a single household was handed over on purpose
			}
			if err := w.one(a); err != nil || w.done {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}

func (w *assignmentFeed) one(a Assignment) error {
	sv, use, ok := w.s.useOf(a.Form)
	if !ok || sv.State != SurveyOpen {
		return nil
	}
	line := wire.PullLine{ID: a.ID(), Grid: a.Grid, Form: a.Form, Body: body(map[string]any{"survey": sv.ID, "kind": use.Kind, "due": a.Due, "form": a.Form})}
	caseForm := sv.CaseForm(a.Form)
	perHousehold := caseForm != "" || use.Kind == KindVisit
	if a.Household == "" && !perHousehold {
		w.send(line)
		return nil
	}
	if err := w.load(a.Grid); err != nil {
		return err
	}
	for i := range w.homes {
		h := &w.homes[i]
		if a.Household != "" && h.Code != a.Household || a.Household == "" && !h.Selected {
			continue
		}
		line.Household, line.Case = h.Code, w.links[[2]string{h.Code, caseForm}]
		line.Body = body(map[string]any{"survey": sv.ID, "kind": use.Kind, "due": a.Due, "form": a.Form, "household": h.Code, "case": line.Case})
		line.ID = Assignment{Grid: a.Grid, Form: a.Form, Household: h.Code, Worker: a.Worker}.ID()
		if !w.send(line) {
			return nil
		}
	}
	return nil
}

func (w *assignmentFeed) send(l wire.PullLine) bool {
	if !w.done {
		w.done = !w.yield(l, nil)
	}
	return !w.done
}

// load brings the households and links of a grid; assignments come in order of grid.
func (w *assignmentFeed) load(grid string) error {
	if w.grid == grid && w.links != nil {
		return nil
	}
	w.grid, w.links, w.homes = grid, map[[2]string]string{}, nil
	for l, err := range w.s.Links.InGrids(w.ctx, []string{grid}) {
		if err != nil {
			return err
		}
		w.links[[2]string{l.Household, l.Form}] = l.Case
	}
	for h, err := range w.s.Registry.InGrids(w.ctx, []string{grid}) {
		if err != nil {
			return err
		}
		w.homes = append(w.homes, h)
	}
	return nil
}
