package survey

import (
	"cmp"
	"context"
	"slices"

	"ruhu/internal/errs"
)

// QueueFilter is what a review queue is cut by. The zero value of a field means "any".
type QueueFilter struct {
	Form     string
	Area     string   // a street, village or grid; or above, then all of its streets
	Statuses []string // shown statuses
	Worker   string   // worker code
	Conflict *bool
	Flag     string // a catalogue code
	Clean    bool   // without conflicts and without flags
	Query    string // see RecordFilter
	Newest   bool
}

// filter turns what a queue is cut by into what the store lists by; false where a worker code names nobody.
func (s *Service) filter(ctx context.Context, a Actor, q QueueFilter) (RecordFilter, bool, error) {
	area, err := narrow(a.Area, q.Area)
	if err != nil {
		return RecordFilter{}, false, err
	}
	f := RecordFilter{Form: q.Form, Area: area, Statuses: q.Statuses, Conflict: q.Conflict, Flag: q.Flag, Clean: q.Clean, Query: q.Query, Newest: q.Newest}
	if code := NormaliseCode(q.Query); len(code) == workerCodeLen {
		if f.Workers, err = s.authorsByCode(ctx, area, code); err != nil {
			return RecordFilter{}, false, err
		}
	}
	if q.Worker == "" {
		return f, true, nil
	}
	f.Authors, err = s.authorsByCode(ctx, area, NormaliseCode(q.Worker))
	return f, len(f.Authors) > 0, err
}

// workerCodeLen is how long worker codes are.
const workerCodeLen = 6

// authorsByCode returns who wrote records in an area under a worker code.
func (s *Service) authorsByCode(ctx context.Context, area, code string) ([]string, error) {
	streets, err := s.streetsOf(ctx, area)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, street := range streets {
		facets, err := s.answers.Records.Facets(ctx, street)
		if err != nil {
			return nil, err
		}
		known := map[string]bool{}
		for i := range facets.List {
			author := facets.List[i].Author
			if known[author] {
				continue
			}
			known[author] = true
			if s.code(street, author) == code && !slices.Contains(out, author) {
				out = append(out, author)
			}
		}
	}
	return out, nil
}

// streetsOf returns the street an area lies in, or those below it.
func (s *Service) streetsOf(ctx context.Context, area string) ([]string, error) {
	if street := StreetOf(area); street != "" {
		return []string{street}, nil
	}
	list, err := s.Catalog.Areas(ctx, area, Street, "", 1000)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Code
	}
	return out, nil
}

// Records lists records of the actor's area. Query matches case number, record id and worker code only.
func (s *Service) Records(ctx context.Context, a Actor, q QueueFilter, cursor string, limit int) (RecordList, error) {
	const op = "list records"
	if err := a.mayAnswers(op); err != nil {
		return RecordList{}, err
	}
	f, some, err := s.filter(ctx, a, q)
	if err != nil || !some {
		return RecordList{Items: []RecordBrief{}}, errs.Wrap(op, err)
	}
	f.Cursor, f.Limit = cursor, limit
	page, err := s.answers.Records.List(ctx, f)
	if err != nil {
		return RecordList{}, errs.Wrap(op, err)
	}
	out := RecordList{Next: page.Next, Items: make([]RecordBrief, len(page.Rows))}
	for i := range page.Rows {
		out.Items[i] = s.brief(&page.Rows[i])
	}
	return out, nil
}

// Beside returns the records before and behind one in a queue, "" at its ends. The one itself need not be in the queue any
// more: a decision takes it out. Codes: not-found (also outside the area), erased.
func (s *Service) Beside(ctx context.Context, a Actor, q QueueFilter, id string) (previous, next string, err error) {
	const op = "records beside"
	rec, err := s.record(ctx, a, id)
	if err != nil {
		return "", "", errs.Wrap(op, err)
	}
	if err := a.mayAnswers(op); err != nil {
		return "", "", err
	}
	f, some, err := s.filter(ctx, a, q)
	if err != nil || !some {
		return "", "", errs.Wrap(op, err)
	}
	f.From, f.Limit = Spot{rec.Street, rec.Created}, 1
	for _, to := range []*string{&next, &previous} {
		page, err := s.answers.Records.List(ctx, f)
		if err != nil {
			return "", "", errs.Wrap(op, err)
		}
		if len(page.Rows) > 0 {
			*to = page.Rows[0].ID
		}
		f.Newest = !f.Newest
	}
	return previous, next, nil
}

