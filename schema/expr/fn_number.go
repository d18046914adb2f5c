package expr

import (
	"math"
	"math/big"
)

const pi = math.Pi

var inf = math.Inf(1)

func abs(x float64) float64   { return math.Abs(x) }
func floor(x float64) float64 { return math.Floor(x) }
func ceil(x float64) float64  { return math.Ceil(x) }
func sqrt(x float64) float64  { return math.Sqrt(x) }
func exp(x float64) float64   { return math.Exp(x) }
func exp10(x float64) float64 { return math.Pow(10, x) }
func log(x float64) float64   { return math.Log(x) }
func log10(x float64) float64 { return math.Log10(x) }
func sin(x float64) float64   { return math.Sin(x) }
func cos(x float64) float64   { return math.Cos(x) }
func tan(x float64) float64   { return math.Tan(x) }
func asin(x float64) float64  { return math.Asin(x) }
func acos(x float64) float64  { return math.Acos(x) }
func atan(x float64) float64  { return math.Atan(x) }

// fnOf makes a function of one number.
func fnOf(f func(float64) float64) *function {
	return &function{least: 1, most: 1, run: func(m *Machine, c *call) Value { return Number(f(m.figure(c, 0))) }}
}

func fnNumber(m *Machine, c *call) Value {
	if len(c.args) == 0 {
		return Number(m.textNumber(m.own(c)))
	}
	return Number(m.figure(c, 0))
}

func fnInt(m *Machine, c *call) Value { return Number(math.Trunc(m.figure(c, 0))) }

func fnPow(m *Machine, c *call) Value { return Number(math.Pow(m.figure(c, 0), m.figure(c, 1))) }

func fnAtan2(m *Machine, c *call) Value { return Number(math.Atan2(m.figure(c, 0), m.figure(c, 1))) }

func fnRound(m *Machine, c *call) Value {
	x, places := m.figure(c, 0), 0
	if len(c.args) == 2 {
		places = m.whole(c, 1)
	}
	return Number(round(x, places))
}

// round rounds the number as it is written, a half upwards, to places behind the point (or before it, when negative).
func round(x float64, places int) float64 {
	switch {
	case math.IsNaN(x), math.IsInf(x, 0):
		return x
	case places > 30, places < -30:
		return math.NaN()
	case places == 0 && math.Abs(x) < 1<<52:
		return math.Floor(x + 0.5)
	}
	exact, ok := new(big.Rat).SetString(FormatNumber(x))
	if !ok {
		return math.NaN()
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, -places))), nil))
	if places < 0 {
		scale.Inv(scale)
	}
	exact.Mul(exact, scale).Add(exact, big.NewRat(1, 2))
	whole := new(big.Int).Div(exact.Num(), exact.Denom()) // Euclid: downwards for a positive denominator
	out, _ := new(big.Rat).Quo(new(big.Rat).SetInt(whole), scale).Float64()
	return out
}

func fnSum(m *Machine, c *call) Value {
	sum := 0.0
	for _, n := range m.set(c, 0) {
		if f := m.textNumber(n.Text()); !math.IsNaN(f) {
			sum += f
		}
	}
	return Number(sum)
}

func fnLeast(m *Machine, c *call) Value {
	return m.extreme(c, func(a, b float64) bool { return a < b })
}

func fnMost(m *Machine, c *call) Value { return m.extreme(c, func(a, b float64) bool { return a > b }) }

// extreme leaves out what is no number; NaN where nothing is one.
func (m *Machine) extreme(c *call, better func(a, b float64) bool) Value {
	best, found := math.NaN(), false
	for _, a := range c.args {
		v := m.eval(a)
		for i := range size(v) {
			if !m.step(1) {
				return Value{}
			}
			if f := m.number(item(v, i)); !math.IsNaN(f) && (!found || better(f, best)) {
				best, found = f, true
			}
		}
	}
	return Number(best)
}
