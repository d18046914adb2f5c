package xlsform

import (
	"fmt"
	"sort"
	"strings"

	"ruhu/schema"
)

// maxFaults bounds what is listed of one workbook.
const (
	maxFaults = 500
	maxShown  = 160 // bytes of what a cell says
)

// place is where a fault is: sheet, the spreadsheet's row, the column's header.
type place struct {
	sheet  string
	row    int
	column string
}

// fault notes something that keeps the form from being used.
func (c *converter) fault(p place, code, zh, en, hintZH, hintEN string) {
	c.fatal = true
	c.note(schema.Fault{Sheet: p.sheet, Row: p.row, Column: shown(p.column), Code: code, ZH: zh, EN: en, HintZH: hintZH, HintEN: hintEN})
}

// warn notes something that is odd but can be used.
func (c *converter) warn(p place, code, zh, en, hintZH, hintEN string) {
	c.note(schema.Fault{Sheet: p.sheet, Row: p.row, Column: shown(p.column), Code: code, ZH: zh, EN: en, HintZH: hintZH, HintEN: hintEN, Warning: true})
}

func (c *converter) note(f schema.Fault) {
	key := faultKey{f.Sheet, f.Column, f.EN, f.Row}
	if c.noted[key] {
		return
	}
	if len(c.faults) >= maxFaults && (f.Warning || len(c.faults) >= 2*maxFaults) {
		if !f.Warning {
			c.more++
		}
		return
	}
	c.noted[key] = true
	c.faults = append(c.faults, f)
}

// faultKey keeps a fault from standing twice.
type faultKey struct {
	sheet, column, en string
	row               int
}

// listed returns the faults in order of sheet and row, faults before warnings of the same row.
func (c *converter) listed() []schema.Fault {
	order := map[string]int{"": 0, survey: 1, choices: 2, externalChoices: 3, entities: 4, settings: 5}
	sort.SliceStable(c.faults, func(i, j int) bool {
		a, b := c.faults[i], c.faults[j]
		if a.Sheet != b.Sheet {
			return order[a.Sheet] < order[b.Sheet]
		}
		if a.Row != b.Row {
			return a.Row < b.Row
		}
		return !a.Warning && b.Warning
	})
	if c.more > 0 {
		c.faults = append(c.faults, schema.Fault{Code: "limit", ZH: fmt.Sprintf("另有 %d 处错误未列出", c.more), EN: fmt.Sprintf("%d more faults are not listed", c.more),
			HintZH: "请先改正以上各处", HintEN: "correct those above first"})
	}
	return c.faults
}

// shown shortens what a cell can make as long as it likes and keeps it on one line.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}

func quoted(s string) string { return "'" + shown(s) + "'" }
