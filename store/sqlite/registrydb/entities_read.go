package registrydb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey/entity"
)

const rowColumns = `SELECT street, list, id, place, version, slot, sealed FROM entities`

func (e *Entities) row(r scanner) (out entity.Row, err error) {
	var h head
	var sealed []byte
	if err := r.Scan(&h.street, &h.list, &h.id, &h.place, &h.version, &h.slot, &sealed); err != nil {
		return out, err
	}
	out = entity.Row{Street: h.street, List: h.list, ID: h.id, Place: h.place}
	sealer, err := e.slots.Sealer(h.slot)
	if keys.IsDestroyed(err) { // put back by a restore: Mend derives it anew
		out.Version = h.version
		return out, nil
	}
	if err != nil {
		return out, err
	}
	plain, err := sealer.Open(nil, sealed, rowAAD(&h))
	if err != nil {
		return out, err
	}
	err = json.Unmarshal(plain, &out.Entity)
	out.Version = h.version
	return out, err
}

// Entity implements entity.Store.
func (e *Entities) Entity(ctx context.Context, street, list, id string) (r entity.Row, ok bool, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		r, err = e.row(tx.QueryRow(rowColumns+` WHERE street = ? AND list = ? AND id = ?`, street, list, id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return r, ok, errs.Wrap("read entity", err)
}

// Changes implements entity.Store.
func (e *Entities) Changes(ctx context.Context, street, list, id string) (out []entity.Change, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		var h head
		err := tx.QueryRow(headColumns+` WHERE street = ? AND list = ? AND id = ?`, street, list, id).Scan(h.fields()...)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			out, err = e.changes(tx, &h)
		}
		return err
	})
	return out, errs.Wrap("read entity", err)
}

// Page implements entity.Store.
func (e *Entities) Page(ctx context.Context, f entity.Filter, after string, limit int) (rows []entity.Row, next string, err error) {
	query, args := rowColumns+` WHERE street = ? AND list = ? AND id > ?`, []any{f.Street, f.List, after}
	if f.Place != "" {
		query += ` AND place = ?`
		args = append(args, f.Place)
	}
	if f.Shown {
		query += ` AND shown = 1`
	}
	if f.Open {
		query += ` AND attention = 1`
	}
	query += ` ORDER BY id LIMIT ?`
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		rows = nil
		found, err := tx.Query(query, append(args, limit+1)...)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			r, err := e.row(found)
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return found.Err()
	})
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	return rows, next, errs.Wrap("list entities", err)
}

// Lists implements entity.Store.
func (e *Entities) Lists(ctx context.Context, street string) (out []entity.ListInfo, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		out = nil
		rows, err := tx.Query(`SELECT l.street, l.list,
			(SELECT count(*) FROM entities e WHERE e.street = l.street AND e.list = l.list AND e.shown = 1),
			(SELECT count(*) FROM entities e WHERE e.street = l.street AND e.list = l.list AND e.attention = 1)
			FROM entity_lists l WHERE l.street = ? OR ? = '' ORDER BY l.street, l.list`, street, street)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l entity.ListInfo
			if err := rows.Scan(&l.Street, &l.Name, &l.Entities, &l.Open); err != nil {
				return err
			}
			out = append(out, l)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range out {
			if out[i].Properties, err = texts(tx, `SELECT name FROM entity_columns WHERE street = ? AND list = ? ORDER BY name`, out[i].Street, out[i].Name); err != nil {
				return err
			}
		}
		return nil
	})
	return out, errs.Wrap("entity lists", err)
}

// Mark implements entity.Store.
func (e *Entities) Mark(ctx context.Context, street, list string, places []string) (m entity.Mark, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		m = entity.Mark{}
		if err := tx.QueryRow(`SELECT era, EXISTS (SELECT 1 FROM entity_lists WHERE street = ? AND list = ?) FROM entity_era`, street, list).Scan(&m.Era, &m.Any); err != nil {
			return err
		}
		for part := range slices.Chunk(places, placeBatch) {
			var seq uint64
			if err := tx.QueryRow(`SELECT coalesce(max(seq), 0) FROM entity_places WHERE street = ? AND list = ? AND place IN (`+marks(len(part))+`)`,
				append([]any{street, list}, anys(part)...)...).Scan(&seq); err != nil {
				return err
			}
			m.Seq = max(m.Seq, seq)
		}
		m.Properties, err = texts(tx, `SELECT name FROM entity_columns WHERE street = ? AND list = ? ORDER BY name`, street, list)
		return err
	})
	return m, errs.Wrap("entity list version", err)
}

