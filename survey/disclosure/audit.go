package disclosure

// Feasible is what an attacker can say of one hidden cell.
type Feasible struct {
	Row, Col  int
	Count     int64   // the truth
	Low, High float64 // the least and greatest value that fits everything shown; High is at least 1e30 where nothing bounds it
}

// Width returns the length of the interval.
func (f Feasible) Width() float64 { return f.High - f.Low }

// Audit returns the exact feasible interval of every hidden cell, by row and column, from everything shown, all sums
// and counts not being negative.
func (t *Table) Audit(m *Mask) []Feasible {
	var list []Feasible
	for _, part := range componentsOf(m.hidden, t.equations()) {
		g := t.region(part)
		for k, cell := range part.cells {
			low, high := g.interval(k)
			r, c := t.split(cell)
			list = append(list, Feasible{Row: r, Col: c, Count: t.at(cell), Low: low, High: high})
		}
	}
	sortFeasible(list)
	return list
}

// component is a set of hidden cells that the equations tie together; between components nothing can be learned.
type component struct {
	cells []int
	eqs   []equation
}

func componentsOf(hidden []bool, eqs []equation) []component {
	leader := make([]int, len(hidden))
	for i := range leader {
		leader[i] = i
	}
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	firsts := make([]int, len(eqs))
	for e, eq := range eqs {
		first := -1
		tie := func(cell int) {
			if !hidden[cell] {
				return
			}
			if first < 0 {
				first = cell
			} else if a, b := find(first), find(cell); a != b {
				leader[max(a, b)] = min(a, b)
			}
		}
		tie(eq.whole)
		for _, p := range eq.parts {
			tie(p)
		}
		firsts[e] = first
	}
	at := make(map[int]int)
	var list []component
	for cell, h := range hidden {
		if !h {
			continue
		}
		l := find(cell)
		i, seen := at[l]
		if !seen {
			i = len(list)
			at[l] = i
			list = append(list, component{})
		}
		list[i].cells = append(list[i].cells, cell)
	}
	for e, eq := range eqs {
		if firsts[e] >= 0 {
			i := at[find(firsts[e])]
			list[i].eqs = append(list[i].eqs, eq)
		}
	}
	return list
}

func (t *Table) region(part component) *region {
	at := make(map[int]int, len(part.cells))
	values := make([]float64, len(part.cells))
	for i, cell := range part.cells {
		at[cell] = i
		values[i] = float64(t.at(cell))
	}
	eqs := make([][]float64, 0, len(part.eqs))
	for _, eq := range part.eqs {
		row := make([]float64, len(values))
		if i, ok := at[eq.whole]; ok {
			row[i] = -1
		}
		for _, p := range eq.parts {
			if i, ok := at[p]; ok {
				row[i] = 1
			}
		}
		eqs = append(eqs, row)
	}
	return newRegion(values, eqs)
}

// narrow returns the cells of the hidden set whose interval is narrower than width, leaving out those already known to
// be wide enough, and harmless zeros that everybody can tell. With atMost > 0 it stops after so many.
func (s *search) narrow(hidden, known []bool, width float64, atMost int) []int {
	var list []int
	for _, part := range componentsOf(hidden, s.eqs) {
		var g *region
		for k, cell := range part.cells {
			if known != nil && known[cell] {
				continue
			}
			if g == nil {
				g = s.t.region(part)
			}
			if !g.wide(k, width) && (!s.harmless[cell] || g.high[k] > 1e-6) {
				list = append(list, cell)
				if len(list) == atMost {
					return list
				}
			}
		}
	}
	return list
}
