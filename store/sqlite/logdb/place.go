package logdb

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Place is where a log stands in one snapshot.
type Place struct {
	Epoch   string
	Heads   []sync.Head
	Have    map[string]uint64 // highest seq stored of each device
	Records int64
	Lines   int64
}

// PlaceIn reads where the log stands in a snapshot of its file.
func (l *Log) PlaceIn(tx *dbfile.Tx) (p Place, err error) {
	r := &reader{l: l, tx: tx}
	if p.Epoch, _, err = r.Epoch(); err != nil {
		return p, err
	}
	if p.Heads, err = r.Heads(); err != nil {
		return p, err
	}
	p.Have = map[string]uint64{}
	rows, err := tx.Query("SELECT id, have FROM devices WHERE known = 1")
	if err != nil {
		return p, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var have uint64
		if err := rows.Scan(&id, &have); err != nil {
			return p, err
		}
		p.Have[id] = have
	}
	if err := rows.Err(); err != nil {
		return p, err
	}
	err = tx.QueryRow("SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM lines)").Scan(&p.Records, &p.Lines)
	return p, err
}

// Unreadable lists the records, erased ones left out, whose key is destroyed: they were erased, or some of their values
// withheld, after the backup that brought them back.
func (l *Log) Unreadable(ctx context.Context) (out []string, err error) {
	err = l.file.Read(ctx, func(tx *dbfile.Tx) error {
		out = nil
		rows, err := tx.Query("SELECT id, slot FROM records WHERE status <> ? ORDER BY no", sync.StatusErased)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			var slot uint64
			if err := rows.Scan(&id, &slot); err != nil {
				return err
			}
			if _, err := l.Slots.Sealer(slot); keys.IsDestroyed(err) {
				out = append(out, id)
			} else if err != nil {
				return errs.Wrap("record "+id, err)
			}
		}
		return rows.Err()
	})
	return out, errs.Wrap("look for unreadable records", err)
}

// Forget empties a record whose key is destroyed though it was not erased: what was withheld after the backup. Its lines
// keep their ids and turns, without values; prefixes are what was withheld.
func (l *Log) Forget(ctx context.Context, record string, prefixes []string) error {
	return errs.Wrap("forget", l.Update(ctx, func(tx sync.Tx) error { return tx.(*txn).forget(record, prefixes) }))
}

func (t *txn) forget(record string, prefixes []string) error {
	rec, err := scanRecord(t.tx.QueryRow(fullRecord+"WHERE r.id = ?", record))
	if err != nil {
		return err
	}
	slot, err := t.g.slot()
	if err != nil {
		return err
	}
	if err := t.forgetSubmissions(rec.no); err != nil {
		return err
	}
	var turns []crdt.Turn
	turns = make([]crdt.Turn, rec.Orders)
	for l, err := range t.lines(noBody+ofRecord, record) {
		if err != nil {
			return err
		}
		if l.Status != sync.Void || len(l.reason) > 0 {
			l.Stripped = l.Stripped || l.Status != sync.Void
			if err := t.replaceBody(l, slot, nil); err != nil {
				return err
			}
		}
		if l.Order == 0 || l.Order > rec.Orders {
			continue
		}
		turn := crdt.Turn{Dot: crdt.Dot{Device: l.Device, Seq: l.DevSeq}, Eff: l.Effective}
		if l.Status == sync.Merged {
			if turn.Set, err = sync.DecodeLine(&l.Line); err != nil {
				return err
			}
		}
		turns[l.Order-1] = turn
	}
	var e encoder
	crc := e.record(&rec.Record, int64(slot))
	if _, err := t.tx.Exec("UPDATE records SET slot = ?, crc = ? WHERE no = ?", int64(slot), crc, rec.no); err != nil {
		return err
	}
	if rec.sealed == nil {
		return nil
	}
	key, err := t.l.Slots.Sealer(slot)
	if err != nil {
		return err
	}
	rec.State = crdt.Replay(func(yield func(crdt.Turn) bool) {
		for _, turn := range turns {
			if !yield(turn) {
				return
			}
		}
	})
	for _, p := range prefixes {
		rec.State.Withhold(p)
	}
	rec.Digest = rec.State.Digest()
	state, err := t.l.seal(key, sealState, []byte(record), rec.State.AppendBinary(nil), &t.g.scratch)
	if err != nil {
		return err
	}
	if _, err := t.tx.Exec("UPDATE states SET state = ?, packed = NULL WHERE no = ?", state, rec.no); err != nil {
		return err
	}
	var again encoder
	_, err = t.tx.Exec("UPDATE records SET digest = ?, crc = ? WHERE no = ?", rec.Digest[:], again.record(&rec.Record, int64(slot)), rec.no)
	return err
}

// Whereabouts is what the log knows of a record without opening anything.
type Whereabouts struct {
	Known, Erased bool
	Street, Grid  string
	Unsettled     []sync.Line // without bodies
}

// WhereIs tells what is known of a record, for erasing it where its key is gone.
func (t *txn) WhereIs(record string) (w Whereabouts, err error) {
	ref, err := t.recordRef(record)
	if err != nil || ref == nil {
		return w, err
	}
	w.Known, w.Erased, w.Street, w.Grid = true, ref.erased, ref.street, ref.grid
	for l, err := range t.lines(noBody+ofRecord+"AND l.ord = 0 ORDER BY l.place", record) {
		if err != nil {
			return w, err
		}
		if w.Street == "" {
			w.Street, w.Grid = l.Street, l.Grid
		}
		w.Unsettled = append(w.Unsettled, l.Line)
	}
	return w, nil
}
