package expr

func fnCountNonEmpty(m *Machine, c *call) Value {
	n := 0
	for _, x := range m.set(c, 0) {
		if x.Sort() == Complex || x.Text() != "" {
			n++
		}
	}
	return Number(float64(n))
}

func fnName(m *Machine, c *call) Value {
	n := m.at
	if len(c.args) > 0 {
		set := m.set(c, 0)
		if len(set) == 0 {
			return Text("")
		}
		n = set[0]
	}
	if n == nil {
		return Text("")
	}
	return Text(n.Name())
}

// fnPosition is the place in the predicate; elsewhere that of the asking node, or of the argument's first, among its
// siblings of the same name.
func fnPosition(m *Machine, c *call) Value {
	if len(c.args) == 0 {
		if m.pos > 0 || m.at == nil {
			return Number(float64(m.pos))
		}
		return Number(float64(position(m.at)))
	}
	set := m.set(c, 0)
	if len(set) == 0 {
		return Number(0)
	}
	p := position(set[0])
	m.step(p)
	return Number(float64(p))
}

func fnInstance(m *Machine, c *call) Value {
	id := m.text(c, 0)
	if m.err != nil {
		return Value{}
	}
	if m.env.Instance != nil {
		if n, ok := m.env.Instance(id); ok {
			// The path behind begins with the root element's name, as clients write it: instance('x')/root/item.
			return nodeset(m.one(n))
		}
	}
	return m.fail(faultf(Missing, c.pos, id, "没有实例 %s 的数据", "there is no data for the instance %s", id))
}

// fnPulldata looks a row up in another instance and returns one of its columns.
func fnPulldata(m *Machine, c *call) Value {
	id, want, column, key := m.text(c, 0), m.text(c, 1), m.text(c, 2), m.text(c, 3)
	if m.err != nil {
		return Value{}
	}
	var top Node
	ok := false
	if m.env.Instance != nil {
		top, ok = m.env.Instance(id)
	}
	if !ok {
		return m.fail(faultf(Missing, c.pos, id, "没有文件 %s 的数据", "there is no data for the file %s", id))
	}
	for _, root := range top.Children(nil, "") {
		for _, row := range root.Children(nil, "") {
			if !m.step(1) {
				return Value{}
			}
			if child(row, column) == key {
				return Text(child(row, want))
			}
		}
	}
	return Text("")
}

func child(n Node, name string) string {
	var few [1]Node
	if list := n.Children(few[:0], name); len(list) > 0 {
		return list[0].Text()
	}
	return ""
}

// fnIndexedRepeat picks from the nodes of the first argument those in the given rows: pairs of a repeat and a number.
func fnIndexedRepeat(m *Machine, c *call) Value {
	target, ok := c.args[0].(*location)
	if !ok {
		return m.fail(faultf(Mismatch, c.pos, c.name, "%s() 的第一个参数应为题目", "the first argument of %s() must be a question", c.name))
	}
	var rows []Node
	for i := 1; i+1 < len(c.args); i += 2 {
		l, ok := c.args[i].(*location)
		if !ok {
			return m.fail(faultf(Mismatch, c.pos, c.name, "%s() 的第 %d 个参数应为循环组", "argument %[2]d of %[1]s() must be a repeat", c.name, i+1))
		}
		at := max(m.whole(c, i+1), 1)
		row := m.rowAt(l, rows, at)
		if row == nil {
			return nodeset(nil)
		}
		rows = append(rows, row)
	}
	return nodeset(m.anywhere(target, rows))
}

// rowAt returns the at-th row of a repeat among those inside the rows chosen so far.
func (m *Machine) rowAt(l *location, rows []Node, at int) Node {
	for _, n := range m.anywhere(l, rows) {
		if at--; at == 0 {
			return n
		}
	}
	return nil
}

// anywhere evaluates a path without keeping to the asking node's rows, and keeps what lies in the chosen ones.
func (m *Machine) anywhere(l *location, rows []Node) []Node {
	free := *l
	free.handle = -1
	if l.start != startRoot && l.start != startFilter {
		m.absolute(&free)
	}
	origin := m.origin
	m.origin = nil
	set := m.locate(&free).nodes
	m.origin = origin
	kept := make([]Node, 0, len(set))
	for _, n := range set {
		inside := true
		for _, r := range rows {
			inside = inside && m.within(n, r)
		}
		if inside {
			kept = append(kept, n)
		}
	}
	return kept
}

// absolute turns a relative path that goes up into one from the root, so that all rows are found.
func (m *Machine) absolute(l *location) {
	var names []string
	from := m.at
	if l.start == startCurrent {
		from = m.origin
	}
	for n := from; n != nil && n.Name() != ""; n = n.Parent() {
		names = append(names, n.Name())
	}
	i := 0
	for ; i < len(l.steps); i++ {
		s := &l.steps[i]
		switch {
		case s.axis == axisParent && s.test == testNode && len(s.pred) == 0 && len(names) > 0:
			names = names[1:]
			continue
		case s.axis == axisSelf && s.test == testNode && len(s.pred) == 0:
			continue
		}
		break
	}
	steps := make([]step, 0, len(names)+len(l.steps)-i)
	for j := len(names) - 1; j >= 0; j-- {
		steps = append(steps, step{name: names[j]})
	}
	l.start, l.steps = startRoot, append(steps, l.steps[i:]...)
}

func (m *Machine) within(n, row Node) bool {
	for ; n != nil; n = n.Parent() {
		if n == row {
			return true
		}
		m.step(1)
	}
	return false
}

func fnChoiceName(m *Machine, c *call) Value {
	value, path := m.text(c, 0), m.text(c, 1)
	if m.err != nil {
		return Value{}
	}
	if m.env.ChoiceName != nil {
		if s, ok := m.env.ChoiceName(m.origin, value, path); ok {
			return Text(s)
		}
	}
	return m.fail(faultf(Missing, c.pos, c.name, "没有可用的选项文字", "there are no labels of choices here"))
}

func fnItext(m *Machine, c *call) Value {
	id := m.text(c, 0)
	if m.env.Itext != nil {
		if s, ok := m.env.Itext(id); ok {
			return Text(s)
		}
	}
	return m.fail(faultf(Missing, c.pos, c.name, "没有可用的译文", "there are no translated texts here"))
}

func fnProperty(m *Machine, c *call) Value { return m.property(c, m.text(c, 0)) }

func (m *Machine) property(c *call, name string) Value {
	if m.err == nil && m.env.Property != nil {
		if s, ok := m.env.Property(name); ok {
			return Text(s)
		}
	}
	return m.fail(faultf(Missing, c.pos, c.name, "客户端属性在此不可用", "what a client knows of itself is not known here"))
}
