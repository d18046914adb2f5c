package submission

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Node is one content of one instanceID: what a client posted, or what was handed out to be edited. The same instanceID
// with other answers is another node. The store keeps Meta sealed under the record's key.
type Node struct {
	No       int64  // the store's; 0 = not stored yet
	Record   string // where it belongs
	Instance string
	Parent   string // the instanceID it replaces, "" = none
	Due      bool   // its entity nodes have not been applied
	Gone     bool   // the record was erased: nothing but the ids is known
	Meta     Meta
}

// Meta is what a node holds beside its bodies. Its JSON is stored.
type Meta struct {
	Canon     Hash       `json:"canon"` // of its content, however it was written down
	Form      string     `json:"form"`
	Version   string     `json:"version"`
	User      string     `json:"user,omitempty"`
	Worker    string     `json:"worker"`
	Role      string     `json:"role"`
	Street    string     `json:"street"`
	Grid      string     `json:"grid,omitempty"`
	Device    string     `json:"device,omitempty"`
	At        int64      `json:"at"` // ms, of its first arrival
	Encrypted bool       `json:"encrypted,omitempty"`
	Dots      []crdt.Dot `json:"dots,omitempty"` // change sets made of it
	// Past are change sets made of it that name more than it says, since it is known that its author had seen less: what of
	// them counts was said again.
	Past     []crdt.Dot `json:"past,omitempty"`
	Bodies   []BodyRef  `json:"bodies,omitempty"`
	Files    []FileRef  `json:"files,omitempty"` // in order of arrival; of one name the last counts
	Served   *Served    `json:"served,omitempty"`
	Withheld bool       `json:"withheld,omitempty"` // values of the record were withheld: the bodies went with them
}

// Served is what a node knows that was handed out: the record as it stood.
type Served struct {
	VV     crdt.VV  `json:"vv"`
	Covers []string `json:"covers,omitempty"` // keys of the nodes the record was made of
	Rows   []string `json:"rows,omitempty"`   // paths of the rows as the record has them, in order of the document
}

// BodyRef names the exact bytes of one post.
type BodyRef struct {
	No   int64 `json:"no"` // the store's
	ID   Hash  `json:"id"` // SHA-256
	Size int64 `json:"size"`
}

// FileRef is a file that came with a submission. A name that begins with NUL is the path of a value too long for a register.
type FileRef struct {
	Name string `json:"name"`
	Blob string `json:"blob"` // sha256-<hex>.<ext>
	Size int64  `json:"size"`
}

// Hash is a SHA-256, hex in JSON.
type Hash [32]byte

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != 64 {
		return errs.New(errs.Damaged, "read hash", "%d characters", len(b))
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// Encode returns what the store seals.
func (m *Meta) Encode() ([]byte, error) { return json.Marshal(m) }

// DecodeMeta reads what Encode wrote.
func DecodeMeta(b []byte) (m Meta, err error) {
	if err := json.Unmarshal(b, &m); err != nil {
		return m, errs.New(errs.Damaged, "read submission", "what is stored of it cannot be read")
	}
	return m, nil
}

// written lists every change set made of a node.
func (m *Meta) written() []crdt.Dot { return slices.Concat(m.Dots, m.Past) }

// key names a node whatever order things arrived in.
func (n *Node) key() string { return n.Instance + "\x00" + hex.EncodeToString(n.Meta.Canon[:]) }

// Blobs returns the files a node names, for the store's references.
func (m *Meta) Blobs() []string {
	out := make([]string, 0, len(m.Files))
	for _, f := range m.Files {
		out = append(out, f.Blob)
	}
	return out
}

// file returns the file that counts under a name.
func (m *Meta) file(name string) (FileRef, bool) {
	for _, f := range slices.Backward(m.Files) {
		if f.Name == name {
			return f, true
		}
	}
	return FileRef{}, false
}

// addFile notes a file; false where it is known and counts already.
func (m *Meta) addFile(f FileRef) bool {
	if have, ok := m.file(f.Name); ok && have.Blob == f.Blob {
		return false
	}
	m.Files = append(m.Files, f)
	return true
}

func (m *Meta) hasBody(id Hash) bool {
	return slices.ContainsFunc(m.Bodies, func(b BodyRef) bool { return b.ID == id })
}

// Withhold takes out of a node what withheld values may stand in: the bodies, and the files that are not kept. It returns
// the bodies the store has to drop.
func (m *Meta) Withhold(kept func(blob string) bool) (drop []BodyRef) {
	drop, m.Bodies, m.Withheld = m.Bodies, nil, true
	m.Files = slices.DeleteFunc(m.Files, func(f FileRef) bool { return strings.HasPrefix(f.Name, longPrefix) || !kept(f.Blob) })
	return drop
}

// Reader reads what is known of submissions in one snapshot of a stream.
type Reader interface {
	// Nodes returns the nodes of an instanceID in order of No.
	Nodes(instance string) ([]Node, error)
	// Children returns the nodes that name an instanceID as the one they replace, in order of No.
	Children(parent string) ([]Node, error)
	// Family returns a record's nodes in order of No.
	Family(record string) ([]Node, error)
	// Due returns nodes whose entities are due, after a number, at most limit.
	Due(after int64, limit int) ([]Node, error)
	// Body returns the exact bytes of a post.
	Body(n *Node, ref BodyRef) ([]byte, error)
}

// Ledger is Reader inside the stream's writer transaction, and writes there. Erasing a record (sync.Tx.Erase) takes all
// metas and bodies of it and leaves the ids.
type Ledger interface {
	Reader
	// AddNode stores a new node with the exact bytes of its post (nil = none) and gives it its number. A record that is
	// erased takes none but Gone ones.
	AddNode(n *Node, id Hash, body []byte) error
	// PutNode stores what a node has become.
	PutNode(n *Node) error
	// PutBody stores the exact bytes of a further post and notes them in the node, which the caller puts afterwards.
	PutBody(n *Node, id Hash, body []byte) error
	// Applied notes that a node's entities were applied.
	Applied(no int64) error
	// Move moves all nodes of a record to another one, whose key they are sealed under from then on.
	Move(from, to string) error
}
