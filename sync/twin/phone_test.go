package twin_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/webtest"
	"ruhu/sync/crdt"
	"ruhu/sync/phone"
	"ruhu/sync/sim"
	"ruhu/sync/wire"
)

// handsets are phones that run in Node, with disk, link, clock and randomness here.
type handsets struct {
	t     testing.TB
	node  *webtest.Node
	keep  bool // forms are kept when they are opened
	count int
	calls int
	at    map[int]*nodePhone
}

func newHandsets(t testing.TB) *handsets {
	return &handsets{t: t, node: webtest.Start(t, "packages/sync/twin/main.ts"), at: map[int]*nodePhone{}}
}

// message is what goes over the pipe, either way.
type message struct {
	Do    string          `json:"do,omitempty"`
	Call  string          `json:"call,omitempty"`
	Done  json.RawMessage `json:"done,omitempty"`
	Error string          `json:"error,omitempty"`

	Phone   int      `json:"phone"`
	Session *int     `json:"session,omitempty"`
	Now     int64    `json:"now"`
	Device  string   `json:"device,omitempty"`
	Body    []byte   `json:"body,omitempty"`
	Cursor  string   `json:"cursor,omitempty"`
	Limit   int      `json:"limit,omitempty"`
	Bound   *bound   `json:"bound,omitempty"`
	Entries [][2]any `json:"entries,omitempty"`
	Message string   `json:"message,omitempty"`

	Random     []byte `json:"random,omitempty"`
	MaxLines   int    `json:"maxLines,omitempty"`
	KeepOpened bool   `json:"keepOpened"`

	Code        string  `json:"code,omitempty"`
	Name        string  `json:"name,omitempty"`
	Platform    string  `json:"platform,omitempty"`
	Key         string  `json:"key,omitempty"`
	NewKey      string  `json:"newKey,omitempty"`
	Certificate string  `json:"certificate,omitempty"`
	Stream      string  `json:"stream,omitempty"`
	Form        string  `json:"form,omitempty"`
	Version     string  `json:"version"`
	Grid        string  `json:"grid,omitempty"`
	Record      string  `json:"record,omitempty"`
	Path        string  `json:"path,omitempty"`
	Value       *string `json:"value"`
}

type bound struct {
	Device         string `json:"device"`
	RegistryDevice string `json:"registryDevice"`
	Certificate    string `json:"certificate"`
}

// open starts a phone; it is the Open of a simulation.
func (h *handsets) open(_ context.Context, o phone.Options) (sim.Phone, error) {
	p := &nodePhone{h: h, o: o, id: h.count}
	h.at[h.count] = p
	h.count++
	random := make([]byte, 32<<10)
	if _, err := io.ReadFull(o.Rand, random); err != nil {
		return nil, err
	}
	_, err := p.do(message{Do: "open", Random: random, MaxLines: o.MaxLines, KeepOpened: h.keep}, nil)
	return p, err
}

// nodePhone is one of them.
type nodePhone struct {
	h     *handsets
	o     phone.Options
	id    int
	bound string
}

// do gives a command and serves what the phone needs until it is done.
func (p *nodePhone) do(m message, into any) (json.RawMessage, error) {
	p.h.t.Helper()
	m.Phone, m.Now = p.id, clock.Millis(p.o.Clock.Now())
	p.h.node.Say(m)
	for {
		var got message
		p.h.node.Hear(&got)
		if got.Call != "" {
			p.h.calls++
			p.h.node.Say(p.serve(got))
			continue
		}
		if got.Error != "" {
			return nil, errs.New(errs.Code(got.Error), "node", "%s", got.Message)
		}
		var b struct {
			Bound *bound `json:"bound"`
		}
		require.NoError(p.h.t, json.Unmarshal(got.Done, &b))
		p.bind(b.Bound)
		if into != nil {
			require.NoError(p.h.t, json.Unmarshal(got.Done, into))
		}
		return got.Done, nil
	}
}

func (p *nodePhone) bind(b *bound) {
	if b != nil && b.Device != p.bound {
		p.bound = b.Device
		p.o.Transport.Bind(phone.Credentials{Device: b.Device, RegistryDevice: b.RegistryDevice, Certificate: b.Certificate})
	}
}

// reply is what a call is answered with.
type reply map[string]any

func failed(err error) reply { return reply{"error": errs.CodeOf(err)} }

