// Package bench measures the program against a floor in the same run: the raw driver with the same bytes and
// the same fsync policy. No line passes or fails; docs/benchmarks.md holds the last table.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
)

// Options says what to measure and where.
type Options struct {
	Names    []string // "all", or names of Names()
	Binary   string   // the ruhu binary that serves
	Dir      string   // folder for data directories; "" = a temporary one
	Records  int      // records of the push benchmarks
	Clock    clock.Clock
	JSON     bool
	Out      io.Writer
	Progress func(what string)
}

// Line is one measurement.
type Line struct {
	Bench  string  `json:"bench"`
	What   string  `json:"what"`
	Unit   string  `json:"unit"`
	Value  float64 `json:"value"`
	Floor  float64 `json:"floor,omitempty"`  // the floor of the same run, 0 = none
	Ratio  float64 `json:"ratio,omitempty"`  // Value / Floor
	Budget string  `json:"budget,omitempty"` // what the design asks for
}

type bench struct {
	name, help string
	run        func(ctx context.Context, o *Options) ([]Line, error)
}

func benches() []bench {
	return []bench{
		{"merge", "merge core alone", mergeCore},
		{"wire", "bytes on the wire", wireBytes},
		{"push", "sync push end to end at 1, 16 and 256 phones", push},
		{"pull", "pull of a new phone", pull},
		{"summary", "street summary at 1k and 100k records, a fresh write before each read", summaryTime},
		{"entities", "an entity list of 100,000 rows with 100 changes", entityList},
		{"xlsform", "a workbook of 1,000 rows to an XForm", formConversion},
		{"openrosa", "form list of 500 forms, submissions of 250 questions", openRosa},
		{"memory", "memory with 1,000 phones", memory},
	}
}

// Names lists what can be measured.
func Names() []string {
	names := []string{"all"}
	for _, b := range benches() {
		names = append(names, b.name)
	}
	return names
}

// Run measures and prints one table. Codes: usage (no such name), and what fails on the way.
func Run(ctx context.Context, o Options) error {
	const op = "bench"
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "ruhu-bench-")
		if err != nil {
			return errs.Wrap(op, err)
		}
		defer os.RemoveAll(dir)
		o.Dir = dir
	}
	for _, name := range o.Names {
		if !slices.Contains(Names(), name) {
			return errs.New(errs.Usage, op, "no benchmark %q", name).WithHint("one of: %s", strings.Join(Names(), ", "))
		}
	}
	table := tabwriter.NewWriter(o.Out, 2, 4, 2, ' ', 0)
	if !o.JSON {
		fmt.Fprintf(o.Out, "machine: %s\n", machine())
		fmt.Fprintln(table, "bench\twhat\tvalue\tunit\tfloor\tratio\tbudget")
	}
	for _, b := range benches() {
		if !slices.Contains(o.Names, "all") && !slices.Contains(o.Names, b.name) {
			continue
		}
		o.Progress(b.help)
		lines, err := b.run(ctx, &o)
		if err != nil {
			return errs.Wrap(op+" "+b.name, err)
		}
		for _, l := range lines {
			if l.Floor != 0 {
				l.Ratio = l.Value / l.Floor
			}
			if o.JSON {
				if err := json.NewEncoder(o.Out).Encode(l); err != nil {
					return errs.Wrap(op, err)
				}
				continue
			}
			floor, ratio := "", ""
			if l.Floor != 0 {
				floor, ratio = figure(l.Floor), fmt.Sprintf("%.3f", l.Ratio)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Bench, l.What, figure(l.Value), l.Unit, floor, ratio, l.Budget)
		}
	}
	return errs.Wrap(op, table.Flush())
}

func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 1:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// machine says on what the figures were measured.
func machine() string {
	model, cores := "unknown processor", 0
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return model
	}
	for _, line := range strings.Split(string(b), "\n") {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "model name":
			model = strings.TrimSpace(value)
		case "processor":
			cores++
		}
	}
	return fmt.Sprintf("%s, %d cores", model, cores)
}

func (o *Options) dir(name string) string { return filepath.Join(o.Dir, name) }
