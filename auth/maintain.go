package auth

import (
	"context"
	"errors"
	"iter"
	"time"

	"ruhu/internal/errs"
)

// flushEvery is how often gathered contacts and refusals are written.
const flushEvery = time.Second

// maintainEvery is how often Maintain runs.
const maintainEvery = time.Hour

// Flush writes what was gathered: last contacts and noted refusals. Commands call it before they end.
func (s *Service) Flush(ctx context.Context) error {
	return errors.Join(s.flushNotes(ctx), s.flushContacts(ctx))
}

// Maintain rotates an old signing key, forgets sessions long over, and notes the audit log's head in the journal.
func (s *Service) Maintain(ctx context.Context) error {
	const op = "maintain auth"
	if err := s.rotateWhenOld(); err != nil {
		return errs.Wrap(op, err)
	}
	now := s.now()
	// A phone's session is kept past its end while it still gives a push-only token.
	err := s.store.Update(ctx, func(tx Tx) error { return tx.Prune(now-2*drainMillis, now) })
	if err != nil {
		return errs.Wrap(op, err)
	}
	if s.journal == nil {
		return nil
	}
	head, err := s.AuditHead(ctx)
	if err != nil || head.Seq == 0 {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.journal.AppendAuth(ctx, JournalEntry{Kind: JournalAuditHead, At: now, Seq: head.Seq, Hash: head.String()}))
}

// Run flushes every second and maintains every hour until ctx ends, then flushes once more. report gets the errors; the
// work goes on.
func (s *Service) Run(ctx context.Context, report func(error)) {
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	maintain := time.NewTicker(maintainEvery)
	defer maintain.Stop()
	try := func(err error) {
		if err != nil && report != nil {
			report(err)
		}
	}
	try(s.Maintain(ctx))
	for {
		select {
		case <-ctx.Done():
			try(s.Flush(context.WithoutCancel(ctx)))
			return
		case <-flush.C:
			try(s.Flush(ctx))
		case <-maintain.C:
			try(s.Maintain(ctx))
		}
	}
}

// Replay applies journal entries; every start and every restore does, before anything is served. Devices that a restored
// database does not know stay revoked for the day their certificate comes back.
func (s *Service) Replay(ctx context.Context, entries iter.Seq2[JournalEntry, error]) error {
	const op = "replay journal"
	for e, err := range entries {
		if err != nil {
			return errs.Wrap(op, err)
		}
		switch e.Kind {
		case JournalRevoked:
			err = s.store.Update(ctx, func(tx Tx) error { return s.replayRevoked(tx, e) })
		case JournalWithdrawn:
			err = s.store.Update(ctx, func(tx Tx) error { return replayWithdrawn(tx, e) })
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
	}
	s.states.forget()
	return nil
}

func (s *Service) replayRevoked(tx Tx, e JournalEntry) error {
	r, err := tx.Revocation(e.Device)
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		r = Revocation{Device: e.Device, At: e.At, By: e.By}
	case err != nil:
		return err
	}
	if e.Until > r.DrainUntil {
		r.DrainUntil = e.Until
		if err := tx.PutRevocation(r); err != nil {
			return err
		}
	}
	d, err := tx.Device(e.Device)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil || d.Revoked != 0 && d.DrainUntil >= e.Until {
		return err
	}
	if d.Revoked == 0 {
		d.Revoked, d.RevokedBy = e.At, e.By
	}
	d.DrainUntil = max(d.DrainUntil, e.Until)
	return tx.PutDevice(d)
}

func replayWithdrawn(tx Tx, e JournalEntry) error {
	ended, err := withdraw(tx, e.Worker, []string{e.Grid}, e.At)
	if err != nil || len(ended) > 0 {
		return err
	}
	all, err := tx.Grants(e.Worker)
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.Grid == e.Grid && (g.From > e.At || g.Until >= e.At) {
			return nil
		}
	}
	// The store knows nothing of it: a grant that is over keeps a certificate from opening it again.
	return tx.PutGrant(Grant{Worker: e.Worker, Grid: e.Grid, From: e.At - 1, Until: e.At, By: e.By})
}
