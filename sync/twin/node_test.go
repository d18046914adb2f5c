package twin_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// node is a program of the web workspace, running.
type node struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs a program of web/ in Node. Without Node or the workspace's packages the test is skipped, and says so.
func start(t testing.TB, program string) *node {
	t.Helper()
	web, err := filepath.Abs("../../web")
	require.NoError(t, err)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(web, "node_modules", "esbuild")); err != nil {
		t.Skip("the packages of web/ are not installed: (cd web && npm ci)")
	}
	cmd := exec.Command("node", "tools/run.mjs", program)
	cmd.Dir = web
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close() // which ends the program
		err := cmd.Wait()
		if err != nil || stderr.Len() > 0 {
			t.Errorf("node: %v\n%s", err, stderr.String())
		}
	})
	return &node{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
}

// say sends one value as a line of JSON.
func (n *node) say(v any) {
	n.t.Helper()
	b, err := json.Marshal(v)
	require.NoError(n.t, err)
	_, err = n.in.Write(append(b, '\n'))
	require.NoError(n.t, err)
}

// hear reads one line of JSON.
func (n *node) hear(v any) {
	n.t.Helper()
	line, err := n.out.ReadBytes('\n')
	require.NoError(n.t, err, "%s", line)
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	require.NoError(n.t, d.Decode(v))
}

// ask gives the other half jobs and returns its answers as JSON.
func (n *node) ask(jobs []any) []json.RawMessage {
	n.t.Helper()
	n.say(jobs)
	var out []json.RawMessage
	n.hear(&out)
	require.Len(n.t, out, len(jobs))
	return out
}
