package summary

import (
	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/disclosure"
	"ruhu/survey/stats"
)

// columns of the coverage table. An interview is a household with a record that counts: what the visit log calls complete
// but has no such record (withdrawn, not arrived, not counted) stands among the others, or the two figures side by
// side would tell how many withdrew.
const (
	colHouseholds = iota
	colNotAssigned
	colAssigned
	colWaiting // assigned, not visited
	colVisited
	colCompleted
	colRest
	colFirstGroup
)

const villageDigits = 12

// restGroups are what a visit that is no complete interview can come to.
func restGroups() []survey.Outcome {
	return []survey.Outcome{survey.OutcomePartial, survey.OutcomeRefusal, survey.OutcomeNonContact, survey.OutcomeOther,
		survey.OutcomeUnknownHousing, survey.OutcomeUnknownOther, survey.OutcomeNotEligible}
}

// coverage is what the frame and the visit log say, masked.
type coverage struct {
	households []Count
	interviews []Count
	table      *maskedTable
	attempts   int64
}

// coverageRow counts one grid. An interview proves a visit, and a visit that the household was somebody's to visit: where
// the lists lag behind, they are brought up.
func coverageRow(g GridCoverage, interviews int64) []int64 {
	row := make([]int64, colFirstGroup+len(restGroups()))
	other := 0
	for j, o := range restGroups() {
		row[colFirstGroup+j] = g.Outcomes[o]
		row[colRest] += g.Outcomes[o]
		if o == survey.OutcomeOther {
			other = colFirstGroup + j
		}
	}
	row[colCompleted] = interviews
	if lacking := g.Outcomes[survey.OutcomeComplete] - interviews; lacking > 0 {
		row[other] += lacking
		row[colRest] += lacking
	}
	row[colVisited] = row[colCompleted] + row[colRest]
	row[colAssigned] = max(g.Assigned, row[colVisited])
	row[colHouseholds] = max(g.Households, row[colAssigned])
	row[colWaiting] = row[colAssigned] - row[colVisited]
	row[colNotAssigned] = row[colHouseholds] - row[colAssigned]
	return row
}

// coverage masks frame and visits. people are those who take part: masked before, shown as they are here.
func (k *masker) coverage(list []GridCoverage, people participants, policy disclosure.Policy) (*coverage, error) {
	at := map[string]int{}
	for i, p := range k.places {
		at[p.area.Code] = i
	}
	byGrid := map[string]GridCoverage{}
	for _, g := range list {
		byGrid[g.Grid] = g
	}
	truth := make([][]int64, len(k.places))
	for i := range truth {
		truth[i] = make([]int64, colFirstGroup+len(restGroups()))
	}
	out := &coverage{interviews: people.shown}
	for i, p := range k.places {
		if p.area.Kind != survey.Grid {
			continue
		}
		g := byGrid[p.area.Code]
		row := coverageRow(g, people.n[i])
		for j := i; j >= 0; j = k.places[j].parent {
			for c, n := range row {
				truth[j][c] += n
			}
		}
		out.attempts += g.Visits
	}
	shownHere := func(i int) bool { return !people.shown[i].hidden }
	inGrids := func(i int) bool { return k.places[i].area.Kind == survey.Grid }
	hiddenHere := func(i int) bool { return people.shown[i].hidden }
	var err error
	if out.households, err = k.households(truth, shownHere, people.name, policy); err != nil {
		return nil, err
	}
	cols := []column{
		{id: "households", parent: -1},
		{id: "not assigned", zeros: true, cheap: true},
		{id: "assigned", zeros: true},
		{id: "waiting", parent: colAssigned, zeros: true, cheap: true},
		{id: "visited", parent: colAssigned, zeros: true},
		{id: "completed", parent: colVisited, zeros: true, name: people.name, fixed: shownHere, withheld: hiddenHere},
		{id: "not completed", parent: colVisited, zeros: true, cheap: true},
	}
	for _, o := range restGroups() {
		cols = append(cols, column{id: string(o), parent: colRest, zeros: true})
	}
	out.table, err = k.mask(layout{
		id: "visits", cols: cols, policy: policy,
		baseID: func(i int) string { return cellName("households", k.places[i].area.Code, "households") },
		base:   func(i int) (Count, bool) { return out.households[i], !inGrids(i) },
		count:  func(row, col int) int64 { return truth[row][col] },
	})
	if err != nil {
		return nil, err
	}
	return out, k.showComputable(out, truth, policy)
}

// showComputable shows what is hidden, not small and known to everybody who adds up the rest of the page: hiding it would
// protect nobody.
func (k *masker) showComputable(out *coverage, truth [][]int64, policy disclosure.Policy) error {
	found, err := k.ledger.Narrower(0.5)
	if err != nil {
		return err
	}
	for i, p := range k.places {
		if p.area.Kind == survey.Grid {
			continue
		}
		for col, id := range map[int]string{colAssigned: "assigned", colVisited: "visited"} {
			name := cellName("visits", p.area.Code, id)
			_, known := found[name]
			if n := truth[i][col]; known && out.table.cells[i][col].hidden && n > 0 && !policy.Small(n) {
				out.table.cells[i][col] = shown(n)
				k.ledger.Publish(name, n)
			}
		}
	}
	return nil
}

