package survey

import (
	"cmp"
	"context"
	"slices"
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
	out, err := s.standing(ctx, a, street)
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

func (s *Service) standing(ctx context.Context, a Actor, street string) (Standing, error) {
	facets, err := s.answers.Records.Facets(ctx, street)
	if err != nil {
		return Standing{}, err
	}
	out := Standing{Date: s.today()}
	villages := map[string]*VillageStanding{}
	flags := map[string]int64{}
	for i := range facets.List {
		x := &facets.List[i]
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
		out.Waiting.add(x)
	}
	out.Waiting.Flags = counted(flags)
	if err := s.arrived(ctx, street, &out, villages); err != nil {
		return Standing{}, err
	}
	for _, v := range villages {
		out.Villages = append(out.Villages, *v)
	}
	slices.SortFunc(out.Villages, func(a, b VillageStanding) int { return cmp.Compare(a.Village, b.Village) })
	unsettled, err := s.answers.Records.Unsettled(ctx, street)
	if err != nil {
		return Standing{}, err
	}
	out.Waiting.Quarantined, out.Waiting.Held = unsettled.Quarantined, unsettled.Waiting
	dup, err := s.duplicatesOf(ctx, street)
	if err != nil {
		return Standing{}, err
	}
	out.Waiting.Duplicates = dup.unclear
	lost, err := s.answers.Engine.Lost(ctx, street, 0, 100)
	out.Waiting.Lost = int64(len(lost))
	return out, err
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

// arrived counts what came in by day.
func (s *Service) arrived(ctx context.Context, street string, out *Standing, villages map[string]*VillageStanding) error {
	now := s.Clock.Now().In(s.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone)
	since := make([]int64, arrivedDays)
	for i := range since {
		day := midnight.AddDate(0, 0, i-arrivedDays+1)
		since[i] = clock.Millis(day)
		out.Arrived = append(out.Arrived, DayCount{Date: day.Format(time.DateOnly)})
	}
	arrivals, err := s.answers.Records.Arrivals(ctx, street, since)
	if err != nil {
		return err
	}
	for i, n := range arrivals.Spans {
		out.Arrived[i].N = n
	}
	workers := map[string]int64{}
	for _, x := range arrivals.Latest {
		village(villages, x.Grid).Today += x.N
		workers[s.code(street, x.Author)] += x.N
	}
	for _, w := range counted(workers) {
		out.Today = append(out.Today, WorkerCount{w.Key, w.N})
	}
	return nil
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
