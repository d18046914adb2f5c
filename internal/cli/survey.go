package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/survey"
)

type surveyCmd struct {
	Add   surveyAddCmd   `cmd:"" help:"Add a survey, or change one that is not closed, from a YAML file."`
	Open  surveyOpenCmd  `cmd:"" help:"Begin the field work: case numbers are drawn for selected households."`
	Close surveyCloseCmd `cmd:"" help:"End the field work: retention and the link table's days count from here."`
	List  surveyListCmd  `cmd:"" help:"List surveys."`
}

type surveyView struct {
	ID        string `json:"id"`
	TitleZH   string `json:"title_zh"`
	TitleEN   string `json:"title_en"`
	State     string `json:"state"`
	Mode      string `json:"mode"`
	Forms     int    `json:"forms"`
	Threshold int    `json:"threshold"`
}

func viewSurvey(s survey.Survey) surveyView {
	return surveyView{ID: s.ID, TitleZH: s.Title.ZH, TitleEN: s.Title.EN, State: string(s.State), Mode: string(s.Mode), Forms: len(s.Forms), Threshold: s.Threshold}
}

func printSurvey(e *env, s survey.Survey) error {
	return e.print(viewSurvey(s), "%-20s %-8s %-7s %d forms  threshold %d  %s\n", s.ID, s.State, s.Mode, len(s.Forms), s.Threshold, s.Title.ZH)
}

type surveyAddCmd struct {
	dataFlag
	File string `arg:"" help:"YAML file: id, title, forms with kind, legal_basis, notice, mode, open, close, retention, edit_hours, link_ttl_days, threshold, pia."`
}

// Run adds or changes the survey; faults name line and field.
func (c surveyAddCmd) Run(e *env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "open", err)
	}
	defer f.Close()
	return c.with(e, func(a *app.App) error {
		s, err := a.Survey.ImportSurvey(e.ctx, f)
		if err != nil {
			return err
		}
		return printSurvey(e, s)
	})
}

type surveyOpenCmd struct {
	dataFlag
	ID string `arg:""`
}

// Run opens the survey.
func (c surveyOpenCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		s, err := a.Survey.OpenSurvey(e.ctx, c.ID)
		if err != nil {
			return err
		}
		return printSurvey(e, s)
	})
}

type surveyCloseCmd struct {
	dataFlag
	ID string `arg:""`
}

// Run closes the survey after a confirmation on a terminal.
func (c surveyCloseCmd) Run(e *env) error {
	if err := e.confirm("End the field work of " + c.ID + "?"); err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error {
		s, err := a.Survey.CloseSurvey(e.ctx, c.ID)
		if err != nil {
			return err
		}
		return printSurvey(e, s)
	})
}

type surveyListCmd struct{ dataFlag }

// Run lists surveys.
func (c surveyListCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		list, err := a.Survey.Surveys(e.ctx)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := printSurvey(e, s); err != nil {
				return err
			}
		}
		return nil
	})
}

type formCmd struct {
	Add     formAddCmd     `cmd:"" help:"Add a form version from an XLSForm (.xlsx) or XForm XML; the bytes are kept, and the XForm is served unchanged."`
	List    formListCmd    `cmd:"" help:"List form versions."`
	Close   formCloseCmd   `cmd:"" help:"Take a form version out of use for new records."`
	Export  formExportCmd  `cmd:"" help:"Write a form's XForm, or the spreadsheet it was made of."`
	Compare formCompareCmd `cmd:"" help:"Say in words what differs between two versions, and what becomes of older records."`
}

type formView struct {
	ID       string   `json:"id"`
	Version  string   `json:"version"`
	Title    string   `json:"title"`
	Hash     string   `json:"hash"`
	Closed   bool     `json:"closed,omitempty"`
	Warnings []string `json:"warnings"`
}

func viewForm(f survey.StoredForm) formView {
	v := formView{ID: f.ID, Version: f.Version, Title: or(f.TitleZH, f.TitleEN), Hash: f.MD5, Closed: f.Closed, Warnings: f.Warnings}
	if v.Warnings == nil {
		v.Warnings = []string{}
	}
	return v
}

type formAddCmd struct {
	dataFlag
	File   string   `arg:"" help:"XLSForm (.xlsx) or XForm XML file; its bytes decide."`
	Attach []string `help:"Files the form needs." type:"existingfile"`
}

