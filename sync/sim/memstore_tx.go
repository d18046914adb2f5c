package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// tx notes for every change how to take it back.
type tx struct {
	reader
	m    *MemStore
	undo []func()
}

func (t *tx) streetOf(code string) *street {
	s := t.d.streets[code]
	if s == nil {
		s = &street{}
		t.d.streets[code] = s
		t.undo = append(t.undo, func() { delete(t.d.streets, code) })
	}
	return s
}

func (t *tx) deviceOf(id string) *device {
	dev := t.d.devices[id]
	if dev == nil {
		dev = &device{Device: sync.Device{ID: id}}
		t.d.devices[id] = dev
		t.undo = append(t.undo, func() { delete(t.d.devices, id) })
	}
	return dev
}

// push extends the street's chain by one entry.
func (t *tx) push(s *street, e entry, facts ...string) uint64 {
	h := sha256.New()
	if n := len(s.entries); n > 0 {
		h.Write(s.entries[n-1].chain[:])
	}
	for _, f := range facts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	e.chain = [32]byte(h.Sum(nil))
	before := s.entries
	s.entries = append(s.entries, e)
	t.undo = append(t.undo, func() { s.entries = before })
	return uint64(len(s.entries))
}

func (t *tx) Append(l *sync.Line) error {
	dev := t.deviceOf(l.Device)
	if l.DevSeq != uint64(len(dev.lines))+1 {
		return errs.New(errs.Conflict, "append", "%s:%d after %d", l.Device, l.DevSeq, len(dev.lines))
	}
	own := *l
	s := t.streetOf(l.Street)
	own.Seq = t.push(s, entry{line: &own}, "line", l.Device, string(binary.BigEndian.AppendUint64(nil, l.DevSeq)), string(l.ID[:]))
	l.Seq = own.Seq
	var head [32]byte
	if n := len(dev.heads); n > 0 {
		head = dev.heads[n-1]
	}
	lines, heads, byRecord := dev.lines, dev.heads, t.d.lines[l.Record]
	dev.lines = append(dev.lines, &own)
	dev.heads = append(dev.heads, sha256.Sum256(append(head[:], l.ID[:]...)))
	if l.Record != "" {
		t.d.lines[l.Record] = append(byRecord, &own)
	}
	t.undo = append(t.undo, func() {
		dev.lines, dev.heads = lines, heads
		if byRecord == nil {
			delete(t.d.lines, own.Record)
		} else {
			t.d.lines[own.Record] = byRecord
		}
	})
	return nil
}

func (t *tx) AppendEvent(e *sync.Event) error {
	own := *e
	s := t.streetOf(e.Street)
	own.Seq = t.push(s, entry{event: &own}, "event", string(e.Kind), e.Record, e.Grid, e.Worker, e.Prefix, e.Detail)
	e.Seq = own.Seq
	t.feed(s, feedRef{seq: own.Seq, event: &own})
	return nil
}

func (t *tx) feed(s *street, f feedRef) {
	before := s.feed
	i, _ := slices.BinarySearchFunc(before, f.seq, func(o feedRef, seq uint64) int { return int(int64(o.seq) - int64(seq)) })
	if i == len(before) {
		s.feed = append(before, f)
	} else {
		s.feed = slices.Insert(slices.Clone(before), i, f)
	}
	t.undo = append(t.undo, func() { s.feed = before })
}

func (t *tx) SettleLine(l *sync.Line, dropBody bool) error {
	dev := t.d.devices[l.Device]
	if dev == nil || l.DevSeq == 0 || l.DevSeq > uint64(len(dev.lines)) {
		return errs.New(errs.NotFound, "settle line", "%s:%d", l.Device, l.DevSeq)
	}
	own := dev.lines[l.DevSeq-1]
	before := *own
	t.undo = append(t.undo, func() { *own = before })
	own.Status, own.Code, own.Order, own.Turn, own.Reason = l.Status, l.Code, l.Order, l.Turn, l.Reason
	if dropBody && l.Status == sync.Void {
		own.Body = nil
	}
	return nil
}

