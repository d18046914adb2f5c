package survey

import (
	"cmp"
	"context"
	"slices"
	gosync "sync"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
)

// Standing is what came in of a street and what waits for the office: figures, no answers and no households.
type Standing struct {
	Date     string // the civil day of now
	Villages []VillageStanding
	Arrived  []DayCount // records by the civil day their first line came in, oldest first, the last one today
	Today    []WorkerCount
	Waiting  Waiting
}

// VillageStanding counts the records of one village.
type VillageStanding struct {
	Village   string
	Today     int64 // came in today
	Statuses  map[string]int64
	Conflicts int64
	Flagged   int64
}

// DayCount counts records of a civil day.
type DayCount struct {
	Date string
	N    int64
}

// WorkerCount counts records of a worker.
type WorkerCount struct {
	Worker string // code
	N      int64
}

// Waiting is what waits for the office in a street.
type Waiting struct {
	Submitted   int64 // to be reviewed for the first time
	NeedsReview int64
	Returned    int64 // back with their authors
	Conflicts   int64 // records with conflicts
	Flagged     int64
	Clean       int64 // submitted, and neither
	Quarantined int64 // lines
	Held        int64 // lines that wait for an earlier one
	Duplicates  int64 // open groups
	Lost        int64 // office work that a restore lost; 100 = or more
	Flags       []Counted
}

// arrivedDays is how many civil days of arrivals are shown.
const arrivedDays = 14

// Standing counts what came in of a street and what waits. For those who may see figures of the street: reviewers and
// administrators. Codes: forbidden, out-of-area.
func (s *Service) Standing(ctx context.Context, a Actor, street string) (Standing, error) {
	const op = "overview"
	if err := s.mayProgress(a, street, op); err != nil {
		return Standing{}, err
	}
	out, err := s.standing(ctx, street)
	return out, errs.Wrap(op, err)
}

// mayProgress lets through who may see figures of a street.
func (s *Service) mayProgress(a Actor, street, op string) error {
	if a.Role != sync.RoleReviewer && a.Role != "admin" {
		return errs.New(errs.Forbidden, op, "role %q sees no figures", printable(a.Role))
	}
	if !Within(a.Area, street) || KindOf(street) != Street {
		return errs.New(errs.OutOfArea, op, "street %s", printable(street))
	}
	return nil
}

// standing asks the store for its parts side by side: after a change each has to be counted anew.
func (s *Service) standing(ctx context.Context, street string) (Standing, error) {
	out := Standing{Date: s.today()}
	days := s.arrivedDays()
	var facets Facets
	var arrivals Arrivals
	err := sideBySide(
		func() (err error) {
			facets, err = s.answers.Records.Facets(ctx, street)
			return err
		},
		func() (err error) {
			arrivals, err = s.answers.Records.Arrivals(ctx, street, days.since)
			return err
		},
		func() error {
			dup, err := s.duplicatesOf(ctx, street)
			if err == nil {
				out.Waiting.Duplicates = dup.unclear
			}
			return err
		},
		func() error {
			unsettled, err := s.answers.Records.Unsettled(ctx, street)
			if err != nil {
				return err
			}
			lost, err := s.answers.Engine.Lost(ctx, street, 0, 100)
			out.Waiting.Quarantined, out.Waiting.Held, out.Waiting.Lost = unsettled.Quarantined, unsettled.Waiting, int64(len(lost))
			return err
		})
	if err != nil {
		return Standing{}, err
	}
	villages := map[string]*VillageStanding{}
	s.counted(facets.List, &out.Waiting, villages)
	s.arrived(street, arrivals, days.dates, &out, villages)
	for _, v := range villages {
		out.Villages = append(out.Villages, *v)
	}
	slices.SortFunc(out.Villages, func(a, b VillageStanding) int { return cmp.Compare(a.Village, b.Village) })
	return out, nil
}

