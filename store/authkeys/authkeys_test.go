package authkeys_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	gosync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/authkeys"
	"ruhu/store/keys"
)

func open(t *testing.T) (*authkeys.Files, string) {
	dir := t.TempDir()
	sealer, err := keys.NewSealer(bytes.Repeat([]byte{7}, 32), rand.Reader)
	require.NoError(t, err)
	return authkeys.New(dir, sealer), dir
}

func TestKeysComeBackSealedAndPrivate(t *testing.T) {
	f, dir := open(t)
	_, err := f.LoadKey("auth-secret")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.NoError(t, f.CreateKey("auth-secret", []byte("planted secret")))
	require.NoError(t, f.CreateKey("auth-signing", []byte("first")))
	require.NoError(t, f.ReplaceKey("auth-signing", []byte("second")))
	got, err := f.LoadKey("auth-secret")
	require.NoError(t, err)
	require.Equal(t, "planted secret", string(got))
	got, err = f.LoadKey("auth-signing")
	require.NoError(t, err)
	require.Equal(t, "second", string(got))

	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, list, 2)
	for _, e := range list {
		info, err := e.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		require.NotContains(t, string(b), "planted")
	}
}

func TestFilesCannotBeSwappedOrNamedOutside(t *testing.T) {
	f, dir := open(t)
	require.NoError(t, f.CreateKey("auth-secret", []byte("one")))
	b, err := os.ReadFile(filepath.Join(dir, "auth-secret.sealed"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "auth-signing.sealed"), b, 0o600))
	_, err = f.LoadKey("auth-signing")
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	for _, name := range []string{"", "../x", "a/b", "a.b"} {
		require.Error(t, f.CreateKey(name, []byte("x")), name)
	}
}

func TestOneOfManyCreators(t *testing.T) {
	f, _ := open(t)
	var wg gosync.WaitGroup
	won := make(chan byte, 20)
	for i := range 20 {
		wg.Go(func() {
			if err := f.CreateKey("auth-secret", []byte{byte(i)}); err == nil {
				won <- byte(i)
			} else if errs.CodeOf(err) != errs.Conflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	require.Len(t, won, 1)
	got, err := f.LoadKey("auth-secret")
	require.NoError(t, err)
	require.Equal(t, <-won, got[0])
}
