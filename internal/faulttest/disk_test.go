package faulttest

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/sync/wire"
)

// TestFailedSyncStopsTheServer has fsync return EIO: nothing more is acknowledged and the process ends by itself.
func TestFailedSyncStopsTheServer(t *testing.T) {
	s := newSite(t, 1)
	addr := freePort(t)
	d := enrolAll(t, s, addr)[0]
	set := controlFile(t)
	sv := s.serve(t, addr, "LD_PRELOAD="+shim, "RUHU_SHADOW_CONTROL="+set.path)
	defer sv.end()
	d.write(3)
	_, err := d.push(sv.url)
	require.NoError(t, err)
	require.Equal(t, 3, d.acked)

	set.to(t, "fail")
	for range 3 {
		d.write(1)
		_, err := d.push(sv.url)
		require.Error(t, err)
	}
	require.Equal(t, 3, d.acked, "acknowledged after the disk had failed")
	select {
	case err := <-sv.done:
		require.Error(t, err, "it ends with a failure, so that its supervisor starts it anew")
	case <-time.After(10 * time.Second):
		sv.kill()
		require.Fail(t, "the server went on after a failed sync", "%s", sv.log)
	}
	afterwards(t, s, addr, []*device{d})
}

// TestSlowDiskOnlyTakesLonger has every sync take 300 ms: devices wait, none is refused.
func TestSlowDiskOnlyTakesLonger(t *testing.T) {
	s := newSite(t, writers)
	addr := freePort(t)
	devices := enrolAll(t, s, addr)
	set := controlFile(t)
	sv := s.serve(t, addr, "LD_PRELOAD="+shim, "RUHU_SHADOW_CONTROL="+set.path)
	defer sv.end()
	set.to(t, "slow 300")
	done := make(chan error, len(devices))
	for _, d := range devices {
		go func() {
			d.write(20)
			_, err := d.push(sv.url)
			done <- err
		}()
	}
	for range devices {
		require.NoError(t, <-done)
	}
	set.to(t, "ok")
	sv.stop(t)
	afterwards(t, s, addr, devices)
}

type control struct{ path string }

func controlFile(t *testing.T) control {
	t.Helper()
	c := control{filepath.Join(t.TempDir(), "control")}
	c.to(t, "ok")
	return c
}

func (c control) to(t *testing.T, word string) {
	t.Helper()
	require.NoError(t, os.WriteFile(c.path+".new", []byte(word), 0o600))
	require.NoError(t, os.Rename(c.path+".new", c.path))
}

// TestFullDiskRefusesAndRecovers fills the disk under the running server: pushes are refused with 507, nothing acknowledged
// is lost, reads go on, and when there is room again the same process takes work again. Where the machine lets us mount,
// the disk is a real small one; everywhere, SQLite is also told that there is no room.
func TestFullDiskRefusesAndRecovers(t *testing.T) {
	t.Run("told", func(t *testing.T) {
		s := newSite(t, 1)
		set := controlFile(t)
		fullDisk(t, s, disk{env: []string{"LD_PRELOAD=" + shim, "RUHU_SHADOW_CONTROL=" + set.path},
			fill: func() { set.to(t, "full") }, free: func() { set.to(t, "ok") }})
	})
	small := t.TempDir()
	if err := syscall.Mount("ruhu", small, "tmpfs", 0, "size=512m"); err != nil {
		t.Logf("this machine lets nobody mount a small disk (%v): only SQLite was told that it is full", err)
		return
	}
	defer func() { require.NoError(t, syscall.Unmount(small, syscall.MNT_DETACH)) }()
	t.Run("real", func(t *testing.T) {
		s := newSite(t, 1)
		dir := filepath.Join(small, "data")
		require.NoError(t, exec.Command("cp", "-a", s.dir, dir).Run())
		s.dir = dir
		filler := filepath.Join(small, "filler")
		fullDisk(t, s, disk{
			fill: func() { fillUp(t, filler, 1<<20) },
			free: func() { require.NoError(t, os.Remove(filler)) }, watched: true})
	})
}

