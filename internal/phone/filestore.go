package phone

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	gosync "sync"
	"syscall"

	"ruhu/internal/errs"
)

// FileStore keeps a phone in one folder, sealed: a key file, and a log of frames, one a Commit.
//
//	key   32 random bytes, readable by the owner alone
//	log   16 random bytes, then frames: length (4 bytes) | nonce | AES-256-GCM(entries), tag last
//	lock  held while the phone is open: two programs on one folder would use one seq twice
//
// A frame is sealed with its place in the log, so that none can be moved, left out in the middle or brought over from another
// log unseen. A last frame that was cut was never committed. A damaged frame loses its entries and no others: the phone
// declares their seqs and fetches the rest again.
type FileStore struct {
	mu      gosync.Mutex
	dir     string
	lock    *os.File
	log     *os.File
	key     []byte
	aead    cipher.AEAD // of this log
	id      []byte
	frames  uint64
	size    int64
	live    map[string][]byte
	bytes   int64 // of live
	broken  error // a write or fsync failed: nothing more is promised
	Damaged int   // frames that could not be read when it was opened
}

const (
	logID     = 16
	maxFrame  = 64 << 20
	compactAt = 4 << 20 // a log that is larger, and larger than four times what lives, is written anew
)

// OpenFiles opens or makes the folder. Codes: conflict (another program has it open), damaged (the key is gone), disk-full.
func OpenFiles(dir string) (*FileStore, error) {
	const op = "open phone folder"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fileErr(op, err)
	}
	s := &FileStore{dir: dir, live: map[string][]byte{}}
	var err error
	if s.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fileErr(op, err)
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = s.lock.Close() // the lock is another's
		return nil, errs.New(errs.Conflict, op, "another program has this phone open")
	}
	if err := s.open(); err != nil {
		_ = s.Close() // the first error tells
		return nil, errs.Wrap(op, err)
	}
	return s, nil
}

func (s *FileStore) path(name string) string { return filepath.Join(s.dir, name) }

func (s *FileStore) open() error {
	key, err := os.ReadFile(s.path("key"))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(s.path("log")); err == nil {
			return errs.New(errs.Damaged, "read key", "the folder's key file is gone")
		}
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return errs.WrapCode(errs.Internal, "draw key", err)
		}
		if err := s.writeNew("key", key); err != nil {
			return err
		}
	} else if err != nil {
		return fileErr("read key", err)
	}
	s.key = key
	if _, err := os.Stat(s.path("log")); errors.Is(err, os.ErrNotExist) {
		return s.compact()
	}
	return s.read()
}

// writeNew writes a file whole, or not at all.
func (s *FileStore) writeNew(name string, b []byte) error {
	tmp := s.path(name + ".new")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fileErr("write "+name, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, s.path(name))
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return fileErr("write "+name, err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// seal makes a frame. It is bound to its number, so that it stands for nothing in another place.
func seal(aead cipher.AEAD, frame uint64, plain []byte) ([]byte, error) {
	b := make([]byte, 4+aead.NonceSize(), 4+aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(b[4:]); err != nil {
		return nil, errs.WrapCode(errs.Internal, "seal", err)
	}
	b = aead.Seal(b, b[4:], plain, binary.BigEndian.AppendUint64(nil, frame))
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b, nil
}

func unseal(aead cipher.AEAD, frame uint64, b []byte) ([]byte, error) {
	if len(b) < aead.NonceSize() {
		return nil, errs.New(errs.Damaged, "unseal", "a frame too short")
	}
	return aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], binary.BigEndian.AppendUint64(nil, frame))
}

// read takes in the log, passes over damaged frames, and cuts off an end that was never committed.
func (s *FileStore) read() error {
	f, err := os.OpenFile(s.path("log"), os.O_RDWR, 0o600)
	if err != nil {
		return fileErr("open log", err)
	}
	s.log = f
	b, err := io.ReadAll(f)
	if err != nil {
		return fileErr("read log", err)
	}
	if len(b) < logID {
		return errs.New(errs.Damaged, "read log", "the log has no beginning")
	}
	s.id = b[:logID]
	if s.aead, err = logAEAD(s.key, s.id); err != nil {
		return err
	}
	at := int64(logID)
	for int64(len(b))-at >= 4 {
		n := int64(binary.BigEndian.Uint32(b[at:]))
		if n > maxFrame || int64(len(b))-at-4 < n {
			break
		}
		plain, err := unseal(s.aead, s.frames, b[at+4:at+4+n])
		if err != nil || !s.apply(plain) {
			s.Damaged++
		}
		s.frames++
		at += 4 + n
	}
	s.size = at
	if at < int64(len(b)) {
		if err := errors.Join(f.Truncate(at), f.Sync()); err != nil {
			return fileErr("cut log", err)
		}
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return fileErr("read log", err)
	}
	return nil
}

// apply takes in the entries of a frame.
func (s *FileStore) apply(plain []byte) bool {
	entries := map[string][]byte{}
	take := func() ([]byte, bool) {
		n, k := binary.Uvarint(plain)
		if k <= 0 || n > uint64(len(plain)-k) {
			return nil, false
		}
		out := plain[k : k+int(n)]
		plain = plain[k+int(n):]
		return out, true
	}
	for len(plain) > 0 {
		key, ok := take()
		if !ok || len(plain) == 0 {
			return false
		}
		flag := plain[0]
		plain = plain[1:]
		if flag == 0 {
			entries[string(key)] = nil
			continue
		}
		value, ok := take()
		if !ok {
			return false
		}
		entries[string(key)] = value
	}
	s.put(entries)
	return true
}

func (s *FileStore) put(entries map[string][]byte) {
	for key, value := range entries {
		if old, ok := s.live[key]; ok {
			s.bytes -= int64(len(key) + len(old))
		}
		if value == nil {
			delete(s.live, key)
			continue
		}
		s.live[key] = slices.Clone(value)
		s.bytes += int64(len(key) + len(value))
	}
}

func appendEntries(b []byte, entries map[string][]byte) []byte {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		b = binary.AppendUvarint(b, uint64(len(key)))
		b = append(b, key...)
		value := entries[key]
		if value == nil {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(value)))
		b = append(b, value...)
	}
	return b
}

