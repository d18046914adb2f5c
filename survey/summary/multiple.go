package summary

import (
	"ruhu/schema"
)

// many makes a question with several choices. Each choice is a table of its own (named or not); what they share, how many
// answered at all, is masked first and stands fixed in all of them.
func (b *builder) many(q question) (Question, error) {
	base := b.baseOf(q)
	asked, _ := base.base(0)
	out := b.head(q, base, asked)
	anybody := b.anybody(q)
	codes := b.sum(q, values(q.missing)...)
	none, err := b.unanswered(q, base, anybody, codes, &out)
	if err != nil {
		return Question{}, err
	}
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
		m, cols, err := b.named(q, base, c, anybody, codes, none)
		if err != nil {
			return Question{}, err
		}
		b.bases[conditionKey(q.node.Path, c.Value)] = b.narrower(q, base, m, &single{at: map[string]int{c.Value: colNamed}}, c.Value)
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
		if cells, ok := m.merged[0]; ok && len(cells) == len(cols) {
			rest.Asked = cells[0]
			rest.Cells = append(rest.Cells, VillageCell{cells[colNamed], percent(cells[colNamed], cells[0])})
		}
	}
	if len(rest.Cells) == len(table.Columns) && len(rest.Cells) > 0 {
		table.Rows = append(table.Rows, rest)
	}
	out.Villages = table
	return out, nil
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

// unanswered masks who answered at all, for the street; it returns how many did not.
func (b *builder) unanswered(q question, base based, anybody, codes *cellSum, out *Question) (Count, error) {
	cols := []column{{id: colAsked, parent: -1}, {id: basisAnswered}, {id: colNone, zeros: true, cheap: true}}
	asked := base.count(0)
	row := []int64{asked, anybody.n[0] - codes.n[0], asked - anybody.n[0] + codes.n[0]}
	for _, c := range q.missing {
		cols = append(cols, column{id: c.Value, parent: colNoAnswer, zeros: true})
		row = append(row, b.t.cell(q.node.Path, c.Value).n[0])
	}
	if len(q.missing) > 0 {
		cols = append(cols, column{id: colBlank, parent: colNoAnswer, zeros: true})
		row = append(row, asked-anybody.n[0])
	}
	l := b.layout(q.node.Path, base, cols, func(_, c int) int64 { return row[c] })
	l.base = func(i int) (Count, bool) {
		n, _ := base.base(i)
		return n, i == 0
	}
	m, err := b.k.mask(l)
	if err != nil {
		return Count{}, err
	}
	street := m.cells[0]
	out.Answered = street[colAnswered]
	for i, c := range q.missing {
		out.beside(c.Value, wordsOf(c.Label, c.Value), street[colFirstMissing+i])
	}
	last := colNoAnswer
	if len(q.missing) > 0 {
		last = colFirstMissing + len(q.missing)
	}
	out.beside("", noAnswer(), street[last])
	return street[colNoAnswer], nil
}

// columns of a choice's table.
const (
	colNamed = 1 + iota
	colNotNamed
	colNamedOthers
	colNamedNothing
)

// named masks how many named one choice.
func (b *builder) named(q question, base based, c schema.Choice, anybody, codes *cellSum, none Count) (*maskedTable, []column, error) {
	yes := b.t.cell(q.node.Path, c.Value)
	cols := []column{{id: colAsked, parent: -1}, {id: "named"}, {id: "not named", cheap: true}}
	if !none.hidden {
		inStreet := func(i int) bool { return i == 0 }
		cols = append(cols,
			column{id: "named others", parent: colNotNamed, withheld: b.village, cheap: true},
			column{id: colNone, parent: colNotNamed, zeros: true, withheld: b.village, fixed: inStreet,
				name: func(i int) string { return cellName(q.node.Path, b.k.places[i].area.Code, colNone) }})
	}
	l := b.layout(q.node.Path+"="+c.Value, base, cols, func(i, col int) int64 {
		nothing := base.count(i) - anybody.n[i] + codes.n[i]
		return [...]int64{base.count(i), yes.n[i], base.count(i) - yes.n[i], base.count(i) - nothing - yes.n[i], nothing}[col]
	})
	m, err := b.k.mask(l)
	return m, cols, err
}
