// Package registrydb keeps the frame in registry.db: households, contacts, what visits came to, and entity lists. It is the
// only place that holds addresses, and they are sealed. It implements survey.Registry and entity.Store. The registry stream's log lies in the same file
// and is another package's; the two share no transaction.
package registrydb

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Sealer seals what identifies; *keys.Sealer is one.
type Sealer interface {
	Seal(dst, plain, aad []byte) ([]byte, error)
	Open(dst, sealed, aad []byte) ([]byte, error)
}

// DB is the frame in an open registry.db. Safe for concurrent use, also by several processes.
type DB struct {
	file   *dbfile.File
	sealer Sealer
	rand   io.Reader
}

var _ survey.Registry = (*DB)(nil)

// Derived lists the tables that are made again from the log: a backup leaves them out.
func Derived() []string { return []string{"visit_marks", "visits", "outcomes", "outcome_cells"} }

// ours reports whether a table is the frame's and not the log's.
func ours(table string) bool {
	return slices.Contains([]string{"households", "frame_versions", "contacts"}, table) || strings.HasPrefix(table, "entit") || slices.Contains(Derived(), table)
}

// Open opens or creates the tables of the frame in registry.db at path.
func Open(path string, sealer Sealer, random io.Reader, onFailStop func(error)) (*DB, error) {
	const op = "open frame"
	set, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f, err := dbfile.Open(path, dbfile.Options{OnFailStop: onFailStop})
	if err != nil {
		return nil, err
	}
	if err := f.MigrateAlso(context.Background(), set, "frame_migrations"); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.KeepSums(context.Background(), ours); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &DB{file: f, sealer: sealer, rand: random}, nil
}

// File returns the open file.
func (db *DB) File() *dbfile.File { return db.file }

// Close closes the file.
func (db *DB) Close() error { return db.file.Close() }

func (db *DB) seal(v any, aad string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return db.sealer.Seal(nil, plain, []byte(aad))
}