// households masks how many households there are: small numbers, and those that would tell, with the interviews shown
// beside, how few households have none.
func (k *masker) households(truth [][]int64, shownHere func(int) bool, completedName func(int) string, policy disclosure.Policy) ([]Count, error) {
	const id = "households"
	var rows, cols disclosure.Axis
	var places []int
	for i, p := range k.places {
		if p.area.Kind != survey.Grid {
			rows.Add(p.area.Code, min(p.parent, 0)) // the street stands first
			places = append(places, i)
		}
	}
	all := cols.Add(id, -1)
	interviewed := cols.Add("interviewed", all)
	rest := cols.Add("rest", all)
	t := disclosure.NewTable(rows, cols)
	name := func(i int) string { return cellName(id, k.places[i].area.Code, id) }
	for r, i := range places {
		t.Count[r][all], t.Count[r][interviewed] = truth[i][colHouseholds], truth[i][colCompleted]
		t.Count[r][rest] = truth[i][colHouseholds] - truth[i][colCompleted]
		k.ledger.Sum(name(i), completedName(i), cellName(id, k.places[i].area.Code, "rest"))
	}
	k.sums(places, name)
	t.ZeroShown = func(int, int) bool { return true }
	t.Held = func(r, c int) bool { return c == all && k.held(name(places[r]), t.Count[r][c], policy) }
	t.Fixed = func(r, c int) bool { return c == interviewed && shownHere(places[r]) }
	t.Withheld = func(r, c int) bool { return c == interviewed && !shownHere(places[r]) }
	t.Cost = func(r, c int) float64 { // the households without an interview are nowhere on the page: free to hide
		return map[bool]float64{false: float64(100 + t.Count[r][all])}[c == rest]
	}
	out := make([]Count, len(k.places))
	for i := range out {
		out[i] = hiddenCount()
	}
	mask, err := disclosure.Suppress(t, policy)
	if err != nil && errs.CodeOf(err) != errs.Rule {
		return nil, err
	}
	for r, i := range places {
		if err != nil || mask.Hidden(r, all) {
			k.hidden[id] = true
			continue
		}
		out[i] = shown(t.Count[r][all])
		k.ledger.Publish(name(i), t.Count[r][all])
	}
	return out, nil
}

// rows lists the coverage of the street and its villages, then what could not be shown alone.
func (c *coverage) rows(places []place) []CoverageRow {
	var list []CoverageRow
	row := func(p Place, households, interviews Count, cells []Count) CoverageRow {
		r := CoverageRow{Place: p, Households: households, Assigned: cells[colAssigned], Visited: cells[colVisited], Completed: interviews}
		r.AssignedPct = percent(r.Assigned, r.Households)
		r.VisitedPct = percent(r.Visited, r.Households)
		r.CompletedPct = percent(r.Completed, r.Households)
		return r
	}
	for i, p := range places {
		if p.area.Kind != survey.Grid { // how each grid stands is for the office's own lists
			list = append(list, row(placeOf(p.area), c.households[i], c.interviews[i], c.table.cells[i]))
		}
	}
	for _, parent := range sortedKeys(c.table.merged) {
		cells := c.table.merged[parent]
		list = append(list, row(mergedPlace(places[parent].area), cells[colHouseholds], cells[colCompleted], cells))
	}
	return list
}

func (c *coverage) outcomes(places []place) []OutcomeRow {
	var list []OutcomeRow
	row := func(p Place, households, interviews Count, cells []Count) OutcomeRow {
		r := OutcomeRow{Place: p, NotVisited: minus(households, cells[colVisited]), Groups: map[string]Count{string(survey.OutcomeComplete): interviews}}
		for j, o := range restGroups() {
			r.Groups[string(o)] = cells[colFirstGroup+j]
		}
		return r
	}
	for i, p := range places {
		if p.area.Kind != survey.Grid {
			list = append(list, row(placeOf(p.area), c.households[i], c.interviews[i], c.table.cells[i]))
		}
	}
	if rest, ok := c.table.merged[0]; ok {
		list = append(list, row(mergedPlace(places[0].area), rest[colHouseholds], rest[colCompleted], rest))
	}
	return list
}

// rates computes AAPOR's rates of the street from what is shown. Households never visited count as unknown (UH, 3.11).
// A rate needs its numerator and its denominator, not each group: where sums are shown although a part is hidden, the
// sums are used.
func (c *coverage) rates() []Rate {
	cells := c.table.cells[0]
	group := func(o survey.Outcome) Count {
		for j, other := range restGroups() {
			if other == o {
				return cells[colFirstGroup+j]
			}
		}
		return c.interviews[0]
	}
	i, p, r := group(survey.OutcomeComplete), group(survey.OutcomePartial), group(survey.OutcomeRefusal)
	ne := group(survey.OutcomeNotEligible)
	ip := add(i, p)
	all := minus(c.households[0], ne)
	unknown := add(minus(c.households[0], cells[colVisited]), group(survey.OutcomeUnknownHousing), group(survey.OutcomeUnknownOther))
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
	completed, visited := c.interviews[0], c.table.cells[0][colVisited]
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
	p.Kind, p.Name = string(survey.Village), Words{"其他村(社区)合计", "other villages together"}
	return p
}
