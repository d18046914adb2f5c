// Command mutants breaks the program on purpose, one way at a time, in a copy of the working tree, and
// runs the tests that guard that place, which must be green before and red after. A mutant that leaves them green has found
// a hole in the proof. With an argument only mutants whose name holds it are tried.
// It ends with exit code 1 when a mutant survives, does not compile, or no longer finds the line it changes.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"ruhu/internal/clock"
)

func main() {
	only := ""
	if len(os.Args) > 1 {
		only = os.Args[1]
	}
	dir, err := os.MkdirTemp("", "ruhu-mutants-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	if err := copyTree(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	survived, tried := 0, 0
	green := map[string]bool{} // tests that pass on the unchanged program
	for _, m := range list {
		if only != "" && !strings.Contains(m.name, only) {
			continue
		}
		tried++
		start := clock.System().Now()
		if _, known := green[m.test]; !known {
			out, err := goTest(dir, m.test)
			if green[m.test] = err == nil; err != nil {
				fmt.Printf("%s\n", out)
			}
		}
		verdict := "RED before anything was changed"
		if green[m.test] {
			verdict = m.run(dir)
		}
		if !strings.HasPrefix(verdict, killed) {
			survived++
		}
		fmt.Printf("%5.1fs  %s: %s\n", clock.System().Now().Sub(start).Seconds(), m.name, verdict)
	}
	fmt.Printf("%d of %d mutants killed\n", tried-survived, tried)
	if survived > 0 {
		os.RemoveAll(dir)
		os.Exit(1)
	}
}

// mutant is one change that must not go unnoticed.
type mutant struct {
	name     string
	file     string // from the root
	old, new string // old stands in the file exactly once
	test     string // arguments of go test
}

func (m mutant) run(dir string) string {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	src, err := os.ReadFile(path)
	if err != nil {
		return "STALE (" + err.Error() + ")"
	}
	if n := bytes.Count(src, []byte(m.old)); n != 1 {
		return fmt.Sprintf("STALE (the line stands %d times)", n)
	}
	if err := os.WriteFile(path, bytes.Replace(src, []byte(m.old), []byte(m.new), 1), 0o644); err != nil {
		return "STALE (" + err.Error() + ")"
	}
	defer func() { _ = os.WriteFile(path, src, 0o644) }()
	out, err := goTest(dir, m.test)
	switch {
	case bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
		return "BROKEN (does not compile)\n" + string(out)
	case bytes.Contains(out, []byte("no tests to run")):
		return "STALE (no such test)"
	case err == nil:
		return "SURVIVED"
	}
	by := regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`).FindSubmatch(out)
	if by == nil {
		return "BROKEN (no test failed by itself)\n" + string(out)
	}
	return killed + " by " + string(by[1])
}

const killed = "killed"

func goTest(dir, args string) ([]byte, error) {
	cmd := exec.Command("go", append([]string{"test", "-count=1", "-vet=off", "-timeout=10m"}, strings.Fields(args)...)...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

func copyTree(dir string) error {
	out, err := exec.Command("git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for _, name := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		src, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		dest := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(dest, src, 0o644); err != nil {
			return err
		}
	}
	return nil
}
