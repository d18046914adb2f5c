package crdt

import (
	"slices"
	"strings"
)

// Rename gives the dots of a state other names, and takes out what is written under a dot for which dot says false, as if
// that set had not been: what it had superseded does not come back, but a row stays in which something else is still
// written. vv does the same to the vector and to the ctx of each live status; what it gives for the vector covers every
// dot that stays and what it gives for those. It is for a screen whose author goes on under another name; a replica
// never renames.
func (s *State) Rename(dot func(Dot) (Dot, bool), vv func(VV) VV) {
	if s.Erased {
		return
	}
	times := make(map[Dot]int64, len(s.Times))
	name := func(d *Dot) bool {
		n, ok := dot(*d)
		if ok {
			times[n] = s.Times[*d]
		}
		*d = n
		return ok
	}
	s.VV = vv(s.VV)
	for i := range s.Registers {
		r := &s.Registers[i]
		r.Siblings = slices.DeleteFunc(r.Siblings, func(w Write) bool { _, ok := dot(w.Dot); return !ok })
		for j := range r.Siblings {
			name(&r.Siblings[j].Dot)
		}
		slices.SortFunc(r.Siblings, func(a, b Write) int { return a.Dot.Compare(b.Dot) })
	}
	s.Registers = slices.DeleteFunc(s.Registers, func(r Register) bool { return len(r.Siblings) == 0 })
	for i := range s.Rows {
		r := &s.Rows[i]
		r.Marks = slices.DeleteFunc(r.Marks, func(m Mark) bool { _, ok := dot(m.Dot); return !ok })
		for j := range r.Marks {
			name(&r.Marks[j].Dot)
		}
		if len(r.Marks) == 0 {
			r.Marks = s.writersIn(r.Path)
		}
		slices.SortFunc(r.Marks, func(a, b Mark) int { return a.Dot.Compare(b.Dot) })
		r.HasBirth = r.HasBirth && name(&r.Birth.Dot)
		if !r.HasBirth {
			r.bear(times)
		}
	}
	s.Rows = slices.DeleteFunc(s.Rows, func(r Row) bool { return len(r.Marks) == 0 })
	status := make(map[Dot]VV, len(s.StatusCtx))
	for d, ctx := range s.StatusCtx {
		if n, ok := dot(d); ok {
			if ctx = vv(ctx); len(ctx) > 0 {
				status[n] = ctx
			}
		}
	}
	s.Times, s.StatusCtx = times, status
	s.dropTimes()
}

// writersIn gives a mark for each dot that lives in a cell below a row: its set marked the row too.
func (s *State) writersIn(row string) []Mark {
	var out []Mark
	for _, r := range s.Registers {
		if !strings.HasPrefix(r.Path, row+"/") {
			continue
		}
		for _, w := range r.Siblings {
			if m := (Mark{Dot: w.Dot}); !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// bear gives a row the least birth its live marks know of.
func (r *Row) bear(times map[Dot]int64) {
	r.Birth = Birth{}
	for _, m := range r.Marks {
		if b := (Birth{Time: times[m.Dot], Dot: m.Dot}); !m.Minus && (!r.HasBirth || b.before(r.Birth)) {
			r.Birth, r.HasBirth = b, true
		}
	}
}

// dropTimes leaves the times of dots that live or gave birth.
func (s *State) dropTimes() {
	live := make(map[Dot]bool, len(s.Times))
	s.eachDot(func(d Dot) { live[d] = true })
	for d := range s.Times {
		if !live[d] {
			delete(s.Times, d)
		}
	}
}
