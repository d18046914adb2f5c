package summary

import (
	"ruhu/survey"
	"ruhu/survey/disclosure"
	"ruhu/survey/stats"
)

// columns of the coverage table.
const (
	colHouseholds = iota
	colNotVisited
	colVisited
	colCompleted
	colRest
	colFirstGroup
)

const (
	gridDigits    = 15
	villageDigits = 12
)

// restGroups are what a visit that is no complete interview can come to.
func restGroups() []survey.Outcome {
	return []survey.Outcome{survey.OutcomePartial, survey.OutcomeRefusal, survey.OutcomeNonContact, survey.OutcomeOther,
		survey.OutcomeUnknownHousing, survey.OutcomeUnknownOther, survey.OutcomeNotEligible}
}

// coverage masks what the frame and the visit log say.
type coverage struct {
	households []Count
	visited    *maskedTable
	assigned   *maskedTable
	attempts   int64
}

func (k *masker) coverage(list []GridCoverage, policy disclosure.Policy) (*coverage, error) {
	at := map[string]int{}
	for i, p := range k.places {
		at[p.area.Code] = i
	}
	truth := make([][]int64, len(k.places))
	assigned := make([]int64, len(k.places))
	for i := range truth {
		truth[i] = make([]int64, colFirstGroup+len(restGroups()))
	}
	out := &coverage{}
	for _, g := range list {
		row := make([]int64, colFirstGroup+len(restGroups()))
		row[colHouseholds] = g.Households
		row[colCompleted] = g.Outcomes[survey.OutcomeComplete]
		for j, o := range restGroups() {
			row[colFirstGroup+j] = g.Outcomes[o]
			row[colRest] += g.Outcomes[o]
		}
		row[colVisited] = row[colCompleted] + row[colRest]
		row[colNotVisited] = row[colHouseholds] - row[colVisited]
		for i, ok := at[g.Grid]; ok && i >= 0; i = k.places[i].parent {
			for c, n := range row {
				truth[i][c] += n
			}
			assigned[i] += g.Assigned
		}
		out.attempts += g.Visits
	}
	count := func(row, col int) int64 { return truth[row][col] }

	var err error
	out.households, err = k.frame("households", gridDigits, policy, func(i int) int64 { return truth[i][colHouseholds] })
	if err != nil {
		return nil, err
	}
	base := func(i int) (Count, bool) { return out.households[i], true }
	baseID := func(i int) string { return cellName("households", k.places[i].area.Code, "households") }
	inGrids := func(i int) bool { return k.places[i].area.Kind == survey.Grid }
	cols := []column{
		{id: "households", parent: -1},
		{id: "not visited", zeros: true},
		{id: "visited", zeros: true},
		{id: "completed", parent: colVisited, zeros: true, withheld: inGrids}, // so that more villages can show theirs
		{id: "not completed", parent: colVisited, zeros: true, cheap: true, withheld: inGrids},
	}
	for _, o := range restGroups() {
		cols = append(cols, column{id: string(o), parent: colRest, zeros: true, withheld: inGrids})
	}
	out.visited, err = k.mask(layout{id: "visits", cols: cols, baseID: baseID, count: count, base: base, policy: policy})
	if err != nil {
		return nil, err
	}
	out.assigned, err = k.mask(layout{
		id: "assignments", baseID: baseID, base: base, policy: policy,
		cols: []column{{id: "households", parent: -1}, {id: "assigned", zeros: true}, {id: "not assigned", zeros: true, cheap: true}},
		count: func(i, c int) int64 {
			return [...]int64{truth[i][colHouseholds], assigned[i], truth[i][colHouseholds] - assigned[i]}[c]
		},
	})
	return out, err
}

