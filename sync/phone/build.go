package phone

import (
	"context"
	"maps"
	"slices"

	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

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
	ask := !l.Known && l.nameless() > 1
	if ask {
		first = l.nameless() // ask first where the server stands, as far as the phone can say
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
	end := first - 1
	if !ask {
		end = p.appendLines(l, b, first)
	}
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
		if e.Line == nil && e.From == 0 {
			break // the server has it and the bytes are gone: nothing can follow before the answer says what it has
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
		if !l.lost(e) {
			continue
		}
		to, why := seq, wire.VoidMissing
		if e.Why != "" {
			why = e.Why
		}
		for to < l.last() && to-seq < limits.PushLines/2-1 {
			if !l.lost(l.at(to + 1)) {
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
