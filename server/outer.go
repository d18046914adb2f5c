package server

import (
	"encoding/base32"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
)

// answer counts what goes out and knows whether it has begun.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	have   string // If-None-Match of a GET: what the client has
	drop   bool   // it has this: the body is not sent
}

func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	if status == http.StatusOK && a.have != "" && strings.TrimPrefix(a.Header().Get("ETag"), "W/") == strings.TrimPrefix(a.have, "W/") {
		status, a.drop = http.StatusNotModified, true
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"} {
			a.Header().Del(name)
		}
	}
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.drop {
		return len(b), nil
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach deadlines and flushing.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush sends what is there; Echo and tusd ask for it by this name.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// ServeHTTP is the outermost handler: it gives the request an id, its headers, and a line in the log, and turns a
// panic into a 500.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.clock.Now()
	ip, https := s.peers.client(r)
	c := &call{id: s.requestID(r), lang: language(r.Header.Get("Accept-Language")), ip: ip, https: https,
		agent: r.UserAgent(), host: s.peers.host(r), accept: r.Header.Get("Accept"), loopback: loopbackHost(hostOf(r.Host)), header: w.Header()}
	out := &answer{ResponseWriter: w}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		out.have = r.Header.Get("If-None-Match")
		c.ifNoneMatch = out.have
	}
	h := w.Header()
	h.Set("X-Request-Id", c.id)
	s.secureHeaders(h, https)
	r = withCall(r, c)
	if r.Method == http.MethodHead && !isUpload(r.URL.Path) && !isOpenRosa(r.URL.Path) {
		c.head = true
		r.Method = http.MethodGet // r is withCall's copy; net/http still knows HEAD and sends no body
	}
	s.metrics.inFlight.Inc()
	defer func() {
		if p := recover(); p != nil {
			s.panicked(out, c, p)
		}
		s.metrics.inFlight.Dec()
		s.logRequest(r, c, out, clock.Since(s.clock, start))
	}()
	s.echo.ServeHTTP(out, r)
}

func (s *Server) panicked(out *answer, c *call, p any) {
	if p == http.ErrAbortHandler {
		c.err = errs.New(errs.Interrupted, "serve", "the answer was cut")
		panic(p)
	}
	s.log.Error("panic", "request", c.id, "route", c.route, "panic", panicKind(p), "stack", string(debug.Stack()))
	c.err = errs.New(errs.Internal, "serve", "panic")
	if out.status == 0 {
		s.writeProblem(out, c, c.err)
		return
	}
	panic(http.ErrAbortHandler) // the answer has begun: cut it, so that it does not look whole
}

// panicKind says what kind of panic it was without values that might be answers.
func panicKind(p any) string {
	if err, ok := p.(error); ok {
		var re interface{ RuntimeError() }
		if errors.As(err, &re) {
			return err.Error()
		}
	}
	return "value"
}

func (s *Server) logRequest(r *http.Request, c *call, out *answer, took time.Duration) {
	status := out.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.observe(r.Method, c.route, status, took)
	level := slog.LevelInfo
	switch {
	case status >= 500:
		level = slog.LevelError
	case c.route == "/healthz" || c.route == "/readyz":
		level = slog.LevelDebug
	}
	if !s.log.Enabled(r.Context(), level) {
		return
	}
	method := r.Method
	if c.head {
		method = http.MethodHead
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs,
		slog.String("request", c.id), slog.String("method", method), slog.String("route", c.route),
		slog.Int("status", status), slog.Int64("bytes", out.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("ip", c.ip))
	if c.principal.UserID != "" {
		attrs = append(attrs, slog.String("user", c.principal.UserID))
	}
	if c.principal.Device != "" {
		attrs = append(attrs, slog.String("device", c.principal.Device))
	}
	if c.err != nil {
		attrs = append(attrs, slog.String("code", string(errs.CodeOf(c.err))))
		if status >= 500 {
			attrs = append(attrs, slog.String("error", c.err.Error()))
		}
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// requestID takes a proxy's request id where one is trusted and it is harmless, else draws one.
func (s *Server) requestID(r *http.Request) string {
	if s.peers.proxied {
		if id := r.Header.Get("X-Request-Id"); len(id) >= 8 && len(id) <= 64 && strings.Trim(id, idAlphabet) == "" {
			return id
		}
	}
	var b [10]byte
	if err := s.random(b[:]); err != nil {
		return "none"
	}
	return requestEncoding.EncodeToString(b[:])
}

const idAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

var requestEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// random fills b from the server's source of randomness, which need not be safe for concurrent use.
func (s *Server) random(b []byte) error {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	_, err := io.ReadFull(s.rand, b)
	return errs.Wrap("draw random bytes", err)
}

// jitter returns a duration in [0, most).
func (s *Server) jitter(most time.Duration) time.Duration {
	var b [4]byte
	if s.random(b[:]) != nil {
		return 0
	}
	n := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	return time.Duration(uint64(most) * uint64(n) >> 32)
}

// contentPolicy of answers that are data: a browser shows and runs nothing of them.
const contentPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// fixedHeaders stand on every answer. They are made once and shared: a handler that sets one puts another slice in its
// place.
func fixedHeaders() http.Header {
	return http.Header{
		"Content-Security-Policy":      {contentPolicy},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"accelerometer=(), camera=(self), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), microphone=(self), payment=(), usb=()"},
		"X-Frame-Options":              {"DENY"},
		"Cache-Control":                {"no-store"},
	}
}

func (s *Server) secureHeaders(h http.Header, https bool) {
	for name, value := range s.fixed {
		h[name] = value
	}
	if https {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// isUpload reports whether a path is an upload of tus, whose HEAD is a request of its own. A stored attachment is
// named by 64 hex digits.
func isUpload(path string) bool {
	id, ok := strings.CutPrefix(path, attachmentPrefix)
	return ok && !isHash(id)
}

func isHash(s string) bool {
	if len(s) != 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}
