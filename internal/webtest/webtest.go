// Package webtest runs programs of web/ in Node for tests in Go, and talks with them in lines of JSON.
package webtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// Node is a program of the web workspace, running. It is for one goroutine.
type Node struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Reader
}

// Start runs a program of web/ in Node until the test ends; one that ends otherwise, or says something on its standard error,
// fails the test. Without Node or the workspace's packages the test is skipped, and says so.
func Start(t testing.TB, program string) *Node {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	require.True(t, ok)
	web := filepath.Join(filepath.Dir(here), "..", "..", "web")
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
	return &Node{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
}

// Say sends one value as a line of JSON.
func (n *Node) Say(v any) {
	n.t.Helper()
	b, err := json.Marshal(v)
	require.NoError(n.t, err)
	_, err = n.in.Write(append(b, '\n'))
	require.NoError(n.t, err)
}

// Hear reads one line of JSON.
func (n *Node) Hear(v any) {
	n.t.Helper()
	line, err := n.out.ReadBytes('\n')
	require.NoError(n.t, err, "%s", line)
	require.NoError(n.t, json.Unmarshal(line, v), "%s", line)
}

// Ask gives the other side jobs and returns its answers as JSON.
func (n *Node) Ask(jobs []any) []json.RawMessage {
	n.t.Helper()
	n.Say(jobs)
	var out []json.RawMessage
	n.Hear(&out)
	require.Len(n.t, out, len(jobs))
	return out
}
