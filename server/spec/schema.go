package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Schema is the part of JSON Schema that the contract uses. Members that are not named are refused.
type Schema struct {
	Types      []string
	Enum       []string
	MinLength  int
	MaxLength  int // runes; 0 = no limit of its own
	Pattern    *regexp.Regexp
	Minimum    *float64
	Maximum    *float64
	MinItems   int
	MaxItems   int
	Items      *Schema
	Properties map[string]*Schema
	Required   []string
	Others     *Schema // additionalProperties
}

// Fault is one way in which a value differs from its schema.
type Fault struct {
	Path    string
	Message string
}

type rawSchema struct {
	Ref        string               `yaml:"$ref"`
	Type       yaml.Node            `yaml:"type"`
	Enum       []string             `yaml:"enum"`
	MinLength  int                  `yaml:"minLength"`
	MaxLength  int                  `yaml:"maxLength"`
	Pattern    string               `yaml:"pattern"`
	Minimum    *float64             `yaml:"minimum"`
	Maximum    *float64             `yaml:"maximum"`
	MinItems   int                  `yaml:"minItems"`
	MaxItems   int                  `yaml:"maxItems"`
	Items      yaml.Node            `yaml:"items"`
	Properties map[string]yaml.Node `yaml:"properties"`
	Required   []string             `yaml:"required"`
	Others     yaml.Node            `yaml:"additionalProperties"`
}

func (p *parser) schema(node *yaml.Node) (*Schema, error) {
	var raw rawSchema
	if err := node.Decode(&raw); err != nil {
		return nil, err
	}
	if raw.Ref != "" {
		name := refName(raw.Ref)
		if s, ok := p.schemas[name]; ok {
			return s, nil
		}
		target, ok := p.raw.Components.Schemas[name]
		if !ok {
			return nil, fmt.Errorf("%s is not there", raw.Ref)
		}
		s, err := p.schema(&target)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.schemas[name] = s
		return s, nil
	}
	s := &Schema{
		Enum: raw.Enum, MinLength: raw.MinLength, MaxLength: raw.MaxLength, Minimum: raw.Minimum,
		Maximum: raw.Maximum, MinItems: raw.MinItems, MaxItems: raw.MaxItems, Required: raw.Required,
	}
	switch raw.Type.Kind {
	case yaml.ScalarNode:
		s.Types = []string{raw.Type.Value}
	case yaml.SequenceNode:
		if err := raw.Type.Decode(&s.Types); err != nil {
			return nil, err
		}
	}
	var err error
	if raw.Pattern != "" {
		if s.Pattern, err = regexp.Compile(raw.Pattern); err != nil {
			return nil, err
		}
	}
	if !raw.Items.IsZero() {
		if s.Items, err = p.schema(&raw.Items); err != nil {
			return nil, err
		}
	}
	if !raw.Others.IsZero() {
		if s.Others, err = p.schema(&raw.Others); err != nil {
			return nil, err
		}
	}
	if len(raw.Properties) > 0 {
		s.Properties = make(map[string]*Schema, len(raw.Properties))
		for name, n := range raw.Properties {
			if s.Properties[name], err = p.schema(&n); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return s, nil
}

// Check returns how a decoded JSON value (see DecodeStrict) differs from the schema, at most 20 faults.
func (s *Schema) Check(value any) []Fault {
	c := &checker{}
	c.value("", s, value)
	return c.faults
}

// CheckText checks a parameter's text.
func (s *Schema) CheckText(name, text string) []Fault {
	c := &checker{}
	switch {
	case slices.Contains(s.Types, "integer"), slices.Contains(s.Types, "number"):
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			c.add(name, "must be a number")
			break
		}
		c.number(name, s, n)
	case slices.Contains(s.Types, "boolean"):
		if text != "true" && text != "false" {
			c.add(name, "must be true or false")
		}
	default:
		c.text(name, s, text)
	}
	return c.faults
}

type checker struct{ faults []Fault }

func (c *checker) add(path, format string, args ...any) {
	if len(c.faults) < 20 {
		c.faults = append(c.faults, Fault{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) value(path string, s *Schema, value any) {
	kind := kindOf(value)
	if len(s.Types) > 0 && !slices.Contains(s.Types, kind) && !(kind == "integer" && slices.Contains(s.Types, "number")) {
		c.add(path, "must be of type %s", s.Types[0])
		return
	}
	switch v := value.(type) {
	case string:
		c.text(path, s, v)
	case Number:
		c.number(path, s, v.Value)
	case []any:
		if len(v) < s.MinItems {
			c.add(path, "needs at least %d entries", s.MinItems)
		}
		if s.MaxItems > 0 && len(v) > s.MaxItems {
			c.add(path, "takes at most %d entries", s.MaxItems)
			return
		}
		if s.Items != nil {
			for i, item := range v {
				c.value(fmt.Sprintf("%s[%d]", path, i), s.Items, item)
			}
		}
	case Object:
		c.object(path, s, v)
	}
}

func (c *checker) object(path string, s *Schema, v Object) {
	for _, name := range s.Required {
		if _, ok := v.Get(name); !ok {
			c.add(join(path, name), "is missing")
		}
	}
	for _, m := range v {
		switch sub, ok := s.Properties[m.Name]; {
		case ok:
			c.value(join(path, m.Name), sub, m.Value)
		case s.Others != nil:
			c.value(join(path, m.Name), s.Others, m.Value)
		default:
			c.add(join(path, m.Name), "is not known here")
		}
	}
}

func (c *checker) text(path string, s *Schema, v string) {
	n := utf8.RuneCountInString(v)
	switch {
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, v):
		c.add(path, "must be one of %v", s.Enum)
	case n < s.MinLength:
		c.add(path, "needs at least %d characters", s.MinLength)
	case s.MaxLength > 0 && n > s.MaxLength:
		c.add(path, "takes at most %d characters", s.MaxLength)
	case s.Pattern != nil && !s.Pattern.MatchString(v):
		c.add(path, "has the wrong shape")
	}
}

func (c *checker) number(path string, s *Schema, v float64) {
	if s.Minimum != nil && v < *s.Minimum {
		c.add(path, "must be at least %v", *s.Minimum)
	}
	if s.Maximum != nil && v > *s.Maximum {
		c.add(path, "must be at most %v", *s.Maximum)
	}
}

func kindOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case Number:
		if v.Integer {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
