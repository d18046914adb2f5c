package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/store/blob"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
)

const chunk = 64 << 10

// bench is a data directory with keys and attachments.
type bench struct {
	*blob.Store
	t     *testing.T
	root  string
	ring  *keys.Ring
	clock *clock.Manual
}

func newBench(t *testing.T) *bench { return openBench(t, t.TempDir()) }

func openBench(t *testing.T, root string) *bench {
	t.Helper()
	ring, err := keys.Open(filepath.Join(root, "keys"), rand.Reader)
	require.NoError(t, err)
	b := &bench{t: t, root: root, ring: ring, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	b.Store = b.reopen()
	t.Cleanup(func() { ring.Close() })
	return b
}

func (b *bench) dir() string { return filepath.Join(b.root, "blobs") }

func (b *bench) reopen() *blob.Store {
	b.t.Helper()
	s, err := blob.Open(b.dir(), blob.Options{Slots: b.ring.Slots(keys.Blobs), NameKey: b.ring.Derive("blob-name"), Clock: b.clock})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { s.Close() })
	return s
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func nameOf(data []byte) string { return "sha256-" + hashOf(data) + ".jpg" }

func (b *bench) put(data []byte, records ...string) string {
	b.t.Helper()
	if len(records) == 0 {
		require.NoError(b.t, b.Put(b.t.Context(), nameOf(data), int64(len(data)), bytes.NewReader(data)))
	}
	for _, r := range records {
		require.NoError(b.t, b.Accept(b.t.Context(), b.ref(data, r), int64(len(data)), bytes.NewReader(data)))
	}
	return hashOf(data)
}

func (b *bench) ref(data []byte, record string) blob.Ref {
	return blob.Ref{Stream: "answers", Record: record, Name: nameOf(data), Device: "dv_1"}
}

func (b *bench) read(hash string) ([]byte, error) {
	f, err := b.Open(b.t.Context(), hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// files lists everything in the folder but the index and the lock.
func (b *bench) files() (out []string) {
	require.NoError(b.t, filepath.WalkDir(b.dir(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), "index.db") && d.Name() != ".lock" {
			out = append(out, path)
		}
		return err
	}))
	return out
}

func (b *bench) faults() (list []blob.Fault, v blob.Verified) {
	v, err := b.Verify(b.t.Context(), func(f blob.Fault) { list = append(list, f) })
	require.NoError(b.t, err)
	return list, v
}

// keysAlive counts slots of those handed out that still hold a key.
func (b *bench) keysAlive() (n int) {
	slots := b.ring.Slots(keys.Blobs)
	for slot := uint64(1); slot <= 60; slot++ {
		if _, err := slots.Sealer(slot); !keys.IsDestroyed(err) {
			n++
		}
	}
	return n
}

// sql changes the index behind the store's back.
func (b *bench) sql(query string, args ...any) {
	b.t.Helper()
	require.NoError(b.t, b.File().Write(b.t.Context(), func(tx *dbfile.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}))
}

func noise(seed uint64, n int) []byte {
	data := make([]byte, n)
	mrand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(data)
	return data
}

func TestBytesComeBackInAnyRange(t *testing.T) {
	b := newBench(t)
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 17} {
		data := noise(uint64(n), n)
		hash := b.put(data)
		f, err := b.Open(t.Context(), hash)
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(f, data), "%d bytes", n)
		_, err = f.Seek(-1, io.SeekStart)
		require.Error(t, err)
		for range 50 {
			at := mrand.IntN(n + 1)
			want := data[at:min(n, at+mrand.IntN(2*chunk))]
			_, err := f.Seek(int64(at-n), io.SeekEnd)
			require.NoError(t, err)
			got := make([]byte, len(want))
			_, err = io.ReadFull(f, got)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got), "%d bytes at %d of %d", len(want), at, n)
		}
		require.NoError(t, f.Close())
		info, err := b.Stat(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, blob.Info{Size: int64(n), Stored: b.clock.Now().UnixMilli()}, info)
	}
	list, v := b.faults()
	require.Empty(t, list)
	require.Equal(t, 6, v.Blobs)
	var paths []string
	for p, err := range b.Files(t.Context()) {
		require.NoError(t, err)
		st, err := os.Stat(filepath.Join(b.dir(), p))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), st.Mode().Perm())
		paths = append(paths, p)
	}
	require.Len(t, paths, 6)
	slot, err := b.MaxSlot(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, slot)
}

