package compare_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/schema"
	"ruhu/schema/compare"
)

var languages = []string{"中文 (zh)", "English (en)"}

func drawText(t *rapid.T, what string) schema.Text {
	if rapid.IntRange(0, 2).Draw(t, what) == 0 {
		return schema.Text{}
	}
	words := map[string]string{}
	for _, lang := range languages {
		words[lang] = rapid.SampledFrom([]string{"甲", "乙", "a b"}).Draw(t, what)
	}
	return schema.Text{Words: words}
}

// drawForm draws a small form out of so few names and expressions that two of them often share paths.
func drawForm(t *rapid.T) *schema.Form {
	some := func(what string, list ...string) string { return rapid.SampledFrom(list).Draw(t, what) }
	lists := make([]*schema.ChoiceList, 2)
	for i := range lists {
		lists[i] = &schema.ChoiceList{Name: fmt.Sprintf("l%d", i)}
		for _, v := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3"}), 1, 3, rapid.ID).Draw(t, "choices") {
			lists[i].Items = append(lists[i].Items, schema.Choice{Value: v, Label: drawText(t, "choice")})
		}
	}
	nodes := func(depth int) []*schema.Node { return nil }
	nodes = func(depth int) []*schema.Node {
		var out []*schema.Node
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 0, 4, rapid.ID).Draw(t, "names") {
			n := &schema.Node{Name: name, Label: drawText(t, "label"), Relevant: some("relevant", "", "/data/a = '1'", "/data/a='1'", "true()"), InBody: true}
			switch kind := some("kind", "q", "q", "q", "group", "repeat"); {
			case kind != "q" && depth < 2:
				n.Kind = schema.Group
				if kind == "repeat" {
					n.Kind, n.Count = schema.Repeat, some("count", "", "3")
				}
				n.Children = nodes(depth + 1)
			default:
				n.Kind, n.Type = schema.Question, schema.Type(some("type", "string", "string", "int"))
				n.Control = schema.Control(some("control", "input", "input", "select1", "select", "calculate"))
				n.Hint, n.ConstraintMsg = drawText(t, "hint"), drawText(t, "message")
				n.Required, n.Constraint = some("required", "", "true()", "false()"), some("constraint", "", ". > 1", ". > 2")
				n.Calculation, n.Default, n.Appearance = some("calculation", "", "1 + 1"), some("default", "", "5"), some("appearance", "", "likert")
				if n.Control == schema.Select || n.Control == schema.SelectOne {
					n.Type = schema.String
					n.Choices = &schema.Choices{List: lists[rapid.IntRange(0, 1).Draw(t, "list")], Filter: some("filter", "", "name = '1'")}
				}
			}
			out = append(out, n)
		}
		return out
	}
	f := &schema.Form{ID: "f", RootName: "data", Languages: languages, Default: some("default language", languages...), Style: some("style", "", "pages"),
		Titles: drawText(t, "title"), Root: &schema.Node{Kind: schema.Group, Children: nodes(0)}, Attachments: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x.csv", "y.csv"}), 0, 2, rapid.ID).Draw(t, "files")}
	used := map[*schema.ChoiceList]bool{}
	f.Lists = lists
	require.NoError(t, f.Seal())
	for _, q := range f.Questions() {
		if q.Choices != nil {
			used[q.Choices.List] = true
		}
	}
	f.Lists = nil
	for _, l := range lists {
		if used[l] {
			f.Lists = append(f.Lists, l)
		}
	}
	return f
}

// meaning is what a form's model holds, without how blanks in expressions and the order of files are written.
func meaning(t *rapid.T, f *schema.Form) string {
	var v map[string]any
	require.NoError(t, json.Unmarshal(f.Model(), &v))
	delete(v, "attachments")
	delete(v, "lists") // a list's name is the form's own business; its choices are compared through the questions
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["relevant"] == "/data/a = '1'" {
				v["relevant"] = "/data/a='1'"
			}
			if v["required"] == "false()" {
				delete(v, "required")
			}
			if c, ok := v["choices"].(map[string]any); ok {
				delete(c, "list")
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestNothingToldMeansNothingDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawForm(t)
		require.Empty(t, compare.Versions(a, a))
		b := drawForm(t)
		list := compare.Versions(a, b)
		require.Equal(t, list, compare.Versions(a, b))
		for _, c := range list {
			require.NotEmpty(t, c.ZH)
			require.NotEmpty(t, c.EN)
			require.Equal(t, c.Refused, c.Kind == compare.TypeRefused)
			require.True(t, c.Path == "" || a.Node(c.Path) != nil || b.Node(c.Path) != nil, c.Path)
		}
		if len(list) == 0 {
			require.Equal(t, meaning(t, a), meaning(t, b))
		}
	})
}

