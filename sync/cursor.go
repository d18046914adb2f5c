package sync

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// short is the first bytes of a hash: enough to notice that two things differ, small enough for a cursor on 2G.
type short [4]byte

func shortOf(parts ...string) short {
	h := sha256.New()
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return short(h.Sum(nil)[:4])
}

// place is a position in one log: a street sequence and the first bytes of the hash chain there.
type place struct {
	Seq   uint64
	Chain [8]byte
}

func (h Head) place() place { return place{Seq: h.Seq, Chain: [8]byte(h.Chain[:8])} }

// cursor is what a phone hands back to say where it stands. It is authenticated, so all of it was true once.
type cursor struct {
	Epoch short // of the epoch's id
	Scope short // of street and worker: any device of one worker in one street may present it
	// Places: everything up to there was sent, of the grids that are not in Backfill.
	Places [2]place
	Grids  []string // granted when it was issued, sorted
	// Backfill: newly granted grids whose records are sent up to Filled of each log, until Places are reached.
	Backfill []string
	Filled   [2]uint64
	// Sections are the versions of the reference sections sent, in the order of the Reference.
	Sections []sentSection
	// Row counts the lines sent of the section under way, whose version is Partial.
	Section, Row uint64
	Partial      short
	// Confirms: the page that came with it held erasures or withholdings; who presents it has carried them out.
	Confirms bool
}

// sentSection says which version of a reference section the phone holds.
type sentSection struct {
	Kind    byte // index into the fixed list of kinds
	Version short
}

func (c *cursor) sent(kind byte) (short, bool) {
	for _, s := range c.Sections {
		if s.Kind == kind {
			return s.Version, true
		}
	}
	return short{}, false
}

func (c *cursor) setSent(kind byte, v short) {
	for i := range c.Sections {
		if c.Sections[i].Kind == kind {
			c.Sections[i].Version = v
			return
		}
	}
	c.Sections = append(c.Sections, sentSection{Kind: kind, Version: v})
}

func cursorScope(street, worker string) short { return shortOf("scope", street, worker) }

const cursorVersion = 1

const (
	cursorConfirms = 1 << iota
	cursorFilling
	cursorSection
)

// encode writes the cursor. Grids lie in the street, so only what follows the street's code is kept of them.
func (c *cursor) encode(k sealer, street string) string {
	b := make([]byte, 0, 128)
	flags := byte(0)
	if c.Confirms {
		flags |= cursorConfirms
	}
	if len(c.Backfill) > 0 {
		flags |= cursorFilling
	}
	if c.Row > 0 {
		flags |= cursorSection
	}
	b = append(b, cursorVersion, flags)
	b = append(b, c.Epoch[:]...)
	b = append(b, c.Scope[:]...)
	for _, p := range c.Places {
		b = binary.AppendUvarint(b, p.Seq)
		b = append(b, p.Chain[:]...)
	}
	b = appendGrids(b, c.Grids, street)
	if flags&cursorFilling != 0 {
		b = appendGrids(b, c.Backfill, street)
		b = binary.AppendUvarint(b, c.Filled[0])
		b = binary.AppendUvarint(b, c.Filled[1])
	}
	b = binary.AppendUvarint(b, uint64(len(c.Sections)))
	for _, s := range c.Sections {
		b = append(b, s.Kind)
		b = append(b, s.Version[:]...)
	}
	if flags&cursorSection != 0 {
		b = binary.AppendUvarint(b, c.Section)
		b = binary.AppendUvarint(b, c.Row)
		b = append(b, c.Partial[:]...)
	}
	return sealToken(k.cursor, b)
}

// decodeCursor reads a cursor of this street and worker. false: none, not ours, or somebody else's; whoever presents
// such a one starts from zero.
func decodeCursor(k sealer, token, street, worker string) (cursor, bool) {
	if token == "" {
		return cursor{}, false
	}
	b, err := openToken(k.cursor, token)
	if err != nil {
		return cursor{}, false
	}
	r := reader{b: b}
	head := r.take(2)
	if head[0] != cursorVersion || r.bad {
		return cursor{}, false
	}
	var c cursor
	c.Confirms = head[1]&cursorConfirms != 0
	copy(c.Epoch[:], r.take(4))
	copy(c.Scope[:], r.take(4))
	for i := range c.Places {
		c.Places[i].Seq = r.uvarint()
		copy(c.Places[i].Chain[:], r.take(8))
	}
	c.Grids = r.grids(street)
	if head[1]&cursorFilling != 0 {
		c.Backfill = r.grids(street)
		c.Filled = [2]uint64{r.uvarint(), r.uvarint()}
	}
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		s := sentSection{Kind: r.take(1)[0]}
		copy(s.Version[:], r.take(4))
		c.Sections = append(c.Sections, s)
	}
	if head[1]&cursorSection != 0 {
		c.Section, c.Row = r.uvarint(), r.uvarint()
		copy(c.Partial[:], r.take(4))
	}
	if r.end("cursor") != nil || c.Scope != cursorScope(street, worker) {
		return cursor{}, false
	}
	return c, true
}

func appendGrids(b []byte, grids []string, street string) []byte {
	b = binary.AppendUvarint(b, uint64(len(grids)))
	for _, g := range grids {
		b = appendText(b, strings.TrimPrefix(g, street))
	}
	return b
}

func (r *reader) grids(street string) []string {
	var out []string
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		out = append(out, street+r.text())
	}
	return out
}

// matches reports whether the place lies in this log: not beyond its end, and with the same chain there.
func (p place) matches(r Reader, street string) (bool, error) {
	if p.Seq == 0 {
		return true, nil
	}
	chain, ok, err := r.ChainAt(street, p.Seq)
	if err != nil || !ok {
		return false, err
	}
	return bytes.Equal(p.Chain[:], chain[:8]), nil
}

// seen is what a push knows of its author's cursor.
type seen struct {
	ok     bool
	former bool   // of a former epoch: its places say nothing about the present log
	upTo   uint64 // in the push's own stream
	place  place  // likewise, with the chain there
}

func (s *Service) seenBy(token, street, worker string, epoch short) seen {
	c, ok := decodeCursor(s.keys, token, street, worker)
	if !ok {
		return seen{}
	}
	i := 0
	if s.Stream == Registry {
		i = 1
	}
	return seen{ok: true, former: c.Epoch != epoch, upTo: c.Places[i].Seq, place: c.Places[i]}
}
