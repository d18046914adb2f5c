package sim

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/phone"
	"ruhu/sync/wire"
)

// faults are the chances of a bad link and a bad server, each for one request.
type faults struct {
	lost      float64 // the request never arrives
	cut       float64 // the body ends early, and the server knows
	cutUnseen float64 // the body ends early, and looks whole
	reply     float64 // the answer is lost after the commit
	replyCut  float64 // the answer ends early
	twice     float64 // the request arrives twice
	late      float64 // the request arrives again, days later
	crash     float64 // the server dies before the commit
}

func badLink() faults {
	return faults{lost: .1, cut: .05, cutUnseen: .02, reply: .08, replyCut: .08, twice: .05, late: .05, crash: .04}
}

// link is one phone's way to the server.
type link struct {
	w      *world
	owner  *handset
	device string // whom the phone's token names
	cut    bool   // a body was cut in the sync under way
	asked  int    // requests in the sync under way
}

// mostAsked is how many requests one sync may take. A phone that asks for ever has lost its way, or the server has.
const mostAsked = 500

func (l *link) ask() error {
	if l.asked++; l.asked <= mostAsked {
		return nil
	}
	l.w.fail("%s asks for ever", l.owner.name)
	return errLink
}

var errLink = errs.New(errs.Busy, "link", "no signal")

// hit draws whether a fault strikes.
func (w *world) hit(chance float64, name string) bool {
	if !w.faulty || w.rand.Float64() >= chance {
		return false
	}
	w.count(name)
	return true
}

// Bind implements phone.Transport.
func (l *link) Bind(c phone.Credentials) { l.device = c.Device }

func (l *link) Push(ctx context.Context, device string, body []byte) (io.ReadCloser, error) {
	w := l.w
	if err := l.ask(); err != nil {
		return nil, err
	}
	w.result.Pushes++
	sent := body
	var src io.Reader = bytes.NewReader(body)
	switch {
	case w.hit(w.faults.lost, "request lost"):
		return nil, errLink
	case w.hit(w.faults.cut, "body cut"):
		l.cut = true
		src = io.MultiReader(bytes.NewReader(body[:w.rand.IntN(len(body))]), brokenPipe{})
	case w.hit(w.faults.cutUnseen, "body cut unseen"):
		l.cut = true
		sent = body[:w.rand.IntN(len(body))]
		src = bytes.NewReader(sent)
	}
	if w.hit(w.faults.late, "late duplicate") {
		w.late = append(w.late, delivery{device: device, body: bytes.Clone(sent), carried: device != l.device && device != l.registry()})
	}
	if w.hit(w.faults.twice, "duplicate") {
		if err := w.deliver(ctx, delivery{device: device, body: sent, carried: device != l.device && device != l.registry()}); err != nil {
			return nil, err
		}
	}
	out, err := w.push(ctx, device, device != l.device && device != l.registry(), src)
	if err != nil {
		return nil, err
	}
	return l.reply(out)
}

// registry is the other half of the pair the token names.
func (l *link) registry() string {
	if a := l.w.server.byDevice[l.device]; a != nil {
		return a.registry
	}
	return ""
}

func (l *link) reply(out []byte) (io.ReadCloser, error) {
	w := l.w
	switch {
	case w.hit(w.faults.reply, "reply lost"):
		return nil, errLink
	case w.hit(w.faults.replyCut, "reply cut"):
		return io.NopCloser(io.MultiReader(bytes.NewReader(out[:w.rand.IntN(len(out)+1)]), brokenPipe{})), nil
	}
	return io.NopCloser(bytes.NewReader(out)), nil
}

// delivery is a request on its way.
type delivery struct {
	device  string
	body    []byte
	carried bool
}

