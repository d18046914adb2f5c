package summary

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/disclosure"
)

// column describes one column of a table. The first column of a table is its base: what all others divide up. The base is
// masked before, elsewhere, and what it shows is fixed.
type column struct {
	id       string
	parent   int
	zeros    bool                 // a zero here speaks about nobody and is shown
	withheld func(row int) bool   // not shown in these rows, whatever the count
	fixed    func(row int) bool   // shown elsewhere in these rows
	cheap    bool                 // rather hide this one
	name     func(row int) string // the cell's name in the ledger where another table has it too
}

// layout is the shape of a table over places.
type layout struct {
	id     string
	cols   []column
	baseID func(row int) string        // cell name of the base in the ledger; nil: this table's own
	count  func(row, col int) int64    // the truth
	base   func(row int) (Count, bool) // masked base; false where the row is not in the table at all
	policy disclosure.Policy
}

// maskedTable is a table after masking, by place and column.
type maskedTable struct {
	places []place
	cells  [][]Count
	merged map[int][]Count // parent place -> the places below it that cannot stand alone, together
}

func (m *maskedTable) at(row, col int) Count { return m.cells[row][col] }

// masker makes the tables of one summary and keeps what is published in a ledger.
type masker struct {
	places  []place
	ledger  *disclosure.System
	hidden  map[string]bool    // table id -> something is hidden there
	earlier []map[string]int64 // what earlier releases showed
}

func newMasker(places []place) *masker {
	return &masker{places: places, ledger: &disclosure.System{}, hidden: map[string]bool{}}
}

// held reports whether a count moved since an earlier release, but by less than the threshold: the two together would tell
// of the few in between.
func (k *masker) held(name string, count int64, policy disclosure.Policy) bool {
	for _, cells := range k.earlier {
		if before, was := cells[name]; was && before != count && max(before-count, count-before) < policy.Threshold {
			return true
		}
	}
	return false
}

// frame masks a single column: the base of other tables. Zeros are shown.
func (k *masker) frame(id string, depth int, policy disclosure.Policy, count func(row int) int64) ([]Count, error) {
	var rows disclosure.Axis
	var at []int
	back := map[int]int{}
	for i, p := range k.places {
		if len(p.area.Code) > depth {
			continue
		}
		parent := -1
		if p.parent >= 0 {
			parent = back[p.parent]
		}
		back[i] = rows.Add(p.area.Code, parent)
		at = append(at, i)
	}
	var cols disclosure.Axis
	cols.Add(id, -1)
	t := disclosure.NewTable(rows, cols)
	for r, i := range at {
		t.Count[r][0] = count(i)
	}
	t.ZeroShown = func(int, int) bool { return true }
	t.Held = func(r, _ int) bool { return k.held(cellName(id, k.places[at[r]].area.Code, id), t.Count[r][0], policy) }
	mask, err := disclosure.Suppress(t, policy)
	if err != nil {
		return nil, err
	}
	out := make([]Count, len(k.places))
	for i := range out {
		out[i] = hiddenCount()
	}
	for r, i := range at {
		if mask.Hidden(r, 0) {
			k.hidden[id] = true
		} else {
			out[i] = shown(t.Count[r][0])
			k.ledger.Publish(cellName(id, k.places[i].area.Code, id), t.Count[r][0])
		}
	}
	k.sums(at, func(i int) string { return cellName(id, k.places[i].area.Code, id) })
	return out, nil
}

// sums tells the ledger that places sum into their parents.
func (k *masker) sums(rows []int, name func(place int) string) {
	children := map[int][]string{}
	for _, i := range rows {
		if p := k.places[i].parent; p >= 0 {
			children[p] = append(children[p], name(i))
		}
	}
	for p, kids := range children {
		k.ledger.Sum(name(p), kids...)
	}
}

func cellName(table, place, col string) string { return table + "|" + place + "|" + col }

