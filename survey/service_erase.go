package survey

import (
	"context"
	"slices"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Withdraw erases the record that a withdrawal code belongs to, in whichever stream it is, and the link of its case. The
// record is not shown. Codes: invalid (not the shape of a code), withdrawal-unknown.
func (s *Service) Withdraw(ctx context.Context, typed string) error {
	const op = "withdraw"
	hashes, fits, err := withdrawalCandidates(typed)
	if err != nil {
		return err
	}
	const reason = "withdrawal"
	for _, hash := range hashes {
		for _, st := range [...]Stream{s.answers, s.registry} {
			if st.Engine == nil {
				continue
			}
			record, caseNo, err := ofWithdrawal(ctx, st, hash)
			if err != nil {
				return errs.Wrap(op, err)
			}
			switch err := st.Engine.Withdraw(ctx, hash, reason); {
			case err == nil:
				return errs.Wrap(op, s.forget(ctx, "", record, caseNo))
			case errs.CodeOf(err) != errs.WithdrawalUnknown:
				return errs.Wrap(op, err)
			}
		}
	}
	unknown := errs.New(errs.WithdrawalUnknown, op, "no record of this code")
	if !fits {
		unknown = unknown.WithHint("校验字符不符，很可能有一位输错了。 The check character does not fit: one character is probably mistyped.")
	}
	return unknown
}

func ofWithdrawal(ctx context.Context, st Stream, hash string) (record, caseNo string, err error) {
	err = st.Store.View(ctx, func(r sync.Reader) error {
		id, ok, err := r.WithdrawalRecord(hash)
		if err != nil || !ok {
			return err
		}
		rec, _, err := r.Record(id)
		record, caseNo = id, rec.Case
		return err
	})
	return record, caseNo, err
}

// forget follows an erasure where copies of the record's traces are kept: what was made of it, the index of visits, and the
// link of its case.
func (s *Service) forget(ctx context.Context, street, record, caseNo string) error {
	if s.Erased != nil && record != "" {
		if err := s.Erased(ctx, record); err != nil {
			return err
		}
	}
	if err := s.IndexVisits(ctx, street); err != nil {
		return err
	}
	return s.unlink(ctx, caseNo)
}

// unlink removes the link of a case whose record is gone, unless other records (a back-check) still use it.
func (s *Service) unlink(ctx context.Context, caseNo string) error {
	if caseNo == "" {
		return nil
	}
	page, err := s.answers.Records.List(ctx, RecordFilter{Query: caseNo, Limit: 1})
	if err != nil || len(page.Rows) > 0 {
		return err
	}
	return s.Links.DeleteCase(ctx, caseNo)
}

// EraseOwn lets an author erase an own record while the visit lasts. Codes: not-found, forbidden (somebody else's), rule (the
// time for it is over: approved, or past the edit window).
func (s *Service) EraseOwn(ctx context.Context, a Actor, id, reason string) error {
	const op = "erase own record"
	for _, st := range [...]Stream{s.answers, s.registry} {
		var rec sync.Record
		var ok bool
		err := st.Store.View(ctx, func(r sync.Reader) (err error) {
			rec, ok, err = r.Record(id)
			return err
		})
		if err != nil {
			return errs.Wrap(op, err)
		}
		if !ok {
			continue
		}
		now := clock.Millis(s.Clock.Now())
		switch {
		case rec.State == nil || rec.State.Erased:
			return nil
		case rec.Author != a.ID:
			return errs.New(errs.Forbidden, op, "record %s is somebody else's", id)
		case !rec.Open || rec.EditUntil > 0 && now >= rec.EditUntil:
			return errs.New(errs.Rule, op, "record %s is closed to its author", id).
				WithHint("请受访人用撤回码办理，或联系街道登记员。 The respondent can withdraw with the code; the registrar helps.")
		}
		if reason == "" {
			reason = "by its author"
		}
		if _, err := st.Engine.Erase(ctx, rec.Street, id, reason); err != nil {
			return errs.Wrap(op, err)
		}
		return errs.Wrap(op, s.forget(ctx, rec.Street, id, rec.Case))
	}
	return errs.New(errs.NotFound, op, "no record %s", printable(id))
}

// maxErasure bounds one bulk erasure.
const maxErasure = 1000

// RequestErasure asks for a bulk erasure; nothing is erased before another administrator confirms. Codes: invalid.
func (s *Service) RequestErasure(ctx context.Context, a Actor, records []string, reason string) (Erasure, error) {
	const op = "request erasure"
	list := slices.Clone(records)
	slices.Sort(list)
	list = slices.Compact(list)
	switch {
	case len(list) == 0 || list[0] == "" || len(list) > maxErasure:
		return Erasure{}, errs.New(errs.Invalid, op, "%d records; 1 to %d are possible", len(list), maxErasure)
	case reason == "":
		return Erasure{}, errs.New(errs.Invalid, op, "a reason is needed").WithHint("请写明删除理由。 Say why.")
	}
	id, err := drawCode(s.Rand, 16)
	if err != nil {
		return Erasure{}, err
	}
	e := Erasure{ID: "er_" + id, Records: list, Reason: reason, RequestedBy: a.ID, Requested: s.Clock.Now()}
	return e, errs.Wrap(op, s.Catalog.PutErasure(ctx, e))
}

// ConfirmErasure erases what another administrator asked for. It may be called again after a crash. Codes: not-found, rule
// (the same person asked for it), conflict (it is done).
func (s *Service) ConfirmErasure(ctx context.Context, a Actor, id string) (Erasure, error) {
	const op = "confirm erasure"
	e, ok, err := s.Catalog.Erasure(ctx, id)
	switch {
	case err != nil:
		return Erasure{}, errs.Wrap(op, err)
	case !ok:
		return Erasure{}, errs.New(errs.NotFound, op, "no request %s", printable(id))
	case !e.Confirmed.IsZero():
		return Erasure{}, errs.New(errs.Conflict, op, "request %s was carried out", id)
	case e.RequestedBy == a.ID:
		return Erasure{}, errs.New(errs.Rule, op, "the same person cannot ask and confirm").
			WithHint("须由另一名管理员确认。 Another administrator must confirm.")
	}
	e.Missing = nil
	for _, record := range e.Records {
		known, err := s.eraseAnywhere(ctx, record, e.Reason)
		if err != nil {
			return Erasure{}, errs.Wrap(op, err)
		}
		if !known {
			e.Missing = append(e.Missing, record)
		}
	}
	e.ConfirmedBy, e.Confirmed = a.ID, s.Clock.Now()
	return e, errs.Wrap(op, s.Catalog.PutErasure(ctx, e))
}

// EraseRecord erases one record at once, for the operator at the machine; it says whether anything of it was known.
func (s *Service) EraseRecord(ctx context.Context, record, reason string) (known bool, err error) {
	return s.eraseAnywhere(ctx, record, reason)
}

func (s *Service) eraseAnywhere(ctx context.Context, record, reason string) (known bool, err error) {
	for _, st := range [...]Stream{s.answers, s.registry} {
		if st.Store == nil {
			continue
		}
		var rec sync.Record
		var there bool
		err := st.Store.View(ctx, func(r sync.Reader) error {
			var err error
			if rec, there, err = r.Record(record); err != nil || there {
				return err
			}
			lines, err := r.Unsettled(record)
			if len(lines) > 0 {
				there, rec.Street = true, lines[0].Street
			}
			return err
		})
		if err != nil {
			return known, err
		}
		if !there {
			continue
		}
		known = true
		if _, err := st.Engine.Erase(ctx, rec.Street, record, reason); err != nil {
			return known, err
		}
		if err := s.forget(ctx, rec.Street, record, rec.Case); err != nil {
			return known, err
		}
	}
	return known, nil
}

// Erasures lists requests, newest first.
func (s *Service) Erasures(ctx context.Context, after string, limit int) (list []Erasure, next string, err error) {
	limit = pageLimit(limit)
	list, err = s.Catalog.Erasures(ctx, after, limit+1)
	if err == nil && len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, err
}

// Restrict stops all use of a household's records but storage, or ends that; for registrars, who see no answers. It says how
// many records it was about. Codes: not-found (no such household in the area), invalid.
func (s *Service) Restrict(ctx context.Context, a Actor, household string, on bool, reason string) (int, error) {
	const op = "restrict"
	if err := a.mayIdentity(op); err != nil {
		return 0, err
	}
	h, ok, err := s.Registry.Household(ctx, household)
	switch {
	case err != nil:
		return 0, errs.Wrap(op, err)
	case !ok || !Within(a.Area, h.Grid):
		return 0, errs.New(errs.NotFound, op, "no such household")
	case reason == "":
		return 0, errs.New(errs.Invalid, op, "a reason is needed")
	}
	links, err := s.Links.ByHousehold(ctx, household)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	status := StatusRestricted
	if !on {
		status = StatusSubmitted
	}
	n := 0
	for _, l := range links {
		page, err := s.answers.Records.List(ctx, RecordFilter{Query: l.Case, Limit: limits.PullRows})
		if err != nil {
			return n, errs.Wrap(op, err)
		}
		for _, row := range page.Rows {
			if row.Case != l.Case || !on && row.Status != StatusRestricted {
				continue
			}
			if err := s.setStatus(ctx, a, row, status, reason); err != nil {
				return n, errs.Wrap(op, err)
			}
			n++
		}
	}
	return n, nil
}

// setStatus writes a status over whatever statuses live, as a registrar.
func (s *Service) setStatus(ctx context.Context, a Actor, row RecordRow, status, reason string) error {
	var vv crdt.VV
	err := s.answers.Store.View(ctx, func(r sync.Reader) error {
		rec, ok, err := r.Record(row.ID)
		if ok && rec.State != nil {
			vv = rec.State.VV
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.answers.Engine.Office(ctx, sync.OfficeChange{User: a.ID, Street: row.Street, Role: sync.RoleRegistrar, Record: row.ID, Ctx: vv, Reason: reason,
		Set: []crdt.Cell{{Path: sync.PathStatus, Value: status}}})
	if errs.CodeOf(err) == errs.Erased {
		return nil
	}
	return err
}
