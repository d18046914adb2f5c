package server

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	gosync "sync"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/api"
	"ruhu/server/openrosa"
	"ruhu/server/pages"
	"ruhu/server/spec"
	"ruhu/sync/wire"
)

// Server answers HTTP. Make one with New; it is an http.Handler, and Serve runs it on a listener.
type Server struct {
	Config
	auth     *auth.Service
	clock    clock.Clock
	sockets  clock.Clock // deadlines of connections are in the machine's time, whatever clock the domain has
	log      *slog.Logger
	echo     *echo.Echo
	contract *spec.Spec
	pages    map[string]page
	pageSet  *pages.Set
	assets   fs.FS
	phone    *builtApp
	office   officeApp
	peers    peers
	fixed    http.Header // on every answer
	metrics  *metrics
	bodies   wire.Bodies
	packers  packers
	keys     deviceKeys
	pulls    pullBuffers
	limits   struct {
		device, person, address *keyedLimiter
		apps                    *keyedLimiter // OpenRosa clients, which ask once a form
		syncFlights             *flights
		withdrawals             *keyedLimiter
		pushes                  chan struct{}
	}
	tus      *tusUploads
	openrosa *openrosa.Handler
	closing  chan struct{} // closed when the server begins to stop: streams end
	stopping atomic.Bool

	randMu gosync.Mutex
	rand   io.Reader
}

// New checks a configuration and returns a server that is ready to serve.
func New(c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	contract, err := Contract()
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "server", err)
	}
	s := &Server{
		Config: c, auth: c.Auth, clock: c.Clock, sockets: clock.System(), log: c.Log, rand: c.Rand, contract: contract,
		peers: peers{proxied: c.BehindProxy, trusted: c.TrustedProxies}, metrics: newMetrics(), fixed: fixedHeaders(), closing: make(chan struct{}),
	}
	perSecond := float64(c.SyncPerMinute) / 60
	s.limits.device = newKeyedLimiter(s.clock, perSecond, max(c.SyncPerMinute/3, 40))
	s.limits.person = newKeyedLimiter(s.clock, float64(c.PersonPerSecond), 10*c.PersonPerSecond)
	s.limits.address = newKeyedLimiter(s.clock, 10, 120)
	s.limits.withdrawals = newKeyedLimiter(s.clock, float64(limits.WithdrawalsPerHour)/3600, limits.WithdrawalsPerHour)
	s.limits.syncFlights = newFlights(limits.SyncInFlight)
	s.limits.pushes = make(chan struct{}, limits.WriterQueue)
	s.limits.apps = newKeyedLimiter(s.clock, max(10*perSecond, limits.OpenRosaPerSecond), max(c.SyncPerMinute, 20*limits.OpenRosaPerSecond))
	if s.tus, err = s.newTus(c.Uploads); err != nil {
		return nil, err
	}
	if s.phone, err = readApp(c.Phone); err != nil {
		return nil, err
	}
	if s.office, err = readOfficeApp(c.Office); err != nil {
		return nil, err
	}
	if s.openrosa, err = s.newOpenRosa(); err != nil {
		return nil, err
	}
	return s, s.route()
}

// route builds the router: every operation of the contract, and the pages.
func (s *Server) route() error {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Binder = strictBinder{}
	e.IPExtractor = func(r *http.Request) string { return callOf(r.Context()).ip }
	e.HTTPErrorHandler = s.handleError
	e.Logger.SetOutput(io.Discard)
	e.Use(s.guard, s.compress)
	api.RegisterHandlers(e, api.NewStrictHandler(s, []api.StrictMiddlewareFunc{s.auditAnswers}))
	for _, op := range s.contract.Operations {
		if op.Tagged("tus") {
			e.Add(op.Method, op.EchoPath(), s.serveTus)
		}
	}
	e.GET("/v1/attachments/:id", s.getAttachment)
	e.GET("/v1/exports/:id/file", s.exportFile)
	e.GET("/v1/audit.csv", s.exportAudit)
	e.Any(openRosaPath, s.serveOpenRosa)
	if err := s.routePages(e); err != nil {
		return err
	}
	s.echo = e
	return nil
}

// handleError answers with a problem; after the answer has begun it is cut, so that it cannot look whole.
func (s *Server) handleError(err error, ec echo.Context) {
	c := callOf(ec.Request().Context())
	c.err = codeOfEcho(err)
	if ec.Response().Committed {
		if errs.CodeOf(c.err) != errs.Interrupted {
			s.log.Error("answer cut", "request", c.id, "route", c.route, "error", c.err.Error())
		}
		panic(http.ErrAbortHandler)
	}
	if s.problemPage(ec, c, c.err) {
		return
	}
	s.writeProblem(ec.Response(), c, c.err)
}

// Serve answers on a listener until ctx ends, then takes no more, ends event streams, and finishes what is under way,
// commits included, within limits.ShutdownTimeout. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: limits.ReadHeaderTimeout,
		ReadTimeout:       limits.ReadTimeout,
		WriteTimeout:      limits.WriteTimeout,
		IdleTimeout:       limits.IdleTimeout,
		MaxHeaderBytes:    limits.HeaderBytes,
		TLSConfig:         s.Config.TLS,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() {
		if s.Config.TLS != nil {
			done <- srv.ServeTLS(ln, "", "")
			return
		}
		done <- srv.Serve(ln)
	}()
	select {
	case err := <-done:
		return errs.Wrap("serve", err)
	case <-ctx.Done():
	}
	s.Stop()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.ShutdownTimeout)
	defer cancel()
	err := srv.Shutdown(end)
	if err != nil {
		_ = srv.Close()
	}
	if serr := <-done; err == nil && !errors.Is(serr, http.ErrServerClosed) {
		err = serr
	}
	return errs.Wrap("shut down", err)
}

// Stop makes readyz say no and ends event streams; requests under way go on. It may be called more than once.
func (s *Server) Stop() {
	if s.stopping.CompareAndSwap(false, true) {
		close(s.closing)
	}
}
