package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ruhu/internal/app"
	"ruhu/internal/config"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server"
)

type serveCmd struct {
	dataFlag
	Listen        string `help:"Address of the public listener." default:"127.0.0.1:8080" env:"RUHU_LISTEN"`
	Admin         string `help:"Loopback address for metrics and profiles; empty = off." env:"RUHU_ADMIN"`
	PublicURL     string `help:"What phones open; part of enrolment links." env:"RUHU_PUBLIC_URL"`
	TLSCert       string `help:"Certificate file." name:"tls-cert" env:"RUHU_TLS_CERT" type:"path"`
	TLSKey        string `help:"Key file." name:"tls-key" env:"RUHU_TLS_KEY" type:"path"`
	BehindProxy   bool   `help:"A trusted proxy in front ends TLS." env:"RUHU_BEHIND_PROXY"`
	EnketoURL     string `help:"Enketo in which the office edits records." name:"enketo-url" env:"RUHU_ENKETO_URL"`
	EnketoKey     string `help:"Key of Enketo's API; better by the environment." name:"enketo-key" env:"RUHU_ENKETO_KEY"`
	Zone          string `help:"Zone of civil dates." default:"Asia/Shanghai" env:"RUHU_ZONE"`
	SyncPerMinute int    `help:"Requests a minute one phone may make; 0 = the built-in limit." hidden:""`
	Verbose       bool   `help:"Log every request." short:"v" env:"RUHU_VERBOSE"`
}

func (c serveCmd) config() config.Serve {
	return config.Serve{Data: c.Data, Listen: c.Listen, Admin: c.Admin, PublicURL: c.PublicURL, TLSCert: c.TLSCert, TLSKey: c.TLSKey,
		BehindProxy: c.BehindProxy, EnketoURL: c.EnketoURL, EnketoKey: c.EnketoKey, Zone: c.Zone}
}

// Run serves until it is told to stop, then finishes what is being committed.
func (c serveCmd) Run(e *env) error {
	cfg := c.config()
	if err := cfg.Check(); err != nil {
		return err
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(e.io.Err, &slog.HandlerOptions{Level: level}))
	h, err := start(e.ctx, e, cfg, hostOptions{log: log, perMinute: c.SyncPerMinute})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.io.Out, "ruhu serves %s at %s\n", cfg.Data, cfg.URL())
	return h.wait()
}

// host is a data directory being served.
type host struct {
	app    *app.App
	url    string
	cancel context.CancelFunc
	done   chan error
}

type hostOptions struct {
	log       *slog.Logger
	demo      bool
	perMinute int
}

// start opens the directory and begins to serve it. A failed write for good ends it with fail-stop.
func start(ctx context.Context, e *env, cfg config.Serve, o hostOptions) (*host, error) {
	const op = "serve"
	zone, err := time.LoadLocation(cfg.Zone)
	if err != nil {
		return nil, errs.WrapCode(errs.Usage, op, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	a, err := app.Open(ctx, cfg.Data, app.Options{Clock: e.clock, Log: o.log, Zone: zone, Demo: o.demo, OnFailStop: func(err error) { cancel(err) }})
	if err != nil {
		cancel(nil)
		return nil, err
	}
	h := &host{app: a, url: cfg.URL(), cancel: func() { cancel(nil) }, done: make(chan error, 1)}
	if err := h.listen(ctx, cfg, o); err != nil {
		cancel(nil)
		_ = a.Close()
		return nil, err
	}
	return h, nil
}

func (h *host) listen(ctx context.Context, cfg config.Serve, o hostOptions) error {
	const op = "serve"
	sc := h.app.ServerConfig()
	sc.PublicURL, sc.BehindProxy, sc.Version = cfg.PublicURL, cfg.BehindProxy, versionOf().Version
	sc.Enketo = server.Enketo{URL: cfg.EnketoURL, Key: cfg.EnketoKey}
	sc.SyncPerMinute, sc.PersonPerSecond = o.perMinute, o.perMinute/60
	if cfg.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
		if err != nil {
			return errs.WrapCode(errs.Usage, op, err)
		}
		sc.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	s, err := server.New(sc)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return errs.WrapCode(errs.Usage, op, err)
	}
	if cfg.Admin != "" {
		if err := serveAdmin(ctx, cfg.Admin, s.AdminHandler()); err != nil {
			return err
		}
	}
	h.app.Start(ctx)
	go func() {
		err := s.Serve(ctx, ln)
		if cause := context.Cause(ctx); cause != nil && errs.CodeOf(cause) == errs.FailStop {
			err = cause
		}
		h.cancel()
		if cerr := h.app.Close(); err == nil {
			err = cerr
		}
		h.done <- err
	}()
	return nil
}

func serveAdmin(ctx context.Context, addr string, handler http.Handler) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return errs.WrapCode(errs.Usage, "admin listener", err)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: limits.ReadHeaderTimeout}
	go func() { _ = srv.Serve(ln) }()
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	return nil
}

// wait returns when the server has ended; being told to stop is no error.
func (h *host) wait() error { return <-h.done }

// stop ends the server and waits for it.
func (h *host) stop() error {
	h.cancel()
	return h.wait()
}
