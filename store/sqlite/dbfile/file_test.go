package dbfile_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
)

func migrations(texts ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i, s := range texts {
		m[string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(s)}
	}
	return m
}

const table = `CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL CHECK (length(v) < 100000));`

func open(t *testing.T, path string, opt dbfile.Options) *dbfile.File {
	t.Helper()
	if opt.Migrations == nil {
		opt.Migrations = migrations(table)
	}
	f, err := dbfile.Open(path, opt)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func count(t *testing.T, f *dbfile.File) (n int) {
	t.Helper()
	require.NoError(t, f.Read(t.Context(), func(tx *dbfile.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM t").Scan(&n)
	}))
	return n
}

func insert(k int) func(tx *dbfile.Tx) error {
	return func(tx *dbfile.Tx) error {
		_, err := tx.Exec("INSERT INTO t (k, v) VALUES (?, ?)", k, []byte("x"))
		return err
	}
}

func TestPragmasAreTheOnesDurabilityNeeds(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{PageSize: 8192})
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "page_size": "8192"}
	require.NoError(t, f.Write(t.Context(), func(tx *dbfile.Tx) error {
		for p, v := range want {
			var got string
			require.NoError(t, tx.QueryRow("PRAGMA "+p).Scan(&got))
			require.Equal(t, v, got, p)
		}
		return nil
	}))
	st, err := os.Stat(f.Path())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), st.Mode().Perm())
	err = f.Read(t.Context(), insert(1))
	require.Equal(t, errs.ReadOnly, errs.CodeOf(err))
}

// shared counts commits and the jobs that took part in them.
type shared struct {
	entered, kept, undone, commits, discarded int
	flush                                     func() error
}

func (s *shared) Begin() {}
func (s *shared) Enter() { s.entered++ }
func (s *shared) Undo()  { s.undone++ }
func (s *shared) Keep()  { s.kept++ }
func (s *shared) Committed() error {
	s.commits++
	return nil
}

func (s *shared) Discarded() { s.discarded++ }
func (s *shared) Flush(*dbfile.Tx) error {
	if s.flush != nil {
		return s.flush()
	}
	return nil
}

func TestWritersShareCommitsAndFailAlone(t *testing.T) {
	g := &shared{}
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{NewGroup: func() dbfile.Group { return g }, Queue: 1000})
	gate := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		require.NoError(t, f.Write(t.Context(), func(*dbfile.Tx) error { <-gate; return nil }))
	})
	boom := errors.New("boom")
	results := make([]error, 200)
	for i := range results {
		wg.Go(func() {
			results[i] = f.Write(t.Context(), func(tx *dbfile.Tx) error {
				if err := insert(i)(tx); err != nil {
					return err
				}
				switch {
				case i%10 == 3:
					return boom
				case i%10 == 7:
					panic("odd job")
				}
				return nil
			})
		})
	}
	close(gate)
	wg.Wait()
	for i, err := range results {
		switch i % 10 {
		case 3:
			require.ErrorIs(t, err, boom)
		case 7:
			require.Equal(t, errs.Internal, errs.CodeOf(err))
		default:
			require.NoError(t, err)
		}
	}
	require.Equal(t, 160, count(t, f))
	require.NoError(t, f.Close())
	require.Equal(t, 40, g.undone)
	require.Equal(t, 161, g.kept)
	require.Less(t, g.commits, 100, "200 writers must share commits")
}

func TestOneJobThatSpoilsTheFlushHarmsNoOther(t *testing.T) {
	g := &shared{}
	bad := false
	g.flush = func() error {
		if bad {
			bad = false
			return errors.New("the sums do not fit")
		}
		return nil
	}
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{NewGroup: func() dbfile.Group { return g }})
	gate := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, f.Write(t.Context(), func(*dbfile.Tx) error { <-gate; return nil })) })
	var failed, fine int
	var mu sync.Mutex
	for i := range 20 {
		wg.Go(func() {
			err := f.Write(t.Context(), func(tx *dbfile.Tx) error {
				if i == 5 {
					bad = true
				}
				return insert(i)(tx)
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
			} else {
				fine++
			}
		})
	}
	close(gate)
	wg.Wait()
	require.Equal(t, 1, failed)
	require.Equal(t, 19, fine)
	require.Equal(t, 19, count(t, f))
}

func TestBusyAndCancelledCallersLeaveTheQueue(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{Queue: 2, Wait: 200 * time.Millisecond})
	gate, started := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() {
		// A commit under way is not ended by its caller's context.
		require.NoError(t, f.Write(ctx, func(tx *dbfile.Tx) error { close(started); <-gate; return insert(1)(tx) }))
	})
	<-started
	cancel()
	require.Equal(t, errs.Busy, errs.CodeOf(f.Write(t.Context(), insert(2))), "waited too long")
	require.Equal(t, errs.Busy, errs.CodeOf(f.Write(t.Context(), insert(3))))
	require.Equal(t, errs.Busy, errs.CodeOf(f.Write(t.Context(), insert(4))), "queue full")
	require.ErrorIs(t, f.Write(ctx, insert(5)), context.Canceled)
	close(gate)
	wg.Wait()
	require.Equal(t, 1, count(t, f), "who was told busy has no effect")
}

