package acceptance_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
)

// Three workers, one with the right time, one twenty years behind and one twenty years ahead, work over a link that loses every
// second request in some way, while tokens run out in the middle. Everything they typed is there once.
func TestBadLinksAndWrongClocksLoseNothing(t *testing.T) {
	s := start(t)
	const years = 20 * 365 * 24 * time.Hour
	names := []string{"沈十三", "韩十四", "杨十五"}
	var phones []*handset
	for i, by := range []time.Duration{0, -years, years} {
		phones = append(phones, s.handsetAt(street1, names[i], clock.Offset{Base: s.Clock, By: by}))
	}
	rng := rand.New(rand.NewPCG(20, 26))
	before := len(s.link.exchanges())
	s.link.fail(func(n int, r *http.Request) trouble {
		if n%17 == 0 {
			s.Clock.Advance(11 * time.Minute) // access tokens live for ten
		}
		if p := rng.Float64(); p < 0.5 {
			return []trouble{dropped, cutBody, lostReply, cutReply, doubled}[int(p*10)]
		}
		return none
	})
	typed := map[string]string{} // record -> the last value of road
	rounds := 0
	for day := range 12 {
		for i, h := range phones {
			for k := range 4 {
				v := []string{"1", "2", "3", "4"}[(day+i+k)%4]
				typed[h.interview(road, v, words, "话")] = v
			}
			for id, v := range typed {
				if view, err := h.View(id); err != nil || view.State == nil || rng.Float64() < 0.9 {
					continue
				}
				next := map[string]string{"1": "2", "2": "3", "3": "4", "4": "1"}[v]
				h.edit(id, road, next)
				typed[id] = next
			}
			rounds += h.settle(80)
		}
	}
	s.link.fail(nil)
	faults := 0
	for what, n := range s.link.counts {
		if what != none {
			faults += n
		}
	}
	office := s.desk("reviewer-1")
	require.Len(t, s.digests(), 3*4*12)
	for id, v := range typed {
		s.Clock.Advance(time.Second) // an officer does not read a hundred records a second
		office = s.desk("reviewer-1")
		r := office.record(id)
		require.Equal(t, v, *r.Answers[road], "%s", id)
		require.Empty(t, r.Conflicts)
		require.Equal(t, 1, office.history(id)[words+"=话"])
	}
	require.Empty(t, office.quarantine(street1))
	for _, h := range phones {
		h.sync()
		st := h.Status()
		require.Zero(t, st.Unsent+st.Waiting+st.Quarantined+st.Void)
		require.Zero(t, st.Forks, "no fault of a link looks like a fork")
		require.True(t, st.Complete)
		for _, sent := range h.Log() {
			require.Equal(t, "merged", string(sent.Status))
		}
	}
	now := s.Clock.Now().UnixMilli()
	for id := range typed {
		for dot, at := range s.state(id).Times {
			require.LessOrEqual(t, at, now, "%s of %s: a clock ahead never counts as later than its arrival", dot, id)
		}
	}
	t.Logf("%d records by clocks 0, -20 and +20 years; %d of %d requests went wrong (dropped %d, body cut %d, reply lost %d, reply cut %d, doubled %d); %d syncs until all was sent; 0 forks, all once",
		len(typed), faults, faults+s.link.counts[none], s.link.counts[dropped], s.link.counts[cutBody], s.link.counts[lostReply],
		s.link.counts[cutReply], s.link.counts[doubled], rounds)
	require.Greater(t, len(s.link.exchanges()), before)
}
