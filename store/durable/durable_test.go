package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/store/durable"
)

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	require.NoError(t, durable.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, durable.WriteFile(path, []byte("new and longer"), 0o600))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new and longer", string(got))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary file stays behind")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWriteFileInMissingFolderLeavesNothing(t *testing.T) {
	require.Error(t, durable.WriteFile(filepath.Join(t.TempDir(), "no", "f"), nil, 0o600))
}

func TestSyncOfClosedFileFails(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "x")
	require.NoError(t, err)
	require.NoError(t, durable.Sync(f))
	require.NoError(t, f.Close())
	require.Error(t, durable.Sync(f))
}