func TestARangeIsReadWithoutTheRest(t *testing.T) {
	b := newBench(t)
	data := noise(1, 5*chunk)
	hash := b.put(data)
	path := b.files()[0]
	sealed, err := os.ReadFile(path)
	require.NoError(t, err)
	sealed[32+2*(chunk+keys.Overhead)] ^= 1 // the third chunk is damaged: the others must not care
	require.NoError(t, os.WriteFile(path, sealed, 0o600))
	f, err := b.Open(t.Context(), hash)
	require.NoError(t, err)
	defer f.Close()
	for _, n := range []int64{0, 1, 3, 4} {
		_, err = f.Seek(n*chunk+5, io.SeekStart)
		require.NoError(t, err)
		got := make([]byte, 100)
		_, err = io.ReadFull(f, got)
		require.NoError(t, err)
		require.Equal(t, data[n*chunk+5:n*chunk+105], got)
	}
	_, err = f.Seek(2*chunk+5, io.SeekStart)
	require.NoError(t, err)
	n, err := f.Read(make([]byte, 100))
	require.Zero(t, n)
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
}

func TestWrongBytesAreRefusedAndLeaveNothing(t *testing.T) {
	b := newBench(t)
	data := noise(2, chunk+100)
	wrong := bytes.Clone(data)
	wrong[chunk+50] ^= 1
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for what, try := range map[string]struct {
		name string
		size int64
		r    io.Reader
		ctx  context.Context
		code errs.Code
	}{
		"other bytes":     {nameOf(data), int64(len(data)), bytes.NewReader(wrong), t.Context(), errs.Invalid},
		"fewer bytes":     {nameOf(data), int64(len(data)), bytes.NewReader(data[:chunk+99]), t.Context(), errs.Invalid},
		"more bytes":      {nameOf(data), int64(len(data)), bytes.NewReader(append(data, 0)), t.Context(), errs.Invalid},
		"a smaller size":  {nameOf(data), int64(len(data) - 1), bytes.NewReader(data), t.Context(), errs.Invalid},
		"too large":       {nameOf(data), limits.AttachmentBytes + 1, bytes.NewReader(data), t.Context(), errs.TooLarge},
		"a negative size": {nameOf(data), -1, bytes.NewReader(data), t.Context(), errs.TooLarge},
		"a path":          {"../../" + nameOf(data), int64(len(data)), bytes.NewReader(data), t.Context(), errs.Invalid},
		"no ending":       {"sha256-" + hashOf(data), int64(len(data)), bytes.NewReader(data), t.Context(), errs.Invalid},
		"upper case":      {"sha256-" + strings.ToUpper(hashOf(data)) + ".jpg", int64(len(data)), bytes.NewReader(data), t.Context(), errs.Invalid},
		"a broken reader": {nameOf(data), int64(len(data)), iotest.ErrReader(errors.New("cut")), t.Context(), errs.Internal},
		"caller left":     {nameOf(data), int64(len(data)), bytes.NewReader(data), gone, errs.Interrupted},
	} {
		t.Run(what, func(t *testing.T) {
			err := b.Put(try.ctx, try.name, try.size, try.r)
			require.Equal(t, try.code, errs.CodeOf(err), "%v", err)
			require.Empty(t, b.files())
			_, err = b.Stat(t.Context(), hashOf(data))
			require.Equal(t, errs.NotFound, errs.CodeOf(err))
			_, err = b.Open(t.Context(), hashOf(data))
			require.Equal(t, errs.NotFound, errs.CodeOf(err))
		})
	}
	before := b.keysAlive()
	b.put(data)
	require.Equal(t, before, b.keysAlive(), "keys of failed uploads are destroyed, the present one was there already")
	require.Error(t, b.Put(t.Context(), nameOf(data), int64(len(data)), bytes.NewReader(wrong)), "also where the right bytes are there")
	got, err := b.read(hashOf(data))
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))
}

