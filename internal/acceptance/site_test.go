package acceptance_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/phone"
	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync"
	"ruhu/sync/crdt"
	replica "ruhu/sync/phone"
)

const (
	street1 = servertest.Street1
	street2 = servertest.Street2
	form    = servertest.Form

	// Questions of the household form: two of one choice, one of free text.
	road  = "s_road"
	water = "s_water"
	words = "concern_txt"
)

// site is a running server with officers, and phones that reach it over a link that can be made bad.
type site struct {
	*servertest.World
	t      *testing.T
	link   *link
	desks  map[string]*desk
	phones []*handset
}

func start(t *testing.T) *site {
	t.Helper()
	s := &site{World: servertest.Start(t), t: t, desks: map[string]*desk{}}
	s.link = newLink(t, func() string { return s.URL })
	t.Cleanup(func() {
		s.closePhones()
		if !t.Failed() {
			s.verify()
		}
	})
	return s
}

// verify reads the whole data directory; every scenario ends with it.
func (s *site) verify() {
	s.t.Helper()
	report, err := s.App.Whole().Verify(context.Background(), nil)
	require.NoError(s.t, err)
	require.True(s.t, report.OK, "%v", report.Faults)
}

func (s *site) closePhones() {
	for _, h := range s.phones {
		h.shut()
	}
}

// desk is an officer's account. It signs in again when its token has aged.
type desk struct {
	*servertest.Client
	s      *site
	login  string
	signed time.Time
	keys   int
}

func (s *site) desk(login string) *desk {
	s.t.Helper()
	d := s.desks[login]
	if d == nil {
		d = &desk{s: s, login: login}
		s.desks[login] = d
	}
	now := s.Clock.Now()
	if age := now.Sub(d.signed); d.Client == nil || age > 8*time.Minute || age < 0 {
		s.Clock.Advance(3 * time.Second) // logins are held to so many a minute from one address
		d.Client, d.signed = s.SignIn(login), s.Clock.Now()
	}
	return d
}

// signOut forgets all tokens: after the server came back from a backup, or on another port.
func (s *site) signOut() { s.desks = map[string]*desk{} }

func (d *desk) key() servertest.Option {
	d.keys++
	return servertest.With("Idempotency-Key", fmt.Sprintf("%s-key-%06d", d.login, d.keys))
}

func (d *desk) record(id string) (r api.Record) {
	d.s.t.Helper()
	d.Get("/v1/records/" + id).Want(200).JSON(&r)
	return r
}

func (d *desk) change(id string, body map[string]any) *servertest.Answer {
	return d.Post("/v1/records/"+id+"/changes", body, d.key())
}

// handOver makes people assignees of a record.
func (d *desk) handOver(id, workers string) {
	d.s.t.Helper()
	r := d.record(id)
	d.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{"@assignee": workers}, "reason": "the worker is ill"}).Want(200)
}

func (d *desk) review(id, ctx, decision string, more map[string]any) *servertest.Answer {
	body := map[string]any{"ctx": ctx, "decision": decision}
	for k, v := range more {
		body[k] = v
	}
	return d.Post("/v1/records/"+id+"/review", body, d.key())
}

func (d *desk) approve(id string) {
	d.s.t.Helper()
	var done api.OfficeResult
	d.review(id, d.record(id).Ctx, "approve", nil).Want(200).JSON(&done)
	require.Equal(d.s.t, "approved", done.Status)
}

func (d *desk) quarantine(street string) []api.QuarantineItem {
	d.s.t.Helper()
	var page api.QuarantinePage
	d.Get("/v1/quarantine?limit=200&street=" + street).Want(200).JSON(&page)
	return page.Items
}

func (d *desk) settle(id, act string) *servertest.Answer {
	return d.Post("/v1/quarantine/"+id, map[string]string{"act": act, "reason": "looked at"})
}

