package logdb

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
)

// group is what the jobs of one commit share: read once, changed in memory, written once before the commit. Only the
// writer goroutine touches it.
type group struct {
	l       *Log
	streets map[string]*streetRef
	devices map[string]*deviceRef
	records map[string]*recordRef
	cases   map[string]caseRef
	cells   map[blockKey]map[int64]cell
	tallies map[tallyKey]tally
	names   map[cellName]int64 // outlives the commit: a name keeps its number
	version int64              // of the database, when names was last found right
	pruned  map[string]bool    // forms of erased records: their names are looked through at the end

	namesFresh bool // in this commit

	// Slots reserved and not yet used: free..end. They outlive the commit too; one that a rolled back job took is lost.
	free, end, reserve uint64

	slots []uint64   // to destroy once committed
	blobs [][32]byte // likewise
	rows  []int64    // the rows of table destroying that say so

	destroyed []int64 // rows whose work is done, to be deleted by the next commit

	undo []func() // takes back what the present job changed, last first

	buf, scratch, plain []byte // reused
}

type streetRef struct {
	no    int64
	head  sync.Head
	dirty bool
}

type deviceRef struct {
	sync.Device
	no       int64
	known    bool
	last     uint64
	lastHead [32]byte
	dirty    bool
}

// recordRef is what the writer knows of a record's row.
type recordRef struct {
	no, slot uint64
	row      bool // the row is in the table; else materialise or PutRecord inserts it
	stored   bool // Reader.Record finds it
	erased   bool
	street   string
	grid     string
	counted  bool // it takes part in tallies and cells
	tally    tallyKey
	conflict bool
	flagged  bool
	withdraw bool // withdrawals has rows of it
}

type caseRef struct {
	c  sync.Case
	ok bool
}

func newGroup(l *Log) *group { return &group{l: l, names: map[cellName]int64{}, reserve: 16} }

// Begin implements dbfile.Group.
func (g *group) Begin() {
	g.streets = map[string]*streetRef{}
	g.devices = map[string]*deviceRef{}
	g.records = map[string]*recordRef{}
	g.cases = map[string]caseRef{}
	g.cells = map[blockKey]map[int64]cell{}
	g.tallies = map[tallyKey]tally{}
	g.pruned = map[string]bool{}
	g.namesFresh = false
	g.slots, g.blobs, g.rows = nil, nil, nil
}

// Enter implements dbfile.Group.
func (g *group) Enter() { g.undo = g.undo[:0] }

// Undo implements dbfile.Group.
func (g *group) Undo() {
	for _, undo := range slices.Backward(g.undo) {
		undo()
	}
	g.Keep()
}

// Keep implements dbfile.Group.
func (g *group) Keep() {
	clear(g.undo)
	g.undo = g.undo[:0]
}

func (g *group) onUndo(f func()) { g.undo = append(g.undo, f) }

// Flush implements dbfile.Group.
func (g *group) Flush(tx *dbfile.Tx) error {
	for _, s := range g.streets {
		if !s.dirty {
			continue
		}
		var e encoder
		e.text(s.head.Street)
		e.uint(s.head.Seq)
		e.bytes(s.head.Chain[:])
		if _, err := tx.Exec("UPDATE streets SET seq = ?, chain = ?, crc = ? WHERE no = ?", int64(s.head.Seq), s.head.Chain[:], e.crc(), s.no); err != nil {
			return err
		}
	}
	for _, d := range g.devices {
		if d.dirty {
			if err := g.flushDevice(tx, d); err != nil {
				return err
			}
		}
	}
	if err := g.flushCells(tx); err != nil {
		return err
	}
	if err := g.dropNames(tx); err != nil {
		return err
	}
	if err := g.flushTallies(tx); err != nil {
		return err
	}
	if len(g.destroyed) > 0 {
		for _, no := range g.destroyed {
			if _, err := tx.Exec("DELETE FROM destroying WHERE no = ?", no); err != nil {
				return err
			}
		}
		g.destroyed = nil
	}
	return nil
}

func (g *group) flushDevice(tx *dbfile.Tx, d *deviceRef) error {
	var e encoder
	_, err := tx.Exec(`UPDATE devices SET known = ?, street = ?, worker = ?, have = ?, head = ?, safe = ?, last_seen = ?, attested = ?, pulled = ?,
		last = ?, last_head = ?, crc = ? WHERE no = ?`, d.known, d.Street, d.Worker, int64(d.Have), d.Head[:], int64(d.Safe), d.LastSeen,
		int64(d.Attested), int64(d.Pulled), int64(d.last), d.lastHead[:], e.device(d), d.no)
	return err
}

// Committed implements dbfile.Group.
func (g *group) Committed() error {
	if g.l.Committed != nil {
		var heads []sync.Head
		for _, s := range g.streets {
			if s.dirty {
				heads = append(heads, s.head)
			}
		}
		if len(heads) > 0 {
			if err := g.l.Committed(heads); err != nil {
				return err
			}
		}
	}
	if len(g.slots)+len(g.blobs) > 0 {
		if err := g.l.destroy(g.slots, g.blobs); err != nil {
			return err
		}
		g.destroyed = append(g.destroyed, g.rows...)
	}
	return nil
}

