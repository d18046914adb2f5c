// Command testreport reads `go test -json` from standard input, prints what `go test` would have printed, and at the end
// every test that was skipped with its reason. It ends with 1 when a test or a build failed, or when nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type event struct {
	Action, Package, Test, Output string
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 8<<20)
	out := map[string][]string{} // output of tests that have not ended
	var skipped []string
	failed, passed := 0, 0
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch {
		case e.Action == "build-output", e.Action == "output" && e.Test == "":
			if !strings.Contains(e.Output, "[no test files]") && e.Output != "PASS\n" {
				fmt.Print(e.Output)
			}
		case e.Action == "output":
			out[key] = append(out[key], e.Output)
		case e.Action == "fail" && e.Test != "":
			failed++
			fmt.Print(strings.Join(out[key], ""))
			delete(out, key)
		case e.Action == "fail", e.Action == "build-fail":
			failed++
		case e.Action == "skip" && e.Test != "":
			skipped = append(skipped, e.Package+" "+e.Test+": "+reason(out[key]))
			delete(out, key)
		case e.Action == "pass" && e.Test != "":
			passed++
			delete(out, key)
		}
	}
	if len(skipped) == 0 {
		fmt.Println("skipped: nothing")
	}
	for _, s := range skipped {
		fmt.Println("skipped:", s)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, len(skipped))
	if failed > 0 || passed == 0 || in.Err() != nil {
		os.Exit(1)
	}
}

// reason returns what a test said when it skipped.
func reason(lines []string) string {
	for _, l := range lines {
		if text := strings.TrimSpace(l); text != "" && !strings.HasPrefix(text, "===") && !strings.HasPrefix(text, "---") {
			return text
		}
	}
	return "no reason given"
}
