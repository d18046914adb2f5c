package faulttest

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const writers = 4

// load lets every device write and push until stop is closed or the link is cut for good.
func load(t *testing.T, sv *server, devices []*device, stop <-chan struct{}) (wait func()) {
	t.Helper()
	var wg sync.WaitGroup
	for _, d := range devices {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				d.write(1 + len(d.lines)%7)
				high, err := d.push(t, sv.url, d.acked)
				d.acked = max(d.acked, high)
				if err != nil {
					return
				}
			}
		})
	}
	return wg.Wait
}

func enrolAll(t *testing.T, s site, addr string) []*device {
	t.Helper()
	sv := s.serve(t, addr)
	devices := make([]*device, len(s.codes))
	for i, code := range s.codes {
		devices[i] = enrol(t, sv.url, code)
	}
	sv.stop(t)
	return devices
}

// afterwards requires of a folder that was cut that all that was acknowledged is there, whole.
func afterwards(t *testing.T, s site, addr string, devices []*device) {
	t.Helper()
	sv := s.serve(t, addr)
	total := 0
	for _, d := range devices {
		d.settle(t, sv.url)
		total += d.acked
	}
	sv.stop(t)
	r := s.verify(t)
	require.GreaterOrEqual(t, r.Changesets, total)
	t.Logf("%d change sets acknowledged, %d stored, %d records, verify ok", total, r.Changesets, r.Records)
}

// TestKilledServerKeepsWhatItAcknowledged kills the real server 100 times with SIGKILL while devices push.
func TestKilledServerKeepsWhatItAcknowledged(t *testing.T) {
	const kills = 100
	s := newSite(t, writers)
	addr := freePort(t)
	devices := enrolAll(t, s, addr)
	rng := rand.New(rand.NewPCG(1, 500))
	var slowest time.Duration
	for range kills {
		sv := s.serve(t, addr)
		slowest = max(slowest, sv.ready)
		stop := make(chan struct{})
		wait := load(t, sv, devices, stop)
		time.Sleep(time.Duration(20+rng.IntN(130)) * time.Millisecond)
		sv.kill()
		close(stop)
		wait()
	}
	t.Logf("%d kills, slowest start %s", kills, slowest.Round(time.Millisecond))
	afterwards(t, s, addr, devices)
}

// TestPowerCutKeepsWhatWasAcknowledged cuts the power 50 times: the server goes on with exactly the bytes that were synced.
// A server that acknowledges before the sync (synchronous=NORMAL) fails here; kill -9 cannot tell the two apart.
func TestPowerCutKeepsWhatWasAcknowledged(t *testing.T) {
	const cuts = 50
	s := newSite(t, writers)
	addr := freePort(t)
	devices := enrolAll(t, s, addr)
	rng := rand.New(rand.NewPCG(2, 200))
	work := t.TempDir()
	for i := range cuts {
		shadow := filepath.Join(work, "shadow"+string(rune('a'+i%2)))
		require.NoError(t, os.RemoveAll(shadow))
		require.NoError(t, exec.Command("cp", "-a", s.dir, shadow).Run())
		sv := s.serve(t, addr, "LD_PRELOAD="+shim, "RUHU_SHADOW_FROM="+s.dir, "RUHU_SHADOW_TO="+shadow)
		stop := make(chan struct{})
		wait := load(t, sv, devices, stop)
		time.Sleep(time.Duration(20+rng.IntN(100)) * time.Millisecond)
		sv.kill()
		close(stop)
		wait()
		s.dir = shadow
	}
	t.Logf("%d power cuts", cuts)
	afterwards(t, s, addr, devices)
}

// TestFailedSyncStopsTheServer has fsync return EIO: nothing more is acknowledged and the process ends by itself.
func TestFailedSyncStopsTheServer(t *testing.T) {
	s := newSite(t, 1)
	addr := freePort(t)
	devices := enrolAll(t, s, addr)
	control := filepath.Join(t.TempDir(), "control")
	require.NoError(t, os.WriteFile(control, []byte("ok"), 0o600))
	sv := s.serve(t, addr, "LD_PRELOAD="+shim, "RUHU_SHADOW_CONTROL="+control)
	d := devices[0]
	d.write(3)
	high, err := d.push(t, sv.url, 0)
	require.NoError(t, err)
	d.acked = high

	require.NoError(t, os.WriteFile(control, []byte("fail"), 0o600))
	var acked atomic.Int64
	for range 3 {
		d.write(1)
		if high, err := d.push(t, sv.url, d.acked); err == nil || high > d.acked {
			acked.Add(1)
		}
	}
	require.Zero(t, acked.Load(), "acknowledged after the disk had failed")
	select {
	case err := <-sv.done:
		require.Error(t, err, "it ends with a failure, so that its supervisor starts it anew")
	case <-time.After(5 * time.Second):
		sv.kill()
		require.Fail(t, "the server went on after a failed sync", "%s", sv.log)
	}
	afterwards(t, s, addr, devices)
}
