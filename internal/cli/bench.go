package cli

import (
	"fmt"
	"os"

	"ruhu/internal/bench"
	"ruhu/internal/errs"
)

type benchCmd struct {
	Names   []string `arg:"" optional:"" help:"What to measure: all, merge, wire, push, pull, summary, memory." default:"all"`
	Records int      `help:"Records of the push benchmarks." default:"20000"`
	Dir     string   `help:"Folder for data directories; it is not removed. Default: a temporary one."`
}

// Run measures and prints one table.
func (c benchCmd) Run(e *env) error {
	self, err := os.Executable()
	if err != nil {
		return errs.Wrap("bench", err)
	}
	return bench.Run(e.ctx, bench.Options{Names: c.Names, Binary: self, Dir: c.Dir, Records: c.Records, Clock: e.clock, JSON: e.json, Out: e.io.Out,
		Progress: func(what string) { fmt.Fprintln(e.io.Err, "measuring:", what) }})
}
