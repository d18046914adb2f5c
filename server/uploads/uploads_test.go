package uploads_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tus/tusd/v2/pkg/handler"

	"ruhu/internal/clock"
	"ruhu/server/uploads"
)

func TestChunksAreSealedAndComeBackWhole(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	now := clock.NewManual(clock.System().Now())
	s, err := uploads.Open(dir, bytes.Repeat([]byte{7}, 32), now, rand.Reader)
	require.NoError(t, err)

	plain := bytes.Repeat([]byte("a canary sang in the mine. "), 3000)
	up, err := s.NewUpload(ctx, handler.FileInfo{Size: int64(len(plain)), MetaData: handler.MetaData{"device": "dv_1"}})
	require.NoError(t, err)
	fi, err := up.GetInfo(ctx)
	require.NoError(t, err)
	require.Zero(t, fi.Offset)
	for off, step := 0, 1013; off < len(plain); off += step { // a length that is no multiple of a cipher block
		again, err := s.GetUpload(ctx, fi.ID)
		require.NoError(t, err)
		n, err := again.WriteChunk(ctx, int64(off), bytes.NewReader(plain[off:min(off+step, len(plain))]))
		require.NoError(t, err)
		require.EqualValues(t, min(step, len(plain)-off), n)
	}
	fi, err = up.GetInfo(ctx)
	require.NoError(t, err)
	require.EqualValues(t, len(plain), fi.Offset)
	r, err := up.GetReader(ctx)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, plain, got)

	raw, err := os.ReadFile(filepath.Join(dir, fi.ID+".part"))
	require.NoError(t, err)
	require.Len(t, raw, len(plain))
	require.True(t, bytes.Contains(plain, []byte("canary")), "the search finds what is there")
	require.False(t, bytes.Contains(raw, []byte("canary")), "the bytes on disk are sealed")

	require.NoError(t, s.Accepted(ctx, fi.ID))
	require.NoFileExists(t, filepath.Join(dir, fi.ID+".part"))
	done, err := s.GetUpload(ctx, fi.ID)
	require.NoError(t, err)
	fi, err = done.GetInfo(ctx)
	require.NoError(t, err)
	require.Equal(t, fi.Size, fi.Offset, "a client whose reply was lost sees that all arrived")

	now.Advance(uploads.Keep + 48*time.Hour)
	_, err = s.NewUpload(ctx, handler.FileInfo{Size: 1})
	require.NoError(t, err)
	_, err = s.GetUpload(ctx, fi.ID)
	require.ErrorIs(t, err, handler.ErrNotFound, "what nobody touches goes")
	_, err = s.GetUpload(ctx, "../../etc/passwd")
	require.ErrorIs(t, err, handler.ErrNotFound)
}
