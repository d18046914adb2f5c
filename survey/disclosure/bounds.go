package disclosure

import "math"

// region is the set of tables an attacker must think possible: the hidden counts, not negative, that fulfil the sums.
// The true counts are in it, which spares the search for a first point.
//
// It is explored by the simplex method on a dense tableau. Starting from the true counts, every variable outside the
// basis is pushed down to zero (or swapped into the basis when another reaches zero first); from then on each
// step walks from corner to corner. Every corner seen is a possible table, so one walk widens the known range of
// all variables at once.
type region struct {
	rows  [][]float64 // tableau: basic variable of row i + Σ rows[i][q]·x of column q = const
	basic []int       // variable of each row
	place []int       // row of a variable, -1 outside the basis
	out   []int       // variable of each column: those outside the basis
	slot  []int       // column of a variable, -1 in the basis
	x     []float64
	low   []float64 // least and greatest value seen at any corner
	high  []float64
	some  []int // columns of the pivot row that are not zero
}

const (
	tiny      = 1e-9 // below this a tableau entry is zero
	unbounded = 1e30
)

// newRegion builds the region of variables with true values, under equations Σ coef·x = const.
func newRegion(values []float64, eqs [][]float64) *region {
	n := len(values)
	g := &region{x: append([]float64(nil), values...), place: make([]int, n), slot: make([]int, n)}
	for j := range g.place {
		g.place[j] = -1
	}
	g.low = append([]float64(nil), values...)
	g.high = append([]float64(nil), values...)
	g.eliminate(eqs)
	for j := range n {
		if g.place[j] < 0 && g.x[j] > 0 {
			g.lower(j)
		}
	}
	return g
}

// eliminate brings the equations into reduced form and leaves out the columns of the basis. Large values are preferred as
// basic variables: they leave room.
func (g *region) eliminate(eqs [][]float64) {
	for _, eq := range eqs {
		row := append([]float64(nil), eq...)
		for i, b := range g.basic {
			if f := row[b]; f != 0 {
				subtract(row, g.rows[i], f)
			}
		}
		best := -1
		for j, v := range row {
			if math.Abs(v) < tiny {
				row[j] = 0
				continue
			}
			if best < 0 || g.x[j] > g.x[best] {
				best = j
			}
		}
		if best < 0 {
			continue // follows from the others
		}
		scale(row, 1/row[best])
		row[best] = 1
		for i := range g.rows {
			if f := g.rows[i][best]; f != 0 {
				subtract(g.rows[i], row, f)
				g.rows[i][best] = 0
			}
		}
		g.place[best] = len(g.rows)
		g.basic = append(g.basic, best)
		g.rows = append(g.rows, row)
	}
	for j, row := range g.place {
		if g.slot[j] = -1; row < 0 {
			g.slot[j] = len(g.out)
			g.out = append(g.out, j)
		}
	}
	for i, row := range g.rows {
		for q, j := range g.out {
			row[q] = row[j] // q <= j
		}
		g.rows[i] = row[:len(g.out)]
	}
}

func subtract(row, other []float64, f float64) {
	for j, v := range other {
		if v != 0 {
			w := row[j] - f*v
			if math.Abs(w) < tiny {
				w = 0
			}
			row[j] = w
		}
	}
}

func scale(row []float64, f float64) {
	if f == 1 {
		return
	}
	for j, v := range row {
		if v != 0 {
			row[j] = v * f
		}
	}
}

// pivot takes j into the basis in place of the variable of row r, which takes over its column.
func (g *region) pivot(r, j int) {
	q, row, leaves := g.slot[j], g.rows[r], g.basic[r]
	f := 1 / row[q]
	scale(row, f)
	row[q] = f
	g.some = g.some[:0]
	for c, v := range row {
		if v != 0 {
			g.some = append(g.some, c)
		}
	}
	for i, other := range g.rows {
		f := other[q]
		if i == r || f == 0 {
			continue
		}
		other[q] = 0
		for _, c := range g.some {
			w := other[c] - f*row[c]
			if math.Abs(w) < tiny {
				w = 0
			}
			other[c] = w
		}
	}
	g.place[leaves], g.slot[leaves], g.out[q] = -1, q, leaves
	g.place[j], g.slot[j], g.basic[r] = r, -1, j
}

