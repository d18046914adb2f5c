package keys

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// A slot file: one header slot, then slots of 64 bytes. A slot is nonce (12), sealed key (32 + 16), four zero bytes; a
// destroyed one is all zeros. Keys are made a block ahead and fsynced before any of them is handed out, so that a
// commit that begins to use one needs no second fsync.
const (
	slotSize  = 64
	slotBlock = 1024
	slotMagic = "RUHUSLT1"
)

// ErrDestroyed is the cause of errors about a slot whose key was destroyed.
var errDestroyed = errors.New("the key was destroyed")

// IsDestroyed reports whether err says that a key was destroyed.
func IsDestroyed(err error) bool { return errors.Is(err, errDestroyed) }

// Slots is one slot file. Slot numbers begin at 1. Safe for concurrent use, also by several processes.
type Slots struct {
	path string
	name string
	wrap cipher.AEAD
	rand io.Reader
	seal *nonces
	f    *os.File

	mu    sync.Mutex
	count uint64             // slots that exist, as last seen
	cache map[uint64]*Sealer // bounded: emptied when full
	ahead map[uint64]*Sealer // opened in one read when reserved, taken out at first use
}

const cacheSize = 8192

func openSlots(path, name string, wrap cipher.AEAD, random io.Reader) (*Slots, error) {
	op := "open " + filepath.Base(path)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	s := &Slots{path: path, name: name, wrap: wrap, rand: random, seal: &nonces{src: random}, f: f,
		cache: map[uint64]*Sealer{}, ahead: map[uint64]*Sealer{}}
	size, err := s.size()
	if err == nil && size == 0 {
		if err = s.writeHeader(1); err == nil {
			err = durable.SyncDir(filepath.Dir(path))
		}
	}
	if err != nil {
		f.Close()
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	if _, err := s.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	s.count, err = s.Count()
	return s, err
}

func (s *Slots) size() (int64, error) {
	st, err := s.f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// The header: magic, the next slot to hand out, CRC-32C of both.
func (s *Slots) writeHeader(next uint64) error {
	b := make([]byte, slotSize)
	copy(b, slotMagic)
	binary.LittleEndian.PutUint64(b[8:], next)
	binary.LittleEndian.PutUint32(b[16:], crc32.Checksum(b[:16], crc32.MakeTable(crc32.Castagnoli)))
	if _, err := s.f.WriteAt(b, 0); err != nil {
		return err
	}
	return durable.Sync(s.f)
}

func (s *Slots) readHeader() (next uint64, err error) {
	b := make([]byte, slotSize)
	if _, err := s.f.ReadAt(b, 0); err != nil {
		return 0, errs.WrapCode(errs.Damaged, s.name+".slots", err)
	}
	sum := crc32.Checksum(b[:16], crc32.MakeTable(crc32.Castagnoli))
	if string(b[:8]) != slotMagic || binary.LittleEndian.Uint32(b[16:]) != sum || !allZero(b[20:]) {
		return 0, errs.New(errs.Damaged, s.name+".slots", "the header does not pass its check")
	}
	return binary.LittleEndian.Uint64(b[8:]), nil
}

// Count returns how many slots exist, used, unused and destroyed.
func (s *Slots) Count() (uint64, error) {
	size, err := s.size()
	if err != nil {
		return 0, errs.Wrap(s.name+".slots", err)
	}
	if size < slotSize {
		return 0, errs.New(errs.Damaged, s.name+".slots", "cut short")
	}
	return uint64(size)/slotSize - 1, nil
}

// Reserve hands out n slots for good, first to first+n-1: nobody else gets them, in this process or another, also
// when they are never used. They are durable when it returns.
func (s *Slots) Reserve(n uint64) (first uint64, err error) {
	err = s.reserve(func(next uint64) uint64 { first = next; return next + n })
	if err != nil {
		return 0, err
	}
	s.readAhead(first, n)
	return first, nil
}

// SkipTo makes sure that no slot below first is ever handed out again: after a restore, where the databases may use
// slots that the key file believes free.
func (s *Slots) SkipTo(first uint64) error {
	return s.reserve(func(next uint64) uint64 { return max(next, first) })
}

func (s *Slots) reserve(move func(next uint64) uint64) error {
	op := "reserve " + s.name + " slots"
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := syscall.Flock(int(s.f.Fd()), syscall.LOCK_EX); err != nil {
		return errs.Wrap(op, err)
	}
	defer syscall.Flock(int(s.f.Fd()), syscall.LOCK_UN)
	next, err := s.readHeader()
	if err != nil {
		return err
	}
	to := move(next)
	if to == next {
		return nil
	}
	count, err := s.Count()
	if err != nil {
		return err
	}
	for count < to-1 {
		if err := s.grow(count); err != nil {
			return writeError(op, err)
		}
		count += slotBlock
	}
	s.count = count
	return writeError(op, s.writeHeader(to))
}

// grow appends a block of new keys behind slot number count.
func (s *Slots) grow(count uint64) error {
	block := make([]byte, 0, slotBlock*slotSize)
	key := make([]byte, 32)
	for i := range uint64(slotBlock) {
		if _, err := io.ReadFull(s.rand, key); err != nil {
			return err
		}
		start := len(block)
		var err error
		if block, err = s.seal.append(block); err != nil {
			return err
		}
		block = s.wrap.Seal(block, block[start:], key, s.aad(count+1+i))
		block = append(block, 0, 0, 0, 0)
	}
	clear(key)
	if _, err := s.f.WriteAt(block, int64((count+1)*slotSize)); err != nil {
		return err
	}
	return durable.Sync(s.f)
}

func (s *Slots) aad(slot uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(s.name), slot)
}

// Sealer opens a slot. Codes: gone as damaged; a destroyed key is an error for which IsDestroyed holds, code erased.
func (s *Slots) Sealer(slot uint64) (*Sealer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.cache[slot]; k != nil {
		return k, nil
	}
	k := s.ahead[slot]
	if k != nil {
		delete(s.ahead, slot)
	} else {
		b := make([]byte, slotSize)
		if err := s.readSlot(slot, b); err != nil {
			return nil, err
		}
		var err error
		if k, err = s.open(slot, b); err != nil {
			return nil, err
		}
	}
	if len(s.cache) >= cacheSize {
		clear(s.cache)
	}
	s.cache[slot] = k
	return k, nil
}

func (s *Slots) readSlot(slot uint64, b []byte) error {
	if slot == 0 {
		return errs.New(errs.Damaged, s.name+".slots", "slot 0")
	}
	if _, err := s.f.ReadAt(b, int64(slot*slotSize)); err != nil {
		return errs.New(errs.Damaged, s.name+".slots", "slot %d is missing", slot)
	}
	return nil
}

func (s *Slots) open(slot uint64, b []byte) (*Sealer, error) {
	if allZero(b) {
		return nil, &errs.Error{Code: errs.Erased, Op: s.name + ".slots", Err: errDestroyed}
	}
	key, err := s.wrap.Open(make([]byte, 0, 32), b[:12], b[12:60], s.aad(slot))
	if err != nil || !allZero(b[60:]) {
		return nil, errs.New(errs.Damaged, s.name+".slots", "slot %d does not pass its check", slot)
	}
	aead, err := newGCM(key)
	clear(key)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead, rand: s.seal}, nil
}

