package sync_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

// machine drives the engine with phones that are honest, confused or lying, and holds it against the definition.
type machine struct {
	w       *world
	pens    []*pen
	mirrors []map[string]string // what each pen holds of its grids, by record: digest
	backup  [2]*sim.Snapshot
	erased  map[string]bool
	key     int
}

func machineRecord(t *rapid.T) string {
	return fmt.Sprintf("r%d", rapid.IntRange(0, 5).Draw(t, "record"))
}

func TestMachine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		m := &machine{w: w, erased: map[string]bool{}}
		for _, p := range []struct {
			device, worker string
			grids          []string
		}{{"dv_a", "us_a", []string{gridA}}, {"dv_b", "us_b", []string{gridA, gridB}}, {"dv_c", "us_a", []string{gridA}}, {"dv_d", "us_d", []string{gridB}}} {
			m.pens = append(m.pens, w.pen(p.device, p.worker, p.grids...))
			m.mirrors = append(m.mirrors, map[string]string{})
		}
		rt.Repeat(map[string]func(*rapid.T){
			"write": m.write, "garbage": m.garbage, "push": m.push, "office": m.office, "settle": m.settle, "pull": m.pull, "erase": m.erase,
			"withhold": m.withhold, "backup": m.backUp, "restore": m.restore, "grants": m.grants, "": m.check,
		})
		m.settled(rt)
	})
}

func (m *machine) pen(t *rapid.T) (int, *pen) {
	i := rapid.IntRange(0, len(m.pens)-1).Draw(t, "pen")
	return i, m.pens[i]
}

func (m *machine) write(t *rapid.T) {
	_, p := m.pen(t)
	record := machineRecord(t)
	paths := []string{"q1", "q2", "members[m1]/age", "@status", "why"}
	path := rapid.SampledFrom(paths).Draw(t, "path")
	value := fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "value"))
	if path == "@status" {
		value = rapid.SampledFrom([]string{"draft", "submitted", "approved"}).Draw(t, "status")
	}
	p.set(record, func(c *crdt.ChangeSet) {
		switch rapid.IntRange(0, 9).Draw(t, "screen") {
		case 0, 1, 2, 3, 4: // what the server has now
			if rec, ok := m.w.record(record); ok {
				c.Ctx = rec.State.VV.Clone()
			}
		case 5, 6: // its own last set of the record
			for seq := len(p.lines); seq > 0; seq-- {
				if old, err := wire.Decode(p.lines[seq-1]); err == nil && old.Record == record {
					c.Ctx = crdt.VV{p.author.Device: uint64(seq)}
					break
				}
			}
		case 7: // a lie
			c.Ctx = crdt.VV{m.pens[rapid.IntRange(0, 3).Draw(t, "other")].author.Device: uint64(rapid.IntRange(1, 6).Draw(t, "seq"))}
		}
		if c.Ctx[c.Device] >= c.Seq {
			delete(c.Ctx, c.Device)
		}
		if rapid.IntRange(0, 11).Draw(t, "version") == 0 {
			c.Version = "9"
		}
		if rapid.IntRange(0, 19).Draw(t, "grid") == 0 {
			c.Grid = gridC
		}
		c.At += int64(rapid.IntRange(-1000, 1000).Draw(t, "at"))
	}, path, value)
}

func (m *machine) garbage(t *rapid.T) {
	_, p := m.pen(t)
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		p.raw([]byte(`{"v":1,"broken`))
	case 1:
		p.raw([]byte("\xff\xfe"))
	case 2:
		n := rapid.IntRange(1, 3).Draw(t, "n")
		line := wire.EncodeVoid(wire.VoidRange{Why: wire.VoidMissing, From: p.seq + 1, To: p.seq + uint64(n)})
		for range n {
			p.raw(line)
		}
	}
}

// push sends what comes after some place the server has, once or twice. The lines of a range are sent as one.
func (m *machine) push(t *rapid.T) {
	_, p := m.pen(t)
	have := int(p.send(p.body(0)).summary.Have)
	require.LessOrEqual(t, have, len(p.lines))
	last := 0
	if have > 0 {
		last = rapid.IntRange(0, have).Draw(t, "last")
	}
	for last > 0 && last < len(p.lines) && bytes.Equal(p.lines[last-1], p.lines[last]) {
		last--
	}
	var lines [][]byte
	for i := last; i < len(p.lines); i++ {
		if i == last || !bytes.Equal(p.lines[i], p.lines[i-1]) || p.lines[i][0] == 0xff || bytes.HasPrefix(p.lines[i], []byte(`{"v"`)) {
			lines = append(lines, p.lines[i])
		}
	}
	a := p.send(p.body(last, lines...))
	for _, v := range a.verdicts {
		require.NotEqual(t, wire.Refused, v.Status, "%+v", v)
	}
	require.EqualValues(t, len(p.lines), a.summary.Have)
	require.Equal(t, headOf(p.lines), a.summary.Head)
}

