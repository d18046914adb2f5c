package sim

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	gosync "sync"
	"sync/atomic"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// MemStore is a faithful sync.Store in memory: one writer, snapshots that do not change, a rollback that leaves nothing,
// bodies and states that nobody else holds. It can crash before a commit, be copied and be put back.
type MemStore struct {
	mu      gosync.RWMutex
	d       *data
	project sync.Projector
	// BeforeCommit is asked before each commit; an error rolls the transaction back, as a crash would. nil = never.
	BeforeCommit func() error
}

// NewMemStore returns an empty store. project derives what lists read; nil = Project.
func NewMemStore(project sync.Projector) *MemStore {
	if project == nil {
		project = Project
	}
	return &MemStore{d: newData(), project: project}
}

// Project is a projection without forms: status, conflicts, and full states until approval.
func Project(in sync.ProjectInput) sync.Projection {
	st := sync.StatusOf(in.Record.State)
	p := sync.Projection{Status: st.Shown, Conflicts: in.Record.State.Conflicts()}
	if st.Reason != "" {
		p.Flags = []string{st.Reason}
	}
	p.Open = st.Reopened || st.Shown != sync.StatusApproved && st.Shown != sync.StatusRestricted
	return p
}

type data struct {
	epoch   string
	former  []string
	streets map[string]*street
	devices map[string]*device
	records map[string]*sync.Record
	lines   map[string][]*sync.Line // by record
	outcome map[string]outcome
	cases   map[string]sync.Case
	retired map[string]string // record -> the one it went into
	attests []sync.Attestation
	ids     atomic.Pointer[[]string] // of records, sorted; nil after one came or went
}

func (d *data) byID() []string {
	if ids := d.ids.Load(); ids != nil {
		return *ids
	}
	ids := slices.Sorted(maps.Keys(d.records))
	d.ids.Store(&ids)
	return ids
}

// setRecord puts a record, or takes it away where r is nil.
func (d *data) setRecord(id string, r *sync.Record) {
	before := d.records[id]
	if r == nil {
		delete(d.records, id)
	} else {
		d.records[id] = r
	}
	if (before == nil) != (r == nil) {
		d.ids.Store(nil)
	}
}

type street struct {
	entries []entry // entries[i] has sequence i+1
	feed    []feedRef
}

type entry struct {
	line  *sync.Line
	event *sync.Event
	chain [32]byte
}

// feedRef is where a record or event stands in the feed; a record that changed again has a later one too.
type feedRef struct {
	seq    uint64
	record string
	event  *sync.Event
}

type device struct {
	sync.Device
	lines []*sync.Line
	heads [][32]byte
}

type outcome struct {
	hash [32]byte
	body []byte
}

func newData() *data {
	return &data{streets: map[string]*street{}, devices: map[string]*device{}, records: map[string]*sync.Record{},
		lines: map[string][]*sync.Line{}, outcome: map[string]outcome{}, cases: map[string]sync.Case{}, retired: map[string]string{}}
}

// clone copies everything that may change. Bodies and states never change in place.
func (d *data) clone() *data {
	out := newData()
	out.epoch, out.former = d.epoch, slices.Clone(d.former)
	moved := make(map[*sync.Line]*sync.Line)
	for code, s := range d.streets {
		c := &street{entries: slices.Clone(s.entries), feed: slices.Clone(s.feed)}
		for i := range c.entries {
			if l := c.entries[i].line; l != nil {
				own := *l
				moved[l], c.entries[i].line = &own, &own
			}
		}
		out.streets[code] = c
	}
	for id, dev := range d.devices {
		c := &device{Device: dev.Device, heads: slices.Clone(dev.heads), lines: slices.Clone(dev.lines)}
		for i := range c.lines {
			c.lines[i] = moved[c.lines[i]]
		}
		out.devices[id] = c
	}
	for id, lines := range d.lines {
		c := slices.Clone(lines)
		for i := range c {
			c[i] = moved[c[i]]
		}
		out.lines[id] = c
	}
	for id, r := range d.records {
		own := *r
		out.records[id] = &own
	}
	out.retired = maps.Clone(d.retired)
	out.outcome, out.cases, out.attests = maps.Clone(d.outcome), maps.Clone(d.cases), slices.Clone(d.attests)
	return out
}

// Snapshot is a copy of a store at one moment: a backup.
type Snapshot struct{ d *data }

