package logdb

import (
	"database/sql"
	"errors"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// txn implements sync.Tx: one job of the writer.
type txn struct {
	reader
	stripped bool // bytes went that must leave the write-ahead log too
}

var _ sync.Tx = (*txn)(nil)

// numbered returns a record's ref, giving it a number and a key where it has none.
func (t *txn) numbered(id string) (*recordRef, error) {
	ref, err := t.recordRef(id)
	if err != nil || ref != nil {
		return ref, err
	}
	no, err := t.g.slot()
	if err != nil {
		return nil, err
	}
	ref = &recordRef{no: no, slot: no}
	t.g.records[id] = ref
	t.pending = append(t.pending, id)
	g := t.g
	g.onUndo(func() { delete(g.records, id) })
	return ref, nil
}

// Append implements sync.Tx.
func (t *txn) Append(l *sync.Line) error {
	s, err := t.street(l.Street)
	if err != nil {
		return err
	}
	d, err := t.device(l.Device)
	if err != nil {
		return err
	}
	if l.DevSeq != d.last+1 {
		return errs.New(errs.Conflict, "append", "%s:%d after %d", l.Device, l.DevSeq, d.last)
	}
	status, err := statusNumber(l.Status)
	if err != nil {
		return err
	}
	var rec any
	var body []byte
	slot := uint64(0)
	if l.Record != "" {
		ref, err := t.numbered(l.Record)
		if err != nil {
			return err
		}
		slot = ref.slot
		rec = int64(ref.no)
		if l.Body != nil {
			if ref.erased {
				return errs.New(errs.Erased, "append", "a body of the erased record %s", l.Record)
			}
			if body, err = t.sealBody(ref, l); err != nil {
				return err
			}
		}
	} else if l.Body != nil {
		return errs.New(errs.Internal, "append", "%s:%d has a body and no record", l.Device, l.DevSeq)
	}
	t.moved(s)
	s.head.Seq++
	l.Seq = s.head.Seq
	e := encoder(t.g.buf[:0])
	e.fixedLine(l)
	s.head.Chain = nextChain(s.head.Chain, e, &t.g.scratch)
	reason, err := t.l.sealReason(slot, l, &t.g.scratch)
	if err != nil {
		return err
	}
	crc := e.lineCRC(l, s.head.Chain, reason)
	t.g.buf = e
	t.changedDevice(d)
	d.last++
	d.lastHead = nextHead(d.lastHead, l.ID)
	if d.last%headEvery == 0 {
		if _, err := t.tx.Exec("INSERT INTO device_heads (device, seq, head) VALUES (?, ?, ?)", d.no, int64(d.last), d.lastHead[:]); err != nil {
			return err
		}
	}
	_, err = t.tx.Exec(`INSERT INTO lines (place, device, dev_seq, id, rec, form, version, grid, worker, received, effective, ord, turn, status, code, reason,
		stripped, chain, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		placeOf(s.no, l.Seq), d.no, int64(l.DevSeq), l.ID[:], rec, l.Form, l.Version, l.Grid, l.Worker, l.Received, l.Effective,
		int64(l.Order), int64(l.Turn), status, string(l.Code), orEmpty(reason), l.Stripped, s.head.Chain[:], crc, body)
	if err != nil {
		return err
	}
	return t.noteUnsettled(placeOf(s.no, l.Seq), l.Status, true)
}

// orEmpty is what a column holds where there is nothing sealed.
func orEmpty(sealed []byte) any {
	if sealed == nil {
		return ""
	}
	return sealed
}

// noteUnsettled lists a line among those the office has to decide on, or takes it off.
func (t *txn) noteUnsettled(place int64, s sync.LineStatus, fresh bool) error {
	if s == sync.Waiting || s == sync.Quarantined {
		_, err := t.tx.Exec("INSERT OR IGNORE INTO unsettled (place) VALUES (?)", place)
		return err
	}
	if fresh {
		return nil
	}
	_, err := t.tx.Exec("DELETE FROM unsettled WHERE place = ?", place)
	return err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (t *txn) sealBody(ref *recordRef, l *sync.Line) ([]byte, error) {
	key, err := t.l.Slots.Sealer(ref.slot)
	if err != nil {
		return nil, err
	}
	if err := t.refer(ref, l.Body); err != nil {
		return nil, err
	}
	return t.l.seal(key, sealBody, l.ID[:], l.Body, &t.g.scratch)
}

// refer notes the attachments a body names.
func (t *txn) refer(ref *recordRef, body []byte) error {
	for _, hash := range blobsIn(body) {
		if _, err := t.tx.Exec("INSERT OR IGNORE INTO blob_refs (hash, rec) VALUES (?, ?)", hash[:], int64(ref.no)); err != nil {
			return err
		}
		// A reference that returns before its destruction was carried out saves it.
		if _, err := t.tx.Exec("DELETE FROM destroying WHERE blob = ?", hash[:]); err != nil {
			return err
		}
		if slices.Contains(t.g.blobs, hash) {
			g, before := t.g, t.g.blobs
			g.onUndo(func() { g.blobs = before })
			g.blobs = slices.DeleteFunc(slices.Clone(before), func(h [32]byte) bool { return h == hash })
		}
	}
	return nil
}

// AppendEvent implements sync.Tx.
func (t *txn) AppendEvent(e *sync.Event) error {
	s, err := t.street(e.Street)
	if err != nil {
		return err
	}
	t.moved(s)
	s.head.Seq++
	e.Seq = s.head.Seq
	enc := encoder(t.g.buf[:0])
	enc.event(e)
	s.head.Chain = nextChain(s.head.Chain, enc, &t.g.scratch)
	enc.bytes(s.head.Chain[:])
	_, err = t.tx.Exec(`INSERT INTO events (place, kind, record, grid, worker, prefix, target, detail, at, chain, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		placeOf(s.no, e.Seq), string(e.Kind), e.Record, e.Grid, e.Worker, e.Prefix, int64(e.Target), e.Detail, e.At, s.head.Chain[:], enc.crc())
	t.g.buf = enc
	return err
}

// SettleLine implements sync.Tx.
func (t *txn) SettleLine(l *sync.Line, dropBody bool) error {
	status, err := statusNumber(l.Status)
	if err != nil {
		return err
	}
	if err := t.materialise(); err != nil {
		return err
	}
	own, err := scanLine(t.tx.QueryRow(noBody+"WHERE l.device = (SELECT no FROM devices WHERE id = ?) AND l.dev_seq = ?", l.Device, int64(l.DevSeq)))
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "settle line", "%s:%d", l.Device, l.DevSeq)
	}
	if err != nil {
		return err
	}
	own.Status, own.Code, own.Order, own.Turn, own.Reason = l.Status, l.Code, l.Order, l.Turn, l.Reason
	reason, err := t.l.sealReason(own.slot, &own.Line, &t.g.scratch)
	if err != nil {
		return err
	}
	var e encoder
	e.fixedLine(&own.Line)
	drop := dropBody && l.Status == sync.Void
	t.stripped = t.stripped || drop
	_, err = t.tx.Exec(`UPDATE lines SET status = ?, code = ?, ord = ?, turn = ?, reason = ?, crc = ?, body = CASE WHEN ? THEN NULL ELSE body END WHERE place = ?`,
		status, string(own.Code), int64(own.Order), int64(own.Turn), orEmpty(reason), e.lineCRC(&own.Line, own.chain, reason), drop, own.place)
	if err != nil {
		return err
	}
	return t.noteUnsettled(own.place, l.Status, false)
}

