package dbfile

import (
	"context"

	"ruhu/internal/errs"
)

// Checkpoint folds the write-ahead log into the file and truncates it to nothing, so that erased bytes do not stay
// in it. It runs on the writer between commits. Code busy: a snapshot older than the log's end is still open.
func (f *File) Checkpoint(ctx context.Context) error {
	return f.alone(ctx, checkpointTruncate)
}

// Exclusive runs fn on the writer between two commits, outside any transaction; for PRAGMAs and VACUUM.
func (f *File) Exclusive(ctx context.Context, query string) error {
	return f.alone(ctx, func(c *conn) error {
		_, err := c.sc.ExecContext(context.Background(), query)
		return mapError("exclusive", err)
	})
}

func (f *File) alone(ctx context.Context, fn func(*conn) error) error {
	if f.w == nil {
		return errs.New(errs.ReadOnly, "write", "%s is open for reading only", f.path)
	}
	return f.w.submit(ctx, &job{alone: true, done: make(chan error, 1), raw: func(c *conn) error {
		err := fn(c)
		if stops(err) {
			return f.w.fail(err)
		}
		return err
	}})
}

func (w *writer) checkpoint() {
	err := checkpointTruncate(w.c)
	if stops(err) {
		w.fail(err)
	}
	w.dirty = err != nil
}

func checkpointTruncate(c *conn) error {
	// A reader may hold the log for minutes: the writer must not stand still for it.
	if _, err := c.sc.ExecContext(context.Background(), "PRAGMA busy_timeout=0"); err != nil {
		return mapError("checkpoint", err)
	}
	defer c.sc.ExecContext(context.Background(), "PRAGMA busy_timeout=5000")
	var busy, frames, moved int
	row := c.sc.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		return mapError("checkpoint", err)
	}
	if busy != 0 {
		return errs.New(errs.Busy, "checkpoint", "a reader holds the log: %d of %d frames moved", moved, frames)
	}
	return nil
}
