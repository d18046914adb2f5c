package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"ruhu/internal/errs"
)

// print writes v as one JSON line with --json, else the text.
func (e *env) print(v any, text string, args ...any) error {
	if e.json {
		return e.printJSON(v)
	}
	_, err := fmt.Fprintf(e.io.Out, text, args...)
	return err
}

func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.io.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// confirm asks on a terminal and answers yes when input is not one.
func (e *env) confirm(question string) error {
	if !isTerminal(e.io.In) {
		return nil
	}
	fmt.Fprintf(e.io.Err, "%s [y/N] ", question)
	line, _ := bufio.NewReader(e.io.In).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes", "是":
		return nil
	}
	return errs.New(errs.Rule, "confirm", "not confirmed, nothing was changed")
}

// progress returns a function that draws one line on a terminal, at most ten times a second, and does
// nothing when the error stream is not one. Call it with done = total at the end.
func (e *env) progress(what string) func(done, total int) {
	if e.json || !isTerminal(e.io.Err) {
		return func(int, int) {}
	}
	return bar(e, e.io.Err, what)
}

func bar(e *env, w io.Writer, what string) func(done, total int) {
	const width = 30
	start := e.clock.Now()
	var last time.Time
	return func(done, total int) {
		now := e.clock.Now()
		if done < total && now.Sub(last) < 100*time.Millisecond {
			return
		}
		last = now
		share := 0
		if total > 0 {
			share = min(done*width/total, width)
		}
		fmt.Fprintf(w, "\r%-24s [%s%s] %d/%d  %s ", what, strings.Repeat("=", share), strings.Repeat(" ", width-share),
			done, total, now.Sub(start).Round(time.Second))
		if done >= total {
			fmt.Fprintln(w)
		}
	}
}

// warn prints something to look at that did not stop the command.
func (e *env) warn(text string) { fmt.Fprintln(e.io.Err, "warning:", text) }

func baseName(path string) string { return filepath.Base(path) }

// note says on the terminal what is being done.
func (e *env) note(text string) { fmt.Fprintln(e.io.Err, text) }
