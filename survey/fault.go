package survey

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"ruhu/internal/errs"
)

// maxFaults bounds a fault list: a file of another kind must not produce a million sentences.
const maxFaults = 500

// Fault is one thing wrong with an imported file: where, and what a person should do, in both languages.
// It never holds the content of a cell that could be an address or a name.
type Fault struct {
	Line   int    `json:"line"`             // 1-based, the header is line 1; 0 = the file as a whole
	Column int    `json:"column,omitempty"` // 1-based; 0 = the line as a whole
	Name   string `json:"name,omitempty"`   // the column's or field's name
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

// String returns "line 3, column 2 (grid): sentence".
func (f Fault) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d", f.Line)
	}
	if f.Column > 0 {
		fmt.Fprintf(&b, ", column %d", f.Column)
	}
	if f.Name != "" {
		fmt.Fprintf(&b, " (%s)", f.Name)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	return strings.TrimPrefix(b.String(), ", ") + f.EN
}

// Faults is everything wrong with a file, in order of line and column. It is the cause inside an error of code
// import-faults (or form-faults, rule); reach it with FaultsOf.
type Faults struct {
	List []Fault
	More int // how many were found beyond the list
}

// Error returns the first fault and how many there are.
func (f *Faults) Error() string {
	switch n := len(f.List) + f.More; {
	case n == 0:
		return "no faults"
	case n == 1:
		return f.List[0].String()
	default:
		return fmt.Sprintf("%s (and %d more)", f.List[0], n-1)
	}
}

// add appends a fault up to the bound.
func (f *Faults) add(line, column int, name, zh, en string) {
	if len(f.List) >= maxFaults {
		f.More++
		return
	}
	f.List = append(f.List, Fault{Line: line, Column: column, Name: name, ZH: zh, EN: en})
}

// err returns nil where nothing is wrong, else an error with the code, sorted.
func (f *Faults) err(code errs.Code, op string) error {
	if len(f.List) == 0 {
		return nil
	}
	sort.SliceStable(f.List, func(i, j int) bool {
		a, b := f.List[i], f.List[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return errs.WrapCode(code, op, f)
}

// FaultsOf returns the faults in err's chain, or nil.
func FaultsOf(err error) *Faults {
	var f *Faults
	if errors.As(err, &f) {
		return f
	}
	return nil
}