// rows lists the coverage of the street, its villages and grids, each followed by what could not be shown alone below it.
func (c *coverage) rows(places []place) []CoverageRow {
	var list []CoverageRow
	row := func(p Place, visits, assigned []Count) CoverageRow {
		r := CoverageRow{Place: p, Households: visits[colHouseholds], Visited: visits[colVisited], Completed: visits[colCompleted], Assigned: assigned[1]}
		r.AssignedPct = percent(r.Assigned, r.Households)
		r.VisitedPct = percent(r.Visited, r.Households)
		r.CompletedPct = percent(r.Completed, r.Households)
		return r
	}
	for i, p := range places {
		visits := append([]Count(nil), c.visited.cells[i]...)
		visits[colHouseholds] = c.households[i]
		list = append(list, row(placeOf(p.area), visits, c.assigned.cells[i]))
	}
	for _, parent := range sortedKeys(c.visited.merged) {
		list = append(list, row(mergedPlace(places[parent].area), c.visited.merged[parent], c.assigned.merged[parent]))
	}
	return list
}

func (c *coverage) outcomes(places []place) []OutcomeRow {
	var list []OutcomeRow
	row := func(p Place, cells []Count) OutcomeRow {
		r := OutcomeRow{Place: p, NotVisited: cells[colNotVisited], Groups: map[string]Count{string(survey.OutcomeComplete): cells[colCompleted]}}
		for j, o := range restGroups() {
			r.Groups[string(o)] = cells[colFirstGroup+j]
		}
		return r
	}
	for i, p := range places {
		if p.area.Kind != survey.Grid {
			list = append(list, row(placeOf(p.area), c.visited.cells[i]))
		}
	}
	if rest, ok := c.visited.merged[0]; ok {
		list = append(list, row(mergedPlace(places[0].area), rest))
	}
	return list
}

// rates computes AAPOR's rates of the street from what is shown. Households never visited count as unknown (UH, 3.11).
// A rate needs its numerator and its denominator, not each group: where sums are shown although a part is hidden, the
// sums are used.
func (c *coverage) rates() []Rate {
	cells := c.visited.cells[0]
	group := func(o survey.Outcome) Count {
		for j, other := range restGroups() {
			if other == o {
				return cells[colFirstGroup+j]
			}
		}
		return cells[colCompleted]
	}
	i, p, r := group(survey.OutcomeComplete), group(survey.OutcomePartial), group(survey.OutcomeRefusal)
	ne := group(survey.OutcomeNotEligible)
	ip := add(i, p)
	all := minus(c.households[0], ne)
	unknown := add(cells[colNotVisited], group(survey.OutcomeUnknownHousing), group(survey.OutcomeUnknownOther))
	eligible := minus(all, unknown)
	contacted := minus(eligible, group(survey.OutcomeNonContact))
	noOther := minus(contacted, group(survey.OutcomeOther))
	o, known := outcomesOf(i, p, r, group(survey.OutcomeNonContact), group(survey.OutcomeOther), unknown, ne)
	rates := stats.Rates{}
	if known {
		rates = o.Rates()
	}
	estimated := func(v float64) Figure {
		if !known {
			return Figure{}
		}
		return figure(100 * v)
	}
	return []Rate{
		{"RR1", percent(i, all), "I/((I+P)+(R+NC+O)+(UH+UO))", Words{"最低应答率", "minimum response rate"}},
		{"RR2", percent(ip, all), "(I+P)/((I+P)+(R+NC+O)+(UH+UO))", Words{"应答率(含部分完成)", "response rate with partials"}},
		{"RR3", estimated(rates.RR3), "I/((I+P)+(R+NC+O)+e(UH+UO))", Words{"应答率(估计合格数)", "response rate, eligible share estimated"}},
		{"RR4", estimated(rates.RR4), "(I+P)/((I+P)+(R+NC+O)+e(UH+UO))", Words{"应答率(含部分完成，估计合格数)", "response rate with partials, estimated"}},
		{"RR5", percent(i, eligible), "I/((I+P)+(R+NC+O))", Words{"最高应答率", "maximum response rate"}},
		{"RR6", percent(ip, eligible), "(I+P)/((I+P)+(R+NC+O))", Words{"最高应答率(含部分完成)", "maximum response rate with partials"}},
		{"COOP1", percent(i, contacted), "I/((I+P)+R+O)", Words{"配合率", "cooperation rate"}},
		{"COOP2", percent(ip, contacted), "(I+P)/((I+P)+R+O)", Words{"配合率(含部分完成)", "cooperation rate with partials"}},
		{"COOP3", percent(i, noOther), "I/((I+P)+R)", Words{"配合率(不计其他)", "cooperation rate, others left out"}},
		{"COOP4", percent(ip, noOther), "(I+P)/((I+P)+R)", Words{"配合率(含部分完成，不计其他)", "cooperation rate with partials, others left out"}},
		{"REF1", percent(r, all), "R/((I+P)+(R+NC+O)+(UH+UO))", Words{"拒访率", "refusal rate"}},
		{"REF2", estimated(rates.REF2), "R/((I+P)+(R+NC+O)+e(UH+UO))", Words{"拒访率(估计合格数)", "refusal rate, estimated"}},
		{"REF3", percent(r, eligible), "R/((I+P)+(R+NC+O))", Words{"拒访率(仅合格户)", "refusal rate of the eligible"}},
		{"CON1", percent(contacted, all), "((I+P)+R+O)/((I+P)+(R+NC+O)+(UH+UO))", Words{"接触率", "contact rate"}},
		{"CON2", estimated(rates.CON2), "((I+P)+R+O)/((I+P)+(R+NC+O)+e(UH+UO))", Words{"接触率(估计合格数)", "contact rate, estimated"}},
		{"CON3", percent(contacted, eligible), "((I+P)+R+O)/((I+P)+(R+NC+O))", Words{"接触率(仅合格户)", "contact rate of the eligible"}},
		{"e", percent(eligible, add(eligible, ne)), "(I+P+R+NC+O)/(I+P+R+NC+O+NE)", Words{"合格率", "eligible share"}},
	}
}

