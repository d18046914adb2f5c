package disclosure_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/survey/disclosure"
)

func flat(t require.TestingT, counts [][]int64) *disclosure.Table {
	var rows, cols disclosure.Axis
	total := len(counts)
	for i := range counts {
		rows.Add(fmt.Sprintf("r%d", i+1), total)
	}
	rows.Add("total", -1)
	total = len(counts[0])
	for i := range counts[0] {
		cols.Add(fmt.Sprintf("c%d", i+1), total)
	}
	cols.Add("total", -1)
	table := disclosure.NewTable(rows, cols)
	for i, r := range counts {
		copy(table.Count[i], r)
	}
	table.Sum()
	require.NoError(t, table.Check())
	return table
}

func reference(t *testing.T) *disclosure.Table {
	return flat(t, [][]int64{{20, 12, 8, 3}, {15, 18, 9, 6}, {25, 14, 2, 11}, {30, 22, 13, 12}})
}

func TestTwoHiddenCellsAreRecoveredExactly(t *testing.T) {
	table := reference(t)
	audit := table.Audit(table.NewMask(func(r, c int) bool { return r == 0 && c == 3 || r == 2 && c == 2 }))
	require.Len(t, audit, 2)
	require.InDelta(t, 3, audit[0].Low, 1e-9)
	require.InDelta(t, 3, audit[0].High, 1e-9)
	require.InDelta(t, 2, audit[1].Low, 1e-9)
	require.InDelta(t, 2, audit[1].High, 1e-9)
}

func TestComplementaryCellsWidenThem(t *testing.T) {
	table := reference(t)
	hide := func(r, c int) bool { return (r == 0 || r == 2) && (c == 2 || c == 3) }
	audit := byName(table, table.Audit(table.NewMask(hide)))
	require.InDelta(t, 1, audit["r1/c4"].Low, 1e-9)
	require.InDelta(t, 11, audit["r1/c4"].High, 1e-9)
	require.InDelta(t, 0, audit["r3/c3"].Low, 1e-9)
	require.InDelta(t, 10, audit["r3/c3"].High, 1e-9)
}

func TestSearchFindsTheReferencePattern(t *testing.T) {
	table := reference(t)
	mask, err := disclosure.Suppress(table, disclosure.Policy{Threshold: 5, Width: 10})
	require.NoError(t, err)
	hidden, primary := mask.Count()
	require.Equal(t, 2, primary)
	require.Equal(t, 4, hidden)
	require.True(t, mask.Primary(0, 3))
	require.False(t, mask.Primary(0, 2))
	require.True(t, mask.Hidden(0, 2))
}

func TestNothingSmallHidesNothing(t *testing.T) {
	mask, err := disclosure.Suppress(flat(t, [][]int64{{20, 12}, {15, 18}}), disclosure.DefaultPolicy())
	require.NoError(t, err)
	hidden, _ := mask.Count()
	require.Zero(t, hidden)
}

func TestZerosAndEverybodyAreGroupDisclosure(t *testing.T) {
	table := flat(t, [][]int64{{40, 0}, {30, 25}, {22, 31}})
	mask, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	require.True(t, mask.Hidden(0, 1), "nobody")
	require.True(t, mask.Hidden(0, 0), "everybody")
	open, err := disclosure.Suppress(table, disclosure.Policy{Threshold: 10, ShowZeros: true})
	require.NoError(t, err)
	require.False(t, open.Hidden(0, 1))
	require.False(t, open.Hidden(0, 0))
}

func TestTinyTableIsHiddenWhole(t *testing.T) {
	table := flat(t, [][]int64{{1, 2}, {0, 3}})
	mask, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	hidden, _ := mask.Count()
	require.Equal(t, 9, hidden, "six respondents: not even the total is shown")
}

func TestPolicyFloor(t *testing.T) {
	_, err := disclosure.Suppress(reference(t), disclosure.Policy{Threshold: 4})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	_, err = disclosure.Suppress(reference(t), disclosure.Policy{Threshold: 5, Width: -1})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
}

func TestFixedCells(t *testing.T) {
	table := flat(t, [][]int64{{20, 3}, {15, 18}})
	table.Fixed = func(r, c int) bool { return c == 2 }
	mask, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	for r := range 3 {
		require.False(t, mask.Hidden(r, 2))
	}
	table = flat(t, [][]int64{{2, 3}, {15, 18}})
	table.Fixed = func(r, c int) bool { return c == 2 }
	_, err = disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.Equal(t, errs.Rule, errs.CodeOf(err), "a small cell cannot be fixed")
	table = flat(t, [][]int64{{20, 3}, {15, 18}})
	table.Fixed = func(r, c int) bool { return c != 1 || r != 0 }
	_, err = disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.Equal(t, errs.Rule, errs.CodeOf(err), "all but one cell shown: it cannot be protected")
}

