package server

import (
	"context"
	"strings"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
)

// queue is what the parameters of a list of records say. Lists, counts and neighbours share them.
type queue struct {
	form, area, status, worker, flag, q string
	conflict                            *bool
	clean, newest                       bool
}

// filter narrows the queue to the caller's area.
func (q queue) filter(p auth.Principal) (survey.QueueFilter, error) {
	area, err := p.Narrow(q.area)
	if err != nil {
		return survey.QueueFilter{}, err
	}
	f := survey.QueueFilter{Form: q.form, Area: area, Worker: q.worker, Conflict: q.conflict, Flag: q.flag, Clean: q.clean, Query: q.q, Newest: q.newest}
	if q.status != "" {
		f.Statuses = strings.Split(q.status, ",")
	}
	return f, nil
}

// filterText says in the audit log how a list was cut, by ids and codes.
func (q queue) filterText() string {
	var parts []string
	for _, p := range [][2]string{{"form", q.form}, {"status", q.status}, {"worker", q.worker}, {"flag", q.flag}, {"q", q.q}} {
		if p[1] != "" {
			parts = append(parts, p[0]+"="+p[1])
		}
	}
	return strings.Join(parts, " ")
}

// ListRecords lists records of the caller's area, without answers.
func (s *Server) ListRecords(ctx context.Context, req api.ListRecordsRequestObject) (api.ListRecordsResponseObject, error) {
	c := callOf(ctx)
	p := req.Params
	q := queue{p.Form, p.Area, p.Status, p.Worker, p.Flag, p.Q, p.Conflict, p.Clean, p.Newest}
	f, err := q.filter(c.principal)
	if err != nil {
		return nil, err
	}
	list, err := s.Survey.Records(ctx, actor(c.principal), f, p.Cursor, pageSize(p.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", f.Area, q.filterText(), len(list.Items))
	return api.ListRecords200JSONResponse{Items: briefsOut(list.Items), Next: list.Next}, nil
}

func briefsOut(list []survey.RecordBrief) []api.RecordBrief {
	out := make([]api.RecordBrief, 0, len(list))
	for i := range list {
		out = append(out, briefOut(&list[i]))
	}
	return out
}

func briefOut(r *survey.RecordBrief) api.RecordBrief {
	return api.RecordBrief{ID: r.ID, Case: r.Case, Form: r.Form, Version: r.Version, Village: r.Village,
		Status: r.Status, Worker: r.Worker, Date: r.Date, Conflicts: r.Conflicts, Flags: r.Flags}
}

// CountRecords counts what each filter of a queue would leave.
func (s *Server) CountRecords(ctx context.Context, req api.CountRecordsRequestObject) (api.CountRecordsResponseObject, error) {
	p := req.Params
	q := queue{form: p.Form, area: p.Area, status: p.Status, worker: p.Worker, flag: p.Flag, conflict: p.Conflict, clean: p.Clean}
	f, err := q.filter(principalOf(ctx))
	if err != nil {
		return nil, err
	}
	n, err := s.Survey.Counts(ctx, actor(principalOf(ctx)), f)
	if err != nil {
		return nil, err
	}
	return api.CountRecords200JSONResponse{Total: n.Total, Conflicts: n.Conflicts, Clean: n.Clean, Statuses: countedOut(n.Statuses),
		Villages: countedOut(n.Villages), Workers: countedOut(n.Workers), Forms: countedOut(n.Forms), Flags: countedOut(n.Flags)}, nil
}

func countedOut(list []survey.Counted) []api.Counted {
	out := make([]api.Counted, len(list))
	for i, n := range list {
		out[i] = api.Counted{Key: n.Key, N: n.N}
	}
	return out
}

// RecordsBeside returns the records before and behind one in a queue.
func (s *Server) RecordsBeside(ctx context.Context, req api.RecordsBesideRequestObject) (api.RecordsBesideResponseObject, error) {
	c := callOf(ctx)
	p := req.Params
	f, err := queue{p.Form, p.Area, p.Status, p.Worker, p.Flag, p.Q, p.Conflict, p.Clean, p.Newest}.filter(c.principal)
	if err != nil {
		return nil, err
	}
	previous, next, err := s.Survey.Beside(ctx, actor(c.principal), f, req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsList, req.ID, err)
	}
	return api.RecordsBeside200JSONResponse{Previous: previous, Next: next}, nil
}

// SampleRecords draws what an officer looks at before approving a queue.
func (s *Server) SampleRecords(ctx context.Context, req api.SampleRecordsRequestObject) (api.SampleRecordsResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	q := queue{form: b.Queue.Form, area: b.Queue.Area, worker: b.Queue.Worker, q: b.Queue.Q}
	f, err := q.filter(c.principal)
	if err != nil {
		return nil, err
	}
	sample, err := s.Survey.SampleClean(ctx, actor(c.principal), f, b.Size)
	if err != nil {
		return nil, err
	}
	c.saw("sample", f.Area, q.filterText(), len(sample.Items))
	return api.SampleRecords200JSONResponse{Token: sample.Token, Clean: sample.Clean, Items: briefsOut(sample.Items)}, nil
}

// ApproveRecords approves clean records together.
func (s *Server) ApproveRecords(ctx context.Context, req api.ApproveRecordsRequestObject) (api.ApproveRecordsResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	var done survey.Approvals
	var err error
	switch {
	case b.Token != "" && len(b.Records) == 0:
		done, err = s.Survey.ApproveSampled(ctx, actor(c.principal), b.Token, b.Seen, b.Cursor)
	case b.Token == "" && len(b.Records) > 0 && len(b.Seen) == 0 && b.Cursor == "":
		done, err = s.Survey.ApproveSeen(ctx, actor(c.principal), seenIn(b.Records))
	default:
		err = errs.New(errs.BadRequest, "approve", "either token with seen, or records")
	}
	if err != nil {
		return nil, err
	}
	c.saw("", c.principal.Area, "approve", done.Approved)
	out := api.Approvals{Approved: done.Approved, Refused: make([]api.RefusedRecord, 0, len(done.Refused)), Next: done.Next, Total: done.Total}
	for _, r := range done.Refused {
		p := problem(c, r.Err)
		out.Refused = append(out.Refused, api.RefusedRecord{Record: r.Record, Case: r.Case, Code: p.Code, Title: p.Title, Detail: p.Detail, Hint: p.Hint})
	}
	return api.ApproveRecords200JSONResponse(out), nil
}

func seenIn(list []api.SeenRecord) []survey.Seen {
	out := make([]survey.Seen, len(list))
	for i, x := range list {
		out[i] = survey.Seen{Record: x.Record, Ctx: x.Ctx}
	}
	return out
}
