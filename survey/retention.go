package survey

import (
	"context"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
)

// Kinds of retention plans. Those that PlanRuns are carried out by RunDue; the others are listed as due until a person has
// seen to them, because what they need (a coded free text, a signed decision) no machine knows.
const (
	PlanLinks      = "link-expiry" // link_ttl days after field close
	PlanContacts   = "contacts"    // 180 days after field close at the latest
	PlanGPS        = "gps-audit"   // raw positions and audit files, when quality control is over
	PlanFreeText   = "free-text"   // 90 days
	PlanCandidates = "candidates"  // 60 days after the result
	PlanMicrodata  = "microdata"   // 12 months, or 2 years under statistical_2y; then aggregates only
)

// PlanRuns reports whether a kind of plan is carried out by itself.
func PlanRuns(kind string) bool {
	switch kind {
	case PlanLinks, PlanContacts, PlanGPS, PlanFreeText:
		return true
	}
	return false
}

// plansOf returns the dated jobs of a survey that was just closed.
func plansOf(sv Survey, zone *time.Location) []Plan {
	closed := time.UnixMilli(sv.ClosedAt).In(zone)
	months := 12
	if sv.Retention == RetentionStatistical {
		months = 24
	}
	plan := func(kind string, due time.Time) Plan {
		return Plan{ID: sv.ID + "/" + kind, Kind: kind, Survey: sv.ID, Due: due.Format(time.DateOnly)}
	}
	list := []Plan{
		plan(PlanLinks, closed.AddDate(0, 0, sv.LinkTTLDays)),
		plan(PlanContacts, closed.AddDate(0, 0, 180)),
	}
	for _, u := range sv.Forms {
		switch u.Kind {
		case KindSentiment:
			list = append(list, plan(PlanGPS, closed.AddDate(0, 0, 30)), plan(PlanFreeText, closed.AddDate(0, 0, 90)), plan(PlanMicrodata, closed.AddDate(0, months, 0)))
		case KindCandidate:
			list = append(list, plan(PlanCandidates, closed.AddDate(0, 0, 60)))
		}
	}
	return list
}

// Plans lists retention plans in order of date: all, or those that are due and not done.
func (s *Service) Plans(ctx context.Context, onlyDue bool) ([]Plan, error) {
	if !onlyDue {
		return s.Catalog.Plans(ctx, "", false)
	}
	return s.Catalog.Plans(ctx, s.today(), true)
}

// RunDue carries out what is due and can be done without a person, and returns the receipts. A job that fails stays due; the
// others are done all the same.
func (s *Service) RunDue(ctx context.Context) ([]Plan, error) {
	const op = "retention"
	due, err := s.Plans(ctx, true)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var done []Plan
	var failed error
	for _, p := range due {
		if !PlanRuns(p.Kind) {
			continue
		}
		if p.Count, err = s.run(ctx, p); err != nil {
			failed = errs.Wrap(op+" "+p.ID, err)
			continue
		}
		p.Done = s.today()
		if err := s.Catalog.PutPlan(ctx, p); err != nil {
			return done, errs.Wrap(op, err)
		}
		if s.Receipt != nil {
			s.Receipt(ctx, p)
		}
		done = append(done, p)
	}
	return done, failed
}

// ConfirmPlan notes that a person has seen to a plan; codes not-found, conflict (done), rule (not due).
func (s *Service) ConfirmPlan(ctx context.Context, a Actor, id, note string) (Plan, error) {
	const op = "confirm plan"
	list, err := s.Catalog.Plans(ctx, "", false)
	if err != nil {
		return Plan{}, errs.Wrap(op, err)
	}
	for _, p := range list {
		switch {
		case p.ID != id:
			continue
		case p.Done != "":
			return Plan{}, errs.New(errs.Conflict, op, "plan %s is done", id)
		case p.Due > s.today():
			return Plan{}, errs.New(errs.Rule, op, "plan %s is due on %s", id, p.Due)
		}
		p.Done, p.Note = s.today(), note+" ("+a.ID+")"
		if err := s.Catalog.PutPlan(ctx, p); err != nil {
			return Plan{}, errs.Wrap(op, err)
		}
		if s.Receipt != nil {
			s.Receipt(ctx, p)
		}
		return p, nil
	}
	return Plan{}, errs.New(errs.NotFound, op, "no plan %s", printable(id))
}

func (s *Service) run(ctx context.Context, p Plan) (int, error) {
	switch p.Kind {
	case PlanLinks:
		return s.Links.Expire(ctx, p.Survey)
	case PlanContacts:
		return s.Registry.ExpireContacts(ctx, s.today())
	case PlanFreeText:
		return s.withholdAll(ctx, p.Survey, (*schema.Node).FreeText)
	case PlanGPS:
		return s.withholdAll(ctx, p.Survey, func(n *schema.Node) bool {
			return n.Type == schema.Geopoint || n.Type == schema.Geotrace || n.Type == schema.Geoshape || n.InMeta && n.Name == "audit"
		})
	}
	return 0, errs.New(errs.Internal, "retention", "no job for %s", p.Kind)
}

// withholdAll withholds some questions of every record of a survey's answer forms; what arrives later is withheld too.
func (s *Service) withholdAll(ctx context.Context, survey string, which func(*schema.Node) bool) (int, error) {
	sv, err := s.Survey(ctx, survey)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, u := range sv.Forms {
		if u.Kind != KindSentiment && u.Kind != KindBackcheck {
			continue
		}
		paths := map[string]bool{}
		for _, f := range s.Snapshot().Versions(u.Form) {
			for _, q := range f.Questions() {
				if q.Name != CaseQuestion && which(q) {
					paths[q.Path] = true
				}
			}
		}
		prefixes := sortedKeys(paths)
		if len(prefixes) == 0 {
			continue
		}
		for cursor := ""; ; {
			page, err := s.answers.Records.List(ctx, RecordFilter{Form: u.Form, Cursor: cursor, Limit: limits.PullRows})
			if err != nil {
				return n, err
			}
			for _, row := range page.Rows {
				if err := s.answers.Engine.Withhold(ctx, row.Street, row.ID, prefixes, "retention"); err != nil {
					return n, err
				}
				n++
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
	}
	return n, nil
}
