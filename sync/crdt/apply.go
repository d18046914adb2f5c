package crdt

import (
	"slices"
	"strings"
)

// Apply merges a change set that is ready (sync.md section 5): everything in its ctx and its device's earlier sets on this
// record are merged or void. eff is its effective time. A set that s covers already changes nothing.
//
// ctx is cut to what s covers: a released set may name dots that never came, and only what the record holds can be
// superseded. The cut ctx is what counts from then on, so a replay in merge order gives the same state.
func (s *State) Apply(c *ChangeSet, eff int64) {
	dot := c.Dot()
	if s.Erased || s.VV.Covers(dot) {
		return
	}
	if !cellsSorted(c.Set) {
		sorted := *c
		sorted.Set = slices.Clone(c.Set)
		sorted.Normalize()
		c = &sorted
	}
	a := applying{s: s, dot: dot, eff: eff, ctx: c.Ctx}
	if !c.Ctx.Within(s.VV) {
		a.ctx = c.Ctx.Meet(s.VV)
	}
	a.writeCells(c.Set)
	a.writeMarks(c)
	if s.VV == nil {
		s.VV = make(VV, 4)
	}
	s.VV[dot.Device] = dot.Seq
	if a.lives {
		if s.Times == nil {
			s.Times = make(map[Dot]int64, 4)
		}
		s.Times[dot] = eff
	}
	s.forget(a.dropped)
}

// applying is one change set on its way into a state.
type applying struct {
	s       *State
	dot     Dot
	eff     int64
	ctx     VV
	lives   bool  // the set has a live write, a live mark or gave birth
	dropped []Dot // dots that lost a place and may be gone altogether
}

func (a *applying) drop(d Dot) {
	for i := len(a.dropped) - 1; i >= 0; i-- {
		if a.dropped[i] == d {
			return
		}
	}
	a.dropped = append(a.dropped, d)
}

func (a *applying) writeCells(cells []Cell) {
	if len(a.s.Withheld) > 0 {
		cells = slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return a.s.withheld(c.Path) })
	}
	if len(cells) == 0 {
		return
	}
	a.lives = true
	arena := make([]Write, len(cells))
	for i, c := range cells {
		arena[i] = Write{Dot: a.dot, Null: c.Null}
		if !c.Null {
			arena[i].Value = c.Value
		}
	}
	regs := a.s.Registers
	fresh := missing(regs, cells)
	if fresh == 0 {
		i := 0
		for k, c := range cells {
			for regs[i].Path != c.Path {
				i++
			}
			regs[i].Siblings = a.supersede(regs[i].Path, regs[i].Siblings, arena[k:k+1:k+1])
		}
		return
	}
	out := make([]Register, 0, len(regs)+fresh)
	i := 0
	for k, c := range cells {
		for i < len(regs) && regs[i].Path < c.Path {
			out = append(out, regs[i])
			i++
		}
		var before []Write
		if i < len(regs) && regs[i].Path == c.Path {
			before = regs[i].Siblings
			i++
		}
		out = append(out, Register{Path: c.Path, Siblings: a.supersede(c.Path, before, arena[k:k+1:k+1])})
	}
	a.s.Registers = append(out, regs[i:]...)
}

// missing counts the cells whose path has no register yet. Both lists are sorted.
func missing(regs []Register, cells []Cell) int {
	n, i := 0, 0
	for _, c := range cells {
		for i < len(regs) && regs[i].Path < c.Path {
			i++
		}
		if i == len(regs) || regs[i].Path != c.Path {
			n++
		}
	}
	return n
}

// supersede returns the siblings after own, a list of one, was written beside before.
func (a *applying) supersede(path string, before, own []Write) []Write {
	if path == StatusPath {
		a.status(before)
	}
	kept := 0
	for i := range before {
		if a.ctx.Covers(before[i].Dot) {
			a.drop(before[i].Dot)
		} else {
			kept++
		}
	}
	if kept == 0 {
		return own
	}
	out := make([]Write, 0, kept+1)
	for i := range before {
		if a.ctx.Covers(before[i].Dot) {
			continue
		}
		if len(own) > 0 && a.dot.Compare(before[i].Dot) < 0 {
			out = append(out, own[0])
			own = nil
		}
		out = append(out, before[i])
	}
	return append(out, own...)
}

