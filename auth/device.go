package auth

import (
	"context"
	"slices"
	"time"

	"ruhu/internal/errs"
)

// DeviceFilter selects devices for Devices.
type DeviceFilter struct {
	Area   string
	Worker string
	// Silent, where not 0, keeps phones in use that were not heard of for so long.
	Silent time.Duration
	Limit  int
}

// Devices lists phones of the asker's area by id, with last contact, worker, grids and standing. next is "" at the end.
// Codes: forbidden, out-of-area.
func (s *Service) Devices(ctx context.Context, by Principal, f DeviceFilter, cursor string) (list []DeviceInfo, next string, err error) {
	area, err := by.Narrow(f.Area)
	if err != nil {
		return nil, "", err
	}
	if err := Authorize(by, DevicesRead, area); err != nil {
		return nil, "", err
	}
	q := DeviceQuery{Area: area, Worker: f.Worker, Limit: pageLimit(f.Limit)}
	if f.Silent > 0 {
		q.SilentSince = s.now() - f.Silent.Milliseconds()
	}
	if cursor != "" {
		if q.After, err = readTextCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) error {
		devices, err := r.Devices(q)
		if err != nil {
			return err
		}
		for _, d := range devices {
			info, err := describe(r, d, s.now())
			if err != nil {
				return err
			}
			list = append(list, *info)
		}
		return nil
	})
	if err != nil {
		return nil, "", errs.Wrap("list devices", err)
	}
	if len(list) == q.Limit {
		next = textCursor(list[len(list)-1].ID)
	}
	return list, next, nil
}

// PhonesOf returns all phones that ever were of a street, revoked ones too, and no credentials for OpenRosa clients. Whoever
// asks it decides who may see them.
func (s *Service) PhonesOf(ctx context.Context, street string) (list []DeviceInfo, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		list = nil
		for q := (DeviceQuery{Area: street, Limit: pageMax}); ; {
			devices, err := r.Devices(q)
			if err != nil {
				return err
			}
			for _, d := range devices {
				if d.Platform == PlatformOpenRosa {
					continue
				}
				info, err := describe(r, d, s.now())
				if err != nil {
					return err
				}
				list = append(list, *info)
			}
			if len(devices) < pageMax {
				return nil
			}
			q.After = devices[len(devices)-1].ID
		}
	})
	return list, errs.Wrap("phones of a street", err)
}

// PhoneCounts says how many phones of an area are in use, and how many of them were not heard of for a while.
type PhoneCounts struct {
	Active int
	Silent int
}

// CountPhones counts the phones of an area in use: neither revoked nor credentials that nobody used yet. Codes: forbidden,
// out-of-area.
func (s *Service) CountPhones(ctx context.Context, by Principal, area string, silent time.Duration) (n PhoneCounts, err error) {
	const op = "count phones"
	if err := Authorize(by, DevicesRead, area); err != nil {
		return n, err
	}
	since := s.now() - silent.Milliseconds()
	err = s.store.View(ctx, func(r Reader) error {
		n = PhoneCounts{}
		for q := (DeviceQuery{Area: area, Limit: pageMax}); ; {
			list, err := r.Devices(q)
			if err != nil {
				return err
			}
			for _, d := range list {
				if d.Revoked != 0 || d.LastSeen == 0 {
					continue
				}
				n.Active++
				if d.LastSeen < since {
					n.Silent++
				}
			}
			if len(list) < pageMax {
				return nil
			}
			q.After = list[len(list)-1].ID
		}
	})
	return n, errs.Wrap(op, err)
}

// changeDevice holds by against a device's street and changes it, after journal has run (which may be nil).
func (s *Service) changeDevice(ctx context.Context, by Principal, a Action, id string, change func(d *Device) error, journal func(d Device) error) error {
	var d Device
	err := s.store.View(ctx, func(r Reader) (err error) {
		d, err = r.Device(id)
		return err
	})
	if err != nil {
		return err
	}
	if err := Authorize(by, a, d.Street); err != nil {
		return err
	}
	if err := change(&d); err != nil {
		return err
	}
	// The journal first: what it holds is applied at every start, so that a crash in between ends revoked.
	if journal != nil {
		if err := journal(d); err != nil {
			return err
		}
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		d, err := tx.Device(id)
		if err != nil {
			return err
		}
		if err := change(&d); err != nil {
			return err
		}
		if err := tx.PutDevice(d); err != nil {
			return err
		}
		return s.appendAudit(tx, by.Entry(a, d.ID, d.Street, 1, nil))
	})
	s.states.forget()
	return err
}

// RevokeDevice ends a phone's reads, in this process at once and in others within limits.RevocationLag. What it has not
// sent it may push for limits.DrainDays, into quarantine. Revoking a revoked one changes nothing. It cannot be undone:
// enrol the phone again. id may be of either stream. Codes: not-found, forbidden, out-of-area.
func (s *Service) RevokeDevice(ctx context.Context, by Principal, id, reason string) error {
	now := s.now()
	change := func(d *Device) error {
		if d.Revoked == 0 {
			d.Revoked, d.DrainUntil, d.RevokedBy, d.Reason = now, now+drainMillis, by.UserID, clip(reason, 1000)
		}
		return nil
	}
	journal := func(d Device) error { return s.journalRevoked(ctx, d) }
	return errs.Wrap("revoke device", s.changeDevice(ctx, by, DevicesRevoke, id, change, journal))
}

