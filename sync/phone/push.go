package phone

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// PushReport counts what a push achieved.
type PushReport struct {
	Requests    int
	Sent        int // lines the server answered as durable, repeats too
	Merged      int
	Waiting     int
	Quarantined int
	Void        int
	Forked      bool   // the phone enrolled itself anew
	Epoch       string // the server's, where it was heard
}

const (
	// roundsPerLog bounds the requests of one Push for one log; what is left goes with the next.
	roundsPerLog = 64
	// bodyBytes is how large a push grows: what a bad link bears, far below the server's limit.
	bodyBytes = 256 << 10
	// reofferLines is how many held sets are offered again for news in one push.
	reofferLines = 50
	// attestEvery: a signature once for so many sets, at first, and in every pack.
	attestEvery = 20
	// probeAfter: how old the comparison of all logs with the server's may get, in ms.
	probeAfter = 3600_000
)

// Push sends what the server does not have, of former devices too, asks what became of what it holds back, and learns what is
// safe. A fork is settled on the way. Codes: as the transport's; unauthenticated where the phone is not enrolled.
func (p *Phone) Push(ctx context.Context) (PushReport, error) {
	p.flow.Lock()
	defer p.flow.Unlock()
	return p.push(ctx, true)
}

func (p *Phone) push(ctx context.Context, probe bool) (PushReport, error) {
	const op = "push"
	var r PushReport
	p.mu.Lock()
	logs := slices.Clone(p.logs)
	fresh := p.fresh
	p.mu.Unlock()
	if len(logs) == 0 {
		return r, errs.New(errs.Unauthenticated, op, "this phone is not enrolled")
	}
	for _, l := range logs {
		err := p.pushLog(ctx, l.Device, probe || fresh && !l.Former, &r)
		if errors.Is(err, errForked) {
			if err = p.settleFork(ctx, &r); err == nil {
				// What was re-issued goes with the new devices.
				var again PushReport
				again, err = p.push(ctx, false)
				r.add(again)
			}
			return r, errs.Wrap(op, err)
		}
		if err != nil {
			return r, errs.Wrap(op, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh = false
	if probe {
		p.m.Probed = p.now()
		return r, p.commit(ctx, changes{})
	}
	return r, nil
}

func (r *PushReport) add(o PushReport) {
	r.Requests += o.Requests
	r.Sent += o.Sent
	r.Merged += o.Merged
	r.Waiting += o.Waiting
	r.Quarantined += o.Quarantined
	r.Void += o.Void
	r.Forked = r.Forked || o.Forked
	if o.Epoch != "" {
		r.Epoch = o.Epoch
	}
}

// errForked: the phone's log and the server's differ.
var errForked = errors.New("phone: log and server differ")

// byDevice finds a log anew: a failed commit loads all of them again.
func (p *Phone) byDevice(device string) *log {
	for _, l := range p.logs {
		if l.Device == device {
			return l
		}
	}
	return nil
}

func (p *Phone) pushLog(ctx context.Context, device string, probe bool, r *PushReport) error {
	if probe {
		if err := p.askFormer(ctx, device, r); err != nil {
			return err
		}
	}
	for round := 0; round < roundsPerLog; round++ {
		p.mu.Lock()
		b, err := p.build(ctx, device, probe)
		p.mu.Unlock()
		if err != nil || b == nil {
			return err
		}
		probe = false
		a, err := p.exchange(ctx, b, r)
		if err != nil {
			p.mu.Lock()
			p.batch = max(8, p.batch/4)
			p.mu.Unlock()
			return err
		}
		p.mu.Lock()
		p.batch = min(p.o.MaxLines, p.batch*2)
		p.mu.Unlock()
		if a.forked && b.former {
			return nil // its twin went on under the same name; what was ours alone was re-issued long ago
		}
		if a.forked {
			return errForked
		}
		if a.stuck {
			return nil // refused for a reason that sending again at once does not mend
		}
	}
	return nil
}

// built is one push ready to go.
type built struct {
	device  string
	former  bool
	last    uint64
	body    []byte
	markers []string // records of erased markers in it
	attest  wire.Attest
}

// build makes the next push of a log; nil where there is nothing to say.
func (p *Phone) build(ctx context.Context, device string, probe bool) (*built, error) {
	l := p.byDevice(device)
	if l == nil {
		return nil, nil
	}
	first := l.unacked()
	markers := p.markersFor(l)
	nothing := first > l.last() && len(markers) == 0 && l.Known
	if nothing && (!probe || l.last() == 0 || l.Former && !l.kept()) {
		return nil, nil
	}
	if !l.Known {
		first = l.last() + 1 // ask first where the server stands
	} else if err := p.declare(ctx, l, first); err != nil {
		return nil, err
	}
	if e := l.at(first); e != nil && e.From > 0 {
		first = e.From // a declaration is one line from its beginning on
	}
	b := &built{device: device, former: l.Former, last: first - 1}
	b.body = p.opening(l, first)
	for _, m := range markers {
		b.body = wire.AppendErased(b.body, wire.Erased{Record: m.Record, Proof: m.Proof})
		b.markers = append(b.markers, m.Record)
	}
	if probe && nothing {
		b.body = l.reoffer(b.body)
	}
	end := p.appendLines(l, b, first)
	return b, l.attest(b, end)
}

// opening begins a push whose first set is first. Its cursor is that under which this set's form was opened: after a pull the
// phone stands elsewhere, but what the author saw and was allowed is judged by where it stood.
func (p *Phone) opening(l *log, first uint64) []byte {
	o := wire.Opening{Device: l.Device, Cursor: p.m.Cursor, Last: first - 1, Head: l.head(first - 1)}
	if e := l.at(first); e != nil && e.Line != nil {
		o.Cursor = e.Cursor
	}
	return wire.AppendOpening(nil, o)
}

// markersFor returns erased markers to hand back to a stream, few at a time.
func (p *Phone) markersFor(l *log) []*erasedMark {
	if l.Former {
		return nil
	}
	var out []*erasedMark
	for _, record := range slices.Sorted(maps.Keys(p.erase)) {
		if m := p.erase[record]; slices.Contains(m.Pending, l.Stream) && len(out) < 200 {
			out = append(out, m)
		}
	}
	return out
}

// reoffer adds held sets, to learn what became of them.
func (l *log) reoffer(body []byte) []byte {
	n := 0
	for _, e := range l.entries {
		if n == reofferLines {
			break
		}
		switch {
		case e.held() && e.Line != nil:
			body = append(append(body, e.Line...), '\n')
			n++
		case e.held():
			// The bytes are gone from here. A declaration of a seq the server holds changes nothing and is answered with
			// what became of it; the opening of the same push has made sure that it holds it.
			body = append(append(body, wire.EncodeVoid(wire.VoidRange{Why: wire.VoidMissing, From: e.Seq, To: e.Seq})...), '\n')
			n++
		}
	}
	return body
}

// askFormer offers what is held of a former device again. Another device carries it, so that each push is a run of
// neighbours under the former one's signature.
func (p *Phone) askFormer(ctx context.Context, device string, r *PushReport) error {
	var from uint64 = 1
	for range roundsPerLog {
		p.mu.Lock()
		l := p.byDevice(device)
		if l == nil || !l.Former || !l.Known {
			p.mu.Unlock()
			return nil
		}
		for from <= l.last() && !(l.at(from).held() && l.at(from).Line != nil) {
			from++
		}
		if from > l.last() {
			p.mu.Unlock()
			return nil
		}
		b := &built{device: device, former: true, last: from - 1, body: p.opening(l, from)}
		end := from
		for ; end <= l.last() && l.at(end).held() && l.at(end).Line != nil && len(b.body) < bodyBytes && end-from < limits.PushLines/2; end++ {
			b.body = append(append(b.body, l.at(end).Line...), '\n')
		}
		err := l.attest(b, end-1)
		p.mu.Unlock()
		if err != nil {
			return err
		}
		if _, err := p.exchange(ctx, b, r); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// appendLines adds sets and void declarations from a seq on, and returns the last seq that is in.
func (p *Phone) appendLines(l *log, b *built, first uint64) uint64 {
	seq, end, n := first, first-1, len(b.markers)
	for ; seq <= l.last() && n < min(p.batch+len(b.markers), limits.PushLines); n++ {
		e := l.at(seq)
		if e.Line != nil && seq > first && e.Cursor != l.at(first).Cursor {
			break // it was written at another place: a push of its own says so
		}
		line := e.Line
		if e.From > 0 {
			line = wire.EncodeVoid(wire.VoidRange{Why: e.Why, From: e.From, To: e.To})
		}
		if n > len(b.markers) && len(b.body)+len(line) > bodyBytes {
			break
		}
		b.body = append(append(b.body, line...), '\n')
		end = seq
		if e.From > 0 {
			end = e.To
		}
		seq = end + 1
	}
	return end
}

// declare makes void what the server lacks and the phone has lost: the ids of those seqs become that of the declaration, so
// that the running hash goes on. It is saved before it is said.
func (p *Phone) declare(ctx context.Context, l *log, first uint64) error {
	ch := changes{}
	for seq := first; seq <= l.last(); seq++ {
		e := l.at(seq)
		if e.Line != nil || e.From > 0 || e.Acked {
			continue
		}
		to, why := seq, wire.VoidMissing
		if e.Why != "" {
			why = e.Why
		}
		for to < l.last() && to-seq < limits.PushLines/2-1 {
			if next := l.at(to + 1); next.Line != nil || next.From > 0 || next.Acked {
				break
			}
			to++
		}
		id := crdt.IDOf(wire.EncodeVoid(wire.VoidRange{Why: why, From: seq, To: to}))
		for i := seq; i <= to; i++ {
			d := l.at(i)
			d.From, d.To, d.Why = seq, to, why
			l.rename(d, id)
			ch.put(keyEntry(l.Device, i), d)
		}
		seq = to
	}
	if len(ch) == 0 {
		return nil
	}
	return p.commit(ctx, ch)
}

// attest adds a signature where it is time for one: over end, the last seq of this push. What a former device wrote is
// carried by another, which only its own signature allows.
func (l *log) attest(b *built, end uint64) error {
	due := end > 0 && end > l.Attested && (l.Attested == 0 || end-l.Attested >= attestEvery)
	if !due && !l.Former {
		return nil
	}
	key := l.key()
	if key == nil || end == 0 {
		return nil
	}
	a, err := wire.SignAttest(key, l.Device, end, l.head(end))
	if err != nil {
		return err
	}
	b.attest, b.body = a, wire.AppendAttest(b.body, a)
	return nil
}

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
			p.verdict(l, v, r, ch)
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

// verdict takes in what became of one seq, or of a range.
func (p *Phone) verdict(l *log, v wire.Verdict, r *PushReport, ch changes) {
	for seq := v.Seq; seq <= max(v.To, v.Seq); seq++ {
		e := l.at(seq)
		if e == nil {
			return
		}
		if e.ID != v.ID.String() {
			if v.Status != wire.Voided && e.From == 0 && e.Line != nil {
				return // not our bytes: only a fork says so, and it says so itself
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
