package server

import (
	"net/netip"
	gosync "sync"
	"time"

	"golang.org/x/time/rate"

	"ruhu/internal/clock"
)

// keyedLimiter is one token bucket for each key. Buckets that are full again are forgotten.
type keyedLimiter struct {
	clock clock.Clock
	limit rate.Limit
	burst int

	mu      gosync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

func newKeyedLimiter(c clock.Clock, perSecond float64, burst int) *keyedLimiter {
	return &keyedLimiter{clock: c, limit: rate.Limit(perSecond), burst: burst, buckets: map[string]*rate.Limiter{}, swept: c.Now()}
}

// take returns 0 where a request of key may go on, else after how long it may come again.
func (l *keyedLimiter) take(key string) time.Duration {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		l.sweep(now)
	}
	b, ok := l.buckets[key]
	if !ok {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[key] = b
	}
	if b.AllowN(now, 1) {
		return 0
	}
	r := b.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	r.CancelAt(now)
	return max(wait, time.Millisecond)
}

func (l *keyedLimiter) sweep(now time.Time) {
	l.swept = now
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
}

// flightWait bounds the wait of a phone that has too many requests under way.
const flightWait = 2 * time.Second

// flights counts what is under way for each key.
type flights struct {
	most int
	mu   gosync.Mutex
	n    map[string]int
}

func newFlights(most int) *flights { return &flights{most: most, n: map[string]int{}} }

// begin reports whether one more of key may start; end must follow where it did.
func (f *flights) begin(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n[key] >= f.most {
		return false
	}
	f.n[key]++
	return true
}

func (f *flights) end(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n[key]--; f.n[key] == 0 {
		delete(f.n, key)
	}
}

// ipKey groups addresses as networks hand them out: one IPv4 address, or a /64 of IPv6.
func ipKey(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "?"
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "?"
	}
	return p.Masked().String()
}
