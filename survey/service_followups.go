package survey

import (
	"context"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Followup is a matter that a household waits for a reply to: a record of the registry stream, for registrars only.
type Followup struct {
	ID        string
	Form      string
	Version   string
	Household string
	Grid      string
	Status    string
	Worker    string // worker code
	Date      string // civil date of submission
	Open      bool
	Conflicts []string
	Answers   map[string]*string   // path -> value shown; nil = cleared
	Siblings  map[string][]Sibling // only for paths in conflict
	Ctx       string
}

// FollowupFilter selects matters. The zero value of a field means "any".
type FollowupFilter struct {
	Area      string
	Form      string // "" = the first follow-up form
	Household string
	Open      bool // only open ones
	Newest    bool
}

// StageQuestion is the name of the question that says how far a matter is; its choices from closedStage on are ends.
const StageQuestion = "stage"

// closedStage reports whether a stage ends a matter: closed, not for this level, withdrawn.
func closedStage(stage string) bool { return stage == "3" || stage == "4" || stage == "5" }

// followupLook is how many records are looked at for one page of open matters.
const followupLook = 500

// followupForm returns the form asked for, or the first that a survey uses for follow-up.
func (s *Service) followupForm(asked string) (string, error) {
	k := s.known.Load()
	var forms []string
	for id, u := range k.uses {
		if u.use.Kind == KindFollowup {
			forms = append(forms, id)
		}
	}
	slices.Sort(forms)
	switch {
	case asked != "" && slices.Contains(forms, asked):
		return asked, nil
	case asked != "":
		return "", errs.New(errs.NotFound, "follow-ups", "no survey uses form %s for follow-up", printable(asked))
	case len(forms) > 0:
		return forms[0], nil
	case s.Snapshot().Latest("followup") != nil:
		return "followup", nil
	}
	return "", errs.New(errs.NotFound, "follow-ups", "no survey has a form for follow-up").
		WithHint("请先在调查中加入回访表。 Add a follow-up form to a survey first.")
}

// Followups lists matters of the actor's area in order of arrival; for registrars. A page of open ones may be short and still
// have a next. Codes: forbidden, out-of-area, not-found (form), bad-request (cursor).
func (s *Service) Followups(ctx context.Context, a Actor, f FollowupFilter, cursor string, limit int) (list []Followup, next string, err error) {
	const op = "list follow-ups"
	if err := a.mayIdentity(op); err != nil {
		return nil, "", err
	}
	area, err := narrow(a.Area, f.Area)
	if err != nil {
		return nil, "", err
	}
	form, err := s.followupForm(f.Form)
	if err != nil {
		return nil, "", err
	}
	list = []Followup{}
	limit = pageLimit(limit)
	rf := RecordFilter{Form: form, Area: area, Query: f.Household, Newest: f.Newest, Statuses: LiveStatuses(), Cursor: cursor, Limit: limit}
	for looked := 0; looked < followupLook; {
		page, err := s.registry.Records.List(ctx, rf)
		if err != nil {
			return nil, "", errs.Wrap(op, err)
		}
		looked += len(page.Rows)
		for i := range page.Rows {
			row := &page.Rows[i]
			if f.Household != "" && row.Case != f.Household { // the list goes by prefix
				continue
			}
			m, err := s.followup(ctx, a, row.ID)
			if code := errs.CodeOf(err); code == errs.Erased || code == errs.NotFound {
				continue // meanwhile
			}
			if err != nil {
				return nil, "", errs.Wrap(op, err)
			}
			if m.Open || !f.Open {
				list = append(list, m)
			}
		}
		rf.Cursor = page.Next
		if page.Next == "" || len(list) >= limit {
			break
		}
		rf.Limit = limit - len(list)
	}
	return list, rf.Cursor, nil
}

// Followup returns one matter; for registrars. Codes: not-found (also outside the area, and what is no follow-up), erased.
func (s *Service) Followup(ctx context.Context, a Actor, id string) (Followup, error) {
	const op = "follow-up"
	if err := a.mayIdentity(op); err != nil {
		return Followup{}, err
	}
	m, err := s.followup(ctx, a, id)
	return m, errs.Wrap(op, err)
}

func (s *Service) followup(ctx context.Context, a Actor, id string) (m Followup, err error) {
	err = s.registry.Store.View(ctx, func(r sync.Reader) error {
		rec, err := s.matter(r, a, id)
		if err != nil {
			return err
		}
		m, err = s.followupOf(r, rec)
		return err
	})
	return m, err
}

// matter reads the record of a matter of the actor's area.
func (s *Service) matter(r sync.Reader, a Actor, id string) (*sync.Record, error) {
	rec, ok, err := r.Record(id)
	switch info, _ := s.Info(rec.Form); {
	case err != nil:
		return nil, err
	case !ok, !Within(a.Area, rec.Grid), info.Kind != KindFollowup && rec.Form != "followup":
		return nil, errs.New(errs.NotFound, "follow-up", "no matter %s", printable(id))
	case rec.State == nil || rec.State.Erased:
		return nil, errs.New(errs.Erased, "follow-up", "matter %s", id)
	}
	return &rec, nil
}

func (s *Service) followupOf(r sync.Reader, rec *sync.Record) (Followup, error) {
	w := viewer{s: s, r: r, rec: rec, state: rec.State, workers: map[string]string{}}
	m := Followup{ID: rec.ID, Form: rec.Form, Version: rec.Version, Household: rec.Case, Grid: rec.Grid, Status: sync.StatusOf(rec.State).Shown,
		Worker: s.code(rec.Street, rec.Author), Date: CivilDate(rec.Submitted, s.Zone), Conflicts: append([]string{}, rec.Conflicts...),
		Answers: map[string]*string{}, Siblings: map[string][]Sibling{}, Ctx: s.registry.Engine.EncodeCtx(rec.ID, rec.State.VV)}
	stage := ""
	for path, shown := range rec.State.Visible {
		if path[0] == '@' {
			continue
		}
		m.Answers[path] = valueOf(shown)
		if path[strings.LastIndexByte(path, '/')+1:] == StageQuestion && !shown.Null {
			stage = shown.Value
		}
	}
	m.Open = Counts(m.Status) && !closedStage(stage)
	view := RecordView{Siblings: m.Siblings}
	return m, w.siblings(&view)
}

// FollowupChange is what a registrar notes on a matter.
type FollowupChange struct {
	ID       string
	Ctx      string
	Set      map[string]*string // nil = cleared
	Reason   string
	Key      string
	BodyHash [32]byte
}

// ChangeFollowup writes what was done about a matter; for registrars. Values are checked against the form. Codes: invalid (a
// wrong value, an unknown or a calculated path, no reason), changed-since, not-found, erased, bad-request (ctx),
// idempotency-mismatch.
func (s *Service) ChangeFollowup(ctx context.Context, a Actor, c FollowupChange) (Followup, error) {
	const op = "change follow-up"
	if err := a.mayIdentity(op); err != nil {
		return Followup{}, err
	}
	var rec *sync.Record
	err := s.registry.Store.View(ctx, func(r sync.Reader) (err error) {
		rec, err = s.matter(r, a, c.ID)
		return err
	})
	if err != nil {
		return Followup{}, errs.Wrap(op, err)
	}
	vv, err := s.registry.Engine.DecodeCtx(c.Ctx, c.ID)
	if err != nil {
		return Followup{}, errs.Wrap(op, err)
	}
	form := s.formOf(rec)
	switch {
	case form == nil:
		return Followup{}, errs.New(errs.Invalid, op, "form %s is not known here", rec.Form)
	case strings.TrimSpace(c.Reason) == "":
		return Followup{}, errs.New(errs.Invalid, op, "a reason is needed").WithHint("请写明理由。 Say why.")
	}
	for path := range c.Set {
		if strings.HasPrefix(path, "@") {
			return Followup{}, errs.New(errs.Forbidden, op, "%s is not written this way", printable(path))
		}
	}
	cells, err := s.checkChange(ctx, rec, form, Change{Set: c.Set, Reason: c.Reason})
	if err != nil {
		return Followup{}, errs.Wrap(op, err)
	}
	preview := &crdt.ChangeSet{Device: previewDevice, Seq: 1, Ctx: vv.Meet(rec.State.VV), Set: cells}
	cells = append(cells, s.recomputed(ctx, form, rec.State, preview)...)
	_, err = s.registry.Engine.Office(ctx, sync.OfficeChange{User: a.ID, Street: rec.Street, Role: sync.RoleRegistrar, Record: rec.ID, Version: form.Version,
		Ctx: vv, Review: true, Set: cells, Reason: strings.TrimSpace(c.Reason), Key: c.Key, BodyHash: c.BodyHash})
	if err != nil {
		return Followup{}, errs.Wrap(op, err)
	}
	return s.Followup(ctx, a, c.ID)
}
