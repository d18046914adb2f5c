package blob

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

// sweepAge is how old something must be before Sweep takes it for forgotten.
const sweepAge = 24 * time.Hour

// Swept counts what Sweep removed.
type Swept struct {
	Temp  int // uploads that a crash left half sealed
	Loose int // sealed files that never became known
	Blobs int // attachments that no record names
}

// NamesOf returns the hashes that a record names, read from what it was made of rather than from an index.
type NamesOf func(ctx context.Context, stream, record string) ([][32]byte, error)

// Sweep removes what is older than a day and needed by nobody. named yields the hashes that the records of each stream
// name (every stream must be given: what none yields is erased). Before it erases, it asks namesOf about the records the
// bytes were sent for: where one still names them, what named yielded is wrong and Sweep ends with code damaged.
func (s *Store) Sweep(ctx context.Context, namesOf NamesOf, named ...iter.Seq2[[32]byte, error]) (Swept, error) {
	const op = "sweep attachments"
	var out Swept
	// Eight bytes of each are enough: two alike only keep something longer.
	wanted := map[uint64]struct{}{}
	for _, seq := range named {
		for hash, err := range seq {
			if err != nil {
				return out, errs.Wrap(op, err)
			}
			i := s.idOf(hash[:])
			wanted[binary.LittleEndian.Uint64(i[:])] = struct{}{}
		}
	}
	now := s.Clock.Now()
	before := now.Add(-sweepAge)
	for r, err := range s.rows(ctx) {
		if err != nil {
			return out, errs.Wrap(op, err)
		}
		if _, ok := wanted[binary.LittleEndian.Uint64(r.id[:])]; ok || r.stored >= clock.Millis(before) {
			continue
		}
		if err := s.unnamed(ctx, r.id, namesOf); err != nil {
			return out, errs.Wrap(op, err)
		}
		if err := s.alone(func() error { return s.destroy(ctx, r.id) }); err != nil {
			return out, errs.Wrap(op, err)
		}
		out.Blobs++
	}
	if err := s.sweepFiles(ctx, before, &out); err != nil {
		return out, errs.Wrap(op, err)
	}
	today := now.In(s.Zone).Format(time.DateOnly)
	return out, errs.Wrap(op, s.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec("DELETE FROM used WHERE day < ?", today)
		return err
	}))
}

// unnamed returns nil where none of the records that an attachment was sent for names it.
func (s *Store) unnamed(ctx context.Context, i id, namesOf NamesOf) error {
	var refs []Ref
	err := s.file.Read(ctx, func(tx *dbfile.Tx) (err error) {
		refs, err = refsOf(tx, i)
		return err
	})
	if err != nil {
		return err
	}
	for _, ref := range refs {
		names, err := namesOf(ctx, ref.Stream, ref.Record)
		if err != nil {
			return err
		}
		for _, hash := range names {
			if s.idOf(hash[:]) == i {
				return errs.New(errs.Damaged, "attachments", "record %s names %s, the index of names does not", ref.Record, shown(i)).
					WithHint("Run ruhu verify. Nothing was erased.")
			}
		}
	}
	return nil
}

// sweepFiles removes old files of tmp/, and old sealed files without a row, with their keys.
func (s *Store) sweepFiles(ctx context.Context, before time.Time, out *Swept) error {
	for f, err := range s.walk() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return errs.WrapCode(errs.Interrupted, "sweep attachments", err)
		}
		if !f.modified.Before(before) {
			continue
		}
		err := s.alone(func() error {
			if !f.temp {
				if _, ok, err := s.row(ctx, f.id); err != nil || ok {
					return err
				}
			}
			if err := s.destroyKeyOf(f.path, f.id, 0); err != nil {
				return err
			}
			if err := ignoreMissing(os.Remove(f.path)); err != nil {
				return err
			}
			if f.temp {
				out.Temp++
			} else {
				out.Loose++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type found struct {
	path     string
	id       id
	temp     bool
	modified time.Time
}

// walk yields every sealed file of the folder, also those in tmp/.
func (s *Store) walk() iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		dirs, err := os.ReadDir(s.dir)
		if err != nil {
			yield(found{}, err)
			return
		}
		for _, d := range dirs {
			if !d.IsDir() || d.Name() != tempDir && len(d.Name()) != 2 {
				continue
			}
			files, err := os.ReadDir(filepath.Join(s.dir, d.Name()))
			if err != nil {
				yield(found{}, err)
				return
			}
			for _, e := range files {
				f := found{path: filepath.Join(s.dir, d.Name(), e.Name()), temp: d.Name() == tempDir}
				raw, err := hex.DecodeString(e.Name()[:min(64, len(e.Name()))])
				if err != nil || len(raw) != 32 {
					continue
				}
				f.id = id(raw)
				info, err := e.Info()
				if errors.Is(err, fs.ErrNotExist) {
					continue
				}
				if err == nil {
					f.modified = info.ModTime()
				}
				if !yield(f, err) {
					return
				}
			}
		}
	}
}

// rows yields every row by id, in pages.
func (s *Store) rows(ctx context.Context) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		const page = 500
		for after := []byte{}; ; {
			var list []row
			var faults []error
			err := s.file.Read(ctx, func(tx *dbfile.Tx) error {
				rows, err := tx.Query(rowColumns+"WHERE id > ? ORDER BY id LIMIT ?", after, page)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					r, err := scanRow(rows)
					if err != nil && errs.CodeOf(err) != errs.Damaged {
						return err
					}
					list, faults = append(list, r), append(faults, err)
				}
				return rows.Err()
			})
			if err != nil {
				yield(row{}, err)
				return
			}
			for n, r := range list {
				if !yield(r, faults[n]) {
					return
				}
			}
			if len(list) < page {
				return
			}
			last := list[len(list)-1].id
			after = last[:]
		}
	}
}