func (s *Service) journalRevoked(ctx context.Context, d Device) error {
	if s.journal == nil {
		return nil
	}
	return s.journal.AppendAuth(ctx, JournalEntry{Kind: JournalRevoked, At: d.Revoked, By: d.RevokedBy,
		Device: d.ID, Registry: d.RegistryID, Until: d.DrainUntil})
}

// maxDrain is how far from now the time to push may be prolonged.
const maxDrain = 90 * 24 * time.Hour

// ProlongDrain lets a revoked phone push until a time, at most 90 days from now. Codes: not-found, forbidden,
// out-of-area, invalid (time), rule (not revoked).
func (s *Service) ProlongDrain(ctx context.Context, by Principal, id string, until time.Time) error {
	const op = "prolong drain"
	at := until.UnixMilli()
	if at <= s.now() || at > s.now()+maxDrain.Milliseconds() {
		return errs.New(errs.Invalid, op, "the time must lie within 90 days")
	}
	change := func(d *Device) error {
		if d.Revoked == 0 {
			return errs.New(errs.Rule, op, "%s is not revoked", d.ID)
		}
		d.DrainUntil = max(d.DrainUntil, at)
		return nil
	}
	journal := func(d Device) error { return s.journalRevoked(ctx, d) }
	return errs.Wrap(op, s.changeDevice(ctx, by, DevicesDrain, id, change, journal))
}

// ConfirmDevice accepts a phone that was re-admitted by its certificate: from now on its pushes merge. What waits in
// quarantine is released line by line. Codes: not-found, forbidden, out-of-area.
func (s *Service) ConfirmDevice(ctx context.Context, by Principal, id string) error {
	change := func(d *Device) error {
		d.Confirmed = true
		return nil
	}
	return errs.Wrap("confirm device", s.changeDevice(ctx, by, DevicesConfirm, id, change, nil))
}

// GrantChange is what SetGrants did; whoever keeps views of grids (pull) ends those of Withdrawn.
type GrantChange struct {
	Worker    string
	Granted   []string
	Withdrawn []string
	At        int64
}

// ChangeGrants grants and withdraws grids of a worker. Withdrawn ones stay in the history (DeviceInfo.History): what was
// written there before still belongs there. Codes: not-found, forbidden, out-of-area, invalid, rule (not a worker).
func (s *Service) ChangeGrants(ctx context.Context, by Principal, worker string, add, remove []string) (GrantChange, error) {
	const op = "change grants"
	add, err := s.checkGrids(ctx, add)
	if err != nil {
		return GrantChange{}, err
	}
	if remove, err = s.checkGrids(ctx, remove); err != nil {
		return GrantChange{}, err
	}
	for _, g := range slices.Concat(add, remove) {
		if err := Authorize(by, GrantsManage, g); err != nil {
			return GrantChange{}, err
		}
	}
	for _, g := range remove {
		if s.journal == nil {
			break
		}
		if err := s.journal.AppendAuth(ctx, JournalEntry{Kind: JournalWithdrawn, At: s.now(), By: by.UserID, Worker: worker, Grid: g}); err != nil {
			return GrantChange{}, errs.Wrap(op, err)
		}
	}
	var c GrantChange
	err = s.store.Update(ctx, func(tx Tx) error {
		c = GrantChange{Worker: worker, At: s.now()}
		u, err := tx.User(worker)
		if err != nil {
			return err
		}
		if u.Role != Worker {
			return errs.New(errs.Rule, op, "%s is not a worker", worker)
		}
		if c.Withdrawn, err = withdraw(tx, worker, remove, c.At); err != nil {
			return err
		}
		if c.Granted, err = s.grant(tx, worker, add, by.UserID); err != nil {
			return err
		}
		area := u.Area
		if len(add) > 0 {
			area = StreetOf(add[0])
		} else if len(remove) > 0 {
			area = StreetOf(remove[0])
		}
		return s.appendAudit(tx, by.Entry(GrantsManage, worker, area, int64(len(c.Granted)+len(c.Withdrawn)), nil))
	})
	s.states.forget()
	return c, errs.Wrap(op, err)
}

// withdraw ends the open grants of grids at a time and returns which had one.
func withdraw(tx Tx, worker string, grids []string, at int64) (ended []string, err error) {
	all, err := tx.Grants(worker)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g.Until != 0 || g.From > at || !slices.Contains(grids, g.Grid) {
			continue
		}
		g.Until = max(at, g.From)
		if err := tx.PutGrant(g); err != nil {
			return nil, err
		}
		ended = append(ended, g.Grid)
	}
	return ended, nil
}
