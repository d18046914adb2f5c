package logdb_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	gosync "sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/store/keys"
	"ruhu/store/sqlite/logdb"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// interview is a new record of 40 answers.
func interview(i int) (*crdt.ChangeSet, []byte) {
	h := sha256.Sum256(fmt.Appendf(nil, "interview %d", i))
	c := &crdt.ChangeSet{Device: fmt.Sprintf("dv_%016x", i/400), Seq: uint64(i%400 + 1), Epoch: "ep_5c5c5c5c5c5c5c5c", At: 1795420800123 + int64(i)*60000,
		Nonce: fmt.Sprintf("%x", h[:11]), Record: fmt.Sprintf("0192f%03x-%04x-7%03x-8%03x-%x", i/4096%4096, i%4096, h[0], h[1], h[2:8]),
		Form: "hh_sentiment", Version: "2026112301", Grid: fmt.Sprintf("990101001%03d%03d", i/400%16, i/400%5)}
	put := func(path, value string) { c.Set = append(c.Set, crdt.Cell{Path: path, Value: value}) }
	put("@status", "submitted")
	put("case_id", fmt.Sprintf("C%08d", i))
	for q := range 36 {
		put(fmt.Sprintf("sec%c/q%02d", 'a'+q/10, q), fmt.Sprint(1+(int(h[q%32])+q)%5))
	}
	put("opinion/more", []string{"对村里的道路修建比较满意，希望路灯能够早日安装。", "医保报销流程有点复杂，希望能够简化。", "没有意见"}[h[9]%3])
	put("opinion/age", fmt.Sprint(18+h[10]%70))
	c.Normalize()
	return c, c.Encode()
}

// project is a projection of the size the real one has: a packed row and two cells an answer.
func project(in sync.ProjectInput) sync.Projection {
	st := sync.StatusOf(in.Record.State)
	p := sync.Projection{Status: st.Shown, Conflicts: in.Record.State.Conflicts(), Open: true}
	row := survey.Packed{Form: in.Record.Form, Version: in.Record.Version, Grid: in.Record.Grid, Status: st.Shown, Author: "w1", Date: "2026-11-23", Weight: 1}
	row.Cells = make([]survey.PackedCell, 0, 40)
	p.Cells = make([]sync.Contribution, 0, 80)
	base := sync.Contribution{CellKey: sync.CellKey{Grid: in.Record.Grid, PSU: in.Record.Grid, Stratum: "s", Status: st.Shown}, N: 1, W: 1, WW: 1}
	in.Record.State.Visible(func(path string, w crdt.Write) bool {
		if path == "case_id" {
			p.Case = w.Value
			in.LookupCase(p.Case)
		}
		if crdt.Path(path).IsRecord() {
			return true
		}
		row.Cells = append(row.Cells, survey.PackedCell{Path: path, Value: w.Value})
		if len(w.Value) == 1 {
			base.Question, base.Choice = path, ""
			p.Cells = append(p.Cells, base)
			base.Choice = w.Value
			p.Cells = append(p.Cells, base)
		}
		return true
	})
	row.Case = p.Case
	p.Packed = row.Append(nil)
	return p
}

func openLog(t testing.TB, dir string, opt logdb.Options) *logdb.Log {
	t.Helper()
	ring, err := keys.Open(filepath.Join(dir, "keys"), rand.Reader)
	require.NoError(t, err)
	if opt.Stream == "" {
		opt.Stream = sync.Answers
	}
	if opt.Project == nil {
		opt.Project = project
	}
	opt.Slots, opt.Cells, opt.Rand = ring.Slots(keys.Answers), ring.Derive("aggregates:answers"), rand.Reader
	l, err := logdb.Open(filepath.Join(dir, "answers.db"), opt)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close(); ring.Close() })
	return l
}

// store appends a change set and puts its record, as the engine does with a new one.
func store(tx sync.Tx, c *crdt.ChangeSet, body []byte) error {
	l := &sync.Line{Street: c.Grid[:9], Device: c.Device, DevSeq: c.Seq, ID: crdt.IDOf(body), Record: c.Record, Form: c.Form, Version: c.Version,
		Grid: c.Grid, Worker: "us_1", Received: c.At, Effective: c.At, Order: 1, Status: sync.Merged, Body: body}
	if _, _, err := tx.Record(c.Record); err != nil {
		return err
	}
	if _, err := tx.Unsettled(c.Record); err != nil {
		return err
	}
	if err := tx.Append(l); err != nil {
		return err
	}
	r := &sync.Record{ID: c.Record, Street: l.Street, Grid: c.Grid, Form: c.Form, Version: c.Version, Author: "us_1", State: &crdt.State{},
		Created: l.Seq, Changed: l.Seq, Orders: 1, Submitted: c.At}
	r.State.Apply(c, c.At)
	r.Digest = r.State.Digest()
	return tx.PutRecord(r)
}

