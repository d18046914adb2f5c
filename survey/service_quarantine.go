package survey

import (
	"context"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Held is a quarantined or waiting line as the office sees it.
type Held struct {
	ID      string // opaque
	Record  string
	Form    string
	Version string
	Grid    string
	Status  string // quarantined or waiting
	Code    string
	Date    string // civil date of arrival
	Worker  string // worker code
	Writes  []HeldWrite
	Add     []string
	Del     []string
}

// HeldWrite is one value of a held line; nil = cleared.
type HeldWrite struct {
	Path  string
	Value *string
}

// HeldFilter selects held lines. The zero value of a field means "any".
type HeldFilter struct {
	Status string // quarantined or waiting
	Code   string // why
}

// Quarantine lists what came in for a street and was not merged, oldest first. after is the last Next. Codes: out-of-area.
func (s *Service) Quarantine(ctx context.Context, a Actor, street string, f HeldFilter, after uint64, limit int) (list []Held, next uint64, err error) {
	const op = "quarantine"
	if err := a.mayAnswers(op); err != nil {
		return nil, 0, err
	}
	if !Within(a.Area, street) || KindOf(street) != Street {
		return nil, 0, errs.New(errs.OutOfArea, op, "street %s", printable(street))
	}
	limit = pageLimit(limit)
	list = []Held{}
	last := after
	for {
		lines, err := s.answers.Engine.Quarantine(ctx, street, after, limits.PullRows)
		if err != nil {
			return nil, 0, errs.Wrap(op, err)
		}
		for i := range lines {
			l := &lines[i].Line
			after = l.Seq
			if f.Status != "" && f.Status != string(l.Status) || f.Code != "" && f.Code != string(l.Code) {
				continue
			}
			if len(list) == limit {
				return list, last, nil
			}
			list, last = append(list, s.held(lines[i].ID, l)), l.Seq
		}
		if len(lines) < limits.PullRows {
			return list, 0, nil
		}
	}
}

// Lost is office work of a former epoch that a restore lost, on one record.
type Lost struct {
	Record string
	Date   string // civil date on which a phone showed that it had seen it
}

// LostWork lists what the office has to do again in a street since a restore, oldest report first. after is the last Next.
// Code: out-of-area.
func (s *Service) LostWork(ctx context.Context, a Actor, street string, after uint64, limit int) (list []Lost, next uint64, err error) {
	const op = "lost work"
	if err := a.mayAnswers(op); err != nil {
		return nil, 0, err
	}
	if !Within(a.Area, street) || KindOf(street) != Street {
		return nil, 0, errs.New(errs.OutOfArea, op, "street %s", printable(street))
	}
	limit = pageLimit(limit)
	found, err := s.answers.Engine.Lost(ctx, street, after, limit+1)
	if err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].Seq
	}
	list = make([]Lost, 0, len(found))
	for _, l := range found {
		list = append(list, Lost{Record: l.Record, Date: CivilDate(l.At, s.Zone)})
	}
	return list, next, nil
}

func (s *Service) held(id string, l *sync.Line) Held {
	return Held{ID: id, Record: l.Record, Form: l.Form, Version: l.Version, Grid: l.Grid, Status: string(l.Status), Code: string(l.Code),
		Date: CivilDate(l.Received, s.Zone), Worker: s.code(l.Street, l.Worker)}
}

// HeldLine shows what a held line wrote. Codes: not-found (also outside the area).
func (s *Service) HeldLine(ctx context.Context, a Actor, id string) (Held, error) {
	const op = "held line"
	if err := a.mayAnswers(op); err != nil {
		return Held{}, err
	}
	line, set, err := s.answers.Engine.QuarantinedSet(ctx, id)
	if err != nil {
		return Held{}, errs.Wrap(op, err)
	}
	if !Within(a.Area, line.Street) {
		return Held{}, errs.New(errs.NotFound, op, "no such line")
	}
	h := s.held(id, &line)
	if set == nil {
		return h, nil
	}
	for _, c := range set.Set {
		if !hidden(c.Path) {
			h.Writes = append(h.Writes, HeldWrite{Path: c.Path, Value: valueOf(crdt.Write{Value: c.Value, Null: c.Null})})
		}
	}
	h.Add, h.Del = set.Add, set.Del
	return h, nil
}

// Settle releases or discards a held line; a reason is needed. Codes: invalid, not-found (also outside the area), conflict
// (settled otherwise meanwhile), unknown-form, rule, erased.
func (s *Service) Settle(ctx context.Context, a Actor, id string, act sync.Act, reason string) error {
	const op = "settle"
	if err := a.mayAnswers(op); err != nil {
		return err
	}
	street, seq, err := s.answers.Engine.DecodeLineToken(id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !Within(a.Area, street) {
		return errs.New(errs.NotFound, op, "no such line")
	}
	if strings.TrimSpace(reason) == "" {
		return errs.New(errs.Invalid, op, "a reason is needed").WithHint("请写明理由。 Say why.")
	}
	return errs.Wrap(op, s.answers.Engine.Settle(ctx, sync.Settlement{Officer: a.ID, Street: street, Line: seq, Act: act, Reason: strings.TrimSpace(reason)}))
}
