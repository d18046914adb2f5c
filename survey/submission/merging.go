package submission

import (
	"context"
	"slices"
	"strconv"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// merged is what a transaction came to.
type merged struct {
	Outcome
	due   *Node     // its entities are to be applied
	moved []FileRef // files of records that went into this one
	ended []string  // records erased with it
}

// readNode is a node read by itself.
type readNode struct {
	doc  *instance.Document
	inst *instance.Instance
}

// merging is one post in the writer's transaction.
type merging struct {
	s   *Service
	c   *sync.Composing
	led Ledger
	in  *incoming
	rec sync.Record
	// begun: something of the record was merged
	begun bool
	all   []*Node            // the record's nodes
	old   crdt.VV            // dots of submissions before this post
	known map[int64]readNode // nodes that were read
}

func (s *Service) merge(ctx context.Context, in *incoming) (out merged, err error) {
	err = in.log.Engine.Compose(ctx, func(c *sync.Composing) error {
		led, err := in.log.Ledger(c.Tx())
		if err != nil {
			return err
		}
		m := &merging{s: s, c: c, led: led, in: in}
		out, err = m.run()
		return err
	})
	return out, err
}

func (m *merging) run() (merged, error) {
	in := m.in
	p, err := place(m.c, m.led, in)
	if err != nil {
		return merged{}, err
	}
	out := merged{Outcome: Outcome{Stream: string(in.log.Engine.Stream), Record: p.record, InstanceID: in.node.Instance, Edit: in.node.Parent != "",
		Encrypted: in.node.Meta.Encrypted}}
	if m.rec, m.begun, err = m.c.Record(p.record); err != nil {
		return merged{}, err
	}
	if p.gone || m.begun && m.rec.State.Erased {
		out.Dropped = true
		err := m.drop(p, &out)
		return out, err
	}
	if m.rec.State == nil {
		m.rec.State = &crdt.State{}
	}
	var repeat *Node
	for i := range p.nodes {
		if p.nodes[i].same(in) {
			repeat = &p.nodes[i]
		}
	}
	out.New = !m.begun
	out.Repeat, out.Changed = repeat != nil, repeat == nil && len(p.nodes) > 0
	if repeat == nil && len(p.nodes) == 0 && !p.kids && len(p.joins) == 0 {
		err := m.leaf(&out)
		return out, err
	}
	err = m.weave(p, repeat, &out)
	return out, err
}

// drop keeps nothing of a post of an erased record but its ids, so that what goes on from it is known too; what came before
// it and belongs to it goes as well.
func (m *merging) drop(p placed, out *merged) error {
	own, err := m.led.Nodes(m.in.node.Instance)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(own, func(n Node) bool { return n.Gone }) {
		n := Node{Record: p.record, Instance: m.in.node.Instance, Parent: m.in.node.Parent, Gone: true}
		if err := m.led.AddNode(&n, Hash{}, nil); err != nil {
			return err
		}
	}
	for _, record := range p.joins {
		if err := m.c.Erase(m.in.node.Meta.Street, record, "follows the erasure of "+p.record); err != nil {
			return err
		}
		out.ended = append(out.ended, record)
	}
	return nil
}

// fresh is the post's node as it is stored first.
func (m *merging) fresh(record string) *Node {
	n := m.in.node
	n.Record = record
	n.Meta.Files = slices.Clone(n.Meta.Files)
	n.Meta.At = m.c.Now()
	if !m.begun {
		n.Meta.Role = sync.RoleWorker // who begins a record is its author, whatever else they are
	}
	for _, f := range m.in.files {
		n.Meta.addFile(f)
	}
	n.Due = m.s.Entities != nil && len(m.in.inst.Entities) > 0
	return &n
}

// read reads a node by itself; the post's own was read before.
func (m *merging) read(n *Node, form *schema.Form) (*instance.Document, *instance.Instance, error) {
	if n.No == 0 {
		return m.in.doc, m.in.inst, nil
	}
	if k, ok := m.known[n.No]; ok {
		return k.doc, k.inst, nil
	}
	src, err := m.led.Body(n, n.Meta.Bodies[0])
	if err != nil {
		return nil, nil, err
	}
	doc, err := instance.Open(src)
	if err != nil {
		return nil, nil, err
	}
	inst, err := readDocument(n, form, doc)
	if m.known == nil {
		m.known = map[int64]readNode{}
	}
	m.known[n.No] = readNode{doc, inst}
	return doc, inst, err
}

// leaf merges a post that changes nothing of how others are read: it says what it says against the version it replaces.
func (m *merging) leaf(out *merged) error {
	n := m.fresh(out.Record)
	if err := m.load(out.Record); err != nil {
		return err
	}
	if err := m.room(); err != nil {
		return err
	}
	f, err := newFamily(append(lineage(m.all, n), n), m.s.Forms.Snapshot(), m.read)
	if err != nil {
		return err
	}
	v := f.byKey[n.key()]
	out.Missing = f.missing(v)
	m.all = append(m.all, n)
	if err := m.emit(f.direct(v), nil); err != nil {
		return err
	}
	return m.store(n, out)
}

// room reports whether one more version of the record is taken: what one record makes the server read is bounded.
func (m *merging) room() error {
	n, bytes := 0, int64(len(m.in.body))
	for _, o := range m.all {
		if o.Meta.Served == nil {
			n++
		}
		for _, b := range o.Meta.Bodies {
			bytes += b.Size
		}
	}
	if n >= limits.SubmissionVersions || bytes > limits.SubmissionRecordBytes {
		return errs.New(errs.OverQuota, "merge submission", "record %s has %d versions of %d bytes", m.rec.ID, n, bytes).
			WithHint("这条记录的版本太多，请联系街道办新建一条。 This record has too many versions: ask the office to begin a new one.")
	}
	return nil
}

// store adds the post's node with its bytes.
func (m *merging) store(n *Node, out *merged) error {
	body := m.in.body
	if len(m.rec.State.Withheld) > 0 {
		body = nil
		n.Meta.Withheld = true
		m.prune(n)
	}
	if n.Due {
		out.due = n
	}
	return m.led.AddNode(n, m.in.id, body)
}

// prune takes from a node the files that no answer names, where values of the record are withheld.
func (m *merging) prune(n *Node) {
	if len(m.rec.State.Withheld) > 0 {
		n.Meta.Files = slices.DeleteFunc(n.Meta.Files, func(f FileRef) bool { return !m.shown(f.Blob) })
	}
}

// shown reports whether an answer that is not withheld names a file.
func (m *merging) shown(blob string) bool {
	rec, _, err := m.c.Record(m.rec.ID)
	if err != nil || rec.State == nil {
		return false
	}
	for i := range rec.State.Registers {
		for _, w := range rec.State.Registers[i].Siblings {
			if w.Value == blob {
				return true
			}
		}
	}
	return false
}

// load reads the record's nodes.
func (m *merging) load(record string) error {
	m.rec.ID = record
	list, err := m.led.Family(record)
	if err != nil {
		return err
	}
	m.all = make([]*Node, 0, len(list)+1)
	for i := range list {
		m.all = append(m.all, &list[i])
	}
	return nil
}

// lineage returns the nodes that a node goes on from, with all contents their instanceIDs came with.
func lineage(all []*Node, n *Node) []*Node {
	wanted := []string{n.Parent}
	taken := map[*Node]bool{}
	var out []*Node
	for len(wanted) > 0 {
		id := wanted[0]
		wanted = wanted[1:]
		for _, o := range all {
			if id == "" || o.Instance != id || taken[o] {
				continue
			}
			taken[o] = true
			out = append(out, o)
			wanted = append(wanted, o.Parent)
			if o.Meta.Served == nil {
				continue
			}
			for _, key := range o.Meta.Served.Covers {
				for _, covered := range all {
					if covered.key() == key {
						wanted = append(wanted, covered.Instance)
					}
				}
			}
		}
	}
	return out
}

// hand returns the hand in whose name something may be said for a view: one that has said nothing in this record but for it
// and for what its author had seen. Else a context could not name the one without the other.
func (m *merging) hand(v *view) string {
	may := map[string]bool{v.node.key(): true}
	for u := range v.seen {
		may[u.node.key()] = true
	}
	for k := 1; ; k++ {
		hand := sync.HandOpenRosa
		if k > 1 {
			hand += "-" + strconv.Itoa(k)
		}
		device := m.c.Device(v.node.Meta.Worker, hand, v.node.Meta.Street)
		if !slices.ContainsFunc(m.all, func(n *Node) bool {
			return !may[n.key()] && slices.ContainsFunc(n.Meta.written(), func(d crdt.Dot) bool { return d.Device == device })
		}) {
			return hand
		}
	}
}

// emit writes change sets in the name of a view, whose context is what its author had seen and what also covers.
func (m *merging) emit(e emission, also crdt.VV) error {
	v := e.by
	n := v.node
	if len(m.rec.State.Withheld) > 0 {
		e.set = slices.DeleteFunc(e.set, func(c crdt.Cell) bool { return m.rec.State.IsWithheld(c.Path) })
	}
	hand := m.hand(v)
	seen := v.seenVV().Join(also)
	for _, part := range e.chunks() {
		ch := sync.OfficeChange{User: n.Meta.Worker, Street: n.Meta.Street, Role: n.Meta.Role, Record: m.rec.ID, Form: n.Meta.Form, Version: n.Meta.Version, Ctx: seen,
			Set: part.set, Add: part.add, Del: part.del, Hand: hand, Posted: true}
		if !m.begun {
			ch.Grid = m.in.node.Meta.Grid
		}
		res, err := m.c.Office(ch)
		if err != nil {
			return err
		}
		dot := crdt.Dot{Device: res.Device, Seq: res.Seq}
		n.Meta.Dots = append(n.Meta.Dots, dot)
		seen = seen.Clone()
		seen.Raise(dot)
		if !m.begun {
			if m.rec, m.begun, err = m.c.Record(m.rec.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
