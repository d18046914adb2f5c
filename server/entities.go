package server

import (
	"context"
	"net/http"

	"ruhu/server/api"
	"ruhu/survey/entity"
)

// ListEntityLists lists the entity lists of a street.
func (s *Server) ListEntityLists(ctx context.Context, req api.ListEntityListsRequestObject) (api.ListEntityListsResponseObject, error) {
	list, err := s.Lists.Lists(ctx, actor(principalOf(ctx)), req.Params.Street)
	if err != nil {
		return nil, err
	}
	out := api.EntityListList{Items: make([]api.EntityListInfo, 0, len(list))}
	for _, l := range list {
		out.Items = append(out.Items, api.EntityListInfo{Name: l.Name, Properties: listOf(l.Properties), Entities: int(l.Entities), Open: int(l.Open)})
	}
	return api.ListEntityLists200JSONResponse(out), nil
}

// ListEntities lists a page of a list.
func (s *Server) ListEntities(ctx context.Context, req api.ListEntitiesRequestObject) (api.ListEntitiesResponseObject, error) {
	c, q := callOf(ctx), req.Params
	rows, next, err := s.Lists.Entities(ctx, actor(c.principal), q.Street, req.Name, q.Open, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", q.Street, "list="+req.Name, len(rows))
	out := api.EntityPage{Items: make([]api.EntityRow, 0, len(rows)), Next: next}
	for i := range rows {
		out.Items = append(out.Items, entityOut(&rows[i]))
	}
	return api.ListEntities200JSONResponse(out), nil
}

func entityOut(r *entity.Row) api.EntityRow {
	out := api.EntityRow{ID: r.ID, Label: r.Label, Place: r.Place, Version: r.Version, Created: r.Created, Open: r.Attention(), Deleted: r.Deleted,
		Conflict: string(r.Conflict), Properties: r.Properties, MissingBase: sources(r.Missing), Late: sources(r.Late)}
	if out.Properties == nil {
		out.Properties = map[string]string{}
	}
	for name, list := range r.Siblings {
		if out.Siblings == nil {
			out.Siblings = map[string][]api.EntitySibling{}
		}
		for _, sib := range list {
			out.Siblings[name] = append(out.Siblings[name], api.EntitySibling{Source: api.EntitySource(sib.Source), Value: sib.Value})
		}
	}
	return out
}

func sources(list []entity.Source) []api.EntitySource {
	var out []api.EntitySource
	for _, s := range list {
		out = append(out, api.EntitySource(s))
	}
	return out
}

// GetEntity shows one entity and what changed it.
func (s *Server) GetEntity(ctx context.Context, req api.GetEntityRequestObject) (api.GetEntityResponseObject, error) {
	c := callOf(ctx)
	v, err := s.Lists.Entity(ctx, actor(c.principal), req.Params.Street, req.Name, req.ID)
	if err != nil {
		return nil, err
	}
	c.saw(req.ID, v.Place, "list="+req.Name, 1)
	out := api.EntityView{Entity: entityOut(&v.Row), History: make([]api.EntityEvent, 0, len(v.History))}
	for _, e := range v.History {
		event := api.EntityEvent{Version: e.Version, Kind: string(e.Kind), Source: api.EntitySource(e.Source), Values: e.Values,
			Erased: e.Erased, Settled: e.Settled, Deleted: e.Deleted, Restored: e.Restored}
		if event.Values == nil {
			event.Values = map[string]string{}
		}
		out.History = append(out.History, event)
	}
	return api.GetEntity200JSONResponse(out), nil
}

// DecideEntity corrects, settles, deletes or restores an entity.
func (s *Server) DecideEntity(ctx context.Context, req api.DecideEntityRequestObject) (api.DecideEntityResponseObject, error) {
	c, b := callOf(ctx), req.Body
	d := entity.Decision{Street: req.Params.Street, List: req.Name, ID: req.ID, Version: b.Version, Set: b.Set, Settle: b.Settle,
		Delete: b.Delete, Restore: b.Restore, Key: req.Params.IdempotencyKey, Keep: map[string]entity.Source{}}
	for name, source := range b.Keep {
		d.Keep[name] = entity.Source(source)
	}
	r, err := s.Lists.Decide(ctx, actor(c.principal), d)
	if err != nil {
		return nil, err
	}
	c.saw(req.ID, r.Place, "list="+req.Name, 1)
	return api.DecideEntity200JSONResponse(entityOut(&r)), nil
}

// ListEntityFaults lists what could not be applied.
func (s *Server) ListEntityFaults(ctx context.Context, req api.ListEntityFaultsRequestObject) (api.ListEntityFaultsResponseObject, error) {
	c, q := callOf(ctx), req.Params
	list, next, err := s.Lists.Faults(ctx, actor(c.principal), q.Street, q.Cursor, pageSize(q.Limit))
	if err != nil {
		return nil, err
	}
	c.saw("", q.Street, "faults", len(list))
	out := api.EntityFaultPage{Items: make([]api.EntityFault, 0, len(list)), Next: next}
	for _, f := range list {
		out.Items = append(out.Items, api.EntityFault{ID: f.Key, Code: string(f.Code), List: f.List, Entity: f.ID, Instance: f.Instance, Path: f.Path,
			Date: s.civil(f.Received), Label: f.Node.Label, Properties: f.Node.Properties})
	}
	return api.ListEntityFaults200JSONResponse(out), nil
}

// DropEntityFault takes a fault off the list.
func (s *Server) DropEntityFault(ctx context.Context, req api.DropEntityFaultRequestObject) (api.DropEntityFaultResponseObject, error) {
	c := callOf(ctx)
	if err := s.Lists.DropFault(ctx, actor(c.principal), req.Params.Street, req.ID); err != nil {
		return nil, err
	}
	c.saw(req.ID, req.Params.Street, "fault", 1)
	return api.DropEntityFault204Response{}, nil
}

// EntityListCSV returns a list as a worker's phone gets it.
func (s *Server) EntityListCSV(ctx context.Context, req api.EntityListCSVRequestObject) (api.EntityListCSVResponseObject, error) {
	c := callOf(ctx)
	p := c.principal
	list, err := s.Lists.Open(ctx, entity.Viewer{Worker: p.UserID, Street: p.Street, Grids: p.Grids}, req.Name, req.Params.After)
	if err != nil {
		return nil, err
	}
	c.header.Set("ETag", `"`+list.Version+`"`)
	c.header.Set("Cache-Control", "private, no-cache")
	return entityCSV{ctx, list, c.have(list.Version)}, nil
}

// entityCSV writes a list as it is read.
type entityCSV struct {
	ctx       context.Context
	list      *entity.List
	unchanged bool
}

// VisitEntityListCSVResponse implements api.EntityListCSVResponseObject.
func (e entityCSV) VisitEntityListCSVResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.WriteHeader(http.StatusOK) // a 304 where the client has it
	if e.unchanged {
		return nil
	}
	return e.list.Write(e.ctx, w)
}
