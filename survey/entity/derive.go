package entity

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Conflict says how far the changes of an entity disagree.
type Conflict string

// The conflicts. A conflict stays until the office settles it, whatever is written later.
const (
	None Conflict = ""
	Soft Conflict = "soft" // changes that had not seen each other, at different properties
	Hard Conflict = "hard" // such changes with different values at one property
)

// Sibling is one of several values written at a property by people who had not seen each other's.
type Sibling struct {
	Source
	Value string `json:"value"`
}

// Entity is what the changes of one entity come to.
type Entity struct {
	Version    int64                `json:"version"`
	Label      string               `json:"label"`
	Properties map[string]string    `json:"properties"`
	Created    bool                 `json:"created"` // its creation has come, or the office took it in without
	Deleted    bool                 `json:"deleted,omitempty"`
	Conflict   Conflict             `json:"conflict,omitempty"`
	Siblings   map[string][]Sibling `json:"siblings,omitempty"`     // of properties in conflict, the one that counts most last
	Missing    []Source             `json:"missing_base,omitempty"` // changes that build on something that has not come
	Late       []Source             `json:"late,omitempty"`         // changes of a deleted entity by people who had not seen the deletion
}

// Shown reports whether phones get the entity: it was created, is there and has a label. One whose creation has not come is
// for the office to see: a phone that got it would take for version 1 what is not the creation.
func (e *Entity) Shown() bool { return e.Created && !e.Deleted && e.Label != "" }

// Gone reports whether phones that have the entity are to drop it.
func (e *Entity) Gone() bool { return e.Created && !e.Shown() }

// Attention reports whether the office should look at the entity.
func (e *Entity) Attention() bool { return e.Conflict != None || len(e.Missing) > 0 || len(e.Late) > 0 }

// set is a set of changes by place in the list.
type set []uint64

func newSet(n int) set  { return make(set, (n+63)/64) }
func (s set) add(i int) { s[i/64] |= 1 << (i % 64) }

// meets reports whether the two have something in common.
func (s set) meets(o set) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func (s set) without(o set) set {
	out := make(set, len(s))
	for i := range s {
		out[i] = s[i] &^ o[i]
	}
	return out
}

func (s set) each(visit func(i int)) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			visit(w*64 + bits.TrailingZeros64(word))
		}
	}
}

// merging is one derivation.
type merging struct {
	changes    []Change
	coveredBy  []set // of each change: who had seen it
	concurrent []set // of each change: those it had not seen and that had not seen it, where nobody settled it
	writers    map[string]set
	settled    int64 // the version up to which the office settled everything
}

// Derive returns what changes come to. It is a function of the set: neither the order of the list nor, among changes that
// could have arrived in any order, their numbers matter. version is the entity's server version; where it is smaller than
// the greatest number, that counts.
func Derive(version int64, changes []Change) Entity {
	m := merging{changes: slices.Clone(changes), writers: map[string]set{}}
	slices.SortFunc(m.changes, func(a, b Change) int { return cmp.Compare(a.Number, b.Number) })
	m.relate()
	k := knownOf(changes)
	e := Entity{Version: max(version, k.greatest), Properties: map[string]string{}}
	for _, key := range slices.Sorted(maps.Keys(m.writers)) {
		if key == LabelKey {
			e.Label = m.shown(key)
		} else {
			e.Properties[key] = m.shown(key)
		}
		if list := m.siblings(key); len(list) > 0 {
			if e.Siblings == nil {
				e.Siblings = map[string][]Sibling{}
			}
			e.Siblings[key], e.Conflict = list, Hard
		}
	}
	if e.Conflict == None && slices.ContainsFunc(m.concurrent, func(s set) bool { return s.meets(s) }) {
		e.Conflict = Soft
	}
	m.marks(&e, &k)
	return e
}