func TestWrongTables(t *testing.T) {
	table := reference(t)
	table.Count[0][0]++
	require.Equal(t, errs.Invalid, errs.CodeOf(table.Check()))
	table = reference(t)
	table.Count[0][0] = -1
	require.Equal(t, errs.Invalid, errs.CodeOf(table.Check()))
	table = reference(t)
	table.Rows.Parent[0], table.Rows.Parent[1] = 1, 0
	require.Equal(t, errs.Invalid, errs.CodeOf(table.Check()))
	table = reference(t)
	table.Cols.Parent[0] = 99
	require.Equal(t, errs.Invalid, errs.CodeOf(table.Check()))
	require.Equal(t, errs.Invalid, errs.CodeOf((&disclosure.Table{}).Check()))
}

// attack is the independent attacker: gonum's simplex on the published table alone.
func attack(t require.TestingT, table *disclosure.Table, m *disclosure.Mask, row, col int) (low, high float64) {
	at := map[[2]int]int{}
	for r := range table.Count {
		for c := range table.Count[r] {
			if m.Hidden(r, c) {
				at[[2]int{r, c}] = len(at)
			}
		}
	}
	var eqs [][]float64
	add := func(whole [2]int, parts [][2]int) {
		eq := make([]float64, len(at)+1)
		some := false
		put := func(cell [2]int, sign float64) {
			if i, ok := at[cell]; ok {
				eq[i] += sign
				some = true
			} else {
				eq[len(at)] -= sign * float64(table.Count[cell[0]][cell[1]])
			}
		}
		put(whole, -1)
		for _, p := range parts {
			put(p, 1)
		}
		if some {
			eqs = append(eqs, eq)
		}
	}
	for p := range table.Cols.Parent {
		for r := range table.Count {
			var parts [][2]int
			for c, q := range table.Cols.Parent {
				if q == p {
					parts = append(parts, [2]int{r, c})
				}
			}
			if parts != nil {
				add([2]int{r, p}, parts)
			}
		}
	}
	for p := range table.Rows.Parent {
		for c := range table.Cols.Parent {
			var parts [][2]int
			for r, q := range table.Rows.Parent {
				if q == p {
					parts = append(parts, [2]int{r, c})
				}
			}
			if parts != nil {
				add([2]int{p, c}, parts)
			}
		}
	}
	eqs = independent(eqs)
	n := len(at)
	a, b := mat.NewDense(len(eqs), n, nil), make([]float64, len(eqs))
	for i, eq := range eqs {
		a.SetRow(i, eq[:n])
		b[i] = eq[n]
	}
	solve := func(sign float64) float64 {
		c := make([]float64, n)
		c[at[[2]int{row, col}]] = sign
		if len(eqs) == n { // one solution: gonum's simplex wants more variables than equations
			var x mat.VecDense
			require.NoError(t, x.SolveVec(a, mat.NewVecDense(n, b)))
			return x.AtVec(at[[2]int{row, col}])
		}
		opt, _, err := lp.Simplex(c, a, b, 1e-10, nil)
		if err == lp.ErrUnbounded {
			return math.Inf(1)
		}
		require.NoError(t, err)
		return sign * opt
	}
	return solve(1), solve(-1)
}

// independent leaves out equations that follow from others.
func independent(eqs [][]float64) [][]float64 {
	var kept, reduced [][]float64
	var pivots []int
	for _, eq := range eqs {
		r := append([]float64(nil), eq...)
		for i, p := range pivots {
			if f := r[p]; f != 0 {
				for j := range r {
					r[j] -= f * reduced[i][j]
				}
			}
		}
		p := -1
		for j := range len(r) - 1 {
			if math.Abs(r[j]) > 1e-9 && (p < 0 || math.Abs(r[j]) > math.Abs(r[p])) {
				p = j
			}
		}
		if p < 0 {
			continue
		}
		f := r[p]
		for j := range r {
			r[j] /= f
		}
		kept, reduced, pivots = append(kept, eq), append(reduced, r), append(pivots, p)
	}
	return kept
}

