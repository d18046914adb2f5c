package phone

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/server/servertest"
	replica "ruhu/sync/phone"
	"ruhu/sync/wire"
)

// lossy is a network that does to requests what a test says.
type lossy struct {
	next http.RoundTripper
	// before may lose the request; after may lose the answer.
	before, after func(r *http.Request) error
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.before != nil {
		if err := l.before(r); err != nil {
			return nil, err
		}
	}
	res, err := l.next.RoundTrip(r)
	if err == nil && l.after != nil {
		if lost := l.after(r); lost != nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			return nil, lost
		}
	}
	return res, err
}

// field is a real server and a folder for phones.
type field struct {
	*servertest.World
	t   *testing.T
	ctx context.Context
	dir string
}

func newField(t *testing.T) *field {
	return &field{World: servertest.Start(t), t: t, ctx: context.Background(), dir: t.TempDir()}
}

func (f *field) options(name string, c clock.Clock) Options {
	return Options{Server: f.URL, Dir: filepath.Join(f.dir, name), Clock: c, JSON: true}
}

// open opens a phone over a network that can be made to fail.
func (f *field) open(o Options) (*Headless, *lossy) {
	f.t.Helper()
	h, err := Open(f.ctx, o)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { _ = h.Close() })
	link, err := NewHTTP(f.ctx, o.Server, o.Clock, h.files)
	require.NoError(f.t, err)
	l := &lossy{next: link.client.Transport}
	link.client.Transport = l
	h.Phone, err = replica.Open(f.ctx, replica.Options{Store: h.files, Transport: link, Clock: o.Clock, Rand: h.o.Rand})
	require.NoError(f.t, err)
	return h, l
}

// code draws an enrolment code; sessions of the office end while phones are away.
func (f *field) code(name string) string {
	f.People["admin"] = f.SignIn("admin")
	return f.Code(servertest.Street1, name)
}

func (f *field) interview(h *Headless, pairs ...string) string {
	f.t.Helper()
	s, err := h.Phone.New(replica.Answers, servertest.Form, f.Version, servertest.Grid(servertest.Street1, 201, 3))
	require.NoError(f.t, err)
	for i := 0; i < len(pairs); i += 2 {
		s.Set(pairs[i], pairs[i+1])
	}
	_, err = s.Submit(f.ctx)
	require.NoError(f.t, err)
	return s.Record()
}

func (f *field) sync(h *Headless) replica.Report {
	f.t.Helper()
	f.Clock.Advance(2 * time.Hour)
	r, err := h.Sync(f.ctx)
	require.NoError(f.t, err)
	return r
}

func TestThePhoneOfTheCommandLine(t *testing.T) {
	f := newField(t)
	o := f.options("p", f.Clock)
	var out bytes.Buffer
	run := func(err error) map[string]any {
		t.Helper()
		require.NoError(t, err)
		line, _, _ := strings.Cut(out.String(), "\n")
		out.Reset()
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &v))
		return v
	}
	enrolled := run(Enrol(f.ctx, o, f.code("某工"), "phone", &out))
	require.NotEmpty(t, enrolled["device"])
	require.Equal(t, errs.Conflict, errs.CodeOf(Enrol(f.ctx, o, "x", "phone", &out)))
	pulled := run(Pull(f.ctx, o, &out))
	require.Equal(t, true, pulled["complete"])
	written := run(New(f.ctx, o, Entry{Form: servertest.Form, Set: []string{"street_general=2", "case_id=", "remark=好"}}, &out))
	require.Equal(t, float64(1), written["seq"])
	require.Equal(t, float64(1), run(Push(f.ctx, o, &out))["merged"])
	synced := run(Sync(f.ctx, o, &out))
	require.Equal(t, true, synced["complete"])
	require.Equal(t, float64(1), synced["records"])
	shown := run(Show(f.ctx, o, written["record"].(string), &out))
	require.Equal(t, "2", shown["answers"].(map[string]any)["street_general"])
	require.Equal(t, "submitted", shown["status"])

	run(New(f.ctx, o, Entry{Form: servertest.VisitLog, Set: []string{"@disposition=2.111"}}, &out))
	require.Equal(t, float64(1), run(Sync(f.ctx, o, &out))["merged"], "a visit goes to the registry's log")

	o.JSON = false
	for _, cmd := range []func() error{
		func() error { return Show(f.ctx, o, "", &out) },
		func() error { return Show(f.ctx, o, written["record"].(string), &out) },
		func() error {
			return New(f.ctx, o, Entry{Record: written["record"].(string), Set: []string{"street_general=3"}}, &out)
		},
		func() error { return Sync(f.ctx, o, &out) },
	} {
		require.NoError(t, cmd())
	}
	require.Contains(t, out.String(), "street_general = 2")
	require.Contains(t, out.String(), "Sent: 1 merged")
	for _, bad := range []Entry{{Form: servertest.Form, Set: []string{"nothing"}}, {Form: servertest.Form, Set: []string{"a b=1"}}, {Form: "other", Set: []string{"a=1"}},
		{Set: []string{"a=1"}}, {Form: servertest.Form, Del: []string{"a"}}, {Form: servertest.Form, Add: []string{"a[1]"}}} {
		require.Error(t, New(f.ctx, o, bad, &out), "%+v", bad)
	}
}

