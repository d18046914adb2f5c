package registrydb

import (
	"context"
	"database/sql"
	"errors"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

// writing is one transaction on entity tables. What many changes of one list move alike is written once, at its end.
type writing struct {
	*Entities
	tx      *dbfile.Tx
	seqs    map[listKey]uint64
	places  map[placeKey]uint64
	columns map[placeKey]bool // the place is the column's name
}

type listKey struct{ street, list string }

type placeKey struct{ street, list, place string }

func (e *Entities) write(ctx context.Context, op string, fn func(w *writing) error) error {
	return errs.Wrap(op, e.db.file.Write(ctx, func(tx *dbfile.Tx) error {
		w := &writing{e, tx, map[listKey]uint64{}, map[placeKey]uint64{}, map[placeKey]bool{}}
		if err := fn(w); err != nil {
			return err
		}
		return w.flush()
	}))
}

func (w *writing) flush() error {
	for k, seq := range w.seqs {
		if _, err := w.tx.Exec(`INSERT INTO entity_lists (street, list, seq) VALUES (?, ?, ?) ON CONFLICT (street, list) DO UPDATE SET seq = excluded.seq`, k.street, k.list, seq); err != nil {
			return err
		}
	}
	for k, seq := range w.places {
		if _, err := w.tx.Exec(`INSERT INTO entity_places (street, list, place, seq) VALUES (?, ?, ?, ?) ON CONFLICT (street, list, place) DO UPDATE SET seq = excluded.seq`,
			k.street, k.list, k.place, seq); err != nil {
			return err
		}
	}
	for k := range w.columns {
		if _, err := w.tx.Exec(`INSERT INTO entity_columns (street, list, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, k.street, k.list, k.place); err != nil {
			return err
		}
	}
	return nil
}

// entity returns an entity's row, a new one where there is none, and how many changes it has.
func (w *writing) entity(street, list, id string) (ref, version int64, held int, err error) {
	err = w.tx.QueryRow(`SELECT ref, version, (SELECT count(*) FROM entity_changes c WHERE c.entity = e.ref) FROM entities e WHERE street = ? AND list = ? AND id = ?`,
		street, list, id).Scan(&ref, &version, &held)
	if !errors.Is(err, sql.ErrNoRows) {
		return ref, version, held, err
	}
	slot, err := w.fresh()
	if err != nil {
		return 0, 0, 0, err
	}
	seq, err := w.nextSeq(street, list)
	if err != nil {
		return 0, 0, 0, err
	}
	res, err := w.tx.Exec(`INSERT INTO entities (street, list, id, place, version, seq, shown, attention, slot, sealed) VALUES (?, ?, ?, ?, 0, ?, 0, 0, ?, '')`,
		street, list, id, street, seq, slot)
	if err == nil {
		ref, err = res.LastInsertId()
	}
	return ref, 0, 0, err
}

// nextSeq takes the next number of a list's changes.
func (w *writing) nextSeq(street, list string) (uint64, error) {
	k := listKey{street, list}
	seq, known := w.seqs[k]
	if !known {
		err := w.tx.QueryRow(`SELECT seq FROM entity_lists WHERE street = ? AND list = ?`, street, list).Scan(&seq)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
	}
	w.seqs[k] = seq + 1
	return seq + 1, nil
}

// move notes that an entity changed in its place, and that it left another.
func (w *writing) move(h *head, place string, seq uint64) error {
	w.places[placeKey{h.street, h.list, place}] = seq
	if h.place == place || !h.shown {
		return nil
	}
	w.places[placeKey{h.street, h.list, h.place}] = seq
	_, err := w.tx.Exec(`INSERT INTO entity_left (street, list, place, seq, entity) VALUES (?, ?, ?, ?, ?)`, h.street, h.list, h.place, seq, h.ref)
	return err
}
