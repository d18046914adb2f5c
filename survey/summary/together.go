package summary

import (
	"slices"
	"strconv"
	"strings"

	"ruhu/survey/disclosure"
)

// together looks at the tables of a question's choices as one publication. Whoever named nothing named neither this choice nor
// that one, so in each village the choice most people named bounds them, and the street's figure, being the sum of them, then
// bounds them from the other side: one table can tell what two tables each keep.
type together struct {
	none   Count
	policy disclosure.Policy
	tables []choiceTables
	least  []int64 // by row: the fewest who did not name a choice
}

// choiceTables is one choice's table, row by row: first the street, then what divides it up.
type choiceTables struct {
	cells  [][]Count
	unsure []bool // the row does not show how many did not name the choice
}

func (t *together) add(l layout, m *maskedTable, rows tableRows) {
	var c choiceTables
	for r, members := range rows.members {
		cells := m.cells[members[0]]
		if p := rows.mergedInto[r]; p >= 0 {
			cells = m.merged[p]
		}
		rest := int64(0)
		for _, i := range members {
			rest += l.count(i, colNotNamed)
		}
		if len(t.least) <= r {
			t.least = append(t.least, rest)
		}
		t.least[r] = min(t.least[r], rest)
		c.cells = append(c.cells, cells)
		c.unsure = append(c.unsure, cells[colNotNamed].hidden)
	}
	t.tables = append(t.tables, c)
}

// safe reports whether the tables keep together what each of them keeps.
func (t *together) safe() (bool, error) {
	if t.none.hidden || t.none.n == 0 || len(t.tables) < 2 || len(t.least) < 3 || t.loose() {
		return true, nil
	}
	found, err := t.ledger().Narrower(float64(t.policy.Least()))
	if err != nil {
		return false, err
	}
	for cell, r := range found {
		if r.High > 1e-6 || !strings.HasPrefix(cell, colNone) {
			return false, nil
		}
	}
	return true, nil
}

// loose reports that the tables cannot bound each other enough, without asking what exactly they tell. With the counts as they
// are, either everybody who named nothing could be in any one row; or each row has room for enough more or fewer of them, and the
// rows in which a table shows its counts have room for all of them, so that those who named nothing do not bear on the counts it
// hides.
func (t *together) loose() bool {
	room, anywhere := int64(0), true
	for _, n := range t.least[1:] {
		room += n
		anywhere = anywhere && n >= t.none.n
	}
	if anywhere {
		return true
	}
	for _, n := range t.least[1:] {
		if min(t.none.n, n)-max(0, t.none.n-room+n) < t.policy.Least() {
			return false
		}
	}
	return !slices.ContainsFunc(t.tables, func(c choiceTables) bool {
		sure, hides := int64(0), false
		for r, n := range t.least {
			if hides = hides || c.unsure[r]; r > 0 && !c.unsure[r] {
				sure += n
			}
		}
		return hides && sure < t.none.n
	})
}

// ledger is what the tables tell.
func (t *together) ledger() *disclosure.System {
	s := &disclosure.System{}
	for c, table := range t.tables {
		columns := [...]string{"asked", "named", "rest", "others", colNone}
		name := func(row, col int) string {
			if columns[col] == "asked" || columns[col] == colNone {
				return columns[col] + strconv.Itoa(row)
			}
			return columns[col] + strconv.Itoa(row) + "=" + strconv.Itoa(c)
		}
		parts := make([][]string, len(columns))
		for row, cells := range table.cells {
			for col, n := range cells {
				if !n.hidden {
					s.Publish(name(row, col), n.n)
				}
				if row > 0 {
					parts[col] = append(parts[col], name(row, col))
				}
			}
			s.Sum(name(row, 0), name(row, colNamed), name(row, colNotNamed))
			s.Sum(name(row, colNotNamed), name(row, colNamedOthers), name(row, colNamedNothing))
		}
		for col, list := range parts {
			s.Sum(name(0, col), list...)
		}
	}
	return s
}
