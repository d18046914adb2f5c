// Package journal keeps, in a folder of its own outside the databases, what the loss or the rollback of a database must not
// undo: erasures, withholdings, discards, epochs, revocations, withdrawn grants and audit heads (facts), and the last
// known place of every street (heads). Every start and every restore replays the facts and compares the heads.
//
// Files: facts.ndjson, every fact ever, synced before Append returns; heads-NNNNNN.ndjson, the streets' places, synced
// within a second and replaced by a short one when it has grown; tail, how far both are known to be on the disk. Each
// line ends in the SHA-256 of the sum before it and its own bytes, so that an edited line is noticed, and tail notices lines
// cut off the end. Who can rewrite the whole folder can forge it: the audit heads belong into somebody else's hands too.
package journal

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	gosync "sync"
	"syscall"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/sync"
)

const (
	factsFile = "facts.ndjson"
	tailFile  = "tail"
	lockName  = ".lock"
)

// Journal is an open journal/ folder. Safe for concurrent use, also by several processes.
type Journal struct {
	dir   string
	clock clock.Clock
	isNew bool

	mu       gosync.Mutex // before the lock file
	lock     *os.File
	tail     *os.File
	facts    *chained
	heads    headsFile
	epochs   map[sync.Stream]epochEntry
	torn     []Tear
	closed   bool
	failed   error
	unsynced bool // heads or tail were written since the last sync

	notes notes
}

// Tear is the end of a file that a crash left half written and that was cut off.
type Tear struct {
	File  string
	Bytes int64
}

type epochEntry struct {
	n  uint64
	id string
}

// Open opens the folder or makes it. Torn ends are cut off (Torn says so, and the journal keeps it). Codes: damaged
// (edited, or lines are gone), read-only, disk-full.
func Open(dir string, c clock.Clock) (*Journal, error) {
	const op = "open journal"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	j := &Journal{dir: dir, clock: c, epochs: map[sync.Stream]epochEntry{}}
	j.notes.init()
	var err error
	if j.lock, err = os.OpenFile(j.path(lockName), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	if err := j.locked(j.openFiles); err != nil {
		j.closeFiles()
		return nil, errs.Wrap(op, err)
	}
	go j.run()
	return j, nil
}

func (j *Journal) path(name string) string { return filepath.Join(j.dir, name) }

func (j *Journal) openFiles() (err error) {
	if j.tail, j.isNew, err = openTail(j.path(tailFile), j.path(factsFile)); err != nil {
		return err
	}
	if j.facts, err = openChained(j.path(factsFile), os.O_RDWR|os.O_CREATE); err != nil {
		return err
	}
	if err := durable.SyncDir(j.dir); err != nil {
		return err
	}
	t, err := readTail(j.tail)
	if err != nil {
		return err
	}
	if err := j.catchUpFacts(t); err != nil {
		return err
	}
	return j.openHeads(t)
}

// locked runs fn while no other process writes, and gives its error a code.
func (j *Journal) locked(fn func() error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return errs.New(errs.Interrupted, "journal", "it is closed")
	}
	if j.failed != nil {
		return j.failed
	}
	if err := flock(j.lock, syscall.LOCK_EX); err != nil {
		return errs.Wrap("journal", err)
	}
	defer flock(j.lock, syscall.LOCK_UN)
	err := damaged(durable.WriteError("journal", fn()))
	if code := errs.CodeOf(err); code == errs.FailStop || code == errs.Damaged {
		j.failed = err
		j.notes.fail(err)
	}
	return err
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

// catchUpFacts reads what other processes appended, and cuts off what one of them left half written.
func (j *Journal) catchUpFacts(t tail) error {
	rest, err := j.facts.scan(func(n uint64, line []byte) error { return j.seeFact(t, n, line) })
	if err != nil {
		return err
	}
	if rest > 0 {
		if err := j.mend(j.facts, t.Facts, rest); err != nil {
			return err
		}
	}
	if j.facts.n < t.Facts {
		return &lineError{factsFile, j.facts.n, "lines after it are gone"}
	}
	return nil
}

func (j *Journal) seeFact(t tail, n uint64, line []byte) error {
	if n == t.Facts && t.FactsSum != hexSum(j.facts.sum) {
		return &lineError{factsFile, n, "the lines up to it were replaced"}
	}
	if !isKind(line, Epoch) {
		return nil
	}
	var e Entry
	if err := json.Unmarshal(line, &e); err != nil {
		return &lineError{factsFile, n, "cannot be read"}
	}
	j.seeEpoch(n, e)
	return nil
}

// seeEpoch begins a stream's heads anew. An epoch that is entered again (by a restored database that follows the other) is
// none that begins: the heads known in it still count.
func (j *Journal) seeEpoch(n uint64, e Entry) {
	if j.epochs[e.Stream].id != e.Epoch {
		j.epochs[e.Stream] = epochEntry{n, e.Epoch}
	}
}

// mend cuts off a torn end, or says that the file was edited.
func (j *Journal) mend(c *chained, synced uint64, rest int64) error {
	torn, err := c.torn(rest)
	if err != nil {
		return err
	}
	if !torn || c.n < synced {
		return &lineError{c.name(), c.n + 1, "is not what was written"}
	}
	if err := c.cut(); err != nil {
		return err
	}
	j.torn = append(j.torn, Tear{c.name(), rest})
	return j.write(Entry{Kind: Torn, Reason: c.name(), Seq: uint64(rest)})
}

// New reports whether Open made the journal: beside databases that hold something, the old one is lost.
func (j *Journal) New() bool { return j.isNew }

// Torn returns what was cut off since Open.
func (j *Journal) Torn() []Tear {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Tear(nil), j.torn...)
}

