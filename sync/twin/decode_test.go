package twin_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/webtest"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
	"ruhu/sync/wire"
)

var mutations = flag.Int("mutations", 20000, "hostile texts to read alike (make twins: 300000)")

// read does what the other half does with bytes, and returns the value as it says it.
func read(as string, b []byte) (any, error) {
	switch as {
	case "set":
		c, err := wire.Decode(b)
		if err != nil {
			return nil, err
		}
		return map[string]any{"id": crdt.IDOf(b).String(), "text": string(c.Encode())}, nil
	case "state":
		s, err := crdt.ParseState(b)
		if err != nil {
			return nil, err
		}
		return string(s.Canonical()), nil
	case "path":
		p, err := crdt.ParsePath(string(b))
		if err != nil {
			return nil, err
		}
		repeat, id := p.Row()
		out := []any{p.Question(), repeat, id}
		for row := range p.EnclosingRows {
			out = append(out, row)
		}
		return out, nil
	case "push":
		p, err := wire.ParsePush(b)
		if err != nil {
			return nil, err
		}
		return push(p), nil
	case "pull":
		l, end, err := wire.ParsePull(b)
		if err != nil {
			return nil, err
		}
		if end != nil {
			digests := []any{}
			for _, g := range slices.Sorted(maps.Keys(end.Digest)) {
				digests = append(digests, []any{g, end.Digest[g]})
			}
			return []any{end.Cursor, end.More, digests}, nil
		}
		digest := ""
		if l.HasDigest {
			digest = hex.EncodeToString(l.Digest[:])
		}
		return []any{l.Kind, l.Epoch, l.Record, l.Proof, l.Prefix, l.Grid, l.Household, l.Case, l.Form, l.Version, l.Status, digest, l.At, l.Until,
			l.State, l.ID, l.Gone, l.Body}, nil
	}
	v, sum, err := wire.ParseAnswer(b)
	if err != nil {
		return nil, err
	}
	if sum != nil {
		return []any{sum.Have, sum.Want, sum.Head.String(), sum.Safe, sum.Epoch, sum.Time}, nil
	}
	var id string
	if v.ID != (crdt.ID{}) {
		id = v.ID.String()
	}
	out := []any{v.Seq, v.To, id, v.Status, v.Code, v.Attest, v.Erased, nil}
	if v.Placed {
		out[7] = []any{v.Have, v.Head.String()}
	}
	return out, nil
}

func push(p *wire.Push) []any {
	out := []any{p.Device, p.Cursor, p.Last, p.Head.String()}
	for _, i := range p.Items {
		id := i.ID().String()
		switch i.Kind {
		case wire.ItemVoid:
			out = append(out, []any{"void", id, i.Void.Why, i.Void.From, i.Void.To})
		case wire.ItemErased:
			out = append(out, []any{"erased", id, i.Mark.Record, i.Mark.Proof})
		case wire.ItemAttest:
			out = append(out, []any{"attest", id, i.Att.Seq, i.Att.Head.String(), base64.RawURLEncoding.EncodeToString(i.Att.Sig)})
		default:
			text := ""
			if i.Set != nil {
				text = string(i.Set.Encode())
			}
			out = append(out, []any{"set", id, errs.CodeOf(i.Err), text})
		}
	}
	return out
}

// seed returns bytes that one of the decoders likes.
func seed(random *rand.Rand) (as string, b []byte) {
	h := naive.Random(random.IntN)
	if random.IntN(2) == 0 {
		h = odder(h)
	}
	s := h.Deliver(random.IntN, len(h.Turns))
	line := func() []byte {
		if len(h.Turns) == 0 {
			return []byte(`{"v":1,"device":"dv_a","seq":1,"epoch":"e","at":0,"nonce":"12345678","record":"r","form":"f","version":"","grid":"1","set":{"a":"1"}}`)
		}
		return h.Turns[random.IntN(len(h.Turns))].Set.Encode()
	}
	id := crdt.IDOf(line())
	switch random.IntN(9) {
	case 0:
		return "state", s.Canonical()
	case 1:
		return "path", []byte([]string{"a/b[r1]/c", "@comments[x]/text", "成员[r1]/年龄", "members[r7f3]/age", "\U00010000[a:b]/\uf900"}[random.IntN(5)])
	case 2:
		body := wire.AppendOpening(nil, wire.Opening{Device: "dv_a", Cursor: "c", Last: uint64(random.IntN(5)), Head: wire.Head(id)})
		body = append(append(body, line()...), '\n')
		body = append(append(body, wire.EncodeVoid(wire.VoidRange{Why: wire.VoidMissing, From: 1, To: 2})...), '\n')
		body = wire.AppendErased(body, wire.Erased{Record: "r", Proof: "p"})
		return "push", wire.AppendAttest(body, wire.Attest{Seq: 7, Head: wire.Head(id), Sig: make([]byte, 64)})
	case 3:
		l := wire.PullLine{Kind: wire.KindRecord, Record: "r", Grid: "1", Form: "f", Version: "1", At: 4, Until: 5, State: string(s.Canonical()), Body: `{"a":[1.5e9,null,{}]}`}
		if random.IntN(3) == 0 {
			l = wire.PullLine{Kind: wire.KindStub, Record: "r", Digest: s.Digest(), HasDigest: true, Gone: true, Status: "draft"}
		}
		return "pull", bytes.TrimSuffix(wire.AppendPull(nil, &l), []byte{'\n'})
	case 4:
		return "pull", bytes.TrimSuffix(wire.AppendPullEnd(nil, wire.PullEnd{Cursor: "c", Digest: map[string]string{"1": wire.GridDigest([][32]byte{id})}}), []byte{'\n'})
	case 5:
		v := wire.Verdict{Seq: 3, To: 4, ID: id, Status: wire.Voided, Code: errs.DeclaredVoid}
		if random.IntN(2) == 0 {
			v = wire.Verdict{Status: wire.Refused, Code: errs.Gap, Have: 2, Head: wire.Head(id), Placed: true}
		}
		return "answer", bytes.TrimSuffix(wire.AppendVerdict(nil, v), []byte{'\n'})
	case 6:
		return "answer", bytes.TrimSuffix(wire.AppendSummary(nil, wire.Summary{Have: 1, Want: 2, Epoch: "e", Time: "t", Head: wire.Head(id)}), []byte{'\n'})
	}
	return "set", line()
}

