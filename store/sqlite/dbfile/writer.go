package dbfile

import (
	"context"
	"database/sql/driver"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ruhu/internal/errs"
)

// maxGroup bounds how many jobs share one commit, so that the first of them is not kept waiting.
const maxGroup = 512

// idleCheckpoint is how long the writer must be idle before the log is folded back into the file.
const idleCheckpoint = 2 * time.Second

const (
	jobQueued int32 = iota
	jobTaken
	jobLeft // its caller went away while it was queued
)

type job struct {
	fn    func(*Tx) error
	state atomic.Int32
	done  chan error
	alone bool // needs no transaction: runs on the writer's connection between groups
	raw   func(*conn) error
}

type writer struct {
	f     *File
	c     *conn
	group Group

	mu     sync.Mutex
	queue  []*job
	wake   chan struct{}
	quit   chan struct{}
	ended  chan struct{}
	closed bool
	fatal  atomic.Pointer[errs.Error]
	dirty  bool // the log holds frames that an idle moment should fold back
}

func startWriter(f *File, c *conn) *writer {
	w := &writer{f: f, c: c, wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}), dirty: true}
	if f.opt.NewGroup != nil {
		w.group = f.opt.NewGroup()
	}
	go w.run()
	return w
}

// Write runs fn in the writer's transaction and returns after the commit is durable. Many Writes share one
// transaction, each under a savepoint: an error (or panic) of fn rolls back fn alone. fn may run more than once
// and must have no effect outside tx. Cancelling ctx ends waiting in the queue only. Codes: busy, disk-full,
// read-only, fail-stop, interrupted, and whatever fn returned.
func (f *File) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if f.w == nil {
		return errs.New(errs.ReadOnly, "write", "%s is open for reading only", f.path)
	}
	return f.w.submit(ctx, &job{fn: fn, done: make(chan error, 1)})
}

func (w *writer) submit(ctx context.Context, j *job) error {
	const op = "write"
	if err := ctx.Err(); err != nil {
		return errs.WrapCode(errs.Interrupted, op, err)
	}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errs.New(errs.Interrupted, op, "the store is closed")
	}
	if err := w.failed(); err != nil {
		w.mu.Unlock()
		return err
	}
	if len(w.queue) >= w.f.opt.Queue && !j.alone {
		w.mu.Unlock()
		return errs.New(errs.Busy, op, "%d writers are waiting", w.f.opt.Queue)
	}
	w.queue = append(w.queue, j)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	timer := time.NewTimer(w.f.opt.Wait)
	defer timer.Stop()
	late := timer.C
	if j.alone {
		late = nil
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobQueued, jobLeft) {
			return errs.WrapCode(errs.Interrupted, op, ctx.Err())
		}
	case <-late:
		if j.state.CompareAndSwap(jobQueued, jobLeft) {
			return errs.New(errs.Busy, op, "waited %s for the writer", w.f.opt.Wait)
		}
	}
	return <-j.done
}

func (w *writer) failed() error {
	if e := w.fatal.Load(); e != nil {
		return e
	}
	return nil
}

func (w *writer) fail(cause error) error {
	e := &errs.Error{Code: errs.FailStop, Op: "write", Msg: "writing " + w.f.path + " failed, nothing more is acknowledged", Err: cause}
	if w.fatal.CompareAndSwap(nil, e) && w.f.opt.OnFailStop != nil {
		w.f.opt.OnFailStop(e)
	}
	return w.fatal.Load()
}

// pop returns the next job that is still wanted, or nil.
func (w *writer) pop() *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 {
		j := w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
		if len(w.queue) == 0 {
			w.queue = nil
		}
		if j.state.CompareAndSwap(jobQueued, jobTaken) {
			return j
		}
	}
	return nil
}

func (w *writer) stop() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.quit)
	}
	w.mu.Unlock()
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	idle := time.NewTimer(idleCheckpoint)
	defer idle.Stop()
	for {
		j := w.pop()
		if j == nil {
			select {
			case <-w.wake:
			case <-idle.C:
				if w.dirty && w.failed() == nil {
					w.checkpoint()
				}
				if w.dirty {
					idle.Reset(idleCheckpoint)
				}
			case <-w.quit:
				if j = w.pop(); j == nil {
					if w.dirty && w.failed() == nil {
						w.checkpoint()
					}
					return
				}
			}
			if j == nil {
				continue
			}
		}
		switch {
		case w.failed() != nil:
			j.done <- w.failed()
		case j.alone:
			j.done <- j.raw(w.c)
		default:
			w.commitGroup(j)
		}
		idle.Reset(idleCheckpoint)
	}
}

