package sync

import (
	"context"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Composing is one writer transaction in which a caller reads records and writes office changes, one after the other, each
// merged before the next is made. It ends with the function it was given to.
type Composing struct{ r *run }

// Compose runs fn in a writer transaction and returns when what it wrote is durable; an error of fn leaves nothing. fn may
// run more than once and must have no effect outside the transaction.
func (s *Service) Compose(ctx context.Context, fn func(c *Composing) error) error {
	var done *run
	err := s.Store.Update(ctx, func(tx Tx) error {
		done = nil
		r, err := s.newRun(tx)
		if err != nil {
			return err
		}
		if err := fn(&Composing{r}); err != nil {
			return err
		}
		done = r
		return r.finish()
	})
	if err == nil {
		street := ""
		if len(done.order) > 0 {
			street = done.order[0].Street
		}
		done.publish(street)
	}
	return err
}

// Tx is the transaction. Lines and records are written through Office alone.
func (c *Composing) Tx() Tx { return c.r.tx }

// Now is the server's time in this transaction, ms.
func (c *Composing) Now() int64 { return c.r.now }

// Record returns a record as it stands, what was merged here included; false where nothing of it was merged. An erased one
// is there, with State.Erased. Its State must not be changed.
func (c *Composing) Record(id string) (Record, bool, error) {
	w, err := c.r.work(id)
	if err != nil {
		return Record{}, false, err
	}
	return w.Record, w.begun() || w.State.Erased, nil
}

// Device returns the device under which a change of a user and hand would be merged.
func (c *Composing) Device(user, hand, street string) string {
	return c.r.s.handDevice(user, hand, street, c.r.epoch)
}

// Office merges a change; Key and Corrects are not looked at. Codes: those of Service.Office.
func (c *Composing) Office(ch OfficeChange) (OfficeResult, error) {
	const op = "compose"
	if len(ch.Set)+len(ch.Add)+len(ch.Del) == 0 {
		return OfficeResult{}, errs.New(errs.Invalid, op, "writes nothing")
	}
	nonce, err := c.r.s.nonce()
	if err != nil {
		return OfficeResult{}, errs.Wrap(op, err)
	}
	ch.Corrects = 0
	out, err := c.r.office(&ch, nonce)
	return out, errs.Wrap(op, err)
}

// Erase is Service.Erase in this transaction.
func (c *Composing) Erase(street, record, reason string) error {
	_, err := c.r.erase(street, record, reason, true)
	return errs.Wrap("compose", err)
}

// Retire ends a record whose content was written to another one of the street: it is shown nowhere any more, phones let go
// of it, and what waits of it is void. It is no erasure: a backup that still has it may bring it back. Erasing the
// other one erases it too, in every backup.
func (c *Composing) Retire(record, into string) error {
	const op = "retire"
	w, err := c.r.work(record)
	if err != nil {
		return errs.Wrap(op, err)
	}
	other, err := c.r.work(into)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if w.State.Erased || !w.begun() || other.State.Erased || other.Street != w.Street || record == into {
		return errs.New(errs.Internal, op, "record %s cannot go into %s", record, into)
	}
	e := Event{Street: w.Street, Kind: EventLeave, Record: w.ID, Grid: w.Grid, At: c.r.now}
	if err := c.r.tx.AppendEvent(&e); err != nil {
		return errs.Wrap(op, err)
	}
	for _, worker := range w.Assignees {
		e := Event{Street: w.Street, Kind: EventLeave, Record: w.ID, Grid: w.Grid, Worker: worker, At: c.r.now}
		if err := c.r.tx.AppendEvent(&e); err != nil {
			return errs.Wrap(op, err)
		}
	}
	for _, p := range w.pending {
		p.Status, p.Code, p.Body = Void, errs.Erased, nil
		if err := c.r.tx.SettleLine(p, true); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if err := c.r.tx.Retire(w.Street, record, into); err != nil {
		return errs.Wrap(op, err)
	}
	w.pending, w.changed = nil, 0
	w.State = &crdt.State{Erased: true}
	return nil
}

// journalRetired notes the erasure of what went into a record that is erased: a backup may still hold it by itself.
func (r *run) journalRetired(street, record, reason string) error {
	gone, err := r.tx.Retired(record)
	if err != nil {
		return err
	}
	slices.Sort(gone)
	for _, id := range gone {
		if err := r.s.journal(JournalEntry{Kind: JournalErase, Street: street, Record: id, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}