// deliver lets a duplicate arrive; nobody reads the answer. Its errors are the link's business, except damage.
func (w *world) deliver(ctx context.Context, d delivery) error {
	_, err := w.push(ctx, d.device, d.carried, bytes.NewReader(d.body))
	if errs.CodeOf(err) == errs.Damaged || errs.CodeOf(err) == errs.Internal {
		return err
	}
	return nil
}

// push is the server's handler.
func (w *world) push(ctx context.Context, device string, carried bool, body io.Reader) ([]byte, error) {
	author, svc, err := w.server.author(device)
	if err != nil {
		return nil, err
	}
	crash := w.hit(w.faults.crash, "server crash")
	for _, st := range w.server.stores {
		if st.BeforeCommit = nil; crash {
			st.BeforeCommit = func() error { return errs.New(errs.FailStop, "commit", "the server died") }
		}
	}
	var out bytes.Buffer
	res, err := svc.Push(ctx, author, carried, body, &out)
	w.checkAnswer(svc, device, out.Bytes())
	for _, st := range w.server.stores {
		st.BeforeCommit = nil
	}
	if err != nil {
		if code := errs.CodeOf(err); code == errs.Damaged || code == errs.Internal {
			w.fail("push by %s: %v", device, err)
		}
		return nil, err
	}
	w.result.Merged += res.Merged
	w.result.Quarantined += res.Quarantined
	w.result.Waited += res.Waiting
	w.result.Voided += res.Void
	w.trace("push %s %d %d dup %d %d %d %d %d", device, res.Have, res.Merged, res.Duplicate, res.Waiting, res.Quarantined, res.Void, res.Refused)
	return out.Bytes(), nil
}

// checkAnswer holds an answer against the log at this moment: acknowledged is durable (invariant 6).
func (w *world) checkAnswer(svc *sync.Service, device string, out []byte) {
	var lines []*sync.Line
	for i, s := range w.server.services {
		if dev := w.server.stores[i].d.devices[device]; s == svc && dev != nil {
			lines = dev.lines
		}
	}
	for line := range bytes.Lines(out) {
		v, sum, err := wire.ParseAnswer(bytes.TrimSuffix(line, []byte("\n")))
		switch {
		case err != nil:
			w.fail("answer to %s: %v", device, err)
		case sum != nil && sum.Have != uint64(len(lines)):
			w.fail("%s was told that %d lines are durable, %d are", device, sum.Have, len(lines))
		case sum != nil || v.Seq == 0 || v.Status == wire.Refused:
		case max(v.Seq, v.To) > uint64(len(lines)) || lines[v.Seq-1].ID != v.ID:
			w.fail("%s:%d was acknowledged and is not in the log", device, v.Seq)
		}
	}
}

func (l *link) Pull(ctx context.Context, cursor string, limit int) (io.ReadCloser, error) {
	w := l.w
	if err := l.ask(); err != nil {
		return nil, err
	}
	w.result.Pulls++
	if w.hit(w.faults.lost, "request lost") {
		return nil, errLink
	}
	a := w.server.byDevice[l.device]
	if a == nil {
		return nil, errs.New(errs.Unauthenticated, "pull", "device %s", l.device)
	}
	if a.revoked {
		return nil, errs.New(errs.DeviceRevoked, "pull", "device %s", l.device)
	}
	if limit <= 0 || limit > w.pageRows {
		limit = w.pageRows
	}
	var out bytes.Buffer
	v := a.viewer()
	if w.server.broken.anyGrid {
		v.Grids = w.gridsOf[a.street]
	}
	if err := w.server.puller.Pull(ctx, v, cursor, limit, &out); err != nil {
		if code := errs.CodeOf(err); code == errs.Damaged || code == errs.Internal {
			w.fail("pull by %s: %v", l.device, err)
		}
		return nil, err
	}
	w.checkPage(ctx, l, a, out.Bytes())
	w.trace("pull %s %d", l.device, out.Len())
	return l.reply(out.Bytes())
}

