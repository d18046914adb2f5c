package survey

import (
	"context"
	"strings"
	"time"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// Coverage is how far the field work has come in one area: a grid, a village, or the whole that was asked for.
type Coverage struct {
	Code       string            `json:"code"`
	Households int64             `json:"households"`
	Selected   int64             `json:"selected"`
	Weight     float64           `json:"weight"`  // of the selected
	Visited    int64             `json:"visited"` // selected households with at least one attempt
	Attempts   int64             `json:"attempts"`
	Final      map[string]Tally  `json:"final"`       // final disposition -> selected households, 3.11 for those never visited
	Outcomes   map[Outcome]Tally `json:"outcomes"`    // the same by AAPOR group
	Refusals   map[string]int64  `json:"refusals"`    // reason -> households that refused
	NotStarted int64             `json:"not_started"` // grids with selected households and no attempt
}

// AreaCoverage is the coverage of an area with its villages and grids, each in order of code.
type AreaCoverage struct {
	Total    Coverage   `json:"total"`
	Villages []Coverage `json:"villages"`
	Grids    []Coverage `json:"grids"`
}

func newCoverage(code string) Coverage {
	return Coverage{Code: code, Final: map[string]Tally{}, Outcomes: map[Outcome]Tally{}, Refusals: map[string]int64{}}
}

func (c *Coverage) add(o *Coverage) {
	c.Households += o.Households
	c.Selected += o.Selected
	c.Weight += o.Weight
	c.Visited += o.Visited
	c.Attempts += o.Attempts
	c.NotStarted += o.NotStarted
	for k, t := range o.Final {
		c.Final[k] = Tally{c.Final[k].N + t.N, c.Final[k].W + t.W}
	}
	for k, t := range o.Outcomes {
		c.Outcomes[k] = Tally{c.Outcomes[k].N + t.N, c.Outcomes[k].W + t.W}
	}
	for k, n := range o.Refusals {
		c.Refusals[k] += n
	}
}

// CoverageOf computes coverage from the frame and what visits came to, both in order of grid.
func CoverageOf(area string, frame []GridFrame, outcomes []GridOutcome) AreaCoverage {
	out := AreaCoverage{Total: newCoverage(area), Villages: []Coverage{}, Grids: []Coverage{}}
	byGrid := make(map[string]GridOutcome, len(outcomes))
	for _, o := range outcomes {
		byGrid[o.Grid] = o
	}
	group := map[string]Outcome{}
	for _, d := range Dispositions() {
		group[d.Code] = d.Outcome
	}
	for _, f := range frame {
		g := newCoverage(f.Grid)
		g.Households, g.Selected, g.Weight = f.Households, f.Selected, f.Weight
		o := byGrid[f.Grid]
		g.Attempts = o.Attempts
		left := Tally{f.Selected, f.Weight}
		for code, t := range o.Final {
			g.Final[code] = t
			g.Outcomes[group[code]] = Tally{g.Outcomes[group[code]].N + t.N, g.Outcomes[group[code]].W + t.W}
			g.Visited += t.N
			left.N -= t.N
			left.W -= t.W
		}
		if left.N > 0 {
			g.Final[NotAttempted] = Tally{g.Final[NotAttempted].N + left.N, g.Final[NotAttempted].W + left.W}
			u := g.Outcomes[OutcomeUnknownHousing]
			g.Outcomes[OutcomeUnknownHousing] = Tally{u.N + left.N, u.W + left.W}
		}
		for reason, n := range o.Refusals {
			g.Refusals[reason] = n
		}
		if g.Selected > 0 && g.Attempts == 0 {
			g.NotStarted = 1
		}
		if n := len(out.Villages); n == 0 || out.Villages[n-1].Code != VillageOf(f.Grid) {
			out.Villages = append(out.Villages, newCoverage(VillageOf(f.Grid)))
		}
		out.Villages[len(out.Villages)-1].add(&g)
		out.Total.add(&g)
		out.Grids = append(out.Grids, g)
	}
	return out
}

// Coverage returns how far the field work has come in an area. It first takes in visits that arrived since it was last asked.
func (s *Service) Coverage(ctx context.Context, a Actor, area string) (AreaCoverage, error) {
	const op = "coverage"
	area, err := narrow(a.Area, area)
	if err != nil {
		return AreaCoverage{}, err
	}
	if err := s.IndexVisits(ctx, area); err != nil {
		return AreaCoverage{}, errs.Wrap(op, err)
	}
	frame, err := s.Registry.Frame(ctx, area)
	if err != nil {
		return AreaCoverage{}, errs.Wrap(op, err)
	}
	outcomes, err := s.Registry.Outcomes(ctx, area)
	if err != nil {
		return AreaCoverage{}, errs.Wrap(op, err)
	}
	return CoverageOf(area, frame, outcomes), nil
}

// Visits lists the attempts at a household, oldest first; for registrars. Codes: not-found (also outside the area).
func (s *Service) Visits(ctx context.Context, a Actor, household string) ([]Visit, error) {
	const op = "visits"
	if err := a.mayIdentity(op); err != nil {
		return nil, err
	}
	h, ok, err := s.Registry.Household(ctx, household)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if !ok || !Within(a.Area, h.Grid) {
		return nil, errs.New(errs.NotFound, op, "no such household")
	}
	if err := s.IndexVisits(ctx, StreetOf(h.Grid)); err != nil {
		return nil, errs.Wrap(op, err)
	}
	return s.Registry.Visits(ctx, household)
}

// visitPage is how many entries of the registry's log are taken in at once.
const visitPage = 500

// IndexVisits takes in what the registry stream holds of visits in the streets of an area since the last time. Cheap when
// nothing is new.
func (s *Service) IndexVisits(ctx context.Context, area string) error {
	if s.registry.Store == nil {
		return nil
	}
	s.indexing.Lock()
	defer s.indexing.Unlock()
	var heads []sync.Head
	err := s.registry.Store.View(ctx, func(r sync.Reader) (err error) {
		heads, err = r.Heads()
		return err
	})
	if err != nil {
		return err
	}
	for _, h := range heads {
		if !Within(area, h.Street) && !Within(h.Street, area) {
			continue
		}
		for more := true; more; {
			if more, err = s.indexPage(ctx, h.Street); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) indexPage(ctx context.Context, street string) (more bool, err error) {
	from, err := s.Registry.VisitMark(ctx, street)
	if err != nil {
		return false, err
	}
	to := from
	var put []Visit
	var gone []string
	err = s.registry.Store.View(ctx, func(r sync.Reader) error {
		head, err := r.Head(street)
		if err != nil {
			return err
		}
		if head.Seq < from { // the log was restored from a backup: begin again
			to, more = 0, true
			return nil
		}
		if head.Seq == from {
			return nil
		}
		items, err := r.Feed(street, nil, from, head.Seq, visitPage)
		if err != nil {
			return err
		}
		to = head.Seq
		if len(items) == visitPage {
			to, more = items[len(items)-1].Seq, true
		}
		for _, it := range items {
			switch {
			case it.Event != nil && it.Event.Kind == sync.EventErase:
				gone = append(gone, it.Event.Record)
			case it.Event != nil && it.Event.Kind == sync.EventLeave && it.Event.Record != "": // it may have gone into another record
				rec, ok, err := r.Record(it.Event.Record)
				if err != nil {
					return err
				}
				if ok && rec.State != nil && rec.State.Erased {
					gone = append(gone, rec.ID)
				}
			case it.Record != nil:
				rec, ok, err := r.Record(it.Record.ID)
				if err != nil {
					return err
				}
				if !ok || rec.State == nil || rec.State.Erased {
					gone = append(gone, it.Record.ID)
					continue
				}
				if v, is := s.visitOf(&rec); is {
					put = append(put, v)
				} else {
					gone = append(gone, rec.ID)
				}
			}
		}
		return nil
	})
	if err != nil || to == from {
		return false, err
	}
	return more, s.Registry.IndexVisits(ctx, street, from, to, put, gone)
}

// visitOf reads a visit from its record; false where the form is no visit form or the visit does not count.
func (s *Service) visitOf(rec *sync.Record) (Visit, bool) {
	info, ok := s.Info(rec.Form)
	if ok && info.Kind != KindVisit || !ok && rec.Form != "visit_log" {
		return Visit{}, false
	}
	if sync.StatusOf(rec.State).Shown == StatusRestricted {
		return Visit{}, false
	}
	fields := map[string]string{}
	for path, shown := range rec.State.Visible {
		if path[0] == '@' || shown.Null || strings.IndexByte(path, '[') >= 0 {
			continue
		}
		fields[path[strings.LastIndexByte(path, '/')+1:]] = shown.Value
	}
	v := Visit{Record: rec.ID, Household: fields["household"], Grid: rec.Grid, Type: fields["visit_type"], Half: fields["visit_half"],
		Disposition: fields["disposition"], Refusal: fields["refuse_reason"], Worker: rec.Author}
	if v.Disposition == "" {
		if w, ok := rec.State.Shown(sync.PathDisposition); ok && !w.Null {
			v.Disposition = w.Value
		}
	}
	if OutcomeOf(v.Disposition) == "" {
		v.Disposition = ""
	}
	v.Date, v.Half = dayAndHalf(fields["visit_dt"], v.Half)
	v.Appointment, _ = dayAndHalf(fields["appointment_dt"], "")
	if v.Disposition != "2.25" {
		v.Appointment = ""
	}
	if OutcomeOf(v.Disposition) != OutcomeRefusal {
		v.Refusal = ""
	}
	return v, v.Household != ""
}

// dayAndHalf keeps the date and the half of the day of a moment, and never the time: half is 1 for morning, 2 for later.
func dayAndHalf(value, half string) (date, which string) {
	if len(value) < len(time.DateOnly) {
		return "", half
	}
	date = value[:len(time.DateOnly)]
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return "", half
	}
	if half != "1" && half != "2" {
		half = ""
		if len(value) >= len("2006-01-02T15") && value[10] == 'T' {
			half = "1"
			if value[11:13] >= "12" {
				half = "2"
			}
		}
	}
	return date, half
}

// Counted reports whether a visit counts for the final disposition: back-checks and supervision do not.
func (v *Visit) Counted() bool {
	return v.Disposition != "" && v.Type != "3" && v.Type != "4"
}
