// Package jobs runs what takes longer than a request: exports. A job is a row in core.db with a lease, so
// that a job whose process died is taken up again, and a file in a folder of its own, removed after a day.
package jobs

import (
	"context"
	"encoding/base32"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/survey"
)

const (
	lease    = 30 * time.Second
	keepFor  = 24 * time.Hour
	pollFor  = 5 * time.Second
	maxQueue = 20 // jobs of one owner that have not finished
)

// Result is what an export became.
type Result struct {
	Name     string // file name for the download
	Snapshot string
}

// Write makes the file of a job. It streams to w, calls progress now and then and stops when that says so or ctx ends.
type Write func(ctx context.Context, job survey.ExportJob, w io.Writer, progress func(done, total int64) error) (Result, error)

// Exports queues export jobs and runs them one at a time. Create it with New, start it with Run.
type Exports struct {
	store survey.ExportJobs
	dir   string
	write Write
	clock clock.Clock
	rand  io.Reader
	log   *slog.Logger
	wake  chan struct{}

	mu      sync.Mutex
	running string
	cancel  context.CancelFunc
}

// New returns a runner that keeps its files in dir, which it creates.
func New(store survey.ExportJobs, dir string, write Write, c clock.Clock, random io.Reader, log *slog.Logger) (*Exports, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, "exports folder", err)
	}
	return &Exports{store: store, dir: dir, write: write, clock: c, rand: random, log: log, wake: make(chan struct{}, 1)}, nil
}

// Create queues a job; ID, State and Created are given here. Code: too-many-requests.
func (e *Exports) Create(ctx context.Context, job survey.ExportJob) (survey.ExportJob, error) {
	const op = "create export"
	waiting := 0
	list, _, err := e.store.ListJobs(ctx, job.Owner, "", 100)
	if err != nil {
		return job, errs.Wrap(op, err)
	}
	for _, j := range list {
		if j.State == survey.ExportQueued || j.State == survey.ExportRunning {
			waiting++
		}
	}
	if waiting >= maxQueue {
		return job, errs.New(errs.TooMany, op, "%d exports are waiting", waiting).WithHint("wait for them, or cancel some")
	}
	var id [10]byte
	if _, err := io.ReadFull(e.rand, id[:]); err != nil {
		return job, errs.Wrap(op, err)
	}
	job.ID = "ex_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]))
	job.State, job.Created = survey.ExportQueued, clock.Millis(e.clock.Now())
	if err := e.store.PutJob(ctx, job); err != nil {
		return job, errs.Wrap(op, err)
	}
	e.nudge()
	return job, nil
}

func (e *Exports) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Get returns a job of an owner. Code: not-found.
func (e *Exports) Get(ctx context.Context, owner, id string) (survey.ExportJob, error) {
	return e.store.GetJob(ctx, owner, id)
}

// List returns an owner's jobs, newest first.
func (e *Exports) List(ctx context.Context, owner, cursor string, limit int) ([]survey.ExportJob, string, error) {
	return e.store.ListJobs(ctx, owner, cursor, limit)
}

// Cancel stops a job or deletes its file. Code: not-found.
func (e *Exports) Cancel(ctx context.Context, owner, id string) error {
	const op = "cancel export"
	job, err := e.store.GetJob(ctx, owner, id)
	if err != nil {
		return err
	}
	job.State, job.Finished, job.File, job.Size = survey.ExportCancelled, clock.Millis(e.clock.Now()), "", 0
	if err := e.store.PutJob(ctx, job); err != nil {
		return errs.Wrap(op, err)
	}
	e.mu.Lock()
	if e.running == id {
		e.cancel()
	}
	e.mu.Unlock()
	return removeIfThere(e.path(id))
}

// Open returns a finished job's file. Codes: not-found, conflict where it is not finished.
func (e *Exports) Open(ctx context.Context, owner, id string) (io.ReadSeekCloser, survey.ExportJob, error) {
	const op = "open export"
	job, err := e.store.GetJob(ctx, owner, id)
	if err != nil {
		return nil, job, err
	}
	if job.State != survey.ExportDone {
		return nil, job, errs.New(errs.Conflict, op, "export %s is %s", id, job.State)
	}
	f, err := os.Open(e.path(id))
	if err != nil {
		return nil, job, errs.WrapCode(errs.NotFound, op, err)
	}
	return f, job, nil
}

func (e *Exports) path(id string) string { return filepath.Join(e.dir, filepath.Base(id)) }

// Run takes jobs until ctx ends. Call it once.
func (e *Exports) Run(ctx context.Context) {
	tick := time.NewTicker(pollFor)
	defer tick.Stop()
	for {
		for e.runOne(ctx) {
		}
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		case <-tick.C:
			e.expire(ctx)
		}
	}
}

func (e *Exports) runOne(ctx context.Context) bool {
	now := e.clock.Now()
	job, ok, err := e.store.ClaimJob(ctx, clock.Millis(now), clock.Millis(now.Add(lease)))
	if err != nil || !ok {
		return false
	}
	jobCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	e.running, e.cancel = job.ID, cancel
	e.mu.Unlock()
	err = e.make(jobCtx, &job)
	e.mu.Lock()
	e.running = ""
	e.mu.Unlock()
	if ctx.Err() != nil {
		return false // the lease ends by itself and the job is taken up again
	}
	if errors.Is(err, errGone) || jobCtx.Err() != nil {
		return true
	}
	job.Finished = clock.Millis(e.clock.Now())
	job.State = survey.ExportDone
	if err != nil {
		job.State, job.Code = survey.ExportFailed, string(errs.CodeOf(err))
		e.log.Error("export failed", "job", job.ID, "code", job.Code, "err", err)
	}
	if err := e.store.PutJob(ctx, job); err != nil {
		e.log.Error("export not recorded", "job", job.ID, "err", err)
	}
	return true
}

// errGone says that the job was cancelled while it ran.
var errGone = errors.New("cancelled")

func (e *Exports) make(ctx context.Context, job *survey.ExportJob) error {
	tmp, err := os.CreateTemp(e.dir, ".part-*")
	if err != nil {
		return errs.WrapCode(errs.DiskFull, "export file", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	last := time.Time{}
	res, err := e.write(ctx, *job, tmp, func(done, total int64) error {
		now := e.clock.Now()
		if now.Sub(last) < 250*time.Millisecond {
			return ctx.Err()
		}
		last = now
		job.Done, job.Total = done, total
		running, err := e.store.AdvanceJob(ctx, job.ID, done, total, clock.Millis(now.Add(lease)))
		if err != nil {
			return err
		}
		if !running {
			return errGone
		}
		return nil
	})
	if err != nil {
		return err
	}
	info, err := tmp.Stat()
	if err != nil {
		return errs.Wrap("export file", err)
	}
	if err := durable.Sync(tmp); err != nil {
		return errs.WrapCode(errs.DiskFull, "export file", err)
	}
	if err := os.Rename(tmp.Name(), e.path(job.ID)); err != nil {
		return errs.Wrap("export file", err)
	}
	job.File, job.Size, job.Snapshot = res.Name, info.Size(), res.Snapshot
	job.Done = max(job.Done, job.Total)
	return nil
}

func (e *Exports) expire(ctx context.Context) {
	ids, err := e.store.ExpireJobs(ctx, clock.Millis(e.clock.Now().Add(-keepFor)), 100)
	if err != nil {
		return
	}
	for _, id := range ids {
		if err := removeIfThere(e.path(id)); err != nil {
			e.log.Error("export file not removed", "job", id, "err", err)
		}
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errs.Wrap("remove export file", err)
	}
	return nil
}
