// Command errdoc writes docs/errors.md from the error catalogue.
package main

import (
	"fmt"
	"os"
	"strings"

	"ruhu/internal/errs"
)

func main() {
	var b strings.Builder
	b.WriteString("# Error codes\n\nGenerated from `internal/errs/catalogue.json` by `go run ./internal/guard/errdoc`. The list is append-only: phones in the field know the codes.\n\n" +
		"HTTP `-` = never an HTTP status of its own: a verdict on one line of a push, or a flag on a record. Exit = what a command ends with.\n\n" +
		"| code | HTTP | exit | 中文 | English | what to do |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, e := range errs.All() {
		status := "-"
		if e.HTTP != 0 {
			status = fmt.Sprint(e.HTTP)
		}
		hint := e.HintEN
		if e.HintZH != "" {
			hint = e.HintZH + " / " + e.HintEN
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s | %s | %s |\n", e.Code, status, e.Exit, e.ZH, e.EN, hint)
	}
	if err := os.WriteFile("docs/errors.md", []byte(b.String()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
