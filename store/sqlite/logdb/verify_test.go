package logdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

const (
	testStreet = "990101001"
	testGrid   = "990101001001001"
)

// change is one change set of a device, appended and merged as the engine does.
func change(t *testing.T, l *Log, device string, seq uint64, record string, ctx crdt.VV, pairs ...string) {
	t.Helper()
	c := &crdt.ChangeSet{Device: device, Seq: seq, Epoch: "ep_1", At: int64(1000 * seq), Nonce: "AAAAAAAAAAAAAAAAAAAAAA", Record: record, Form: "f", Version: "1", Grid: testGrid, Ctx: ctx}
	for i := 0; i < len(pairs); i += 2 {
		c.Set = append(c.Set, crdt.Cell{Path: pairs[i], Value: pairs[i+1]})
	}
	c.Normalize()
	body := c.Encode()
	require.NoError(t, l.Update(t.Context(), func(tx sync.Tx) error {
		r, ok, err := tx.Record(record)
		if err != nil {
			return err
		}
		if !ok {
			r = sync.Record{ID: record, Street: testStreet, Grid: testGrid, Form: "f", Author: "us_1", State: &crdt.State{}}
		}
		r.Orders++
		line := &sync.Line{Street: testStreet, Device: device, DevSeq: seq, ID: crdt.IDOf(body), Record: record, Form: "f", Version: "1", Grid: testGrid,
			Worker: "us_1", Received: 5, Effective: c.At, Order: r.Orders, Status: sync.Merged, Body: body}
		if err := tx.Append(line); err != nil {
			return err
		}
		dev, _, err := tx.Device(device)
		if err != nil {
			return err
		}
		dev.ID, dev.Street, dev.Worker, dev.Have, dev.Head = device, testStreet, "us_1", seq, nextHead(dev.Head, line.ID)
		if err := tx.PutDevice(&dev); err != nil {
			return err
		}
		r.State.Apply(c, line.Effective)
		r.Version, r.Changed, r.Digest = "1", line.Seq, r.State.Digest()
		if r.Created == 0 {
			r.Created = line.Seq
		}
		return tx.PutRecord(&r)
	}))
}

// district fills a log with something of everything.
func district(t *testing.T, l *Log) {
	t.Helper()
	require.NoError(t, l.Update(t.Context(), func(tx sync.Tx) error {
		if err := tx.NewEpoch("ep_1"); err != nil {
			return err
		}
		if err := tx.RememberIdempotent("us_9", "k1", [32]byte{1}, []byte(`{"at":1}`)); err != nil {
			return err
		}
		return tx.PutCases([]sync.Case{{No: "C1", Street: testStreet, Grid: testGrid, Form: "f", Weight: 2.75}})
	}))
	for i := range 40 {
		change(t, l, "dv_1", uint64(i+1), fmt.Sprintf("rec-%02d", i), nil, "case_id", "C1", "q1", fmt.Sprint(i%5), "text", "a longer answer of record "+fmt.Sprint(i), "@withdrawal", "hash"+fmt.Sprint(i))
	}
	change(t, l, "dv_2", 1, "rec-00", crdt.VV{"dv_1": 1}, "q1", "7", "photo", "sha256-"+strings.Repeat("ab", 32)+".jpg")
	change(t, l, "dv_2", 2, "rec-01", nil, "q1", "other")
	require.NoError(t, l.Update(t.Context(), func(tx sync.Tx) error {
		body := []byte(`{"not":"merged"}`)
		for i, status := range []sync.LineStatus{sync.Waiting, sync.Quarantined} {
			if err := tx.Append(&sync.Line{Street: testStreet, Device: "dv_3", DevSeq: uint64(i + 1), ID: crdt.IDOf(body), Record: "rec-new", Status: status, Body: body}); err != nil {
				return err
			}
		}
		if err := tx.Append(&sync.Line{Street: testStreet, Device: "dv_3", DevSeq: 3, ID: crdt.ID{9}, Status: sync.Void, Code: errs.Malformed}); err != nil {
			return err
		}
		e := sync.Event{Street: testStreet, Kind: sync.EventErase, Record: "rec-05", Grid: testGrid}
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
		return tx.Erase(testStreet, "rec-05")
	}))
	require.NoError(t, l.Update(t.Context(), func(tx sync.Tx) error {
		e := sync.Event{Street: testStreet, Kind: sync.EventWithhold, Record: "rec-06", Grid: testGrid, Prefix: "text"}
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
		if err := tx.Withhold("rec-06", []string{"text"}); err != nil {
			return err
		}
		r, _, err := tx.Record("rec-06")
		if err != nil {
			return err
		}
		r.State.Withhold("text")
		r.Changed, r.Digest = e.Seq, r.State.Digest()
		return tx.PutRecord(&r)
	}))
}