func TestSnapshotDoesNotMove(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{})
	require.NoError(t, f.Write(t.Context(), insert(1)))
	require.NoError(t, f.Read(t.Context(), func(tx *dbfile.Tx) error {
		var a, b int
		require.NoError(t, tx.QueryRow("SELECT count(*) FROM t").Scan(&a))
		require.NoError(t, f.Write(t.Context(), insert(2)))
		require.NoError(t, tx.QueryRow("SELECT count(*) FROM t").Scan(&b))
		require.Equal(t, a, b)
		require.Equal(t, errs.Busy, errs.CodeOf(f.Checkpoint(t.Context())), "the snapshot holds the log")
		return nil
	}))
	require.Equal(t, 2, count(t, f))
	require.NoError(t, f.Checkpoint(t.Context()))
	require.Zero(t, f.WALBytes())
}

func TestTheSameQueryNests(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{})
	for k := range 3 {
		require.NoError(t, f.Write(t.Context(), insert(k)))
	}
	pairs := 0
	require.NoError(t, f.Read(t.Context(), func(tx *dbfile.Tx) error {
		outer, err := tx.Query("SELECT k FROM t")
		require.NoError(t, err)
		for outer.Next() {
			inner, err := tx.Query("SELECT k FROM t")
			require.NoError(t, err)
			for inner.Next() {
				pairs++
			}
		}
		require.ErrorIs(t, tx.QueryRow("SELECT k FROM t WHERE k = 99").Scan(new(int)), sql.ErrNoRows)
		return outer.Err()
	}))
	require.Equal(t, 9, pairs)
}

func TestDiskFullIsSurvivedAndRecovers(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{})
	require.NoError(t, f.Write(t.Context(), insert(1)))
	require.NoError(t, f.Exclusive(t.Context(), "PRAGMA max_page_count=8"))
	big := make([]byte, 90000)
	err := f.Write(t.Context(), func(tx *dbfile.Tx) error {
		_, err := tx.Exec("INSERT INTO t (k, v) VALUES (?, ?)", 2, big)
		return err
	})
	require.Equal(t, errs.DiskFull, errs.CodeOf(err))
	require.NoError(t, f.Failed())
	require.Equal(t, 1, count(t, f), "reads go on")
	require.NoError(t, f.Exclusive(t.Context(), "PRAGMA max_page_count=1000000"))
	require.NoError(t, f.Write(t.Context(), insert(2)))
	require.Equal(t, 2, count(t, f))
}

func TestFailStopAcknowledgesNothingMore(t *testing.T) {
	g := &shared{}
	var told error
	f := open(t, filepath.Join(t.TempDir(), "a.db"), dbfile.Options{NewGroup: func() dbfile.Group { return g }, OnFailStop: func(err error) { told = err }})
	require.NoError(t, f.Write(t.Context(), insert(1)))
	g.flush = func() error { return errs.New(errs.FailStop, "fsync", "input/output error") }
	require.Equal(t, errs.FailStop, errs.CodeOf(f.Write(t.Context(), insert(2))))
	g.flush = nil
	require.Equal(t, errs.FailStop, errs.CodeOf(f.Write(t.Context(), insert(3))))
	require.Equal(t, errs.FailStop, errs.CodeOf(told))
	require.Equal(t, 1, count(t, f))
}

func TestMigrationsOnlyGoForward(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	f := open(t, path, dbfile.Options{})
	require.NoError(t, f.Write(t.Context(), insert(1)))
	require.NoError(t, f.Close())
	next := migrations(table, "ALTER TABLE t ADD COLUMN w TEXT NOT NULL DEFAULT 'n';")
	f = open(t, path, dbfile.Options{Migrations: next})
	require.Equal(t, 1, count(t, f))
	require.NoError(t, f.Close())

	_, err := dbfile.Open(path, dbfile.Options{Migrations: migrations(table)})
	require.Equal(t, errs.Rule, errs.CodeOf(err), "an older program must not touch a newer file")
	_, err = dbfile.Open(path, dbfile.Options{Migrations: migrations(table, "SELECT 1;")})
	require.Equal(t, errs.Damaged, errs.CodeOf(err), "an edited migration is noticed")
	_, err = dbfile.Open(path, dbfile.Options{Migrations: migrations(table, string(next["2_step.sql"].Data), "CREATE TABLE broken (")})
	require.Error(t, err)
	f = open(t, path, dbfile.Options{Migrations: next})
	require.Equal(t, 1, count(t, f))
}

func TestDamagedFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	require.NoError(t, os.WriteFile(path, []byte("this is not a database, but it is long enough to be looked at......................................................"), 0o600))
	_, err := dbfile.Open(path, dbfile.Options{Migrations: migrations(table)})
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
}

func TestTwoProcessesTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	a, b := open(t, path, dbfile.Options{}), open(t, path, dbfile.Options{})
	var wg sync.WaitGroup
	for i := range 40 {
		f := a
		if i%2 == 1 {
			f = b
		}
		wg.Go(func() { require.NoError(t, f.Write(t.Context(), insert(i))) })
	}
	wg.Wait()
	require.Equal(t, 40, count(t, a))
	require.Equal(t, 40, count(t, b))
}
