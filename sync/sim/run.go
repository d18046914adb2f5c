package sim

import (
	"fmt"
	"io"
	"time"
)

// start is when every simulation begins.
var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Options says how large a run is. The same options give the same run.
type Options struct {
	Phones int
	Days   int
	Seed   uint64
	Log    io.Writer // where each step is written; nil = nowhere
}

// Command is the one command that replays a run.
func (o Options) Command() string {
	return fmt.Sprintf("ruhu simulate --phones %d --days %d --seed %d", o.Phones, o.Days, o.Seed)
}
