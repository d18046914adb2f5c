package crdt

import "slices"

// Join returns the least state that holds what both hold: the algebra's join, for tests and tools. Neither is changed.
// A phone never joins, it replaces.
func Join(a, b *State) *State {
	if a.Erased || b.Erased {
		return &State{Erased: true}
	}
	out := &State{VV: a.VV.Join(b.VV)}
	if len(out.VV) == 0 {
		out.VV = nil
	}
	out.Withheld = leastPrefixes(slices.Concat(a.Withheld, b.Withheld))
	out.Registers = joinSorted(a.Registers, b.Registers, func(r Register) string { return r.Path },
		func(x, y Register) (Register, bool) {
			path := x.Path
			if path == "" {
				path = y.Path
			}
			if out.withheld(path) {
				return Register{}, false
			}
			sib := joinLive(x.Siblings, y.Siblings, a.VV, b.VV, func(w Write) Dot { return w.Dot })
			return Register{Path: path, Siblings: sib}, len(sib) > 0
		})
	out.Rows = joinSorted(a.Rows, b.Rows, func(r Row) string { return r.Path },
		func(x, y Row) (Row, bool) {
			r := x
			if x.Path == "" || y.HasBirth && (!x.HasBirth || y.Birth.before(x.Birth)) {
				r = y
			}
			r.Marks = joinLive(x.Marks, y.Marks, a.VV, b.VV, func(m Mark) Dot { return m.Dot })
			return r, true
		})
	out.joinTimes(a, b)
	out.joinStatus(a, b)
	return out
}

// joinSorted walks two lists sorted by key and merges what stands under each; a side without the key gives its zero value.
func joinSorted[T any](a, b []T, key func(T) string, merge func(x, y T) (T, bool)) []T {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		var x, y T
		inA := len(a) > 0 && (len(b) == 0 || key(a[0]) <= key(b[0]))
		inB := len(b) > 0 && (len(a) == 0 || key(b[0]) <= key(a[0]))
		if inA {
			x, a = a[0], a[1:]
		}
		if inB {
			y, b = b[0], b[1:]
		}
		if merged, keep := merge(x, y); keep {
			out = append(out, merged)
		}
	}
	return out
}

// joinLive keeps what lives on both sides, and what lives on one and the other has never seen. Both are sorted by dot.
func joinLive[T any](a, b []T, seenA, seenB VV, dot func(T) Dot) []T {
	out := make([]T, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = dot(a[0]).Compare(dot(b[0]))
		}
		switch {
		case order == 0:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		case order < 0:
			if !seenB.Covers(dot(a[0])) {
				out = append(out, a[0])
			}
			a = a[1:]
		default:
			if !seenA.Covers(dot(b[0])) {
				out = append(out, b[0])
			}
			b = b[1:]
		}
	}
	return out
}

func (s *State) joinTimes(a, b *State) {
	s.eachDot(func(d Dot) {
		if _, done := s.Times[d]; done {
			return
		}
		ta, inA := a.Times[d]
		tb, inB := b.Times[d]
		if inA && (!inB || ta < tb) {
			tb = ta
		}
		if s.Times == nil {
			s.Times = make(map[Dot]int64, max(len(a.Times), len(b.Times)))
		}
		s.Times[d] = tb
	})
}

func (s *State) joinStatus(a, b *State) {
	for _, w := range s.Siblings(StatusPath) {
		if ctx := a.StatusCtx[w.Dot].Join(b.StatusCtx[w.Dot]); len(ctx) > 0 {
			if s.StatusCtx == nil {
				s.StatusCtx = make(map[Dot]VV, 2)
			}
			s.StatusCtx[w.Dot] = ctx
		}
	}
}

// eachDot calls f for every dot that lives or gave birth, as often as it does.
func (s *State) eachDot(f func(Dot)) {
	for i := range s.Registers {
		for j := range s.Registers[i].Siblings {
			f(s.Registers[i].Siblings[j].Dot)
		}
	}
	for i := range s.Rows {
		for j := range s.Rows[i].Marks {
			f(s.Rows[i].Marks[j].Dot)
		}
		if s.Rows[i].HasBirth {
			f(s.Rows[i].Birth.Dot)
		}
	}
}
