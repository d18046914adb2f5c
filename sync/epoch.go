package sync

import (
	"context"
	"encoding/hex"
	"io"
	"slices"

	"ruhu/internal/errs"
)

// BeginEpoch begins a new life of the server's history in both logs: at the first start, after a restore, after a
// rollback. It returns the new epoch's id. Journalled before either log knows it.
func BeginEpoch(ctx context.Context, answers, registry *Service) (string, error) {
	const op = "begin epoch"
	var b [8]byte
	if _, err := io.ReadFull(answers.Rand, b[:]); err != nil {
		return "", errs.Wrap(op, err)
	}
	id := "ep_" + hex.EncodeToString(b[:])
	for _, s := range [2]*Service{answers, registry} {
		if err := s.enterEpoch(ctx, id); err != nil {
			return "", errs.Wrap(op, err)
		}
	}
	return id, nil
}

func (s *Service) enterEpoch(ctx context.Context, id string) error {
	return s.Store.Update(ctx, func(tx Tx) error {
		now, _, err := tx.Epoch()
		if err != nil || now == id {
			return err
		}
		if err := s.journal(JournalEntry{Kind: JournalEpoch, Epoch: id}); err != nil {
			return err
		}
		return tx.NewEpoch(id)
	})
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
		return a, errs.Wrap(op, registry.enterEpoch(ctx, a))
	case b != "" && (a == "" || slices.Contains(formerB, a)):
		return b, errs.Wrap(op, answers.enterEpoch(ctx, b))
	}
	return BeginEpoch(ctx, answers, registry)
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
		head, err := r.Head(street)
		if err != nil {
			return err
		}
		const page = 500
		for pos := after; pos < head.Seq && len(out) < limit; {
			items, err := r.Feed(street, nil, pos, head.Seq, page)
			if err != nil {
				return err
			}
			for _, it := range items {
				pos = it.Seq
				if e := it.Event; e != nil && e.Kind == EventLost && len(out) < limit {
					out = append(out, LostWork{Street: street, Seq: e.Seq, Record: e.Record, Dot: e.Detail, At: e.At})
				}
			}
			if len(items) < page {
				break
			}
		}
		return nil
	})
	return out, errs.Wrap("lost work", err)
}
