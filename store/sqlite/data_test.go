package sqlite_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/store/blob"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/linkdb"
	"ruhu/store/sqlite/logdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/store/storetest"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

const (
	street = "990101001"
	grid   = "990101001001001"
)

// house is an open data directory under test.
type house struct {
	*sqlite.Data
	journal *journal.Journal
	frame   *registrydb.DB
	links   *linkdb.DB
	answers *sync.Service
	close   func() error
	seq     map[string]uint64
}

// openHouse opens everything in a folder, as the program does; what was opened is closed again where something refuses.
func openHouse(dir string) (_ *house, err error) {
	var closers []func() error
	h := &house{seq: map[string]uint64{}}
	h.close = func() error {
		var err error
		for i := len(closers) - 1; i >= 0; i-- {
			err = errors.Join(err, closers[i]())
		}
		closers = nil
		return err
	}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	c := clock.NewManual(time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC))
	d := &sqlite.Data{Dir: dir, Clock: c}
	h.Data = d
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	if d.Keys, err = keys.Open(path(sqlite.KeysDir), rand.Reader); err != nil {
		return nil, err
	}
	closers = append(closers, d.Keys.Close)
	if h.journal, err = journal.Open(path(sqlite.JournalDir), c); err != nil {
		return nil, err
	}
	d.Journal = h.journal
	closers = append(closers, h.journal.Close)
	coreDB, err := core.Open(path(sqlite.CoreFile), nil)
	if err != nil {
		return nil, err
	}
	d.Core = coreDB.File()
	closers = append(closers, coreDB.Close)
	if h.links, err = linkdb.Open(path(sqlite.LinkFile), d.Keys.Slots(keys.Registry), d.Keys.Derive("link"), nil); err != nil {
		return nil, err
	}
	d.Link = h.links.File()
	closers = append(closers, h.links.Close)
	if h.frame, err = registrydb.Open(path(sqlite.RegistryFile), d.Keys.Sealer("registry-identity"), rand.Reader, nil); err != nil {
		return nil, err
	}
	d.Frame = h.frame.File()
	closers = append(closers, h.frame.Close)
	if d.Blobs, err = blob.Open(path(sqlite.BlobsDir), blob.Options{Slots: d.Keys.Slots(keys.Blobs), NameKey: d.Keys.Derive("blob-name"), Clock: c}); err != nil {
		return nil, err
	}
	closers = append(closers, d.Blobs.Close)
	for _, s := range []struct {
		stream sync.Stream
		file   string
		to     **logdb.Log
	}{{sync.Answers, sqlite.AnswersFile, &d.Answers}, {sync.Registry, sqlite.RegistryFile, &d.Registry}} {
		*s.to, err = logdb.Open(path(s.file), logdb.Options{Stream: s.stream, Slots: d.Keys.Slots(string(s.stream)), Cells: d.Keys.Derive("aggregates:" + string(s.stream)),
			Rand: rand.Reader, Project: storetest.Projector, Committed: h.journal.Noter(s.stream), EraseBlob: d.Blobs.EraseFor(string(s.stream))})
		if err != nil {
			return nil, err
		}
		closers = append(closers, (*s.to).Close)
	}
	h.answers, err = sync.New(sync.Config{Store: d.Answers, Stream: sync.Answers, Clock: c, Rand: rand.Reader, CursorKey: d.Keys.Derive("cursor"),
		Journal: h.journal.ForSync(sync.Answers)})
	if err != nil {
		return nil, err
	}
	registry, err := sync.New(sync.Config{Store: d.Registry, Stream: sync.Registry, Clock: c, Rand: rand.Reader, CursorKey: d.Keys.Derive("cursor"),
		Journal: h.journal.ForSync(sync.Registry)})
	if err != nil {
		return nil, err
	}
	if _, err := sync.AlignEpochs(context.Background(), h.answers, registry); err != nil {
		return nil, err
	}
	for e, err := range h.journal.SyncEntries(sync.Answers) {
		if err != nil {
			return nil, err
		}
		if err := h.answers.Replay(context.Background(), e); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func newHouse(t *testing.T, dir string) *house {
	t.Helper()
	h, err := openHouse(dir)
	require.NoError(t, err)
	t.Cleanup(func() { h.close() })
	return h
}

// push sends change sets of one new device through the engine.
func (h *house) push(t *testing.T, device string, sets ...[]string) {
	t.Helper()
	var body, out bytes.Buffer
	now, _, err := h.answers.Epoch(t.Context())
	require.NoError(t, err)
	var head wire.Head
	last := uint64(0)
	require.NoError(t, h.Answers.View(t.Context(), func(r sync.Reader) error {
		d, _, err := r.Device(device)
		last, head = d.Have, wire.Head(d.Head)
		return err
	}))
	fmt.Fprintf(&body, `{"device":%q,"cursor":"","last":%d,"head":%q}`+"\n", device, last, head.String())
	for i, set := range sets {
		c := &crdt.ChangeSet{Device: device, Seq: last + uint64(i) + 1, Epoch: now, At: 1795420800000 + int64(i), Nonce: fmt.Sprintf("nonce-%016d", i), Record: set[0], Form: "f",
			Version: "1", Grid: grid}
		for j := 1; j < len(set); j += 2 {
			c.Set = append(c.Set, crdt.Cell{Path: set[j], Value: set[j+1]})
		}
		c.Normalize()
		body.Write(append(c.Encode(), '\n'))
	}
	author := sync.Author{Device: device, Worker: "us_" + device, Street: street, Role: "worker", Grids: []string{grid}, Confirmed: true}
	res, err := h.answers.Push(t.Context(), author, false, &body, &out)
	require.NoError(t, err, out.String())
	require.Equal(t, len(sets), res.Merged, out.String())
}

// attach stores an attachment for a record and returns its name.
func (h *house) attach(t *testing.T, record string, data []byte) string {
	t.Helper()
	sum := sha256.Sum256(data)
	name := "sha256-" + hex.EncodeToString(sum[:]) + ".jpg"
	require.NoError(t, h.Blobs.Accept(t.Context(), blob.Ref{Stream: "answers", Record: record, Name: name, Device: "dv_1"}, int64(len(data)), bytes.NewReader(data)))
	return name
}

// furnish puts something into every file.
func (h *house) furnish(t *testing.T) {
	t.Helper()
	photo := h.attach(t, "rec-000", bytes.Repeat([]byte("pixels"), 30_000))
	var sets [][]string
	for i := range 30 {
		sets = append(sets, []string{fmt.Sprintf("rec-%03d", i), "case_id", fmt.Sprintf("C%d", i), "q1", fmt.Sprint(i % 4), "text", fmt.Sprintf("canary-%03d", i), "@status", "submitted"})
	}
	sets = append(sets, []string{"rec-000", "photo", photo})
	h.push(t, "dv_1", sets...)
	require.NoError(t, h.Answers.Update(t.Context(), func(tx sync.Tx) error {
		return tx.PutCases([]sync.Case{{No: "C1", Street: street, Grid: grid, Form: "f", Weight: 2}})
	}))
	require.NoError(t, h.Registry.Update(t.Context(), func(tx sync.Tx) error {
		c := &crdt.ChangeSet{Device: "rg_1", Seq: 1, Epoch: "ep_1", At: 1, Nonce: "AAAAAAAAAAAAAAAA", Record: "visit-1", Form: "visit_log", Version: "1", Grid: grid,
			Set: []crdt.Cell{{Path: "result", Value: "home"}}}
		body := c.Encode()
		l := &sync.Line{Street: street, Device: "rg_1", DevSeq: 1, ID: crdt.IDOf(body), Record: "visit-1", Form: "visit_log", Version: "1", Grid: grid, Order: 1,
			Status: sync.Merged, Body: body}
		if err := tx.Append(l); err != nil {
			return err
		}
		r := &sync.Record{ID: "visit-1", Street: street, Grid: grid, Form: "visit_log", Created: l.Seq, Changed: l.Seq, Orders: 1, State: &crdt.State{}}
		r.State.Apply(c, 0)
		r.Digest = r.State.Digest()
		return tx.PutRecord(r)
	}))
	require.NoError(t, h.frame.PutHouseholds(t.Context(), []survey.Household{{Code: "H1", Grid: grid, Address: "canary-address", Weight: 1}}))
}

func (h *house) verify(t *testing.T) sqlite.Report {
	t.Helper()
	r, err := h.Verify(t.Context(), nil)
	require.NoError(t, err)
	return r
}

func (h *house) backup(t *testing.T) (data, keyFile []byte) {
	t.Helper()
	dir := t.TempDir()
	_, err := h.Backup(t.Context(), filepath.Join(dir, "b"), nil)
	require.NoError(t, err)
	return h.read(t, filepath.Join(dir, "b")), h.exportKeys(t)
}

func (h *house) exportKeys(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "k")
	_, err := h.BackupKeys(path)
	require.NoError(t, err)
	return h.read(t, path)
}

func (h *house) read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

func restore(t *testing.T, data, keyFile []byte, dir, oldJournal string) (sqlite.RestoreReport, error) {
	t.Helper()
	return sqlite.Restore(t.Context(), bytes.NewReader(data), bytes.NewReader(keyFile), dir, sqlite.RestoreOptions{Clock: clock.System(), Rand: rand.Reader, Journal: oldJournal})
}

// record reads one record's text answer; ok is false where it is erased or not there.
func (h *house) text(t *testing.T, id string) (text string, ok bool) {
	t.Helper()
	require.NoError(t, h.Answers.View(t.Context(), func(r sync.Reader) error {
		rec, there, err := r.Record(id)
		if err != nil || !there || rec.State.Erased {
			return err
		}
		w, _ := rec.State.Shown("text")
		text, ok = w.Value, true
		return nil
	}))
	return text, ok
}

func everyFile(t *testing.T, dir string) (out []string) {
	t.Helper()
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && !strings.HasPrefix(info.Name(), ".") {
			out = append(out, path)
		}
		return err
	}))
	return out
}
