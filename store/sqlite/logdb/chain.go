package logdb

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"math"

	"ruhu/sync"
)

// seqBits is how many bits of a place hold the street sequence.
const seqBits = 40

func placeOf(street int64, seq uint64) int64 { return street<<seqBits | int64(seq) }

func seqOf(place int64) uint64 { return uint64(place) & (1<<seqBits - 1) }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encoder writes fields one after the other so that no two lists of fields give the same bytes.
type encoder []byte

func (e *encoder) text(s string) {
	*e = binary.AppendUvarint(*e, uint64(len(s)))
	*e = append(*e, s...)
}

func (e *encoder) bytes(b []byte) {
	*e = binary.AppendUvarint(*e, uint64(len(b)))
	*e = append(*e, b...)
}

func (e *encoder) int(n int64) { *e = binary.AppendVarint(*e, n) }

func (e *encoder) uint(n uint64) { *e = binary.AppendUvarint(*e, n) }

func (e *encoder) bool(b bool) {
	if b {
		*e = append(*e, 1)
	} else {
		*e = append(*e, 0)
	}
}

func (e *encoder) float(f float64) {
	*e = binary.LittleEndian.AppendUint64(*e, math.Float64bits(f))
}

func (e encoder) crc() int64 { return int64(crc32.Checksum(e, castagnoli)) }

// fixed appends what of a line never changes: what its chain covers.
func (e *encoder) fixedLine(l *sync.Line) {
	*e = append(*e, 'L')
	e.text(l.Street)
	e.uint(l.Seq)
	e.text(l.Device)
	e.uint(l.DevSeq)
	*e = append(*e, l.ID[:]...)
	e.text(l.Record)
	e.text(l.Form)
	e.text(l.Version)
	e.text(l.Grid)
	e.text(l.Worker)
	e.int(l.Received)
	e.int(l.Effective)
}

// lineCRC covers every column of a line but the body, the reason as it is sealed; fixed is what fixedLine wrote.
func (e *encoder) lineCRC(l *sync.Line, chain [32]byte, reason []byte) int64 {
	*e = append(*e, chain[:]...)
	e.uint(l.Order)
	e.uint(l.Turn)
	e.text(string(l.Status))
	e.text(string(l.Code))
	e.bytes(reason)
	e.bool(l.Stripped)
	return e.crc()
}

func (e *encoder) event(ev *sync.Event) {
	*e = append(*e, 'E')
	e.text(ev.Street)
	e.uint(ev.Seq)
	e.text(string(ev.Kind))
	e.text(ev.Record)
	e.text(ev.Grid)
	e.text(ev.Worker)
	e.text(ev.Prefix)
	e.uint(ev.Target)
	e.text(ev.Detail)
	e.int(ev.At)
}

func (e *encoder) record(r *sync.Record, slot int64) int64 {
	for _, s := range [...]string{r.ID, r.Street, r.Grid, r.Form, r.Version, r.Author, r.Case, r.Status} {
		e.text(s)
	}
	for _, list := range [...][]string{r.Assignees, r.Conflicts, r.Flags} {
		e.uint(uint64(len(list)))
		for _, s := range list {
			e.text(s)
		}
	}
	*e = append(*e, r.Digest[:]...)
	e.uint(r.Created)
	e.uint(r.Changed)
	e.uint(r.Orders)
	e.int(r.Submitted)
	e.bool(r.Open)
	e.int(r.EditUntil)
	e.int(slot)
	return e.crc()
}

func (e *encoder) device(d *deviceRef) int64 {
	e.text(d.ID)
	e.bool(d.known)
	e.text(d.Street)
	e.text(d.Worker)
	*e = append(*e, d.Head[:]...)
	for _, n := range [...]uint64{d.Have, d.Safe, d.Attested, d.Pulled, d.last} {
		e.uint(n)
	}
	e.int(d.LastSeen)
	*e = append(*e, d.lastHead[:]...)
	return e.crc()
}

func (e *encoder) caseOf(c *sync.Case) int64 {
	for _, s := range [...]string{c.No, c.Street, c.Grid, c.Form, c.Stratum, c.PSU} {
		e.text(s)
	}
	for _, f := range [...]float64{c.Weight, c.FPC1, c.FPC2} {
		e.float(f)
	}
	return e.crc()
}

func nextChain(chain [32]byte, entry []byte, scratch *[]byte) [32]byte {
	*scratch = append(append((*scratch)[:0], chain[:]...), entry...)
	return sha256.Sum256(*scratch)
}

func crcOf(fields ...string) int64 {
	var e encoder
	for _, f := range fields {
		e.text(f)
	}
	return e.crc()
}
