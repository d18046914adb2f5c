package server

import (
	"context"
	"time"

	"ruhu/auth"
	"ruhu/server/api"
	"ruhu/survey"
)

// silentFor is after how long without a word a phone is asked about.
const silentFor = 3 * 24 * time.Hour

// Overview says where a street stands, each part to those who may see it.
func (s *Server) Overview(ctx context.Context, req api.OverviewRequestObject) (api.OverviewResponseObject, error) {
	p := principalOf(ctx)
	street := req.Params.Street
	cov, err := s.Survey.Coverage(ctx, actor(p), street)
	if err != nil {
		return nil, err
	}
	out := api.Overview{Street: street, Date: survey.CivilDate(s.clock.Now().UnixMilli(), s.Survey.Zone), Coverage: areaCoverageOut(&cov)}
	if p.May(auth.ProgressRead, street) {
		st, err := s.Survey.Standing(ctx, actor(p), street)
		if err != nil {
			return nil, err
		}
		standingOut(&st, &out)
	}
	if p.May(auth.DevicesRead, street) {
		n, err := s.auth.CountPhones(ctx, p, street, silentFor)
		if err != nil {
			return nil, err
		}
		out.Phones = &api.PhoneCounts{Active: n.Active, Silent: n.Silent}
	}
	return api.Overview200JSONResponse(out), nil
}

func standingOut(st *survey.Standing, out *api.Overview) {
	out.Records = make([]api.VillageRecords, 0, len(st.Villages))
	for _, v := range st.Villages {
		out.Records = append(out.Records, api.VillageRecords{Village: v.Village, Today: v.Today, Statuses: v.Statuses, Conflicts: v.Conflicts, Flagged: v.Flagged})
	}
	for _, d := range st.Arrived {
		out.Arrived = append(out.Arrived, api.Counted{Key: d.Date, N: d.N})
	}
	for _, w := range st.Today {
		out.Today = append(out.Today, api.Counted{Key: w.Worker, N: w.N})
	}
	w := &st.Waiting
	out.Waiting = &api.Waiting{Submitted: w.Submitted, NeedsReview: w.NeedsReview, Returned: w.Returned, Conflicts: w.Conflicts, Flagged: w.Flagged,
		Clean: w.Clean, Quarantined: w.Quarantined, Held: w.Held, Duplicates: w.Duplicates, Lost: w.Lost, Flags: countedOut(w.Flags)}
}

// Coverage says how far the field work has come.
func (s *Server) Coverage(ctx context.Context, req api.CoverageRequestObject) (api.CoverageResponseObject, error) {
	cov, err := s.Survey.Coverage(ctx, actor(principalOf(ctx)), req.Params.Within)
	if err != nil {
		return nil, err
	}
	return api.Coverage200JSONResponse(areaCoverageOut(&cov)), nil
}

func areaCoverageOut(a *survey.AreaCoverage) api.AreaCoverage {
	out := api.AreaCoverage{Total: coverageOut(&a.Total), Villages: make([]api.Coverage, 0, len(a.Villages)), Grids: make([]api.Coverage, 0, len(a.Grids))}
	for i := range a.Villages {
		out.Villages = append(out.Villages, coverageOut(&a.Villages[i]))
	}
	for i := range a.Grids {
		out.Grids = append(out.Grids, coverageOut(&a.Grids[i]))
	}
	return out
}

func coverageOut(c *survey.Coverage) api.Coverage {
	n := func(o survey.Outcome) int64 { return c.Outcomes[o].N }
	out := api.Coverage{Code: c.Code, Households: c.Households, Selected: c.Selected, Visited: c.Visited, Attempts: c.Attempts, NotStarted: c.NotStarted,
		Completed: n(survey.OutcomeComplete), Partial: n(survey.OutcomePartial), Refused: n(survey.OutcomeRefusal), NonContact: n(survey.OutcomeNonContact),
		Other: n(survey.OutcomeOther), NotEligible: n(survey.OutcomeNotEligible), Unknown: n(survey.OutcomeUnknownHousing) + n(survey.OutcomeUnknownOther),
		Final: make(map[string]int64, len(c.Final)), Refusals: c.Refusals}
	for code, t := range c.Final {
		out.Final[code] = t.N
	}
	return out
}

// Progress counts records by worker.
func (s *Server) Progress(ctx context.Context, req api.ProgressRequestObject) (api.ProgressResponseObject, error) {
	list, err := s.Survey.Progress(ctx, actor(principalOf(ctx)), req.Params.Street)
	if err != nil {
		return nil, err
	}
	out := api.ProgressList{Items: make([]api.WorkerProgress, 0, len(list))}
	for _, w := range list {
		out.Items = append(out.Items, api.WorkerProgress{ID: w.ID, Worker: w.Worker, Statuses: w.Statuses, Conflicts: w.Conflicts, Flagged: w.Flagged, Grids: w.Grids})
	}
	return api.Progress200JSONResponse(out), nil
}
