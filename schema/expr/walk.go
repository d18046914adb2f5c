package expr

import "slices"

// locate evaluates a location path. The nodes lie on the machine's stack until the next evaluation.
func (m *Machine) locate(l *location) Value {
	if l.handle >= 0 && m.env.Fetch != nil {
		from := m.origin
		if l.start == startContext {
			from = m.at
		}
		base := len(m.stack)
		m.stack = m.env.Fetch(m.stack, l.handle, from)
		return nodeset(m.stack[base:len(m.stack):len(m.stack)])
	}
	var set []Node
	switch l.start {
	case startRoot:
		if m.env.Root == nil {
			return nodeset(nil)
		}
		set = m.one(m.env.Root)
	case startCurrent:
		set = m.one(m.origin)
	case startContext:
		set = m.one(m.at)
	case startFilter:
		v := m.eval(l.from)
		if m.err != nil {
			return Value{}
		}
		if v.kind != kindNodes {
			return m.fail(fault(Mismatch, l.pos, "", "路径的起点应为节点", "a path begins at what is not nodes"))
		}
		set = v.nodes
		for _, p := range l.filter {
			set = m.filter(set, p)
		}
	}
	return nodeset(m.walk(l, set))
}

func (m *Machine) one(n Node) []Node {
	if n == nil {
		return nil
	}
	base := len(m.stack)
	m.stack = append(m.stack, n)
	return m.stack[base:len(m.stack):len(m.stack)]
}

func (m *Machine) walk(l *location, set []Node) []Node {
	own := m.rows(l)
	for i := range l.steps {
		if m.err != nil {
			return nil
		}
		s := &l.steps[i]
		set = m.take(s, set)
		if i < len(own) && own[i] != nil && len(s.pred) == 0 && slices.Contains(set, own[i]) {
			set = m.one(own[i])
		}
	}
	return set
}

// rows returns, for an absolute path asked from inside the same tree, the asking node's ancestors by step: where the path
// goes by their names it stays in their rows. The last step is free, so that a repeat can count itself.
func (m *Machine) rows(l *location) []Node {
	if l.start != startRoot || m.origin == nil || len(l.steps) < 2 {
		return nil
	}
	base := len(m.stack)
	for n := m.origin; n != nil; n = n.Parent() {
		m.stack = append(m.stack, n)
	}
	up := m.stack[base:len(m.stack):len(m.stack)]
	slices.Reverse(up)
	if len(up) == 0 || up[0] != m.env.Root {
		return nil
	}
	up = up[1:]
	n := 0
	for n < len(up) && n < len(l.steps)-1 {
		s := &l.steps[n]
		if s.axis != axisChild || s.test != testName || s.name != up[n].Name() || len(s.pred) > 0 {
			break
		}
		n++
	}
	return up[:n]
}

// take goes one step from every node of a set, predicates included.
func (m *Machine) take(s *step, set []Node) []Node {
	base := len(m.stack)
	for _, n := range set {
		from := len(m.stack)
		m.stack = m.axis(m.stack, s, n)
		if !m.step(1 + len(m.stack) - from) {
			return nil
		}
		for _, p := range s.pred {
			found := m.stack[from:len(m.stack):len(m.stack)]
			kept := m.filter(found, p)
			if m.err != nil {
				return nil
			}
			m.stack = append(m.stack[:from], kept...)
		}
	}
	return m.ordered(m.stack[base:len(m.stack):len(m.stack)])
}

// ordered sorts a set by place and drops what stands twice, where it is not in order already.
func (m *Machine) ordered(set []Node) []Node {
	for i := 1; i < len(set); i++ {
		if set[i-1].Place() < set[i].Place() {
			continue
		}
		m.step(len(set))
		slices.SortStableFunc(set, func(a, b Node) int { return a.Place() - b.Place() })
		return slices.Compact(set)
	}
	return set
}

