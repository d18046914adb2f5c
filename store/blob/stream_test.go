package blob_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
)

func TestAStreamIsNamedByItsBytes(t *testing.T) {
	b := newBench(t)
	for _, n := range []int{0, 1, chunk, 256 << 10, 256<<10 + 1, 3 << 20} {
		data := noise(uint64(n), n)
		name, size, err := b.PutStream(t.Context(), "jpg", int64(n), iotest.HalfReader(bytes.NewReader(data)))
		require.NoError(t, err)
		require.Equal(t, nameOf(data), name)
		require.EqualValues(t, n, size)
		got, err := b.read(hashOf(data))
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got))
		if n > 0 {
			_, _, err = b.PutStream(t.Context(), "jpg", int64(n-1), bytes.NewReader(data))
			require.Equal(t, errs.TooLarge, errs.CodeOf(err))
		}
	}
	before := len(b.files())
	_, _, err := b.PutStream(t.Context(), "jpg", 1<<20, io.MultiReader(bytes.NewReader(noise(1, 400<<10)), iotest.ErrReader(errors.New("cut"))))
	require.Error(t, err)
	require.Len(t, b.files(), before)
}

// A stream on its way lies on the disk as nobody can read it, and nothing of it stays.
func TestAStreamOnItsWayIsNotReadable(t *testing.T) {
	b := newBench(t)
	secret := bytes.Repeat([]byte(planted), 20_000)
	seen := 0
	_, _, err := b.PutStream(t.Context(), "txt", 1<<20, io.MultiReader(bytes.NewReader(secret), readerFunc(func([]byte) (int, error) {
		seen = grep(t, b.root, []byte(planted))
		return 0, io.EOF
	})))
	require.NoError(t, err)
	require.Zero(t, seen)
	require.Zero(t, grep(t, b.root, []byte(planted)))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