// commitGroup runs j and whatever else is queued in one transaction, commits it and answers all.
func (w *writer) commitGroup(first *job) {
	var ran []*job
	var results []error
	err := w.begin()
	if err == nil {
		for j := first; j != nil && len(ran) < maxGroup; j = w.pop() {
			if j.alone {
				// Rare (checkpoint, vacuum): it waits for this commit.
				defer func() { j.done <- j.raw(w.c) }()
				break
			}
			ran = append(ran, j)
			var res error
			res, err = w.runJob(j)
			results = append(results, res)
			if err != nil {
				break
			}
		}
	} else {
		ran, results = []*job{first}, []error{nil}
	}
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.discard()
		if stops(err) {
			err = w.fail(err)
		}
	}
	if err != nil && len(ran) > 1 && errs.CodeOf(err) == errs.Internal {
		// Something of the group was refused at its end; each gets its own transaction, so that one cannot harm others.
		for _, j := range ran {
			w.commitAlone(j)
		}
		return
	}
	for i, j := range ran {
		if err != nil {
			j.done <- err
		} else {
			j.done <- results[i]
		}
	}
}

func (w *writer) commitAlone(j *job) {
	err := w.failed()
	var res error
	if err == nil {
		if err = w.begin(); err == nil {
			if res, err = w.runJob(j); err == nil {
				err = w.commit()
			}
		}
		if err != nil {
			w.discard()
			if stops(err) {
				err = w.fail(err)
			}
		}
	}
	if err == nil {
		err = res
	}
	j.done <- err
}

func (w *writer) begin() error {
	if err := w.c.exec("BEGIN IMMEDIATE"); err != nil {
		return mapError("begin", err)
	}
	w.dirty = true
	if w.group != nil {
		w.group.Begin()
	}
	return nil
}

// runJob returns what the job answered, and an error that concerns the whole transaction.
func (w *writer) runJob(j *job) (res, fatal error) {
	if err := w.c.exec("SAVEPOINT job"); err != nil {
		return nil, mapError("savepoint", err)
	}
	if w.group != nil {
		w.group.Enter()
	}
	tx := &Tx{c: w.c, ctx: context.Background(), group: w.group}
	res = call(j.fn, tx)
	tx.closeRows()
	if res != nil {
		if stops(res) || w.autocommit() {
			return nil, res // SQLite gave up the whole transaction, or must
		}
		if err := w.c.exec("ROLLBACK TO job"); err != nil {
			return nil, mapError("rollback", err)
		}
		if w.group != nil {
			w.group.Undo()
		}
	} else if w.group != nil {
		w.group.Keep()
	}
	if err := w.c.exec("RELEASE job"); err != nil {
		return nil, mapError("release", err)
	}
	return res, nil
}

func call(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errs.New(errs.Internal, "write", "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

func (w *writer) commit() error {
	if w.group != nil {
		tx := &Tx{c: w.c, ctx: context.Background(), group: w.group}
		err := call(w.group.Flush, tx)
		tx.closeRows()
		if err != nil {
			return err
		}
	}
	if err := w.c.exec("COMMIT"); err != nil {
		return mapError("commit", err)
	}
	if w.group != nil {
		if err := w.group.Committed(); err != nil {
			return w.fail(err)
		}
	}
	return nil
}

func (w *writer) discard() {
	if !w.autocommit() {
		if err := w.c.exec("ROLLBACK"); err != nil {
			w.fail(err)
		}
	}
	if w.group != nil {
		w.group.Discarded()
	}
}

// autocommit reports whether no transaction is open, because SQLite ended it by itself.
func (w *writer) autocommit() bool {
	auto := false
	err := w.c.sc.Raw(func(dc any) error {
		c, ok := dc.(*sqlite3.SQLiteConn)
		if !ok {
			return fmt.Errorf("driver is %T", dc)
		}
		auto = c.AutoCommit()
		return nil
	})
	if err == driver.ErrBadConn {
		return true
	}
	return auto
}
