package entity

import (
	"cmp"
	"maps"
	"strings"
)

// Kind says what a change is.
type Kind string

// The kinds of change.
const (
	Create Kind = "create" // a submission made the entity
	Update Kind = "update" // a submission changed it, or founded it where the creation has not come yet
	Office Kind = "office" // the office settled, deleted or restored it
)

// Change is one thing that happened to an entity. Number is the server version it was stored under; everything else is as
// its author made it, so that it is the same in whatever order changes arrive.
type Change struct {
	Number int64 `json:"n"`
	Kind   Kind  `json:"k"`

	// Where it comes from: the submission and the node in it. The office has an instance of its own making.
	Instance string `json:"i"`
	Path     string `json:"f,omitempty"`
	Variant  string `json:"v,omitempty"` // tells apart what came under one instance with other bytes
	Edits    string `json:"e,omitempty"` // the submission that this one is an edit of

	// What its author had seen: server version Base where there is no branch; else Trunk, and on the branch all changes
	// whose base is smaller than Base. For the office Base is the version on the screen.
	Base   int64  `json:"b,omitempty"`
	Trunk  int64  `json:"t,omitempty"`
	Branch string `json:"r,omitempty"`

	At int64 `json:"a,omitempty"` // ms by the author's clock, 0 unknown; it only decides which of several live values is shown

	// Set holds what it writes, by property; the label under LabelKey. "" = set to nothing.
	Set map[string]string `json:"s,omitempty"`
	// Keep chooses, for the office, the value that another change wrote at a property, by that change's number.
	Keep map[string]int64 `json:"p,omitempty"`

	Settles  bool `json:"x,omitempty"` // conflicts up to Base are settled
	Deletes  bool `json:"d,omitempty"`
	Restores bool `json:"u,omitempty"`

	Erased bool `json:"-"` // the values of Set are gone, their names are not
}

// LabelKey is the key of the label among properties; no property has this name.
const LabelKey = ""

// source names a change by what its author made.
func (c *Change) source() Source { return Source{Instance: c.Instance, Path: c.Path} }

// Source names a node of a submission.
type Source struct {
	Instance string `json:"instance"`
	Path     string `json:"path,omitempty"`
}

// version returns the server version that the author had seen, as claimed.
func (c *Change) version() int64 {
	if c.Branch == "" {
		return c.Base
	}
	if c.Base > 0 && c.Base < c.Trunk {
		return c.Base
	}
	return c.Trunk
}

// seen returns the greatest number the author can have seen: nothing that arrived after the change itself.
func (c *Change) seen() int64 { return min(c.version(), c.Number-1) }

// covers reports whether c's author had seen d. Every update has seen that the entity was created, whenever the creation
// arrives, and version 1 is the creation and nothing else: phones get no entity before it came. A change made on a server
// version that is not older than the one c was made on cannot have been part of it.
func (c *Change) covers(d *Change) bool {
	switch {
	case c == d:
		return false
	case c.Edits != "" && c.Edits == d.Instance:
		return true
	case c.Kind == Create:
		return false
	case d.Kind == Create:
		return c.Kind == Update || d.Number <= c.seen()
	case c.Branch != "" && c.Branch == d.Branch && c.Kind == Update && d.Kind == Update:
		if d.Base < c.Base {
			return true
		}
	}
	if d.Number > c.seen() {
		return false
	}
	return c.Kind == Office || c.version() > 1 && (d.Kind == Office || d.version() < c.version())
}

// older orders live writes of one property: the last is shown. Nothing in it depends on arrival.
func older(a, b *Change) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Base, b.Base), strings.Compare(a.Instance, b.Instance), strings.Compare(a.Path, b.Path), strings.Compare(a.Variant, b.Variant))
}

// step names a place on a branch.
type step struct {
	branch string
	base   int64
}

// known is what there is of an entity to build on.
type known struct {
	created  bool
	greatest int64
	steps    map[step]bool
}

func knownOf(changes []Change) known {
	k := known{steps: map[step]bool{}}
	for i := range changes {
		c := &changes[i]
		k.greatest = max(k.greatest, c.Number)
		k.created = k.created || c.Kind == Create || c.Settles
		if c.Kind == Update && c.Branch != "" {
			k.steps[step{c.Branch, c.Base}] = true
		}
	}
	return k
}

// same reports whether two changes are one node of one submission that came with other bytes elsewhere.
func (c *Change) same(d *Change) bool {
	return c.Kind != Office && c.Instance == d.Instance && c.Path == d.Path && maps.Equal(c.Set, d.Set)
}

// missing reports whether something a change builds on has not come: the creation, the change before it on its branch, or a
// server version that this server never gave out.
func (k *known) missing(c *Change) bool {
	switch v := c.version(); {
	case c.Kind != Update:
		return false
	case v > 1 && v >= k.greatest, v <= 1 && !k.created:
		return true
	}
	return c.Branch != "" && c.Base > max(c.Trunk, 1) && !k.steps[step{c.Branch, c.Base - 1}]
}
