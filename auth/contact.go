package auth

import (
	"context"
	"slices"
	gosync "sync"

	"ruhu/internal/errs"
)

// contacts gathers when sessions were last heard of, so that requests need not write. What a crash loses is a few
// seconds of "last contact".
type contacts struct {
	mu   gosync.Mutex
	seen map[string]contact
}

type contact struct {
	gen uint64
	at  int64
}

func (c *contacts) note(session string, gen uint64, at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]contact{}
	}
	old := c.seen[session]
	c.seen[session] = contact{max(old.gen, gen), max(old.at, at)}
}

// generation returns the highest generation noted and not yet written.
func (c *contacts) generation(session string) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[session].gen
}

func (c *contacts) take() map[string]contact {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.seen
	c.seen = nil
	return m
}

// contactBatch is how many contacts share one transaction.
const contactBatch = 500

// flushContacts writes what was gathered; on an error it is kept for the next time.
func (s *Service) flushContacts(ctx context.Context) error {
	taken := s.contacts.take()
	ids := make([]string, 0, len(taken))
	for id := range taken {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for len(ids) > 0 {
		batch := ids[:min(len(ids), contactBatch)]
		err := s.store.Update(ctx, func(tx Tx) error {
			for _, id := range batch {
				if err := tx.Touch(id, taken[id].gen, taken[id].at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			for _, id := range ids {
				s.contacts.note(id, taken[id].gen, taken[id].at)
			}
			return errs.Wrap("write last contacts", err)
		}
		ids = ids[len(batch):]
	}
	return nil
}
