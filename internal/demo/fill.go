package demo

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/sync/phone"
)

//go:embed survey.yaml
var surveyYAML []byte

// OfficeStreet is the street whose office the demo plays: the account "office" reviews it.
const OfficeStreet = "990101001"

// Options says what to make.
type Options struct {
	Interviews int
	Seed       uint64
	Clock      clock.Clock
	// Dial gives a phone its way to the server at a URL.
	Dial func(url string, c clock.Clock) phone.Transport
	// Progress is told what is being done and how far it is.
	Progress func(what string, done, total int)
}

// Report says what was made.
type Report struct {
	Households  int            `json:"households"`
	Workers     int            `json:"workers"`
	Interviews  int            `json:"interviews"`
	Visits      map[string]int `json:"visits"` // by disposition
	LostReplies int64          `json:"lost_replies"`
	WrongClocks int            `json:"wrong_clocks"`
	HandedOver  int            `json:"handed_over"`
	Conflicts   int            `json:"conflicts"` // found by the office, before it settled some
	Resolved    int            `json:"resolved"`
	Corrected   int            `json:"corrected"`
	Returned    int            `json:"returned"`
	Approved    int            `json:"approved"`
	Withdrawn   int            `json:"withdrawn"`
	Unsent      int            `json:"unsent"` // change sets left on phones: 0, or something is wrong
	Took        string         `json:"took"`
}

// Accounts are the demo's people.
func Accounts() []auth.NewUser {
	return []auth.NewUser{
		{Login: "admin", Name: "演示管理员", Role: auth.Admin},
		{Login: "office", Name: "晨光街道办", Role: auth.Reviewer, Area: OfficeStreet},
		{Login: "registrar", Name: "登记员", Role: auth.Registrar, Area: OfficeStreet},
		{Login: "researcher", Name: "研究人员", Role: auth.Researcher, Area: districtCode},
		{Login: "viewer", Name: "区级查看人", Role: auth.Viewer, Area: districtCode},
		{Login: "auditor", Name: "审计员", Role: auth.Auditor},
	}
}

// Fill makes the district on an empty data directory and has its workers do their work against the server at base, which
// must be serving a. It is as deterministic as the network of one machine allows: the same seed gives the same
// households, opinions and answers.
func Fill(ctx context.Context, a *app.App, base string, o Options) (Report, error) {
	start := o.Clock.Now()
	f := &field{a: a, base: base, o: o, d: NewDistrict(o.Seed, o.Interviews), forms: map[string]*schema.Form{}}
	f.truth = NewTruth(f.d, o.Seed)
	f.report = Report{Households: len(f.d.Households), Workers: len(f.d.Workers), Visits: map[string]int{}}
	for _, step := range []func(context.Context) error{f.frame, f.enrol, f.walk, f.handOver, f.review, f.correct, f.approve, f.withdraw, f.settle} {
		if err := step(ctx); err != nil {
			return f.report, err
		}
	}
	f.report.Took = o.Clock.Now().Sub(start).Round(time.Second).String()
	return f.report, nil
}

type field struct {
	a       *app.App
	base    string
	o       Options
	d       *District
	truth   Truth
	forms   map[string]*schema.Form
	walkers []*walker
	lost    atomic.Int64
	report  Report
}

func operator() auth.Principal { return auth.Operator("ruhu demo") }

// frame makes areas, forms, survey, households, accounts.
func (f *field) frame(ctx context.Context) error {
	f.o.Progress("frame", 0, 6)
	who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	if _, err := f.a.Survey.ImportAreas(ctx, who, bytes.NewReader(f.d.AreasCSV())); err != nil {
		return err
	}
	f.o.Progress("frame", 1, 6)
	for _, in := range instruments.All() {
		if _, _, _, err := f.a.Survey.AddForm(ctx, survey.NewForm{XML: in.XML, By: auth.OperatorID}); err != nil {
			return err
		}
		form, err := instruments.Read(in.ID)
		if err != nil {
			return err
		}
		f.forms[in.ID] = form
	}
	f.o.Progress("frame", 2, 6)
	if _, err := f.a.Survey.ImportSurvey(ctx, bytes.NewReader(surveyYAML)); err != nil {
		return err
	}
	f.o.Progress("frame", 3, 6)
	if _, err := f.a.Survey.ImportHouseholds(ctx, who, bytes.NewReader(f.d.HouseholdsCSV())); err != nil {
		return err
	}
	f.o.Progress("frame", 4, 6)
	if _, err := f.a.Survey.OpenSurvey(ctx, "demo-2026"); err != nil {
		return err
	}
	f.o.Progress("frame", 5, 6)
	for _, u := range Accounts() {
		u.Password = Password
		if _, err := f.a.Auth.CreateUser(ctx, operator(), u); err != nil {
			return err
		}
	}
	f.o.Progress("frame", 6, 6)
	return nil
}

