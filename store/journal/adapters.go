package journal

import (
	"context"
	"iter"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/sync"
)

// ForSync returns the journal as the engine of one stream uses it.
func (j *Journal) ForSync(stream sync.Stream) sync.Journal { return syncJournal{j, stream} }

type syncJournal struct {
	j      *Journal
	stream sync.Stream
}

// Append implements sync.Journal.
func (s syncJournal) Append(e sync.JournalEntry) error {
	if e.Stream != s.stream {
		return errs.New(errs.Internal, "journal", "an entry of stream %q in that of %q", e.Stream, s.stream)
	}
	return s.j.Append(Entry{Kind: Kind(e.Kind), Stream: e.Stream, At: e.At, Street: e.Street, Record: e.Record, Prefixes: e.Prefixes,
		Device: e.Device, Seq: e.Seq, Reason: e.Reason, Epoch: e.Epoch})
}

// ForAuth returns the journal as auth uses it.
func (j *Journal) ForAuth() auth.Journal { return authJournal{j} }

type authJournal struct{ j *Journal }

// AppendAuth implements auth.Journal. An entry under way is not given up when ctx ends.
func (a authJournal) AppendAuth(ctx context.Context, e auth.JournalEntry) error {
	if err := ctx.Err(); err != nil {
		return errs.WrapCode(errs.Interrupted, "journal", err)
	}
	return a.j.Append(Entry{Kind: Kind(e.Kind), At: e.At, By: e.By, Device: e.Device, Registry: e.Registry, Until: e.Until,
		Worker: e.Worker, Grid: e.Grid, Seq: e.Seq, Hash: e.Hash})
}

// SyncEntries yields what a stream's engine has to replay, in order.
func (j *Journal) SyncEntries(stream sync.Stream) iter.Seq2[sync.JournalEntry, error] {
	return j.SyncEntriesAfter(stream, 0)
}

// SyncEntriesAfter leaves out the first entries of the journal, of whatever kind.
func (j *Journal) SyncEntriesAfter(stream sync.Stream, seen uint64) iter.Seq2[sync.JournalEntry, error] {
	return func(yield func(sync.JournalEntry, error) bool) {
		for e, err := range j.Entries(seen + 1) {
			if err != nil {
				yield(sync.JournalEntry{}, err)
				return
			}
			switch e.Kind {
			case Erase, Withhold, Discard, Epoch:
			default:
				continue
			}
			if e.Stream == stream && !yield(sync.JournalEntry{Kind: sync.JournalKind(e.Kind), Stream: e.Stream, At: e.At, Street: e.Street,
				Record: e.Record, Prefixes: e.Prefixes, Device: e.Device, Seq: e.Seq, Reason: e.Reason, Epoch: e.Epoch}, nil) {
				return
			}
		}
	}
}

// AuthEntries yields what auth has to replay, in order, audit heads too.
func (j *Journal) AuthEntries() iter.Seq2[auth.JournalEntry, error] {
	return func(yield func(auth.JournalEntry, error) bool) {
		for e, err := range j.Entries(1) {
			if err != nil {
				yield(auth.JournalEntry{}, err)
				return
			}
			switch e.Kind {
			case Revoked, Withdrawn, AuditHead:
			default:
				continue
			}
			if !yield(auth.JournalEntry{Kind: auth.JournalKind(e.Kind), At: e.At, By: e.By, Device: e.Device, Registry: e.Registry,
				Until: e.Until, Worker: e.Worker, Grid: e.Grid, Seq: e.Seq, Hash: e.Hash}, nil) {
				return
			}
		}
	}
}
