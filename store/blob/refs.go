package blob

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
)

// Ref is a record for which an attachment was sent.
type Ref struct {
	Stream string // answers, registry
	Record string
	Name   string // sha256-<hex>.<ext>
	Device string // that sent it
	At     int64  // ms; Accept and Ref fill it in

	ext string
}

// Info is what is known of a stored attachment.
type Info struct {
	Size   int64
	Stored int64 // ms
	Refs   []Ref // by stream, then record
}

// Admit reports whether a device may send an attachment for a record: limits of one record and of the device's day.
// Code over-quota. Accept asks again.
func (s *Store) Admit(ctx context.Context, ref Ref, size int64) error {
	const op = "admit attachment"
	i, ref, err := s.complete(op, ref)
	if err != nil {
		return err
	}
	if size > limits.AttachmentBytes {
		return errs.New(errs.TooLarge, op, "%d bytes, at most %d", size, limits.AttachmentBytes)
	}
	return errs.Wrap(op, s.file.Read(ctx, func(tx *dbfile.Tx) error {
		_, err := s.admit(tx, i, ref, size)
		return err
	}))
}

// Accept is Put for a record: the reference becomes durable with the bytes, and the size counts for the device's day once.
// Codes: those of Put and Admit.
func (s *Store) Accept(ctx context.Context, ref Ref, size int64, r io.Reader) error {
	const op = "accept attachment"
	i, ref, err := s.complete(op, ref)
	if err != nil {
		return err
	}
	return errs.Wrap(op, s.put(ctx, ref.Name, size, r, func(tx *dbfile.Tx) error {
		known, err := s.admit(tx, i, ref, size)
		if err != nil || known {
			return err
		}
		if err := insertRef(tx, i, ref); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO used (device, day, bytes) VALUES (?, ?, ?)
			ON CONFLICT (device, day) DO UPDATE SET bytes = bytes + excluded.bytes`, ref.Device, s.day(), size)
		return err
	}))
}

// Ref notes that a record names a stored attachment. Code not-found where its bytes are not there.
func (s *Store) Ref(ctx context.Context, ref Ref) error {
	const op = "name attachment"
	i, ref, err := s.complete(op, ref)
	if err != nil {
		return err
	}
	return errs.Wrap(op, s.alone(func() error {
		return s.file.Write(ctx, func(tx *dbfile.Tx) error {
			if _, ok, err := load(tx, i); err != nil || !ok {
				return errors.Join(err, errs.New(errs.NotFound, op, "%s has not arrived", ref.Name))
			}
			return insertRef(tx, i, ref)
		})
	}))
}

// Unref forgets what a record names. The bytes stay until Sweep finds that nobody names them.
func (s *Store) Unref(ctx context.Context, stream, record string) error {
	return errs.Wrap("unname attachments", s.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("DELETE FROM refs WHERE stream = ? AND record = ?", stream, record)
		return err
	}))
}

func (s *Store) complete(op string, ref Ref) (id, Ref, error) {
	hash, ext, err := parseName(op, ref.Name)
	if err != nil {
		return id{}, ref, err
	}
	if ref.Stream == "" || ref.Record == "" {
		return id{}, ref, errs.New(errs.Invalid, op, "no record")
	}
	ref.ext, ref.At = ext, clock.Millis(s.Clock.Now())
	return s.idOf(hash), ref, nil
}

func (s *Store) day() string { return s.Clock.Now().In(s.Zone).Format(time.DateOnly) }

func (s *Store) admit(tx *dbfile.Tx, i id, ref Ref, size int64) (known bool, err error) {
	const op = "admit attachment"
	var others int
	err = tx.QueryRow(`SELECT count(*) FILTER (WHERE id = ?1) > 0, count(*) FILTER (WHERE id <> ?1) FROM refs WHERE stream = ?2 AND record = ?3`,
		i[:], ref.Stream, ref.Record).Scan(&known, &others)
	if err != nil || known {
		return known, err
	}
	if others >= limits.AttachmentPerRecord {
		return false, errs.New(errs.OverQuota, op, "record %s has %d attachments", ref.Record, others)
	}
	var used int64
	err = tx.QueryRow("SELECT bytes FROM used WHERE device = ? AND day = ?", ref.Device, s.day()).Scan(&used)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if used+size > limits.AttachmentDayBytes {
		return false, errs.New(errs.OverQuota, op, "device %s sent %d bytes today", ref.Device, used).
			WithHint("The rest goes tomorrow by itself.")
	}
	return false, nil
}

func insertRef(tx *dbfile.Tx, i id, ref Ref) error {
	_, err := tx.Exec("INSERT OR IGNORE INTO refs (id, stream, record, ext, device, at, crc) VALUES (?, ?, ?, ?, ?, ?, ?)",
		i[:], ref.Stream, ref.Record, ref.ext, ref.Device, ref.At, ref.crc(i))
	return err
}

func refsOf(tx *dbfile.Tx, i id) (out []Ref, err error) {
	rows, err := tx.Query("SELECT stream, record, ext, device, at, crc FROM refs WHERE id = ? ORDER BY stream, record", i[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Ref
		var crc int64
		if err := rows.Scan(&r.Stream, &r.Record, &r.ext, &r.Device, &r.At, &crc); err != nil {
			return nil, err
		}
		if crc != r.crc(i) {
			return nil, errs.New(errs.Damaged, "attachments", "a reference to %s does not pass its check", shown(i))
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// there returns the row of an attachment whose key lives.
func (s *Store) there(tx *dbfile.Tx, op string, i id) (row, error) {
	r, ok, err := load(tx, i)
	if err != nil {
		return r, err
	}
	if ok {
		_, err := s.Slots.Sealer(r.slot)
		if err == nil || !keys.IsDestroyed(err) {
			return r, err
		}
	}
	return r, errs.New(errs.NotFound, op, "no such attachment")
}

// Stat returns what is known of an attachment by the hash of its bytes (64 hex digits). Code not-found, also after erasure.
func (s *Store) Stat(ctx context.Context, hash string) (Info, error) {
	const op = "look for attachment"
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != 32 {
		return Info{}, errs.New(errs.NotFound, op, "not a hash")
	}
	var info Info
	err = s.file.Read(ctx, func(tx *dbfile.Tx) error {
		i := s.idOf(raw)
		r, err := s.there(tx, op, i)
		if err != nil {
			return err
		}
		info.Size, info.Stored = r.size, r.stored
		info.Refs, err = refsOf(tx, i)
		for n := range info.Refs {
			info.Refs[n].Name = "sha256-" + hex.EncodeToString(raw) + "." + info.Refs[n].ext
		}
		return err
	})
	return info, errs.Wrap(op, err)
}

// Missing returns those of the names that are not there.
func (s *Store) Missing(ctx context.Context, names []string) (out []string, err error) {
	const op = "look for attachments"
	err = s.file.Read(ctx, func(tx *dbfile.Tx) error {
		for _, name := range names {
			hash, _, err := parseName(op, name)
			if err == nil {
				_, err = s.there(tx, op, s.idOf(hash))
			}
			switch errs.CodeOf(err) {
			case "":
			case errs.NotFound, errs.Invalid:
				out = append(out, name)
			default:
				return err
			}
		}
		return nil
	})
	return out, errs.Wrap(op, err)
}

// Open opens an attachment by name or by the hash of its bytes; ranges are read without the rest. Codes: not-found (also
// after erasure), damaged; reading returns damaged where a chunk is not what was stored.
func (s *Store) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	const op = "open attachment"
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != 32 {
		return nil, errs.New(errs.NotFound, op, "not a hash")
	}
	var r row
	err = s.file.Read(ctx, func(tx *dbfile.Tx) (err error) {
		r, err = s.there(tx, op, s.idOf(raw))
		return err
	})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f, err := s.openSealed(r)
	if keys.IsDestroyed(err) {
		return nil, errs.New(errs.NotFound, op, "no such attachment")
	}
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	return f, nil
}
