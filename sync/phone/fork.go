package phone

import (
	"context"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// settleFork makes the phone a new device after its log and the server's were found to differ: it was restored from a
// backup, or it has a twin. What the server lacks is re-issued under the new devices: the same nonce, values, at and order;
// in ctx own dots below the fork stay, own dots from the fork on become the new dots of the same sets. It happens before any
// pull, because base would tell of the twin's sets under this phone's own name.
func (p *Phone) settleFork(ctx context.Context, r *PushReport) error {
	const op = "settle fork"
	type end struct {
		device string
		common uint64
	}
	var ends []end
	for _, s := range []Stream{Answers, Registry} {
		p.mu.Lock()
		l := p.current(s)
		p.mu.Unlock()
		common, err := p.common(ctx, l.Device, r)
		if err != nil {
			return errs.Wrap(op, err)
		}
		ends = append(ends, end{l.Device, common})
	}
	p.mu.Lock()
	old := p.current(Answers)
	req := ForkRequest{Certificate: p.m.Certificate, Device: old.Device, Key: old.key()}
	key, err := wire.NewKey(p.o.Rand)
	p.mu.Unlock()
	if err != nil {
		return errs.Wrap(op, err)
	}
	req.NewKey = key
	e, err := p.o.Transport.Fork(ctx, req)
	if err != nil {
		return errs.Wrap(op, err)
	}
	raw, err := key.Bytes()
	if err != nil {
		return errs.WrapCode(errs.Internal, op, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ch := changes{}
	p.adopt(e)
	for i, device := range []string{e.Device, e.RegistryDevice} {
		l := p.byDevice(ends[i].device)
		fresh := &log{logMeta: logMeta{Device: device, Stream: l.Stream, Key: raw, Known: true}}
		p.reissue(l, ends[i].common, fresh, ch)
		p.logs = append(p.logs, fresh)
	}
	p.m.Forks++
	if err := p.commit(ctx, ch); err != nil {
		return errs.Wrap(op, err)
	}
	r.Forked = true
	p.bind()
	return nil
}

// common finds the last seq up to which the log and the server's are the same, by asking with ever other openings.
func (p *Phone) common(ctx context.Context, device string, r *PushReport) (uint64, error) {
	p.mu.Lock()
	l := p.byDevice(device)
	low, high := uint64(0), l.last() // low is the same on both sides; nothing above high is
	next := l.unacked() - 1
	p.mu.Unlock()
	for low < high {
		if next <= low || next > high {
			next = low + (high-low+1)/2
		}
		p.mu.Lock()
		l := p.byDevice(device)
		b := &built{device: device, last: next, body: wire.AppendOpening(nil, wire.Opening{Device: device, Cursor: p.m.Cursor, Last: next, Head: l.head(next)})}
		var err error
		if l.Former {
			err = l.attest(b, next) // another device carries it
		}
		p.mu.Unlock()
		if err != nil {
			return 0, err
		}
		r.Requests++
		rc, err := p.o.Transport.Push(ctx, device, b.body)
		if err != nil {
			return 0, err
		}
		verdicts, sum, err := readAnswer(rc)
		_ = rc.Close() // what was read counts
		if err != nil {
			return 0, err
		}
		verdicts = slices.DeleteFunc(verdicts, func(v wire.Verdict) bool { return v.Attest > 0 })
		switch {
		case len(verdicts) == 0 && sum != nil:
			low = next
		case len(verdicts) == 0:
			return 0, errs.New(errs.Interrupted, "compare logs", "the answer ended early")
		case verdicts[0].Code == errs.Gap && verdicts[0].Placed && verdicts[0].Have < next:
			p.mu.Lock()
			same := p.byDevice(device).head(verdicts[0].Have) == verdicts[0].Head
			p.mu.Unlock()
			high = verdicts[0].Have
			if same {
				low = high
			}
		case verdicts[0].Code == errs.Fork:
			high = next - 1
		default:
			return 0, errs.New(verdicts[0].Code, "compare logs", "device %s", device)
		}
		next = 0
	}
	return low, nil
}

// reissue closes a log at the fork and writes what came after it anew, at the end of another log.
func (p *Phone) reissue(old *log, fork uint64, fresh *log, ch changes) {
	tail := old.entries[min(fork, old.last()):]
	renamed := map[uint64]uint64{} // old seq → new seq
	for _, e := range tail {
		ch.drop(keyEntry(old.Device, e.Seq))
		if e.Line == nil || e.Code == errs.Discarded || e.Code == errs.Erased {
			continue // given up before, or decided: there is nothing to say again
		}
		c, err := wire.Decode(e.Line)
		if err != nil {
			continue
		}
		c.Ctx = p.rename(c.Record, c.Ctx, old, fork, fresh.Device, renamed)
		c.Device, c.Seq = fresh.Device, fresh.last()+1
		line := c.Encode()
		n := &entry{Seq: c.Seq, ID: crdt.IDOf(line).String(), Line: line, Record: c.Record, Cursor: e.Cursor}
		renamed[e.Seq] = n.Seq
		fresh.entries = append(fresh.entries, n)
		ch.put(keyEntry(fresh.Device, n.Seq), n)
	}
	for _, d := range p.draft {
		if d.Stream != old.Stream {
			continue
		}
		d.Ctx = p.rename(d.Record, d.Ctx, old, fork, fresh.Device, renamed)
		if s := d.state(); s != nil {
			p.renameScreen(d.Record, s, old, fork, fresh.Device, renamed)
			d.show(s)
		}
		ch.put(keyDraft(d.Record), d)
	}
	old.entries = old.entries[:min(fork, old.last())]
	old.heads = old.heads[:min(len(old.heads), len(old.entries)+1)]
	old.Former, old.Known = true, true
	for _, e := range old.entries {
		if !e.Acked {
			e.Acked = true // the server was just found to have it
			ch.put(keyEntry(old.Device, e.Seq), e)
		}
	}
}

// settleFormer makes good a former device's log that differs from the server's: a twin went on under its name and, after a
// restore, offered something else where both were the same (it had lost the bytes), or an id was damaged here. What both
// have is acknowledged, what is kept beyond it is re-issued under the present device, the rest is let go.
func (p *Phone) settleFormer(ctx context.Context, device string, r *PushReport) error {
	const op = "settle former device"
	common, err := p.common(ctx, device, r)
	if err != nil {
		return errs.Wrap(op, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.byDevice(device)
	fresh := p.current(old.Stream)
	ch := changes{}
	p.reissue(old, common, fresh, ch)
	return errs.Wrap(op, p.commit(ctx, ch))
}

// rename gives a ctx the names that own sets have after a fork.
func (p *Phone) rename(record string, ctx crdt.VV, old *log, fork uint64, device string, renamed map[uint64]uint64) crdt.VV {
	seen := ctx[old.Device]
	if seen <= fork {
		return ctx
	}
	out := ctx.Clone()
	delete(out, old.Device)
	if seen > old.last() {
		out[old.Device] = seen // a twin's, that went on under the former name
	} else if below := old.lastOf(record, min(seen, fork)); below > 0 {
		out[old.Device] = below
	}
	for seq := min(seen, old.last()); seq > fork; seq-- {
		if n, ok := renamed[seq]; ok && old.at(seq).Record == record {
			out[device] = n
			break
		}
	}
	return out
}

// renameScreen does the same to what stands on an open form. What nobody will say again goes from it.
func (p *Phone) renameScreen(record string, s *crdt.State, old *log, fork uint64, device string, renamed map[uint64]uint64) {
	s.Rename(func(d crdt.Dot) (crdt.Dot, bool) {
		if d.Device != old.Device || d.Seq <= fork || d.Seq > old.last() {
			return d, true
		}
		n, ok := renamed[d.Seq]
		return crdt.Dot{Device: device, Seq: n}, ok
	}, func(vv crdt.VV) crdt.VV {
		seen := min(vv[old.Device], fork)
		if vv = p.rename(record, vv, old, fork, device, renamed); seen > vv[old.Device] {
			vv[old.Device] = seen // an entry that was damaged does not say of which record it was
		}
		return vv
	})
}
