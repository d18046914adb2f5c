package disclosure

import "math"

// exchange is one candidate: rows.all × cols.all is what it touches, rows.path × cols.path what it gives its width.
type exchange struct {
	rows, cols pair
	cost       float64
	width      float64
}

// exchanges yields every exchange that moves a cell.
func (s *search) exchanges(cell int, hidden []bool, yield func(exchange)) {
	row, col := s.t.split(cell)
	rows, cols := s.pairs(s.rows, row), s.pairs(s.cols, col)
	corner := s.corners(hidden)
	count := func(r, c int) float64 {
		if r < 0 || c < 0 {
			return math.Inf(1)
		}
		return float64(s.t.Count[r][c])
	}
	for _, rp := range rows {
		for _, cp := range cols {
			if !corner(rp.a, cp.a) || !corner(rp.a, cp.b) || !corner(rp.b, cp.a) || !corner(rp.b, cp.b) {
				continue
			}
			x := exchange{rows: rp, cols: cp}
			x.width = math.Min(count(rp.a, cp.a), count(rp.b, cp.b)) + math.Min(count(rp.a, cp.b), count(rp.b, cp.a))
			if x.cost = s.price(rp.all, cp.all, hidden); !math.IsInf(x.cost, 1) {
				yield(x)
			}
		}
	}
}

// corners tells which cells can be corners: the finest ones, those outside the table, and margins of which all parts
// are hidden down to the finest.
func (s *search) corners(hidden []bool) func(row, col int) bool {
	free := make([]bool, len(hidden)) // it and everything below it hidden
	can := make([]bool, len(hidden))  // everything below it hidden
	for _, r := range s.rows.bottomUp {
		for _, c := range s.cols.bottomUp {
			all := true
			for _, k := range s.rows.children[r] {
				all = all && free[s.t.index(k, c)]
			}
			for _, k := range s.cols.children[c] {
				all = all && free[s.t.index(r, k)]
			}
			cell := s.t.index(r, c)
			can[cell] = all
			free[cell] = all && hidden[cell]
		}
	}
	return func(row, col int) bool { return row < 0 || col < 0 || can[s.t.index(row, col)] }
}

func (s *search) price(rows, cols []int, hidden []bool) float64 {
	sum := 0.0
	for _, r := range rows {
		for _, c := range cols {
			cell := s.t.index(r, c)
			if hidden[cell] {
				continue
			}
			if s.fixed[cell] {
				return math.Inf(1)
			}
			sum += s.cost[cell]
		}
	}
	return sum
}

// pair is one direction of an exchange: from entry b to entry a, b = -1 from outside. Besides the entries on the path
// everything below a and b moves.
type pair struct {
	a, b      int
	path, all []int
}

// pairs lists the moves that change an entry's sum.
func (s *search) pairs(t *tree, entry int) []pair {
	var list []pair
	for a := range t.path {
		if !t.holds(entry, a) {
			continue
		}
		for b := range t.path {
			if !t.holds(entry, b) && !t.holds(b, entry) {
				list = append(list, newPair(t, a, b))
			}
		}
		list = append(list, newPair(t, a, -1))
	}
	return list
}

func newPair(t *tree, a, b int) pair {
	p := pair{a: a, b: b, path: t.between(a, b)}
	p.all = p.path
	for _, corner := range [...]int{a, b} {
		if corner < 0 || len(t.children[corner]) == 0 {
			continue
		}
		for e := range t.path {
			if e != corner && t.holds(corner, e) {
				p.all = append(p.all[:len(p.all):len(p.all)], e)
			}
		}
	}
	return p
}
