package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"runtime"

	"github.com/klauspost/compress/zstd"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// mergeCore measures decoding and applying without any store.
func mergeCore(_ context.Context, o *Options) ([]Line, error) {
	m, err := newMaker(2)
	if err != nil {
		return nil, err
	}
	l := &log{phone: phoneKey{device: "dv_bench", grid: gridOf(0)}}
	if err := m.write(l, 5000); err != nil {
		return nil, err
	}
	var mem0, mem1 runtime.MemStats
	runtime.ReadMemStats(&mem0)
	before := selfCPU()
	const rounds = 8
	for range rounds {
		for _, line := range l.lines {
			c, err := wire.Decode(line)
			if err != nil {
				return nil, err
			}
			s := &crdt.State{}
			s.Apply(c, c.At)
		}
	}
	spent := selfCPU() - before
	runtime.ReadMemStats(&mem1)
	n := float64(rounds * len(l.lines))
	return []Line{
		{Bench: "merge", What: "strict decode and apply, 40 answers", Unit: "change sets/CPU-s", Value: n / spent},
		{Bench: "merge", What: "strict decode and apply, 40 answers", Unit: "allocations", Value: float64(mem1.Mallocs-mem0.Mallocs) / n},
	}, nil
}

// wireBytes counts what a worker's work weighs on the wire.
func wireBytes(_ context.Context, o *Options) ([]Line, error) {
	m, err := newMaker(3)
	if err != nil {
		return nil, err
	}
	l := &log{phone: phoneKey{device: "dv_0123456789abcdef", grid: gridOf(0)}}
	if err := m.write(l, 401); err != nil {
		return nil, err
	}
	lone, err := zip(l.body(400, 401))
	if err != nil {
		return nil, err
	}
	batch, err := zip(l.body(0, 400))
	if err != nil {
		return nil, err
	}
	day, err := zip(l.body(0, 40))
	if err != nil {
		return nil, err
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		return nil, errs.Wrap("zstd", err)
	}
	zday := enc.EncodeAll(l.body(0, 40), nil)
	return []Line{
		{Bench: "wire", What: "a lone interview, body, gzip", Unit: "bytes", Value: float64(len(lone)), Budget: "600"},
		{Bench: "wire", What: "an interview in a batch of 400, gzip", Unit: "bytes", Value: float64(len(batch)) / 400, Budget: "200"},
		{Bench: "wire", What: "a day of 40 interviews in one batch, gzip", Unit: "bytes", Value: float64(len(day)), Budget: "10,000"},
		{Bench: "wire", What: "a day of 40 interviews in one batch, zstd", Unit: "bytes", Value: float64(len(zday))},
	}, nil
}

func unzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, errs.Wrap("unzip", err)
	}
	out, err := io.ReadAll(r)
	return out, errs.Wrap("unzip", err)
}
