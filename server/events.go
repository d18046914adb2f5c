package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/api"
	"ruhu/sync"
)

// eventBeat is how often a quiet stream sends an empty line, so that a dead connection is noticed on both ends.
const eventBeat = 20 * time.Second

// Events streams {street, kind, n} of the caller's area until the client leaves, the session ends or the server stops.
func (s *Server) Events(ctx context.Context, _ api.EventsRequestObject) (api.EventsResponseObject, error) {
	c := callOf(ctx)
	area := c.principal.Area
	if c.principal.Street != "" {
		area = c.principal.Street
	}
	return &eventStream{s: s, c: c, ctx: ctx, area: area}, nil
}

type eventStream struct {
	s    *Server
	c    *call
	ctx  context.Context
	area string
}

// VisitEventsResponse writes the stream.
func (e *eventStream) VisitEventsResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if e.c.head {
		return nil
	}
	sub := e.s.Broker.Subscribe(e.area)
	defer sub.Close()
	e.s.metrics.streams.Inc()
	defer e.s.metrics.streams.Dec()
	control := http.NewResponseController(w)
	// A stream outlives the deadlines of ordinary answers; every line sets the next one.
	_ = control.SetReadDeadline(time.Time{})
	beat := time.NewTicker(eventBeat)
	defer beat.Stop()
	send := func(line []byte) error {
		_ = control.SetWriteDeadline(e.s.sockets.Now().Add(limits.WriteTimeout))
		if _, err := w.Write(line); err != nil {
			return err
		}
		return control.Flush()
	}
	if err := send([]byte("\n")); err != nil {
		return nil
	}
	for {
		select {
		case <-e.ctx.Done():
			return nil
		case <-e.s.closing:
			return nil
		case <-beat.C:
			if !e.stillWelcome() || send([]byte("\n")) != nil {
				return nil
			}
		case n := <-sub.C:
			if !e.mayHear(n) {
				continue
			}
			line, err := json.Marshal(n)
			if err != nil {
				return errs.Wrap("events", err)
			}
			if send(append(line, '\n')) != nil {
				return nil
			}
		}
	}
}

// mayHear keeps notices to the person's area, and those of quarantine and forks to the street office and administrators.
func (e *eventStream) mayHear(n sync.Notice) bool {
	p := e.c.principal
	if p.Role == auth.Worker {
		return n.Street == p.Street && n.Kind != sync.NoticeQuarantine && n.Kind != sync.NoticeFork
	}
	if n.Kind == sync.NoticeQuarantine || n.Kind == sync.NoticeFork {
		return p.May(auth.DevicesRead, n.Street) // who is asked to settle such things
	}
	return auth.Within(n.Street, p.Area)
}

// stillWelcome asks again who is listening: a revoked phone and an ended session hear nothing more.
func (e *eventStream) stillWelcome() bool {
	return e.s.recheck(e.ctx, e.c) == nil
}