// Load implements the phone's Store.
func (s *FileStore) Load(_ context.Context, f func(key string, value []byte) error) error {
	s.mu.Lock()
	live := maps.Clone(s.live)
	s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(live)) {
		if err := f(key, slices.Clone(live[key])); err != nil {
			return err
		}
	}
	return nil
}

// Commit implements the phone's Store. Codes: disk-full (nothing was stored, it may be tried again), fail-stop (what the disk
// holds is not known: open the folder again).
func (s *FileStore) Commit(_ context.Context, entries map[string][]byte) error {
	const op = "save"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return errs.WrapCode(errs.FailStop, op, s.broken)
	}
	sealed, err := seal(s.aead, s.frames, appendEntries(nil, entries))
	if err != nil {
		return err
	}
	if _, err := s.log.Write(sealed); err != nil {
		// Take back what was written; where that fails too, the end of the log is not known.
		if _, again := s.log.Seek(s.size, io.SeekStart); again != nil || s.log.Truncate(s.size) != nil {
			s.broken = err
		}
		return fileErr(op, err)
	}
	if err := s.log.Sync(); err != nil {
		s.broken = err
		return errs.WrapCode(errs.FailStop, op, err)
	}
	s.frames++
	s.size += int64(len(sealed))
	s.put(entries)
	if s.size > compactAt && s.size > 4*s.bytes {
		return s.compact()
	}
	return nil
}

// Shred implements the phone's Shredder: the step is the writing of a new log, without what is gone.
func (s *FileStore) Shred(_ context.Context, entries map[string][]byte) error {
	const op = "save"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return errs.WrapCode(errs.FailStop, op, s.broken)
	}
	live, bytes := maps.Clone(s.live), s.bytes
	s.put(entries)
	err := s.compact()
	if err != nil {
		s.live, s.bytes = live, bytes
	}
	return err
}

// compact writes what lives into a new log, which takes the old one's place when it is whole.
func (s *FileStore) compact() error {
	id := make([]byte, logID)
	if _, err := rand.Read(id); err != nil {
		return errs.WrapCode(errs.Internal, "compact", err)
	}
	aead, err := logAEAD(s.key, id)
	if err != nil {
		return err
	}
	sealed, err := seal(aead, 0, appendEntries(nil, s.live))
	if err != nil {
		return err
	}
	whole := append(slices.Clone(id), sealed...)
	if err := s.writeNew("log", whole); err != nil {
		if errs.CodeOf(err) != errs.DiskFull {
			s.broken = err // which of the two logs the folder holds is not known
		}
		return err
	}
	f, err := os.OpenFile(s.path("log"), os.O_RDWR, 0o600)
	if err == nil {
		if _, err = f.Seek(int64(len(whole)), io.SeekStart); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		s.broken = err
		return fileErr("open log", err)
	}
	if s.log != nil {
		_ = s.log.Close() // replaced; its bytes are in the new one
	}
	s.log, s.aead, s.id, s.frames, s.size = f, aead, id, 1, int64(len(whole))
	return nil
}

// Close lets go of the folder.
func (s *FileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.log != nil {
		err = s.log.Close()
		s.log = nil
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
		s.lock = nil
	}
	return err
}

func fileErr(op string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.WrapCode(errs.DiskFull, op, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	return errs.WrapCode(errs.FailStop, op, err)
}
