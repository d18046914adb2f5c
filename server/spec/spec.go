// Package spec reads the outer contract (openapi.yaml) for what the server enforces from it: which action and
// area each operation needs, which parameters and bodies it takes. It knows no HTTP framework.
package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Public is the action of an operation that everybody may call.
const Public = "public"

// AreaKind says what an operation's action is checked against; openapi.yaml's introduction defines each.
type AreaKind string

// The kinds of area.
const (
	AreaNone   AreaKind = "none"
	AreaSelf   AreaKind = "self"
	AreaList   AreaKind = "list"
	AreaPath   AreaKind = "path"
	AreaQuery  AreaKind = "query"
	AreaBody   AreaKind = "body"
	AreaObject AreaKind = "object"
)

// Area is an operation's x-ruhu-area; Name is the parameter for path and query.
type Area struct {
	Kind AreaKind
	Name string
}

// Param is a path, query or header parameter.
type Param struct {
	Name     string
	In       string
	Required bool
	Schema   *Schema
}

// Operation is one route of the contract.
type Operation struct {
	ID     string
	Method string // upper case
	Path   string // as in the contract: /v1/records/{id}
	// Actions are auth's; holding one of them is enough. Empty = public.
	Actions []string
	Area    Area
	Tags    []string
	Params  []Param
	Body    *Schema // of an application/json body, nil where there is none
	Media   []string
}

// Tagged reports whether the operation carries a tag.
func (o *Operation) Tagged(tag string) bool { return slices.Contains(o.Tags, tag) }

// EchoPath returns the path as Echo's router writes it: parameters as :name, other colons escaped.
func (o *Operation) EchoPath() string {
	p := strings.ReplaceAll(o.Path, ":", `\:`)
	return pathParam.ReplaceAllString(p, ":$1")
}

// Spec is the contract.
type Spec struct {
	Operations []*Operation // in order of path, then method
	byRoute    map[string]*Operation
	byID       map[string]*Operation
}

// Route returns the operation of a method and an Echo path; false where the contract has none.
func (s *Spec) Route(method, echoPath string) (*Operation, bool) {
	o, ok := s.byRoute[method+" "+echoPath]
	return o, ok
}

// Methods returns the methods that an Echo path takes, sorted.
func (s *Spec) Methods(echoPath string) []string {
	var list []string
	for _, o := range s.Operations {
		if o.EchoPath() == echoPath {
			list = append(list, o.Method)
		}
	}
	slices.Sort(list)
	return list
}

// ByID returns the operation of an operationId.
func (s *Spec) ByID(id string) (*Operation, bool) {
	o, ok := s.byID[id]
	return o, ok
}

var pathParam = regexp.MustCompile(`\{([^}]+)\}`)

type rawDoc struct {
	Paths      map[string]map[string]yaml.Node `yaml:"paths"`
	Components struct {
		Parameters    map[string]yaml.Node `yaml:"parameters"`
		RequestBodies map[string]yaml.Node `yaml:"requestBodies"`
		Schemas       map[string]yaml.Node `yaml:"schemas"`
	} `yaml:"components"`
}

type rawOperation struct {
	OperationID string      `yaml:"operationId"`
	Tags        []string    `yaml:"tags"`
	Action      string      `yaml:"x-ruhu-action"`
	Area        string      `yaml:"x-ruhu-area"`
	Parameters  []yaml.Node `yaml:"parameters"`
	RequestBody yaml.Node   `yaml:"requestBody"`
}

type rawParam struct {
	Ref      string    `yaml:"$ref"`
	Name     string    `yaml:"name"`
	In       string    `yaml:"in"`
	Required bool      `yaml:"required"`
	Schema   yaml.Node `yaml:"schema"`
}

type rawBody struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema yaml.Node `yaml:"schema"`
	} `yaml:"content"`
}