func (m *machine) office(t *rapid.T) {
	record := machineRecord(t)
	rec, ok := m.w.record(record)
	if !ok || rec.State.Erased || rec.Created == 0 {
		t.Skip()
	}
	m.key++
	ch := sync.OfficeChange{Record: record, OfficeAPI: true, User: rapid.SampledFrom([]string{"us_1", "us_2"}).Draw(t, "user"), Ctx: rec.State.VV.Clone(), Key: fmt.Sprint(m.key)}
	stale := rapid.IntRange(0, 3).Draw(t, "stale") == 0
	if stale {
		for d := range ch.Ctx {
			ch.Ctx[d]--
		}
	}
	switch rapid.IntRange(0, 4).Draw(t, "act") {
	case 0:
		ch.Review, ch.Set = true, cells("@status", "approved")
	case 1:
		ch.Set = cells("@assignee", rapid.SampledFrom([]string{"", "us_b", "us_d us_b"}).Draw(t, "who"))
	case 2:
		ch.Set = cells("@grid", rapid.SampledFrom([]string{gridA, gridB}).Draw(t, "where"))
	case 3:
		ch.Set = cells("q1", "corrected")
	case 4:
		ch.Review, ch.Set = true, cells("@status", "returned")
	}
	_, err := m.w.officeErr(ch)
	if errs.CodeOf(err) == errs.ChangedSince {
		require.True(t, stale)
		return
	}
	require.NoError(t, err)
	if ch.Review {
		require.False(t, stale)
	}
}

func (m *machine) settle(t *rapid.T) {
	list, err := m.w.answers.Quarantine(context.Background(), street, 0, 100)
	require.NoError(t, err)
	if len(list) == 0 {
		t.Skip()
	}
	u := list[rapid.IntRange(0, len(list)-1).Draw(t, "line")]
	act := rapid.SampledFrom([]sync.Act{sync.Release, sync.Discard}).Draw(t, "act")
	err = m.w.answers.Settle(context.Background(), sync.Settlement{Officer: "us_1", Street: street, Line: u.Seq, Act: act, Reason: "x"})
	if act == sync.Release {
		if code := errs.CodeOf(err); code == errs.Rule || code == errs.UnknownForm {
			return
		}
	}
	require.NoError(t, err)
}

func (m *machine) pull(t *rapid.T) {
	i, p := m.pen(t)
	m.pullTo(t, i, p, rapid.IntRange(1, 9).Draw(t, "limit"))
}

func (m *machine) pullTo(t *rapid.T, i int, p *pen, limit int) {
	got := p.pull(limit)
	mirror := m.mirrors[i]
	for _, l := range got.lines {
		switch {
		case l.Kind == wire.KindEpoch:
			clear(mirror)
		case l.Kind == wire.KindErased:
			delete(mirror, l.Record)
		case l.Kind == wire.KindLeave && l.Record != "":
			delete(mirror, l.Record)
		case l.Kind == wire.KindLeave:
			for id, held := range mirror {
				if held[:len(l.Grid)] == l.Grid {
					delete(mirror, id)
				}
			}
		case l.Kind.HasState():
			require.Contains(t, p.author.Grids, l.Grid)
			digest := l.Digest
			if l.State != "" {
				s, err := crdt.ParseState([]byte(l.State))
				require.NoError(t, err)
				digest = s.Digest()
			}
			mirror[l.Record] = l.Grid + string(digest[:])
		}
	}
	byGrid := map[string][][32]byte{}
	for _, held := range mirror {
		grid := held[:len(gridA)]
		byGrid[grid] = append(byGrid[grid], [32]byte([]byte(held[len(gridA):])))
	}
	want := map[string]string{}
	for grid, d := range byGrid {
		want[grid] = wire.GridDigest(d)
	}
	require.Equal(t, want, got.end.Digest, "what the phone holds is what it may see")
}

func (m *machine) erase(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
		t.Skip()
	}
	record := machineRecord(t)
	_, err := m.w.answers.Erase(context.Background(), street, record, "asked")
	require.NoError(t, err)
	m.erased[record] = true
}

