package bench

import (
	"context"
	"database/sql"
	"fmt"
	"syscall"

	_ "github.com/mattn/go-sqlite3" // the floor is the raw driver

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// push measures what a durable record costs the server, end to end.
func push(ctx context.Context, o *Options) ([]Line, error) {
	var lines []Line
	for _, c := range []struct{ phones, batch int }{{1, 400}, {16, 400}, {256, 20}, {256, 1}} {
		n := o.Records
		if c.batch == 1 {
			n = min(n, 256*12)
		}
		l, err := pushOnce(ctx, o, c.phones, c.batch, n)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l...)
	}
	return lines, nil
}

func pushOnce(ctx context.Context, o *Options, phones, batch, records int) ([]Line, error) {
	name := fmt.Sprintf("%d phones, %d a push", phones, batch)
	s, err := newSite(ctx, o, fmt.Sprintf("push-%d-%d", phones, batch), phones, 1)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	m, err := newMaker(1)
	if err != nil {
		return nil, err
	}
	perPhone, bodies := make([][]request, phones), [][]byte{}
	for i := range phones {
		l := &log{phone: s.phones[i]}
		if err := m.write(l, records/phones); err != nil {
			return nil, err
		}
		for from := 0; from < len(l.lines); from += batch {
			to := min(from+batch, len(l.lines))
			body, err := zip(l.body(from, to))
			if err != nil {
				return nil, err
			}
			perPhone[i] = append(perPhone[i], request{s.phones[i].token, body, to - from})
		}
		bodies = append(bodies, l.lines...)
	}
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	start := o.Clock.Now()
	if err := drive(ctx, s.url, perPhone); err != nil {
		return nil, err
	}
	wall := o.Clock.Now().Sub(start).Seconds()
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	floor, err := rawFloor(ctx, o, fmt.Sprintf("floor-%d-%d.db", phones, batch), bodies, phones*batch)
	if err != nil {
		return nil, err
	}
	n := float64(len(bodies))
	out := []Line{
		{Bench: "push", What: name, Unit: "records/CPU-s", Value: n / (after - before), Floor: floor, Budget: "6,000, aim 12,000"},
		{Bench: "push", What: name, Unit: "records/s wall", Value: n / wall},
	}
	if phones == 1 {
		stored, err := storedBytes(ctx, o.dir(fmt.Sprintf("push-%d-%d", phones, batch))+"/answers.db", n)
		if err != nil {
			return nil, err
		}
		out = append(out, stored...)
	}
	return out, nil
}

// rawFloor writes the same bytes, and the state each becomes, with the bare driver: one row each, FULL, in groups.
func rawFloor(ctx context.Context, o *Options, name string, bodies [][]byte, group int) (float64, error) {
	const op = "raw floor"
	type pair struct{ body, state []byte }
	rows := make([]pair, len(bodies))
	for i, b := range bodies {
		c, err := wire.Decode(b)
		if err != nil {
			return 0, errs.Wrap(op, err)
		}
		st := &crdt.State{}
		st.Apply(c, c.At)
		rows[i] = pair{b, st.AppendBinary(nil)}
	}
	db, err := sql.Open("sqlite3", "file:"+o.dir(name)+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE rows (seq INTEGER PRIMARY KEY, body BLOB, state BLOB)"); err != nil {
		return 0, errs.Wrap(op, err)
	}
	before := selfCPU()
	for from := 0; from < len(rows); from += group {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return 0, errs.Wrap(op, err)
		}
		stmt, err := tx.PrepareContext(ctx, "INSERT INTO rows (body, state) VALUES (?, ?)")
		if err != nil {
			return 0, errs.Wrap(op, err)
		}
		for _, r := range rows[from:min(from+group, len(rows))] {
			if _, err := stmt.ExecContext(ctx, r.body, r.state); err != nil {
				return 0, errs.Wrap(op, err)
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, errs.Wrap(op, err)
		}
	}
	return float64(len(rows)) / (selfCPU() - before), nil
}

// selfCPU returns the processor seconds of this process.
func selfCPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	sec := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return sec(u.Utime) + sec(u.Stime)
}

// storedBytes says what a record takes: the sealed log line and state, and the whole file with packed rows, aggregates and indexes.
func storedBytes(ctx context.Context, path string, records float64) ([]Line, error) {
	const op = "stored bytes"
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	defer db.Close()
	var lines, states, pages, size float64
	for q, to := range map[string]*float64{
		"SELECT sum(length(body) + length(id) + length(chain) + 24) FROM lines": &lines,
		"SELECT sum(length(state)) FROM states":                                 &states,
		"PRAGMA page_count":                                                     &pages,
		"PRAGMA page_size":                                                      &size,
	} {
		if err := db.QueryRowContext(ctx, q).Scan(to); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	return []Line{
		{Bench: "push", What: "stored bytes a record, log and state, sealed", Unit: "bytes", Value: (lines + states) / records, Budget: "2,200"},
		{Bench: "push", What: "answers.db a record, with packed rows and indexes", Unit: "bytes", Value: pages * size / records},
	}, nil
}
