package sync

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// HistoryEntry is one change set of a record in merge order: what it wrote, and over what.
type HistoryEntry struct {
	Line   Line // without Body
	Writes []HistoryWrite
	Add    []string
	Del    []string
	// Empty: the line has no content (void, or what it wrote was withheld).
	Empty bool
}

// HistoryWrite is one value written, with what it superseded: the live writes at its path that its author had seen.
type HistoryWrite struct {
	Path       string
	Value      string
	Null       bool
	Superseded []HistoryValue
}

// HistoryValue is a value somebody wrote before.
type HistoryValue struct {
	crdt.Dot
	Worker string
	Value  string
	Null   bool
}

// History tells what was written of a record when and by whom, oldest first, with what each write superseded. Lines that
// were not merged (waiting, quarantined, void) follow at the end, without what they wrote. Codes: not-found, erased.
func (s *Service) History(ctx context.Context, record string) ([]HistoryEntry, error) {
	const op = "history"
	var out []HistoryEntry
	err := s.Store.View(ctx, func(r Reader) error {
		rec, ok, err := r.Record(record)
		if err != nil {
			return err
		}
		if ok && rec.State != nil && rec.State.Erased {
			return errs.New(errs.Erased, op, "record %s", record)
		}
		out, err = historyOf(r, record)
		return err
	})
	if err == nil && len(out) == 0 {
		err = errs.New(errs.NotFound, op, "record %s", record)
	}
	return out, errs.Wrap(op, err)
}

func historyOf(r Reader, record string) ([]HistoryEntry, error) {
	turns := make(map[uint64]Line)
	var unsettled []HistoryEntry
	for l, err := range r.RecordLines(record) {
		if err != nil {
			return nil, err
		}
		if l.Order > 0 {
			turns[l.Order] = l
			continue
		}
		l.Body = nil
		unsettled = append(unsettled, HistoryEntry{Line: l, Empty: true})
	}
	h := history{live: make(map[string][]HistoryValue)}
	out := make([]HistoryEntry, 0, len(turns)+len(unsettled))
	for order := uint64(1); len(turns) > 0; order++ {
		l, ok := turns[order]
		if !ok {
			return nil, errs.New(errs.Damaged, "history", "record %s has no line in place %d", record, order)
		}
		delete(turns, order)
		e, err := h.entry(&l)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return append(out, unsettled...), nil
}

// history is the walk through a record's lines.
type history struct {
	vv   crdt.VV
	live map[string][]HistoryValue
}

func (h *history) entry(l *Line) (HistoryEntry, error) {
	if h.vv == nil {
		h.vv = crdt.VV{}
	}
	defer h.vv.Raise(crdt.Dot{Device: l.Device, Seq: l.DevSeq})
	if l.Status != Merged {
		e := HistoryEntry{Line: *l, Empty: true}
		e.Line.Body = nil
		return e, nil
	}
	c, err := DecodeLine(l)
	if err != nil {
		return HistoryEntry{}, err
	}
	e := HistoryEntry{Line: *l, Add: c.Add, Del: c.Del, Empty: len(c.Set)+len(c.Add)+len(c.Del) == 0}
	e.Line.Body = nil
	ctx := c.Ctx.Meet(h.vv)
	for _, cell := range c.Set {
		w := HistoryWrite{Path: cell.Path, Value: cell.Value, Null: cell.Null}
		stay := []HistoryValue{}
		for _, before := range h.live[cell.Path] {
			if ctx.Covers(before.Dot) {
				w.Superseded = append(w.Superseded, before)
			} else {
				stay = append(stay, before)
			}
		}
		h.live[cell.Path] = append(stay, HistoryValue{Dot: c.Dot(), Worker: l.Worker, Value: cell.Value, Null: cell.Null})
		e.Writes = append(e.Writes, w)
	}
	return e, nil
}

// ReplayRecord gives the state that a record's lines lead to in merge order: what verify compares with the stored state,
// once the stored state's withheld prefixes are withheld here too.
func ReplayRecord(r Reader, record string) (*crdt.State, error) {
	turns := make(map[uint64]Line)
	for l, err := range r.RecordLines(record) {
		if err != nil {
			return nil, err
		}
		if l.Order > 0 {
			turns[l.Order] = l
		}
	}
	s := &crdt.State{}
	for order := uint64(1); order <= uint64(len(turns)); order++ {
		l, ok := turns[order]
		if !ok {
			return nil, errs.New(errs.Damaged, "replay", "record %s has no line in place %d", record, order)
		}
		if l.Status != Merged {
			s.Void(crdt.Dot{Device: l.Device, Seq: l.DevSeq})
			continue
		}
		c, err := DecodeLine(&l)
		if err != nil {
			return nil, err
		}
		s.Apply(c, l.Effective)
	}
	return s, nil
}
