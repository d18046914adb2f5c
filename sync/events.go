package sync

import (
	"slices"
	gosync "sync"
)

// Notice says that something was committed in a street. It names no record: who may see what is for a pull to say.
type Notice struct {
	Street string `json:"street"`
	Kind   string `json:"kind"` // record, quarantine, erase, fork
	N      uint64 `json:"n"`    // how many; a listener that missed some only asks again
}

// Kinds of notices.
const (
	NoticeRecord     = "record"
	NoticeQuarantine = "quarantine"
	NoticeErase      = "erase"
	NoticeFork       = "fork"
)

// Broker hands notices to listeners in this process. A slow listener loses notices, never holds up a commit.
type Broker struct {
	mu   gosync.Mutex
	subs []*Subscription
}

// NewBroker returns a broker without listeners.
func NewBroker() *Broker { return &Broker{} }

// Subscription is one listener's end.
type Subscription struct {
	C      <-chan Notice
	c      chan Notice
	area   string
	broker *Broker
}

// Subscribe listens to the streets at or below an area code; "" hears all. Close it when done.
func (b *Broker) Subscribe(area string) *Subscription {
	c := make(chan Notice, 64)
	sub := &Subscription{C: c, c: c, area: area, broker: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, sub)
	return sub
}

// Close ends the subscription. C gets nothing more and is not closed.
func (s *Subscription) Close() {
	s.broker.mu.Lock()
	defer s.broker.mu.Unlock()
	s.broker.subs = slices.DeleteFunc(s.broker.subs, func(o *Subscription) bool { return o == s })
}

// Publish tells everybody who listens to the street, after the commit. A nil Broker tells nobody.
func (b *Broker) Publish(n Notice) {
	if b == nil || n.N == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		if s.area != "" && !InStreet(n.Street, s.area) && !InStreet(s.area, n.Street) {
			continue
		}
		select {
		case s.c <- n:
		default:
		}
	}
}
