package crdt

import (
	"encoding/binary"
	"slices"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// The storage form, version 1: varints and tables, about half the canonical JSON.
//
//	byte 1 | flags (1 = erased, then nothing follows)
//	devices: n, then n strings, sorted
//	vv: for each device its seq, 0 = not in the vector
//	dots that live or gave birth: n, then device index, seq, time (zigzag, difference to the one before)
//	registers: n, then path, siblings: n, then dot index, value (0 = null, else 1 + length, bytes)
//	rows: n, then path, (marks << 1 | has birth), marks: dot index << 1 | minus, birth: dot index
//	status contexts: n, then dot index, n, (device index, seq)
//	withheld: n, then strings
//
// A path is the number of leading bytes it shares with the one before, and the rest as a string.
const binaryVersion = 1

// AppendBinary appends the storage form of s to dst. It is lossless: DecodeState gives an equal state.
func (s *State) AppendBinary(dst []byte) []byte {
	if s.Erased {
		return append(dst, binaryVersion, 1)
	}
	dst = slices.Grow(dst, 64+16*len(s.Registers)+32*len(s.Rows))
	dst = append(dst, binaryVersion, 0)
	devices := s.VV.Devices() // the vector covers every dot and context
	dst = binary.AppendUvarint(dst, uint64(len(devices)))
	for _, d := range devices {
		dst = appendBytes(dst, d)
	}
	for _, d := range devices {
		dst = binary.AppendUvarint(dst, s.VV[d])
	}
	device := func(d string) uint64 {
		i, _ := slices.BinarySearch(devices, d)
		return uint64(i)
	}
	dots := make([]Dot, 0, len(s.Times))
	for d := range s.Times {
		dots = append(dots, d)
	}
	slices.SortFunc(dots, Dot.Compare)
	dst = binary.AppendUvarint(dst, uint64(len(dots)))
	var last int64
	for _, d := range dots {
		dst = binary.AppendUvarint(dst, device(d.Device))
		dst = binary.AppendUvarint(dst, d.Seq)
		dst = binary.AppendVarint(dst, s.Times[d]-last)
		last = s.Times[d]
	}
	dot := func(d Dot) uint64 {
		if len(dots) == 1 {
			return 0
		}
		i, _ := slices.BinarySearchFunc(dots, d, Dot.Compare)
		return uint64(i)
	}
	return s.appendTail(dst, device, dot)
}

func (s *State) appendTail(dst []byte, device func(string) uint64, dot func(Dot) uint64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.Registers)))
	before := ""
	for i := range s.Registers {
		r := &s.Registers[i]
		dst = appendPath(dst, before, r.Path)
		before = r.Path
		dst = binary.AppendUvarint(dst, uint64(len(r.Siblings)))
		for j := range r.Siblings {
			w := &r.Siblings[j]
			dst = binary.AppendUvarint(dst, dot(w.Dot))
			if w.Null {
				dst = append(dst, 0)
				continue
			}
			dst = binary.AppendUvarint(dst, uint64(len(w.Value))+1)
			dst = append(dst, w.Value...)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.Rows)))
	before = ""
	for i := range s.Rows {
		r := &s.Rows[i]
		dst = appendPath(dst, before, r.Path)
		before = r.Path
		dst = binary.AppendUvarint(dst, uint64(len(r.Marks))<<1|bit(r.HasBirth))
		for _, m := range r.Marks {
			dst = binary.AppendUvarint(dst, dot(m.Dot)<<1|bit(m.Minus))
		}
		if r.HasBirth {
			dst = binary.AppendUvarint(dst, dot(r.Birth.Dot))
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.StatusCtx)))
	for _, w := range s.Siblings(StatusPath) {
		ctx := s.StatusCtx[w.Dot]
		if len(ctx) == 0 {
			continue
		}
		dst = binary.AppendUvarint(dst, dot(w.Dot))
		dst = binary.AppendUvarint(dst, uint64(len(ctx)))
		for _, d := range ctx.Devices() {
			dst = binary.AppendUvarint(dst, device(d))
			dst = binary.AppendUvarint(dst, ctx[d])
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.Withheld)))
	for _, p := range s.Withheld {
		dst = appendBytes(dst, p)
	}
	return dst
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func appendBytes(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendPath(dst []byte, before, path string) []byte {
	n := 0
	for n < len(before) && n < len(path) && before[n] == path[n] {
		n++
	}
	return appendBytes(binary.AppendUvarint(dst, uint64(n)), path[n:])
}

// DecodeState reads the storage form. Bytes that AppendBinary cannot have written are an error with code damaged.
// Work and memory are bounded by the length of b. The state keeps a copy of b, not b itself.
func DecodeState(b []byte) (*State, error) {
	r := binaryReader{s: string(b)}
	s := r.state()
	if r.bad || r.s != "" {
		return nil, errs.New(errs.Damaged, "decode state", "the bytes are no state")
	}
	if err := s.check(); err != nil {
		return nil, errs.WrapCode(errs.Damaged, "decode state", err)
	}
	return s, nil
}

// binaryReader eats s from the front; after the first fault bad is set and everything reads as zero.
type binaryReader struct {
	s     string
	bad   bool
	paths []byte // all paths one after the other
	ends  []int
}

func (r *binaryReader) fail() {
	r.bad, r.s = true, ""
}

func (r *binaryReader) uint() uint64 {
	var n uint64
	for shift := 0; shift < 64 && len(r.s) > 0; shift += 7 {
		c := r.s[0]
		r.s = r.s[1:]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if shift > 0 && c == 0 || shift == 63 && c > 1 {
				break // not the shortest form
			}
			return n
		}
	}
	r.fail()
	return 0
}