func TestTheSameBytesAgainStoreNothing(t *testing.T) {
	b := newBench(t)
	data := noise(3, 100_000)
	b.put(data, "r1")
	before, err := os.ReadFile(b.files()[0])
	require.NoError(t, err)
	b.put(data, "r1", "r2")
	after, err := os.ReadFile(b.files()[0])
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	require.Len(t, b.files(), 1)
	info, err := b.Stat(t.Context(), hashOf(data))
	require.NoError(t, err)
	require.Len(t, info.Refs, 2)
	require.Equal(t, nameOf(data), info.Refs[1].Name)
	require.Equal(t, "r2", info.Refs[1].Record)
	missing, err := b.Missing(t.Context(), []string{nameOf(data), nameOf([]byte("x")), "nonsense"})
	require.NoError(t, err)
	require.Equal(t, []string{nameOf([]byte("x")), "nonsense"}, missing)
	require.NoError(t, b.Ref(t.Context(), b.ref(data, "r3")))
	require.Equal(t, errs.NotFound, errs.CodeOf(b.Ref(t.Context(), b.ref([]byte("x"), "r3"))))
}

func TestManyAtOnce(t *testing.T) {
	b := newBench(t)
	stores := []*blob.Store{b.Store, b.reopen()}
	data := noise(4, 200_000)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			own := noise(uint64(100+n), 70_000)
			s := stores[n%2]
			require.NoError(t, s.Accept(t.Context(), b.ref(data, "r"), int64(len(data)), bytes.NewReader(data)))
			require.NoError(t, s.Accept(t.Context(), b.ref(own, "r"), int64(len(own)), bytes.NewReader(own)))
		})
	}
	wg.Wait()
	require.Len(t, b.files(), 9)
	list, v := b.faults()
	require.Empty(t, list)
	require.Equal(t, 9, v.Blobs)
	info, err := b.Stat(t.Context(), hashOf(data))
	require.NoError(t, err)
	require.Len(t, info.Refs, 1)
}

func TestEveryChangedByteIsNamed(t *testing.T) {
	b := newBench(t)
	data := noise(5, 2*chunk+100)
	other := noise(6, 2*chunk+100)
	b.put(other, "r_other")
	path2 := b.files()[0]
	hash := b.put(data, "r_hurt", "r_too")
	var path string
	for _, f := range b.files() {
		if f != path2 {
			path = f
		}
	}
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	strange, err := os.ReadFile(path2)
	require.NoError(t, err)
	stride := chunk + keys.Overhead
	flip := func(at int) []byte {
		c := bytes.Clone(good)
		c[at] ^= 1 << (at % 8)
		return c
	}
	cases := map[string][]byte{
		"cut":             good[:len(good)-1],
		"longer":          append(bytes.Clone(good), 0),
		"empty":           {},
		"another's":       strange,
		"chunks change":   append(append(append(bytes.Clone(good[:32]), good[32+stride:32+2*stride]...), good[32:32+stride]...), good[32+2*stride:]...),
		"another's chunk": append(append(bytes.Clone(good[:32]), strange[32:32+stride]...), good[32+stride:]...),
	}
	for at := range 32 {
		cases["header "+string(rune('a'+at))] = flip(at)
	}
	for n := range 40 {
		cases["byte "+string(rune('A'+n))] = flip(32 + mrand.IntN(len(good)-32))
	}
	cases["first tag"], cases["last byte"] = flip(32+stride-1), flip(len(good)-1)
	for what, bad := range cases {
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		list, _ := b.faults()
		require.Len(t, list, 1, what)
		require.Equal(t, "blobs/"+filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), list[0].Path)
		require.Contains(t, list[0].Err.Error(), list[0].Path)
		require.Equal(t, []string{"r_hurt", "r_too"}, list[0].Records)
		require.Equal(t, errs.Damaged, errs.CodeOf(list[0].Err), what)
		got, err := b.read(hash)
		require.Equal(t, errs.Damaged, errs.CodeOf(err), what)
		require.Less(t, len(got), len(data))
		require.True(t, bytes.Equal(got, data[:len(got)]), "nothing that was not stored is given out")
	}
	require.NoError(t, os.Remove(path))
	list, _ := b.faults()
	require.Len(t, list, 1)
	// The phone sends it again: it is whole.
	b.put(data, "r_hurt")
	list, _ = b.faults()
	require.Empty(t, list)
	b.sql("UPDATE blobs SET size = size + 1 WHERE stored > 0 AND size > 0 AND id = (SELECT min(id) FROM blobs)")
	list, _ = b.faults()
	require.Len(t, list, 1, "a changed row")
	b.sql("UPDATE blobs SET size = size - 1 WHERE id = (SELECT min(id) FROM blobs)")
	b.sql("UPDATE refs SET record = 'r_forged' WHERE record = 'r_too'")
	list, _ = b.faults()
	require.Len(t, list, 1, "a changed reference")
}
