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
	"slices"
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

	Versions      map[string]int `json:"versions"`       // interviews by version of the questionnaire
	VillageSheets int            `json:"village_sheets"` // of all villages, two waves
	Tallies       int            `json:"tallies"`        // of appraisals
	Confirmed     int            `json:"confirmed"`      // tallies a second person confirmed
	Volunteers    int            `json:"volunteers"`     // interviews of willing candidates
	FollowUps     int            `json:"follow_ups"`
	BackChecks    int            `json:"back_checks"`
	Took          string         `json:"took"`
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
	f := &field{a: a, base: base, o: o, d: NewDistrict(o.Seed, o.Interviews), forms: map[string]*schema.Form{}, versions: map[string]*schema.Form{}}
	f.truth = NewTruth(f.d, o.Seed)
	f.report = Report{Households: len(f.d.Households), Workers: len(f.d.Workers), Visits: map[string]int{}, Versions: map[string]int{}}
	for _, step := range []func(context.Context) error{f.frame, f.enrol, f.walk, f.sheets, f.confirm, f.handOver, f.review, f.correct,
		f.backChecks, f.approve, f.withdraw, f.settle} {
		if err := step(ctx); err != nil {
			return f.report, err
		}
	}
	f.report.Took = o.Clock.Now().Sub(start).Round(time.Second).String()
	return f.report, nil
}

type field struct {
	a        *app.App
	base     string
	o        Options
	d        *District
	truth    Truth
	forms    map[string]*schema.Form // first version of each form, by id
	versions map[string]*schema.Form // of the questionnaire, by version; grows between two days, while nobody walks
	walkers  []*walker
	liaisons []*walker
	lost     atomic.Int64
	report   Report
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
		if _, _, _, err := f.a.Survey.AddForm(ctx, survey.NewForm{XML: in.XML, Source: in.XLSX, By: auth.OperatorID}); err != nil {
			return err
		}
		form, err := instruments.Read(in.ID)
		if err != nil {
			return err
		}
		f.forms[in.ID] = form
	}
	first := f.forms[instruments.HouseholdSentiment]
	f.versions[first.Version] = first
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

// enrol gives every worker and every liaison a phone and the day's list. A few phones have a wrong clock.
func (f *field) enrol(ctx context.Context) error {
	var table bytes.Buffer
	rows := csv.NewWriter(&table)
	_ = rows.Write([]string{"grid", "worker", "form", "due"})
	codes := map[*walker]string{}
	for i, w := range append(slices.Clone(f.d.Workers), liaisonsOf(f.d)...) {
		wk, code, err := f.phone(ctx, i, w)
		if err != nil {
			return err
		}
		codes[wk] = code
		forms := []string{instruments.HouseholdSentiment, instruments.VisitLog, instruments.FollowUp}
		if i < len(f.d.Workers) {
			f.walkers = append(f.walkers, wk)
		} else {
			f.liaisons = append(f.liaisons, wk)
			forms = []string{instruments.VillageSheet, instruments.Appraisal, instruments.CandidateInterview}
		}
		for _, g := range w.Grids {
			for _, form := range forms {
				_ = rows.Write([]string{g, wk.id, form, "2026-12-20"})
			}
		}
	}
	rows.Flush()
	who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	if _, err := f.a.Survey.ImportAssignments(ctx, who, bytes.NewReader(table.Bytes())); err != nil {
		return err
	}
	return f.eachOf(ctx, append(slices.Clone(f.walkers), f.liaisons...), "phones", func(w *walker) error { return w.begin(ctx, codes[w]) })
}

// phone draws an enrolment code and makes the phone that will use it.
func (f *field) phone(ctx context.Context, i int, w Worker) (*walker, string, error) {
	wrong := []time.Duration{3 * 365 * 24 * time.Hour, -20 * 365 * 24 * time.Hour, 26 * time.Hour, -40 * 24 * time.Hour}
	e, drawn, err := f.a.Auth.CreateEnrolment(ctx, operator(), auth.NewEnrolment{Name: w.Name, Grids: w.Grids})
	if err != nil {
		return nil, "", err
	}
	at := f.o.Clock.Now().Add(-72 * time.Hour)
	if i%23 == 7 {
		at = at.Add(wrong[f.report.WrongClocks%len(wrong)])
		f.report.WrongClocks++
	}
	wk := &walker{Worker: w, index: i, id: e.Worker, clock: clock.NewManual(at), rng: rand.New(rand.NewPCG(f.o.Seed, uint64(i))), forms: f.forms,
		versions: f.versions, truth: f.truth, codes: map[string]string{}, visits: map[string]int{}, count: map[string]int{},
		visited: map[string]task{}, first: map[string]map[string]string{}, used: map[string]int{}}
	link := badLink{Transport: f.o.Dial(f.base, f.o.Clock), rng: rand.New(rand.NewPCG(f.o.Seed, 1<<40+uint64(i))), lost: &f.lost}
	wk.phone, err = phone.Open(ctx, phone.Options{Store: &phone.Memory{}, Transport: link, Clock: wk.clock,
		Rand: reader{rand.New(rand.NewPCG(f.o.Seed, 1<<41+uint64(i)))}})
	return wk, drawn.Code, err
}

// each does something with every worker on foot, a few at a time.
func (f *field) each(ctx context.Context, what string, do func(*walker) error) error {
	return f.eachOf(ctx, f.walkers, what, do)
}

func (f *field) eachOf(ctx context.Context, list []*walker, what string, do func(*walker) error) error {
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
				f.o.Progress(what, done, len(list))
				mu.Unlock()
			}
		})
	}
	for _, w := range list {
		if ctx.Err() != nil {
			break
		}
		todo <- w
	}
	close(todo)
	wg.Wait()
	return errors.Join(first, ctx.Err())
}

// walk is three days in the field, each offline until the evening; one worker in nine has no signal before the last day. The
// questionnaire's second version comes out on the morning of the second day.
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
		if day == 1 {
			if err := f.publish(ctx); err != nil {
				return err
			}
		}
		var short atomic.Int64
		err := f.each(ctx, fmt.Sprintf("day %d of %d", day+1, days), func(w *walker) error {
			if day == 1 && w.index%2 == 0 { // those who have a signal in the morning walk with the new version
				if err := w.sync(ctx); err != nil {
					return err
				}
			}
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
		for version, n := range w.used {
			f.report.Versions[version] += n
		}
		f.report.FollowUps += w.followUps
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
	everybody := append(slices.Clone(f.walkers), f.liaisons...)
	err := f.eachOf(ctx, everybody, "last sync", func(w *walker) error { return w.sync(ctx) })
	for _, w := range everybody {
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
