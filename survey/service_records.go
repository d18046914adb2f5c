package survey

import (
	"context"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// RecordBrief is a record in a list as the office sees it: no answers, no household, no times.
type RecordBrief struct {
	ID        string   `json:"id"`
	Case      string   `json:"case"`
	Form      string   `json:"form"`
	Version   string   `json:"version"`
	Village   string   `json:"village"`
	Status    string   `json:"status"`
	Date      string   `json:"date"`   // civil date of submission, "" for a draft
	Worker    string   `json:"worker"` // worker code
	Conflicts int      `json:"conflicts"`
	Flags     []string `json:"flags"`
}

// RecordList is one page of briefs.
type RecordList struct {
	Items []RecordBrief
	Next  string
}

// Sibling is one live write in a conflict. For a row Value is "+" or "-".
type Sibling struct {
	Value  *string `json:"value"` // nil = cleared
	Date   string  `json:"date"`
	Author string  `json:"author"` // worker code
}

// Comment is what a reviewer wrote, at a question or (Path "") at the record.
type Comment struct {
	ID     string `json:"id"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
	Date   string `json:"date"`
	Author string `json:"author"`
}

// RecordView is a record as a reviewer sees it. Drafts and restricted records are stubs: no answers.
type RecordView struct {
	RecordBrief
	Reason             string               // why it needs review again, "" or arrived-after-review
	Stub               bool                 // answers are not shown
	ConflictPaths      []string             // sorted
	Answers            map[string]*string   // path -> value shown; nil = cleared
	Siblings           map[string][]Sibling // only for paths in conflict
	Rows               map[string][]string  // repeat path -> row ids in order
	Comments           []Comment            // oldest first
	Assignees          []string             // worker codes
	Ctx                string
	MissingAttachments []string
	Broken             []BrokenRule // rules of the form that the shown answers break, in its order
}

func (s *Service) brief(r *RecordRow) RecordBrief {
	flags := r.Flags
	if flags == nil {
		flags = []string{}
	}
	return RecordBrief{ID: r.ID, Case: r.Case, Form: r.Form, Version: r.Version, Village: VillageOf(r.Grid), Status: r.Status,
		Date: CivilDate(r.Submitted, s.Zone), Worker: s.code(r.Street, r.Author), Conflicts: len(r.Conflicts), Flags: flags}
}

// workersByCode returns the workers whose code in a street of the area is the one typed.
func (s *Service) workersByCode(ctx context.Context, area, typed string) ([]string, error) {
	code := NormaliseCode(typed)
	if len(code) != 6 || s.People == nil {
		return nil, nil
	}
	streets := []string{StreetOf(area)}
	if streets[0] == "" {
		list, err := s.Catalog.Areas(ctx, area, Street, "", 1000)
		if err != nil {
			return nil, err
		}
		streets = streets[:0]
		for _, st := range list {
			streets = append(streets, st.Code)
		}
	}
	var out []string
	for _, street := range streets {
		ids, err := s.People.WorkersIn(ctx, street)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if s.code(street, id) == code {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// Where returns the grid of a record of the answers stream, for the decision whether an actor may touch it; code not-found.
func (s *Service) Where(ctx context.Context, id string) (grid string, err error) {
	r, ok, err := s.answers.Records.Record(ctx, id)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "record", "no record %s", printable(id))
	}
	return r.Grid, err
}

// Record shows a record to a reviewer. Codes: not-found (also outside the actor's area), erased.
func (s *Service) Record(ctx context.Context, a Actor, id string) (RecordView, error) {
	const op = "show record"
	if err := a.mayAnswers(op); err != nil {
		return RecordView{}, err
	}
	var v RecordView
	var files, awaited []string
	err := s.answers.Store.View(ctx, func(r sync.Reader) error {
		rec, ok, err := r.Record(id)
		if err != nil {
			return err
		}
		switch {
		case !ok, !Within(a.Area, rec.Grid):
			return errs.New(errs.NotFound, op, "no record %s", printable(id))
		case rec.State == nil || rec.State.Erased:
			return errs.New(errs.Erased, op, "record %s", id)
		}
		w := viewer{s: s, r: r, rec: &rec, state: rec.State, form: s.formOf(&rec), workers: map[string]string{}}
		v, err = w.view()
		files, awaited = w.files, w.awaited
		return err
	})
	if err != nil {
		return RecordView{}, errs.Wrap(op, err)
	}
	v.MissingAttachments = append([]string{}, awaited...)
	if s.Attachments != nil && len(files) > 0 {
		missing, err := s.Attachments.Missing(ctx, files)
		if err != nil {
			return RecordView{}, errs.Wrap(op, err)
		}
		v.MissingAttachments = append(v.MissingAttachments, missing...)
	}
	return v, nil
}

// formOf returns a record's form version, else the latest, else nil.
func (s *Service) formOf(r *sync.Record) *schema.Form {
	forms := s.Snapshot()
	if f := forms.Get(r.Form, r.Version); f != nil {
		return f
	}
	return forms.Latest(r.Form)
}

// viewer makes the view of one record inside one read transaction.
type viewer struct {
	s       *Service
	r       sync.Reader
	rec     *sync.Record
	state   *crdt.State
	form    *schema.Form
	workers map[string]string // device -> worker code
	files   []string          // kept under the names of their bytes
	awaited []string          // files that OpenRosa clients named and that have not come, under the names they gave
}

func (w *viewer) view() (RecordView, error) {
	st := sync.StatusOf(w.state)
	row := RecordRow{ID: w.rec.ID, Street: w.rec.Street, Grid: w.rec.Grid, Form: w.rec.Form, Version: w.rec.Version, Case: w.rec.Case, Status: st.Shown,
		Conflicts: w.rec.Conflicts, Flags: w.rec.Flags, Author: w.rec.Author, Submitted: w.rec.Submitted}
	v := RecordView{RecordBrief: w.s.brief(&row), Reason: st.Reason, Answers: map[string]*string{}, Siblings: map[string][]Sibling{}, Rows: map[string][]string{},
		Comments: []Comment{}, ConflictPaths: []string{}, Assignees: []string{}, Broken: []BrokenRule{}}
	v.Stub = st.Shown == StatusDraft || st.Shown == StatusRestricted
	v.Ctx = w.s.answers.Engine.EncodeCtx(w.rec.ID, w.state.VV)
	for _, worker := range w.rec.Assignees {
		v.Assignees = append(v.Assignees, w.s.code(w.rec.Street, worker))
	}
	if v.Stub {
		return v, nil
	}
	v.Broken = w.s.broken(w.form, w.state, st.Shown)
	v.ConflictPaths = append(v.ConflictPaths, w.rec.Conflicts...)
	for path, shown := range w.state.Visible {
		if path[0] == '@' {
			continue
		}
		v.Answers[path] = valueOf(shown)
		switch {
		case shown.Null:
		case schema.IsBinaryName(shown.Value):
			w.files = append(w.files, shown.Value)
		case shown.Value != "" && w.form != nil:
			if n := w.form.Lookup(path); n != nil && n.Type == schema.Binary {
				w.awaited = append(w.awaited, shown.Value)
			}
		}
	}
	for _, repeat := range w.state.Repeats() {
		if repeat == "" || repeat[0] == '@' {
			continue
		}
		ids := []string{}
		for _, path := range w.state.RowsOf(repeat) {
			_, id := crdt.Path(path).Row()
			ids = append(ids, id)
		}
		v.Rows[repeat] = ids
	}
	if err := w.siblings(&v); err != nil {
		return RecordView{}, err
	}
	return v, w.comments(&v)
}

func valueOf(x crdt.Write) *string {
	if x.Null {
		return nil
	}
	value := x.Value
	return &value
}

func (w *viewer) siblings(v *RecordView) error {
	for _, path := range w.rec.Conflicts {
		list := []Sibling{}
		if row := w.state.Row(path); row != nil && crdt.Path(path).IsRow() {
			for _, m := range row.Marks {
				sign := "+"
				if m.Minus {
					sign = "-"
				}
				author, err := w.author(m.Device)
				if err != nil {
					return err
				}
				list = append(list, Sibling{Value: &sign, Date: CivilDate(w.state.Times[m.Dot], w.s.Zone), Author: author})
			}
		}
		for _, x := range w.state.Siblings(path) {
			author, err := w.author(x.Device)
			if err != nil {
				return err
			}
			list = append(list, Sibling{Value: valueOf(x), Date: CivilDate(w.state.Times[x.Dot], w.s.Zone), Author: author})
		}
		v.Siblings[path] = list
	}
	return nil
}

// author returns the worker code behind a device.
func (w *viewer) author(device string) (string, error) {
	if c, ok := w.workers[device]; ok {
		return c, nil
	}
	d, _, err := w.r.Device(device)
	if err != nil {
		return "", err
	}
	c := w.s.code(w.rec.Street, d.Worker)
	w.workers[device] = c
	return c, nil
}

// Paths of comments: a repeat of the record itself.
const (
	commentRepeat = sync.PathComments
	commentText   = "/text"
	commentPath   = "/path"
)

func (w *viewer) comments(v *RecordView) error {
	for _, row := range w.state.RowsOf(commentRepeat) {
		text, ok := w.state.Shown(row + commentText)
		if !ok || text.Null {
			continue
		}
		_, id := crdt.Path(row).Row()
		c := Comment{ID: id, Text: text.Value, Date: CivilDate(w.state.Times[text.Dot], w.s.Zone)}
		if at, ok := w.state.Shown(row + commentPath); ok && !at.Null {
			c.Path = at.Value
		}
		var err error
		if c.Author, err = w.author(text.Device); err != nil {
			return err
		}
		v.Comments = append(v.Comments, c)
	}
	return nil
}

// HistoryItem is one write of a record's history: what was written when (civil date), by whom, and over what.
type HistoryItem struct {
	Path       string    `json:"path"`
	Row        string    `json:"row,omitempty"` // "added" or "removed" where Path is a row
	Value      *string   `json:"value"`
	Date       string    `json:"date"`
	Author     string    `json:"author"` // worker code
	Office     bool      `json:"office"`
	Reason     string    `json:"reason,omitempty"`
	Superseded []Sibling `json:"superseded,omitempty"`
}

// History returns what was written, oldest first; of each change set in order of path. Codes: not-found (also outside the
// area), erased, rule (a draft or a restricted record: its answers are not shown).
func (s *Service) History(ctx context.Context, a Actor, id string) ([]HistoryItem, error) {
	const op = "history"
	if err := a.mayAnswers(op); err != nil {
		return nil, err
	}
	v, err := s.Record(ctx, a, id)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if v.Stub {
		return nil, errs.New(errs.Rule, op, "record %s is %s", id, v.Status)
	}
	entries, err := s.answers.Engine.History(ctx, id)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	out := []HistoryItem{}
	written := map[crdt.Dot]string{} // dot -> civil date
	for _, e := range entries {
		l := &e.Line
		base := HistoryItem{Date: CivilDate(l.Effective, s.Zone), Author: s.code(l.Street, l.Worker), Office: sync.OfficeIssued(l.Device), Reason: l.Reason}
		written[crdt.Dot{Device: l.Device, Seq: l.DevSeq}] = base.Date
		for _, x := range e.Writes {
			if hidden(x.Path) {
				continue
			}
			item := base
			item.Path, item.Value = x.Path, valueOf(crdt.Write{Value: x.Value, Null: x.Null})
			for _, old := range x.Superseded {
				item.Superseded = append(item.Superseded, Sibling{Value: valueOf(crdt.Write{Value: old.Value, Null: old.Null}),
					Date: written[old.Dot], Author: s.code(l.Street, old.Worker)})
			}
			out = append(out, item)
		}
		for _, rows := range []struct {
			paths []string
			what  string
		}{{e.Add, "added"}, {e.Del, "removed"}} {
			for _, path := range rows.paths {
				if strings.HasPrefix(path, "@") {
					continue
				}
				item := base
				item.Path, item.Row = path, rows.what
				out = append(out, item)
			}
		}
	}
	return out, nil
}

// hidden says which record paths a history does not show: assignees are worker ids, and a withdrawal hash could be tried
// against slips.
func hidden(path string) bool {
	return slices.Contains([]string{sync.PathAssignee, sync.PathWithdrawal, sync.PathMovedFrom}, path)
}
