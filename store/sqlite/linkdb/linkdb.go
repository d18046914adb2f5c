// Package linkdb is link.db: which household has which case number. It is the only thing that joins identity and answers,
// lies under a third key, and dies link_ttl days after field close. It implements survey.Links.
package linkdb

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is one open link.db. Safe for concurrent use, also by several processes.
type DB struct {
	file  *dbfile.File
	slots *keys.Slots
	blind []byte
}

var _ survey.Links = (*DB)(nil)

// Open opens or creates link.db at path. Each survey's links get a key of slots; blind (32 bytes) makes the index hashes.
func Open(path string, slots *keys.Slots, blind []byte, onFailStop func(error)) (*DB, error) {
	const op = "open link.db"
	if len(blind) != 32 {
		return nil, errs.New(errs.Internal, op, "the index key needs 32 bytes")
	}
	set, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f, err := dbfile.Open(path, dbfile.Options{Migrations: set, OnFailStop: onFailStop})
	if err != nil {
		return nil, err
	}
	if err := f.KeepSums(context.Background(), nil); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &DB{file: f, slots: slots, blind: bytes.Clone(blind)}, nil
}

// File returns the open file, for backup and verify.
func (db *DB) File() *dbfile.File { return db.file }

// Close closes the file.
func (db *DB) Close() error { return db.file.Close() }

func (db *DB) hash(kind, text string) []byte {
	m := hmac.New(sha256.New, db.blind)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return m.Sum(nil)[:16]
}

// sealedLink is what of a link is sealed.
type sealedLink struct {
	Household string `json:"h"`
	Case      string `json:"c"`
}