// placeBatch is how many places are asked for at once.
const placeBatch = 200

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// Since implements entity.Store.
func (e *Entities) Since(ctx context.Context, f entity.Span, limit int) (rows []entity.Row, next uint64, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		rows, next = nil, 0
		found, err := tx.Query(`SELECT street, list, id, place, version, slot, sealed, seq FROM entities
			WHERE street = ? AND list = ? AND place = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, f.Street, f.List, f.Place, f.After, f.UpTo, limit+1)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			if len(rows) == limit {
				return nil
			}
			var at uint64
			r, err := e.row(further{found, &at})
			if err != nil {
				return err
			}
			rows, next = append(rows, r), at
		}
		next = 0
		return found.Err()
	})
	return rows, next, errs.Wrap("entities changed", err)
}

// further scans one column more than a row has.
type further struct {
	scanner
	last any
}

func (f further) Scan(dest ...any) error { return f.scanner.Scan(append(dest, f.last)...) }

// Left implements entity.Store.
func (e *Entities) Left(ctx context.Context, f entity.Span, limit int) (left []entity.Departure, next uint64, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		left, next = nil, 0
		found, err := tx.Query(`SELECT l.seq, e.id, e.place, e.version FROM entity_left l JOIN entities e ON e.ref = l.entity
			WHERE l.street = ? AND l.list = ? AND l.place = ? AND l.seq > ? AND l.seq <= ? ORDER BY l.seq LIMIT ?`, f.Street, f.List, f.Place, f.After, f.UpTo, limit+1)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			if len(left) == limit {
				return nil
			}
			var at uint64
			var d entity.Departure
			if err := found.Scan(&at, &d.ID, &d.Place, &d.Version); err != nil {
				return err
			}
			left, next = append(left, d), at
		}
		next = 0
		return found.Err()
	})
	return left, next, errs.Wrap("entities left", err)
}

// Faults implements entity.Store.
func (e *Entities) Faults(ctx context.Context, street, after string, limit int) (list []entity.Fault, next string, err error) {
	const op = "list entity faults"
	from := int64(0)
	if after != "" {
		if from, err = strconv.ParseInt(after, 10, 64); err != nil {
			return nil, "", errs.New(errs.BadRequest, op, "not a cursor of this list")
		}
	}
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list, next = nil, ""
		rows, err := tx.Query(`SELECT f.ref, f.key, f.sealed, s.slot FROM entity_faults f JOIN entity_sources s ON s.source = f.source
			WHERE f.street = ? AND f.ref > ? ORDER BY f.ref LIMIT ?`, street, from, limit+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		last := int64(0)
		for rows.Next() {
			if len(list) == limit {
				next = strconv.FormatInt(last, 10)
				return nil
			}
			var key, sealed []byte
			var slot uint64
			if err := rows.Scan(&last, &key, &sealed, &slot); err != nil {
				return err
			}
			sealer, err := e.slots.Sealer(slot)
			if keys.IsDestroyed(err) {
				continue
			}
			if err != nil {
				return err
			}
			plain, err := sealer.Open(nil, sealed, append([]byte("entity-fault:"), key...))
			if err != nil {
				return err
			}
			var f entity.Fault
			if err := json.Unmarshal(plain, &f); err != nil {
				return err
			}
			f.Key = hex.EncodeToString(key)
			list = append(list, f)
		}
		return rows.Err()
	})
	return list, next, errs.Wrap(op, err)
}

// DropFault implements entity.Store.
func (e *Entities) DropFault(ctx context.Context, street, key string) error {
	const op = "drop entity fault"
	k, err := hex.DecodeString(key)
	if err != nil {
		return errs.New(errs.NotFound, op, "no such fault")
	}
	return e.write(ctx, op, func(w *writing) error {
		res, err := w.tx.Exec(`DELETE FROM entity_faults WHERE street = ? AND key = ?`, street, k)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errs.New(errs.NotFound, op, "no such fault"))
		}
		return nil
	})
}
