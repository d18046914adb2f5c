package keys_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/keys"
)

func open(t *testing.T, dir string) *keys.Ring {
	t.Helper()
	r, err := keys.Open(dir, rand.Reader)
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func TestSealedBytesOpenAfterRestartAndNowhereElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	r := open(t, dir)
	first, err := r.Slots(keys.Answers).Reserve(3)
	require.NoError(t, err)
	require.Equal(t, uint64(1), first)
	s, err := r.Slots(keys.Answers).Sealer(2)
	require.NoError(t, err)
	sealed, err := s.Seal([]byte("head"), []byte("the answer"), []byte("rec"))
	require.NoError(t, err)
	require.Len(t, sealed, 4+10+keys.Overhead)
	require.NoError(t, r.Close())

	r = open(t, dir)
	s, err = r.Slots(keys.Answers).Sealer(2)
	require.NoError(t, err)
	plain, err := s.Open(nil, sealed[4:], []byte("rec"))
	require.NoError(t, err)
	require.Equal(t, "the answer", string(plain))
	_, err = s.Open(nil, sealed[4:], []byte("other"))
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	other, err := r.Slots(keys.Answers).Sealer(3)
	require.NoError(t, err)
	_, err = other.Open(nil, sealed[4:], []byte("rec"))
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	require.NotEqual(t, r.Derive("link"), r.Derive("registry-identity"))
	for _, name := range []string{"master.key", "answers.slots", "backup.agekey"} {
		st, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), st.Mode().Perm(), name)
	}
}

func TestDestroyedKeyIsGone(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	slots := r.Slots(keys.Registry)
	_, err := slots.Reserve(5)
	require.NoError(t, err)
	before, err := os.ReadFile(filepath.Join(dir, "registry.slots"))
	require.NoError(t, err)
	secret := before[4*64 : 4*64+60]
	require.NotEqual(t, make([]byte, 60), secret)
	_, err = slots.Sealer(4)
	require.NoError(t, err)
	require.NoError(t, slots.Destroy(4))
	require.NoError(t, slots.Destroy(4))
	_, err = slots.Sealer(4)
	require.True(t, keys.IsDestroyed(err))
	after, err := os.ReadFile(filepath.Join(dir, "registry.slots"))
	require.NoError(t, err)
	require.True(t, bytes.Contains(before, secret))
	require.False(t, bytes.Contains(after, secret))
	require.NoError(t, slots.Verify(func(slot uint64, err error) { t.Errorf("slot %d: %v", slot, err) }))
	require.Error(t, slots.Destroy(99999))
}

func TestTwoProcessesNeverShareASlot(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	var mu sync.Mutex
	seen := map[uint64]bool{}
	var wg sync.WaitGroup
	for _, r := range []*keys.Ring{a, b, a, b} {
		wg.Go(func() {
			for range 50 {
				first, err := r.Slots(keys.Answers).Reserve(30)
				require.NoError(t, err)
				mu.Lock()
				for i := range uint64(30) {
					require.False(t, seen[first+i])
					seen[first+i] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 6000)
	require.NoError(t, a.Slots(keys.Answers).SkipTo(10_000))
	first, err := b.Slots(keys.Answers).Reserve(1)
	require.NoError(t, err)
	require.Equal(t, uint64(10_000), first)
}

func TestEveryFlippedBitOfTheKeysIsFound(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	_, err := r.Slots(keys.Answers).Reserve(10)
	require.NoError(t, err)
	require.NoError(t, r.Slots(keys.Answers).Destroy(3))
	require.NoError(t, r.Close())
	check := func() (found bool) {
		r, err := keys.Open(dir, rand.Reader)
		if err != nil {
			return errs.CodeOf(err) == errs.Damaged
		}
		defer r.Close()
		for _, name := range []string{keys.Answers, keys.Registry, keys.Blobs} {
			if err := r.Slots(name).Verify(func(uint64, error) { found = true }); err != nil {
				found = true
			}
		}
		return found
	}
	require.False(t, check())
	for name, offsets := range map[string][]int64{"answers.slots": {0, 9, 17, 33, 64, 100, 127, 3 * 64, 3*64 + 63, 700, 1024*64 + 63},
		"master.key": {0, 17, 20, 82, 84, 99}, "backup.agekey": {0, 20, 74}} {
		path := filepath.Join(dir, name)
		good, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, off := range offsets {
			require.Less(t, off, int64(len(good)), name)
			bad := bytes.Clone(good)
			bad[off] ^= 1
			require.NoError(t, os.WriteFile(path, bad, 0o600))
			require.True(t, check(), "%s at %d", name, off)
		}
		require.NoError(t, os.WriteFile(path, good, 0o600))
	}
	require.False(t, check())
}

func TestExportAndInstall(t *testing.T) {
	r := open(t, t.TempDir())
	_, err := r.Slots(keys.Answers).Reserve(10)
	require.NoError(t, err)
	s, err := r.Slots(keys.Answers).Sealer(7)
	require.NoError(t, err)
	sealed, err := s.Seal(nil, []byte("kept"), nil)
	require.NoError(t, err)
	var file bytes.Buffer
	info, err := r.Export(&file, 42)
	require.NoError(t, err)
	require.Equal(t, uint64(1024), info.Slots[keys.Answers])

	x, err := keys.ReadExport(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	require.Equal(t, info, x.Info)
	dir := filepath.Join(t.TempDir(), "keys")
	again, err := x.Install(dir, rand.Reader)
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, r.ID(), again.ID())
	s, err = again.Slots(keys.Answers).Sealer(7)
	require.NoError(t, err)
	plain, err := s.Open(nil, sealed, nil)
	require.NoError(t, err)
	require.Equal(t, "kept", string(plain))
	_, err = x.Install(dir, rand.Reader)
	require.Equal(t, errs.Rule, errs.CodeOf(err))

	for _, at := range []int{0, 30, file.Len() / 2, file.Len() - 1} {
		bad := bytes.Clone(file.Bytes())
		bad[at] ^= 4
		_, err := keys.ReadExport(bytes.NewReader(bad))
		require.Equal(t, errs.BackupBad, errs.CodeOf(err), "at %d", at)
	}
	_, err = keys.ReadExport(bytes.NewReader(file.Bytes()[:file.Len()-5]))
	require.Equal(t, errs.BackupBad, errs.CodeOf(err))
}
