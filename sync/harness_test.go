package sync_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

const (
	street = "990101001"
	gridA  = "990101001201001"
	gridB  = "990101001201002"
	gridC  = "990101001201003"
	form   = "hh_sentiment"
)

// world is a server on memory and the people who use it.
type world struct {
	t        *testing.T
	clock    *clock.Manual
	answers  *sync.Service
	registry *sync.Service
	store    *sim.MemStore
	regStore *sim.MemStore
	puller   *sync.Puller
	journal  *memJournal
	forms    map[string]bool
	epoch    string
}

type memJournal struct{ entries []sync.JournalEntry }

func (j *memJournal) Append(e sync.JournalEntry) error {
	j.entries = append(j.entries, e)
	return nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), journal: &memJournal{},
		store: sim.NewMemStore(nil), regStore: sim.NewMemStore(nil), forms: map[string]bool{form + "/1": true, form + "/2": true, "other/1": true, "visit_log/1": true}}
	cfg := sync.Config{Clock: w.clock, Rand: rand.NewChaCha8([32]byte{1}), CursorKey: bytes.Repeat([]byte{7}, 32), Journal: w.journal,
		KnownForm: func(f, v string) bool { return w.forms[f+"/"+v] }}
	var err error
	cfg.Store, cfg.Stream = w.store, sync.Answers
	w.answers, err = sync.New(cfg)
	require.NoError(t, err)
	cfg.Store, cfg.Stream = w.regStore, sync.Registry
	w.registry, err = sync.New(cfg)
	require.NoError(t, err)
	w.puller = &sync.Puller{Answers: w.answers, Registry: w.registry, Reference: sync.NoReference{}}
	w.epoch, err = sync.AlignEpochs(context.Background(), w.answers, w.registry)
	require.NoError(t, err)
	return w
}

// pen is a device as the tests drive it: it writes lines and keeps what a phone keeps of its log.
type pen struct {
	w      *world
	author sync.Author
	svc    *sync.Service
	seq    uint64
	head   wire.Head
	cursor string
	key    *ecdsa.PrivateKey
	lines  [][]byte // lines[i] has seq i+1
}

func (w *world) pen(device, worker string, grids ...string) *pen {
	if len(grids) == 0 {
		grids = []string{gridA}
	}
	svc := w.answers
	if strings.HasPrefix(device, "rg_") {
		svc = w.registry
	}
	key, err := wire.NewKey(rand.NewChaCha8([32]byte{byte(len(device)), device[len(device)-1]}))
	require.NoError(w.t, err)
	return &pen{w: w, svc: svc, key: key, author: sync.Author{Device: device, Worker: worker, Street: street, Role: sync.RoleWorker,
		Grids: grids, Confirmed: true, PublicKey: &key.PublicKey}}
}

// set makes the next change set on a record; edit may change it before it is encoded.
func (p *pen) set(record string, edit func(c *crdt.ChangeSet), cells ...string) *crdt.ChangeSet {
	p.seq++
	c := &crdt.ChangeSet{Device: p.author.Device, Seq: p.seq, Epoch: p.w.epoch, At: clock.Millis(p.w.clock.Now()), Nonce: "nonce-" + p.author.Device + strconv.FormatUint(p.seq, 10),
		Record: record, Form: form, Version: "1", Grid: p.author.Grids[0]}
	for i := 0; i+1 < len(cells); i += 2 {
		c.Set = append(c.Set, crdt.Cell{Path: cells[i], Value: cells[i+1]})
	}
	if edit != nil {
		edit(c)
	}
	p.raw(c.Encode())
	return c
}

func (p *pen) raw(line []byte) {
	p.lines = append(p.lines, line)
	if int(p.seq) < len(p.lines) {
		p.seq = uint64(len(p.lines))
	}
	p.head = p.head.Next(crdt.IDOf(line))
}

func ctxOf(pairs ...any) func(*crdt.ChangeSet) {
	return func(c *crdt.ChangeSet) {
		c.Ctx = crdt.VV{}
		for i := 0; i+1 < len(pairs); i += 2 {
			c.Ctx[pairs[i].(string)] = uint64(pairs[i+1].(int))
		}
	}
}

type answer struct {
	verdicts []wire.Verdict
	summary  *wire.Summary
}

func (a answer) texts() []string {
	var out []string
	for _, v := range a.verdicts {
		s := string(v.Status)
		if v.Code != "" {
			s += " " + string(v.Code)
		}
		out = append(out, s)
	}
	return out
}

func (p *pen) body(last int, lines ...[]byte) []byte {
	var head wire.Head
	for _, l := range p.lines[:min(last, len(p.lines))] {
		head = head.Next(crdt.IDOf(l))
	}
	b := wire.AppendOpening(nil, wire.Opening{Device: p.author.Device, Cursor: p.cursor, Last: uint64(last), Head: head})
	for _, l := range lines {
		b = append(append(b, l...), '\n')
	}
	return b
}

