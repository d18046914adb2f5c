package sync

import (
	"slices"
	"strconv"
	"strings"

	"ruhu/sync/crdt"
)

// run is one writer transaction: what was read once stays at hand, and every record that changed is put once, at the end.
type run struct {
	s        *Service
	tx       Tx
	now      int64
	epoch    string
	former   bool // the server had an earlier life: a restore or rollback happened
	records  map[string]*work
	order    []*work
	notices  []Notice
	lost     map[string]bool // record and dot already reported as lost
	voided   bool            // a void line whose record nobody knows was stored: waiting sets of others may name its dot
	applied  int             // change sets merged, those that had waited included
	retained int             // lines put to quarantine or left waiting
}

// work is a record in a run.
type work struct {
	Record
	stored  bool    // there is a row of it: something was merged, or withheld beforehand, or it is erased
	pending []*Line // lines that have not taken their turn, by device, then seq
	changed uint64  // sequence of the line or event that changed it in this run, 0 = nothing to put
}

func (s *Service) newRun(tx Tx) (*run, error) {
	epoch, former, err := tx.Epoch()
	if err != nil {
		return nil, err
	}
	return &run{s: s, tx: tx, now: s.now(), epoch: epoch, former: len(former) > 0, records: make(map[string]*work)}, nil
}

// work returns a record, read at most once a run.
func (r *run) work(id string) (*work, error) {
	if w := r.records[id]; w != nil {
		return w, nil
	}
	w := &work{}
	rec, ok, err := r.tx.Record(id)
	if err != nil {
		return nil, err
	}
	if ok {
		w.Record, w.stored = rec, true
	} else {
		w.ID = id
	}
	if w.State == nil {
		w.State = &crdt.State{}
	}
	if !w.State.Erased {
		lines, err := r.tx.Unsettled(id)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			w.pending = append(w.pending, &lines[i])
		}
	}
	r.records[id] = w
	r.order = append(r.order, w)
	return w, nil
}

// begun reports whether something of the record was merged: it has an author, a form, a place.
func (r *Record) begun() bool { return r.Created > 0 }

// pend adds a line that has not taken its turn.
func (w *work) pend(l *Line) {
	i, _ := slices.BinarySearchFunc(w.pending, l, comparePending)
	w.pending = slices.Insert(w.pending, i, l)
}

func comparePending(a, b *Line) int {
	return crdt.Dot{Device: a.Device, Seq: a.DevSeq}.Compare(crdt.Dot{Device: b.Device, Seq: b.DevSeq})
}

func (w *work) unpend(l *Line) {
	w.pending = slices.DeleteFunc(w.pending, func(o *Line) bool { return o == l })
}

// heldBack reports whether a line of device below seq is still waiting or quarantined here.
func (w *work) heldBack(device string, seq uint64) bool {
	for _, p := range w.pending {
		if p.Device == device && p.DevSeq < seq && p.Status != Void {
			return true
		}
	}
	return false
}

// merge applies a change set whose turn has come and fills in what the line keeps of it: status, order, turn. seq is the
// street sequence that brought it about; for a line not yet appended the caller sets w.changed after Append.
func (r *run) merge(w *work, l *Line, c *crdt.ChangeSet) {
	w.Orders++
	l.Order, l.Status, l.Code = w.Orders, Merged, ""
	w.State.Apply(c, l.Effective)
	if !w.begun() {
		w.Street, w.Grid, w.Form, w.Author = l.Street, c.Grid, c.Form, l.Worker
	}
	w.Version = c.Version
	for _, cell := range c.Set {
		if cell.Path == "" || cell.Path[0] != '@' {
			break
		}
		switch cell.Path {
		case PathStatus:
			if cell.Value == StatusSubmitted && w.Submitted == 0 {
				w.Submitted = l.Effective
			}
		case PathGrid:
			if shown, ok := w.State.Shown(PathGrid); ok && shown.Value != "" {
				w.Grid = shown.Value
			}
		case PathAssignee:
			shown, _ := w.State.Shown(PathAssignee)
			w.Assignees = strings.Fields(shown.Value)
		}
	}
	r.applied++
}

// touch notes that the line or event at seq changed the record.
func (w *work) touch(seq uint64) {
	w.changed = seq
	if w.Created == 0 {
		w.Created = seq
	}
}

// takeVoids lets void lines enter the vector whose device has nothing unsettled before them.
func (r *run) takeVoids(w *work, turn uint64) error {
	for i := 0; i < len(w.pending); i++ {
		p := w.pending[i]
		if p.Status != Void || w.heldBack(p.Device, p.DevSeq) {
			continue
		}
		w.State.Void(crdt.Dot{Device: p.Device, Seq: p.DevSeq})
		w.Orders++
		p.Order, p.Turn = w.Orders, turn
		if err := r.tx.SettleLine(p, true); err != nil {
			return err
		}
		w.unpend(p)
		i--
	}
	return nil
}

