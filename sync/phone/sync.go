package phone

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Report is what a sync did.
type Report struct {
	Push PushReport
	Pull PullReport
}

// Sync sends what is unsent, then pulls; again where the pull showed that the server lives a new life. A revoked phone, and one
// that an administrator has to confirm after a restore, sends only, and that is no error.
func (p *Phone) Sync(ctx context.Context) (Report, error) {
	p.flow.Lock()
	defer p.flow.Unlock()
	var r Report
	readmitted := false // by a server that was restored to before it knew this phone, and tells it nothing else
	for range 3 {
		push, err := p.push(ctx, readmitted || p.probeDue() || p.newsOfHeld())
		r.Push.add(push)
		if err != nil {
			return r, errs.Wrap("sync", err)
		}
		pull, err := p.pull(ctx)
		r.Pull.Requests += pull.Requests
		r.Pull.Bytes += pull.Bytes
		r.Pull.Lines += pull.Lines
		r.Pull.NewEpoch = r.Pull.NewEpoch || pull.NewEpoch
		r.Pull.Complete, r.Pull.Mismatch = pull.Complete, pull.Mismatch
		if code := errs.CodeOf(err); code == errs.DeviceRevoked || code == errs.UnconfirmedDevice {
			if code == errs.DeviceRevoked || readmitted && !p.unsettled() {
				return r, nil
			}
			readmitted = true
			continue
		}
		if err != nil {
			return r, errs.Wrap("sync", err)
		}
		if !p.unsettled() && !p.newsOfHeld() {
			return r, nil
		}
	}
	return r, nil
}

// unsettled reports whether there is something a push would change at once.
func (p *Phone) unsettled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.logs {
		if !l.Known || l.unacked() <= l.last() && !l.Former {
			return true
		}
	}
	for _, m := range p.erase {
		if len(m.Pending) > 0 {
			return true
		}
	}
	return false
}

// newsOfHeld reports whether the server's copy of a record covers a set that was last said to be held back: the office has
// settled it, and what became of it is worth asking at once.
func (p *Phone) newsOfHeld() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.logs {
		for _, e := range l.entries {
			if !e.held() || e.Line == nil && l.Former {
				continue
			}
			if base := p.bases[e.Record].state(); base != nil && base.VV.Covers(crdt.Dot{Device: l.Device, Seq: e.Seq}) {
				return true
			}
		}
	}
	return false
}

// probeDue reports whether the logs should be compared with the server's even if nothing is to be sent: something is not yet
// safe or held back, and the last time is an hour ago, by a clock that may jump.
func (p *Phone) probeDue() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	age := p.now() - p.m.Probed
	if age >= 0 && age < probeAfter {
		return false
	}
	for _, l := range p.logs {
		for _, e := range l.entries {
			if e.Line != nil {
				return true
			}
		}
	}
	return false
}
