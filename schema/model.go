package schema

import (
	"encoding/json"
	"strings"
)

// ModelVersion is the version of the JSON that Model writes; clients refuse a greater one.
const ModelVersion = 1

type modelForm struct {
	Model       int           `json:"model"`
	ID          string        `json:"id"`
	Version     string        `json:"version"`
	Hash        string        `json:"hash"` // sha256 of the uploaded bytes
	Titles      *modelText    `json:"titles,omitempty"`
	Languages   []string      `json:"languages,omitempty"`
	Default     string        `json:"default_language,omitempty"`
	Style       string        `json:"style,omitempty"`
	Root        string        `json:"root"`
	Nodes       []modelNode   `json:"nodes"`
	Lists       []modelList   `json:"lists,omitempty"`
	Instances   []modelTable  `json:"instances,omitempty"`
	Attachments []string      `json:"attachments,omitempty"`
	Actions     []modelAction `json:"actions,omitempty"`
	Entities    []modelEntity `json:"entities,omitempty"`
	Encrypted   bool          `json:"encrypted,omitempty"`
	Editable    bool          `json:"client_editable,omitempty"`
}

type modelText struct {
	Words map[string]string            `json:"words,omitempty"`
	Media map[string]map[string]string `json:"media,omitempty"`
	Expr  string                       `json:"expr,omitempty"`
}

type modelNode struct {
	Name        string            `json:"name"`
	Kind        Kind              `json:"kind"`
	Path        string            `json:"path"`
	Ref         string            `json:"ref"`
	Type        Type              `json:"type,omitempty"`
	Control     Control           `json:"control,omitempty"`
	Label       *modelText        `json:"label,omitempty"`
	Hint        *modelText        `json:"hint,omitempty"`
	Guidance    *modelText        `json:"guidance,omitempty"`
	Relevant    string            `json:"relevant,omitempty"`
	Required    string            `json:"required,omitempty"`
	RequiredMsg *modelText        `json:"required_msg,omitempty"`
	Constraint  string            `json:"constraint,omitempty"`
	ConstrMsg   *modelText        `json:"constraint_msg,omitempty"`
	Calculate   string            `json:"calculate,omitempty"`
	ReadOnly    string            `json:"readonly,omitempty"`
	Value       string            `json:"default,omitempty"`
	Appearance  string            `json:"appearance,omitempty"`
	MediaType   string            `json:"mediatype,omitempty"`
	Preload     string            `json:"preload,omitempty"`
	Params      string            `json:"preload_params,omitempty"`
	Parameters  map[string]string `json:"parameters,omitempty"`
	Choices     *modelChoices     `json:"choices,omitempty"`
	Count       string            `json:"count,omitempty"`
	Fixed       bool              `json:"no_add_remove,omitempty"`
	RowField    string            `json:"row_field,omitempty"`
	SaveTo      string            `json:"save_to,omitempty"`
	Added       bool              `json:"added,omitempty"`
	Children    []modelNode       `json:"children,omitempty"`
}

type modelChoices struct {
	List   string `json:"list"`
	Filter string `json:"filter,omitempty"`
	Random bool   `json:"random,omitempty"`
	Seed   string `json:"seed,omitempty"`
	Search string `json:"search,omitempty"`
}

type modelList struct {
	Name  string        `json:"name"`
	Open  bool          `json:"open,omitempty"`
	Src   string        `json:"src,omitempty"`
	Items []modelChoice `json:"items,omitempty"`
}

type modelChoice struct {
	Value string            `json:"value"`
	Label *modelText        `json:"label,omitempty"`
	Props map[string]string `json:"props,omitempty"`
}

type modelTable struct {
	ID   string `json:"id"`
	Src  string `json:"src,omitempty"`
	Rows int    `json:"rows,omitempty"`
}

type modelAction struct {
	Kind   string `json:"kind"`
	Events string `json:"events,omitempty"`
	Target string `json:"target"`
	Value  string `json:"value,omitempty"`
	Inside string `json:"inside,omitempty"`
}

type modelEntity struct {
	Dataset string      `json:"dataset"`
	Path    string      `json:"path,omitempty"`
	Create  bool        `json:"create,omitempty"`
	Update  bool        `json:"update,omitempty"`
	SavedTo [][2]string `json:"saved_to,omitempty"` // path, property
}

// Model returns model.json: the whole sealed form for clients, the same bytes for the same form.
func (f *Form) Model() []byte {
	m := modelForm{
		Model: ModelVersion, ID: f.ID, Version: f.Version, Hash: f.Hash(), Titles: textModel(f.Titles), Languages: f.Languages, Default: f.Default,
		Style: f.Style, Root: f.RootName, Nodes: nodesModel(f.Root.Children), Attachments: f.Attachments,
		Encrypted: f.Submission.PublicKey != "", Editable: f.Submission.ClientEditable,
	}
	for _, l := range f.Lists {
		list := modelList{Name: l.Name, Open: l.Open, Src: l.Src}
		for _, c := range l.Items {
			list.Items = append(list.Items, modelChoice{Value: c.Value, Label: textModel(c.Label), Props: c.Props})
		}
		m.Lists = append(m.Lists, list)
	}
	for _, t := range f.Instances {
		m.Instances = append(m.Instances, modelTable{ID: t.ID, Src: t.Src, Rows: t.Rows})
	}
	for _, a := range f.Actions {
		m.Actions = append(m.Actions, modelAction(a))
	}
	for _, e := range f.Entities {
		entity := modelEntity{Dataset: e.Dataset, Path: e.Path, Create: e.Create, Update: e.Update}
		for _, s := range e.SavedTo {
			entity.SavedTo = append(entity.SavedTo, [2]string{s.Path, s.Property})
		}
		m.Entities = append(m.Entities, entity)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		panic("schema: a form cannot be written as JSON: " + err.Error())
	}
	return []byte(b.String())
}

func nodesModel(nodes []*Node) []modelNode {
	list := make([]modelNode, 0, len(nodes))
	for _, n := range nodes {
		m := modelNode{
			Name: n.Name, Kind: n.Kind, Path: n.Path, Ref: n.Ref, Type: n.Type, Control: n.Control,
			Label: textModel(n.Label), Hint: textModel(n.Hint), Guidance: textModel(n.Guidance),
			Relevant: n.Relevant, Required: n.Required, RequiredMsg: textModel(n.RequiredMsg), Constraint: n.Constraint, ConstrMsg: textModel(n.ConstraintMsg),
			Calculate: n.Calculation, ReadOnly: n.ReadOnly, Value: n.Default, Appearance: n.Appearance, MediaType: n.MediaType,
			Preload: n.Preload, Params: n.PreloadParams, Parameters: n.Parameters, Count: n.Count, Fixed: n.NoAddRemove,
			RowField: n.RowField, SaveTo: n.SaveTo, Added: n.Added,
		}
		if n.Choices != nil && n.Choices.List != nil {
			m.Choices = &modelChoices{List: n.Choices.List.Name, Filter: n.Choices.Filter, Random: n.Choices.Random, Seed: n.Choices.Seed, Search: n.Choices.Search}
		}
		if len(n.Children) > 0 {
			m.Children = nodesModel(n.Children)
		}
		list = append(list, m)
	}
	return list
}

func textModel(t Text) *modelText {
	if t.Empty() {
		return nil
	}
	m := modelText(t)
	return &m
}
