package logdb

import (
	"context"
	"database/sql"
	"errors"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
)

// rebuildMark is the row of meta that says that packed rows and aggregates are not all there.
const rebuildMark = "rebuild"

// rebuildBatch is how many records are projected in one transaction, so that others can write between.
const rebuildBatch = 200

// MarkForRebuild has the next Open (with a Project) make packed rows and aggregates again; Restore calls it.
func (l *Log) MarkForRebuild(ctx context.Context) error {
	return errs.Wrap("mark for rebuild", l.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, x'01')", rebuildMark)
		return err
	}))
}

func (l *Log) rebuildWhereDue(ctx context.Context) error {
	if l.Project == nil {
		return nil
	}
	due := 0
	err := l.file.Read(ctx, func(tx *dbfile.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM meta WHERE name = ?", rebuildMark).Scan(&due)
	})
	if err != nil || due == 0 {
		return err
	}
	return l.fill(ctx, func(int64) {})
}

// Rebuild makes every packed row and all aggregates again from the states, as Project now sees them: after forms or cases
// changed what a record counts for. Others may read and write meanwhile; until it ends, aggregates are incomplete, and
// a crash is made good by the next Open. done is told how many records are through.
func (l *Log) Rebuild(ctx context.Context, done func(int64)) error {
	const op = "rebuild"
	if err := l.DropDerived(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, l.fill(ctx, done))
}

// Refill makes what DropDerived left out. Without a Project the next Open that has one does.
func (l *Log) Refill(ctx context.Context, done func(int64)) error {
	if l.Project == nil {
		return nil
	}
	return errs.Wrap("rebuild", l.fill(ctx, done))
}

// DropDerived empties packed rows and aggregates; until Refill, or the next Open, aggregates are incomplete.
func (l *Log) DropDerived(ctx context.Context) error {
	return l.file.Write(ctx, func(tx *dbfile.Tx) error {
		// What the group holds of earlier jobs of this commit belongs to what is deleted here.
		if err := l.group.flushCells(tx); err != nil {
			return err
		}
		if err := l.group.flushTallies(tx); err != nil {
			return err
		}
		cells, tallies := l.group.cells, l.group.tallies
		l.group.onUndo(func() { l.group.cells, l.group.tallies = cells, tallies })
		l.group.cells, l.group.tallies = map[blockKey]map[int64]cell{}, map[tallyKey]tally{}
		for _, q := range []string{"DELETE FROM cell_blocks", "DELETE FROM tallies", "UPDATE states SET packed = NULL",
			"INSERT OR REPLACE INTO meta (name, value) VALUES ('" + rebuildMark + "', x'01')"} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill projects the records that have no packed row, and then says so.
func (l *Log) fill(ctx context.Context, done func(int64)) error {
	last, total := int64(0), int64(0)
	for {
		var n int64
		var end int64
		err := l.Update(ctx, func(tx sync.Tx) (err error) {
			n, end, err = tx.(*txn).fillBatch(last)
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		last = end
		total += n
		done(total)
	}
	return l.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("DELETE FROM meta WHERE name = ?", rebuildMark)
		return err
	})
}

func (t *txn) fillBatch(after int64) (n, last int64, err error) {
	rows, err := t.tx.Query("SELECT (SELECT r.id FROM records r WHERE r.no = s.no), s.no FROM states s WHERE s.no > ? AND s.packed IS NULL ORDER BY s.no LIMIT ?", after, rebuildBatch)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id, &last); err != nil {
			return 0, 0, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return 0, 0, err
	}
	for _, id := range ids {
		rec, ok, err := t.Record(id)
		if err != nil {
			return 0, 0, err
		}
		if !ok {
			return 0, 0, errs.New(errs.Damaged, "rebuild", "record %s has a state and no row", id)
		}
		if err := t.PutRecord(&rec); err != nil {
			return 0, 0, err
		}
	}
	return int64(len(ids)), last, nil
}

// Stale reports whether a record's packed row is not what Project makes of its state now: false also where it has none.
func (r *reader) stale(rec *storedRecord, packed []byte) (bool, error) {
	if r.l.Project == nil {
		return false, nil
	}
	own := rec.Record
	own.Projection = sync.Projection{}
	var failed error
	p := r.l.Project(sync.ProjectInput{Record: &own, LookupCase: func(no string) (sync.Case, bool) {
		c, ok, err := r.caseOf(no)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			failed = err
		}
		return c, ok
	}})
	return string(p.Packed) != string(packed) || p.Status != rec.Status || p.Case != rec.Case || joinLines(p.Conflicts) != joinLines(rec.Conflicts) ||
		joinLines(p.Flags) != joinLines(rec.Flags) || p.Open != rec.Open || p.EditUntil != rec.EditUntil, failed
}
