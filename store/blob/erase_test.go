package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	mrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/store/blob"
	"ruhu/store/keys"
)

const planted = "she said: the landlord took the deposit"

// grep counts files below a folder in which a word stands.
func grep(t *testing.T, dir string, word []byte) (n int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, word) {
			n++
		}
		return err
	}))
	return n
}

func TestErasureReachesOldBackups(t *testing.T) {
	b := newBench(t)
	secret := append([]byte(planted), noise(7, chunk)...)
	hash := b.put(secret, "r1")
	kept := b.put([]byte(planted+" and kept"), "r2")
	backup := t.TempDir()
	require.NoError(t, b.File().Checkpoint(t.Context()))
	require.NoError(t, os.CopyFS(filepath.Join(backup, "blobs"), os.DirFS(b.dir())))

	// The control: before the erasure the backup and the present keys give the words.
	require.NoError(t, os.CopyFS(filepath.Join(backup, "keys"), os.DirFS(filepath.Join(b.root, "keys"))))
	old := openBench(t, backup)
	got, err := old.read(hash)
	require.NoError(t, err)
	require.Contains(t, string(got), planted)
	require.NoError(t, old.Close())
	require.Zero(t, grep(t, b.root, []byte(planted)), "sealed on the disk")
	raw, err := hex.DecodeString(hash)
	require.NoError(t, err)
	require.Zero(t, grep(t, b.root, raw)+grep(t, b.root, []byte(hash)), "the hash of guessable bytes is as good as the bytes")

	require.NoError(t, b.EraseRecord(t.Context(), "answers", "r1"))
	_, err = b.read(hash)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = b.Stat(t.Context(), hash)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Len(t, b.files(), 1)

	// The old copy under the keys as they are now.
	require.NoError(t, os.RemoveAll(filepath.Join(backup, "keys")))
	require.NoError(t, os.CopyFS(filepath.Join(backup, "keys"), os.DirFS(filepath.Join(b.root, "keys"))))
	old = openBench(t, backup)
	require.Len(t, old.files(), 2)
	_, err = old.read(hash)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	missing, err := old.Missing(t.Context(), []string{nameOf(secret)})
	require.NoError(t, err)
	require.Len(t, missing, 1)
	list, v := old.faults()
	require.Empty(t, list)
	require.Equal(t, 1, v.Erased)
	got, err = old.read(kept)
	require.NoError(t, err)
	require.Equal(t, planted+" and kept", string(got))
	// Replaying the erasure there removes the rest.
	require.NoError(t, old.EraseRecord(t.Context(), "answers", "r1"))
	require.Len(t, old.files(), 1)
	require.NoError(t, b.EraseRecord(t.Context(), "answers", "r1"), "again is no error")
}

func TestWhatAnotherRecordNamesStays(t *testing.T) {
	b := newBench(t)
	data := []byte(planted)
	hash := b.put(data, "r1", "r2")
	require.NoError(t, b.EraseRecord(t.Context(), "answers", "r1"))
	got, err := b.read(hash)
	require.NoError(t, err)
	require.Equal(t, planted, string(got))
	info, err := b.Stat(t.Context(), hash)
	require.NoError(t, err)
	require.Len(t, info.Refs, 1)
	require.NoError(t, b.EraseRecord(t.Context(), "registry", "r2"), "another stream's record of that name")
	_, err = b.read(hash)
	require.NoError(t, err)
	require.NoError(t, b.EraseRecord(t.Context(), "answers", "r2"))
	_, err = b.read(hash)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Empty(t, b.files())
}

func TestTheLogsErasures(t *testing.T) {
	b := newBench(t)
	data := []byte(planted)
	hash := b.put(data, "r1", "r2")
	reg := b.ref(data, "r3")
	reg.Stream = "registry"
	require.NoError(t, b.Ref(t.Context(), reg))
	raw := sha256.Sum256(data)
	require.NoError(t, b.EraseFor("answers")(raw), "no answers name it any more")
	got, err := b.read(hash)
	require.NoError(t, err, "a visit still does")
	require.Equal(t, planted, string(got))
	require.NoError(t, b.EraseFor("registry")(raw))
	require.NoError(t, b.EraseFor("registry")(raw), "again")
	require.NoError(t, b.EraseFor("answers")(sha256.Sum256([]byte("never seen"))))
	_, err = b.read(hash)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Empty(t, b.files())
	// It may come again, for another record, under another key.
	b.put(data, "r9")
	got, err = b.read(hash)
	require.NoError(t, err)
	require.Equal(t, planted, string(got))
}