func (db *DB) open(sealed []byte, aad string, v any) error {
	plain, err := db.sealer.Open(nil, sealed, []byte(aad))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

// identity is what of a household is sealed.
type identity struct {
	Address string `json:"a,omitempty"`
	Label   string `json:"l,omitempty"`
}

// PutHouseholds implements survey.Registry.
func (db *DB) PutHouseholds(ctx context.Context, list []survey.Household) error {
	const op = "store households"
	sealed := make([][]byte, len(list))
	for i, h := range list {
		var err error
		if sealed[i], err = db.seal(identity{h.Address, h.Label}, "household:"+h.Code); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return errs.Wrap(op, db.file.Write(ctx, func(tx *dbfile.Tx) error {
		streets := map[string]bool{}
		for i, h := range list {
			if _, err := tx.Exec(`INSERT INTO households (grid, code, sealed, stratum, psu, weight, fpc1, fpc2, selected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (code) DO UPDATE SET grid = excluded.grid, sealed = excluded.sealed, stratum = excluded.stratum, psu = excluded.psu,
				weight = excluded.weight, fpc1 = excluded.fpc1, fpc2 = excluded.fpc2, selected = excluded.selected`,
				h.Grid, h.Code, sealed[i], h.Stratum, h.PSU, h.Weight, h.FPC1, h.FPC2, h.Selected); err != nil {
				return err
			}
			if err := db.reckon(tx, h.Code); err != nil {
				return err
			}
			streets[survey.StreetOf(h.Grid)] = true
		}
		for street := range streets {
			if _, err := tx.Exec(`INSERT INTO frame_versions (street, version) VALUES (?, 1) ON CONFLICT (street) DO UPDATE SET version = version + 1`, street); err != nil {
				return err
			}
		}
		return nil
	}))
}

const householdColumns = `SELECT grid, code, sealed, stratum, psu, weight, fpc1, fpc2, selected FROM households`

type scanner interface{ Scan(dest ...any) error }

func (db *DB) scanHousehold(r scanner) (h survey.Household, err error) {
	var sealed []byte
	if err := r.Scan(&h.Grid, &h.Code, &sealed, &h.Stratum, &h.PSU, &h.Weight, &h.FPC1, &h.FPC2, &h.Selected); err != nil {
		return h, err
	}
	var id identity
	err = db.open(sealed, "household:"+h.Code, &id)
	h.Address, h.Label = id.Address, id.Label
	return h, err
}

// Household implements survey.Registry.
func (db *DB) Household(ctx context.Context, code string) (h survey.Household, ok bool, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		h, err = db.scanHousehold(tx.QueryRow(householdColumns+` WHERE code = ?`, code))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return h, ok, errs.Wrap("read household", err)
}

// pastPrefix is greater than every area code that begins with prefix.
func pastPrefix(prefix string) string { return prefix + ":" } // ':' follows '9'

// Households implements survey.Registry.
func (db *DB) Households(ctx context.Context, f survey.HouseholdFilter, after string, limit int) (list []survey.Household, next string, err error) {
	const op = "list households"
	afterGrid, afterCode := "", ""
	if after != "" {
		if len(after) < 16 {
			return nil, "", errs.New(errs.BadRequest, op, "not a cursor of this list")
		}
		afterGrid, afterCode = after[:15], after[15:]
	}
	query := householdColumns + ` WHERE (grid, code) > (?, ?) AND grid >= ? AND grid < ?`
	args := []any{afterGrid, afterCode, f.Area, pastPrefix(f.Area)}
	if f.Selected != nil {
		query += ` AND selected = ?`
		args = append(args, *f.Selected)
	}
	if f.Prefix != "" {
		query += ` AND substr(code, 1, length(?)) = ?`
		args = append(args, f.Prefix, f.Prefix)
	}
	query += ` ORDER BY grid, code LIMIT ?`
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list = nil
		rows, err := tx.Query(query, append(args, limit+1)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			h, err := db.scanHousehold(rows)
			if err != nil {
				return err
			}
			list = append(list, h)
		}
		return rows.Err()
	})
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].Grid + list[limit-1].Code
	}
	return list, next, errs.Wrap(op, err)
}

// InGrids implements survey.Registry.
func (db *DB) InGrids(ctx context.Context, grids []string) iter.Seq2[survey.Household, error] {
	return func(yield func(survey.Household, error) bool) {
		for _, grid := range grids {
			stop := false
			err := db.file.Read(ctx, func(tx *dbfile.Tx) error {
				rows, err := tx.Query(householdColumns+` WHERE grid = ? ORDER BY code`, grid)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					h, err := db.scanHousehold(rows)
					if err != nil {
						return err
					}
					if stop = !yield(h, nil); stop {
						return nil
					}
				}
				return rows.Err()
			})
			if stop {
				return
			}
			if err != nil {
				yield(survey.Household{}, errs.Wrap("read households", err))
				return
			}
		}
	}
}

// Frame implements survey.Registry.
func (db *DB) Frame(ctx context.Context, area string) (list []survey.GridFrame, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list = nil
		rows, err := tx.Query(`SELECT grid, count(*), sum(selected), total(weight * selected) FROM households WHERE grid >= ? AND grid < ? GROUP BY grid ORDER BY grid`,
			area, pastPrefix(area))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var g survey.GridFrame
			if err := rows.Scan(&g.Grid, &g.Households, &g.Selected, &g.Weight); err != nil {
				return err
			}
			list = append(list, g)
		}
		return rows.Err()
	})
	return list, errs.Wrap("count households", err)
}

// Version implements survey.Registry.
func (db *DB) Version(ctx context.Context, street string) (v uint64, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		err := tx.QueryRow(`SELECT version FROM frame_versions WHERE street = ?`, street).Scan(&v)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return v, errs.Wrap("frame version", err)
}
