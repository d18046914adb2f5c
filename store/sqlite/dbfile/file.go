// Package dbfile opens one SQLite file the way every store of ours needs it: WAL, synchronous=FULL, a single
// writer goroutine with group commit, a pool of read-only snapshot readers, numbered forward-only migrations,
// and errors that carry the catalogue's codes. It knows no table but its own schema_migrations.
package dbfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// minSQLite is the oldest SQLite with the WAL fixes we rely on.
const minSQLite = "3.51.3"

// Options say how a file is opened. The zero value is right for a small database without migrations.
type Options struct {
	// Migrations holds NNNN_name.sql files, applied in order, each in its own transaction, never edited once released.
	Migrations fs.FS
	// NewGroup makes the state that all jobs of the writer share; called once at Open. nil = none.
	NewGroup func() Group
	// OnFailStop is called once, from the writer, when writing has failed in a way after which nothing may be
	// acknowledged any more. The process should exit and verify at the next start.
	OnFailStop func(error)
	// Readers is the greatest number of snapshots open at once; 0 = 8.
	Readers int
	// Queue and Wait bound the writer's queue; 0 = internal/limits.
	Queue int
	Wait  time.Duration
	// ReadOnly opens an existing file without a writer; Write answers read-only.
	ReadOnly bool
	// PageSize of a new file; 0 = SQLite's own.
	PageSize int
}

// Group is state shared by the jobs of one commit group, such as sums flushed once per commit. All methods are
// called from the writer goroutine only, in the order Begin (Enter (Undo|Keep))* Flush (Committed|Discarded).
type Group interface {
	// Begin is called when a transaction was opened; whatever was cached from the database is stale.
	Begin()
	// Enter starts a job.
	Enter()
	// Undo takes back what the job changed in the group; its SQL was rolled back.
	Undo()
	// Keep makes the job's changes part of the group.
	Keep()
	// Flush runs last inside the transaction. An error rolls the whole group back.
	Flush(tx *Tx) error
	// Committed runs after the commit is durable and before any job is answered. What fails here cannot be taken back:
	// an error stops the writer for good.
	Committed() error
	// Discarded runs when the whole transaction was rolled back.
	Discarded()
}

// File is one open SQLite file. Safe for concurrent use.
type File struct {
	path    string
	opt     Options
	wdb     *sql.DB
	rdb     *sql.DB
	w       *writer
	readers chan *conn // idle reader connections
	slots   chan struct{}

	migrated bool // migrations were applied since it was opened: rows may have changed without triggers

	mu     sync.Mutex
	closed bool
}

// Open opens or creates the file at path (its folder must exist), applies the migrations and starts the writer.
// Codes: read-only (cannot be written), damaged (not a database, or a page is bad), rule (written by a newer ruhu).
func Open(path string, opt Options) (*File, error) {
	const op = "open database"
	if err := checkSQLite(); err != nil {
		return nil, err
	}
	if opt.Readers <= 0 {
		opt.Readers = 8
	}
	if opt.Queue <= 0 {
		opt.Queue = limits.WriterQueue
	}
	if opt.Wait <= 0 {
		opt.Wait = limits.WriterWait
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f := &File{path: abs, opt: opt, readers: make(chan *conn, opt.Readers), slots: make(chan struct{}, opt.Readers)}
	if !opt.ReadOnly {
		if err := f.openWriter(); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(abs); err != nil {
		return nil, errs.WrapCode(errs.NotFound, op, err)
	}
	f.rdb = openDB(dsn(abs, "mode=ro", "_query_only=1", "_busy_timeout=5000"))
	f.rdb.SetMaxOpenConns(opt.Readers)
	f.rdb.SetMaxIdleConns(opt.Readers)
	return f, nil
}

func (f *File) openWriter() error {
	const op = "open database"
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		// SQLite gives -wal and -shm the rights of the database file, so the file is made private first.
		h, err := os.OpenFile(f.path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
		if err == nil {
			err = h.Close()
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return errs.WrapCode(errs.ReadOnly, op, err)
		}
	}
	db := openDB(dsn(f.path, "mode=rw", "_synchronous=FULL", "_busy_timeout=5000", "_txlock=immediate", "_foreign_keys=on", "_secure_delete=on"))
	db.SetMaxOpenConns(1)
	f.wdb = db
	ctx := context.Background()
	sc, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return mapError(op+" "+filepath.Base(f.path), err)
	}
	c := newConn(sc)
	if err := f.prepareWriter(c); err != nil {
		c.close()
		db.Close()
		return err
	}
	f.w = startWriter(f, c)
	return nil
}

func (f *File) prepareWriter(c *conn) error {
	op := "open database " + filepath.Base(f.path)
	if f.opt.PageSize > 0 {
		// Takes effect only before the first page is written, which journal_mode=WAL does.
		if _, err := c.sc.ExecContext(context.Background(), fmt.Sprintf("PRAGMA page_size=%d", f.opt.PageSize)); err != nil {
			return mapError(op, err)
		}
	}
	for _, p := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=4000", "PRAGMA journal_size_limit=67108864", "PRAGMA temp_store=MEMORY",
		"PRAGMA cache_size=-65536", "PRAGMA cell_size_check=on"} {
		if _, err := c.sc.ExecContext(context.Background(), p); err != nil {
			return mapError(op, err)
		}
	}
	var mode string
	if err := c.sc.QueryRowContext(context.Background(), "PRAGMA journal_mode").Scan(&mode); err != nil {
		return mapError(op, err)
	}
	if mode != "wal" {
		return errs.New(errs.ReadOnly, op, "journal mode is %s, not wal", mode)
	}
	if f.opt.Migrations != nil {
		return f.migrate(c, f.opt.Migrations, migrationsTable)
	}
	return nil
}

// Path returns the file's absolute path.
func (f *File) Path() string { return f.path }

// WALBytes returns the size of the write-ahead log on disk.
func (f *File) WALBytes() int64 {
	st, err := os.Stat(f.path + "-wal")
	if err != nil {
		return 0
	}
	return st.Size()
}

// Failed returns the error that stopped writing for good, or nil.
func (f *File) Failed() error {
	if f.w == nil {
		return nil
	}
	return f.w.failed()
}

// Close answers what is queued, checkpoints and closes. Snapshots still open end with an error.
func (f *File) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	f.mu.Unlock()
	for drained := false; !drained; {
		select {
		case c := <-f.readers:
			c.close()
		default:
			drained = true
		}
	}
	err := f.rdb.Close()
	return errors.Join(err, f.closeWriter())
}

func (f *File) closeWriter() error {
	if f.w == nil {
		return nil
	}
	f.w.stop()
	f.w.c.close()
	return f.wdb.Close()
}

func dsn(path string, params ...string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?" + strings.Join(params, "&")
}
