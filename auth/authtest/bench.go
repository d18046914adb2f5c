package authtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/clock"
)

// Grids of an invented district.
const (
	Street = "990101001"
	Grid1  = "990101001201001"
	Grid2  = "990101001201002"
	Grid3  = "990101001202001"
	Other  = "990101002201001" // another street
)

// Password passes the rules.
const Password = "walk-every-house"

// CheapHash makes password hashing fast; for tests only.
func CheapHash() auth.HashParams { return auth.HashParams{MemoryKiB: 8, Passes: 1, Lanes: 1} }

// Bench is a Service on a store with everything else in memory.
type Bench struct {
	*auth.Service
	T       testing.TB
	Store   auth.Store
	Keys    *Keys
	Journal *Journal
	Clock   *clock.Manual
}

// New returns a bench on a store; the clock stands at a fixed morning.
func New(t testing.TB, store auth.Store) *Bench {
	b := &Bench{T: t, Store: store, Keys: &Keys{}, Journal: &Journal{}, Clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	b.Restart(store)
	return b
}

// Restart begins a new Service on a store with the same keys, clock and journal.
func (b *Bench) Restart(store auth.Store) {
	s, err := auth.New(auth.Config{Store: store, Clock: b.Clock, Keys: b.Keys, Journal: b.Journal, Issuer: "ruhu:test", Audience: "ruhu:api", Hash: CheapHash()})
	require.NoError(b.T, err)
	b.Store, b.Service = store, s
}

// Admin is the principal of the machine itself.
func (b *Bench) Admin() auth.Principal { return auth.Operator("test") }

// User opens an account with Password.
func (b *Bench) User(login string, role auth.Role, area string) auth.User {
	b.T.Helper()
	u, err := b.CreateUser(b.ctx(), b.Admin(), auth.NewUser{Login: login, Role: role, Area: area, Password: Password})
	require.NoError(b.T, err)
	return u
}

// Principal signs a user in by cookie.
func (b *Bench) Principal(login string) auth.Principal {
	b.T.Helper()
	r, err := b.Login(b.ctx(), auth.LoginRequest{Login: login, Password: Password, Browser: true, IP: "192.0.2.1"})
	require.NoError(b.T, err)
	return r.Principal
}

// Code draws a code for a new worker.
func (b *Bench) Code(name string, grids ...string) string {
	b.T.Helper()
	_, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: name, Grids: grids})
	require.NoError(b.T, err)
	return drawn.Code
}

// Phone is an enrolled phone.
type Phone struct {
	auth.Enrolled
	Signer *Signer
	b      *Bench
}

// Phone enrols a phone with a key for a new worker.
func (b *Bench) Phone(name string, grids ...string) *Phone {
	b.T.Helper()
	signer, err := NewSigner()
	require.NoError(b.T, err)
	key, err := signer.PublicKey()
	require.NoError(b.T, err)
	e, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: b.Code(name, grids...), Name: "phone", Platform: "test", PublicKey: key, IP: "192.0.2.7"})
	require.NoError(b.T, err)
	return &Phone{e, signer, b}
}

// At is the bench's time as a phone signs it, with nanoseconds that make each call its own.
func (b *Bench) At() string {
	b.Clock.Advance(time.Microsecond)
	return b.Clock.Now().Format(time.RFC3339Nano)
}

// Proof signs a refresh.
func (p *Phone) Proof(at string) auth.Proof {
	p.b.T.Helper()
	proof, err := p.Signer.Sign("ruhu-refresh:"+p.Device.ID+":"+at, at)
	require.NoError(p.b.T, err)
	return proof
}

// ByCertificate refreshes by certificate.
func (p *Phone) ByCertificate() (auth.Tokens, error) {
	return p.b.RefreshByCertificate(p.b.ctx(), p.Certificate, p.Proof(p.b.At()), "192.0.2.7", "test")
}

// Fork enrols the phone anew.
func (p *Phone) Fork(publicKey string) (auth.Enrolled, error) {
	at := p.b.At()
	proof, err := p.Signer.Sign("ruhu-fork:"+p.Device.ID+":"+at+":"+publicKey, at)
	require.NoError(p.b.T, err)
	return p.b.Fork(p.b.ctx(), auth.ForkRequest{Certificate: p.Certificate, Proof: proof, PublicKey: publicKey})
}

func (b *Bench) ctx() context.Context { return b.T.Context() }
