package sim

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/phone"
	"ruhu/sync/wire"
)

// start is when every simulation begins.
var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Options says how large a run is. The same options give the same run.
type Options struct {
	Phones int
	Days   int
	Seed   uint64
	Log    io.Writer // where each step is written; nil = nowhere
	// Open starts the program of each phone; nil = the reference phone.
	Open func(ctx context.Context, o phone.Options) (Phone, error)
	// SoundFlash: the phones' stores never fail. Programs that commit in other steps then have the same faults.
	SoundFlash bool
	broken     broken // what a test breaks on purpose, to see that the checks notice
}

// broken is a rule broken on purpose.
type broken struct {
	store     func(s sync.Store) sync.Store // stands before both stores
	project   sync.Projector
	anyGrid   bool // pulls forget the grants
	noJournal bool // restores forget the journal
}

// Command is the one command that replays a run.
func (o Options) Command() string {
	return fmt.Sprintf("ruhu simulate --phones %d --days %d --seed %d", o.Phones, o.Days, o.Seed)
}

// Progress says where a run is.
type Progress struct {
	Day, Days int
	Result    Result
}

// maxRounds is how many times every phone may sync after the faults stop until every outbox is empty.
const maxRounds = 12

// ticksPerDay is how often a day each phone gets a moment.
const ticksPerDay = 3

// Run runs one simulation: days of field work with faults, then rounds without, then every promise is checked. progress is
// called once a day; nil = nobody asks. The error of a run that broke a promise names the seed and the command to replay
// it. It uses no goroutine, no clock and no randomness but the seed's.
func Run(ctx context.Context, o Options, progress func(Progress)) (Result, error) {
	const op = "simulate"
	if o.Phones < 1 || o.Phones > 100_000 || o.Days < 1 {
		return Result{}, errs.New(errs.Usage, op, "1 to 100,000 phones and at least 1 day")
	}
	w, err := newWorld(o)
	if err != nil {
		return Result{}, errs.Wrap(op, err)
	}
	w.people(ctx)
	for w.day = 1; w.day <= o.Days && w.faultErr == nil; w.day++ {
		if err := ctx.Err(); err != nil {
			return w.result, errs.WrapCode(errs.Interrupted, op, err)
		}
		w.dayOfWork(ctx)
		if progress != nil {
			progress(Progress{Day: w.day, Days: o.Days, Result: w.result})
		}
	}
	if w.faultErr == nil {
		w.comeToRest(ctx)
	}
	if w.faultErr == nil {
		w.check(ctx)
	}
	w.result.Trace = hex.EncodeToString(w.hash.Sum(nil))
	return w.result, w.err()
}

func (w *world) dayOfWork(ctx context.Context) {
	w.trace("day %d", w.day)
	for range ticksPerDay {
		for _, i := range w.rand.Perm(len(w.phones)) {
			w.clock.Advance(time.Duration(1+w.rand.IntN(60)) * time.Second)
			w.use(ctx, w.phones[i])
		}
		w.officeDay(ctx)
		w.clock.Advance(4 * time.Hour)
	}
	w.admin(ctx)
	w.clock.Advance(12 * time.Hour)
}

// comeToRest stops the faults and lets everybody sync until nothing is left to say (invariant 10).
func (w *world) comeToRest(ctx context.Context) {
	w.faulty = false
	for v := range w.version + 2 {
		w.server.versions[fmt.Sprint(v+1)] = true
	}
	for _, a := range w.server.accounts {
		a.confirmed = true
	}
	for _, d := range w.late {
		if err := w.deliver(ctx, d); err != nil {
			w.fail("a late duplicate: %v", err)
		}
	}
	w.late = nil
	for _, h := range w.phones {
		h.mem.Fail = nil
		w.closeForms(ctx, h)
	}
	rested := false
	for round := 1; round <= maxRounds; round++ {
		w.result.Rounds = round
		w.trace("round %d", round)
		for _, i := range w.rand.Perm(len(w.phones)) {
			w.sync(ctx, w.phones[i])
			w.clock.Advance(time.Minute)
		}
		w.settleSome(ctx, true)
		w.clock.Advance(2 * time.Hour)
		// Once more, because the first to pull has not seen what the last pushed.
		if w.atRest(ctx) {
			if rested {
				return
			}
			rested = true
		}
	}
	for _, h := range w.phones {
		if st := h.p.Status(); !w.idle(h) {
			w.fail("%s (%v) is not at rest after %d rounds: %+v\n%+v", h.name, st.Devices, maxRounds, st, w.logText(h))
		}
	}
	w.fail("not at rest after %d rounds", maxRounds)
}

// closeForms leaves what is open on the screen: a form that is open for ever holds its record's leave back for ever.
func (w *world) closeForms(ctx context.Context, h *handset) {
	for _, record := range h.p.Drafts() {
		s, err := h.p.Edit(record)
		if err != nil {
			continue
		}
		c, err := s.Leave(ctx)
		w.cut(h, c)
		if err != nil && errs.CodeOf(err) != errs.Erased {
			w.fail("%s leaves a form: %v", h.name, err)
		}
	}
	h.forms = nil
}

func (w *world) atRest(ctx context.Context) bool {
	for _, h := range w.phones {
		if !w.idle(h) {
			return false
		}
	}
	for _, svc := range w.server.services {
		for _, street := range w.streets {
			if list, err := svc.Quarantine(ctx, street, 0, 1); err != nil || len(list) > 0 {
				return false
			}
		}
	}
	return true
}

// idle: nothing unsent, nothing held back, and all that may be seen is there.
func (w *world) idle(h *handset) bool {
	st := h.p.Status()
	if st.Unsent > 0 || st.MarkersToHandBack > 0 && !st.Revoked {
		return false
	}
	if a := w.server.byDevice[h.link.device]; a == nil || a.revoked {
		return true
	}
	return st.Complete && st.Waiting == 0 && st.Quarantined == 0 && st.PendingLeaves == 0
}

// logText lists what a phone has not settled, for the person who has to find out why.
func (w *world) logText(h *handset) string {
	var b strings.Builder
	for _, s := range h.p.Log() {
		if !s.Acked || s.Status == wire.Waiting || s.Status == wire.Quarantined {
			fmt.Fprintf(&b, "%s:%d %s %s acked %t kept %t\n", s.Device, s.Seq, s.Status, s.Code, s.Acked, s.Kept)
		}
	}
	return b.String()
}