func drawTable(t *rapid.T, maxRows, maxCols int) *disclosure.Table {
	var rows, cols disclosure.Axis
	top := rows.Add("street", -1)
	villages := rapid.IntRange(1, maxRows).Draw(t, "villages")
	for v := range villages {
		row := rows.Add(fmt.Sprintf("v%d", v), top)
		if rapid.Bool().Draw(t, "has grids") {
			for g := range rapid.IntRange(1, 3).Draw(t, "grids") {
				rows.Add(fmt.Sprintf("v%d-g%d", v, g), row)
			}
		}
	}
	total := cols.Add("total", -1)
	answered := cols.Add("answered", total)
	for c := range rapid.IntRange(2, maxCols).Draw(t, "choices") {
		cols.Add(fmt.Sprintf("c%d", c), answered)
	}
	none := cols.Add("none", total)
	if rapid.Bool().Draw(t, "reasons") {
		cols.Add("refused", none)
		cols.Add("unknown", none)
	}
	table := disclosure.NewTable(rows, cols)
	scale := rapid.SampledFrom([]int{4, 12, 30, 120}).Draw(t, "scale")
	for r := range table.Count {
		for c := range table.Count[r] {
			table.Count[r][c] = int64(rapid.IntRange(0, scale).Draw(t, "n"))
			if rapid.IntRange(0, 3).Draw(t, "rare") == 0 {
				table.Count[r][c] = int64(rapid.IntRange(0, 9).Draw(t, "few"))
			}
		}
	}
	table.Sum()
	return table
}

func TestNoHiddenCellIsNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t, 6, 6)
		policy := disclosure.Policy{Threshold: int64(rapid.SampledFrom([]int{5, 10}).Draw(t, "threshold"))}
		mask, err := disclosure.Suppress(table, policy)
		require.NoError(t, err)
		for r := range table.Count {
			for c, n := range table.Count[r] {
				require.False(t, n < policy.Threshold && !mask.Hidden(r, c), "a small count is shown")
			}
		}
		for _, f := range table.Audit(mask) {
			require.GreaterOrEqual(t, f.Width(), float64(policy.Threshold)-1e-6)
			require.LessOrEqual(t, f.Low, float64(f.Count)+1e-6)
			require.GreaterOrEqual(t, f.High, float64(f.Count)-1e-6)
		}
	})
}

// Zeros that speak about nobody may be told, and withheld all the same: then it is told that they are zeros, or not that they are
// little.
func TestAWithheldZeroIsToldOrKept(t *testing.T) {
	protected := 0
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t, 3, 4)
		open := rapid.SliceOfN(rapid.Bool(), table.Cols.Len(), table.Cols.Len()).Draw(t, "zeros shown")
		withheld := rapid.SliceOfN(rapid.IntRange(0, 2), table.Rows.Len()*table.Cols.Len(), table.Rows.Len()*table.Cols.Len()).Draw(t, "withheld")
		table.ZeroShown = func(_, c int) bool { return open[c] }
		table.Withheld = func(r, c int) bool { return withheld[r*table.Cols.Len()+c] == 0 }
		fixed := rapid.IntRange(0, table.Rows.Len()*table.Cols.Len()-1).Draw(t, "fixed")
		table.Fixed = func(r, c int) bool {
			return r*table.Cols.Len()+c == fixed && table.Count[r][c] >= 10 && !table.Withheld(r, c)
		}
		mask, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
		if errs.CodeOf(err) == errs.Rule {
			return // not beside what is fixed
		}
		require.NoError(t, err)
		protected++
		for _, f := range table.Audit(mask) {
			if told := f.High < 1e-6 && open[f.Col] && table.Withheld(f.Row, f.Col); !told {
				require.GreaterOrEqual(t, f.Width(), 10-1e-6, "%d %d", f.Row, f.Col)
			}
		}
	})
	require.Greater(t, protected, 50)
}

func TestAuditEqualsAnIndependentAttacker(t *testing.T) {
	checked := 0
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t, 3, 3)
		var mask *disclosure.Mask
		if rapid.Bool().Draw(t, "suppressed") {
			var err error
			mask, err = disclosure.Suppress(table, disclosure.DefaultPolicy())
			require.NoError(t, err)
		} else {
			mask = table.NewMask(func(r, c int) bool { return table.Count[r][c] < 10 })
		}
		audit := table.Audit(mask)
		if len(audit) == 0 {
			return
		}
		f := audit[rapid.IntRange(0, len(audit)-1).Draw(t, "cell")]
		low, high, ok := attempt(t, table, mask, f.Row, f.Col)
		if !ok {
			return // gonum's simplex gave up on a degenerate corner
		}
		checked++
		require.InDelta(t, low, f.Low, 1e-5)
		if math.IsInf(high, 0) {
			require.GreaterOrEqual(t, f.High, 1e30)
		} else {
			require.InDelta(t, high, f.High, 1e-5)
		}
	})
	require.Greater(t, checked, 20, "the independent attacker must have had a say")
}

