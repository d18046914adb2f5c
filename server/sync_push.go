package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"io"
	"math"
	"net/http"
	"strings"
	gosync "sync"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/sync"
	"ruhu/sync/wire"
)

// Push takes change sets. The author of lines is the device the opening line names; whoever is not that device carries a
// pack, which its author must have signed.
func (s *Server) Push(ctx context.Context, _ api.PushRequestObject) (api.PushResponseObject, error) {
	c := callOf(ctx)
	carried := wire.IsPack(c.body)
	if carried {
		body, err := s.openPack(c.body)
		if err != nil {
			return nil, err
		}
		c.body = body
	}
	return s.pushOf(ctx, c, c.body, carried)
}

// pushOf finds whose lines a push has and whether the caller may bring them.
func (s *Server) pushOf(ctx context.Context, c *call, body []byte, carried bool) (*pushAnswer, error) {
	device, err := openingDevice(body)
	if err != nil {
		return nil, err
	}
	engine, err := s.engineOf(device)
	if err != nil {
		return nil, err
	}
	p := &c.principal
	own := !carried && (device == p.Device || device == p.RegistryDevice)
	info, err := s.auth.DeviceByID(ctx, device)
	if err != nil {
		return nil, errs.Wrap("push", err)
	}
	if own {
		err = auth.Authorize(*p, auth.SyncPush, p.Street)
	} else {
		err = auth.Authorize(*p, auth.PacksPush, info.Street)
	}
	if err != nil {
		return nil, err
	}
	return &pushAnswer{s: s, body: body, ctx: ctx, engine: engine, author: s.authorOf(&info, device, p, own), own: own}, nil
}

// openPack unseals a pack that somebody carries.
func (s *Server) openPack(pack []byte) ([]byte, error) {
	if s.PackKey == nil {
		return nil, errs.New(errs.UnsupportedMedia, "push", "packs are not taken here")
	}
	body, err := wire.OpenPack(s.PackKey, pack)
	return body, errs.Wrap("push", err)
}

// openingDevice reads which device a push names. Everything else of the opening line is for the engine to judge.
func openingDevice(body []byte) (string, error) {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	const key = `"device"`
	i := bytes.Index(line, []byte(key))
	if i < 0 {
		return "", errs.New(errs.BadRequest, "push", "the opening line names no device")
	}
	rest := bytes.TrimLeft(line[i+len(key):], " \t:")
	if len(rest) > 1 && rest[0] == '"' {
		if j := bytes.IndexByte(rest[1:], '"'); j > 0 && j <= 64 {
			return string(rest[1 : 1+j]), nil
		}
	}
	return "", errs.New(errs.BadRequest, "push", "the opening line names no device")
}

// engineOf returns the stream a device id belongs to.
func (s *Server) engineOf(device string) (*sync.Service, error) {
	switch {
	case strings.HasPrefix(device, "dv_"):
		return s.Answers, nil
	case strings.HasPrefix(device, "rg_"):
		return s.Registry, nil
	}
	return nil, errs.New(errs.BadRequest, "push", "a device id begins with dv_ or rg_")
}

// authorOf tells the engine what is known of the author now. A session that ended by reuse pushes like a revoked phone.
func (s *Server) authorOf(info *auth.DeviceInfo, device string, p *auth.Principal, own bool) sync.Author {
	held := info.Held
	if own && p.Held != "" {
		held = p.Held
	}
	a := sync.Author{Device: device, Worker: info.Worker, Street: info.Street, Role: sync.RoleWorker, Grids: info.Grids,
		Revoked: held == errs.RevokedDevice, DrainEnd: math.MaxInt64, Confirmed: held != errs.UnconfirmedDevice,
		PublicKey: s.keys.of(info.PublicKey)}
	if len(info.History) > len(info.Grids) {
		a.Granted = make([]string, len(info.History))
		for i, g := range info.History {
			a.Granted[i] = g.Grid
		}
	}
	if !info.MayPush {
		a.DrainEnd = 0
	}
	return a
}

// deviceKeys keeps parsed public keys: parsing one costs more than looking it up.
type deviceKeys struct {
	mu   gosync.Mutex
	keys map[string]*ecdsa.PublicKey
}

const maxDeviceKeys = 16384

func (d *deviceKeys) of(point []byte) *ecdsa.PublicKey {
	if len(point) == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.keys[string(point)]; ok {
		return k
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	if d.keys == nil || len(d.keys) >= maxDeviceKeys {
		d.keys = map[string]*ecdsa.PublicKey{}
	}
	d.keys[string(point)] = k
	return k
}

// pushAnswer streams verdicts as they become durable.
type pushAnswer struct {
	s      *Server
	body   []byte
	ctx    context.Context
	engine *sync.Service
	author sync.Author
	own    bool
}

// VisitPushResponse runs the push. Nothing is written before the first commit, so a refusal is still a problem.
func (a *pushAnswer) VisitPushResponse(w http.ResponseWriter) error {
	_, err := a.run(&ndjson{w: w, whole: bytes.Count(a.body, []byte("\n")) <= wholeLines})
	return err
}

// run merges the push as one of few at a time, and writes the verdicts to out.
func (a *pushAnswer) run(out io.Writer) (sync.PushResult, error) {
	s := a.s
	if !s.limits.syncFlights.begin(a.author.Device) {
		return sync.PushResult{}, tooMany("push", s.jitter(flightWait))
	}
	defer s.limits.syncFlights.end(a.author.Device)
	select {
	case s.limits.pushes <- struct{}{}:
		defer func() { <-s.limits.pushes }()
	default:
		s.metrics.refused.WithLabelValues("pushes").Inc()
		return sync.PushResult{}, errs.New(errs.Busy, "push", "too many pushes are under way")
	}
	res, err := a.engine.Push(a.ctx, a.author, !a.own, bytes.NewReader(a.body), out)
	s.metrics.pushed(res)
	return res, err
}

// wholeLines is the most lines of a push that is committed at once: its answer is complete when it begins, so that
// flushing would only cost a second write.
const wholeLines = 200

// ndjson is an answer of lines whose header goes out with the first of them.
type ndjson struct {
	w     http.ResponseWriter
	whole bool
	begun bool
}

func (n *ndjson) Write(b []byte) (int, error) {
	if !n.begun {
		n.begun = true
		n.w.Header().Set("Content-Type", "application/x-ndjson")
		n.w.WriteHeader(http.StatusOK)
	}
	return n.w.Write(b)
}

// Flush sends what is there.
func (n *ndjson) Flush() {
	if n.whole {
		return
	}
	if f, ok := n.w.(http.Flusher); ok {
		f.Flush()
	}
}
