package demo

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"ruhu/sync/phone"
)

var zone = time.FixedZone("CST", 8*3600)

// reader makes bytes of a seeded source: the demo draws the same ids from the same seed.
type reader struct{ rng *rand.Rand }

func (r reader) Read(p []byte) (int, error) {
	var word [8]byte
	for i := 0; i < len(p); i += 8 {
		binary.LittleEndian.PutUint64(word[:], r.rng.Uint64())
		copy(p[i:], word[:])
	}
	return len(p), nil
}

// badLink is a transport that loses the answer of some pushes after the server committed them, as a village's network
// does: the phone must send again and nothing may be there twice.
type badLink struct {
	phone.Transport
	rng  *rand.Rand
	lost *atomic.Int64
}

var errLinkCut = errors.New("the link was cut before the answer came")

func (b badLink) Push(ctx context.Context, device string, body []byte) (io.ReadCloser, error) {
	rc, err := b.Transport.Push(ctx, device, body)
	if err != nil || b.rng.Float64() >= 0.08 {
		return rc, err
	}
	_, err = io.Copy(io.Discard, rc)
	b.lost.Add(1)
	return nil, errors.Join(errLinkCut, err, rc.Close())
}
