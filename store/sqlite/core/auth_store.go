package core

import (
	"context"
	"database/sql"
	"errors"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

// AuthStore implements auth.Store.
type AuthStore struct {
	db *DB
}

// Auth returns the store of accounts, devices, sessions and the audit log.
func (db *DB) Auth() *AuthStore { return &AuthStore{db} }

// View implements auth.Store.
func (s *AuthStore) View(ctx context.Context, fn func(r auth.Reader) error) error {
	return s.db.file.Read(ctx, func(tx *dbfile.Tx) error { return fn(authReader{tx}) })
}

// Update implements auth.Store. Concurrent calls share one commit.
func (s *AuthStore) Update(ctx context.Context, fn func(tx auth.Tx) error) error {
	return s.db.file.Write(ctx, func(tx *dbfile.Tx) error { return fn(authTx{authReader{tx}}) })
}

type authReader struct{ tx *dbfile.Tx }

type authTx struct{ authReader }

// scanner is a row, or rows standing at one.
type scanner interface{ Scan(dest ...any) error }

// missing gives an absent row its code.
func missing(what, id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "read core.db", "no %s %s", what, id)
	}
	return err
}

// collect scans every row of a list.
func collect[T any](tx *dbfile.Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

func hash32(b []byte) (h [32]byte, err error) {
	if len(b) != len(h) {
		return h, errs.New(errs.Damaged, "read core.db", "a hash has %d bytes, not 32", len(b))
	}
	copy(h[:], b)
	return h, nil
}
