package phone

import (
	"context"
	"crypto/ecdh"

	"ruhu/internal/errs"
	"ruhu/sync/wire"
)

// Pack seals what a log has unsent, attested, for the server's key: a file that any phone or the office can carry. It holds
// one push; false where nothing is unsent, and more remains where the log's unacknowledged sets do not fit. The sets stay
// unsent here until an answer names them. Code: rule (the server has no key for packs, or the phone none to sign with).
func (p *Phone) Pack(ctx context.Context, s Stream) (pack []byte, any bool, err error) {
	const op = "pack"
	p.flow.Lock()
	defer p.flow.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.current(s)
	if l == nil {
		return nil, false, errs.New(errs.Unauthenticated, op, "this phone is not enrolled")
	}
	first := l.unacked()
	if first > l.last() {
		return nil, false, nil
	}
	server, err := ecdh.P256().NewPublicKey(p.m.ServerKey)
	if err != nil {
		return nil, false, errs.New(errs.Rule, op, "the server has given no key to seal packs for")
	}
	key := l.key()
	if key == nil {
		return nil, false, errs.New(errs.Rule, op, "the phone has no key to sign with")
	}
	if err := p.declare(ctx, l, first); err != nil {
		return nil, false, errs.Wrap(op, err)
	}
	b := &built{device: l.Device, last: first - 1}
	b.body = p.opening(l, first)
	end := p.appendLines(l, b, first)
	a, err := wire.SignAttest(key, l.Device, end, l.head(end))
	if err != nil {
		return nil, false, errs.Wrap(op, err)
	}
	sealed, err := wire.SealPack(p.o.Rand, server, wire.AppendAttest(b.body, a))
	return sealed, true, errs.Wrap(op, err)
}

// Carry pushes a pack of another phone and returns what the server says of it: ids and statuses, no answers.
func (p *Phone) Carry(ctx context.Context, pack []byte) ([]wire.Verdict, *wire.Summary, error) {
	const op = "carry pack"
	p.flow.Lock()
	defer p.flow.Unlock()
	rc, err := p.o.Transport.PushPack(ctx, pack)
	if err != nil {
		return nil, nil, errs.Wrap(op, err)
	}
	verdicts, sum, err := readAnswer(rc)
	_ = rc.Close() // what was read counts
	return verdicts, sum, errs.Wrap(op, err)
}