// count reads how many things follow, each of at least size bytes.
func (r *binaryReader) count(size int) int {
	n := r.uint()
	if n > uint64(len(r.s)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *binaryReader) take(n uint64) string {
	if n > uint64(len(r.s)) {
		r.fail()
		return ""
	}
	out := r.s[:n]
	r.s = r.s[n:]
	return out
}

func (r *binaryReader) string() string { return r.take(r.uint()) }

func (r *binaryReader) index(n int) int {
	i := r.uint()
	if i >= uint64(n) {
		r.fail()
		return 0
	}
	return int(i)
}

func (r *binaryReader) path(before int) {
	shared := r.uint()
	rest := r.string()
	if shared > uint64(len(r.paths)-before) || shared+uint64(len(rest)) > limits.PathBytes {
		r.fail()
		return
	}
	r.paths = append(append(r.paths, r.paths[before:before+int(shared)]...), rest...)
	r.ends = append(r.ends, len(r.paths))
}

func (r *binaryReader) state() *State {
	s := &State{}
	if len(r.s) < 2 || r.s[0] != binaryVersion || r.s[1] > 1 {
		r.fail()
		return s
	}
	s.Erased = r.s[1] == 1
	r.s = r.s[2:]
	if s.Erased {
		return s
	}
	devices := r.devices(s)
	if r.bad {
		return s
	}
	dots := r.dots(s, devices)
	if r.bad {
		return s
	}
	r.registers(s, dots)
	r.rows(s, dots)
	if n := r.count(4); n > 0 {
		s.StatusCtx = make(map[Dot]VV, n)
		for ; n > 0 && !r.bad; n-- {
			d := r.index(len(dots))
			k := r.count(2)
			ctx := make(VV, k)
			for ; k > 0 && !r.bad; k-- {
				if i := r.index(len(devices)); !r.bad {
					ctx[devices[i]] = r.uint()
				}
			}
			if !r.bad {
				s.StatusCtx[dots[d]] = ctx
			}
		}
	}
	for n := r.count(1); n > 0 && !r.bad; n-- {
		s.Withheld = append(s.Withheld, r.string())
	}
	return s
}

func (r *binaryReader) devices(s *State) []string {
	n := r.count(2)
	devices := make([]string, n)
	for i := range devices {
		devices[i] = r.string()
		if i > 0 && devices[i-1] >= devices[i] {
			r.fail()
		}
	}
	if n > 0 && !r.bad {
		s.VV = make(VV, n)
		for _, d := range devices {
			s.VV[d] = r.uint()
		}
	}
	return devices
}

func (r *binaryReader) dots(s *State, devices []string) []Dot {
	n := r.count(3)
	dots := make([]Dot, n)
	if n > 0 {
		s.Times = make(map[Dot]int64, n)
	}
	var last int64
	for i := range dots {
		d := r.index(len(devices))
		seq := r.uint()
		step := r.uint()
		if r.bad {
			return nil
		}
		last += int64(step>>1) ^ -int64(step&1)
		dots[i] = Dot{Device: devices[d], Seq: seq}
		if i > 0 && dots[i-1].Compare(dots[i]) >= 0 {
			r.fail()
			return nil
		}
		s.Times[dots[i]] = last
	}
	return dots
}

func (r *binaryReader) registers(s *State, dots []Dot) {
	n := r.count(5)
	if n == 0 {
		return
	}
	s.Registers = make([]Register, n)
	r.paths, r.ends = make([]byte, 0, 16*n), make([]int, 0, n)
	arena := make([]Write, 0, n)
	before := 0
	for i := range s.Registers {
		start := len(r.paths)
		r.path(before)
		before = start
		k := r.count(2)
		from := len(arena)
		for ; k > 0 && !r.bad; k-- {
			d := r.index(len(dots))
			size := r.uint()
			if r.bad {
				return
			}
			w := Write{Dot: dots[d], Null: size == 0}
			if size > 0 {
				w.Value = r.take(size - 1)
			}
			arena = append(arena, w)
		}
		if r.bad {
			return
		}
		// Where append moved the arena, earlier registers keep the old one: both hold the same writes.
		s.Registers[i].Siblings = arena[from:len(arena):len(arena)]
	}
	all := string(r.paths)
	from := 0
	for i, end := range r.ends {
		s.Registers[i].Path = all[from:end]
		from = end
	}
}

func (r *binaryReader) rows(s *State, dots []Dot) {
	n := r.count(4)
	if n == 0 {
		return
	}
	s.Rows = make([]Row, n)
	r.paths, r.ends = make([]byte, 0, 24*n), make([]int, 0, n)
	before := 0
	for i := range s.Rows {
		row := &s.Rows[i]
		start := len(r.paths)
		r.path(before)
		before = start
		head := r.uint()
		if head>>1 > uint64(len(r.s)) {
			r.fail()
			return
		}
		row.Marks = make([]Mark, head>>1)
		for j := range row.Marks {
			m := r.uint()
			if m>>1 >= uint64(len(dots)) {
				r.fail()
				return
			}
			row.Marks[j] = Mark{Dot: dots[m>>1], Minus: m&1 == 1}
		}
		if row.HasBirth = head&1 == 1; row.HasBirth {
			if d := r.index(len(dots)); !r.bad {
				row.Birth = Birth{Time: s.Times[dots[d]], Dot: dots[d]}
			}
		}
		if r.bad {
			return
		}
	}
	all := string(r.paths)
	from := 0
	for i, end := range r.ends {
		s.Rows[i].Path = all[from:end]
		from = end
	}
}
