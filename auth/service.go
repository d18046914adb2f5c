package auth

import (
	"crypto/rand"
	"io"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
)

// Config says what a Service works with. Store, Clock, Keys, Issuer and Audience are needed.
type Config struct {
	Store    Store
	Clock    clock.Clock
	Rand     io.Reader // nil = crypto/rand
	Keys     KeyStore
	Journal  Journal // nil = none (tests): revocations do not outlive core.db then
	Areas    Areas   // nil = every well-formed code exists
	Issuer   string  // "iss" of access tokens: the installation
	Audience string  // "aud" of access tokens: this API
	Hash     HashParams
}

// Service is everything the server and the command line ask of auth. Safe for concurrent use.
type Service struct {
	store    Store
	clock    clock.Clock
	journal  Journal
	areas    Areas
	issuer   string
	audience string

	randMu sync.Mutex
	rand   io.Reader

	keys     keyRing
	parser   *jwt.Parser
	tokens   *lru[[32]byte, verified]
	states   stateCache
	hash     *hasher
	throttle *throttle
	contacts contacts
	notes    notes
}

// New returns a service and makes its keys where the key store has none. It starts nothing: call Run in a goroutine of the
// server, or Flush before a command ends.
func New(cfg Config) (*Service, error) {
	const op = "start auth"
	switch {
	case cfg.Store == nil, cfg.Clock == nil, cfg.Keys == nil:
		return nil, errs.New(errs.Internal, op, "store, clock and keys are needed")
	case cfg.Issuer == "", cfg.Audience == "":
		return nil, errs.New(errs.Internal, op, "issuer and audience are needed")
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	s := &Service{
		store: cfg.Store, clock: cfg.Clock, journal: cfg.Journal, areas: cfg.Areas,
		issuer: cfg.Issuer, audience: cfg.Audience, rand: cfg.Rand,
		keys:   keyRing{store: cfg.Keys},
		tokens: newLRU[[32]byte, verified](tokenCache),
		states: newStateCache(),
		hash:   newHasher(cfg.Hash),
	}
	s.throttle = newThrottle(cfg.Clock)
	s.parser = s.newParser()
	if err := s.loadKeys(); err != nil {
		return nil, errs.Wrap(op, err)
	}
	return s, nil
}

// now returns the present in milliseconds.
func (s *Service) now() int64 { return clock.Millis(s.clock.Now()) }
