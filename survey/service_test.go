package survey_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema/instruments"
	"ruhu/store/keys"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/linkdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

const (
	street = "990101001"
	gridA  = "990101001201001"
	gridB  = "990101001201002"
	farOff = "990101002201001"
)

// locked is a random source many may read.
type locked struct {
	mu gosync.Mutex
	r  *rand.ChaCha8
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

// town is a server's domain on real files, with the logs in memory.
type town struct {
	t        *testing.T
	dir      string
	clock    *clock.Manual
	s        *survey.Service
	answers  *sync.Service
	registry *sync.Service
	store    *sim.MemStore
	frame    *registrydb.DB
	links    *linkdb.DB
	ring     *keys.Ring
	core     *core.DB
	epoch    string
	pens     map[string]*pen
	receipts []survey.Plan
}

func newTown(t *testing.T) *town {
	t.Helper()
	ctx := context.Background()
	w := &town{t: t, dir: t.TempDir(), clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), pens: map[string]*pen{}}
	random := &locked{r: rand.NewChaCha8([32]byte{4})}
	var err error
	w.ring, err = keys.Open(filepath.Join(w.dir, "keys"), random)
	require.NoError(t, err)
	w.core, err = core.Open(filepath.Join(w.dir, "core.db"), nil)
	require.NoError(t, err)
	w.frame, err = registrydb.Open(filepath.Join(w.dir, "registry.db"), w.ring.Sealer("registry-identity"), random, nil)
	require.NoError(t, err)
	w.links, err = linkdb.Open(filepath.Join(w.dir, "link.db"), w.ring.Slots(keys.Registry), w.ring.Derive("link"), nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.core.Close())
		require.NoError(t, w.frame.Close())
		require.NoError(t, w.links.Close())
		require.NoError(t, w.ring.Close())
	})
	w.s, err = survey.New(ctx, survey.Config{Catalog: w.core.Survey(), Registry: w.frame, Links: w.links, People: people{}, Clock: w.clock, Rand: random,
		WorkerKey: w.ring.Derive("worker-code"), Receipt: func(_ context.Context, p survey.Plan) { w.receipts = append(w.receipts, p) }})
	require.NoError(t, err)
	cfg := sync.Config{Clock: w.clock, Rand: random, CursorKey: bytes.Repeat([]byte{7}, 32), KnownForm: w.s.KnownForm}
	w.store = sim.NewMemStore(w.s.Projector())
	cfg.Store, cfg.Stream = w.store, sync.Answers
	w.answers, err = sync.New(cfg)
	require.NoError(t, err)
	reg := sim.NewMemStore(w.s.Projector())
	cfg.Store, cfg.Stream = reg, sync.Registry
	w.registry, err = sync.New(cfg)
	require.NoError(t, err)
	w.epoch, err = sync.AlignEpochs(ctx, w.answers, w.registry)
	require.NoError(t, err)
	w.s.Attach(survey.Stream{Store: w.store, Records: listing{w.store}, Engine: w.answers}, survey.Stream{Store: reg, Records: listing{reg}, Engine: w.registry})
	return w
}

type people struct{}

func (people) Worker(_ context.Context, name string) (string, bool) {
	return "us_" + strings.TrimPrefix(name, "us_"), slices.Contains([]string{"wang", "li", "us_wang", "us_li"}, name)
}
func (people) WorkersIn(context.Context, string) ([]string, error) {
	return []string{"us_wang", "us_li"}, nil
}

// listing is a deliberately simple survey.Records on a log in memory.
type listing struct{ store *sim.MemStore }

func (l listing) all(ctx context.Context) (rows []survey.RecordRow, err error) {
	err = l.store.View(ctx, func(r sync.Reader) error {
		heads, err := r.Heads()
		if err != nil {
			return err
		}
		for _, h := range heads {
			items, err := r.Feed(h.Street, nil, 0, h.Seq, 1<<20)
			if err != nil {
				return err
			}
			for _, it := range items {
				if x := it.Record; x != nil && x.Status != survey.StatusErased {
					rows = append(rows, survey.RecordRow{ID: x.ID, Street: x.Street, Grid: x.Grid, Form: x.Form, Version: x.Version, Case: x.Case, Status: x.Status,
						Conflicts: x.Conflicts, Flags: x.Flags, Author: x.Author, Assignees: x.Assignees, Submitted: x.Submitted, Created: x.Created, Changed: x.Changed})
				}
			}
		}
		return nil
	})
	slices.SortFunc(rows, func(a, b survey.RecordRow) int {
		return cmp.Or(cmp.Compare(a.Street, b.Street), cmp.Compare(a.Created, b.Created))
	})
	return rows, err
}