// push sends everything the pen wrote after last.
func (p *pen) push(last int) answer {
	p.w.t.Helper()
	return p.send(p.body(last, p.lines[last:]...))
}

func (p *pen) send(body []byte) answer {
	p.w.t.Helper()
	var out bytes.Buffer
	_, err := p.svc.Push(context.Background(), p.author, false, bytes.NewReader(body), &out)
	require.NoError(p.w.t, err)
	return readAnswer(p.w.t, out.Bytes())
}

func readAnswer(t *testing.T, b []byte) answer {
	t.Helper()
	var a answer
	for line := range bytes.Lines(b) {
		require.Nil(t, a.summary, "a line after the summary")
		v, sum, err := wire.ParseAnswer(bytes.TrimSuffix(line, []byte("\n")))
		require.NoError(t, err)
		if sum != nil {
			a.summary = sum
			continue
		}
		a.verdicts = append(a.verdicts, v)
	}
	require.NotNil(t, a.summary, "no summary")
	return a
}

// pulled is a phone's side of a pull to the end.
type pulled struct {
	lines []*wire.PullLine
	end   *wire.PullEnd
	pages int
	bytes int
}

func (p *pulled) of(kind wire.Kind) []*wire.PullLine {
	var out []*wire.PullLine
	for _, l := range p.lines {
		if l.Kind == kind {
			out = append(out, l)
		}
	}
	return out
}

func (p *pulled) kinds() []string {
	var out []string
	for _, l := range p.lines {
		out = append(out, string(l.Kind))
	}
	return out
}

func (p *pen) viewer() sync.Viewer {
	return sync.Viewer{Device: p.author.Device, RegistryDevice: strings.Replace(p.author.Device, "dv_", "rg_", 1), Worker: p.author.Worker, Street: street, Grids: p.author.Grids}
}

// pull pulls to the end and keeps the cursor.
func (p *pen) pull(limit int) *pulled {
	p.w.t.Helper()
	got := &pulled{}
	for {
		var out bytes.Buffer
		require.NoError(p.w.t, p.w.puller.Pull(context.Background(), p.viewer(), p.cursor, limit, &out))
		got.pages++
		got.bytes += out.Len()
		var end *wire.PullEnd
		for line := range bytes.Lines(out.Bytes()) {
			l, e, err := wire.ParsePull(bytes.TrimSuffix(line, []byte("\n")))
			require.NoError(p.w.t, err)
			if e != nil {
				end = e
				continue
			}
			require.Nil(p.w.t, end, "a line after the end")
			got.lines = append(got.lines, l)
		}
		require.NotNil(p.w.t, end)
		p.cursor, got.end = end.Cursor, end
		if !end.More {
			return got
		}
		require.Less(p.w.t, got.pages, 1000, "the pull does not end")
	}
}

func (w *world) state(record string) *crdt.State {
	w.t.Helper()
	rec, ok := w.record(record)
	require.True(w.t, ok, "record %s is not there", record)
	return rec.State
}

func (w *world) record(record string) (rec sync.Record, ok bool) {
	w.t.Helper()
	require.NoError(w.t, w.answers.Store.View(context.Background(), func(r sync.Reader) (err error) {
		rec, ok, err = r.Record(record)
		return err
	}))
	return rec, ok
}

func (w *world) line(device string, seq uint64) sync.Line {
	w.t.Helper()
	var l sync.Line
	require.NoError(w.t, w.answers.Store.View(context.Background(), func(r sync.Reader) error {
		got, ok, err := r.Line(device, seq)
		require.True(w.t, ok, "line %s:%d is not there", device, seq)
		l = got
		return err
	}))
	return l
}

func (w *world) office(ch sync.OfficeChange) sync.OfficeResult {
	w.t.Helper()
	res, err := w.officeErr(ch)
	require.NoError(w.t, err)
	return res
}

func (w *world) officeErr(ch sync.OfficeChange) (sync.OfficeResult, error) {
	if ch.User == "" {
		ch.User = "us_office"
	}
	if ch.Role == "" {
		ch.Role = sync.RoleReviewer
	}
	ch.Street = street
	if ch.Reason == "" {
		ch.Reason = "test"
	}
	return w.answers.Office(context.Background(), ch)
}

func cells(pairs ...string) []crdt.Cell {
	var out []crdt.Cell
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, crdt.Cell{Path: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func requireCode(t *testing.T, code errs.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, errs.CodeOf(err), "%v", err)
}

// replays checks that the record's lines in merge order lead to its stored state.
func (w *world) replays(record string) {
	w.t.Helper()
	require.NoError(w.t, w.answers.Store.View(context.Background(), func(r sync.Reader) error {
		got, err := sync.ReplayRecord(r, record)
		require.NoError(w.t, err)
		rec, _, err := r.Record(record)
		for _, p := range rec.State.Withheld {
			got.Withhold(p)
		}
		require.Equal(w.t, string(rec.State.Canonical()), string(got.Canonical()))
		return err
	}))
}
