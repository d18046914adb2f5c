package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/phone"
)

// people lays out streets, grids and workers: about ten phones a street, grids shared by several, some workers with two phones.
func (w *world) people(ctx context.Context) {
	n := w.opt.Phones
	for s := 0; s*10 < n; s++ {
		street := fmt.Sprintf("9901010%02d", s+1)
		w.streets = append(w.streets, street)
		for g := range 3 {
			w.gridsOf[street] = append(w.gridsOf[street], fmt.Sprintf("%s2010%02d", street, g+1))
		}
	}
	for i := range n {
		street := w.streets[i/10]
		worker := fmt.Sprintf("us_w%03d", i)
		if i%10 > 0 && w.rand.IntN(6) == 0 {
			worker = fmt.Sprintf("us_w%03d", i-1) // a second phone
		}
		if !slices.Contains(w.workersOf[street], worker) {
			w.workersOf[street] = append(w.workersOf[street], worker)
		}
		h := &handset{name: fmt.Sprintf("p%d", i), worker: worker, street: street, mem: &phone.Memory{}, online: .3 + .7*w.rand.Float64(),
			clock: clock.Offset{Base: w.clock}}
		first := w.rand.IntN(3)
		h.grids = []string{w.gridsOf[street][first]}
		if w.rand.IntN(2) == 0 {
			h.grids = append(h.grids, w.gridsOf[street][(first+1)%3])
		}
		if w.rand.IntN(5) == 0 {
			h.clock.By = time.Duration(w.rand.IntN(40*365)-20*365) * 24 * time.Hour
		}
		h.link = &link{w: w, owner: h}
		w.phones = append(w.phones, h)
		w.open(ctx, h)
		if err := h.p.Enrol(ctx, "code", h.name, "sim"); err != nil {
			w.fail("enrol %s: %v", h.name, err)
		}
	}
}

// open starts the phone's program on what its flash holds.
func (w *world) open(ctx context.Context, h *handset) {
	w.opened++
	h.forms = nil
	start := w.opt.Open
	if start == nil {
		start = Open
	}
	p, err := start(ctx, phone.Options{Store: h.mem, Transport: h.link, Clock: h.clock, Rand: source(w.opt.Seed, fmt.Sprintf("phone%d", w.opened)),
		MaxLines: 5 + w.rand.IntN(40)})
	if err != nil {
		w.fail("open %s: %v", h.name, err)
		return
	}
	h.p = p
}

// use is some minutes in a worker's life.
func (w *world) use(ctx context.Context, h *handset) {
	if h.away > w.day {
		return
	}
	if w.rand.IntN(150) == 0 {
		h.away = w.day + 1 + w.rand.IntN(w.opt.Days+1)
		w.count("offline for long")
	}
	w.mishap(ctx, h)
	for range w.rand.IntN(3) {
		w.visit(ctx, h)
	}
	if w.rand.Float64() < h.online {
		w.sync(ctx, h)
	}
}

// visit works on one record: a new one, one that is open on the screen, or one the phone holds.
func (w *world) visit(ctx context.Context, h *handset) {
	var s Session
	var err error
	switch n := w.rand.IntN(10); {
	case n < 3 && len(h.forms) > 0:
		i := w.rand.IntN(len(h.forms))
		s = h.forms[i]
		h.forms = slices.Delete(h.forms, i, i+1)
	case n < 5:
		s, err = h.p.New(phone.Answers, form, h.version(w), w.gridOf(h))
	case n < 6:
		s, err = h.p.New(phone.Registry, registryForm, "1", w.gridOf(h))
	default:
		ids := h.p.Records()
		id, ok := pick(w.rand, ids)
		if !ok {
			return
		}
		if s, err = h.p.Edit(id); err == nil && slices.ContainsFunc(h.forms, func(o Session) bool { return o.Record() == id }) {
			return // open on the screen already
		}
	}
	switch errs.CodeOf(err) {
	case "":
		w.typeIn(ctx, h, s)
	case errs.Conflict, errs.NotFound, errs.Erased, errs.DiskFull: // a stub, or gone, or no room to keep the form
	default:
		w.fail("%s opens a record: %v", h.name, err)
	}
}

// version is the form version the phone has; some have one the server does not know yet.
func (h *handset) version(w *world) string {
	if h.early {
		return fmt.Sprint(w.version + 1)
	}
	return fmt.Sprint(w.version)
}

