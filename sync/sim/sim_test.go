package sim

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneSeedOneHistory(t *testing.T) {
	o := Options{Phones: 20, Days: 6, Seed: 1}
	res, err := Run(context.Background(), o, nil)
	require.NoError(t, err)
	t.Logf("%+v", res)
	again, err := Run(context.Background(), o, nil)
	require.NoError(t, err)
	require.Equal(t, res, again)
	o.Seed = 2
	other, err := Run(context.Background(), o, nil)
	require.NoError(t, err)
	require.NotEqual(t, res.Trace, other.Trace)
}

// TestSeeds is the programme: 200 histories of 50 phones, every promise checked after each.
func TestSeeds(t *testing.T) {
	seeds := uint64(200)
	if testing.Short() {
		seeds = 20
	}
	const parts = 4
	var sums [parts]Result
	t.Run("part", func(t *testing.T) {
		for part := range uint64(parts) {
			sum := &sums[part]
			sum.Faults = map[string]int{}
			t.Run(string(rune('a'+part)), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < seeds; seed += parts {
					res, err := Run(context.Background(), Options{Phones: 50, Days: 4, Seed: 1000 + seed}, nil)
					require.NoError(t, err)
					add(sum, res)
				}
			})
		}
	})
	sum := Result{Faults: map[string]int{}}
	for _, s := range sums {
		add(&sum, s)
	}
	t.Logf("%d seeds: %d change sets, %d records, %d pushes, %d pulls, %d merged, %d waited, %d quarantined, %d office changes, at most %d rounds; faults %v",
		seeds, sum.Sets, sum.Records, sum.Pushes, sum.Pulls, sum.Merged, sum.Waited, sum.Quarantined, sum.Office, sum.Rounds, sum.Faults)
	if testing.Short() {
		return // so few histories need not have everything
	}
	for _, name := range []string{"body cut", "body cut unseen", "damaged copy/", "damaged log/", "duplicate", "erased", "flash full", "foreign grid", "fork",
		"form upgrade", "grants", "late duplicate", "offline for long", "phone cloned", "phone crash", "phone put back from a copy", "reply cut",
		"reply lost", "request lost", "revoked", "server crash", "server restored", "server rolled back", "clock jump", "withheld"} {
		require.Positive(t, sum.Faults[name], "no run had the fault %q", name)
	}
}

func add(sum *Result, r Result) {
	sum.Sets += r.Sets
	sum.Records += r.Records
	sum.Pushes += r.Pushes
	sum.Pulls += r.Pulls
	sum.Merged += r.Merged
	sum.Waited += r.Waited
	sum.Quarantined += r.Quarantined
	sum.Office += r.Office
	sum.Rounds = max(sum.Rounds, r.Rounds)
	for name, n := range r.Faults {
		sum.Faults[name] += n
	}
}
