package app

import (
	"context"
	"encoding/base32"
	"io"
	"slices"
	"strings"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/server"
	"ruhu/survey"
	"ruhu/survey/disclosure"
	"ruhu/survey/snapshot"
	"ruhu/survey/summary"
	"ruhu/sync"
)

// summaries reads everything a summary is made of in one snapshot of the answers and hands it to survey/summary.
type summaries struct{ app *App }

var _ server.Summaries = summaries{}

// JSON returns the live summary.
func (s summaries) JSON(ctx context.Context, street, form string) ([]byte, error) {
	sum, err := s.build(ctx, street, form, false)
	if err != nil {
		return nil, err
	}
	return sum.JSON()
}

// HTML returns the live summary as a fragment.
func (s summaries) HTML(ctx context.Context, street, form, lang string) ([]byte, error) {
	sum, err := s.build(ctx, street, form, false)
	if err != nil {
		return nil, err
	}
	return sum.HTML(lang)
}

// build makes a street's summary, or finds the one made of the same; released ones count approved records only.
func (s summaries) build(ctx context.Context, street, form string, released bool) (*madeSummary, error) {
	const op = "street summary"
	in, err := s.input(ctx, street, form, released)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var made *madeSummary
	err = s.app.Records.Snapshot(ctx, func(snap survey.Snapshot) error {
		heads, err := snap.Heads()
		if err != nil {
			return err
		}
		var versions []string
		for _, f := range s.app.Survey.Snapshot().Versions(form) {
			versions = append(versions, f.Key().String())
		}
		if in.Snapshot, err = snapshotID(street, heads, versions, in.Policy, in.Statuses); err != nil {
			return err
		}
		if in.Records, err = snap.Statuses(survey.RowFilter{Form: form, Area: street}); err != nil {
			return err
		}
		key, err := summaryKey(in)
		if err != nil {
			return err
		}
		in.Cells = snap.Cells(survey.CellFilter{Form: form, Area: street})
		made, err = s.app.summaries.get(key, func() (*madeSummary, error) {
			sum, err := summary.Build(*in)
			if err != nil {
				return nil, err
			}
			m := &madeSummary{Summary: sum}
			for _, n := range in.Records {
				if slices.Contains(in.Statuses, n.Status) {
					m.counted += n.N
				}
				if survey.Counts(n.Status) {
					m.live += n.N
				}
			}
			return m, nil
		})
		return err
	})
	return made, errs.Wrap(op, err)
}

// input gathers what a summary is made of beside the records.
func (s summaries) input(ctx context.Context, street, form string, released bool) (*summary.Input, error) {
	a := s.app
	area, err := a.Survey.Area(ctx, street)
	if err != nil {
		return nil, err
	}
	info, ok := a.Survey.Info(form)
	forms := a.Survey.Snapshot()
	if !ok || forms.Latest(form) == nil {
		return nil, errs.New(errs.NotFound, "summary", "no survey uses a form %s", form)
	}
	sv, err := a.Survey.Survey(ctx, info.Survey)
	if err != nil {
		return nil, err
	}
	in := &summary.Input{Street: area, Survey: sv, Form: forms.Latest(form), Release: released, Demo: a.opts.Demo,
		Statuses: survey.LiveStatuses(), Policy: policyOf(info), Date: survey.CivilDate(clock.Millis(a.opts.Clock.Now()), a.opts.Zone)}
	if released {
		in.Statuses = []string{survey.StatusApproved}
	}
	for _, f := range forms.Versions(form) {
		in.Versions = append(in.Versions, f.Version)
		if f != in.Form {
			in.Older = append(in.Older, f)
		}
	}
	if in.District, err = a.Survey.Area(ctx, area.Parent); err != nil && errs.CodeOf(err) != errs.NotFound {
		return nil, err
	}
	if in.Areas, err = s.areasOf(ctx, street); err != nil {
		return nil, err
	}
	if released {
		if in.Earlier, err = s.earlier(ctx, street, form); err != nil {
			return nil, err
		}
	}
	in.Coverage, err = s.coverage(ctx, street)
	return in, err
}

// earlier returns what former releases of a form showed, which a new one is checked against.
func (s summaries) earlier(ctx context.Context, street, form string) ([]map[string]int64, error) {
	var all []map[string]int64
	for cursor := ""; ; {
		list, next, err := s.app.Core.ListReleases(ctx, street, cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.Form != form {
				continue
			}
			full, err := s.app.Core.GetRelease(ctx, street, r.ID)
			if err != nil {
				return nil, err
			}
			cells, err := summary.EarlierCells(full.JSON)
			if err != nil {
				return nil, err
			}
			all = append(all, cells)
		}
		if next == "" {
			return all, nil
		}
		cursor = next
	}
}

