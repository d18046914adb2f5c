package faulttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/sync/wire"
)

// TestPowerCutDuringAnErasure cuts the power while `ruhu erase` is at work, and right after it said that it is done. What it
// said is done stays done; what it did not say is done wholly or not at all, and the other records are untouched.
func TestPowerCutDuringAnErasure(t *testing.T) {
	const cuts = 12
	s := newSite(t, 1)
	addr := freePort(t)
	d := enrolAll(t, s, addr)[0]
	sv := s.serve(t, addr)
	defer func() { sv.end() }()
	d.write(2 * cuts)
	_, err := d.push(sv.url)
	require.NoError(t, err)
	sv.stop(t)

	work := t.TempDir()
	said, done, took := 0, map[string]bool{}, time.Duration(0)
	for i := range cuts {
		shadow := filepath.Join(work, "shadow"+string(rune('a'+i%2)))
		require.NoError(t, os.RemoveAll(shadow))
		require.NoError(t, exec.Command("cp", "-a", s.dir, shadow).Run())
		record := d.sets[2*i].Record
		cmd := exec.Command(binary, "erase", record, "--data", s.dir)
		cmd.Env = append(os.Environ(), "LD_PRELOAD="+shim, "RUHU_SHADOW_FROM="+s.dir, "RUHU_SHADOW_TO="+shadow)
		start := time.Now()
		require.NoError(t, cmd.Start())
		if i%2 == 1 {
			time.Sleep(took * time.Duration(i) / cuts)
			_ = cmd.Process.Kill()
		}
		if err := cmd.Wait(); err == nil {
			took = time.Since(start)
			said++
			done[record] = true
		} else {
			require.Equal(t, 1, i%2, "%s", err)
		}
		s.dir = shadow
		s.verify(t)
	}
	t.Logf("%d erasures, %d of them said to be done before the power went", cuts, said)
	sv = s.serve(t, addr)
	states, erased := map[string]bool{}, map[string]bool{}
	d.pull(t, sv.url, func(l *wire.PullLine) {
		switch l.Kind {
		case wire.KindRecord:
			states[l.Record] = true
		case wire.KindErased:
			erased[l.Record] = true
		}
	})
	for _, c := range d.sets {
		require.NotEqual(t, states[c.Record], erased[c.Record], "record %s is there or erased, not both, not neither", c.Record)
		if done[c.Record] {
			require.True(t, erased[c.Record], "record %s was erased and is back", c.Record)
		}
	}
	sv.stop(t)
	s.verify(t)
}
