package schema

import (
	"strconv"
	"strings"

	"ruhu/internal/limits"
)

// isPoint accepts "lat lon", "lat lon alt" or "lat lon alt acc" in canonical decimals and single spaces.
func isPoint(s string) bool {
	parts := 0
	for {
		number, rest, more := strings.Cut(s, " ")
		if parts == 4 || !canonicalDecimal(number) || !inRange(number, parts) {
			return false
		}
		parts++
		if !more {
			return parts >= 2
		}
		s = rest
	}
}

// inRange judges the number at a place of a point: latitude, longitude, altitude, accuracy.
func inRange(number string, place int) bool {
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil:
		return false
	case place == 0:
		return v >= -90 && v <= 90
	case place == 1:
		return v >= -180 && v <= 180
	case place == 3:
		return v >= 0
	}
	return true
}

// isTrace accepts at least least points joined by ";" without spaces; closed: the last equals the first.
func isTrace(s string, least int, closed bool) bool {
	if len(s) > limits.LongValueBytes {
		return false
	}
	first, last, points := "", "", 0
	for {
		point, rest, more := strings.Cut(s, ";")
		if !isPoint(point) {
			return false
		}
		if points == 0 {
			first = point
		}
		points++
		last = point
		if !more {
			break
		}
		s = rest
	}
	return points >= least && (!closed || first == last)
}
