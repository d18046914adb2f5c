package cli

import (
	"os"
	"path/filepath"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/survey"
)

// dataFlag is the data directory: the whole state. An empty one is made ready by the first command.
type dataFlag struct {
	Data string `help:"Data directory, the whole state." default:"${data}" placeholder:"DIR"`
}

// with opens the data directory for one command and closes it again. A server may be running on it.
func (d dataFlag) with(e *env, fn func(a *app.App) error) error {
	_, err := os.Stat(filepath.Join(d.Data, demoMark))
	a, err := app.Open(e.ctx, d.Data, app.Options{Clock: e.clock, Demo: err == nil})
	if err != nil {
		return err
	}
	err = fn(a)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return err
}

func operator(command string) auth.Principal { return auth.Operator("ruhu " + command) }

// actor is the operator as the survey domain sees it: everything, no answers.
func actor() survey.Actor { return survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)} }