func policyOf(info survey.FormInfo) disclosure.Policy {
	p := disclosure.DefaultPolicy()
	p.Threshold = int64(info.Threshold)
	return p
}

// areasOf lists the villages and grids of a street.
func (s summaries) areasOf(ctx context.Context, street string) ([]survey.Area, error) {
	var all []survey.Area
	whole := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	for after := ""; ; {
		list, next, err := s.app.Survey.Areas(ctx, whole, street, "", after, 500)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if next == "" {
			return all, nil
		}
		after = next
	}
}

// coverage counts households and visits of each grid.
func (s summaries) coverage(ctx context.Context, street string) ([]summary.GridCoverage, error) {
	cov, err := s.app.Survey.Coverage(ctx, survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}, street)
	if err != nil {
		return nil, err
	}
	list := make([]summary.GridCoverage, 0, len(cov.Grids))
	for _, g := range cov.Grids {
		row := summary.GridCoverage{Grid: g.Code, Households: g.Selected, Visits: g.Attempts, Outcomes: map[survey.Outcome]int64{}}
		for _, d := range survey.Dispositions() {
			if d.Code != survey.NotAttempted {
				row.Outcomes[d.Outcome] += g.Final[d.Code].N
			}
		}
		list = append(list, row)
	}
	return list, s.assigned(ctx, street, list)
}

// assigned counts how many selected households of each grid a worker has been given, by name or with the whole grid.
func (s summaries) assigned(ctx context.Context, street string, list []summary.GridCoverage) error {
	whole := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	byGrid := map[string]map[string]bool{}
	for after := ""; ; {
		page, next, err := s.app.Survey.Assignments(ctx, whole, survey.AssignmentFilter{Area: street}, after, 500)
		if err != nil {
			return err
		}
		for _, as := range page {
			if byGrid[as.Grid] == nil {
				byGrid[as.Grid] = map[string]bool{}
			}
			byGrid[as.Grid][as.Household] = true
		}
		if next == "" {
			break
		}
		after = next
	}
	for i := range list {
		g := &list[i]
		switch given := byGrid[g.Grid]; {
		case given[""]:
			g.Assigned = g.Households
		default:
			g.Assigned = min(int64(len(given)), g.Households)
		}
	}
	return nil
}

// snapshotID names what a summary was read from: the sequence of its street, form versions, policy and filter.
func snapshotID(street string, heads []sync.Head, versions []string, policy disclosure.Policy, statuses []string) (string, error) {
	of := snapshot.Of{Kind: "summary", Heads: map[string]uint64{}, Forms: versions, Policy: policy, Filter: statuses}
	for _, h := range heads {
		if h.Street == street {
			of.Heads[street] = h.Seq
		}
	}
	return of.ID()
}

// Draft returns what Release would freeze now.
func (s summaries) Draft(ctx context.Context, street, form string) (server.ReleaseDraft, error) {
	sum, err := s.build(ctx, street, form, true)
	if err != nil {
		return server.ReleaseDraft{}, err
	}
	d := server.ReleaseDraft{Snapshot: sum.Snapshot, Approved: sum.counted, Live: sum.live, Suppressed: sum.Suppressed}
	d.JSON, err = sum.JSON()
	return d, err
}

// Release freezes a summary of approved records and signs it with the officer's name.
func (s summaries) Release(ctx context.Context, p auth.Principal, street, form, note, looked string) (survey.Release, error) {
	const op = "release"
	sum, err := s.build(ctx, street, form, true)
	if err != nil {
		return survey.Release{}, err
	}
	if looked != "" && looked != sum.Snapshot {
		return survey.Release{}, errs.New(errs.ChangedSince, op, "the street went on since the draft")
	}
	if sum.counted == 0 {
		return survey.Release{}, errs.New(errs.Rule, op, "no approved record of %s in %s", form, street).
			WithHint("请先审核通过记录，再发布汇总。 Approve records first.")
	}
	rel := survey.Release{Street: street, Form: form, By: p.UserID, ByName: p.Name, At: clock.Millis(s.app.opts.Clock.Now()),
		Snapshot: sum.Snapshot, Note: strings.TrimSpace(note)}
	if rel.JSON, err = sum.JSON(); err != nil {
		return survey.Release{}, err
	}
	if rel.HTML, err = sum.HTML("zh"); err != nil {
		return survey.Release{}, err
	}
	if rel.HTMLEN, err = sum.HTML("en"); err != nil {
		return survey.Release{}, err
	}
	var id [10]byte
	if _, err := io.ReadFull(s.app.opts.Rand, id[:]); err != nil {
		return survey.Release{}, errs.Wrap(op, err)
	}
	rel.ID = "re_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]))
	return rel, errs.Wrap(op, s.app.Core.PutRelease(ctx, rel))
}
