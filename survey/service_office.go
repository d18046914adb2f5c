package survey

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Decision is what a reviewer decides about a record.
type Decision string

// The decisions.
const (
	Approve     Decision = "approve"
	Return      Decision = "return"
	NeedsReview Decision = "needs_review"
)

// Review is a decision about one record, made on a page.
type Review struct {
	Record   string
	Ctx      string // token of the page
	Decision Decision
	Comment  string            // on the record as a whole
	Fields   map[string]string // path -> comment at the question
	Key      string            // Idempotency-Key
	BodyHash [32]byte
}

// Change is an office correction, resolution of a conflict, hand-over ("@assignee") or move ("@grid").
type Change struct {
	Record   string
	Ctx      string
	Set      map[string]*string // nil = cleared
	Add, Del []string
	Reason   string
	Key      string
	BodyHash [32]byte
	// Corrects is the opaque id of a quarantined line of this record that is discarded with the change; "" = none. Ctx may be
	// empty where nothing of the record was merged yet.
	Corrects string
}

// Outcome of a review or change: the page's new token and what the record shows now.
type Decided struct {
	Ctx       string
	Status    string
	Conflicts []string
}

const maxCommentRunes = 2000

// previewDevice stands for the office while a change is tried on a copy of the record.
const previewDevice = "~preview"

// Review carries out a decision. Codes: invalid (unknown decision, a path the form does not have, a return without a word),
// changed-since (something came in that was not on the page), not-found, erased, bad-request (ctx), idempotency-mismatch,
// rule (a draft cannot be decided on, a duplicate not be approved).
func (s *Service) Review(ctx context.Context, a Actor, d Review) (Decided, error) {
	const op = "review"
	if err := a.mayAnswers(op); err != nil {
		return Decided{}, err
	}
	rec, vv, err := s.opened(ctx, a, d.Record, d.Ctx)
	if err != nil {
		return Decided{}, errs.Wrap(op, err)
	}
	status := map[Decision]string{Approve: StatusApproved, Return: StatusReturned, NeedsReview: StatusNeedsReview}[d.Decision]
	switch {
	case status == "":
		return Decided{}, errs.New(errs.Invalid, op, "decision %q", printable(string(d.Decision))).WithHint("approve, return 或 needs_review。 One of approve, return, needs_review.")
	case d.Decision == Return && strings.TrimSpace(d.Comment) == "" && len(d.Fields) == 0:
		return Decided{}, errs.New(errs.Invalid, op, "a return needs a comment").WithHint("请写明退回原因，或在题目处批注。 Say why, or comment at a question.")
	case rec.Status == StatusDraft:
		return Decided{}, errs.New(errs.Rule, op, "record %s is a draft", d.Record)
	case rec.Status == StatusRestricted:
		return Decided{}, errs.New(errs.Rule, op, "record %s is restricted", d.Record)
	case d.Decision == Approve && decisionOf(rec.State).Link != "":
		return Decided{}, errs.New(errs.Rule, op, "record %s is a duplicate of %s", d.Record, decisionOf(rec.State).Link).
			WithHint("请先在“疑似重复”中改为“保留”。 Keep it under possible duplicates first.")
	}
	ch := sync.OfficeChange{User: a.ID, Street: rec.Street, Role: sync.RoleReviewer, Record: d.Record, Version: rec.Version, Ctx: vv, Review: true, Key: d.Key, BodyHash: d.BodyHash,
		Set: []crdt.Cell{{Path: sync.PathStatus, Value: status}}}
	if ch.Set, err = s.addComments(ch.Set, s.formOf(rec), d); err != nil {
		return Decided{}, errs.Wrap(op, err)
	}
	return s.decided(ctx, ch)
}

