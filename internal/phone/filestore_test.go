package phone

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
)

func load(t *testing.T, s *FileStore) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, s.Load(context.Background(), func(key string, value []byte) error {
		out[key] = string(value)
		return nil
	}))
	return out
}

func commit(t *testing.T, s *FileStore, pairs ...string) {
	t.Helper()
	entries := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			entries[pairs[i]] = nil
		} else {
			entries[pairs[i]] = []byte(pairs[i+1])
		}
	}
	require.NoError(t, s.Commit(context.Background(), entries))
}

func reopen(t *testing.T, s *FileStore) *FileStore {
	t.Helper()
	require.NoError(t, s.Close())
	s, err := OpenFiles(s.dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestWhatWasCommittedIsThereAgainAndUnreadableOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "phone")
	s, err := OpenFiles(dir)
	require.NoError(t, err)
	commit(t, s, "a", "secret-word", "b", "2")
	commit(t, s, "b", "", "c", "3")
	s = reopen(t, s)
	require.Equal(t, map[string]string{"a": "secret-word", "c": "3"}, load(t, s))
	raw, err := os.ReadFile(filepath.Join(dir, "log"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "secret-word")
	for _, name := range []string{"log", "key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077)
	}
	_, err = OpenFiles(dir)
	require.Equal(t, errs.Conflict, errs.CodeOf(err), "one program at a time")
}

func TestAnEndThatWasCutWasNeverCommitted(t *testing.T) {
	s, err := OpenFiles(filepath.Join(t.TempDir(), "phone"))
	require.NoError(t, err)
	commit(t, s, "a", "1")
	whole := s.size
	commit(t, s, "a", "2")
	end := s.size
	for cut := whole + 1; cut < end; cut += 7 {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(s.dir)))
		require.NoError(t, os.Truncate(filepath.Join(dir, "log"), cut))
		again, err := OpenFiles(dir)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a": "1"}, load(t, again))
		commit(t, again, "b", "3")
		again = reopen(t, again)
		require.Equal(t, map[string]string{"a": "1", "b": "3"}, load(t, again))
	}
}

func TestADamagedFrameLosesItsOwnEntriesOnly(t *testing.T) {
	s, err := OpenFiles(filepath.Join(t.TempDir(), "phone"))
	require.NoError(t, err)
	commit(t, s, "a", "1")
	from := s.size
	commit(t, s, "b", "2")
	commit(t, s, "c", "3")
	name := filepath.Join(s.dir, "log")
	require.NoError(t, s.Close())
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	b[from+20] ^= 1
	require.NoError(t, os.WriteFile(name, b, 0o600))
	s, err = OpenFiles(s.dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.Equal(t, 1, s.Damaged)
	require.Equal(t, map[string]string{"a": "1", "c": "3"}, load(t, s))
}

func TestALogThatGrewIsWrittenAnew(t *testing.T) {
	s, err := OpenFiles(filepath.Join(t.TempDir(), "phone"))
	require.NoError(t, err)
	big := string(bytes.Repeat([]byte("x"), 64<<10))
	for i := range 100 {
		commit(t, s, "a", big, "n", fmt.Sprint(i))
	}
	require.Less(t, s.size, int64(compactAt)+128<<10)
	s = reopen(t, s)
	require.Equal(t, "99", load(t, s)["n"])
	require.Zero(t, s.Damaged)
}

func TestAFolderWithoutItsKeyIsSaidToBeDamaged(t *testing.T) {
	s, err := OpenFiles(filepath.Join(t.TempDir(), "phone"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(filepath.Join(s.dir, "key")))
	_, err = OpenFiles(s.dir)
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
}