func (d *desk) devices() map[string]api.Device {
	d.s.t.Helper()
	var page api.DevicePage
	d.Get("/v1/devices?limit=200").Want(200).JSON(&page)
	all := map[string]api.Device{}
	for _, v := range page.Items {
		all[v.ID] = v
	}
	return all
}

// erase has a record erased by two administrators.
func (s *site) erase(records ...string) {
	s.t.Helper()
	var e api.Erasure
	s.desk("admin").Post("/v1/erasures", map[string]any{"records": records, "reason": "court order"}).Want(201).JSON(&e)
	s.desk("admin2").Post("/v1/erasures/"+e.ID+"/confirm", nil).Want(200)
}

// handset is a headless phone with its folder.
type handset struct {
	*phone.Headless
	s     *site
	dir   string
	clock clock.Clock
	open  bool
}

// handset enrols a new worker's phone in a street. Its clock is the server's.
func (s *site) handset(street, name string) *handset {
	s.t.Helper()
	return s.handsetAt(street, name, s.Clock)
}

func (s *site) handsetAt(street, name string, c clock.Clock) *handset {
	s.t.Helper()
	h := &handset{s: s, dir: filepath.Join(s.t.TempDir(), "phone"), clock: c}
	h.start()
	s.People["admin"] = s.desk("admin").Client // who draws the code
	h.must(h.Enrol(s.t.Context(), s.Code(street, name), name, "headless"))
	h.sync()
	s.phones = append(s.phones, h)
	return h
}

// start switches the phone on.
func (h *handset) start() {
	h.s.t.Helper()
	var err error
	h.Headless, err = phone.Open(h.s.t.Context(), phone.Options{Server: h.s.link.url, Dir: h.dir, Clock: h.clock, Rand: rand.Reader})
	require.NoError(h.s.t, err)
	h.open = true
}

// shut switches it off; its folder stays.
func (h *handset) shut() {
	if h.open {
		h.open = false
		_ = h.Close() // the folder's lock goes with it
	}
}

// copyTo copies the phone's folder while it is off: a backup of the phone, or its twin's folder.
func (h *handset) copyTo(dir string) string {
	h.s.t.Helper()
	h.shut()
	h.must(os.CopyFS(dir, os.DirFS(h.dir)))
	h.start()
	return dir
}

// twin is another phone on a copy of a folder.
func (h *handset) twin(dir string) *handset {
	h.s.t.Helper()
	w := &handset{s: h.s, dir: dir, clock: h.clock}
	w.start()
	h.s.phones = append(h.s.phones, w)
	return w
}

// restore puts an older copy of the folder in its place.
func (h *handset) restore(from string) {
	h.s.t.Helper()
	h.shut()
	h.must(os.RemoveAll(h.dir))
	h.must(os.CopyFS(h.dir, os.DirFS(from)))
	h.start()
}

func (h *handset) must(err error) {
	h.s.t.Helper()
	require.NoError(h.s.t, err)
}

func (h *handset) sync() replica.Report {
	h.s.t.Helper()
	r, err := h.Sync(h.s.t.Context())
	h.must(err)
	return r
}

// settle syncs until nothing is unsent, through whatever the link does, and says how many rounds it took.
func (h *handset) settle(most int) (rounds int) {
	h.s.t.Helper()
	var err error
	for rounds = 1; rounds <= most; rounds++ {
		if _, err = h.Sync(h.s.t.Context()); err == nil && h.Status().Unsent == 0 {
			return rounds
		}
	}
	require.FailNow(h.s.t, "the outbox never empties", "%d unsent: %v", h.Status().Unsent, err)
	return rounds
}

func (h *handset) worker() string { return h.Status().Worker }

func (h *handset) device() string { return h.Status().Devices[replica.Answers] }

// interview writes a new record in the street's first grid and submits it.
func (h *handset) interview(pairs ...string) string {
	h.s.t.Helper()
	sess, err := h.New(replica.Answers, form, h.s.Version, h.Status().Grids[0])
	h.must(err)
	for i := 0; i < len(pairs); i += 2 {
		sess.Set(pairs[i], pairs[i+1])
	}
	_, err = sess.Submit(h.s.t.Context())
	h.must(err)
	return sess.Record()
}

