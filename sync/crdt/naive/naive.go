// Package naive is the definition of the merge (sync.md section 4) written down a second time, as literally and as simply
// as it can be said: it looks at the whole set of merged change sets, every time, and shares no code with the merge core.
// Tests of this and other packages hold the core against it. It is far too slow for anything else.
package naive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"ruhu/sync/crdt"
)

// Merged is one member of S: a change set that was merged, with its effective time and the ctx that counts.
type Merged struct {
	Set *crdt.ChangeSet
	Eff int64
	Ctx crdt.VV // nil = Set.Ctx
}

// Record is S, with the dots that are void and the prefixes that are withheld. The order of nothing matters.
type Record struct {
	Sets     []Merged
	Void     []crdt.Dot
	Withheld []string
	Erased   bool
}

func (m Merged) ctx() crdt.VV {
	if m.Ctx != nil {
		return m.Ctx
	}
	return m.Set.Ctx
}

func (m Merged) saw(o Merged) bool {
	seq, ok := m.ctx()[o.Set.Device]
	return ok && seq >= o.Set.Seq
}

// writes says what m writes at a path: a value of a cell, null, or the mark of a row.
func (m Merged) writes(path string) (value any, yes bool) {
	for _, c := range m.Set.Set {
		if c.Path == path {
			if c.Null {
				return nil, true
			}
			return c.Value, true
		}
		if strings.HasPrefix(c.Path, path+"/") && strings.HasSuffix(path, "]") {
			return "+", true
		}
	}
	for _, row := range m.Set.Add {
		if row == path || strings.HasPrefix(row, path+"/") && strings.HasSuffix(path, "]") {
			return "+", true
		}
	}
	for _, row := range m.Set.Del {
		if row == path {
			return "-", true
		}
	}
	return nil, false
}

// Live returns the members of S whose write at path nobody superseded who saw it, by device, then seq.
func (r Record) Live(path string) []Merged {
	if r.Erased || r.withheld(path) && !strings.HasSuffix(path, "]") {
		return nil
	}
	var live []Merged
	for _, e := range r.Sets {
		if _, yes := e.writes(path); !yes {
			continue
		}
		superseded := false
		for _, f := range r.Sets {
			if _, yes := f.writes(path); yes && f.saw(e) {
				superseded = true
			}
		}
		if !superseded {
			live = append(live, e)
		}
	}
	sort.Slice(live, func(i, j int) bool { return less(live[i], live[j]) })
	return live
}

func less(a, b Merged) bool {
	if a.Set.Device != b.Set.Device {
		return a.Set.Device < b.Set.Device
	}
	return a.Set.Seq < b.Set.Seq
}

// withheld: a prefix segment without a row id stands for all rows.
func (r Record) withheld(path string) bool {
	segments := strings.Split(path, "/")
	for _, prefix := range r.Withheld {
		want := strings.Split(prefix, "/")
		if len(want) > len(segments) {
			continue
		}
		hit := true
		for i, w := range want {
			name, _, _ := strings.Cut(segments[i], "[")
			if w != segments[i] && w != name {
				hit = false
			}
		}
		if hit {
			return true
		}
	}
	return false
}

// Shown returns the live write with the greatest (effective time, device, seq).
func (r Record) Shown(path string) (value any, found bool) {
	var best *Merged
	for _, e := range r.Live(path) {
		if best == nil || e.Eff > best.Eff || e.Eff == best.Eff && less(*best, e) {
			best = &e
		}
	}
	if best == nil {
		return nil, false
	}
	value, _ = best.writes(path)
	return value, true
}

// Exists reports whether a live mark at row is '+' and all enclosing rows exist.
func (r Record) Exists(row string) bool {
	plus := false
	for _, e := range r.Live(row) {
		if v, _ := e.writes(row); v == "+" {
			plus = true
		}
	}
	return plus && r.enclosed(row)
}

func (r Record) enclosed(path string) bool {
	for _, outer := range enclosing(path) {
		if !r.Exists(outer) {
			return false
		}
	}
	return true
}

// enclosing returns the rows that path lies below.
func enclosing(path string) []string {
	var rows []string
	segments := strings.Split(path, "/")
	for i := 1; i < len(segments); i++ {
		if strings.HasSuffix(segments[i-1], "]") {
			rows = append(rows, strings.Join(segments[:i], "/"))
		}
	}
	return rows
}

