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
	seeds := 200
	if testing.Short() {
		seeds = 20
	}
	var sum Result
	faults := map[string]int{}
	for seed := range uint64(seeds) {
		res, err := Run(context.Background(), Options{Phones: 50, Days: 4, Seed: 1000 + seed}, nil)
		require.NoError(t, err)
		sum.Sets += res.Sets
		sum.Records += res.Records
		sum.Pushes += res.Pushes
		sum.Pulls += res.Pulls
		sum.Merged += res.Merged
		sum.Waited += res.Waited
		sum.Quarantined += res.Quarantined
		sum.Rounds = max(sum.Rounds, res.Rounds)
		for name, n := range res.Faults {
			faults[name] += n
		}
	}
	t.Logf("%d seeds: %d change sets, %d records, %d pushes, %d pulls, %d merged, %d waited, %d quarantined, at most %d rounds; faults %v",
		seeds, sum.Sets, sum.Records, sum.Pushes, sum.Pulls, sum.Merged, sum.Waited, sum.Quarantined, sum.Rounds, faults)
	for _, name := range []string{"body cut", "body cut unseen", "damaged copy/", "damaged log/", "duplicate", "erased", "flash full", "foreign grid", "fork",
		"form upgrade", "grants", "late duplicate", "offline for long", "phone cloned", "phone crash", "phone put back from a copy", "reply cut",
		"reply lost", "request lost", "revoked", "server crash", "server restored", "server rolled back", "clock jump", "withheld"} {
		require.Positive(t, faults[name], "no run had the fault %q", name)
	}
}
