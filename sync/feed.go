package sync

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/wire"
)

// stream adds what one log has: first what newly granted grids lack, then what is new.
func (g *page) stream(r Reader, i int) error {
	s := g.p.services()[i]
	head, err := r.Head(g.v.Street)
	if err != nil {
		return err
	}
	if len(g.c.Backfill) > 0 {
		if err := g.interval(r, s, g.c.Backfill, &g.c.Filled[i], g.c.Places[i].Seq); err != nil {
			return err
		}
	}
	at := g.c.Places[i].Seq
	filled := len(g.c.Backfill) > 0 && g.c.Filled[i] >= at
	if err := g.interval(r, s, g.v.Grids, &at, head.Seq); err != nil {
		return err
	}
	if filled {
		g.c.Filled[i] = at
	}
	if at != g.c.Places[i].Seq {
		g.c.Places[i].Seq = at
		chain := head.Chain
		if at != head.Seq {
			if chain, _, err = r.ChainAt(g.v.Street, at); err != nil {
				return err
			}
		}
		copy(g.c.Places[i].Chain[:], chain[:8])
	}
	if g.more {
		return nil
	}
	return g.sumUp(r)
}

// sumUp gathers the digests of what the viewer may see of this log.
func (g *page) sumUp(r Reader) error {
	for _, grid := range g.v.Grids {
		for rec, err := range r.GridRecords(g.v.Street, grid) {
			if err != nil {
				return err
			}
			if rec.Status != StatusErased && rec.begun() {
				g.digests[grid] = append(g.digests[grid], rec.Digest)
			}
		}
	}
	return nil
}

// interval adds what changed in (at, upTo] of some grids, and moves at to where the page got: always to a sequence all of
// whose items were taken.
func (g *page) interval(r Reader, s *Service, grids []string, at *uint64, upTo uint64) error {
	if len(grids) == 0 {
		*at = max(*at, upTo)
		return nil
	}
	for *at < upTo {
		if g.full() {
			g.more = true
			return nil
		}
		ask := max(g.rows, 2) + 1 // an event and the record it changed share a sequence
		items, err := r.Feed(g.v.Street, grids, *at, upTo, ask)
		if err != nil {
			return err
		}
		whole := len(items) < ask
		if !whole {
			// The last sequence may have more items: it is left for the next turn.
			last := items[len(items)-1].Seq
			items = items[:slices.IndexFunc(items, func(it FeedItem) bool { return it.Seq == last })]
			if len(items) == 0 {
				return errTooManyAt(s.Stream, g.v.Street, last)
			}
		}
		for n, it := range items {
			if n > 0 && it.Seq != *at && g.full() {
				g.more = true
				return nil
			}
			if err := g.feedItem(r, s, it); err != nil {
				return err
			}
			*at = it.Seq
		}
		if whole {
			*at = upTo
		}
	}
	return nil
}

// errTooManyAt: a sequence names one line or event, and changes one record at most.
func errTooManyAt(stream Stream, street string, seq uint64) error {
	return errs.New(errs.Damaged, "feed", "%s %s/%d has more items than a page", stream, street, seq)
}

func (g *page) feedItem(r Reader, s *Service, it FeedItem) error {
	if it.Event != nil {
		g.event(s, it.Event)
		return nil
	}
	rec := it.Record
	if rec.Status == StatusErased || !rec.begun() {
		return nil // the event tells; what holds nothing merged is nobody's yet
	}
	return g.record(r, s, rec)
}

func (g *page) event(s *Service, e *Event) {
	switch {
	case e.Worker != "" && e.Worker != g.v.Worker, e.Grid == "" && e.Worker == "":
		return
	case e.Grid == "" && slices.Contains(g.v.Grids, e.Detail):
		return // the event of the grid tells
	}
	switch e.Kind {
	case EventErase:
		g.c.Confirms = true
		g.add(&wire.PullLine{Kind: wire.KindErased, Record: e.Record, Proof: s.keys.erasedProof(s.Stream, e.Record)})
	case EventWithhold:
		g.c.Confirms = true
		g.add(&wire.PullLine{Kind: wire.KindWithheld, Record: e.Record, Prefix: e.Prefix})
	case EventLeave:
		g.add(&wire.PullLine{Kind: wire.KindLeave, Record: e.Record, At: e.Seq})
	}
}

// record adds a record as the viewer may see it: whole, or as a stub.
func (g *page) record(r Reader, s *Service, rec *Record) error {
	if !holdsFull(rec, g.v.Worker, s.now()) {
		g.add(&wire.PullLine{Kind: wire.KindStub, Record: rec.ID, Grid: rec.Grid, Case: rec.Case, Form: rec.Form,
			Status: rec.Status, Digest: rec.Digest, HasDigest: true, At: rec.Changed})
		return nil
	}
	whole, ok, err := r.Record(rec.ID)
	if err != nil || !ok {
		return err
	}
	l := wire.PullLine{Kind: wire.KindRecord, Record: rec.ID, Grid: rec.Grid, Case: rec.Case, Form: rec.Form, Version: rec.Version,
		At: rec.Changed, Until: rec.EditUntil, State: string(whole.State.Canonical())}
	if s.Stream == Registry {
		l.Kind, l.Household, l.Case = g.p.kindOf(rec.Form), rec.Case, ""
	}
	g.add(&l)
	return nil
}

func (p *Puller) kindOf(form string) wire.Kind {
	if p.KindOf == nil {
		return wire.KindVisit
	}
	return p.KindOf(form)
}

// holdsFull reports whether a worker's phone holds a record's full state: its author and its assignees do while it is open.
func holdsFull(rec *Record, worker string, now int64) bool {
	if rec.Author != worker && !slices.Contains(rec.Assignees, worker) {
		return false
	}
	return rec.Open && (rec.EditUntil == 0 || now < rec.EditUntil) && rec.Status != StatusRestricted
}