// twin copies a form, with one thing in it drawn anew.
func twin(t *rapid.T, f *schema.Form) *schema.Form {
	lists := map[*schema.ChoiceList]*schema.ChoiceList{}
	var nodes func(list []*schema.Node) []*schema.Node
	var all []*schema.Node
	nodes = func(list []*schema.Node) []*schema.Node {
		var out []*schema.Node
		for _, n := range list {
			c := &schema.Node{Name: n.Name, Kind: n.Kind, Type: n.Type, Control: n.Control, Label: n.Label, Hint: n.Hint, ConstraintMsg: n.ConstraintMsg,
				Relevant: n.Relevant, Required: n.Required, Constraint: n.Constraint, Calculation: n.Calculation, Default: n.Default, Appearance: n.Appearance,
				Count: n.Count, InBody: true, Children: nodes(n.Children)}
			if n.Choices != nil {
				l := lists[n.Choices.List]
				if l == nil {
					l = &schema.ChoiceList{Name: n.Choices.List.Name, Items: append([]schema.Choice(nil), n.Choices.List.Items...)}
					lists[n.Choices.List] = l
				}
				c.Choices = &schema.Choices{List: l, Filter: n.Choices.Filter}
			}
			all = append(all, c)
			out = append(out, c)
		}
		return out
	}
	g := &schema.Form{ID: f.ID, RootName: f.RootName, Languages: f.Languages, Default: f.Default, Style: f.Style, Titles: f.Titles, Attachments: f.Attachments,
		Root: &schema.Node{Kind: schema.Group, Children: nodes(f.Root.Children)}}
	if len(all) > 0 {
		n := all[rapid.IntRange(0, len(all)-1).Draw(t, "node")]
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			n.Label = drawText(t, "label")
		case 1:
			n.Relevant = rapid.SampledFrom([]string{"", "/data/a = '1'", "/data/a='1'", "true()"}).Draw(t, "relevant")
		case 2:
			n.Required = rapid.SampledFrom([]string{"", "true()", "false()"}).Draw(t, "required")
		case 3:
			n.Hint = drawText(t, "hint")
		case 4:
			n.Default = rapid.SampledFrom([]string{"", "5", "6"}).Draw(t, "default")
		case 5:
			n.Appearance = rapid.SampledFrom([]string{"", "likert"}).Draw(t, "appearance")
		case 6:
			if n.Choices != nil {
				n.Choices.List.Items = append(n.Choices.List.Items[1:], schema.Choice{Value: "9", Label: drawText(t, "choice")})
			}
		case 7:
			if n.Choices != nil {
				n.Choices.List.Items[0].Label = drawText(t, "choice")
			}
		case 8:
			if p := n.Children; len(p) > 1 {
				p[0], p[1] = p[1], p[0]
			}
		case 9:
			n.Name = rapid.SampledFrom([]string{n.Name, "new"}).Draw(t, "name")
		}
	}
	for _, l := range f.Lists {
		if lists[l] != nil {
			g.Lists = append(g.Lists, lists[l])
		}
	}
	require.NoError(t, g.Seal())
	return g
}

func TestEveryDifferenceIsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawForm(t)
		b := twin(t, a)
		same := meaning(t, a) == meaning(t, b) && listsOf(a) == listsOf(b)
		list := compare.Versions(a, b)
		require.Equal(t, same, len(list) == 0, "%v", list)
		require.Equal(t, same, len(compare.Versions(b, a)) == 0)
	})
}

// listsOf writes the choices each question offers.
func listsOf(f *schema.Form) string {
	s := ""
	for _, q := range f.Questions() {
		for _, c := range q.ChoiceItems() {
			s += fmt.Sprintf("%s %s %v;", q.Path, c.Value, c.Label.Words)
		}
	}
	return s
}
