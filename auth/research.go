package auth

import (
	"context"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// ResearchAccess is a dated grant: one researcher's account may read one area until a time, for a purpose. The account is
// given area and end with it; a later grant takes the place of the one before.
type ResearchAccess struct {
	ID      string // gr_…
	User    string
	Area    string
	Purpose string
	From    int64
	Until   int64
	By      string // user id
	Ended   int64  // taken back, or replaced; 0 = not before Until
	EndedBy string
}

// Live reports whether the grant holds at now.
func (g ResearchAccess) Live(now int64) bool { return g.Ended == 0 && now < g.Until }

// maxPurpose is how long the purpose of a grant may be.
const maxPurpose = 1000

// GrantResearch gives a researcher dated access. Codes: forbidden, out-of-area (the area, or the account's before), invalid,
// not-found (user), rule (not a researcher, or disabled).
func (s *Service) GrantResearch(ctx context.Context, by Principal, user, area, purpose string, until time.Time) (ResearchAccess, error) {
	const op = "grant research access"
	now := s.now()
	if err := s.checkArea(ctx, area); err != nil || area == "" {
		if err == nil {
			err = errs.New(errs.Invalid, op, "a grant names an area")
		}
		return ResearchAccess{}, err
	}
	if err := Authorize(by, ResearchGrant, area); err != nil {
		return ResearchAccess{}, err
	}
	g := ResearchAccess{User: user, Area: area, Purpose: clip(purpose, maxPurpose), From: now, Until: until.UnixMilli(), By: by.UserID}
	switch {
	case g.Purpose == "":
		return ResearchAccess{}, errs.New(errs.Invalid, op, "a grant names its purpose")
	case g.Until <= now || g.Until > now+limits.ResearchMaxTTL.Milliseconds():
		return ResearchAccess{}, errs.New(errs.Invalid, op, "a grant ends within %d days", int(limits.ResearchMaxTTL.Hours()/24)).
			WithHint("请填写将来的截止日期，最长 %d 天。 Give a date within that time.", int(limits.ResearchMaxTTL.Hours()/24))
	}
	var err error
	if g.ID, err = s.newID("gr_"); err != nil {
		return ResearchAccess{}, err
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		u, err := tx.User(user)
		if err != nil {
			return err
		}
		if u.Role != Researcher || u.Disabled != 0 {
			return errs.New(errs.Rule, op, "%s is not a live researcher's account", u.ID)
		}
		if err := Authorize(by, ResearchGrant, u.Area); err != nil {
			return err
		}
		if err := s.endResearch(tx, by, user); err != nil {
			return err
		}
		u.Area, u.ValidUntil, u.Changed = g.Area, g.Until, now
		if err := tx.PutUser(u); err != nil {
			return err
		}
		if err := tx.PutResearchAccess(g); err != nil {
			return err
		}
		e := by.Entry(ResearchGrant, user, g.Area, 1, nil)
		e.Filter = g.ID
		return s.appendAudit(tx, e)
	})
	s.states.forget()
	return g, errs.Wrap(op, err)
}

// endResearch ends the live grant of an account.
func (s *Service) endResearch(tx Tx, by Principal, user string) error {
	list, err := tx.ResearchAccess(ResearchQuery{User: user, LiveAt: s.now(), Limit: pageMax})
	if err != nil {
		return err
	}
	for _, g := range list {
		g.Ended, g.EndedBy = s.now(), by.UserID
		if err := tx.PutResearchAccess(g); err != nil {
			return err
		}
	}
	return nil
}

// EndResearch takes a grant back: the account may do nothing from now on. One that is over changes nothing. Codes: forbidden,
// out-of-area, not-found.
func (s *Service) EndResearch(ctx context.Context, by Principal, id string) error {
	const op = "end research access"
	err := s.store.Update(ctx, func(tx Tx) error {
		g, err := tx.ResearchAccessByID(id)
		if err != nil {
			return err
		}
		if err := Authorize(by, ResearchGrant, g.Area); err != nil {
			return err
		}
		now := s.now()
		if !g.Live(now) {
			return nil
		}
		g.Ended, g.EndedBy = now, by.UserID
		if err := tx.PutResearchAccess(g); err != nil {
			return err
		}
		u, err := tx.User(g.User)
		if err != nil {
			return err
		}
		u.ValidUntil, u.Changed = now, now
		if err := tx.PutUser(u); err != nil {
			return err
		}
		e := by.Entry(ResearchGrant, g.User, g.Area, 0, nil)
		e.Filter = g.ID
		return s.appendAudit(tx, e)
	})
	s.states.forget()
	return errs.Wrap(op, err)
}

// ResearchFilter selects grants for ResearchGrants.
type ResearchFilter struct {
	User  string
	All   bool // those that are over, too
	Limit int
}

// ResearchGrants lists grants of the asker's area, newest first. Codes: forbidden, out-of-area.
func (s *Service) ResearchGrants(ctx context.Context, by Principal, f ResearchFilter, cursor string) (list []ResearchAccess, next string, err error) {
	if err := Authorize(by, ResearchGrant, by.Area); err != nil {
		return nil, "", err
	}
	q := ResearchQuery{User: f.User, Area: by.Area, Limit: pageLimit(f.Limit)}
	if !f.All {
		q.LiveAt = s.now()
	}
	if cursor != "" {
		if q.AfterTime, q.AfterID, err = readTimeCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) (err error) {
		list, err = r.ResearchAccess(q)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap("list research grants", err)
	}
	if len(list) == q.Limit {
		last := list[len(list)-1]
		next = timeCursor(last.From, last.ID)
	}
	return list, next, nil
}

// ResearchGrantOf returns the id of the grant under which an account reads now, "" where it has none.
func (s *Service) ResearchGrantOf(ctx context.Context, user string) (id string, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		list, err := r.ResearchAccess(ResearchQuery{User: user, LiveAt: s.now(), Limit: 1})
		if len(list) > 0 {
			id = list[0].ID
		}
		return err
	})
	return id, errs.Wrap("research grant", err)
}
