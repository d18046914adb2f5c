package logdb

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// fixed is a number with 64 binary places before and after the point. Sums of fixed are exact and may be taken back in
// any order, which sums of float64 are not; so aggregates moved by differences equal aggregates computed afresh.
// Weights from 2^-12 up are represented exactly; what is smaller is cut, always to the same number.
type fixed struct {
	hi int64 // whole part, rounded down
	lo uint64
}

func fixedOf(f float64) fixed {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fixed{}
	}
	const most = 1 << 62
	f = min(max(f, -most), most)
	whole := math.Floor(f)
	return fixed{int64(whole), uint64(math.Ldexp(f-whole, 64))}
}

func (a fixed) float() float64 { return float64(a.hi) + math.Ldexp(float64(a.lo), -64) }

func (a fixed) add(b fixed) fixed {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return fixed{a.hi + b.hi + int64(carry), lo}
}

func (a fixed) neg() fixed {
	lo, borrow := bits.Sub64(0, a.lo, 0)
	return fixed{-a.hi - int64(borrow), lo}
}

// cell is what a number of records add to one (question, choice).
type cell struct {
	n     int64
	w, ww fixed
}

func (a cell) add(b cell) cell { return cell{a.n + b.n, a.w.add(b.w), a.ww.add(b.ww)} }

func (a cell) neg() cell { return cell{-a.n, a.w.neg(), a.ww.neg()} }

// oneCell is the contribution of a single record of weight 1, by far the most common one.
func oneCell() cell { return cell{1, fixed{hi: 1}, fixed{hi: 1}} }

// appendCell writes a cell: flags, then what they announce.
func appendCell(dst []byte, c cell) []byte {
	if c.w == (fixed{hi: c.n}) && c.ww == c.w {
		return binary.AppendVarint(append(dst, 0), c.n)
	}
	at := len(dst)
	dst = binary.AppendVarint(append(dst, 1), c.n)
	dst = binary.AppendVarint(dst, c.w.hi)
	dst = binary.AppendVarint(dst, c.ww.hi)
	if c.w.lo|c.ww.lo != 0 {
		dst[at] = 2
		dst = binary.LittleEndian.AppendUint64(dst, c.w.lo)
		dst = binary.LittleEndian.AppendUint64(dst, c.ww.lo)
	}
	return dst
}

// cellReader reads what appendCell and binary.Append wrote; the first fault sets bad.
type cellReader struct {
	b   []byte
	bad bool
}

func (r *cellReader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *cellReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *cellReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *cellReader) word() uint64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

func (r *cellReader) cell() (c cell) {
	flag := r.take(1)
	c.n = r.varint()
	if r.bad {
		return cell{}
	}
	if flag[0] == 0 {
		c.w = fixed{hi: c.n}
		c.ww = c.w
		return c
	}
	c.w.hi, c.ww.hi = r.varint(), r.varint()
	if flag[0] == 2 {
		c.w.lo, c.ww.lo = r.word(), r.word()
	}
	return c
}