// move changes x_j outside the basis by step and the basic variables with it.
func (g *region) move(j int, step float64) {
	g.set(j, g.x[j]+step)
	q := g.slot[j]
	for i, b := range g.basic {
		if f := g.rows[i][q]; f != 0 {
			v := g.x[b] - f*step
			if math.Abs(v) < tiny {
				v = 0
			}
			g.set(b, v)
		}
	}
}

func (g *region) set(j int, v float64) {
	g.x[j] = v
	g.low[j] = math.Min(g.low[j], v)
	g.high[j] = math.Max(g.high[j], v)
}

// lower pushes a variable outside the basis to zero, or into the basis when a basic one reaches zero first.
func (g *region) lower(j int) {
	step, row, q := g.x[j], -1, g.slot[j]
	for i, b := range g.basic {
		if f := g.rows[i][q]; f < -tiny {
			if t := g.x[b] / -f; t < step-tiny || (row < 0 && t < step) {
				step, row = t, i
			}
		}
	}
	g.move(j, -step)
	if row < 0 {
		g.set(j, 0)
	} else {
		g.set(g.basic[row], 0)
		g.pivot(row, j)
	}
}

// enter raises j, at zero outside the basis, as far as it goes. It returns the row that gave way, -1 when nothing
// ever does. ties go to the least variable when bland.
func (g *region) enter(j int, bland bool) (row int, step float64) {
	row, step = -1, math.Inf(1)
	q := g.slot[j]
	for i, b := range g.basic {
		f := g.rows[i][q]
		if f <= tiny {
			continue
		}
		t := g.x[b] / f
		better := t < step-tiny
		if !better && t <= step+tiny && row >= 0 {
			if bland {
				better = b < g.basic[row]
			} else {
				better = f > g.rows[row][q]
			}
		}
		if better {
			row, step = i, t
		}
	}
	if row < 0 {
		return -1, math.Inf(1)
	}
	step = math.Max(step, 0)
	g.move(j, step)
	g.set(g.basic[row], 0)
	g.pivot(row, j)
	return row, step
}

// stop tells a search that what it has seen is enough.
type stop func() bool

// raise walks x_k to its maximum, or until enough.
func (g *region) raise(k int, enough stop) {
	if g.place[k] < 0 {
		if row, _ := g.enter(k, false); row < 0 {
			g.high[k] = unbounded
			return
		}
	}
	g.walk(k, -1, enough)
}

// sink walks x_k to its minimum, or until enough.
func (g *region) sink(k int, enough stop) {
	if g.place[k] >= 0 {
		g.walk(k, 1, enough)
	}
}

// walk moves basic x_k down (sign 1) or up (sign -1) along the steepest edge, by Bland's rule while it stands still.
func (g *region) walk(k int, sign float64, enough stop) {
	still := 0
	for !enough() {
		r := g.place[k]
		if r < 0 {
			return // reached zero and left the basis
		}
		bland := still > 20
		j, best := -1, tiny
		for q, v := range g.rows[r] {
			s := v * sign
			if s <= tiny {
				continue
			}
			if c := g.out[q]; bland && (j < 0 || c < j) || !bland && (s > best || s == best && c < j) {
				j, best = c, s
			}
		}
		if j < 0 {
			return
		}
		row, step := g.enter(j, bland)
		if row < 0 { // only upwards: a count has no other end below than zero
			g.high[k] = unbounded
			return
		}
		if step > tiny {
			still = 0
		} else {
			still++
		}
	}
}

// wide reports whether x_k can move by at least width, walking only as far as needed.
func (g *region) wide(k int, width float64) bool {
	enough := func() bool { return g.high[k]-g.low[k] >= width-1e-6 }
	if !enough() {
		g.raise(k, enough)
	}
	if !enough() {
		g.sink(k, enough)
	}
	return enough()
}

// interval returns the least and greatest possible value of x_k.
func (g *region) interval(k int) (low, high float64) {
	never := func() bool { return false }
	g.raise(k, never)
	g.sink(k, never)
	return g.low[k], g.high[k]
}
