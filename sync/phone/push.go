package phone

import (
	"context"
	"errors"
	"slices"

	"ruhu/internal/errs"
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
		if l.Former && errs.CodeOf(err) == errs.DeviceRevoked {
			continue // its drain is over; what is written now goes by another name
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
			return p.settleFormer(ctx, device, r)
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
