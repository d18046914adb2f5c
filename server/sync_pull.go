package server

import (
	"bytes"
	"context"
	"net/http"
	gosync "sync"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/sync"
)

// pullBuffers keeps the memory of pages between pulls.
type pullBuffers struct{ pool gosync.Pool }

// Pull writes one page of what is new for the phone. The page is made whole before its first byte leaves, so that an
// error is a problem and never half a page.
func (s *Server) Pull(ctx context.Context, req api.PullRequestObject) (api.PullResponseObject, error) {
	const op = "pull"
	c := callOf(ctx)
	p := c.principal
	if p.Device == "" {
		return nil, errs.New(errs.Forbidden, op, "only an enrolled phone pulls")
	}
	if !s.limits.syncFlights.begin(p.Device) {
		return nil, tooMany(op, s.jitter(flightWait))
	}
	defer s.limits.syncFlights.end(p.Device)
	buf, _ := s.pulls.pool.Get().(*bytes.Buffer)
	if buf == nil {
		buf = new(bytes.Buffer)
	}
	buf.Reset()
	v := sync.Viewer{Device: p.Device, RegistryDevice: p.RegistryDevice, Worker: p.UserID, Street: p.Street, Grids: p.Grids}
	if err := s.Puller.Pull(ctx, v, req.Params.Cursor, req.Params.Limit, buf); err != nil {
		s.pulls.pool.Put(buf)
		return nil, err
	}
	if n := bytes.Count(buf.Bytes(), []byte(`{"kind":"record"`)); n > 0 {
		s.auth.Note(ctx, p.Entry(auth.SyncPull, p.Device, p.Street, int64(n), nil))
	}
	return &pulledPage{s: s, buf: buf}, nil
}

type pulledPage struct {
	s   *Server
	buf *bytes.Buffer
}

// VisitPullResponse writes the page.
func (p *pulledPage) VisitPullResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(p.buf.Bytes())
	p.s.pulls.pool.Put(p.buf)
	if err != nil {
		return errs.WrapCode(errs.Interrupted, "pull", err)
	}
	return nil
}
