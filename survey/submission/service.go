package submission

import (
	"context"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
)

// Log is one stream as submissions see it: its engine, its store, and what the store knows of submissions. SubmissionReader
// and SubmissionLedger of store/sqlite/logdb are the functions.
type Log struct {
	Engine *sync.Service
	Store  sync.Store
	Reader func(r sync.Reader) (Reader, error)
	Ledger func(tx sync.Tx) (Ledger, error)
}

// Config is what a Service is made of. All but Entities, Cases, Erased and Fault are required.
type Config struct {
	Answers  Log
	Registry Log
	Forms    Forms
	Blobs    Blobs
	Clock    clock.Clock
	Entities Entities // nil = nobody keeps entities
	// Cases finds the grid of a case number; nil = no cases are known.
	Cases func(ctx context.Context, no string) (grid string, ok bool, err error)
	// Erased hears of records that were erased because a post showed them to belong to one that is; nil = nobody listens.
	Erased func(ctx context.Context, record string) error
	// Fault hears of entities that could not be applied now: they will be tried again. nil = nobody listens.
	Fault func(err error)
}

// Service receives submissions. Safe for concurrent use.
type Service struct {
	Config
}

// New checks a configuration and returns the service.
func New(c Config) (*Service, error) {
	const op = "submissions"
	for _, l := range []Log{c.Answers, c.Registry} {
		if l.Engine == nil || l.Store == nil || l.Reader == nil || l.Ledger == nil {
			return nil, errs.New(errs.Internal, op, "engine, store, reader and ledger of both streams are required")
		}
	}
	if c.Forms == nil || c.Blobs == nil || c.Clock == nil {
		return nil, errs.New(errs.Internal, op, "forms, blobs and clock are required")
	}
	if c.Fault == nil {
		c.Fault = func(error) {}
	}
	return &Service{Config: c}, nil
}

// logOf returns the stream in which records of a form lie, the same as phones are told.
func (s *Service) logOf(form string) Log {
	if info, ok := s.Forms.Info(form); ok && info.Kind.Registry() {
		return s.Registry
	}
	return s.Answers
}

// view runs fn on what one stream knows of submissions.
func (l Log) view(ctx context.Context, fn func(r sync.Reader, known Reader) error) error {
	return l.Store.View(ctx, func(r sync.Reader) error {
		known, err := l.Reader(r)
		if err != nil {
			return err
		}
		return fn(r, known)
	})
}
