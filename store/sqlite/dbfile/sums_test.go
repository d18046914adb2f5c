package dbfile_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/store/sqlite/dbfile"
)

const twoTables = `CREATE TABLE parents (id TEXT PRIMARY KEY, n REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE kids (id INTEGER PRIMARY KEY, parent TEXT NOT NULL REFERENCES parents (id) ON DELETE CASCADE, name TEXT UNIQUE, raw BLOB);`

func openSummed(t *testing.T, path string) *dbfile.File {
	f := open(t, path, dbfile.Options{Migrations: migrations(twoTables)})
	require.NoError(t, f.KeepSums(t.Context(), nil))
	return f
}

func faultsOf(t *testing.T, f *dbfile.File) (out []string) {
	t.Helper()
	require.NoError(t, f.Verify(t.Context(), func(table, what string) { out = append(out, table) }))
	return out
}

func TestRowSumsFollowEveryWayToChangeARow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	f := openSummed(t, path)
	run := func(queries ...string) {
		t.Helper()
		require.NoError(t, f.Write(t.Context(), func(tx *dbfile.Tx) error {
			for _, q := range queries {
				if _, err := tx.Exec(q); err != nil {
					return err
				}
			}
			return nil
		}))
		require.Empty(t, faultsOf(t, f))
	}
	for i := range 20 {
		run(fmt.Sprintf("INSERT INTO parents VALUES ('p%d', %d)", i, i), fmt.Sprintf("INSERT INTO kids (parent, name, raw) VALUES ('p%d', 'k%d', x'00%02d')", i, i, i))
	}
	run("UPDATE kids SET name = name || 'x' WHERE id > 10")
	run("INSERT OR REPLACE INTO kids (parent, name) VALUES ('p3', 'k1')")
	run("INSERT INTO parents VALUES ('p1', 2.5) ON CONFLICT DO UPDATE SET n = excluded.n")
	run("DELETE FROM parents WHERE id = 'p4'")
	require.Error(t, f.Write(t.Context(), func(tx *dbfile.Tx) error {
		_, err := tx.Exec("DELETE FROM kids")
		require.NoError(t, err)
		_, err = tx.Exec("INSERT INTO kids (parent) VALUES ('nobody')")
		return err
	}))
	require.Empty(t, faultsOf(t, f))
	other := openSummed(t, path)
	require.NoError(t, other.Write(t.Context(), func(tx *dbfile.Tx) error { _, err := tx.Exec("DELETE FROM kids WHERE id = 7"); return err }))
	require.Empty(t, faultsOf(t, f))
	require.NoError(t, other.Close())
	require.NoError(t, f.Close())

	f = openSummed(t, path)
	require.Empty(t, faultsOf(t, f))
	require.NoError(t, f.Close())
	// Somebody else's hand: a connection without our triggers.
	bare := open(t, path, dbfile.Options{Migrations: migrations(twoTables)})
	require.NoError(t, bare.Exclusive(context.Background(), "UPDATE kids SET raw = x'77' WHERE id = 6"))
	require.NoError(t, bare.Close())
	f = openSummed(t, path)
	require.Equal(t, []string{"kids"}, faultsOf(t, f))
}
