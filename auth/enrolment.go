package auth

import (
	"context"
	"slices"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// NewEnrolment asks for a one-time code.
type NewEnrolment struct {
	Worker string        // us_… of a worker who gets a further phone; "" = a new worker
	Name   string        // a new worker's name
	Grids  []string      // all in one street; may be empty for a further phone: the worker's grids of Street
	Street string        // only where Grids is empty
	TTL    time.Duration // 0 = limits.EnrolmentTTL; at most limits.EnrolmentMaxTTL
}

// maxGrids is how many grids one enrolment may name.
const maxGrids = 200

// Drawn are the secrets of an enrolment: they are returned once and nowhere else, only their hashes are kept.
type Drawn struct {
	Code string         // one use: enrols a phone
	App  AppCredentials // for Collect and Enketo: good until revoked, beside a phone or instead of one
}

// CreateEnrolment draws a one-time code, and an app user's credentials for OpenRosa clients. The account of a
// new worker (Enrolment.Worker) is opened with the code, so that households can be assigned before the phone is in hand; its
// grids are granted when the code or the credentials are first used.
// Codes: forbidden, out-of-area, invalid, not-found (worker), rule (not a worker's account).
func (s *Service) CreateEnrolment(ctx context.Context, by Principal, n NewEnrolment) (Enrolment, Drawn, error) {
	list, err := s.CreateEnrolments(ctx, by, []NewEnrolment{n})
	if err != nil {
		return Enrolment{}, Drawn{}, err
	}
	return list[0].Enrolment, list[0].Drawn, nil
}

// DrawnEnrolment is an enrolment with its secrets.
type DrawnEnrolment struct {
	Enrolment
	Drawn
}

// CheckEnrolment says whether CreateEnrolment would refuse, but for what only its transaction knows of a further phone's
// worker. Codes: forbidden, out-of-area, invalid.
func (s *Service) CheckEnrolment(ctx context.Context, by Principal, n NewEnrolment) error {
	_, err := s.draftFor(ctx, by, n)
	return err
}

// draftFor drafts an enrolment that by may make.
func (s *Service) draftFor(ctx context.Context, by Principal, n NewEnrolment) (Enrolment, error) {
	e, err := s.draftEnrolment(ctx, n)
	if err != nil {
		return Enrolment{}, err
	}
	if err := Authorize(by, EnrolmentsCreate, e.Street); err != nil && len(e.Grids) == 0 {
		return Enrolment{}, err
	}
	for _, g := range e.Grids {
		if err := Authorize(by, EnrolmentsCreate, g); err != nil {
			return Enrolment{}, err
		}
	}
	return e, nil
}

// CreateEnrolments is CreateEnrolment for many, all or none.
func (s *Service) CreateEnrolments(ctx context.Context, by Principal, list []NewEnrolment) ([]DrawnEnrolment, error) {
	const op = "create enrolment"
	out := make([]DrawnEnrolment, len(list))
	for i, n := range list {
		e, err := s.draftFor(ctx, by, n)
		if err != nil {
			return nil, err
		}
		raw, err := s.random(codeBytes)
		if err != nil {
			return nil, err
		}
		out[i].Code = encodeCrockford(raw)
		e.CodeHash, e.CreatedBy = hashCode(out[i].Code), by.UserID
		if e.ID, err = s.newID("en_"); err != nil {
			return nil, err
		}
		if e.Worker == "" {
			if e.Worker, err = s.newID("us_"); err != nil {
				return nil, err
			}
		}
		out[i].Enrolment = e
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		for i := range out {
			if err := s.putEnrolment(tx, by, list[i], &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	return out, nil
}

func (s *Service) putEnrolment(tx Tx, by Principal, n NewEnrolment, d *DrawnEnrolment) (err error) {
	e := &d.Enrolment
	if n.Worker == "" {
		if err := s.putWorker(tx, e.Worker, e.Name, e.Street); err != nil {
			return err
		}
	} else {
		u, err := tx.User(n.Worker)
		if err != nil {
			return err
		}
		if u.Role != Worker || !u.Live(s.now()) {
			return errs.New(errs.Rule, "create enrolment", "%s is not a live worker's account", u.ID)
		}
		if err := Authorize(by, EnrolmentsCreate, u.Area); err != nil {
			return err
		}
	}
	if err := tx.PutEnrolment(*e); err != nil {
		return err
	}
	if d.App, err = s.putAppUser(tx, *e); err != nil {
		return err
	}
	app := by.Entry("devices.enrol", d.App.Device, e.Street, 1, nil)
	app.Filter = e.ID
	return s.appendAudit(tx, by.Entry(EnrolmentsCreate, e.ID, e.Street, int64(len(e.Grids)), nil), app)
}

func (s *Service) draftEnrolment(ctx context.Context, n NewEnrolment) (Enrolment, error) {
	const op = "create enrolment"
	invalid := func(format string, args ...any) (Enrolment, error) {
		return Enrolment{}, errs.New(errs.Invalid, op, format, args...)
	}
	if n.TTL == 0 {
		n.TTL = limits.EnrolmentTTL
	}
	if n.TTL < time.Minute || n.TTL > limits.EnrolmentMaxTTL {
		return invalid("a code is good for a minute to %d hours", int(limits.EnrolmentMaxTTL.Hours()))
	}
	if (n.Worker == "") == (n.Name == "") {
		return invalid("name a new worker, or the id of one who gets a further phone")
	}
	e := Enrolment{Worker: n.Worker, Street: n.Street, Created: s.now(), Expires: s.now() + n.TTL.Milliseconds()}
	if n.Name != "" {
		name, err := cleanName(n.Name)
		if err != nil {
			return Enrolment{}, err
		}
		e.Name = name
	}
	var err error
	if e.Grids, err = s.checkGrids(ctx, n.Grids); err != nil {
		return Enrolment{}, err
	}
	switch {
	case len(e.Grids) > 0:
		e.Street = StreetOf(e.Grids[0])
		if StreetOf(e.Grids[len(e.Grids)-1]) != e.Street {
			return invalid("the grids lie in more than one street: a phone works in one")
		}
	case n.Worker == "":
		return invalid("a new worker needs a grid")
	case len(n.Street) != StreetWidth:
		return invalid("name grids, or the street of the further phone")
	default:
		if err := s.checkArea(ctx, n.Street); err != nil {
			return Enrolment{}, err
		}
	}
	return e, nil
}

// checkGrids returns grid codes sorted and without doubles.
func (s *Service) checkGrids(ctx context.Context, grids []string) ([]string, error) {
	const op = "check grids"
	grids = slices.Compact(slices.Sorted(slices.Values(grids)))
	if len(grids) > maxGrids {
		return nil, errs.New(errs.Invalid, op, "%d grids, at most %d", len(grids), maxGrids)
	}
	for _, g := range grids {
		if len(g) != GridWidth {
			return nil, errs.New(errs.Invalid, op, "%q is not a grid code", clip(g, 20)).WithHint("A grid code has 15 digits.")
		}
		if err := s.checkArea(ctx, g); err != nil {
			return nil, err
		}
	}
	return grids, nil
}

// EnrolmentFilter selects enrolments for Enrolments.
type EnrolmentFilter struct {
	Area  string
	All   bool // used, revoked and expired ones too
	Limit int
}

// Enrolments lists codes of the asker's area, newest first, without the codes. Codes: forbidden, out-of-area.
func (s *Service) Enrolments(ctx context.Context, by Principal, f EnrolmentFilter, cursor string) (list []Enrolment, next string, err error) {
	area, err := by.Narrow(f.Area)
	if err != nil {
		return nil, "", err
	}
	if err := Authorize(by, EnrolmentsRead, area); err != nil {
		return nil, "", err
	}
	q := EnrolmentQuery{Area: area, Limit: pageLimit(f.Limit)}
	if !f.All {
		q.OpenAt = s.now()
	}
	if cursor != "" {
		if q.AfterTime, q.AfterID, err = readTimeCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) (err error) {
		list, err = r.Enrolments(q)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap("list enrolments", err)
	}
	if len(list) == q.Limit {
		last := list[len(list)-1]
		next = timeCursor(last.Created, last.ID)
	}
	return list, next, nil
}

// RevokeEnrolment makes an unused code worthless, and the credentials drawn with it where they were not used either; in use
// they are revoked as a device. Codes: not-found, forbidden, out-of-area, code-used.
func (s *Service) RevokeEnrolment(ctx context.Context, by Principal, id string) error {
	const op = "revoke enrolment"
	if err := s.revokeUnusedApp(ctx, by, id); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.store.Update(ctx, func(tx Tx) error {
		e, err := tx.Enrolment(id)
		if err != nil {
			return err
		}
		if err := Authorize(by, EnrolmentsRevoke, e.Street); err != nil {
			return err
		}
		if e.Used != 0 {
			return errs.New(errs.CodeUsed, op, "used already").WithHint("Revoke the device %s instead.", e.Device)
		}
		if e.Revoked == 0 {
			e.Revoked = s.now()
			if err := tx.PutEnrolment(e); err != nil {
				return err
			}
		}
		return s.appendAudit(tx, by.Entry(EnrolmentsRevoke, id, e.Street, 1, nil))
	}))
}

// revokeUnusedApp revokes what was drawn with an open enrolment and never used. The enrolment is revoked after it, so that
// one who was cut off in between repeats both.
func (s *Service) revokeUnusedApp(ctx context.Context, by Principal, id string) error {
	var app AppUser
	var e Enrolment
	err := s.store.View(ctx, func(r Reader) (err error) {
		if e, err = r.Enrolment(id); err != nil {
			return err
		}
		if app, err = r.AppUserOf(id); errs.CodeOf(err) == errs.NotFound { // enrolments of before there were any
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := Authorize(by, EnrolmentsRevoke, e.Street); err != nil {
		return err
	}
	if e.Used != 0 || app.Device == "" || app.Used != 0 {
		return nil
	}
	return s.RevokeDevice(ctx, by, app.Device, "enrolment revoked")
}
