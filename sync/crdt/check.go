package crdt

import (
	"slices"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/sync/crdt/strictjson"
)

// check says whether s is a state that applying and joining can produce. Bytes from outside and from the
// disk pass it before anything trusts them.
func (s *State) check() error {
	bad := func(what string) error { return errs.New(errs.Malformed, "check state", "%s", what) }
	if s.Erased {
		if s.VV != nil || s.Registers != nil || s.Rows != nil || s.Times != nil || s.StatusCtx != nil || s.Withheld != nil {
			return bad("an erased state holds something")
		}
		return nil
	}
	if err := s.checkRegisters(bad); err != nil {
		return err
	}
	if err := s.checkRows(bad); err != nil {
		return err
	}
	for device, seq := range s.VV {
		if device == "" || !utf8.ValidString(device) || seq == 0 || seq > strictjson.MaxSafe {
			return bad("an entry of the vector is not right")
		}
	}
	for _, t := range s.Times {
		if t > strictjson.MaxSafe || t < -strictjson.MaxSafe {
			return bad("a time is not right")
		}
	}
	seen, missing := make(map[Dot]struct{}, len(s.Times)), false
	s.eachDot(func(d Dot) {
		_, timed := s.Times[d]
		missing = missing || !timed || d.Seq == 0 || !s.VV.Covers(d)
		seen[d] = struct{}{}
	})
	if missing || len(seen) != len(s.Times) {
		return bad("times and vector do not fit what lives")
	}
	for d, ctx := range s.StatusCtx {
		live := slices.ContainsFunc(s.Siblings(StatusPath), func(w Write) bool { return w.Dot == d })
		if !live || len(ctx) == 0 || !ctx.Within(s.VV) {
			return bad("a status context fits no live status")
		}
		for _, seq := range ctx {
			if seq == 0 {
				return bad("an entry of a status context is empty")
			}
		}
	}
	for _, p := range s.Withheld {
		if path, err := ParsePath(p); err != nil || string(path) != p {
			return bad("a withheld prefix is no path")
		}
	}
	if !slices.Equal(s.Withheld, leastPrefixes(s.Withheld)) {
		return bad("withheld prefixes are not in their least form")
	}
	return nil
}

func (s *State) checkRegisters(bad func(string) error) error {
	for i, r := range s.Registers {
		path, err := ParsePath(r.Path)
		if err != nil || path.IsRow() {
			return bad("a cell's path is not right")
		}
		if i > 0 && s.Registers[i-1].Path >= r.Path {
			return bad("cells are not sorted")
		}
		if len(r.Siblings) == 0 || !slices.IsSortedFunc(r.Siblings, strictly(func(w Write) Dot { return w.Dot })) {
			return bad("siblings are not sorted")
		}
		for j := range r.Siblings {
			if w := &r.Siblings[j]; !utf8.ValidString(w.Value) || w.Null && w.Value != "" {
				return bad("a value is not right")
			}
		}
		if s.withheld(r.Path) {
			return bad("a withheld value is there")
		}
		if !s.rowsMarked(path) {
			return bad("a cell lies in a row that nothing marked")
		}
	}
	return nil
}

func (s *State) rowsMarked(p Path) bool {
	for row := range p.EnclosingRows {
		if s.Row(row) == nil {
			return false
		}
	}
	return true
}

func (s *State) checkRows(bad func(string) error) error {
	for i, r := range s.Rows {
		path, err := ParsePath(r.Path)
		if err != nil || !path.IsRow() {
			return bad("a row's path is not right")
		}
		if i > 0 && s.Rows[i-1].Path >= r.Path {
			return bad("rows are not sorted")
		}
		if len(r.Marks) == 0 || !slices.IsSortedFunc(r.Marks, strictly(func(m Mark) Dot { return m.Dot })) {
			return bad("marks are not sorted")
		}
		if !r.HasBirth && r.hasPlus() {
			return bad("a row exists that was never born")
		}
		if r.HasBirth {
			if t, ok := s.Times[r.Birth.Dot]; !ok || t != r.Birth.Time {
				return bad("a birth and its time differ")
			}
		}
	}
	return nil
}

// strictly compares by dot and calls equal dots unsorted.
func strictly[T any](dot func(T) Dot) func(a, b T) int {
	return func(a, b T) int {
		if c := dot(a).Compare(dot(b)); c != 0 {
			return c
		}
		return 1
	}
}
