package logdb

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Erase implements sync.Tx. The key is destroyed after the commit; a crash before that is made good at the next start,
// from table destroying.
func (t *txn) Erase(street, record string) error { return t.end(street, record, true) }

// end strips a record of everything but its marker; its key goes with it where destroy is set.
func (t *txn) end(street, record string, destroy bool) error {
	const op = "erase"
	s, err := t.street(street)
	if err != nil {
		return err
	}
	ref, err := t.numbered(record)
	if err != nil {
		return err
	}
	if err := t.materialise(); err != nil {
		return err
	}
	if ref.erased {
		return nil
	}
	t.stripped = true
	before, err := t.uncount(ref)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if before.counted {
		t.g.pruned[before.tally.form] = true
	}
	for l, err := range t.lines(noBody+ofRecord, record) {
		if err != nil {
			return err
		}
		l.Stripped, l.Reason = false, ""
		if err := t.replaceBody(l, ref.slot, nil); err != nil {
			return err
		}
	}
	marker := sync.Record{ID: record, Street: street, Changed: s.head.Seq}
	marker.Status = sync.StatusErased
	no := s.no
	if before.stored {
		marker.Street, marker.Grid = before.street, before.grid
		if no, _, err = t.streetNo(before.street); err != nil {
			return err
		}
	}
	var e encoder
	crc := e.record(&marker, int64(ref.slot))
	if _, err := t.tx.Exec(`UPDATE records SET street = ?, grid = ?, form = '', version = '', author = '', assignees = '', digest = x'', created = NULL,
		changed = ?, orders = 0, submitted = 0, case_no = NULL, status = ?, conflicts = '', flags = '', open = 0, edit_until = 0, crc = ? WHERE no = ?`,
		no, marker.Grid, placeOf(s.no, s.head.Seq), marker.Status, crc, int64(ref.no)); err != nil {
		return err
	}
	for _, q := range [...]string{"DELETE FROM states WHERE no = ?", "DELETE FROM withdrawals WHERE rec = ?"} {
		if _, err := t.tx.Exec(q, int64(ref.no)); err != nil {
			return err
		}
	}
	if err := t.dropBlobs(ref, nil); err != nil {
		return err
	}
	if err := t.eraseSubmissions(ref.no); err != nil {
		return err
	}
	if destroy {
		if err := t.destroySlot(ref.slot); err != nil {
			return err
		}
		if err := t.destroyRetired(ref.no); err != nil {
			return err
		}
	}
	ref.stored, ref.erased, ref.counted, ref.withdraw = true, true, false, false
	ref.street, ref.grid = marker.Street, marker.Grid
	return nil
}

// Withhold implements sync.Tx. What stays of the record is sealed anew under another key and the old one is destroyed, so
// that the values are gone from backups too.
func (t *txn) Withhold(record string, prefixes []string) error {
	const op = "withhold"
	ref, err := t.recordRef(record)
	if err != nil || ref == nil || ref.erased {
		return err
	}
	if err := t.materialise(); err != nil {
		return err
	}
	t.stripped = true
	slot, err := t.g.slot()
	if err != nil {
		return err
	}
	key, err := t.l.Slots.Sealer(slot)
	if err != nil {
		return err
	}
	var kept [][32]byte
	for l, err := range t.lines(withBody+ofRecord, record) {
		if err != nil {
			return err
		}
		if l.Body == nil {
			if l.Reason != "" {
				if err := t.replaceBody(l, slot, nil); err != nil {
					return err
				}
			}
			continue
		}
		body, taken, err := sync.Strip(l.Body, prefixes)
		if err != nil {
			return errs.Wrap(op, err)
		}
		l.Stripped = l.Stripped || taken
		kept = append(kept, blobsIn(body)...)
		var sealed []byte
		if body != nil {
			if sealed, err = t.l.seal(key, sealBody, l.ID[:], body, &t.g.scratch); err != nil {
				return err
			}
		}
		if err := t.replaceBody(l, slot, sealed); err != nil {
			return err
		}
	}
	if err := t.withholdSubmissions(ref, slot, kept); err != nil {
		return err
	}
	if err := t.reseal(record, slot, prefixes); err != nil {
		return err
	}
	if err := t.dropBlobs(ref, kept); err != nil {
		return err
	}
	t.g.pruned[ref.tally.form] = true
	before := *ref
	t.g.onUndo(func() { *ref = before })
	ref.slot = slot
	return t.destroySlot(before.slot)
}

