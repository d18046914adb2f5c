package instance

import (
	"strings"

	"ruhu/schema"
)

// EntityNode is one entity declaration of a submission: what it says, unjudged. Attributes are as sent, blanks trimmed.
type EntityNode struct {
	Path    string // of the group or row it belongs to, with row ids; "" for the form
	Dataset string
	ID      string
	Create  bool
	Update  bool

	BaseVersion, TrunkVersion, BranchID string

	Label      string
	HasLabel   bool              // a label node is there, though it may be empty
	Properties map[string]string // by property, as sent: those whose nodes are there; "" = there and empty

	form *schema.Node
}

// entity notes an entity node: "entity" below "meta" with a dataset. at is the path of the meta node.
func (r *reader) entity(at string, n *schema.Node, e *element) {
	if e.name != "entity" || at != "meta" && !strings.HasSuffix(at, "/meta") {
		return
	}
	trimmed := func(name string) string { return strings.TrimSpace(e.attr(name)) }
	d := EntityNode{Path: strings.TrimSuffix(strings.TrimSuffix(at, "meta"), "/"), Dataset: trimmed("dataset"), ID: trimmed("id"),
		Create: truth(trimmed("create")), Update: truth(trimmed("update")),
		BaseVersion: trimmed("baseVersion"), TrunkVersion: trimmed("trunkVersion"), BranchID: trimmed("branchId"), form: n}
	if label := e.child("label"); label != nil {
		d.Label, d.HasLabel = label.text, true
	}
	r.out.Entities = append(r.out.Entities, d)
}

func truth(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// properties gives each entity the answers that the form saves to it.
func (r *reader) properties() {
	if len(r.out.Entities) == 0 {
		return
	}
	sent := make(map[string]string, len(r.out.Values))
	for _, v := range r.out.Values {
		sent[v.Path] = v.Sent
	}
	for i := range r.out.Entities {
		e := &r.out.Entities[i]
		e.Properties = map[string]string{}
		owner := schema.PatternOf(e.Path)
		for _, declared := range r.form.Entities {
			if declared.Path != owner || declared.Dataset != e.Dataset {
				continue
			}
			for _, s := range declared.SavedTo {
				path := s.Path
				if owner != "" {
					path = e.Path + strings.TrimPrefix(s.Path, owner)
				}
				if text, there := sent[path]; there {
					e.Properties[s.Property] = text
				}
			}
		}
	}
}
