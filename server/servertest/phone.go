package servertest

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Phone is an enrolled phone reduced to what goes over the wire. It keeps one log, of answers.
type Phone struct {
	*Client
	api.Enrolled
	Cursor  string
	Refresh string
	key     *ecdsa.PrivateKey
	world   *World
	last    uint64
	head    wire.Head
}

// Enrol uses a code as a new phone with a key of its own.
func (w *World) Enrol(code string) *Phone {
	w.t.Helper()
	key, err := wire.NewKey(rand.Reader)
	require.NoError(w.t, err)
	p := &Phone{Client: w.anyone(), key: key, world: w}
	p.Post("/v1/devices", map[string]any{"code": code, "name": "测试手机", "platform": "servertest", "public_key": publicKey(w.t, key)}).
		Want(http.StatusCreated).JSON(&p.Enrolled)
	p.Token, p.Refresh, p.User = p.Enrolled.AccessToken, p.Enrolled.RefreshToken, p.Enrolled.Worker.ID
	return p
}

func publicKey(t testing.TB, key *ecdsa.PrivateKey) string {
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(point)
}

// Sign signs a message as browsers do: r‖s.
func (p *Phone) Sign(message string) string {
	sig, err := wire.Sign(p.key, []byte(message))
	require.NoError(p.t, err)
	return base64.StdEncoding.EncodeToString(sig)
}

// ByCertificate begins a new session with certificate and signature.
func (p *Phone) ByCertificate() *Answer {
	at := p.world.Clock.Now().Format(time.RFC3339Nano)
	return p.world.anyone().Post("/v1/auth/refresh", map[string]any{"certificate": p.Certificate, "at": at,
		"signature": p.Sign("ruhu-refresh:" + p.Device + ":" + at)})
}

// Set makes the next change set of the phone's log on a record.
func (p *Phone) Set(record, form, version, grid string, ctx crdt.VV, cells map[string]string) *crdt.ChangeSet {
	c := &crdt.ChangeSet{Device: p.Device, Seq: p.last + 1, Epoch: p.Epoch, At: p.world.Clock.Now().UnixMilli(), Nonce: nonce(p.t),
		Record: record, Form: form, Version: version, Grid: grid, Ctx: ctx}
	for path, value := range cells {
		c.Set = append(c.Set, crdt.Cell{Path: path, Value: value})
	}
	c.Normalize()
	return c
}

func nonce(t testing.TB) string {
	var b [16]byte
	_, err := rand.Read(b[:])
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// NewRecord draws a record id.
func NewRecord() string { return uuid.NewString() }

// Body makes a push of lines after what the phone has sent.
func (p *Phone) Body(lines ...[]byte) []byte {
	b := wire.AppendOpening(nil, wire.Opening{Device: p.Device, Cursor: p.Cursor, Last: p.last, Head: p.head})
	for _, l := range lines {
		b = append(append(b, l...), '\n')
	}
	return b
}

// BodyOf makes a push of the first change sets of one of the phone's other logs.
func (p *Phone) BodyOf(device string, sets ...*crdt.ChangeSet) []byte {
	b := wire.AppendOpening(nil, wire.Opening{Device: device})
	for _, c := range sets {
		b = append(append(b, c.Encode()...), '\n')
	}
	return b
}

// Pack seals the phone's next change sets into a file that anybody may carry, and moves the log on as if they had been sent.
func (p *Phone) Pack(sets ...*crdt.ChangeSet) []byte {
	p.t.Helper()
	var lines [][]byte
	for _, c := range sets {
		lines = append(lines, c.Encode())
	}
	body := p.Body(lines...)
	for _, l := range lines {
		p.head = p.head.Next(crdt.IDOf(l))
	}
	p.last += uint64(len(lines))
	attest, err := wire.SignAttest(p.key, p.Device, p.last, p.head)
	require.NoError(p.t, err)
	point, err := base64.StdEncoding.DecodeString(p.ServerKey)
	require.NoError(p.t, err)
	server, err := ecdh.P256().NewPublicKey(point)
	require.NoError(p.t, err)
	pack, err := wire.SealPack(rand.Reader, server, wire.AppendAttest(body, attest))
	require.NoError(p.t, err)
	return pack
}

// Push sends change sets, whose verdicts must be durable, and moves the log on.
func (p *Phone) Push(sets ...*crdt.ChangeSet) ([]wire.Verdict, wire.Summary) {
	p.t.Helper()
	var lines [][]byte
	for _, c := range sets {
		lines = append(lines, c.Encode())
	}
	a := p.PushRaw(p.Body(lines...)).Want(http.StatusOK)
	require.Equal(p.t, "application/x-ndjson", a.Header.Get("Content-Type"))
	verdicts, sum := p.read(a.Body)
	for _, l := range lines {
		p.head = p.head.Next(crdt.IDOf(l))
	}
	p.last += uint64(len(lines))
	require.Equal(p.t, p.last, sum.Have)
	require.Equal(p.t, p.head, sum.Head)
	return verdicts, sum
}

// PushRaw sends a body as it is.
func (p *Phone) PushRaw(body []byte, opts ...Option) *Answer {
	return p.Do(http.MethodPost, "/v1/sync/push", body, append([]Option{With("Content-Type", "application/x-ndjson")}, opts...)...)
}

func (p *Phone) read(body []byte) (verdicts []wire.Verdict, sum wire.Summary) {
	p.t.Helper()
	for line := range bytes.Lines(body) {
		v, end, err := wire.ParseAnswer(bytes.TrimSpace(line))
		require.NoError(p.t, err, "%s", line)
		if end != nil {
			sum = *end
			continue
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, sum
}

// Pull takes pages until nothing more comes, and returns their lines.
func (p *Phone) Pull() []wire.PullLine {
	p.t.Helper()
	var lines []wire.PullLine
	for more := true; more; {
		a := p.Get("/v1/sync/pull?cursor=" + p.Cursor).Want(http.StatusOK)
		for line := range bytes.Lines(a.Body) {
			l, end, err := wire.ParsePull(bytes.TrimSpace(line))
			require.NoError(p.t, err, "%s", line)
			if end != nil {
				p.Cursor, more = end.Cursor, end.More
				continue
			}
			lines = append(lines, *l)
		}
	}
	return lines
}
