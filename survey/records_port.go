package survey

import (
	"context"
	"iter"

	"ruhu/sync"
)

// This file is the read port on merged records. The answers side of a store implements it (store/sqlite);
// lists, reviews, summaries and exports read through it and nothing else. It never returns identity: the
// answers side holds none.

// RecordFilter selects records for a list. The zero value of a field means "any".
type RecordFilter struct {
	Form     string
	Area     string   // area code, 6/9/12/15 digits; every record whose grid begins with it. "" = all
	Statuses []string // shown statuses, see the Status constants
	Conflict *bool    // true = with conflicts only, false = without only
	Flag     string   // a catalogue code; matches the flag itself and "code:path"
	Query    string   // prefix of a case number or of a record id; alternatives: Workers
	Workers  []string // worker ids. With Query set: "Query matches OR author is one of these"; alone: author is one of these
	Authors  []string // worker ids; whatever else is asked for, the author is one of these
	Clean    bool     // without conflicts and without flags
	Before   int64    // submitted (ms) before this instant and not 0; for retention lists
	From     Spot     // only what stands behind this in the order of the list; not with Cursor
	Cursor   string   // from a former page; "" = from the start
	Limit    int      // 1..limits.PullRows; 0 = 50
	Newest   bool     // newest first (by street descending too); default: oldest first
}

// RecordRow is one line of a list: no answers.
type RecordRow struct {
	ID        string
	Street    string
	Grid      string
	Form      string
	Version   string
	Case      string
	Status    string
	Conflicts []string // paths and rows in conflict
	Flags     []string // catalogue codes, some with ":path"
	Author    string   // worker id; services turn it into a worker code
	Assignees []string // worker ids
	Submitted int64    // ms, 0 = never submitted; services turn it into a civil date
	Created   uint64   // street sequence of the first merged line
	Changed   uint64   // street sequence of the last change
}

// Spot is a place in a list of records: that of one record, which need not be in the list. The zero value is none.
type Spot struct {
	Street  string
	Created uint64
}

// RecordPage is one keyset page in order of (street, created). Next is "" on the last page.
type RecordPage struct {
	Rows []RecordRow
	Next string
}

// StatusCount is how many records of a street, grid and form show one status.
type StatusCount struct {
	Street    string
	Grid      string
	Form      string
	Status    string
	N         int64
	Conflicts int64 // of these, with conflicts
	Flagged   int64 // of these, with flags
}

// Facet counts the records that are alike in everything a review queue is filtered by.
type Facet struct {
	Grid     string
	Form     string
	Status   string
	Author   string // worker id
	Conflict bool
	Flags    []string // catalogue codes without paths, sorted, each once
	N        int64
}

// Facets are the records of one street, counted.
type Facets struct {
	Seq  uint64 // street sequence at which they were counted
	List []Facet
}

// Arrivals counts the records of a street by when their first line came in.
type Arrivals struct {
	Spans  []int64        // between one instant asked for and the next, the last one without end
	Latest []ArrivalCount // the last span's, in order of (grid, author)
}

// ArrivalCount is how many records of one author came from a grid.
type ArrivalCount struct {
	Grid   string
	Author string // worker id
	N      int64
}

// Unsettled counts the lines of a street that were not merged.
type Unsettled struct {
	Quarantined int64
	Waiting     int64
}

// RowFilter selects packed rows of a snapshot. The zero value of a field means "any".
type RowFilter struct {
	Form     string
	Area     string // area code prefix
	Statuses []string
}

// PackedRecord is a record's packed row with what stands beside it in the clear.
type PackedRecord struct {
	ID      string
	Street  string
	Grid    string
	Form    string
	Version string
	Status  string
	Packed  []byte // see Unpack; valid until the next row is asked for
}

// AggregateCell is one cell of the running aggregates.
type AggregateCell struct {
	Street string
	Form   string
	sync.CellKey
	N  int64
	W  float64
	WW float64
}

// CellFilter selects aggregate cells. Area is cut at its street (9 digits) and, where longer, matched as a prefix of
// the cell's grid. The zero value of a field means "any".
type CellFilter struct {
	Form string
	Area string
}

// CaseFilter selects cases. The zero value of a field means "any".
type CaseFilter struct {
	Form string
	Area string
}

// Snapshot is one read transaction on the answers side: everything read through it stood at one instant.
type Snapshot interface {
	// Heads returns every street's sequence and chain, in order of street code.
	Heads() ([]sync.Head, error)
	// Count returns how many rows Rows would yield.
	Count(f RowFilter) (int64, error)
	// Rows streams packed rows in order of (street, record id). Memory does not grow with rows.
	Rows(f RowFilter) iter.Seq2[PackedRecord, error]
	// Cells streams aggregate cells in order of (street, form, question, choice, grid, psu, stratum, status, post).
	// Cells with N = 0 are not yielded.
	Cells(f CellFilter) iter.Seq2[AggregateCell, error]
	// Cases streams drawn cases in order of (street, grid, case number).
	Cases(f CaseFilter) iter.Seq2[sync.Case, error]
	// Statuses returns the counts by street, grid, form and status of records at or below an area.
	Statuses(f RowFilter) ([]StatusCount, error)
}

// Records is the read port on the answers side.
type Records interface {
	// List returns one page. A cursor of another filter or a damaged one: code bad-request.
	List(ctx context.Context, f RecordFilter) (RecordPage, error)
	// Record returns one record's row by its id; false where it does not exist or was erased.
	Record(ctx context.Context, id string) (RecordRow, bool, error)
	// Facets counts a street's records, those erased left out. The list is shared: it must not be changed.
	Facets(ctx context.Context, street string) (Facets, error)
	// Alike returns the records of a street that have their case number and form in common with another one, in order of
	// (form, case, created), as they stood at a street sequence that is returned too. The list is shared.
	Alike(ctx context.Context, street string) ([]RecordRow, uint64, error)
	// Arrivals counts the records that came in since instants (ms), which rise. Clocks that were set back blur it; in Spans
	// erased ones count, too.
	Arrivals(ctx context.Context, street string, since []int64) (Arrivals, error)
	// Unsettled counts what waits or is in quarantine.
	Unsettled(ctx context.Context, street string) (Unsettled, error)
	// Snapshot runs fn on one read transaction; fn may take minutes.
	Snapshot(ctx context.Context, fn func(s Snapshot) error) error
}