// enrol gives every worker a phone and the day's list. A few phones have a wrong clock.
func (f *field) enrol(ctx context.Context) error {
	wrong := []time.Duration{3 * 365 * 24 * time.Hour, -20 * 365 * 24 * time.Hour, 26 * time.Hour, -40 * 24 * time.Hour}
	codes := make([]string, len(f.d.Workers))
	var table bytes.Buffer
	rows := csv.NewWriter(&table)
	_ = rows.Write([]string{"grid", "worker", "form", "due"})
	for i, w := range f.d.Workers {
		e, drawn, err := f.a.Auth.CreateEnrolment(ctx, operator(), auth.NewEnrolment{Name: w.Name, Grids: w.Grids})
		if err != nil {
			return err
		}
		codes[i] = drawn.Code
		at := f.o.Clock.Now().Add(-72 * time.Hour)
		if i%23 == 7 {
			at = at.Add(wrong[f.report.WrongClocks%len(wrong)])
			f.report.WrongClocks++
		}
		wk := &walker{Worker: w, index: i, clock: clock.NewManual(at), rng: rand.New(rand.NewPCG(f.o.Seed, uint64(i))), forms: f.forms, truth: f.truth,
			codes: map[string]string{}, visits: map[string]int{}, count: map[string]int{}}
		wk.id = e.Worker
		link := badLink{Transport: f.o.Dial(f.base, f.o.Clock), rng: rand.New(rand.NewPCG(f.o.Seed, 1<<40+uint64(i))), lost: &f.lost}
		wk.phone, err = phone.Open(ctx, phone.Options{Store: &phone.Memory{}, Transport: link, Clock: wk.clock,
			Rand: reader{rand.New(rand.NewPCG(f.o.Seed, 1<<41+uint64(i)))}})
		if err != nil {
			return err
		}
		f.walkers = append(f.walkers, wk)
		for _, g := range w.Grids {
			for _, form := range []string{instruments.HouseholdSentiment, instruments.VisitLog, instruments.CandidateInterview} {
				_ = rows.Write([]string{g, e.Worker, form, "2026-12-20"})
			}
		}
	}
	rows.Flush()
	return f.each(ctx, "phones", func(w *walker) error {
		return w.begin(ctx, codes[w.index])
	}, func() error {
		who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
		_, err := f.a.Survey.ImportAssignments(ctx, who, bytes.NewReader(table.Bytes()))
		return err
	})
}

// each does something with every walker, a few at a time; before is done once, after the accounts it needs exist.
func (f *field) each(ctx context.Context, what string, do func(*walker) error, before ...func() error) error {
	for _, fn := range before {
		if err := fn(); err != nil {
			return err
		}
	}
	const abreast = 6
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		done  int
	)
	todo := make(chan *walker)
	for range abreast {
		wg.Go(func() {
			for w := range todo {
				err := do(w)
				mu.Lock()
				if err != nil && first == nil {
					first = err
				}
				done++
				f.o.Progress(what, done, len(f.walkers))
				mu.Unlock()
			}
		})
	}
	for _, w := range f.walkers {
		if ctx.Err() != nil {
			break
		}
		todo <- w
	}
	close(todo)
	wg.Wait()
	return errors.Join(first, ctx.Err())
}

// walk is three days in the field, each offline until the evening; one worker in nine has no signal before the last day.
func (f *field) walk(ctx context.Context) error {
	const days = 3
	left := f.o.Interviews
	for day := range days {
		quota := make([]int, len(f.walkers))
		share := left / (days - day)
		left -= share
		for i := range f.walkers {
			quota[i] = share*(i+1)/len(f.walkers) - share*i/len(f.walkers)
		}
		var short atomic.Int64
		err := f.each(ctx, fmt.Sprintf("day %d of %d", day+1, days), func(w *walker) error {
			for quota[w.index] > 0 {
				completed, more, err := w.interview(ctx)
				if err != nil {
					return err
				}
				if !more {
					short.Add(int64(quota[w.index]))
					break
				}
				if completed {
					quota[w.index]--
				}
			}
			w.clock.Advance(14 * time.Hour)
			if w.index%9 == 4 && day < days-1 {
				return nil
			}
			return w.sync(ctx)
		})
		if err != nil {
			return err
		}
		left += int(short.Load())
	}
	// Whoever has households left does what others could not.
	for round := 0; left > 0 && round < len(f.walkers); round++ {
		var got atomic.Int64
		need := left
		err := f.each(ctx, "the rest", func(w *walker) error {
			if (w.index+round)%len(f.walkers) >= need {
				return nil
			}
			for {
				completed, more, err := w.interview(ctx)
				if err != nil || !more {
					return errors.Join(err, w.sync(ctx))
				}
				if completed {
					got.Add(1)
					return w.sync(ctx)
				}
			}
		})
		if err != nil {
			return err
		}
		left -= int(got.Load())
	}
	for _, w := range f.walkers {
		f.report.Interviews += len(w.done)
		for code, n := range w.count {
			f.report.Visits[code] += n
		}
	}
	return nil
}

func (f *field) inOfficeStreet() []*walker {
	var list []*walker
	for _, w := range f.walkers {
		if w.Street == OfficeStreet {
			list = append(list, w)
		}
	}
	return list
}

// settle empties every outbox.
func (f *field) settle(ctx context.Context) error {
	err := f.each(ctx, "last sync", func(w *walker) error { return w.sync(ctx) })
	for _, w := range f.walkers {
		f.report.Unsent += w.phone.Status().Unsent
	}
	f.report.LostReplies = f.lost.Load()
	return err
}

func formFilter(more ...string) url.Values {
	q := url.Values{"form": {instruments.HouseholdSentiment}, "area": {OfficeStreet}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

func refused(err error, codes ...errs.Code) bool {
	for _, c := range codes {
		if errs.CodeOf(err) == c {
			return true
		}
	}
	return false
}