func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// BenchmarkPutInterviews stores new records of 40 answers in pushes of 100 from 16 phones at once.
func BenchmarkPutInterviews(b *testing.B) {
	dir := b.TempDir()
	l := openLog(b, dir, logdb.Options{Queue: 1000})
	sets, bodies := make([]*crdt.ChangeSet, b.N), make([][]byte, b.N)
	var plain int
	for i := range b.N {
		sets[i], bodies[i] = interview(i)
		plain += len(bodies[i])
	}
	const push = 100
	next := make(chan int, b.N/push+1)
	phones := (b.N + 399) / 400
	for p := range phones {
		next <- p
	}
	close(next)
	b.ReportAllocs()
	b.ResetTimer()
	start := cpu()
	var wg gosync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for p := range next {
				for from := p * 400; from < min((p+1)*400, b.N); from += push {
					err := l.Update(context.Background(), func(tx sync.Tx) error {
						for i := from; i < min(from+push, b.N); i++ {
							if err := store(tx, sets[i], bodies[i]); err != nil {
								return err
							}
						}
						return nil
					})
					require.NoError(b, err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/(cpu()-start), "records/cpu-s")
	b.StopTimer()
	require.NoError(b, l.File().Checkpoint(context.Background()))
	st, err := os.Stat(filepath.Join(dir, "answers.db"))
	require.NoError(b, err)
	b.ReportMetric(float64(st.Size())/float64(b.N), "B/record")
	b.ReportMetric(float64(plain)/float64(b.N), "plainB/record")
	// Without what is derived: the log and the state, their indexes, and what a page leaves empty.
	for _, q := range []string{"UPDATE states SET packed = NULL", "DELETE FROM cell_blocks", "DELETE FROM cell_names", "VACUUM"} {
		require.NoError(b, l.File().Exclusive(context.Background(), q))
	}
	require.NoError(b, l.File().Checkpoint(context.Background()))
	st, err = os.Stat(filepath.Join(dir, "answers.db"))
	require.NoError(b, err)
	b.ReportMetric(float64(st.Size())/float64(b.N), "logB/record")
}

// BenchmarkAppendAndPut is the store alone: states, digests and projections are there before it begins.
func BenchmarkAppendAndPut(b *testing.B) {
	sample := map[string]sync.Projection{}
	l := openLog(b, b.TempDir(), logdb.Options{Queue: 1000, Project: func(in sync.ProjectInput) sync.Projection { return sample[in.Record.ID] }})
	lines, records := make([]*sync.Line, b.N), make([]*sync.Record, b.N)
	for i := range b.N {
		c, body := interview(i)
		lines[i] = &sync.Line{Street: c.Grid[:9], Device: c.Device, DevSeq: c.Seq, ID: crdt.IDOf(body), Record: c.Record, Form: c.Form, Version: c.Version,
			Grid: c.Grid, Worker: "us_1", Received: c.At, Effective: c.At, Order: 1, Status: sync.Merged, Body: body}
		r := &sync.Record{ID: c.Record, Street: c.Grid[:9], Grid: c.Grid, Form: c.Form, Version: c.Version, Author: "us_1", State: &crdt.State{}, Orders: 1}
		r.State.Apply(c, c.At)
		r.Digest = r.State.Digest()
		sample[r.ID] = project(sync.ProjectInput{Record: r, LookupCase: func(string) (sync.Case, bool) { return sync.Case{}, false }})
		records[i] = r
	}
	b.ReportAllocs()
	b.ResetTimer()
	start := cpu()
	for from := 0; from < b.N; from += 1600 {
		require.NoError(b, l.Update(context.Background(), func(tx sync.Tx) error {
			for i := from; i < min(from+1600, b.N); i++ {
				if err := tx.Append(lines[i]); err != nil {
					return err
				}
				records[i].Created, records[i].Changed = lines[i].Seq, lines[i].Seq
				if err := tx.PutRecord(records[i]); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	b.ReportMetric(float64(b.N)/(cpu()-start), "records/cpu-s")
}

// BenchmarkLoneInterviews is 256 phones that push one interview each, again and again.
func BenchmarkLoneInterviews(b *testing.B) {
	l := openLog(b, b.TempDir(), logdb.Options{Queue: 1000})
	next := make(chan int, b.N)
	for i := range b.N {
		next <- i
	}
	close(next)
	b.ResetTimer()
	start := cpu()
	var wg gosync.WaitGroup
	for p := range 256 {
		wg.Go(func() {
			seq := uint64(0)
			for i := range next {
				seq++
				c, _ := interview(i)
				c.Device, c.Seq, c.Grid = fmt.Sprintf("dv_lone%03d", p), seq, fmt.Sprintf("990101001%03d%03d", p%16+1, p%5+1)
				require.NoError(b, l.Update(context.Background(), func(tx sync.Tx) error { return store(tx, c, c.Encode()) }))
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/(cpu()-start), "records/cpu-s")
}

// BenchmarkFloor writes the same bytes with the bare driver: one row a record, 100 rows a statement run, one commit for 1,600.
func BenchmarkFloor(b *testing.B) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "f.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	require.NoError(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE t (k INTEGER PRIMARY KEY, a TEXT, b BLOB, c BLOB, d BLOB)")
	require.NoError(b, err)
	body, state, packed := bytes.Repeat([]byte("b"), 505), bytes.Repeat([]byte("s"), 360), bytes.Repeat([]byte("p"), 700)
	b.ResetTimer()
	start := cpu()
	for i := 0; i < b.N; i += 1600 {
		tx, err := db.Begin()
		require.NoError(b, err)
		st, err := tx.Prepare("INSERT INTO t (a, b, c, d) VALUES (?, ?, ?, ?)")
		require.NoError(b, err)
		for j := i; j < min(i+1600, b.N); j++ {
			_, err := st.Exec("0192f123-1234-7123-8123-123456789012", body, state, packed)
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
	}
	b.ReportMetric(float64(b.N)/(cpu()-start), "records/cpu-s")
}
