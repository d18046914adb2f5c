package servertest_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/answers"
	"ruhu/server/servertest"
	"ruhu/sync/crdt"
)

// BenchmarkPushOverHTTP pushes interviews of the built-in form, 200 a push, the way phones do. Both ends run in this
// process, so the server's share is larger than what is reported as records per CPU-second.
func BenchmarkPushOverHTTP(b *testing.B) {
	w := servertest.Start(b)
	p := w.Phones[servertest.Street1]
	form := w.App.Survey.Snapshot().Get(servertest.Form, w.Version)
	grid := servertest.Grid(servertest.Street1, 201, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	var texts []map[string]string
	for range 200 {
		i, err := answers.Generate(form, answers.Subject{Village: grid[:12], Grid: grid, NoticeHash: "x", Start: w.Clock.Now()}, nil, rng)
		require.NoError(b, err)
		i.Values["@status"] = "submitted"
		texts = append(texts, i.Values)
	}
	cpu := func() time.Duration {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	b.ReportAllocs()
	var spent time.Duration
	n := 0
	for b.Loop() {
		var sets []*crdt.ChangeSet
		b.StopTimer()
		for k := range 200 {
			c := p.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, texts[k])
			c.Seq += uint64(k)
			sets = append(sets, c)
		}
		b.StartTimer()
		before := cpu()
		verdicts, _ := p.Push(sets...)
		spent += cpu() - before
		require.Equal(b, "merged", string(verdicts[0].Status), verdicts[0].Code)
		n += 200
	}
	b.ReportMetric(float64(n)/spent.Seconds(), "records/CPU-s")
}