// Append adds a fact and returns when it is on the disk. Codes: disk-full, read-only; fail-stop and damaged, after which
// nothing is taken any more.
func (j *Journal) Append(e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	return j.locked(func() error {
		t, err := readTail(j.tail)
		if err != nil {
			return err
		}
		if err := j.catchUpFacts(t); err != nil {
			return err
		}
		return j.write(e)
	})
}

func (j *Journal) write(e Entry) error {
	if e.At == 0 {
		e.At = clock.Millis(j.clock.Now())
	}
	if err := j.facts.append(e); err != nil {
		return err
	}
	if err := durable.Sync(j.facts.f); err != nil {
		// What a failed sync left on the disk nobody knows.
		return errs.WrapCode(errs.FailStop, "journal", err)
	}
	if e.Kind == Epoch {
		j.seeEpoch(j.facts.n, e)
	}
	j.unsynced = true
	j.notes.poke()
	return writeTail(j.tail, func(t *tail) { t.Facts, t.FactsSum = j.facts.n, hexSum(j.facts.sum) })
}

// Count returns how many facts there are.
func (j *Journal) Count() (n uint64, err error) {
	err = j.refresh(func() error { n = j.facts.n; return nil })
	return n, err
}

// LastEpoch returns the id of a stream's last epoch that was journalled, "" where none was.
func (j *Journal) LastEpoch(stream sync.Stream) (id string, err error) {
	err = j.refresh(func() error { id = j.epochs[stream].id; return nil })
	return id, err
}

// refresh runs fn after what other processes wrote was read.
func (j *Journal) refresh(fn func() error) error {
	return j.locked(func() error {
		t, err := readTail(j.tail)
		if err != nil {
			return err
		}
		if err := j.catchUpFacts(t); err != nil {
			return err
		}
		if err := j.catchUpHeads(t); err != nil {
			return err
		}
		return fn()
	})
}

// Entries yields the facts from number from (the first is 1) to those there when it begins, checking every sum on the way.
func (j *Journal) Entries(from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var end int64
		if err := j.refresh(func() error { end = j.facts.size; return nil }); err != nil {
			yield(Entry{}, err)
			return
		}
		c, err := openChained(j.path(factsFile), os.O_RDONLY)
		if err != nil {
			yield(Entry{}, errs.Wrap("read journal", err))
			return
		}
		defer c.f.Close()
		rest, err := c.scanTo(end, func(n uint64, line []byte) error {
			if n < from {
				return nil
			}
			var e Entry
			if err := json.Unmarshal(line, &e); err != nil {
				return &lineError{factsFile, n, "cannot be read"}
			}
			if !yield(e, nil) {
				return io.EOF
			}
			return nil
		})
		if err == nil && rest > 0 {
			err = &lineError{factsFile, c.n + 1, "is not what was written"}
		}
		if err != nil && err != io.EOF {
			yield(Entry{}, damaged(err))
		}
	}
}

// Sync writes the heads noted so far and returns when all is on the disk.
func (j *Journal) Sync() error { return errs.Wrap("journal", j.flush(true)) }

// Close writes what is pending and closes the files. Closing again is no error.
func (j *Journal) Close() error {
	if !j.notes.stop() {
		return nil
	}
	err := j.flush(true)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	return errors.Join(err, j.closeFiles())
}

func (j *Journal) closeFiles() error {
	var err error
	for _, f := range []*os.File{j.lock, j.tail} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	for _, c := range []*chained{j.facts, j.heads.chained} {
		if c != nil {
			err = errors.Join(err, c.f.Close())
		}
	}
	return err
}
