package auth

import (
	"errors"
	"hash/maphash"
	"net/netip"
	gosync "sync"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// throttle bounds logins: per account and address, per account, per address, and all together. A login that succeeds is
// given back, except from the last. Unknown and known accounts are counted alike.
type throttle struct {
	clock   clock.Clock
	mu      gosync.Mutex
	pair    window
	account window
	address window
	global  window
}

// throttleSlots is the fixed number of slots of a window; keys share slots by a keyed hash, so that inventing names or
// addresses cannot fill the memory nor push a real one out.
const throttleSlots = 1 << 14

// window counts events of a key in a sliding span of time.
type window struct {
	most  int
	span  int64 // ms
	seed  maphash.Seed
	slots map[uint64][]int64
}

func newWindow(most int, span time.Duration) window {
	return window{most, span.Milliseconds(), maphash.MakeSeed(), map[uint64][]int64{}}
}

func newThrottle(c clock.Clock) *throttle {
	return &throttle{
		clock:   c,
		pair:    newWindow(limits.LoginPerAccount15m, 15*time.Minute),
		account: newWindow(limits.LoginPerAccountHour, time.Hour),
		address: newWindow(limits.LoginPerIPMinute, time.Minute),
		global:  newWindow(limits.LoginGlobalSecond, time.Second),
	}
}

func (w *window) slot(key string) uint64 { return maphash.String(w.seed, key) % throttleSlots }

// wait returns how long until the key may again, 0 = now.
func (w *window) wait(key string, now int64) time.Duration {
	slot := w.slot(key)
	list := w.slots[slot]
	for len(list) > 0 && (now-list[0] >= w.span || list[0] > now) {
		list = list[1:]
	}
	if len(list) == 0 {
		delete(w.slots, slot)
		return 0
	}
	w.slots[slot] = list
	if len(list) < w.most {
		return 0
	}
	return time.Duration(list[len(list)-w.most]+w.span-now) * time.Millisecond
}

func (w *window) add(key string, now int64) {
	slot := w.slot(key)
	w.slots[slot] = append(w.slots[slot], now)
}

func (w *window) giveBack(key string, at int64) {
	slot := w.slot(key)
	list := w.slots[slot]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == at {
			w.slots[slot] = append(list[:i:i], list[i+1:]...)
			return
		}
	}
}

// throttled is a too-many-requests error that knows when to come back.
type throttled struct {
	error
	after time.Duration
}

func (t *throttled) Unwrap() error { return t.error }

// RetryAfter returns how long to wait after a too-many-requests error of this package, rounded up to seconds; 0 for others.
func RetryAfter(err error) time.Duration {
	var t *throttled
	if !errors.As(err, &t) {
		return 0
	}
	return (t.after + time.Second - 1).Truncate(time.Second)
}

// admit counts a try, or refuses it without counting. giveBack takes a successful one back.
func (t *throttle) admit(account, ip string) (giveBack func(), err error) {
	address := addressKey(ip)
	pair := account + "\x00" + address
	now := t.clock.Now().UnixMilli()
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := max(t.global.wait("", now), t.address.wait(address, now), t.account.wait(account, now), t.pair.wait(pair, now))
	if wait > 0 {
		return nil, &throttled{errs.New(errs.TooMany, "login", "too many tries, again in %s", wait.Round(time.Second)), wait}
	}
	t.global.add("", now)
	t.address.add(address, now)
	t.account.add(account, now)
	t.pair.add(pair, now)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.address.giveBack(address, now)
		t.account.giveBack(account, now)
		t.pair.giveBack(pair, now)
	}, nil
}

// addressKey is the address of IPv4, the /64 of IPv6.
func addressKey(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "?"
	}
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return "?"
	}
	return p.String()
}