func (p *nodePhone) serve(m message) reply {
	ctx := context.Background()
	p.bind(m.Bound)
	switch m.Call {
	case "load":
		entries := [][2]any{}
		if err := p.o.Store.Load(ctx, func(key string, value []byte) error {
			if value == nil {
				entries = append(entries, [2]any{key, nil})
			} else {
				entries = append(entries, [2]any{key, value})
			}
			return nil
		}); err != nil {
			return failed(err)
		}
		return reply{"entries": entries}
	case "commit":
		entries := map[string][]byte{}
		for _, e := range m.Entries {
			key, _ := e[0].(string)
			entries[key] = nil
			if text, ok := e[1].(string); ok {
				b, err := json.Marshal(text)
				require.NoError(p.h.t, err)
				var value []byte
				require.NoError(p.h.t, json.Unmarshal(b, &value))
				entries[key] = value
			}
		}
		if err := p.o.Store.Commit(ctx, entries); err != nil {
			return failed(err)
		}
		return reply{}
	case "push":
		return p.answer(p.o.Transport.Push(ctx, m.Device, m.Body))
	case "pull":
		return p.answer(p.o.Transport.Pull(ctx, m.Cursor, m.Limit))
	case "enrol":
		return p.enrolled(p.o.Transport.Enrol(ctx, phone.EnrolRequest{Code: m.Code, Name: m.Name, Platform: m.Platform, Key: p.key(m.Key)}))
	case "fork":
		return p.enrolled(p.o.Transport.Fork(ctx, phone.ForkRequest{Certificate: m.Certificate, Device: m.Device, Key: p.key(m.Key), NewKey: p.key(m.NewKey)}))
	}
	p.h.t.Fatalf("call %q", m.Call)
	return nil
}

func (p *nodePhone) key(name string) *ecdsa.PrivateKey {
	raw, err := hex.DecodeString(name)
	require.NoError(p.h.t, err)
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	require.NoError(p.h.t, err)
	return key
}

func (p *nodePhone) answer(rc io.ReadCloser, err error) reply {
	if err != nil {
		return failed(err)
	}
	b, err := io.ReadAll(rc)
	require.NoError(p.h.t, rc.Close())
	out := reply{"bytes": b}
	if b == nil {
		out["bytes"] = ""
	}
	if err != nil {
		out["error"] = errs.CodeOf(err)
	}
	return out
}

func (p *nodePhone) enrolled(e phone.Enrolment, err error) reply {
	if err != nil {
		return failed(err)
	}
	return reply{"enrolment": map[string]any{"device": e.Device, "registryDevice": e.RegistryDevice, "certificate": e.Certificate, "worker": e.Worker,
		"workerName": e.WorkerName, "grids": e.Grids, "epoch": e.Epoch}}
}

func (p *nodePhone) Enrol(_ context.Context, code, name, platform string) error {
	_, err := p.do(message{Do: "enrol", Code: code, Name: name, Platform: platform}, nil)
	return err
}

func (p *nodePhone) form(m message) (sim.Session, error) {
	var got struct {
		Session int    `json:"session"`
		Record  string `json:"record"`
	}
	if _, err := p.do(m, &got); err != nil {
		return nil, err
	}
	return &nodeSession{p: p, id: got.Session, record: got.Record}, nil
}

func (p *nodePhone) New(stream phone.Stream, form, version, grid string) (sim.Session, error) {
	return p.form(message{Do: "new", Stream: string(stream), Form: form, Version: version, Grid: grid})
}

func (p *nodePhone) Edit(record string) (sim.Session, error) {
	return p.form(message{Do: "edit", Record: record})
}

// Sync and Pull: what was achieved is seen in the simulation; the report is the phone's own.
func (p *nodePhone) Sync(context.Context) (phone.Report, error) {
	_, err := p.do(message{Do: "sync"}, nil)
	return phone.Report{}, err
}

func (p *nodePhone) Pull(context.Context) (phone.PullReport, error) {
	_, err := p.do(message{Do: "pull"}, nil)
	return phone.PullReport{}, err
}

func (p *nodePhone) View(record string) (*phone.View, error) {
	var got struct {
		View struct {
			Record, Form, Version, Grid, Case, Household, Kind, Status string
			State, Base                                                *string
			Unsent, Held, Void                                         int
			Draft                                                      bool
		} `json:"view"`
	}
	if _, err := p.do(message{Do: "view", Record: record}, &got); err != nil {
		return nil, err
	}
	g := got.View
	return &phone.View{Record: g.Record, Form: g.Form, Version: g.Version, Grid: g.Grid, Case: g.Case, Household: g.Household, Kind: wire.Kind(g.Kind),
		Status: g.Status, State: p.state(g.State), Base: p.state(g.Base), Unsent: g.Unsent, Held: g.Held, Void: g.Void, Draft: g.Draft}, nil
}

