package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Seen names a record and what of it stood on the screen.
type Seen struct {
	Record string
	Ctx    string // token of the record's page
}

// DuplicateDecision is what the office decides about a group, having looked at the records.
type DuplicateDecision struct {
	Group    string
	Act      string // keep, link or return
	Seen     []Seen // keep: those that are interviews of their own; link: both; return: the one
	Record   string // link: the one that is not counted; return: the one that goes back
	Of       string // link: the one that stands for it
	Reason   string
	Key      string // Idempotency-Key
	BodyHash [32]byte
}

// SettleDuplicates carries out a decision about a group; every record gets a change set of its own, and doing the same again
// is no error. It returns the group as it is then. Codes: invalid (act, reason, a record that is not in the group or not
// seen), changed-since, not-found, erased, idempotency-mismatch, rule (a chain of links).
func (s *Service) SettleDuplicates(ctx context.Context, a Actor, d DuplicateDecision) (DuplicateGroup, error) {
	const op = "settle duplicates"
	if err := a.mayAnswers(op); err != nil {
		return DuplicateGroup{}, err
	}
	street, g, err := s.groupOf(ctx, a, d.Group)
	if err != nil {
		return DuplicateGroup{}, errs.Wrap(op, err)
	}
	d.Reason = strings.TrimSpace(d.Reason)
	if err := d.check(g); err != nil {
		return DuplicateGroup{}, err
	}
	switch d.Act {
	case DuplicateKeep:
		err = s.keepApart(ctx, a, &d)
	case DuplicateLink:
		err = s.linkTo(ctx, a, &d)
	case DuplicateReturn:
		_, err = s.Review(ctx, a, Review{Record: d.Record, Ctx: d.Seen[0].Ctx, Decision: Return, Comment: d.Reason, Key: d.keyOf(d.Record), BodyHash: d.BodyHash})
	}
	if err != nil {
		return DuplicateGroup{}, errs.Wrap(op, err)
	}
	if _, g, err = s.groupOf(ctx, a, d.Group); errs.CodeOf(err) == errs.NotFound {
		return DuplicateGroup{ID: d.Group}, nil // only one is left
	} else if err != nil {
		return DuplicateGroup{}, errs.Wrap(op, err)
	}
	return s.shownGroup(street, g), nil
}

// check holds a decision against the group it is about.
func (d *DuplicateDecision) check(g *duplicateGroup) error {
	const op = "settle duplicates"
	if d.Reason == "" {
		return errs.New(errs.Invalid, op, "a reason is needed").WithHint("请写明理由。 Say why.")
	}
	seen := map[string]bool{}
	for _, x := range d.Seen {
		if !slices.ContainsFunc(g.rows, func(r RecordRow) bool { return r.ID == x.Record }) || seen[x.Record] {
			return errs.New(errs.Invalid, op, "record %s is not in the group, or stands twice", printable(x.Record))
		}
		seen[x.Record] = true
	}
	switch d.Act {
	case DuplicateKeep:
		if len(d.Seen) < 2 {
			return errs.New(errs.Invalid, op, "name the records that are kept, with what was seen of each")
		}
	case DuplicateLink:
		if len(d.Seen) != 2 || !seen[d.Record] || !seen[d.Of] || d.Record == d.Of {
			return errs.New(errs.Invalid, op, "name two records, and which of them stands for the other")
		}
		for i := range g.rows {
			switch {
			case g.rows[i].ID == d.Of && g.decided[i].Link != "":
				return errs.New(errs.Rule, op, "record %s is a duplicate itself", d.Of).WithHint("请关联到计入统计的那条记录。 Link to the record that is counted.")
			case g.decided[i].Link == d.Record:
				return errs.New(errs.Rule, op, "record %s stands for %s", d.Record, g.rows[i].ID).WithHint("请先把另一条改为保留。 Keep the other one first.")
			}
		}
	case DuplicateReturn:
		if len(d.Seen) != 1 || !seen[d.Record] {
			return errs.New(errs.Invalid, op, "name the record that goes back, with what was seen of it")
		}
	default:
		return errs.New(errs.Invalid, op, "act %q", printable(d.Act)).WithHint("keep, link 或 return。 One of keep, link, return.")
	}
	return nil
}

// keyOf is the key of one record's change set within the decision.
func (d *DuplicateDecision) keyOf(record string) string {
	if d.Key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("duplicate\x00" + d.Key + "\x00" + record))
	return hex.EncodeToString(sum[:])
}

// keepApart writes into each record which others it is an interview beside. What was linked is not any more.
func (s *Service) keepApart(ctx context.Context, a Actor, d *DuplicateDecision) error {
	for _, x := range d.Seen {
		words := []string{DuplicateKeep}
		for _, other := range d.Seen {
			if other.Record != x.Record {
				words = append(words, other.Record)
			}
		}
		rec, vv, err := s.opened(ctx, a, x.Record, x.Ctx)
		if err != nil {
			return err
		}
		for _, id := range decisionOf(rec.State).Keep { // what was settled before stays so
			if !slices.Contains(words, id) {
				words = append(words, id)
			}
		}
		if err := s.writeDuplicate(ctx, a, d, rec, vv, crdt.Cell{Path: sync.PathDuplicate, Value: strings.Join(words, " ")}); err != nil {
			return err
		}
	}
	return nil
}

// linkTo takes a record out of what is counted. An approval does not outlive that: nothing of it is released or exported.
func (s *Service) linkTo(ctx context.Context, a Actor, d *DuplicateDecision) error {
	var rec *sync.Record
	var vv crdt.VV
	for _, x := range d.Seen {
		r, seen, err := s.opened(ctx, a, x.Record, x.Ctx)
		if err != nil {
			return err
		}
		if x.Record == d.Record {
			rec, vv = r, seen
		} else if !r.State.VV.Within(seen) {
			return errs.New(errs.ChangedSince, "link", "record %s", x.Record)
		}
	}
	cells := []crdt.Cell{{Path: sync.PathDuplicate, Value: DuplicateLink + " " + d.Of}}
	if rec.Status == StatusApproved {
		cells = append(cells, crdt.Cell{Path: sync.PathStatus, Value: StatusNeedsReview})
	}
	return s.writeDuplicate(ctx, a, d, rec, vv, cells...)
}

func (s *Service) writeDuplicate(ctx context.Context, a Actor, d *DuplicateDecision, rec *sync.Record, vv crdt.VV, cells ...crdt.Cell) error {
	_, err := s.answers.Engine.Office(ctx, sync.OfficeChange{User: a.ID, Street: rec.Street, Role: sync.RoleReviewer, Record: rec.ID, Version: rec.Version,
		Ctx: vv, Review: true, OfficeAPI: true, Reason: d.Reason, Key: d.keyOf(rec.ID), BodyHash: d.BodyHash, Set: cells})
	return err
}
