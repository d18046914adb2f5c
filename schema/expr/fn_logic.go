package expr

import "math"

func fnIf(m *Machine, c *call) Value {
	if m.eval(c.args[0]).True() {
		return m.eval(c.args[1])
	}
	return m.eval(c.args[2])
}

func fnCoalesce(m *Machine, c *call) Value {
	v := Value{}
	for _, a := range c.args {
		v = m.eval(a)
		if v.kind == kindNumber && math.IsNaN(v.n) {
			continue
		}
		if v.String() != "" {
			break
		}
	}
	return v
}

// fnOnce keeps the value the node has.
func fnOnce(m *Machine, c *call) Value {
	if m.origin != nil {
		if s := m.origin.Text(); s != "" {
			return Text(s)
		}
	}
	return m.eval(c.args[0])
}

// fnChecklist counts arguments that are true; sets count node by node.
func fnChecklist(m *Machine, c *call) Value {
	least, most := m.figure(c, 0), m.figure(c, 1)
	n := 0.0
	for _, a := range c.args[2:] {
		v := m.eval(a)
		for i := range size(v) {
			if item(v, i).True() {
				n++
			}
		}
	}
	return Bool((least < 0 || n >= least) && (most < 0 || n <= most))
}

// fnWeightedChecklist adds the weights of arguments that are true: pairs of a value and its weight, or two sets of equal size.
func fnWeightedChecklist(m *Machine, c *call) Value {
	least, most := m.figure(c, 0), m.figure(c, 1)
	sum := 0.0
	for i := 2; i+1 < len(c.args); i += 2 {
		v, w := m.eval(c.args[i]), m.eval(c.args[i+1])
		if m.err != nil {
			return Value{}
		}
		if size(v) != size(w) {
			return m.fail(faultf(Mismatch, c.pos, c.name, "%s() 的值与权数个数不同", "%s() has another number of weights than of values", c.name))
		}
		for j := range size(v) {
			if item(v, j).True() {
				sum += m.number(item(w, j))
			}
		}
	}
	return Bool((least < 0 || sum >= least) && (most < 0 || sum <= most))
}
