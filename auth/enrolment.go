package auth

import (
	"bytes"
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

// CreateEnrolment draws a one-time code. The code is returned here and nowhere else; only its hash is kept. The account of a
// new worker (Enrolment.Worker) is opened with the code, so that households can be assigned before the phone is in hand; its
// grids are granted when the code is used.
// Codes: forbidden, out-of-area, invalid, not-found (worker), rule (not a worker's account).
func (s *Service) CreateEnrolment(ctx context.Context, by Principal, n NewEnrolment) (e Enrolment, code string, err error) {
	const op = "create enrolment"
	if e, err = s.draftEnrolment(ctx, n); err != nil {
		return Enrolment{}, "", err
	}
	if err := Authorize(by, EnrolmentsCreate, e.Street); err != nil && len(e.Grids) == 0 {
		return Enrolment{}, "", err
	}
	for _, g := range e.Grids {
		if err := Authorize(by, EnrolmentsCreate, g); err != nil {
			return Enrolment{}, "", err
		}
	}
	raw, err := s.random(codeBytes)
	if err != nil {
		return Enrolment{}, "", err
	}
	code = encodeCrockford(raw)
	e.CodeHash, e.CreatedBy = hashCode(code), by.UserID
	if e.ID, err = s.newID("en_"); err != nil {
		return Enrolment{}, "", err
	}
	if e.Worker == "" {
		if e.Worker, err = s.newID("us_"); err != nil {
			return Enrolment{}, "", err
		}
	}
	err = s.store.Update(ctx, func(tx Tx) error {
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
				return errs.New(errs.Rule, op, "%s is not a live worker's account", u.ID)
			}
			if err := Authorize(by, EnrolmentsCreate, u.Area); err != nil {
				return err
			}
		}
		if err := tx.PutEnrolment(e); err != nil {
			return err
		}
		return s.appendAudit(tx, by.Entry(EnrolmentsCreate, e.ID, e.Street, int64(len(e.Grids)), nil))
	})
	if err != nil {
		return Enrolment{}, "", errs.Wrap(op, err)
	}
	return e, code, nil
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