// pieces are what a mutation puts in: where decoders of two languages are apt to differ.
var pieces = []string{"\xff", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\ufeff", `\ud800`, `\udc00`, `\ud83d\ude00`, `\u0000`, `\u00E9`, `\u212a`, "\u212a", "\u0130",
	`"devİce":"dv_b",`, `"grİd":"1",`, `"DEVICE":"dv_b",`, "\u2028", "\x00", "\x1f", "\x7f", `"`, `\`, "{", "}", "[", "]", ",", ":", "null", "true", "false", "nul", "-", "-0", "0", "00", "1e3", "1.0",
	"9007199254740991", "9007199254740992", "18446744073709551616", "99999999999999999999999999", "-9007199254740991", " ", "\t", "\r", "\n", "\v", "\u00a0",
	`"__proto__":`, `"constructor":"1",`, `"seq":1,`, `"Seq":1,`, `"v":1,`, `"set":{},`, `"set":{"a":"1","A":"2"},`, `"ctx":{"dv_A":1,"dv_a":1},`, `"add":["a[r1]"],`, `"del":["a[r1]"],`,
	`"a[r1]/b":"1",`, `"erased":true,`, `"times":{"a:01":1},`, `"times":{":1":1},`, `"withheld":["a","a/b"],`, `"until":-1,`, `"digest":"00",`, `"void"`, `"attest"`, "\\/", "é", "\U0010ffff",
	"\ufffe", "\uffff", "\ufffd", strings.Repeat("[", 33), strings.Repeat(`{"a":`, 40), strings.Repeat("a", 129), strings.Repeat("é", 70), strings.Repeat("a/", 33), "sha256:", "a:b", "+1", "1_0"}

func mutate(random *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range random.IntN(4) {
		at := random.IntN(len(b) + 1)
		switch random.IntN(6) {
		case 0:
			if at < len(b) {
				b[at] ^= 1 << random.IntN(8)
			}
		case 1:
			b = slices.Delete(b, at, min(len(b), at+1+random.IntN(8)))
		case 2:
			end := min(len(b), at+1+random.IntN(40))
			b = slices.Insert(b, random.IntN(len(b)+1), bytes.Clone(b[at:end])...)
		case 3: // after a quote, comma or brace, where it may stand
			if i := bytes.IndexAny(b[at:], `",{[:`); i >= 0 {
				at += i + 1
			}
			b = slices.Insert(b, at, []byte(pieces[random.IntN(len(pieces))])...)
		case 4: // in the place of a member's value
			if i := bytes.IndexByte(b[at:], ':'); i >= 0 {
				at += i + 1
				end := at
				for end < len(b) && b[end] != ',' && b[end] != '}' {
					end++
				}
				b = slices.Replace(b, at, end, []byte(pieces[random.IntN(len(pieces))])...)
			}
		default:
			b = slices.Insert(b, at, []byte(pieces[random.IntN(len(pieces))])...)
		}
	}
	return b
}

// TestTwinsReadAlike: what one accepts the other does, as the same; what one refuses the other does, with the same code.
func TestTwinsReadAlike(t *testing.T) {
	n := webtest.Start(t, "packages/merge/twin/main.ts")
	random := rand.New(rand.NewPCG(5, 1))
	codes := map[string]int{}
	type try struct {
		as string
		b  []byte
	}
	const batch = 500
	for done := 0; done < *mutations; done += batch {
		var tries []try
		var jobs []any
		for range batch {
			as, b := seed(random)
			b = mutate(random, b)
			if as == "path" && !utf8.Valid(b) {
				continue
			}
			tries, jobs = append(tries, try{as, b}), append(jobs, map[string]any{"job": "decode", "as": as, "base64": base64.StdEncoding.EncodeToString(b)})
		}
		for i, answer := range n.Ask(jobs) {
			var got struct {
				Value any    `json:"value"`
				Code  string `json:"code"`
			}
			require.NoError(t, json.Unmarshal(answer, &got))
			value, err := read(tries[i].as, tries[i].b)
			code := string(errs.CodeOf(err))
			require.Equal(t, code, got.Code, "%s %q: %v", tries[i].as, tries[i].b, err)
			want, err := json.Marshal(value)
			require.NoError(t, err)
			var plain any
			require.NoError(t, json.Unmarshal(want, &plain))
			require.Equal(t, plain, got.Value, "%s %q", tries[i].as, tries[i].b)
			if code == "" {
				code = "accepted"
			}
			codes[code]++
		}
	}
	for _, c := range []string{"accepted", "malformed", "duplicate-key", "bad-utf8", "unsafe-number", "too-deep", "limit", "bad-request"} {
		require.Greater(t, codes[c], *mutations/1000, "%s: mutations that never lead there prove nothing of it: %v", c, codes)
	}
	t.Logf("%d hostile texts read alike: %v", *mutations, codes)
}