// gridOf is a grid of the worker's, now and then one of another's.
func (w *world) gridOf(h *handset) string {
	if w.faulty && w.rand.IntN(60) == 0 {
		w.count("foreign grid")
		grid, _ := pick(w.rand, w.gridsOf[h.street])
		return grid
	}
	grid, _ := pick(w.rand, h.grids)
	return grid
}

func (w *world) typeIn(ctx context.Context, h *handset, s Session) {
	for range 1 + w.rand.IntN(3) {
		path := questions[w.rand.IntN(len(questions))]
		switch w.rand.IntN(8) {
		case 0:
			s.Clear(path)
		case 1, 2, 3:
			s.Set(path, fmt.Sprint(w.rand.IntN(3)))
		default:
			s.Set(path, w.word(s.Record()))
		}
	}
	end := w.rand.IntN(10)
	switch w.rand.IntN(12) {
	case 0:
		s.DelRow("members[m1]")
		end = 3
	case 1:
		s.KeepRow("members[m1]")
	case 2:
		for _, path := range s.Screen().Conflicts() {
			s.Confirm(path)
		}
	}
	var c *crdt.ChangeSet
	var err error
	switch end {
	case 0: // left open on the screen, saved or not
		if w.rand.IntN(2) == 0 {
			err = s.Save(ctx)
		}
		h.forms = append(h.forms, s)
	case 1, 2: // cut because the app was hidden, and still open
		c, err = s.Cut(ctx)
		h.forms = append(h.forms, s)
	case 3, 4, 5:
		c, err = s.Leave(ctx)
	default:
		c, err = s.Submit(ctx)
	}
	w.cut(h, c)
	switch errs.CodeOf(err) {
	case "", errs.Erased, errs.DiskFull: // erased under the form; the flash was full and the phone went on from what it holds
	default:
		w.fail("%s cuts: %v", h.name, err)
	}
	if err != nil {
		h.forms = slices.DeleteFunc(h.forms, func(o Session) bool { return o == s })
	}
}

// cut notes what a phone wrote.
func (w *world) cut(h *handset, c *crdt.ChangeSet) {
	if c == nil {
		return
	}
	w.result.Sets++
	w.nonces[c.Nonce] = truth{record: c.Record, by: h, at: h.mishaps}
	w.order = append(w.order, c.Nonce)
	for _, cell := range c.Set {
		if !cell.Null {
			w.wrote(c.Record, cell.Path, cell.Value)
		}
	}
	w.trace("cut %s %s:%d %s", h.name, c.Device, c.Seq, c.Record)
}

// sync is the phone's own round; what fails is tried again another time.
func (w *world) sync(ctx context.Context, h *handset) {
	h.link.cut, h.link.asked = false, 0
	_, err := h.p.Sync(ctx)
	switch errs.CodeOf(err) {
	case errs.TokenInvalid:
		if !h.link.cut { // only a pack whose end was cut off has no attestation
			w.fail("%s syncs: %v", h.name, err)
		}
	case "", errs.Busy, errs.FailStop, errs.BadRequest, errs.DeviceRevoked, errs.Interrupted, errs.DiskFull:
	case errs.Internal:
		// a body or an answer that was cut
	default:
		w.fail("%s syncs: %v", h.name, err)
	}
}

// mishap: what happens to phones.
func (w *world) mishap(ctx context.Context, h *handset) {
	if !w.faulty {
		return
	}
	w.flash(h)
	switch n := w.rand.IntN(1000); {
	case n < 25:
		w.count("phone crash")
		w.open(ctx, h)
	case n < 40:
		h.copies = append(h.copies, handsetCopy{mem: h.mem.Clone(), device: h.link.device})
	case n < 46 && len(h.copies) > 0:
		w.count("phone put back from a copy")
		c, _ := pick(w.rand, h.copies)
		h.mem, h.link = c.mem.Clone(), &link{w: w, owner: h, device: c.device}
		h.mishaps++
		w.open(ctx, h)
	case n < 50 && len(w.phones) < w.opt.Phones*3/2+1:
		w.count("phone cloned")
		twin := &handset{name: fmt.Sprintf("%s'%d", h.name, len(w.phones)), worker: h.worker, street: h.street, grids: h.grids, mem: h.mem.Clone(),
			online: h.online, clock: h.clock}
		twin.link = &link{w: w, owner: twin, device: h.link.device}
		w.phones = append(w.phones, twin)
		w.open(ctx, twin)
	case n < 56:
		prefix := "log/"
		if w.rand.IntN(3) == 0 {
			prefix = "copy/"
		}
		if h.mem.Damage(prefix, w.rand.IntN(20)) {
			w.count("damaged " + prefix)
			h.mishaps++
			w.open(ctx, h)
		}
	case n < 62:
		w.count("clock jump")
		h.clock.By = time.Duration(w.rand.IntN(40*365)-20*365) * 24 * time.Hour
		w.open(ctx, h)
	case n < 70:
		h.early = !h.early
	}
}