// Discarded implements dbfile.Group.
func (g *group) Discarded() {
	clear(g.names)
	g.undo = nil
}

// slot takes a slot for a new record or a new key of an old one.
func (g *group) slot() (uint64, error) {
	if g.free == g.end {
		n := g.reserve
		g.reserve = min(2*n, 1024)
		first, err := g.l.Slots.Reserve(n)
		if err != nil {
			return 0, err
		}
		g.free, g.end = first, first+n
	}
	g.free++
	return g.free - 1, nil
}

func (t *txn) street(code string) (*streetRef, error) {
	g := t.g
	if s := g.streets[code]; s != nil {
		return s, nil
	}
	s := &streetRef{head: sync.Head{Street: code}}
	ok, err := t.loadStreet(s)
	if err != nil {
		return nil, err
	}
	if !ok {
		if code == "" {
			return nil, errs.New(errs.Internal, "log", "no street")
		}
		res, err := t.tx.Exec("INSERT INTO streets (code, seq, chain, crc) VALUES (?, 0, zeroblob(32), 0)", code)
		if err != nil {
			return nil, err
		}
		if s.no, err = res.LastInsertId(); err != nil {
			return nil, err
		}
		s.dirty = true
		g.onUndo(func() { delete(g.streets, code) })
	}
	g.streets[code] = s
	return s, nil
}

// loadStreet reads a street whose code is set.
func (r *reader) loadStreet(s *streetRef) (bool, error) {
	var seq, crc int64
	var chain []byte
	err := r.tx.QueryRow("SELECT no, seq, chain, crc FROM streets WHERE code = ?", s.head.Street).Scan(&s.no, &seq, &chain, &crc)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.head.Seq, s.head.Chain = uint64(seq), hash32(chain)
	return true, checkHead(s.head, crc)
}

func checkHead(h sync.Head, crc int64) error {
	var e encoder
	e.text(h.Street)
	e.uint(h.Seq)
	e.bytes(h.Chain[:])
	if e.crc() != crc {
		return errs.New(errs.Damaged, "read street", "the row of street %s does not pass its check", h.Street)
	}
	return nil
}

// moved saves a street before a job changes it.
func (t *txn) moved(s *streetRef) {
	before := *s
	t.g.onUndo(func() { *s = before })
	s.dirty = true
}

// device returns a device's row, making one where there is none.
func (t *txn) device(id string) (*deviceRef, error) {
	g := t.g
	if d := g.devices[id]; d != nil {
		return d, nil
	}
	d, ok, err := t.loadDevice(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		d = &deviceRef{Device: sync.Device{ID: id}, dirty: true}
		res, err := t.tx.Exec(`INSERT INTO devices (id, known, street, worker, have, head, safe, last_seen, attested, pulled, last, last_head, crc)
			VALUES (?, 0, '', '', 0, zeroblob(32), 0, 0, 0, 0, 0, zeroblob(32), 0)`, id)
		if err != nil {
			return nil, err
		}
		if d.no, err = res.LastInsertId(); err != nil {
			return nil, err
		}
		g.onUndo(func() { delete(g.devices, id) })
	}
	g.devices[id] = d
	return d, nil
}

const deviceColumns = `SELECT no, id, known, street, worker, have, head, safe, last_seen, attested, pulled, last, last_head, crc FROM devices `

type scanner interface{ Scan(dest ...any) error }

func scanDevice(row scanner) (*deviceRef, error) {
	var d deviceRef
	var head, lastHead []byte
	var crc int64
	if err := row.Scan(&d.no, &d.ID, &d.known, &d.Street, &d.Worker, &d.Have, &head, &d.Safe, &d.LastSeen, &d.Attested, &d.Pulled,
		&d.last, &lastHead, &crc); err != nil {
		return nil, err
	}
	d.Head, d.lastHead = hash32(head), hash32(lastHead)
	var e encoder
	if e.device(&d) != crc {
		return &d, errs.New(errs.Damaged, "read device", "the row of device %s does not pass its check", d.ID)
	}
	return &d, nil
}

func (r *reader) loadDevice(id string) (*deviceRef, bool, error) {
	d, err := scanDevice(r.tx.QueryRow(deviceColumns+"WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return d, err == nil, err
}

func (t *txn) changedDevice(d *deviceRef) {
	before := *d
	t.g.onUndo(func() { *d = before })
	d.dirty = true
}

// MoveSafe tells devices how far a verified backup covers them; never back.
func (l *Log) MoveSafe(ctx context.Context, safe map[string]uint64) error {
	for len(safe) > 0 {
		// In portions, so that phones are not kept waiting for a big district.
		part := make(map[string]uint64, 500)
		for id, seq := range safe {
			part[id] = seq
			delete(safe, id)
			if len(part) == 500 {
				break
			}
		}
		err := l.file.Write(ctx, func(tx *dbfile.Tx) error {
			t := &txn{reader: reader{l: l, tx: tx, g: l.group}}
			for id, seq := range part {
				d, err := t.device(id)
				if err != nil {
					return err
				}
				if d.Safe < seq {
					t.changedDevice(d)
					d.Safe = seq
				}
			}
			return nil
		})
		if err != nil {
			return errs.Wrap("move safe", err)
		}
	}
	return nil
}
