package phone

import (
	"context"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	gosync "sync"
)

// Store keeps a phone's few thousand small entries. Keys are short ASCII with "/" between their parts; values are opaque,
// and secret: they hold answers and keys.
type Store interface {
	// Load calls f once for each entry there is, in order of key. The value is f's to keep. It is as it was committed: the
	// store notices damage, and gives nil for what it cannot read any more (or an older value, or leaves the entry out).
	Load(ctx context.Context, f func(key string, value []byte) error) error
	// Commit puts entries and deletes those with a nil value, all or nothing, and returns after it is durable. After an
	// error either may be the case; the phone loads again.
	Commit(ctx context.Context, entries map[string][]byte) error
}

// Shredder is a Store that keeps what was replaced or deleted, until it is told not to.
type Shredder interface {
	// Shred commits as Commit does; afterwards nothing that any step up to this one replaced or deleted can be read from what
	// the store has written.
	Shred(ctx context.Context, entries map[string][]byte) error
}

// Memory is a Store in memory. The zero value is empty and ready.
type Memory struct {
	mu      gosync.Mutex
	entries map[string]cell
	// Fail, where not nil, is asked before each Commit; its error is returned and nothing stored: a full or broken disk,
	// or a crash at that moment.
	Fail func() error
}

// cell is a value with its checksum.
type cell struct {
	value []byte
	sum   uint32
}

func newCell(value []byte) cell { return cell{slices.Clone(value), crc32.ChecksumIEEE(value)} }

// Load implements Store.
func (m *Memory) Load(_ context.Context, f func(key string, value []byte) error) error {
	m.mu.Lock()
	entries := maps.Clone(m.entries)
	m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		c := entries[key]
		if crc32.ChecksumIEEE(c.value) != c.sum {
			c.value = nil
		}
		if err := f(key, slices.Clone(c.value)); err != nil {
			return err
		}
	}
	return nil
}

// Commit implements Store.
func (m *Memory) Commit(_ context.Context, entries map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Fail != nil {
		if err := m.Fail(); err != nil {
			return err
		}
	}
	if m.entries == nil {
		m.entries = make(map[string]cell)
	}
	for key, value := range entries {
		if value == nil {
			delete(m.entries, key)
		} else {
			m.entries[key] = newCell(value)
		}
	}
	return nil
}

// Clone returns a copy as of now: a backup of the phone, or its twin.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{entries: maps.Clone(m.entries)}
}

// Damage flips a bit in the value of the n-th entry whose key begins with prefix and reports whether there was one: what
// cheap flash does.
func (m *Memory) Damage(prefix string, n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.entries)) {
		c := m.entries[key]
		if !strings.HasPrefix(key, prefix) || len(c.value) == 0 {
			continue
		}
		if n--; n < 0 {
			c.value = slices.Clone(c.value)
			c.value[len(c.value)/2] ^= 1
			m.entries[key] = c
			return true
		}
	}
	return false
}
