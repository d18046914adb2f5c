package logdb

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// reader implements sync.Reader on a snapshot, or inside the writer's transaction (g set), where what the group holds in
// memory comes before what is in the tables.
type reader struct {
	l       *Log
	tx      *dbfile.Tx
	g       *group
	streets map[string]int64 // snapshot: numbers by code
	pending []string         // writer: records that have a number and no row yet
}

var _ sync.Reader = (*reader)(nil)

// Epoch implements sync.Reader.
func (r *reader) Epoch() (now string, former []string, err error) {
	rows, err := r.tx.Query("SELECT id, crc FROM epochs ORDER BY no")
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var crc int64
		if err := rows.Scan(&id, &crc); err != nil {
			return "", nil, err
		}
		if crcOf("epoch", id) != crc {
			return "", nil, errs.New(errs.Damaged, "read epoch", "epoch %s does not pass its check", id)
		}
		if now != "" {
			former = append(former, now)
		}
		now = id
	}
	return now, former, rows.Err()
}

// Head implements sync.Reader.
func (r *reader) Head(street string) (sync.Head, error) {
	if r.g != nil {
		if s := r.g.streets[street]; s != nil {
			return s.head, nil
		}
	}
	s := streetRef{head: sync.Head{Street: street}}
	if _, err := r.loadStreet(&s); err != nil {
		return sync.Head{}, err
	}
	return s.head, nil
}

