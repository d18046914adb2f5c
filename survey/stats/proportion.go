package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a closed interval. Both ends are NaN where nothing can be said.
type Interval struct {
	Low, High float64
}

// Width returns the length of the interval.
func (i Interval) Width() float64 { return i.High - i.Low }

// Defined reports whether the interval says anything.
func (i Interval) Defined() bool { return !math.IsNaN(i.Low) && !math.IsNaN(i.High) }

func undefined() Interval { return Interval{Low: math.NaN(), High: math.NaN()} }

// Level95 is the confidence level of everything a summary shows.
const Level95 = 0.95

// Wilson returns the score interval of x successes in n trials. x and n may be fractional (effective
// sample sizes). Undefined for n <= 0, x outside 0..n or a level outside 0..1.
func Wilson(x, n, level float64) Interval {
	if !validTrial(x, n, level) {
		return undefined()
	}
	z := distuv.UnitNormal.Quantile(1 - (1-level)/2)
	p := x / n
	z2n := z * z / n
	mid := (p + z2n/2) / (1 + z2n)
	half := z / (1 + z2n) * math.Sqrt(p*(1-p)/n+z2n/(4*n))
	ci := Interval{Low: math.Max(0, mid-half), High: math.Min(1, mid+half)}
	if x == 0 {
		ci.Low = 0
	}
	if x == n {
		ci.High = 1
	}
	return ci
}

// ClopperPearson returns the exact interval of x successes in n trials by beta quantiles. x and n may be
// fractional. Undefined as Wilson is.
func ClopperPearson(x, n, level float64) Interval {
	if !validTrial(x, n, level) {
		return undefined()
	}
	alpha := 1 - level
	ci := Interval{Low: 0, High: 1}
	if x > 0 {
		ci.Low = distuv.Beta{Alpha: x, Beta: n - x + 1}.Quantile(alpha / 2)
	}
	if x < n {
		ci.High = distuv.Beta{Alpha: x + 1, Beta: n - x}.Quantile(1 - alpha/2)
	}
	return ci
}

func validTrial(x, n, level float64) bool {
	return n > 0 && x >= 0 && x <= n && level > 0 && level < 1
}

// NonresponseBounds returns what the share of yes among all n units can be when n-answered of them did not
// answer: all of them no, or all of them yes. Where every unit was to be asked this is the whole uncertainty:
// there is no sampling error to add. Undefined unless 0 <= yes <= answered <= n and n > 0.
func NonresponseBounds(yes, answered, n float64) Interval {
	if n <= 0 || yes < 0 || answered < yes || answered > n {
		return undefined()
	}
	return Interval{Low: yes / n, High: (yes + n - answered) / n}
}
