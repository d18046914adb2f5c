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
	harmless   []bool // withheld zeros that could as well be shown: nothing to protect while everybody can tell them
	strict     bool   // harmless zeros are asked about too
	easy       []bool // wide enough without anything else being hidden
}

func newSearch(t *Table, p Policy) *search {
	n := t.cells()
	s := &search{
		t: t, width: float64(p.Least()), rows: newTree(t.Rows), cols: newTree(t.Cols), eqs: t.equations(),
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
	hidden, err := s.pattern()
	if err != nil {
		return nil, err
	}
	// A harmless zero may be told, but not that it is one of a few numbers: zero or little. It seldom needs anything.
	wide := slices.Clone(hidden)
	for cell, zero := range s.harmless {
		wide[cell] = wide[cell] && !zero
	}
	s.strict = true
	return s.finish(hidden, wide)
}

// pattern protects all but the harmless zeros.
func (s *search) pattern() ([]bool, error) {
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

// weak lists the hidden cells that are narrow, and notes of the others that they are not: they stay wide whatever else is
// hidden. In the end a harmless zero is asked about each time, since what is hidden later can leave it a little room.
func (s *search) weak(hidden, wide []bool) []int {
	list := s.narrow(hidden, wide, s.width, 0)
	for cell, h := range hidden {
		wide[cell] = wide[cell] || h && !(s.strict && s.harmless[cell])
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

// takeBack shows again, the dearest first, each complementary cell that the others can do without. Only what sums tie to a cell
// is asked about: the rest is as it was.
func (s *search) takeBack(hidden []bool) {
	var list []int
	for cell, h := range hidden {
		if h && !s.start[cell] {
			list = append(list, cell)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(s.cost[b], s.cost[a]) })
	apart := make([]bool, len(hidden))
	for _, cell := range list {
		for i := range apart {
			apart[i] = true
		}
		for _, part := range componentsOf(hidden, s.eqs) {
			if slices.Contains(part.cells, cell) {
				for _, tied := range part.cells {
					apart[tied] = s.harmless[tied]
				}
			}
		}
		hidden[cell] = false
		if len(s.narrow(hidden, apart, s.width, 1)) > 0 {
			hidden[cell] = true
		}
	}
}
