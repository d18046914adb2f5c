// Package crdt is the merge core: change sets, record states, how one is applied to the other and how
// two states join. It is pure: no clock, no I/O, no randomness. sync/DESIGN.md says why it is shaped so.
package crdt

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ruhu/internal/errs"
)

// ID is the SHA-256 of a change set's exact bytes, without the newline.
type ID [32]byte

// IDOf returns the id of a line. A trailing newline is no part of it.
func IDOf(line []byte) ID {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	return sha256.Sum256(line)
}

// String returns "sha256:" and the hash in hex, the form ids have on the wire.
func (id ID) String() string { return "sha256:" + hex.EncodeToString(id[:]) }

// ParseID reads what String writes.
func ParseID(s string) (ID, error) {
	var id ID
	digits, ok := strings.CutPrefix(s, "sha256:")
	if !ok || len(digits) != 64 || strings.ToLower(digits) != digits {
		return ID{}, errs.New(errs.Malformed, "id", "not sha256: and 64 small hex digits")
	}
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return ID{}, errs.New(errs.Malformed, "id", "not hex")
	}
	return id, nil
}

// Dot names one change set for ever: the Seq-th one of Device.
type Dot struct {
	Device string
	Seq    uint64
}

// Compare orders dots by device, then seq.
func (d Dot) Compare(o Dot) int {
	if c := strings.Compare(d.Device, o.Device); c != 0 {
		return c
	}
	switch {
	case d.Seq < o.Seq:
		return -1
	case d.Seq > o.Seq:
		return 1
	}
	return 0
}

// VV is a version vector: for each device the highest seq up to which everything of this record is covered.
type VV map[string]uint64

// Cell is one path written by a change set. Null is "cleared", a value like any other.
type Cell struct {
	Path  string
	Value string
	Null  bool
}

// ChangeSet is one save of one record by one device: atomic and immutable.
// Set, Add and Del are sorted (Set by Path) and hold no path twice.
type ChangeSet struct {
	Device  string
	Seq     uint64
	Epoch   string
	At      int64 // the author's clock, milliseconds since the Unix epoch
	Nonce   string
	Record  string
	Form    string
	Version string
	Grid    string
	Ctx     VV // dots of this record that stood on the author's screen
	Set     []Cell
	Add     []string
	Del     []string
}

// Dot returns the change set's name.
func (c *ChangeSet) Dot() Dot { return Dot{Device: c.Device, Seq: c.Seq} }

// Get returns the cell a change set writes at path.
func (c *ChangeSet) Get(path string) (Cell, bool) {
	i, ok := slices.BinarySearchFunc(c.Set, path, func(e Cell, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return Cell{}, false
	}
	return c.Set[i], true
}

// Normalize sorts Set, Add and Del, so that an author may fill them in any order.
// Of a path written twice the last stays.
func (c *ChangeSet) Normalize() {
	if !cellsSorted(c.Set) {
		slices.SortStableFunc(c.Set, func(a, b Cell) int { return strings.Compare(a.Path, b.Path) })
		out := c.Set[:0]
		for i, cell := range c.Set {
			if i+1 < len(c.Set) && c.Set[i+1].Path == cell.Path {
				continue
			}
			out = append(out, cell)
		}
		c.Set = out
	}
	c.Add = sortedRows(c.Add)
	c.Del = sortedRows(c.Del)
}

func sortedRows(rows []string) []string {
	if !slices.IsSorted(rows) {
		slices.Sort(rows)
	}
	return slices.Compact(rows)
}

func cellsSorted(cells []Cell) bool {
	for i := 1; i < len(cells); i++ {
		if cells[i-1].Path >= cells[i].Path {
			return false
		}
	}
	return true
}

// Encode returns the line a Go author sends: keys sorted, no spaces, empty members left out, no newline.
// It normalizes c first. The id of the change set is IDOf of exactly these bytes.
func (c *ChangeSet) Encode() []byte {
	c.Normalize()
	b := make([]byte, 0, 256+24*len(c.Set))
	b = append(b, '{')
	if len(c.Add) > 0 {
		b = append(b, `"add":`...)
		b = appendStrings(b, c.Add)
		b = append(b, ',')
	}
	b = append(b, `"at":`...)
	b = appendInt(b, c.At)
	if len(c.Ctx) > 0 {
		b = append(b, `,"ctx":`...)
		b = appendVV(b, c.Ctx)
	}
	if len(c.Del) > 0 {
		b = append(b, `,"del":`...)
		b = appendStrings(b, c.Del)
	}
	b = append(b, `,"device":`...)
	b = AppendString(b, c.Device)
	b = append(b, `,"epoch":`...)
	b = AppendString(b, c.Epoch)
	b = append(b, `,"form":`...)
	b = AppendString(b, c.Form)
	b = append(b, `,"grid":`...)
	b = AppendString(b, c.Grid)
	b = append(b, `,"nonce":`...)
	b = AppendString(b, c.Nonce)
	b = append(b, `,"record":`...)
	b = AppendString(b, c.Record)
	b = append(b, `,"seq":`...)
	b = appendUint(b, c.Seq)
	if len(c.Set) > 0 {
		b = append(b, `,"set":{`...)
		for i, cell := range c.Set {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendString(b, cell.Path)
			b = append(b, ':')
			b = appendValue(b, cell.Value, cell.Null)
		}
		b = append(b, '}')
	}
	b = append(b, `,"v":1,"version":`...)
	b = AppendString(b, c.Version)
	return append(b, '}')
}