// The states that a crash between two steps leaves behind, each made by hand.
func TestACrashBetweenStepsIsMadeGood(t *testing.T) {
	data := []byte(planted)
	raw := sha256.Sum256(data)
	slots := func(b *bench) *keys.Slots { return b.ring.Slots(keys.Blobs) }

	t.Run("sealed, without its name", func(t *testing.T) {
		b := newBench(t)
		b.put(data)
		final := b.files()[0]
		temp := filepath.Join(b.dir(), "tmp", filepath.Base(final)+"-123")
		require.NoError(t, os.Rename(final, temp))
		b.sql("DELETE FROM blobs")
		_, err := b.Sweep(t.Context(), nothing)
		require.NoError(t, err)
		require.FileExists(t, temp, "it may still be at work")
		b.clock.Advance(25 * time.Hour)
		swept, err := b.Sweep(t.Context(), nothing)
		require.NoError(t, err)
		require.Equal(t, blob.Swept{Temp: 1}, swept)
		require.Empty(t, b.files())
		_, err = slots(b).Sealer(1)
		require.True(t, keys.IsDestroyed(err))
	})
	t.Run("named, without its row", func(t *testing.T) {
		b := newBench(t)
		b.put(data)
		b.sql("DELETE FROM blobs")
		_, v := b.faults()
		require.Equal(t, 1, v.Loose)
		_, err := b.read(hashOf(data))
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
		b.put(data, "r1")
		got, err := b.read(hashOf(data))
		require.NoError(t, err)
		require.Equal(t, planted, string(got))
		_, err = slots(b).Sealer(1)
		require.True(t, keys.IsDestroyed(err), "the key of the loose file would outlive an erasure")
		require.NoError(t, b.EraseRecord(t.Context(), "answers", "r1"))
		require.Empty(t, b.files())
	})
	t.Run("named, without its row, and nobody comes", func(t *testing.T) {
		b := newBench(t)
		b.put(data)
		b.sql("DELETE FROM blobs")
		b.clock.Advance(25 * time.Hour)
		swept, err := b.Sweep(t.Context(), nothing)
		require.NoError(t, err)
		require.Equal(t, blob.Swept{Loose: 1}, swept)
		require.Empty(t, b.files())
		_, err = slots(b).Sealer(1)
		require.True(t, keys.IsDestroyed(err))
	})
	t.Run("named, without its row, and erased", func(t *testing.T) {
		b := newBench(t)
		b.put(data)
		b.sql("DELETE FROM blobs")
		require.NoError(t, b.EraseFor("answers")(raw))
		require.Empty(t, b.files())
		_, err := slots(b).Sealer(1)
		require.True(t, keys.IsDestroyed(err))
	})
	t.Run("a loose file that claims another's key", func(t *testing.T) {
		b := newBench(t)
		b.put(data)
		kept := b.put([]byte("another photo"), "r1")
		b.sql("DELETE FROM blobs WHERE slot = 1")
		path := b.files()[0]
		if st, err := os.Stat(path); err == nil && st.Size() != int64(32+len(planted)+keys.Overhead) {
			path = b.files()[1]
		}
		sealed, err := os.ReadFile(path)
		require.NoError(t, err)
		binary.LittleEndian.PutUint64(sealed[8:], 2)
		require.NoError(t, os.WriteFile(path, sealed, 0o600))
		require.NoError(t, b.EraseFor("answers")(raw))
		got, err := b.read(kept)
		require.NoError(t, err)
		require.Equal(t, "another photo", string(got))
	})
	t.Run("erased: the key is gone, the file not", func(t *testing.T) {
		b := newBench(t)
		b.put(data, "r1")
		require.NoError(t, slots(b).Destroy(1))
		_, err := b.Stat(t.Context(), hashOf(data))
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
		require.NoError(t, b.EraseFor("answers")(raw))
		require.Empty(t, b.files())
		missing, err := b.Missing(t.Context(), []string{nameOf(data)})
		require.NoError(t, err)
		require.Len(t, missing, 1)
	})
	t.Run("erased: the file is gone, the rows not", func(t *testing.T) {
		b := newBench(t)
		b.put(data, "r1")
		require.NoError(t, slots(b).Destroy(1))
		require.NoError(t, os.Remove(b.files()[0]))
		_, err := b.Open(t.Context(), hashOf(data))
		require.Equal(t, errs.NotFound, errs.CodeOf(err))
		require.NoError(t, b.EraseRecord(t.Context(), "answers", "r1"))
		list, v := b.faults()
		require.Empty(t, list)
		require.Zero(t, v)
	})
	t.Run("erased halfway, then sent for another record", func(t *testing.T) {
		b := newBench(t)
		b.put(data, "r1")
		require.NoError(t, slots(b).Destroy(1))
		b.put(data, "r2")
		got, err := b.read(hashOf(data))
		require.NoError(t, err)
		require.Equal(t, planted, string(got))
	})
}

