package sync

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Act is what the office does with a line that was not merged.
type Act string

// Acts. To correct is an OfficeChange with Corrects.
const (
	Release Act = "release" // the original bytes merge; dots that never came count as covered
	Discard Act = "discard" // the line becomes void and supersedes nothing
)

// Settlement is the office's decision about one quarantined or waiting line.
type Settlement struct {
	Officer string
	Street  string
	Line    uint64 // street sequence (DecodeLineToken)
	Act     Act
	Reason  string
}

// Settle carries out a decision. Doing the same again is no error. Codes: invalid (no reason, unknown act), not-found,
// conflict (settled otherwise meanwhile), erased, unknown-form (release, and the form is still not there), rule (release of a
// line of another street, or while an earlier line of the same device on the record is not settled).
func (s *Service) Settle(ctx context.Context, d Settlement) error {
	const op = "settle"
	if d.Reason == "" || d.Act != Release && d.Act != Discard {
		return errs.New(errs.Invalid, op, "an act and a reason are needed")
	}
	var done *run
	err := s.Store.Update(ctx, func(tx Tx) error {
		r, err := s.newRun(tx)
		if err != nil {
			return err
		}
		done = r
		if err := r.settle(d.Street, d.Line, d.Officer, d.Act, d.Reason); err != nil {
			return err
		}
		return r.finish()
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	done.retained++
	done.publish(d.Street)
	return nil
}

func (r *run) settle(street string, seq uint64, officer string, act Act, reason string) error {
	const op = "settle"
	stored, ok, err := r.tx.LineAt(street, seq)
	if err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.NotFound, op, "line %s/%d", street, seq)
	}
	switch {
	case stored.Code == errs.Erased:
		return errs.New(errs.Erased, op, "record %s", stored.Record)
	case act == Discard && stored.Status == Void && stored.Code == errs.Discarded, act == Release && stored.Status == Merged:
		return nil
	case stored.Status != Quarantined && stored.Status != Waiting:
		return errs.New(errs.Conflict, op, "line %s/%d is %s", street, seq, stored.Status)
	}
	w, err := r.work(stored.Record)
	if err != nil {
		return err
	}
	if w.State.Erased {
		return errs.New(errs.Erased, op, "record %s", stored.Record)
	}
	var p *Line
	for _, l := range w.pending {
		if l.Device == stored.Device && l.DevSeq == stored.DevSeq {
			p = l
		}
	}
	if p == nil {
		return errs.New(errs.Damaged, op, "line %s/%d is not among its record's unsettled ones", street, seq)
	}
	if act == Release {
		if err := r.mayRelease(w, p); err != nil {
			return err
		}
	}
	e := Event{Street: street, Kind: EventSettle, Record: w.ID, Grid: p.Grid, Target: seq, Detail: string(act) + " " + officer, At: r.now}
	if act == Discard {
		if err := r.s.journal(JournalEntry{Kind: JournalDiscard, Street: street, Record: w.ID, Device: p.Device, Seq: p.DevSeq}); err != nil {
			return err
		}
	}
	if err := r.tx.AppendEvent(&e); err != nil {
		return err
	}
	p.Reason = reason
	if act == Discard {
		return r.discard(w, p, e.Seq)
	}
	c, err := DecodeLine(p)
	if err != nil {
		return err
	}
	if err := r.mergePending(w, p, c, e.Seq); err != nil {
		return err
	}
	return r.cascade(w, e.Seq)
}

// mayRelease refuses what cannot merge: it would leave its street, have no form, or jump over an earlier line of its device.
func (r *run) mayRelease(w *work, p *Line) error {
	const op = "release"
	switch {
	case !InStreet(p.Grid, p.Street) || w.begun() && w.Street != p.Street:
		return errs.New(errs.Rule, op, "record %s is of another street", w.ID).
			WithHint("A record never leaves its street: discard the line, or correct it with a change of your own.")
	case !r.s.KnownForm(p.Form, p.Version):
		return errs.New(errs.UnknownForm, op, "form %s version %s", p.Form, p.Version)
	case w.heldBack(p.Device, p.DevSeq):
		return errs.New(errs.Rule, op, "an earlier line of %s on record %s is not settled", p.Device, w.ID).
			WithHint("Settle the earlier line of this phone on the record first.")
	}
	return nil
}

// discard makes a line void. It takes its place in the vector when its turn comes.
func (r *run) discard(w *work, p *Line, turn uint64) error {
	p.Status, p.Code, p.Body = Void, errs.Discarded, nil
	if err := r.tx.SettleLine(p, true); err != nil {
		return err
	}
	return r.cascade(w, turn)
}

// Unsettled is a line the office has to decide on, or that waits for others.
type Unsettled struct {
	ID string // opaque: LineToken
	Line
}

// Quarantine lists a street's quarantined and waiting lines after a sequence, oldest first, without bodies.
func (s *Service) Quarantine(ctx context.Context, street string, after uint64, limit int) ([]Unsettled, error) {
	var out []Unsettled
	err := s.Store.View(ctx, func(r Reader) error {
		lines, err := r.Quarantine(street, after, limit)
		if err != nil {
			return err
		}
		out = make([]Unsettled, len(lines))
		for i, l := range lines {
			out[i] = Unsettled{ID: s.LineToken(l.Street, l.Seq), Line: l}
		}
		return nil
	})
	return out, errs.Wrap("quarantine", err)
}

// QuarantinedSet returns what a line under an opaque id wrote, for the officer who decides on it.
func (s *Service) QuarantinedSet(ctx context.Context, token string) (Line, *crdt.ChangeSet, error) {
	const op = "quarantined line"
	street, seq, err := s.DecodeLineToken(token)
	if err != nil {
		return Line{}, nil, err
	}
	var line Line
	var set *crdt.ChangeSet
	err = s.Store.View(ctx, func(r Reader) error {
		l, ok, err := r.LineAt(street, seq)
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.NotFound, op, "line %s/%d", street, seq)
		}
		line = l
		if l.Body == nil {
			return nil
		}
		set, err = DecodeLine(&l)
		return err
	})
	return line, set, errs.Wrap(op, err)
}
