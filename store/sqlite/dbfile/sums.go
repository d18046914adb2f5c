package dbfile

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ruhu/internal/errs"
)

// Row sums: for a table that does not check its own rows, the XOR of the hashes of all its rows is kept in table row_sums,
// moved by triggers of our connections in the transaction that changes a row. A bit that changed any other way makes the
// sum of what is there another one. The triggers are temporary, so the file holds nothing but tables.
const createSums = `CREATE TABLE IF NOT EXISTS row_sums (
  name    TEXT PRIMARY KEY,
  columns TEXT NOT NULL,
  sum     INTEGER NOT NULL
) WITHOUT ROWID`

// SumsTable is left out of backups: the sums are made again where they are missing.
const SumsTable = "row_sums"

// connector opens connections that know the functions the triggers use.
type connector struct {
	driver sqlite3.SQLiteDriver
	dsn    string
}

func openDB(dsn string) *sql.DB {
	return sql.OpenDB(&connector{sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		return errors.Join(c.RegisterFunc("ruhu_row", hashRow, true), c.RegisterFunc("ruhu_xor", func(a, b int64) int64 { return a ^ b }, true))
	}}, dsn})
}

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return &c.driver }

func hashRow(values ...any) int64 {
	h := fnv.New64a()
	var b []byte
	for _, v := range values {
		b = b[:0]
		switch v := v.(type) {
		case nil:
			b = append(b, 0)
		case int64:
			b = binary.AppendVarint(append(b, 1), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, 2), math.Float64bits(v))
		case string:
			b = append(binary.AppendUvarint(append(b, 3), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, 4), uint64(len(v))), v...)
		}
		h.Write(b)
	}
	return int64(h.Sum64())
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// KeepSums keeps row sums of the tables for which keep is true (nil = all but migrations and the sums themselves), from now
// on and for as long as the file is open for writing. Whoever opens the file to write must ask for the same tables.
func (f *File) KeepSums(ctx context.Context, keep func(table string) bool) error {
	const op = "keep row sums"
	if f.w == nil {
		return nil
	}
	return errs.Wrap(op, f.alone(ctx, func(c *conn) error { return mapError(op, f.keepSums(c, keep)) }))
}

func (f *File) keepSums(c *conn, keep func(table string) bool) error {
	ctx := context.Background()
	for _, q := range []string{"PRAGMA recursive_triggers=ON", "BEGIN IMMEDIATE"} {
		if _, err := c.sc.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	err := f.startSums(ctx, c, keep)
	if err != nil {
		c.sc.ExecContext(ctx, "ROLLBACK")
		return err
	}
	_, err = c.sc.ExecContext(ctx, "COMMIT")
	return err
}

func (f *File) startSums(ctx context.Context, c *conn, keep func(table string) bool) error {
	if _, err := c.sc.ExecContext(ctx, createSums); err != nil {
		return err
	}
	tables, err := texts(ctx, c, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return err
	}
	for _, t := range tables {
		if t == SumsTable || strings.HasSuffix(t, "_migrations") || keep != nil && !keep(t) {
			continue
		}
		columns, err := texts(ctx, c, "SELECT name FROM pragma_table_info(?) ORDER BY cid", t)
		if err != nil {
			return err
		}
		known, err := texts(ctx, c, "SELECT columns FROM row_sums WHERE name = ?", t)
		if err != nil {
			return err
		}
		list := strings.Join(columns, ",")
		if f.migrated || len(known) == 0 || known[0] != list {
			sum, err := sumOf(ctx, c, t, columns)
			if err != nil {
				return err
			}
			if _, err := c.sc.ExecContext(ctx, "INSERT OR REPLACE INTO row_sums (name, columns, sum) VALUES (?, ?, ?)", t, list, sum); err != nil {
				return err
			}
		}
		if err := createTriggers(ctx, c, t, columns); err != nil {
			return err
		}
	}
	return nil
}

func createTriggers(ctx context.Context, c *conn, table string, columns []string) error {
	row := func(of string) string { return "ruhu_row(" + of + strings.Join(each(columns, quote), ", "+of) + ")" }
	for _, tr := range []struct{ when, sum string }{
		{"INSERT", "ruhu_xor(sum, " + row("NEW.") + ")"},
		{"DELETE", "ruhu_xor(sum, " + row("OLD.") + ")"},
		{"UPDATE", "ruhu_xor(ruhu_xor(sum, " + row("OLD.") + "), " + row("NEW.") + ")"},
	} {
		q := "CREATE TEMP TRIGGER IF NOT EXISTS " + quote("sum_"+tr.when+"_"+table) + " AFTER " + tr.when + " ON main." + quote(table) +
			" BEGIN UPDATE row_sums SET sum = " + tr.sum + " WHERE name = '" + strings.ReplaceAll(table, "'", "''") + "'; END"
		if _, err := c.sc.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func each(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

func sumOf(ctx context.Context, c *conn, table string, columns []string) (sum int64, err error) {
	rows, err := c.sc.QueryContext(ctx, "SELECT ruhu_row("+strings.Join(each(columns, quote), ", ")+") FROM main."+quote(table))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var h int64
		if err := rows.Scan(&h); err != nil {
			return 0, err
		}
		sum ^= h
	}
	return sum, rows.Err()
}

func texts(ctx context.Context, c *conn, query string, args ...any) (out []string, err error) {
	rows, err := c.sc.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Verify checks the file's structure (PRAGMA integrity_check) and the row sums that were kept, on one snapshot. Each fault
// is named; an error means that it could not go on.
func (f *File) Verify(ctx context.Context, fault func(table, what string)) error {
	return f.Read(ctx, func(tx *Tx) error {
		rows, err := tx.Query("PRAGMA integrity_check")
		if err != nil {
			return err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if text != "ok" {
				fault("", text)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		tables, err := texts(ctx, tx.c, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
		if err != nil || !slices.Contains(tables, SumsTable) {
			return mapError("verify", err)
		}
		kept, err := texts(ctx, tx.c, "SELECT name FROM row_sums ORDER BY name")
		if err != nil {
			return mapError("verify", err)
		}
		for _, t := range kept {
			if !slices.Contains(tables, t) {
				fault(t, "the table is missing")
				continue
			}
			if err := tx.checkSum(ctx, t, fault); err != nil {
				if ctx.Err() != nil {
					return mapError("verify", err)
				}
				fault(t, err.Error())
			}
		}
		return nil
	})
}

func (t *Tx) checkSum(ctx context.Context, table string, fault func(table, what string)) error {
	columns, err := texts(ctx, t.c, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
	if err != nil {
		return err
	}
	var want int64
	if err := t.QueryRow("SELECT sum FROM row_sums WHERE name = ?", table).Scan(&want); err != nil {
		return err
	}
	have, err := sumOf(ctx, t.c, table, columns)
	if err == nil && have != want {
		fault(table, "its rows are not what was written")
	}
	return err
}
