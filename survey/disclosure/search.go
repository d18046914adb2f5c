package disclosure

import (
	"cmp"
	"math"
	"slices"

	"ruhu/internal/errs"
)

// search looks for a cheap complementary pattern.
//
// Its step is the exchange: respondents move, in thought, from one of the finest cells to another in the same
// row and back in another row, so that no shown sum changes. Hiding everything an exchange touches (its four
// corners and the margins on the way) gives each of these cells the same freedom: as far as the corners that
// lose have counts to lose, in the one direction and in the other. A corner may also lie outside the table, where a
// total is hidden anyway, or be a margin below which everything is hidden: then what it loses can be spread there.
type search struct {
	t          *Table
	width      float64
	rows, cols *tree
	eqs        []equation
	cost       []float64
	fixed      []bool
	primary    []bool
	start      []bool // hidden whatever the search does: primary and withheld
	harmless   []bool // withheld zeros that could as well be shown: nothing to protect
	easy       []bool // wide enough without anything else being hidden
}

// exchange is one candidate: rows.all × cols.all is what it touches, rows.path × cols.path what it gives its width.
type exchange struct {
	rows, cols pair
	cost       float64
	width      float64
}

func newSearch(t *Table, p Policy) *search {
	n := t.cells()
	s := &search{
		t: t, width: p.width(), rows: newTree(t.Rows), cols: newTree(t.Cols), eqs: t.equations(),
		cost: make([]float64, n), fixed: make([]bool, n), primary: make([]bool, n), start: make([]bool, n),
		harmless: make([]bool, n),
	}
	leafMean := s.leafMean()
	for cell := range n {
		r, c := t.split(cell)
		if t.Fixed != nil && t.Fixed(r, c) {
			s.fixed[cell] = true
		}
		openZero := t.at(cell) == 0 && (p.ShowZeros || t.ZeroShown != nil && t.ZeroShown(r, c))
		s.primary[cell] = p.Small(t.at(cell)) && !openZero
		if t.Held != nil && t.Held(r, c) {
			s.primary[cell], openZero = true, false
		}
		s.start[cell] = s.primary[cell] || (t.Withheld != nil && t.Withheld(r, c))
		s.harmless[cell] = s.start[cell] && openZero
		if t.Cost != nil {
			s.cost[cell] = t.Cost(r, c)
			continue
		}
		s.cost[cell] = (leafMean + float64(t.at(cell))) * float64(len(s.rows.below[r])*len(s.cols.below[c]))
	}
	return s
}

func (s *search) leafMean() float64 {
	sum, n := 0.0, 0.0
	for _, r := range s.rows.leaves {
		for _, c := range s.cols.leaves {
			sum += float64(s.t.Count[r][c])
			n++
		}
	}
	return 1 + sum/n
}

// thorough is how many hidden cells a table may start with for the search to try several orders and to
// take back what turns out not to be needed: work that grows with the cube of the cells.
const thorough = 90

func (s *search) solve() ([]bool, error) {
	order := s.order()
	s.easy = slices.Clone(s.start)
	for _, cell := range s.narrow(s.start, s.harmless, s.width, 0) {
		s.easy[cell] = false
	}
	order = slices.DeleteFunc(order, func(cell int) bool { return s.easy[cell] })
	if len(order) == 0 {
		return slices.Clone(s.start), nil
	}
	hidden, err := s.frugal()
	if err != nil || len(order) > thorough {
		return hidden, err
	}
	s.takeBack(hidden)
	if s.t.Quick {
		return hidden, nil
	}
	best, bestCost := hidden, s.total(hidden)
	for i := range max(2, 600/(len(order)+10)) {
		if i > 0 {
			order = shuffled(order, uint64(i))
		}
		next, err := s.attempt(order)
		if err != nil {
			return nil, err
		}
		s.takeBack(next)
		if c := s.total(next); c < bestCost-1e-9 {
			best, bestCost = next, c
		}
	}
	return best, nil
}

// shuffled is a fixed permutation for each seed: the same table must give the same mask everywhere and for ever.
func shuffled(list []int, seed uint64) []int {
	out := slices.Clone(list)
	x := seed * 0x9e3779b97f4a7c15
	for i := len(out) - 1; i > 0; i-- {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		j := int(x % uint64(i+1))
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// order lists the cells hidden from the start: margins first, they allow the fewest exchanges, then by count.
func (s *search) order() []int {
	var list []int
	for cell, h := range s.start {
		if h {
			list = append(list, cell)
		}
	}
	weight := func(cell int) int {
		r, c := s.t.split(cell)
		return len(s.rows.below[r]) * len(s.cols.below[c])
	}
	slices.SortStableFunc(list, func(a, b int) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(s.t.at(b), s.t.at(a)))
	})
	return list
}

func (s *search) total(hidden []bool) float64 {
	sum := 0.0
	for cell, h := range hidden {
		if h && !s.start[cell] {
			sum += s.cost[cell]
		}
	}
	return sum
}

// attempt protects the cells in the given order and then whatever the audit still finds narrow.
func (s *search) attempt(order []int) ([]bool, error) {
	hidden, wide := slices.Clone(s.start), slices.Clone(s.easy)
	for _, cell := range order {
		if !wide[cell] {
			if x, ok := s.cheapest(cell, hidden); ok {
				s.apply(x, hidden, wide)
			}
		}
	}
	return s.finish(hidden, wide)
}