// flash makes the next commits of a phone fail now and then, as a full store does.
func (w *world) flash(h *handset) {
	h.mem.Fail = func() error {
		if w.faulty && !w.opt.SoundFlash && w.rand.IntN(300) == 0 {
			w.count("flash full")
			return errs.New(errs.DiskFull, "commit", "no room")
		}
		return nil
	}
}

// admin is what happens on the server's side of a day besides the offices.
func (w *world) admin(ctx context.Context) {
	for _, h := range w.phones {
		switch n := w.rand.IntN(1000); {
		case n < 12: // grids granted and withdrawn
			grid, _ := pick(w.rand, w.gridsOf[h.street])
			w.regrant(h, grid)
		case n < 14 && w.revoked < len(w.phones)/8:
			if a := w.server.byDevice[h.link.device]; a != nil && !a.revoked {
				a.revoked = true
				w.revoked++
				w.count("revoked")
			}
		}
	}
	if w.rand.IntN(4) == 0 {
		w.server.versions[fmt.Sprint(w.version+1)] = true
		if w.rand.IntN(2) == 0 {
			w.version++
			w.count("form upgrade")
		}
	}
	for _, a := range w.server.accounts {
		a.confirmed = a.confirmed || w.rand.IntN(3) == 0
	}
	for len(w.late) > 0 && w.rand.IntN(3) > 0 {
		d := w.late[0]
		w.late = w.late[1:]
		if err := w.deliver(ctx, d); err != nil {
			w.fail("a late duplicate: %v", err)
		}
	}
	w.eraseSome(ctx)
	if w.rand.IntN(5) == 0 {
		w.backup = w.server.backup()
	}
	if w.backup != nil && w.faulty && w.rand.IntN(12) == 0 {
		w.putBack(ctx, w.backup) // the last one: what it covers phones have let go of
	}
}

// regrant gives a worker's phones a grid, or takes it.
func (w *world) regrant(h *handset, grid string) {
	w.count("grants")
	for _, o := range w.phones {
		if o.worker != h.worker {
			continue
		}
		a := w.server.byDevice[o.link.device]
		if a == nil {
			continue
		}
		if i := slices.Index(a.grids, grid); i >= 0 && len(a.grids) > 1 {
			a.grids = slices.Delete(slices.Clone(a.grids), i, i+1)
		} else if i < 0 {
			a.grids = append(slices.Clone(a.grids), grid)
			a.granted = append(slices.Clone(a.granted), grid)
		}
		o.grids = a.grids
	}
}

func (w *world) eraseSome(ctx context.Context) {
	if w.rand.IntN(3) > 0 {
		return
	}
	street, _ := pick(w.rand, w.streets)
	id, ok := pick(w.rand, w.recordsOf(ctx, street))
	if !ok {
		return
	}
	if w.rand.IntN(3) == 0 {
		w.count("withheld")
		w.withheld[id] = true
		if err := w.server.services[0].Withhold(ctx, street, id, []string{"members/age"}, "simulated"); err != nil {
			w.fail("withhold %s: %v", id, err)
		}
		return
	}
	w.count("erased")
	w.trace("erase %s", id)
	w.erased[id] = true
	if _, err := w.server.services[0].Erase(ctx, street, id, "simulated"); err != nil {
		w.fail("erase %s: %v", id, err)
	}
}

// putBack restores a backup: by the book, or behind everybody's back, so that the next pull has to notice.
func (w *world) putBack(ctx context.Context, b *backup) {
	properly := w.rand.IntN(3) > 0
	w.count(map[bool]string{true: "server restored", false: "server rolled back"}[properly])
	w.pages = nil
	if err := w.server.restore(ctx, b, properly); err != nil {
		w.fail("restore: %v", err)
	}
	if properly {
		return
	}
	before, _ := w.server.epoch(ctx)
	for _, i := range w.rand.Perm(len(w.phones)) {
		if _, err := w.phones[i].p.Pull(ctx); err != nil {
			continue
		}
		if now, _ := w.server.epoch(ctx); now != before {
			return
		}
	}
	// Nobody had a cursor beyond the backup: nothing was lost that anybody has seen.
}

var _ = sync.Answers
