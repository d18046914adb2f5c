package faulttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What TestMain built for all tests.
var binary, shim string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ruhu-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // the program is also run by another user
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary, shim = filepath.Join(dir, "ruhu"), filepath.Join(dir, "shadow.so")
	for _, cmd := range [][]string{
		{"go", "build", "-o", binary, "ruhu"},
		{"gcc", "-O1", "-shared", "-fPIC", "-o", shim, "shim/shadow.c", "-ldl"},
	} {
		if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v: %v\n%s", cmd, err, out)
			return 1
		}
	}
	return m.Run()
}
