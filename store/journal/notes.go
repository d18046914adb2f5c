package journal

import (
	gosync "sync"
	"time"

	"ruhu/sync"
)

const (
	// headsEvery is how long noted heads may wait for each other.
	headsEvery = 100 * time.Millisecond
	// syncTicks of headsEvery make the second after which heads are on the disk.
	syncTicks = 10
)

// notes is what was noted and not yet written. Its lock is never held over a write, so that no commit waits for the disk.
type notes struct {
	mu      gosync.Mutex
	pending map[place]sync.Head
	failed  error
	stopped bool
	wake    chan struct{}
	quit    chan struct{}
	ended   chan struct{}
}

func (n *notes) init() {
	n.pending = map[place]sync.Head{}
	n.wake, n.quit, n.ended = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
}

func (n *notes) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notes) fail(err error) {
	n.mu.Lock()
	n.failed = err
	n.mu.Unlock()
}

// stop ends the background writer; true for the first caller.
func (n *notes) stop() bool {
	n.mu.Lock()
	first := !n.stopped
	n.stopped = true
	n.mu.Unlock()
	if first {
		close(n.quit)
		<-n.ended
	}
	return first
}

func (n *notes) take() map[place]sync.Head {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.pending) == 0 {
		return nil
	}
	out := n.pending
	n.pending = map[place]sync.Head{}
	return out
}

// putBack keeps heads that could not be written, where no newer ones came.
func (n *notes) putBack(m map[place]sync.Head) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for p, h := range m {
		if n.pending[p].Seq < h.Seq {
			n.pending[p] = h
		}
	}
}

func (n *notes) waiting() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.pending) > 0
}

// Note says where streets of a stream stand after a commit. It returns at once: the heads are written within a tenth of a
// second and synced within one. It fails only when the journal cannot be trusted any more (fail-stop, damaged).
func (j *Journal) Note(stream sync.Stream, heads []sync.Head) error {
	n := &j.notes
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failed != nil {
		return n.failed
	}
	for _, h := range heads {
		n.pending[place{stream, h.Street}] = h
	}
	n.poke()
	return nil
}

// Noter returns Note for one stream.
func (j *Journal) Noter(stream sync.Stream) func(heads []sync.Head) error {
	return func(heads []sync.Head) error { return j.Note(stream, heads) }
}

func (j *Journal) run() {
	defer close(j.notes.ended)
	timer := time.NewTimer(headsEvery)
	timer.Stop()
	for {
		select {
		case <-j.notes.wake:
		case <-j.notes.quit:
			return
		}
		for tick, quiet := 1, false; !quiet; tick++ {
			last := tick%syncTicks == 0
			// An error is kept (failed), or the heads stay pending and the next note tries again.
			err := j.flush(last)
			quiet = last && (err != nil || !j.notes.waiting())
			timer.Reset(headsEvery)
			select {
			case <-timer.C:
			case <-j.notes.quit:
				return
			}
		}
	}
}

// flush writes the pending heads and, if asked, syncs them.
func (j *Journal) flush(toDisk bool) error {
	pending := j.notes.take()
	if pending == nil && !toDisk {
		return nil
	}
	err := j.locked(func() error {
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
		if err := j.writeHeads(pending); err != nil {
			return err
		}
		if toDisk && j.unsynced {
			return j.syncHeads()
		}
		return nil
	})
	if err != nil {
		j.notes.putBack(pending)
	}
	return err
}