// PutRecord implements sync.Tx.
func (t *txn) PutRecord(r *sync.Record) error {
	s, err := t.street(r.Street)
	if err != nil {
		return err
	}
	if r.Changed == 0 || r.Changed > s.head.Seq {
		return errs.New(errs.Internal, "put record", "%s changed at %d of %d", r.ID, r.Changed, s.head.Seq)
	}
	ref, err := t.numbered(r.ID)
	if err != nil {
		return err
	}
	if ref.erased || r.State == nil || r.State.Erased {
		return errs.New(errs.Erased, "put record", "record %s", r.ID)
	}
	r.Projection = t.l.Project(sync.ProjectInput{Record: r, LookupCase: t.lookupCase})
	key, err := t.l.Slots.Sealer(ref.slot)
	if err != nil {
		return err
	}
	before, err := t.uncount(ref)
	if err != nil {
		return err
	}
	packed, err := t.recount(before, ref, s.no, r)
	if err != nil {
		return err
	}
	if packed, err = t.l.seal(key, sealPacked, []byte(r.ID), packed, &t.g.scratch); err != nil {
		return err
	}
	t.g.plain = r.State.AppendBinary(t.g.plain[:0])
	state, err := t.l.seal(key, sealState, []byte(r.ID), t.g.plain, &t.g.scratch)
	if err != nil {
		return err
	}
	if err := t.withdrawals(ref, r.State); err != nil {
		return err
	}
	e := encoder(t.g.buf[:0])
	crc := e.record(r, int64(ref.slot))
	t.g.buf = e
	var created any
	if r.Created > 0 {
		created = placeOf(s.no, r.Created)
	}
	changed := placeOf(s.no, r.Changed)
	assignees, conflicts, flags := joinLines(r.Assignees), joinLines(r.Conflicts), joinLines(r.Flags)
	if ref.row {
		_, err = t.tx.Exec(`UPDATE records SET street = ?, grid = ?, form = ?, version = ?, author = ?, assignees = ?, digest = ?, created = ?, changed = ?,
			orders = ?, submitted = ?, case_no = ?, status = ?, conflicts = ?, flags = ?, open = ?, edit_until = ?, crc = ? WHERE no = ?`,
			s.no, r.Grid, r.Form, r.Version, r.Author, assignees, r.Digest[:], created, changed, int64(r.Orders), r.Submitted, orNull(r.Case), r.Status,
			conflicts, flags, r.Open, r.EditUntil, crc, int64(ref.no))
	} else {
		_, err = t.tx.Exec(`INSERT INTO records (street, grid, form, version, author, assignees, digest, created, changed, orders, submitted, case_no, status,
			conflicts, flags, open, edit_until, crc, no, id, slot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			s.no, r.Grid, r.Form, r.Version, r.Author, assignees, r.Digest[:], created, changed, int64(r.Orders), r.Submitted, orNull(r.Case), r.Status,
			conflicts, flags, r.Open, r.EditUntil, crc, int64(ref.no), r.ID, int64(ref.slot))
	}
	if err != nil {
		return err
	}
	if before.stored {
		_, err = t.tx.Exec("UPDATE states SET state = ?, packed = ? WHERE no = ?", state, packed, int64(ref.no))
	} else {
		_, err = t.tx.Exec("INSERT INTO states (state, packed, no) VALUES (?, ?, ?)", state, packed, int64(ref.no))
	}
	ref.row = true
	return err
}

// uncount takes what the record added out of aggregates and tallies, and returns what was known of it before. The ref
// is saved against undo. A record without a packed row adds nothing: it was restored and is not projected again yet.
func (t *txn) uncount(ref *recordRef) (before recordRef, err error) {
	before = *ref
	t.g.onUndo(func() { *ref = before })
	if !ref.counted {
		return before, nil
	}
	var id string
	var sealed []byte
	if err := t.tx.QueryRow("SELECT (SELECT r.id FROM records r WHERE r.no = t.no), t.packed FROM states t WHERE t.no = ?", int64(ref.no)).Scan(&id, &sealed); err != nil {
		return before, err
	}
	if sealed == nil {
		return before, nil
	}
	street, ok, err := t.streetNo(ref.street)
	if err != nil || !ok {
		return before, errors.Join(err, missing(ok, ref.street))
	}
	k := ref.tally
	k.street = street
	t.g.tallyBy(k, tallyOf(ref, -1))
	plain, err := t.l.unseal(ref.slot, sealPacked, []byte(id), sealed, "record "+id)
	if err != nil {
		return before, err
	}
	_, rest, err := splitPacked(plain)
	if err != nil {
		return before, err
	}
	list, err := readContributions(rest)
	if err != nil {
		return before, err
	}
	t.g.count(list, true)
	return before, nil
}

func missing(ok bool, street string) error {
	if ok {
		return nil
	}
	return errs.New(errs.Damaged, "read street", "street %s has no row", street)
}

func tallyOf(ref *recordRef, n int64) (d tally) {
	d.n = n
	if ref.conflict {
		d.conflicts = n
	}
	if ref.flagged {
		d.flagged = n
	}
	return d
}

// recount adds what the record adds now, and returns the packed row with it.
func (t *txn) recount(before recordRef, ref *recordRef, street int64, r *sync.Record) ([]byte, error) {
	ref.stored, ref.erased = true, false
	ref.street, ref.grid = r.Street, r.Grid
	ref.counted = r.Created > 0
	ref.conflict, ref.flagged = len(r.Conflicts) > 0, len(r.Flags) > 0
	ref.tally = tallyKey{grid: r.Grid, form: r.Form, status: r.Status}
	var list []contribution
	if ref.counted {
		k := ref.tally
		k.street = street
		t.g.tallyBy(k, tallyOf(ref, 1))
		var err error
		if list, err = t.contributionsOf(street, r.Form, r.Cells); err != nil {
			return nil, err
		}
		t.g.count(list, false)
	}
	var e encoder = t.g.plain[:0]
	e.bytes(r.Packed)
	t.g.plain = appendContributions(e, list)
	return t.g.plain, nil
}

// splitPacked parts what recount put together.
func splitPacked(b []byte) (row, contributions []byte, err error) {
	r := cellReader{b: b}
	row = r.take(r.uvarint())
	if r.bad {
		return nil, nil, errs.New(errs.Damaged, "read packed row", "cut short")
	}
	return row, r.b, nil
}

func (t *txn) withdrawals(ref *recordRef, s *crdt.State) error {
	live := s.Siblings(sync.PathWithdrawal)
	if ref.withdraw {
		if _, err := t.tx.Exec("DELETE FROM withdrawals WHERE rec = ?", int64(ref.no)); err != nil {
			return err
		}
	}
	ref.withdraw = len(live) > 0
	for _, w := range live {
		if w.Null || w.Value == "" {
			continue
		}
		if _, err := t.tx.Exec("INSERT OR IGNORE INTO withdrawals (hash, rec) VALUES (?, ?)", w.Value, int64(ref.no)); err != nil {
			return err
		}
	}
	return nil
}

// lookupCase reads a case once a commit. An error shows when the job's next statement fails; a case that cannot be read is
// one that is not known.
func (t *txn) lookupCase(no string) (sync.Case, bool) {
	if c, seen := t.g.cases[no]; seen {
		return c.c, c.ok
	}
	c, ok, err := t.caseOf(no)
	if err == nil {
		t.g.cases[no] = caseRef{c, ok}
	}
	return c, ok
}

func (r *reader) caseOf(no string) (c sync.Case, ok bool, err error) {
	c, err = scanCase(r.tx.QueryRow(caseColumns+"WHERE no = ?", no))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

const caseColumns = `SELECT no, street, grid, form, stratum, psu, weight, fpc1, fpc2, crc FROM cases `

func scanCase(row scanner) (c sync.Case, err error) {
	var crc int64
	if err := row.Scan(&c.No, &c.Street, &c.Grid, &c.Form, &c.Stratum, &c.PSU, &c.Weight, &c.FPC1, &c.FPC2, &crc); err != nil {
		return c, err
	}
	var e encoder
	if e.caseOf(&c) != crc {
		return c, errs.New(errs.Damaged, "read case", "the row of case %s does not pass its check", c.No)
	}
	return c, nil
}

// PutCases implements sync.Tx. Records that came before their case was known, or whose case changed, are projected again:
// their weight is another one now.
func (t *txn) PutCases(cases []sync.Case) error {
	for i := range cases {
		c := &cases[i]
		before, known, err := t.caseOf(c.No)
		if err != nil {
			return err
		}
		if known && before == *c {
			continue
		}
		var e encoder
		if _, err := t.tx.Exec(`INSERT INTO cases (no, street, grid, form, stratum, psu, weight, fpc1, fpc2, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (no) DO UPDATE SET street = excluded.street, grid = excluded.grid, form = excluded.form, stratum = excluded.stratum,
			psu = excluded.psu, weight = excluded.weight, fpc1 = excluded.fpc1, fpc2 = excluded.fpc2, crc = excluded.crc`,
			c.No, c.Street, c.Grid, c.Form, c.Stratum, c.PSU, c.Weight, c.FPC1, c.FPC2, e.caseOf(c)); err != nil {
			return err
		}
		g, no := t.g, c.No
		delete(g.cases, no)
		g.onUndo(func() { delete(g.cases, no) })
		if err := t.projectCase(no); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) projectCase(no string) error {
	if t.l.Project == nil {
		return nil
	}
	rows, err := t.tx.Query("SELECT id FROM records WHERE case_no = ? AND created IS NOT NULL", no)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range ids {
		rec, ok, err := t.Record(id)
		if err != nil {
			return err
		}
		if !ok || rec.State.Erased {
			continue
		}
		if err := t.PutRecord(&rec); err != nil {
			return err
		}
	}
	return nil
}

// PutDevice implements sync.Tx.
func (t *txn) PutDevice(d *sync.Device) error {
	own, err := t.device(d.ID)
	if err != nil {
		return err
	}
	t.changedDevice(own)
	safe := own.Safe
	own.Device, own.known = *d, true
	own.Safe = safe
	return nil
}

// PutAttestation implements sync.Tx.
func (t *txn) PutAttestation(a sync.Attestation) error {
	_, err := t.tx.Exec("INSERT OR REPLACE INTO attestations (device, seq, head, sig, crc) VALUES (?, ?, ?, ?, ?)",
		a.Device, int64(a.Seq), a.Head[:], a.Sig, attestationCRC(&a))
	return err
}

func attestationCRC(a *sync.Attestation) int64 {
	var e encoder
	e.text(a.Device)
	e.uint(a.Seq)
	e.bytes(a.Head[:])
	e.bytes(a.Sig)
	return e.crc()
}

// Idempotent implements sync.Tx.
func (t *txn) Idempotent(user, key string, bodyHash [32]byte) (outcome []byte, seen bool, err error) {
	var hash []byte
	var crc int64
	err = t.tx.QueryRow("SELECT body_hash, outcome, crc FROM idempotency WHERE user = ? AND key = ?", user, key).Scan(&hash, &outcome, &crc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if crcOf(user, key, string(hash), string(outcome)) != crc {
		return nil, false, errs.New(errs.Damaged, "read outcome", "the outcome of %s under its key does not pass its check", user)
	}
	if hash32(hash) != bodyHash {
		return nil, false, errs.New(errs.IdempotencyMismatch, "office change", "key used with another body")
	}
	return outcome, true, nil
}

// RememberIdempotent implements sync.Tx.
func (t *txn) RememberIdempotent(user, key string, bodyHash [32]byte, outcome []byte) error {
	_, err := t.tx.Exec("INSERT INTO idempotency (user, key, body_hash, outcome, crc) VALUES (?, ?, ?, ?, ?)",
		user, key, bodyHash[:], slices.Clone(outcome), crcOf(user, key, string(bodyHash[:]), string(outcome)))
	return err
}

// NewEpoch implements sync.Tx.
func (t *txn) NewEpoch(id string) error {
	_, err := t.tx.Exec("INSERT INTO epochs (id, crc) VALUES (?, ?)", id, crcOf("epoch", id))
	return err
}
