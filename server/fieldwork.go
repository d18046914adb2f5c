package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
)

// actor is a principal as survey knows people.
func actor(p auth.Principal) survey.Actor {
	return survey.Actor{ID: p.UserID, Role: string(p.Role), Area: p.Area}
}

// ListAreas lists areas of the caller's area; a worker's are the grids granted and what lies above them.
func (s *Server) ListAreas(ctx context.Context, req api.ListAreasRequestObject) (api.ListAreasResponseObject, error) {
	p := principalOf(ctx)
	q := req.Params
	list, next, err := s.Survey.Areas(ctx, actor(p), q.Within, survey.AreaKind(q.Kind), q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	page := api.AreaPage{Items: make([]api.Area, 0, len(list)), Next: next}
	for _, a := range list {
		if p.Role == auth.Worker && !slices.ContainsFunc(p.Grids, func(g string) bool { return auth.Within(g, a.Code) }) {
			continue
		}
		page.Items = append(page.Items, areaOut(a))
	}
	return api.ListAreas200JSONResponse(page), nil
}

func areaOut(a survey.Area) api.Area {
	return api.Area{Code: a.Code, NameZh: a.NameZH, NameEn: a.NameEN, Kind: api.AreaKind(a.Kind), Parent: a.Parent}
}

// CreateArea adds or renames one area, by the rules of an import of one line.
func (s *Server) CreateArea(ctx context.Context, req api.CreateAreaRequestObject) (api.CreateAreaResponseObject, error) {
	b := req.Body
	parent := b.Parent
	if parent == "" && len(b.Code) > auth.DistrictWidth {
		parent = b.Code[:len(b.Code)-3]
	}
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	_ = w.Write([]string{"code", "name_zh", "name_en", "kind", "parent"})
	_ = w.Write([]string{b.Code, b.NameZh, b.NameEn, string(b.Kind), parent})
	w.Flush()
	c := callOf(ctx)
	if _, err := s.Survey.ImportAreas(ctx, actor(c.principal), &table); err != nil {
		return nil, err
	}
	c.saw(b.Code, b.Code, "", 1)
	a, err := s.Survey.Area(ctx, b.Code)
	if err != nil {
		return nil, err
	}
	return api.CreateArea201JSONResponse(areaOut(a)), nil
}

// imported runs an import of a table and notes how much it changed.
func (s *Server) imported(ctx context.Context, body io.Reader, run func(context.Context, survey.Actor, io.Reader) (int, error)) (api.ImportedJSONResponse, error) {
	c := callOf(ctx)
	rows, err := run(ctx, actor(c.principal), body)
	if err != nil {
		return api.ImportedJSONResponse{}, err
	}
	c.saw("import", c.principal.Area, "", rows)
	return api.ImportedJSONResponse{Rows: rows}, nil
}

// ImportAreas imports areas.
func (s *Server) ImportAreas(ctx context.Context, req api.ImportAreasRequestObject) (api.ImportAreasResponseObject, error) {
	res, err := s.imported(ctx, req.Body, s.Survey.ImportAreas)
	if err != nil {
		return nil, err
	}
	return api.ImportAreas200JSONResponse{ImportedJSONResponse: res}, nil
}

// ImportHouseholds imports a frame.
func (s *Server) ImportHouseholds(ctx context.Context, req api.ImportHouseholdsRequestObject) (api.ImportHouseholdsResponseObject, error) {
	res, err := s.imported(ctx, req.Body, s.Survey.ImportHouseholds)
	if err != nil {
		return nil, err
	}
	return api.ImportHouseholds200JSONResponse{ImportedJSONResponse: res}, nil
}

// ImportAssignments imports assignments.
func (s *Server) ImportAssignments(ctx context.Context, req api.ImportAssignmentsRequestObject) (api.ImportAssignmentsResponseObject, error) {
	res, err := s.imported(ctx, req.Body, s.Survey.ImportAssignments)
	if err != nil {
		return nil, err
	}
	return api.ImportAssignments200JSONResponse{ImportedJSONResponse: res}, nil
}

// ListHouseholds lists households: identity, so every page read is in the audit log.
func (s *Server) ListHouseholds(ctx context.Context, req api.ListHouseholdsRequestObject) (api.ListHouseholdsResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	list, next, err := s.Survey.Households(ctx, actor(c.principal), survey.HouseholdFilter{Area: q.Within}, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", c.principal.Area, "within="+q.Within, len(list))
	page := api.HouseholdPage{Items: make([]api.Household, 0, len(list)), Next: next}
	for _, h := range list {
		page.Items = append(page.Items, householdOut(h))
	}
	return api.ListHouseholds200JSONResponse(page), nil
}

func householdOut(h survey.Household) api.Household {
	return api.Household{Household: h.Code, Grid: h.Grid, Address: h.Address, LabelPublic: h.Label, Stratum: h.Stratum, Psu: h.PSU,
		Weight: h.Weight, Fpc1: h.FPC1, Fpc2: h.FPC2, Selected: &h.Selected}
}

// CreateHousehold adds or changes one household.
func (s *Server) CreateHousehold(ctx context.Context, req api.CreateHouseholdRequestObject) (api.CreateHouseholdResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	h := survey.Household{Code: b.Household, Grid: b.Grid, Address: b.Address, Label: b.LabelPublic, Stratum: b.Stratum, PSU: b.Psu,
		Weight: b.Weight, FPC1: b.Fpc1, FPC2: b.Fpc2, Selected: b.Selected == nil || *b.Selected}
	h, err := s.Survey.PutHousehold(ctx, actor(c.principal), h)
	if err != nil {
		return nil, err
	}
	c.saw(h.Code, h.Grid, "", 1)
	return api.CreateHousehold201JSONResponse(householdOut(h)), nil
}

// ListAssignments lists who visits which household.
func (s *Server) ListAssignments(ctx context.Context, req api.ListAssignmentsRequestObject) (api.ListAssignmentsResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	after, err := readOpaque(q.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Survey.Assignments(ctx, actor(c.principal), survey.AssignmentFilter{Area: q.Within, Worker: q.Worker}, after, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", c.principal.Area, "within="+q.Within, len(list))
	page := api.AssignmentPage{Items: make([]api.Assignment, 0, len(list)), Next: opaque(next)}
	for _, a := range list {
		page.Items = append(page.Items, assignmentOut(a))
	}
	return api.ListAssignments200JSONResponse(page), nil
}

func assignmentOut(a survey.Assignment) api.Assignment {
	return api.Assignment{ID: a.ID(), Survey: a.Survey, Household: a.Household, Grid: a.Grid, Worker: a.Worker, Form: a.Form, Due: a.Due}
}

// CreateAssignments assigns a household, or all selected households of a grid.
func (s *Server) CreateAssignments(ctx context.Context, req api.CreateAssignmentsRequestObject) (api.CreateAssignmentsResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	a, err := s.Survey.PutAssignment(ctx, actor(c.principal), survey.Assignment{Household: b.Household, Grid: b.Grid, Worker: b.Worker, Form: b.Form, Due: b.Due}, b.Replaces...)
	if err != nil {
		return nil, err
	}
	c.saw(a.Worker, a.Grid, "form="+a.Form, 1)
	return api.CreateAssignments201JSONResponse(assignmentOut(a)), nil
}

// DeleteAssignment takes one back.
func (s *Server) DeleteAssignment(ctx context.Context, req api.DeleteAssignmentRequestObject) (api.DeleteAssignmentResponseObject, error) {
	c := callOf(ctx)
	a, err := s.Survey.DeleteAssignment(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, err
	}
	c.saw(a.Worker, a.Grid, "delete form="+a.Form, 1)
	return api.DeleteAssignment204Response{}, nil
}

// SummariseAssignments says who has which grid.
func (s *Server) SummariseAssignments(ctx context.Context, req api.SummariseAssignmentsRequestObject) (api.SummariseAssignmentsResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	after, err := readOpaque(q.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Survey.AssignmentCounts(ctx, actor(c.principal), q.Within, after, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	page := api.AssignmentSummaryPage{Items: make([]api.AssignmentSummary, 0, len(list)), Next: opaque(next)}
	for i := range list {
		a := &list[i]
		page.Items = append(page.Items, api.AssignmentSummary{Grid: a.Grid, Form: a.Form, Worker: a.Worker, ID: a.WholeID(), Whole: a.Whole, Households: a.Households, Due: a.Due})
	}
	return api.SummariseAssignments200JSONResponse(page), nil
}

// opaque hides the shape of a key in an id or cursor.
func opaque(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

func readOpaque(text string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return "", errs.New(errs.Invalid, "read cursor", "not a cursor of this list")
	}
	return string(b), nil
}
