package summary

import (
	"math"
	"strconv"
)

// Count is a count after masking. Its JSON is a number, or null where it is hidden.
type Count struct {
	n      int64
	hidden bool
}

func shown(n int64) Count { return Count{n: n} }
func hiddenCount() Count  { return Count{hidden: true} }

// Value returns the count; false where it is hidden.
func (c Count) Value() (int64, bool) { return c.n, !c.hidden }

// Hidden reports whether the count is withheld to protect respondents.
func (c Count) Hidden() bool { return c.hidden }

// MarshalJSON writes the number, or null.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.hidden {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, c.n, 10), nil
}

// Figure is a percentage, or another number computed from masked counts, with one decimal. Its JSON is a number, or
// null where it is hidden or cannot be computed.
type Figure struct {
	v     float64
	known bool
}

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{}
	}
	return Figure{v: v, known: true}
}

// Value returns the number; false where there is none.
func (f Figure) Value() (float64, bool) { return f.v, f.known }

// MarshalJSON writes the number with one decimal, or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if !f.known {
		return []byte("null"), nil
	}
	return []byte(f.String()), nil
}

// String returns the number with one decimal, "" where there is none.
func (f Figure) String() string {
	if !f.known {
		return ""
	}
	v := math.Round(f.v*10) / 10
	if v == 0 {
		v = 0 // no "-0.0"
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// percent is a share of masked counts in percent; unknown where either is hidden or there is no denominator.
func percent(part, whole Count) Figure {
	if part.hidden || whole.hidden || whole.n == 0 {
		return Figure{}
	}
	return figure(100 * float64(part.n) / float64(whole.n))
}

// add sums masked counts: hidden as soon as one is.
func add(counts ...Count) Count {
	sum := Count{}
	for _, c := range counts {
		if c.hidden {
			return hiddenCount()
		}
		sum.n += c.n
	}
	return sum
}

// minus is the difference of masked counts: hidden as soon as one is.
func minus(a, b Count) Count {
	if a.hidden || b.hidden {
		return hiddenCount()
	}
	return shown(a.n - b.n)
}