// relate finds who had seen whom.
func (m *merging) relate() {
	n := len(m.changes)
	m.coveredBy, m.concurrent = make([]set, n), make([]set, n)
	for i := range m.changes {
		c := &m.changes[i]
		m.coveredBy[i], m.concurrent[i] = newSet(n), newSet(n)
		if c.Settles {
			m.settled = max(m.settled, c.Base)
		}
		for key := range c.Set {
			m.write(key, i)
		}
		for key := range c.Keep {
			m.write(key, i)
		}
	}
	for i := range m.changes {
		for j := range i {
			a, b := &m.changes[i], &m.changes[j]
			before, after := a.covers(b), b.covers(a)
			if before {
				m.coveredBy[j].add(i)
			}
			if after {
				m.coveredBy[i].add(j)
			}
			if !before && !after && !a.Erased && !b.Erased && max(a.Number, b.Number) > m.settled && !a.same(b) {
				m.concurrent[i].add(j)
				m.concurrent[j].add(i)
			}
		}
	}
}

func (m *merging) write(key string, i int) {
	if m.writers[key] == nil {
		m.writers[key] = newSet(len(m.changes))
	}
	m.writers[key].add(i)
}

// value returns what a change writes at a property; false where it was erased.
func (m *merging) value(i int, key string) (string, bool) {
	c := &m.changes[i]
	if n, kept := c.Keep[key]; kept {
		at, there := slices.BinarySearchFunc(m.changes, n, func(c Change, n int64) int { return cmp.Compare(c.Number, n) })
		if !there || m.changes[at].Erased {
			return "", false
		}
		v, there := m.changes[at].Set[key]
		return v, there
	}
	return c.Set[key], !c.Erased
}

// shown returns the live write that counts. One that was erased counts where nothing else is live: then the property is
// empty, and what it had replaced stays replaced.
func (m *merging) shown(key string) string {
	writers := m.writers[key]
	live := newSet(len(m.changes))
	writers.each(func(i int) {
		if !m.coveredBy[i].meets(writers) {
			live.add(i)
		}
	})
	if !live.meets(live) {
		live = writers // contexts that go round in a circle: no honest author writes them
	}
	var best *Change
	shown := ""
	live.each(func(i int) {
		if v, ok := m.value(i, key); ok && (best == nil || older(best, &m.changes[i]) < 0) {
			best, shown = &m.changes[i], v
		}
	})
	return shown
}

// siblings returns the values of a property that people wrote without having seen another one, in order of age.
func (m *merging) siblings(key string) (list []Sibling) {
	writers := m.writers[key]
	same := map[string]set{}
	writers.each(func(i int) {
		v, ok := m.value(i, key)
		if !ok {
			return
		}
		if same[v] == nil {
			same[v] = newSet(len(m.changes))
		}
		same[v].add(i)
	})
	if len(same) < 2 {
		return nil
	}
	var at []int
	writers.each(func(i int) {
		v, ok := m.value(i, key)
		if !ok {
			return
		}
		if others := writers.without(same[v]); m.concurrent[i].meets(others) {
			at = append(at, i)
		}
	})
	slices.SortFunc(at, func(a, b int) int { return older(&m.changes[a], &m.changes[b]) })
	for _, i := range at {
		v, _ := m.value(i, key)
		list = append(list, Sibling{m.changes[i].source(), v})
	}
	return list
}

// marks notes deletion, and what the office should look at.
func (m *merging) marks(e *Entity, k *known) {
	deleted := int64(0)
	for i := range m.changes {
		switch c := &m.changes[i]; {
		case c.Deletes:
			deleted = c.Number
		case c.Restores:
			deleted = 0
		}
	}
	e.Deleted, e.Created = deleted > 0, k.created
	for i := range m.changes {
		c := &m.changes[i]
		if c.Number > m.settled && k.missing(c) {
			e.Missing = append(e.Missing, c.source())
		}
		if e.Deleted && c.Number > deleted && c.Kind != Office {
			e.Late = append(e.Late, c.source())
		}
	}
	bySource := func(a, b Source) int {
		return cmp.Or(strings.Compare(a.Instance, b.Instance), strings.Compare(a.Path, b.Path))
	}
	slices.SortFunc(e.Missing, bySource)
	slices.SortFunc(e.Late, bySource)
}
