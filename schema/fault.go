package schema

import (
	"errors"
	"fmt"
	"strings"

	"ruhu/internal/errs"
)

// Fault is one thing wrong with a form, at the place where it is wrong, in both languages.
type Fault struct {
	Sheet   string `json:"sheet,omitempty"`  // XLSForm sheet
	Line    int    `json:"line,omitempty"`   // XML line
	Row     int    `json:"row,omitempty"`    // sheet row
	Column  string `json:"column,omitempty"` // sheet column or XML attribute
	Path    string `json:"path,omitempty"`   // pattern path or XForms path of the node concerned
	Code    string `json:"code"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	HintZH  string `json:"hint_zh,omitempty"`
	HintEN  string `json:"hint_en,omitempty"`
	Warning bool   `json:"warning,omitempty"` // the form can be used all the same
}

// Msg returns the message in "zh" or "en".
func (f Fault) Msg(lang string) string {
	if LanguageCode(lang) == "zh" {
		return f.ZH
	}
	return f.EN
}

// Hint returns the hint in "zh" or "en".
func (f Fault) Hint(lang string) string {
	if LanguageCode(lang) == "zh" {
		return f.HintZH
	}
	return f.HintEN
}

// Place returns where the fault is: "survey row 7, type", "line 12".
func (f Fault) Place() string {
	var parts []string
	if f.Sheet != "" {
		parts = append(parts, f.Sheet)
	}
	if f.Row > 0 {
		parts = append(parts, fmt.Sprintf("row %d", f.Row))
	}
	if f.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", f.Line))
	}
	place := strings.Join(parts, " ")
	if f.Column != "" {
		place += ", " + f.Column
	}
	return strings.TrimPrefix(place, ", ")
}

// String returns one English line: place, path, message, hint.
func (f Fault) String() string {
	s := f.EN
	if f.Path != "" {
		s = f.Path + ": " + s
	}
	if p := f.Place(); p != "" {
		s = p + ": " + s
	}
	if f.HintEN != "" {
		s += " (" + f.HintEN + ")"
	}
	return s
}

// Fatal reports whether any fault keeps the form from being used.
func Fatal(faults []Fault) bool {
	for _, f := range faults {
		if !f.Warning {
			return true
		}
	}
	return false
}

// FaultsError returns the error of a form that cannot be used, nil where all faults are warnings.
func FaultsError(op string, faults []Fault) error {
	var worst []string
	for _, f := range faults {
		if !f.Warning {
			worst = append(worst, f.String())
		}
	}
	if len(worst) == 0 {
		return nil
	}
	const shown = 5
	msg := strings.Join(worst[:min(shown, len(worst))], "; ")
	if len(worst) > shown {
		msg += fmt.Sprintf("; and %d more", len(worst)-shown)
	}
	return &errs.Error{Code: errs.FormFaults, Op: op, Msg: msg, Err: faultList(faults)}
}

// faultList carries the faults in an error's chain; its words stand in the message already.
type faultList []Fault

func (faultList) Error() string { return "" }

// FaultsOf returns the faults in err's chain, warnings included; nil where there are none.
func FaultsOf(err error) []Fault {
	var list faultList
	if errors.As(err, &list) {
		return list
	}
	return nil
}
