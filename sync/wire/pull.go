package wire

import (
	"encoding/hex"
	"slices"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/strictjson"
)

// Kind says what a line of a pull is.
type Kind string

// The kinds, in the order in which a page holds them.
const (
	KindEpoch      Kind = "epoch"      // epoch
	KindErased     Kind = "erased"     // record, proof
	KindWithheld   Kind = "withheld"   // record, prefix
	KindLeave      Kind = "leave"      // record or grid, at
	KindSurvey     Kind = "survey"     // id, body | gone
	KindForm       Kind = "form"       // id, version, body | gone
	KindHousehold  Kind = "household"  // id, grid, body | gone
	KindAssignment Kind = "assignment" // id, grid, body | gone
	KindVisit      Kind = "visit"      // as record, with household
	KindFollowup   Kind = "followup"   // as record, with household
	KindCandidate  Kind = "candidate"  // as record, with household
	KindStub       Kind = "stub"       // record, grid, case, form, status, digest, at
	KindRecord     Kind = "record"     // record, grid, case, form, version, at, until, state
)

// Kinds returns all kinds in the order of a page.
func Kinds() []Kind {
	return []Kind{KindEpoch, KindErased, KindWithheld, KindLeave, KindSurvey, KindForm, KindHousehold, KindAssignment,
		KindVisit, KindFollowup, KindCandidate, KindStub, KindRecord}
}

// PullLine is one line of a pull; which members it has stands beside its kind. Empty members are left out.
type PullLine struct {
	Kind      Kind
	Epoch     string
	Record    string
	Proof     string // erased: handed back with the marker on a new epoch
	Prefix    string
	Grid      string
	Household string // visit, followup, candidate
	Case      string // case number; "" before one is drawn
	Form      string
	Version   string
	Status    string   // stub: the shown status
	Digest    [32]byte // stub: of the record's state
	HasDigest bool
	At        uint64 // street sequence: of the leave, or of the last change of the record
	Until     int64  // ms: the phone keeps the state until then and a stub after it (sentiment forms); 0 = no limit
	State     string // canonical JSON of a record's state
	ID        string // survey, form, household, assignment
	Gone      bool   // it no longer concerns this phone; without an id: nothing of the kind does, what follows is all there is
	Body      string // JSON object, as survey and forms define it
}

// HasState reports whether lines of this kind carry a record state or the digest of one.
func (k Kind) HasState() bool {
	return k == KindVisit || k == KindFollowup || k == KindCandidate || k == KindStub || k == KindRecord
}

// AppendPull appends the line with its newline. State and Body are taken as they are.
func AppendPull(b []byte, l *PullLine) []byte {
	b = append(b, `{"kind":"`...)
	b = append(append(b, l.Kind...), '"')
	text := func(key, value string) {
		if value != "" {
			b = append(append(append(b, `,"`...), key...), `":`...)
			b = crdt.AppendString(b, value)
		}
	}
	text("id", l.ID)
	text("epoch", l.Epoch)
	text("record", l.Record)
	text("proof", l.Proof)
	text("prefix", l.Prefix)
	text("grid", l.Grid)
	text("household", l.Household)
	text("case", l.Case)
	text("form", l.Form)
	text("version", l.Version)
	text("status", l.Status)
	if l.HasDigest {
		text("digest", hex.EncodeToString(l.Digest[:]))
	}
	if l.At > 0 {
		b = append(b, `,"at":`...)
		b = appendUint(b, l.At)
	}
	if l.Until > 0 {
		b = append(b, `,"until":`...)
		b = appendUint(b, uint64(l.Until))
	}
	if l.Gone {
		b = append(b, `,"gone":true`...)
	}
	if l.State != "" {
		b = append(append(b, `,"state":`...), l.State...)
	}
	if l.Body != "" {
		b = append(append(b, `,"body":`...), l.Body...)
	}
	return append(b, "}\n"...)
}

// PullEnd is the last line of a page.
type PullEnd struct {
	Cursor string
	More   bool
	Digest map[string]string // grid → GridDigest; only where More is false
}

// AppendPullEnd appends the line with its newline.
func AppendPullEnd(b []byte, e PullEnd) []byte {
	b = append(b, `{"cursor":`...)
	b = crdt.AppendString(b, e.Cursor)
	if e.More {
		return append(b, ",\"more\":true}\n"...)
	}
	b = append(b, `,"more":false,"digest":{`...)
	grids := make([]string, 0, len(e.Digest))
	for g := range e.Digest {
		grids = append(grids, g)
	}
	slices.Sort(grids)
	for i, g := range grids {
		if i > 0 {
			b = append(b, ',')
		}
		b = crdt.AppendString(b, g)
		b = append(b, ':')
		b = crdt.AppendString(b, e.Digest[g])
	}
	return append(b, "}}\n"...)
}

// ParsePull reads one line of a pull, or the last line (second result not nil). Members it does not know are passed
// over, kinds it does not know are handed on for the caller to skip: servers get newer than phones.
func ParsePull(line []byte) (*PullLine, *PullEnd, error) {
	const op = "read pull"
	r, err := strictjson.New(string(line), op)
	if err != nil {
		return nil, nil, err
	}
	r.AllowKeys(limits.StateKeys)
	l, end := &PullLine{}, &PullEnd{Digest: map[string]string{}}
	var kind, digest string
	last := false
	into := map[string]*string{"kind": &kind, "id": &l.ID, "epoch": &l.Epoch, "record": &l.Record, "proof": &l.Proof, "prefix": &l.Prefix,
		"grid": &l.Grid, "household": &l.Household, "case": &l.Case, "form": &l.Form, "version": &l.Version, "status": &l.Status}
	err = r.Object(func(key string) (err error) {
		if dst, ok := into[key]; ok {
			*dst, err = r.String()
			return err
		}
		switch key {
		case "digest":
			if r.Peek() == '"' {
				digest, err = r.String()
				return err
			}
			return r.Object(func(grid string) error {
				end.Digest[grid], err = r.String()
				return err
			})
		case "at":
			l.At, err = r.Uint()
		case "until":
			l.Until, err = r.Int()
		case "gone":
			l.Gone, err = r.Bool()
		case "state":
			l.State, err = r.Raw()
		case "body":
			l.Body, err = r.Raw()
		case "cursor":
			last = true
			end.Cursor, err = r.String()
		case "more":
			end.More, err = r.Bool()
		default:
			_, err = r.Raw()
		}
		return err
	})
	if err == nil {
		err = r.End()
	}
	if err != nil {
		return nil, nil, err
	}
	if last {
		return nil, end, nil
	}
	if kind == "" {
		return nil, nil, errs.New(errs.Malformed, op, "a line without kind")
	}
	l.Kind = Kind(kind)
	if digest != "" {
		h, err := ParseHead(digest)
		if err != nil {
			return nil, nil, err
		}
		l.Digest, l.HasDigest = h, true
	}
	return l, nil, nil
}