// checkPage holds a page against what the device may see at this moment (invariant 9), and notes what it puts on the screen.
func (w *world) checkPage(ctx context.Context, l *link, a *account, page []byte) {
	for line := range bytes.Lines(page) {
		p, _, err := wire.ParsePull(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			w.fail("page for %s: %v", l.device, err)
			return
		}
		if p == nil || !p.Kind.HasState() {
			continue
		}
		svc := w.server.services[0]
		rec, ok := w.recordIn(ctx, svc, p.Record)
		if !ok {
			svc = w.server.services[1]
			rec, ok = w.recordIn(ctx, svc, p.Record)
		}
		switch {
		case !ok:
			w.fail("page for %s: record %s is not there", l.device, p.Record)
		case rec.Street != a.street || !slices.Contains(a.grids, rec.Grid):
			w.fail("page for %s: record %s of grid %s", l.device, p.Record, rec.Grid)
		case p.Kind == wire.KindStub:
			if p.State != "" {
				w.fail("page for %s: a stub with answers", l.device)
			}
		case rec.Author != a.worker && !slices.Contains(rec.Assignees, a.worker):
			w.fail("page for %s: record %s is another worker's", l.device, p.Record)
		case rec.Status == sync.StatusApproved || rec.Status == sync.StatusRestricted:
			w.fail("page for %s: record %s is closed", l.device, p.Record)
		}
		if p.State != "" {
			if s, err := crdt.ParseState([]byte(p.State)); err == nil {
				w.saw(a.worker, p.Record, s.VV)
			}
		}
	}
}

// saw notes that a state was sent to a worker: what may stand on its screen from now on.
func (w *world) saw(worker, record string, vv crdt.VV) {
	key := worker + " " + record
	w.seen[key] = w.seen[key].Join(vv)
}

func (w *world) recordIn(ctx context.Context, svc *sync.Service, id string) (rec sync.Record, ok bool) {
	err := svc.Store.View(ctx, func(r sync.Reader) (err error) {
		rec, ok, err = r.Record(id)
		return err
	})
	if err != nil {
		w.fail("record %s: %v", id, err)
	}
	return rec, ok
}

func (l *link) PushPack(ctx context.Context, pack []byte) (io.ReadCloser, error) {
	return nil, errs.New(errs.UnsupportedMedia, "push pack", "packs are opened by the server's key")
}

func (l *link) Enrol(ctx context.Context, r phone.EnrolRequest) (phone.Enrolment, error) {
	h := l.owner
	a := l.w.server.enrol(h.worker, h.street, h.grids, &r.Key.PublicKey)
	epoch, err := l.w.server.epoch(ctx)
	return a.enrolment(epoch), err
}

func (l *link) Fork(ctx context.Context, r phone.ForkRequest) (phone.Enrolment, error) {
	w := l.w
	if err := l.ask(); err != nil {
		return phone.Enrolment{}, err
	}
	if w.hit(w.faults.lost, "request lost") {
		return phone.Enrolment{}, errLink
	}
	old := w.server.byDevice[r.Device]
	if old == nil {
		return phone.Enrolment{}, errs.New(errs.Unauthenticated, "fork", "device %s", r.Device)
	}
	a := w.server.enrol(old.worker, old.street, old.grids, &r.NewKey.PublicKey)
	a.granted, a.confirmed, a.revoked = slices.Clone(old.granted), old.confirmed, old.revoked
	w.count("fork")
	w.trace("fork %s %s", r.Device, a.device)
	if w.hit(w.faults.reply, "reply lost") {
		return phone.Enrolment{}, errLink
	}
	epoch, err := w.server.epoch(ctx)
	return a.enrolment(epoch), err
}

// brokenPipe is the end of a body that was cut.
type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// source is a seeded stream of bytes for keys and nonces.
func source(seed uint64, purpose string) *rand.ChaCha8 {
	var s [32]byte
	copy(s[8:], purpose)
	for i := range 8 {
		s[i] = byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(s)
}
