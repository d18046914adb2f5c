package server

import (
	"context"
	"slices"

	"ruhu/auth"
	"ruhu/server/api"
	"ruhu/survey"
)

// ListAreaShapes lists shapes of the caller's area; a worker's are those of the grids granted and of what lies above them.
func (s *Server) ListAreaShapes(ctx context.Context, req api.ListAreaShapesRequestObject) (api.ListAreaShapesResponseObject, error) {
	p := principalOf(ctx)
	q := req.Params
	list, next, err := s.Survey.Shapes(ctx, actor(p), q.Under, survey.AreaKind(q.Kind), q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	page := api.ShapePage{Type: "FeatureCollection", Features: make([]api.ShapeFeature, 0, len(list)), Next: next}
	for _, sh := range list {
		if p.Role == auth.Worker && !slices.ContainsFunc(p.Grids, func(g string) bool { return auth.Within(g, sh.Code) }) {
			continue
		}
		page.Features = append(page.Features, api.ShapeFeature{Type: "Feature", ID: sh.Code, Properties: areaOut(sh.Area), Geometry: sh.Geometry})
	}
	return api.ListAreaShapes200JSONResponse(page), nil
}

// LoadAreaShapes loads shapes from GeoJSON.
func (s *Server) LoadAreaShapes(ctx context.Context, req api.LoadAreaShapesRequestObject) (api.LoadAreaShapesResponseObject, error) {
	res, err := s.imported(ctx, req.Body, s.Survey.LoadShapes)
	if err != nil {
		return nil, err
	}
	return api.LoadAreaShapes200JSONResponse{ImportedJSONResponse: res}, nil
}

// DropAreaShapes removes the shapes below an area.
func (s *Server) DropAreaShapes(ctx context.Context, req api.DropAreaShapesRequestObject) (api.DropAreaShapesResponseObject, error) {
	c := callOf(ctx)
	under := string(req.Params.Under)
	n, err := s.Survey.DropShapes(ctx, actor(c.principal), under)
	if err != nil {
		return nil, err
	}
	c.saw("shapes", under, "drop", n)
	return api.DropAreaShapes200JSONResponse{Rows: n}, nil
}