func attempt(t *rapid.T, table *disclosure.Table, m *disclosure.Mask, row, col int) (low, high float64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	low, high = attack(panicking{}, table, m, row, col)
	return low, high, true
}

type panicking struct{}

func (panicking) Errorf(string, ...any) {}
func (panicking) FailNow()              { panic("gave up") }

func TestSameTableSameMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t, 3, 3)
		a, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
		require.NoError(t, err)
		b, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
		require.NoError(t, err)
		require.Equal(t, a, b)
	})
}

func TestCSVRoundTrip(t *testing.T) {
	in := "place,parent,yes,no,Total\nv1,s,30,4,34\nv2,s,25,20,45\ns,,55,24,79\n"
	table, err := disclosure.ReadCSV(strings.NewReader(in))
	require.NoError(t, err)
	mask, err := disclosure.Suppress(table.Table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, table.WriteCSV(&out, mask))
	require.Equal(t, "place,parent,yes,no,Total\nv1,s,*,*,34\nv2,s,*,*,45\ns,,55,24,79\n", out.String())
}

func TestCSVWithoutParentColumn(t *testing.T) {
	table, err := disclosure.ReadCSV(strings.NewReader("\ufeffrow,a,b\nx,30,12\ny,25,20\nTOTAL,55,32\n"))
	require.NoError(t, err)
	mask, err := disclosure.Suppress(table.Table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	hidden, _ := mask.Count()
	require.Zero(t, hidden)
}

func TestCSVFaults(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "not a count": "row,a\nx,1.5\n", "negative": "row,a\nx,-3\n", "no rows": "row,a\n",
		"row twice": "row,a\nx,1\nx,2\n", "parent unknown": "row,parent,a\nx,y,3\n",
		"wrong sum": "row,a,total\nx,3,4\n", "ragged": "row,a\nx,1,2\n", "circle": "row,parent,a\nx,y,3\ny,x,3\n",
	} {
		_, err := disclosure.ReadCSV(strings.NewReader(in))
		require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
	}
}

// street is as large as a summary's coverage table gets: 16 villages of 5 grids, outcomes below.
func street() *disclosure.Table {
	var rows, cols disclosure.Axis
	top := rows.Add("street", -1)
	for v := range 16 {
		row := rows.Add(fmt.Sprintf("v%d", v), top)
		for g := range 5 {
			rows.Add(fmt.Sprintf("v%d-g%d", v, g), row)
		}
	}
	households := cols.Add("households", -1)
	cols.Add("not visited", households)
	visited := cols.Add("visited", households)
	cols.Add("completed", visited)
	open := cols.Add("not completed", visited)
	for _, c := range []string{"P", "R", "NC", "O", "UH", "UO", "NE"} {
		cols.Add(c, open)
	}
	table := disclosure.NewTable(rows, cols)
	x := uint64(88172645463325252)
	next := func(n uint64) int64 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		return int64(x % n)
	}
	for r := range table.Count {
		for c := range table.Count[r] {
			table.Count[r][c] = next(6)
		}
		table.Count[r][1] += 100 + next(80)
		table.Count[r][3] += next(30)
	}
	table.Sum()
	return table
}

func TestStreetIsProtected(t *testing.T) {
	table := street()
	grid := func(r int) bool { return strings.Contains(table.Rows.Labels[r], "-g") }
	table.Withheld = func(r, c int) bool { return grid(r) && c > 4 }
	table.Fixed = func(_, c int) bool { return c == 0 }
	mask, err := disclosure.Suppress(table, disclosure.DefaultPolicy())
	require.NoError(t, err)
	for _, f := range table.Audit(mask) {
		require.GreaterOrEqual(t, f.Width(), 10-1e-6, "%s %s", table.Rows.Labels[f.Row], table.Cols.Labels[f.Col])
	}
	shown := 0
	for r := range table.Count {
		if !grid(r) && !mask.Hidden(r, 3) {
			shown++
		}
	}
	require.Greater(t, shown, 12, "interviews of most villages can be shown")
	require.False(t, mask.Hidden(0, 3), "and those of the street")
}

func BenchmarkSuppressStreet(b *testing.B) {
	table := street()
	table.Withheld = func(r, c int) bool { return c > 4 && strings.Contains(table.Rows.Labels[r], "-g") }
	for b.Loop() {
		if _, err := disclosure.Suppress(table, disclosure.DefaultPolicy()); err != nil {
			b.Fatal(err)
		}
	}
}
