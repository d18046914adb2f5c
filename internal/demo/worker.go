package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/sync/phone"
	"ruhu/sync/wire"
)

// task is a household a worker is to visit.
type task struct {
	Household, Grid, Case string
}

// walker is one worker with a phone, walking from door to door.
type walker struct {
	Worker
	index int
	id    string // us_…
	phone *phone.Phone
	clock *clock.Manual
	rng   *rand.Rand
	forms map[string]*schema.Form
	truth Truth

	versions map[string]*schema.Form // of the questionnaire
	version  string                  // the newest the phone has

	notice string
	tasks  []task
	next   int
	done   []string            // records of completed interviews
	codes  map[string]string   // record -> withdrawal code
	visits map[string]int      // household -> attempts
	count  map[string]int      // disposition -> how often
	given  map[string][]string // record -> answers of the battery as typed, for the proof

	visited    map[string]task              // record -> household
	first      map[string]map[string]string // record -> what was answered, for the back-check
	used       map[string]int               // version of the questionnaire -> interviews
	followUps  int
	sheets     int
	volunteers int
	tallies    []string
}

// begin enrols the phone and fetches the day's list.
func (w *walker) begin(ctx context.Context, code string) error {
	if err := w.phone.Enrol(ctx, code, fmt.Sprintf("phone %d", w.index+1), "headless"); err != nil {
		return fmt.Errorf("enrol %s: %w", w.Name, err)
	}
	if err := w.sync(ctx); err != nil {
		return err
	}
	for _, item := range w.phone.Items(wire.KindSurvey) {
		var b struct {
			Notice struct{ Hash string } `json:"notice"`
		}
		if err := json.Unmarshal([]byte(item.Body), &b); err != nil {
			return errs.Wrap("read survey", err)
		}
		w.notice = b.Notice.Hash
	}
	for _, item := range w.phone.Items(wire.KindAssignment) {
		var b struct{ Form, Household, Case string }
		if err := json.Unmarshal([]byte(item.Body), &b); err != nil {
			return errs.Wrap("read assignment", err)
		}
		if b.Form == instruments.HouseholdSentiment {
			w.tasks = append(w.tasks, task{Household: b.Household, Grid: item.Grid, Case: b.Case})
		}
	}
	slices.SortFunc(w.tasks, func(a, b task) int { return strings.Compare(a.Household, b.Household) })
	w.rng.Shuffle(len(w.tasks), func(i, j int) { w.tasks[i], w.tasks[j] = w.tasks[j], w.tasks[i] })
	return nil
}

