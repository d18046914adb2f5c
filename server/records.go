package server

import (
	"context"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
)

// GetRecord shows one record to a reviewer.
func (s *Server) GetRecord(ctx context.Context, req api.GetRecordRequestObject) (api.GetRecordResponseObject, error) {
	c := callOf(ctx)
	v, err := s.Survey.Record(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsRead, req.ID, err)
	}
	c.saw(v.ID, v.Village, "", 1)
	out := api.Record{ID: v.ID, Case: v.Case, Form: v.Form, Version: v.Version, Village: v.Village, Status: v.Status, Reason: v.Reason,
		Author: v.Worker, Date: v.Date, Conflicts: listOf(v.ConflictPaths), Flags: listOf(v.Flags), Broken: brokenOut(v.Broken),
		Answers: v.Answers, Siblings: map[string][]api.Sibling{}, Rows: v.Rows, Ctx: v.Ctx, MissingAttachments: listOf(v.MissingAttachments), Stub: v.Stub,
		Assignees: v.Assignees}
	for path, list := range v.Siblings {
		out.Siblings[path] = siblingsOut(list)
	}
	for _, x := range v.Comments {
		out.Comments = append(out.Comments, api.Comment{ID: x.ID, Path: x.Path, Text: x.Text, Date: x.Date, Author: x.Author})
	}
	return api.GetRecord200JSONResponse(out), nil
}

func brokenOut(list []survey.BrokenRule) []api.BrokenRule {
	out := make([]api.BrokenRule, 0, len(list))
	for _, b := range list {
		out = append(out, api.BrokenRule{Path: b.Path, Rule: b.Rule, Flag: b.Flag, Merged: b.Merged, Message: b.Message, Value: b.Value})
	}
	return out
}

func siblingsOut(list []survey.Sibling) []api.Sibling {
	out := make([]api.Sibling, 0, len(list))
	for _, x := range list {
		out = append(out, api.Sibling{Value: x.Value, Date: x.Date, Author: x.Author})
	}
	return out
}

// deniedRecord notes that somebody asked for a record that is not there for them.
func (s *Server) deniedRecord(ctx context.Context, c *call, a auth.Action, id string, err error) error {
	if code := errs.CodeOf(err); code == errs.NotFound || code == errs.OutOfArea || code == errs.Forbidden {
		s.auth.Note(ctx, c.principal.Entry(a, id, "", 0, err))
	}
	return err
}

// RecordHistory tells what was written when and by whom.
func (s *Server) RecordHistory(ctx context.Context, req api.RecordHistoryRequestObject) (api.RecordHistoryResponseObject, error) {
	c := callOf(ctx)
	list, err := s.Survey.History(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsHistory, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, "", len(list))
	out := api.History{Items: make([]api.HistoryEntry, 0, len(list))}
	for _, h := range list {
		out.Items = append(out.Items, api.HistoryEntry{Date: h.Date, Author: h.Author, Office: h.Office, Path: h.Path, Value: h.Value, Row: h.Row,
			Superseded: siblingsOut(h.Superseded), Reason: h.Reason})
	}
	return api.RecordHistory200JSONResponse(out), nil
}
