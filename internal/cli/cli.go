// Package cli is the command line: one file a command, each a struct that kong fills and a Run method
// that calls the services. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused by a
// rule, 5 damaged data, 130 interrupted.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/survey"
)

// Streams are the program's input and outputs.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// env is what every command is handed.
type env struct {
	ctx   context.Context
	io    Streams
	json  bool
	clock clock.Clock
}

type root struct {
	JSON bool `help:"Print machine-readable JSON: one object, or one a line for lists." env:"RUHU_JSON"`

	commands
}

// Run parses args, runs the command and returns the exit code. Errors go to io.Err in one or two lines:
// what happened, and a hint.
func Run(ctx context.Context, args []string, std Streams) int {
	var cmd root
	exit := -1
	parser, err := kong.New(&cmd,
		kong.Name("ruhu"),
		kong.Description("入户 Ruhu: an offline-first survey system for door-to-door work. One binary, one folder."),
		kong.UsageOnError(),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"data": defaultData()},
	)
	if err != nil {
		fmt.Fprintln(std.Err, "ruhu:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(std.Err, "ruhu: %v\nTry: ruhu --help\n", err)
		return 2
	}
	e := &env{ctx: ctx, io: std, json: cmd.JSON, clock: clock.System()}
	return report(ctx, std.Err, parsed.Run(e, &cmd.Phone))
}

func defaultData() string {
	if d := os.Getenv("RUHU_DATA"); d != "" {
		return d
	}
	return "data"
}

// report prints an error for a person and returns the exit code it stands for.
func report(ctx context.Context, w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		fmt.Fprintln(w, "ruhu: interrupted")
		return 130
	}
	code := errs.CodeOf(err)
	entry, _ := errs.Lookup(code)
	fmt.Fprintf(w, "ruhu: %v [%s]\n", err, code)
	printFaults(w, err)
	hint := errs.HintOf(err)
	if hint == "" {
		hint = entry.HintEN
	}
	if hint != "" {
		fmt.Fprintln(w, "  hint:", hint)
	}
	if entry.Exit == 0 {
		return 1
	}
	return entry.Exit
}

// faultLines is how many faults of a file are printed; the rest is counted.
const faultLines = 200

// printFaults lists what is wrong in a file, each with its place.
func printFaults(w io.Writer, err error) {
	var lines []string
	if f := survey.FaultsOf(err); f != nil {
		for _, one := range f.List {
			lines = append(lines, one.String())
		}
	}
	var form *survey.FormFaults
	if errors.As(err, &form) {
		for _, one := range form.List {
			lines = append(lines, one.String())
		}
	}
	for i, line := range lines {
		if i == faultLines {
			fmt.Fprintf(w, "  … and %d more\n", len(lines)-i)
			break
		}
		fmt.Fprintln(w, " ", line)
	}
}
