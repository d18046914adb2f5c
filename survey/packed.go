package survey

import (
	"encoding/binary"
	"math"

	"ruhu/internal/errs"
)

// packedVersion is the first byte of every packed row. A reader refuses versions it does not know; rows are derived
// and can be projected again from the states.
const packedVersion = 1

// CellMark says what an exporter must know of a packed answer besides its value.
type CellMark uint8

// The marks.
const (
	MarkNull        CellMark = 1 << iota // cleared: a value like any other, exported as blank
	MarkConflict                         // siblings with different values live here; Value is the shown one
	MarkInvalid                          // the value does not fit its question (flag invalid-value)
	MarkUnknownPath                      // the form version has no such question (flag unknown-path)
	MarkDiffers                          // the server computes another value for this calculated field, of answers that are not settled; Value is that
	MarkOffice                           // the shown value was written by the office (a correction or a resolution)
	MarkComputed                         // Value is what the server computes in the place of what came, which is in Came
)

// PackedCell is one shown answer. Path holds row ids: members[r7f3]/age. A select_multiple is its choices in choice
// order with one space between.
type PackedCell struct {
	Path  string
	Value string
	Mark  CellMark
	Came  string // with MarkComputed: the calculated value that the client sent, "" = none
}

// PackedRows lists the existing rows of one repeat, in order of birth. Repeat holds the row ids of enclosing repeats
// (members[r1]/kids); Rows are row ids without brackets (r7f3).
type PackedRows struct {
	Repeat string
	Rows   []string
}

// Packed is one record as tables read it: what is shown, and nothing that re-identifies (no times, devices, seqs).
// Cells are sorted by path in byte order, so that an exporter can walk its own sorted columns beside them.
// Answers below removed rows and withheld paths are not in it; '@' paths are not in it.
type Packed struct {
	Case     string
	Form     string
	Version  string
	Grid     string
	Status   string
	Author   string // worker code, pseudonymous per street
	Resolver string // worker code of the office user whose correction is shown somewhere, or ""
	Date     string // civil date of submission, "2026-11-23"; of the first save where never submitted
	Stratum  string
	PSU      string
	Post     string // post-stratum, "" where none
	Weight   float64
	FPC1     float64
	FPC2     float64
	Known    bool // the case number is a drawn one; else stratum, psu and weight are defaults
	Flags    []string
	Rows     []PackedRows
	Cells    []PackedCell
}

// Append packs p behind dst.
func (p *Packed) Append(dst []byte) []byte {
	dst = append(dst, packedVersion)
	known := byte(0)
	if p.Known {
		known = 1
	}
	dst = append(dst, known)
	for _, s := range [...]string{p.Case, p.Form, p.Version, p.Grid, p.Status, p.Author, p.Resolver, p.Date, p.Stratum, p.PSU, p.Post} {
		dst = appendText(dst, s)
	}
	for _, f := range [...]float64{p.Weight, p.FPC1, p.FPC2} {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.Flags)))
	for _, s := range p.Flags {
		dst = appendText(dst, s)
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.Rows)))
	for i := range p.Rows {
		dst = appendText(dst, p.Rows[i].Repeat)
		dst = binary.AppendUvarint(dst, uint64(len(p.Rows[i].Rows)))
		for _, s := range p.Rows[i].Rows {
			dst = appendText(dst, s)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.Cells)))
	for i := range p.Cells {
		c := &p.Cells[i]
		dst = append(dst, byte(c.Mark))
		dst = appendText(dst, c.Path)
		dst = appendText(dst, c.Value)
		if c.Mark&MarkComputed != 0 {
			dst = appendText(dst, c.Came)
		}
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// Unpack reads a packed row into p, reusing its slices. It copies b once; the strings of p share that copy and stay
// valid for ever. Code damaged where b is not a packed row of a known version.
func Unpack(b []byte, p *Packed) error {
	r := packedReader{s: string(b)}
	if v := r.byte(); v != packedVersion {
		return errs.New(errs.Damaged, "unpack row", "version %d", v)
	}
	p.Known = r.byte() == 1
	for _, s := range [...]*string{&p.Case, &p.Form, &p.Version, &p.Grid, &p.Status, &p.Author, &p.Resolver, &p.Date, &p.Stratum, &p.PSU, &p.Post} {
		*s = r.text()
	}
	for _, f := range [...]*float64{&p.Weight, &p.FPC1, &p.FPC2} {
		*f = math.Float64frombits(r.word())
	}
	n := r.count()
	p.Flags = p.Flags[:0]
	for range n {
		p.Flags = append(p.Flags, r.text())
	}
	n = r.count()
	p.Rows = p.Rows[:0]
	for range n {
		rows := PackedRows{Repeat: r.text()}
		m := r.count()
		rows.Rows = make([]string, 0, m)
		for range m {
			rows.Rows = append(rows.Rows, r.text())
		}
		p.Rows = append(p.Rows, rows)
	}
	n = r.count()
	if cap(p.Cells) < n {
		p.Cells = make([]PackedCell, 0, n)
	}
	p.Cells = p.Cells[:0]
	for range n {
		m := CellMark(r.byte())
		path := r.text()
		c := PackedCell{Path: path, Value: r.text(), Mark: m}
		if m&MarkComputed != 0 {
			c.Came = r.text()
		}
		p.Cells = append(p.Cells, c)
	}
	if r.bad || r.s != "" {
		return errs.New(errs.Damaged, "unpack row", "cut short or trailing bytes")
	}
	return nil
}

// Get returns the cell at a path.
func (p *Packed) Get(path string) (PackedCell, bool) {
	if i := p.find(path); i >= 0 {
		return p.Cells[i], true
	}
	return PackedCell{}, false
}

// find returns the place of a path among the cells, -1 where it has none.
func (p *Packed) find(path string) int {
	lo, hi := 0, len(p.Cells)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.Cells[mid].Path < path {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(p.Cells) && p.Cells[lo].Path == path {
		return lo
	}
	return -1
}

// packedReader takes pieces off the front of s; the first that does not fit sets bad and empties s.
type packedReader struct {
	s   string
	bad bool
}

func (r *packedReader) fail() {
	r.bad = true
	r.s = ""
}

func (r *packedReader) byte() byte {
	if r.s == "" {
		r.fail()
		return 0
	}
	c := r.s[0]
	r.s = r.s[1:]
	return c
}

func (r *packedReader) uvarint() uint64 {
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		c := r.byte()
		if r.bad {
			return 0
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	r.fail()
	return 0
}

// count reads a number of pieces; each takes at least one byte, which bounds what a damaged row can make us allocate.
func (r *packedReader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.s)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *packedReader) text() string {
	n := r.count()
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *packedReader) word() uint64 {
	if len(r.s) < 8 {
		r.fail()
		return 0
	}
	var v uint64
	for i := range 8 {
		v |= uint64(r.s[i]) << (8 * i)
	}
	r.s = r.s[8:]
	return v
}
