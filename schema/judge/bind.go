package judge

import (
	"slices"
	"strings"

	"ruhu/schema/expr"
)

// path is a plain path from one field to another: up to the block that both lie in or under, then down through rows.
type path struct {
	up    int
	down  []int // places of scopes below
	local int
}

// bind gives the plain paths of an expression handles, and reports whether the expression sees the same from everywhere:
// all its paths are absolute and to what the record has one of.
func (f *Form) bind(i int, e *expr.Expr) bool {
	everywhere := true
	for _, r := range e.Refs() {
		if r.Foreign || r.Inside && !r.Absolute && !r.Current {
			continue
		}
		to, ok := f.follow(i, r)
		if !r.Absolute || !r.Plain || !ok || f.nodes[to].scope != f.scopes[0] {
			everywhere = false
		}
	}
	for _, c := range e.Calls() {
		if c.Args == 0 {
			switch c.Name {
			case "true", "false", "pi", "last", "today", "now":
			default: // current(), position(), string-length() …: about the asking node
				everywhere = false
			}
		}
	}
	e.Bind(func(r expr.Ref) int { return f.handle(i, r) })
	return everywhere
}

// bindFilter binds a predicate that is tried at items of a list: only what it reads of the record.
func (f *Form) bindFilter(i int, e *expr.Expr) {
	e.Bind(func(r expr.Ref) int {
		if !r.Absolute && !r.Current {
			return -1
		}
		return f.handle(i, r)
	})
}

func (f *Form) handle(i int, r expr.Ref) int {
	to, ok := f.follow(i, r)
	if !ok {
		return -1
	}
	f.paths = append(f.paths, f.path(i, to, r))
	return len(f.paths) - 1
}

// follow finds the field a plain path leads to.
func (f *Form) follow(i int, r expr.Ref) (int, bool) {
	if !r.Plain {
		return 0, false
	}
	at, named := i, false
	if r.Absolute {
		at = 0
	}
	for _, s := range r.Steps {
		switch s {
		case ".":
		case "..":
			if named || at <= 0 {
				return 0, false
			}
			at = f.nodes[at].up
		default:
			next, ok := f.nodes[at].place[s]
			if !ok {
				return 0, false
			}
			at, named = next, true
		}
	}
	return at, at >= 0
}

func (f *Form) path(from, to int, r expr.Ref) path {
	base := f.nodes[from].scope
	target := f.nodes[to].scope
	if r.Absolute {
		// Where the path goes by the asking node's own rows it stays in them; a repeat that ends it stands for all its rows.
		base = within(base, target)
		if base == target && base.up != nil && f.nodes[to].local == 0 && f.nodes[from].scope.under(base) {
			base = base.up
		}
	} else {
		at := from
		for _, s := range r.Steps {
			if s == ".." {
				at = f.nodes[at].up
			}
		}
		base = f.nodes[at].scope
	}
	p := path{up: f.nodes[from].scope.depth - base.depth, local: f.nodes[to].local}
	for s := target; s != base; s = s.up {
		p.down = append(p.down, s.child)
	}
	slices.Reverse(p.down)
	return p
}

// under reports whether s is other or lies in it.
func (s *scope) under(other *scope) bool {
	for ; s != nil; s = s.up {
		if s == other {
			return true
		}
	}
	return false
}

// within returns the innermost scope that both lie in.
func within(a, b *scope) *scope {
	for !a.under(b) {
		b = b.up
	}
	return b
}

// reads notes the fields that a rule looks at.
func (f *Form) reads(i int, r *rule) {
	seen := map[int]bool{}
	for _, ref := range r.e.Refs() {
		for _, to := range f.targets(i, ref) {
			seen[to] = true
		}
	}
	for to := range seen {
		r.reads = append(r.reads, to)
	}
	slices.Sort(r.reads)
	for _, to := range r.reads {
		r.nodes = append(r.nodes, f.nodes[to].node)
	}
}

// targets returns the fields a path may lead to, predicates left aside.
func (f *Form) targets(i int, r expr.Ref) []int {
	switch {
	case r.Foreign:
		return nil
	case r.Inside && !r.Absolute && !r.Current: // relative to what is tried: anything of that name
		return f.named(r.Steps)
	}
	set := []int{i}
	if r.Absolute {
		set = []int{0}
	}
	deep := false
	for _, s := range r.Steps {
		var next []int
		for _, at := range set {
			switch {
			case s == "." || strings.HasPrefix(s, "@"):
				next = append(next, at)
			case s == "..":
				if up := f.nodes[at].up; up >= 0 {
					next = append(next, up)
				}
			case s == "//":
				next = append(next, at)
			case deep:
				next = append(next, f.below(at, s)...)
			case s == "*":
				next = append(next, f.nodes[at].kids...)
			default:
				if to, ok := f.nodes[at].place[s]; ok {
					next = append(next, to)
				}
			}
		}
		deep = s == "//"
		slices.Sort(next)
		set = slices.Compact(next)
	}
	out := set[:0]
	for _, at := range set {
		if f.nodes[at].node != nil {
			out = append(out, at)
		}
	}
	return out
}

func (f *Form) below(at int, name string) []int {
	var list []int
	for _, k := range f.nodes[at].kids {
		if name == "*" || f.nodes[k].name == name {
			list = append(list, k)
		}
		list = append(list, f.below(k, name)...)
	}
	return list
}

func (f *Form) named(steps []string) []int {
	if len(steps) == 0 {
		return nil
	}
	var list []int
	for i := range f.nodes {
		if f.nodes[i].node != nil && f.nodes[i].name == steps[len(steps)-1] {
			list = append(list, i)
		}
	}
	return list
}
