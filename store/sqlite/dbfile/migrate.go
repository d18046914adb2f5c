package dbfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"ruhu/internal/errs"
)

// migrationsTable is where a file keeps what was applied to it; a further set has a table of its own.
const migrationsTable = "schema_migrations"

const createMigrations = ` (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  sha256  TEXT NOT NULL
)`

type migration struct {
	version int
	name    string
	text    string
	sum     string
}

// migrate brings the file up to the newest migration: each in a transaction of its own, under the write lock, so
// that two processes starting at once do not both apply it.
func (f *File) migrate(c *conn, dir fs.FS, table string) error {
	op := "migrate " + filepath.Base(f.path)
	list, err := readMigrations(dir)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx := context.Background()
	if _, err := c.sc.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+table+createMigrations); err != nil {
		return mapError(op, err)
	}
	var newest int
	if err := c.sc.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM "+table).Scan(&newest); err != nil {
		return mapError(op, err)
	}
	if len(list) == 0 || newest > list[len(list)-1].version {
		return errs.New(errs.Rule, op, "the file is at schema %d, written by a newer ruhu", newest).
			WithHint("Use the newer ruhu, or restore a backup made by this one.")
	}
	f.migrated = f.migrated || newest < list[len(list)-1].version
	for _, m := range list {
		if err := apply(ctx, c, m, table); err != nil {
			return mapError(op+" "+m.name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, c *conn, m migration, table string) (err error) {
	if _, err := c.sc.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			c.sc.ExecContext(ctx, "ROLLBACK")
		}
	}()
	var sum string
	rows, err := c.sc.QueryContext(ctx, "SELECT sha256 FROM "+table+" WHERE version = ?", m.version)
	if err != nil {
		return err
	}
	seen := rows.Next()
	if seen {
		err = rows.Scan(&sum)
	}
	if cerr := rows.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if seen {
		if sum != m.sum {
			return errs.New(errs.Damaged, "migrate", "migration %s was edited after it was applied", m.name)
		}
	} else {
		if _, err := c.sc.ExecContext(ctx, m.text); err != nil {
			return err
		}
		if _, err := c.sc.ExecContext(ctx, "INSERT INTO "+table+" (version, name, sha256) VALUES (?, ?, ?)",
			m.version, m.name, m.sum); err != nil {
			return err
		}
	}
	_, err = c.sc.ExecContext(ctx, "COMMIT")
	return err
}

func readMigrations(dir fs.FS) ([]migration, error) {
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return nil, err
	}
	var list []migration
	for _, name := range names {
		num, _, ok := strings.Cut(name, "_")
		version, err := strconv.Atoi(num)
		if !ok || err != nil || version < 1 {
			return nil, errs.New(errs.Internal, "migrate", "%s is not named NNNN_what.sql", name)
		}
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		list = append(list, migration{version, name, string(text), hex.EncodeToString(sum[:])})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].version < list[j].version })
	for i, m := range list {
		if m.version != i+1 {
			return nil, errs.New(errs.Internal, "migrate", "migration %d is missing before %s", i+1, m.name)
		}
	}
	return list, nil
}
