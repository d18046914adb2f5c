package cli

import (
	"io"
	"os"
	"path/filepath"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/survey"
)

type exportCmd struct {
	dataFlag
	Form       string   `required:"" help:"Form id."`
	Format     string   `help:"csv or xlsx." default:"csv" enum:"csv,xlsx"`
	Out        string   `required:"" help:"File to write." type:"path"`
	Area       string   `help:"Only records at or below this area."`
	Status     []string `help:"Statuses to take, by commas. Default: approved." sep:","`
	Correction bool     `help:"A reviewer's correction file: free text and provenance; not for researchers."`
}

// Run writes one table of one snapshot. The file appears whole or not at all.
func (c exportCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		var res jobs.Result
		rows := int64(0)
		show := e.progress("export " + c.Form)
		err := writeWhole(c.Out, func(w io.Writer) (err error) {
			res, err = a.Export(e.ctx, survey.ExportJob{Owner: auth.OperatorID, Form: c.Form, Format: c.Format, Area: c.Area, Statuses: c.Status, Correction: c.Correction}, w,
				func(done, total int64) error {
					rows = done
					show(int(done), int(total))
					return e.ctx.Err()
				})
			return err
		})
		if err != nil {
			return err
		}
		v := struct {
			File     string `json:"file"`
			Name     string `json:"name"`
			Snapshot string `json:"snapshot"`
			Rows     int64  `json:"rows"`
		}{c.Out, res.Name, res.Snapshot, rows}
		return e.print(v, "%s: %d rows of snapshot %.16s (would be named %s)\n", c.Out, rows, res.Snapshot, res.Name)
	})
}

// writeWhole writes a file beside its place and moves it there when it is complete.
func writeWhole(path string, write func(io.Writer) error) error {
	const op = "write file"
	tmp, err := os.CreateTemp(filepath.Dir(path), ".ruhu-*")
	if err != nil {
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer os.Remove(tmp.Name())
	if err := write(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return errs.WrapCode(errs.DiskFull, op, err)
	}
	return errs.WrapCode(errs.ReadOnly, op, os.Rename(tmp.Name(), path))
}

type summaryCmd struct {
	dataFlag
	Street string `required:"" help:"Street code, 9 digits."`
	Form   string `required:"" help:"Form id."`
	Format string `help:"html or json." default:"html" enum:"html,json"`
	Lang   string `help:"zh or en." default:"zh" enum:"zh,en"`
	Out    string `required:"" help:"File to write." type:"path"`
}

// Run writes a street's summary as it is now, masked.
func (c summaryCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		err := writeWhole(c.Out, func(w io.Writer) error {
			if c.Format == "html" {
				return a.SummaryPage(e.ctx, c.Street, c.Form, c.Lang, w)
			}
			b, err := a.SummaryJSON(e.ctx, c.Street, c.Form)
			if err != nil {
				return err
			}
			_, err = w.Write(append(b, '\n'))
			return errs.Wrap("write summary", err)
		})
		if err != nil {
			return err
		}
		return e.print(map[string]string{"file": c.Out}, "%s written\n", c.Out)
	})
}
