package sync

import (
	"context"
	"errors"
	"io"
	"net/http"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// chunkLines is how many lines of a push share one writer transaction: a phone with a day's work must not hold the writer
// while others wait.
const chunkLines = 256

// PushResult counts what became of a push, for logs, metrics and the audit.
type PushResult struct {
	Have        uint64
	Merged      int
	Duplicate   int
	Waiting     int
	Quarantined int
	Void        int
	Refused     int
	Fork        bool // the device's log and the server's differ: somebody restored or cloned a phone
}

// Push takes one push of one device, reads body to its end (unpacked; at most limits.PushBytes), and writes to out one
// verdict line for each line as it becomes durable, then the summary (sync/wire, "the answer to a push"). out is flushed
// after each commit where it is an http.Flusher. Everything may be repeated after a lost reply.
//
// Who pushes is the caller's to know: author is the author's device also where another device or the office carries its
// pack; carried then asks that the push end with its author's valid attestation over all of it.
//
// An error before the first byte of output means that nothing was stored: bad-request, too-large, forbidden (the opening
// names another device), device-revoked (its drain is over), token-invalid (carried without a valid attestation), busy,
// disk-full, fail-stop. An error after it leaves out without a summary: what was answered is durable.
func (s *Service) Push(ctx context.Context, author Author, carried bool, body io.Reader, out io.Writer) (PushResult, error) {
	const op = "push"
	if author.Revoked && s.now() > author.DrainEnd {
		return PushResult{}, errs.New(errs.DeviceRevoked, op, "device %s", author.Device)
	}
	b, err := io.ReadAll(io.LimitReader(body, limits.PushBytes+1))
	if err != nil {
		return PushResult{}, errs.WrapCode(errs.BadRequest, op, err)
	}
	p, err := wire.ParsePush(b)
	if err != nil {
		return PushResult{}, errs.Wrap(op, err)
	}
	if p.Device != author.Device {
		return PushResult{}, errs.New(errs.Forbidden, op, "device %s may not push as %s", author.Device, p.Device)
	}
	t := &pushing{s: s, author: &author, p: p, items: p.Items, out: out}
	t.flusher, _ = out.(http.Flusher)
	t.prepare(b)
	if carried && !t.attestedWhole() {
		return PushResult{}, errs.New(errs.TokenInvalid, op, "a pack of %s without its attestation", p.Device)
	}
	if err := t.run(ctx); err != nil {
		return t.sum, errs.Wrap(op, err)
	}
	return t.sum, nil
}

// pushing is one push under way.
type pushing struct {
	s       *Service
	author  *Author
	p       *wire.Push
	items   []wire.Item
	out     io.Writer
	flusher http.Flusher
	cut     bool // the last line ended with the body instead of a newline, and cannot be read: it was cut off
	signed  bool // the attestation's signature is the author's
	dev     Device
	next    uint64    // the seq a line takes that cannot be read
	stop    errs.Code // gap or fork: nothing more of this push is taken
	opened  bool
	epoch   string
	sum     PushResult
}

// prepare does what needs no transaction.
func (t *pushing) prepare(body []byte) {
	n := len(t.items)
	if n == 0 {
		return
	}
	last := &t.items[n-1]
	t.cut = body[len(body)-1] != '\n' && last.Kind == wire.ItemSet && last.Err != nil
	if last.Kind == wire.ItemAttest {
		t.signed = wire.VerifyAttest(t.author.PublicKey, t.author.Device, last.Att)
	}
}

// attestedWhole reports whether the push ends with its author's signature over the head that its new lines lead to.
func (t *pushing) attestedWhole() bool {
	if !t.signed {
		return false
	}
	head, seq := t.p.Head, t.p.Last
	for i := range t.items {
		switch it := &t.items[i]; it.Kind {
		case wire.ItemSet:
			if it.Set != nil && it.Set.Seq <= seq {
				continue // offered again to hear what became of it: the log's own bytes are signed
			}
			head, seq = head.Next(it.ID()), seq+1
		case wire.ItemVoid:
			for range it.Void.To - min(seq, it.Void.To) {
				head, seq = head.Next(it.ID()), seq+1
			}
		case wire.ItemAttest:
			return it.Att.Seq == seq && it.Att.Head == head
		}
	}
	return false
}

func (t *pushing) run(ctx context.Context) error {
	for first := true; first || len(t.items) > 0; first = false {
		chunk := t.items[:min(len(t.items), chunkLines)]
		var next pushing
		var answer []byte
		var done *run
		// Retried runs start from the same place: everything they change is a copy.
		step := func(tx Tx) error {
			next, answer = *t, answer[:0]
			r, err := t.s.newRun(tx)
			if err != nil {
				return err
			}
			done = r
			answer, err = next.chunk(r, chunk, answer)
			return err
		}
		err := t.s.Store.Update(ctx, step)
		if errors.Is(err, errRolledBack) {
			if err = t.s.RolledBack(ctx, done.epoch); err == nil {
				err = t.s.Store.Update(ctx, step)
			}
		}
		if err != nil {
			return err
		}
		*t = next
		done.publish(t.author.Street)
		t.items = t.items[len(chunk):]
		if len(t.items) == 0 {
			answer = t.summary(answer)
		}
		if _, err := t.out.Write(answer); err != nil {
			return errs.WrapCode(errs.Interrupted, "answer", err)
		}
		if t.flusher != nil {
			t.flusher.Flush()
		}
	}
	return nil
}

func (t *pushing) summary(b []byte) []byte {
	t.sum.Have = t.dev.Have
	return wire.AppendSummary(b, wire.Summary{Have: t.dev.Have, Want: t.dev.Have + 1, Head: wire.Head(t.dev.Head),
		Safe: t.dev.Safe, Epoch: t.epoch, Time: wire.TimeText(t.s.Clock.Now())})
}

// chunk takes some lines of the push in one transaction.
func (t *pushing) chunk(r *run, items []wire.Item, answer []byte) ([]byte, error) {
	dev, _, err := r.tx.Device(t.author.Device)
	if err != nil {
		return nil, err
	}
	t.dev, t.epoch = dev, r.epoch
	t.dev.ID = t.author.Device
	if !t.opened {
		t.opened = true
		if answer, err = t.open(r, answer); err != nil {
			return nil, err
		}
	}
	c := &chunk{pushing: t, run: r, answer: answer, adm: admission{author: t.author,
		seen: t.s.seenBy(t.p.Cursor, t.author.Street, t.author.Worker, shortOf("epoch", r.epoch))}}
	for i := range items {
		if err := c.item(&items[i], t.cut && len(items) == len(t.items) && i == len(items)-1); err != nil {
			return nil, err
		}
	}
	if r.voided {
		if err := r.wakeWaiting(t.author.Street); err != nil {
			return nil, err
		}
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	if c.stored {
		t.dev.Street, t.dev.Worker, t.dev.LastSeen = t.author.Street, t.author.Worker, r.now
		if err := r.tx.PutDevice(&t.dev); err != nil {
			return nil, err
		}
	}
	return c.answer, nil
}

// open compares where the phone says it stands with what the log holds.
func (t *pushing) open(r *run, answer []byte) ([]byte, error) {
	t.next = t.p.Last + 1
	switch {
	case t.p.Last > t.dev.Have:
		t.stop = errs.Gap
	default:
		head, err := headAt(r.tx, &t.dev, t.p.Last)
		if err != nil {
			return nil, err
		}
		if head == t.p.Head {
			return answer, nil
		}
		t.stop = errs.Fork
		t.forked(r)
	}
	return wire.AppendVerdict(answer, wire.Verdict{Status: wire.Refused, Code: t.stop, Placed: true, Have: t.dev.Have, Head: t.dev.Head}), nil
}

func (t *pushing) forked(r *run) {
	t.sum.Fork = true
	r.notices = append(r.notices, Notice{Street: t.author.Street, Kind: NoticeFork, N: 1})
}

func headAt(r Reader, dev *Device, seq uint64) (wire.Head, error) {
	switch seq {
	case 0:
		return wire.Head{}, nil
	case dev.Have:
		return dev.Head, nil
	}
	return r.HeadAt(dev.ID, seq)
}

// chunk is some lines of a push in one transaction.
type chunk struct {
	*pushing
	*run
	adm    admission
	answer []byte
	stored bool
}

func (c *chunk) item(it *wire.Item, cut bool) error {
	switch it.Kind {
	case wire.ItemErased:
		return c.erasedMark(it)
	case wire.ItemAttest:
		return c.attest(it)
	case wire.ItemVoid:
		return c.void(it)
	}
	if it.Err != nil {
		return c.unreadable(it, cut)
	}
	return c.set(it)
}

func (c *chunk) verdict(v wire.Verdict) {
	switch v.Status {
	case wire.Merged:
		c.sum.Merged++
	case wire.Duplicate:
		c.sum.Duplicate++
	case wire.Waiting:
		c.sum.Waiting++
	case wire.Quarantined:
		c.sum.Quarantined++
	case wire.Voided:
		c.sum.Void++
	case wire.Refused:
		c.sum.Refused++
	}
	c.answer = wire.AppendVerdict(c.answer, v)
}

func (c *chunk) refuse(seq uint64, id crdt.ID, code errs.Code) {
	c.verdict(wire.Verdict{Seq: seq, ID: id, Status: wire.Refused, Code: code})
}

// set takes a change set that could be read.
func (c *chunk) set(it *wire.Item) error {
	set, id := it.Set, it.ID()
	switch {
	case c.stop != "":
		c.refuse(set.Seq, id, c.stop)
		return nil
	case set.Device != c.author.Device:
		c.refuse(set.Seq, id, errs.NotThisDevice)
		return nil
	case set.Seq > c.dev.Have+1:
		c.refuse(set.Seq, id, errs.Gap)
		return nil
	case set.Seq <= c.dev.Have:
		return c.again(set.Seq, id, true)
	}
	c.next = set.Seq + 1
	w, err := c.work(set.Record)
	if err != nil {
		return err
	}
	l := c.line(set.Seq, id)
	l.Body = it.Line
	if err := c.receive(w, l, set, &c.adm); err != nil {
		return err
	}
	c.have(l)
	c.verdict(wire.Verdict{Seq: set.Seq, ID: id, Status: wire.Status(l.Status), Code: l.Code})
	return nil
}

// again answers a line whose seq the log holds with what became of it. Other bytes are a fork, unless the seq is void
// because nobody could read its bytes, or its phone gave it up: then good bytes come too late.
func (c *chunk) again(seq uint64, id crdt.ID, readable bool) error {
	c.next = seq + 1
	l, ok, err := c.tx.Line(c.author.Device, seq)
	if err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.Damaged, "push", "line %s:%d is not there", c.author.Device, seq)
	}
	if l.ID != id && readable && (l.Status != Void || l.Record != "") {
		c.stop = errs.Fork
		c.forked(c.run)
		c.refuse(seq, id, errs.Fork)
		return nil
	}
	c.verdict(present(&l))
	return nil
}

