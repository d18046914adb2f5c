package cli

import (
	"ruhu/internal/phone"
)

type phoneCmd struct {
	Server string `help:"The server's URL." env:"RUHU_SERVER" default:"http://127.0.0.1:8080"`
	Dir    string `help:"The phone's folder: its store, sealed." default:"phone" type:"path"`

	Enrol phoneEnrolCmd `cmd:"" help:"Make the folder a worker's phone with a one-time code."`
	New   phoneNewCmd   `cmd:"" help:"Write a record, without network, and submit it into the phone's log."`
	Push  phonePushCmd  `cmd:"" help:"Send what is unsent."`
	Pull  phonePullCmd  `cmd:"" help:"Bring the phone's copies up to date."`
	Sync  phoneSyncCmd  `cmd:"" help:"Push, then pull."`
	Show  phoneShowCmd  `cmd:"" help:"Show the phone and its records; with a record, its answers."`
}

func (c *phoneCmd) options(e *env) phone.Options {
	return phone.Options{Server: c.Server, Dir: c.Dir, JSON: e.json, Clock: e.clock}
}

type phoneEnrolCmd struct {
	Code string `arg:""`
	Name string `help:"What the worker calls the phone." default:"headless phone"`
}

// Run enrols.
func (c phoneEnrolCmd) Run(e *env, p *phoneCmd) error {
	return phone.Enrol(e.ctx, p.options(e), c.Code, c.Name, e.io.Out)
}

type phoneNewCmd struct {
	Record  string   `help:"Edit this record instead of a new one."`
	Form    string   `help:"Form id."`
	Version string   `help:"Form version. Default: the newest the phone knows."`
	Grid    string   `help:"Grid. Default: the first of the phone's."`
	Set     []string `help:"path=value; path= clears. May be repeated." placeholder:"PATH=VALUE" sep:"none"`
	Add     []string `help:"Repeats that get a new row."`
	Del     []string `help:"Rows to remove."`
	Draft   bool     `help:"Keep it a draft."`
}

// Run writes the record.
func (c phoneNewCmd) Run(e *env, p *phoneCmd) error {
	return phone.New(e.ctx, p.options(e), phone.Entry{Record: c.Record, Form: c.Form, Version: c.Version, Grid: c.Grid, Set: c.Set, Add: c.Add, Del: c.Del, Draft: c.Draft}, e.io.Out)
}

type phonePushCmd struct{}

// Run pushes.
func (phonePushCmd) Run(e *env, p *phoneCmd) error { return phone.Push(e.ctx, p.options(e), e.io.Out) }

type phonePullCmd struct{}

// Run pulls.
func (phonePullCmd) Run(e *env, p *phoneCmd) error { return phone.Pull(e.ctx, p.options(e), e.io.Out) }

type phoneSyncCmd struct{}

// Run pushes, then pulls.
func (phoneSyncCmd) Run(e *env, p *phoneCmd) error { return phone.Sync(e.ctx, p.options(e), e.io.Out) }

type phoneShowCmd struct {
	Record string `arg:"" optional:""`
}

// Run shows.
func (c phoneShowCmd) Run(e *env, p *phoneCmd) error {
	return phone.Show(e.ctx, p.options(e), c.Record, e.io.Out)
}
