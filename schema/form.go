// Package schema is what a form asks: the model of a form, its versions, and the check of a value
// against its question. It holds values only: it knows nothing of Echo, SQL or sync. Readers
// (schema/xform) build a Form and seal it; from then on it is immutable and safe for concurrent use.
package schema

import (
	"encoding/hex"
	"fmt"
	"slices"

	"ruhu/internal/errs"
)

// Form is one version of one form. Build it, call Seal once, then only read it.
type Form struct {
	ID        string
	Version   string   // "" where the form names none
	RootName  string   // name of the primary instance's root element, often "data"
	Titles    Text     // by language
	Languages []string // in the form's order, as the form names them: "中文 (zh)"
	Default   string   // the language shown first, "" where the form has none
	Style     string   // body class: "pages", "theme-grid" …

	Root        *Node         // a group without a name; its children are the top of the form
	Lists       []*ChoiceList // in the form's order; a list belongs to one or more select questions
	Instances   []Instance    // secondary instances, in the form's order
	Attachments []string      // file names the form needs: media, external lists; sorted
	Actions     []Action      // setvalue, setgeopoint, recordaudio
	Submission  Submission
	Entities    []Entity
	EntitiesVer string            // entities:entities-version, "" where the form declares none
	Namespaces  map[string]string // prefix -> URI as declared on the document's root

	SHA256 [32]byte // of the bytes the form was read from
	MD5    [16]byte // of the same bytes: what OpenRosa clients compare

	byPattern map[string]*Node
	questions []*Node
	repeats   []*Node
}

// Instance is a secondary instance: a table a form looks things up in.
type Instance struct {
	ID   string
	Src  string // jr://file-csv/x.csv …; "" for one written in the form
	Rows int    // items written in the form
	Tree Tree   // what is written in the form
}

// Action is something the form does at an event.
type Action struct {
	Kind   string // setvalue, setgeopoint, recordaudio
	Events string // odk-instance-first-load, xforms-value-changed …
	Target string // pattern path
	Value  string // expression or literal
	Inside string // pattern path of the control it belongs to, "" for the model
}

// Submission is how the form wants to be sent.
type Submission struct {
	Action         string
	Method         string
	PublicKey      string // base64 RSA key: an encrypted form
	AutoSend       string
	AutoDelete     string
	ClientEditable bool
}

// Entity is one entity declaration: a submission of this form creates or updates an entity.
type Entity struct {
	Dataset  string
	Path     string // pattern path of the group or repeat it belongs to, "" for the form
	Create   bool
	Update   bool
	SavedTo  []SaveTo
	HasLabel bool
}

// SaveTo says that a question's answer becomes an entity's property.
type SaveTo struct {
	Path     string
	Property string
}

// Key names one form version.
type Key struct{ ID, Version string }

// Key returns the id and version.
func (f *Form) Key() Key { return Key{f.ID, f.Version} }

// String returns "id@version", and "id@-" for an empty version.
func (k Key) String() string {
	if k.Version == "" {
		return k.ID + "@-"
	}
	return k.ID + "@" + k.Version
}

// HashMD5 returns the form's hash as OpenRosa writes it, "md5:" and lower-case hex.
func (f *Form) HashMD5() string { return "md5:" + hex.EncodeToString(f.MD5[:]) }

// Hash returns the lower-case hex SHA-256 of the form's bytes.
func (f *Form) Hash() string { return hex.EncodeToString(f.SHA256[:]) }

// Title returns the title in a language (code "zh" or name "中文 (zh)").
func (f *Form) Title(lang string) string {
	if s := f.Titles.In(lang); s != "" {
		return s
	}
	return f.ID
}

// Seal computes paths, parents and indexes. It refuses a tree with an empty or a doubled name, a path over
// 512 bytes or more than 63 levels, and a question with children. A sealed form must not be changed.
func (f *Form) Seal() error {
	const op = "seal form"
	if f.Root == nil {
		return errs.New(errs.FormFaults, op, "form %s has no root", f.ID)
	}
	f.byPattern = map[string]*Node{}
	f.questions, f.repeats = nil, nil
	f.Root.Kind = Group
	for _, l := range f.Lists {
		l.seal()
	}
	if err := f.seal(f.Root, 0); err != nil {
		return errs.WrapCode(errs.FormFaults, op, err)
	}
	return nil
}

func (f *Form) seal(parent *Node, level int) error {
	if level > maxLevels {
		return fmt.Errorf("%s: nested deeper than %d levels", parent.Path, maxLevels)
	}
	for _, n := range parent.Children {
		if n.Name == "" {
			return fmt.Errorf("%q: a node without a name", parent.Path)
		}
		n.parent, n.level = parent, level
		n.Path = n.Name
		if parent.Path != "" {
			n.Path = parent.Path + "/" + n.Name
		}
		if len(n.Path) > maxPath {
			return fmt.Errorf("%s…: path is longer than %d bytes", n.Path[:64], maxPath)
		}
		if f.byPattern[n.Path] != nil {
			return fmt.Errorf("%s: two nodes have this path", n.Path)
		}
		f.byPattern[n.Path] = n
		n.rows, n.repeat = parent.rows, parent.repeat
		if parent.Kind == Repeat {
			n.repeat = parent
		}
		switch n.Kind {
		case Repeat:
			n.rows |= 1 << level
			f.repeats = append(f.repeats, n)
		case Question:
			if len(n.Children) > 0 {
				return fmt.Errorf("%s: a question with children", n.Path)
			}
			n.index = len(f.questions)
			n.check = checkerOf(n)
			f.questions = append(f.questions, n)
			continue
		}
		if err := f.seal(n, level+1); err != nil {
			return err
		}
	}
	return nil
}

// Node returns the node at a pattern path ("members/age"), or nil.
func (f *Form) Node(pattern string) *Node { return f.byPattern[pattern] }

// Questions returns all questions in form order, hidden, calculated and meta ones included. Do not change it.
func (f *Form) Questions() []*Node { return f.questions }

// Repeats returns all repeats in form order, outer before inner. Do not change it.
func (f *Form) Repeats() []*Node { return f.repeats }

// Find returns the first question with this name wherever it stands, or nil.
func (f *Form) Find(name string) *Node {
	i := slices.IndexFunc(f.questions, func(n *Node) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return f.questions[i]
}