// present is the verdict on a stored line as it stands now.
func present(l *Line) wire.Verdict {
	v := wire.Verdict{Seq: l.DevSeq, ID: l.ID, Status: wire.Status(l.Status), Code: l.Code}
	if l.Status == Merged {
		v.Status = wire.Duplicate
		if l.Body == nil && !l.Stripped {
			v.Status, v.Code = wire.Voided, errs.Erased
		}
	}
	return v
}

// unreadable takes a line that cannot be parsed: void, with the seq of its position.
func (c *chunk) unreadable(it *wire.Item, cut bool) error {
	seq, id := c.next, it.ID()
	switch {
	case c.stop != "":
		c.refuse(seq, id, c.stop)
		return nil
	case cut:
		c.refuse(seq, id, errs.CodeOf(it.Err))
		return nil
	case seq <= c.dev.Have:
		return c.again(seq, id, false)
	case seq > c.dev.Have+1:
		c.refuse(seq, id, errs.Gap)
		return nil
	}
	l := c.line(seq, id)
	l.Status, l.Code = Void, errs.CodeOf(it.Err)
	if err := c.appendVoid(l); err != nil {
		return err
	}
	c.verdict(wire.Verdict{Seq: seq, ID: id, Status: wire.Voided, Code: l.Code})
	return nil
}

