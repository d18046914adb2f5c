package logdb

import "context"

// Retire implements sync.Tx.
func (t *txn) Retire(street, record, into string) error {
	ref, err := t.numbered(record)
	if err != nil {
		return err
	}
	to, err := t.numbered(into)
	if err != nil {
		return err
	}
	if err := t.end(street, record, false); err != nil {
		return err
	}
	before, err := t.retiredInto(ref.no)
	if err != nil {
		return err
	}
	for _, no := range append(before, ref.no) {
		if _, err := t.tx.Exec("INSERT OR REPLACE INTO retired (rec, into_rec, crc) VALUES (?, ?, ?)", int64(no), int64(to.no), retiredCRC(int64(no), int64(to.no))); err != nil {
			return err
		}
	}
	return nil
}

func retiredCRC(rec, into int64) int64 {
	var e encoder
	e.int(rec)
	e.int(into)
	return e.crc()
}

func (r *reader) retiredInto(rec uint64) ([]uint64, error) {
	rows, err := r.tx.Query("SELECT rec FROM retired WHERE into_rec = ? ORDER BY rec", int64(rec))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uint64
	for rows.Next() {
		var no uint64
		if err := rows.Scan(&no); err != nil {
			return nil, err
		}
		out = append(out, no)
	}
	return out, rows.Err()
}

// Retired implements sync.Tx.
func (t *txn) Retired(record string) ([]string, error) {
	ref, err := t.recordRef(record)
	if err != nil || ref == nil {
		return nil, err
	}
	list, err := t.retiredInto(ref.no)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, no := range list {
		if err := t.tx.QueryRow("SELECT id FROM records WHERE no = ?", int64(no)).Scan(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// destroyRetired destroys the keys of records that went into one that is erased.
func (t *txn) destroyRetired(rec uint64) error {
	list, err := t.retiredInto(rec)
	if err != nil {
		return err
	}
	for _, no := range list {
		var slot uint64
		if err := t.tx.QueryRow("SELECT slot FROM records WHERE no = ?", int64(no)).Scan(&slot); err != nil {
			return err
		}
		if err := t.destroySlot(slot); err != nil {
			return err
		}
	}
	return nil
}

// Retired returns the records that went into this one.
func (l *Log) Retired(ctx context.Context, record string) (out []string, err error) {
	err = l.view(ctx, func(r *reader) error {
		rows, err := r.tx.Query("SELECT (SELECT r.id FROM records r WHERE r.no = t.rec) FROM retired t WHERE t.into_rec = (SELECT no FROM records WHERE id = ?) ORDER BY t.rec", record)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out = append(out, id)
		}
		return rows.Err()
	})
	return out, err
}
