package disclosure

import (
	"cmp"
	"math"
	"slices"

	"ruhu/internal/errs"
)

// System is what an attacker knows of many tables at once: cells by name, some with their counts, and which
// cells sum into which. It holds no truth: what it finds, everybody who holds the publication can find.
type System struct {
	at    map[string]int
	names []string
	known []bool
	value []int64
	eqs   []equation
}

// Range is the feasible interval of an unknown cell.
type Range struct {
	Low, High float64 // High is at least 1e30 where nothing bounds it
}

// Width returns the length of the interval.
func (r Range) Width() float64 { return r.High - r.Low }

// Publish names a cell whose count is shown.
func (s *System) Publish(cell string, count int64) {
	i := s.index(cell)
	s.known[i], s.value[i] = true, count
}

// Sum says that whole is the sum of parts. Cells not published are unknown.
func (s *System) Sum(whole string, parts ...string) {
	eq := equation{whole: s.index(whole)}
	for _, p := range parts {
		eq.parts = append(eq.parts, s.index(p))
	}
	s.eqs = append(s.eqs, eq)
}

// Join adds what other knows.
func (s *System) Join(other *System) {
	for i, name := range other.names {
		if other.known[i] {
			s.Publish(name, other.value[i])
		}
	}
	for _, eq := range other.eqs {
		parts := make([]string, len(eq.parts))
		for i, p := range eq.parts {
			parts[i] = other.names[p]
		}
		s.Sum(other.names[eq.whole], parts...)
	}
}

// Published returns the shown counts.
func (s *System) Published() map[string]int64 {
	m := make(map[string]int64)
	for i, k := range s.known {
		if k {
			m[s.names[i]] = s.value[i]
		}
	}
	return m
}

func (s *System) index(cell string) int {
	if s.at == nil {
		s.at = make(map[string]int)
	}
	i, ok := s.at[cell]
	if !ok {
		i = len(s.names)
		s.at[cell] = i
		s.names = append(s.names, cell)
		s.known = append(s.known, false)
		s.value = append(s.value, 0)
	}
	return i
}

// Recover returns the feasible interval of every unknown cell. Code invalid where the shown counts contradict
// the sums: then one of the tables is wrong, or tied wrongly to another.
func (s *System) Recover() (map[string]Range, error) {
	return s.solve(func(g *region, k int) (Range, bool) {
		low, high := g.interval(k)
		return Range{low, high}, true
	})
}

// Narrower returns the unknown cells whose feasible interval is narrower than width, with the interval. It is much faster
// than Recover where there are few.
func (s *System) Narrower(width float64) (map[string]Range, error) {
	return s.solve(func(g *region, k int) (Range, bool) {
		if g.wide(k, width) {
			return Range{}, false
		}
		return Range{g.low[k], g.high[k]}, true
	})
}

// Unknown returns how many cells are not published.
func (s *System) Unknown() int {
	n := 0
	for _, k := range s.known {
		if !k {
			n++
		}
	}
	return n
}

func (s *System) solve(ask func(g *region, k int) (Range, bool)) (map[string]Range, error) {
	out := make(map[string]Range)
	hidden := make([]bool, len(s.names))
	for i, k := range s.known {
		hidden[i] = !k
	}
	for _, eq := range s.eqs {
		if err := s.consistent(eq); err != nil {
			return nil, err
		}
	}
	for _, part := range componentsOf(hidden, s.eqs) {
		values, eqs, err := s.start(part)
		if err != nil {
			return nil, err
		}
		g := newRegion(values, eqs)
		for k, cell := range part.cells {
			if r, tell := ask(g, k); tell {
				out[s.names[cell]] = r
			}
		}
	}
	return out, nil
}

func (s *System) consistent(eq equation) error {
	sum := int64(0)
	for _, p := range eq.parts {
		if !s.known[p] {
			return nil
		}
		sum += s.value[p]
	}
	if s.known[eq.whole] && s.value[eq.whole] != sum {
		return errs.New(errs.Invalid, "recover", "%s is %d, its parts sum to %d", s.names[eq.whole], s.value[eq.whole], sum)
	}
	return nil
}

// start finds a first possible table: every equation gets an artificial variable that takes what is missing, and the
// sum of these is walked down to zero.
func (s *System) start(part component) (values []float64, eqs [][]float64, err error) {
	n, m := len(part.cells), len(part.eqs)
	at := make(map[int]int, n)
	for k, cell := range part.cells {
		at[cell] = k
	}
	wide := make([][]float64, 0, m+1)
	first := make([]float64, n+m+1)
	for i, eq := range part.eqs {
		row, rest := make([]float64, n+m+1), 0.0
		put := func(cell int, sign float64) {
			if k, ok := at[cell]; ok {
				row[k] += sign
			} else {
				rest -= sign * float64(s.value[cell])
			}
		}
		put(eq.whole, -1)
		for _, p := range eq.parts {
			put(p, 1)
		}
		eqs = append(eqs, slices.Clone(row[:n]))
		row[n+i] = 1
		if rest < 0 {
			row[n+i] = -1
		}
		first[n+i] = math.Abs(rest)
		first[n+m] += math.Abs(rest)
		wide = append(wide, row)
	}
	sum := make([]float64, n+m+1)
	for i := range m {
		sum[n+i] = 1
	}
	sum[n+m] = -1
	g := newRegion(first, append(wide, sum))
	g.sink(n+m, func() bool { return false })
	if g.x[n+m] > 1e-6 {
		worst := slices.MinFunc(part.cells, func(a, b int) int { return cmp.Compare(s.names[a], s.names[b]) })
		return nil, nil, errs.New(errs.Invalid, "recover", "no table fits what is shown around %s", s.names[worst])
	}
	return slices.Clone(g.x[:n]), eqs, nil
}
