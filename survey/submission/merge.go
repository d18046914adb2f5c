package submission

import (
	"cmp"
	"slices"
	"strings"

	"ruhu/internal/limits"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// ops is what a view changes against the version it replaces.
type ops struct {
	set      map[string]crdt.Cell
	add, del []string
}

// opsOf computes the difference. Answers that are gone become null; rows that are gone are deleted and what stands in them
// is left alone. Without a base that can be read everything is new.
func (f *family) opsOf(v *view) ops {
	o := ops{set: map[string]crdt.Cell{}}
	if v.node.Meta.Served != nil {
		return o
	}
	put := func(path, value string, null bool) { o.set[path] = crdt.Cell{Path: path, Value: value, Null: null} }
	var before map[string]string
	var rowsBefore []string
	if v.base != nil {
		before, rowsBefore = v.base.cells, v.base.rows
	}
	now := make(map[string]bool, len(v.rows))
	for _, r := range v.rows {
		now[r] = true
	}
	gone := map[string]bool{}
	for _, r := range rowsBefore {
		if !now[r] && !within(gone, r) {
			gone[r] = true
			o.del = append(o.del, r)
		}
	}
	if v.inst != nil {
		for path, text := range v.cells {
			if have, ok := before[path]; !ok || have != text {
				put(path, text, false)
			}
		}
		for path := range before {
			if _, ok := v.cells[path]; !ok && !within(gone, path) {
				put(path, "", true)
			}
		}
	} else {
		o.del = nil // nothing is known of its rows
	}
	was := make(map[string]bool, len(rowsBefore))
	for _, r := range rowsBefore {
		was[r] = true
	}
	for _, r := range v.rows {
		if !was[r] {
			o.add = append(o.add, r)
		}
	}
	if s := v.status(); s != "" {
		put(sync.PathStatus, s, false)
	}
	if w := f.word(v); w != "" {
		put(sync.PathSubmission, w, false)
	}
	return o
}

func within(rows map[string]bool, path string) bool {
	if len(rows) == 0 {
		return false
	}
	for row := range crdt.Path(path).EnclosingRows {
		if rows[row] {
			return true
		}
	}
	return false
}

// written is a live write, and marked a live mark, as they would stand if everything had come in order.
type written struct {
	by    *view
	value string
	null  bool
}

type marked struct {
	by    *view
	minus bool
}

// ideal is what a record holds of its submissions.
type ideal struct {
	cells map[string][]written
	rows  map[string][]marked
}

// ideal computes what lives: a write that nobody wrote over who had seen it.
func (f *family) ideal() ideal {
	out := ideal{cells: map[string][]written{}, rows: map[string][]marked{}}
	for _, v := range f.views {
		o := f.opsOf(v)
		marks := map[string]bool{}
		for path, c := range o.set {
			out.cells[path] = append(out.cells[path], written{v, c.Value, c.Null})
			for row := range crdt.Path(path).EnclosingRows {
				marks[row] = true
			}
		}
		for _, row := range o.add {
			marks[row] = true
			for outer := range crdt.Path(row).EnclosingRows {
				marks[outer] = true
			}
		}
		for row := range marks {
			out.rows[row] = append(out.rows[row], marked{v, false})
		}
		for _, row := range o.del {
			out.rows[row] = append(out.rows[row], marked{v, true})
		}
	}
	for path, list := range out.cells {
		out.cells[path] = living(list, func(w written) *view { return w.by })
	}
	for row, list := range out.rows {
		out.rows[row] = living(list, func(m marked) *view { return m.by })
	}
	return out
}

func living[T any](list []T, by func(T) *view) []T {
	if len(list) < 2 {
		return list
	}
	out := make([]T, 0, len(list))
	for _, e := range list {
		if !slices.ContainsFunc(list, func(o T) bool { return by(o).seen[by(e)] }) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(by(a).node.key(), by(b).node.key()) })
	return out
}