// Heads implements sync.Reader.
func (r *reader) Heads() ([]sync.Head, error) {
	rows, err := r.tx.Query("SELECT code, seq, chain, crc FROM streets ORDER BY code")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sync.Head
	for rows.Next() {
		var h sync.Head
		var chain []byte
		var crc int64
		if err := rows.Scan(&h.Street, &h.Seq, &chain, &crc); err != nil {
			return nil, err
		}
		h.Chain = hash32(chain)
		if r.g != nil {
			if s := r.g.streets[h.Street]; s != nil {
				out = append(out, s.head)
				continue
			}
		}
		if err := checkHead(h, crc); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// streetNo returns a street's number; false where nothing was stored in it.
func (r *reader) streetNo(code string) (int64, bool, error) {
	if r.g != nil {
		if s := r.g.streets[code]; s != nil {
			return s.no, true, nil
		}
	}
	if no, ok := r.streets[code]; ok {
		return no, true, nil
	}
	var no int64
	err := r.tx.QueryRow("SELECT no FROM streets WHERE code = ?", code).Scan(&no)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	if r.g == nil {
		if r.streets == nil {
			r.streets = map[string]int64{}
		}
		r.streets[code] = no
	}
	return no, true, nil
}

// ChainAt implements sync.Reader.
func (r *reader) ChainAt(street string, seq uint64) (chain [32]byte, ok bool, err error) {
	no, ok, err := r.streetNo(street)
	if err != nil || !ok || seq == 0 || seq >= 1<<seqBits {
		return chain, false, err
	}
	var b []byte
	err = r.tx.QueryRow("SELECT chain FROM lines WHERE place = ?1 UNION ALL SELECT chain FROM events WHERE place = ?1", placeOf(no, seq)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return chain, false, nil
	}
	return hash32(b), err == nil, err
}

// Device implements sync.Reader.
func (r *reader) Device(id string) (sync.Device, bool, error) {
	var d *deviceRef
	if r.g != nil {
		d = r.g.devices[id]
	}
	if d == nil {
		var ok bool
		var err error
		if d, ok, err = r.loadDevice(id); err != nil || !ok {
			return sync.Device{ID: id}, false, err
		}
		if r.g != nil {
			r.g.devices[id] = d
		}
	}
	if !d.known {
		return sync.Device{ID: id}, false, nil
	}
	return d.Device, true, nil
}

// Devices implements sync.Reader.
func (r *reader) Devices(street string) ([]sync.Device, error) {
	if r.g != nil {
		for _, d := range r.g.devices {
			if d.dirty {
				if err := r.g.flushDevice(r.tx, d); err != nil {
					return nil, err
				}
			}
		}
	}
	rows, err := r.tx.Query(deviceColumns+"WHERE street = ? AND known = 1 ORDER BY id", street)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sync.Device
	for rows.Next() {
		d, err := scanDevice(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, d.Device)
	}
	return out, rows.Err()
}

// headEvery is how far apart the stored running hashes of a device are.
const headEvery = 32

// HeadAt implements sync.Reader.
func (r *reader) HeadAt(device string, seq uint64) (head [32]byte, err error) {
	if seq == 0 {
		return head, nil
	}
	notFound := errs.New(errs.NotFound, "head", "%s:%d", device, seq)
	var no int64
	if err := r.tx.QueryRow("SELECT no FROM devices WHERE id = ?", device).Scan(&no); errors.Is(err, sql.ErrNoRows) {
		return head, notFound
	} else if err != nil {
		return head, err
	}
	var at int64
	var stored []byte
	err = r.tx.QueryRow("SELECT seq, head FROM device_heads WHERE device = ? AND seq <= ? ORDER BY seq DESC LIMIT 1", no, int64(seq)).Scan(&at, &stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return head, err
	}
	head = hash32(stored)
	rows, err := r.tx.Query("SELECT id FROM lines WHERE device = ? AND dev_seq > ? AND dev_seq <= ? ORDER BY dev_seq", no, at, int64(seq))
	if err != nil {
		return head, err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return head, err
		}
		head = nextHead(head, hash32(id))
		at++
	}
	if err := rows.Err(); err != nil {
		return head, err
	}
	if uint64(at) != seq {
		return [32]byte{}, notFound
	}
	return head, nil
}

func nextHead(head, id [32]byte) [32]byte {
	var b [64]byte
	copy(b[:32], head[:])
	copy(b[32:], id[:])
	return sha256.Sum256(b[:])
}

// lineColumns without the body; lines of records without a row cannot be read, see materialise.
const (
	lineColumns = `SELECT (SELECT s.code FROM streets s WHERE s.no = l.place >> 40), l.place, (SELECT d.id FROM devices d WHERE d.no = l.device), l.dev_seq, l.id,
	coalesce((SELECT r.id FROM records r WHERE r.no = l.rec), ''), coalesce((SELECT r.slot FROM records r WHERE r.no = l.rec), 0), l.form, l.version,
	l.grid, l.worker, l.received, l.effective, l.ord, l.turn, l.status, l.code, l.reason, l.stripped, l.chain, l.crc, `
	withBody = lineColumns + "l.body FROM lines l "
	noBody   = lineColumns + "NULL FROM lines l "
)

// storedLine is a line with what the store keeps beside it.
type storedLine struct {
	sync.Line
	place  int64
	slot   uint64
	chain  [32]byte
	sealed []byte
	reason []byte // sealed
}

var statusNames = [...]sync.LineStatus{1: sync.Merged, 2: sync.Waiting, 3: sync.Quarantined, 4: sync.Void}

func statusNumber(s sync.LineStatus) (int, error) {
	for n, name := range statusNames {
		if n > 0 && name == s {
			return n, nil
		}
	}
	return 0, errs.New(errs.Internal, "store line", "status %q", s)
}

// scanLine reads a row and checks it; unsealBody then opens the body and the reason. A row that does not pass its check comes with the error.
func scanLine(row scanner) (*storedLine, error) {
	var l storedLine
	var id, chain []byte
	var crc int64
	var status int
	if err := row.Scan(&l.Street, &l.place, &l.Device, &l.DevSeq, &id, &l.Record, &l.slot, &l.Form, &l.Version, &l.Grid, &l.Worker, &l.Received,
		&l.Effective, &l.Order, &l.Turn, &status, &l.Code, &l.reason, &l.Stripped, &chain, &crc, &l.sealed); err != nil {
		return nil, err
	}
	l.Seq, l.ID, l.chain = seqOf(l.place), hash32(id), hash32(chain)
	if status > 0 && status < len(statusNames) {
		l.Status = statusNames[status]
	}
	e := make(encoder, 0, 512)
	e.fixedLine(&l.Line)
	if e.lineCRC(&l.Line, l.chain, l.reason) != crc {
		return &l, errs.New(errs.Damaged, "read line", "line %s/%d (%s:%d) of record %s does not pass its check", l.Street, l.Seq, l.Device, l.DevSeq, l.Record)
	}
	return &l, nil
}

// unsealBody opens body and reason. A reason whose key is destroyed is none.
func (r *reader) unsealBody(l *storedLine) error {
	if len(l.reason) > 0 {
		reason, err := r.l.unseal(l.slot, sealReason, l.ID[:], l.reason, "record "+l.Record+", line "+l.Device)
		if err != nil && !keys.IsDestroyed(err) {
			return err
		}
		l.Reason = string(reason)
	}
	if l.sealed == nil {
		return nil
	}
	body, err := r.l.unseal(l.slot, sealBody, l.ID[:], l.sealed, "record "+l.Record+", line "+l.Device)
	l.Body, l.sealed = body, nil
	return err
}

func (r *reader) oneLine(query string, args ...any) (*storedLine, bool, error) {
	if err := r.materialise(); err != nil {
		return nil, false, err
	}
	l, err := scanLine(r.tx.QueryRow(query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err == nil {
		err = r.unsealBody(l)
	}
	return l, err == nil, err
}

// Line implements sync.Reader.
func (r *reader) Line(device string, seq uint64) (sync.Line, bool, error) {
	if r.g != nil {
		if d := r.g.devices[device]; d != nil && seq > d.last {
			return sync.Line{}, false, nil
		}
	}
	l, ok, err := r.oneLine(withBody+"WHERE l.device = (SELECT no FROM devices WHERE id = ?) AND l.dev_seq = ?", device, int64(seq))
	if err != nil || !ok {
		return sync.Line{}, false, err
	}
	return l.Line, true, nil
}

// LineAt implements sync.Reader.
func (r *reader) LineAt(street string, seq uint64) (sync.Line, bool, error) {
	no, ok, err := r.streetNo(street)
	if err != nil || !ok || seq >= 1<<seqBits {
		return sync.Line{}, false, err
	}
	l, ok, err := r.oneLine(withBody+"WHERE l.place = ?", placeOf(no, seq))
	if err != nil || !ok {
		return sync.Line{}, false, err
	}
	return l.Line, true, nil
}

// lines yields what a query finds, bodies unsealed where it asked for them.
func (r *reader) lines(query string, args ...any) iter.Seq2[*storedLine, error] {
	return func(yield func(*storedLine, error) bool) {
		if err := r.materialise(); err != nil {
			yield(nil, err)
			return
		}
		rows, err := r.tx.Query(query, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			l, err := scanLine(rows)
			if err == nil {
				err = r.unsealBody(l)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

const ofRecord = "WHERE l.rec = (SELECT no FROM records WHERE id = ?1) "

// RecordLines implements sync.Reader.
func (r *reader) RecordLines(id string) iter.Seq2[sync.Line, error] {
	return func(yield func(sync.Line, error) bool) {
		for l, err := range r.lines(withBody+ofRecord+"ORDER BY l.place", id) {
			if err != nil {
				yield(sync.Line{}, err)
				return
			}
			if !yield(l.Line, nil) {
				return
			}
		}
	}
}

// Unsettled implements sync.Reader.
func (r *reader) Unsettled(id string) ([]sync.Line, error) {
	if r.g != nil {
		ref, err := r.recordRef(id)
		if err != nil || ref == nil || ref.erased {
			return nil, err
		}
	}
	var out []sync.Line
	for l, err := range r.lines(withBody+ofRecord+"AND l.ord = 0 AND (SELECT status FROM records WHERE id = ?1) <> 'erased' ORDER BY 3, l.dev_seq", id) {
		if err != nil {
			return nil, err
		}
		out = append(out, l.Line)
	}
	return out, nil
}

// UnsettledOf implements sync.Reader.
func (r *reader) UnsettledOf(device, record string, below uint64) (n int, err error) {
	if err := r.materialise(); err != nil {
		return 0, err
	}
	err = r.tx.QueryRow(`SELECT count(*) FROM lines WHERE rec = (SELECT no FROM records WHERE id = ?) AND device = (SELECT no FROM devices WHERE id = ?)
		AND dev_seq < ? AND status IN (2, 3)`, record, device, int64(below)).Scan(&n)
	return n, err
}

// Quarantine implements sync.Reader.
func (r *reader) Quarantine(street string, after uint64, limit int) ([]sync.Line, error) {
	no, ok, err := r.streetNo(street)
	if err != nil || !ok {
		return nil, err
	}
	var out []sync.Line
	for l, err := range r.lines(noBody+"WHERE l.place IN (SELECT place FROM unsettled WHERE place > ? AND place < ?) ORDER BY l.place LIMIT ?",
		placeOf(no, after), placeOf(no+1, 0), limit) {
		if err != nil {
			return nil, err
		}
		out = append(out, l.Line)
	}
	return out, nil
}

// Feed implements sync.Reader.
func (r *reader) Feed(street string, grids []string, after, upTo uint64, limit int) ([]sync.FeedItem, error) {
	no, ok, err := r.streetNo(street)
	if err != nil || !ok || after >= upTo || limit <= 0 {
		return nil, err
	}
	upTo = min(upTo, 1<<seqBits-1)
	allowed := ""
	if grids != nil {
		b, err := json.Marshal(grids)
		if err != nil {
			return nil, errs.Wrap("feed", err)
		}
		allowed = string(b)
	}
	events, err := r.feedEvents(street, placeOf(no, after), placeOf(no, upTo), allowed, limit)
	if err != nil {
		return nil, err
	}
	out := make([]sync.FeedItem, 0, len(events))
	records := r.records(bareRecord+`WHERE r.changed > ? AND r.changed <= ? AND r.status <> 'erased' AND (?3 = '' OR r.grid IN (SELECT value FROM json_each(?3)))
		ORDER BY r.changed LIMIT ?4`, placeOf(no, after), placeOf(no, upTo), allowed, limit)
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		for len(events) > 0 && events[0].Seq <= rec.Changed && len(out) < limit {
			out, events = append(out, events[0]), events[1:]
		}
		if len(out) == limit {
			break
		}
		own := rec.Record
		out = append(out, sync.FeedItem{Seq: own.Changed, Record: &own})
	}
	for len(events) > 0 && len(out) < limit {
		out, events = append(out, events[0]), events[1:]
	}
	return out, nil
}

const eventColumns = `SELECT place, kind, record, grid, worker, prefix, target, detail, at, chain, crc FROM events `

func scanEvent(row scanner, street string) (*sync.Event, [32]byte, error) {
	e := sync.Event{Street: street}
	var place, crc int64
	var chain []byte
	if err := row.Scan(&place, &e.Kind, &e.Record, &e.Grid, &e.Worker, &e.Prefix, &e.Target, &e.Detail, &e.At, &chain, &crc); err != nil {
		return nil, [32]byte{}, err
	}
	e.Seq = seqOf(place)
	var enc encoder
	enc.event(&e)
	enc.bytes(chain)
	if enc.crc() != crc {
		return &e, hash32(chain), errs.New(errs.Damaged, "read event", "event %s/%d of record %s does not pass its check", street, e.Seq, e.Record)
	}
	return &e, hash32(chain), nil
}

func (r *reader) feedEvents(street string, after, upTo int64, allowed string, limit int) ([]sync.FeedItem, error) {
	rows, err := r.tx.Query(eventColumns+`WHERE place > ?1 AND place <= ?2 AND (?3 = '' OR grid IN (SELECT value FROM json_each(?3))) ORDER BY place LIMIT ?4`,
		after, upTo, allowed, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sync.FeedItem
	for rows.Next() {
		e, _, err := scanEvent(rows, street)
		if err != nil {
			return nil, err
		}
		out = append(out, sync.FeedItem{Seq: e.Seq, Event: e})
	}
	return out, rows.Err()
}

// Events implements sync.Reader.
func (r *reader) Events(street string, kinds []sync.EventKind, after uint64, limit int) ([]sync.Event, error) {
	no, ok, err := r.streetNo(street)
	if err != nil || !ok || after >= 1<<seqBits {
		return nil, err
	}
	wanted, err := json.Marshal(kinds)
	if err != nil {
		return nil, errs.Wrap("list events", err)
	}
	rows, err := r.tx.Query(eventColumns+"WHERE place > ?1 AND place < ?2 AND kind IN (SELECT value FROM json_each(?3)) ORDER BY place LIMIT ?4",
		placeOf(no, after), placeOf(no+1, 0), string(wanted), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sync.Event
	for rows.Next() {
		e, _, err := scanEvent(rows, street)
		if err != nil {
			return nil, err
		}
		out = append(out, *e)
	}
	return out, rows.Err()
}

// WithdrawalRecord implements sync.Reader.
func (r *reader) WithdrawalRecord(hash string) (id string, ok bool, err error) {
	err = r.tx.QueryRow("SELECT id FROM records WHERE no IN (SELECT rec FROM withdrawals WHERE hash = ?) ORDER BY id LIMIT 1", hash).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// GridRecords implements sync.Reader.
func (r *reader) GridRecords(street, grid string) iter.Seq2[sync.Record, error] {
	return func(yield func(sync.Record, error) bool) {
		no, ok, err := r.streetNo(street)
		if err != nil || !ok {
			if err != nil {
				yield(sync.Record{}, err)
			}
			return
		}
		for rec, err := range r.records(bareRecord+"WHERE r.grid = ? AND r.status <> '' AND r.street = ? ORDER BY r.id", grid, no) {
			if err != nil {
				yield(sync.Record{}, err)
				return
			}
			if !yield(rec.Record, nil) {
				return
			}
		}
	}
}

// state opens a record's stored state.
func (r *reader) state(rec *storedRecord) (*crdt.State, error) {
	where := "record " + rec.ID
	plain, err := r.l.unseal(rec.slot, sealState, []byte(rec.ID), rec.sealed, where)
	if err != nil {
		return nil, err
	}
	s, err := crdt.DecodeState(plain)
	return s, errs.Wrap(where, err)
}
