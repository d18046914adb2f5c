package faulttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/instruments"
)

const (
	street = "990101001"
	grid   = "990101001201001"
)

// site is a data folder made ready by the program's own commands, with a code for each device.
type site struct {
	dir   string
	codes []string
}

func newSite(t *testing.T, devices int) site {
	t.Helper()
	work := t.TempDir()
	s := site{dir: filepath.Join(work, "data")}
	file := func(name, text string) string {
		path := filepath.Join(work, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	areas := "code,name_zh,name_en,kind,parent\n990101,演示区,Demo,district,\n990101001,晨光街道,Chenguang,street,990101\n" +
		"990101001201,梨园村,Liyuan,village,990101001\n990101001201001,第1网格,Grid 1,grid,990101001201\n"
	s.ruhu(t, "area", "import", file("areas.csv", areas))
	for _, in := range instruments.All() {
		s.ruhu(t, "form", "add", file(in.ID+".xml", string(in.XML)))
	}
	for i := range devices {
		out := s.ruhu(t, "enrol", "--grid", grid, "--name", fmt.Sprintf("设备%d", i), "--json")
		var code struct{ Code string }
		require.NoError(t, json.Unmarshal(out, &code), "%s", out)
		s.codes = append(s.codes, code.Code)
	}
	return s
}

// ruhu runs a command on the folder; it must end well.
func (s site) ruhu(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := s.try(args...)
	require.NoError(t, err, "ruhu %s", strings.Join(args, " "))
	return out
}

func (s site) try(args ...string) ([]byte, error) {
	cmd := exec.Command(binary, append(args, "--data", s.dir)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%w\n%s%s", err, out.Bytes(), errOut.Bytes())
	}
	return out.Bytes(), nil
}

// verify runs `ruhu verify` and requires that nothing is wrong.
func (s site) verify(t *testing.T) report {
	t.Helper()
	out := s.ruhu(t, "verify", "--json")
	var r report
	require.NoError(t, json.Unmarshal(out, &r), "%s", out)
	require.True(t, r.OK, "%s", out)
	return r
}

// report is what `ruhu verify --json` prints.
type report struct {
	OK         bool `json:"ok"`
	Records    int  `json:"records"`
	Changesets int  `json:"changesets"`
}

// server is a running `ruhu serve`.
type server struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration // from start to the first 200 of /readyz
	log   *bytes.Buffer
	done  chan error
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// serve starts the real server and waits until it is ready.
func (s site) serve(t *testing.T, addr string, env ...string) *server {
	t.Helper()
	sv := &server{url: "http://" + addr, log: &bytes.Buffer{}, done: make(chan error, 1)}
	sv.cmd = exec.Command(binary, "serve", "--data", s.dir, "--listen", addr, "--sync-per-minute", "1000000")
	sv.cmd.Env = append(os.Environ(), env...)
	sv.cmd.Stdout, sv.cmd.Stderr = sv.log, sv.log
	start := time.Now()
	require.NoError(t, sv.cmd.Start())
	go func() { sv.done <- sv.cmd.Wait() }()
	client := &http.Client{Timeout: time.Second}
	for time.Since(start) < 20*time.Second {
		res, err := client.Get(sv.url + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				sv.ready = time.Since(start)
				return sv
			}
		}
		select {
		case err := <-sv.done:
			require.Fail(t, "the server ended", "%v\n%s", err, sv.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
	sv.kill()
	require.Fail(t, "not ready", "%s", sv.log)
	return nil
}

// kill ends the server at whatever instruction it stands.
func (sv *server) kill() {
	_ = sv.cmd.Process.Signal(syscall.SIGKILL)
	<-sv.done
}

// end sees to it that a test that failed leaves no server behind.
func (sv *server) end() { _ = sv.cmd.Process.Kill() }

// get asks for a path and returns the status.
func (sv *server) get(t *testing.T, path string) int {
	t.Helper()
	res, err := http.Get(sv.url + path)
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	return res.StatusCode
}

// stop asks the server to end and waits for it.
func (sv *server) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, sv.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-sv.done:
		require.NoError(t, err, "%s", sv.log)
	case <-time.After(20 * time.Second):
		sv.kill()
		require.Fail(t, "did not stop", "%s", sv.log)
	}
}