func (t *tx) PutRecord(r *sync.Record) error {
	s := t.streetOf(r.Street)
	if r.Changed == 0 || r.Changed > uint64(len(s.entries)) {
		return errs.New(errs.Internal, "put record", "%s changed at %d of %d", r.ID, r.Changed, len(s.entries))
	}
	r.Projection = t.m.project(sync.ProjectInput{Record: r, LookupCase: func(no string) (sync.Case, bool) {
		c, ok := t.d.cases[no]
		return c, ok
	}})
	own := *r
	own.State = r.State.Clone()
	own.Assignees = slices.Clone(r.Assignees)
	before := t.d.records[r.ID]
	t.d.setRecord(r.ID, &own)
	t.undo = append(t.undo, func() { t.d.setRecord(own.ID, before) })
	t.feed(s, feedRef{seq: r.Changed, record: r.ID})
	return nil
}

func (t *tx) PutDevice(d *sync.Device) error {
	dev := t.deviceOf(d.ID)
	before := dev.Device
	t.undo = append(t.undo, func() { dev.Device = before })
	dev.Device = *d
	dev.Safe = before.Safe
	return nil
}

func (t *tx) PutAttestation(a sync.Attestation) error {
	before := t.d.attests
	t.d.attests = append(t.d.attests, a)
	t.undo = append(t.undo, func() { t.d.attests = before })
	return nil
}

func (t *tx) change(l *sync.Line) {
	before := *l
	t.undo = append(t.undo, func() { *l = before })
}

func (t *tx) Retire(code, record, into string) error {
	for id, other := range t.d.retired {
		if other == record {
			t.retire(id, into)
		}
	}
	t.retire(record, into)
	return t.Erase(code, record)
}

func (t *tx) retire(record, into string) {
	before, was := t.d.retired[record]
	t.d.retired[record] = into
	t.undo = append(t.undo, func() {
		if was {
			t.d.retired[record] = before
		} else {
			delete(t.d.retired, record)
		}
	})
}

func (t *tx) Retired(record string) (out []string, err error) {
	for id, into := range t.d.retired {
		if into == record {
			out = append(out, id)
		}
	}
	return out, nil
}

func (t *tx) Erase(code, record string) error {
	before := t.d.records[record]
	for _, l := range t.d.lines[record] {
		t.change(l)
		l.Body, l.Stripped, l.Reason = nil, false, ""
	}
	marker := &sync.Record{ID: record, Street: code, State: &crdt.State{Erased: true}, Changed: uint64(len(t.streetOf(code).entries))}
	if before != nil {
		marker.Street, marker.Grid = before.Street, before.Grid
	}
	marker.Status = sync.StatusErased
	t.d.setRecord(record, marker)
	t.undo = append(t.undo, func() { t.d.setRecord(record, before) })
	return nil
}

func (t *tx) Withhold(record string, prefixes []string) error {
	for _, l := range t.d.lines[record] {
		if l.Body == nil {
			continue
		}
		body, taken, err := sync.Strip(l.Body, prefixes)
		if err != nil {
			return err
		}
		if taken {
			t.change(l)
			l.Body, l.Stripped = body, true
		}
	}
	return nil
}

func (t *tx) Idempotent(user, key string, bodyHash [32]byte) ([]byte, bool, error) {
	o, ok := t.d.outcome[user+"\x00"+key]
	if ok && o.hash != bodyHash {
		return nil, false, errs.New(errs.IdempotencyMismatch, "office change", "key used with another body")
	}
	return o.body, ok, nil
}

func (t *tx) RememberIdempotent(user, key string, bodyHash [32]byte, body []byte) error {
	k := user + "\x00" + key
	t.d.outcome[k] = outcome{bodyHash, slices.Clone(body)}
	t.undo = append(t.undo, func() { delete(t.d.outcome, k) })
	return nil
}

func (t *tx) NewEpoch(id string) error {
	now, former := t.d.epoch, t.d.former
	if now != "" {
		t.d.former = append(slices.Clone(former), now)
	}
	t.d.epoch = id
	t.undo = append(t.undo, func() { t.d.epoch, t.d.former = now, former })
	return nil
}

func (t *tx) PutCases(cases []sync.Case) error {
	for _, c := range cases {
		before, had := t.d.cases[c.No]
		t.d.cases[c.No] = c
		t.undo = append(t.undo, func() {
			if had {
				t.d.cases[c.No] = before
			} else {
				delete(t.d.cases, c.No)
			}
		})
	}
	return nil
}
