package logdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/store/storetest"
	"ruhu/sync"
	"ruhu/sync/sim"
)

// opened is a log under test with its folder and keys.
type opened struct {
	*Log
	dir  string
	ring *keys.Ring
}

func openTest(t *testing.T, dir string, opt Options) *opened {
	t.Helper()
	ring, err := keys.Open(filepath.Join(dir, "keys"), rand.Reader)
	require.NoError(t, err)
	opt.Stream, opt.Slots, opt.Cells, opt.Rand = sync.Answers, ring.Slots(keys.Answers), ring.Derive("aggregates:answers"), rand.Reader
	if opt.Project == nil {
		opt.Project = storetest.Projector
	}
	opt.Queue = 1000
	l, err := Open(filepath.Join(dir, "answers.db"), opt)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close(); ring.Close() })
	return &opened{l, dir, ring}
}

// contains looks for a word in every byte of the folder, as UTF-8 and UTF-16LE, and in everything sealed in the database,
// opened with every key that exists, unpacked.
func (o *opened) contains(t *testing.T, word string) bool {
	t.Helper()
	var wide []byte
	for _, u := range utf16.Encode([]rune(word)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	hit := func(b []byte) bool { return bytes.Contains(b, []byte(word)) || bytes.Contains(b, wide) }
	found := false
	require.NoError(t, filepath.Walk(o.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || hit(b)
		return err
	}))
	for _, plain := range o.everythingSealed(t) {
		found = found || hit(plain)
	}
	return found
}

func (o *opened) everythingSealed(t *testing.T) (out [][]byte) {
	t.Helper()
	count, err := o.Slots.Count()
	require.NoError(t, err)
	var sealers []*keys.Sealer
	for slot := uint64(1); slot <= min(count, 256); slot++ {
		if s, err := o.Slots.Sealer(slot); err == nil {
			sealers = append(sealers, s)
		}
	}
	try := func(kind byte, whose, sealed []byte) {
		for _, s := range sealers {
			if packed, err := s.Open(nil, sealed, aad(nil, kind, whose)); err == nil {
				plain, err := o.unpack(packed)
				require.NoError(t, err)
				out = append(out, plain)
			}
		}
	}
	require.NoError(t, o.file.Read(context.Background(), func(tx *dbfile.Tx) error {
		rows, err := tx.Query("SELECT id, body FROM lines WHERE body IS NOT NULL")
		require.NoError(t, err)
		for rows.Next() {
			var id, body []byte
			require.NoError(t, rows.Scan(&id, &body))
			try(sealBody, id, body)
		}
		rows, err = tx.Query("SELECT r.id, s.state, s.packed FROM states s JOIN records r ON r.no = s.no")
		require.NoError(t, err)
		for rows.Next() {
			var id string
			var state, packed []byte
			require.NoError(t, rows.Scan(&id, &state, &packed))
			try(sealState, []byte(id), state)
			try(sealPacked, []byte(id), packed)
		}
		return rows.Err()
	}))
	return out
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Subject {
		o := openTest(t, t.TempDir(), Options{})
		return storetest.Subject{Store: o, Contains: func(word string) bool { return o.contains(t, word) }}
	})
}

func TestConformanceOfMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Subject {
		m := sim.NewMemStore(storetest.Projector)
		return storetest.Subject{Store: m, Contains: m.Contains}
	})
}
