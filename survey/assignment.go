package survey

import (
	"io"
	"sort"
	"time"

	"ruhu/internal/errs"
)

// Assignment says that a worker is to fill a form for one household, or for every selected household of a grid.
// Exactly one of Household and Grid is set by the file; Grid is then filled for a household too.
type Assignment struct {
	Survey    string `json:"survey"`
	Form      string `json:"form"`
	Household string `json:"household,omitempty"` // "" = all of Grid
	Grid      string `json:"grid"`
	Worker    string `json:"worker"`        // worker id
	Due       string `json:"due,omitempty"` // civil date, "" = none
}

// AssignmentCount is what one worker has of one grid for one form.
type AssignmentCount struct {
	Grid       string
	Form       string
	Worker     string // worker id
	Whole      bool   // every selected household of the grid
	Households int64  // named one by one
	Due        string // the earliest civil date, "" = none
}

// WholeID returns the id of the assignment of the whole grid, "" where there is none.
func (c *AssignmentCount) WholeID() string {
	if !c.Whole {
		return ""
	}
	return Assignment{Grid: c.Grid, Form: c.Form, Worker: c.Worker}.ID()
}

// AssignmentLookups is what an import of assignments asks about what is already there.
type AssignmentLookups struct {
	Area      func(code string) (Area, bool)
	Household func(code string) (Household, bool)
	Worker    func(nameOrID string) (id string, ok bool)
	// Form returns the survey that uses a form and how; false where none does.
	Form func(id string) (Survey, FormUse, bool)
}

// ParseAssignments reads assignments (columns household and/or grid, worker, form, due; CSV or XLSX). All faults at
// once, code import-faults; then nothing is returned.
func ParseAssignments(r io.Reader, scope string, known AssignmentLookups) ([]Assignment, error) {
	const op = "import assignments"
	t, err := readTable(r, op, []column{{"household", false}, {"grid", false}, {"worker", true}, {"form", true}, {"due", false}})
	if err != nil {
		return nil, err
	}
	if t.at[0] == 0 && t.at[1] == 0 && len(t.faults.List) == 0 {
		t.faults.add(1, 0, "household", "须有 household 或 grid 列。", "a column household or grid is needed")
	}
	list := make([]Assignment, 0, len(t.rows))
	first := make(map[Assignment]int, len(t.rows))
	for _, row := range t.rows {
		a := Assignment{Household: row.cells[0], Grid: row.cells[1], Due: row.cells[4]}
		t.assignmentTarget(row, &a, scope, known)
		t.assignmentWork(row, &a, known)
		if a.Due != "" {
			if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
				t.fault(row, 4, "日期须写作 2026-11-23。", "a date is written 2026-11-23")
			}
		}
		key := a
		key.Due = ""
		if line, twice := first[key]; twice && a.Worker != "" {
			t.fault(row, 2, "与第 "+itoa(line)+" 行重复。", "the same as line "+itoa(line))
		}
		first[key] = row.line
		list = append(list, a)
	}
	if len(t.rows) == 0 && len(t.faults.List) == 0 {
		t.faults.add(0, 0, "", "文件里没有数据行。", "the file has no rows")
	}
	if err := t.faults.err(errs.ImportFaults, op); err != nil {
		return nil, err
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Grid != b.Grid {
			return a.Grid < b.Grid
		}
		if a.Household != b.Household {
			return a.Household < b.Household
		}
		if a.Form != b.Form {
			return a.Form < b.Form
		}
		return a.Worker < b.Worker
	})
	return list, nil
}

func (t *table) assignmentTarget(row tableRow, a *Assignment, scope string, known AssignmentLookups) {
	switch {
	case a.Household == "" && a.Grid == "":
		t.fault(row, 0, "须填户号或网格。", "a household or a grid is needed")
		return
	case a.Household != "":
		h, ok := known.Household(a.Household)
		if !ok {
			t.fault(row, 0, "没有这一户。", "there is no such household")
			return
		}
		if a.Grid != "" && a.Grid != h.Grid {
			t.fault(row, 1, "此户不在这个网格。", "the household is not in this grid")
		}
		if !h.Selected {
			t.fault(row, 0, "此户未被抽中。", "the household is not selected")
		}
		a.Grid = h.Grid
	default:
		if area, ok := known.Area(a.Grid); !ok || area.Kind != Grid {
			t.fault(row, 1, "没有这个网格。", "there is no such grid")
			return
		}
	}
	if !Within(scope, a.Grid) {
		t.fault(row, 1, "不在您负责的区域。", "outside your area")
	}
}

func (t *table) assignmentWork(row tableRow, a *Assignment, known AssignmentLookups) {
	if id, ok := known.Worker(row.cells[2]); ok && row.cells[2] != "" {
		a.Worker = id
	} else {
		t.fault(row, 2, "没有这名入户人员。", "there is no such worker")
	}
	s, use, ok := known.Form(row.cells[3])
	switch {
	case !ok || row.cells[3] == "":
		t.fault(row, 3, "没有调查使用这份表单。", "no survey uses this form")
	case s.State == SurveyClosed:
		t.fault(row, 3, "使用这份表单的调查已结束。", "the survey that uses this form is closed")
	default:
		a.Survey, a.Form = s.ID, use.Form
	}
}
