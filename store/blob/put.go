package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/store/durable"
	"ruhu/store/sqlite/dbfile"
)

// Put stores bytes under their name sha256-<hex>.<ext> and returns when they are durable. The same bytes again are no
// error and store nothing; a stored file that was damaged is replaced. Codes: invalid (another size or hash: nothing
// stays), too-large, disk-full, busy (erased meanwhile: send it again).
func (s *Store) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	return s.put(ctx, name, size, r, func(*dbfile.Tx) error { return nil })
}

// put stores bytes, and runs also in the transaction that makes them known.
func (s *Store) put(ctx context.Context, name string, size int64, src io.Reader, also func(tx *dbfile.Tx) error) error {
	const op = "store attachment"
	hash, _, err := parseName(op, name)
	if err != nil {
		return err
	}
	if size < 0 || size > limits.AttachmentBytes {
		return errs.New(errs.TooLarge, op, "%d bytes, at most %d", size, limits.AttachmentBytes)
	}
	want := row{id: s.idOf(hash), size: size, stored: clock.Millis(s.Clock.Now())}
	have, ok, err := s.row(ctx, want.id)
	if err != nil && errs.CodeOf(err) != errs.Damaged {
		return err
	}
	if ok && s.checkWhole(have) == nil {
		if err := compare(op, src, size, [32]byte(hash)); err != nil {
			return err
		}
		return s.alone(func() error {
			return s.file.Write(ctx, func(tx *dbfile.Tx) error {
				if _, still, err := load(tx, want.id); err != nil || !still {
					return errors.Join(err, errs.New(errs.Busy, op, "%s was erased meanwhile", name))
				}
				return also(tx)
			})
		})
	}
	if want.slot, err = s.Slots.Reserve(1); err != nil {
		return err
	}
	tmp, err := s.sealTemp(ctx, want, src, [32]byte(hash))
	if err == nil {
		err = s.alone(func() error { return s.publish(context.WithoutCancel(ctx), tmp, want, also) })
	}
	if err != nil {
		return errors.Join(errs.Wrap(op, err), s.Slots.Destroy(want.slot))
	}
	return nil
}

// compare reads bytes that are there already.
func compare(op string, src io.Reader, size int64, hash [32]byte) error {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(src, size+1))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if n != size || [32]byte(h.Sum(nil)) != hash {
		return errs.New(errs.Invalid, op, "the hash of the bytes is not that of the name")
	}
	return nil
}

// sealTemp seals src into a file of tmp/, synced; where it fails none stays.
func (s *Store) sealTemp(ctx context.Context, want row, src io.Reader, hash [32]byte) (path string, err error) {
	const op = "store attachment"
	key, err := s.Slots.Sealer(want.slot)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, tempDir), hex.EncodeToString(want.id[:])+"-*")
	if err != nil {
		return "", durable.WriteError(op, err)
	}
	now := s.Clock.Now()
	got, err := seal(f, want, key, contextReader{ctx, src})
	if err == nil && got != hash {
		err = errs.New(errs.Invalid, op, "the hash of the bytes is not that of the name")
	}
	if err == nil {
		err = os.Chtimes(f.Name(), now, now)
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// contextReader ends an upload whose caller went away.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, errs.WrapCode(errs.Interrupted, "store attachment", err)
	}
	return c.r.Read(p)
}

// publish gives a sealed file its name and makes it known. Each step leaves something that the next Put, an erasure or
// Sweep understands: a file in tmp/, a file without a row, both.
func (s *Store) publish(ctx context.Context, tmp string, want row, also func(tx *dbfile.Tx) error) (err error) {
	published := false
	defer func() {
		if !published {
			err = errors.Join(err, ignoreMissing(os.Remove(tmp)))
		}
	}()
	have, ok, err := s.row(ctx, want.id)
	if err != nil && errs.CodeOf(err) != errs.Damaged {
		return err
	}
	if ok && s.checkWhole(have) == nil {
		// Somebody else was faster.
		if err := s.file.Write(ctx, also); err != nil {
			return err
		}
		return s.Slots.Destroy(want.slot)
	}
	final := s.path(want.id)
	if err := s.dropFile(want.id, have); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(final), 0o700); err == nil {
		err = durable.SyncDir(s.dir)
	} else if !errors.Is(err, fs.ErrExist) {
		return durable.WriteError("store attachment", err)
	}
	if err := os.Rename(tmp, final); err != nil {
		return durable.WriteError("store attachment", err)
	}
	published = true
	err = durable.WriteError("store attachment", durable.SyncDir(filepath.Dir(final)))
	if err == nil {
		err = s.file.Write(ctx, func(tx *dbfile.Tx) error {
			if _, err := tx.Exec("INSERT OR REPLACE INTO blobs (id, slot, size, stored, crc) VALUES (?, ?, ?, ?, ?)",
				want.id[:], int64(want.slot), want.size, want.stored, want.crc()); err != nil {
				return err
			}
			return also(tx)
		})
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(final)), durable.SyncDir(filepath.Dir(final)))
	}
	return nil
}

// dropFile destroys the keys a file may be sealed under, then removes it. known is its row, or the zero row.
func (s *Store) dropFile(i id, known row) error {
	const op = "remove attachment"
	path := s.path(i)
	if err := s.destroyKeyOf(path, i, known.slot); err != nil {
		return err
	}
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return durable.WriteError(op, err)
	}
	return durable.WriteError(op, durable.SyncDir(filepath.Dir(path)))
}

// destroyKeyOf destroys the slot that a sealed file proves to be its own, and the one that is known.
func (s *Store) destroyKeyOf(path string, i id, known uint64) error {
	var slots []uint64
	if known > 0 {
		slots = append(slots, known)
	}
	if f, err := os.Open(path); err == nil {
		slot, ok := s.slotOf(f, i)
		f.Close()
		if ok && slot != known {
			slots = append(slots, slot)
		}
	}
	if len(slots) == 0 {
		return nil
	}
	return s.Slots.Destroy(slots...)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
