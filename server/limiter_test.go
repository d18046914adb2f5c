package server

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
)

func TestKeyedLimiter(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	l := newKeyedLimiter(now, 1, 3)
	for range 3 {
		require.Zero(t, l.take("a"))
	}
	wait := l.take("a")
	require.InDelta(t, time.Second, wait, float64(10*time.Millisecond))
	require.Zero(t, l.take("b"), "another key has its own")
	now.Advance(wait)
	require.Zero(t, l.take("a"))
	require.NotZero(t, l.take("a"))
	now.Advance(2 * time.Minute)
	require.Zero(t, l.take("c"))
	require.Len(t, l.buckets, 1, "full buckets are forgotten")
}

func TestFlights(t *testing.T) {
	f := newFlights(2)
	require.True(t, f.begin("a"))
	require.True(t, f.begin("a"))
	require.False(t, f.begin("a"))
	require.True(t, f.begin("b"))
	f.end("a")
	require.True(t, f.begin("a"))
	f.end("a")
	f.end("a")
	f.end("b")
	require.Empty(t, f.n)
}
