package crdt

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt/strictjson"
)

// Canonical returns the canonical JSON of s: keys sorted by bytes of UTF-8, lists by device, then seq, no spaces, empty
// members left out at every depth, strings as AppendString writes them. Equal states have equal bytes.
func (s *State) Canonical() []byte { return s.AppendCanonical(nil) }

// Digest returns the SHA-256 of Canonical: two replicas that agree on it agree on everything.
func (s *State) Digest() [32]byte { return sha256.Sum256(s.Canonical()) }

// AppendCanonical appends Canonical to b.
func (s *State) AppendCanonical(b []byte) []byte {
	if s.Erased {
		return append(b, `{"erased":true}`...)
	}
	b = slices.Grow(b, 96+48*len(s.Registers)+96*len(s.Rows))
	b = append(b, '{')
	open := len(b)
	member := func(key string) {
		if len(b) > open {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, key...)
		b = append(b, '"', ':')
	}
	if len(s.Registers) > 0 {
		member("cells")
		b = s.appendCells(b)
	}
	if len(s.Rows) > 0 {
		member("rows")
		b = s.appendRows(b)
	}
	if len(s.StatusCtx) > 0 {
		member("status_ctx")
		b = appendByDot(b, s.StatusCtx, appendVV)
	}
	if len(s.Times) > 0 {
		member("times")
		b = appendByDot(b, s.Times, appendInt)
	}
	if len(s.VV) > 0 {
		member("vv")
		b = appendVV(b, s.VV)
	}
	if len(s.Withheld) > 0 {
		member("withheld")
		b = appendStrings(b, s.Withheld)
	}
	return append(b, '}')
}