// mask makes one table. Rows whose base is hidden are not in it; they stand together in one row below their parent, whose
// base anybody can compute. Rows with an empty base hold zeros and are not in it either.
func (k *masker) mask(l layout) (*maskedTable, error) {
	out := &maskedTable{places: k.places, cells: make([][]Count, len(k.places)), merged: map[int][]Count{}}
	for i := range out.cells {
		out.cells[i] = make([]Count, len(l.cols))
		for c := range out.cells[i] {
			out.cells[i][c] = hiddenCount()
		}
	}
	rows := k.rows(l)
	k.hidden[l.id] = k.hidden[l.id] || rows.lacks
	k.tell(l)
	for _, i := range rows.empty {
		for c := range l.cols {
			out.cells[i][c] = shown(0)
			if c > 0 {
				k.ledger.Publish(k.name(l, i, c), 0)
			}
		}
	}
	if rows.axis.Len() == 0 {
		k.hidden[l.id] = k.hidden[l.id] || len(rows.empty) == 0
		return out, nil
	}
	t, mask, err := k.suppress(l, rows)
	if errs.CodeOf(err) == errs.Rule { // nothing can be shown here beside what stands fixed
		k.hidden[l.id] = true
		for r, members := range rows.members {
			if rows.inner[r] {
				continue
			}
			cells := make([]Count, len(l.cols))
			for c := range cells {
				cells[c] = hiddenCount()
			}
			cells[0] = shown(t.Count[r][0])
			if p := rows.mergedInto[r]; p >= 0 {
				out.merged[p] = cells
			} else {
				out.cells[members[0]] = cells
			}
		}
		k.copyTwins(l, rows, out)
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for r, members := range rows.members {
		if rows.inner[r] {
			continue // its base is hidden, and what is shown of it is published elsewhere
		}
		cells := make([]Count, len(l.cols))
		for c := range l.cols {
			if mask.Hidden(r, c) {
				cells[c] = hiddenCount()
				k.hidden[l.id] = true
			} else {
				cells[c] = shown(t.Count[r][c])
			}
			name := k.name(l, members[0], c)
			if rows.mergedInto[r] >= 0 {
				name = k.mergedName(l, rows.mergedInto[r], c)
				parts := make([]string, len(members))
				for j, i := range members {
					parts[j] = k.name(l, i, c)
				}
				k.ledger.Sum(name, parts...)
			}
			if !cells[c].hidden {
				k.ledger.Publish(name, cells[c].n)
			}
		}
		if p := rows.mergedInto[r]; p >= 0 {
			out.merged[p] = cells
		} else {
			copy(out.cells[members[0]], cells)
		}
	}
	k.copyTwins(l, rows, out)
	return out, nil
}

// copyTwins shows of a place what is shown of the place above it, where the two are the same people.
func (k *masker) copyTwins(l layout, rows tableRows, m *maskedTable) {
	for i := range k.places {
		above, ok := rows.twins[i]
		if !ok {
			continue
		}
		for c, n := range m.cells[above] {
			if m.cells[i][c] = n; !n.hidden {
				k.ledger.Publish(k.name(l, i, c), n.n)
			}
		}
	}
}

func (k *masker) name(l layout, row, col int) string {
	if col == 0 && l.baseID != nil {
		return l.baseID(row)
	}
	if name := l.cols[col].name; name != nil {
		return name(row)
	}
	return cellName(l.id, k.places[row].area.Code, l.cols[col].id)
}

func (k *masker) mergedName(l layout, parent, col int) string {
	return cellName(l.id, k.places[parent].area.Code+"+", l.cols[col].id)
}

// tell gives the ledger all sums of a table, also of rows that are not shown: an attacker knows them.
func (k *masker) tell(l layout) {
	var rows []int
	for i := range k.places {
		if _, in := l.base(i); in {
			rows = append(rows, i)
		}
	}
	for c := range l.cols {
		if c == 0 && l.baseID != nil {
			continue // the base's own table told
		}
		k.sums(rows, func(i int) string { return k.name(l, i, c) })
	}
	for _, i := range rows {
		kids := map[int][]string{}
		for c, col := range l.cols {
			if col.parent >= 0 {
				kids[col.parent] = append(kids[col.parent], k.name(l, i, c))
			}
		}
		for p, list := range kids {
			k.ledger.Sum(k.name(l, i, p), list...)
		}
	}
}

func (k *masker) suppress(l layout, rows tableRows) (*disclosure.Table, *disclosure.Mask, error) {
	var cols disclosure.Axis
	for _, c := range l.cols {
		cols.Add(c.id, c.parent)
	}
	t := disclosure.NewTable(rows.axis, cols)
	mean, seen := 1.0, float64(len(l.cols))*float64(len(rows.inner)-rows.innerRows())
	for r, members := range rows.members {
		for c := range l.cols {
			for _, i := range members {
				t.Count[r][c] += l.count(i, c)
			}
		}
		if !rows.inner[r] {
			mean += float64(t.Count[r][0]) / seen
		}
	}
	below := func(axis disclosure.Axis, i int) float64 {
		n := 1.0
		for j := range axis.Parent {
			for p := axis.Parent[j]; p >= 0; p = axis.Parent[p] {
				if p == i {
					n++
				}
			}
		}
		return n
	}
	rowWeight, colWeight := make([]float64, rows.axis.Len()), make([]float64, len(l.cols))
	for r := range rowWeight {
		if rowWeight[r] = below(rows.axis, r); rows.mergedInto[r] >= 0 || rows.inner[r] {
			rowWeight[r] = 1
		}
		switch k.places[rows.members[r][0]].area.Kind { // the street's own figures are what a summary is for
		case survey.Street:
			rowWeight[r] *= 20
		case survey.Village:
			rowWeight[r] *= 4
		}
	}
	for c := range colWeight {
		colWeight[c] = below(cols, c)
		if l.cols[c].cheap {
			colWeight[c] /= 4
		}
	}
	t.Cost = func(r, c int) float64 { return (mean + float64(t.Count[r][c])) * rowWeight[r] * colWeight[c] }
	t.Quick = true
	t.Fixed = func(r, c int) bool {
		return c == 0 && !rows.inner[r] || l.cols[c].fixed != nil && !slices.ContainsFunc(rows.members[r], func(i int) bool { return !l.cols[c].fixed(i) })
	}
	t.ZeroShown = func(_, c int) bool { return l.cols[c].zeros }
	t.Held = func(r, c int) bool {
		if t.Fixed(r, c) || rows.inner[r] {
			return false
		}
		name := k.name(l, rows.members[r][0], c)
		if p := rows.mergedInto[r]; p >= 0 {
			name = k.mergedName(l, p, c)
		}
		if k.held(name, t.Count[r][c], l.policy) {
			return true
		}
		return slices.ContainsFunc(rows.twinsOf(rows.members[r][0]), func(i int) bool {
			return k.held(k.name(l, i, c), t.Count[r][c], l.policy)
		})
	}
	t.Withheld = func(r, c int) bool {
		return rows.inner[r] && !t.Fixed(r, c) || l.cols[c].withheld != nil && slices.ContainsFunc(rows.members[r], l.cols[c].withheld)
	}
	mask, err := disclosure.Suppress(t, l.policy)
	return t, mask, err
}
