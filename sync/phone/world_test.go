package phone_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/phone"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

const (
	street = "990101001"
	gridA  = "990101001201001"
	gridB  = "990101001201002"
	form   = "hh_sentiment"
)

// world is the real engine on memory.
type world struct {
	t      *testing.T
	clock  *clock.Manual
	stores [2]*sim.MemStore
	svc    [2]*sync.Service
	puller *sync.Puller
	users  map[string]*user // by either device
	n      int
	pack   *ecdh.PrivateKey
}

type user struct {
	device, registry, worker string
	grids                    []string
	key                      *ecdsa.PublicKey
	revoked                  bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, nil)
}

func newWorldWith(t *testing.T, project sync.Projector) *world {
	t.Helper()
	random := rand.NewChaCha8([32]byte{9})
	w := &world{t: t, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), users: map[string]*user{}}
	for i, stream := range []sync.Stream{sync.Answers, sync.Registry} {
		w.stores[i] = sim.NewMemStore(project)
		svc, err := sync.New(sync.Config{Store: w.stores[i], Stream: stream, Clock: w.clock, Rand: random, CursorKey: bytes.Repeat([]byte{7}, 32)})
		require.NoError(t, err)
		w.svc[i] = svc
	}
	w.puller = &sync.Puller{Answers: w.svc[0], Registry: w.svc[1], Reference: sync.NoReference{}}
	_, err := sync.AlignEpochs(context.Background(), w.svc[0], w.svc[1])
	require.NoError(t, err)
	key, err := wire.NewKey(random)
	require.NoError(t, err)
	w.pack, err = key.ECDH()
	require.NoError(t, err)
	return w
}

// line is one phone's link: it can lose requests and answers, and cut answers short.
type line struct {
	w      *world
	worker string
	grids  []string
	me     *user
	fault  func(request string, body []byte) error // before the request arrives
	after  func(request string, answer []byte) ([]byte, error)
	bodies [][]byte
}

func (l *line) enrol(key *ecdsa.PublicKey) phone.Enrolment {
	l.w.n++
	u := &user{device: fmt.Sprintf("dv_%03d", l.w.n), registry: fmt.Sprintf("rg_%03d", l.w.n), worker: l.worker, grids: l.grids, key: key}
	l.w.users[u.device], l.w.users[u.registry] = u, u
	epoch, _, err := l.w.svc[0].Epoch(context.Background())
	require.NoError(l.w.t, err)
	return phone.Enrolment{Device: u.device, RegistryDevice: u.registry, Certificate: "cert", Worker: u.worker, Grids: u.grids, Epoch: epoch,
		ServerKey: l.w.pack.PublicKey().Bytes()}
}

func (l *line) Enrol(_ context.Context, r phone.EnrolRequest) (phone.Enrolment, error) {
	return l.enrol(&r.Key.PublicKey), nil
}

func (l *line) Bind(c phone.Credentials) { l.me = l.w.users[c.Device] }

func (l *line) Fork(_ context.Context, r phone.ForkRequest) (phone.Enrolment, error) {
	if l.fault != nil {
		if err := l.fault("fork", nil); err != nil {
			return phone.Enrolment{}, err
		}
	}
	require.NotEqual(l.w.t, r.Key, r.NewKey)
	return l.enrol(&r.NewKey.PublicKey), nil
}

func (l *line) Push(ctx context.Context, device string, body []byte) (io.ReadCloser, error) {
	if l.fault != nil {
		if err := l.fault("push", body); err != nil {
			return nil, err
		}
	}
	l.bodies = append(l.bodies, body)
	return l.deliver(ctx, device, device != l.me.device && device != l.me.registry, body)
}

func (l *line) deliver(ctx context.Context, device string, carried bool, body []byte) (io.ReadCloser, error) {
	u := l.w.users[device]
	if u == nil {
		return nil, errs.New(errs.NotFound, "push", "device %s", device)
	}
	a := sync.Author{Device: device, Worker: u.worker, Street: street, Role: sync.RoleWorker, Grids: u.grids, Revoked: u.revoked,
		DrainEnd: 1 << 60, Confirmed: true, PublicKey: u.key}
	svc := l.w.svc[0]
	if device == u.registry {
		svc = l.w.svc[1]
	}
	var out bytes.Buffer
	if _, err := svc.Push(ctx, a, carried, bytes.NewReader(body), &out); err != nil {
		return nil, err
	}
	return l.answer("push", out.Bytes())
}

