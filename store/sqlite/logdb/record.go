package logdb

import (
	"database/sql"
	"errors"
	"iter"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// Scalar subqueries where joins would do: SQLite prepares a join anew whenever its parameters change, which costs more than
// running it.
const (
	recordColumns = `SELECT r.no, r.id, r.slot, coalesce((SELECT s.code FROM streets s WHERE s.no = r.street), ''), r.grid, r.form, r.version, r.author,
	r.assignees, r.digest, coalesce(r.created, 0), coalesce(r.changed, 0), r.orders, r.submitted, coalesce(r.case_no, ''), r.status, r.conflicts, r.flags,
	r.open, r.edit_until, r.crc, `
	bareRecord = recordColumns + "NULL, NULL FROM records r "
	fullRecord = recordColumns + `(SELECT t.state FROM states t WHERE t.no = r.no), (SELECT t.packed FROM states t WHERE t.no = r.no) FROM records r `
)

// storedRecord is a record with what the store keeps beside it.
type storedRecord struct {
	sync.Record
	no     int64
	slot   uint64
	sealed []byte // the state
	packed []byte // sealed
}

// Lists of paths and flags are kept with a newline around each, so that one can be looked for.
func joinLines(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "\n" + strings.Join(list, "\n") + "\n"
}

func splitLines(s string) []string {
	if len(s) < 2 {
		return nil
	}
	return strings.Split(s[1:len(s)-1], "\n")
}

// scanRecord reads a row and checks it. A row that does not pass its check comes with the error.
func scanRecord(row scanner) (*storedRecord, error) {
	var r storedRecord
	var digest []byte
	var assignees, conflicts, flags string
	var created, changed, crc int64
	if err := row.Scan(&r.no, &r.ID, &r.slot, &r.Street, &r.Grid, &r.Form, &r.Version, &r.Author, &assignees, &digest, &created, &changed,
		&r.Orders, &r.Submitted, &r.Case, &r.Status, &conflicts, &flags, &r.Open, &r.EditUntil, &crc, &r.sealed, &r.packed); err != nil {
		return nil, err
	}
	r.Digest = hash32(digest)
	r.Created, r.Changed = seqOf(created), seqOf(changed)
	r.Assignees, r.Conflicts, r.Flags = splitLines(assignees), splitLines(conflicts), splitLines(flags)
	e := make(encoder, 0, 512)
	if e.record(&r.Record, int64(r.slot)) != crc {
		return &r, errs.New(errs.Damaged, "read record", "the row of record %s does not pass its check", r.ID)
	}
	return &r, nil
}

// records yields what a query finds.
func (r *reader) records(query string, args ...any) iter.Seq2[*storedRecord, error] {
	return func(yield func(*storedRecord, error) bool) {
		rows, err := r.tx.Query(query, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			rec, err := scanRecord(rows)
			if !yield(rec, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// Record implements sync.Reader. Packed and Cells are not filled in.
func (r *reader) Record(id string) (sync.Record, bool, error) {
	if r.g != nil {
		if ref, seen := r.g.records[id]; seen && (ref == nil || !ref.stored) {
			return sync.Record{}, false, nil
		}
	}
	if r.g != nil && r.g.records[id] == nil {
		if known, err := r.known(id); err != nil || !known {
			return sync.Record{}, false, err
		}
	}
	rec, err := scanRecord(r.tx.QueryRow(fullRecord+"WHERE r.id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return sync.Record{}, false, nil
	}
	if err != nil {
		return sync.Record{}, false, err
	}
	if r.g != nil && r.g.records[id] == nil {
		r.g.records[id] = refOf(rec)
	}
	if rec.Status == "" {
		return sync.Record{}, false, nil
	}
	if rec.Status == sync.StatusErased {
		rec.State = erasedState()
		return rec.Record, true, nil
	}
	rec.State, err = r.state(rec)
	return rec.Record, err == nil, err
}

// known reports whether a record has a row; in the writer one that has none is remembered until the commit ends, as
// nobody else can write it before.
func (r *reader) known(id string) (bool, error) {
	var no int64
	err := r.tx.QueryRow("SELECT no FROM records WHERE id = ?", id).Scan(&no)
	if errors.Is(err, sql.ErrNoRows) {
		r.g.records[id] = nil
		return false, nil
	}
	return err == nil, err
}

func refOf(rec *storedRecord) *recordRef {
	ref := &recordRef{no: uint64(rec.no), slot: rec.slot, row: true, stored: rec.Status != "", erased: rec.Status == sync.StatusErased,
		street: rec.Street, grid: rec.Grid, conflict: len(rec.Conflicts) > 0, flagged: len(rec.Flags) > 0}
	ref.counted = ref.stored && !ref.erased && rec.Created > 0
	ref.withdraw = ref.counted
	ref.tally = tallyKey{grid: rec.Grid, form: rec.Form, status: rec.Status}
	return ref
}

// recordRef returns what the writer knows of a record, nil where it has no number.
func (r *reader) recordRef(id string) (*recordRef, error) {
	if ref, seen := r.g.records[id]; seen {
		return ref, nil
	}
	if known, err := r.known(id); err != nil || !known {
		return nil, err
	}
	rec, err := scanRecord(r.tx.QueryRow(bareRecord+"WHERE r.id = ?", id))
	if err != nil {
		return nil, err
	}
	ref := refOf(rec)
	r.g.records[id] = ref
	return ref, nil
}

// materialise gives the records a row that got a number in this job and were not put: their lines wait, or are void.
func (r *reader) materialise() error {
	for _, id := range r.pending {
		ref := r.g.records[id]
		if ref == nil || ref.row {
			continue
		}
		var e encoder
		crc := e.record(&sync.Record{ID: id}, int64(ref.slot))
		if _, err := r.tx.Exec(`INSERT INTO records (no, id, slot, street, grid, form, version, author, assignees, digest, orders, submitted, case_no, status,
			conflicts, flags, open, edit_until, crc) VALUES (?, ?, ?, 0, '', '', '', '', '', x'', 0, 0, NULL, '', '', '', 0, 0, ?)`,
			int64(ref.no), id, int64(ref.slot), crc); err != nil {
			return err
		}
		ref.row = true
	}
	r.pending = r.pending[:0]
	return nil
}
