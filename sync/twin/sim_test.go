package twin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"hash"
	"io"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/phone"
	"ruhu/sync/sim"
)

var simulations = flag.Int("simulations", 3, "simulations to compare (make twins: 60)")

// recorder hashes every request that phones make, without the signatures, which are different each time.
type recorder struct {
	phone.Transport
	all  hash.Hash
	last []string
}

var signature = regexp.MustCompile(`"sig":"[^"]*"`)

func (r *recorder) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	_, _ = io.WriteString(r.all, text)
	r.last = append(r.last, text)
}

func (r *recorder) sum() string { return hex.EncodeToString(r.all.Sum(nil)) }

// of returns r for one phone's transport.
func (r *recorder) of(t phone.Transport) phone.Transport { return &recorded{t, r} }

type recorded struct {
	phone.Transport
	r *recorder
}

func (t *recorded) Push(ctx context.Context, device string, body []byte) (io.ReadCloser, error) {
	t.r.note("push %s\n%s\n", device, signature.ReplaceAll(body, []byte(`"sig":""`)))
	return t.Transport.Push(ctx, device, bytes.Clone(body))
}

func (t *recorded) Pull(ctx context.Context, cursor string, limit int) (io.ReadCloser, error) {
	t.r.note("pull %s %d\n", cursor, limit)
	return t.Transport.Pull(ctx, cursor, limit)
}

// TestTwinsLiveAlike: simulated days with every fault but failing stores, once with the reference phone and once with the phone
// of the browser. Every request is the same, byte for byte, and so is everything that happens.
func TestTwinsLiveAlike(t *testing.T) {
	h := newHandsets(t)
	sets, requests := 0, 0
	for seed := range uint64(*simulations) {
		run := func(open func(context.Context, phone.Options) (sim.Phone, error)) (sim.Result, *recorder) {
			r := &recorder{all: sha256.New()}
			res, err := sim.Run(context.Background(), sim.Options{Phones: 12, Days: 6, Seed: 100 + seed, SoundFlash: true,
				Open: func(ctx context.Context, o phone.Options) (sim.Phone, error) {
					o.Transport = r.of(o.Transport)
					return open(ctx, o)
				}}, nil)
			require.NoError(t, err, "seed %d", 100+seed)
			return res, r
		}
		want, asked := run(sim.Open)
		got, also := run(h.open)
		for i, text := range asked.last {
			require.Less(t, i, len(also.last), "seed %d: the browser's phone makes fewer requests; the next is %s", 100+seed, text)
			require.Equal(t, text, also.last[i], "seed %d, request %d", 100+seed, i)
		}
		require.Equal(t, asked.sum(), also.sum())
		require.Equal(t, want, got, "seed %d", 100+seed)
		sets, requests = sets+got.Sets, requests+len(asked.last)
	}
	t.Logf("%d simulations: %d change sets, %d requests alike byte for byte, %d calls for disk and link", *simulations, sets, requests, h.calls)
}

// TestThePhoneOfTheBrowserKeepsEveryPromise: the same with stores that fail, as it runs in the browser: forms kept when opened.
func TestThePhoneOfTheBrowserKeepsEveryPromise(t *testing.T) {
	h := newHandsets(t)
	h.keep = true
	sets, full, forks := 0, 0, 0
	for seed := range uint64(*simulations) {
		res, err := sim.Run(context.Background(), sim.Options{Phones: 12, Days: 6, Seed: 700 + seed, Open: h.open}, nil)
		require.NoError(t, err)
		sets, full, forks = sets+res.Sets, full+res.Faults["flash full"], forks+res.Faults["fork"]
	}
	require.Positive(t, full)
	t.Logf("%d simulations: %d change sets, %d times a store failed, %d forks", *simulations, sets, full, forks)
}
