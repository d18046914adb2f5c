package phone

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Session is one record open for editing. What it shows and the ctx of what it cuts are those of the moment it was opened,
// joined with its own cuts: a pull under it changes neither. A Session is for one goroutine.
type Session struct {
	p *Phone
	d *draft
}

// NewRecordID draws a record's id: a random UUID, which tells nobody when it was made.
func (p *Phone) NewRecordID() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := p.random(16)
	if err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// New begins a record.
func (p *Phone) New(stream Stream, form, version, grid string) (*Session, error) {
	id, err := p.NewRecordID()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current(stream) == nil {
		return nil, errs.New(errs.Unauthenticated, "new record", "this phone is not enrolled")
	}
	d := &draft{Record: id, Stream: stream, Form: form, Version: version, Grid: grid, Epoch: p.m.Epoch, Cursor: p.m.Cursor}
	d.show(&crdt.State{})
	p.draft[id] = d
	return &Session{p: p, d: d}, nil
}

// Edit opens a record the phone holds, or its draft where one was left: with that draft's screen and ctx. Codes:
// not-found, erased, conflict (only a stub is here: its answers are not on this phone).
func (p *Phone) Edit(record string) (*Session, error) {
	const op = "edit"
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.erase[record] != nil {
		return nil, errs.New(errs.Erased, op, "record %s", record)
	}
	if d := p.draft[record]; d != nil {
		if d.state() == nil {
			return nil, errs.New(errs.Damaged, op, "draft of record %s", record)
		}
		return &Session{p: p, d: d}, nil
	}
	base := p.bases[record]
	if p.over(base) && !p.busy(record) {
		base.stub()
		base.Stub = true // it is saved with the next step
	}
	s, own := p.overlay(record)
	if base.state() == nil && (base != nil || len(own) == 0 || p.left[record]) {
		if base != nil {
			return nil, errs.New(errs.Conflict, op, "record %s is only a stub here", record)
		}
		return nil, errs.New(errs.NotFound, op, "record %s", record)
	}
	d := &draft{Record: record, Epoch: p.m.Epoch, Cursor: p.m.Cursor, Ctx: s.VV.Clone()}
	d.show(s)
	if base != nil {
		d.Form, d.Version, d.Grid, d.Stream = base.Form, base.Version, base.Grid, p.streamOf(record, base)
	}
	if n := len(own); n > 0 {
		d.Form, d.Version, d.Stream = own[n-1].Form, own[n-1].Version, p.streamOf(record, base)
		if d.Grid == "" {
			d.Grid = own[n-1].Grid
		}
	}
	if d.Version == "" {
		d.Version = "-"
	}
	p.draft[record] = d
	return &Session{p: p, d: d}, nil
}

// streamOf tells which log a record's writes go to.
func (p *Phone) streamOf(record string, base *baseCopy) Stream {
	for _, l := range p.logs {
		if l.lastOf(record, l.last()) > 0 {
			return l.Stream
		}
	}
	if base != nil && (base.Household != "" || base.Kind == wire.KindVisit || base.Kind == wire.KindFollowup || base.Kind == wire.KindCandidate) {
		return Registry
	}
	return Answers
}

// Record returns the record's id.
func (s *Session) Record() string { return s.d.Record }

// Ctx returns what stands on the screen, as the next cut would say it.
func (s *Session) Ctx() crdt.VV {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.d.Ctx.Clone()
}

// Screen returns what the form shows without what was typed since the last cut. It belongs to the session.
func (s *Session) Screen() *crdt.State { return s.d.state() }

// Version changes the form version that the next cuts name: an app that carried the draft over to a new form.
func (s *Session) Version(version string) { s.d.Version = version }

// Value returns what stands at a path: what was typed, else what is shown. nil is cleared; false is never written.
func (s *Session) Value(path string) (value *string, ok bool) {
	if v, typed := s.d.Set[path]; typed {
		return v, true
	}
	w, ok := s.d.state().Shown(path)
	if !ok || w.Null {
		return nil, ok
	}
	return &w.Value, true
}

// Set types a value. One that stands there already, and not in conflict, is nothing new and will not be sent.
func (s *Session) Set(path, value string) { s.set(path, &value) }

// Clear clears a path, which is a value like any other.
func (s *Session) Clear(path string) { s.set(path, nil) }

func (s *Session) set(path string, value *string) {
	if shown, ok := s.d.state().Shown(path); ok && !s.inConflict(path) && shown.Null == (value == nil) && (value == nil || shown.Value == *value) {
		delete(s.d.Set, path)
		return
	}
	s.put(path, value)
}

func (s *Session) put(path string, value *string) {
	s.revive(path)
	if s.d.Set == nil {
		s.d.Set = make(map[string]*string)
	}
	s.d.Set[path] = value
}

func (s *Session) inConflict(path string) bool {
	sib := s.d.state().Siblings(path)
	return slices.ContainsFunc(sib, func(w crdt.Write) bool { return w.Value != sib[0].Value || w.Null != sib[0].Null })
}

// Confirm sends what is shown at a path although it did not change: the worker settled a conflict in its favour.
func (s *Session) Confirm(path string) {
	if w, ok := s.d.state().Shown(path); ok {
		if w.Null {
			s.put(path, nil)
		} else {
			s.put(path, &w.Value)
		}
	}
}