// addComments appends a comment on the record and those at questions, each a row of "@comments".
func (s *Service) addComments(set []crdt.Cell, form *schema.Form, d Review) ([]crdt.Cell, error) {
	paths := make([]string, 0, len(d.Fields)+1)
	for path := range d.Fields {
		if form != nil && !strings.HasPrefix(path, "@") && form.Lookup(path) == nil {
			return nil, errs.New(errs.Invalid, "comment", "the form has no %s", printable(path))
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	if len(paths) > limits.ChangeOps/4 {
		return nil, errs.New(errs.Invalid, "comment", "%d comments at once", len(paths))
	}
	for _, path := range append([]string{""}, paths...) {
		text := strings.TrimSpace(d.Fields[path])
		if path == "" {
			text = strings.TrimSpace(d.Comment)
		}
		if text == "" {
			continue
		}
		if utf8.RuneCountInString(text) > maxCommentRunes {
			return nil, errs.New(errs.Invalid, "comment", "over %d characters", maxCommentRunes)
		}
		id, err := drawCode(s.Rand, 8)
		if err != nil {
			return nil, err
		}
		row := commentRepeat + "[" + id + "]"
		set = append(set, crdt.Cell{Path: row + commentText, Value: text})
		if path != "" {
			set = append(set, crdt.Cell{Path: row + commentPath, Value: path})
		}
	}
	return set, nil
}

// opened reads the record an office page is about and its token.
func (s *Service) opened(ctx context.Context, a Actor, id, token string) (*sync.Record, crdt.VV, error) {
	rec, err := s.record(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	vv, err := s.answers.Engine.DecodeCtx(token, id)
	return rec, vv, err
}

func (s *Service) record(ctx context.Context, a Actor, id string) (*sync.Record, error) {
	var rec sync.Record
	err := s.answers.Store.View(ctx, func(r sync.Reader) error {
		var ok bool
		var err error
		if rec, ok, err = r.Record(id); err != nil {
			return err
		}
		switch {
		case !ok, !Within(a.Area, rec.Grid):
			return errs.New(errs.NotFound, "record", "no record %s", printable(id))
		case rec.State == nil || rec.State.Erased:
			return errs.New(errs.Erased, "record", "record %s", id)
		}
		rec.Status = sync.StatusOf(rec.State).Shown
		return nil
	})
	return &rec, err
}

// decided writes the change and returns what the record shows then.
func (s *Service) decided(ctx context.Context, ch sync.OfficeChange) (Decided, error) {
	res, err := s.answers.Engine.Office(ctx, ch)
	if err != nil {
		return Decided{}, err
	}
	out := Decided{Ctx: res.Ctx, Conflicts: []string{}}
	row, ok, err := s.answers.Records.Record(ctx, ch.Record)
	if err != nil {
		return Decided{}, err
	}
	if ok {
		out.Status = row.Status
		out.Conflicts = append(out.Conflicts, row.Conflicts...)
	}
	return out, nil
}

// Change writes an office change. Values are checked against the form first; calculated answers that the change moves are
// written with it. Codes: invalid (a wrong value, an unknown or a
// calculated path, an unknown assignee or grid, a new value without a reason), forbidden (a path of others), changed-since
// (hand-over or move over what was not on the page), not-found, erased, bad-request, idempotency-mismatch, out-of-area.
func (s *Service) Change(ctx context.Context, a Actor, c Change) (Decided, error) {
	const op = "change record"
	if err := a.mayAnswers(op); err != nil {
		return Decided{}, err
	}
	var corrects uint64
	var line sync.Line
	var held *crdt.ChangeSet
	if c.Corrects != "" {
		var err error
		if line, held, err = s.corrected(ctx, a, c); err != nil {
			return Decided{}, errs.Wrap(op, err)
		}
		corrects = line.Seq
	}
	rec, err := s.record(ctx, a, c.Record)
	fresh := corrects > 0 && errs.CodeOf(err) == errs.NotFound
	if err != nil && !fresh {
		return Decided{}, errs.Wrap(op, err)
	}
	var vv crdt.VV
	if fresh { // nothing of the record was merged: the correction begins it
		rec = &sync.Record{ID: c.Record, Street: line.Street, Grid: line.Grid, Form: line.Form, Version: line.Version, State: &crdt.State{}}
		if grid := c.Set[sync.PathGrid]; grid != nil {
			rec.Grid = *grid
		}
		if StreetOf(rec.Grid) != rec.Street {
			return Decided{}, errs.New(errs.Invalid, op, "grid %s is not in street %s", printable(rec.Grid), rec.Street).
				WithHint("请在 @grid 填写本街道的网格。 Say in @grid which grid of the street it belongs to.")
		}
	} else if vv, err = s.answers.Engine.DecodeCtx(c.Ctx, c.Record); err != nil {
		return Decided{}, errs.Wrap(op, err)
	}
	ch := sync.OfficeChange{User: a.ID, Street: rec.Street, Role: sync.RoleReviewer, Record: c.Record, Form: rec.Form, Grid: rec.Grid, Ctx: vv,
		Add: c.Add, Del: c.Del, Reason: strings.TrimSpace(c.Reason), OfficeAPI: true, Key: c.Key, BodyHash: c.BodyHash, Corrects: corrects}
	form := s.formOf(rec)
	if form == nil {
		return Decided{}, errs.New(errs.Invalid, op, "form %s is not known here", rec.Form)
	}
	ch.Version = form.Version
	if ch.Set, err = s.checkChange(ctx, rec, form, c); err != nil {
		return Decided{}, errs.Wrap(op, err)
	}
	if fresh {
		ch.Set = begun(ch.Set, held, line.Worker)
	}
	preview := &crdt.ChangeSet{Device: previewDevice, Seq: 1, Ctx: vv.Meet(rec.State.VV), Set: ch.Set, Add: ch.Add, Del: ch.Del}
	if calculated := s.recomputed(ctx, form, rec.State, preview); len(ch.Set)+len(ch.Add)+len(ch.Del)+len(calculated) <= limits.ChangeOps {
		ch.Set = append(ch.Set, calculated...)
	}
	return s.decided(ctx, ch)
}

func (s *Service) checkChange(ctx context.Context, rec *sync.Record, form *schema.Form, c Change) ([]crdt.Cell, error) {
	const op = "check change"
	set := make([]crdt.Cell, 0, len(c.Set))
	fresh := len(c.Add)+len(c.Del) > 0
	for path, value := range c.Set {
		cell := crdt.Cell{Path: path, Null: value == nil}
		if value != nil {
			cell.Value = *value
		}
		if strings.HasPrefix(path, "@") {
			if err := s.checkRecordPath(ctx, rec, &cell); err != nil {
				return nil, err
			}
			set = append(set, cell)
			continue
		}
		node := form.Lookup(path)
		switch {
		case node == nil || node.Kind != schema.Question:
			return nil, errs.New(errs.Invalid, op, "the form has no question %s", printable(path))
		case node.Derived():
			return nil, errs.New(errs.Invalid, op, "%s is calculated", path).WithHint("计算项由系统得出，不能改写。 A calculated field is not written by hand.")
		case !cell.Null:
			if err := form.CheckError(path, cell.Value); err != nil {
				return nil, errs.WrapCode(errs.Invalid, op, err)
			}
		}
		if !slices.ContainsFunc(rec.State.Siblings(path), func(w crdt.Write) bool { return w.Null == cell.Null && w.Value == cell.Value }) {
			fresh = true
		}
		set = append(set, cell)
	}
	for _, row := range slices.Concat(c.Add, c.Del) {
		if form.CheckRow(row) != "" {
			return nil, errs.New(errs.Invalid, op, "the form has no repeat for %s", printable(row))
		}
	}
	if fresh && strings.TrimSpace(c.Reason) == "" {
		return nil, errs.New(errs.Invalid, op, "a new value needs a reason").WithHint("请写明更正理由。 Say why it is corrected.")
	}
	slices.SortFunc(set, func(x, y crdt.Cell) int { return strings.Compare(x.Path, y.Path) })
	return set, nil
}

// checkRecordPath checks what the office may write of the record itself: a hand-over or a move. Assignees are given as worker
// ids or worker codes.
func (s *Service) checkRecordPath(ctx context.Context, rec *sync.Record, cell *crdt.Cell) error {
	const op = "check change"
	switch cell.Path {
	case sync.PathAssignee:
		if cell.Null {
			return nil
		}
		ids := make([]string, 0, 2)
		for _, who := range strings.Fields(cell.Value) {
			id, err := s.assignee(ctx, rec.Street, who)
			if err != nil {
				return err
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		cell.Value = strings.Join(ids, " ")
		cell.Null = len(ids) == 0
		return nil
	case sync.PathGrid:
		area, ok, err := s.Catalog.Area(ctx, cell.Value)
		if err != nil {
			return err
		}
		if cell.Null || !ok || area.Kind != Grid || StreetOf(cell.Value) != rec.Street {
			return errs.New(errs.Invalid, op, "not a grid of street %s", rec.Street).
				WithHint("记录不能移出所属街道。 A record never leaves its street.")
		}
		return nil
	}
	return errs.New(errs.Forbidden, op, "%s is not written this way", printable(cell.Path))
}

func (s *Service) assignee(ctx context.Context, street, who string) (string, error) {
	if s.People == nil {
		return who, nil
	}
	if id, ok := s.People.Worker(ctx, who); ok {
		return id, nil
	}
	ids, err := s.workersByCode(ctx, street, who)
	if err != nil {
		return "", err
	}
	if len(ids) == 1 {
		return ids[0], nil
	}
	return "", errs.New(errs.Invalid, "hand over", "there is no such worker")
}

// corrected reads the quarantined line a change corrects.
func (s *Service) corrected(ctx context.Context, a Actor, c Change) (sync.Line, *crdt.ChangeSet, error) {
	line, held, err := s.answers.Engine.QuarantinedSet(ctx, c.Corrects)
	if err != nil {
		return sync.Line{}, nil, err
	}
	if !Within(a.Area, line.Street) || line.Record != c.Record {
		return sync.Line{}, nil, errs.New(errs.NotFound, "correct", "no such line of this record")
	}
	return line, held, nil
}

// begun completes a correction that begins its record: what had been submitted is to be reviewed, and whoever wrote what is
// corrected keeps sight of it. A draft stays one.
func begun(set []crdt.Cell, held *crdt.ChangeSet, worker string) []crdt.Cell {
	writes := func(path string) bool {
		return slices.ContainsFunc(set, func(c crdt.Cell) bool { return c.Path == path })
	}
	if held != nil {
		if status, ok := held.Get(sync.PathStatus); ok && status.Value == StatusSubmitted && !writes(sync.PathStatus) {
			set = append(set, crdt.Cell{Path: sync.PathStatus, Value: StatusNeedsReview})
		}
	}
	if worker != "" && !writes(sync.PathAssignee) {
		set = append(set, crdt.Cell{Path: sync.PathAssignee, Value: worker})
	}
	return set
}