// emission is what is to be written in the name of one view.
type emission struct {
	by       *view
	set      []crdt.Cell
	add, del []string
}

func (e *emission) empty() bool { return len(e.set)+len(e.add)+len(e.del) == 0 }

// direct is what a new leaf writes.
func (f *family) direct(v *view) emission {
	o := f.opsOf(v)
	e := emission{by: v, del: o.del, set: make([]crdt.Cell, 0, len(o.set))}
	filled := map[string]bool{}
	for path, c := range o.set {
		e.set = append(e.set, c)
		for row := range crdt.Path(path).EnclosingRows {
			filled[row] = true
		}
	}
	for _, row := range o.add {
		if !filled[row] {
			e.add = append(e.add, row)
		}
	}
	e.sort()
	return e
}

func (e *emission) sort() {
	slices.SortFunc(e.set, func(a, b crdt.Cell) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(e.add)
	slices.Sort(e.del)
}

// overreaching lists the views whose change sets stand behind some of a version that they do not go on from, on one device: to
// name them is to name those too. That comes about where it turns out later that a view goes on from another version.
func (f *family) overreaching() map[*view]bool {
	out := map[*view]bool{}
	for _, v := range f.views {
		for _, o := range f.views {
			if o == v || v.seen[o] {
				continue
			}
			for _, d := range v.node.Meta.Dots {
				if slices.ContainsFunc(o.node.Meta.written(), func(e crdt.Dot) bool { return e.Device == d.Device && e.Seq < d.Seq }) {
					out[v] = true
				}
			}
		}
	}
	return out
}

// adjust finds what has to be written again so that the record comes to hold after, where it was made to hold before.
// All of what again lists is said once more. held tells whether a write of any submission still lives at a path (or row); where none does although one was made, the
// office or a phone wrote over it having seen it, and what they saw is not said again.
func adjust(f *family, before, after ideal, again map[*view]bool, held func(path string, row bool) bool) []emission {
	cells, rows := map[string]bool{}, map[string]bool{}
	for path := range union(before.cells, after.cells) {
		if !slices.EqualFunc(before.cells[path], after.cells[path], func(a, b written) bool {
			return a.by.node.key() == b.by.node.key() && a.value == b.value && a.null == b.null
		}) || slices.ContainsFunc(after.cells[path], func(w written) bool { return again[w.by] }) {
			cells[path] = true
		}
	}
	for row := range union(before.rows, after.rows) {
		if !slices.EqualFunc(before.rows[row], after.rows[row], func(a, b marked) bool { return a.by.node.key() == b.by.node.key() && a.minus == b.minus }) ||
			slices.ContainsFunc(after.rows[row], func(k marked) bool { return again[k.by] }) {
			rows[row] = true
		}
	}
	// Writing below a row marks it and those around it: their marks have to be said again too.
	for path := range cells {
		for row := range crdt.Path(path).EnclosingRows {
			rows[row] = true
		}
	}
	inner := make([]string, 0, len(rows))
	for row := range rows {
		inner = append(inner, row)
	}
	for _, row := range inner {
		for outer := range crdt.Path(row).EnclosingRows {
			rows[outer] = true
		}
	}
	said := map[*view]*emission{}
	of := func(v *view) *emission {
		if said[v] == nil {
			said[v] = &emission{by: v}
		}
		return said[v]
	}
	for path := range cells {
		settled := len(before.cells[path]) > 0 && !held(path, false)
		for _, w := range after.cells[path] {
			if settled && slices.ContainsFunc(before.cells[path], func(b written) bool { return b.value == w.value && b.null == w.null }) {
				continue
			}
			e := of(w.by)
			e.set = append(e.set, crdt.Cell{Path: path, Value: w.value, Null: w.null})
		}
	}
	unsay(f, before, after, cells, rows, of, held)
	for row := range rows {
		settled := len(before.rows[row]) > 0 && !held(row, true)
		for _, m := range after.rows[row] {
			if settled && slices.ContainsFunc(before.rows[row], func(b marked) bool { return b.minus == m.minus }) {
				continue
			}
			if e := of(m.by); m.minus {
				e.del = append(e.del, row)
			} else {
				e.add = append(e.add, row)
			}
		}
	}
	var out []emission
	for _, v := range f.views { // in an order in which nobody stands before what they saw
		if e := said[v]; e != nil && !e.empty() {
			e.sort()
			out = append(out, *e)
		}
	}
	return out
}

// unsay takes back what nobody says any more: a row whose name was another while it was not known which version it came from
// is deleted under that name, and an answer outside such rows is cleared.
func unsay(f *family, before, after ideal, cells, rows map[string]bool, of func(*view) *emission, held func(string, bool) bool) {
	gone := map[string]bool{}
	for row := range rows {
		if len(before.rows[row]) > 0 && len(after.rows[row]) == 0 {
			gone[row] = true
		}
	}
	for row := range gone {
		if v := f.byKey[before.rows[row][0].by.node.key()]; v != nil && !within(gone, row) && held(row, true) {
			e := of(v)
			e.del = append(e.del, row)
		}
	}
	for path := range cells {
		if len(before.cells[path]) == 0 || len(after.cells[path]) > 0 || within(gone, path) || !held(path, false) {
			continue
		}
		if v := f.byKey[before.cells[path][0].by.node.key()]; v != nil {
			e := of(v)
			e.set = append(e.set, crdt.Cell{Path: path, Null: true})
		}
	}
}

func union[V any](a, b map[string]V) map[string]bool {
	out := make(map[string]bool, len(a)+len(b))
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// seenVV is everything a view's author had before them, as dots of the record.
func (v *view) seenVV() crdt.VV {
	vv := crdt.VV{}
	cover := func(u *view) {
		for _, d := range u.node.Meta.Dots {
			vv.Raise(d)
		}
		if s := u.node.Meta.Served; s != nil {
			for device, seq := range s.VV {
				vv.Raise(crdt.Dot{Device: device, Seq: seq})
			}
		}
	}
	for u := range v.seen {
		cover(u)
	}
	return vv
}

// chunks cuts what is to be written into change sets of a size that is taken. No set holds two paths that differ only in case.
func (e *emission) chunks() []emission {
	const maxOps, maxBytes = limits.ChangeOps - 100, limits.LineBytes / 2
	var out []emission
	cur := emission{by: e.by}
	bytes, folded := 0, map[string]bool{}
	cut := func() {
		if !cur.empty() {
			out = append(out, cur)
		}
		cur = emission{by: e.by}
		bytes = 0
		clear(folded)
	}
	room := func(n int) {
		if len(cur.set)+len(cur.add)+len(cur.del) >= maxOps || bytes+n > maxBytes {
			cut()
		}
		bytes += n
	}
	var later []crdt.Cell
	for _, c := range e.set {
		fold := strings.ToLower(c.Path)
		if folded[fold] {
			later = append(later, c)
			continue
		}
		room(len(c.Path) + escaped(c.Value) + 16)
		folded[fold] = true
		cur.set = append(cur.set, c)
	}
	for _, r := range e.add {
		room(len(r) + 8)
		cur.add = append(cur.add, r)
	}
	for _, r := range e.del {
		room(len(r) + 8)
		cur.del = append(cur.del, r)
	}
	cut()
	if len(later) > 0 {
		rest := emission{by: e.by, set: later}
		out = append(out, rest.chunks()...)
	}
	return out
}

// escaped bounds the bytes of a value in JSON.
func escaped(s string) int {
	n := len(s)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20:
			n += 5
		case c == '"', c == '\\':
			n++
		}
	}
	return n
}

// tooLong reports a value that no register takes: it becomes a file.
func tooLong(text string) bool { return len(text) > limits.LongValueBytes }

// longName is under what name the file of a too long value is kept.
func longName(path string) string { return longPrefix + path }

const longPrefix = "\x00"