// void takes a range the phone declares damaged or missing. Seqs the log holds are answered with what became of them.
func (c *chunk) void(it *wire.Item) error {
	id, from := it.ID(), it.Void.From
	switch {
	case c.stop != "":
		c.refuse(from, id, c.stop)
		return nil
	case from > c.dev.Have+1:
		c.refuse(from, id, errs.Gap)
		return nil
	}
	for ; from <= it.Void.To && from <= c.dev.Have; from++ {
		l, ok, err := c.tx.Line(c.author.Device, from)
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.Damaged, "push", "line %s:%d is not there", c.author.Device, from)
		}
		if l.ID == id && l.Status == Void {
			break
		}
		c.verdict(present(&l))
	}
	c.next = it.Void.To + 1
	if from > it.Void.To {
		return nil
	}
	for seq := max(from, c.dev.Have+1); seq <= it.Void.To; seq++ {
		l := c.line(seq, id)
		l.Status, l.Code = Void, errs.DeclaredVoid
		if err := c.appendVoid(l); err != nil {
			return err
		}
	}
	c.verdict(wire.Verdict{Seq: from, To: it.Void.To, ID: id, Status: wire.Voided, Code: errs.DeclaredVoid})
	return nil
}

// line begins a line of the author.
func (c *chunk) line(seq uint64, id crdt.ID) *Line {
	return &Line{Street: c.author.Street, Device: c.author.Device, DevSeq: seq, ID: id, Worker: c.author.Worker,
		Received: c.run.now, Effective: c.run.now}
}

func (c *chunk) appendVoid(l *Line) error {
	c.voided = true
	c.next = l.DevSeq + 1
	if err := c.tx.Append(l); err != nil {
		return err
	}
	c.have(l)
	return nil
}

// have notes that the log holds one more line of the device.
func (c *chunk) have(l *Line) {
	c.dev.Have = l.DevSeq
	c.dev.Head = wire.Head(c.dev.Head).Next(l.ID)
	c.stored = true
}
