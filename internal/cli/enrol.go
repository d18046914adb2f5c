package cli

import (
	"fmt"
	"os"
	"time"

	"ruhu/auth"
	"ruhu/auth/enrolqr"
	"ruhu/internal/app"
	"ruhu/internal/errs"
)

type enrolCmd struct {
	dataFlag
	Grid      []string      `help:"15-digit grid code; repeat or separate by commas for several of one street." sep:","`
	Name      string        `help:"The worker's name (a new worker)."`
	Worker    string        `help:"Id of a worker who gets a further phone."`
	Expires   time.Duration `help:"How long the code is good for, at most 14 days." default:"72h"`
	PublicURL string        `help:"What phones open." env:"RUHU_PUBLIC_URL" default:"http://127.0.0.1:8080"`
	PNG       string        `help:"Also write the QR code to this PNG file." name:"png"`
}

type enrolView struct {
	Code    string `json:"code"`
	URL     string `json:"url"`
	Worker  string `json:"worker"`
	Expires string `json:"expires"`
}

// Run draws a one-time code and prints it with the phone's URL and a QR code.
func (c enrolCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		en, code, err := a.Auth.CreateEnrolment(e.ctx, operator("enrol"), auth.NewEnrolment{Worker: c.Worker, Name: c.Name, Grids: c.Grid, TTL: c.Expires})
		if err != nil {
			return err
		}
		url := auth.EnrolURL(c.PublicURL, code)
		v := enrolView{Code: code, URL: url, Worker: en.Worker, Expires: time.UnixMilli(en.Expires).UTC().Format(time.RFC3339)}
		if c.PNG != "" {
			png, err := enrolqr.PNG(url, 0)
			if err != nil {
				return err
			}
			if err := os.WriteFile(c.PNG, png, 0o600); err != nil {
				return errs.Wrap("write QR code", err)
			}
		}
		if e.json {
			return e.printJSON(v)
		}
		qr, err := enrolqr.Terminal(url)
		if err != nil {
			return err
		}
		left := time.UnixMilli(en.Expires).Sub(e.clock.Now()).Round(time.Hour)
		_, err = fmt.Fprintf(e.io.Out, "%s\ncode    %s\nopen    %s\nworker  %s\nexpires %s (in %s), one use\n", qr, code, url, en.Worker, v.Expires, left)
		return err
	})
}