// filter keeps the nodes for which a predicate holds. set lies on the stack or is another set; the result is on the stack.
func (m *Machine) filter(set []Node, p expression) []Node {
	at, pos, size := m.at, m.pos, m.size
	base := len(m.stack)
	kept := make([]Node, 0, min(len(set), 4))
	for i, n := range set {
		m.at, m.pos, m.size = n, i+1, len(set)
		v := m.eval(p)
		m.stack = m.stack[:base]
		if m.err != nil {
			break
		}
		if v.kind == kindNumber && v.n == float64(i+1) || v.kind != kindNumber && v.True() {
			kept = append(kept, n)
		}
	}
	m.at, m.pos, m.size = at, pos, size
	return kept
}

func (m *Machine) axis(dst []Node, s *step, n Node) []Node {
	switch s.axis {
	case axisChild:
		switch s.test {
		case testName:
			return n.Children(dst, s.name)
		case testText:
			if n.Sort() != Complex {
				return append(dst, n)
			}
			return dst
		case testNone:
			return dst
		}
		return n.Children(dst, "")
	case axisSelf:
		return match(dst, s, n)
	case axisParent:
		if up := n.Parent(); up != nil {
			return match(dst, s, up)
		}
		return dst
	case axisAttribute:
		if v, ok := n.Attribute(s.name); ok {
			return append(dst, &attribute{owner: n, name: s.name, value: v})
		}
		return dst
	case axisDescendantOrSelf:
		return m.below(match(dst, s, n), s, n)
	case axisDescendant:
		return m.below(dst, s, n)
	case axisAncestorOrSelf:
		dst = match(dst, s, n)
		fallthrough
	case axisAncestor:
		for up := n.Parent(); up != nil; up = up.Parent() {
			dst = match(dst, s, up)
		}
		return dst
	}
	return siblings(dst, s, n)
}

func match(dst []Node, s *step, n Node) []Node {
	switch s.test {
	case testNode:
		return append(dst, n)
	case testAny:
		if n.Name() != "" {
			return append(dst, n)
		}
	case testName:
		if n.Name() == s.name {
			return append(dst, n)
		}
	}
	return dst
}

// below appends all that lies under a node, in document order.
func (m *Machine) below(dst []Node, s *step, n Node) []Node {
	for _, c := range n.Children(nil, "") {
		if !m.step(1) {
			return dst
		}
		dst = m.below(match(dst, s, c), s, c)
	}
	return dst
}

func siblings(dst []Node, s *step, n Node) []Node {
	up := n.Parent()
	if up == nil {
		return dst
	}
	all := up.Children(nil, "")
	i := slices.Index(all, n)
	if i < 0 {
		return dst
	}
	if s.axis == axisFollowingSibling {
		for _, c := range all[i+1:] {
			dst = match(dst, s, c)
		}
		return dst
	}
	for j := i - 1; j >= 0; j-- {
		dst = match(dst, s, all[j])
	}
	return dst
}

// union is both sets, in document order, each node once.
func (m *Machine) union(x *operation, a, b Value) Value {
	if a.kind != kindNodes || b.kind != kindNodes {
		return m.fail(fault(Mismatch, x.pos, "", "| 只能连接节点", "| joins nodes only"))
	}
	base := len(m.stack)
	m.stack = append(append(m.stack, a.nodes...), b.nodes...)
	return nodeset(m.ordered(m.stack[base:len(m.stack):len(m.stack)]))
}

// attribute is an attribute as a node of its own.
type attribute struct {
	owner       Node
	name, value string
}

func (a *attribute) Name() string                         { return a.name }
func (a *attribute) Parent() Node                         { return a.owner }
func (a *attribute) Children(dst []Node, _ string) []Node { return dst }
func (a *attribute) Text() string                         { return a.value }
func (a *attribute) Sort() Sort                           { return Words }
func (a *attribute) Attribute(string) (string, bool)      { return "", false }
func (a *attribute) Place() int                           { return a.owner.Place() }

// position returns a node's place among its siblings of the same name, from 1.
func position(n Node) int {
	up := n.Parent()
	if up == nil {
		return 1
	}
	i := 0
	for _, c := range up.Children(nil, n.Name()) {
		i++
		if c == n {
			return i
		}
	}
	return i + 1
}
