package sqlite

import (
	"context"
	"iter"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/logdb"
	"ruhu/sync"
)

// Again is what an older database had brought back.
type Again struct {
	Erased  []string // their key is gone, or the journal says so
	Emptied []string // values were withheld since, under a key that is gone: lines are there without values
}

// EraseAgain erases what the journal says is erased and what can no longer be opened, in a log that was restored or put back:
// the engine's own erasure reads a record first, and these cannot be read. Doing it twice changes nothing. Where keys are
// gone, aggregates are made anew.
func EraseAgain(ctx context.Context, l *logdb.Log, stream sync.Stream, j interface {
	SyncEntries(stream sync.Stream) iter.Seq2[sync.JournalEntry, error]
}, at int64) (a Again, err error) {
	const op = "erase again"
	withheld := map[string][]string{}
	erased := map[string]string{} // record to street
	for e, err := range j.SyncEntries(stream) {
		if err != nil {
			return a, errs.Wrap(op, err)
		}
		switch e.Kind {
		case sync.JournalErase:
			erased[e.Record] = e.Street
		case sync.JournalWithhold:
			withheld[e.Record] = append(withheld[e.Record], e.Prefixes...)
		}
	}
	gone, err := l.Unreadable(ctx)
	if err != nil {
		return a, errs.Wrap(op, err)
	}
	if len(gone) > 0 {
		if err := l.DropDerived(ctx); err != nil { // what these added to aggregates nobody can read any more
			return a, errs.Wrap(op, err)
		}
	}
	for _, id := range gone {
		if _, known := erased[id]; known {
			continue
		}
		if prefixes, ok := withheld[id]; ok {
			if err := l.Forget(ctx, id, prefixes); err != nil {
				return a, errs.Wrap(op, err)
			}
			a.Emptied = append(a.Emptied, id)
			continue
		}
		erased[id] = ""
	}
	for id, street := range erased {
		done := false
		err := l.Update(ctx, func(tx sync.Tx) (err error) {
			done, err = eraseOne(tx, id, street, at)
			return err
		})
		if err != nil {
			return a, errs.Wrap(op, err)
		}
		if done {
			a.Erased = append(a.Erased, id)
		}
	}
	slices.Sort(a.Erased)
	if len(gone) > 0 {
		err = l.Refill(ctx, func(int64) {})
	}
	return a, errs.Wrap(op, err)
}

// eraseOne is what the engine's erase does, without a projection and without opening anything.
func eraseOne(tx sync.Tx, id, street string, at int64) (bool, error) {
	place, err := tx.(interface {
		WhereIs(record string) (logdb.Whereabouts, error)
	}).WhereIs(id)
	if err != nil || place.Erased {
		return false, err
	}
	if place.Street != "" {
		street = place.Street
	}
	if street == "" {
		return false, nil // nothing of it came back
	}
	e := sync.Event{Street: street, Kind: sync.EventErase, Record: id, Grid: place.Grid, At: at}
	if err := tx.AppendEvent(&e); err != nil {
		return false, err
	}
	for _, l := range place.Unsettled {
		l.Status, l.Code = sync.Void, errs.Erased
		if err := tx.SettleLine(&l, true); err != nil {
			return false, err
		}
	}
	return place.Known, tx.Erase(street, id)
}
