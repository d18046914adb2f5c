package auth

import (
	"bytes"
	"context"
	"slices"

	"ruhu/internal/errs"
)

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
