package phone

import (
	"crypto/sha256"
	"slices"
	"strings"

	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// reference takes in a survey, form, household or assignment. Gone without an id empties the kind: what follows is all.
func (p *Phone) reference(l *wire.PullLine, ch changes) {
	if l.Gone && l.ID == "" {
		for key, i := range p.items {
			if i.Kind == l.Kind {
				delete(p.items, key)
				ch.drop(key)
			}
		}
		return
	}
	id := l.ID
	if l.Kind == wire.KindForm {
		id += "/" + l.Version
	}
	key := keyItem(l.Kind, id)
	if l.Gone {
		delete(p.items, key)
		ch.drop(key)
		return
	}
	i := &item{Kind: l.Kind, ID: l.ID, Grid: l.Grid, Version: l.Version, Body: l.Body}
	p.items[key] = i
	ch.put(key, i)
}

// record replaces the phone's copy whole. A stub that comes while own work is unsent takes the answers only afterwards.
func (p *Phone) record(l *wire.PullLine, ch changes) error {
	if l.Record == "" || p.erase[l.Record] != nil {
		return nil
	}
	before := p.bases[l.Record]
	c := &baseCopy{Record: l.Record, Kind: l.Kind, Grid: l.Grid, Case: l.Case, Household: l.Household, Form: l.Form, Version: l.Version,
		Status: l.Status, At: l.At, Until: l.Until}
	if l.Kind == wire.KindStub {
		c.Digest = l.Digest[:]
		if before != nil && before.State != "" && p.busy(l.Record) {
			c.State, c.parsed, c.Stub = before.State, before.parsed, true
		}
	} else {
		s, err := crdt.ParseState([]byte(l.State))
		if err != nil {
			return err
		}
		if s.Erased {
			return nil
		}
		for _, lg := range p.logs {
			if !lg.Former && s.VV[lg.Device] > lg.last() {
				return errForked // the server knows more of this phone than the phone does
			}
		}
		sum := sha256.Sum256([]byte(l.State))
		c.State, c.parsed, c.Digest = l.State, s, sum[:]
	}
	// The server shows it again, after whatever ended the view before.
	p.m.Leaves = slices.DeleteFunc(p.m.Leaves, func(v leave) bool { return v.Record == l.Record && v.At < l.At })
	if p.left[l.Record] {
		delete(p.left, l.Record)
		ch.drop(keyLeft(l.Record))
	}
	p.bases[l.Record] = c
	ch.put(keyCopy(l.Record), c)
	return nil
}

// busy reports whether own work on a record is not yet acknowledged, drafts with something typed included.
func (p *Phone) busy(record string) bool {
	if d := p.draft[record]; d != nil && d.changed() {
		return true
	}
	for _, l := range p.logs {
		for _, e := range l.entries {
			if e.Record == record && !e.Acked {
				return true
			}
		}
	}
	return false
}

// obeyLeaves carries out what ended the phone's view, of copies that are not newer, as soon as own work there is
// acknowledged. Own sets that are not safe stay, unseen.
func (p *Phone) obeyLeaves(ch changes) {
	for record, c := range p.bases {
		if (c.Stub || p.over(c)) && !p.busy(record) {
			c.stub()
			p.shred = true
			ch.put(keyCopy(record), c)
		}
	}
	if len(p.m.Leaves) == 0 {
		return
	}
	var pending []leave
	for _, v := range p.m.Leaves {
		open := false
		for record, c := range p.bases {
			if !v.ends(c) {
				continue
			}
			if p.busy(record) {
				open = true
				continue
			}
			p.shred = true
			delete(p.bases, record)
			ch.drop(keyCopy(record))
			if p.draft[record] != nil {
				delete(p.draft, record)
				ch.drop(keyDraft(record))
			}
			p.left[record] = true
			ch.put(keyLeft(record), true)
		}
		if open {
			pending = append(pending, v)
		}
	}
	p.m.Leaves = pending
}

// over reports whether the time is past until which the phone may hold the answers of a copy, by the server's clock as far
// as the phone knows it.
func (p *Phone) over(c *baseCopy) bool {
	return c != nil && c.State != "" && c.Until > 0 && p.now()+p.m.Offset >= c.Until
}

func (v leave) ends(c *baseCopy) bool {
	return c.At <= v.At && (v.Record == c.Record || v.Record == "" && v.Grid == c.Grid)
}

// erased deletes every word of a record on this phone, and keeps the marker.
func (p *Phone) erased(l *wire.PullLine, ch changes) {
	if l.Record == "" {
		return
	}
	p.shred = true
	if p.erase[l.Record] == nil {
		m := &erasedMark{Record: l.Record, Proof: l.Proof}
		p.erase[l.Record] = m
		ch.put(keyErased(l.Record), m)
	}
	delete(p.bases, l.Record)
	ch.drop(keyCopy(l.Record))
	delete(p.draft, l.Record)
	ch.drop(keyDraft(l.Record))
	for _, lg := range p.logs {
		for _, e := range lg.entries {
			if e.Record == l.Record && e.Line != nil {
				e.Line = nil // a seq not yet sent is declared missing: the server would strip it anyway
				ch.put(keyEntry(lg.Device, e.Seq), e)
			}
		}
	}
}

// withheld deletes the values under a prefix from the copy and from own sets that arrived. One that is not acknowledged
// goes out first, the server strips it on arrival, and the line comes again with its state.
func (p *Phone) withheld(l *wire.PullLine, ch changes) {
	p.shred = true
	if c := p.bases[l.Record]; c.state() != nil {
		s := c.state().Clone()
		s.Withhold(l.Prefix)
		sum := s.Digest()
		c.State, c.parsed, c.Digest = string(s.Canonical()), s, sum[:]
		ch.put(keyCopy(l.Record), c)
	}
	if d := p.draft[l.Record]; d != nil {
		for path := range d.Set {
			if crdt.PathCovers(l.Prefix, path) {
				delete(d.Set, path)
			}
		}
		if s := d.state(); s != nil {
			s.Withhold(l.Prefix)
			d.show(s)
		}
		ch.put(keyDraft(l.Record), d)
	}
	for _, lg := range p.logs {
		for _, e := range lg.entries {
			if e.Record == l.Record && e.Line != nil && e.Acked && writesBelow(e.Line, l.Prefix) {
				e.Line = nil
				ch.put(keyEntry(lg.Device, e.Seq), e)
			}
		}
	}
}

func writesBelow(line []byte, prefix string) bool {
	c, err := wire.Decode(line)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(c.Set, func(cell crdt.Cell) bool { return crdt.PathCovers(prefix, cell.Path) })
}

// differ returns the grids whose digest is not the server's, sorted. A copy that only waits for own work to be acknowledged
// is not counted: the server no longer counts it either.
func (p *Phone) differ(server map[string]string) []string {
	digests := map[string][][32]byte{}
	for _, c := range p.bases {
		if len(c.Digest) == 32 && !slices.ContainsFunc(p.m.Leaves, func(v leave) bool { return v.ends(c) }) {
			digests[c.Grid] = append(digests[c.Grid], [32]byte(c.Digest))
		}
	}
	var out []string
	for grid, d := range digests {
		if server[grid] != wire.GridDigest(d) {
			out = append(out, grid)
		}
	}
	for grid, text := range server {
		if digests[grid] == nil && text != "" {
			out = append(out, grid)
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
