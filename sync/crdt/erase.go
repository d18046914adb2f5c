package crdt

import (
	"slices"
	"strings"
)

// Erase makes s the top element: nothing is left of it, and nothing applied or joined later leaves a trace.
func (s *State) Erase() { *s = State{Erased: true} }

// Withhold removes all values at and below a path prefix for good: those that are there, and those of sets that arrive
// later, whose dots still enter the vector. Row marks stay, they hold no words. A prefix segment without a row
// id stands for all rows: "members/note" covers "members[r1]/note" of every row.
func (s *State) Withhold(prefix string) {
	if s.Erased {
		return
	}
	s.Withheld = leastPrefixes(append(s.Withheld, prefix))
	s.strip()
}

// IsWithheld reports whether a path lies at or below a withheld prefix.
func (s *State) IsWithheld(path string) bool { return s.withheld(path) }

func (s *State) withheld(path string) bool {
	for _, p := range s.Withheld {
		if covers(p, path) {
			return true
		}
	}
	return false
}

// PathCovers reports whether path lies at or below prefix as Withhold understands it.
func PathCovers(prefix, path string) bool { return covers(prefix, path) }

// leastPrefixes sorts prefixes and drops those that another covers.
func leastPrefixes(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	list = slices.Compact(list)
	var out []string
	for _, p := range list {
		if !slices.ContainsFunc(list, func(q string) bool { return q != p && covers(q, p) }) {
			out = append(out, p)
		}
	}
	return out
}

// strip drops the registers under withheld prefixes and what only they kept alive.
func (s *State) strip() {
	var dropped []Dot
	s.Registers = slices.DeleteFunc(s.Registers, func(r Register) bool {
		if !s.withheld(r.Path) {
			return false
		}
		for _, w := range r.Siblings {
			dropped = append(dropped, w.Dot)
			if r.Path == StatusPath {
				delete(s.StatusCtx, w.Dot)
			}
		}
		return true
	})
	slices.SortFunc(dropped, Dot.Compare)
	s.forget(slices.Compact(dropped))
}

// StripValues returns c without the values under the given prefixes: what may be stored of a set that arrives after they
// were withheld. The second result says whether anything was taken. c itself is not changed.
func (c *ChangeSet) StripValues(prefixes []string) (*ChangeSet, bool) {
	hit := func(cell Cell) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return covers(p, cell.Path) })
	}
	if !slices.ContainsFunc(c.Set, hit) {
		return c, false
	}
	out := *c
	out.Set = slices.DeleteFunc(slices.Clone(c.Set), hit)
	// The rows the taken values lay in stay marked.
	for _, m := range marksOf(c) {
		if !m.minus && !slices.ContainsFunc(marksOf(&out), func(o rowMark) bool { return o.row == m.row }) {
			out.Add = append(slices.Clone(out.Add), strings.Clone(m.row))
		}
	}
	out.Normalize()
	return &out, true
}