// Parse reads the contract. It refuses an operation without an action or with an area of no known kind.
func Parse(doc []byte) (*Spec, error) {
	var raw rawDoc
	if err := yaml.Unmarshal(doc, &raw); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	p := &parser{raw: &raw, schemas: map[string]*Schema{}}
	s := &Spec{byRoute: map[string]*Operation{}, byID: map[string]*Operation{}}
	for _, path := range sortedKeys(raw.Paths) {
		item := raw.Paths[path]
		var shared []yaml.Node
		if n, ok := item["parameters"]; ok {
			if err := n.Decode(&shared); err != nil {
				return nil, fmt.Errorf("contract: %s: parameters: %w", path, err)
			}
		}
		for _, method := range sortedKeys(item) {
			if method == "parameters" {
				continue
			}
			node := item[method]
			o, err := p.operation(path, strings.ToUpper(method), &node, shared)
			if err != nil {
				return nil, fmt.Errorf("contract: %s %s: %w", method, path, err)
			}
			if _, twice := s.byID[o.ID]; twice {
				return nil, fmt.Errorf("contract: operation %s stands twice", o.ID)
			}
			s.Operations = append(s.Operations, o)
			s.byID[o.ID] = o
			s.byRoute[o.Method+" "+o.EchoPath()] = o
		}
	}
	return s, nil
}

type parser struct {
	raw     *rawDoc
	schemas map[string]*Schema
}

func (p *parser) operation(path, method string, node *yaml.Node, shared []yaml.Node) (*Operation, error) {
	var raw rawOperation
	if err := node.Decode(&raw); err != nil {
		return nil, err
	}
	if raw.OperationID == "" || raw.Action == "" {
		return nil, fmt.Errorf("needs operationId and x-ruhu-action")
	}
	area, err := parseArea(raw.Area)
	if err != nil {
		return nil, err
	}
	o := &Operation{ID: raw.OperationID, Method: method, Path: path, Area: area, Tags: raw.Tags}
	if raw.Action != Public {
		o.Actions = strings.Fields(raw.Action)
	}
	for _, n := range append(slices.Clone(shared), raw.Parameters...) {
		param, err := p.param(&n)
		if err != nil {
			return nil, err
		}
		o.Params = append(o.Params, param)
	}
	if !raw.RequestBody.IsZero() {
		if err := p.body(o, &raw.RequestBody); err != nil {
			return nil, err
		}
	}
	if (area.Kind == AreaPath || area.Kind == AreaQuery) && !slices.ContainsFunc(o.Params, func(q Param) bool {
		return q.In == string(area.Kind) && q.Name == area.Name && q.Required
	}) {
		return nil, fmt.Errorf("x-ruhu-area %s:%s names no required parameter", area.Kind, area.Name)
	}
	return o, nil
}

func parseArea(text string) (Area, error) {
	kind, name, _ := strings.Cut(text, ":")
	a := Area{Kind: AreaKind(kind), Name: name}
	switch a.Kind {
	case AreaNone, AreaSelf, AreaList, AreaBody, AreaObject:
		if name == "" {
			return a, nil
		}
	case AreaPath, AreaQuery:
		if name != "" {
			return a, nil
		}
	}
	return Area{}, fmt.Errorf("x-ruhu-area %q is of no known kind", text)
}

func (p *parser) param(node *yaml.Node) (Param, error) {
	var raw rawParam
	if err := node.Decode(&raw); err != nil {
		return Param{}, err
	}
	if raw.Ref != "" {
		target, ok := p.raw.Components.Parameters[refName(raw.Ref)]
		if !ok {
			return Param{}, fmt.Errorf("%s is not there", raw.Ref)
		}
		return p.param(&target)
	}
	schema, err := p.schema(&raw.Schema)
	if err != nil {
		return Param{}, fmt.Errorf("parameter %s: %w", raw.Name, err)
	}
	return Param{Name: raw.Name, In: raw.In, Required: raw.Required, Schema: schema}, nil
}

func (p *parser) body(o *Operation, node *yaml.Node) error {
	var raw rawBody
	if err := node.Decode(&raw); err != nil {
		return err
	}
	if raw.Ref != "" {
		target, ok := p.raw.Components.RequestBodies[refName(raw.Ref)]
		if !ok {
			return fmt.Errorf("%s is not there", raw.Ref)
		}
		return p.body(o, &target)
	}
	o.Media = sortedKeys(raw.Content)
	if c, ok := raw.Content["application/json"]; ok {
		schema, err := p.schema(&c.Schema)
		if err != nil {
			return fmt.Errorf("body: %w", err)
		}
		o.Body = schema
	}
	return nil
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
