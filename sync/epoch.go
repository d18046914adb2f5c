package sync

import (
	"context"
	"encoding/hex"
	"io"
	"slices"

	"ruhu/internal/errs"
)

// BeginEpoch begins a new life of the server's history in both logs: after a restore, after a rollback. It returns the
// present epoch then. from is the epoch whose end was noticed: where another call has ended it meanwhile, nothing happens.
// Journalled before either log knows it.
func BeginEpoch(ctx context.Context, answers, registry *Service, from string) (string, error) {
	const op = "begin epoch"
	var b [8]byte
	if _, err := io.ReadFull(answers.Rand, b[:]); err != nil {
		return "", errs.Wrap(op, err)
	}
	id := "ep_" + hex.EncodeToString(b[:])
	now, err := answers.enterEpoch(ctx, id, from)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if now != id {
		return now, nil
	}
	_, err = registry.enterEpoch(ctx, id, "")
	return id, errs.Wrap(op, err)
}

// enterEpoch begins an epoch where the present one is from ("" = whatever it is), and returns the present one then.
func (s *Service) enterEpoch(ctx context.Context, id, from string) (now string, err error) {
	err = s.Store.Update(ctx, func(tx Tx) error {
		if now, _, err = tx.Epoch(); err != nil || now == id || from != "" && now != from {
			return err
		}
		if err := s.journal(JournalEntry{Kind: JournalEpoch, Epoch: id}); err != nil {
			return err
		}
		now = id
		return tx.NewEpoch(id)
	})
	return now, err
}

// AlignEpochs sees to it that both logs are in one epoch, and returns it: called at every start. A log that has not
// begun gets the other's epoch; one that lags behind (a crash between the two) follows; where neither knows the other's, a
// new one begins.
func AlignEpochs(ctx context.Context, answers, registry *Service) (string, error) {
	const op = "align epochs"
	a, formerA, err := answers.epoch(ctx)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	b, formerB, err := registry.epoch(ctx)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	switch {
	case a == b && a != "":
		return a, nil
	case a != "" && (b == "" || slices.Contains(formerA, b)):
		_, err := registry.enterEpoch(ctx, a, b)
		return a, errs.Wrap(op, err)
	case b != "" && (a == "" || slices.Contains(formerB, a)):
		_, err := answers.enterEpoch(ctx, b, a)
		return b, errs.Wrap(op, err)
	}
	return BeginEpoch(ctx, answers, registry, a)
}

// Epoch returns the present epoch of the stream, and the former ones in order.
func (s *Service) Epoch(ctx context.Context) (now string, former []string, err error) {
	now, former, err = s.epoch(ctx)
	return now, former, errs.Wrap("epoch", err)
}

func (s *Service) epoch(ctx context.Context) (now string, former []string, err error) {
	err = s.Store.View(ctx, func(r Reader) error {
		now, former, err = r.Epoch()
		return err
	})
	return now, former, err
}

// LostWork is an office dot that a phone has seen in a former epoch and this server lacks: a review, a correction, a
// hand-over made after the backup.
type LostWork struct {
	Street string
	Seq    uint64 // street sequence of the report
	Record string
	Dot    string // device:seq
	At     int64
}

// Lost lists what phones have reported of office work lost in a restore, after a street sequence, oldest first.
func (s *Service) Lost(ctx context.Context, street string, after uint64, limit int) ([]LostWork, error) {
	var out []LostWork
	err := s.Store.View(ctx, func(r Reader) error {
		events, err := r.Events(street, []EventKind{EventLost}, after, limit)
		out = nil
		for _, e := range events {
			out = append(out, LostWork{Street: street, Seq: e.Seq, Record: e.Record, Dot: e.Detail, At: e.At})
		}
		return err
	})
	return out, errs.Wrap("lost work", err)
}