// born returns the member that gave birth to a row: the least (effective time, dot) of all that ever wrote '+'.
func (r Record) born(row string) *Merged {
	var first *Merged
	for _, e := range r.Sets {
		if v, yes := e.writes(row); yes && v == "+" && (first == nil || e.Eff < first.Eff || e.Eff == first.Eff && less(e, *first)) {
			first = &e
		}
	}
	return first
}

// RowsOf returns the existing rows of a repeat in order of birth; those of one set by their path.
func (r Record) RowsOf(repeat string) []string {
	rows := []string{}
	for _, row := range r.paths(true) {
		if i := strings.LastIndexByte(row, '['); row[:i] == repeat && r.Exists(row) {
			rows = append(rows, row)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := r.born(rows[i]), r.born(rows[j])
		if a.Eff != b.Eff {
			return a.Eff < b.Eff
		}
		return less(*a, *b)
	})
	return rows
}

// Conflicts returns the paths with live writes of different values, and rows with '+' and '-' live, where they can be seen.
func (r Record) Conflicts() []string {
	var out []string
	for _, path := range append(r.paths(false), r.paths(true)...) {
		values := map[any]bool{}
		for _, e := range r.Live(path) {
			v, _ := e.writes(path)
			values[v] = true
		}
		if len(values) > 1 && r.enclosed(path) {
			out = append(out, path)
		}
	}
	sort.Strings(out)
	return out
}

// paths returns every path of a value, or of a row, that S writes, sorted.
func (r Record) paths(rows bool) []string {
	seen := map[string]bool{}
	for _, m := range r.Sets {
		for _, c := range m.Set.Set {
			if !rows {
				seen[c.Path] = true
			}
			for _, row := range enclosing(c.Path) {
				seen[row] = seen[row] || rows
			}
		}
		for _, row := range append(append([]string{}, m.Set.Add...), m.Set.Del...) {
			seen[row] = seen[row] || rows
		}
		for _, row := range m.Set.Add {
			for _, outer := range enclosing(row) {
				seen[outer] = seen[outer] || rows
			}
		}
	}
	var out []string
	for path, wanted := range seen {
		if wanted {
			out = append(out, path)
		}
	}
	sort.Strings(out)
	return out
}

// Paths returns every path of a value that S writes, sorted.
func (r Record) Paths() []string { return r.paths(false) }

// Canonical returns the canonical JSON of what S amounts to.
func (r Record) Canonical() string {
	if r.Erased {
		return `{"erased":true}`
	}
	cells, rows, times, status := map[string]any{}, map[string]any{}, map[string]int64{}, map[string]any{}
	vv := map[string]uint64{}
	for _, m := range r.Sets {
		vv[m.Set.Device] = max(vv[m.Set.Device], m.Set.Seq)
	}
	for _, d := range r.Void {
		vv[d.Device] = max(vv[d.Device], d.Seq)
	}
	key := func(m Merged) string { return fmt.Sprintf("%s:%d", m.Set.Device, m.Set.Seq) }
	entries := func(path string) []any {
		var list []any
		for _, e := range r.Live(path) {
			v, _ := e.writes(path)
			list = append(list, []any{e.Set.Device, e.Set.Seq, v})
			times[key(e)] = e.Eff
			if path == "@status" && len(e.ctx()) > 0 {
				status[key(e)] = e.ctx()
			}
		}
		return list
	}
	for _, path := range r.paths(false) {
		if list := entries(path); list != nil {
			cells[path] = list
		}
	}
	for _, row := range r.paths(true) {
		entry := map[string]any{"marks": entries(row)}
		if b := r.born(row); b != nil {
			entry["birth"] = []any{b.Eff, b.Set.Device, b.Set.Seq}
			times[key(*b)] = b.Eff
		}
		rows[row] = entry
	}
	all := map[string]any{"cells": cells, "rows": rows, "times": times, "status_ctx": status, "vv": vv, "withheld": r.leastWithheld()}
	for name, member := range all {
		if s := text(member); s == "{}" || s == "[]" || s == "null" {
			delete(all, name)
		}
	}
	return text(all)
}

func (r Record) leastWithheld() []string {
	var out []string
	for _, p := range r.Withheld {
		again := false
		for _, q := range r.Withheld {
			again = again || q != p && Record{Withheld: []string{q}}.withheld(p)
		}
		for _, q := range out {
			again = again || q == p
		}
		if !again {
			out = append(out, p)
		}
	}
	sort.Strings(out)
	return out
}

func text(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	s := strings.TrimSuffix(b.String(), "\n")
	return strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(s)
}
