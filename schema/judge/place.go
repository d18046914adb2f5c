package judge

import (
	"strings"

	"ruhu/schema/expr"
)

func (p *place) def() *field { return &p.run.f.nodes[p.field] }

// Name implements expr.Node.
func (p *place) Name() string { return p.def().name }

// Parent implements expr.Node.
func (p *place) Parent() expr.Node {
	if up := p.above(); up != nil {
		return up
	}
	return nil
}

func (p *place) above() *place {
	d := p.def()
	if d.up < 0 {
		return nil
	}
	up := &p.run.f.nodes[d.up]
	b := p.row
	if up.scope != d.scope {
		b = b.up
	}
	return &b.places[up.local]
}

// Children implements expr.Node.
func (p *place) Children(dst []expr.Node, name string) []expr.Node {
	d := p.def()
	if name != "" {
		if k, ok := d.place[name]; ok {
			dst = p.child(dst, k)
		}
		return dst
	}
	for _, k := range d.kids {
		dst = p.child(dst, k)
	}
	return dst
}

func (p *place) child(dst []expr.Node, k int) []expr.Node {
	n := &p.run.f.nodes[k]
	if n.scope == p.row.scope {
		return p.run.take(dst, &p.row.places[n.local])
	}
	for _, b := range p.row.rows[n.scope.child] {
		dst = p.run.take(dst, &b.places[0])
	}
	return dst
}

// take appends a place that applies.
func (r *run) take(dst []expr.Node, p *place) []expr.Node {
	if r.applies(p) == no {
		return dst
	}
	return append(dst, p)
}

// Text implements expr.Node.
func (p *place) Text() string {
	if p.computed == notComputed && p.def().derived {
		p.run.compute(p)
	}
	return p.text
}

// Sort implements expr.Node.
func (p *place) Sort() expr.Sort { return p.def().sort }

// Attribute implements expr.Node: the root element has its form's id and version.
func (p *place) Attribute(name string) (string, bool) {
	if p.field == 1 {
		switch name {
		case "id":
			return p.run.f.form.ID, true
		case "version":
			return p.run.f.form.Version, true
		}
	}
	return "", false
}

// Place implements expr.Node. Rows are numbered as they were made, which is their order within a repeat; a set that mixes
// rows of several repeats is in order by repeat.
func (p *place) Place() int { return p.row.first + p.def().local }

// path returns the record's path of a place.
func (p *place) path() string {
	n := p.def().node
	if p.row.path == "" {
		return n.Path
	}
	pattern := p.run.f.nodes[p.row.scope.fields[0]].node.Path
	return p.row.path + strings.TrimPrefix(n.Path, pattern)
}

// fetch appends the nodes of a bound path.
func (r *run) fetch(dst []expr.Node, handle int, from expr.Node) []expr.Node {
	at, ok := from.(*place)
	if !ok {
		return dst
	}
	p := &r.f.paths[handle]
	b := at.row
	for range p.up {
		b = b.up
	}
	return r.descend(dst, b, p.down, p.local)
}

func (r *run) descend(dst []expr.Node, b *block, down []int, local int) []expr.Node {
	if len(down) == 0 {
		return r.take(dst, &b.places[local])
	}
	for _, row := range b.rows[down[0]] {
		dst = r.descend(dst, row, down[1:], local)
	}
	return dst
}

// instance returns the node above the root of another instance.
func (r *run) instance(id string) (expr.Node, bool) {
	if t := r.f.tables[id]; t != nil {
		return &t.nodes[0], true
	}
	if in := r.f.form.Table(id); in != nil && in.Src == "" {
		if len(in.Tree.Nodes) == 0 {
			return nil, false
		}
		if t := r.tables[id]; t != nil {
			return &t.nodes[0], true
		}
		t := newTable(&in.Tree)
		if r.tables == nil {
			r.tables = map[string]*table{}
		}
		r.tables[id] = t
		return &t.nodes[0], true
	} else if in != nil {
		return r.external(in.Src)
	}
	return r.external(id)
}

func (r *run) external(src string) (expr.Node, bool) {
	if r.env.Table == nil {
		return nil, false
	}
	t, ok := r.env.Table(src)
	if !ok || t == nil {
		return nil, false
	}
	return &t.nodes[0], true
}

// choiceName returns the label of a choice in the language of the Env.
func (r *run) choiceName(from expr.Node, value, path string) (string, bool) {
	at, ok := from.(*place)
	if !ok || r.env.Language == "" {
		return "", false
	}
	e, err := expr.Parse(path)
	if err != nil {
		return "", false
	}
	refs := e.Refs()
	if len(refs) != 1 {
		return "", false
	}
	to, ok := r.f.follow(int(at.field), refs[0])
	if !ok || r.f.nodes[to].node == nil || r.f.nodes[to].node.Choices == nil || r.f.nodes[to].node.Choices.List == nil {
		return "", false
	}
	list := r.f.nodes[to].node.Choices.List
	if i, ok := list.Place(value); ok {
		return list.Items[i].Label.In(r.env.Language), true
	}
	return "", !list.Open
}
