package sync

import (
	"encoding/binary"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// EncodeCtx makes the opaque token an office page carries: what stood on it when it was drawn. vv is that of the state
// the page shows.
func (s *Service) EncodeCtx(record string, vv crdt.VV) string {
	b := make([]byte, 0, 32+len(record)+24*len(vv))
	b = append(b, 1)
	b = appendText(b, record)
	devices := vv.Devices()
	b = binary.AppendUvarint(b, uint64(len(devices)))
	for _, d := range devices {
		b = appendText(b, d)
		b = binary.AppendUvarint(b, vv[d])
	}
	return sealToken(s.keys.ctx, b)
}

// DecodeCtx reads a token of EncodeCtx for this record; code bad-request where it is none or of another record.
func (s *Service) DecodeCtx(token, record string) (crdt.VV, error) {
	const op = "ctx"
	b, err := openToken(s.keys.ctx, token)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	r := reader{b: b}
	if version := r.take(1); version[0] != 1 {
		return nil, errs.New(errs.BadRequest, op, "of another version")
	}
	if r.text() != record {
		return nil, errs.New(errs.BadRequest, op, "of another record")
	}
	n := r.uvarint()
	vv := make(crdt.VV)
	for ; n > 0 && !r.bad; n-- {
		d := r.text()
		vv[d] = r.uvarint()
	}
	if err := r.end(op); err != nil {
		return nil, err
	}
	return vv, nil
}

// LineToken makes the opaque id under which the office settles a line.
func (s *Service) LineToken(street string, seq uint64) string {
	return sealToken(s.keys.line, binary.AppendUvarint(appendText([]byte{1}, street), seq))
}

// DecodeLineToken reads an id of LineToken; code not-found where it is none.
func (s *Service) DecodeLineToken(token string) (street string, seq uint64, err error) {
	const op = "line id"
	b, err := openToken(s.keys.line, token)
	if err != nil {
		return "", 0, errs.WrapCode(errs.NotFound, op, err)
	}
	r := reader{b: b}
	version := r.take(1)
	street, seq = r.text(), r.uvarint()
	if version[0] != 1 || r.end(op) != nil {
		return "", 0, errs.New(errs.NotFound, op, "not one of ours")
	}
	return street, seq, nil
}
