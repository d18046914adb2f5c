package cli

import (
	"ruhu/sync/sim"
)

type simulateCmd struct {
	Phones int    `help:"How many phones." default:"50"`
	Days   int    `help:"Days of field work with faults." default:"5"`
	Seed   uint64 `help:"The run is drawn from it; the same seed gives the same run." default:"1"`
	Runs   int    `help:"How many runs, with this and the following seeds." default:"1"`
	Trace  bool   `help:"Write every step to standard error."`
}

// Run plays phones and a server in virtual time with faults, then checks every promise of the protocol.
func (c simulateCmd) Run(e *env) error {
	for i := range c.Runs {
		o := sim.Options{Phones: c.Phones, Days: c.Days, Seed: c.Seed + uint64(i)}
		if c.Trace {
			o.Log = e.io.Err
		}
		show := e.progress("simulation")
		r, err := sim.Run(e.ctx, o, func(p sim.Progress) { show(p.Day, p.Days) })
		if err != nil {
			return err
		}
		if err := e.print(r, "seed %d: %d phones, %d days, %d change sets in %d records, %d pushes, %d pulls; %d merged, %d waited, %d quarantined, %d void; faults %v; empty after %d rounds; trace %s\n",
			r.Seed, r.Phones, r.Days, r.Sets, r.Records, r.Pushes, r.Pulls, r.Merged, r.Waited, r.Quarantined, r.Voided, r.Faults, r.Rounds, r.Trace); err != nil {
			return err
		}
	}
	return nil
}