// RevokeEnrolment makes an unused code worthless. Codes: not-found, forbidden, out-of-area, code-used.
func (s *Service) RevokeEnrolment(ctx context.Context, by Principal, id string) error {
	const op = "revoke enrolment"
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

// EnrolRequest is a phone that enrols with a code.
type EnrolRequest struct {
	Code      string
	Name      string // what the worker calls the phone; may be empty
	Platform  string
	PublicKey string // see ParsePublicKey; "" = none: the phone then depends on its refresh token alone
	// Proof, over "ruhu-enrol:" + code + ":" + at, is needed only to repeat a request whose reply was lost: a used code is
	// answered again to the phone that used it.
	Proof   Proof
	IP      string
	Agent   string
	Request string
}

// Enrolled is what a phone is told.
type Enrolled struct {
	Tokens
	Certificate string
	Device      DeviceInfo
}

// Enrol uses a code: exactly one of any number of requests wins. It grants the grids and issues the pair of devices, a certificate and tokens. Codes: code-unknown, code-used, code-expired (also
// revoked), invalid (key, name), rule (the worker's account is disabled).
func (s *Service) Enrol(ctx context.Context, req EnrolRequest) (Enrolled, error) {
	const op = "enrol"
	code, err := NormalCode(req.Code)
	if err != nil {
		return Enrolled{}, err
	}
	point, err := ParsePublicKey(req.PublicKey)
	if err != nil {
		return Enrolled{}, err
	}
	name, platform, err := phoneNames(req.Name, req.Platform)
	if err != nil {
		return Enrolled{}, err
	}
	var e issued
	err = s.store.Update(ctx, func(tx Tx) error {
		e = issued{}
		en, err := tx.EnrolmentByCode(hashCode(code))
		if errs.CodeOf(err) == errs.NotFound {
			return errs.New(errs.CodeUnknown, op, "no such code")
		} else if err != nil {
			return err
		}
		switch en.State(s.now()) {
		case "used":
			return s.enrolAgain(tx, en, code, point, req, &e)
		case "revoked", "expired":
			return errs.New(errs.CodeExpired, op, "the code is %s", en.State(s.now()))
		}
		if err := s.admitWorker(tx, en); err != nil {
			return err
		}
		d := Device{Street: en.Street, Worker: en.Worker, Name: name, Platform: platform, PublicKey: point, Confirmed: true, Enrolment: en.ID}
		if err := s.issue(tx, d, req.IP, req.Agent, &e); err != nil {
			return err
		}
		en.Used, en.Device = s.now(), e.device.ID
		if err := tx.PutEnrolment(en); err != nil {
			return err
		}
		return s.appendAudit(tx, AuditEntry{Actor: en.Worker, Role: Worker, Action: "devices.enrol", Object: e.device.ID,
			Area: en.Street, Filter: en.ID, Rows: 1, Request: req.Request})
	})
	if err != nil {
		return Enrolled{}, errs.Wrap(op, err)
	}
	s.states.forget()
	return s.enrolled(ctx, e)
}

// enrolAgain answers a used code to the phone that used it, which proves it by its key.
func (s *Service) enrolAgain(tx Tx, en Enrolment, code string, point []byte, req EnrolRequest, e *issued) error {
	used := errs.New(errs.CodeUsed, "enrol", "the code was used")
	if req.Proof.Signature == "" || len(point) == 0 {
		return used
	}
	d, err := tx.Device(en.Device)
	if err != nil {
		return err
	}
	if !bytes.Equal(d.PublicKey, point) || d.Revoked != 0 {
		return used
	}
	message := enrolMessage(code, req.Proof.At)
	if err := s.checkProof(point, message, req.Proof); err != nil {
		return err
	}
	if err := s.spendProof(tx, message); err != nil {
		return err
	}
	if err := s.endSessions(tx, SessionQuery{Device: d.ID}, EndedSuperseded); err != nil {
		return err
	}
	e.device = d
	e.session, e.refresh, err = s.newTokenSession(tx, PhoneSession, d.Worker, d.ID, req.IP, req.Agent)
	return err
}

// admitWorker holds the worker of an enrolment to be live and grants the enrolment's grids.
func (s *Service) admitWorker(tx Tx, en Enrolment) error {
	u, err := tx.User(en.Worker)
	if err != nil {
		return err
	}
	if !u.Live(s.now()) || u.Role != Worker {
		return errs.New(errs.Rule, "enrol", "the worker's account is disabled")
	}
	_, err = s.grant(tx, en.Worker, en.Grids, en.CreatedBy)
	return err
}

// putWorker opens the account of a worker that only enrols.
func (s *Service) putWorker(tx Tx, id, name, street string) error {
	now := s.now()
	return tx.PutUser(User{ID: id, Name: name, Role: Worker, Area: street, Created: now, Changed: now})
}

// grant opens grants for grids that have no open one and returns which.
func (s *Service) grant(tx Tx, worker string, grids []string, by string) (opened []string, err error) {
	now := s.now()
	all, err := tx.Grants(worker)
	if err != nil {
		return nil, err
	}
	for _, grid := range grids {
		if slices.ContainsFunc(all, func(g Grant) bool { return g.Grid == grid && g.Open(now) }) {
			continue
		}
		if err := tx.PutGrant(Grant{Worker: worker, Grid: grid, From: now, By: by}); err != nil {
			return nil, err
		}
		opened = append(opened, grid)
	}
	return opened, nil
}

// issued is a device with its first session.
type issued struct {
	device  Device
	session Session
	refresh refreshToken
}

// issue draws a pair of ids for d, stores it and begins a session.
func (s *Service) issue(tx Tx, d Device, ip, agent string, e *issued) (err error) {
	if d.ID, err = s.newDeviceID(tx, "dv_"); err != nil {
		return err
	}
	if d.RegistryID, err = s.newDeviceID(tx, "rg_"); err != nil {
		return err
	}
	d.Enrolled, d.LastSeen = s.now(), s.now()
	if err := tx.PutDevice(d); err != nil {
		return err
	}
	e.device = d
	e.session, e.refresh, err = s.newTokenSession(tx, PhoneSession, d.Worker, d.ID, ip, agent)
	return err
}

// newDeviceID draws an id no device ever had.
func (s *Service) newDeviceID(tx Tx, prefix string) (string, error) {
	for {
		id, err := s.newID(prefix)
		if err != nil {
			return "", err
		}
		if _, err := tx.Device(id); errs.CodeOf(err) == errs.NotFound {
			return id, nil
		} else if err != nil {
			return "", err
		}
	}
}

// enrolled makes the answer for an issued device.
func (s *Service) enrolled(ctx context.Context, e issued) (Enrolled, error) {
	info, err := s.DeviceByID(ctx, e.device.ID)
	if err != nil {
		return Enrolled{}, err
	}
	tokens, err := s.tokensFor(ctx, e.session, s.writeRefresh(e.refresh), false)
	if err != nil {
		return Enrolled{}, err
	}
	cert, err := s.signCertificate(Certificate{Device: info.ID, RegistryDevice: info.RegistryID, Worker: info.Worker,
		Name: info.WorkerName, Street: info.Street, Tails: gridTails(info.Grids), Key: info.PublicKey, Issued: s.now()})
	return Enrolled{Tokens: tokens, Certificate: cert, Device: info}, err
}

// phoneNames cleans what a phone says of itself.
func phoneNames(name, platform string) (string, string, error) {
	for _, f := range []*string{&name, &platform} {
		if *f == "" {
			continue
		}
		clean, err := cleanName(*f)
		if err != nil {
			return "", "", err
		}
		*f = clean
	}
	return name, platform, nil
}
