package summary

import (
	"ruhu/schema"
	"ruhu/survey/disclosure"
)

// many makes a question with several choices. Each choice is a table of its own (named or not); what they share, how many
// answered at all, is masked first and stands fixed in all of them. Where the tables, each of them safe, tell too much
// together, what ties them is withheld.
func (b *builder) many(q question) (Question, error) {
	whole := b.k.ledger
	defer func() { b.k.ledger = whole }()
	b.k.ledger = &disclosure.System{}
	line, safe, err := b.choices(q, false)
	if err == nil && !safe {
		b.k.ledger = &disclosure.System{}
		line, _, err = b.choices(q, true)
	}
	whole.Join(b.k.ledger)
	return line, err
}

// choices makes the tables of a question's choices; apart withholds how many answered at all. safe: what is shown may be shown.
func (b *builder) choices(q question, apart bool) (line Question, safe bool, err error) {
	base := b.baseOf(q)
	asked, _ := base.base(0)
	out := b.head(q, base, asked)
	anybody := b.anybody(q)
	codes := b.sum(q, values(q.missing)...)
	none, safe, err := b.unanswered(q, base, anybody, codes, &out, apart)
	if err != nil || !safe {
		return Question{}, false, err
	}
	t := together{none: none, policy: b.in.Policy}
	out.setBasis()
	whole := out.whole()
	table := &VillageTable{}
	for i, p := range b.k.places {
		if b.village(i) {
			n, _ := base.base(i)
			table.Rows = append(table.Rows, VillageRow{Place: placeOf(p.area), Asked: n})
		}
	}
	rest := VillageRow{Place: mergedPlace(b.k.places[0].area), Asked: hiddenCount()}
	answers := b.difference(anybody, codes)
	for i, c := range q.choices {
		m, l, err := b.named(q, base, c, anybody, codes, none)
		if err != nil {
			return Question{}, false, err
		}
		t.add(l, m, b.k.rows(l))
		b.bases[conditionKey(q.node.Path, c.Value)] = b.narrower(q, base, m, colNamed, c.Value, func(i int) string {
			return cellName(choiceTable(q, c), b.k.places[i].area.Code, idNamed)
		})
		line := Choice{Value: c.Value, Label: q.words(i), N: m.cells[0][colNamed]}
		line.Percent = percent(line.N, whole)
		others := int64(0)
		if n, ok := minus(out.Answered, line.N).Value(); ok {
			others = n
		}
		b.interval(q, out, &line, others, b.sum(q, c.Value), answers)
		out.Choices = append(out.Choices, line)

		table.Columns = append(table.Columns, VillageColumn{c.Value, q.words(i)})
		row := 0
		for place := range b.k.places {
			if b.village(place) {
				n := m.cells[place][colNamed]
				table.Rows[row].Cells = append(table.Rows[row].Cells, VillageCell{n, percent(n, table.Rows[row].Asked)})
				row++
			}
		}
		if cells, ok := m.merged[0]; ok {
			rest.Asked = cells[0]
			rest.Cells = append(rest.Cells, VillageCell{cells[colNamed], percent(cells[colNamed], cells[0])})
		}
	}
	if len(rest.Cells) == len(table.Columns) && len(rest.Cells) > 0 {
		table.Rows = append(table.Rows, rest)
	}
	out.Villages = table
	safe, err = t.safe()
	return out, safe, err
}

func (b *builder) difference(a, c *cellSum) *cellSum {
	out := merge(len(a.n), a)
	for i, n := range c.n {
		out.n[i] -= n
	}
	out.w -= c.w
	for key, s := range c.psus {
		have := out.psus[key]
		out.psus[key] = psuSum{have.n - s.n, have.w - s.w}
	}
	return out
}

// columns of the street's table of who answered at all.
const (
	colAnswered = 1 + iota
	colNoAnswer
	colFirstMissing
)