func verify(t *testing.T, l *Log) (Checked, []Fault) {
	t.Helper()
	var faults []Fault
	c, err := l.Verify(context.Background(), Check{Fault: func(f Fault) { faults = append(faults, f) }})
	require.NoError(t, err)
	return c, faults
}

func TestVerifyOfASoundLog(t *testing.T) {
	o := openTest(t, t.TempDir(), Options{})
	district(t, o.Log)
	c, faults := verify(t, o.Log)
	require.Empty(t, faults)
	require.Equal(t, Checked{Records: 41, Changesets: 45}, c)
}

func TestVerifyNamesWhatWasChanged(t *testing.T) {
	dir := t.TempDir()
	o := openTest(t, dir, Options{})
	district(t, o.Log)
	for _, c := range []struct{ change, record, place string }{
		{"UPDATE lines SET grid = '990101001001002' WHERE dev_seq = 4 AND device = 1", "rec-03", "sequence 4"},
		{"UPDATE lines SET effective = effective + 1 WHERE dev_seq = 4 AND device = 1", "rec-03", "sequence 4"},
		{"UPDATE lines SET id = zeroblob(32) WHERE dev_seq = 4 AND device = 1", "rec-03", "sequence 4"},
		{"UPDATE lines SET code = 'x' WHERE status = 3", "rec-new", "sequence 44"},
		{"UPDATE lines SET body = substr(body, 1, length(body) - 1) || x'00' WHERE dev_seq = 8 AND device = 1", "rec-07", "sequence 8"},
		{"UPDATE lines SET body = NULL WHERE dev_seq = 8 AND device = 1", "rec-07", "sequence 8"},
		{"UPDATE lines SET body = (SELECT body FROM lines WHERE dev_seq = 9 AND device = 1) WHERE dev_seq = 8 AND device = 1", "rec-07", "sequence 8"},
		{"DELETE FROM lines WHERE dev_seq = 8 AND device = 1", "", "street"},
		{"UPDATE events SET grid = '' WHERE kind = 'erase'", "rec-05", "street"},
		{"UPDATE records SET status = 'approved' WHERE id = 'rec-09'", "rec-09", "records"},
		{"UPDATE records SET slot = slot + 1 WHERE id = 'rec-09'", "rec-09", "records"},
		{"UPDATE states SET state = (SELECT state FROM states WHERE no = 12) WHERE no = 11", "rec-10", "records"},
		{"UPDATE states SET packed = x'00' WHERE no = 11", "rec-10", "records"},
		{"DELETE FROM states WHERE no = 11", "rec-10", "states"},
		{"UPDATE devices SET have = 39 WHERE id = 'dv_1'", "", "device dv_1"},
		{"UPDATE device_heads SET head = zeroblob(32)", "", "device dv_1"},
		{"UPDATE streets SET seq = seq - 1", "", "street"},
		{"UPDATE cases SET weight = 2.5", "", "case C1"},
		{"UPDATE idempotency SET outcome = x''", "", "idempotency"},
		{"UPDATE epochs SET id = 'ep_2'", "", "epochs"},
		{"UPDATE tallies SET n = n + 1", "", "tallies"},
		{"UPDATE cell_names SET choice = 'z' WHERE no = 1", "", "cell_names"},
		{"UPDATE cell_blocks SET cells = zeroblob(60)", "", "aggregates"},
		{"UPDATE cell_blocks SET status = 'approved'", "", "aggregates"},
		{"DELETE FROM cell_blocks", "", "aggregates"},
		{"UPDATE withdrawals SET hash = 'h' WHERE hash = 'hash3'", "rec-03", "withdrawals"},
		{"DELETE FROM blob_refs", "", "blob_refs"},
		{"DELETE FROM unsettled", "", "unsettled"},
	} {
		t.Run(c.change, func(t *testing.T) {
			undo := copyOf(t, o)
			defer undo()
			require.NoError(t, o.file.Exclusive(t.Context(), c.change))
			_, faults := verify(t, o.Log)
			require.NotEmpty(t, faults)
			named := false
			for _, f := range faults {
				named = named || (c.record == "" || f.Record == c.record) && strings.Contains(f.Place, c.place)
			}
			require.True(t, named, "%v", faults)
		})
	}
}

