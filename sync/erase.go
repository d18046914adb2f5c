package sync

import (
	"context"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Erase removes a record for good: states, bodies, what waits and what is in quarantine, and the key that opens them in every
// old backup. Ids, dots and the marker stay; whatever of it arrives later is stripped and void. street is where the
// marker goes when the server knows nothing of the record. Erasing again is no error. It says whether anything was known.
func (s *Service) Erase(ctx context.Context, street, record, reason string) (known bool, err error) {
	err = s.erasing(ctx, func(r *run) error {
		known, err = r.erase(street, record, reason, true)
		return err
	})
	return known, errs.Wrap("erase", err)
}

// erasing runs fn and tells of its erasures after the commit.
func (s *Service) erasing(ctx context.Context, fn func(r *run) error) error {
	var done *run
	err := s.Store.Update(ctx, func(tx Tx) error {
		r, err := s.newRun(tx)
		if err != nil {
			return err
		}
		done = r
		if err := fn(r); err != nil {
			return err
		}
		return r.finish()
	})
	if err == nil {
		done.publish("")
	}
	return err
}

func (r *run) erase(street, record, reason string, journalled bool) (known bool, err error) {
	w, err := r.work(record)
	if err != nil {
		return false, err
	}
	if w.State.Erased {
		return true, nil
	}
	known = w.stored || len(w.pending) > 0
	grid := w.Grid
	if w.begun() {
		street = w.Street
	} else if len(w.pending) > 0 {
		street, grid = w.pending[0].Street, w.pending[0].Grid
	}
	if journalled {
		if err := r.s.journal(JournalEntry{Kind: JournalErase, Street: street, Record: record, Reason: reason}); err != nil {
			return false, err
		}
		if err := r.journalRetired(street, record, reason); err != nil {
			return false, err
		}
	}
	if _, err := r.tell(Event{Street: street, Kind: EventErase, Record: record, Grid: grid, At: r.now}); err != nil {
		return false, err
	}
	for _, p := range w.pending {
		p.Status, p.Code, p.Body = Void, errs.Erased, nil
		if err := r.tx.SettleLine(p, true); err != nil {
			return false, err
		}
	}
	if err := r.tx.Erase(street, record); err != nil {
		return false, err
	}
	w.pending, w.changed = nil, 0
	w.State = &crdt.State{Erased: true}
	r.notices = append(r.notices, Notice{Street: street, Kind: NoticeErase, N: 1})
	return known, nil
}

// tell appends an erasure or withholding for the record's grid, and for each worker who wrote of it: what a phone wrote
// itself it keeps also after it has lost the grid. It returns the last sequence.
func (r *run) tell(e Event) (uint64, error) {
	var workers []string
	for l, err := range r.tx.RecordLines(e.Record) {
		if err != nil {
			return 0, err
		}
		if !ServerIssued(l.Device) && !slices.Contains(workers, l.Worker) {
			workers = append(workers, l.Worker)
		}
	}
	if e.Grid != "" || len(workers) == 0 {
		if err := r.tx.AppendEvent(&e); err != nil {
			return 0, err
		}
	}
	last := e.Seq
	for _, worker := range workers {
		own := e
		own.Grid, own.Worker, own.Detail = "", worker, e.Grid
		if err := r.tx.AppendEvent(&own); err != nil {
			return 0, err
		}
		last = own.Seq
	}
	return last, nil
}

// Withhold removes the values at and below path prefixes of a record for good (retention of free text, positions, audits),
// stored and yet to come. A prefix segment without a row id stands for all rows. Withholding again is no error.
// street is where it is noted when the server knows nothing of the record.
func (s *Service) Withhold(ctx context.Context, street, record string, prefixes []string, reason string) error {
	const op = "withhold"
	for _, p := range prefixes {
		if _, err := crdt.ParsePath(p); err != nil {
			return errs.WrapCode(errs.Invalid, op, err)
		}
	}
	return errs.Wrap(op, s.erasing(ctx, func(r *run) error { return r.withhold(street, record, prefixes, reason, true) }))
}

func (r *run) withhold(street, record string, prefixes []string, reason string, journalled bool) error {
	w, err := r.work(record)
	if err != nil || w.State.Erased {
		return err
	}
	var fresh []string
	for _, p := range prefixes {
		if !w.State.IsWithheld(p) {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if w.begun() {
		street = w.Street
	}
	if journalled {
		err := r.s.journal(JournalEntry{Kind: JournalWithhold, Street: street, Record: record, Prefixes: fresh, Reason: reason})
		if err != nil {
			return err
		}
	}
	for _, p := range fresh {
		seq, err := r.tell(Event{Street: street, Kind: EventWithhold, Record: record, Grid: w.Grid, Prefix: p, At: r.now})
		if err != nil {
			return err
		}
		w.State.Withhold(p)
		w.changed = seq
	}
	w.Street = street
	for _, p := range w.pending {
		if p.Body == nil {
			continue
		}
		body, taken, err := Strip(p.Body, w.State.Withheld)
		if err != nil {
			return err
		}
		if taken {
			p.Body, p.Stripped = body, true
		}
	}
	return r.tx.Withhold(record, slices.Clone(w.State.Withheld))
}

// Withdraw erases the record whose withdrawal hash this is ("@withdrawal" = SHA-256 of the code), unseen, wherever it
// is: merged, waiting or in quarantine. Code withdrawal-unknown where there is none.
func (s *Service) Withdraw(ctx context.Context, hash, reason string) error {
	const op = "withdraw"
	return errs.Wrap(op, s.erasing(ctx, func(r *run) error {
		record, ok, err := r.tx.WithdrawalRecord(hash)
		if err != nil {
			return err
		}
		street := ""
		if !ok {
			if street, record, err = r.unsettledWithdrawal(hash); err != nil {
				return err
			}
			if record == "" {
				return errs.New(errs.WithdrawalUnknown, op, "no record of this stream")
			}
		}
		_, err = r.erase(street, record, reason, true)
		return err
	}))
}

// unsettledWithdrawal looks for the hash among the lines that did not merge.
func (r *run) unsettledWithdrawal(hash string) (street, record string, err error) {
	const page = 200
	heads, err := r.tx.Heads()
	if err != nil {
		return "", "", err
	}
	for _, h := range heads {
		for after := uint64(0); ; {
			lines, err := r.tx.Quarantine(h.Street, after, page)
			if err != nil {
				return "", "", err
			}
			for _, l := range lines {
				after = l.Seq
				full, ok, err := r.tx.LineAt(h.Street, l.Seq)
				if err != nil {
					return "", "", err
				}
				if !ok || full.Body == nil {
					continue
				}
				c, err := wire.Decode(full.Body)
				if err != nil {
					continue
				}
				if cell, ok := c.Get(PathWithdrawal); ok && cell.Value == hash {
					return h.Street, full.Record, nil
				}
			}
			if len(lines) < page {
				break
			}
		}
	}
	return "", "", nil
}

// Replay does again what a journal entry of this stream says, without journalling it: at every start, and after a restore.
// What the database did not forget stays as it is.
func (s *Service) Replay(ctx context.Context, e JournalEntry) error {
	const op = "replay"
	if e.Stream != s.Stream {
		return nil
	}
	switch e.Kind {
	case JournalErase:
		return errs.Wrap(op, s.erasing(ctx, func(r *run) error {
			_, err := r.erase(e.Street, e.Record, e.Reason, false)
			return err
		}))
	case JournalWithhold:
		return errs.Wrap(op, s.erasing(ctx, func(r *run) error {
			return r.withhold(e.Street, e.Record, e.Prefixes, e.Reason, false)
		}))
	case JournalDiscard:
		return errs.Wrap(op, s.erasing(ctx, func(r *run) error { return r.replayDiscard(e) }))
	}
	return nil
}

// replayDiscard discards a line that a restore brought back as unsettled; one that the backup does not hold comes again
// from its phone and is discarded then by the office.
func (r *run) replayDiscard(e JournalEntry) error {
	l, ok, err := r.tx.Line(e.Device, e.Seq)
	if err != nil || !ok || l.Status != Quarantined && l.Status != Waiting {
		return err
	}
	w, err := r.work(l.Record)
	if err != nil {
		return err
	}
	for _, p := range w.pending {
		if p.Device != e.Device || p.DevSeq != e.Seq {
			continue
		}
		ev := Event{Street: l.Street, Kind: EventSettle, Record: w.ID, Grid: l.Grid, Target: l.Seq, Detail: string(Discard), At: r.now}
		if err := r.tx.AppendEvent(&ev); err != nil {
			return err
		}
		p.Reason = e.Reason
		return r.discard(w, p, ev.Seq)
	}
	return nil
}

// Unconfirmed lists, by id, the devices of a street that have not yet carried out the erasure or withholding at a street
// sequence. The caller keeps those that could hold the record (their grids).
func (s *Service) Unconfirmed(ctx context.Context, street string, seq uint64) ([]Device, error) {
	var out []Device
	err := s.Store.View(ctx, func(r Reader) error {
		devices, err := r.Devices(street)
		if err != nil {
			return err
		}
		for _, d := range devices {
			if d.Pulled < seq && !ServerIssued(d.ID) {
				out = append(out, d)
			}
		}
		return nil
	})
	return out, errs.Wrap("unconfirmed devices", err)
}
