package disclosure

import (
	"strconv"

	"ruhu/internal/errs"
)

// Axis is one direction of a table. Parent[i] is the entry that sums i and its siblings, -1 where nothing does.
type Axis struct {
	Labels []string
	Parent []int
}

// Add appends an entry and returns its index.
func (a *Axis) Add(label string, parent int) int {
	a.Labels = append(a.Labels, label)
	a.Parent = append(a.Parent, parent)
	return len(a.Parent) - 1
}

// Len returns the number of entries.
func (a *Axis) Len() int { return len(a.Parent) }

// Table is a table of counts with all its margins. Each parent's count is the sum of its children's.
type Table struct {
	Rows, Cols Axis
	Count      [][]int64 // by row, column
	// Withheld cells are never shown, whatever their count, and cost nothing to hide; what is shown must not give them back.
	Withheld func(row, col int) bool
	// Held cells are hidden as small ones are: because they moved too little since they were last published.
	Held func(row, col int) bool
	// Fixed cells are shown elsewhere and cannot be hidden here. They must not be small.
	Fixed func(row, col int) bool
	// ZeroShown cells may show a zero: it speaks about nobody. Where such a zero is withheld it may be computable.
	ZeroShown func(row, col int) bool
	// Quick tables get one search instead of the best of several.
	Quick bool
	// Cost weighs what is lost by hiding a cell; nil = the count and a fixed part, more for margins.
	Cost func(row, col int) float64
}

// NewTable returns a table of zeros over two axes.
func NewTable(rows, cols Axis) *Table {
	t := &Table{Rows: rows, Cols: cols, Count: make([][]int64, rows.Len())}
	cells := make([]int64, rows.Len()*cols.Len())
	for i := range t.Count {
		t.Count[i] = cells[i*cols.Len() : (i+1)*cols.Len() : (i+1)*cols.Len()]
	}
	return t
}

// Sum fills every margin from the finest cells. Parents must be indexed before their children or after them,
// in any order.
func (t *Table) Sum() {
	rows, cols := newTree(t.Rows), newTree(t.Cols)
	for _, c := range cols.bottomUp {
		if len(cols.children[c]) == 0 {
			continue
		}
		for r := range t.Count {
			t.Count[r][c] = 0
			for _, k := range cols.children[c] {
				t.Count[r][c] += t.Count[r][k]
			}
		}
	}
	for _, r := range rows.bottomUp {
		if len(rows.children[r]) == 0 {
			continue
		}
		for c := range t.Count[r] {
			t.Count[r][c] = 0
			for _, k := range rows.children[r] {
				t.Count[r][c] += t.Count[k][c]
			}
		}
	}
}

// Check refuses what is not a table of counts: wrong sizes, parents that are not there or go in circles,
// negative counts, and margins that are not the sum of what they sum. Code invalid; the message names the cell.
func (t *Table) Check() error {
	const op = "check table"
	for name, a := range map[string]Axis{"row": t.Rows, "column": t.Cols} {
		if len(a.Labels) != len(a.Parent) || a.Len() == 0 {
			return errs.New(errs.Invalid, op, "no %ss, or labels and parents differ in number", name)
		}
		for i, p := range a.Parent {
			steps := 0
			for ; p != -1; p = a.Parent[p] {
				if steps++; p < -1 || p >= a.Len() || steps > a.Len() {
					return errs.New(errs.Invalid, op, "%s %q: parents that do not exist or go in a circle", name, a.Labels[i])
				}
			}
		}
	}
	if len(t.Count) != t.Rows.Len() {
		return errs.New(errs.Invalid, op, "%d rows of counts for %d rows", len(t.Count), t.Rows.Len())
	}
	for r, row := range t.Count {
		if len(row) != t.Cols.Len() {
			return errs.New(errs.Invalid, op, "row %q has %d counts for %d columns", t.Rows.Labels[r], len(row), t.Cols.Len())
		}
		for c, n := range row {
			if n < 0 {
				return errs.New(errs.Invalid, op, "row %q, column %q: negative", t.Rows.Labels[r], t.Cols.Labels[c])
			}
		}
	}
	for _, eq := range t.equations() {
		sum := int64(0)
		for _, part := range eq.parts {
			sum += t.at(part)
		}
		if sum != t.at(eq.whole) {
			r, c := t.split(eq.whole)
			return errs.New(errs.Invalid, op, "row %q, column %q is not the sum of its parts", t.Rows.Labels[r], t.Cols.Labels[c]).
				WithHint("合计与各部分之和不符，请先核对表格。 A total differs from the sum of its parts: check the table first.")
		}
	}
	return nil
}

