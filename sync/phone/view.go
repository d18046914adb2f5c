package phone

import (
	"maps"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// View is what the phone shows of one record.
type View struct {
	Record, Form, Version, Grid, Case, Household string
	Kind                                         wire.Kind   // of the server's line; "" while only this phone knows the record
	State                                        *crdt.State // base with own sets on top; nil for a stub
	Base                                         *crdt.State // the server's state alone; nil for a stub or before the first pull
	Status                                       string      // of a stub
	Unsent                                       int         // own sets the server is not known to have
	Held                                         int         // own sets waiting or quarantined
	Void                                         int         // own sets that will never be merged
	Draft                                        bool
}

// View returns what the phone shows of a record. Codes: erased, not-found.
func (p *Phone) View(record string) (*View, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.erase[record] != nil {
		return nil, errs.New(errs.Erased, "view", "record %s", record)
	}
	v := p.view(record)
	if v == nil {
		return nil, errs.New(errs.NotFound, "view", "record %s", record)
	}
	return v, nil
}

func (p *Phone) view(record string) *View {
	base := p.bases[record]
	if p.over(base) && !p.busy(record) {
		base.stub()
		base.Stub = true // it is saved with the next step
	}
	s, own := p.overlay(record)
	v := &View{Record: record, Draft: p.draft[record] != nil}
	for _, l := range p.logs {
		for _, e := range l.entries {
			switch {
			case e.Record != record:
			case e.void():
				v.Void++
			case !e.Acked:
				v.Unsent++
			case e.Status == wire.Waiting || e.Status == wire.Quarantined:
				v.Held++
			}
		}
	}
	if base != nil {
		v.Kind, v.Form, v.Version, v.Grid, v.Case, v.Household, v.Status = base.Kind, base.Form, base.Version, base.Grid, base.Case, base.Household, base.Status
		// Of a stub only what the server does not have, or holds back, is still shown; what it has is kept unseen.
		if v.Base = base.state(); v.Base != nil || len(own) > 0 && v.Unsent+v.Held > 0 {
			v.State = s
		}
		return v
	}
	if p.left[record] || len(own) == 0 {
		return nil
	}
	last := own[len(own)-1]
	v.Form, v.Version, v.Grid, v.State = last.Form, last.Version, last.Grid, s
	return v
}

// Records returns the ids of all records the phone shows, sorted.
func (p *Phone) Records() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := map[string]bool{}
	for id := range p.bases {
		ids[id] = true
	}
	for _, l := range p.logs {
		for _, e := range l.entries {
			if e.Line != nil && !e.void() && !p.left[e.Record] && p.erase[e.Record] == nil {
				ids[e.Record] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// Drafts returns the records with an open draft, sorted.
func (p *Phone) Drafts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.draft))
}

// Item is a reference line as it came.
type Item struct {
	Kind                    wire.Kind
	ID, Grid, Version, Body string
}

// Items returns the reference lines of a kind (survey, form, household, assignment), by id.
func (p *Phone) Items(kind wire.Kind) []Item {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Item
	for _, key := range slices.Sorted(maps.Keys(p.items)) {
		if i := p.items[key]; i.Kind == kind {
			out = append(out, Item(*i))
		}
	}
	return out
}

// Sent is one own change set and what became of it.
type Sent struct {
	Stream Stream
	Device string
	Seq    uint64
	ID     string
	Record string
	Status wire.Status // "" = not sent yet
	Code   errs.Code
	Acked  bool // the server has it
	Safe   bool // a verified backup covers it
	Kept   bool // its bytes are still here
}

// Log returns every change set of every log, former devices first, in order of seq.
func (p *Phone) Log() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Sent
	for _, l := range p.logs {
		for _, e := range l.entries {
			out = append(out, Sent{Stream: l.Stream, Device: l.Device, Seq: e.Seq, ID: e.ID, Record: e.Record, Status: e.Status, Code: e.Code,
				Acked: e.Acked, Safe: e.Acked && e.Seq <= l.Safe, Kept: e.Line != nil})
		}
	}
	return out
}

// Status is the phone in figures: what the badge and the sync screen say.
type Status struct {
	Enrolled          bool
	Worker            string
	WorkerName        string
	Devices           map[Stream]string // those that write now
	Grids             []string
	Epoch             string
	Unsent            int
	Waiting           int
	Quarantined       int
	Void              int
	Unsafe            int // the server has them, no verified backup covers them yet
	Records           int
	Stubs             int
	Revoked           bool
	Complete          bool  // the digests agreed at the last pull
	CompleteAt        int64 // ms by the phone's clock, 0 = never
	Forks             int
	PendingLeaves     int
	MarkersToHandBack int
}

// Status counts.
func (p *Phone) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{Enrolled: len(p.logs) > 0, Worker: p.m.Worker, WorkerName: p.m.WorkerName, Devices: map[Stream]string{}, Grids: slices.Clone(p.m.Grids),
		Epoch: p.m.Epoch, Revoked: p.m.Revoked, Complete: p.m.Complete, CompleteAt: p.m.CompleteAt, Forks: p.m.Forks, PendingLeaves: len(p.m.Leaves)}
	for _, l := range p.logs {
		if !l.Former {
			s.Devices[l.Stream] = l.Device
		}
		for _, e := range l.entries {
			switch {
			case !e.Acked:
				s.Unsent++
			case e.held() && e.Line == nil && l.Former:
				// neither to be shown nor asked about any more
			case e.Status == wire.Waiting:
				s.Waiting++
			case e.Status == wire.Quarantined:
				s.Quarantined++
			case e.Status == wire.Voided:
				s.Void++
			}
			if e.Acked && e.Seq > l.Safe {
				s.Unsafe++
			}
		}
	}
	for _, c := range p.bases {
		if c.State == "" {
			s.Stubs++
		} else {
			s.Records++
		}
	}
	for _, e := range p.erase {
		if len(e.Pending) > 0 {
			s.MarkersToHandBack++
		}
	}
	return s
}
