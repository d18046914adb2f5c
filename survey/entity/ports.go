package entity

import "context"

// Store keeps entities and the changes they come from, scoped by street, sealed. Values of a change lie under a key of the
// record they come from, what was derived under a key of the entity: an erasure reaches old backups. Lists are keyset pages:
// after is the last key of the page before, "" at first.
type Store interface {
	// Apply stores what a submission brought, all or nothing, each change under the next server version of its entity, and
	// derives the entities anew. What is known (the same instance, path and list) or comes of an erased record is left out. It
	// returns how many changes were new.
	Apply(ctx context.Context, s Submission, changes []Addressed, faults []Fault) (int, error)
	// Decide stores an office's change; Base is what the office saw. Codes: not-found, changed-since.
	Decide(ctx context.Context, street, list, id string, c Change) (Row, error)
	// Erase takes the values of everything a record brought, for ever, also of what arrives later, and derives anew. Doing
	// it again changes nothing.
	Erase(ctx context.Context, record string) error
	// Mend makes good what a restore left, once in an epoch: entities of which something can no longer be opened are derived
	// anew, and versions move on by a gap, so that none is given out twice for different things. It returns how many were
	// derived.
	Mend(ctx context.Context, epoch string) (int, error)
	// Replayed returns up to which entry of the journal erasures were carried out; NoteReplayed notes it.
	Replayed(ctx context.Context) (uint64, error)
	NoteReplayed(ctx context.Context, n uint64) error

	// Lists returns the lists of a street (""= all streets) in order of street and name.
	Lists(ctx context.Context, street string) ([]ListInfo, error)
	// Entity returns one; false where it is not there.
	Entity(ctx context.Context, street, list, id string) (Row, bool, error)
	// Changes returns the changes of an entity in order of number.
	Changes(ctx context.Context, street, list, id string) ([]Change, error)
	// Page lists entities in order of id.
	Page(ctx context.Context, f Filter, after string, limit int) (rows []Row, next string, err error)

	// Mark says how far a list is in some places. It is taken before the rows are read: they may be newer, never older.
	Mark(ctx context.Context, street, list string, places []string) (Mark, error)
	// Since lists the entities of a place that changed behind one sequence, up to and with another, in order of change; next is
	// the sequence of the last one, 0 at the end. Left lists those
	// that phones had and that left the place in the same span.
	Since(ctx context.Context, f Span, limit int) (rows []Row, next uint64, err error)
	Left(ctx context.Context, f Span, limit int) (left []Departure, next uint64, err error)

	// Faults lists what could not be applied in a street, oldest first.
	Faults(ctx context.Context, street, after string, limit int) (list []Fault, next string, err error)
	// DropFault removes one that the office has seen to; code not-found.
	DropFault(ctx context.Context, street, key string) error
}

// Row is an entity in its list.
type Row struct {
	Street string `json:"street"`
	List   string `json:"list"`
	ID     string `json:"id"`
	Place  string `json:"place"` // the area whose workers see it: a grid, a village or the street
	Entity
}

// ListInfo is a list of a street.
type ListInfo struct {
	Street     string   `json:"street"`
	Name       string   `json:"name"`
	Properties []string `json:"properties"` // sorted
	Entities   int64    `json:"entities"`   // those that phones get
	Open       int64    `json:"open"`       // those the office should look at
}

// Filter selects entities of one list. The zero value of a field means "any".
type Filter struct {
	Street, List string
	Place        string
	Shown        bool // only those that phones get
	Open         bool // only those the office should look at
}

// Mark is how far a list is in some places.
type Mark struct {
	Era        string // sequences of another era mean nothing
	Seq        uint64
	Properties []string // that any entity of the street has, sorted
	Any        bool     // the list exists in the street
}

// Span is a part of a list's changes.
type Span struct {
	Street, List string
	Place        string
	After, UpTo  uint64
}

// Departure is an entity that left a place: where it is now.
type Departure struct {
	ID      string
	Place   string
	Version int64
}