// sealer returns the sealer of a survey's links inside a transaction, nil where the survey has none or its links expired.
func (db *DB) sealer(tx *dbfile.Tx, id string) (*keys.Sealer, error) {
	var slot uint64
	var expired bool
	err := tx.QueryRow(`SELECT slot, expired FROM link_keys WHERE survey = ?`, id).Scan(&slot, &expired)
	if errors.Is(err, sql.ErrNoRows) || err == nil && expired {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := db.slots.Sealer(slot)
	if keys.IsDestroyed(err) {
		return nil, nil
	}
	return s, err
}

// ready gives a survey a key before its first link is drawn.
func (db *DB) ready(ctx context.Context, surveys []string) error {
	for _, id := range surveys {
		there := false
		err := db.file.Read(ctx, func(tx *dbfile.Tx) error {
			return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM link_keys WHERE survey = ?)`, id).Scan(&there)
		})
		if err != nil {
			return err
		}
		if there {
			continue
		}
		slot, err := db.slots.Reserve(1)
		if err != nil {
			return err
		}
		if err := db.file.Write(ctx, func(tx *dbfile.Tx) error {
			_, err := tx.Exec(`INSERT INTO link_keys (survey, slot) VALUES (?, ?) ON CONFLICT (survey) DO NOTHING`, id, slot)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Draw implements survey.Links. Rows lie in order of a keyed hash.
func (db *DB) Draw(ctx context.Context, requests []survey.LinkRequest, all bool, draw func() (string, error)) (out []survey.Link, err error) {
	const op = "draw case numbers"
	var surveys []string
	homes := make([][]byte, len(requests))
	numbers := make([]string, len(requests))
	for i, r := range requests {
		if !slices.Contains(surveys, r.Survey) {
			surveys = append(surveys, r.Survey)
		}
		homes[i] = db.hash("home", r.Household)
		if numbers[i], err = draw(); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	if err := db.ready(ctx, surveys); err != nil {
		return nil, errs.Wrap(op, err)
	}
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		out = out[:0]
		w := drawing{db: db, tx: tx, sealers: map[string]*keys.Sealer{}, streets: map[string]bool{}}
		for i, r := range requests {
			l, fresh, err := w.one(r, homes[i], numbers[i])
			if err != nil {
				return err
			}
			if fresh || all {
				out = append(out, l)
			}
		}
		return w.raise()
	})
	return out, errs.Wrap(op, err)
}

// drawing is the work of one Draw.
type drawing struct {
	db      *DB
	tx      *dbfile.Tx
	sealers map[string]*keys.Sealer
	streets map[string]bool
}

// one returns the link of a request; fresh where it was drawn now or was never delivered.
func (w *drawing) one(r survey.LinkRequest, home []byte, number string) (l survey.Link, fresh bool, err error) {
	sealer, ok := w.sealers[r.Survey]
	if !ok {
		if sealer, err = w.db.sealer(w.tx, r.Survey); err != nil {
			return l, false, err
		}
		w.sealers[r.Survey] = sealer
	}
	if sealer == nil {
		return l, false, errs.New(errs.Rule, "draw", "the links of survey %s have expired", r.Survey)
	}
	var sealed []byte
	var grid string
	var delivered bool
	err = w.tx.QueryRow(`SELECT grid, delivered, sealed FROM links WHERE home_hash = ? AND form = ?`, home, r.Form).Scan(&grid, &delivered, &sealed)
	if err == nil {
		l, err = open(sealer, survey.LinkRequest{Survey: r.Survey, Form: r.Form, Grid: grid}, sealed)
		if err != nil || grid == r.Grid {
			return l, !delivered, err
		}
		l.Grid = r.Grid // the household moved to another grid
		w.streets[survey.StreetOf(r.Grid)] = true
		sealed, err = seal(sealer, l)
		if err == nil {
			_, err = w.tx.Exec(`UPDATE links SET grid = ?, delivered = 0, sealed = ? WHERE home_hash = ? AND form = ?`, r.Grid, sealed, home, r.Form)
		}
		return l, true, err
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return l, false, err
	}
	l = survey.Link{LinkRequest: r, Case: number}
	if sealed, err = seal(sealer, l); err != nil {
		return l, false, err
	}
	w.streets[survey.StreetOf(r.Grid)] = true
	_, err = w.tx.Exec(`INSERT INTO links (case_hash, home_hash, form, survey, grid, sealed) VALUES (?, ?, ?, ?, ?, ?)`,
		w.db.hash("case", number), home, r.Form, r.Survey, r.Grid, sealed)
	return l, true, err
}

func (w *drawing) raise() error {
	for street := range w.streets {
		if err := raise(w.tx, street); err != nil {
			return err
		}
	}
	return nil
}

func raise(tx *dbfile.Tx, street string) error {
	_, err := tx.Exec(`INSERT INTO link_versions (street, version) VALUES (?, 1) ON CONFLICT (street) DO UPDATE SET version = version + 1`, street)
	return err
}

func aad(r survey.LinkRequest) []byte {
	return []byte("link:" + r.Survey + "\x00" + r.Form + "\x00" + r.Grid)
}

func seal(s *keys.Sealer, l survey.Link) ([]byte, error) {
	plain, err := json.Marshal(sealedLink{l.Household, l.Case})
	if err != nil {
		return nil, err
	}
	return s.Seal(nil, plain, aad(l.LinkRequest))
}

func open(s *keys.Sealer, r survey.LinkRequest, sealed []byte) (survey.Link, error) {
	plain, err := s.Open(nil, sealed, aad(r))
	if err != nil {
		return survey.Link{}, err
	}
	var in sealedLink
	err = json.Unmarshal(plain, &in)
	r.Household = in.Household
	return survey.Link{LinkRequest: r, Case: in.Case}, err
}

// Delivered implements survey.Links.
func (db *DB) Delivered(ctx context.Context, cases []string) error {
	return errs.Wrap("note delivery", db.file.Write(ctx, func(tx *dbfile.Tx) error {
		for _, c := range cases {
			if _, err := tx.Exec(`UPDATE links SET delivered = 1 WHERE case_hash = ? AND delivered = 0`, db.hash("case", c)); err != nil {
				return err
			}
		}
		return nil
	}))
}

const linkColumns = `SELECT survey, form, grid, sealed FROM links`

// list reads links; those whose key is destroyed are gone.
func (db *DB) list(ctx context.Context, query string, args ...any) (out []survey.Link, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		out = nil
		sealers := map[string]*keys.Sealer{}
		rows, err := tx.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r survey.LinkRequest
			var sealed []byte
			if err := rows.Scan(&r.Survey, &r.Form, &r.Grid, &sealed); err != nil {
				return err
			}
			sealer, ok := sealers[r.Survey]
			if !ok {
				if sealer, err = db.sealer(tx, r.Survey); err != nil {
					return err
				}
				sealers[r.Survey] = sealer
			}
			if sealer == nil {
				continue
			}
			l, err := open(sealer, r, sealed)
			if err != nil {
				return err
			}
			out = append(out, l)
		}
		return rows.Err()
	})
	return out, err
}

// Undelivered implements survey.Links.
func (db *DB) Undelivered(ctx context.Context, limit int) ([]survey.Link, error) {
	list, err := db.list(ctx, linkColumns+` WHERE delivered = 0 LIMIT ?`, limit)
	return list, errs.Wrap("undelivered cases", err)
}

// ByHousehold implements survey.Links.
func (db *DB) ByHousehold(ctx context.Context, household string) ([]survey.Link, error) {
	list, err := db.list(ctx, linkColumns+` WHERE home_hash = ? ORDER BY form`, db.hash("home", household))
	return list, errs.Wrap("links of a household", err)
}

// ByCase implements survey.Links.
func (db *DB) ByCase(ctx context.Context, caseNo string) (survey.Link, bool, error) {
	list, err := db.list(ctx, linkColumns+` WHERE case_hash = ?`, db.hash("case", caseNo))
	if err != nil || len(list) == 0 {
		return survey.Link{}, false, errs.Wrap("link of a case", err)
	}
	return list[0], true, nil
}

// InGrids implements survey.Links.
func (db *DB) InGrids(ctx context.Context, grids []string) iter.Seq2[survey.Link, error] {
	return func(yield func(survey.Link, error) bool) {
		for _, grid := range grids {
			list, err := db.list(ctx, linkColumns+` WHERE grid = ?`, grid)
			if err != nil {
				yield(survey.Link{}, errs.Wrap("links of a grid", err))
				return
			}
			for _, l := range list {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

// DeleteCase implements survey.Links.
func (db *DB) DeleteCase(ctx context.Context, caseNo string) error {
	return errs.Wrap("delete link", db.file.Write(ctx, func(tx *dbfile.Tx) error {
		var grid string
		hash := db.hash("case", caseNo)
		err := tx.QueryRow(`SELECT grid FROM links WHERE case_hash = ?`, hash).Scan(&grid)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM links WHERE case_hash = ?`, hash); err != nil {
			return err
		}
		return raise(tx, survey.StreetOf(grid))
	}))
}

