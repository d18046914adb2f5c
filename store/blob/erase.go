package blob

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

// EraseRecord forgets what an erased record names, and destroys what nobody else names. It may be repeated.
func (s *Store) EraseRecord(ctx context.Context, stream, record string) error {
	const op = "erase attachments"
	return errs.Wrap(op, s.alone(func() error {
		var gone []id
		err := s.file.Read(ctx, func(tx *dbfile.Tx) (err error) {
			gone, err = onlyOf(tx, stream, record)
			return err
		})
		if err != nil {
			return err
		}
		// The keys first, the references last: whatever interrupts, doing it again finishes it.
		for _, i := range gone {
			if err := s.destroy(ctx, i); err != nil {
				return err
			}
		}
		return s.file.Write(ctx, func(tx *dbfile.Tx) error {
			_, err := tx.Exec("DELETE FROM refs WHERE stream = ? AND record = ?", stream, record)
			return err
		})
	}))
}

// onlyOf lists what a record names and no other does.
func onlyOf(tx *dbfile.Tx, stream, record string) (out []id, err error) {
	rows, err := tx.Query(`SELECT id FROM refs AS mine WHERE stream = ?1 AND record = ?2 AND NOT EXISTS
		(SELECT 1 FROM refs WHERE id = mine.id AND (stream <> ?1 OR record <> ?2))`, stream, record)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		out = append(out, id(raw))
	}
	return out, rows.Err()
}

// EraseFor returns what the log of a stream calls when no record of that stream names a hash any more: unless the other
// stream's records do, its key is destroyed and its file removed. It may be repeated.
func (s *Store) EraseFor(stream string) func(hash [32]byte) error {
	return func(hash [32]byte) error {
		const op = "erase attachment"
		ctx := context.Background()
		i := s.idOf(hash[:])
		return errs.Wrap(op, s.alone(func() error {
			var others int
			err := s.file.Read(ctx, func(tx *dbfile.Tx) error {
				return tx.QueryRow("SELECT count(*) FROM refs WHERE id = ? AND stream <> ?", i[:], stream).Scan(&others)
			})
			if err != nil {
				return err
			}
			if others == 0 {
				return s.destroy(ctx, i)
			}
			return s.file.Write(ctx, func(tx *dbfile.Tx) error {
				_, err := tx.Exec("DELETE FROM refs WHERE id = ? AND stream = ?", i[:], stream)
				return err
			})
		}))
	}
}

// destroy ends an attachment: its key, its file, its rows, in this order. The lock is held.
func (s *Store) destroy(ctx context.Context, i id) error {
	r, ok, err := s.row(ctx, i)
	if err != nil && errs.CodeOf(err) != errs.Damaged {
		return err
	}
	if err := s.dropFile(i, r); err != nil {
		return err
	}
	if err == nil && !ok {
		return nil
	}
	return s.file.Write(ctx, func(tx *dbfile.Tx) error {
		if _, err := tx.Exec("DELETE FROM refs WHERE id = ?", i[:]); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM blobs WHERE id = ?", i[:])
		return err
	})
}
