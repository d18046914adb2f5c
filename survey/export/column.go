package export

import (
	"ruhu/schema"
)

// What a column holds.
type what string

const (
	wKey        what = "case_key"
	wIndex      what = "repeat_index"
	wParent     what = "parent_index"
	wNote       what = "data_note"
	wVersion    what = "form_version"
	wVillage    what = "village"
	wGrid       what = "grid"
	wStatus     what = "status"
	wStratum    what = "stratum"
	wPSU        what = "psu"
	wWeight     what = "weight"
	wFPC1       what = "fpc1"
	wFPC2       what = "fpc2"
	wKnown      what = "in_design"
	wRecord     what = "record"
	wAuthor     what = "author"
	wDate       what = "date"
	wConflict   what = "conflict"
	wResolvedBy what = "resolved_by"
	wFlags      what = "flags"
	wCode       what = "code"    // the choice's value
	wLabel      what = "label"   // its label in one language
	wTick       what = "tick"    // 1 named, 0 not named; a missing code where that was the answer
	wOrdered    what = "ordered" // all named, in the list's order
	wNumber     what = "number"
	wText       what = "text"
)

// Column is one column of a table.
type Column struct {
	Name   string       // as it stands in the header
	Path   string       // question; "" for a column of the record
	Choice string       // ticks: the choice
	Lang   string       // labels: zh or en
	Title  schema.Text  // question's label
	Node   *schema.Node // nil for a column of the record

	what   what
	slot   int // question's place in its table
	labels map[string]string
	absent map[string]bool // ticks: form versions that ask the question without this choice
}

// What says what the column holds, for the codebook.
func (c *Column) What() string { return string(c.what) }

// Table is the main table, or that of a repeat.
type Table struct {
	Name    string // main, or the repeat's name
	Repeat  string // pattern path of the repeat, "" for the main table
	Columns []Column
	Omitted []Omission

	slots map[string]int // question path -> slot
}

// Omission is a question that does not leave, and why.
type Omission struct {
	Path               string
	ReasonZH, ReasonEN string
}

// choiceList is a question's choices over all versions, in order of first appearance.
func choiceList(versions []*schema.Form, path string) []schema.Choice {
	var list []schema.Choice
	seen := map[string]bool{}
	for i := len(versions) - 1; i >= 0; i-- { // newest labels win
		n := versions[i].Node(path)
		if n == nil {
			continue
		}
		for _, c := range n.ChoiceItems() {
			if !seen[c.Value] {
				seen[c.Value] = true
				list = append(list, c)
			}
		}
	}
	return list
}

// withoutChoice names the versions whose question does not offer a choice.
func withoutChoice(versions []*schema.Form, path, value string) map[string]bool {
	var absent map[string]bool
	for _, f := range versions {
		n := f.Node(path)
		if n == nil || n.Choices == nil || n.Choices.List == nil {
			continue
		}
		if _, offered := n.Choices.List.Place(value); !offered {
			if absent == nil {
				absent = map[string]bool{}
			}
			absent[f.Version] = true
		}
	}
	return absent
}

func labelsOf(choices []schema.Choice, lang string) map[string]string {
	m := make(map[string]string, len(choices))
	for _, c := range choices {
		m[c.Value] = c.Label.In(lang)
	}
	return m
}

// openList reports whether a question takes its choices from a file: any value, no labels.
func openList(n *schema.Node) bool {
	return n.Choices == nil || n.Choices.List == nil || n.Choices.List.Open
}

// questionsOf lists the questions of all versions in form order: the newest version's order, questions of older versions
// after the one they followed there.
func questionsOf(versions []*schema.Form) []*schema.Node {
	var order []*schema.Node
	at := map[string]bool{}
	for i := len(versions) - 1; i >= 0; i-- {
		behind := 0
		for _, q := range versions[i].Questions() {
			if at[q.Path] {
				for j, have := range order {
					if have.Path == q.Path {
						behind = j + 1
					}
				}
				continue
			}
			at[q.Path] = true
			order = append(order[:behind:behind], append([]*schema.Node{q}, order[behind:]...)...)
			behind++
		}
	}
	return order
}
