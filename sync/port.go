// Package sync is the protocol between phones and server: push, pull, causal buffering, epochs, forks,
// erasure. It knows nothing of Echo, SQL or surveys: it defines the Store it commits to and is handed
// what it needs to know of forms and people as values and functions. See DESIGN.md.
package sync

import (
	"context"
	"iter"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Stream names one of the two logs. They never share a transaction, a device or a sequence.
type Stream string

// The streams.
const (
	Answers  Stream = "answers"  // devices dv_…
	Registry Stream = "registry" // devices rg_…
)

// LineStatus is what became of one line of a push.
type LineStatus string

// The states of a stored line.
const (
	Merged      LineStatus = "merged"
	Waiting     LineStatus = "waiting"
	Quarantined LineStatus = "quarantined"
	Void        LineStatus = "void"
)

// Line is one stored line of a street's log. All but Status, Code, Order and Body is immutable.
type Line struct {
	Street    string
	Seq       uint64 // street sequence, given by Append
	Device    string // the author, never the carrier
	DevSeq    uint64
	ID        crdt.ID
	Record    string // "" where the bytes could not be read
	Form      string
	Version   string
	Grid      string
	Worker    string // author's worker id (office: user id)
	Received  int64  // server time of first durable receipt, ms
	Effective int64  // min(at, Received), stamped once
	Order     uint64 // place in the record's merge order, 0 while not merged or voided in turn
	Turn      uint64 // street sequence at which Order was given: what a cursor must reach to have seen it. 0 with Order > 0 means Seq
	Status    LineStatus
	Code      errs.Code // why quarantined or void
	Reason    string    // what the office wrote when it settled or made the line. The store seals it as it does Body
	Stripped  bool      // withheld values were taken out of Body (see Strip): it no longer hashes to ID
	Body      []byte    // the exact bytes; nil when void or erased. The store seals it under the record's key
}

// Device is what a log knows of one device. The zero value with an ID is a device that never pushed.
type Device struct {
	ID       string
	Street   string
	Worker   string
	Have     uint64   // highest seq stored
	Head     [32]byte // running hash of ids 1..Have
	Safe     uint64   // highest seq that a verified backup covers
	LastSeen int64    // ms of the last push or pull
	Attested uint64   // highest seq covered by a stored, verified signature
	Pulled   uint64   // street sequence up to which it confirmed erasures and withholdings
}

// Attestation is a device's signature over its running hash at Seq.
type Attestation struct {
	Device string
	Seq    uint64
	Head   [32]byte
	Sig    []byte
}

// Record is a record as the log holds it. What is embedded comes from the projection and is the store's to fill.
// An erased record (also one of which nothing was ever merged) is ID, Street, Grid, State{Erased: true} and Status
// "erased". Whoever is given a Record owns it: a State is never shared between callers.
type Record struct {
	ID        string
	Street    string
	Grid      string
	Form      string
	Version   string // of the latest merged change set
	Author    string // worker id of the first merged change set
	Assignees []string
	State     *crdt.State
	Digest    [32]byte // of State, given by the engine
	Created   uint64   // street sequence of the first merged line
	Changed   uint64   // street sequence of the line or event that changed it last, given by the engine; no two records share one
	Orders    uint64   // how many lines took their turn (merged or void)
	Submitted int64    // effective ms of the first "@status"="submitted", 0 before
	Projection
}

// Projection is what survey derives from a state: everything lists, reviews, summaries and exports read.
type Projection struct {
	Case      string   // case number shown, or ""
	Status    string   // shown status: draft submitted approved returned needs_review restricted erased
	Conflicts []string // paths (and rows) in conflict
	Flags     []string // catalogue codes, with ":path" where they belong to one
	Packed    []byte   // one packed row for exports; the store seals it under the record's key
	Cells     []Contribution
	// Open: author and assignees get the full state (draft, submitted and not approved, returned), until EditUntil where
	// that is not 0. A returned record is Open with EditUntil 0, whatever its age; an approved or restricted one is not Open.
	Open      bool
	EditUntil int64 // ms; sentiment forms: submission + edit_hours. 0 = no limit
}

// CellKey names one aggregate cell. Street and form are those of the record.
type CellKey struct {
	Question string // path without row ids
	Choice   string // choice value; "" = answered at all
	Grid     string
	PSU      string
	Stratum  string
	Status   string
	Post     string // post-stratum, "" where none
}

// Contribution is what one record adds to one aggregate cell.
type Contribution struct {
	CellKey
	N  int64
	W  float64 // sum of weights
	WW float64 // sum of squared weights
}

// ProjectInput is what a Projector sees. LookupCase reads the answers side's copy of the design.
type ProjectInput struct {
	Record     *Record
	LookupCase func(caseNo string) (Case, bool)
}

// Projector derives a Projection from a record's state. Pure but for LookupCase; given to engine and store as a value.
type Projector func(in ProjectInput) Projection

// Case is the answers side's copy of a sampled household: no identity, only where and with what weight.
type Case struct {
	No      string
	Street  string
	Grid    string
	Form    string
	Stratum string
	PSU     string
	Weight  float64
	FPC1    float64
	FPC2    float64
}

// Head is a street's place: the last sequence and the hash chain there.
type Head struct {
	Street string
	Seq    uint64
	Chain  [32]byte
}

// EventKind says what an entry of the log that is not a line records.
type EventKind string

// Events that take a street sequence besides lines.
const (
	EventSettle   EventKind = "settle"   // office released or discarded a line
	EventErase    EventKind = "erase"    // a record was erased
	EventWithhold EventKind = "withhold" // a path prefix of a record was withheld
	EventLeave    EventKind = "leave"    // a record left a grid or an assignee (Grid, Worker say whose view ended)
	EventLost     EventKind = "lost"     // a phone has seen an office dot of a former epoch that this server lacks (Detail: device:seq)
)

// Event is an entry of the log that is not a line. Events and lines share one sequence and one hash chain.
type Event struct {
	Street string
	Seq    uint64 // given by AppendEvent
	Kind   EventKind
	Record string
	// Grid is the record's; leave: the grid whose devices lose sight. "" = for all of the street (Worker says whose).
	Grid string
	// Worker: leave: the worker who loses the full state, "" = all of the grid. Erase and withhold without a Grid: a worker
	// who wrote of the record, and whose phones must delete it whatever grids they have now.
	Worker string
	Prefix string // withhold
	Target uint64 // settle: the street sequence of the line
	Detail string // release, discard, reason code
	At     int64
}

// FeedItem is one entry of a pull interval: a record that changed, or an event.
type FeedItem struct {
	Seq    uint64
	Record *Record // nil for events
	Event  *Event  // nil for records
}

// Reader reads one consistent snapshot of one stream.
type Reader interface {
	// Epoch returns the id of the present life of this server's history, and all former ones in order.
	Epoch() (now string, former []string, err error)
	// Head returns a street's last sequence and chain; the zero Head with the street's code where nothing was stored.
	Head(street string) (Head, error)
	// Heads returns all streets' heads in order of code.
	Heads() ([]Head, error)
	// ChainAt returns the chain at a sequence; false where the sequence is not there.
	ChainAt(street string, seq uint64) ([32]byte, bool, error)
	// Device returns what is known of a device; false where it never pushed.
	Device(id string) (Device, bool, error)
	// HeadAt returns the running hash of a device's ids 1..seq; seq <= Have.
	HeadAt(device string, seq uint64) ([32]byte, error)
	// Line returns a line by its dot.
	Line(device string, seq uint64) (Line, bool, error)
	// LineAt returns a line by street and sequence.
	LineAt(street string, seq uint64) (Line, bool, error)
	// Record returns a record with its state; false where nothing of it was merged yet.
	Record(id string) (Record, bool, error)
	// RecordLines yields every line of a record, bodies unsealed, in order of street sequence.
	RecordLines(id string) iter.Seq2[Line, error]
	// Unsettled returns the record's lines that have not taken their turn (Order 0: waiting, quarantined, and void ones)
	// by device, then seq, bodies unsealed. Lines of an erased record are none.
	Unsettled(record string) ([]Line, error)
	// UnsettledOf counts a device's lines below seq on one record that are waiting or quarantined.
	UnsettledOf(device, record string, below uint64) (int, error)
	// Quarantine lists quarantined and waiting lines of a street after a sequence, at most limit, without bodies.
	Quarantine(street string, after uint64, limit int) ([]Line, error)
	// Feed returns what changed in (after, upTo], by sequence, at most limit items. A record appears once, at its Changed.
	// Only records and events whose Grid is one of grids, and events without a Grid; grids nil = all. Records come without
	// State and Packed, erased ones not at all.
	Feed(street string, grids []string, after, upTo uint64, limit int) ([]FeedItem, error)
	// Events returns the events of some kinds behind a sequence of a street, in order, at most limit.
	Events(street string, kinds []EventKind, after uint64, limit int) ([]Event, error)
	// Devices returns the devices that ever wrote or confirmed in a street, by id.
	Devices(street string) ([]Device, error)
	// GridRecords yields the records of a grid in order of id, without State and Packed; for pull's digests.
	GridRecords(street, grid string) iter.Seq2[Record, error]
	// WithdrawalRecord finds the record whose live "@withdrawal" is this hash.
	WithdrawalRecord(hash string) (string, bool, error)
}

// Tx is the single writer's transaction. Nothing is visible to readers before it commits.
type Tx interface {
	Reader
	// Append stores a line, giving it the street's next sequence and extending the chain.
	Append(l *Line) error
	// AppendEvent stores an event, likewise.
	AppendEvent(e *Event) error
	// SettleLine updates Status, Code, Order and Reason of a stored line; when Void, its body goes too if dropBody.
	SettleLine(l *Line, dropBody bool) error
	// PutRecord stores a record's state, projects it into r.Projection and moves aggregates by the difference to what
	// stood before. r.Changed is a sequence taken in this transaction and stays as given.
	PutRecord(r *Record) error
	// PutDevice stores what is known of a device, but Safe, which is the store's to move at a verified backup.
	PutDevice(d *Device) error
	// PutAttestation stores a verified attestation.
	PutAttestation(a Attestation) error
	// Erase strips bodies and reasons (of every line, whatever its status), state, projection and aggregates of a record, leaves the
	// marker (also where nothing of the record is known), and has the record's key destroyed when the transaction commits
	// (the engine has appended to the journal before). Changed of the marker is the street's last sequence.
	Erase(street, record string) error
	// Retire ends a record that went into another one: like Erase, but its key stays until the other one is erased.
	Retire(street, record, into string) error
	// Retired lists the records that went into this one, also by way of others.
	Retired(record string) ([]string, error)
	// Withhold replaces the bodies of a record's lines by Strip(body, prefixes) and marks them Stripped where that changed
	// them. The engine puts the record's state itself.
	Withhold(record string, prefixes []string) error
	// Idempotent remembers the outcome of an office request under (user, key); the stored one comes back with true.
	Idempotent(user, key string, bodyHash [32]byte) (outcome []byte, seen bool, err error)
	// RememberIdempotent stores the outcome.
	RememberIdempotent(user, key string, bodyHash [32]byte, outcome []byte) error
	// NewEpoch begins a new epoch (restore, rollback seen by a cursor).
	NewEpoch(id string) error
	// PutCases stores the answers side's copy of drawn cases.
	PutCases(cases []Case) error
}

// Store is one stream's durable log. Implementations: store/sqlite, sync/sim (memory).
type Store interface {
	// Update runs fn in a writer transaction and returns after it is durable (fsync). Several Updates share one
	// commit; an error from fn rolls back that fn alone. fn may run more than once and must have no effect
	// outside tx. Codes: busy (queue full), disk-full, fail-stop, damaged. ctx ends waiting in the queue only,
	// never a commit under way.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// View runs fn on one read snapshot.
	View(ctx context.Context, fn func(r Reader) error) error
}