// edit opens a record the phone holds, types, and leaves it.
func (h *handset) edit(record string, pairs ...string) {
	h.s.t.Helper()
	sess, err := h.Edit(record)
	h.must(err)
	for i := 0; i < len(pairs); i += 2 {
		sess.Set(pairs[i], pairs[i+1])
	}
	_, err = sess.Leave(h.s.t.Context())
	h.must(err)
}

// shown returns what stands at a path on the phone.
func (h *handset) shown(record, path string) string {
	h.s.t.Helper()
	v, err := h.View(record)
	h.must(err)
	require.NotNil(h.s.t, v.State, "only a stub of %s", record)
	w, ok := v.State.Shown(path)
	require.True(h.s.t, ok, "%s of %s", path, record)
	return w.Value
}

// state returns a record's state as the server's log holds it.
func (s *site) state(record string) *crdt.State {
	s.t.Helper()
	var state *crdt.State
	require.NoError(s.t, s.App.AnswersLog.View(s.t.Context(), func(r sync.Reader) error {
		rec, ok, err := r.Record(record)
		if ok {
			state = rec.State
			if state != nil && !state.Erased {
				require.Equal(s.t, state.Digest(), rec.Digest, "the stored digest of %s", record)
			}
		}
		return err
	}))
	return state
}

// digests returns the digest of every record of the answers log.
func (s *site) digests() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	require.NoError(s.t, s.App.AnswersLog.View(s.t.Context(), func(r sync.Reader) error {
		for _, street := range []string{street1, street2} {
			for _, v := range []int{201, 202} {
				for _, g := range []int{3, 4} {
					for rec, err := range r.GridRecords(street, servertest.Grid(street, v, g)) {
						if err != nil {
							return err
						}
						if rec.Status == "erased" {
							continue // a marker has no state to compare
						}
						all[rec.ID] = hex.EncodeToString(rec.Digest[:])
					}
				}
			}
		}
		return nil
	}))
	return all
}

// requireSame requires that the phones and the server hold byte-equal states of a record.
func (s *site) requireSame(record string, phones ...*handset) {
	s.t.Helper()
	want := s.state(record)
	require.NotNil(s.t, want)
	for _, h := range phones {
		v, err := h.View(record)
		require.NoError(s.t, err)
		require.NotNil(s.t, v.Base, "%s holds only a stub of %s", h.device(), record)
		require.Equal(s.t, string(want.Canonical()), string(v.Base.Canonical()))
		require.Equal(s.t, want.Digest(), v.Base.Digest())
		require.Equal(s.t, string(want.Canonical()), string(v.State.Canonical()), "nothing of its own on top")
	}
}

// history is every write of a record as the office reads it: path and value, repeats counted.
func (d *desk) history(id string) map[string]int {
	d.s.t.Helper()
	var h api.History
	d.Get("/v1/records/" + id + "/history").Want(200).JSON(&h)
	n := map[string]int{}
	for _, e := range h.Items {
		if e.Value != nil {
			n[e.Path+"="+*e.Value]++
		}
	}
	return n
}

// epoch is the present life of the server's history.
func (s *site) epoch() string {
	s.t.Helper()
	now, _, err := s.App.Answers.Epoch(s.t.Context())
	require.NoError(s.t, err)
	return now
}

// restart stops the server, does something to its folder, and starts it again.
func (s *site) restart(between func()) {
	s.t.Helper()
	s.Stop()
	if between != nil {
		between()
	}
	s.Open()
}

// copyFiles copies what keep accepts of a folder; names are relative to it.
func copyFiles(t *testing.T, to, from string, keep func(name string) bool) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil || name != "." && !keep(name) {
			if d.IsDir() && name != "." {
				return fs.SkipDir
			}
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), b, 0o600)
	}))
}

func everything(string) bool { return true }
