package sync

import (
	"context"
	"io"
	"slices"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/wire"
)

// Puller answers pulls: one serves both streams.
type Puller struct {
	Answers, Registry *Service
	Reference         Reference
	// KindOf gives the kind under which a registry record of a form is sent: visit, followup or candidate.
	KindOf func(form string) wire.Kind
	// MayPull is asked on every page, after the snapshot was read: false stops the page with device-revoked. nil = always.
	MayPull func(ctx context.Context, v Viewer) bool
}

// Pull writes one page: what is new for the viewer since a cursor ("" = from zero), then the next cursor. limit is the
// most rows (0 = limits.PullRows); a page holds at most limits.PullBytes, and at least one row.
//
// A page is an interval of each street sequence, read in one snapshot of each log. Newly granted grids are filled up from
// zero to where the cursor stands, beside what is new; lost grids get a leave. A cursor of a former epoch, of other hands or of nobody
// starts from zero, which begins with an epoch line: the phone drops every base it holds. A cursor of this epoch whose place
// the log does not have (shorter, or another chain there) shows that the server was rolled back: a new epoch begins at once.
//
// Registry records are sent under KindOf with their Case as household; their stubs, like those of answers, as stub. A
// section of the reference begins with {"kind":…,"gone":true} without an id: everything of the kind is gone, what follows is
// all there is. The digest of a grid is wire.GridDigest over the digests of all its records of both streams that are not
// erased, whether the viewer holds the state or a stub.
//
// What an error leaves in out is to be thrown away. Codes: device-revoked, bad-request (no street), busy, damaged.
func (p *Puller) Pull(ctx context.Context, v Viewer, token string, limit int, out io.Writer) error {
	const op = "pull"
	if v.Street == "" {
		return errs.New(errs.BadRequest, op, "no street")
	}
	if limit <= 0 || limit > limits.PullRows {
		limit = limits.PullRows
	}
	v.Grids = slices.Clone(v.Grids)
	slices.Sort(v.Grids)
	v.Grids = slices.Compact(v.Grids)
	page := &page{p: p, v: v, rows: limit, bytes: limits.PullBytes}
	if err := page.start(ctx, token); err != nil {
		return errs.Wrap(op, err)
	}
	if err := page.fill(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	if p.MayPull != nil && !p.MayPull(ctx, v) {
		return errs.New(errs.DeviceRevoked, op, "device %s", v.Device)
	}
	return errs.Wrap(op, page.write(out))
}

// page is one page of a pull under way.
type page struct {
	p     *Puller
	v     Viewer
	c     cursor
	rows  int // left
	bytes int // left
	lines map[wire.Kind][]byte
	more  bool
	zero  bool // from zero: the epoch line comes first
	epoch string
	// digests of the grids, gathered when nothing is left to send
	digests map[string][][32]byte
}

func (p *Puller) services() [2]*Service { return [2]*Service{p.Answers, p.Registry} }

// start finds out where the viewer stands: in this epoch, or at zero.
func (g *page) start(ctx context.Context, token string) error {
	now, err := g.p.epochOf(ctx)
	if err != nil {
		return err
	}
	g.epoch = now
	c, ok := decodeCursor(g.p.Answers.keys, token, g.v.Street, g.v.Worker)
	if ok && c.Epoch == shortOf("epoch", now) {
		intact, err := g.intact(ctx, &c)
		if err != nil {
			return err
		}
		if intact {
			g.c = c
			return g.confirm(ctx)
		}
		if g.epoch, err = BeginEpoch(ctx, g.p.Answers, g.p.Registry, now); err != nil {
			return err
		}
	}
	g.zero = true
	g.c = cursor{Epoch: shortOf("epoch", g.epoch), Scope: cursorScope(g.v.Street, g.v.Worker), Grids: g.v.Grids}
	return nil
}

// epochOf returns the epoch both logs are in; a start that was cut between the two is made good.
func (p *Puller) epochOf(ctx context.Context) (string, error) {
	a, _, err := p.Answers.epoch(ctx)
	if err != nil {
		return "", err
	}
	b, _, err := p.Registry.epoch(ctx)
	if err != nil {
		return "", err
	}
	if a == b && a != "" {
		return a, nil
	}
	return AlignEpochs(ctx, p.Answers, p.Registry)
}

// intact reports whether both logs still hold the places of the cursor.
func (g *page) intact(ctx context.Context, c *cursor) (bool, error) {
	for i, s := range g.p.services() {
		ok := false
		err := s.Store.View(ctx, func(r Reader) (err error) {
			ok, err = c.Places[i].matches(r, g.v.Street)
			return err
		})
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// confirm notes that the phone has carried out the erasures and withholdings up to its cursor. It is the only thing a pull
// writes, and only after a page that held some.
func (g *page) confirm(ctx context.Context) error {
	if !g.c.Confirms {
		return nil
	}
	g.c.Confirms = false
	devices := [2]string{g.v.Device, g.v.RegistryDevice}
	for i, s := range g.p.services() {
		if devices[i] == "" {
			continue
		}
		err := s.Store.Update(ctx, func(tx Tx) error {
			d, _, err := tx.Device(devices[i])
			if err != nil || d.Pulled >= g.c.Places[i].Seq {
				return err
			}
			d.ID, d.Street, d.Worker, d.LastSeen = devices[i], g.v.Street, g.v.Worker, s.now()
			d.Pulled = g.c.Places[i].Seq
			return tx.PutDevice(&d)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fill gathers lines until the page is full or nothing is left.
func (g *page) fill(ctx context.Context) error {
	g.lines = make(map[wire.Kind][]byte)
	if g.zero {
		g.add(&wire.PullLine{Kind: wire.KindEpoch, Epoch: g.epoch})
	}
	g.regrant()
	if err := g.sections(ctx); err != nil {
		return err
	}
	g.digests = make(map[string][][32]byte)
	for i, s := range g.p.services() {
		if err := s.Store.View(ctx, func(r Reader) error { return g.stream(r, i) }); err != nil {
			return err
		}
	}
	if len(g.c.Backfill) > 0 && g.c.Filled[0] >= g.c.Places[0].Seq && g.c.Filled[1] >= g.c.Places[1].Seq {
		g.c.Backfill, g.c.Filled = nil, [2]uint64{}
	}
	return nil
}

// regrant compares the grids of the cursor with those granted now.
func (g *page) regrant() {
	for _, grid := range g.c.Grids {
		if !slices.Contains(g.v.Grids, grid) {
			g.add(&wire.PullLine{Kind: wire.KindLeave, Grid: grid, At: max(g.c.Places[0].Seq, g.c.Places[1].Seq)})
		}
	}
	gained := slices.DeleteFunc(slices.Clone(g.v.Grids), func(grid string) bool { return slices.Contains(g.c.Grids, grid) })
	filling := slices.DeleteFunc(g.c.Backfill, func(grid string) bool { return !slices.Contains(g.v.Grids, grid) })
	g.c.Backfill = filling
	if len(gained) > 0 && !g.zero {
		g.c.Backfill = append(filling, gained...)
		slices.Sort(g.c.Backfill)
		g.c.Backfill = slices.Compact(g.c.Backfill)
		g.c.Filled = [2]uint64{}
	}
	g.c.Grids = g.v.Grids
}

func (g *page) full() bool { return g.rows <= 0 || g.bytes <= 0 }

// add puts a line on the page and takes it off what may still come.
func (g *page) add(l *wire.PullLine) {
	before := len(g.lines[l.Kind])
	g.lines[l.Kind] = wire.AppendPull(g.lines[l.Kind], l)
	g.rows--
	g.bytes -= len(g.lines[l.Kind]) - before
}

// write puts the lines out in the order of kinds, then the end.
func (g *page) write(out io.Writer) error {
	for _, k := range wire.Kinds() {
		if b := g.lines[k]; len(b) > 0 {
			if _, err := out.Write(b); err != nil {
				return errs.WrapCode(errs.Interrupted, "write page", err)
			}
		}
	}
	end := wire.PullEnd{Cursor: g.c.encode(g.p.Answers.keys, g.v.Street), More: g.more}
	if !g.more {
		end.Digest = make(map[string]string, len(g.digests))
		for grid, d := range g.digests {
			if text := wire.GridDigest(d); text != "" {
				end.Digest[grid] = text
			}
		}
	}
	_, err := out.Write(wire.AppendPullEnd(nil, end))
	if err != nil {
		return errs.WrapCode(errs.Interrupted, "write page", err)
	}
	return nil
}

// sections sends the reference sections whose version the phone does not hold.
func (g *page) sections(ctx context.Context) error {
	list, err := g.p.Reference.Sections(ctx, g.v)
	if err != nil {
		return err
	}
	for _, sec := range list {
		kind := byte(slices.Index(wire.Kinds(), sec.Kind))
		version := shortOf("section", sec.Version)
		if held, ok := g.c.sent(kind); ok && held == version {
			continue
		}
		if g.full() {
			g.more = true
			return nil
		}
		if g.c.Row == 0 || g.c.Section != uint64(kind) || g.c.Partial != version {
			g.c.Section, g.c.Row, g.c.Partial = uint64(kind), 0, version
			g.add(&wire.PullLine{Kind: sec.Kind, Gone: true})
		}
		row := uint64(0)
		for l, err := range g.p.Reference.Lines(ctx, g.v, sec.Kind) {
			if err != nil {
				return err
			}
			if row++; row <= g.c.Row {
				continue
			}
			if g.full() {
				g.more = true
				return nil
			}
			l.Kind = sec.Kind
			g.add(&l)
			g.c.Row = row
		}
		g.c.setSent(kind, version)
		g.c.Section, g.c.Row, g.c.Partial = 0, 0, short{}
	}
	return nil
}