func hashes(list ...[]byte) iter.Seq2[[32]byte, error] {
	return func(yield func([32]byte, error) bool) {
		for _, d := range list {
			if !yield(sha256.Sum256(d), nil) {
				return
			}
		}
	}
}

func nothing(context.Context, string, string) ([][32]byte, error) { return nil, nil }

func TestSweepStopsWhereTheListOfNamesIsWrong(t *testing.T) {
	b := newBench(t)
	data := []byte(planted)
	b.put(data, "r1")
	b.clock.Advance(25 * time.Hour)
	names := func(_ context.Context, stream, record string) ([][32]byte, error) {
		require.Equal(t, "answers r1", stream+" "+record)
		return [][32]byte{{1}, sha256.Sum256(data)}, nil
	}
	_, err := b.Sweep(t.Context(), names, hashes(), hashes())
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	_, err = b.read(hashOf(data))
	require.NoError(t, err)
	swept, err := b.Sweep(t.Context(), nothing, hashes(), hashes())
	require.NoError(t, err)
	require.Equal(t, 1, swept.Blobs)
}

func TestSweepErasesWhatNobodyNames(t *testing.T) {
	b := newBench(t)
	named, visit, forgotten, fresh := []byte("a photo"), []byte("of a visit"), []byte(planted), []byte("just arrived")
	b.put(named, "r1")
	b.put(visit, "r2")
	b.put(forgotten, "r3")
	require.NoError(t, b.Unref(t.Context(), "answers", "r3"))
	b.clock.Advance(24 * time.Hour)
	b.put(fresh, "r4")
	b.clock.Advance(time.Hour)
	broken := func(yield func([32]byte, error) bool) { yield([32]byte{}, errs.New(errs.Damaged, "x", "x")) }
	_, err := b.Sweep(t.Context(), nothing, hashes(named), broken)
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	require.Len(t, b.files(), 4, "half a list of names erases nothing")
	swept, err := b.Sweep(t.Context(), nothing, hashes(named), hashes(visit))
	require.NoError(t, err)
	require.Equal(t, blob.Swept{Blobs: 1}, swept)
	for _, d := range [][]byte{named, visit, fresh} {
		got, err := b.read(hashOf(d))
		require.NoError(t, err)
		require.Equal(t, d, got)
	}
	_, err = b.read(hashOf(forgotten))
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func TestQuotas(t *testing.T) {
	b := newBench(t)
	for n := range limits.AttachmentPerRecord {
		b.put(noise(uint64(n), 50), "r1")
	}
	more := []byte("the eleventh")
	require.Equal(t, errs.OverQuota, errs.CodeOf(b.Admit(t.Context(), b.ref(more, "r1"), 12)))
	err := b.Accept(t.Context(), b.ref(more, "r1"), 12, bytes.NewReader(more))
	require.Equal(t, errs.OverQuota, errs.CodeOf(err))
	require.Len(t, b.files(), limits.AttachmentPerRecord, "what was refused is not kept")
	require.NoError(t, b.Admit(t.Context(), b.ref(noise(0, 50), "r1"), 50), "one of the ten again")
	b.put(more, "r2")

	b.sql("UPDATE used SET bytes = ? WHERE device = 'dv_1'", limits.AttachmentDayBytes-10)
	last := []byte("eleven byte")
	require.Equal(t, errs.OverQuota, errs.CodeOf(b.Admit(t.Context(), b.ref(last, "r3"), 11)))
	require.NoError(t, b.Admit(t.Context(), b.ref(last, "r3"), 10))
	require.Equal(t, errs.TooLarge, errs.CodeOf(b.Admit(t.Context(), b.ref(last, "r3"), limits.AttachmentBytes+1)))
	require.Equal(t, errs.OverQuota, errs.CodeOf(b.Accept(t.Context(), b.ref(last, "r3"), 11, bytes.NewReader(last))))
	other := b.ref(last, "r3")
	other.Device = "dv_2"
	require.NoError(t, b.Admit(t.Context(), other, 11), "another phone's day is its own")
	b.clock.Advance(24 * time.Hour)
	b.put(last, "r3")
	require.Equal(t, errs.Invalid, errs.CodeOf(b.Admit(t.Context(), blob.Ref{Name: nameOf(last)}, 1)))
}

func TestMain(m *testing.M) {
	if root := os.Getenv("RUHU_BLOB_PLAY"); root != "" {
		fmt.Fprintln(os.Stderr, playUntilKilled(root))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// playUntilKilled stores and erases for ever, and says what it was promised.
func playUntilKilled(root string) error {
	ring, err := keys.Open(filepath.Join(root, "keys"), rand.Reader)
	if err != nil {
		return err
	}
	s, err := blob.Open(filepath.Join(root, "blobs"), blob.Options{Slots: ring.Slots(keys.Blobs), NameKey: ring.Derive("blob-name"), Clock: clock.NewManual(time.Unix(1, 0))})
	if err != nil {
		return err
	}
	background := context.Background()
	for n := 0; ; n++ {
		data := noise(mrand.Uint64(), 100+mrand.IntN(chunk))
		record := "r" + hashOf(data)
		ref := blob.Ref{Stream: "answers", Record: record, Name: nameOf(data), Device: "dv_1"}
		if err := s.Accept(background, ref, int64(len(data)), bytes.NewReader(data)); err != nil {
			return err
		}
		fmt.Println("stored", hashOf(data))
		if n%3 == 0 {
			fmt.Println("erasing", hashOf(data))
			if err := s.EraseRecord(background, "answers", record); err != nil {
				return err
			}
			fmt.Println("erased", hashOf(data))
		}
	}
}

func TestKilledStoresKeepTheirPromises(t *testing.T) {
	root := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	said := map[string]string{}
	for round := range 8 {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "RUHU_BLOB_PLAY="+root)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		r := bufio.NewReader(out)
		hear := func(line string) {
			if verb, hash, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok && strings.HasSuffix(line, "\n") {
				said[hash] = verb
			}
		}
		for range 6 + 5*round {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			hear(line)
		}
		require.NoError(t, cmd.Process.Kill())
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		for line := range strings.Lines(string(rest)) {
			hear(line)
		}
		require.Error(t, cmd.Wait())
	}
	b := openBench(t, root)
	for hash, verb := range said {
		if verb == "erasing" {
			// The log, too, repeats an erasure that it does not know to be finished.
			require.NoError(t, b.EraseRecord(t.Context(), "answers", "r"+hash))
			verb = "erased"
		}
		_, err := b.read(hash)
		if verb == "erased" {
			require.Equal(t, errs.NotFound, errs.CodeOf(err))
		} else {
			require.NoError(t, err)
		}
	}
	require.Greater(t, len(said), 60)
	list, _ := b.faults()
	require.Empty(t, list)
	b.clock.Advance(240 * time.Hour)
	_, err = b.Sweep(t.Context(), nothing)
	require.NoError(t, err)
	require.Empty(t, b.files(), "nothing is left behind")
}

func BenchmarkPut(b *testing.B) {
	ring, err := keys.Open(filepath.Join(b.TempDir(), "keys"), rand.Reader)
	require.NoError(b, err)
	s, err := blob.Open(filepath.Join(b.TempDir(), "blobs"), blob.Options{Slots: ring.Slots(keys.Blobs), NameKey: ring.Derive("blob-name"), Clock: clock.System()})
	require.NoError(b, err)
	defer s.Close()
	data := noise(1, 2<<20)
	b.SetBytes(int64(len(data)))
	for n := uint64(0); b.Loop(); n++ {
		binary.LittleEndian.PutUint64(data, n)
		require.NoError(b, s.Put(b.Context(), nameOf(data), int64(len(data)), bytes.NewReader(data)))
	}
}