// Expire implements survey.Links: the rows go, the survey's key is destroyed, which reaches every copy of the file, and the
// log is folded back.
func (db *DB) Expire(ctx context.Context, id string) (n int, err error) {
	const op = "expire links"
	var slot uint64
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		slot, n = 0, 0
		err := tx.QueryRow(`SELECT slot FROM link_keys WHERE survey = ?`, id).Scan(&slot)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		streets, err := streetsOf(tx, id)
		if err != nil {
			return err
		}
		res, err := tx.Exec(`DELETE FROM links WHERE survey = ?`, id)
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		if err != nil {
			return err
		}
		n = int(gone)
		for _, street := range streets {
			if err := raise(tx, street); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`UPDATE link_keys SET expired = 1 WHERE survey = ?`, id)
		return err
	})
	if err != nil || slot == 0 {
		return n, errs.Wrap(op, err)
	}
	if err := db.slots.Destroy(slot); err != nil {
		return n, errs.Wrap(op, err)
	}
	if err := db.file.Checkpoint(ctx); err != nil && errs.CodeOf(err) != errs.Busy {
		return n, errs.Wrap(op, err)
	}
	return n, nil
}

func streetsOf(tx *dbfile.Tx, id string) (list []string, err error) {
	rows, err := tx.Query(`SELECT DISTINCT substr(grid, 1, 9) FROM links WHERE survey = ?`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// Count implements survey.Links.
func (db *DB) Count(ctx context.Context, id string) (n int, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM links WHERE survey = ?`, id).Scan(&n)
	})
	return n, errs.Wrap("count links", err)
}

// Version implements survey.Links.
func (db *DB) Version(ctx context.Context, street string) (v uint64, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		err := tx.QueryRow(`SELECT version FROM link_versions WHERE street = ?`, street).Scan(&v)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return v, errs.Wrap("link version", err)
}
