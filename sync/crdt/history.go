package crdt

import (
	"iter"
	"slices"
)

// Turn is one line of a record in merge order: a change set, or a dot that is void.
type Turn struct {
	Dot Dot
	Set *ChangeSet // nil = void: it took its place and wrote nothing
	Eff int64
}

// Effect is what one change set did at one path: a value it wrote, or a mark it set on a row.
type Effect struct {
	Path       string
	Row        bool    // Path is a row; Minus tells which mark
	Minus      bool    // the row was removed
	Write      Write   // the value written; not for rows
	Superseded []Write // values that were live and that the author had on the screen; for rows only their dots are set
}

// Step is one turn with what it did. A void turn, and one whose dot was covered before, has no effects.
type Step struct {
	Turn
	Effects []Effect
}

// History replays the lines of a record in merge order and yields what each did and what it superseded.
// Values withheld in the end are absent throughout; pass the prefixes of the present state.
func History(turns iter.Seq[Turn], withheld []string) iter.Seq[Step] {
	return func(yield func(Step) bool) {
		s := &State{Withheld: leastPrefixes(withheld)}
		for t := range turns {
			step := Step{Turn: t}
			if t.Set == nil {
				s.Void(t.Dot)
			} else {
				step.Effects = s.ApplyTraced(t.Set, t.Eff)
			}
			if !yield(step) {
				return
			}
		}
	}
}

// ApplyTraced is Apply that also tells what the set wrote and superseded, values in order of path, then rows.
func (s *State) ApplyTraced(c *ChangeSet, eff int64) []Effect {
	dot := c.Dot()
	if s.Erased || s.VV.Covers(dot) {
		return nil
	}
	ctx := c.Ctx.Meet(s.VV)
	var out []Effect
	for _, cell := range c.Set {
		if s.withheld(cell.Path) {
			continue
		}
		e := Effect{Path: cell.Path, Write: Write{Dot: dot, Value: cell.Value, Null: cell.Null}}
		for _, w := range s.Siblings(cell.Path) {
			if ctx.Covers(w.Dot) {
				e.Superseded = append(e.Superseded, w)
			}
		}
		out = append(out, e)
	}
	for _, m := range marksOf(c) {
		e := Effect{Path: m.row, Row: true, Minus: m.minus}
		if r := s.Row(m.row); r != nil {
			for _, old := range r.Marks {
				if ctx.Covers(old.Dot) {
					e.Superseded = append(e.Superseded, Write{Dot: old.Dot})
				}
			}
		}
		out = append(out, e)
	}
	s.Apply(c, eff)
	return out
}

// Replay returns the state that the lines of a record make in merge order.
func Replay(turns iter.Seq[Turn]) *State {
	s := &State{}
	for t := range turns {
		if t.Set == nil {
			s.Void(t.Dot)
		} else {
			s.Apply(t.Set, t.Eff)
		}
	}
	return s
}

// LiveDots returns the dots of all live answers and row marks of paths without "@", sorted: what an approval must have
// seen to count (sync.md section 6a).
func (s *State) LiveDots() []Dot {
	var out []Dot
	for i := range s.Registers {
		if Path(s.Registers[i].Path).IsRecord() {
			continue
		}
		for j := range s.Registers[i].Siblings {
			out = append(out, s.Registers[i].Siblings[j].Dot)
		}
	}
	for i := range s.Rows {
		if Path(s.Rows[i].Path).IsRecord() {
			continue
		}
		for j := range s.Rows[i].Marks {
			out = append(out, s.Rows[i].Marks[j].Dot)
		}
	}
	slices.SortFunc(out, Dot.Compare)
	return slices.Compact(out)
}

// SeenBy reports whether every live answer and row mark (paths without "@") is in ctx.
func (s *State) SeenBy(ctx VV) bool {
	for i := range s.Registers {
		if Path(s.Registers[i].Path).IsRecord() {
			continue
		}
		for j := range s.Registers[i].Siblings {
			if !ctx.Covers(s.Registers[i].Siblings[j].Dot) {
				return false
			}
		}
	}
	for i := range s.Rows {
		if Path(s.Rows[i].Path).IsRecord() {
			continue
		}
		for j := range s.Rows[i].Marks {
			if !ctx.Covers(s.Rows[i].Marks[j].Dot) {
				return false
			}
		}
	}
	return true
}
