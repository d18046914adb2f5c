// Package clock is the only place that reads the time. Everything else is handed a Clock,
// so that clocks which are wrong by years can be tested in microseconds.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. Implementations are safe for concurrent use.
type Clock interface {
	// Now returns the present instant in UTC.
	Now() time.Time
}

type system struct{}

func (system) Now() time.Time { return time.Now().UTC() }

// System is the machine's clock.
func System() Clock { return system{} }

// Manual is a clock that stands still until it is told to move; for tests and simulations.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t.UTC()} }

// Now returns the instant the clock stands at.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock by d, which may be negative.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// Set moves the clock to t.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t.UTC()
}

// Offset is a clock that runs beside another at a constant distance, like a phone whose date is wrong.
type Offset struct {
	Base Clock
	By   time.Duration
}

// Now returns the base clock's instant shifted by By.
func (o Offset) Now() time.Time { return o.Base.Now().Add(o.By) }

// Since measures how long something took, for progress lines and benchmarks only.
func Since(c Clock, start time.Time) time.Duration { return c.Now().Sub(start) }

// Millis returns t as milliseconds since the Unix epoch, the unit of every stored time.
func Millis(t time.Time) int64 { return t.UnixMilli() }