// unanswered masks who answered at all, for the street; it returns how many did not. Where that is hidden, so must be why they did
// not: nobody who gave no answer named a choice, so the choices bound the one from above as the reasons do from below.
func (b *builder) unanswered(q question, base based, anybody, codes *cellSum, out *Question, apart bool) (none Count, safe bool, err error) {
	var row []int64
	some := func(c int) func(int) bool { return func(int) bool { return apart && row[c] != 0 } }
	cols := []column{{id: colAsked, parent: -1}, {id: basisAnswered}, {id: colNone, zeros: true, cheap: true, withheld: some(colNoAnswer)}}
	asked := base.count(0)
	row = []int64{asked, anybody.n[0] - codes.n[0], asked - anybody.n[0] + codes.n[0]}
	for _, c := range q.missing {
		cols = append(cols, column{id: c.Value, parent: colNoAnswer, zeros: true, withheld: some(len(row))})
		row = append(row, b.t.cell(q.node.Path, c.Value).n[0])
	}
	if len(q.missing) > 0 {
		cols = append(cols, column{id: colBlank, parent: colNoAnswer, zeros: true, withheld: some(len(row))})
		row = append(row, asked-anybody.n[0])
	}
	l := b.layout(q.node.Path, base, cols, func(_, c int) int64 { return row[c] })
	l.base = func(i int) (Count, bool) {
		n, _ := base.base(i)
		return n, i == 0
	}
	m, err := b.k.mask(l)
	if err != nil {
		return Count{}, false, err
	}
	street := m.cells[0]
	for _, why := range street[colFirstMissing:] {
		if street[colNoAnswer].hidden && !why.hidden && why.n > 0 {
			return Count{}, false, nil
		}
	}
	out.Answered = street[colAnswered]
	for i, c := range q.missing {
		out.beside(c.Value, wordsOf(c.Label, c.Value), street[colFirstMissing+i])
	}
	last := colNoAnswer
	if len(q.missing) > 0 {
		last = colFirstMissing + len(q.missing)
	}
	out.beside("", noAnswer(), street[last])
	return street[colNoAnswer], true, nil
}

// columns of a choice's table.
const (
	colNamed = 1 + iota
	colNotNamed
	colNamedOthers
	colNamedNothing
)

// idNamed is the id of the column of those who named the choice.
const idNamed = "named"

func choiceTable(q question, c schema.Choice) string { return q.node.Path + "=" + c.Value }

// named masks how many named one choice.
func (b *builder) named(q question, base based, c schema.Choice, anybody, codes *cellSum, none Count) (*maskedTable, layout, error) {
	yes := b.t.cell(q.node.Path, c.Value)
	cols := []column{{id: colAsked, parent: -1}, {id: idNamed}, {id: "not named", cheap: true}}
	if !none.hidden {
		inStreet := func(i int) bool { return i == 0 }
		cols = append(cols,
			column{id: "named others", parent: colNotNamed, withheld: b.village, cheap: true},
			column{id: colNone, parent: colNotNamed, zeros: true, withheld: b.village, fixed: inStreet,
				name: func(i int) string { return cellName(q.node.Path, b.k.places[i].area.Code, colNone) }})
	}
	l := b.layout(choiceTable(q, c), base, cols, func(i, col int) int64 {
		nothing := base.count(i) - anybody.n[i] + codes.n[i]
		return [...]int64{base.count(i), yes.n[i], base.count(i) - yes.n[i], base.count(i) - nothing - yes.n[i], nothing}[col]
	})
	m, err := b.k.mask(l)
	if none.hidden {
		b.tellNothing(q, base, l)
	}
	return m, l, err
}

// tellNothing gives the ledger what is known of who named nothing where that is in no table: they are among those who did not
// name the choice.
func (b *builder) tellNothing(q question, base based, l layout) {
	var rows []int
	nothing := func(i int) string { return cellName(q.node.Path, b.k.places[i].area.Code, colNone) }
	for i := range b.k.places {
		if n, in := base.base(i); in && (n.hidden || n.n > 0) {
			rows = append(rows, i)
			b.k.ledger.Sum(b.k.name(l, i, colNotNamed), nothing(i), cellName(l.id, b.k.places[i].area.Code, "named others"))
		}
	}
	b.k.sums(rows, nothing)
}
