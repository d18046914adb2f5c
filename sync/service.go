package sync

import (
	"context"
	"crypto/ecdsa"
	"io"
	"slices"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Config is what a Service is made of. Store, Stream, Clock, Rand and CursorKey are required.
type Config struct {
	Store  Store
	Stream Stream
	Clock  clock.Clock
	Rand   io.Reader // nonces of office change sets, epoch ids
	// CursorKey authenticates cursors, ctx tokens and erasure proofs: at least 32 secret bytes, the same in both
	// streams, kept with the keys that survive a restore.
	CursorKey []byte
	// KnownForm reports whether the server has a form in a version; nil = every form is known.
	KnownForm func(form, version string) bool
	// RoleMayWrite decides on paths starting with "@" (also those of rows; their cell is empty). nil = RoleMayWrite.
	RoleMayWrite func(role string, cell crdt.Cell) bool
	// Journal outlives the databases; nil = nothing is journalled (tests).
	Journal Journal
	// RolledBack begins a new epoch of both logs, where from is still the present one: a push has shown that this log was put
	// back. nil = only pulls notice.
	RolledBack func(ctx context.Context, from string) error
	// Broker hears of what was committed; nil = nobody listens.
	Broker *Broker
}

// Service is the engine of one stream: everything that writes to its log goes through it.
// It holds no state of its own but its configuration and is safe for concurrent use.
type Service struct {
	Config
	keys sealer
}

// New checks a configuration and returns the engine of one stream.
func New(c Config) (*Service, error) {
	const op = "sync"
	switch {
	case c.Store == nil, c.Clock == nil, c.Rand == nil:
		return nil, errs.New(errs.Internal, op, "store, clock and randomness are required")
	case c.Stream != Answers && c.Stream != Registry:
		return nil, errs.New(errs.Internal, op, "unknown stream %q", c.Stream)
	case len(c.CursorKey) < 32:
		return nil, errs.New(errs.Internal, op, "the cursor key needs 32 bytes")
	}
	if c.KnownForm == nil {
		c.KnownForm = func(string, string) bool { return true }
	}
	if c.RoleMayWrite == nil {
		c.RoleMayWrite = RoleMayWrite
	}
	return &Service{Config: c, keys: newSealer(c.CursorKey)}, nil
}

// Author is who wrote the lines of a push, as the caller's authentication knows the device now.
// A line is always judged by its author, also when another device or the office carries it.
type Author struct {
	Device  string
	Worker  string // worker id
	Street  string
	Role    string
	Grids   []string // granted now: what the device may see
	Granted []string // ever granted: where its records may lie; Grids are counted in
	// Revoked: everything new goes to quarantine; until DrainEnd (ms) only, after it nothing is taken.
	Revoked  bool
	DrainEnd int64
	// Confirmed is false for a device that was re-admitted after a restore and that no admin has confirmed yet.
	Confirmed bool
	// PublicKey checks attestations; nil where the device has none.
	PublicKey *ecdsa.PublicKey
}

func (a *Author) everGranted(grid string) bool {
	return slices.Contains(a.Grids, grid) || slices.Contains(a.Granted, grid)
}

// InStreet reports whether an area code lies in a street: areas are digits, and a parent is a prefix.
func InStreet(area, street string) bool { return street != "" && strings.HasPrefix(area, street) }

// JournalKind says what an entry of the journal keeps.
type JournalKind string

// What outlives the databases because a backup must not bring it back. Revocations, withdrawn grants and chain heads
// are journalled by those who own them.
const (
	JournalErase    JournalKind = "erase"
	JournalWithhold JournalKind = "withhold"
	JournalDiscard  JournalKind = "discard"
	JournalEpoch    JournalKind = "epoch"
)

// JournalEntry is one fact of the journal. It holds ids only, never an answer.
type JournalEntry struct {
	Kind     JournalKind `json:"kind"`
	Stream   Stream      `json:"stream"`
	At       int64       `json:"at"` // ms
	Street   string      `json:"street,omitempty"`
	Record   string      `json:"record,omitempty"`
	Prefixes []string    `json:"prefixes,omitempty"` // withhold
	Device   string      `json:"device,omitempty"`   // discard: the line's dot
	Seq      uint64      `json:"seq,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	Epoch    string      `json:"epoch,omitempty"`
}

// Journal keeps, outside the databases, what a restore must not undo.
type Journal interface {
	// Append returns after the entry is fsynced. The engine calls it inside the writer transaction, after every check
	// and before the commit; an entry may be appended twice, and Service.Replay of it is harmless.
	Append(e JournalEntry) error
}

func (s *Service) journal(e JournalEntry) error {
	if s.Journal == nil {
		return nil
	}
	e.Stream, e.At = s.Stream, s.now()
	return s.Journal.Append(e)
}

func (s *Service) now() int64 { return clock.Millis(s.Clock.Now()) }
