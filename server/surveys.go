package server

import (
	"context"

	"ruhu/internal/limits"
	"ruhu/server/api"
	"ruhu/survey"
)

// ListSurveys lists all surveys.
func (s *Server) ListSurveys(ctx context.Context, _ api.ListSurveysRequestObject) (api.ListSurveysResponseObject, error) {
	list, err := s.Survey.Surveys(ctx)
	if err != nil {
		return nil, err
	}
	out := api.SurveyList{Items: make([]api.Survey, 0, len(list))}
	for i := range list {
		out.Items = append(out.Items, surveyOut(&list[i]))
	}
	return api.ListSurveys200JSONResponse(out), nil
}

func surveyOut(sv *survey.Survey) api.Survey {
	out := api.Survey{ID: sv.ID, Title: api.Text{Zh: sv.Title.ZH, En: sv.Title.EN}, LegalBasis: sv.LegalBasis, Mode: api.SurveyMode(sv.Mode),
		Open: sv.Open, Close: sv.Close, Retention: api.SurveyRetention(sv.Retention), EditHours: &sv.EditHours, LinkTTLDays: &sv.LinkTTLDays,
		Threshold: sv.Threshold, Pia: sv.PIA, State: api.SurveyState(sv.State), Forms: []api.SurveyForm{}}
	for _, f := range sv.Forms {
		out.Forms = append(out.Forms, api.SurveyForm{Form: f.Form, Kind: api.SurveyFormKind(f.Kind)})
	}
	if n, ok := sv.Notice(); ok {
		out.Notice = api.Text{Zh: n.ZH, En: n.EN}
		out.NoticeVersion, out.NoticeHash = n.Version, n.Hash
	}
	return out
}

// CreateSurvey adds a survey, or changes one that is not closed.
func (s *Server) CreateSurvey(ctx context.Context, req api.CreateSurveyRequestObject) (api.CreateSurveyResponseObject, error) {
	b := req.Body
	sv := survey.Survey{ID: b.ID, Title: survey.Words{ZH: b.Title.Zh, EN: b.Title.En}, LegalBasis: b.LegalBasis, Mode: survey.Mode(b.Mode),
		Open: b.Open, Close: b.Close, Retention: string(b.Retention), EditHours: orDefault(b.EditHours, limits.EditHours),
		LinkTTLDays: orDefault(b.LinkTTLDays, limits.LinkTTLDays), Threshold: b.Threshold, PIA: b.Pia}
	for _, f := range b.Forms {
		sv.Forms = append(sv.Forms, survey.FormUse{Form: f.Form, Kind: survey.Kind(f.Kind)})
	}
	if b.Notice.Zh != "" || b.Notice.En != "" {
		sv.Notices = []survey.Notice{{Words: survey.Words{ZH: b.Notice.Zh, EN: b.Notice.En}}}
	}
	sv, err := s.Survey.AddSurvey(ctx, sv)
	if err != nil {
		return nil, err
	}
	callOf(ctx).saw(sv.ID, "", "", 1)
	return api.CreateSurvey201JSONResponse(surveyOut(&sv)), nil
}

func orDefault(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}

// OpenSurvey opens a survey for collection.
func (s *Server) OpenSurvey(ctx context.Context, req api.OpenSurveyRequestObject) (api.OpenSurveyResponseObject, error) {
	sv, err := s.Survey.OpenSurvey(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	callOf(ctx).saw(sv.ID, "", "open", 1)
	return api.OpenSurvey200JSONResponse(surveyOut(&sv)), nil
}

// CloseSurvey closes a survey.
func (s *Server) CloseSurvey(ctx context.Context, req api.CloseSurveyRequestObject) (api.CloseSurveyResponseObject, error) {
	sv, err := s.Survey.CloseSurvey(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	callOf(ctx).saw(sv.ID, "", "close", 1)
	return api.CloseSurvey200JSONResponse(surveyOut(&sv)), nil
}
