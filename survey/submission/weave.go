package submission

import (
	"slices"

	"ruhu/sync"
	"ruhu/sync/crdt"
)

// weave merges a post that changes how others are read: one that others went on from before it came, the same instanceID with
// other answers, a late file. What the record would hold had everything come in order is computed with and without
// the post, and what differs is said again.
func (m *merging) weave(p placed, repeat *Node, out *merged) error {
	if repeat != nil && len(p.joins) == 0 {
		idle, err := m.onlyBytes(*repeat, out)
		if err != nil || idle {
			return err
		}
	}
	if err := m.load(p.record); err != nil {
		return err
	}
	forms := m.s.Forms.Snapshot()
	before, err := newFamily(copies(m.all), forms, m.read)
	if err != nil {
		return err
	}
	carried, err := m.join(p, out)
	if err != nil {
		return err
	}
	var n *Node
	if repeat == nil {
		if err := m.room(); err != nil {
			return err
		}
		n = m.fresh(p.record)
		m.all = append(m.all, n)
	} else {
		for _, o := range m.all {
			if o.No == repeat.No {
				n = o
			}
		}
		for _, f := range slices.Concat(m.in.files, m.in.node.Meta.Files) {
			n.Meta.addFile(f)
		}
	}
	after, err := newFamily(m.all, forms, m.read)
	if err != nil {
		return err
	}
	if v := after.byKey[n.key()]; v != nil {
		out.Missing = after.missing(v)
	}
	m.old = crdt.VV{}
	for _, o := range m.all {
		for _, d := range o.Meta.written() {
			m.old.Raise(d)
		}
	}
	said := map[*Node]bool{}
	held := m.held()
	again := after.overreaching()
	for v := range again {
		v.node.Meta.Past, v.node.Meta.Dots = v.node.Meta.written(), nil
		said[v.node] = true
	}
	for _, e := range adjust(after, before.ideal(), after.ideal(), again, held) {
		if err := m.emit(e, m.old); err != nil {
			return err
		}
		said[e.by.node] = true
	}
	if repeat == nil {
		if err := m.store(n, out); err != nil {
			return err
		}
		delete(said, n)
	} else {
		m.prune(n)
		said[n] = true
		if n.Due {
			out.due = n
		}
	}
	for _, o := range m.all {
		if said[o] || slices.ContainsFunc(carried.moved, func(no int64) bool { return no == o.No }) {
			if err := m.led.PutNode(o); err != nil {
				return err
			}
		}
	}
	return m.finishJoin(p, carried)
}

// onlyBytes deals with a repeat that brings no file: its bytes are kept where they are others, and nothing is written.
func (m *merging) onlyBytes(n Node, out *merged) (idle bool, err error) {
	if !n.Meta.hasBody(m.in.id) && !n.Meta.Withheld {
		if err := m.led.PutBody(&n, m.in.id, m.in.body); err != nil {
			return false, err
		}
		if err := m.led.PutNode(&n); err != nil {
			return false, err
		}
	}
	if n.Due {
		out.due = &n
	}
	for _, f := range slices.Concat(m.in.files, m.in.node.Meta.Files) {
		if have, ok := n.Meta.file(f.Name); !ok || have.Blob != f.Blob {
			return false, nil
		}
	}
	out.Missing = n.lacks(m.in)
	return true, nil
}

func copies(nodes []*Node) []*Node {
	out := make([]*Node, len(nodes))
	for i, n := range nodes {
		c := *n
		c.Meta.Files = slices.Clone(n.Meta.Files)
		out[i] = &c
	}
	return out
}

// held returns what tells whether a write of a submission still lives at a path or row.
func (m *merging) held() func(path string, row bool) bool {
	ours := map[crdt.Dot]bool{}
	for _, n := range m.all {
		for _, d := range n.Meta.written() {
			ours[d] = true
		}
	}
	state := m.rec.State
	return func(path string, row bool) bool {
		if !row {
			return slices.ContainsFunc(state.Siblings(path), func(w crdt.Write) bool { return ours[w.Dot] })
		}
		r := state.Row(path)
		return r != nil && slices.ContainsFunc(r.Marks, func(k crdt.Mark) bool { return ours[k.Dot] })
	}
}