// Backup copies the store. It counts as verified: everything in it is safe from now on.
func (m *MemStore) Backup() *Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, dev := range m.d.devices {
		dev.Safe = dev.Have
	}
	return &Snapshot{m.d.clone()}
}

// Restore puts a copy back, as if the disk had been lost. The caller begins a new epoch and replays the journal.
func (m *MemStore) Restore(s *Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.d = s.d.clone()
}

// Update runs fn in the one writer transaction.
func (m *MemStore) Update(ctx context.Context, fn func(tx sync.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return errs.WrapCode(errs.Interrupted, "update", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &tx{reader: reader{m.d}, m: m}
	err := fn(t)
	if err == nil && m.BeforeCommit != nil {
		err = m.BeforeCommit()
	}
	if err != nil {
		for _, undo := range slices.Backward(t.undo) {
			undo()
		}
		return err
	}
	return nil
}

// View runs fn on what was committed.
func (m *MemStore) View(_ context.Context, fn func(r sync.Reader) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return fn(reader{m.d})
}

type reader struct{ d *data }

func (r reader) Epoch() (string, []string, error) { return r.d.epoch, slices.Clone(r.d.former), nil }

func (r reader) Head(code string) (sync.Head, error) {
	h := sync.Head{Street: code}
	if s := r.d.streets[code]; s != nil && len(s.entries) > 0 {
		h.Seq, h.Chain = uint64(len(s.entries)), s.entries[len(s.entries)-1].chain
	}
	return h, nil
}

func (r reader) Heads() ([]sync.Head, error) {
	var out []sync.Head
	for _, code := range slices.Sorted(maps.Keys(r.d.streets)) {
		h, _ := r.Head(code)
		out = append(out, h)
	}
	return out, nil
}

func (r reader) ChainAt(code string, seq uint64) ([32]byte, bool, error) {
	s := r.d.streets[code]
	if s == nil || seq == 0 || seq > uint64(len(s.entries)) {
		return [32]byte{}, false, nil
	}
	return s.entries[seq-1].chain, true, nil
}

func (r reader) Device(id string) (sync.Device, bool, error) {
	if dev := r.d.devices[id]; dev != nil {
		return dev.Device, true, nil
	}
	return sync.Device{ID: id}, false, nil
}

func (r reader) Devices(code string) ([]sync.Device, error) {
	var out []sync.Device
	for _, id := range slices.Sorted(maps.Keys(r.d.devices)) {
		if dev := r.d.devices[id]; dev.Street == code {
			out = append(out, dev.Device)
		}
	}
	return out, nil
}

func (r reader) HeadAt(id string, seq uint64) ([32]byte, error) {
	dev := r.d.devices[id]
	if seq == 0 {
		return [32]byte{}, nil
	}
	if dev == nil || seq > uint64(len(dev.heads)) {
		return [32]byte{}, errs.New(errs.NotFound, "head", "%s:%d", id, seq)
	}
	return dev.heads[seq-1], nil
}

func (r reader) Line(id string, seq uint64) (sync.Line, bool, error) {
	dev := r.d.devices[id]
	if dev == nil || seq == 0 || seq > uint64(len(dev.lines)) {
		return sync.Line{}, false, nil
	}
	return *dev.lines[seq-1], true, nil
}

func (r reader) LineAt(code string, seq uint64) (sync.Line, bool, error) {
	s := r.d.streets[code]
	if s == nil || seq == 0 || seq > uint64(len(s.entries)) || s.entries[seq-1].line == nil {
		return sync.Line{}, false, nil
	}
	return *s.entries[seq-1].line, true, nil
}

func (r reader) Record(id string) (sync.Record, bool, error) {
	rec := r.d.records[id]
	if rec == nil {
		return sync.Record{}, false, nil
	}
	out := *rec
	out.State = rec.State.Clone()
	out.Assignees = slices.Clone(rec.Assignees)
	return out, true, nil
}

func (r reader) RecordLines(id string) iter.Seq2[sync.Line, error] {
	return func(yield func(sync.Line, error) bool) {
		for _, l := range r.d.lines[id] {
			if !yield(*l, nil) {
				return
			}
		}
	}
}

func (r reader) Unsettled(id string) ([]sync.Line, error) {
	if rec := r.d.records[id]; rec != nil && rec.State.Erased {
		return nil, nil
	}
	var out []sync.Line
	for _, l := range r.d.lines[id] {
		if l.Order == 0 {
			out = append(out, *l)
		}
	}
	slices.SortFunc(out, func(a, b sync.Line) int {
		return crdt.Dot{Device: a.Device, Seq: a.DevSeq}.Compare(crdt.Dot{Device: b.Device, Seq: b.DevSeq})
	})
	return out, nil
}

func (r reader) UnsettledOf(id, record string, below uint64) (int, error) {
	n := 0
	for _, l := range r.d.lines[record] {
		if l.Device == id && l.DevSeq < below && (l.Status == sync.Waiting || l.Status == sync.Quarantined) {
			n++
		}
	}
	return n, nil
}

func (r reader) Quarantine(code string, after uint64, limit int) ([]sync.Line, error) {
	s := r.d.streets[code]
	if s == nil {
		return nil, nil
	}
	var out []sync.Line
	for i := after; i < uint64(len(s.entries)) && len(out) < limit; i++ {
		if l := s.entries[i].line; l != nil && (l.Status == sync.Waiting || l.Status == sync.Quarantined) {
			c := *l
			c.Body = nil
			out = append(out, c)
		}
	}
	return out, nil
}

func (r reader) Feed(code string, grids []string, after, upTo uint64, limit int) ([]sync.FeedItem, error) {
	s := r.d.streets[code]
	if s == nil {
		return nil, nil
	}
	var out []sync.FeedItem
	i, _ := slices.BinarySearchFunc(s.feed, after+1, func(f feedRef, seq uint64) int { return int(int64(f.seq) - int64(seq)) })
	for ; i < len(s.feed) && s.feed[i].seq <= upTo && len(out) < limit; i++ {
		f := s.feed[i]
		if f.event != nil {
			if grids == nil || f.event.Grid == "" || slices.Contains(grids, f.event.Grid) {
				e := *f.event
				out = append(out, sync.FeedItem{Seq: f.seq, Event: &e})
			}
			continue
		}
		rec := r.d.records[f.record]
		if rec.Changed != f.seq || rec.State.Erased || grids != nil && !slices.Contains(grids, rec.Grid) {
			continue
		}
		out = append(out, sync.FeedItem{Seq: f.seq, Record: bare(rec)})
	}
	return out, nil
}

func (r reader) Events(code string, kinds []sync.EventKind, after uint64, limit int) ([]sync.Event, error) {
	s := r.d.streets[code]
	if s == nil {
		return nil, nil
	}
	var out []sync.Event
	for _, f := range s.feed {
		if f.event != nil && f.seq > after && slices.Contains(kinds, f.event.Kind) && len(out) < limit {
			out = append(out, *f.event)
		}
	}
	return out, nil
}

// bare is a record without what must be unsealed.
func bare(rec *sync.Record) *sync.Record {
	out := *rec
	out.State, out.Packed = nil, nil
	return &out
}

func (r reader) GridRecords(code, grid string) iter.Seq2[sync.Record, error] {
	return func(yield func(sync.Record, error) bool) {
		for _, id := range r.d.byID() {
			if rec := r.d.records[id]; rec.Street == code && rec.Grid == grid && !yield(*bare(rec), nil) {
				return
			}
		}
	}
}

func (r reader) WithdrawalRecord(hash string) (string, bool, error) {
	for _, id := range slices.Sorted(maps.Keys(r.d.records)) {
		for _, w := range r.d.records[id].State.Siblings(sync.PathWithdrawal) {
			if !w.Null && w.Value == hash {
				return id, true, nil
			}
		}
	}
	return "", false, nil
}

// Contains reports whether a word stands anywhere in the store: in bodies, states or remembered outcomes. What absence
// tests look with.
func (m *MemStore) Contains(word string) bool { return strings.Contains(m.Words(), word) }

// Words returns everything the store holds that people wrote, one after another.
func (m *MemStore) Words() string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var b []byte
	for _, lines := range m.d.lines {
		for _, l := range lines {
			b = append(append(b, l.Body...), '\n')
		}
	}
	for _, r := range m.d.records {
		b = append(append(r.State.AppendCanonical(b), r.Packed...), '\n')
	}
	for _, o := range m.d.outcome {
		b = append(append(b, o.body...), '\n')
	}
	return string(b)
}
