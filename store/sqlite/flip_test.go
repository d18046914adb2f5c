package sqlite_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
)

// flips is how many bits the test turns: each costs an opening and a verification of the whole directory. RUHU_FLIPS sets more.
func flips(t *testing.T) int {
	text := os.Getenv("RUHU_FLIPS")
	if text == "" {
		return 100
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// One bit is turned anywhere in any file. Then the directory refuses to open, or Verify names a fault, or the bit was in a
// byte that holds nothing: every row of every database, every attachment and every entry of the journal is what it was.
func TestOneTurnedBitIsFoundOrHoldsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := newHouse(t, dir)
	h.furnish(t)
	_, err := h.answers.Erase(t.Context(), street, "rec-020", "asked")
	require.NoError(t, err)
	require.NoError(t, h.close())
	h = newHouse(t, dir)
	require.Empty(t, h.verify(t).Faults)
	want := contents(t, h)
	require.NoError(t, h.close())

	var files []string
	sizes := map[string]int64{}
	for _, path := range everyFile(t, dir) {
		st, err := os.Stat(path)
		require.NoError(t, err)
		if st.Size() > 0 && !strings.HasSuffix(path, "-shm") {
			files = append(files, path)
			sizes[path] = st.Size()
		}
	}
	require.Greater(t, len(files), 10)
	kept := filepath.Join(t.TempDir(), "kept")
	require.NoError(t, os.CopyFS(kept, os.DirFS(dir)))
	rng := rand.New(rand.NewPCG(7, 7))
	var found, dead int
	turns := flips(t)
	for n := range turns {
		path := files[rng.IntN(len(files))]
		at, bit := rng.Int64N(sizes[path]), rng.IntN(8)
		name := fmt.Sprintf("flip %d: %s byte %d bit %d", n, strings.TrimPrefix(path, dir), at, bit)
		flip(t, path, at, bit)
		if detected(t, dir, want, name) {
			found++
		} else {
			dead++
		}
		// What was opened may have been written to: each flip begins from the same bytes.
		require.NoError(t, os.RemoveAll(dir))
		require.NoError(t, os.CopyFS(dir, os.DirFS(kept)))
	}
	t.Logf("%d found, %d in bytes that hold nothing", found, dead)
	require.Greater(t, found, turns/3)
}

func flip(t *testing.T, path string, at int64, bit int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	b := []byte{0}
	_, err = f.ReadAt(b, at)
	require.NoError(t, err)
	b[0] ^= 1 << bit
	_, err = f.WriteAt(b, at)
	require.NoError(t, err)
}

// detected opens and verifies; where nothing is noticed it compares everything with what was there.
func detected(t *testing.T, dir string, want map[string]string, name string) bool {
	h, err := openHouse(dir)
	if err != nil {
		return true
	}
	defer h.close()
	r, err := h.Verify(context.Background(), nil)
	if err != nil || !r.OK {
		return true
	}
	have := contents(t, h)
	for k, v := range want {
		require.Equal(t, v, have[k], "%s: %s changed and nobody noticed", name, k)
	}
	require.Len(t, have, len(want), name)
	return false
}

// contents is everything a directory holds, by what it is.
func contents(t *testing.T, h *house) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, f := range map[string]*dbfile.File{"core": h.Core, "link": h.Link, "answers": h.Answers.File(), "registry": h.Frame, "index": h.Blobs.File()} {
		require.NoError(t, f.Read(context.Background(), func(tx *dbfile.Tx) error {
			tables, err := tx.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
			if err != nil {
				return err
			}
			for tables.Next() {
				var table string
				if err := tables.Scan(&table); err != nil {
					return err
				}
				sum, err := tableSum(tx, table)
				if err != nil {
					return err
				}
				out[name+"."+table] = sum
			}
			return tables.Err()
		}))
	}
	for _, path := range everyFile(t, h.Dir) {
		rel := strings.TrimPrefix(path, h.Dir)
		if strings.HasPrefix(rel, "/keys") || strings.HasPrefix(rel, "/blobs") && !strings.Contains(rel, "index.db") {
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			out[rel] = fmt.Sprintf("%x", sha256.Sum256(b))
		}
	}
	var facts bytes.Buffer
	for e, err := range h.journal.Entries(1) {
		require.NoError(t, err)
		fmt.Fprintf(&facts, "%+v\n", e)
	}
	out["journal"] = facts.String()
	return out
}

func tableSum(tx *dbfile.Tx, table string) (string, error) {
	rows, err := tx.Query("SELECT * FROM \"" + table + "\"")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	h := sha256.New()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%#v\n", values)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), rows.Err()
}

func TestAFolderPutBackFromACopyIsBehindItsJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := newHouse(t, dir)
	h.furnish(t)
	require.NoError(t, h.close())
	old := filepath.Join(t.TempDir(), "old")
	require.NoError(t, os.CopyFS(old, os.DirFS(dir)))

	h = newHouse(t, dir)
	h.push(t, "dv_5", []string{"rec-late", "q1", "1"})
	require.NoError(t, h.close())
	// Somebody copies yesterday's databases back; the journal stays.
	for _, name := range []string{"answers.db", "answers.db-wal", "answers.db-shm"} {
		os.Remove(filepath.Join(dir, name))
		if b, err := os.ReadFile(filepath.Join(old, name)); err == nil {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
		}
	}
	h = newHouse(t, dir)
	require.NoError(t, h.Answers.View(t.Context(), func(r sync.Reader) error {
		behind, err := h.journal.Compare(sync.Answers, r)
		require.NoError(t, err)
		require.True(t, behind.Any())
		require.Equal(t, uint64(1), behind.Streets[0].Missing())
		return nil
	}))
	v := h.verify(t)
	require.False(t, v.OK)
	require.Contains(t, v.Faults[0].String(), "street "+street)
	require.ErrorContains(t, v.Err(), street)
}
