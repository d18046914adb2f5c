package auth

import (
	"context"
	"slices"

	"ruhu/internal/errs"
)

// ForkRequest is a phone that was restored from a backup or cloned and enrols itself anew.
type ForkRequest struct {
	Certificate string
	Proof       Proof  // over "ruhu-fork:" + device + ":" + at + ":" + PublicKey, as sent
	PublicKey   string // the new device's key; "" = it keeps the old one
	Name        string
	Platform    string
	IP          string
	Agent       string
	Request     string
}

// maxForks is how many devices of one worker may be enrolled within a day without a code.
const maxForks = 20

// Fork enrols a new device pair for the worker of a certificate, without a code. The new device stands as the old one
// does: a revoked or unconfirmed device begets one. The old device stays as it is. The audit log and the new device's
// ForkOf tell the office. Codes: token-invalid, stale-signature, invalid (key), device-revoked (its drain time is over),
// too-many-requests.
func (s *Service) Fork(ctx context.Context, req ForkRequest) (Enrolled, error) {
	const op = "fork"
	c, err := s.ReadCertificate(req.Certificate)
	if err != nil {
		return Enrolled{}, err
	}
	point, err := ParsePublicKey(req.PublicKey)
	if err != nil {
		return Enrolled{}, err
	}
	if point == nil {
		point = c.Key
	}
	name, platform, err := phoneNames(req.Name, req.Platform)
	if err != nil {
		return Enrolled{}, err
	}
	message := forkMessage(c.Device, req.Proof.At, req.PublicKey)
	if err := s.checkProof(c.Key, message, req.Proof); err != nil {
		return Enrolled{}, err
	}
	var e issued
	err = s.store.Update(ctx, func(tx Tx) error {
		e = issued{}
		if err := s.spendProof(tx, message); err != nil {
			return err
		}
		old, err := s.deviceOf(tx, c)
		if err != nil {
			return err
		}
		info, err := describe(tx, old, s.now())
		if err != nil {
			return err
		}
		if !info.MayPush {
			return errs.New(errs.DeviceRevoked, op, "revoked, and the time to push is over")
		}
		if err := s.boundForks(tx, old.Worker); err != nil {
			return err
		}
		d := old
		d.PublicKey, d.ForkOf, d.Enrolment = point, old.ID, ""
		if name != "" {
			d.Name = name
		}
		if platform != "" {
			d.Platform = platform
		}
		if err := s.issue(tx, d, req.IP, req.Agent, &e); err != nil {
			return err
		}
		if e.device.Revoked != 0 {
			if err := s.journalRevoked(ctx, e.device); err != nil {
				return err
			}
		}
		return s.appendAudit(tx, AuditEntry{Actor: d.Worker, Role: Worker, Action: "devices.fork", Object: e.device.ID,
			Area: d.Street, Filter: old.ID, Rows: 1, Request: req.Request})
	})
	if err != nil {
		return Enrolled{}, errs.Wrap(op, err)
	}
	s.states.forget()
	return s.enrolled(ctx, e)
}

func (s *Service) boundForks(tx Tx, worker string) error {
	since := s.now() - 24*3600*1000
	q := DeviceQuery{Worker: worker, Limit: pageMax}
	n := 0
	for {
		list, err := tx.Devices(q)
		if err != nil {
			return err
		}
		for _, d := range list {
			if d.ForkOf != "" && d.Enrolled > since {
				n++
			}
		}
		if n >= maxForks {
			return errs.New(errs.TooMany, "fork", "%d devices within a day", n).WithHint("Ask for a new enrolment code.")
		}
		if len(list) < q.Limit {
			return nil
		}
		q.After = list[len(list)-1].ID
	}
}

// deviceOf returns the device of a certificate whose signature was checked; one the store does not know, because it was
// restored to before the enrolment, is re-admitted unconfirmed.
func (s *Service) deviceOf(tx Tx, c Certificate) (Device, error) {
	const op = "find the certificate's device"
	d, err := tx.Device(c.Device)
	if err == nil {
		if d.RegistryID != c.RegistryDevice || d.Worker != c.Worker || d.Street != c.Street || !slices.Equal(d.PublicKey, c.Key) {
			return Device{}, errs.New(errs.TokenInvalid, op, "the certificate contradicts the device %s", c.Device)
		}
		return d, nil
	}
	if errs.CodeOf(err) != errs.NotFound {
		return Device{}, err
	}
	return s.readmit(tx, c)
}

// readmit stores a device, and where they are missing its worker and grants, as a certificate names them.
func (s *Service) readmit(tx Tx, c Certificate) (Device, error) {
	now := s.now()
	u, err := tx.User(c.Worker)
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		if err := s.putWorker(tx, c.Worker, c.Name, c.Street); err != nil {
			return Device{}, err
		}
	case err != nil:
		return Device{}, err
	case u.Role != Worker:
		return Device{}, errs.New(errs.TokenInvalid, "re-admit device", "%s is not a worker", c.Worker)
	}
	known, err := tx.Grants(c.Worker)
	if err != nil {
		return Device{}, err
	}
	for _, grid := range c.Grids() {
		// A grant that the store or the journal knows to have ended since is not opened again.
		if slices.ContainsFunc(known, func(g Grant) bool { return g.Grid == grid && (g.Until == 0 || g.Until >= c.Issued) }) {
			continue
		}
		if err := tx.PutGrant(Grant{Worker: c.Worker, Grid: grid, From: c.Issued, By: "certificate"}); err != nil {
			return Device{}, err
		}
	}
	d := Device{ID: c.Device, RegistryID: c.RegistryDevice, Street: c.Street, Worker: c.Worker, PublicKey: c.Key,
		Enrolled: c.Issued, LastSeen: now}
	r, err := tx.Revocation(c.Device)
	switch {
	case err == nil:
		d.Revoked, d.DrainUntil, d.RevokedBy, d.Reason = r.At, r.DrainUntil, r.By, r.Reason
	case errs.CodeOf(err) != errs.NotFound:
		return Device{}, err
	}
	if err := tx.PutDevice(d); err != nil {
		return Device{}, err
	}
	return d, s.appendAudit(tx, AuditEntry{Actor: c.Worker, Role: Worker, Action: "devices.readmit", Object: c.Device, Area: c.Street, Rows: 1})
}
