package jobs

import (
	"context"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
)

// Drop removes every file made so far and has the job that is running begin again: something they may hold was erased.
func (e *Exports) Drop(ctx context.Context) error {
	const op = "drop exports"
	e.mu.Lock()
	if e.running != "" {
		e.cancel()
	}
	e.mu.Unlock()
	const page = 100
	for {
		ids, err := e.store.ExpireJobs(ctx, clock.Millis(e.clock.Now())+1, page)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, id := range ids {
			if err := removeIfThere(e.path(id)); err != nil {
				return errs.Wrap(op, err)
			}
		}
		if len(ids) < page {
			return nil
		}
	}
}
