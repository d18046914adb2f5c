package survey_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/schema/instruments"
	"ruhu/store/keys"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/linkdb"
	"ruhu/store/sqlite/logdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
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
	store    sync.Store
	records  survey.Records
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
	open := func(file string, stream sync.Stream, slots string) *logdb.Log {
		l, err := logdb.Open(filepath.Join(w.dir, file), logdb.Options{Stream: stream, Slots: w.ring.Slots(slots), Cells: w.ring.Derive("aggregates:" + string(stream)),
			Rand: random, Project: w.s.Projector()})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		return l
	}
	store, reg := open("answers.db", sync.Answers, keys.Answers), open("registry.db", sync.Registry, keys.Registry)
	w.store, w.records = store, store.Records()
	cfg.Store, cfg.Stream = w.store, sync.Answers
	w.answers, err = sync.New(cfg)
	require.NoError(t, err)
	cfg.Store, cfg.Stream = reg, sync.Registry
	w.registry, err = sync.New(cfg)
	require.NoError(t, err)
	w.epoch, err = sync.AlignEpochs(ctx, w.answers, w.registry)
	require.NoError(t, err)
	w.s.Attach(survey.Stream{Store: store, Records: w.records, Engine: w.answers}, survey.Stream{Store: reg, Records: reg.Records(), Engine: w.registry})
	return w
}

type people struct{}

func (people) Worker(_ context.Context, name string) (string, bool) {
	return "us_" + strings.TrimPrefix(name, "us_"), slices.Contains([]string{"wang", "li", "us_wang", "us_li"}, name)
}
func (people) WorkersIn(context.Context, string) ([]string, error) {
	return []string{"us_wang", "us_li"}, nil
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
	foreign   = survey.Actor{ID: "us_foreign", Role: "registrar", Area: "990101002"}
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

// row returns a record's packed row as exports read it; false where there is none.
func (w *town) row(id string) (row survey.Packed, ok bool) {
	w.t.Helper()
	require.NoError(w.t, w.records.Snapshot(context.Background(), func(s survey.Snapshot) error {
		for r, err := range s.Rows(survey.RowFilter{}) {
			require.NoError(w.t, err)
			if r.ID == id {
				ok = true
				require.NoError(w.t, survey.Unpack(r.Packed, &row))
			}
		}
		return nil
	}))
	return row, ok
}

// counted returns how many answers to a question count in the aggregates.
func (w *town) counted(question, choice string) (n int64) {
	w.t.Helper()
	require.NoError(w.t, w.records.Snapshot(context.Background(), func(s survey.Snapshot) error {
		for c, err := range s.Cells(survey.CellFilter{}) {
			require.NoError(w.t, err)
			if c.Question == question && c.Choice == choice {
				n += c.N
			}
		}
		return nil
	}))
	return n
}
