package phone

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// answer is what an exchange amounted to.
type answer struct {
	forked bool
	stuck  bool
}

// exchange sends a push and takes in what the server says, as far as the answer comes.
func (p *Phone) exchange(ctx context.Context, b *built, r *PushReport) (answer, error) {
	r.Requests++
	rc, err := p.o.Transport.Push(ctx, b.device, b.body)
	if err != nil {
		return answer{}, err
	}
	verdicts, sum, readErr := readAnswer(rc)
	_ = rc.Close() // what was read counts
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.byDevice(b.device)
	if l == nil {
		return answer{}, errs.New(errs.Internal, "push", "device %s", b.device)
	}
	ch := changes{}
	a := p.take(l, b, verdicts, sum, r, ch)
	p.obeyLeaves(ch)
	if err := p.commit(ctx, ch); err != nil {
		return answer{}, err
	}
	if sum == nil && !a.forked {
		if readErr == nil {
			readErr = errs.New(errs.Interrupted, "push", "the answer ended early")
		}
		return a, readErr
	}
	return a, nil
}

// readAnswer reads verdicts up to the summary, or as far as they come.
func readAnswer(r io.Reader) (verdicts []wire.Verdict, sum *wire.Summary, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4<<10), 64<<10)
	lines.Split(wholeLines)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		v, s, err := wire.ParseAnswer(lines.Bytes())
		if err != nil {
			return verdicts, nil, err
		}
		if s != nil {
			return verdicts, s, nil
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil, lines.Err()
}

// wholeLines splits at newlines and drops an end without one: a line that was cut is no line.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

// take applies an answer. A new epoch first: it changes what the rest means.
func (p *Phone) take(l *log, b *built, verdicts []wire.Verdict, sum *wire.Summary, r *PushReport, ch changes) (a answer) {
	if sum != nil {
		r.Epoch = sum.Epoch
		if at, err := time.Parse(time.RFC3339, sum.Time); err == nil {
			p.m.Offset = clock.Millis(at) - p.now()
		}
		if sum.Epoch != p.m.Epoch {
			p.newEpoch(sum.Epoch, ch)
		}
	}
	gap, opened := false, true
	for _, v := range verdicts {
		switch {
		case v.Attest > 0:
			if v.Status == wire.Stored {
				l.Attested = max(l.Attested, v.Attest)
			}
		case v.Erased != "":
			if m := p.erase[v.Erased]; m != nil {
				m.Pending = without(m.Pending, l.Stream)
				ch.put(keyErased(m.Record), m)
			}
		case v.Status == wire.Refused && v.Code == errs.Fork:
			a.forked = true
		case v.Status == wire.Refused && v.Seq == 0:
			opened = false
			if v.Code != errs.Gap || !v.Placed || v.Have > l.last() {
				a.stuck = true
				continue
			}
			// The server lost the end of the log, or its beginning is another's.
			if l.head(v.Have) != v.Head {
				a.forked = true
				continue
			}
			l.ackUpTo(v.Have, ch)
			gap = true
		case v.Status == wire.Refused:
			a.stuck = a.stuck || !gap
		default:
			a.forked = !p.verdict(l, v, r, ch) || a.forked
		}
	}
	if a.forked || sum == nil {
		return a
	}
	l.Safe = min(sum.Safe, l.last())
	switch {
	case sum.Have > l.last() && !l.Former: // a former device's twin may go on
		a.forked = true // it has more than this phone ever wrote
		return a
	case opened && !l.Known:
		l.ack(b.last, ch) // same head: it has all of it
	}
	p.dropSafe(l, ch)
	return a
}

// verdict takes in what became of one seq, or of a range. false: the seq was used up for other bytes than the good ones
// here, by a twin that had lost its own or by a line that did not arrive whole; what was typed is to be said again.
func (p *Phone) verdict(l *log, v wire.Verdict, r *PushReport, ch changes) bool {
	for seq := v.Seq; seq <= max(v.To, v.Seq); seq++ {
		e := l.at(seq)
		if e == nil {
			return true
		}
		if e.ID != v.ID.String() {
			if e.From == 0 && e.Line != nil {
				return false
			}
			l.rename(e, v.ID)
			e.From, e.To = 0, 0 // it arrived before it was given up
		}
		e.Status, e.Code, e.Acked = v.Status, v.Code, true
		if e.Status == wire.Duplicate {
			e.Status = wire.Merged
		}
		if e.Code == errs.Erased {
			p.shred = p.shred || e.Line != nil
			e.Line = nil
		}
		ch.put(keyEntry(l.Device, seq), e)
		r.Sent++
		switch e.Status {
		case wire.Merged:
			r.Merged++
		case wire.Waiting:
			r.Waiting++
		case wire.Quarantined:
			r.Quarantined++
		case wire.Voided:
			r.Void++
		}
	}
	return true
}

// dropSafe lets go of bytes whose id an answer named, that a verified backup covers, and that are no longer needed to show
// what the worker wrote: the server's copy has them, or there is nothing to show.
func (p *Phone) dropSafe(l *log, ch changes) {
	for _, e := range l.entries {
		if e.Line == nil || !e.Acked || e.Seq > l.Safe || e.held() {
			continue
		}
		base := p.bases[e.Record]
		shown := base != nil && (base.State == "" || base.state().VV.Covers(crdt.Dot{Device: l.Device, Seq: e.Seq}))
		if shown || p.left[e.Record] || p.m.Revoked || e.Status == wire.Voided {
			e.Line = nil
			ch.put(keyEntry(l.Device, e.Seq), e)
		}
	}
}

// newEpoch: the server lives a new life. What it has is unknown, everything kept is offered again, markers are handed back.
// The cursor stays until the pull: it tells the server which life the phone comes from.
func (p *Phone) newEpoch(epoch string, ch changes) {
	p.m.Epoch, p.m.Complete = epoch, false
	for _, l := range p.logs {
		l.Known, l.Safe = l.last() == 0, 0
		for _, e := range l.entries {
			if e.Acked {
				e.Acked = false
				ch.put(keyEntry(l.Device, e.Seq), e)
			}
		}
	}
	for _, m := range p.erase {
		m.Pending = []Stream{Answers, Registry}
		ch.put(keyErased(m.Record), m)
	}
}
