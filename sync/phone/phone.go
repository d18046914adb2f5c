package phone

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	gosync "sync"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Options is what a phone is made of. All but MaxLines are required.
type Options struct {
	Store     Store
	Transport Transport
	Clock     clock.Clock // the phone's own, which may be wrong by years
	Rand      io.Reader   // nonces, record ids, keys
	MaxLines  int         // change sets in one push at most; 0 = 400
}

// Phone is one replica.
type Phone struct {
	o     Options
	flow  gosync.Mutex // one Push, Pull or Sync at a time
	mu    gosync.Mutex // what follows
	m     meta
	logs  []*log
	bases map[string]*baseCopy
	draft map[string]*draft
	erase map[string]*erasedMark
	items map[string]*item
	left  map[string]bool // records whose view has ended while own sets are still kept
	fresh bool            // opened and not yet compared with the server: the store may be that of another time
	batch int             // change sets in the next push; small on a bad link
	shred bool            // the step under way deletes words for good
}

// Open loads a phone from its store; an empty store gives one that is not enrolled.
func Open(ctx context.Context, o Options) (*Phone, error) {
	const op = "open phone"
	if o.Store == nil || o.Transport == nil || o.Clock == nil || o.Rand == nil {
		return nil, errs.New(errs.Internal, op, "store, transport, clock and randomness are required")
	}
	if o.MaxLines <= 0 {
		o.MaxLines = 400
	}
	p := &Phone{o: o, batch: o.MaxLines, fresh: true}
	if err := p.load(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	return p, nil
}

// load reads everything anew. An entry of a log that cannot be read any more is kept as damaged and declared void; a damaged copy,
// item, marker or draft is dropped, all but the last come again with the next pull from zero.
func (p *Phone) load(ctx context.Context) error {
	p.m, p.logs = meta{}, nil
	p.bases, p.draft, p.erase, p.items = map[string]*baseCopy{}, map[string]*draft{}, map[string]*erasedMark{}, map[string]*item{}
	p.left = map[string]bool{}
	entries, damaged := map[string][]*entry{}, false
	err := p.o.Store.Load(ctx, func(key string, value []byte) error {
		part, rest, _ := strings.Cut(key, "/")
		switch part {
		case keyMeta:
			if err := json.Unmarshal(value, &p.m); err != nil {
				return errs.New(errs.Damaged, "load phone", "the phone's own data cannot be read")
			}
		case "log":
			device, digits, _ := strings.Cut(rest, "/")
			e := &entry{}
			var seq uint64
			if _, err := fmt.Sscanf(digits, "%d", &seq); err != nil {
				return errs.New(errs.Damaged, "load phone", "key %s", key)
			}
			if json.Unmarshal(value, e) != nil || e.Seq != seq {
				e = &entry{Seq: seq, Why: wire.VoidDamaged}
			}
			if e.Line != nil && crdt.IDOf(e.Line).String() != e.ID {
				e.Line, e.Why = nil, wire.VoidDamaged // the bytes are not those that were cut
			}
			entries[device] = append(entries[device], e)
		case "copy":
			c := &baseCopy{}
			if json.Unmarshal(value, c) == nil && c.Record == rest && (c.State == "" || c.state() != nil) {
				p.bases[rest] = c
			} else {
				damaged = true
			}
		case "draft":
			d := &draft{}
			if json.Unmarshal(value, d) == nil && d.Record == rest {
				p.draft[rest] = d
			}
		case "left":
			p.left[rest] = true
		case "erased":
			e := &erasedMark{}
			if json.Unmarshal(value, e) == nil {
				p.erase[rest] = e
			} else {
				damaged = true
			}
		case "item":
			i := &item{}
			if json.Unmarshal(value, i) == nil {
				p.items[key] = i
			} else {
				damaged = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, lm := range p.m.Logs {
		l := &log{logMeta: lm}
		for _, e := range entries[lm.Device] {
			for uint64(len(l.entries))+1 < e.Seq {
				l.entries = append(l.entries, &entry{Seq: uint64(len(l.entries)) + 1}) // an entry that is gone altogether
			}
			l.entries = append(l.entries, e)
		}
		p.logs = append(p.logs, l)
	}
	if damaged {
		p.m.Cursor, p.m.Complete = "", false
	}
	p.bind()
	return nil
}

// bind tells the transport who the phone is.
func (p *Phone) bind() {
	a, r := p.current(Answers), p.current(Registry)
	if a == nil || r == nil {
		return
	}
	p.o.Transport.Bind(Credentials{Device: a.Device, RegistryDevice: r.Device, Certificate: p.m.Certificate, Key: a.key()})
}

// commit makes a step durable. After an error the phone is what the store says.
func (p *Phone) commit(ctx context.Context, ch changes) error {
	p.m.Logs = p.m.Logs[:0:0]
	for _, l := range p.logs {
		p.m.Logs = append(p.m.Logs, l.logMeta)
	}
	ch.put(keyMeta, p.m)
	save := p.o.Store.Commit
	if s, ok := p.o.Store.(Shredder); ok && p.shred {
		save = s.Shred
	}
	p.shred = false
	if err := save(ctx, ch); err != nil {
		if again := p.load(ctx); again != nil {
			return errs.Wrap("reload phone", again)
		}
		return errs.Wrap("save on phone", err)
	}
	return nil
}

func (p *Phone) now() int64 { return clock.Millis(p.o.Clock.Now()) }

func (p *Phone) random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(p.o.Rand, b); err != nil {
		return nil, errs.WrapCode(errs.Internal, "randomness", err)
	}
	return b, nil
}

// Enrol makes the phone a worker's, with a one-time code. Code: conflict where it is enrolled already.
func (p *Phone) Enrol(ctx context.Context, code, name, platform string) error {
	const op = "enrol"
	p.flow.Lock()
	defer p.flow.Unlock()
	if p.Enrolled() {
		return errs.New(errs.Conflict, op, "this phone is enrolled already")
	}
	key, err := p.enrolKey(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	e, err := p.o.Transport.Enrol(ctx, EnrolRequest{Code: code, Name: name, Platform: platform, Key: key})
	if err != nil {
		return errs.Wrap(op, err)
	}
	raw, err := key.Bytes()
	if err != nil {
		return errs.WrapCode(errs.Internal, op, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.adopt(e)
	p.m.Epoch, p.m.EnrolKey = e.Epoch, nil
	p.logs = []*log{
		{logMeta: logMeta{Device: e.Device, Stream: Answers, Key: raw, Known: true}},
		{logMeta: logMeta{Device: e.RegistryDevice, Stream: Registry, Key: raw, Known: true}},
	}
	if err := p.commit(ctx, changes{}); err != nil {
		return errs.Wrap(op, err)
	}
	p.bind()
	return nil
}

// enrolKey returns the key to enrol with, saved before it is used: when the answer is lost, the same code with the same key
// gets it again, and with another key it is a used code.
func (p *Phone) enrolKey(ctx context.Context) (*ecdsa.PrivateKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m.EnrolKey != nil {
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), p.m.EnrolKey); err == nil {
			return key, nil
		}
	}
	key, err := wire.NewKey(p.o.Rand)
	if err != nil {
		return nil, err
	}
	if p.m.EnrolKey, err = key.Bytes(); err != nil {
		return nil, errs.WrapCode(errs.Internal, "enrol", err)
	}
	return key, p.commit(ctx, changes{})
}

func (p *Phone) adopt(e Enrolment) {
	p.m.Worker, p.m.WorkerName, p.m.Certificate, p.m.Grids = e.Worker, e.WorkerName, e.Certificate, slices.Clone(e.Grids)
	if e.ServerKey != nil {
		p.m.ServerKey = e.ServerKey
	}
}

// Enrolled reports whether the phone is a worker's.
func (p *Phone) Enrolled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.logs) > 0
}

// current returns the log that writes of a stream go to.
func (p *Phone) current(s Stream) *log {
	for _, l := range slices.Backward(p.logs) {
		if l.Stream == s && !l.Former {
			return l
		}
	}
	return nil
}

// newest is the effective time that own sets have on the phone until a pull brings the server's word: own unsent writes
// count as newest.
const newest = int64(1<<53 - 1)

// overlay returns base with the phone's own sets that base does not cover applied on top.
func (p *Phone) overlay(record string) (s *crdt.State, own []*crdt.ChangeSet) {
	s = &crdt.State{}
	if base := p.bases[record].state(); base != nil {
		s = base.Clone()
	}
	for _, l := range p.logs {
		for _, e := range l.entries {
			if e.Record != record || e.Line == nil || e.void() || s.VV.Covers(crdt.Dot{Device: l.Device, Seq: e.Seq}) {
				continue
			}
			c, err := wire.Decode(e.Line)
			if err != nil {
				continue // cut by an older program under other limits; the server says what it thinks of it
			}
			s.Apply(c, newest)
			own = append(own, c)
		}
	}
	return s, own
}
