// Package crdt is the merge core: change sets, record states, how one is applied to the other and how
// two states join. It is pure: no clock, no I/O, no randomness. sync/DESIGN.md says why it is shaped so.
package crdt

// ID is the SHA-256 of a change set's exact bytes, without the newline.
type ID [32]byte

// Dot names one change set for ever: the Seq-th one of Device.
type Dot struct {
	Device string
	Seq    uint64
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
	for _, cell := range c.Set {
		if cell.Path == path {
			return cell, true
		}
	}
	return Cell{}, false
}