// fillUp writes a file until the disk has only left bytes of room.
func fillUp(t *testing.T, path string, left uint64) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	var st syscall.Statfs_t
	require.NoError(t, syscall.Statfs(path, &st))
	room := st.Bavail * uint64(st.Bsize)
	require.Greater(t, room, left)
	require.NoError(t, syscall.Fallocate(int(f.Fd()), 0, 0, int64(room-left)))
}

type disk struct {
	env        []string
	fill, free func()
	watched    bool // the system knows that it is full, so readiness can see it
}

func fullDisk(t *testing.T, s site, on disk) {
	addr := freePort(t)
	d := enrolAll(t, s, addr)[0]
	sv := s.serve(t, addr, on.env...)
	defer sv.end()
	d.write(10)
	_, err := d.push(sv.url)
	require.NoError(t, err)

	on.fill()
	status, pushes := http.StatusOK, 0
	for ; status == http.StatusOK && pushes < 500; pushes++ {
		d.write(100)
		status, err = d.push(sv.url)
	}
	require.Equal(t, http.StatusInsufficientStorage, status, "after %d pushes: %v\n%s", pushes, err, sv.log)
	require.Contains(t, err.Error(), "disk-full")
	acked := d.acked
	for range 5 {
		status, err = d.push(sv.url)
		require.Equal(t, http.StatusInsufficientStorage, status, "%v\n%s", err, sv.log)
	}
	require.Equal(t, acked, d.acked)
	seen := 0
	d.pull(t, sv.url, func(l *wire.PullLine) {
		if l.Kind == wire.KindRecord {
			seen++
		}
	})
	require.Positive(t, seen, "reads go on")
	if on.watched {
		require.Equal(t, http.StatusInsufficientStorage, sv.get(t, "/readyz"))
	}

	on.free()
	tries := 0
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); tries++ {
		if status, err = d.push(sv.url); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.NoError(t, err, "it takes work again by itself\n%s", sv.log)
	require.Equal(t, http.StatusOK, sv.get(t, "/readyz"))
	t.Logf("full after %d pushes with %d change sets acknowledged; %d records pulled meanwhile; %d tries after there was room", pushes, acked, seen, tries+1)
	sv.stop(t)
	afterwards(t, s, addr, []*device{d})
}

// TestReadOnlyFolderIsRefusedAtTheStart: one clear line, an exit code, and not a byte is changed.
func TestReadOnlyFolderIsRefusedAtTheStart(t *testing.T) {
	s := newSite(t, 1)
	cmd := exec.Command(binary, "serve", "--data", s.dir, "--listen", freePort(t))
	who := os.Getuid()
	if who == 0 { // nobody else may write everywhere
		who = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(who), Gid: uint32(who)}}
	}
	for path := s.dir; path != "/"; path = filepath.Dir(path) {
		require.NoError(t, os.Chmod(path, mode(t, path)|0o055), "others must reach the folder")
	}
	require.NoError(t, filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if os.Getuid() == 0 {
			if err := os.Chown(path, who, who); err != nil {
				return err
			}
		}
		if e.IsDir() {
			return os.Chmod(path, 0o500)
		}
		return os.Chmod(path, 0o400)
	}))
	defer exec.Command("chmod", "-R", "u+w", s.dir).Run()
	before := fingerprint(t, s.dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", out)
	require.Equal(t, 1, exit.ExitCode(), "%s", out)
	t.Logf("%s", out)
	require.Contains(t, string(out), "read-only")
	require.LessOrEqual(t, strings.Count(strings.TrimSpace(string(out)), "\n"), 2, "one clear line and a hint")
	require.NotContains(t, string(out), "goroutine")
	require.Equal(t, before, fingerprint(t, s.dir))
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	st, err := os.Stat(path)
	require.NoError(t, err)
	return st.Mode()
}

// fingerprint is of every name and byte below a folder.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(h, "%s %d ", path, len(b))
		h.Write(b)
		return err
	}))
	return fmt.Sprintf("%x", h.Sum(nil))
}
