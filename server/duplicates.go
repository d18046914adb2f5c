package server

import (
	"context"

	"ruhu/auth"
	"ruhu/server/api"
	"ruhu/survey"
)

// ListDuplicates lists records of one case and form.
func (s *Server) ListDuplicates(ctx context.Context, req api.ListDuplicatesRequestObject) (api.ListDuplicatesResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	list, next, err := s.Survey.Duplicates(ctx, actor(c.principal), q.Street, survey.DuplicateFilter{Form: q.Form, Settled: q.Settled}, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", q.Street, "duplicates", len(list))
	page := api.DuplicatePage{Items: make([]api.DuplicateGroup, 0, len(list)), Next: next}
	for i := range list {
		page.Items = append(page.Items, duplicateOut(&list[i]))
	}
	return api.ListDuplicates200JSONResponse(page), nil
}

func duplicateOut(g *survey.DuplicateGroup) api.DuplicateGroup {
	out := api.DuplicateGroup{ID: g.ID, Case: g.Case, Form: g.Form, Village: g.Village, Open: g.Open, Records: make([]api.DuplicateRecord, 0, len(g.Records))}
	for i := range g.Records {
		r := &g.Records[i]
		out.Records = append(out.Records, api.DuplicateRecord{Record: briefOut(&r.RecordBrief), Kept: r.Kept, Of: r.Of})
	}
	return out
}

// GetDuplicate returns one group.
func (s *Server) GetDuplicate(ctx context.Context, req api.GetDuplicateRequestObject) (api.GetDuplicateResponseObject, error) {
	c := callOf(ctx)
	g, err := s.Survey.Duplicate(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsList, "", err)
	}
	c.saw("", g.Village, "duplicates", len(g.Records))
	return api.GetDuplicate200JSONResponse(duplicateOut(&g)), nil
}

// SettleDuplicate keeps, links or returns.
func (s *Server) SettleDuplicate(ctx context.Context, req api.SettleDuplicateRequestObject) (api.SettleDuplicateResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	g, err := s.Survey.SettleDuplicates(ctx, actor(c.principal), survey.DuplicateDecision{Group: req.ID, Act: string(b.Act), Seen: seenIn(b.Seen),
		Record: b.Record, Of: b.Of, Reason: b.Reason, Key: req.Params.IdempotencyKey, BodyHash: bodyHash(c, req.ID)})
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsChange, "", err)
	}
	c.saw(b.Seen[0].Record, c.principal.Area, string(b.Act), len(b.Seen))
	return api.SettleDuplicate200JSONResponse(duplicateOut(&g)), nil
}
