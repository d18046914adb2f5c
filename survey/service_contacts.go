package survey

import (
	"context"
	"time"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// contactDays is how long a contact is kept at most.
const contactDays = 180

// PutContact stores a contact of the actor's area; for registrars. It is kept until Until, at most and by default 180 days.
// Codes: invalid, out-of-area, not-found (one to be changed, also outside the area).
func (s *Service) PutContact(ctx context.Context, a Actor, c Contact) (Contact, error) {
	const op = "put contact"
	if err := a.mayIdentity(op); err != nil {
		return Contact{}, err
	}
	latest := s.Clock.Now().In(s.Zone).AddDate(0, 0, contactDays).Format(time.DateOnly)
	if c.Until == "" {
		c.Until = latest
	}
	_, err := time.Parse(time.DateOnly, c.Until)
	switch {
	case KindOf(c.Grid) != Grid || !Within(a.Area, c.Grid):
		return Contact{}, errs.New(errs.OutOfArea, op, "grid %s is not in %s", printable(c.Grid), a.Area)
	case err != nil || c.Until > latest:
		return Contact{}, errs.New(errs.Invalid, op, "until: a date within %d days", contactDays)
	case c.Purpose != "followup" && c.Purpose != "candidate":
		return Contact{}, errs.New(errs.Invalid, op, "purpose: followup or candidate")
	case c.Name == "" && c.Phone == "":
		return Contact{}, errs.New(errs.Invalid, op, "a name or a telephone number is needed")
	case utf8.RuneCountInString(c.Name) > limits.NameRunes || utf8.RuneCountInString(c.Phone) > 40 || utf8.RuneCountInString(c.Matter) > limits.NameRunes:
		return Contact{}, errs.New(errs.Invalid, op, "too long")
	}
	if c.ID != "" {
		old, ok, err := s.Registry.Contact(ctx, c.ID)
		if err == nil && (!ok || !Within(a.Area, old.Grid)) {
			err = errs.New(errs.NotFound, op, "no such contact")
		}
		if err != nil {
			return Contact{}, errs.Wrap(op, err)
		}
	}
	return s.Registry.PutContact(ctx, c)
}

// Contacts lists contacts of the actor's area at or below under; for registrars.
func (s *Service) Contacts(ctx context.Context, a Actor, under, after string, limit int) ([]Contact, string, error) {
	if err := a.mayIdentity("contacts"); err != nil {
		return nil, "", err
	}
	area, err := narrow(a.Area, under)
	if err != nil {
		return nil, "", err
	}
	return s.Registry.Contacts(ctx, area, after, pageLimit(limit))
}

// DeleteContact removes a contact of the actor's area and returns what it was; for registrars. Code not-found (also outside
// the area).
func (s *Service) DeleteContact(ctx context.Context, a Actor, id string) (Contact, error) {
	const op = "delete contact"
	if err := a.mayIdentity(op); err != nil {
		return Contact{}, err
	}
	c, ok, err := s.Registry.Contact(ctx, id)
	if err == nil && (!ok || !Within(a.Area, c.Grid)) {
		err = errs.New(errs.NotFound, op, "no such contact")
	}
	if err != nil {
		return Contact{}, errs.Wrap(op, err)
	}
	return c, errs.Wrap(op, s.Registry.DeleteContact(ctx, id))
}
