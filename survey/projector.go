package survey

import (
	"strings"
	gosync "sync"
	"time"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Reserved choices of aggregate cells (sync.CellKey.Choice). No XForms choice can be one of them but by malice; then its
// counts are merged with these.
const (
	ChoiceAnswered  = ""  // the question was answered with a value that counts; for select_multiple: respondents, not ticks
	ChoiceSum       = "+" // numeric questions: N answers, W = Σ w·y, WW = Σ w·y²; missing codes are choices of their own
	ChoiceUnsettled = "!" // answers that do not count until the office settles them: in conflict, or flagged
)

// CaseQuestion is the name of the question that holds a record's case number.
const CaseQuestion = "case_id"

// HouseholdQuestion is the name of the question that holds the household, in forms of the registry stream. It stands in the
// place of the case there; answers never have it.
const HouseholdQuestion = "household"

// ProjectorConfig is what a Projector is made of.
type ProjectorConfig struct {
	// Forms returns the live forms; called once a projection.
	Forms func() *schema.Forms
	// Info returns how a survey uses a form; false where none does.
	Info func(form string) (FormInfo, bool)
	// WorkerKey makes worker codes.
	WorkerKey []byte
	// Zone is where civil dates are read.
	Zone *time.Location

	rules *ruleBook // shared with who shows records; nil = the projector's own
}

// NewProjector returns the projection of a record: what lists, reviews, summaries and exports read of it. It is pure but
// for LookupCase and the forms of the moment, and is called on every merge.
//
// What counts in aggregates: records that are submitted, returned, needs_review or approved; of them the shown answers that
// fit their question and are in no conflict. An answer in conflict, of an unknown path or with a wrong value counts as
// ChoiceUnsettled until it is settled: a figure must never rest on an answer that nobody gave or that two people dispute.
// Answers below a removed row, cleared and withheld ones, those of who refused consent, and records for which the office
// said another one stands do not count. A record whose case number was never drawn counts
// with weight 1 in a census, and in a sample only as a record: it has no place in the design. In a repeat each row counts.
// All cells of one record share grid, PSU, stratum, status and post-stratum.
func NewProjector(c ProjectorConfig) sync.Projector {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.rules == nil {
		c.rules = &ruleBook{}
	}
	p := &projector{ProjectorConfig: c}
	return p.project
}

type projector struct {
	ProjectorConfig
	plans gosync.Map  // *schema.Form -> *formPlan
	spare gosync.Pool // *judge.Record
	codes gosync.Map  // worker key -> code
}

// formPlan is what projection needs of a form version, found once.
type formPlan struct {
	caseNo   *schema.Node
	home     *schema.Node // of forms without a case: the household a visit or follow-up is about
	consent  *schema.Node // "0" = asked, and refused
	sex, age *schema.Node
	count    []countRule // by question index
}

type countRule uint8

const (
	countNothing countRule = iota
	countChoice
	countTicks
	countNumber
	countAnswered
	countFlag // calculated: 0/1, true/false only
)

func planOf(f *schema.Form) *formPlan {
	pl := &formPlan{count: make([]countRule, len(f.Questions()))}
	for i, q := range f.Questions() {
		switch {
		case q.Name == CaseQuestion && pl.caseNo == nil:
			pl.caseNo = q
		case q.Name == HouseholdQuestion && pl.home == nil:
			pl.home = q
		case q.Control == schema.Calculate:
			pl.count[i] = countFlag
		case !q.Asked() || q.Control == schema.Trigger:
		case q.Control == schema.SelectOne:
			pl.count[i] = countChoice
		case q.Control == schema.Select:
			pl.count[i] = countTicks
		case q.Type == schema.Boolean:
			pl.count[i] = countChoice
		case q.Type == schema.Int || q.Type == schema.Decimal:
			pl.count[i] = countNumber
		default:
			pl.count[i] = countAnswered
		}
		if q.Control == schema.SelectOne && q.Repeat() == nil {
			switch q.Name {
			case "consent":
				pl.consent = q
			case "sex":
				pl.sex = q
			case "age_band":
				pl.age = q
			}
		}
	}
	if pl.sex == nil || pl.age == nil {
		pl.sex, pl.age = nil, nil
	}
	return pl
}

func (p *projector) plan(f *schema.Form) *formPlan {
	if pl, ok := p.plans.Load(f); ok {
		return pl.(*formPlan)
	}
	pl, _ := p.plans.LoadOrStore(f, planOf(f))
	return pl.(*formPlan)
}

func (p *projector) workerCode(street, worker string) string {
	type key struct{ street, worker string }
	k := key{street, worker}
	if c, ok := p.codes.Load(k); ok {
		return c.(string)
	}
	c := WorkerCode(p.WorkerKey, street, worker)
	p.codes.Store(key{strings.Clone(street), strings.Clone(worker)}, c)
	return c
}

// projection is the work on one record.
type projection struct {
	p      *projector
	r      *sync.Record
	s      *crdt.State
	forms  *schema.Forms
	form   *schema.Form // nil where the server does not have it
	plan   *formPlan
	info   FormInfo
	out    sync.Projection
	packed Packed
	nodes  []*schema.Node // beside packed.Cells
	phone  bool           // some answer was written by a phone
	office string         // a device of the office whose answer is shown
	row    string         // last enclosing row asked for
	exists bool           // whether it exists

	linked     bool // the office said that another record stands for this one
	incomplete bool // a required answer that its author left out is flagged
}

func (p *projector) project(in sync.ProjectInput) sync.Projection {
	r := in.Record
	if r.State == nil || r.State.Erased {
		return sync.Projection{Status: StatusErased}
	}
	w := projection{p: p, r: r, s: r.State, forms: p.Forms()}
	w.form = w.forms.Get(r.Form, r.Version)
	if w.form != nil {
		w.plan = p.plan(w.form)
	} else {
		w.out.Flags = append(w.out.Flags, string(errs.UnknownForm))
	}
	w.info, _ = p.Info(r.Form)
	w.status()
	w.cells()
	w.refusal()
	w.rows()
	w.marks()
	w.judge()
	w.tally()
	w.design(in.LookupCase)
	w.contributions()
	w.pack()
	return w.out
}

func (w *projection) status() {
	st := sync.StatusOf(w.s)
	w.out.Status = st.Shown
	if st.Reason != "" {
		w.out.Flags = append(w.out.Flags, st.Reason)
	}
	w.submission()
	w.duplicate()
	w.out.Open, w.out.EditUntil = window(st, w.info, w.r.Submitted)
}

// submission flags what the office has to know of how the record was posted.
func (w *projection) submission() {
	seen := map[string]bool{}
	for _, sib := range w.s.Siblings(sync.PathSubmission) {
		for _, word := range strings.Fields(sib.Value) {
			seen[word] = true
		}
	}
	for _, code := range [...]errs.Code{errs.EncryptedAnswers, errs.InstanceChanged} {
		if seen[string(code)] {
			w.out.Flags = append(w.out.Flags, string(code))
		}
	}
}

// window says how long author and assignees see the full state: while it is not approved or restricted, but sentiment
// answers only until edit_hours after submission, and again while returned.
func window(st sync.Status, info FormInfo, submitted int64) (open bool, until int64) {
	switch {
	case st.Shown == StatusRestricted || st.Shown == StatusErased:
		return false, 0
	case st.Reopened:
		return true, 0
	case st.Shown == StatusApproved:
		return false, 0
	}
	if info.Kind == KindSentiment && submitted > 0 {
		const hour = int64(time.Hour / time.Millisecond)
		return true, submitted + int64(info.EditHours)*hour
	}
	return true, 0
}

// node finds the question of a path: in the record's form version, else in any other version of the form, because answers
// of an earlier version stay what they were.
func (w *projection) node(path string) *schema.Node {
	if w.form == nil {
		return nil
	}
	if n := w.form.Lookup(path); n != nil && n.Kind == schema.Question {
		return n
	}
	versions := w.forms.Versions(w.r.Form)
	for i := len(versions) - 1; i >= 0; i-- {
		if n := versions[i].Lookup(path); n != nil && n.Kind == schema.Question {
			return n
		}
	}
	return nil
}

// inRows reports whether all rows a path lies in exist. Registers come sorted, so neighbours share their row.
func (w *projection) inRows(path string) bool {
	i := strings.LastIndexByte(path, ']')
	if i < 0 {
		return true
	}
	row := path[:i+1]
	if row != w.row {
		w.row, w.exists = row, w.s.RowExists(row)
	}
	return w.exists
}

func (w *projection) cells() {
	n := len(w.s.Registers)
	w.packed.Cells = make([]PackedCell, 0, n)
	w.nodes = make([]*schema.Node, 0, n)
	for i := range w.s.Registers {
		reg := &w.s.Registers[i]
		if reg.Path[0] == '@' || len(reg.Siblings) == 0 || !w.inRows(reg.Path) {
			continue
		}
		shown := w.s.ShownOf(reg.Siblings)
		cell := PackedCell{Path: reg.Path, Value: shown.Value}
		node := w.node(reg.Path)
		if shown.Null {
			cell.Mark |= MarkNull
		}
		switch {
		case node == nil:
			cell.Mark |= MarkUnknownPath
			if w.form != nil {
				w.out.Flags = append(w.out.Flags, string(errs.UnknownPath)+":"+reg.Path)
			}
		case !shown.Null && !node.Fits(shown.Value):
			cell.Mark |= MarkInvalid
			w.out.Flags = append(w.out.Flags, string(errs.InvalidValue)+":"+reg.Path)
		}
		if len(reg.Siblings) > 1 && (node == nil || !node.Derived()) && differ(reg.Siblings) {
			cell.Mark |= MarkConflict
			w.out.Conflicts = append(w.out.Conflicts, reg.Path)
		}
		if sync.OfficeIssued(shown.Device) {
			cell.Mark |= MarkOffice
			w.office = shown.Device
		} else {
			w.phone = true
		}
		w.packed.Cells = append(w.packed.Cells, cell)
		w.nodes = append(w.nodes, node)
	}
}

func differ(sib []crdt.Write) bool {
	for _, s := range sib[1:] {
		if s.Value != sib[0].Value || s.Null != sib[0].Null {
			return true
		}
	}
	return false
}

// rows lists existing rows in order of birth, and the rows that were removed while somebody wrote in them.
func (w *projection) rows() {
	if len(w.s.Rows) == 0 {
		return
	}
	disputed := false
	for _, repeat := range w.s.Repeats() {
		if repeat == "" || repeat[0] == '@' {
			continue
		}
		paths := w.s.RowsOf(repeat)
		if len(paths) == 0 {
			continue
		}
		ids := make([]string, len(paths))
		for i, path := range paths {
			_, ids[i] = crdt.Path(path).Row()
			if w.s.RemovedWhileEdited(path) {
				disputed = true
				w.out.Conflicts = append(w.out.Conflicts, path)
				w.out.Flags = append(w.out.Flags, string(errs.RemovedWhileEdited)+":"+path)
			}
		}
		w.packed.Rows = append(w.packed.Rows, PackedRows{Repeat: repeat, Rows: ids})
	}
	if disputed {
		sortStrings(w.out.Conflicts)
	}
}

// design finds the case and with it stratum, PSU and weight.
func (w *projection) design(lookup func(string) (sync.Case, bool)) {
	w.packed.PSU, w.packed.Weight = w.r.Grid, 1
	if w.plan == nil || w.plan.caseNo == nil {
		w.packed.Known = true // the form names no case: nothing is missing
		if w.plan != nil && w.plan.home != nil {
			if cell, ok := w.packed.Get(w.plan.home.Path); ok && cell.Mark&MarkNull == 0 {
				w.out.Case, w.packed.Case = cell.Value, cell.Value
			}
		}
		return
	}
	cell, ok := w.packed.Get(w.plan.caseNo.Path)
	w.packed.Known = w.info.Kind != "" && !w.info.Kind.UsesCases() // then the number is drawn on the phone: it has no place in the frame
	if !ok || cell.Mark&MarkNull != 0 || cell.Value == "" {
		if w.packed.Known {
			return
		}
		w.out.Flags = append(w.out.Flags, string(errs.UnknownCase))
		return
	}
	w.out.Case, w.packed.Case = cell.Value, cell.Value
	if w.packed.Known {
		return
	}
	if lookup != nil {
		if c, found := lookup(cell.Value); found && c.Street == w.r.Street {
			w.packed.Known = true
			w.packed.Stratum, w.packed.PSU, w.packed.Weight = c.Stratum, c.PSU, c.Weight
			w.packed.FPC1, w.packed.FPC2 = c.FPC1, c.FPC2
			if w.packed.PSU == "" {
				w.packed.PSU = c.Grid
			}
			return
		}
	}
	w.out.Flags = append(w.out.Flags, string(errs.UnknownCase))
}

func (w *projection) pack() {
	at := w.r.Submitted
	if at == 0 {
		at = w.earliest()
	}
	w.packed.Form, w.packed.Version, w.packed.Grid, w.packed.Status = w.r.Form, w.r.Version, w.r.Grid, w.out.Status
	w.packed.Author = w.p.workerCode(w.r.Street, w.r.Author)
	w.packed.Date = CivilDate(at, w.p.Zone)
	w.packed.Flags = w.out.Flags
	size := 160
	for i := range w.packed.Cells {
		size += len(w.packed.Cells[i].Path) + len(w.packed.Cells[i].Value) + 4
	}
	w.out.Packed = w.packed.Append(make([]byte, 0, size))
}

func (w *projection) earliest() int64 {
	first := int64(0)
	for _, t := range w.s.Times {
		if first == 0 || t < first {
			first = t
		}
	}
	return first
}

// CivilDate returns the date of an instant (ms) in a zone, "" for 0.
func CivilDate(ms int64, zone *time.Location) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(zone).Format(time.DateOnly)
}