// sync pushes and pulls, again when the link failed on the way: a lost reply costs nothing but the repeat.
func (w *walker) sync(ctx context.Context) error {
	var err error
	for range 12 {
		if _, err = w.phone.Sync(ctx); err == nil {
			w.fresh()
			return nil
		}
		switch errs.CodeOf(err) {
		case errs.TooMany, errs.Busy:
			select {
			case <-time.After(300 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		case errs.DeviceRevoked:
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("sync of %s: %w", w.Name, err)
}

// outcome draws what comes of a visit.
func (w *walker) outcome() string {
	p := w.rng.Float64()
	for _, o := range []struct {
		code  string
		share float64
	}{{"2.24", 0.10}, {"2.111", 0.06}, {"2.112", 0.03}, {"2.25", 0.03}, {"4.61", 0.02}, {"2.32", 0.01}, {"1.2", 0.01}} {
		if p < o.share {
			return o.code
		}
		p -= o.share
	}
	return "1.1"
}

// interview visits the next household: a line in the visit log always, an interview where one comes about.
// It reports whether an interview was completed; false, nil where the list is done.
func (w *walker) interview(ctx context.Context) (completed, more bool, err error) {
	if w.next >= len(w.tasks) {
		return false, false, nil
	}
	t := w.tasks[w.next]
	w.next++
	w.clock.Advance(time.Duration(4+w.rng.IntN(9)) * time.Minute)
	start := w.clock.Now().In(zone)
	result := w.outcome()
	var drawn answers.Interview
	if result == "1.1" || result == "1.2" {
		form := w.versions[w.version]
		who := answers.Subject{Case: t.Case, Village: survey.VillageOf(t.Grid), Grid: t.Grid, NoticeHash: w.notice, Start: start}
		drawn, err = answers.Generate(form, who, w.truth[who.Village], w.rng)
		if err != nil {
			return false, true, err
		}
		if drawn.Disposition != "1.1" {
			result = drawn.Disposition
		}
	}
	if err := w.logVisit(ctx, t, start, result); err != nil {
		return false, true, err
	}
	w.count[result]++
	if result == "2.24" && w.visits[t.Household] < 3 {
		w.tasks = append(w.tasks, t) // nobody at home: once more at the end
	}
	if result != "1.1" && result != "1.2" {
		return false, true, nil
	}
	return result == "1.1", true, w.fill(ctx, t, drawn, result == "1.2")
}

// logVisit writes the line of the visit log, in the registry stream.
func (w *walker) logVisit(ctx context.Context, t task, start time.Time, result string) error {
	form := w.forms[instruments.VisitLog]
	w.visits[t.Household]++
	who := answers.Subject{Case: t.Household, Village: survey.VillageOf(t.Grid), Grid: t.Grid, Start: start, Attempt: w.visits[t.Household]}
	drawn, err := answers.Generate(form, who, forced(form, "disposition", result), w.rng)
	if err != nil {
		return err
	}
	s, err := w.phone.New(phone.Registry, form.ID, form.Version, t.Grid)
	if err != nil {
		return err
	}
	setAll(s, drawn.Values)
	_, err = s.Submit(ctx)
	return err
}

func setAll(s *phone.Session, values map[string]string) {
	for path, v := range values {
		s.Set(path, v)
	}
}

// fill types an interview in two sittings, the second after the app was hidden, and submits it, unless it breaks off.
func (w *walker) fill(ctx context.Context, t task, drawn answers.Interview, breaksOff bool) error {
	form := w.versions[w.version]
	s, err := w.phone.New(phone.Answers, form.ID, form.Version, t.Grid)
	if err != nil {
		return err
	}
	record := s.Record()
	code, err := survey.DrawWithdrawalCode(reader{w.rng})
	if err != nil {
		return err
	}
	w.codes[record] = code
	s.Set("@withdrawal", survey.WithdrawalHash(code))
	paths := make([]string, 0, len(drawn.Values))
	for path := range drawn.Values {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	half := len(paths)
	if breaksOff || w.rng.Float64() < 0.15 {
		half = len(paths) / 2
	}
	for _, path := range paths[:half] {
		s.Set(path, drawn.Values[path])
	}
	if half < len(paths) {
		s.Set("@status", "draft")
		if _, err := s.Cut(ctx); err != nil {
			return err
		}
	}
	if breaksOff {
		return s.Close(ctx)
	}
	for _, path := range paths[half:] {
		s.Set(path, drawn.Values[path])
	}
	w.clock.Advance(time.Duration(drawn.Minutes) * time.Minute)
	if _, err := s.Submit(ctx); err != nil {
		return err
	}
	w.done = append(w.done, record)
	w.visited[record], w.first[record] = t, drawn.Values
	w.used[form.Version]++
	if drawn.Values["want_visit"] == "1" && w.rng.Float64() < 0.7 {
		return w.followUp(ctx, t)
	}
	return nil
}

// rewrite opens an own or handed-over record, sets one answer and submits again. It reports false where the phone no
// longer holds the record's answers.
func (w *walker) rewrite(ctx context.Context, record, path, value string) (bool, error) {
	s, err := w.phone.Edit(record)
	if err != nil {
		if code := errs.CodeOf(err); code == errs.Conflict || code == errs.NotFound || code == errs.Erased {
			return false, nil
		}
		return false, err
	}
	w.clock.Advance(5 * time.Minute)
	s.Set(path, value)
	if _, err := s.Submit(ctx); err != nil {
		return false, errors.Join(err, s.Close(ctx))
	}
	return true, nil
}
