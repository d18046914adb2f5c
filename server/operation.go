package server

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/server/api"
)

// Healthz answers that the process lives.
func (s *Server) Healthz(context.Context, api.HealthzRequestObject) (api.HealthzResponseObject, error) {
	return api.Healthz200JSONResponse{Ok: true, Version: s.Version}, nil
}

// Readyz answers whether the server takes work.
func (s *Server) Readyz(ctx context.Context, _ api.ReadyzRequestObject) (api.ReadyzResponseObject, error) {
	if s.stopping.Load() {
		return nil, errs.New(errs.Busy, "ready", "shutting down")
	}
	if err := s.Health.Ready(ctx); err != nil {
		return nil, err
	}
	epoch, err := s.Health.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	return api.Readyz200JSONResponse{Ok: true, Epoch: epoch, Version: s.Version}, nil
}

// ErrorCatalogue returns every code with its sentences; phones keep it.
func (s *Server) ErrorCatalogue(ctx context.Context, _ api.ErrorCatalogueRequestObject) (api.ErrorCatalogueResponseObject, error) {
	all := errs.All()
	list := make([]api.ErrorEntry, 0, len(all))
	for _, e := range all {
		list = append(list, api.ErrorEntry{
			Code: string(e.Code), HTTP: e.HTTP, Exit: e.Exit, Zh: e.ZH, En: e.EN, HintZh: e.HintZH, HintEn: e.HintEN,
		})
	}
	callOf(ctx).header.Set("Cache-Control", "public, max-age=3600")
	return api.ErrorCatalogue200JSONResponse{Errors: list}, nil
}
