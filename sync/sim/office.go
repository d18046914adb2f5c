package sim

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// page is a record on an officer's screen, decided on sooner or later.
type page struct {
	street string
	record string
	vv     crdt.VV
	state  *crdt.State
}

// officeDay lets the offices of all streets work for a while.
func (w *world) officeDay(ctx context.Context) {
	for _, street := range w.streets {
		for range 2 + w.rand.IntN(4) {
			w.openPage(ctx, street)
		}
	}
	for n := w.rand.IntN(len(w.pages) + 1); n > 0 && len(w.pages) > 0; n-- {
		i := w.rand.IntN(len(w.pages))
		p := w.pages[i]
		w.pages = slices.Delete(w.pages, i, i+1)
		w.decide(ctx, p)
	}
	if w.rand.IntN(3) == 0 {
		w.settleSome(ctx, false)
	}
}

// openPage draws a record on a screen. The pages of a former life are gone with it: their tokens name nothing.
func (w *world) openPage(ctx context.Context, street string) {
	ids := w.recordsOf(ctx, street)
	id, ok := pick(w.rand, ids)
	if !ok {
		return
	}
	rec, ok := w.recordIn(ctx, w.server.services[0], id)
	if !ok || rec.State.Erased {
		return
	}
	w.pages = append(w.pages, page{street: street, record: id, vv: rec.State.VV.Clone(), state: rec.State})
}

// recordsOf lists a street's begun records in order of id.
func (w *world) recordsOf(ctx context.Context, street string) []string {
	var ids []string
	err := w.server.services[0].Store.View(ctx, func(r sync.Reader) error {
		for _, grid := range w.gridsOf[street] {
			for rec, err := range r.GridRecords(street, grid) {
				if err != nil {
					return err
				}
				if rec.Created > 0 && rec.Status != sync.StatusErased {
					ids = append(ids, rec.ID)
				}
			}
		}
		return nil
	})
	if err != nil {
		w.fail("records of %s: %v", street, err)
	}
	slices.Sort(ids)
	return ids
}

// decide does one of the things an office does.
func (w *world) decide(ctx context.Context, p page) {
	w.key++
	ch := sync.OfficeChange{User: fmt.Sprintf("us_office%d", w.rand.IntN(2)), Street: p.street, Role: sync.RoleReviewer, Record: p.record,
		Ctx: p.vv, Reason: "simulated", OfficeAPI: true, Key: strconv.Itoa(w.key), BodyHash: [32]byte{byte(w.key)}}
	switch n := w.rand.IntN(12); {
	case n < 4:
		ch.Review, ch.Set = true, []crdt.Cell{{Path: sync.PathStatus, Value: sync.StatusApproved}}
	case n < 7:
		ch.Review = true
		ch.Set = []crdt.Cell{{Path: sync.PathStatus, Value: sync.StatusReturned}, {Path: fmt.Sprintf("@comments[c%d]/text", w.key), Value: w.word(p.record)}}
	case n < 9:
		path := questions[w.rand.IntN(len(questions))]
		ch.Set = []crdt.Cell{{Path: path, Value: w.word(p.record)}}
		w.wrote(p.record, path, ch.Set[0].Value)
	case n < 11:
		who := ""
		if other, ok := pick(w.rand, w.workersOf[p.street]); ok && w.rand.IntN(3) > 0 {
			who = other
		}
		ch.Set = []crdt.Cell{{Path: sync.PathAssignee, Value: who}}
	default:
		grid, _ := pick(w.rand, w.gridsOf[p.street])
		ch.Set = []crdt.Cell{{Path: sync.PathGrid, Value: grid}}
	}
	res, err := w.server.services[0].Office(ctx, ch)
	switch code := errs.CodeOf(err); code {
	case "":
	case errs.ChangedSince, errs.Erased, errs.NotFound:
		w.trace("office refused %s %s", p.record, code)
		return
	default:
		w.fail("office change on %s: %v", p.record, err)
		return
	}
	w.result.Office++
	w.trace("office %s %s:%d", p.record, res.Device, res.Seq)
	if ch.Review {
		w.reviewed[crdt.Dot{Device: res.Device, Seq: res.Seq}] = p.vv
	}
	if w.hit(.2, "office reply lost") {
		again, err := w.server.services[0].Office(ctx, ch)
		if err != nil || !again.Again || again.ID != res.ID {
			w.fail("office change on %s done twice: %v", p.record, err)
		}
	}
}

// settleSome decides on some of what waits or is in quarantine; all: on everything, so that nothing is left.
func (w *world) settleSome(ctx context.Context, all bool) {
	for i, svc := range w.server.services {
		for _, street := range w.streets {
			for after := uint64(0); ; {
				list, err := svc.Quarantine(ctx, street, after, 50)
				if err != nil {
					w.fail("quarantine: %v", err)
					return
				}
				for _, u := range list {
					after = u.Seq
					if all || w.rand.IntN(3) == 0 && u.Status == sync.Quarantined {
						w.settle(ctx, i, u)
					}
				}
				if len(list) < 50 {
					break
				}
			}
		}
	}
}

func (w *world) settle(ctx context.Context, stream int, u sync.Unsettled) {
	d := sync.Settlement{Officer: "us_office0", Street: u.Street, Line: u.Seq, Act: sync.Release, Reason: "simulated"}
	if w.rand.IntN(4) == 0 || u.Code == errs.ForbiddenPath {
		d.Act = sync.Discard
	}
	nonce := w.nonceOf(ctx, stream, u)
	err := w.server.services[stream].Settle(ctx, d)
	if code := errs.CodeOf(err); code == errs.Rule || code == errs.UnknownForm {
		d.Act = sync.Discard
		if code == errs.UnknownForm {
			return // the form is still to come
		}
		if u.Status == sync.Waiting {
			return // those before it first
		}
		err = w.server.services[stream].Settle(ctx, d)
	}
	switch errs.CodeOf(err) {
	case "":
		w.result.Settled++
		if d.Act == sync.Discard {
			w.dropped[nonce] = true
		}
		w.trace("settle %s %s/%d", d.Act, u.Street, u.Seq)
	case errs.Conflict, errs.Erased, errs.Rule:
	default:
		w.fail("settle %s/%d: %v", u.Street, u.Seq, err)
	}
}

// nonceOf reads which change set a line holds.
func (w *world) nonceOf(ctx context.Context, stream int, u sync.Unsettled) string {
	_, set, err := w.server.services[stream].QuarantinedSet(ctx, u.ID)
	if err != nil || set == nil {
		w.fail("quarantined line %s/%d: %v", u.Street, u.Seq, err)
		return ""
	}
	return set.Nonce
}
