package summary

import (
	"slices"
	"strings"

	"ruhu/schema"
	"ruhu/survey"
)

type kind string

// The kinds of questions a summary shows.
const (
	kindOne    kind = "one"    // one choice
	kindLikert kind = "likert" // one of five ordered choices, best first
	kindMany   kind = "many"   // several choices
)

// question is a question as the summary shows it.
type question struct {
	node    *schema.Node
	kind    kind
	choices []schema.Choice // without missing codes
	missing []schema.Choice // missing codes of its list
	base    *condition      // who was asked; nil = everybody who takes part
	doors   bool            // asked of everybody who takes part: bounds may be taken over all households
	only    []string        // versions that ask it, where others that are counted do not
}

// sensitiveNames are questions that are never shown: they may only be asked with a consent of their own.
func sensitiveNames() map[string]bool { return map[string]bool{"party": true} }

// gates are the questions that let a respondent into the interview: those who do not answer 1 are not asked further.
// How many stopped there is told for the street only, in one figure: in a village it would mostly be a handful.
func gates() map[string]bool {
	return map[string]bool{"consent": true, "adult": true}
}

// questionsOf lists what is shown of a form: closed choice questions outside repeats, in form order. gate is the last
// question everybody who takes part has answered with 1; nil where the form has none. What only older versions ask stands
// behind the question it followed there, and a choice that only they offered stays in its list: their records count.
func questionsOf(f *schema.Form, older ...*schema.Form) (list []question, gate *schema.Node) {
	list, gate = versionQuestions(f)
	at := map[string]int{}
	for i := range list {
		at[list[i].node.Path] = i
	}
	for v := len(older) - 1; v >= 0; v-- {
		behind := 0
		former, _ := versionQuestions(older[v])
		for _, q := range former {
			i, known := at[q.node.Path]
			if known && sameAnswers(list[i].node, q.node) {
				list[i].choices = withChoices(list[i].choices, q.choices)
				list[i].missing = withChoices(list[i].missing, q.missing)
				behind = i + 1
				continue
			}
			if known || f.Node(q.node.Path) != nil {
				continue // it is another sort of question now: its words do not fit the older answers
			}
			list = slices.Insert(list, behind, q)
			behind++
			clear(at)
			for i := range list {
				at[list[i].node.Path] = i
			}
		}
	}
	if len(older) > 0 {
		for i := range list {
			list[i].onlyIn(append(older[:len(older):len(older)], f))
		}
	}
	return list, gate
}

func sameAnswers(a, b *schema.Node) bool { return a.Control == b.Control }

// withChoices adds the choices of another version that a list lacks.
func withChoices(have, more []schema.Choice) []schema.Choice {
	out := have[:len(have):len(have)]
	for _, c := range more {
		if !slices.ContainsFunc(have, func(h schema.Choice) bool { return h.Value == c.Value }) {
			out = append(out, c)
		}
	}
	return out
}

// onlyIn notes which of the versions ask the question, where not all do. Then those whom the others asked cannot be told
// apart from those who gave no answer, and no bounds are taken over all households.
func (q *question) onlyIn(versions []*schema.Form) {
	var have []string
	for _, f := range versions {
		if f.Node(q.node.Path) != nil {
			have = append(have, f.Version)
		}
	}
	if len(have) < len(versions) {
		q.only, q.doors = have, false
	}
	for i, c := range q.choices {
		var offer []string
		for _, f := range versions {
			n := f.Node(q.node.Path)
			if n == nil || n.Choices == nil || n.Choices.List == nil {
				continue
			}
			if _, ok := n.Choices.List.Place(c.Value); ok {
				offer = append(offer, f.Version)
			}
		}
		if len(offer) < len(have) {
			q.choices[i].Label = onlyOffered(wordsOf(c.Label, c.Value), offer)
		}
	}
}

// onlyOffered says beside a choice's words which versions offer it, where others ask the question without it.
func onlyOffered(w Words, versions []string) schema.Text {
	return schema.Text{Words: map[string]string{
		"zh": w.ZH + "（只有版本 " + strings.Join(versions, "、") + " 有此项）",
		"en": w.EN + " (offered by version " + strings.Join(versions, ", ") + " only)",
	}}
}

// versionQuestions is questionsOf for one version.
func versionQuestions(f *schema.Form) (list []question, gate *schema.Node) {
	r := newRouting(f)
	depth := map[string]int{} // how many conditions stand before a question
	for _, n := range f.Questions() {
		conditions := r.conditions(n)
		for _, c := range conditions {
			depth[n.Path] = max(depth[n.Path], depth[c.path]+1)
		}
		if gates()[n.Name] && n.Control == schema.SelectOne && n.Repeat() == nil {
			if gate == nil || depth[n.Path] > depth[gate.Path] {
				gate = n
			}
			continue
		}
		if !showable(n) {
			continue
		}
		q := question{node: n, kind: kindOne, doors: true}
		if n.Control == schema.Select {
			q.kind = kindMany
		}
		for _, c := range n.ChoiceItems() {
			if survey.MissingCode(c.Value) {
				q.missing = append(q.missing, c)
			} else {
				q.choices = append(q.choices, c)
			}
		}
		if n.Control == schema.SelectOne && isLikert(n, q.choices) {
			q.kind = kindLikert
		}
		for i, c := range conditions {
			if cut := strings.LastIndexByte(c.path, '/'); gates()[c.path[cut+1:]] {
				continue
			}
			q.doors = false
			if q.base == nil || depth[c.path] > depth[q.base.path] {
				q.base = &conditions[i]
			}
		}
		list = append(list, q)
	}
	return list, gate
}

func showable(n *schema.Node) bool {
	return (n.Control == schema.SelectOne || n.Control == schema.Select) && n.Repeat() == nil && !n.InMeta &&
		!sensitiveNames()[n.Name] && n.Choices != nil && n.Choices.List != nil && !n.Choices.List.Open && len(n.ChoiceItems()) > 0
}

// isLikert recognises five ordered answers coded 1 to 5 from best to worst: by how the question is put, or by its list.
func isLikert(n *schema.Node, choices []schema.Choice) bool {
	if len(choices) != 5 {
		return false
	}
	for i, c := range choices {
		if c.Value != string(rune('1'+i)) {
			return false
		}
	}
	list := n.Choices.List.Name
	return strings.Contains(n.Appearance, "likert") || strings.HasPrefix(list, "sat5") || strings.HasPrefix(list, "agree5")
}
