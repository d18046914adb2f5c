package expr

import "math"

// tolerance is how near two numbers must lie to be equal: clients have it so.
const tolerance = 1e-12

func same(a, b float64) bool { return a == b || math.Abs(a-b) < tolerance }

// equal compares with = or !=. A set of one node or none is its value; of several, any node that compares will do.
func (m *Machine) equal(a, b Value, want bool) bool {
	if a.kind == kindBool || b.kind == kindBool {
		return (a.True() == b.True()) == want
	}
	if many(a) || many(b) {
		return m.any(a, b, func(x, y Value) bool { return m.equalOne(x, y) == want })
	}
	return m.equalOne(a, b) == want
}

func many(v Value) bool { return v.kind == kindNodes && len(v.nodes) > 1 }

// any tries each node of a against each of b.
func (m *Machine) any(a, b Value, holds func(x, y Value) bool) bool {
	for i := 0; i < size(a); i++ {
		for j := 0; j < size(b); j++ {
			if !m.step(1) {
				return false
			}
			if holds(item(a, i), item(b, j)) {
				return true
			}
		}
	}
	return false
}

func size(v Value) int {
	if v.kind == kindNodes {
		return len(v.nodes)
	}
	return 1
}

func item(v Value, i int) Value {
	if v.kind == kindNodes {
		return nodeset(v.nodes[i : i+1])
	}
	return v
}

// equalOne compares two values that are no sets of several nodes.
func (m *Machine) equalOne(a, b Value) bool {
	if a.kind == kindNumber || b.kind == kindNumber {
		return same(m.number(a), m.number(b))
	}
	s, t := a.String(), b.String()
	if s == t {
		return true
	}
	if s != "" && t != "" && (figure(a) || figure(b)) {
		x, ok := ParseNumber(s)
		y, ok2 := ParseNumber(t)
		return ok && ok2 && same(x, y)
	}
	return false
}

func figure(v Value) bool {
	return v.kind == kindNodes && len(v.nodes) == 1 && v.nodes[0].Sort() == Figure
}

// order compares with <, <=, > or >=: as numbers, dates as days.
func (m *Machine) order(op operator, a, b Value) bool {
	if many(a) || many(b) {
		return m.any(a, b, func(x, y Value) bool { return less(op, m.number(x), m.number(y)) })
	}
	return less(op, m.number(a), m.number(b))
}

func less(op operator, x, y float64) bool {
	switch op {
	case opLess:
		return x < y
	case opLessEqual:
		return x <= y
	case opGreater:
		return x > y
	}
	return x >= y
}
