// Package logdb is one stream's durable log in one SQLite file: it implements sync.Store, and for the answers stream
// survey.Records. Bodies, states and packed rows are sealed under their record's key, which lives in a slot file; a record's
// row names the slot. What many change sets of a commit touch (streets, devices, aggregates) is kept in the commit
// group and written once.
package logdb

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"iter"

	"github.com/klauspost/compress/s2"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
	"ruhu/sync"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options are what a Log needs besides its file. All but Project, OnFailStop, EraseBlob and Committed are required.
type Options struct {
	Stream  sync.Stream
	Slots   *keys.Slots    // one key a record
	Cells   []byte         // 32 bytes: the key aggregates are sealed under
	Rand    io.Reader      // nonces of the aggregates; safe for concurrent use
	Project sync.Projector // nil = records can be erased and not put: for restores
	// OnFailStop: see dbfile.Options.
	OnFailStop func(error)
	// Committed is called after every durable commit, before anybody hears of it, with the heads that moved.
	Committed func(heads []sync.Head) error
	// EraseBlob destroys an attachment no record names any more; called after the commit that erased the last one. Where it is
	// nil the log remembers what is to be destroyed until it is opened by somebody who can.
	EraseBlob func(hash [32]byte) error
	// Readers, Queue: see dbfile.Options.
	Readers, Queue int
}

// Log is an open stream. Safe for concurrent use, also by several processes.
type Log struct {
	Options
	file  *dbfile.File
	group *group
	dict  *s2.Dict

	facets   countedStreets[[]survey.Facet]
	alike    countedStreets[[]survey.RecordRow]
	arrivals countedStreets[survey.Arrivals]
}

var _ sync.Store = (*Log)(nil)

// Derived lists tables and columns that are made again from the rest: a backup leaves them out.
func Derived() []string {
	return []string{"states.packed", "cell_names", "cell_blocks", "tallies"}
}

// Open opens or creates the log at path and finishes the erasures that a crash interrupted.
func Open(path string, opt Options) (*Log, error) {
	const op = "open log"
	set, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	l := &Log{Options: opt, dict: s2.MakeDict([]byte(bodyDict), nil)}
	l.group = newGroup(l)
	l.file, err = dbfile.Open(path, dbfile.Options{Migrations: set, NewGroup: func() dbfile.Group { return l.group },
		OnFailStop: opt.OnFailStop, Readers: opt.Readers, Queue: opt.Queue})
	if err != nil {
		return nil, err
	}
	if err := l.finishErasures(context.Background()); err != nil {
		l.file.Close()
		return nil, errs.Wrap(op, err)
	}
	if err := l.rebuildWhereDue(context.Background()); err != nil {
		l.file.Close()
		return nil, errs.Wrap(op, err)
	}
	return l, nil
}

// File returns the open file.
func (l *Log) File() *dbfile.File { return l.file }

// Close answers what is queued and closes the file.
func (l *Log) Close() error { return l.file.Close() }

// Update implements sync.Store.
func (l *Log) Update(ctx context.Context, fn func(tx sync.Tx) error) error {
	stripped := false
	err := l.file.Write(ctx, func(tx *dbfile.Tx) error {
		t := &txn{reader: reader{l: l, tx: tx, g: l.group}}
		err := fn(t)
		if err == nil {
			err = t.materialise()
		}
		stripped = t.stripped
		return err
	})
	if err == nil && stripped {
		// The bytes that went are out of the file already (secure_delete); this takes them out of the log. Where a
		// snapshot holds the log, the writer does it in its next idle moment.
		if err := l.file.Checkpoint(ctx); err != nil && errs.CodeOf(err) != errs.Busy && errs.CodeOf(err) != errs.Interrupted {
			return err
		}
	}
	return err
}

// View implements sync.Store.
func (l *Log) View(ctx context.Context, fn func(r sync.Reader) error) error {
	return l.file.Read(ctx, func(tx *dbfile.Tx) error {
		return fn(&reader{l: l, tx: tx})
	})
}

// view is View for this package.
func (l *Log) view(ctx context.Context, fn func(r *reader) error) error {
	return l.file.Read(ctx, func(tx *dbfile.Tx) error { return fn(&reader{l: l, tx: tx}) })
}

// Blobs yields the hash of every attachment that a record names.
func (l *Log) Blobs(ctx context.Context) iter.Seq2[[32]byte, error] {
	return func(yield func([32]byte, error) bool) {
		err := l.view(ctx, func(r *reader) error {
			rows, err := r.tx.Query("SELECT DISTINCT hash FROM blob_refs ORDER BY hash")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var b []byte
				if err := rows.Scan(&b); err != nil {
					return err
				}
				if !yield(hash32(b), nil) {
					return nil
				}
			}
			return rows.Err()
		})
		if err != nil {
			yield([32]byte{}, err)
		}
	}
}

// finishErasures destroys what the log says is to be destroyed, and forgets it.
func (l *Log) finishErasures(ctx context.Context) error {
	var slots []uint64
	var blobs [][32]byte
	err := l.file.Read(ctx, func(tx *dbfile.Tx) error {
		rows, err := tx.Query("SELECT coalesce(slot, 0), coalesce(blob, x'') FROM destroying")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var slot uint64
			var blob []byte
			if err := rows.Scan(&slot, &blob); err != nil {
				return err
			}
			if slot > 0 {
				slots = append(slots, slot)
			} else if l.EraseBlob != nil {
				blobs = append(blobs, hash32(blob))
			}
		}
		return rows.Err()
	})
	if err != nil || len(slots)+len(blobs) == 0 {
		return err
	}
	if err := l.destroy(slots, blobs); err != nil {
		return err
	}
	return l.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("DELETE FROM destroying WHERE slot IS NOT NULL OR ?", l.EraseBlob != nil)
		return err
	})
}

func (l *Log) destroy(slots []uint64, blobs [][32]byte) error {
	if err := l.Slots.Destroy(slots...); err != nil {
		return err
	}
	if l.EraseBlob == nil {
		return nil
	}
	for _, hash := range blobs {
		if err := l.EraseBlob(hash); err != nil {
			return err
		}
	}
	return nil
}

func hash32(b []byte) (out [32]byte) {
	copy(out[:], b)
	return out
}