// carry is what comes over from records that turn out to be part of this one.
type carry struct {
	moved []int64 // nodes
	dots  map[int64][]crdt.Dot
	lines []sync.Line // what others than submissions wrote there
}

// join moves the nodes of other records to this one. Their change sets stay behind: what they say is said anew here.
func (m *merging) join(p placed, out *merged) (c carry, err error) {
	c.dots = map[int64][]crdt.Dot{}
	for _, record := range p.joins {
		list, err := m.led.Family(record)
		if err != nil {
			return c, err
		}
		ours := map[crdt.Dot]bool{}
		for i := range list {
			n := &list[i]
			c.moved = append(c.moved, n.No)
			c.dots[n.No] = n.Meta.Dots
			out.moved = append(out.moved, n.Meta.Files...)
			for _, d := range n.Meta.written() {
				ours[d] = true
			}
		}
		var lines []sync.Line
		for l, err := range m.c.Tx().RecordLines(record) {
			if err != nil {
				return c, err
			}
			if l.Status == sync.Merged && l.Body != nil && !ours[crdt.Dot{Device: l.Device, Seq: l.DevSeq}] {
				lines = append(lines, l)
			}
		}
		slices.SortFunc(lines, func(a, b sync.Line) int { return int(int64(a.Order) - int64(b.Order)) })
		c.lines = append(c.lines, lines...)
		if err := m.led.Move(record, p.record); err != nil {
			return c, err
		}
	}
	if len(c.moved) == 0 {
		return c, nil
	}
	if err := m.load(p.record); err != nil {
		return c, err
	}
	for _, n := range m.all {
		if slices.Contains(c.moved, n.No) {
			n.Meta.Dots, n.Meta.Past = nil, nil
		}
	}
	return c, nil
}

// finishJoin says again what the office and phones wrote in the records that go into this one, and retires those.
func (m *merging) finishJoin(p placed, c carry) error {
	over := map[crdt.Dot]crdt.Dot{} // of lines, to what they are here
	for i := range c.lines {
		l := &c.lines[i]
		set, err := sync.DecodeLine(l)
		if err != nil {
			return err
		}
		ch := sync.OfficeChange{User: l.Worker, Street: l.Street, Role: roleOf(set), Record: p.record, Form: set.Form, Version: set.Version, Ctx: crdt.VV{},
			Set: set.Set, Add: set.Add, Del: set.Del, At: l.Effective, Reason: l.Reason, OfficeAPI: true, Posted: true, Hand: "moved"}
		ch.Set = slices.DeleteFunc(slices.Clone(ch.Set), func(cell crdt.Cell) bool { return cell.Path == sync.PathAssignee || cell.Path == sync.PathGrid })
		for _, n := range m.all {
			dots := c.dots[n.No]
			if len(dots) > 0 && !slices.ContainsFunc(dots, func(d crdt.Dot) bool { return !set.Ctx.Covers(d) }) {
				for _, d := range n.Meta.Dots {
					ch.Ctx.Raise(d)
				}
			}
		}
		for was, is := range over {
			if set.Ctx.Covers(was) {
				ch.Ctx.Raise(is)
			}
		}
		if len(ch.Set)+len(ch.Add)+len(ch.Del) == 0 {
			continue
		}
		res, err := m.c.Office(ch)
		if err != nil {
			return err
		}
		over[crdt.Dot{Device: l.Device, Seq: l.DevSeq}] = crdt.Dot{Device: res.Device, Seq: res.Seq}
	}
	for _, record := range p.joins {
		if err := m.c.Retire(record, p.record); err != nil {
			return err
		}
	}
	return nil
}

// roleOf returns a role that may write what a merged change set wrote.
func roleOf(set *crdt.ChangeSet) string {
	for _, c := range set.Set {
		if !crdt.Path(c.Path).IsRecord() {
			break
		}
		for _, role := range [...]string{sync.RoleReviewer, sync.RoleRegistrar} {
			if sync.RoleMayWrite(role, c) && !sync.RoleMayWrite(sync.RoleWorker, c) {
				return role
			}
		}
	}
	for _, row := range slices.Concat(set.Add, set.Del) {
		if sync.RoleMayWrite(sync.RoleReviewer, crdt.Cell{Path: row}) {
			return sync.RoleReviewer
		}
	}
	return sync.RoleWorker
}