// reseal moves a record's row, state and packed row to another key. The engine puts the stripped state behind it.
func (t *txn) reseal(record string, slot uint64, prefixes []string) error {
	rec, err := scanRecord(t.tx.QueryRow(fullRecord+"WHERE r.id = ?", record))
	if err != nil {
		return err
	}
	key, err := t.l.Slots.Sealer(slot)
	if err != nil {
		return err
	}
	if rec.sealed != nil {
		s, err := t.state(rec)
		if err != nil {
			return err
		}
		for _, p := range prefixes {
			s.Withhold(p)
		}
		state, err := t.l.seal(key, sealState, []byte(record), s.AppendBinary(nil), &t.g.scratch)
		if err != nil {
			return err
		}
		// The packed row is kept for what it adds to aggregates; PutRecord replaces it in the same transaction.
		var packed []byte
		if rec.packed != nil {
			plain, err := t.l.unseal(rec.slot, sealPacked, []byte(record), rec.packed, "record "+record)
			if err != nil {
				return err
			}
			_, adds, err := splitPacked(plain)
			if err != nil {
				return err
			}
			var e encoder
			e.bytes(nil)
			if packed, err = t.l.seal(key, sealPacked, []byte(record), append(e, adds...), &t.g.scratch); err != nil {
				return err
			}
		}
		if _, err := t.tx.Exec("UPDATE states SET state = ?, packed = ? WHERE no = ?", state, packed, rec.no); err != nil {
			return err
		}
	}
	var e encoder
	_, err = t.tx.Exec("UPDATE records SET slot = ?, crc = ? WHERE no = ?", int64(slot), e.record(&rec.Record, int64(slot)), rec.no)
	return err
}

// replaceBody stores another sealed body of a line, its Stripped, and its Reason under the key of slot.
func (t *txn) replaceBody(l *storedLine, slot uint64, sealed []byte) error {
	reason, err := t.l.sealReason(slot, &l.Line, &t.g.scratch)
	if err != nil {
		return err
	}
	var e encoder
	e.fixedLine(&l.Line)
	_, err = t.tx.Exec("UPDATE lines SET body = ?, reason = ?, stripped = ?, crc = ? WHERE place = ?", sealed, orEmpty(reason), l.Stripped,
		e.lineCRC(&l.Line, l.chain, reason), l.place)
	return err
}

// dropBlobs ends the record's references to attachments but those kept; one that nobody names any more is destroyed.
func (t *txn) dropBlobs(ref *recordRef, kept [][32]byte) error {
	rows, err := t.tx.Query("SELECT hash FROM blob_refs WHERE rec = ?", int64(ref.no))
	if err != nil {
		return err
	}
	defer rows.Close()
	var gone [][32]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		gone = append(gone, hash32(b))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, hash := range gone {
		stays := false
		for _, k := range kept {
			stays = stays || k == hash
		}
		if stays {
			continue
		}
		if _, err := t.tx.Exec("DELETE FROM blob_refs WHERE hash = ? AND rec = ?", hash[:], int64(ref.no)); err != nil {
			return err
		}
		var others int
		if err := t.tx.QueryRow("SELECT count(*) FROM blob_refs WHERE hash = ?", hash[:]).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			continue
		}
		res, err := t.tx.Exec("INSERT INTO destroying (blob) VALUES (?)", hash[:])
		if err != nil {
			return err
		}
		if t.l.EraseBlob == nil {
			continue // the row waits for who opens the log with the attachments at hand
		}
		g := t.g
		before := g.blobs
		g.onUndo(func() { g.blobs = before })
		g.blobs = append(slices.Clip(before), hash)
		if err := t.willDestroy(res); err != nil {
			return err
		}
	}
	return nil
}

// destroySlot has a key destroyed once the transaction is committed.
func (t *txn) destroySlot(slot uint64) error {
	res, err := t.tx.Exec("INSERT INTO destroying (slot) VALUES (?)", int64(slot))
	if err != nil {
		return err
	}
	g := t.g
	g.onUndo(func() { g.slots = g.slots[:len(g.slots)-1] })
	g.slots = append(g.slots, slot)
	return t.willDestroy(res)
}

// willDestroy has the row forgotten by the first commit after the one that destroyed what it names.
func (t *txn) willDestroy(res interface{ LastInsertId() (int64, error) }) error {
	no, err := res.LastInsertId()
	if err != nil {
		return err
	}
	g := t.g
	g.onUndo(func() { g.rows = g.rows[:len(g.rows)-1] })
	g.rows = append(g.rows, no)
	return nil
}

// erasedState is what a reader is given of an erased record.
func erasedState() *crdt.State { return &crdt.State{Erased: true} }
