package phone_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/phone"
	"ruhu/sync/wire"
)

// TestBytesOnTheWire prints what an interview of 40 answers costs on the wire, packed, alone and in a batch, and holds it
// to the budgets: bytes do not depend on the machine.
func TestBytesOnTheWire(t *testing.T) {
	w := newWorld(t)
	h := w.handset("us_a")
	random := rand.New(rand.NewPCG(1, 1))
	ask := func() {
		s, err := h.New(phone.Answers, form, "2026112301", gridA)
		require.NoError(t, err)
		for i := range 40 {
			s.Set(fmt.Sprintf("section_%d/question_%02d", i/8, i), fmt.Sprint(random.IntN(5)))
		}
		_, err = s.Submit(context.Background())
		require.NoError(t, err)
	}
	size := func() int {
		h.line.bodies = nil
		_, err := h.Push(context.Background())
		require.NoError(t, err)
		n := 0
		for _, b := range h.line.bodies {
			n += len(new(wire.Bodies).Gzip(b))
		}
		return n
	}
	ask()
	h.sync()
	ask()
	h.sync()
	ask()
	lone := size()
	for range 400 {
		ask()
	}
	batch := size() / 400
	for range 40 {
		ask()
	}
	day := size()
	t.Logf("an interview alone %d bytes, in a batch of 400 %d bytes each, a day of 40 %d bytes", lone, batch, day)
	require.LessOrEqual(t, lone, 600)
	require.LessOrEqual(t, batch, 200)
	require.LessOrEqual(t, day, 10<<10)
}