func outcomesOf(i, p, r, nc, o, unknown, ne Count) (stats.Outcomes, bool) {
	if add(i, p, r, nc, o, unknown, ne).hidden {
		return stats.Outcomes{}, false
	}
	f := func(c Count) float64 { return float64(c.n) }
	return stats.Outcomes{I: f(i), P: f(p), R: f(r), NC: f(nc), O: f(o), UH: f(unknown), NE: f(ne)}, true
}

// effort is shown where the visited households are. Attempts are no respondents, but how many more there were than
// households would tell how few were visited again.
func (c *coverage) effort(policy disclosure.Policy) Effort {
	completed, visited := c.visited.cells[0][colCompleted], c.visited.cells[0][colVisited]
	e := Effort{Attempts: hiddenCount()}
	again := c.attempts - visited.n
	if visited.hidden || c.attempts != 0 && policy.Small(c.attempts) || again != 0 && policy.Small(again) {
		return e
	}
	e.Attempts = shown(c.attempts)
	if !completed.hidden && completed.n > 0 {
		e.PerCompleted = figure(float64(c.attempts) / float64(completed.n))
	}
	return e
}

func placeOf(a survey.Area) Place {
	w := Words{ZH: a.NameZH, EN: a.NameEN}
	if w.EN == "" {
		w.EN = w.ZH
	}
	return Place{Code: a.Code, Kind: string(a.Kind), Name: w}
}

// mergedPlace stands for the areas below a that cannot stand alone.
func mergedPlace(a survey.Area) Place {
	p := placeOf(a)
	p.Merged = true
	if a.Kind == survey.Street {
		p.Kind, p.Name = string(survey.Village), Words{"其他村(社区)合计", "other villages together"}
	} else {
		p.Kind, p.Name = string(survey.Grid), Words{p.Name.ZH + "：其他网格合计", p.Name.EN + ": other grids together"}
	}
	return p
}
