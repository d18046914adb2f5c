package disclosure

import (
	"sort"

	"ruhu/internal/errs"
)

// Mask says which cells of a table are hidden. Why a cell is hidden must not be shown to those the mask protects
// from: primary and complementary cells look the same.
type Mask struct {
	cols    int
	hidden  []bool
	primary []bool
}

// Hidden reports whether a cell is hidden.
func (m *Mask) Hidden(row, col int) bool { return m.hidden[row*m.cols+col] }

// Primary reports whether a cell is hidden because of its own count.
func (m *Mask) Primary(row, col int) bool { return m.primary[row*m.cols+col] }

// Count returns how many cells are hidden, and how many of these because of their own count.
func (m *Mask) Count() (hidden, primary int) {
	for i, h := range m.hidden {
		if h {
			hidden++
		}
		if m.primary[i] {
			primary++
		}
	}
	return hidden, primary
}

// NewMask returns a mask that hides what hide says; for auditing a pattern made elsewhere.
func (t *Table) NewMask(hide func(row, col int) bool) *Mask {
	m := &Mask{cols: t.Cols.Len(), hidden: make([]bool, t.cells()), primary: make([]bool, t.cells())}
	for i := range m.hidden {
		r, c := t.split(i)
		m.hidden[i] = hide(r, c)
		m.primary[i] = m.hidden[i]
	}
	return m
}

// Suppress returns the mask of a table: every small count hidden, and what else it takes to leave each hidden
// cell a feasible interval of the policy's width. The same table and policy give the same mask. Code rule where the
// policy is refused or a small cell is fixed, invalid where the table is not one, and rule where no pattern protects (only possible with Fixed).
func Suppress(t *Table, p Policy) (*Mask, error) {
	const op = "suppress"
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	s := newSearch(t, p)
	for cell, small := range s.primary {
		if small && s.fixed[cell] {
			return nil, errs.New(errs.Rule, op, "%s is too small to be shown but fixed", t.name(cell))
		}
	}
	best, err := s.solve()
	if err != nil {
		return nil, err
	}
	return &Mask{cols: t.Cols.Len(), hidden: best, primary: s.primary}, nil
}

func sortFeasible(list []Feasible) {
	sort.Slice(list, func(i, j int) bool {
		if list[i].Row != list[j].Row {
			return list[i].Row < list[j].Row
		}
		return list[i].Col < list[j].Col
	})
}
