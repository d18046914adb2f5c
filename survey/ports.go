package survey

import (
	"context"
	"iter"
	"time"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Catalog keeps surveys, areas, forms and assignments (core.db). No identity, no answers. Lists are keyset pages: after is
// the last key of the page before, "" at first.
type Catalog interface {
	// PutSurvey stores a survey, replacing what was there under its id.
	PutSurvey(ctx context.Context, s Survey) error
	// Surveys returns all surveys in order of id. There are few.
	Surveys(ctx context.Context) ([]Survey, error)

	// PutAreas stores areas, all or none, replacing those that are there.
	PutAreas(ctx context.Context, list []Area) error
	// Area returns an area; false where it is not there.
	Area(ctx context.Context, code string) (Area, bool, error)
	// Areas lists areas at or below a code in order of code; kind "" = all.
	Areas(ctx context.Context, under string, kind AreaKind, after string, limit int) ([]Area, error)

	// PutShapes stores shapes of areas, all or none, replacing those that are there.
	PutShapes(ctx context.Context, list []Shape) error
	// Shapes yields the shapes at or below a code that come after one, in order of code, with their areas; kind "" = all.
	Shapes(ctx context.Context, under string, kind AreaKind, after string) iter.Seq2[AreaShape, error]
	// DropShapes removes the shapes at or below a code and says how many there were.
	DropShapes(ctx context.Context, under string) (int, error)

	// AddForm stores a form version with its files; code form-changed where id and version exist with other bytes. added is
	// false where the same was there already.
	AddForm(ctx context.Context, f StoredForm) (added bool, err error)
	// Form returns a form version with its bytes and files; code not-found.
	Form(ctx context.Context, id, version string) (StoredForm, error)
	// Forms lists all form versions in order of adding, without bytes of attachments. XML is there.
	Forms(ctx context.Context) ([]StoredForm, error)
	// CloseForm marks a form version as taking no new records; code not-found.
	CloseForm(ctx context.Context, id, version string) error

	// PutAssignments stores assignments and removes others, all or none; one that is there gets the new due date, one to be
	// removed that is not there is no error.
	PutAssignments(ctx context.Context, list []Assignment, gone ...string) error
	// Assignment returns one by its id; false where it is not there.
	Assignment(ctx context.Context, id string) (Assignment, bool, error)
	// AssignmentCounts adds assignments up by (grid, form, worker), in that order. after is the last next.
	AssignmentCounts(ctx context.Context, area, after string, limit int) (list []AssignmentCount, next string, err error)
	// Assignments lists assignments in order of (grid, id).
	Assignments(ctx context.Context, f AssignmentFilter, after string, limit int) (list []Assignment, next string, err error)
	// DeleteAssignment removes one; code not-found.
	DeleteAssignment(ctx context.Context, id string) error

	// Version returns numbers that grow with every change of surveys, areas and forms, and of a street's assignments.
	Version(ctx context.Context, street string) (catalog, assignments uint64, err error)

	// PutPlan stores a dated job; the same id replaces. Plans lists them in order of (due, id).
	PutPlan(ctx context.Context, p Plan) error
	Plans(ctx context.Context, dueBy string, onlyOpen bool) ([]Plan, error)

	// PutErasure stores a request for bulk erasure, Erasures lists them newest first (after is the last id).
	PutErasure(ctx context.Context, e Erasure) error
	Erasure(ctx context.Context, id string) (Erasure, bool, error)
	Erasures(ctx context.Context, after string, limit int) ([]Erasure, error)
}

// AssignmentFilter selects assignments. The zero value of a field means "any".
type AssignmentFilter struct {
	Area      string // prefix of the grid
	Worker    string
	Form      string
	Household string
	// GridWide also returns assignments of whole grids where Household is set.
	GridWide bool
}

// StoredForm is a form version as it was uploaded.
type StoredForm struct {
	ID       string
	Version  string
	TitleZH  string
	TitleEN  string
	SHA256   string // lower-case hex, of XML
	MD5      string // "md5:…", what OpenRosa clients compare
	XML      []byte // served unchanged for ever
	Source   []byte // the XLSX it was made of; nil where XML was uploaded
	Files    []FormFile
	Closed   bool
	Added    int64 // ms
	AddedBy  string
	Warnings []string
}

// FormFile is an attachment of a form.
type FormFile struct {
	Name   string
	SHA256 string
	MD5    string
	Size   int64
	Bytes  []byte // nil in lists
}

// Registry keeps identity: the frame of households, contacts, and what visits came to (registry.db, sealed). It is the only
// port that returns addresses.
type Registry interface {
	// PutHouseholds stores households, all or none, replacing those that are there.
	PutHouseholds(ctx context.Context, list []Household) error
	// Household returns one; false where it is not there.
	Household(ctx context.Context, code string) (Household, bool, error)
	// Households lists households of an area in order of (grid, code).
	Households(ctx context.Context, f HouseholdFilter, after string, limit int) (list []Household, next string, err error)
	// InGrids yields all households of grids in order of (grid, code).
	InGrids(ctx context.Context, grids []string) iter.Seq2[Household, error]
	// Frame returns, grid by grid in order of code, how many households an area has.
	Frame(ctx context.Context, area string) ([]GridFrame, error)
	// Version returns a number that grows with every change of a street's households.
	Version(ctx context.Context, street string) (uint64, error)

	// PutContact stores a contact; an empty ID is given one.
	PutContact(ctx context.Context, c Contact) (Contact, error)
	// Contacts lists contacts of an area in order of id.
	Contacts(ctx context.Context, area, after string, limit int) (list []Contact, next string, err error)
	// Contact returns one; false where it is not there.
	Contact(ctx context.Context, id string) (Contact, bool, error)
	// DeleteContact removes one; code not-found.
	DeleteContact(ctx context.Context, id string) error
	// ExpireContacts removes contacts whose Until lies before a civil date and says how many.
	ExpireContacts(ctx context.Context, before string) (int, error)

	// VisitMark returns the registry sequence of a street up to which visits are indexed.
	VisitMark(ctx context.Context, street string) (uint64, error)
	// IndexVisits puts and removes visits of a street and moves its mark, in one transaction; nothing happens where the mark
	// is no longer from (another process was faster). to = 0 forgets all visits of the street.
	IndexVisits(ctx context.Context, street string, from, to uint64, put []Visit, gone []string) error
	// Visits lists visits of a household in order of (date, half, record).
	Visits(ctx context.Context, household string) ([]Visit, error)
	// Outcomes returns, grid by grid, how many selected households have which final disposition, and the attempts.
	Outcomes(ctx context.Context, area string) ([]GridOutcome, error)
}

// HouseholdFilter selects households. The zero value of a field means "any".
type HouseholdFilter struct {
	Area     string
	Selected *bool
	Prefix   string // of the household code
}

// GridFrame is the frame of one grid.
type GridFrame struct {
	Grid       string
	Households int64
	Selected   int64
	Weight     float64 // of the selected
}

// Contact is a person who asked to be called back, or a volunteer. Identity; kept until the follow-up closes, at most 180 days.
type Contact struct {
	ID        string `json:"id"`
	Household string `json:"household,omitempty"`
	Grid      string `json:"grid"`
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Purpose   string `json:"purpose"` // followup, candidate
	Matter    string `json:"matter,omitempty"`
	Until     string `json:"until"` // civil date after which it is removed
}

// Links keeps which household has which case number (link.db, under a key of its own). It dies link_ttl days after field close.
type Links interface {
	// Draw gives each request that has no case number yet one from draw, and returns the links of the requests that were not
	// delivered to the answers side yet, or all of them. The file must tell no order of drawing. Code rule where a survey's
	// links have expired.
	Draw(ctx context.Context, requests []LinkRequest, all bool, draw func() (string, error)) ([]Link, error)
	// Delivered notes that the answers side has the cases.
	Delivered(ctx context.Context, cases []string) error
	// Undelivered returns links that the answers side may lack, at most limit.
	Undelivered(ctx context.Context, limit int) ([]Link, error)
	// ByHousehold returns all links of a household.
	ByHousehold(ctx context.Context, household string) ([]Link, error)
	// ByCase returns a case's link; false where there is none (any more).
	ByCase(ctx context.Context, caseNo string) (Link, bool, error)
	// InGrids yields the links of grids, in no order that means anything.
	InGrids(ctx context.Context, grids []string) iter.Seq2[Link, error]
	// DeleteCase removes one link, when its record is erased.
	DeleteCase(ctx context.Context, caseNo string) error
	// Expire destroys all links of a survey, so that no backup of link.db opens them, and says how many there were.
	Expire(ctx context.Context, survey string) (int, error)
	// Count returns how many links of a survey there are.
	Count(ctx context.Context, survey string) (int, error)
	// Version returns a number that grows with every change of a street's links.
	Version(ctx context.Context, street string) (uint64, error)
}

// LinkRequest asks for a case number.
type LinkRequest struct {
	Survey    string
	Form      string // the form the case is drawn for
	Household string
	Grid      string
}

// Link ties a household to its case number.
type Link struct {
	LinkRequest
	Case string
}

// People is what survey asks of accounts; auth implements it through an adapter.
type People interface {
	// Worker resolves a worker's id or name; false where there is none.
	Worker(ctx context.Context, nameOrID string) (id string, ok bool)
	// WorkersIn lists the ids of workers who ever had grids in a street, for worker codes.
	WorkersIn(ctx context.Context, street string) ([]string, error)
}

// Attachments says which files named in records have arrived.
type Attachments interface {
	// Missing returns those of the names (sha256-<hex>.<ext>) that are not there.
	Missing(ctx context.Context, names []string) ([]string, error)
}

// Engine is the log's engine of one stream as the office uses it; *sync.Service satisfies it.
type Engine interface {
	Office(ctx context.Context, ch sync.OfficeChange) (sync.OfficeResult, error)
	Settle(ctx context.Context, d sync.Settlement) error
	Quarantine(ctx context.Context, street string, after uint64, limit int) ([]sync.Unsettled, error)
	Lost(ctx context.Context, street string, after uint64, limit int) ([]sync.LostWork, error)
	QuarantinedSet(ctx context.Context, token string) (sync.Line, *crdt.ChangeSet, error)
	History(ctx context.Context, record string) ([]sync.HistoryEntry, error)
	EncodeCtx(record string, vv crdt.VV) string
	DecodeCtx(token, record string) (crdt.VV, error)
	DecodeLineToken(token string) (street string, seq uint64, err error)
	Erase(ctx context.Context, street, record, reason string) (known bool, err error)
	Withhold(ctx context.Context, street, record string, prefixes []string, reason string) error
	Withdraw(ctx context.Context, hash, reason string) error
}

// Stream is one of the two logs: its store, its read port on records, its engine.
type Stream struct {
	Store   sync.Store
	Records Records
	Engine  Engine
}

// Actor is who asks, as authentication knows them. Permission is decided before; here it limits what is seen, and keeps
// answers and identity apart once more.
type Actor struct {
	ID   string
	Role string
	Area string // "" = all
}

// mayAnswers refuses everybody who may not see answers: no role holds both identity and answers, whatever a caller forgot
// to ask. Code forbidden.
func (a Actor) mayAnswers(op string) error {
	if a.Role == sync.RoleReviewer {
		return nil
	}
	return errs.New(errs.Forbidden, op, "role %q sees no answers", printable(a.Role))
}

// mayIdentity refuses everybody who may not see households; the operator at the machine is an admin.
func (a Actor) mayIdentity(op string) error {
	if a.Role == sync.RoleRegistrar || a.Role == "admin" {
		return nil
	}
	return errs.New(errs.Forbidden, op, "role %q sees no households", printable(a.Role))
}

// Plan is a dated job of retention and what it came to: a receipt that stays.
type Plan struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // link-expiry, contacts, free-text, microdata, candidates, gps-audit
	Survey string `json:"survey,omitempty"`
	Due    string `json:"due"` // civil date
	Done   string `json:"done,omitempty"`
	Count  int    `json:"count"`
	Note   string `json:"note,omitempty"`
}

