package sim

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
	"ruhu/sync/wire"
)

// check holds the end of a run against what was promised (sync.md section 10) and what really happened.
func (w *world) check(ctx context.Context) {
	stored := map[string]sync.LineStatus{} // nonces in the logs
	for _, st := range w.server.stores {
		w.checkLogs(st)
		for _, id := range slices.Sorted(maps.Keys(st.d.records)) {
			w.checkRecord(st, id, stored)
		}
	}
	w.checkNothingLost(stored)
	w.checkErased()
	w.checkFreshPulls(ctx)
}

// checkLogs: every device's running hash is that of its lines.
func (w *world) checkLogs(st *MemStore) {
	for _, id := range slices.Sorted(maps.Keys(st.d.devices)) {
		dev := st.d.devices[id]
		var head wire.Head
		for i, l := range dev.lines {
			if head = head.Next(l.ID); head != wire.Head(dev.heads[i]) {
				w.fail("head of %s at %d", id, i+1)
			}
			if l.Body != nil && !l.Stripped && crdt.IDOf(l.Body) != l.ID {
				w.fail("bytes of %s:%d", id, i+1)
			}
		}
		if dev.Have != uint64(len(dev.lines)) || len(dev.lines) > 0 && head != wire.Head(dev.Head) {
			w.fail("device %s has %d of %d lines", id, dev.Have, len(dev.lines))
		}
	}
}

// checkRecord: the state is the definition's (3), shown values were written by somebody (5), approvals saw everything (13).
func (w *world) checkRecord(st *MemStore, id string, stored map[string]sync.LineStatus) {
	rec := st.d.records[id]
	def := naive.Record{Withheld: rec.State.Withheld, Erased: rec.State.Erased}
	lines := slices.Clone(st.d.lines[id])
	slices.SortFunc(lines, func(a, b *sync.Line) int { return int(int64(a.Order) - int64(b.Order)) })
	vv := crdt.VV{}
	for _, l := range lines {
		if rec.State.Erased {
			if l.Body != nil {
				w.fail("erased record %s has a body", id)
			}
			continue
		}
		if l.Order == 0 {
			continue
		}
		d := crdt.Dot{Device: l.Device, Seq: l.DevSeq}
		if l.DevSeq <= vv[l.Device] {
			w.fail("record %s: %s:%d took its turn late\n%s", id, l.Device, l.DevSeq, describe(lines))
		}
		if l.Status == sync.Merged {
			c, err := sync.DecodeLine(l)
			if err != nil {
				w.fail("record %s: %v", id, err)
				continue
			}
			stored[c.Nonce] = sync.Merged
			w.checkScreen(l, c)
			def.Sets = append(def.Sets, naive.Merged{Set: c, Eff: l.Effective, Ctx: c.Ctx.Meet(vv)})
		} else {
			def.Void = append(def.Void, d)
		}
		vv.Raise(d)
	}
	if got := string(rec.State.Canonical()); got != def.Canonical() {
		w.fail("record %s is %s, by definition %s", id, got, def.Canonical())
	}
	if !rec.State.Erased && rec.State.Digest() != rec.Digest {
		w.fail("digest of record %s", id)
	}
	w.result.Records++
	for path, shown := range rec.State.Visible {
		if path[0] != '@' && !shown.Null && !w.written[strings.Join([]string{id, path, shown.Value}, "\x00")] {
			w.fail("record %s shows at %s what nobody wrote there", id, path)
		}
	}
	w.checkApproval(rec)
}

// checkScreen: what a merged set supersedes stood on its author's screen (4): it was sent to that worker, or is its own.
func (w *world) checkScreen(l *sync.Line, c *crdt.ChangeSet) {
	if sync.ServerIssued(l.Device) {
		return // offices' pages are noted by their decisions
	}
	seen := w.seen[l.Worker+" "+c.Record]
	for device, seq := range c.Ctx {
		a := w.server.byDevice[device]
		if a != nil && a.worker == l.Worker || seq <= seen[device] {
			continue
		}
		w.fail("record %s: %s:%d claims %s:%d, which %s was never sent", c.Record, l.Device, l.DevSeq, device, seq, l.Worker)
	}
}

func (w *world) checkApproval(rec *sync.Record) {
	if rec.Status != sync.StatusApproved {
		return
	}
	for _, approval := range rec.State.Siblings(sync.PathStatus) {
		page, ok := w.reviewed[approval.Dot]
		if !ok {
			w.fail("record %s shows an approval nobody gave", rec.ID)
			return
		}
		all := true
		for _, r := range rec.State.Registers {
			for _, live := range r.Siblings {
				all = all && (r.Path[0] == '@' || page.Covers(live.Dot))
			}
		}
		for _, r := range rec.State.Rows {
			for _, live := range r.Marks {
				all = all && (r.Path[0] == '@' || page.Covers(live.Dot))
			}
		}
		if all {
			return
		}
	}
	w.fail("record %s shows an approval whose author has not seen every answer", rec.ID)
}

