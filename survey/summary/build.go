package summary

import (
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/survey"
)

// Build makes a street's summary. The same input gives the same summary. Codes: invalid where the input contradicts
// itself, rule where the policy is refused, not-found without a form.
func Build(in Input) (*Summary, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	places := in.places()
	t, err := in.tally(places)
	if err != nil {
		return nil, err
	}
	k := newMasker(places)
	k.earlier = in.Earlier
	b := &builder{in: &in, k: k, t: t, bases: map[string]based{}, doors: hiddenCount()}
	s := &Summary{
		Format: Format, Street: placeOf(in.Street), District: placeOf(in.District),
		Survey: Titled{in.Survey.ID, Words(in.Survey.Title)}, Form: Titled{in.Form.ID, wordsOf(in.Form.Titles, in.Form.ID)},
		Versions: slices.Clone(in.Versions), Mode: string(in.Survey.Mode), Statuses: slices.Clone(in.Statuses),
		Release: in.Release, Demo: in.Demo, Snapshot: in.Snapshot, Date: in.Date, Threshold: in.Policy.Threshold,
		ledger: k.ledger,
	}
	questions, gate := questionsOf(in.Form, in.Older...)
	var people participants
	if people, s.Taking, err = b.frame(questions, gate); err != nil {
		return nil, errs.Wrap("street summary: participants", err)
	}
	if in.households() {
		cover, err := k.coverage(in.Coverage, people, in.Policy)
		if err != nil {
			return nil, errs.Wrap("street summary: coverage", err)
		}
		b.doors = cover.eligible()
		s.Coverage, s.Outcomes, s.Rates = cover.rows(places), cover.outcomes(places), cover.rates()
		effort := cover.effort(in.Policy)
		s.Visits = &effort
	}
	for _, q := range questions {
		build := b.one
		if q.kind == kindMany {
			build = b.many
		}
		line, err := build(q)
		if err != nil {
			return nil, errs.Wrap("street summary: "+q.node.Path, err)
		}
		s.Questions = append(s.Questions, line)
	}
	s.Suppressed = k.suppressed(s)
	s.Method = method(&in)
	if in.Release {
		s.Cells = k.ledger.Published()
	}
	return s, nil
}

// eligible is how many households could have an interview: all that are to be visited but those found not eligible.
func (c *coverage) eligible() Count {
	return minus(c.households[0], c.table.cells[0][colFirstGroup+len(restGroups())-1])
}

// suppressed says where something is hidden, and why; not how much, and not which rule.
func (k *masker) suppressed(s *Summary) []Suppressed {
	reason := Words{
		"人数少于阈值，或可由其他公布的数推算出来。",
		"fewer people than the threshold, or could be computed from other published figures",
	}
	var list []Suppressed
	note := func(where Words, ids ...string) {
		for _, id := range ids {
			if k.hidden[id] {
				list = append(list, Suppressed{where, reason})
				return
			}
		}
	}
	note(Words{"入户覆盖与结果", "coverage and outcomes"}, "households", "visits")
	note(Words{"参加调查的人数", "those who take part"}, "participants", "records")
	for _, q := range s.Questions {
		var ids []string
		for id := range k.hidden {
			if id == q.Path || strings.HasPrefix(id, q.Path+"=") {
				ids = append(ids, id)
			}
		}
		note(q.Label, ids...)
	}
	return list
}

func statusWords(status string) Words {
	return map[string]Words{
		survey.StatusSubmitted: {"已提交", "submitted"}, survey.StatusReturned: {"已退回", "returned"},
		survey.StatusNeedsReview: {"待复核", "needs review"}, survey.StatusApproved: {"已通过", "approved"},
	}[status]
}
