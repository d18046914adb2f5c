package registrydb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// PutContact implements survey.Registry.
func (db *DB) PutContact(ctx context.Context, c survey.Contact) (survey.Contact, error) {
	const op = "store contact"
	if c.ID == "" {
		b := make([]byte, 12)
		if _, err := io.ReadFull(db.rand, b); err != nil {
			return c, errs.Wrap(op, err)
		}
		c.ID = "co_" + hex.EncodeToString(b)
	}
	sealed, err := db.seal(c, "contact:"+c.ID)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	return c, errs.Wrap(op, db.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec(`INSERT INTO contacts (id, grid, until, sealed) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET grid = excluded.grid, until = excluded.until, sealed = excluded.sealed`, c.ID, c.Grid, c.Until, sealed)
		return err
	}))
}

// Contacts implements survey.Registry.
func (db *DB) Contacts(ctx context.Context, area, after string, limit int) (list []survey.Contact, next string, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list = nil
		rows, err := tx.Query(`SELECT id, sealed FROM contacts WHERE id > ? AND grid >= ? AND grid < ? ORDER BY id LIMIT ?`, after, area, pastPrefix(area), limit+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			var sealed []byte
			if err := rows.Scan(&id, &sealed); err != nil {
				return err
			}
			var c survey.Contact
			if err := db.open(sealed, "contact:"+id, &c); err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, errs.Wrap("list contacts", err)
}

// Contact implements survey.Registry.
func (db *DB) Contact(ctx context.Context, id string) (c survey.Contact, ok bool, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		var sealed []byte
		err := tx.QueryRow(`SELECT sealed FROM contacts WHERE id = ?`, id).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		return db.open(sealed, "contact:"+id, &c)
	})
	return c, ok, errs.Wrap("read contact", err)
}

// DeleteContact implements survey.Registry.
func (db *DB) DeleteContact(ctx context.Context, id string) error {
	const op = "delete contact"
	return errs.Wrap(op, db.file.Write(ctx, func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`DELETE FROM contacts WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errs.New(errs.NotFound, op, "no such contact"))
		}
		return nil
	}))
}

// ExpireContacts implements survey.Registry. The log is folded back, so that nothing of them stays in it.
func (db *DB) ExpireContacts(ctx context.Context, before string) (n int, err error) {
	const op = "expire contacts"
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`DELETE FROM contacts WHERE until < ?`, before)
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		n = int(gone)
		return err
	})
	if err == nil && n > 0 {
		if err = db.file.Checkpoint(ctx); errs.CodeOf(err) == errs.Busy {
			err = nil // a reader is at work; the next idle moment folds it back
		}
	}
	return n, errs.Wrap(op, err)
}
