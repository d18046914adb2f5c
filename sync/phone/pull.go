package phone

import (
	"bufio"
	"context"
	"errors"
	"io"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/wire"
)

// PullReport counts what a pull brought.
type PullReport struct {
	Requests int
	Bytes    int
	Lines    int
	NewEpoch bool
	Complete bool // the digests of all grids agree
	Mismatch []string
}

// pagesPerPull bounds the requests of one Pull; the cursor keeps what was done.
const pagesPerPull = 10_000

// Pull brings base up to date, page by page; each page is one step. Where the digests do not agree at the end it begins once
// more from zero. Code: device-revoked, after which the phone only drains.
func (p *Phone) Pull(ctx context.Context) (PullReport, error) {
	p.flow.Lock()
	defer p.flow.Unlock()
	return p.pull(ctx)
}

// pull settles a fork that a page betrays, and begins again.
func (p *Phone) pull(ctx context.Context) (PullReport, error) {
	r, err := p.pages(ctx)
	if !errors.Is(err, errForked) {
		return r, err
	}
	var push PushReport
	if err := p.settleFork(ctx, &push); err != nil {
		return r, errs.Wrap("pull", err)
	}
	return p.pages(ctx)
}

func (p *Phone) pages(ctx context.Context) (PullReport, error) {
	const op = "pull"
	var r PullReport
	if !p.Enrolled() {
		return r, errs.New(errs.Unauthenticated, op, "this phone is not enrolled")
	}
	again := true
	for range pagesPerPull {
		p.mu.Lock()
		cursor := p.m.Cursor
		p.mu.Unlock()
		r.Requests++
		rc, err := p.o.Transport.Pull(ctx, cursor, limits.PullRows)
		if errs.CodeOf(err) == errs.DeviceRevoked {
			return r, errs.Wrap(op, p.revoked(ctx, err))
		}
		if err != nil {
			return r, errs.Wrap(op, err)
		}
		lines, end, err := readPage(rc, &r)
		_ = rc.Close() // the page was read, or is thrown away
		if err != nil {
			return r, errs.Wrap(op, err)
		}
		p.mu.Lock()
		err = p.page(ctx, lines, end, &r)
		retry := err == nil && !end.More && !r.Complete && again
		if retry {
			again = false
			p.m.Cursor = ""
			err = p.commit(ctx, changes{})
		}
		p.mu.Unlock()
		if err != nil {
			return r, errs.Wrap(op, err)
		}
		if !end.More && !retry {
			return r, nil
		}
	}
	return r, errs.New(errs.Interrupted, op, "the server always has more")
}

// readPage reads a whole page. One that does not end with its end is none.
func readPage(rc io.Reader, r *PullReport) ([]*wire.PullLine, *wire.PullEnd, error) {
	const lineBytes = 8 << 20
	var out []*wire.PullLine
	lines := bufio.NewScanner(rc)
	lines.Buffer(make([]byte, 0, 16<<10), lineBytes)
	lines.Split(wholeLines)
	for lines.Scan() {
		r.Bytes += len(lines.Bytes()) + 1
		if len(lines.Bytes()) == 0 {
			continue
		}
		l, end, err := wire.ParsePull(lines.Bytes())
		if err != nil {
			return nil, nil, err
		}
		if end != nil {
			return out, end, nil
		}
		r.Lines++
		out = append(out, l)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	return nil, nil, errs.New(errs.Interrupted, "read page", "the page ended early")
}

// revoked: reads have stopped. What the server showed goes; what was written here stays until it is drained.
func (p *Phone) revoked(ctx context.Context, cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch := changes{}
	p.shred = !p.m.Revoked
	p.m.Revoked, p.m.Complete = true, false
	p.dropBase(ch)
	if err := p.commit(ctx, ch); err != nil {
		return err
	}
	return cause
}

// dropBase forgets everything the server sent about records, cases and forms.
func (p *Phone) dropBase(ch changes) {
	for record := range p.bases {
		ch.drop(keyCopy(record))
	}
	for key := range p.items {
		ch.drop(key)
	}
	p.bases, p.items = map[string]*baseCopy{}, map[string]*item{}
	p.m.Leaves, p.m.Cursor = nil, ""
}

// page takes in one page: one step with its cursor.
func (p *Phone) page(ctx context.Context, lines []*wire.PullLine, end *wire.PullEnd, r *PullReport) error {
	ch := changes{}
	p.m.Revoked = false
	for _, l := range lines {
		if err := p.line(l, r, ch); err != nil {
			if again := p.load(ctx); again != nil { // nothing of the page may stay
				return again
			}
			return err
		}
	}
	p.obeyLeaves(ch)
	for _, l := range p.logs {
		p.dropSafe(l, ch)
	}
	p.m.Cursor = end.Cursor
	if !end.More {
		r.Mismatch = p.differ(end.Digest)
		r.Complete = len(r.Mismatch) == 0
		p.m.Complete = r.Complete
		if r.Complete {
			p.m.CompleteAt = p.now()
		}
	} else {
		p.m.Complete = false
	}
	return p.commit(ctx, ch)
}

func (p *Phone) line(l *wire.PullLine, r *PullReport, ch changes) error {
	switch l.Kind {
	case wire.KindEpoch:
		p.dropBase(ch)
		if l.Epoch != p.m.Epoch {
			r.NewEpoch = true
			p.newEpoch(l.Epoch, ch)
		}
	case wire.KindErased:
		p.erased(l, ch)
	case wire.KindWithheld:
		p.withheld(l, ch)
	case wire.KindLeave:
		p.m.Leaves = append(p.m.Leaves, leave{Record: l.Record, Grid: l.Grid, At: l.At})
	case wire.KindSurvey, wire.KindForm, wire.KindHousehold, wire.KindAssignment:
		p.reference(l, ch)
	case wire.KindStub, wire.KindRecord, wire.KindVisit, wire.KindFollowup, wire.KindCandidate:
		return p.record(l, ch)
	}
	return nil // a kind of a newer server
}
