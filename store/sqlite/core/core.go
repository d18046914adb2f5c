// Package core is core.db: accounts, devices, enrolments, sessions and the audit log (auth_*.go), surveys, areas, forms and
// assignments (survey_*.go). No answers and no names of respondents are in it. It is read and written through the ports of
// packages auth and survey.
package core

import (
	"context"
	"embed"
	"errors"
	"io/fs"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is one open core.db. Safe for concurrent use, also by several processes.
type DB struct {
	file *dbfile.File
}

// Open opens or creates core.db at path and brings it up to date. onFailStop (may be nil) is called when writing failed
// for good; see dbfile.Options.
func Open(path string, onFailStop func(error)) (*DB, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, errs.Wrap("open core.db", err)
	}
	f, err := dbfile.Open(path, dbfile.Options{Migrations: dir, OnFailStop: onFailStop})
	if err != nil {
		return nil, err
	}
	if err := f.KeepSums(context.Background(), nil); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &DB{file: f}, nil
}

// File returns the open file, for backup, verify and checkpoints.
func (db *DB) File() *dbfile.File { return db.file }

// Close answers what is queued and closes the file.
func (db *DB) Close() error { return db.file.Close() }

// Ping reads one row, for readiness.
func (db *DB) Ping(ctx context.Context) error {
	return db.file.Read(ctx, func(tx *dbfile.Tx) error {
		var n int
		return tx.QueryRow("SELECT 1").Scan(&n)
	})
}
