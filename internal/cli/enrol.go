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
	Grid       []string      `help:"15-digit grid code; repeat or separate by commas for several of one street." sep:","`
	Name       string        `help:"The worker's name (a new worker)."`
	Worker     string        `help:"Id of a worker who gets a further phone."`
	Expires    time.Duration `help:"How long the code is good for, at most 14 days." default:"72h"`
	PublicURL  string        `help:"What phones open." env:"RUHU_PUBLIC_URL" default:"http://127.0.0.1:8080"`
	PNG        string        `help:"Also write the QR code to this PNG file." name:"png"`
	CollectPNG string        `help:"Also write the QR code for ODK Collect to this PNG file." name:"collect-png"`
}

type enrolView struct {
	Code    string `json:"code"`
	URL     string `json:"url"`
	Worker  string `json:"worker"`
	Expires string `json:"expires"`
	// For OpenRosa clients, until revoked: Collect reads CollectQR, Enketo and others take CollectURL, or the server's
	// /openrosa with user name and password.
	CollectQR       string `json:"collect_qr"`
	CollectURL      string `json:"collect_url"`
	CollectDevice   string `json:"collect_device"`
	CollectUsername string `json:"collect_username"`
	CollectPassword string `json:"collect_password"`
}

// Run draws a one-time code and the credentials of OpenRosa clients, and prints them with their QR codes.
func (c enrolCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		n := auth.NewEnrolment{Worker: c.Worker, Name: c.Name, Grids: c.Grid, TTL: c.Expires}
		if c.Worker != "" && len(c.Grid) == 0 { // a further phone has the worker's grids
			u, err := a.Auth.UserByID(e.ctx, c.Worker)
			if err != nil {
				return err
			}
			n.Street = u.Area
		}
		en, drawn, err := a.Auth.CreateEnrolment(e.ctx, operator("enrol"), n)
		if err != nil {
			return err
		}
		v := enrolView{Code: drawn.Code, URL: auth.EnrolURL(c.PublicURL, drawn.Code), Worker: en.Worker,
			Expires: time.UnixMilli(en.Expires).UTC().Format(time.RFC3339), CollectURL: enrolqr.AppURL(c.PublicURL, drawn.App.Key),
			CollectDevice: drawn.App.Device, CollectUsername: drawn.App.Username, CollectPassword: drawn.App.Password}
		if v.CollectQR, err = enrolqr.CollectText(v.CollectURL); err != nil {
			return err
		}
		for file, text := range map[string]string{c.PNG: v.URL, c.CollectPNG: v.CollectQR} {
			if err := writeQR(file, text); err != nil {
				return err
			}
		}
		if e.json {
			return e.printJSON(v)
		}
		return v.print(e, time.UnixMilli(en.Expires).Sub(e.clock.Now()).Round(time.Hour))
	})
}

func writeQR(file, text string) error {
	if file == "" {
		return nil
	}
	png, err := enrolqr.PNG(text, 0)
	if err != nil {
		return err
	}
	return errs.Wrap("write QR code", os.WriteFile(file, png, 0o600))
}

func (v enrolView) print(e *env, left time.Duration) error {
	phone, err := enrolqr.Terminal(v.URL)
	if err != nil {
		return err
	}
	collect, err := enrolqr.Terminal(v.CollectQR)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.io.Out, "%s\ncode    %s\nopen    %s\nworker  %s\nexpires %s (in %s), one use\n\n"+
		"Collect, Enketo: good until %s is revoked\n%s\nserver  %s\nuser    %s\nsecret  %s\n",
		phone, v.Code, v.URL, v.Worker, v.Expires, left, v.CollectDevice, collect, v.CollectURL, v.CollectUsername, v.CollectPassword)
	return err
}