// Run adds the form; all faults are named with their place and a hint, and then nothing is stored.
func (c formAddCmd) Run(e *env) error {
	xml, err := os.ReadFile(c.File)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "open", err)
	}
	name := baseName(c.File)
	n := survey.NewForm{XML: xml, Name: strings.TrimSuffix(name, filepath.Ext(name)), By: auth.OperatorID}
	for _, path := range c.Attach {
		b, err := os.ReadFile(path)
		if err != nil {
			return errs.WrapCode(errs.NotFound, "open", err)
		}
		n.Files = append(n.Files, survey.FormFile{Name: baseName(path), Bytes: b})
	}
	return c.with(e, func(a *app.App) error {
		f, _, added, err := a.Survey.AddForm(e.ctx, n)
		if err != nil {
			return err
		}
		state := "added"
		if !added {
			state = "was there already"
		}
		if err := e.print(viewForm(f), "%s %s  %s  %s\n", f.ID, or(f.Version, "-"), or(f.TitleZH, f.TitleEN), state); err != nil {
			return err
		}
		for _, w := range f.Warnings {
			e.warn(w)
		}
		return nil
	})
}

type formListCmd struct{ dataFlag }

// Run lists form versions in order of adding.
func (c formListCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		list, err := a.Survey.Forms(e.ctx)
		if err != nil {
			return err
		}
		for _, f := range list {
			state := "live"
			if f.Closed {
				state = "closed"
			}
			if err := e.print(viewForm(f), "%-24s %-12s %-7s %s\n", f.ID, or(f.Version, "-"), state, or(f.TitleZH, f.TitleEN)); err != nil {
				return err
			}
		}
		return nil
	})
}

type formCloseCmd struct {
	dataFlag
	ID      string `arg:""`
	Version string `arg:"" optional:"" help:"Version; - for none; left out, the only live one."`
}

// Run closes a version; without one named, the only live one.
func (c formCloseCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		version := plainVersion(c.Version)
		if c.Version == "" {
			live, err := versionsOf(e, a, c.ID)
			if err != nil {
				return err
			}
			if live = slices.DeleteFunc(live, func(f survey.StoredForm) bool { return f.Closed }); len(live) > 1 {
				return errs.New(errs.Usage, "close form", "form %s has %d live versions", c.ID, len(live)).WithHint("name the version, - for none")
			}
			if len(live) == 1 {
				version = live[0].Version
			}
		}
		if err := a.Survey.CloseForm(e.ctx, c.ID, version); err != nil {
			return err
		}
		return e.print(map[string]string{"id": c.ID, "version": version}, "%s %s closed\n", c.ID, or(version, "-"))
	})
}

// versionsOf lists the versions of one form in order of adding.
func versionsOf(e *env, a *app.App, id string) ([]survey.StoredForm, error) {
	list, err := a.Survey.Forms(e.ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(f survey.StoredForm) bool { return f.ID != id }), nil
}

// plainVersion turns "-", which stands for no version on command lines and in paths, into "".
func plainVersion(v string) string {
	if v == "-" {
		return ""
	}
	return v
}

type formExportCmd struct {
	dataFlag
	ID      string `arg:""`
	Version string `arg:"" optional:"" help:"Version; - for none; left out, the one added last."`
	Out     string `required:"" help:"File to write: the XForm, or with the ending .xlsx the spreadsheet it was made of."`
}

// Run writes the bytes as they were uploaded, or the XForm made of an uploaded spreadsheet.
func (c formExportCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		version := plainVersion(c.Version)
		if c.Version == "" {
			list, err := versionsOf(e, a, c.ID)
			if err != nil {
				return err
			}
			if len(list) > 0 {
				version = list[len(list)-1].Version
			}
		}
		f, err := a.Survey.Form(e.ctx, c.ID, version)
		if err != nil {
			return err
		}
		b := f.XML
		if strings.EqualFold(filepath.Ext(c.Out), ".xlsx") {
			if b = f.Source; b == nil {
				return errs.New(errs.NotFound, "export form", "form %s was uploaded as XML: there is no spreadsheet", f.ID).WithHint("choose a file name that ends with .xml")
			}
		}
		if err := os.WriteFile(c.Out, b, 0o644); err != nil {
			return errs.Wrap("write form", err)
		}
		return e.print(viewForm(f), "%s written\n", c.Out)
	})
}