// readAhead opens freshly reserved slots in one read. A failure is met again when the slot is used.
func (s *Slots) readAhead(first, n uint64) {
	b := make([]byte, n*slotSize)
	if _, err := s.f.ReadAt(b, int64(first*slotSize)); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.ahead)
	for i := range n {
		if k, err := s.open(first+i, b[i*slotSize:(i+1)*slotSize]); err == nil {
			s.ahead[first+i] = k
		}
	}
}

// Destroy overwrites slots with zeros and returns when that is durable. Destroying twice is harmless.
func (s *Slots) Destroy(slots ...uint64) error {
	op := "destroy " + s.name + " key"
	s.mu.Lock()
	defer s.mu.Unlock()
	zeros := make([]byte, slotSize)
	for _, slot := range slots {
		delete(s.cache, slot)
		delete(s.ahead, slot)
		count, err := s.Count()
		if err != nil {
			return err
		}
		if slot == 0 || slot > count {
			return errs.New(errs.Damaged, op, "slot %d is missing", slot)
		}
		if _, err := s.f.WriteAt(zeros, int64(slot*slotSize)); err != nil {
			return writeError(op, err)
		}
	}
	if len(slots) == 0 {
		return nil
	}
	return writeError(op, durable.Sync(s.f))
}

// Verify reads every slot and reports those that are neither a key nor destroyed.
func (s *Slots) Verify(fault func(slot uint64, err error)) error {
	if _, err := s.readHeader(); err != nil {
		return err
	}
	size, err := s.size()
	if err != nil {
		return errs.Wrap(s.name+".slots", err)
	}
	if size%slotSize != 0 {
		fault(uint64(size/slotSize), errs.New(errs.Damaged, s.name+".slots", "cut short"))
	}
	b := make([]byte, slotBlock*slotSize)
	for slot := uint64(1); slot < uint64(size)/slotSize; {
		n, err := s.f.ReadAt(b, int64(slot*slotSize))
		if n == 0 && err != nil {
			return errs.Wrap(s.name+".slots", err)
		}
		for i := 0; i+slotSize <= n; i += slotSize {
			if _, err := s.open(slot, b[i:i+slotSize]); err != nil && !IsDestroyed(err) {
				fault(slot, err)
			}
			slot++
		}
	}
	return nil
}

func (s *Slots) close() error { return s.f.Close() }

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// writeError gives a failed write its code: after it nothing may be acknowledged.
func writeError(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.WrapCode(errs.DiskFull, op, err)
	case errors.Is(err, syscall.EROFS):
		return errs.WrapCode(errs.ReadOnly, op, err)
	case errors.Is(err, syscall.EIO):
		return errs.WrapCode(errs.FailStop, op, err)
	}
	return errs.Wrap(op, err)
}

// lockFile takes an exclusive lock that ends with the process or with unlock.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
