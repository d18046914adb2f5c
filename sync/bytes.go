package sync

import (
	"encoding/binary"

	"ruhu/internal/errs"
)

// reader takes the members of a token's body one after another; after the first fault all are zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return make([]byte, max(0, min(n, 64)))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) text() string { return string(r.take(int(min(r.uvarint(), 1<<16)))) }

// end returns an error where the body was shorter or longer than its members.
func (r *reader) end(op string) error {
	if r.bad || len(r.b) > 0 {
		return errs.New(errs.BadRequest, op, "damaged")
	}
	return nil
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
