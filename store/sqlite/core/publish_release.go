package core

import (
	"context"
	"database/sql"
	"errors"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

var _ survey.Releases = (*DB)(nil)

// PutRelease implements survey.Releases.
func (db *DB) PutRelease(ctx context.Context, r survey.Release) error {
	const op = "store release"
	return db.file.Write(ctx, func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`INSERT INTO releases (id, street, form, by_user, by_name, at, snapshot, note, json, html, html_en)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			r.ID, r.Street, r.Form, r.By, r.ByName, r.At, r.Snapshot, r.Note, r.JSON, r.HTML, r.HTMLEN)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return errs.Wrap(op, err)
		}
		return errs.New(errs.Conflict, op, "release %s exists", r.ID)
	})
}

// ListReleases implements survey.Releases.
func (db *DB) ListReleases(ctx context.Context, street, cursor string, limit int) (list []survey.Release, next string, err error) {
	const op = "list releases"
	at, id, err := place(cursor)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		rows, err := tx.Query(`SELECT id, street, form, by_user, by_name, at, snapshot, note FROM releases
			WHERE street = ?1 AND (?2 = 0 OR at < ?2 OR (at = ?2 AND id < ?3)) ORDER BY at DESC, id DESC LIMIT ?4`, street, at, id, limit+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r survey.Release
			if err := rows.Scan(&r.ID, &r.Street, &r.Form, &r.By, &r.ByName, &r.At, &r.Snapshot, &r.Note); err != nil {
				return err
			}
			list = append(list, r)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = placeOf(list[limit-1].At, list[limit-1].ID)
	}
	return list, next, nil
}

// GetRelease implements survey.Releases.
func (db *DB) GetRelease(ctx context.Context, street, id string) (r survey.Release, err error) {
	const op = "read release"
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		return tx.QueryRow(`SELECT id, street, form, by_user, by_name, at, snapshot, note, json, html, html_en FROM releases
			WHERE id = ? AND street = ?`, id, street).
			Scan(&r.ID, &r.Street, &r.Form, &r.By, &r.ByName, &r.At, &r.Snapshot, &r.Note, &r.JSON, &r.HTML, &r.HTMLEN)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return r, errs.New(errs.NotFound, op, "no release %s of street %s", id, street)
	}
	return r, errs.Wrap(op, err)
}