// Erasure is a bulk erasure, which one administrator asks for and another confirms.
type Erasure struct {
	ID          string
	Records     []string
	Reason      string
	RequestedBy string
	Requested   time.Time
	ConfirmedBy string
	Confirmed   time.Time
	Missing     []string // records that were not there
}

// Visit is one attempt at a door, as indexed from the registry stream.
type Visit struct {
	Record      string `json:"record"`
	Household   string `json:"household"`
	Grid        string `json:"grid"`
	Type        string `json:"visit_type"` // 1 first 2 again 3 back-check 4 supervision
	Date        string `json:"date"`       // civil date, never a time
	Half        string `json:"half"`       // 1 morning 2 afternoon, "" unknown
	Disposition string `json:"disposition"`
	Appointment string `json:"appointment,omitempty"` // civil date
	Refusal     string `json:"refuse_reason,omitempty"`
	Worker      string `json:"-"` // worker id
}

// GridOutcome is what the visits of one grid came to.
type GridOutcome struct {
	Grid     string
	Attempts int64
	Final    map[string]Tally // final disposition -> selected households; those never visited are not in it
	Refusals map[string]int64 // reason -> households whose final disposition is a refusal
}

// Tally counts households unweighted and weighted.
type Tally struct {
	N int64   `json:"n"`
	W float64 `json:"w"`
}
