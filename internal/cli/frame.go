package cli

import (
	"io"
	"os"

	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/survey"
)

type areaCmd struct {
	Import areaImportCmd `cmd:"" help:"Import areas: code,name_zh,name_en,kind,parent."`
	List   areaListCmd   `cmd:"" help:"List areas."`
}

type imported struct {
	Imported int `json:"imported"`
}

// importFile opens a CSV or XLSX file, hands it to fn and says how many rows were stored. With faults nothing changes.
func importFile(e *env, d dataFlag, path, what string, fn func(a *app.App, r io.Reader) (int, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "open", err)
	}
	defer f.Close()
	return d.with(e, func(a *app.App) error {
		n, err := fn(a, f)
		if err != nil {
			return err
		}
		return e.print(imported{n}, "%d %s imported\n", n, what)
	})
}

type areaImportCmd struct {
	dataFlag
	File string `arg:"" help:"CSV or XLSX file."`
}

// Run imports the tree of areas.
func (c areaImportCmd) Run(e *env) error {
	return importFile(e, c.dataFlag, c.File, "areas", func(a *app.App, r io.Reader) (int, error) {
		return a.Survey.ImportAreas(e.ctx, actor(), r)
	})
}

type areaListCmd struct {
	dataFlag
	Under string `help:"Only at or below this code."`
	Kind  string `help:"district, street, village or grid."`
}

// Run lists areas in order of code.
func (c areaListCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		after := ""
		for {
			list, next, err := a.Survey.Areas(e.ctx, actor(), c.Under, survey.AreaKind(c.Kind), after, 500)
			if err != nil {
				return err
			}
			for _, area := range list {
				if err := e.print(area, "%-15s %-8s %s  %s\n", area.Code, area.Kind, area.NameZH, area.NameEN); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			after = next
		}
	})
}

type householdCmd struct {
	Import householdImportCmd `cmd:"" help:"Import households: household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected."`
}

type householdImportCmd struct {
	dataFlag
	File string `arg:"" help:"CSV or XLSX file. Addresses go to the registry only."`
}

// Run imports the frame; case numbers are drawn for open surveys.
func (c householdImportCmd) Run(e *env) error {
	return importFile(e, c.dataFlag, c.File, "households", func(a *app.App, r io.Reader) (int, error) {
		return a.Survey.ImportHouseholds(e.ctx, actor(), r)
	})
}

type assignCmd struct {
	dataFlag
	File string `arg:"" help:"CSV or XLSX file: household|grid,worker,form,due."`
}

// Run imports assignments.
func (c assignCmd) Run(e *env) error {
	return importFile(e, c.dataFlag, c.File, "assignments", func(a *app.App, r io.Reader) (int, error) {
		return a.Survey.ImportAssignments(e.ctx, actor(), r)
	})
}
