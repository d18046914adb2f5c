package wire_test

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/zstd"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// FuzzDecode: whatever is accepted can be written again, read again, and applied without harm.
func FuzzDecode(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v.bytes())
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		c, err := wire.Decode(line)
		if err != nil {
			switch errs.CodeOf(err) {
			case errs.Malformed, errs.Limit, errs.DuplicateKey, errs.BadUTF8, errs.UnsafeNumber, errs.TooDeep:
			default:
				t.Fatalf("code %q", errs.CodeOf(err))
			}
			return
		}
		again, err := wire.Decode(c.Encode())
		if err != nil || !bytes.Equal(again.Encode(), c.Encode()) {
			t.Fatalf("not the same when written: %v", err)
		}
		s := &crdt.State{}
		s.Apply(c, c.At)
		parsed, err := crdt.ParseState(s.Canonical())
		if err != nil || parsed.Digest() != s.Digest() {
			t.Fatalf("the state it makes is none: %v\n%s", err, s.Canonical())
		}
		decoded, err := crdt.DecodeState(s.AppendBinary(nil))
		if err != nil || decoded.Digest() != s.Digest() {
			t.Fatalf("the storage form loses something: %v", err)
		}
	})
}

// FuzzParseState: only canonical bytes are accepted.
func FuzzParseState(f *testing.F) {
	s := &crdt.State{}
	f.Add(s.Canonical())
	for _, v := range vectors() {
		if c, err := wire.Decode(v.bytes()); err == nil {
			s = &crdt.State{}
			s.Apply(c, c.At)
			f.Add(s.Canonical())
		}
	}
	f.Add([]byte(`{"erased":true}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := crdt.ParseState(b)
		if err == nil && !bytes.Equal(s.Canonical(), b) {
			t.Fatal("accepted what it does not write")
		}
	})
}

// FuzzDecodeState: bytes from a damaged disk are an error or a state, never a panic.
func FuzzDecodeState(f *testing.F) {
	for _, v := range vectors() {
		if c, err := wire.Decode(v.bytes()); err == nil {
			s := &crdt.State{}
			s.Apply(c, c.At)
			f.Add(s.AppendBinary(nil))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := crdt.DecodeState(b)
		if err != nil {
			return
		}
		if again, err := crdt.ParseState(s.Canonical()); err != nil || again.Digest() != s.Digest() {
			t.Fatalf("a state that has no canonical form: %v", err)
		}
	})
}

// FuzzBody: no body costs more than the bounds, however it is packed.
func FuzzBody(f *testing.F) {
	z, _ := zstd.NewWriter(nil)
	body := []byte(`{"device":"dv_a","cursor":"","last":0,"head":"` + (wire.Head{}).String() + "\"}\n" + with(one) + "\n")
	f.Add(body, "")
	f.Add(new(wire.Bodies).Gzip(body), "gzip")
	f.Add(z.EncodeAll(body, nil), "zstd")
	f.Add(new(wire.Bodies).Gzip(make([]byte, 4<<20)), "gzip")
	f.Add(z.EncodeAll(make([]byte, 4<<20), nil), "zstd")
	bodies := &wire.Bodies{}
	f.Fuzz(func(t *testing.T, packed []byte, encoding string) {
		plain, err := bodies.Read(bytes.NewReader(packed), encoding, wire.PushBounds())
		if err != nil {
			return
		}
		if len(plain) > limits.PushBytes {
			t.Fatal("past the bound")
		}
		p, err := wire.ParsePush(plain)
		if err == nil && len(p.Items) > limits.PushLines+1 {
			t.Fatal("too many lines")
		}
	})
}

// FuzzParsePull: a phone survives any server.
func FuzzParsePull(f *testing.F) {
	f.Add([]byte(`{"kind":"record","record":"r","grid":"990101001201003","state":{}}`))
	f.Add([]byte(`{"cursor":"x","more":false,"digest":{"990101001201003":"1:ff"}}`))
	f.Add([]byte(`{"kind":"stub","digest":"` + (wire.Head{}).String() + `"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		l, end, err := wire.ParsePull(line)
		if err == nil && (l == nil) == (end == nil) {
			t.Fatal("neither or both")
		}
		_, _, _ = wire.ParseAnswer(line)
	})
}

// FuzzSplitPacks: what is taken for a file of packs is one, and nothing of it is lost.
func FuzzSplitPacks(f *testing.F) {
	f.Add([]byte("ruhu-pack-1\nx"))
	f.Add([]byte("ruhu-packs-1\n\x00\x00\x00\x0druhu-pack-1\nx\x00\x00\x00\x0cruhu-pack-1\n"))
	f.Add([]byte("ruhu-packs-1\n\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		packs, err := wire.SplitPacks(file)
		if err != nil {
			if code := errs.CodeOf(err); code != errs.BadRequest && code != errs.TooLarge {
				t.Fatalf("code %q", code)
			}
			return
		}
		n := 0
		for _, p := range packs {
			if !wire.IsPack(p) {
				t.Fatal("not a pack")
			}
			n += len(p)
		}
		if len(packs) == 1 && n == len(file) {
			return
		}
		if n+4*len(packs)+len("ruhu-packs-1\n") != len(file) {
			t.Fatal("bytes are lost")
		}
	})
}
