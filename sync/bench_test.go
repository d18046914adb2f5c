package sync_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// BenchmarkPush merges pushes of 400 new records of 40 answers each into a store in memory: what the engine costs beside
// decoding, digests and the store.
func BenchmarkPush(b *testing.B) {
	t := &testing.T{}
	w := newWorld(t)
	const records, answers = 400, 40
	var bodies [][]byte
	p := w.pen("dv_a", "us_a")
	for n := 0; n < b.N; n += records {
		last := len(p.lines)
		var lines [][]byte
		for i := range records {
			c := p.set(fmt.Sprintf("0192f000-0000-7000-8000-%012d", n+i), nil)
			for q := range answers {
				c.Set = append(c.Set, crdt.Cell{Path: fmt.Sprintf("group%d/question_%02d", q%4, q), Value: fmt.Sprint(q % 7)})
			}
			line := c.Encode()
			p.lines[len(p.lines)-1] = line
			lines = append(lines, line)
		}
		body := wire.AppendOpening(nil, wire.Opening{Device: "dv_a", Last: uint64(last), Head: headOf(p.lines[:last])})
		for _, l := range lines {
			body = append(append(body, l...), '\n')
		}
		bodies = append(bodies, body)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, body := range bodies {
		res, err := w.answers.Push(context.Background(), p.author, false, bytes.NewReader(body), io.Discard)
		require.NoError(b, err)
		require.Equal(b, records, res.Merged)
	}
	b.StopTimer()
	b.ReportMetric(float64(len(bodies)*records)/b.Elapsed().Seconds(), "records/s")
}

func headOf(lines [][]byte) (h wire.Head) {
	for _, l := range lines {
		h = h.Next(crdt.IDOf(l))
	}
	return h
}