func (s *State) appendCells(b []byte) []byte {
	for i := range s.Registers {
		r := &s.Registers[i]
		b = append(b, separator(i))
		b = AppendString(b, r.Path)
		b = append(b, ':', '[')
		for j := range r.Siblings {
			w := &r.Siblings[j]
			if j > 0 {
				b = append(b, ',')
			}
			b = appendDot(append(b, '['), w.Dot)
			b = append(b, ',')
			b = appendValue(b, w.Value, w.Null)
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func (s *State) appendRows(b []byte) []byte {
	for i := range s.Rows {
		r := &s.Rows[i]
		b = append(b, separator(i))
		b = AppendString(b, r.Path)
		b = append(b, ':', '{')
		if r.HasBirth {
			b = append(b, `"birth":[`...)
			b = appendInt(b, r.Birth.Time)
			b = append(b, ',')
			b = appendDot(b, r.Birth.Dot)
			b = append(b, ']')
		}
		if r.HasBirth && len(r.Marks) > 0 {
			b = append(b, ',')
		}
		if len(r.Marks) > 0 {
			b = append(b, `"marks":[`...)
			for j, m := range r.Marks {
				if j > 0 {
					b = append(b, ',')
				}
				b = appendDot(append(b, '['), m.Dot)
				b = append(b, `,"`...)
				b = append(b, sign(m.Minus), '"', ']')
			}
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendDot(b []byte, d Dot) []byte {
	b = AppendString(b, d.Device)
	b = append(b, ',')
	return appendUint(b, d.Seq)
}

func separator(i int) byte {
	if i == 0 {
		return '{'
	}
	return ','
}

func sign(minus bool) byte {
	if minus {
		return '-'
	}
	return '+'
}

func appendByDot[V any](b []byte, m map[Dot]V, value func([]byte, V) []byte) []byte {
	type entry struct {
		key string
		v   V
	}
	list := make([]entry, 0, len(m))
	for d, v := range m {
		list = append(list, entry{d.Device + ":" + strconv.FormatUint(d.Seq, 10), v})
	}
	slices.SortFunc(list, func(x, y entry) int { return strings.Compare(x.key, y.key) })
	for i, e := range list {
		b = append(b, separator(i))
		b = AppendString(b, e.key)
		b = append(b, ':')
		b = value(b, e.v)
	}
	return append(b, '}')
}

const parseOp = "parse state"

// ParseState reads canonical JSON, and nothing but canonical JSON: what it accepts, Canonical gives back byte for byte.
// Codes: malformed, limit, bad-utf8, unsafe-number, too-deep.
func ParseState(canonical []byte) (*State, error) {
	r, err := strictjson.New(string(canonical), parseOp)
	if err != nil {
		return nil, err
	}
	r.AllowKeys(limits.StateKeys)
	s := &State{}
	if err := r.Object(func(key string) error { return s.parseMember(r, key) }); err != nil {
		return nil, err
	}
	if err := r.End(); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if again := s.Canonical(); string(again) != string(canonical) {
		return nil, errs.New(errs.Malformed, parseOp, "not the canonical form")
	}
	return s, nil
}

func (s *State) parseMember(r *strictjson.Reader, key string) error {
	switch key {
	case "erased":
		yes, err := r.Bool()
		if err == nil && !yes {
			err = r.Fail("erased is true or absent")
		}
		s.Erased = yes
		return err
	case "vv":
		v, err := parseVV(r)
		s.VV = v
		return err
	case "cells":
		return r.Object(func(path string) error { return s.parseRegister(r, path) })
	case "rows":
		return r.Object(func(path string) error { return s.parseRow(r, path) })
	case "times":
		s.Times = make(map[Dot]int64)
		return r.Object(func(key string) error {
			d, err := parseDotKey(r, key)
			if err != nil {
				return err
			}
			s.Times[d], err = r.Int()
			return err
		})
	case "status_ctx":
		s.StatusCtx = make(map[Dot]VV)
		return r.Object(func(key string) error {
			d, err := parseDotKey(r, key)
			if err != nil {
				return err
			}
			s.StatusCtx[d], err = parseVV(r)
			return err
		})
	case "withheld":
		return r.Array(func() error {
			p, err := r.String()
			s.Withheld = append(s.Withheld, p)
			return err
		})
	}
	return r.Fail("a member that no state has")
}

func parseVV(r *strictjson.Reader) (VV, error) {
	v := VV{}
	err := r.Object(func(device string) error {
		n, err := r.Uint()
		v[device] = n
		return err
	})
	return v, err
}

func parseDotKey(r *strictjson.Reader, key string) (Dot, error) {
	i := strings.LastIndexByte(key, ':')
	if i < 1 {
		return Dot{}, r.Fail("a key that is no dot")
	}
	n, err := strconv.ParseUint(key[i+1:], 10, 53)
	if err != nil {
		return Dot{}, r.Fail("a key that is no dot")
	}
	return Dot{Device: key[:i], Seq: n}, nil
}

func (s *State) parseRegister(r *strictjson.Reader, path string) error {
	reg := Register{Path: path}
	err := r.Array(func() error {
		var w Write
		d, err := openDot(r)
		if err != nil {
			return err
		}
		w.Dot = d
		if err := r.Comma(); err != nil {
			return err
		}
		if r.Null() {
			w.Null = true
		} else if w.Value, err = r.String(); err != nil {
			return err
		}
		reg.Siblings = append(reg.Siblings, w)
		return r.Close()
	})
	s.Registers = append(s.Registers, reg)
	return err
}

func openDot(r *strictjson.Reader) (d Dot, err error) {
	if err = r.Open(); err != nil {
		return d, err
	}
	return readDot(r)
}

func readDot(r *strictjson.Reader) (d Dot, err error) {
	if d.Device, err = r.String(); err != nil {
		return d, err
	}
	if err = r.Comma(); err != nil {
		return d, err
	}
	d.Seq, err = r.Uint()
	return d, err
}

func (s *State) parseRow(r *strictjson.Reader, path string) error {
	row := Row{Path: path}
	err := r.Object(func(key string) error {
		switch key {
		case "birth":
			row.HasBirth = true
			return parseBirth(r, &row.Birth)
		case "marks":
			return r.Array(func() error {
				d, err := openDot(r)
				if err != nil {
					return err
				}
				if err := r.Comma(); err != nil {
					return err
				}
				mark, err := r.String()
				if err != nil {
					return err
				}
				if mark != "+" && mark != "-" {
					return r.Fail("a mark that is none")
				}
				row.Marks = append(row.Marks, Mark{Dot: d, Minus: mark == "-"})
				return r.Close()
			})
		}
		return r.Fail("a member that no row has")
	})
	s.Rows = append(s.Rows, row)
	return err
}

func parseBirth(r *strictjson.Reader, b *Birth) (err error) {
	if err = r.Open(); err != nil {
		return err
	}
	if b.Time, err = r.Int(); err != nil {
		return err
	}
	if err = r.Comma(); err != nil {
		return err
	}
	if b.Dot, err = readDot(r); err != nil {
		return err
	}
	return r.Close()
}