// Counted is one value of a filter and how many records it would leave.
type Counted struct {
	Key string `json:"key"`
	N   int64  `json:"n"`
}

// QueueCounts says of each filter of a queue what its values would leave, all other filters being as they are.
type QueueCounts struct {
	Total     int64
	Conflicts int64 // of the queue without regard to Conflict and Clean
	Clean     int64
	Statuses  []Counted
	Villages  []Counted
	Workers   []Counted // by worker code
	Forms     []Counted
	Flags     []Counted
}

// Counts counts a queue. Query is not looked at: it finds records one by one.
func (s *Service) Counts(ctx context.Context, a Actor, q QueueFilter) (QueueCounts, error) {
	const op = "count records"
	if err := a.mayAnswers(op); err != nil {
		return QueueCounts{}, err
	}
	q.Query = ""
	f, some, err := s.filter(ctx, a, q)
	if err != nil {
		return QueueCounts{}, errs.Wrap(op, err)
	}
	streets, err := s.streetsOf(ctx, f.Area)
	if err != nil {
		return QueueCounts{}, errs.Wrap(op, err)
	}
	n := counting{f: &f, nobody: !some, statuses: map[string]int64{}, villages: map[string]int64{}, workers: map[string]int64{}, forms: map[string]int64{}, flags: map[string]int64{}}
	for _, street := range streets {
		facets, err := s.answers.Records.Facets(ctx, street)
		if err != nil {
			return QueueCounts{}, errs.Wrap(op, err)
		}
		codes := map[string]string{}
		for i := range facets.List {
			x := &facets.List[i]
			if codes[x.Author] == "" {
				codes[x.Author] = s.code(street, x.Author)
			}
			n.add(x, codes[x.Author], a.Area)
		}
	}
	n.out.Statuses, n.out.Villages, n.out.Workers, n.out.Forms, n.out.Flags = counted(n.statuses), counted(n.villages), counted(n.workers), counted(n.forms), counted(n.flags)
	return n.out, nil
}

// counting adds facets up.
type counting struct {
	f                                         *RecordFilter
	nobody                                    bool // the worker code asked for is nobody's
	out                                       QueueCounts
	statuses, villages, workers, forms, flags map[string]int64
}

// The filters of a queue, as bits of what a facet does not pass.
const (
	failsArea = 1 << iota
	failsForm
	failsStatus
	failsWorker
	failsState // conflict and clean
	failsFlag
)

func (c *counting) add(x *Facet, worker, scope string) {
	if !Within(scope, x.Grid) {
		return
	}
	fails := 0
	set := func(bit int, fail bool) {
		if fail {
			fails |= bit
		}
	}
	set(failsArea, !Within(c.f.Area, x.Grid))
	set(failsForm, c.f.Form != "" && c.f.Form != x.Form)
	set(failsStatus, len(c.f.Statuses) > 0 && !slices.Contains(c.f.Statuses, x.Status))
	set(failsWorker, c.nobody || len(c.f.Authors) > 0 && !slices.Contains(c.f.Authors, x.Author))
	set(failsState, c.f.Conflict != nil && *c.f.Conflict != x.Conflict || c.f.Clean && !x.clean())
	set(failsFlag, c.f.Flag != "" && !slices.Contains(x.Flags, c.f.Flag))
	count := func(bit int, to map[string]int64, key string) {
		if fails&^bit == 0 {
			to[key] += x.N
		}
	}
	count(failsArea, c.villages, VillageOf(x.Grid))
	count(failsForm, c.forms, x.Form)
	count(failsStatus, c.statuses, x.Status)
	count(failsWorker, c.workers, worker)
	for _, flag := range x.Flags {
		count(failsFlag, c.flags, flag)
	}
	if fails == 0 {
		c.out.Total += x.N
	}
	if fails&^failsState == 0 && x.Conflict {
		c.out.Conflicts += x.N
	}
	if fails&^failsState == 0 && x.clean() {
		c.out.Clean += x.N
	}
}

func (x *Facet) clean() bool { return !x.Conflict && len(x.Flags) == 0 }

// counted lists counts in order of key.
func counted(m map[string]int64) []Counted {
	out := make([]Counted, 0, len(m))
	for k, n := range m {
		out = append(out, Counted{k, n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Compare(a.Key, b.Key) })
	return out
}