func (l listing) List(ctx context.Context, f survey.RecordFilter) (survey.RecordPage, error) {
	rows, err := l.all(ctx)
	var out survey.RecordPage
	skip, _ := strconv.Atoi(f.Cursor)
	for _, r := range rows {
		by := slices.Contains(f.Workers, r.Author)
		if f.Form != "" && r.Form != f.Form || !survey.Within(f.Area, r.Grid) || len(f.Statuses) > 0 && !slices.Contains(f.Statuses, r.Status) ||
			f.Query != "" && !by && !strings.HasPrefix(r.Case, f.Query) && !strings.HasPrefix(r.ID, f.Query) {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		if f.Limit > 0 && len(out.Rows) == f.Limit {
			n, _ := strconv.Atoi(f.Cursor)
			out.Next = strconv.Itoa(n + f.Limit)
			break
		}
		out.Rows = append(out.Rows, r)
	}
	return out, err
}

func (l listing) Record(ctx context.Context, id string) (survey.RecordRow, bool, error) {
	rows, err := l.all(ctx)
	i := slices.IndexFunc(rows, func(r survey.RecordRow) bool { return r.ID == id })
	if i < 0 {
		return survey.RecordRow{}, false, err
	}
	return rows[i], true, err
}

func (listing) Snapshot(context.Context, func(survey.Snapshot) error) error {
	return errs.New(errs.Internal, "test", "no snapshots here")
}

// pen is a phone's log.
type pen struct {
	device string
	worker string
	lines  [][]byte
	head   wire.Head
}

// push writes one change set with a phone and sends it; the answer's status and code come back.
func (w *town) push(device, worker, record, form string, ctx crdt.VV, cells map[string]string) string {
	w.t.Helper()
	p := w.pens[device]
	if p == nil {
		p = &pen{device: device, worker: worker}
		w.pens[device] = p
	}
	version := "1"
	if f := w.s.Snapshot().Latest(form); f != nil {
		version = f.Version
	}
	c := &crdt.ChangeSet{Device: device, Seq: uint64(len(p.lines) + 1), Epoch: w.epoch, At: clock.Millis(w.clock.Now()), Nonce: fmt.Sprint("nonce-0123456789-", device, len(p.lines)),
		Record: record, Form: form, Version: version, Grid: gridA, Ctx: ctx}
	for path, v := range cells {
		c.Set = append(c.Set, crdt.Cell{Path: path, Value: v})
	}
	c.Normalize()
	line := c.Encode()
	svc := w.answers
	if strings.HasPrefix(device, "rg_") {
		svc = w.registry
	}
	body := wire.AppendOpening(nil, wire.Opening{Device: device, Last: uint64(len(p.lines)), Head: p.head})
	body = append(append(body, line...), '\n')
	p.lines, p.head = append(p.lines, line), p.head.Next(crdt.IDOf(line))
	var out bytes.Buffer
	_, err := svc.Push(context.Background(), sync.Author{Device: device, Worker: worker, Street: street, Role: sync.RoleWorker, Grids: []string{gridA, gridB}, Confirmed: true},
		false, bytes.NewReader(body), &out)
	require.NoError(w.t, err)
	first, _, _ := bytes.Cut(out.Bytes(), []byte("\n"))
	v, _, err := wire.ParseAnswer(first)
	require.NoError(w.t, err)
	return strings.TrimSpace(string(v.Status) + " " + string(v.Code))
}

const areasCSV = "code,name_zh,name_en,kind,parent\n990101,演示区,Demo,district,\n990101001,东街,East,street,990101\n990101001201,柳村,Willow,village,990101001\n" +
	"990101001201001,一组,One,grid,990101001201\n990101001201002,二组,Two,grid,990101001201\n" +
	"990101002,西街,West,street,990101\n990101002201,桥村,Bridge,village,990101002\n990101002201001,一组,One,grid,990101002201\n"

const frameCSV = "household,grid,address,label_public,stratum,psu,weight,selected\nH-001," + gridA + ",柳村1号院,蓝门,S1,,2.5,1\nH-002," + gridA + ",柳村2号院,槐树下,S1,,2.5,1\n" +
	"H-003," + gridB + ",柳村3号院,红瓦,S1,,2.5,1\nH-004," + gridB + ",柳村4号院,,S1,,2.5,0\n"

var (
	admin     = survey.Actor{ID: "us_admin", Role: "admin"}
	registrar = survey.Actor{ID: "us_registrar", Role: "registrar", Area: street}
	officer   = survey.Actor{ID: "us_officer", Role: "reviewer", Area: street}
	stranger  = survey.Actor{ID: "us_stranger", Role: "reviewer", Area: "990101002"}
)

const surveyYAML = `id: demo
title: {zh: 入户民情, en: Household opinion}
forms: [{id: hh_sentiment, kind: sentiment}, {id: visit_log, kind: visit}]
legal_basis: consent
notice: {zh: 告知书, en: Notice}
mode: sample
pia: pia.pdf
`

// settled has areas, forms, a frame, an open survey and assignments.
func settled(t *testing.T) *town {
	t.Helper()
	w := newTown(t)
	ctx := context.Background()
	_, err := w.s.ImportAreas(ctx, admin, strings.NewReader(areasCSV))
	require.NoError(t, err)
	for _, i := range instruments.All() {
		_, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: i.XML, By: "us_admin"})
		require.NoError(t, err)
		require.True(t, added)
	}
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(surveyYAML))
	require.NoError(t, err)
	n, err := w.s.ImportHouseholds(ctx, registrar, strings.NewReader(frameCSV))
	require.NoError(t, err)
	require.Equal(t, 4, n)
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.NoError(t, err)
	_, err = w.s.ImportAssignments(ctx, registrar, strings.NewReader("household,grid,worker,form,due\n,"+gridA+",wang,hh_sentiment,2026-12-01\nH-003,,wang,hh_sentiment,\n,"+gridB+",li,hh_sentiment,\n"))
	require.NoError(t, err)
	return w
}

// caseOf returns the case number of a household as its worker's phone gets it.
func (w *town) caseOf(household string) string {
	w.t.Helper()
	links, err := w.links.ByHousehold(context.Background(), household)
	require.NoError(w.t, err)
	require.Len(w.t, links, 1)
	return links[0].Case
}

