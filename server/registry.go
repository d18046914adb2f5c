package server

import (
	"cmp"
	"context"
	"slices"

	"ruhu/auth"
	"ruhu/server/api"
	"ruhu/survey"
)

// ListVisits lists the attempts at a household.
func (s *Server) ListVisits(ctx context.Context, req api.ListVisitsRequestObject) (api.ListVisitsResponseObject, error) {
	c := callOf(ctx)
	list, err := s.Survey.Visits(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.VisitsRead, req.ID, err)
	}
	c.saw(req.ID, c.principal.Area, "", len(list))
	out := api.VisitList{Items: make([]api.Visit, 0, len(list))}
	for _, v := range list {
		out.Items = append(out.Items, api.Visit{Record: v.Record, Grid: v.Grid, Type: v.Type, Date: v.Date, Half: v.Half, Disposition: v.Disposition,
			Appointment: v.Appointment, Refusal: v.Refusal, Worker: s.Survey.WorkerCode(survey.StreetOf(v.Grid), v.Worker)})
	}
	return api.ListVisits200JSONResponse(out), nil
}

func contactOut(c survey.Contact) api.Contact {
	return api.Contact{ID: c.ID, Household: c.Household, Grid: c.Grid, Name: c.Name, Phone: c.Phone, Purpose: c.Purpose, Matter: c.Matter, Until: c.Until}
}

// ListContacts lists who asked to be called back: identity, so every page read is in the audit log.
func (s *Server) ListContacts(ctx context.Context, req api.ListContactsRequestObject) (api.ListContactsResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	after, err := readOpaque(q.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Survey.Contacts(ctx, actor(c.principal), q.Within, after, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("contacts", c.principal.Area, "within="+q.Within, len(list))
	page := api.ContactPage{Items: make([]api.Contact, 0, len(list)), Next: opaque(next)}
	for _, x := range list {
		page.Items = append(page.Items, contactOut(x))
	}
	return api.ListContacts200JSONResponse(page), nil
}

// PutContact adds or changes a contact.
func (s *Server) PutContact(ctx context.Context, req api.PutContactRequestObject) (api.PutContactResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	x, err := s.Survey.PutContact(ctx, actor(c.principal), survey.Contact{ID: b.ID, Household: b.Household, Grid: b.Grid, Name: b.Name, Phone: b.Phone,
		Purpose: string(b.Purpose), Matter: b.Matter, Until: b.Until})
	if err != nil {
		return nil, err
	}
	c.saw(x.ID, x.Grid, "", 1)
	return api.PutContact201JSONResponse(contactOut(x)), nil
}

// DeleteContact removes a contact.
func (s *Server) DeleteContact(ctx context.Context, req api.DeleteContactRequestObject) (api.DeleteContactResponseObject, error) {
	c := callOf(ctx)
	x, err := s.Survey.DeleteContact(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, err
	}
	c.saw(x.ID, x.Grid, "delete", 1)
	return api.DeleteContact204Response{}, nil
}

func followupOut(m *survey.Followup) api.Followup {
	out := api.Followup{ID: m.ID, Form: m.Form, Version: m.Version, Household: m.Household, Grid: m.Grid, Status: m.Status, Worker: m.Worker, Date: m.Date,
		Open: m.Open, Conflicts: m.Conflicts, Answers: m.Answers, Siblings: map[string][]api.Sibling{}, Ctx: m.Ctx}
	for path, list := range m.Siblings {
		out.Siblings[path] = siblingsOut(list)
	}
	return out
}

// ListFollowups lists matters that households wait for a reply to.
func (s *Server) ListFollowups(ctx context.Context, req api.ListFollowupsRequestObject) (api.ListFollowupsResponseObject, error) {
	c := callOf(ctx)
	q := req.Params
	list, next, err := s.Survey.Followups(ctx, actor(c.principal), survey.FollowupFilter{Area: q.Within, Form: q.Form, Household: q.Household, Open: q.Open, Newest: q.Newest},
		q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("follow-ups", c.principal.Area, "within="+q.Within+" household="+q.Household, len(list))
	page := api.FollowupPage{Items: make([]api.Followup, 0, len(list)), Next: next}
	for i := range list {
		page.Items = append(page.Items, followupOut(&list[i]))
	}
	return api.ListFollowups200JSONResponse(page), nil
}

// GetFollowup shows one matter.
func (s *Server) GetFollowup(ctx context.Context, req api.GetFollowupRequestObject) (api.GetFollowupResponseObject, error) {
	c := callOf(ctx)
	m, err := s.Survey.Followup(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.VisitsRead, req.ID, err)
	}
	c.saw(m.ID, m.Grid, "", 1)
	return api.GetFollowup200JSONResponse(followupOut(&m)), nil
}

// ChangeFollowup notes what was done about a matter.
func (s *Server) ChangeFollowup(ctx context.Context, req api.ChangeFollowupRequestObject) (api.ChangeFollowupResponseObject, error) {
	c := callOf(ctx)
	b := req.Body
	m, err := s.Survey.ChangeFollowup(ctx, actor(c.principal), survey.FollowupChange{ID: req.ID, Ctx: b.Ctx, Set: b.Set, Reason: b.Reason,
		Key: req.Params.IdempotencyKey, BodyHash: bodyHash(c, req.ID)})
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RegistryWrite, req.ID, err)
	}
	c.saw(m.ID, m.Grid, "change", 1)
	return api.ChangeFollowup200JSONResponse(followupOut(&m)), nil
}

