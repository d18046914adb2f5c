package faulttest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const writers = 4

// load lets every device write and push until stop is closed or the link is cut for good.
func load(sv *server, devices []*device, stop <-chan struct{}) (wait func()) {
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
				if _, err := d.push(sv.url); err != nil {
					return
				}
			}
		})
	}
	return wg.Wait
}

// enrolAll makes a device of every code of the site.
func enrolAll(t *testing.T, s site, addr string) []*device {
	t.Helper()
	sv := s.serve(t, addr)
	defer sv.end()
	devices := make([]*device, len(s.codes))
	for i, code := range s.codes {
		devices[i] = enrol(t, sv.url, code)
	}
	sv.stop(t)
	return devices
}

// starts are the times from the start of the process to the first 200 of /readyz.
type starts []time.Duration

func (s starts) log(t *testing.T) {
	t.Helper()
	sum, slowest, late := time.Duration(0), time.Duration(0), 0
	for _, d := range s {
		sum += d
		slowest = max(slowest, d)
		if d > time.Second {
			late++
		}
	}
	t.Logf("%d starts: ready after %s on average, slowest %s, %d took more than 1s", len(s), (sum / time.Duration(len(s))).Round(time.Millisecond),
		slowest.Round(time.Millisecond), late)
}

// TestKilledServerKeepsWhatItAcknowledged kills the real server 100 times with SIGKILL while devices push.
func TestKilledServerKeepsWhatItAcknowledged(t *testing.T) {
	const kills = 100
	s := newSite(t, writers)
	addr := freePort(t)
	devices := enrolAll(t, s, addr)
	rng := rand.New(rand.NewPCG(1, 500))
	var ready starts
	for range kills {
		sv := s.serve(t, addr)
		ready = append(ready, sv.ready)
		stop := make(chan struct{})
		wait := load(sv, devices, stop)
		time.Sleep(time.Duration(20+rng.IntN(130)) * time.Millisecond)
		sv.kill()
		close(stop)
		wait()
	}
	t.Logf("%d kills", kills)
	ready.log(t)
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
	var ready starts
	for i := range cuts {
		shadow := filepath.Join(work, "shadow"+string(rune('a'+i%2)))
		require.NoError(t, os.RemoveAll(shadow))
		require.NoError(t, exec.Command("cp", "-a", s.dir, shadow).Run())
		sv := s.serve(t, addr, "LD_PRELOAD="+shim, "RUHU_SHADOW_FROM="+s.dir, "RUHU_SHADOW_TO="+shadow)
		ready = append(ready, sv.ready)
		stop := make(chan struct{})
		wait := load(sv, devices, stop)
		time.Sleep(time.Duration(20+rng.IntN(100)) * time.Millisecond)
		sv.kill()
		close(stop)
		wait()
		s.dir = shadow
	}
	t.Logf("%d power cuts", cuts)
	ready.log(t)
	afterwards(t, s, addr, devices)
}

// TestPowerCutWhileTheFolderIsMade cuts the power during the very first start: the next one makes the folder anew or goes on
// with what is there; it never finds it damaged.
func TestPowerCutWhileTheFolderIsMade(t *testing.T) {
	work := t.TempDir()
	for i := range 20 {
		s := site{dir: filepath.Join(work, fmt.Sprint("data", i))}
		shadow := s.dir + "-shadow"
		require.NoError(t, os.Mkdir(shadow, 0o700))
		cmd := exec.Command(binary, "form", "list", "--data", s.dir)
		cmd.Env = append(os.Environ(), "LD_PRELOAD="+shim, "RUHU_SHADOW_FROM="+s.dir, "RUHU_SHADOW_TO="+shadow)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(i*6) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		s.dir = shadow
		s.ruhu(t, "form", "list")
		s.verify(t)
	}
}
