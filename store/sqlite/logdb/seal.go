package logdb

import (
	"bytes"
	"encoding/hex"

	"github.com/klauspost/compress/s2"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/sync"
)

// What is sealed begins with a byte that tells how it is packed. S2 with a dictionary of a change set's fixed parts makes
// half of a body in 1.6 µs; zstd saves a further fifth and costs nine times as much, which the writer would feel.
const (
	packPlain byte = iota
	packS2
	packS2Body // dictionary bodyDict
)

// bodyDict is part of the format: changing a byte of it makes stored bodies unreadable.
const bodyDict = `"ctx":{},"add":["],"del":["],"at":1795420800123,"device":"dv_","epoch":"ep_","form":"","grid":"990101001","nonce":"","record":"0192f","seq":1,"set":{"@status":"submitted","case_id":"C","q1":"1","q2":"2"},"v":1,"version":"2026112301"}`

// pack appends the packed form of plain to dst[:0].
func (l *Log) pack(dst, plain []byte, how byte) []byte {
	need := 1 + s2.MaxEncodedLen(len(plain))
	if cap(dst) < need {
		dst = make([]byte, 0, need)
	}
	out := dst[1:need]
	var n []byte
	if how == packS2Body {
		n = l.dict.Encode(out, plain)
	} else {
		n = s2.Encode(out, plain)
	}
	if len(n) >= len(plain) {
		dst = append(dst[:0], packPlain)
		return append(dst, plain...)
	}
	dst = dst[:1+len(n)]
	dst[0] = how
	return dst
}

// sealReason seals why the office did something to a line, or wrote it: an officer's words about a respondent. nil for none.
func (l *Log) sealReason(slot uint64, line *sync.Line, scratch *[]byte) ([]byte, error) {
	if line.Reason == "" {
		return nil, nil
	}
	key, err := l.Slots.Sealer(slot)
	if err != nil {
		return nil, err
	}
	return l.seal(key, sealReason, line.ID[:], []byte(line.Reason), scratch)
}

// maxUnpacked bounds what a damaged length can make us allocate; the seal has vouched for the bytes already.
const maxUnpacked = 64 << 20

func (l *Log) unpack(b []byte) ([]byte, error) {
	const op = "unpack"
	if len(b) == 0 {
		return nil, errs.New(errs.Damaged, op, "empty")
	}
	how, b := b[0], b[1:]
	if how == packPlain {
		return b, nil
	}
	n, err := s2.DecodedLen(b)
	if err != nil || n > maxUnpacked {
		return nil, errs.New(errs.Damaged, op, "bad length")
	}
	var out []byte
	switch how {
	case packS2:
		out, err = s2.Decode(make([]byte, n), b)
	case packS2Body:
		out, err = l.dict.Decode(make([]byte, n), b)
	default:
		return nil, errs.New(errs.Damaged, op, "unknown packing %d", how)
	}
	if err != nil {
		return nil, errs.WrapCode(errs.Damaged, op, err)
	}
	return out, nil
}

// The associated data says what the sealed bytes are and whose, so that they open nowhere else.
const (
	sealBody   = 'B'
	sealState  = 'S'
	sealPacked = 'P'
	sealReason = 'R'
)

func aad(dst []byte, kind byte, whose []byte) []byte { return append(append(dst[:0], kind), whose...) }

// seal packs and seals; the result is the caller's.
func (l *Log) seal(s *keys.Sealer, kind byte, whose, plain []byte, scratch *[]byte) ([]byte, error) {
	how := byte(packS2)
	if kind == sealBody {
		how = packS2Body
	}
	packed := l.pack(*scratch, plain, how)
	*scratch = packed
	var a [160]byte
	return s.Seal(make([]byte, 0, len(packed)+keys.Overhead), packed, aad(a[:0], kind, whose))
}

// unseal opens what seal made. where is named in the error.
func (l *Log) unseal(slot uint64, kind byte, whose, sealed []byte, where string) ([]byte, error) {
	s, err := l.Slots.Sealer(slot)
	if err != nil {
		return nil, errs.Wrap(where, err)
	}
	var a [160]byte
	packed, err := s.Open(nil, sealed, aad(a[:0], kind, whose))
	if err != nil {
		return nil, errs.Wrap(where, err)
	}
	plain, err := l.unpack(packed)
	return plain, errs.Wrap(where, err)
}

// blobPrefix is how a value names an attachment: sha256-<hex>.<ext>.
const blobPrefix = "sha256-"

// blobsIn returns the attachments that a body names, each once.
func blobsIn(body []byte) (out [][32]byte) {
	for {
		i := bytes.Index(body, []byte(blobPrefix))
		if i < 0 {
			return out
		}
		body = body[i+len(blobPrefix):]
		var h [32]byte
		if len(body) < 64 {
			return out
		}
		if _, err := hex.Decode(h[:], body[:64]); err != nil {
			continue
		}
		seen := false
		for _, o := range out {
			seen = seen || o == h
		}
		if !seen {
			out = append(out, h)
		}
	}
}