// copyOf keeps the database's rows aside and returns what puts them back.
func copyOf(t *testing.T, o *opened) func() {
	t.Helper()
	side := filepath.Join(t.TempDir(), "side.db")
	require.NoError(t, o.file.Exclusive(t.Context(), "VACUUM INTO '"+side+"'"))
	return func() {
		require.NoError(t, o.file.Exclusive(context.Background(), "ATTACH '"+side+"' AS side"))
		for _, table := range []string{"lines", "events", "records", "states", "devices", "device_heads", "streets", "cases", "idempotency", "epochs", "tallies", "cell_names",
			"cell_blocks", "withdrawals", "blob_refs", "unsettled"} {
			require.NoError(t, o.file.Exclusive(context.Background(), "DELETE FROM "+table))
			require.NoError(t, o.file.Exclusive(context.Background(), "INSERT INTO "+table+" SELECT * FROM side."+table))
		}
		require.NoError(t, o.file.Exclusive(context.Background(), "DETACH side"))
	}
}

func TestRebuildGivesTheSameAggregates(t *testing.T) {
	o := openTest(t, t.TempDir(), Options{})
	district(t, o.Log)
	before := aggregates(t, o.Log)
	require.NotEmpty(t, before)
	require.NoError(t, o.Rebuild(t.Context(), func(int64) {}))
	require.Equal(t, before, aggregates(t, o.Log))
	_, faults := verify(t, o.Log)
	require.Empty(t, faults)
	// Interrupted: the next Open ends it.
	require.NoError(t, o.MarkForRebuild(t.Context()))
	for _, q := range []string{"UPDATE states SET packed = NULL", "DELETE FROM cell_blocks", "DELETE FROM tallies", "DELETE FROM cell_names"} {
		require.NoError(t, o.file.Exclusive(t.Context(), q))
	}
	require.NoError(t, o.Close())
	again := openTest(t, o.dir, Options{})
	require.Equal(t, before, aggregates(t, again.Log))
	change(t, again.Log, "dv_1", 41, "rec-00", nil, "q1", "3")
	_, faults = verify(t, again.Log)
	require.Empty(t, faults)
}

func aggregates(t *testing.T, l *Log) (out []string) {
	t.Helper()
	require.NoError(t, l.Records().Snapshot(t.Context(), func(s survey.Snapshot) error {
		for c, err := range s.Cells(survey.CellFilter{}) {
			require.NoError(t, err)
			out = append(out, fmt.Sprintf("%+v", c))
		}
		list, err := s.Statuses(survey.RowFilter{})
		require.NoError(t, err)
		out = append(out, fmt.Sprintf("%+v", list))
		return nil
	}))
	return out
}

func TestErasureInterruptedByACrashEndsAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	o := openTest(t, dir, Options{})
	change(t, o.Log, "dv_1", 1, "r1", nil, "q1", "a")
	var slot uint64
	require.NoError(t, o.view(t.Context(), func(r *reader) error {
		return r.tx.QueryRow("SELECT slot FROM records").Scan(&slot)
	}))
	// What a crash right after the commit leaves: the row in destroying, the key still there.
	require.NoError(t, o.file.Write(t.Context(), func(tx *dbfile.Tx) error {
		_, err := tx.Exec("INSERT INTO destroying (slot) VALUES (?)", int64(slot))
		return err
	}))
	require.NoError(t, o.Close())
	o = openTest(t, dir, Options{})
	_, err := o.Slots.Sealer(slot)
	require.True(t, keys.IsDestroyed(err))
	require.NoError(t, o.view(t.Context(), func(r *reader) error {
		var n int
		require.NoError(t, r.tx.QueryRow("SELECT count(*) FROM destroying").Scan(&n))
		require.Zero(t, n)
		return nil
	}))
}

func TestAttachmentDiesWithItsLastRecord(t *testing.T) {
	var erased [][32]byte
	o := openTest(t, t.TempDir(), Options{EraseBlob: func(h [32]byte) error { erased = append(erased, h); return nil }})
	photo := "sha256-" + strings.Repeat("cd", 32) + ".jpg"
	change(t, o.Log, "dv_1", 1, "r1", nil, "photo", photo)
	change(t, o.Log, "dv_1", 2, "r2", nil, "photo", photo)
	erase := func(id string) {
		require.NoError(t, o.Update(t.Context(), func(tx sync.Tx) error { return tx.Erase(testStreet, id) }))
	}
	erase("r1")
	require.Empty(t, erased)
	erase("r2")
	require.Len(t, erased, 1)
	require.Equal(t, byte(0xcd), erased[0][0])
	require.Zero(t, o.file.WALBytes(), "the write-ahead log is empty after an erasure")
}

func TestASealedBlockLeavesNoTraceOfItsCells(t *testing.T) {
	o := openTest(t, t.TempDir(), Options{})
	change(t, o.Log, "dv_1", 1, "r1", nil, "q1", "a")
	b, err := os.ReadFile(o.file.Path() + "-wal")
	require.NoError(t, err)
	require.Contains(t, string(b), "r1")
	require.NotContains(t, string(b), `"q1":"a"`)
}
