package summary

import (
	"math"
	"sort"
	"strings"

	"ruhu/schema"
	"ruhu/survey"
	"ruhu/survey/stats"
)

func sortedKeys[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

// based says who was asked a question and what of it is shown.
type based struct {
	id    func(place int) string
	count func(place int) int64
	base  func(place int) (Count, bool)
	asked Words
}

// builder makes the questions of a summary.
type builder struct {
	in    *Input
	k     *masker
	t     *tally
	bases map[string]based // by condition
	doors Count            // eligible households, for the bounds of a census
}

func conditionKey(path, value string) string { return path + "\x00" + value }

func (b *builder) village(i int) bool { return b.k.places[i].area.Kind == survey.Village }

// participants are those who take part, by place: masked for the street and its villages, never shown for grids.
type participants struct {
	n     []int64
	shown []Count
	name  func(place int) string
}

// frame masks who takes part: everybody who passed the gate, and in any case everybody who answered any one question.
func (b *builder) frame(questions []question, gate *schema.Node) (participants, Participation, error) {
	const id = "participants"
	people := participants{n: make([]int64, len(b.k.places)), name: func(i int) string { return cellName(id, b.k.places[i].area.Code, id) }}
	for i, place := range b.k.places {
		if place.area.Kind != survey.Grid {
			continue
		}
		n := b.t.records.n[i]
		if gate != nil {
			n = b.t.cell(gate.Path, "1").n[i]
			for _, q := range questions {
				n = max(n, b.anybody(q).n[i])
			}
		}
		for j := i; j >= 0; j = b.k.places[j].parent {
			people.n[j] += n
		}
	}
	var err error
	if people.shown, err = b.k.frame(id, villageDigits, b.in.Policy, func(i int) int64 { return people.n[i] }); err != nil {
		return people, Participation{}, err
	}
	root := based{
		id:    people.name,
		count: func(i int) int64 { return people.n[i] },
		base: func(i int) (Count, bool) {
			return people.shown[i], b.k.places[i].area.Kind != survey.Grid
		},
		asked: Words{"参加调查的人", "those who take part"},
	}
	b.bases[""] = root
	p := Participation{Participants: people.shown[0], Villages: []VillageCount{}}
	for i, place := range b.k.places {
		if b.village(i) {
			p.Villages = append(p.Villages, VillageCount{placeOf(place.area), people.shown[i]})
		}
	}
	b.stopped(&p, root)
	return people, p, nil
}

// stopped masks, for the street, how many records there are and how many of them ended at the gate.
func (b *builder) stopped(p *Participation, root based) {
	p.Records, p.Stopped = hiddenCount(), hiddenCount()
	rest := b.t.records.n[0] - root.count(0)
	all, stopped := cellName("records", b.in.Street.Code, "all"), cellName("records", b.in.Street.Code, "stopped")
	switch {
	case p.Participants.hidden || rest != 0 && b.in.Policy.Small(rest), b.k.held(all, b.t.records.n[0], b.in.Policy), b.k.held(stopped, rest, b.in.Policy):
		b.k.hidden["records"] = true
	case rest >= 0:
		p.Records, p.Stopped = shown(b.t.records.n[0]), shown(rest)
	}
	if !p.Records.hidden {
		b.k.ledger.Publish(all, p.Records.n)
		b.k.ledger.Publish(stopped, p.Stopped.n)
	}
	b.k.ledger.Sum(all, root.id(0), stopped)
}

// baseOf returns who was asked q: the narrowest group that holds everybody who answered. An answer given before its
// condition ceased to hold counts for a wider group.
func (b *builder) baseOf(q question) based {
	root := b.bases[""]
	if q.base == nil {
		return root
	}
	base, ok := b.bases[conditionKey(q.base.path, q.base.value)]
	if !ok {
		return root
	}
	answered := b.anybody(q)
	for i := range b.k.places {
		if _, in := root.base(i); in && answered.n[i] > base.count(i) {
			return root
		}
	}
	return base
}

// anybody counts who gave q any answer, missing codes included.
func (b *builder) anybody(q question) *cellSum {
	if q.kind == kindMany {
		return b.t.cell(q.node.Path, survey.ChoiceAnswered)
	}
	return b.sum(q, values(append(q.choices[:len(q.choices):len(q.choices)], q.missing...))...)
}

func (b *builder) sum(q question, choices ...string) *cellSum {
	parts := make([]*cellSum, len(choices))
	for i, c := range choices {
		parts[i] = b.t.cell(q.node.Path, c)
	}
	return merge(len(b.k.places), parts...)
}

// single is a question of which each respondent gave at most one answer, as a table: what divides up the asked.
type single struct {
	cols  []column
	count []*cellSum // by column, from 1; nil = the rest of the parent
	at    map[string]int
}

func (s *single) add(id string, parent int, sum *cellSum, c column) int {
	c.id, c.parent = id, parent
	s.cols = append(s.cols, c)
	s.count = append(s.count, sum)
	s.at[id] = len(s.cols) - 1
	return s.at[id]
}

// names of columns that are no choice values.
const (
	colAsked  = "asked"
	colTop    = "top"
	colBottom = "bottom"
	colOthers = "others" // neither best nor worst: the middle and no answer
	colNone   = "none"   // no answer that counts
	colBlank  = "blank"  // no answer at all
)

func (b *builder) single(q question, base based) *single {
	s := &single{at: map[string]int{}}
	inVillages := b.village
	asked := &cellSum{n: make([]int64, len(b.k.places))}
	for i := range asked.n {
		asked.n[i] = base.count(i)
	}
	s.add(colAsked, -1, asked, column{})
	choice := func(parent int, value string, c column) { s.add(value, parent, b.sum(q, value), c) }
	none := 0
	if q.kind == kindLikert {
		top := s.add(colTop, 0, b.sum(q, "1", "2"), column{})
		bottom := s.add(colBottom, 0, b.sum(q, "4", "5"), column{})
		none = s.add(colOthers, 0, nil, column{cheap: true})
		deep := column{withheld: inVillages}
		choice(top, "1", deep)
		choice(top, "2", deep)
		choice(none, "3", column{withheld: inVillages, cheap: true})
		choice(bottom, "4", deep)
		choice(bottom, "5", deep)
	} else {
		for _, c := range q.choices {
			choice(0, c.Value, column{})
		}
	}
	nothing := column{zeros: true, cheap: true}
	if q.kind == kindLikert {
		nothing.withheld = inVillages
	}
	none = s.add(colNone, none, nil, nothing)
	if len(q.missing) > 0 {
		for _, c := range q.missing {
			choice(none, c.Value, column{zeros: true, withheld: inVillages})
		}
		s.add(colBlank, none, nil, column{zeros: true, withheld: inVillages})
	}
	s.fill(b, q, asked)
	return s
}

// fill computes the columns that are what remains.
func (s *single) fill(b *builder, q question, asked *cellSum) {
	rest := func(whole *cellSum, parts ...*cellSum) *cellSum {
		out := &cellSum{n: append([]int64(nil), whole.n...)}
		for _, p := range parts {
			for i, v := range p.n {
				out.n[i] -= v
			}
		}
		return out
	}
	answers := b.sum(q, values(q.choices)...)
	s.count[s.at[colNone]] = rest(asked, answers)
	if i, ok := s.at[colBlank]; ok {
		s.count[i] = rest(s.count[s.at[colNone]], b.sum(q, values(q.missing)...))
	}
	if i, ok := s.at[colOthers]; ok {
		s.count[i] = rest(asked, s.count[s.at[colTop]], s.count[s.at[colBottom]])
	}
}

func (b *builder) layout(id string, base based, cols []column, count func(i, c int) int64) layout {
	return layout{id: id, cols: cols, baseID: base.id, count: count, base: base.base, policy: b.in.Policy}
}

// one makes a question with one choice.
func (b *builder) one(q question) (Question, error) {
	base := b.baseOf(q)
	s := b.single(q, base)
	m, err := b.k.mask(b.layout(q.node.Path, base, s.cols, func(i, c int) int64 { return s.count[c].n[i] }))
	if err != nil {
		return Question{}, err
	}
	for _, c := range q.choices {
		if q.kind == kindLikert {
			break // in villages only the scale's ends are kept apart
		}
		b.bases[conditionKey(q.node.Path, c.Value)] = b.narrower(q, base, m, s.at[c.Value], c.Value, func(i int) string {
			return cellName(q.node.Path, b.k.places[i].area.Code, c.Value)
		})
	}
	street := m.cells[0]
	asked, _ := base.base(0)
	out := b.head(q, base, asked)
	out.Answered = minus(asked, street[s.at[colNone]])
	out.setBasis()
	whole := out.whole()
	answers := b.sum(q, values(q.choices)...)
	for _, c := range q.choices {
		line := Choice{Value: c.Value, Label: wordsOf(c.Label, c.Value), N: street[s.at[c.Value]]}
		line.Percent = percent(line.N, whole)
		others := int64(0)
		for _, d := range q.choices {
			if n, ok := street[s.at[d.Value]].Value(); ok && d.Value != c.Value {
				others += n
			}
		}
		b.interval(q, out, &line, others, b.sum(q, c.Value), answers)
		out.Choices = append(out.Choices, line)
	}
	for _, c := range q.missing {
		out.beside(c.Value, wordsOf(c.Label, c.Value), street[s.at[c.Value]])
	}
	blank := colBlank
	if len(q.missing) == 0 {
		blank = colNone
	}
	out.beside("", noAnswer(), street[s.at[blank]])
	if q.kind == kindLikert {
		top, bottom := street[s.at[colTop]], street[s.at[colBottom]]
		out.Net = &Net{Top: top, TopPct: percent(top, whole), Bottom: bottom, BottomPct: percent(bottom, whole), Net: percent(minus(top, bottom), whole)}
	}
	out.Villages = b.villages(q, base, m, s)
	return out, nil
}

func noAnswer() Words { return Words{"未答或未问", "not answered, or not asked"} }

// narrower is the base of questions asked of those who chose a value: column col of m, called id there.
func (b *builder) narrower(q question, base based, m *maskedTable, col int, value string, id func(place int) string) based {
	sum := b.sum(q, value)
	label := wordsOf(q.node.Label, q.node.Name)
	for _, c := range q.choices {
		if c.Value == value {
			w := wordsOf(c.Label, c.Value)
			label = Words{"对“" + label.ZH + "”答“" + w.ZH + "”的人", "those who answered “" + w.EN + "” to “" + label.EN + "”"}
		}
	}
	return based{
		id:    id,
		count: func(i int) int64 { return sum.n[i] },
		base: func(i int) (Count, bool) {
			_, in := base.base(i)
			return m.at(i, col), in
		},
		asked: label,
	}
}

func (b *builder) head(q question, base based, asked Count) Question {
	of := base.asked
	if len(q.only) > 0 {
		of = Words{of.ZH + "；只有版本 " + strings.Join(q.only, "、") + " 问到此题", of.EN + "; only version " + strings.Join(q.only, ", ") + " asks this question"}
	}
	return Question{Path: q.node.Path, Label: wordsOf(q.node.Label, q.node.Name), Kind: string(q.kind), AskedOf: of, Asked: asked}
}

// What percentages divide by: those who answered; where their number is hidden, all who were asked.
const (
	basisAnswered = "answered"
	basisAsked    = "asked"
)

func (q *Question) setBasis() {
	q.Basis = basisAnswered
	if q.Answered.hidden {
		q.Basis = basisAsked
	}
}

func (q *Question) whole() Count {
	if q.Basis == basisAsked {
		return q.Asked
	}
	return q.Answered
}

func (q *Question) beside(value string, label Words, n Count) {
	q.Beside = append(q.Beside, Choice{Value: value, Label: label, N: n, Percent: percent(n, q.Asked)})
}

// interval adds what is not known about a share. Census: no sampling error; the bounds say what the share can be among
// all doors (or all who were asked) if everybody who is not counted had answered one way or the other. others is
// how many are shown to have answered otherwise. Sample: Wilson's interval at the effective sample size.
func (b *builder) interval(q question, of Question, line *Choice, others int64, part, answers *cellSum) {
	whole := of.whole()
	if line.N.hidden || whole.hidden || whole.n == 0 {
		return
	}
	if b.in.Survey.Mode != survey.Sample {
		n := of.Asked
		if doors, ok := b.doors.Value(); ok && q.doors && doors >= line.N.n+others {
			n = b.doors
		}
		if total, ok := n.Value(); ok {
			ci := stats.NonresponseBounds(float64(line.N.n), float64(line.N.n+others), float64(total))
			line.Low, line.High = figure(100*ci.Low), figure(100*ci.High)
		}
		return
	}
	p, size := float64(line.N.n)/float64(whole.n), float64(whole.n)
	if of.Basis == basisAnswered {
		if est, ok := estimate(part, answers); ok {
			weighted, se := figure(100*est.P), figure(100*est.SE)
			line.Weighted = &weighted
			if est.DF >= 1 {
				line.SE = &se
				size = math.Max(1, est.NEff)
			}
			p = est.P
		}
	}
	ci := stats.Wilson(p*size, size, stats.Level95)
	line.Low, line.High = figure(100*ci.Low), figure(100*ci.High)
}

// villages sets the villages side by side.
func (b *builder) villages(q question, base based, m *maskedTable, s *single) *VillageTable {
	var ids []string
	t := &VillageTable{}
	column := func(id string, label Words) {
		ids = append(ids, id)
		t.Columns = append(t.Columns, VillageColumn{id, label})
	}
	if q.kind == kindLikert {
		column(colTop, Words{q.words(0).ZH + "＋" + q.words(1).ZH, q.words(0).EN + " + " + q.words(1).EN})
		column(colBottom, Words{q.words(3).ZH + "＋" + q.words(4).ZH, q.words(3).EN + " + " + q.words(4).EN})
		column(colOthers, Words{q.words(2).ZH + "、未答", q.words(2).EN + ", no answer"})
	} else {
		for i, c := range q.choices {
			column(c.Value, q.words(i))
		}
		column(colNone, Words{"未答", "no answer"})
	}
	row := func(p Place, asked Count, cells []Count) VillageRow {
		r := VillageRow{Place: p, Asked: asked}
		for _, id := range ids {
			n := cells[s.at[id]]
			r.Cells = append(r.Cells, VillageCell{n, percent(n, asked)})
		}
		return r
	}
	for i, p := range b.k.places {
		if b.village(i) {
			asked, _ := base.base(i)
			t.Rows = append(t.Rows, row(placeOf(p.area), asked, m.cells[i]))
		}
	}
	if rest, ok := m.merged[0]; ok {
		t.Rows = append(t.Rows, row(mergedPlace(b.k.places[0].area), rest[0], rest))
	}
	return t
}

func (q question) words(i int) Words { return wordsOf(q.choices[i].Label, q.choices[i].Value) }

func values(list []schema.Choice) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Value
	}
	return out
}
