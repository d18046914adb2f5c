package registrydb

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
)

// Erase implements entity.Store. The database forgets first, then the keys go; what a crash leaves in between is done by the
// next erasure or Mend.
func (e *Entities) Erase(ctx context.Context, record string) error {
	const op = "erase from entities"
	source := sourceOf(record)
	done := false
	err := e.write(ctx, op, func(w *writing) error {
		if err := w.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM entity_sources WHERE source = ? AND erased = 1)`, source).Scan(&done); err != nil || done {
			return err
		}
		return w.erase(source)
	})
	if err != nil {
		return err
	}
	if err := e.spend(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	if done {
		return nil
	}
	if err = e.db.file.Checkpoint(ctx); errs.CodeOf(err) == errs.Busy {
		err = nil // a reader is at work; the next idle moment folds the log back
	}
	return errs.Wrap(op, err)
}

func (w *writing) erase(source []byte) error {
	refs, err := numbers(w.tx, `SELECT DISTINCT entity FROM entity_changes WHERE source = ? ORDER BY entity`, source)
	if err != nil {
		return err
	}
	gone, err := w.valuesOf(source)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`INSERT INTO entity_spent (slot) SELECT slot FROM entity_sources WHERE source = ? AND slot > 0 ON CONFLICT DO NOTHING`,
		`INSERT INTO entity_sources (source, slot, erased) VALUES (?, 0, 1) ON CONFLICT (source) DO UPDATE SET erased = 1`,
		`UPDATE entity_changes SET sealed = '' WHERE source = ?`,
		`DELETE FROM entity_faults WHERE source = ?`,
	} {
		if _, err := w.tx.Exec(q, source); err != nil {
			return err
		}
	}
	for _, ref := range refs {
		if err := w.rederive(ref, gone[ref]); err != nil {
			return err
		}
	}
	return nil
}

func numbers(tx *dbfile.Tx, query string, args ...any) (list []int64, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// written is a value somebody wrote at a property.
type written struct{ name, value string }

// valuesOf returns what a record wrote, by entity.
func (w *writing) valuesOf(source []byte) (map[int64]map[written]bool, error) {
	rows, err := w.tx.Query(`SELECT c.entity, c.key, c.sealed, s.slot FROM entity_changes c JOIN entity_sources s ON s.source = c.source WHERE c.source = ?`, source)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]map[written]bool{}
	for rows.Next() {
		var ref int64
		var key, sealed []byte
		var slot uint64
		if err := rows.Scan(&ref, &key, &sealed, &slot); err != nil {
			return nil, err
		}
		values, err := w.values(slot, sealed, key)
		if err != nil {
			return nil, err
		}
		if out[ref] == nil {
			out[ref] = map[written]bool{}
		}
		for name, value := range values {
			out[ref][written{name, value}] = true
		}
	}
	return out, rows.Err()
}

// rederive derives an entity under a new key and spends the old one. What the office wrote and is one of the values that are
// gone goes with them: it was copied from there.
func (w *writing) rederive(ref int64, gone map[written]bool) error {
	var h head
	if err := w.tx.QueryRow(headColumns+` WHERE ref = ?`, ref).Scan(h.fields()...); err != nil {
		return err
	}
	slot, err := w.fresh()
	if err != nil {
		return err
	}
	sealer, err := w.slots.Sealer(slot)
	if err != nil {
		return err
	}
	if err := w.resealOffice(&h, sealer, gone); err != nil {
		return err
	}
	if _, err := w.tx.Exec(`INSERT INTO entity_spent (slot) VALUES (?) ON CONFLICT DO NOTHING`, h.slot); err != nil {
		return err
	}
	if _, err := w.tx.Exec(`UPDATE entities SET slot = ? WHERE ref = ?`, slot, ref); err != nil {
		return err
	}
	_, err = w.derive(ref, h.version+1)
	return err
}

func (w *writing) resealOffice(h *head, to *keys.Sealer, gone map[written]bool) error {
	rows, err := w.tx.Query(`SELECT ref, key, sealed FROM entity_changes WHERE entity = ? AND length(source) = 0`, h.ref)
	if err != nil {
		return err
	}
	type change struct {
		ref         int64
		key, sealed []byte
	}
	var list []change
	for rows.Next() {
		var c change
		if err := rows.Scan(&c.ref, &c.key, &c.sealed); err != nil {
			rows.Close()
			return err
		}
		list = append(list, c)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for _, c := range list {
		values, err := w.values(h.slot, c.sealed, c.key)
		if err != nil {
			return err
		}
		if values == nil { // they were sealed under a key that is gone
			if _, err := w.tx.Exec(`UPDATE entity_changes SET sealed = '' WHERE ref = ?`, c.ref); err != nil {
				return err
			}
			continue
		}
		for name, value := range values {
			if gone[written{name, value}] {
				values[name] = ""
			}
		}
		sealed, err := sealValues(to, values, c.key)
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(`UPDATE entity_changes SET sealed = ? WHERE ref = ?`, sealed, c.ref); err != nil {
			return err
		}
	}
	return nil
}

// spend destroys keys that are of no more use.
func (e *Entities) spend(ctx context.Context) error {
	var list []int64
	err := e.db.file.Read(ctx, func(tx *dbfile.Tx) (err error) {
		list, err = numbers(tx, `SELECT slot FROM entity_spent`)
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	slots := make([]uint64, len(list))
	for i, s := range list {
		slots[i] = uint64(s)
	}
	if err := e.slots.Destroy(slots...); err != nil {
		return err
	}
	return e.db.file.Write(ctx, func(tx *dbfile.Tx) error {
		for _, s := range list {
			if _, err := tx.Exec(`DELETE FROM entity_spent WHERE slot = ?`, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// versionGap is how far server versions move on after a restore: further than a backup can be behind.
const versionGap = 1000

// mendBatch is how many entities are looked at in one transaction.
const mendBatch = 500

// Mend implements entity.Store.
func (e *Entities) Mend(ctx context.Context, epoch string) (n int, err error) {
	const op = "mend entities"
	era := ""
	if err := e.db.file.Read(ctx, func(tx *dbfile.Tx) error { return tx.QueryRow(`SELECT era FROM entity_era`).Scan(&era) }); err != nil || era == epoch {
		return 0, errs.Wrap(op, err)
	}
	for after := int64(0); err == nil; {
		var refs []int64
		mended := 0
		err = e.write(ctx, op, func(w *writing) (err error) {
			mended = 0
			if refs, err = numbers(w.tx, `SELECT ref FROM entities WHERE ref > ? ORDER BY ref LIMIT ?`, after, mendBatch); err != nil {
				return err
			}
			for _, ref := range refs {
				whole, err := w.whole(ref)
				if err != nil {
					return err
				}
				if whole {
					continue
				}
				mended++
				if err := w.rederive(ref, nil); err != nil {
					return err
				}
			}
			return nil
		})
		n += mended
		if len(refs) < mendBatch {
			break
		}
		after = refs[len(refs)-1]
	}
	if err != nil {
		return n, err
	}
	err = e.write(ctx, op, func(w *writing) error {
		if era != "" { // not the first start
			if _, err := w.tx.Exec(`UPDATE entities SET version = version + ?`, versionGap); err != nil {
				return err
			}
		}
		_, err := w.tx.Exec(`UPDATE entity_era SET era = ?`, epoch)
		return err
	})
	if err != nil {
		return n, err
	}
	return n, errs.Wrap(op, e.spend(ctx))
}

// whole reports whether everything of an entity can be opened that its row was derived from.
func (w *writing) whole(ref int64) (bool, error) {
	slots, err := numbers(w.tx, `SELECT slot FROM entities WHERE ref = ? UNION
		SELECT s.slot FROM entity_changes c JOIN entity_sources s ON s.source = c.source WHERE c.entity = ? AND s.erased = 0`, ref, ref)
	if err != nil {
		return false, err
	}
	for _, slot := range slots {
		switch _, err := w.slots.Sealer(uint64(slot)); {
		case keys.IsDestroyed(err):
			return false, nil
		case err != nil:
			return false, err
		}
	}
	return true, nil
}

// Replayed implements entity.Store.
func (e *Entities) Replayed(ctx context.Context) (n uint64, err error) {
	err = e.db.file.Read(ctx, func(tx *dbfile.Tx) error {
		return tx.QueryRow(`SELECT replayed FROM entity_era`).Scan(&n)
	})
	return n, errs.Wrap("erasures carried out", err)
}

// NoteReplayed implements entity.Store.
func (e *Entities) NoteReplayed(ctx context.Context, n uint64) error {
	return e.write(ctx, "note erasures", func(w *writing) error {
		_, err := w.tx.Exec(`UPDATE entity_era SET replayed = ?`, n)
		return err
	})
}
