package sync

import (
	"errors"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// admission is what a push knows of its author when it judges lines.
type admission struct {
	author *Author
	seen   seen
}

// admit judges a change set that is well formed and whose turn in its device's log has come: "" where it may merge (or
// wait), else the code it is quarantined under. The order of the questions is the order in which an officer would ask.
func (r *run) admit(w *work, c *crdt.ChangeSet, a *admission) (errs.Code, error) {
	author := a.author
	switch {
	case author.Revoked:
		return errs.RevokedDevice, nil
	case !author.Confirmed:
		return errs.UnconfirmedDevice, nil
	case !InStreet(c.Grid, author.Street), w.begun() && w.Street != author.Street:
		return errs.ForeignStreet, nil
	case !author.everGranted(c.Grid):
		return errs.ForeignGrid, nil
	case !r.s.KnownForm(c.Form, c.Version):
		return errs.UnknownForm, nil
	case w.begun() && w.Form != c.Form:
		return errs.OtherForm, nil
	case !r.s.mayWrite(author.Role, c, false, false):
		return errs.ForbiddenPath, nil
	}
	former := r.former && (a.seen.former || c.Epoch != "" && c.Epoch != r.epoch)
	if w.begun() {
		ok, err := r.isAssigned(w, author.Worker, a.seen)
		if err != nil {
			return "", err
		}
		if !ok {
			return errs.NotAssigned, nil
		}
	}
	for _, device := range sortedDevices(c.Ctx) {
		d := crdt.Dot{Device: device, Seq: c.Ctx[device]}
		if device == c.Device && w.State.VV[device] == d.Seq {
			continue
		}
		ok, err := r.possible(w, c, d, a, former)
		if err != nil {
			return "", err
		}
		if !ok {
			return errs.ImpossibleContext, nil
		}
	}
	return "", nil
}

// sortedDevices gives the entries of a ctx in a fixed order: what a run appends must not depend on the order of a map.
func sortedDevices(ctx crdt.VV) []string {
	if len(ctx) == 0 {
		return nil
	}
	return ctx.Devices()
}

// isAssigned reports whether a worker may write a record that exists: its author, an assignee now, or one at the cursor
// under which the push was made.
func (r *run) isAssigned(w *work, worker string, at seen) (bool, error) {
	if w.Author == worker || slices.Contains(w.Assignees, worker) {
		return true, nil
	}
	if !at.ok || at.former || len(w.State.Siblings(PathAssignee)) == 0 {
		return false, nil
	}
	now, _, err := r.assignedAt(w, worker, at.upTo)
	return now, err
}

// assignedAt reads from the record's lines whether a worker was an assignee at a street sequence, and whether at that or
// an earlier one. The office writes "@assignee" only over the live value, so the last write decides.
func (r *run) assignedAt(w *work, worker string, seq uint64) (at, ever bool, err error) {
	for l, err := range r.tx.RecordLines(w.ID) {
		if err != nil {
			return false, false, err
		}
		if l.Status != Merged || !ServerIssued(l.Device) || l.turn() > seq {
			continue
		}
		c, err := DecodeLine(&l)
		if err != nil {
			return false, false, err
		}
		if cell, ok := c.Get(PathAssignee); ok {
			at = slices.Contains(strings.Fields(cell.Value), worker)
			ever = ever || at
		}
	}
	return at, ever, nil
}

func (l *Line) turn() uint64 {
	if l.Turn > 0 || l.Order == 0 {
		return l.Turn
	}
	return l.Seq
}

// possible reports whether the author can have had a dot on the screen. former: what it saw may be of a former epoch,
// whose sequences say nothing here.
func (r *run) possible(w *work, c *crdt.ChangeSet, d crdt.Dot, a *admission, former bool) (bool, error) {
	l, known, err := r.tx.Line(d.Device, d.Seq)
	if err != nil {
		return false, err
	}
	if !known {
		switch {
		case d.Device == c.Device:
			return false, nil
		case r.lostOffice(d.Device):
			return true, r.reportLost(w, a.author.Street, c.Grid, d)
		}
		return former, r.intact(a, former)
	}
	if l.Record != w.ID {
		return l.Record == "" && l.Status == Void, nil // a void line nobody could read may have been of this record
	}
	switch {
	case l.Worker == a.author.Worker: // its own hand, also on another phone or before a fork
		return true, nil
	case l.Status == Void:
		return true, nil // no content: there is nothing to silence
	case former:
		return true, nil
	case l.Order == 0 || !a.seen.ok || l.turn() > a.seen.upTo:
		return false, nil
	case w.Author == a.author.Worker:
		return true, nil
	}
	_, ever, err := r.assignedAt(w, a.author.Worker, a.seen.upTo)
	return ever, err
}

// errRolledBack: an author of this epoch has seen what this log does not hold, and stands at a place that is not in it.
var errRolledBack = errors.New("sync: the log is not the one this cursor is of")

// intact reports errRolledBack where a cursor of the present epoch shows that the log was put back: nobody noticed yet, and
// judged by what is left, an honest author would be one who claims to have seen what never was.
func (r *run) intact(a *admission, former bool) error {
	if r.s.RolledBack == nil || former || !a.seen.ok || a.seen.former {
		return nil
	}
	ok, err := a.seen.place.matches(r.tx, a.author.Street)
	if err == nil && !ok {
		err = errRolledBack
	}
	return err
}

// receive judges a change set and stores it. The verdict's status and code are the line's.
func (r *run) receive(w *work, l *Line, c *crdt.ChangeSet, a *admission) error {
	l.Record, l.Form, l.Version, l.Grid = c.Record, c.Form, c.Version, c.Grid
	l.Effective = min(c.At, l.Received)
	if w.State.Erased {
		return r.receiveErased(l)
	}
	if len(w.State.Withheld) > 0 {
		if stripped, taken := c.StripValues(w.State.Withheld); taken {
			c = stripped
			l.Body, l.Stripped = encodeStripped(c), true
			if err := r.remind(l, EventWithhold, w.State.Withheld); err != nil {
				return err
			}
		}
	}
	code, err := r.admit(w, c, a)
	if err != nil {
		return err
	}
	if code == "" {
		ok, err := r.ready(w, c)
		if err != nil {
			return err
		}
		if ok {
			return r.receiveReady(w, l, c)
		}
		l.Status = Waiting
	} else {
		l.Status, l.Code = Quarantined, code
	}
	r.retained++
	if err := r.tx.Append(l); err != nil {
		return err
	}
	w.pend(l)
	return nil
}

// receiveErased stores a late original of an erased record without its content.
func (r *run) receiveErased(l *Line) error {
	told := false
	for o, err := range r.tx.RecordLines(l.Record) {
		if err != nil {
			return err
		}
		told = told || o.Worker == l.Worker
	}
	l.Status, l.Code, l.Body = Void, errs.Erased, nil
	if err := r.tx.Append(l); err != nil || told {
		return err
	}
	return r.remind(l, EventErase, []string{""})
}

// remind tells the phones of a line's author of an erasure or withholding that was done before the line came: their words
// must go too, also those of a phone that is put back from a copy later.
func (r *run) remind(l *Line, kind EventKind, prefixes []string) error {
	for _, p := range prefixes {
		e := Event{Street: l.Street, Kind: kind, Record: l.Record, Worker: l.Worker, Prefix: p, At: r.now}
		if err := r.tx.AppendEvent(&e); err != nil {
			return err
		}
	}
	return nil
}

// receiveReady merges a set as it arrives and lets those take their turn that waited for it.
func (r *run) receiveReady(w *work, l *Line, c *crdt.ChangeSet) error {
	voids := len(w.pending) > 0 && slices.ContainsFunc(w.pending, func(p *Line) bool { return p.Status == Void })
	if !voids {
		r.merge(w, l, c)
		if err := r.tx.Append(l); err != nil {
			return err
		}
		w.touch(l.Seq)
		return r.cascade(w, l.Seq)
	}
	// Void dots go first, and their turn is this line's sequence, which only Append knows.
	l.Status = Waiting
	if err := r.tx.Append(l); err != nil {
		return err
	}
	w.pend(l)
	if err := r.mergePending(w, l, c, l.Seq); err != nil {
		return err
	}
	return r.cascade(w, l.Seq)
}
