package wire_test

import (
	"bytes"
	"crypto/ecdh"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

func opening() string {
	return string(wire.AppendOpening(nil, wire.Opening{Device: "dv_7k2m", Cursor: "c1", Last: 40, Head: wire.Head{1}}))
}

func TestAPushIsReadLineByLine(t *testing.T) {
	void := wire.EncodeVoid(wire.VoidRange{Why: wire.VoidDamaged, From: 42, To: 44})
	body := opening() + string(wire.AppendErased(nil, wire.Erased{Record: "r9", Proof: "p"})) + with(one) + "\n" + string(void) + "\n" +
		"not json at all\n\n" + string(wire.AppendAttest(nil, wire.Attest{Seq: 45, Head: wire.Head{2}, Sig: make([]byte, 64)}))
	p, err := wire.ParsePush([]byte(body))
	require.NoError(t, err)
	require.Equal(t, wire.Opening{Device: "dv_7k2m", Cursor: "c1", Last: 40, Head: wire.Head{1}}, p.Opening)
	require.Len(t, p.Items, 5)
	require.Equal(t, wire.Erased{Record: "r9", Proof: "p"}, p.Items[0].Mark)
	require.Equal(t, "hh_sentiment", p.Items[1].Set.Form)
	require.Equal(t, crdt.IDOf([]byte(with(one))), p.Items[1].ID())
	require.Equal(t, wire.VoidRange{Why: "damaged", From: 42, To: 44}, p.Items[2].Void)
	require.Equal(t, crdt.IDOf(void), p.Items[2].ID())
	require.Nil(t, p.Items[3].Set)
	require.Equal(t, errs.Malformed, errs.CodeOf(p.Items[3].Err), "it takes a seq of its own")
	require.Equal(t, uint64(45), p.Items[4].Att.Seq)
}

func TestAPushThatCannotBeTrustedIsRefusedWhole(t *testing.T) {
	for name, body := range map[string]string{
		"empty":                        "",
		"no opening":                   with(one) + "\n",
		"an opening that is cut":       opening()[:30],
		"an opening with other keys":   strings.Replace(opening(), `"cursor"`, `"curzor"`, 1),
		"a head in capitals":           strings.Replace(opening(), `"head":"01`, `"head":"AB`, 1),
		"a void of an empty range":     opening() + `{"void":"damaged","from":5,"to":4}`,
		"a void without reason":        opening() + `{"from":5,"to":6}`,
		"a void of too much":           opening() + `{"void":"missing","from":1,"to":1001}`,
		"voids of too much together":   opening() + `{"void":"missing","from":1,"to":900}` + "\n" + `{"void":"missing","from":901,"to":1800}`,
		"a line after the attestation": opening() + string(wire.AppendAttest(nil, wire.Attest{Seq: 1, Sig: make([]byte, 64)})) + with(one),
		"a short signature":            opening() + string(wire.AppendAttest(nil, wire.Attest{Seq: 1, Sig: make([]byte, 63)})),
		"too many lines":               opening() + strings.Repeat("x\n", limits.PushLines+2),
		"too many bytes":               opening() + strings.Repeat("x", limits.PushBytes),
	} {
		_, err := wire.ParsePush([]byte(body))
		require.Contains(t, []errs.Code{errs.BadRequest, errs.TooLarge}, errs.CodeOf(err), name)
	}
}

func TestAnswersSurviveTheWire(t *testing.T) {
	id := crdt.IDOf([]byte("x"))
	for _, v := range []wire.Verdict{
		{Seq: 41, ID: id, Status: wire.Merged},
		{Seq: 42, ID: id, Status: wire.Quarantined, Code: errs.NotAssigned},
		{Seq: 20, To: 35, ID: id, Status: wire.Voided, Code: errs.DeclaredVoid},
		{Status: wire.Refused, Code: errs.Gap, Have: 12, Head: wire.Head{7}, Placed: true},
		{Attest: 41, Status: wire.Stored},
		{Erased: "r1", Status: wire.Stored},
	} {
		got, sum, err := wire.ParseAnswer(wire.AppendVerdict(nil, v))
		require.NoError(t, err)
		require.Nil(t, sum)
		require.Equal(t, v, got)
	}
	s := wire.Summary{Have: 41, Want: 42, Head: wire.Head{3}, Safe: 35, Epoch: "ep_5c", Time: wire.TimeText(time.Unix(1795420800, 0))}
	_, sum, err := wire.ParseAnswer(wire.AppendSummary(nil, s))
	require.NoError(t, err)
	require.Equal(t, &s, sum)
	require.Equal(t, `{"seq":41,"id":"`+id.String()+`","status":"merged"}`+"\n", string(wire.AppendVerdict(nil, wire.Verdict{Seq: 41, ID: id, Status: wire.Merged})))
}

func TestPullLinesSurviveTheWire(t *testing.T) {
	state := &crdt.State{}
	state.Void(crdt.Dot{Device: "dv_a", Seq: 1})
	for _, l := range []wire.PullLine{
		{Kind: wire.KindEpoch, Epoch: "ep_2"},
		{Kind: wire.KindErased, Record: "r1", Proof: "p"},
		{Kind: wire.KindWithheld, Record: "r1", Prefix: "gps"},
		{Kind: wire.KindLeave, Grid: "990101001201003", At: 9},
		{Kind: wire.KindHousehold, ID: "h1", Grid: "990101001201003", Body: `{"address":"3 \"x\""}`},
		{Kind: wire.KindAssignment, ID: "a1", Gone: true},
		{Kind: wire.KindStub, Record: "r2", Grid: "990101001201003", Case: "C1", Form: "f", Status: "approved", Digest: [32]byte{1}, HasDigest: true, At: 3},
		{Kind: wire.KindRecord, Record: "r3", Grid: "990101001201003", Form: "f", Version: "1", At: 4, State: string(state.Canonical())},
	} {
		got, end, err := wire.ParsePull(wire.AppendPull(nil, &l))
		require.NoError(t, err)
		require.Nil(t, end)
		require.Equal(t, &l, got)
	}
	end := wire.PullEnd{Cursor: "c", Digest: map[string]string{"990101001201003": wire.GridDigest([][32]byte{{2}, {1}})}}
	_, got, err := wire.ParsePull(wire.AppendPullEnd(nil, end))
	require.NoError(t, err)
	require.Equal(t, &end, got)
	require.Equal(t, wire.GridDigest([][32]byte{{1}, {2}}), wire.GridDigest([][32]byte{{2}, {1}}))
	require.Empty(t, wire.GridDigest(nil))
}

// A record grows past what one change set may hold: phones must still be able to read it.
func TestAStateOfManyChangeSetsIsRead(t *testing.T) {
	state := &crdt.State{}
	for seq := uint64(1); seq <= 3; seq++ {
		c := &crdt.ChangeSet{Device: "dv_a", Seq: seq, Ctx: crdt.VV{"dv_a": seq - 1}}
		for i := range limits.ChangeOps {
			c.Set = append(c.Set, crdt.Cell{Path: fmt.Sprintf("m[r%d]/q%d", seq, i), Value: "1"})
		}
		state.Apply(c, 1)
	}
	require.Greater(t, len(state.Registers), limits.JSONKeys)
	l, _, err := wire.ParsePull(wire.AppendPull(nil, &wire.PullLine{Kind: wire.KindRecord, Record: "r", State: string(state.Canonical())}))
	require.NoError(t, err)
	parsed, err := crdt.ParseState([]byte(l.State))
	require.NoError(t, err)
	require.Equal(t, state.Digest(), parsed.Digest())
}

func TestBodiesStayWithinTheirBounds(t *testing.T) {
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	var bodies wire.Bodies
	plain := []byte(strings.Repeat(with(one)+"\n", 50))
	random := make([]byte, 600<<10)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	pack := map[string]func([]byte) []byte{"": func(b []byte) []byte { return b }, "gzip": bodies.Gzip,
		"zstd": func(b []byte) []byte { return z.EncodeAll(b, nil) }}
	for encoding, f := range pack {
		for range 2 { // the second time with a decoder that was used before
			got, err := bodies.Read(bytes.NewReader(f(plain)), encoding, wire.PushBounds())
			require.NoError(t, err)
			require.Equal(t, plain, got)
			got, err = bodies.Read(bytes.NewReader(f(random)), encoding, wire.PushBounds())
			require.NoError(t, err)
			require.Equal(t, random, got)
			for name, bomb := range map[string][]byte{"64 MiB of zeros": make([]byte, 64<<20), "900 KiB of zeros": make([]byte, 900<<10), "too long": append(random, random...)} {
				_, err = bodies.Read(bytes.NewReader(f(bomb)), encoding, wire.PushBounds())
				if encoding == "" && name == "900 KiB of zeros" {
					require.NoError(t, err, "unpacked zeros are no bomb")
					continue
				}
				require.Equal(t, errs.TooLarge, errs.CodeOf(err), "%s %s", encoding, name)
			}
			if encoding != "" {
				_, err = bodies.Read(bytes.NewReader(f(plain)[:60]), encoding, wire.PushBounds())
				require.Equal(t, errs.BadRequest, errs.CodeOf(err))
			}
		}
	}
	_, err = bodies.Read(bytes.NewReader(plain), "br", wire.PushBounds())
	require.Equal(t, errs.UnsupportedMedia, errs.CodeOf(err))
}

type seeded struct{ *rand.ChaCha8 }

func TestOnlyTheServerOpensAPack(t *testing.T) {
	random := seeded{rand.NewChaCha8([32]byte{1})}
	author, err := wire.NewKey(random)
	require.NoError(t, err)
	server, err := ecdh.P256().GenerateKey(random)
	require.NoError(t, err)
	other, err := ecdh.P256().GenerateKey(random)
	require.NoError(t, err)
	line := with(one)
	h := wire.Head{}.Next(crdt.IDOf([]byte(line)))
	att, err := wire.SignAttest(author, "dv_7k2m", 41, h)
	require.NoError(t, err)
	body := append([]byte(opening()+line+"\n"), wire.AppendAttest(nil, att)...)

	_, err = wire.SealPack(random, server.PublicKey(), []byte(opening()+line))
	require.Error(t, err, "a pack that nobody attests")
	pack, err := wire.SealPack(random, server.PublicKey(), body)
	require.NoError(t, err)
	require.NotContains(t, string(pack), "hh_sentiment")
	got, err := wire.OpenPack(server, pack)
	require.NoError(t, err)
	require.Equal(t, body, got)
	p, err := wire.ParsePush(got)
	require.NoError(t, err)
	require.True(t, wire.VerifyAttest(&author.PublicKey, "dv_7k2m", p.Items[1].Att))
	require.False(t, wire.VerifyAttest(&author.PublicKey, "dv_other", p.Items[1].Att))
	require.False(t, wire.VerifyAttest(nil, "dv_7k2m", p.Items[1].Att))

	_, err = wire.OpenPack(other, pack)
	require.Equal(t, errs.BadRequest, errs.CodeOf(err))
	for _, i := range []int{0, 15, 60, 100, len(pack) - 1} {
		bad := bytes.Clone(pack)
		bad[i] ^= 1
		_, err = wire.OpenPack(server, bad)
		require.Equal(t, errs.BadRequest, errs.CodeOf(err), "byte %d", i)
	}
	_, err = wire.OpenPack(server, pack[:40])
	require.Equal(t, errs.BadRequest, errs.CodeOf(err))
}

func lineOfForty() []byte {
	c := &crdt.ChangeSet{Device: "dv_7k2m", Seq: 41, Epoch: "ep_5c", At: 1795420800123, Nonce: "q83vEjRWeJCrze8SNFZ4kA", Record: "0192f0c4-0000-7000-8000-000000000001",
		Form: "hh_sentiment", Version: "2026112301", Grid: "990101001201003", Ctx: crdt.VV{"dv_7k2m": 39}}
	for i := range 40 {
		c.Set = append(c.Set, crdt.Cell{Path: fmt.Sprintf("group_%d/question_%02d", i/8, i), Value: fmt.Sprint(i % 5)})
	}
	return c.Encode()
}

func BenchmarkDecodeForty(b *testing.B) {
	line := lineOfForty()
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}
