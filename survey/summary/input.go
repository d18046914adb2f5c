package summary

import (
	"iter"
	"sort"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/survey"
	"ruhu/survey/disclosure"
)

// Input is everything a summary is made of. It holds counts only.
type Input struct {
	Street   survey.Area
	District survey.Area
	Areas    []survey.Area // villages and grids of the street
	Survey   survey.Survey
	Form     *schema.Form   // the newest version
	Older    []*schema.Form // the versions before it, oldest first: their records count too
	Versions []string       // versions counted, oldest first
	// Coverage is what the frame and the visit log say of each grid.
	Coverage []GridCoverage
	// Records is how many records of the form each grid holds, by shown status.
	Records []survey.StatusCount
	// Cells are the running aggregates of the street and form.
	Cells iter.Seq2[survey.AggregateCell, error]
	// Statuses are the shown statuses that count.
	Statuses []string
	Policy   disclosure.Policy
	Snapshot string // id of the snapshot all of this was read from
	Date     string // civil date of the snapshot
	Release  bool   // approved records only, to be frozen and shown beyond the street
	Demo     bool   // invented data
	// Earlier is what earlier releases of the street and form showed, see EarlierCells. A count that moved since, but by less
	// than the threshold, is held back.
	Earlier []map[string]int64
}

// GridCoverage is what is known of the households of one grid. Nobody is named: these are counts.
type GridCoverage struct {
	Grid       string
	Households int64 // selected ones: those that are to be visited
	Assigned   int64 // of these, given to a worker
	Visits     int64 // attempts, all households together
	// Outcomes counts visited households by the group of their final disposition.
	Outcomes map[survey.Outcome]int64
}

func (in *Input) check() error {
	const op = "street summary"
	if survey.KindOf(in.Street.Code) != survey.Street {
		return errs.New(errs.Invalid, op, "%q is not a street", in.Street.Code)
	}
	if in.Form == nil {
		return errs.New(errs.NotFound, op, "no form")
	}
	if err := in.Policy.Check(); err != nil {
		return err
	}
	for _, g := range in.Coverage {
		visited := int64(0)
		for _, n := range g.Outcomes {
			visited += n
		}
		if g.Assigned > g.Households || visited > g.Households || g.Assigned < 0 || visited < 0 {
			return errs.New(errs.Invalid, op, "grid %s: more assigned or visited than there are households", g.Grid)
		}
	}
	return nil
}

// households reports whether the form is asked at the doors of the frame: only then do visits belong to its summary. The
// same visits beside two forms would let one be compared with the other.
func (in *Input) households() bool {
	use, known := in.Survey.Use(in.Form.ID)
	return !known || use.Kind.DrawsCases()
}

// place is a row of every table: the street, a village or a grid.
type place struct {
	area   survey.Area
	parent int // index in places, -1 for the street
}

// places lists the street, its villages and their grids, by code: those of the area list and any that counts name beside.
func (in *Input) places() []place {
	byCode := map[string]survey.Area{}
	note := func(code string, kind survey.AreaKind) {
		if _, known := byCode[code]; !known && survey.Within(in.Street.Code, code) && survey.KindOf(code) == kind {
			byCode[code] = survey.Area{Code: code, NameZH: code, NameEN: code, Kind: kind}
		}
	}
	for _, a := range in.Areas {
		if survey.Within(in.Street.Code, a.Code) && (a.Kind == survey.Village || a.Kind == survey.Grid) {
			byCode[a.Code] = a
		}
	}
	for _, g := range in.Coverage {
		note(g.Grid, survey.Grid)
	}
	for _, r := range in.Records {
		note(r.Grid, survey.Grid)
	}
	for code := range byCode {
		note(survey.VillageOf(code), survey.Village)
	}
	codes := make([]string, 0, len(byCode))
	for code := range byCode {
		codes = append(codes, code)
	}
	sort.Slice(codes, func(i, j int) bool {
		if len(codes[i]) != len(codes[j]) {
			return len(codes[i]) < len(codes[j])
		}
		return codes[i] < codes[j]
	})
	list := []place{{area: in.Street, parent: -1}}
	at := map[string]int{}
	for _, code := range codes {
		p := place{area: byCode[code]}
		if p.area.Kind == survey.Grid {
			p.parent = at[survey.VillageOf(code)]
		}
		at[code] = len(list)
		list = append(list, p)
	}
	return list
}