func (l *line) answer(request string, b []byte) (io.ReadCloser, error) {
	if l.after != nil {
		var err error
		if b, err = l.after(request, b); err != nil {
			return nil, err
		}
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (l *line) PushPack(ctx context.Context, pack []byte) (io.ReadCloser, error) {
	body, err := wire.OpenPack(l.w.pack, pack)
	if err != nil {
		return nil, err
	}
	p, err := wire.ParsePush(body)
	if err != nil {
		return nil, err
	}
	return l.deliver(ctx, p.Device, true, body)
}

func (l *line) Pull(ctx context.Context, cursor string, limit int) (io.ReadCloser, error) {
	if l.fault != nil {
		if err := l.fault("pull", nil); err != nil {
			return nil, err
		}
	}
	u := l.me
	if u.revoked {
		return nil, errs.New(errs.DeviceRevoked, "pull", "device %s", u.device)
	}
	var out bytes.Buffer
	v := sync.Viewer{Device: u.device, RegistryDevice: u.registry, Worker: u.worker, Street: street, Grids: u.grids}
	if err := l.w.puller.Pull(ctx, v, cursor, min(limit, 3), &out); err != nil {
		return nil, err
	}
	return l.answer("pull", out.Bytes())
}

var errLink = errs.New(errs.Busy, "link", "no signal")

// handset is a phone with what can be done to it.
type handset struct {
	*phone.Phone
	w     *world
	line  *line
	store *phone.Memory
	seed  byte
	skew  time.Duration // of its clock
}

func (w *world) handset(worker string, grids ...string) *handset {
	if len(grids) == 0 {
		grids = []string{gridA}
	}
	h := &handset{w: w, line: &line{w: w, worker: worker, grids: grids}, store: &phone.Memory{}, seed: byte(w.n + 1)}
	h.open()
	require.NoError(w.t, h.Enrol(context.Background(), "code", "phone", "test"))
	return h
}

// open starts the app on what the store holds: after a crash, a restored backup, or as a twin.
func (h *handset) open() {
	h.w.t.Helper()
	h.seed += 64
	p, err := phone.Open(context.Background(), phone.Options{Store: h.store, Transport: h.line, Clock: clock.Offset{Base: h.w.clock, By: h.skew},
		Rand: rand.NewChaCha8([32]byte{h.seed})})
	require.NoError(h.w.t, err)
	h.Phone = p
}

// twin is a second phone on a copy of the store.
func (h *handset) twin() *handset {
	l := *h.line
	t := &handset{w: h.w, line: &l, store: h.store.Clone(), seed: h.seed + 7}
	t.open()
	return t
}

// interview writes and submits a record and returns its id.
func (h *handset) interview(pairs ...string) string {
	h.w.t.Helper()
	s, err := h.New(phone.Answers, form, "1", h.line.grids[0])
	require.NoError(h.w.t, err)
	h.fill(s, pairs...)
	return s.Record()
}

func (h *handset) edit(record string, pairs ...string) {
	h.w.t.Helper()
	s, err := h.Edit(record)
	require.NoError(h.w.t, err)
	h.fill(s, pairs...)
}

func (h *handset) fill(s *phone.Session, pairs ...string) {
	h.w.t.Helper()
	h.w.clock.Advance(time.Second)
	for i := 0; i < len(pairs); i += 2 {
		s.Set(pairs[i], pairs[i+1])
	}
	_, err := s.Submit(context.Background())
	require.NoError(h.w.t, err)
}

func (h *handset) sync() phone.Report {
	h.w.t.Helper()
	h.w.clock.Advance(2 * time.Hour)
	r, err := h.Sync(context.Background())
	require.NoError(h.w.t, err)
	return r
}

func (h *handset) shown(record, path string) string {
	h.w.t.Helper()
	v, err := h.View(record)
	require.NoError(h.w.t, err)
	require.NotNil(h.w.t, v.State)
	w, ok := v.State.Shown(path)
	require.True(h.w.t, ok)
	return w.Value
}

// server returns what the server shows at a path of an answers record.
func (w *world) server(record, path string) string {
	w.t.Helper()
	var out string
	require.NoError(w.t, w.svc[0].Store.View(context.Background(), func(r sync.Reader) error {
		rec, ok, err := r.Record(record)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("record %s is not there", record))
		}
		shown, _ := rec.State.Shown(path)
		out = shown.Value
		return nil
	}))
	return out
}

// restore puts the server back to a backup, as a new life of it.
func (w *world) restore(backup [2]*sim.Snapshot) {
	for i := range w.stores {
		w.stores[i].Restore(backup[i])
	}
	now, _, err := w.svc[0].Epoch(context.Background())
	require.NoError(w.t, err)
	_, err = sync.BeginEpoch(context.Background(), w.svc[0], w.svc[1], now)
	require.NoError(w.t, err)
}

func (w *world) backup() [2]*sim.Snapshot {
	return [2]*sim.Snapshot{w.stores[0].Backup(), w.stores[1].Backup()}
}

func (w *world) office(record string, ctx map[string]uint64, ch sync.OfficeChange) {
	w.t.Helper()
	ch.User, ch.Street, ch.Role, ch.Record, ch.Ctx, ch.OfficeAPI = "us_office", street, sync.RoleReviewer, record, ctx, true
	_, err := w.svc[0].Office(context.Background(), ch)
	require.NoError(w.t, err)
}

// decodeBase64 finds the base64 strings of a JSON text and decodes them.
func decodeBase64(b []byte) [][]byte {
	var out [][]byte
	for _, part := range bytes.Split(b, []byte{'"'}) {
		if d, err := base64.StdEncoding.DecodeString(string(part)); err == nil && len(d) > 16 {
			out = append(out, d)
		}
	}
	return out
}
