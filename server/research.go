package server

import (
	"context"

	"ruhu/auth"
	"ruhu/server/api"
)

func (s *Server) researchOut(g *auth.ResearchAccess) api.ResearchGrant {
	return api.ResearchGrant{ID: g.ID, User: g.User, Area: g.Area, Purpose: g.Purpose, From: timeOf(g.From), Until: timeOf(g.Until), By: g.By,
		Live: g.Live(s.clock.Now().UnixMilli()), Ended: millis(g.Ended), EndedBy: g.EndedBy}
}

// ListResearchGrants lists dated access of researchers.
func (s *Server) ListResearchGrants(ctx context.Context, req api.ListResearchGrantsRequestObject) (api.ListResearchGrantsResponseObject, error) {
	q := req.Params
	list, next, err := s.auth.ResearchGrants(ctx, principalOf(ctx), auth.ResearchFilter{User: q.User, All: q.All, Limit: q.Limit}, q.Cursor)
	if err != nil {
		return nil, err
	}
	page := api.ResearchGrantPage{Items: make([]api.ResearchGrant, 0, len(list)), Next: next}
	for i := range list {
		page.Items = append(page.Items, s.researchOut(&list[i]))
	}
	return api.ListResearchGrants200JSONResponse(page), nil
}

// GrantResearch gives a researcher dated access.
func (s *Server) GrantResearch(ctx context.Context, req api.GrantResearchRequestObject) (api.GrantResearchResponseObject, error) {
	b := req.Body
	g, err := s.auth.GrantResearch(ctx, principalOf(ctx), b.User, b.Area, b.Purpose, b.Until)
	if err != nil {
		return nil, err
	}
	return api.GrantResearch201JSONResponse(s.researchOut(&g)), nil
}

// EndResearch takes a grant back.
func (s *Server) EndResearch(ctx context.Context, req api.EndResearchRequestObject) (api.EndResearchResponseObject, error) {
	if err := s.auth.EndResearch(ctx, principalOf(ctx), req.ID); err != nil {
		return nil, err
	}
	return api.EndResearch204Response{}, nil
}
