package disclosure

import (
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Policy says what is too small to be shown.
type Policy struct {
	Threshold int64 // smallest count that is shown
	Width     int64 // least width of a hidden cell's feasible interval; 0 = Threshold
	ShowZeros bool  // zeros are not hidden: only where a zero speaks about nobody
}

// DefaultPolicy hides counts below 10.
func DefaultPolicy() Policy { return Policy{Threshold: limits.ThresholdDefault} }

// Check refuses a threshold below the floor no deployment may go under, and a negative width. Code rule.
func (p Policy) Check() error {
	const op = "disclosure policy"
	if p.Threshold < limits.ThresholdMin {
		return errs.New(errs.Rule, op, "threshold %d is below %d", p.Threshold, limits.ThresholdMin).
			WithHint("阈值不能小于 %d。 The threshold cannot be below %d.", limits.ThresholdMin, limits.ThresholdMin)
	}
	if p.Width < 0 {
		return errs.New(errs.Rule, op, "width %d is negative", p.Width)
	}
	return nil
}

// Least returns the least width of a hidden cell's feasible interval.
func (p Policy) Least() int64 {
	if p.Width > 0 {
		return p.Width
	}
	return p.Threshold
}

// Small reports whether a count may not be shown.
func (p Policy) Small(count int64) bool {
	return count < p.Threshold && !(count == 0 && p.ShowZeros)
}
