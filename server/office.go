package server

import (
	"context"
	"crypto/sha256"
	"strconv"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/survey"
	"ruhu/sync"
)

// bodyHash ties an Idempotency-Key to what was asked: the operation, its object and the bytes.
func bodyHash(c *call, object string) [32]byte {
	h := sha256.New()
	for _, part := range []string{c.op.ID, object} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(c.body)
	return [32]byte(h.Sum(nil))
}

// ChangeRecord writes a correction, the resolution of a conflict, a hand-over or a move.
func (s *Server) ChangeRecord(ctx context.Context, req api.ChangeRecordRequestObject) (api.ChangeRecordResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	for path, action := range map[string]auth.Action{sync.PathAssignee: auth.RecordsHandover, sync.PathGrid: auth.RecordsMove} {
		if _, writes := b.Set[path]; writes {
			if err := holds(c.principal, action); err != nil {
				return nil, err
			}
		}
	}
	d, err := s.Survey.Change(ctx, actor(c.principal), survey.Change{Record: req.ID, Ctx: b.Ctx, Set: b.Set, Add: b.Add, Del: b.Del,
		Reason: b.Reason, Key: req.Params.IdempotencyKey, BodyHash: bodyHash(c, req.ID), Corrects: b.Corrects})
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsChange, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, "", 1)
	return api.ChangeRecord200JSONResponse{Status: d.Status, Ctx: d.Ctx, Conflicts: d.Conflicts}, nil
}

// ReviewRecord approves, returns, or asks for another look.
func (s *Server) ReviewRecord(ctx context.Context, req api.ReviewRecordRequestObject) (api.ReviewRecordResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	d, err := s.Survey.Review(ctx, actor(c.principal), survey.Review{Record: req.ID, Ctx: b.Ctx, Decision: survey.Decision(b.Decision),
		Comment: b.Comment, Fields: b.Fields, Key: req.Params.IdempotencyKey, BodyHash: bodyHash(c, req.ID)})
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsReview, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, string(b.Decision), 1)
	return api.ReviewRecord200JSONResponse{Status: d.Status, Ctx: d.Ctx, Conflicts: d.Conflicts}, nil
}

// EraseRecord erases an interview by its author while the visit lasts.
func (s *Server) EraseRecord(ctx context.Context, req api.EraseRecordRequestObject) (api.EraseRecordResponseObject, error) {
	c := callOf(ctx)
	if err := s.Survey.EraseOwn(ctx, actor(c.principal), req.ID, req.Body.Reason); err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsEraseOwn, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, "", 1)
	return api.EraseRecord204Response{}, nil
}