// checkNothingLost: whatever a phone cut is merged, or its record is erased, or the office discarded it, or withheld words
// left nothing of it to know it by, or it was lost with the phone (4, 6).
func (w *world) checkNothingLost(stored map[string]sync.LineStatus) {
	for _, nonce := range w.order {
		t := w.nonces[nonce]
		if stored[nonce] == sync.Merged || w.erased[t.record] || w.dropped[nonce] || w.withheld[t.record] || t.by.mishaps > t.at {
			continue
		}
		w.fail("a change set of record %s cut on %s is nowhere", t.record, t.by.name)
		return
	}
}

// checkErased: the words of erased records are nowhere (11), on the server and on phones that may still pull. The words of the others are
// found by the same scanner.
func (w *world) checkErased() {
	words, found, looked := w.server.stores[0].Words()+w.server.stores[1].Words(), 0, 0
	for _, record := range slices.Sorted(maps.Keys(w.canaries)) {
		if !w.erased[record] && looked >= 50 {
			continue
		}
		looked++
		for _, word := range w.canaries[record] {
			if !strings.Contains(words, `"`+word+`"`) {
				continue
			}
			if found++; w.erased[record] {
				w.fail("a word of erased record %s is on the server", record)
			}
		}
	}
	if found == 0 && w.result.Merged > 100 {
		w.fail("the scanner finds no word at all")
	}
	for _, h := range w.phones {
		if a := w.server.byDevice[h.link.device]; a == nil || a.revoked {
			continue
		}
		for _, s := range h.p.Log() {
			if w.erased[s.Record] && s.Kept {
				w.trace("%s", describe(append(slices.Clone(w.server.stores[0].d.lines[s.Record]), w.server.stores[1].d.lines[s.Record]...)))
				w.fail("%s keeps %s:%d of erased record %s", h.name, s.Device, s.Seq, s.Record)
			}
		}
		for _, id := range h.p.Records() {
			if w.erased[id] {
				w.fail("%s shows erased record %s", h.name, id)
			}
		}
	}
}

// checkFreshPulls: what a phone holds after all its pulls is what a fresh pull brings (8), and its states are the server's.
func (w *world) checkFreshPulls(ctx context.Context) {
	for _, h := range w.phones {
		a := w.server.byDevice[h.link.device]
		if a == nil || a.revoked {
			continue
		}
		held := map[string]string{}
		for _, id := range h.p.Records() {
			v, err := h.p.View(id)
			switch {
			case err != nil:
				w.fail("%s views %s: %v", h.name, id, err)
			case v.Base != nil:
				held[id] = string(v.Base.Canonical())
			case v.Status != "":
				held[id] = "stub " + v.Status
			}
		}
		fresh, err := w.freshPull(ctx, a)
		if err != nil {
			w.fail("fresh pull for %s: %v", h.name, err)
			return
		}
		if !maps.Equal(held, fresh) {
			w.fail("%s holds something else than a fresh pull: %s", h.name, difference(held, fresh))
			return
		}
	}
}

func (w *world) freshPull(ctx context.Context, a *account) (map[string]string, error) {
	out := map[string]string{}
	for cursor := ""; ; {
		var page bytes.Buffer
		if err := w.server.puller.Pull(ctx, a.viewer(), cursor, 0, &page); err != nil {
			return nil, err
		}
		for line := range bytes.Lines(page.Bytes()) {
			l, end, err := wire.ParsePull(bytes.TrimSuffix(line, []byte("\n")))
			switch {
			case err != nil:
				return nil, err
			case end != nil && !end.More:
				return out, nil
			case end != nil:
				cursor = end.Cursor
			case l.Kind == wire.KindStub:
				out[l.Record] = "stub " + l.Status
			case l.Kind.HasState():
				out[l.Record] = l.State
			case l.Kind == wire.KindLeave && l.Record != "":
				delete(out, l.Record)
			}
		}
		if cursor == "" {
			return nil, errs.New(errs.Damaged, "fresh pull", "a page without end")
		}
	}
}

func difference(a, b map[string]string) string {
	for _, id := range slices.Sorted(maps.Keys(a)) {
		if a[id] != b[id] {
			return fmt.Sprintf("%s: %q, fresh %q", id, a[id], b[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[id]; !ok {
			return fmt.Sprintf("%s is missing: %q", id, b[id])
		}
	}
	return ""
}

// describe lists lines for the person who has to find out what went wrong.
func describe(lines []*sync.Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s/%d %s:%d order %d turn %d %s %s body %d\n", l.Street, l.Seq, l.Device, l.DevSeq, l.Order, l.Turn, l.Status, l.Code, len(l.Body))
	}
	return b.String()
}