// AddRow makes a row of a repeat with a new id and returns its path.
func (s *Session) AddRow(repeat string) (string, error) {
	s.p.mu.Lock()
	b, err := s.p.random(6)
	s.p.mu.Unlock()
	if err != nil {
		return "", err
	}
	row := fmt.Sprintf("%s[%x]", repeat, b)
	s.revive(row)
	s.d.Add = append(s.d.Add, row)
	return row, nil
}

// KeepRow marks a row as wanted again: the worker settled "removed while edited" in its favour.
func (s *Session) KeepRow(row string) {
	s.revive(row)
	if !slices.Contains(s.d.Add, row) {
		s.d.Add = append(s.d.Add, row)
	}
}

// revive takes back the removal of the rows a path lies in: who writes there wants them.
func (s *Session) revive(path string) {
	s.d.Del = slices.DeleteFunc(s.d.Del, func(row string) bool { return path == row || strings.HasPrefix(path, row+"/") })
}

// DelRow removes a row, and takes back what was typed in it since the last cut.
func (s *Session) DelRow(row string) {
	below := func(path string) bool { return path == row || strings.HasPrefix(path, row+"/") }
	for path := range s.d.Set {
		if below(path) {
			delete(s.d.Set, path)
		}
	}
	added := slices.Contains(s.d.Add, row)
	s.d.Add = slices.DeleteFunc(s.d.Add, below)
	if s.d.Del = slices.DeleteFunc(s.d.Del, below); !added || s.d.state().Row(row) != nil {
		s.d.Del = append(s.d.Del, row)
	}
}

// Save keeps the draft on the phone. Code: as the store's.
func (s *Session) Save(ctx context.Context) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.gone() {
		return errs.New(errs.Erased, "save draft", "record %s", s.d.Record)
	}
	ch := changes{}
	ch.put(keyDraft(s.d.Record), s.d)
	return s.p.commit(ctx, ch)
}

// gone: the record was erased, or a failed commit made the phone load again, while the form was open.
func (s *Session) gone() bool { return s.p.draft[s.d.Record] != s.d }

// Cut makes a change set of what was typed since the form was opened or last cut, and puts it in the log; nil where there
// is nothing. The draft stays open. Codes: erased, limit (too much for one set), malformed.
func (s *Session) Cut(ctx context.Context) (*crdt.ChangeSet, error) {
	const op = "cut change set"
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.gone() {
		return nil, errs.New(errs.Erased, op, "record %s", s.d.Record)
	}
	if !s.d.changed() {
		return nil, nil
	}
	l := p.current(s.d.Stream)
	nonce, err := p.random(16)
	if err != nil {
		return nil, err
	}
	c := &crdt.ChangeSet{Device: l.Device, Seq: l.last() + 1, Epoch: s.d.Epoch, At: p.now(), Nonce: base64.RawURLEncoding.EncodeToString(nonce),
		Record: s.d.Record, Form: s.d.Form, Version: s.d.Version, Grid: s.d.Grid, Ctx: s.d.Ctx.Clone(),
		Add: slices.Clone(s.d.Add), Del: slices.Clone(s.d.Del)}
	if c.Version == "-" {
		c.Version = ""
	}
	for path, v := range s.d.Set {
		cell := crdt.Cell{Path: path, Null: v == nil}
		if v != nil {
			cell.Value = *v
		}
		c.Set = append(c.Set, cell)
	}
	line := c.Encode()
	if _, err := wire.Decode(line); err != nil {
		return nil, errs.Wrap(op, err) // what no server would take never enters the log
	}
	e := &entry{Seq: c.Seq, ID: crdt.IDOf(line).String(), Line: line, Record: c.Record, Cursor: s.d.Cursor}
	after := s.d.state().Clone()
	after.Apply(c, newest)
	next := *s.d
	next.Ctx = s.d.Ctx.Join(c.Ctx)
	next.Ctx.Raise(c.Dot())
	next.Set, next.Add, next.Del = nil, nil, nil
	next.show(after)
	ch := changes{}
	ch.put(keyEntry(l.Device, e.Seq), e)
	ch.put(keyDraft(next.Record), &next)
	l.entries = append(l.entries, e)
	if err := p.commit(ctx, ch); err != nil {
		return nil, errs.Wrap(op, err)
	}
	*s.d = next
	return c, nil
}

// Submit cuts with "@status" submitted and closes the form.
func (s *Session) Submit(ctx context.Context) (*crdt.ChangeSet, error) {
	s.Set(crdt.StatusPath, "submitted")
	c, err := s.Cut(ctx)
	if err != nil {
		return nil, err
	}
	return c, s.Close(ctx)
}

// Leave cuts what was typed and closes the form: leaving the record, or the app hidden.
func (s *Session) Leave(ctx context.Context) (*crdt.ChangeSet, error) {
	c, err := s.Cut(ctx)
	if err != nil {
		return nil, err
	}
	return c, s.Close(ctx)
}

// Close forgets the draft with whatever was typed since the last cut.
func (s *Session) Close(ctx context.Context) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.gone() {
		return nil
	}
	delete(s.p.draft, s.d.Record)
	ch := changes{}
	ch.drop(keyDraft(s.d.Record))
	s.p.obeyLeaves(ch)
	return s.p.commit(ctx, ch)
}
