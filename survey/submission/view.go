package submission

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// view is a node of a family, read.
type view struct {
	node    *Node
	raw     *instance.Instance // read by itself; nil where there is nothing to read: encrypted, withheld, the form gone
	inst    *instance.Instance // read with the version it replaces
	base    *view              // that version; nil = none known
	cells   map[string]string  // answers by path; unanswered ones are not there
	rows    []string           // in order of the document
	seen    map[*view]bool     // all that its author had before them
	expects []string           // names of the files it should come with
	doc     *instance.Document
	form    *schema.Form
	state   int // of opening: 0 not yet, 1 under way, 2 done
}

// family is the nodes of a record, and who goes on from whom. What it says depends on which nodes are there alone, not
// on the order in which they came.
type family struct {
	views []*view // by key
	byKey map[string]*view
	of    map[string][]*view // by instanceID, in order of key
}

// source reads nodes by themselves.
type source func(n *Node, form *schema.Form) (*instance.Document, *instance.Instance, error)

func newFamily(nodes []*Node, forms *schema.Forms, read source) (*family, error) {
	f := &family{byKey: map[string]*view{}, of: map[string][]*view{}}
	for _, n := range nodes {
		if n.Gone || f.byKey[n.key()] != nil {
			continue
		}
		v := &view{node: n, form: forms.Get(n.Meta.Form, n.Meta.Version)}
		f.views = append(f.views, v)
		f.byKey[n.key()] = v
	}
	slices.SortFunc(f.views, func(a, b *view) int { return cmp.Compare(a.node.key(), b.node.key()) })
	for _, v := range f.views {
		f.of[v.node.Instance] = append(f.of[v.node.Instance], v)
	}
	for _, v := range f.views {
		if err := v.read(read); err != nil {
			return nil, err
		}
	}
	f.chooseBases()
	for _, v := range f.views {
		if err := f.open(v); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(f.views, func(a, b *view) int { return cmp.Compare(len(a.seen), len(b.seen)) }) // nobody before what they saw
	return f, nil
}

// readDocument takes a submission apart by itself.
func readDocument(n *Node, form *schema.Form, doc *instance.Document) (*instance.Instance, error) {
	root := n.Parent
	if root == "" || n.Meta.Served != nil {
		root = n.Instance
	}
	return doc.Read(form, instance.Options{Root: root})
}

func (v *view) read(read source) error {
	n := v.node
	if n.Meta.Withheld || v.form == nil || n.No != 0 && len(n.Meta.Bodies) == 0 {
		return nil
	}
	doc, raw, err := read(n, v.form)
	if err != nil {
		return err
	}
	v.expects = raw.Files
	if !n.Meta.Encrypted {
		v.doc, v.raw = doc, raw
	}
	return nil
}

// chooseBases finds the version that each node replaces. Where one instanceID came with several contents, it is the one
// that the edit differs least from. A circle, which only a broken client makes, is cut at its least key.
func (f *family) chooseBases() {
	for _, v := range f.views {
		if v.node.Parent == "" || v.node.Meta.Served != nil {
			continue
		}
		least := -1
		for _, c := range f.of[v.node.Parent] {
			if c == v {
				continue
			}
			if d := differences(v.raw, c.raw); least < 0 || d < least {
				v.base, least = c, d
			}
		}
	}
	for _, v := range f.views {
		on := map[*view]bool{}
		at := v
		for at != nil && !on[at] {
			on[at] = true
			at = at.base
		}
		if at == nil {
			continue
		}
		cut := at
		for c := at.base; c != at; c = c.base {
			if c.node.key() < cut.node.key() {
				cut = c
			}
		}
		cut.base = nil
	}
}

func differences(a, b *instance.Instance) int {
	if a == nil || b == nil {
		return 1 << 30
	}
	left := make(map[string]string, len(a.Values))
	for _, v := range a.Values {
		if v.Text != "" {
			left[v.Path] = v.Text
		}
	}
	n := 0
	for _, v := range b.Values {
		if v.Text == "" {
			continue
		}
		if text, ok := left[v.Path]; !ok || text != v.Text {
			n++
		}
		delete(left, v.Path)
	}
	return n + len(left)
}

func (f *family) open(v *view) error {
	if v.state != 0 {
		return nil
	}
	v.state = 1
	v.seen = map[*view]bool{}
	see := func(u *view) error {
		if u == nil || u == v {
			return nil
		}
		if err := f.open(u); err != nil {
			return err
		}
		v.seen[u] = true
		for w := range u.seen {
			if w != v {
				v.seen[w] = true
			}
		}
		return nil
	}
	if err := see(v.base); err != nil {
		return err
	}
	if s := v.node.Meta.Served; s != nil {
		for _, key := range s.Covers {
			if err := see(f.byKey[key]); err != nil {
				return err
			}
		}
	}
	v.state = 2
	if v.raw == nil {
		return nil
	}
	v.inst = v.raw
	switch {
	case v.node.Meta.Served != nil:
		v.inst = asServed(v.raw, v.node.Meta.Served.Rows)
	case v.base != nil && v.base.inst != nil:
		var err error
		if v.inst, err = v.doc.Read(v.form, instance.Options{Root: v.node.Instance, Base: v.base.inst}); err != nil {
			return err
		}
	}
	v.fill(f)
	return nil
}

// asServed gives the rows of what was handed out the names they have in the record.
func asServed(raw *instance.Instance, rows []string) *instance.Instance {
	out := *raw
	out.Rows, out.Values = slices.Clone(raw.Rows), slices.Clone(raw.Values)
	named := make(map[string]string, len(rows))
	for i := range out.Rows {
		if i >= len(rows) {
			break
		}
		named[raw.Rows[i].Path()] = rows[i]
		out.Rows[i].Repeat, out.Rows[i].ID = crdt.Path(rows[i]).Row()
	}
	for i := range out.Values {
		p := out.Values[i].Path
		if shut := strings.LastIndexByte(p, ']'); shut >= 0 {
			if to, ok := named[p[:shut+1]]; ok {
				out.Values[i].Path = to + p[shut+1:]
			}
		}
	}
	return &out
}

// fill gathers the answers.
func (v *view) fill(f *family) {
	v.cells = make(map[string]string, len(v.inst.Values))
	for i := range v.inst.Values {
		x := &v.inst.Values[i]
		if x.Text == "" || isEnvelope(x) {
			continue
		}
		text := x.Text
		q := v.form.Lookup(x.Path)
		if isFile(q) {
			if ref, ok := f.fileOf(v, strings.TrimSpace(x.Text)); ok {
				text = ref.Blob
			}
		} else if tooLong(text) {
			ref, ok := f.fileOf(v, longName(x.Path))
			if !ok {
				continue
			}
			text = ref.Blob
		}
		if _, err := crdt.ParsePath(x.Path); err == nil {
			v.cells[x.Path] = text
		}
	}
	for _, row := range v.inst.Rows {
		if _, err := crdt.ParsePath(row.Path()); err == nil {
			v.rows = append(v.rows, row.Path())
		}
	}
}

// isEnvelope reports what belongs to the sending and not to the answers: deprecatedID, and an instanceID for which the
// form has no place.
func isEnvelope(x *instance.Value) bool {
	switch x.Path {
	case "meta/deprecatedID", "deprecatedID":
		return true
	case "meta/instanceID", "instanceID":
		return !x.Fits
	}
	return false
}

// isFile reports whether a question's value is the name of a file.
func isFile(q *schema.Node) bool {
	return q != nil && (q.Type == schema.Binary || q.InMeta && q.Name == "audit")
}

// fileOf finds a file by name: one that came with the instance (in whatever wording), else one of the versions before.
func (f *family) fileOf(v *view, name string) (FileRef, bool) {
	for at, n := v, 0; at != nil && n <= len(f.views); at, n = at.base, n+1 {
		if ref, ok := at.node.Meta.file(name); ok {
			return ref, true
		}
		for _, o := range f.of[at.node.Instance] {
			if ref, ok := o.node.Meta.file(name); ok {
				return ref, true
			}
		}
		if at.node.Meta.Served != nil {
			for u := range at.seen {
				if ref, ok := u.node.Meta.file(name); ok {
					return ref, true
				}
			}
		}
	}
	return FileRef{}, false
}

// missing returns the files a view names that have not come.
func (f *family) missing(v *view) (out []string) {
	for _, name := range v.expects {
		if _, ok := f.fileOf(v, name); !ok {
			out = append(out, name)
		}
	}
	return out
}

// canonical hashes what a submission says, however it is written down.
func canonical(inst *instance.Instance, body []byte) Hash {
	if inst == nil || inst.Encrypted {
		return HashOf(body)
	}
	h := sha256.New()
	text := func(parts ...string) {
		for _, s := range parts {
			var n [8]byte
			binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
			h.Write(n[:])
			h.Write([]byte(s))
		}
	}
	text(inst.FormID, inst.Version, inst.InstanceID, inst.DeprecatedID)
	values := slices.Clone(inst.Values)
	slices.SortStableFunc(values, func(a, b instance.Value) int { return cmp.Compare(a.Path, b.Path) })
	for i := range values {
		text("v", values[i].Path, values[i].Text)
	}
	for _, r := range inst.Rows {
		text("r", r.Path())
	}
	for i := range inst.Entities {
		e := &inst.Entities[i]
		text("e", e.Path, e.Dataset, e.ID, e.BaseVersion, e.TrunkVersion, e.BranchID, e.Label)
		for _, b := range []bool{e.Create, e.Update, e.HasLabel} {
			if b {
				text("1")
			} else {
				text("0")
			}
		}
	}
	return Hash(h.Sum(nil))
}

// word is what "@submission" says of a view, "" for nothing.
func (f *family) word(v *view) string {
	var words []string
	if v.node.Meta.Encrypted {
		words = append(words, WordEncrypted)
	}
	if len(f.of[v.node.Instance]) > 1 {
		words = append(words, WordChanged)
	}
	return strings.Join(words, " ")
}

// Words of "@submission".
const (
	WordEncrypted = string(errs.EncryptedAnswers) // the answers are in a file that the server cannot read
	WordChanged   = string(errs.InstanceChanged)  // one instanceID came with different answers
)

// status is what a submission writes at "@status", "" where it writes none.
func (v *view) status() string {
	if v.node.Meta.Role == sync.RoleWorker {
		return sync.StatusSubmitted
	}
	return ""
}