// ListUnconfirmed lists phones that may still hold what was erased. Clients that take no orders to erase, as Collect, are none.
func (s *Server) ListUnconfirmed(ctx context.Context, req api.ListUnconfirmedRequestObject) (api.ListUnconfirmedResponseObject, error) {
	c := callOf(ctx)
	street := req.Params.Street
	phones, err := s.auth.PhonesOf(ctx, street)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, 2*len(phones))
	for i := range phones {
		ids = append(ids, phones[i].ID, phones[i].RegistryID)
	}
	lacking, err := s.Survey.Unerased(ctx, actor(c.principal), street, ids)
	if err != nil {
		return nil, err
	}
	type behind struct {
		since int64
		phone api.UnconfirmedPhone
	}
	var list []behind
	for i := range phones {
		d := &phones[i]
		b := behind{phone: api.UnconfirmedPhone{Device: d.ID, Worker: s.Survey.WorkerCode(street, d.Worker), WorkerName: d.WorkerName, Name: d.Name,
			State: api.UnconfirmedPhoneState(d.State()), LastSeen: millis(d.LastSeen)}}
		for _, e := range slices.Concat(lacking[d.ID], lacking[d.RegistryID]) {
			if d.Enrolled > e.At || !mayHold(d, &e) {
				continue
			}
			if b.phone.Erasures++; b.since == 0 || e.At < b.since {
				b.since = e.At
			}
		}
		if b.phone.Erasures > 0 {
			b.phone.Since = survey.CivilDate(b.since, s.Survey.Zone)
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b behind) int {
		return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.phone.Device, b.phone.Device))
	})
	c.saw("unconfirmed erasures", street, "", len(list))
	out := api.UnconfirmedList{Items: make([]api.UnconfirmedPhone, 0, len(list))}
	for i := range list {
		out.Items = append(out.Items, list[i].phone)
	}
	return api.ListUnconfirmed200JSONResponse(out), nil
}

// mayHold reports whether a phone could have got what was erased: it was granted the grid once, or its worker wrote it.
func mayHold(d *auth.DeviceInfo, e *survey.ErasedAt) bool {
	if e.Grid == "" {
		return e.Worker == "" || e.Worker == d.Worker
	}
	return slices.Contains(d.Grids, e.Grid) || slices.ContainsFunc(d.History, func(g auth.Grant) bool { return g.Grid == e.Grid })
}
