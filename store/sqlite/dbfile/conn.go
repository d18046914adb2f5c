package dbfile

import (
	"context"
	"database/sql"
	"errors"
)

// conn is one SQLite connection with its prepared statements. Used by one goroutine at a time.
type conn struct {
	sc    *sql.Conn
	stmts map[string][]*sql.Stmt // idle statements by text
}

func newConn(sc *sql.Conn) *conn { return &conn{sc: sc, stmts: map[string][]*sql.Stmt{}} }

// take returns a prepared statement nobody iterates over.
func (c *conn) take(query string) (*sql.Stmt, error) {
	if idle := c.stmts[query]; len(idle) > 0 {
		s := idle[len(idle)-1]
		c.stmts[query] = idle[:len(idle)-1]
		return s, nil
	}
	return c.sc.PrepareContext(context.Background(), query)
}

func (c *conn) give(query string, s *sql.Stmt) { c.stmts[query] = append(c.stmts[query], s) }

func (c *conn) exec(query string) error {
	s, err := c.take(query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background())
	c.give(query, s)
	return err
}

func (c *conn) close() error {
	for _, idle := range c.stmts {
		for _, s := range idle {
			s.Close()
		}
	}
	return c.sc.Close()
}

// Tx is a transaction: the writer's, or a reader's snapshot. It is valid only inside the function it was handed to
// and is not safe for concurrent use. Statements are prepared once a connection and kept, so query texts must be constant.
type Tx struct {
	c     *conn
	ctx   context.Context
	group Group
	open  map[*Rows]struct{}
}

// Group returns the writer's shared group state, nil in a snapshot.
func (t *Tx) Group() Group { return t.group }

// Exec runs a statement that returns no rows.
func (t *Tx) Exec(query string, args ...any) (sql.Result, error) {
	s, err := t.c.take(query)
	if err != nil {
		return nil, mapError("prepare", err)
	}
	// Never the caller's context: interrupting a write rolls back the whole group.
	res, err := s.ExecContext(context.Background(), args...)
	t.c.give(query, s)
	if err != nil {
		return nil, mapError("exec", err)
	}
	return res, nil
}

// Query runs a statement that returns rows. The same text may be queried again while the rows are open.
func (t *Tx) Query(query string, args ...any) (*Rows, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, mapError("query", err)
	}
	s, err := t.c.take(query)
	if err != nil {
		return nil, mapError("prepare", err)
	}
	rows, err := s.QueryContext(t.ctx, args...)
	if err != nil {
		t.c.give(query, s)
		return nil, mapError("query", err)
	}
	r := &Rows{rows: rows, tx: t, query: query, stmt: s}
	if t.open == nil {
		t.open = map[*Rows]struct{}{}
	}
	t.open[r] = struct{}{}
	return r, nil
}

// QueryRow runs a statement of which at most one row is wanted; Scan returns sql.ErrNoRows where there is none.
func (t *Tx) QueryRow(query string, args ...any) *Row {
	rows, err := t.Query(query, args...)
	return &Row{rows: rows, err: err}
}

func (t *Tx) closeRows() {
	for r := range t.open {
		r.Close()
	}
}

// Rows is an open result. It must be closed or read to its end.
type Rows struct {
	rows  *sql.Rows
	tx    *Tx
	query string
	stmt  *sql.Stmt
}

// Next moves to the next row; false at the end or on an error (see Err).
func (r *Rows) Next() bool {
	if r.rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Scan copies the columns of the present row.
func (r *Rows) Scan(dest ...any) error {
	if err := r.rows.Scan(dest...); err != nil {
		return mapError("scan", err)
	}
	return nil
}

// Columns returns the names of the columns.
func (r *Rows) Columns() ([]string, error) { return r.rows.Columns() }

// Err returns the error that ended the iteration, if any.
func (r *Rows) Err() error {
	if err := r.rows.Err(); err != nil {
		return mapError("read rows", err)
	}
	return nil
}

// Close ends the iteration; it may be called more than once.
func (r *Rows) Close() error {
	if r.stmt == nil {
		return nil
	}
	err := r.rows.Close()
	r.tx.c.give(r.query, r.stmt)
	delete(r.tx.open, r)
	r.stmt = nil
	if err != nil {
		return mapError("close rows", err)
	}
	return nil
}

// Row is the result of QueryRow.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the columns of the row; sql.ErrNoRows (as is) where there is none.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return errors.Join(r.rows.Close())
}
