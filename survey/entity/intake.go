package entity

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/instance"
)

// Submission is where entity nodes come from.
type Submission struct {
	Record   string       // the record it became
	Instance string       // its instanceID
	Variant  string       // tells apart what came under one instanceID with other bytes
	Edits    string       // the instanceID it is an edit of (deprecatedID); "" = none
	Street   string       // of the device that sent it; entities never leave a street
	Worker   string       // worker id
	Form     *schema.Form // nil = unknown: what the form permits is not checked
	Received int64        // ms
	At       int64        // ms when it was filled in, by the phone's clock; 0 unknown. Must not depend on arrival
}

// FaultCode says why a node could not be applied.
type FaultCode string

// The faults. A node with one is kept, and listed for the office.
const (
	BadList      FaultCode = "bad-list"      // the list's name cannot be one
	BadID        FaultCode = "bad-id"        // the id is no UUID
	NoLabel      FaultCode = "no-label"      // a creation without a label
	BadBase      FaultCode = "bad-base"      // a base or trunk version that is no number
	NotPermitted FaultCode = "not-permitted" // an action the form version does not declare
	TooLarge     FaultCode = "too-large"     // more text or more properties than an entity holds
	TooMany      FaultCode = "too-many"      // more changes than an entity holds
)

// Fault is a node that could not be applied, as it came.
type Fault struct {
	Key      string     `json:"key"` // opaque
	Code     FaultCode  `json:"code"`
	List     string     `json:"list"`
	ID       string     `json:"id"`
	Instance string     `json:"instance"`
	Variant  string     `json:"variant,omitempty"`
	Path     string     `json:"path,omitempty"`
	Received int64      `json:"received"`
	Node     FaultyNode `json:"node"`
}

// FaultyNode is what the node said.
type FaultyNode struct {
	Create     bool              `json:"create,omitempty"`
	Update     bool              `json:"update,omitempty"`
	Base       string            `json:"base_version,omitempty"`
	Trunk      string            `json:"trunk_version,omitempty"`
	Branch     string            `json:"branch_id,omitempty"`
	Label      string            `json:"label,omitempty"`
	Properties map[string]string `json:"properties,omitempty"`
}

// Addressed is a change with the entity it is of.
type Addressed struct {
	List, ID string
	Change
}

// Read makes changes of a submission's nodes. Nodes that ask for nothing (neither create nor update) are left out; those that
// cannot be applied come back as faults. What a node says depends on nothing but itself and the form.
func Read(s Submission, nodes []instance.EntityNode) (changes []Addressed, faults []Fault) {
	for i := range nodes {
		n := &nodes[i]
		if !n.Create && !n.Update {
			continue
		}
		c, code := change(s, n)
		if code == "" {
			changes = append(changes, c)
			continue
		}
		faults = append(faults, Fault{Code: code, List: cut(n.Dataset), ID: cut(n.ID), Instance: s.Instance, Variant: s.Variant, Path: n.Path, Received: s.Received,
			Node: FaultyNode{Create: n.Create, Update: n.Update, Base: cut(n.BaseVersion), Trunk: cut(n.TrunkVersion), Branch: cut(n.BranchID),
				Label: n.Label, Properties: n.Properties}})
	}
	return changes, faults
}

func change(s Submission, n *instance.EntityNode) (a Addressed, code FaultCode) {
	id, good := idOf(n.ID)
	a = Addressed{List: n.Dataset, ID: id}
	a.Kind, a.Instance, a.Path, a.Variant, a.Edits, a.At, a.Branch = Update, s.Instance, n.Path, s.Variant, s.Edits, s.At, n.BranchID
	var base, trunk bool
	a.Base, base = versionOf(n.BaseVersion)
	a.Trunk, trunk = versionOf(n.TrunkVersion)
	if !n.Update || n.Create && n.BaseVersion == "" { // an upsert without a base found nothing on the phone
		a.Kind, a.Base, a.Trunk, a.Branch = Create, 0, 0, ""
	}
	switch {
	case !schema.EntityListName(n.Dataset):
		return a, BadList
	case !good:
		return a, BadID
	case !permitted(s.Form, n):
		return a, NotPermitted
	case a.Kind == Update && (!base || !trunk || len(a.Branch) > maxBranch):
		return a, BadBase
	case a.Kind == Create && strings.TrimSpace(n.Label) == "":
		return a, NoLabel
	case tooLarge(n):
		return a, TooLarge
	}
	a.Set = make(map[string]string, len(n.Properties)+1)
	for name, value := range n.Properties {
		if schema.EntityPropertyName(name) {
			a.Set[name] = value
		}
	}
	if strings.TrimSpace(n.Label) != "" { // a blank label changes nothing
		a.Set[LabelKey] = n.Label
	}
	return a, ""
}

// versionOf reads a server version; blank is 0.
func versionOf(text string) (int64, bool) {
	if text == "" {
		return 0, true
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil { // a phone's expression may have made a decimal of it
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return 0, false
		}
		v = int64(f)
	}
	return v, v >= 0 && v < math.MaxInt32
}

func permitted(f *schema.Form, n *instance.EntityNode) bool {
	if f == nil {
		return true
	}
	owner := schema.PatternOf(n.Path)
	for i := range f.Entities {
		if d := &f.Entities[i]; d.Path == owner && d.Dataset == n.Dataset {
			return (d.Create || !n.Create) && (d.Update || !n.Update)
		}
	}
	return false
}

func tooLarge(n *instance.EntityNode) bool {
	if len(n.Properties) > limits.EntityProperties || len(n.Label) > limits.ShortValueBytes {
		return true
	}
	sum := len(n.Label)
	for _, v := range n.Properties {
		if sum += len(v); len(v) > limits.LongValueBytes {
			return true
		}
	}
	return sum > limits.EntityBytes
}

// cut bounds a text of a faulty node; what is not UTF-8 was refused before.
func cut(text string) string {
	const most = 256
	if len(text) <= most {
		return text
	}
	for i := most; i > 0; i-- {
		if utf8.RuneStart(text[i]) {
			return text[:i]
		}
	}
	return ""
}