func (p *nodePhone) state(canonical *string) *crdt.State {
	if canonical == nil {
		return nil
	}
	s, err := crdt.ParseState([]byte(*canonical))
	require.NoError(p.h.t, err, "%s", *canonical)
	return s
}

// must runs a command that cannot fail in Go.
func (p *nodePhone) must(m message, into any) {
	p.h.t.Helper()
	_, err := p.do(m, into)
	require.NoError(p.h.t, err)
}

func (p *nodePhone) list(do string) []string {
	var got struct {
		List []string `json:"list"`
	}
	p.must(message{Do: do}, &got)
	return got.List
}

func (p *nodePhone) Records() []string { return p.list("records") }

func (p *nodePhone) Drafts() []string { return p.list("drafts") }

func (p *nodePhone) Log() []phone.Sent {
	var got struct {
		Log []struct {
			Stream, Device, ID, Record, Status, Code string
			Seq                                      uint64
			Acked, Safe, Kept                        bool
		} `json:"log"`
	}
	p.must(message{Do: "log"}, &got)
	var out []phone.Sent
	for _, s := range got.Log {
		out = append(out, phone.Sent{Stream: phone.Stream(s.Stream), Device: s.Device, Seq: s.Seq, ID: s.ID, Record: s.Record, Status: wire.Status(s.Status),
			Code: errs.Code(s.Code), Acked: s.Acked, Safe: s.Safe, Kept: s.Kept})
	}
	return out
}

func (p *nodePhone) Status() phone.Status {
	var got struct {
		Status struct {
			Enrolled                                                                                            bool
			Worker, WorkerName, Epoch                                                                           string
			Devices                                                                                             map[phone.Stream]string
			Grids                                                                                               []string
			Unsent, Waiting, Quarantined, Void, Unsafe, Records, Stubs, Forks, PendingLeaves, MarkersToHandBack int
			Revoked, Complete                                                                                   bool
			CompleteAt                                                                                          int64
		} `json:"status"`
	}
	p.must(message{Do: "status"}, &got)
	g := got.Status
	return phone.Status{Enrolled: g.Enrolled, Worker: g.Worker, WorkerName: g.WorkerName, Devices: g.Devices, Grids: g.Grids, Epoch: g.Epoch, Unsent: g.Unsent,
		Waiting: g.Waiting, Quarantined: g.Quarantined, Void: g.Void, Unsafe: g.Unsafe, Records: g.Records, Stubs: g.Stubs, Revoked: g.Revoked,
		Complete: g.Complete, CompleteAt: g.CompleteAt, Forks: g.Forks, PendingLeaves: g.PendingLeaves, MarkersToHandBack: g.MarkersToHandBack}
}

// nodeSession is a form that is open on a phone in Node.
type nodeSession struct {
	p      *nodePhone
	id     int
	record string
}

func (s *nodeSession) do(m message, into any) error {
	m.Session = &s.id
	_, err := s.p.do(m, into)
	return err
}

func (s *nodeSession) must(m message) { require.NoError(s.p.h.t, s.do(m, nil)) }

func (s *nodeSession) Record() string { return s.record }

func (s *nodeSession) Screen() *crdt.State {
	var got struct {
		State string `json:"state"`
	}
	require.NoError(s.p.h.t, s.do(message{Do: "screen"}, &got))
	return s.p.state(&got.State)
}

func (s *nodeSession) Set(path, value string) {
	s.must(message{Do: "set", Path: path, Value: &value})
}

func (s *nodeSession) Clear(path string) { s.must(message{Do: "set", Path: path}) }

func (s *nodeSession) Confirm(path string) { s.must(message{Do: "confirm", Path: path}) }

func (s *nodeSession) KeepRow(row string) { s.must(message{Do: "keep", Path: row}) }

func (s *nodeSession) DelRow(row string) { s.must(message{Do: "del", Path: row}) }

func (s *nodeSession) Save(context.Context) error { return s.do(message{Do: "save"}, nil) }

func (s *nodeSession) cut(do string) (*crdt.ChangeSet, error) {
	var got struct {
		Line *string `json:"line"`
	}
	if err := s.do(message{Do: do}, &got); err != nil || got.Line == nil {
		return nil, err
	}
	c, err := wire.Decode([]byte(*got.Line))
	require.NoError(s.p.h.t, err, strconv.Quote(*got.Line))
	return c, nil
}

func (s *nodeSession) Cut(context.Context) (*crdt.ChangeSet, error) { return s.cut("cut") }

func (s *nodeSession) Submit(context.Context) (*crdt.ChangeSet, error) { return s.cut("submit") }

func (s *nodeSession) Leave(context.Context) (*crdt.ChangeSet, error) { return s.cut("leave") }
