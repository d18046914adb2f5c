package crdt

import (
	"cmp"
	"slices"
	"strings"
)

// Covers reports whether everything in ctx is merged or void here: what a set with this ctx needs to be ready, and
// what a decision with this ctx needs to have seen at least.
func (s *State) Covers(ctx VV) bool { return ctx.Within(s.VV) }

// Siblings returns the live writes at path, sorted by device, then seq, whether or not the row they lie in exists.
// The slice belongs to s.
func (s *State) Siblings(path string) []Write {
	i, ok := slices.BinarySearchFunc(s.Registers, path, func(r Register, p string) int { return strings.Compare(r.Path, p) })
	if !ok {
		return nil
	}
	return s.Registers[i].Siblings
}

// Shown returns the live write with the greatest (effective time, device, seq) at path; false where nothing was written.
// It does not ask whether the row the path lies in exists.
func (s *State) Shown(path string) (Write, bool) {
	sib := s.Siblings(path)
	if len(sib) == 0 {
		return Write{}, false
	}
	return s.ShownOf(sib), true
}

// ShownOf is Shown for siblings already at hand; there must be one.
func (s *State) ShownOf(siblings []Write) Write {
	best := siblings[0]
	if len(siblings) == 1 {
		return best
	}
	bestTime := s.Times[best.Dot]
	for _, w := range siblings[1:] {
		// Siblings are sorted by dot: at equal times the later one in the list is the greater.
		if t := s.Times[w.Dot]; t >= bestTime {
			best, bestTime = w, t
		}
	}
	return best
}

// Visible yields every path that has a value a reader should see, in order of path, with the write shown there: all
// registers that lie in no row or in rows that exist. A cleared value is among them, with Null set.
func (s *State) Visible(yield func(path string, shown Write) bool) {
	for i := range s.Registers {
		r := &s.Registers[i]
		if s.inExistingRows(r.Path) && !yield(r.Path, s.ShownOf(r.Siblings)) {
			return
		}
	}
}

// Conflicts returns, sorted, the paths whose siblings have different values and the rows where live '+' and '-' stand
// together ("removed while edited"). What lies in a row that does not exist is no conflict: nobody sees it.
func (s *State) Conflicts() []string { return s.ConflictsWhere(nil) }

// ConflictsWhere is Conflicts without the paths for which counts is false: calculated and metadata fields are never a
// conflict of their own, and only the form knows which those are. Rows are asked for too.
func (s *State) ConflictsWhere(counts func(path string) bool) []string {
	var out []string
	for i := range s.Registers {
		r := &s.Registers[i]
		if len(r.Siblings) > 1 && differ(r.Siblings) && s.inExistingRows(r.Path) && (counts == nil || counts(r.Path)) {
			out = append(out, r.Path)
		}
	}
	rows := false
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.disputed() && s.inExistingRows(r.Path) && (counts == nil || counts(r.Path)) {
			out = append(out, r.Path)
			rows = true
		}
	}
	if rows {
		slices.Sort(out)
	}
	return out
}

func differ(sib []Write) bool {
	for _, w := range sib[1:] {
		if w.Value != sib[0].Value || w.Null != sib[0].Null {
			return true
		}
	}
	return false
}

func (r *Row) hasPlus() bool {
	return slices.ContainsFunc(r.Marks, func(m Mark) bool { return !m.Minus })
}

func (r *Row) disputed() bool {
	return len(r.Marks) > 1 && r.hasPlus() && slices.ContainsFunc(r.Marks, func(m Mark) bool { return m.Minus })
}

// Row returns the row at path, nil where nothing ever marked it. It belongs to s.
func (s *State) Row(path string) *Row {
	i, ok := slices.BinarySearchFunc(s.Rows, path, func(r Row, p string) int { return strings.Compare(r.Path, p) })
	if !ok {
		return nil
	}
	return &s.Rows[i]
}

// RowExists reports whether a live mark at row is '+' and all enclosing rows exist.
func (s *State) RowExists(row string) bool {
	r := s.Row(row)
	return r != nil && r.hasPlus() && s.inExistingRows(row)
}

// RemovedWhileEdited reports whether live '+' and '-' stand together at row.
func (s *State) RemovedWhileEdited(row string) bool {
	r := s.Row(row)
	return r != nil && r.disputed()
}

func (s *State) inExistingRows(path string) bool {
	if strings.IndexByte(path, ']') < 0 {
		return true
	}
	for row := range Path(path).EnclosingRows {
		if r := s.Row(row); r == nil || !r.hasPlus() {
			return false
		}
	}
	return true
}

// RowsOf returns the paths of the existing rows of a repeat ("members", "house[r1]/rooms") in order of birth.
func (s *State) RowsOf(repeat string) []string {
	if !s.inExistingRows(repeat) {
		return nil
	}
	var rows []*Row
	i, _ := slices.BinarySearchFunc(s.Rows, repeat+"[", func(r Row, p string) int { return strings.Compare(r.Path, p) })
	for ; i < len(s.Rows) && strings.HasPrefix(s.Rows[i].Path, repeat) && len(s.Rows[i].Path) > len(repeat) && s.Rows[i].Path[len(repeat)] == '['; i++ {
		r := &s.Rows[i]
		if strings.IndexByte(r.Path[len(repeat):], ']') == len(r.Path)-len(repeat)-1 && r.hasPlus() {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *Row) int {
		if c := cmp.Compare(a.Birth.Time, b.Birth.Time); c != 0 {
			return c
		}
		if c := a.Birth.Dot.Compare(b.Birth.Dot); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path) // rows of one set are born at once
	})
	out := make([]string, len(rows))
	for k, r := range rows {
		out[k] = r.Path
	}
	return out
}

// Repeats returns the repeats that have a marked row, sorted: "members", "house[r1]/rooms".
func (s *State) Repeats() []string {
	var out []string
	for i := range s.Rows {
		repeat, _ := Path(s.Rows[i].Path).Row()
		out = append(out, repeat)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