func TestLostAnswersLockNobodyOut(t *testing.T) {
	f := newField(t)
	h, link := f.open(f.options("p", f.Clock))
	code := f.code("某工")
	lost := 0
	link.after = func(r *http.Request) error {
		if lost < 2 && strings.HasPrefix(r.URL.Path, "/v1/devices") {
			lost++
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	for range 2 {
		require.Equal(t, errs.Busy, errs.CodeOf(h.Enrol(f.ctx, code, "p", "test")))
		f.Clock.Advance(2 * time.Second)
	}
	require.NoError(t, h.Enrol(f.ctx, code, "p", "test"), "the same phone may ask again for the answer to a used code")
	other, _ := f.open(f.options("q", f.Clock))
	require.Equal(t, errs.CodeUsed, errs.CodeOf(other.Enrol(f.ctx, code, "q", "test")))

	r := f.interview(h, "street_general", "1")
	f.sync(h)
	n := 0
	link.after = func(r *http.Request) error {
		if n++; strings.HasPrefix(r.URL.Path, "/v1/auth/refresh") && n%3 != 0 {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	for range 12 {
		f.Clock.Advance(time.Hour)
		_, _ = h.Sync(f.ctx)
	}
	link.after = nil
	rep := f.sync(h)
	require.True(t, rep.Pull.Complete)
	require.Zero(t, h.Status().Forks)
	_, err := h.View(r)
	require.NoError(t, err)
}

func TestAPhoneWithoutItsSessionSignsInByCertificateAlsoWithAWrongClock(t *testing.T) {
	f := newField(t)
	for name, by := range map[string]time.Duration{"right": 0, "behind": -20 * 365 * 24 * time.Hour, "ahead": 20 * 365 * 24 * time.Hour} {
		h, _ := f.open(f.options(name, clock.Offset{Base: f.Clock, By: by}))
		require.NoError(t, h.Enrol(f.ctx, f.code("某工"), name, "test"), name)
		f.interview(h, "street_general", "1")
		f.sync(h)
		require.NoError(t, h.files.Commit(f.ctx, map[string][]byte{keySession: nil}))
		require.NoError(t, h.Close())
		h, _ = f.open(f.options(name, clock.Offset{Base: f.Clock, By: by}))
		f.interview(h, "street_general", "2")
		require.Equal(t, 1, f.sync(h).Push.Merged, name)
		f.Clock.Advance(200 * 24 * time.Hour)
		require.True(t, f.sync(h).Pull.Complete, "after every token has died")
	}
}

func TestACopiedFolderBecomesADeviceOfItsOwn(t *testing.T) {
	f := newField(t)
	h, _ := f.open(f.options("p", f.Clock))
	require.NoError(t, h.Enrol(f.ctx, f.code("某工"), "p", "test"))
	first := f.interview(h, "street_general", "1")
	f.sync(h)
	require.NoError(t, os.CopyFS(filepath.Join(f.dir, "twin"), os.DirFS(filepath.Join(f.dir, "p"))))
	second := f.interview(h, "street_general", "2")
	f.sync(h)
	twin, _ := f.open(f.options("twin", f.Clock))
	third := f.interview(twin, "street_general", "3")
	rep := f.sync(twin)
	require.True(t, rep.Push.Forked)
	require.True(t, rep.Pull.Complete)
	require.NotEqual(t, h.Status().Devices, twin.Status().Devices)
	f.sync(h)
	for _, r := range []string{first, second, third} {
		for _, p := range []*Headless{h, twin} {
			v, err := p.View(r)
			require.NoError(t, err)
			require.NotNil(t, v.Base)
		}
	}
	require.Zero(t, h.Status().Forks)
}

func TestARevokedPhoneDrains(t *testing.T) {
	f := newField(t)
	h, _ := f.open(f.options("p", f.Clock))
	require.NoError(t, h.Enrol(f.ctx, f.code("某工"), "p", "test"))
	f.interview(h, "street_general", "1")
	f.sync(h)
	f.interview(h, "street_general", "2")
	f.SignIn("admin").Do(http.MethodDelete, "/v1/devices/"+h.Status().Devices[replica.Answers], map[string]string{"reason": "lost"}).Want(http.StatusNoContent)
	rep := f.sync(h)
	require.Equal(t, 1, rep.Push.Quarantined)
	require.True(t, h.Status().Revoked)
	require.Zero(t, h.Status().Unsent)
	require.Zero(t, h.Status().Records)
	f.Clock.Advance(20 * 24 * time.Hour)
	f.interview(h, "street_general", "3")
	_, err := h.Sync(f.ctx)
	require.Equal(t, errs.DeviceRevoked, errs.CodeOf(err))
}

func TestAPackGoesByMemoryCard(t *testing.T) {
	f := newField(t)
	h, _ := f.open(f.options("p", f.Clock))
	require.NoError(t, h.Enrol(f.ctx, f.code("某工"), "p", "test"))
	carrier, _ := f.open(f.options("q", f.Clock))
	require.NoError(t, carrier.Enrol(f.ctx, f.code("另工"), "q", "test"))
	f.interview(h, "street_general", "1")
	pack, some, err := h.Pack(f.ctx, replica.Answers)
	require.NoError(t, err)
	require.True(t, some)
	verdicts, _, err := carrier.Carry(f.ctx, pack)
	require.NoError(t, err)
	require.Equal(t, wire.Merged, verdicts[0].Status)
	pack[len(pack)-1] ^= 1
	_, _, err = carrier.Carry(f.ctx, pack)
	require.Equal(t, errs.BadRequest, errs.CodeOf(err))
}

func TestAnswersTravelOverTLSOnly(t *testing.T) {
	for url, ok := range map[string]bool{"https://street.example": true, "http://127.0.0.1:8080": true, "http://localhost:1": true, "http://[::1]:80": true,
		"http://street.example": false, "http://10.0.0.1": false, "ftp://x": false, "street.example": false, "": false} {
		_, err := NewHTTP(context.Background(), url, clock.System(), &replica.Memory{})
		require.Equal(t, ok, err == nil, url)
	}
}