func (w *town) interview(record, device, household string, more map[string]string) string {
	cells := map[string]string{"case_id": w.caseOf(household), "village_code": "990101001201", "consent": "1", "adult": "1", "sex": "1", "age_band": "2", "s_road": "2", "s_team": "4", "@status": "submitted"}
	for k, v := range more {
		cells[k] = v
	}
	return w.push(device, "us_wang", record, "hh_sentiment", nil, cells)
}

func TestOpeningNeedsWhatProtectsRespondents(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	without := strings.Replace(surveyYAML, "pia: pia.pdf\n", "", 1)
	_, err := w.s.ImportSurvey(ctx, strings.NewReader(without))
	require.NoError(t, err)
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.Contains(t, err.Error(), "impact assessment")
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(surveyYAML))
	require.NoError(t, err)
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.Contains(t, err.Error(), "hh_sentiment")
	_, err = w.s.CloseSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err), "what was never open cannot be closed")
	_, err = w.s.OpenSurvey(ctx, "other")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

const formWithPhone = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title><model>
<instance><data id="hh_sentiment" version="9"><case_id/><phone/><where/></data></instance><bind nodeset="/data/phone" type="string"/><bind nodeset="/data/where" type="geopoint"/><bind nodeset="/data/case_id" type="string"/></model></h:head>
<h:body><input ref="/data/phone"><label>Phone</label></input><input ref="/data/where"><label>Where</label></input></h:body></h:html>`

func TestSentimentFormsMayNotIdentify(t *testing.T) {
	ctx := context.Background()
	w := settled(t)
	_, _, _, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte(formWithPhone)})
	require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err))
	var named []string
	for _, f := range survey.FaultsOf(err).List {
		named = append(named, f.Name)
	}
	require.Equal(t, []string{"phone", "where"}, named, "every question is named")
	forms, err := w.s.Forms(ctx)
	require.NoError(t, err)
	require.Len(t, forms, 3, "a refused form is not stored")

	other := newTown(t) // the same form first, the survey after it
	_, _, _, err = other.s.AddForm(ctx, survey.NewForm{XML: []byte(formWithPhone)})
	require.NoError(t, err, "no survey calls it a sentiment form yet")
	_, err = other.s.ImportSurvey(ctx, strings.NewReader(surveyYAML))
	require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err))
	list, err := other.s.Surveys(ctx)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestSurveysChangeOnlyAsTheyMay(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	again, err := w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, "告知书", "新告知书", 1)))
	require.NoError(t, err)
	require.Equal(t, survey.SurveyOpen, again.State)
	require.Len(t, again.Notices, 2, "a changed notice is a version of its own")
	require.NotEqual(t, again.Notices[0].Hash, again.Notices[1].Hash)
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, ", {id: visit_log, kind: visit}", "", 1)))
	require.Equal(t, errs.Rule, errs.CodeOf(err), "an open survey cannot lose a form")
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, "id: demo", "id: twin", 1)))
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	file, err := w.s.FormFile(ctx, "hh_sentiment", w.s.Snapshot().Latest("hh_sentiment").Version, survey.NoticeFile)
	require.NoError(t, err)
	require.Contains(t, string(file.Bytes), "current,")
	require.Contains(t, string(file.Bytes), again.Notices[1].Hash)
}

func TestImportsAreAllOrNothing(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	before, _, err := w.s.Households(ctx, registrar, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	bad := "household,grid,weight\nH-001," + gridA + ",9\nH-900," + gridA + ",0\n"
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader(bad))
	require.Equal(t, errs.ImportFaults, errs.CodeOf(err))
	after, _, err := w.s.Households(ctx, registrar, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	require.Equal(t, before, after)

	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader("household,grid\nX-1,"+farOff+"\n"))
	require.Equal(t, errs.ImportFaults, errs.CodeOf(err), "another street is not this registrar's")
	list, _, err := w.s.Households(ctx, stranger, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	require.Empty(t, list)
	_, _, err = w.s.Households(ctx, registrar, survey.HouseholdFilter{Area: "990101002"}, "", 100)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
}

func TestCaseNumbersAreDrawnOnceAndTellNothing(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	first := map[string]string{}
	for _, h := range []string{"H-001", "H-002", "H-003"} {
		first[h] = w.caseOf(h)
		require.True(t, survey.ValidCaseNo(first[h]))
	}
	links, err := w.links.ByHousehold(ctx, "H-004")
	require.NoError(t, err)
	require.Empty(t, links, "a household that is not selected gets none")
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.NoError(t, err)
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader(strings.Replace(frameCSV, ",2.5,1\nH-002", ",4,1\nH-002", 1)))
	require.NoError(t, err)
	for h, no := range first {
		require.Equal(t, no, w.caseOf(h), "a second drawing changes nothing")
	}
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", nil))
	rec := w.rec("r1")
	var row survey.Packed
	require.NoError(t, survey.Unpack(rec.Packed, &row))
	require.Equal(t, 4.0, row.Weight, "a corrected weight reaches the answers side")
	require.True(t, row.Known)
	require.Equal(t, first["H-001"], rec.Case)
	left, err := w.links.Undelivered(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, left)
}

func (w *town) rec(id string) sync.Record {
	w.t.Helper()
	var rec sync.Record
	require.NoError(w.t, w.store.View(context.Background(), func(r sync.Reader) error {
		var err error
		rec, _, err = r.Record(id)
		return err
	}))
	return rec
}

func TestAPhoneIsToldWhatItNeedsAndNoMore(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	lines := func(v sync.Viewer, kind wire.Kind) (out []wire.PullLine) {
		for l, err := range w.s.Reference().Lines(ctx, v, kind) {
			require.NoError(t, err)
			out = append(out, l)
		}
		return out
	}
	wang := sync.Viewer{Device: "dv_1", RegistryDevice: "rg_1", Worker: "us_wang", Street: street, Grids: []string{gridA}}
	homes := lines(wang, wire.KindHousehold)
	require.Len(t, homes, 2, "households of own grids only")
	require.Contains(t, homes[0].Body, "柳村1号院")
	var got []string
	for _, l := range lines(wang, wire.KindAssignment) {
		require.NotEmpty(t, l.Case)
		require.Equal(t, w.caseOf(l.Household), l.Case)
		got = append(got, l.Household)
	}
	require.Equal(t, []string{"H-001", "H-002", "H-003"}, got, "a grid's, and one handed over from another grid")
	li := sync.Viewer{Worker: "us_li", Street: street, Grids: []string{gridB}}
	require.Len(t, lines(li, wire.KindAssignment), 1, "what is not selected is not assigned")
	require.Empty(t, lines(sync.Viewer{Worker: "us_nobody", Street: street}, wire.KindAssignment))
	require.Contains(t, lines(wang, wire.KindSurvey)[0].Body, survey.HashNotice(survey.Words{ZH: "告知书", EN: "Notice"}))
	forms := lines(wang, wire.KindForm)
	require.Len(t, forms, 3)
	require.Contains(t, forms[0].Body, survey.NoticeFile)

	version := func(v sync.Viewer) map[wire.Kind]string {
		list, err := w.s.Reference().Sections(ctx, v)
		require.NoError(t, err)
		out := map[wire.Kind]string{}
		for _, s := range list {
			out[s.Kind] = s.Version
		}
		return out
	}
	before := version(wang)
	require.Equal(t, before, version(wang))
	_, err := w.s.PutHousehold(ctx, registrar, survey.Household{Code: "H-005", Grid: gridA, Label: "新房", Selected: true})
	require.NoError(t, err)
	after := version(wang)
	require.NotEqual(t, before[wire.KindHousehold], after[wire.KindHousehold])
	require.NotEqual(t, before[wire.KindAssignment], after[wire.KindAssignment])
	require.Equal(t, before[wire.KindForm], after[wire.KindForm])
	_, err = w.s.CloseSurvey(ctx, "demo")
	require.NoError(t, err)
	require.Empty(t, lines(wang, wire.KindAssignment), "nothing is assigned when the field work is over")
}

func TestReviewerSeesAnswersWithoutTheHousehold(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", map[string]string{"concern_txt": "路灯坏了"}))
	list, err := w.s.Records(ctx, officer, survey.RecordFilter{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	code := w.s.WorkerCode(street, "us_wang")
	require.Equal(t, survey.RecordBrief{ID: "r1", Case: w.caseOf("H-001"), Form: "hh_sentiment", Version: list.Items[0].Version, Village: "990101001201", Status: "submitted",
		Date: "2026-11-23", Worker: code, Flags: []string{}}, list.Items[0])
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, "2", *v.Answers["s_road"])
	shown := fmt.Sprintf("%+v %+v", v, list)
	for _, hidden := range []string{"H-001", "柳村", "蓝门", "us_wang", "dv_1", gridA} {
		require.NotContains(t, shown, hidden)
	}
	require.Contains(t, fmt.Sprint(*v.Answers["concern_txt"]), "路灯", "the scan sees what is there")

	for _, q := range []string{code, strings.ToLower(code), w.caseOf("H-001"), w.caseOf("H-001")[:4], "r1"} {
		list, err = w.s.Records(ctx, officer, survey.RecordFilter{Query: q})
		require.NoError(t, err)
		require.Len(t, list.Items, 1, q)
	}
	for _, q := range []string{"路灯", "us_wang", "H-001", "ZZZZZZ"} {
		list, err = w.s.Records(ctx, officer, survey.RecordFilter{Query: q})
		require.NoError(t, err)
		require.Empty(t, list.Items, q)
	}
	_, err = w.s.Record(ctx, stranger, "r1")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "another street's record is not there")
	_, err = w.s.Records(ctx, stranger, survey.RecordFilter{Area: street})
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))

	require.Equal(t, "merged", w.push("dv_1", "us_wang", "r2", "hh_sentiment", nil, map[string]string{"s_road": "5", "@status": "draft"}))
	v, err = w.s.Record(ctx, officer, "r2")
	require.NoError(t, err)
	require.True(t, v.Stub)
	require.Empty(t, v.Answers, "a draft is a stub")
	_, err = w.s.History(ctx, officer, "r2")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
}

func TestReviewReturnsWithCommentsAndApproves(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	review := func(d survey.Review) (survey.Decided, error) {
		d.Record = "r1"
		if d.Ctx == "" {
			d.Ctx = v.Ctx
		}
		return w.s.Review(ctx, officer, d)
	}
	for name, d := range map[string]survey.Review{
		"no words":      {Decision: survey.Return},
		"decision":      {Decision: "perhaps"},
		"no such place": {Decision: survey.Return, Fields: map[string]string{"nowhere": "?"}},
		"status itself": {Decision: survey.Return, Fields: map[string]string{"members[": "?"}},
	} {
		_, err := review(d)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
	}
	_, err = review(survey.Review{Decision: survey.Approve, Ctx: "forged"})
	require.Equal(t, errs.BadRequest, errs.CodeOf(err))

	res, err := review(survey.Review{Decision: survey.Return, Comment: "请补充", Fields: map[string]string{"s_road": "再问一次"}})
	require.NoError(t, err)
	require.Equal(t, "returned", res.Status)
	rec := w.rec("r1")
	require.True(t, rec.Open)
	require.Zero(t, rec.EditUntil, "a returned interview is open again, whatever its age")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Len(t, v.Comments, 2)
	require.ElementsMatch(t, []string{"请补充", "s_road再问一次"}, []string{v.Comments[0].Path + v.Comments[0].Text, v.Comments[1].Path + v.Comments[1].Text})
	require.Equal(t, w.s.WorkerCode(street, officer.ID), v.Comments[0].Author)
	require.NotContains(t, v.Rows, "@comments")

	require.Equal(t, "merged", w.push("dv_1", "us_wang", "r1", "hh_sentiment", crdt.VV{"dv_1": 1}, map[string]string{"s_road": "3", "@status": "submitted"}))
	_, err = review(survey.Review{Decision: survey.Approve})
	require.Equal(t, errs.ChangedSince, errs.CodeOf(err), "what was not on the page is not approved")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	res, err = review(survey.Review{Decision: survey.Approve})
	require.NoError(t, err)
	require.Equal(t, "approved", res.Status)
	again, err := review(survey.Review{Decision: survey.NeedsReview, Ctx: res.Ctx})
	require.NoError(t, err, "the token of the answer is that of the next page")
	require.Equal(t, "needs_review", again.Status)
	_, err = w.s.Review(ctx, stranger, survey.Review{Record: "r1", Ctx: v.Ctx, Decision: survey.Approve})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func text(s string) *string { return &s }

func TestConflictsSideBySideAndSettled(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	rec := w.rec("r1")
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	_, err = w.s.Change(ctx, officer, survey.Change{Record: "r1", Ctx: v.Ctx, Set: map[string]*string{"@assignee": text(w.s.WorkerCode(street, "us_li"))}})
	require.NoError(t, err, "a hand-over by worker code")
	require.Equal(t, []string{"us_li"}, w.rec("r1").Assignees)
	w.clock.Advance(24 * time.Hour)
	w.push("dv_1", "us_wang", "r1", "hh_sentiment", rec.State.VV, map[string]string{"s_road": "3"})
	w.push("dv_2", "us_li", "r1", "hh_sentiment", nil, map[string]string{"s_road": "5"})
	held, _, err := w.s.Quarantine(ctx, officer, street, 0, 10)
	require.NoError(t, err)
	require.Empty(t, held)
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, []string{"s_road"}, v.ConflictPaths)
	require.Len(t, v.Siblings, 1)
	require.ElementsMatch(t, []string{"3 2026-11-24 " + w.s.WorkerCode(street, "us_wang"), "5 2026-11-24 " + w.s.WorkerCode(street, "us_li")},
		[]string{siblingText(v.Siblings["s_road"][0]), siblingText(v.Siblings["s_road"][1])})

	change := func(c survey.Change) error {
		c.Record, c.Ctx = "r1", v.Ctx
		_, err := w.s.Change(ctx, officer, c)
		return err
	}
	for name, c := range map[string]survey.Change{
		"wrong value":    {Set: map[string]*string{"s_road": text("77")}, Reason: "x"},
		"unknown path":   {Set: map[string]*string{"nowhere": text("1")}, Reason: "x"},
		"calculated":     {Set: map[string]*string{"consent_ver": text("1")}, Reason: "x"},
		"no reason":      {Set: map[string]*string{"s_road": text("4")}},
		"other street":   {Set: map[string]*string{"@grid": text(farOff)}},
		"no grid":        {Set: map[string]*string{"@grid": text("990101001201999")}},
		"nobody":         {Set: map[string]*string{"@assignee": text("zhao")}},
		"writes nothing": {},
		"no such repeat": {Add: []string{"members[r1]"}, Reason: "x"},
	} {
		require.Equal(t, errs.Invalid, errs.CodeOf(change(c)), name)
	}
	require.Equal(t, errs.Forbidden, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@withdrawal": text("x")}})))
	require.Equal(t, errs.Forbidden, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@status": text("approved")}})))

	require.NoError(t, change(survey.Change{Set: map[string]*string{"s_road": text("5")}}), "to choose one of the two needs no reason")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Empty(t, v.ConflictPaths)
	require.Equal(t, "5", *v.Answers["s_road"])
	history, err := w.s.History(ctx, officer, "r1")
	require.NoError(t, err)
	last := history[len(history)-1]
	require.Equal(t, "s_road", last.Path)
	require.True(t, last.Office)
	require.Len(t, last.Superseded, 2, "what a write supersedes stays beside it")
	require.NotContains(t, fmt.Sprintf("%+v", history), "us_", "a history names nobody")

	require.NoError(t, change(survey.Change{Set: map[string]*string{"s_road": nil}, Reason: "误填"}))
	require.NoError(t, change(survey.Change{Set: map[string]*string{"@grid": text(gridB)}}))
	require.Equal(t, gridB, w.rec("r1").Grid)
	require.Equal(t, errs.ChangedSince, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@grid": text(gridA)}})), "a second move over the first, unseen")
}

func siblingText(s survey.Sibling) string { return *s.Value + " " + s.Date + " " + s.Author }

func TestQuarantineIsShownAndSettled(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	require.Equal(t, "quarantined unknown-form", w.push("dv_1", "us_wang", "r9", "lost_form", nil, map[string]string{"q": "1"}))
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", nil))
	require.Equal(t, "quarantined not-assigned", w.push("dv_3", "us_li", "r1", "hh_sentiment", nil, map[string]string{"s_road": "5"}))
	held, next, err := w.s.Quarantine(ctx, officer, street, 0, 1)
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.NotZero(t, next)
	more, next, err := w.s.Quarantine(ctx, officer, street, next, 10)
	require.NoError(t, err)
	require.Zero(t, next)
	require.Equal(t, "not-assigned", more[0].Code)
	require.Equal(t, w.s.WorkerCode(street, "us_li"), more[0].Worker)
	require.Equal(t, errs.UnknownForm, errs.CodeOf(w.s.Settle(ctx, officer, held[0].ID, sync.Release, "放行")))
	_, _, err = w.s.Quarantine(ctx, stranger, street, 0, 1)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))

	line, err := w.s.HeldLine(ctx, officer, more[0].ID)
	require.NoError(t, err)
	require.Equal(t, "5", *line.Writes[0].Value)
	_, err = w.s.HeldLine(ctx, stranger, more[0].ID)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.Settle(ctx, stranger, more[0].ID, sync.Discard, "x")))
	require.Equal(t, errs.Invalid, errs.CodeOf(w.s.Settle(ctx, officer, more[0].ID, sync.Discard, " ")))

	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	_, err = w.s.Change(ctx, officer, survey.Change{Record: "r1", Ctx: v.Ctx, Corrects: more[0].ID, Set: map[string]*string{"s_road": text("4")}, Reason: "电话核实"})
	require.NoError(t, err, "to correct is to discard and to write")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, "4", *v.Answers["s_road"])
	require.NoError(t, w.s.Settle(ctx, officer, held[0].ID, sync.Discard, "误传"))
	held, _, err = w.s.Quarantine(ctx, officer, street, 0, 10)
	require.NoError(t, err)
	require.Empty(t, held)
}

func TestWithdrawalErasesUnseenWithItsLink(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	code, err := survey.DrawWithdrawalCode(&locked{r: rand.NewChaCha8([32]byte{9})})
	require.NoError(t, err)
	w.interview("r1", "dv_1", "H-001", map[string]string{"@withdrawal": survey.WithdrawalHash(code), "concern_txt": "不该留下的话"})
	w.interview("r2", "dv_1", "H-002", nil)
	no := w.caseOf("H-001")
	require.Equal(t, errs.WithdrawalUnknown, errs.CodeOf(w.s.Withdraw(ctx, "0000-0000-0000")))
	require.Equal(t, errs.Invalid, errs.CodeOf(w.s.Withdraw(ctx, "123")))
	require.NoError(t, w.s.Withdraw(ctx, strings.ToLower(survey.ShowWithdrawalCode(code))))
	require.True(t, w.rec("r1").State.Erased)
	require.Empty(t, w.rec("r1").Packed)
	_, err = w.s.Record(ctx, officer, "r1")
	require.Equal(t, errs.Erased, errs.CodeOf(err))
	_, ok, err := w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok, "the link goes with the record")
	require.False(t, w.rec("r2").State.Erased, "others stay")
	require.NotEmpty(t, w.caseOf("H-002"))
	require.Equal(t, errs.WithdrawalUnknown, errs.CodeOf(w.s.Withdraw(ctx, code)), "a second time there is nothing")
}

func TestErasureByAuthorAndByTwo(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	w.interview("r2", "dv_1", "H-002", nil)
	li, wang := survey.Actor{ID: "us_li"}, survey.Actor{ID: "us_wang"}
	require.Equal(t, errs.Forbidden, errs.CodeOf(w.s.EraseOwn(ctx, li, "r1", "")))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.EraseOwn(ctx, wang, "r7", "")))
	require.NoError(t, w.s.EraseOwn(ctx, wang, "r1", ""))
	require.True(t, w.rec("r1").State.Erased)
	w.clock.Advance(25 * time.Hour)
	require.Equal(t, errs.Rule, errs.CodeOf(w.s.EraseOwn(ctx, wang, "r2", "")), "the edit window is over")
	require.False(t, w.rec("r2").State.Erased)

	_, err := w.s.RequestErasure(ctx, admin, nil, "x")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	_, err = w.s.RequestErasure(ctx, admin, []string{"r2"}, "")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	e, err := w.s.RequestErasure(ctx, admin, []string{"r2", "r7", "r2"}, "测试数据")
	require.NoError(t, err)
	require.Equal(t, []string{"r2", "r7"}, e.Records)
	require.False(t, w.rec("r2").State.Erased, "nothing is erased before a second person agrees")
	_, err = w.s.ConfirmErasure(ctx, admin, e.ID)
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.False(t, w.rec("r2").State.Erased)
	second := survey.Actor{ID: "us_admin2", Role: "admin"}
	e, err = w.s.ConfirmErasure(ctx, second, e.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"r7"}, e.Missing)
	require.True(t, w.rec("r2").State.Erased)
	_, err = w.s.ConfirmErasure(ctx, second, e.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	list, _, err := w.s.Erasures(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, []string{"us_admin", "us_admin2"}, []string{list[0].RequestedBy, list[0].ConfirmedBy})
}

func TestRestrictionStopsAllUseButStorage(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	n, err := w.s.Restrict(ctx, registrar, "H-001", true, "本人要求")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	rec := w.rec("r1")
	require.Equal(t, "restricted", rec.Status)
	require.Empty(t, rec.Cells, "it counts nowhere")
	require.False(t, rec.Open)
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.True(t, v.Stub)
	require.Empty(t, v.Answers)
	_, err = w.s.Review(ctx, officer, survey.Review{Record: "r1", Ctx: v.Ctx, Decision: survey.Approve})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	n, err = w.s.Restrict(ctx, registrar, "H-001", false, "本人撤回")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "submitted", w.rec("r1").Status)
	_, err = w.s.Restrict(ctx, stranger, "H-001", true, "x")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func TestVisitsGiveCoverage(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	visit := func(record, household, code, kind string, more ...string) {
		cells := map[string]string{"household": household, "village_code": "990101001201", "grid_code": gridA, "attempt_no": "1", "visit_dt": "2026-11-23", "visit_half": "1", "visit_type": kind,
			"disposition": code, "@status": "submitted"}
		for i := 0; i+1 < len(more); i += 2 {
			cells[more[i]] = more[i+1]
		}
		require.Equal(t, "merged", w.push("rg_1", "us_wang", record, "visit_log", nil, cells))
	}
	visit("v1", "H-001", "2.24", "1")
	visit("v2", "H-001", "1.1", "2")
	visit("v3", "H-002", "2.112", "1", "refuse_reason", "2")
	visit("v4", "H-002", "1.1", "3") // a back-check is no interview
	visit("v5", "H-999", "1.1", "1") // not in the frame
	c, err := w.s.Coverage(ctx, officer, street)
	require.NoError(t, err)
	require.Equal(t, int64(3), c.Total.Selected)
	require.Equal(t, int64(2), c.Total.Visited)
	require.Equal(t, int64(3), c.Total.Attempts)
	require.Equal(t, map[string]survey.Tally{"1.1": {N: 1, W: 2.5}, "2.112": {N: 1, W: 2.5}, "3.11": {N: 1, W: 2.5}}, c.Total.Final)
	require.Equal(t, map[string]int64{"2": 1}, c.Total.Refusals)
	require.Equal(t, int64(1), c.Total.NotStarted)
	visits, err := w.s.Visits(ctx, registrar, "H-001")
	require.NoError(t, err)
	require.Len(t, visits, 2)
	_, err = w.s.Visits(ctx, stranger, "H-001")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))

	_, err = w.s.EraseRecord(ctx, "v2", "x")
	require.NoError(t, err)
	visit("v6", "H-003", "2.25", "1", "appointment_dt", "2026-12-01")
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader("household,grid,weight\nH-002,"+gridA+",8\nH-999,"+gridB+",1\n"))
	require.NoError(t, err)
	c, err = w.s.Coverage(ctx, officer, street)
	require.NoError(t, err)
	require.Equal(t, map[string]survey.Tally{"2.24": {N: 1, W: 2.5}, "2.112": {N: 1, W: 8}, "2.25": {N: 1, W: 2.5}, "1.1": {N: 1, W: 1}}, c.Total.Final)
	_, err = w.s.Coverage(ctx, stranger, street)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
	visits, err = w.s.Visits(ctx, registrar, "H-003")
	require.NoError(t, err)
	require.Equal(t, "2026-12-01", visits[0].Appointment)
}

func TestLinksExpireWithAReceipt(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	no := w.caseOf("H-001")
	w.interview("r1", "dv_1", "H-001", map[string]string{"concern_txt": "说过的话"})
	_, err := w.s.CloseSurvey(ctx, "demo")
	require.NoError(t, err)
	done, err := w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Empty(t, done, "nothing is due on the day of closing")
	w.clock.Advance(29 * 24 * time.Hour)
	_, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	_, ok, err := w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.True(t, ok, "a day before its time the link is there")
	copied := w.copyOf("link.db")
	w.clock.Advance(24 * time.Hour)
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	var kinds []string
	for _, p := range done {
		require.Equal(t, "2026-12-23", p.Done)
		kinds = append(kinds, p.Kind)
	}
	require.ElementsMatch(t, []string{survey.PlanLinks, survey.PlanGPS}, kinds)
	require.Equal(t, done, w.receipts)
	i := slices.IndexFunc(done, func(p survey.Plan) bool { return p.Kind == survey.PlanLinks })
	require.Equal(t, 3, done[i].Count)
	_, ok, err = w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok)
	// The copy taken before holds the rows; without the survey's key nothing opens them.
	old, err := linkdb.Open(copied, w.ring.Slots(keys.Registry), w.ring.Derive("link"), nil)
	require.NoError(t, err)
	n, err := old.Count(ctx, "demo")
	require.NoError(t, err)
	require.Equal(t, 3, n)
	_, ok, err = old.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok, "an old copy of the file opens nothing")
	require.NoError(t, old.Close())
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Empty(t, done, "what is done is done once")

	w.clock.Advance(400 * 24 * time.Hour)
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Len(t, done, 2)
	require.True(t, w.rec("r1").State.IsWithheld("concern_txt"))
	_, kept := w.rec("r1").State.Shown("s_road")
	require.True(t, kept)
	due, err := w.s.Plans(ctx, true)
	require.NoError(t, err)
	require.Equal(t, survey.PlanMicrodata, due[0].Kind, "what needs a person stays on the list")
	_, err = w.s.ConfirmPlan(ctx, admin, due[0].ID, "已处理")
	require.NoError(t, err)
	due, err = w.s.Plans(ctx, true)
	require.NoError(t, err)
	require.Empty(t, due)
}

// copyOf copies a database file as a backup would.
func (w *town) copyOf(name string) string {
	w.t.Helper()
	require.NoError(w.t, w.links.File().Checkpoint(context.Background()))
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	require.NoError(w.t, err)
	path := filepath.Join(w.t.TempDir(), name)
	require.NoError(w.t, os.WriteFile(path, b, 0o600))
	return path
}

func TestNoIdentityLiesReadableOnDisk(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	no := w.caseOf("H-001")
	require.NoError(t, w.frame.File().Checkpoint(ctx))
	require.NoError(t, w.links.File().Checkpoint(ctx))
	require.NoError(t, w.core.File().Checkpoint(ctx))
	var all []byte
	for _, name := range []string{"core.db", "registry.db", "link.db"} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		require.NoError(t, err)
		all = append(all, b...)
	}
	require.True(t, bytes.Contains(all, []byte("H-001")), "the scan finds what lies open")
	for _, word := range []string{"柳村1号院", "蓝门", no} {
		require.False(t, bytes.Contains(all, []byte(word)), word)
	}
	b, err := os.ReadFile(filepath.Join(w.dir, "link.db"))
	require.NoError(t, err)
	require.False(t, bytes.Contains(b, []byte("H-001")), "a household's code does not lie open beside its case")
}

func TestThirtyThousandHouseholdsImportFast(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	var b strings.Builder
	b.WriteString("household,grid,address,label_public,stratum,psu,weight\n")
	for i := range 30_000 {
		fmt.Fprintf(&b, "N-%05d,%s,柳村%d号院,门牌%d,S%d,,1.5\n", i, []string{gridA, gridB}[i%2], i, i, i%7)
	}
	n, err := w.s.ImportHouseholds(ctx, registrar, strings.NewReader(b.String()))
	require.NoError(t, err)
	require.Equal(t, 30_000, n)
	links, err := w.links.Count(ctx, "demo")
	require.NoError(t, err)
	require.Equal(t, 30_003, links)
	frame, err := w.frame.Frame(ctx, street)
	require.NoError(t, err)
	require.Equal(t, int64(15_002), frame[0].Households)
	seen := map[string]bool{}
	for l, err := range w.links.InGrids(ctx, []string{gridA}) {
		require.NoError(t, err)
		require.False(t, seen[l.Case])
		seen[l.Case] = true
	}
	require.Len(t, seen, 15_002)
}

func TestWhatAnotherProcessAddedIsSeen(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	second, err := core.Open(filepath.Join(w.dir, "core.db"), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Close()) }()
	other, err := survey.New(ctx, survey.Config{Catalog: second.Survey(), Registry: w.frame, Links: w.links, Clock: w.clock, Rand: &locked{r: rand.NewChaCha8([32]byte{5})}, WorkerKey: make([]byte, 32)})
	require.NoError(t, err)
	xml := strings.NewReplacer(`id="hh_sentiment"`, `id="late"`, `version="9"`, `version="1"`).Replace(formWithPhone)
	require.False(t, w.s.KnownForm("late", "1"))
	stored, _, added, err := other.AddForm(ctx, survey.NewForm{XML: []byte(xml), Files: []survey.FormFile{{Name: "a.csv", Bytes: []byte("name\n")}}})
	require.NoError(t, err)
	require.True(t, added)
	require.True(t, w.s.KnownForm("late", "1"))
	again, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte(xml)})
	require.NoError(t, err)
	require.False(t, added)
	require.Equal(t, stored.SHA256, again.SHA256)
	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: []byte(strings.Replace(xml, "<h:title>t<", "<h:title>u<", 1))})
	require.Equal(t, errs.FormChanged, errs.CodeOf(err))
	file, err := w.s.FormFile(ctx, "late", "1", "a.csv")
	require.NoError(t, err)
	require.Equal(t, "name\n", string(file.Bytes))
	_, err = w.s.FormFile(ctx, "late", "1", "../core.db")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: []byte(strings.Replace(xml, `version="1"`, `version="2"`, 1)), Files: []survey.FormFile{{Name: "../x"}}})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	_, faults, _, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte("<nope/>")})
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	require.NotEmpty(t, faults)
	require.NoError(t, w.s.CloseForm(ctx, "late", "1"))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.CloseForm(ctx, "late", "7")))
}

func TestContactsAreSealedAndExpire(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	c, err := w.frame.PutContact(ctx, survey.Contact{Household: "H-001", Grid: gridA, Name: "某人", Phone: "13800000000", Purpose: "followup", Until: "2026-12-01"})
	require.NoError(t, err)
	list, _, err := w.frame.Contacts(ctx, street, "", 10)
	require.NoError(t, err)
	require.Equal(t, []survey.Contact{c}, list)
	list, _, err = w.frame.Contacts(ctx, "990101002", "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	n, err := w.frame.ExpireContacts(ctx, "2026-12-01")
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = w.frame.ExpireContacts(ctx, "2026-12-02")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, errs.NotFound, errs.CodeOf(w.frame.DeleteContact(ctx, c.ID)))
}
