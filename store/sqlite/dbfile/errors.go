package dbfile

import (
	"context"
	"errors"
	"strconv"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ruhu/internal/errs"
)

// checkSQLite refuses to run on an SQLite older than minSQLite.
func checkSQLite() error {
	have, _, _ := sqlite3.Version()
	if !versionAtLeast(have, minSQLite) {
		return errs.New(errs.Internal, "open database", "SQLite %s is older than %s", have, minSQLite)
	}
	return nil
}

func versionAtLeast(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range w {
		var a, b int
		if i < len(h) {
			a, _ = strconv.Atoi(h[i])
		}
		b, _ = strconv.Atoi(w[i])
		if a != b {
			return a > b
		}
	}
	return true
}

// mapError gives an error of the driver its code; errors that have one keep it.
func mapError(op string, err error) error {
	if err == nil {
		return nil
	}
	var coded *errs.Error
	if errors.As(err, &coded) {
		return errs.Wrap(op, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return errs.WrapCode(errs.Interrupted, op, err)
	}
	var se sqlite3.Error
	if !errors.As(err, &se) {
		return errs.Wrap(op, err)
	}
	switch se.Code {
	case sqlite3.ErrFull:
		return errs.WrapCode(errs.DiskFull, op, err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return errs.WrapCode(errs.Busy, op, err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return errs.WrapCode(errs.ReadOnly, op, err)
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return errs.WrapCode(errs.Damaged, op, err)
	case sqlite3.ErrIoErr:
		return errs.WrapCode(errs.FailStop, op, err)
	case sqlite3.ErrInterrupt:
		return errs.WrapCode(errs.Interrupted, op, err)
	}
	return errs.Wrap(op, err)
}

// IsConstraint reports whether err is SQLite refusing a row because of a UNIQUE, CHECK, NOT NULL or foreign key rule.
func IsConstraint(err error) bool {
	var se sqlite3.Error
	return errors.As(err, &se) && se.Code == sqlite3.ErrConstraint
}

// stops reports whether err means that nothing may be acknowledged any more: the disk did not take the bytes,
// or gave back others than were written.
func stops(err error) bool {
	var se sqlite3.Error
	if !errors.As(err, &se) {
		return errs.CodeOf(err) == errs.FailStop
	}
	switch se.Code {
	case sqlite3.ErrIoErr, sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return true
	}
	return false
}