// cascade lets everything take its turn whose turn has come, until nothing moves. turn is the sequence that brought it about.
func (r *run) cascade(w *work, turn uint64) error {
	if len(w.pending) == 0 || w.State.Erased {
		return nil
	}
	for moved := true; moved; {
		moved = false
		if w.begun() {
			before := len(w.pending)
			if err := r.takeVoids(w, turn); err != nil {
				return err
			}
			moved = len(w.pending) != before
		}
		for _, p := range slices.Clone(w.pending) {
			if p.Status != Waiting {
				continue
			}
			c, err := DecodeLine(p)
			if err != nil {
				return err
			}
			ok, err := r.ready(w, c)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := r.mergePending(w, p, c, turn); err != nil {
				return err
			}
			moved = true
		}
		if moved {
			w.touch(turn)
		}
	}
	return nil
}

// mergePending merges a line that was stored before.
func (r *run) mergePending(w *work, p *Line, c *crdt.ChangeSet, turn uint64) error {
	if err := r.takeVoids(w, turn); err != nil { // those before it; those of its device behind it wait for it
		return err
	}
	w.unpend(p)
	r.merge(w, p, c)
	p.Turn = turn
	w.touch(turn)
	return r.tx.SettleLine(p, false)
}

// ready reports whether everything in the set's ctx is merged or void, and so are its device's earlier sets here.
func (r *run) ready(w *work, c *crdt.ChangeSet) (bool, error) {
	if len(w.pending) > 0 && w.heldBack(c.Device, c.Seq) {
		return false, nil
	}
	for device, seq := range c.Ctx {
		if seq <= w.State.VV[device] {
			continue
		}
		ok, err := r.settledElsewhere(w, crdt.Dot{Device: device, Seq: seq})
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// settledElsewhere reports whether a dot that the vector does not cover stands in nobody's way: it is void and nothing of
// its device before it is unsettled here, or the server issued it in a former epoch and lost it.
func (r *run) settledElsewhere(w *work, d crdt.Dot) (bool, error) {
	if w.heldBack(d.Device, d.Seq+1) {
		return false, nil
	}
	l, ok, err := r.tx.Line(d.Device, d.Seq)
	if err != nil {
		return false, err
	}
	if ok {
		return l.Status == Void && (l.Record == "" || l.Record == w.ID), nil
	}
	return r.lostOffice(d.Device), nil
}

// wakeWaiting looks at every waiting line of a street again: a dot some of them may name became void, and its line does
// not say of which record it was. Rare: a phone declared lines damaged or missing.
func (r *run) wakeWaiting(street string) error {
	const page = 200
	var after uint64
	for {
		lines, err := r.tx.Quarantine(street, after, page)
		if err != nil {
			return err
		}
		for _, l := range lines {
			after = l.Seq
			if l.Status != Waiting || l.Record == "" {
				continue
			}
			if err := r.wake(street, l); err != nil {
				return err
			}
		}
		if len(lines) < page {
			return nil
		}
	}
}

// wake merges a waiting line that has become ready, with an event of its own to give the change a sequence.
func (r *run) wake(street string, l Line) error {
	w, err := r.work(l.Record)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(w.pending, func(p *Line) bool { return p.Seq == l.Seq && p.Status == Waiting })
	if i < 0 {
		return nil
	}
	c, err := DecodeLine(w.pending[i])
	if err != nil {
		return err
	}
	ok, err := r.ready(w, c)
	if err != nil || !ok {
		return err
	}
	e := Event{Street: street, Kind: EventSettle, Record: l.Record, Grid: w.Grid, Target: l.Seq, Detail: "ready", At: r.now}
	if err := r.tx.AppendEvent(&e); err != nil {
		return err
	}
	return r.cascade(w, e.Seq)
}

// finish puts what changed.
func (r *run) finish() error {
	for _, w := range r.order {
		if w.changed == 0 {
			continue
		}
		w.Changed = w.changed
		if !w.State.Erased {
			w.Digest = w.State.Digest()
		}
		if err := r.tx.PutRecord(&w.Record); err != nil {
			return err
		}
		w.changed = 0
	}
	return nil
}

// publish tells what was committed.
func (r *run) publish(street string) {
	b := r.s.Broker
	b.Publish(Notice{Street: street, Kind: NoticeRecord, N: uint64(r.applied)})
	b.Publish(Notice{Street: street, Kind: NoticeQuarantine, N: uint64(r.retained)})
	for _, n := range r.notices {
		b.Publish(n)
	}
}

// reportLost appends, once a record and dot, that a phone has seen an office dot this server lacks.
func (r *run) reportLost(w *work, street, grid string, d crdt.Dot) error {
	detail := d.Device + ":" + strconv.FormatUint(d.Seq, 10)
	key := w.ID + " " + detail
	if r.lost[key] {
		return nil
	}
	if r.lost == nil {
		r.lost = make(map[string]bool)
	}
	r.lost[key] = true
	return r.tx.AppendEvent(&Event{Street: street, Kind: EventLost, Record: w.ID, Grid: grid, Detail: detail, At: r.now})
}