// frugal protects a large table: in each round the cells that cost least, since what is hidden for them often serves
// those that would cost much. A cell that would cost far more alone than by several small exchanges gets those.
func (s *search) frugal() ([]bool, error) {
	hidden, wide := slices.Clone(s.start), slices.Clone(s.easy)
	type offer struct {
		cell int
		cost float64
	}
	tried := make(map[int]int)
	for {
		var offers []offer
		for _, cell := range s.weak(hidden, wide) {
			if x, ok := s.cheapest(cell, hidden); ok {
				offers = append(offers, offer{cell, x.cost})
			}
		}
		if len(offers) == 0 {
			return s.finish(hidden, wide)
		}
		slices.SortStableFunc(offers, func(a, b offer) int { return cmp.Compare(a.cost, b.cost) })
		for _, o := range offers[:(len(offers)+1)/2] {
			if wide[o.cell] {
				continue
			}
			whole, ok := s.cheapest(o.cell, hidden)
			if !ok {
				continue
			}
			if part, ok := s.best(o.cell, hidden); ok && part.cost*2 < whole.cost && tried[o.cell] < 12 {
				tried[o.cell]++
				s.apply(part, hidden, nil)
				continue
			}
			s.apply(whole, hidden, wide)
		}
	}
}

// weak lists the hidden cells that are narrow, and notes of the others that they are not.
func (s *search) weak(hidden, wide []bool) []int {
	list := s.narrow(hidden, wide, s.width, 0)
	for cell, h := range hidden {
		wide[cell] = wide[cell] || h
	}
	for _, cell := range list {
		wide[cell] = false
	}
	return list
}

// finish protects what no exchange alone protects.
func (s *search) finish(hidden, wide []bool) ([]bool, error) {
	for {
		weak := s.weak(hidden, wide)
		if len(weak) == 0 {
			return hidden, nil
		}
		grown := false
		for _, cell := range weak {
			if x, ok := s.cheapest(cell, hidden); ok && x.cost > 0 {
				s.apply(x, hidden, wide)
				grown = true
				break
			}
			if x, ok := s.best(cell, hidden); ok {
				s.apply(x, hidden, nil)
				grown = true
				break
			}
		}
		if !grown && !s.hideNeighbours(weak, hidden) {
			return nil, errs.New(errs.Rule, "suppress", "%s cannot be protected: too much is shown elsewhere", s.t.name(weak[0]))
		}
	}
}

// cheapest returns the cheapest exchange that is wide enough by itself; false where there is none.
func (s *search) cheapest(cell int, hidden []bool) (exchange, bool) {
	found := exchange{cost: math.Inf(1)}
	s.exchanges(cell, hidden, func(x exchange) {
		if x.width >= s.width && (x.cost < found.cost || x.cost == found.cost && x.width > found.width) {
			found = x
		}
	})
	return found, !math.IsInf(found.cost, 1)
}

// best returns the exchange that gives the most freedom for what it costs: freedoms add up. False where every exchange
// is hidden already.
func (s *search) best(cell int, hidden []bool) (exchange, bool) {
	found := exchange{cost: math.Inf(1)}
	value := func(x exchange) float64 { return math.Min(x.width, s.width) / (1 + x.cost) }
	s.exchanges(cell, hidden, func(x exchange) {
		if x.cost > 0 && x.width > 0 && (math.IsInf(found.cost, 1) || value(x) > value(found)) {
			found = x
		}
	})
	return found, !math.IsInf(found.cost, 1)
}

// hideNeighbours is the last resort: the cheapest shown cell that shares an equation with a narrow one.
func (s *search) hideNeighbours(weak []int, hidden []bool) bool {
	best := -1
	consider := func(cell int) {
		if !hidden[cell] && !s.fixed[cell] && (best < 0 || s.cost[cell] < s.cost[best]) {
			best = cell
		}
	}
	bad := make(map[int]bool, len(weak))
	for _, cell := range weak {
		bad[cell] = true
	}
	for _, eq := range s.eqs {
		near := bad[eq.whole] || slices.ContainsFunc(eq.parts, func(c int) bool { return bad[c] })
		if !near {
			continue
		}
		consider(eq.whole)
		for _, p := range eq.parts {
			consider(p)
		}
	}
	if best < 0 {
		for cell := range hidden {
			consider(cell)
		}
	}
	if best < 0 {
		return false
	}
	hidden[best] = true
	return true
}

func (s *search) apply(x exchange, hidden, wide []bool) {
	for _, r := range x.rows.all {
		for _, c := range x.cols.all {
			hidden[s.t.index(r, c)] = true
		}
	}
	if wide == nil {
		return
	}
	for _, r := range x.rows.path {
		for _, c := range x.cols.path {
			wide[s.t.index(r, c)] = true
		}
	}
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

// takeBack shows again, the dearest first, each complementary cell that the others can do without.
func (s *search) takeBack(hidden []bool) {
	var list []int
	for cell, h := range hidden {
		if h && !s.start[cell] {
			list = append(list, cell)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(s.cost[b], s.cost[a]) })
	for _, cell := range list {
		hidden[cell] = false
		if len(s.narrow(hidden, s.harmless, s.width, 1)) > 0 {
			hidden[cell] = true
		}
	}
}