// equation says that whole is the sum of parts; cells by their index in the table.
type equation struct {
	whole int
	parts []int
}

func (t *Table) index(row, col int) int    { return row*t.Cols.Len() + col }
func (t *Table) split(cell int) (r, c int) { return cell / t.Cols.Len(), cell % t.Cols.Len() }
func (t *Table) at(cell int) int64 {
	r, c := t.split(cell)
	return t.Count[r][c]
}
func (t *Table) cells() int { return t.Rows.Len() * t.Cols.Len() }

func (t *Table) equations() []equation {
	rows, cols := newTree(t.Rows), newTree(t.Cols)
	var list []equation
	for r := range t.Rows.Parent {
		for c, kids := range cols.children {
			if len(kids) == 0 {
				continue
			}
			eq := equation{whole: t.index(r, c)}
			for _, k := range kids {
				eq.parts = append(eq.parts, t.index(r, k))
			}
			list = append(list, eq)
		}
	}
	for c := range t.Cols.Parent {
		for r, kids := range rows.children {
			if len(kids) == 0 {
				continue
			}
			eq := equation{whole: t.index(r, c)}
			for _, k := range kids {
				eq.parts = append(eq.parts, t.index(k, c))
			}
			list = append(list, eq)
		}
	}
	return list
}

func (t *Table) name(cell int) string {
	r, c := t.split(cell)
	return strconv.Quote(t.Rows.Labels[r]) + " x " + strconv.Quote(t.Cols.Labels[c])
}

// tree is an axis with what walking it needs.
type tree struct {
	children [][]int
	leaves   []int   // entries without children, in order
	path     [][]int // from the entry up to its root, the entry first
	below    [][]int // leaves at or below an entry
	bottomUp []int
}

func newTree(a Axis) *tree {
	n := a.Len()
	t := &tree{children: make([][]int, n), path: make([][]int, n), below: make([][]int, n)}
	for i, p := range a.Parent {
		if p >= 0 {
			t.children[p] = append(t.children[p], i)
		}
	}
	depth := 0
	for i := range a.Parent {
		for p := i; p >= 0; p = a.Parent[p] {
			t.path[i] = append(t.path[i], p)
		}
		depth = max(depth, len(t.path[i]))
		if len(t.children[i]) == 0 {
			t.leaves = append(t.leaves, i)
			for _, p := range t.path[i] {
				t.below[p] = append(t.below[p], i)
			}
		}
	}
	for d := depth; d >= 1; d-- {
		for i := range a.Parent {
			if len(t.path[i]) == d {
				t.bottomUp = append(t.bottomUp, i)
			}
		}
	}
	return t
}

// holds reports whether b is a or below it.
func (t *tree) holds(a, b int) bool {
	for _, p := range t.path[b] {
		if p == a {
			return true
		}
	}
	return false
}

// between returns the entries whose sums change when something moves from b to a, neither above the other: both ways up to where
// they meet. b = -1: it comes from outside the table, so all the way up.
func (t *tree) between(a, b int) []int {
	if b < 0 {
		return t.path[a]
	}
	pa, pb := t.path[a], t.path[b]
	for len(pa) > 0 && len(pb) > 0 && pa[len(pa)-1] == pb[len(pb)-1] {
		pa, pb = pa[:len(pa)-1], pb[:len(pb)-1]
	}
	out := make([]int, 0, len(pa)+len(pb))
	return append(append(out, pa...), pb...)
}