// ListLost lists office work that a restore lost.
func (s *Server) ListLost(ctx context.Context, req api.ListLostRequestObject) (api.ListLostResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	after, err := readSequence(q.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Survey.LostWork(ctx, actor(c.principal), q.Street, after, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", q.Street, "", len(list))
	page := api.LostPage{Items: make([]api.LostItem, 0, len(list)), Next: writeSequence(next)}
	for _, l := range list {
		page.Items = append(page.Items, api.LostItem{Record: l.Record, Date: l.Date})
	}
	return api.ListLost200JSONResponse(page), nil
}

// readSequence reads the cursor of a list that goes by street sequence.
func readSequence(cursor string) (uint64, error) {
	if cursor == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return 0, errs.New(errs.Invalid, "read cursor", "not a cursor of this list")
	}
	return after, nil
}

func writeSequence(next uint64) string {
	if next == 0 {
		return ""
	}
	return strconv.FormatUint(next, 10)
}

// ListQuarantine lists what came in for a street and was not merged.
func (s *Server) ListQuarantine(ctx context.Context, req api.ListQuarantineRequestObject) (api.ListQuarantineResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	after, err := readSequence(q.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Survey.Quarantine(ctx, actor(c.principal), q.Street, survey.HeldFilter{Status: string(q.Status), Code: q.Code}, after, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", q.Street, "", len(list))
	page := api.QuarantinePage{Items: make([]api.QuarantineItem, 0, len(list)), Next: writeSequence(next)}
	for i := range list {
		page.Items = append(page.Items, heldOut(&list[i]))
	}
	return api.ListQuarantine200JSONResponse(page), nil
}

func heldOut(h *survey.Held) api.QuarantineItem {
	return api.QuarantineItem{ID: h.ID, Status: api.QuarantineItemStatus(h.Status), Code: h.Code, Record: h.Record, Form: h.Form,
		Version: h.Version, Grid: h.Grid, Worker: h.Worker, Date: h.Date}
}

// GetQuarantined shows what a line wrote.
func (s *Server) GetQuarantined(ctx context.Context, req api.GetQuarantinedRequestObject) (api.GetQuarantinedResponseObject, error) {
	c := callOf(ctx)
	h, err := s.Survey.HeldLine(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.QuarantineRead, req.ID, err)
	}
	c.saw(h.Record, h.Grid, "", 1)
	out := api.QuarantinedLine{Line: heldOut(&h), Set: make(map[string]*string, len(h.Writes)), Add: listOf(h.Add), Del: listOf(h.Del)}
	for _, w := range h.Writes {
		out.Set[w.Path] = w.Value
	}
	return api.GetQuarantined200JSONResponse(out), nil
}

// SettleQuarantine releases or discards a line.
func (s *Server) SettleQuarantine(ctx context.Context, req api.SettleQuarantineRequestObject) (api.SettleQuarantineResponseObject, error) {
	c := callOf(ctx)
	if err := s.Survey.Settle(ctx, actor(c.principal), req.ID, sync.Act(req.Body.Act), req.Body.Reason); err != nil {
		return nil, s.deniedRecord(ctx, c, auth.QuarantineSettle, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, string(req.Body.Act), 1)
	return api.SettleQuarantine204Response{}, nil
}

// Withdraw erases the record a respondent's code belongs to, unseen. Ten tries an hour: a code cannot be guessed.
func (s *Server) Withdraw(ctx context.Context, req api.WithdrawRequestObject) (api.WithdrawResponseObject, error) {
	c := callOf(ctx)
	if wait := s.limits.withdrawals.take(c.principal.UserID); wait > 0 {
		err := tooMany("withdraw", wait)
		s.auth.Note(ctx, c.principal.Entry(auth.WithdrawalsErase, "", c.principal.Area, 0, err))
		return nil, err
	}
	if err := s.Survey.Withdraw(ctx, req.Body.Code); err != nil {
		s.auth.Note(ctx, c.principal.Entry(auth.WithdrawalsErase, "", c.principal.Area, 0, err))
		return nil, err
	}
	c.saw("", c.principal.Area, "", 1)
	return api.Withdraw204Response{}, nil
}

// Restrict stops all use of a household's records but storage, or ends that.
func (s *Server) Restrict(ctx context.Context, req api.RestrictRequestObject) (api.RestrictResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	n, err := s.Survey.Restrict(ctx, actor(c.principal), b.Household, b.On, b.Reason)
	if err != nil {
		return nil, err
	}
	c.saw(b.Household, c.principal.Area, strconv.FormatBool(b.On), n)
	return api.Restrict200JSONResponse{Rows: n}, nil
}

// RequestErasure asks for a bulk erasure.
func (s *Server) RequestErasure(ctx context.Context, req api.RequestErasureRequestObject) (api.RequestErasureResponseObject, error) {
	c := callOf(ctx)
	if err := wholeInstallation(c.principal); err != nil {
		return nil, err
	}
	e, err := s.Survey.RequestErasure(ctx, actor(c.principal), req.Body.Records, req.Body.Reason)
	if err != nil {
		return nil, err
	}
	c.saw(e.ID, c.principal.Area, "request", len(e.Records))
	return api.RequestErasure201JSONResponse(erasureOut(e)), nil
}

// wholeInstallation refuses administrators of a part: records of a list may lie anywhere.
func wholeInstallation(p auth.Principal) error {
	return auth.Authorize(p, auth.RecordsEraseBulk, "")
}

func erasureOut(e survey.Erasure) api.Erasure {
	out := api.Erasure{ID: e.ID, Records: listOf(e.Records), Reason: e.Reason, RequestedBy: e.RequestedBy, Requested: e.Requested.UTC(),
		ConfirmedBy: e.ConfirmedBy, Missing: e.Missing, State: api.ErasureStateWaiting}
	if !e.Confirmed.IsZero() {
		at := e.Confirmed.UTC()
		out.Confirmed, out.State = &at, api.ErasureStateDone
	}
	return out
}

// ConfirmErasure carries out what another administrator asked for.
func (s *Server) ConfirmErasure(ctx context.Context, req api.ConfirmErasureRequestObject) (api.ConfirmErasureResponseObject, error) {
	c := callOf(ctx)
	if err := wholeInstallation(c.principal); err != nil {
		return nil, err
	}
	e, err := s.Survey.ConfirmErasure(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, err
	}
	c.saw(e.ID, c.principal.Area, "confirm", len(e.Records))
	return api.ConfirmErasure200JSONResponse(erasureOut(e)), nil
}

// ListErasures lists bulk erasures, newest first.
func (s *Server) ListErasures(ctx context.Context, req api.ListErasuresRequestObject) (api.ListErasuresResponseObject, error) {
	if err := wholeInstallation(principalOf(ctx)); err != nil {
		return nil, err
	}
	list, next, err := s.Survey.Erasures(ctx, req.Params.Cursor, pageSize(req.Params.Limit))
	if err != nil {
		return nil, err
	}
	page := api.ErasurePage{Items: make([]api.Erasure, 0, len(list)), Next: next}
	for _, e := range list {
		page.Items = append(page.Items, erasureOut(e))
	}
	return api.ListErasures200JSONResponse(page), nil
}
