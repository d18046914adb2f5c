package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/blob"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite/logdb"
	"ruhu/sync"
)

// Fault is one thing in a data directory that is not what was written.
type Fault struct {
	File   string `json:"file"`             // relative to the directory
	Place  string `json:"place,omitempty"`  // table, street and sequence, slot, chunk
	Record string `json:"record,omitempty"` // the record it belongs to
	What   string `json:"what"`
}

// String returns the fault on one line.
func (f Fault) String() string {
	s := f.File
	if f.Place != "" {
		s += ", " + f.Place
	}
	if f.Record != "" {
		s += ", record " + f.Record
	}
	return s + ": " + f.What
}

// Report is what Verify found.
type Report struct {
	OK         bool    `json:"ok"`
	Records    int64   `json:"records"`
	Changesets int64   `json:"changesets"`
	Blobs      int     `json:"blobs"`
	Stale      int64   `json:"stale"` // packed rows the forms of today would make otherwise: no damage
	Faults     []Fault `json:"faults"`
	More       int     `json:"more,omitempty"` // faults beyond the first maxFaults
}

const maxFaults = 1000

func (r *Report) add(f Fault) {
	if len(r.Faults) == maxFaults {
		r.More++
		return
	}
	r.Faults = append(r.Faults, f)
}

// Err returns nil for a sound directory, else an error with code damaged that names the first fault.
func (r *Report) Err() error {
	if r.OK {
		return nil
	}
	return errs.New(errs.Damaged, "verify", "%d faults, the first: %s", len(r.Faults)+r.More, r.Faults[0])
}

// Progress is told how far a long operation is: what it is at, and how many of it are done.
type Progress func(what string, done int64)

// Verify reads everything in the directory and reports whatever is not what was written. Others may read and write
// meanwhile. An error means that it could not go on; faults are in the report.
func (d *Data) Verify(ctx context.Context, progress Progress) (Report, error) {
	const op = "verify"
	if progress == nil {
		progress = func(string, int64) {}
	}
	r := Report{Faults: []Fault{}}
	for _, slots := range []string{keys.Answers, keys.Registry, keys.Blobs} {
		progress(slots+" keys", 0)
		file := filepath.Join(KeysDir, slots+".slots")
		err := d.Keys.Slots(slots).Verify(func(slot uint64, err error) {
			r.add(Fault{File: file, Place: fmt.Sprintf("slot %d", slot), What: err.Error()})
		})
		if err != nil {
			r.add(Fault{File: file, What: err.Error()})
		}
	}
	if err := d.verifyJournal(&r); err != nil {
		return r, errs.Wrap(op, err)
	}
	for _, db := range d.databases() {
		if db.name == AnswersFile {
			continue // its log checks the whole file
		}
		file := db.file
		if db.name == RegistryFile {
			file = d.Frame
		}
		progress(db.name, 0)
		err := file.Verify(ctx, func(table, what string) { r.add(Fault{File: db.name, Place: table, What: what}) })
		if err := d.goOn(ctx, &r, db.name, err); err != nil {
			return r, err
		}
	}
	for _, stream := range []sync.Stream{sync.Answers, sync.Registry} {
		if err := d.verifyLog(ctx, stream, &r, progress); err != nil {
			return r, err
		}
	}
	progress("attachments", 0)
	blobs, err := d.Blobs.Verify(ctx, func(f blob.Fault) {
		r.add(Fault{File: f.Path, Record: strings.Join(f.Records, " "), What: f.Err.Error()})
	})
	if err := d.goOn(ctx, &r, BlobsDir, err); err != nil {
		return r, err
	}
	r.Blobs = blobs.Blobs
	r.OK = len(r.Faults) == 0
	return r, nil
}

// goOn makes a fault of what ended one file's check; only the caller's end is an error.
func (d *Data) goOn(ctx context.Context, r *Report, file string, err error) error {
	if ctx.Err() != nil {
		return errs.WrapCode(errs.Interrupted, "verify", ctx.Err())
	}
	if err != nil {
		r.add(Fault{File: file, What: err.Error()})
	}
	return nil
}

func (d *Data) verifyJournal(r *Report) error {
	if err := d.Journal.Sync(); err != nil {
		r.add(Fault{File: JournalDir, What: err.Error()})
		return nil
	}
	if _, err := journal.Verify(filepath.Join(d.Dir, JournalDir)); err != nil {
		r.add(Fault{File: JournalDir, What: err.Error()})
	}
	return nil
}

func (d *Data) verifyLog(ctx context.Context, stream sync.Stream, r *Report, progress Progress) error {
	file := AnswersFile
	if stream == sync.Registry {
		file = RegistryFile
	}
	noted, err := d.Journal.Heads(stream)
	if err != nil {
		r.add(Fault{File: JournalDir, What: err.Error()})
	}
	progress(file, 0)
	c, err := d.logs()[stream].Verify(ctx, logdb.Check{
		Fault:      func(f logdb.Fault) { r.add(Fault{File: file, Place: f.Place, Record: f.Record, What: f.What}) },
		Progress:   func(n int64) { progress(file, n) },
		Journalled: noted, PublicKey: d.PublicKey,
	})
	r.Records += c.Records
	r.Changesets += c.Changesets
	r.Stale += c.Stale
	return d.goOn(ctx, r, file, err)
}