// status keeps the ctx of the new "@status" sibling and forgets those it supersedes.
func (a *applying) status(before []Write) {
	for i := range before {
		if a.ctx.Covers(before[i].Dot) {
			delete(a.s.StatusCtx, before[i].Dot)
		}
	}
	if len(a.ctx) == 0 {
		return
	}
	if a.s.StatusCtx == nil {
		a.s.StatusCtx = make(map[Dot]VV, 2)
	}
	a.s.StatusCtx[a.dot] = a.ctx.Meet(a.ctx) // a copy without zero entries
}

type rowMark struct {
	row   string
	minus bool
}

// marksOf returns the marks a change set writes: '+' at every row it adds or writes below and at those enclosing them,
// '-' at every row it deletes. Sorted by row, each row once; '+' wins where a set that was never decoded names both.
func marksOf(c *ChangeSet) []rowMark {
	var marks []rowMark
	plus := func(row string) {
		if n := len(marks); n == 0 || marks[n-1].row != row {
			marks = append(marks, rowMark{row: row})
		}
	}
	for _, cell := range c.Set {
		if strings.IndexByte(cell.Path, ']') >= 0 {
			for row := range Path(cell.Path).EnclosingRows {
				plus(row)
			}
		}
	}
	for _, row := range c.Add {
		for outer := range Path(row).EnclosingRows {
			plus(outer)
		}
		plus(row)
	}
	for _, row := range c.Del {
		marks = append(marks, rowMark{row: row, minus: true})
	}
	if len(marks) < 2 {
		return marks
	}
	slices.SortStableFunc(marks, func(x, y rowMark) int { return strings.Compare(x.row, y.row) })
	return slices.CompactFunc(marks, func(x, y rowMark) bool { return x.row == y.row })
}

func (a *applying) writeMarks(c *ChangeSet) {
	marks := marksOf(c)
	if len(marks) == 0 {
		return
	}
	a.lives = true
	rows := a.s.Rows
	out := make([]Row, 0, len(rows)+len(marks))
	i := 0
	for _, m := range marks {
		for i < len(rows) && rows[i].Path < m.row {
			out = append(out, rows[i])
			i++
		}
		r := Row{Path: m.row}
		if i < len(rows) && rows[i].Path == m.row {
			r = rows[i]
			i++
		}
		out = append(out, a.mark(r, m.minus))
	}
	a.s.Rows = append(out, rows[i:]...)
}

func (a *applying) mark(r Row, minus bool) Row {
	out := make([]Mark, 0, len(r.Marks)+1)
	own := Mark{Dot: a.dot, Minus: minus}
	placed := false
	for _, m := range r.Marks {
		if a.ctx.Covers(m.Dot) {
			a.drop(m.Dot)
			continue
		}
		if !placed && a.dot.Compare(m.Dot) < 0 {
			out = append(out, own)
			placed = true
		}
		out = append(out, m)
	}
	if !placed {
		out = append(out, own)
	}
	r.Marks = out
	if born := (Birth{Time: a.eff, Dot: a.dot}); !minus && (!r.HasBirth || born.before(r.Birth)) {
		if r.HasBirth {
			a.drop(r.Birth.Dot)
		}
		r.Birth, r.HasBirth = born, true
	}
	return r
}

// forget drops the times of those dots that neither live nor gave birth.
func (s *State) forget(dots []Dot) {
	if len(dots) == 0 {
		return
	}
	lost := slices.Clone(dots)
	keep := func(d Dot) {
		for i := range lost {
			if lost[i] == d {
				lost[i] = lost[len(lost)-1]
				lost = lost[:len(lost)-1]
				return
			}
		}
	}
	for i := range s.Registers {
		for j := range s.Registers[i].Siblings {
			keep(s.Registers[i].Siblings[j].Dot)
		}
		if len(lost) == 0 {
			return
		}
	}
	for i := range s.Rows {
		for j := range s.Rows[i].Marks {
			keep(s.Rows[i].Marks[j].Dot)
		}
		if s.Rows[i].HasBirth {
			keep(s.Rows[i].Birth.Dot)
		}
	}
	for _, d := range lost {
		delete(s.Times, d)
	}
}

// Void lets a dot that will never be merged take its place: it is covered and has no content. Its turn comes like that
// of a set: after its device's earlier sets on this record.
func (s *State) Void(d Dot) {
	if s.Erased {
		return
	}
	if s.VV == nil {
		s.VV = make(VV, 4)
	}
	s.VV.Raise(d)
}