// sideBySide runs functions at the same time and returns the first error in their order.
func sideBySide(work ...func() error) error {
	failed := make([]error, len(work))
	var wait gosync.WaitGroup
	for i, fn := range work {
		wait.Go(func() { failed[i] = fn() })
	}
	wait.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// counted adds facets up by village and by what waits.
func (s *Service) counted(list []Facet, w *Waiting, villages map[string]*VillageStanding) {
	flags := map[string]int64{}
	for i := range list {
		x := &list[i]
		v := village(villages, x.Grid)
		v.Statuses[x.Status] += x.N
		if !Counts(x.Status) {
			continue
		}
		if x.Conflict {
			v.Conflicts += x.N
		}
		if len(x.Flags) > 0 {
			v.Flagged += x.N
		}
		for _, f := range x.Flags {
			flags[f] += x.N
		}
		w.add(x)
	}
	w.Flags = counted(flags)
}

func village(all map[string]*VillageStanding, grid string) *VillageStanding {
	code := VillageOf(grid)
	if all[code] == nil {
		all[code] = &VillageStanding{Village: code, Statuses: map[string]int64{}}
	}
	return all[code]
}

func (w *Waiting) add(x *Facet) {
	switch x.Status {
	case StatusSubmitted:
		w.Submitted += x.N
		if x.clean() {
			w.Clean += x.N
		}
	case StatusNeedsReview:
		w.NeedsReview += x.N
	case StatusReturned:
		w.Returned += x.N
	}
	if x.Conflict {
		w.Conflicts += x.N
	}
	if len(x.Flags) > 0 {
		w.Flagged += x.N
	}
}

// civilDays are days in a row, each with the instant (ms) it begins.
type civilDays struct {
	dates []string
	since []int64
}

// arrivedDays returns the days of which arrivals are shown; the last is today.
func (s *Service) arrivedDays() (d civilDays) {
	now := s.Clock.Now().In(s.Zone)
	for i := range arrivedDays {
		day := time.Date(now.Year(), now.Month(), now.Day()+i-arrivedDays+1, 0, 0, 0, 0, s.Zone)
		d.dates, d.since = append(d.dates, day.Format(time.DateOnly)), append(d.since, clock.Millis(day))
	}
	return d
}

// arrived puts down what came in by day, and of today by village and worker.
func (s *Service) arrived(street string, arrivals Arrivals, dates []string, out *Standing, villages map[string]*VillageStanding) {
	for i, n := range arrivals.Spans {
		out.Arrived = append(out.Arrived, DayCount{dates[i], n})
	}
	workers := map[string]int64{}
	for _, x := range arrivals.Latest {
		village(villages, x.Grid).Today += x.N
		workers[s.code(street, x.Author)] += x.N
	}
	for _, w := range counted(workers) {
		out.Today = append(out.Today, WorkerCount{w.Key, w.N})
	}
}

// WorkerProgress is how far one worker is: figures by worker code.
type WorkerProgress struct {
	ID        string // account; for those who hand over and assign
	Worker    string // code
	Statuses  map[string]int64
	Conflicts int64
	Flagged   int64
	Grids     []string // where the records lie
}

// Progress counts the records of a street by worker, in order of code. For reviewers and administrators. Codes: forbidden,
// out-of-area.
func (s *Service) Progress(ctx context.Context, a Actor, street string) ([]WorkerProgress, error) {
	const op = "progress"
	if err := s.mayProgress(a, street, op); err != nil {
		return nil, err
	}
	facets, err := s.answers.Records.Facets(ctx, street)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	by := map[string]*WorkerProgress{}
	for i := range facets.List {
		x := &facets.List[i]
		p := by[x.Author]
		if p == nil {
			p = &WorkerProgress{ID: x.Author, Worker: s.code(street, x.Author), Statuses: map[string]int64{}}
			by[x.Author] = p
		}
		p.Statuses[x.Status] += x.N
		if x.Conflict {
			p.Conflicts += x.N
		}
		if len(x.Flags) > 0 {
			p.Flagged += x.N
		}
		if !slices.Contains(p.Grids, x.Grid) {
			p.Grids = append(p.Grids, x.Grid)
		}
	}
	out := make([]WorkerProgress, 0, len(by))
	for _, p := range by {
		slices.Sort(p.Grids)
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b WorkerProgress) int { return cmp.Compare(a.Worker, b.Worker) })
	return out, nil
}
