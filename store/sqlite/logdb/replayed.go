package logdb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

// replayedMark is the row of meta that says how far the journal was applied. It lies in the file it is about, so that one
// that is put back asks for what it lacks.
const replayedMark = "replayed"

// Replayed returns how many entries of the journal have been applied to this log; 0 where that is not known.
func (l *Log) Replayed(ctx context.Context) (n uint64, err error) {
	err = l.file.Read(ctx, func(tx *dbfile.Tx) error {
		var b []byte
		if err := tx.QueryRow("SELECT value FROM meta WHERE name = ?", replayedMark).Scan(&b); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			return err
		}
		n, _ = binary.Uvarint(b)
		return nil
	})
	return n, errs.Wrap("read replayed", err)
}

// NoteReplayed notes that the first n entries of the journal have been applied.
func (l *Log) NoteReplayed(ctx context.Context, n uint64) error {
	return errs.Wrap("note replayed", l.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", replayedMark, binary.AppendUvarint(nil, n))
		return err
	}))
}