func (m *machine) withhold(t *rapid.T) {
	if rapid.IntRange(0, 2).Draw(t, "really") > 0 {
		t.Skip()
	}
	prefix := rapid.SampledFrom([]string{"why", "members", "q2"}).Draw(t, "prefix")
	require.NoError(t, m.w.answers.Withhold(context.Background(), street, machineRecord(t), []string{prefix}, "retention"))
}

func (m *machine) grants(t *rapid.T) {
	_, p := m.pen(t)
	p.author.Granted = append(p.author.Granted, p.author.Grids...)
	p.author.Grids = rapid.SampledFrom([][]string{{gridA}, {gridB}, {gridA, gridB}}).Draw(t, "grids")
	p.author.Revoked, p.author.DrainEnd = rapid.IntRange(0, 9).Draw(t, "revoked") == 0, 1<<60
}

func (m *machine) backUp(*rapid.T) {
	m.backup = [2]*sim.Snapshot{m.w.store.Backup(), m.w.regStore.Backup()}
}

func (m *machine) restore(t *rapid.T) {
	if m.backup[0] == nil || rapid.IntRange(0, 3).Draw(t, "really") > 0 {
		t.Skip()
	}
	ctx := context.Background()
	m.w.store.Restore(m.backup[0])
	m.w.regStore.Restore(m.backup[1])
	epoch, err := sync.BeginEpoch(ctx, m.w.answers, m.w.registry, "")
	require.NoError(t, err)
	m.w.epoch = epoch
	for _, e := range m.w.journal.entries {
		require.NoError(t, m.w.answers.Replay(ctx, e))
	}
}

// check holds every record against the definition, written a second time.
func (m *machine) check(t *rapid.T) {
	require.NoError(t, m.w.answers.Store.View(context.Background(), func(r sync.Reader) error {
		for n := range 6 {
			id := fmt.Sprintf("r%d", n)
			rec, ok, err := r.Record(id)
			require.NoError(t, err)
			if m.erased[id] {
				require.True(t, ok && rec.State.Erased, "%s was erased", id)
			}
			if !ok {
				continue
			}
			def := naive.Record{Withheld: rec.State.Withheld, Erased: rec.State.Erased}
			turns := map[uint64]sync.Line{}
			for l, err := range r.RecordLines(id) {
				require.NoError(t, err)
				if rec.State.Erased {
					require.Nil(t, l.Body)
				}
				if l.Order > 0 {
					turns[l.Order] = l
				}
			}
			vv := crdt.VV{}
			for order := uint64(1); order <= uint64(len(turns)) && !rec.State.Erased; order++ {
				l := turns[order]
				if l.Status == sync.Void {
					def.Void = append(def.Void, crdt.Dot{Device: l.Device, Seq: l.DevSeq})
				} else {
					require.Equal(t, sync.Merged, l.Status)
					c, err := sync.DecodeLine(&l)
					require.NoError(t, err)
					def.Sets = append(def.Sets, naive.Merged{Set: c, Eff: l.Effective, Ctx: c.Ctx.Meet(vv)})
				}
				require.Greater(t, l.DevSeq, vv[l.Device], "a device's sets of a record take their turns in order")
				vv.Raise(crdt.Dot{Device: l.Device, Seq: l.DevSeq})
			}
			require.Equal(t, def.Canonical(), string(rec.State.Canonical()), id)
			if !rec.State.Erased {
				require.Equal(t, rec.State.Digest(), rec.Digest)
			}
			pending, err := r.Unsettled(id)
			require.NoError(t, err)
			for _, l := range pending {
				require.NotEqual(t, sync.Merged, l.Status)
			}
		}
		return nil
	}))
}

// settled brings everything to an end: all pushed, all decided, all pulled; nothing may be left over.
func (m *machine) settled(t *rapid.T) {
	m.w.forms[form+"/9"] = true
	for range 3 {
		for _, p := range m.pens {
			p.author.Revoked = false
		}
		for {
			list, err := m.w.answers.Quarantine(context.Background(), street, 0, 100)
			require.NoError(t, err)
			if len(list) == 0 {
				break
			}
			u := list[0]
			err = m.w.answers.Settle(context.Background(), sync.Settlement{Officer: "us_1", Street: street, Line: u.Seq, Act: sync.Discard, Reason: "x"})
			require.NoError(t, err)
		}
	}
	for i, p := range m.pens {
		m.pullTo(t, i, p, 5)
	}
	m.check(t)
}
