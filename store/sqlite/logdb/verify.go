package logdb

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Fault is one thing that is not what was written.
type Fault struct {
	Record string // "" where it belongs to no record
	Place  string // table, street and sequence, device: where to look
	What   string
}

// Check says what Verify is to compare with and who hears of it.
type Check struct {
	Fault    func(Fault)
	Progress func(records int64) // nil = nobody asks
	// Journalled are places that the journal knows of.
	Journalled []sync.Head
	// PublicKey returns a device's key, false where it is not known (the signature is then not checked); nil = none is.
	PublicKey func(device string) (*ecdsa.PublicKey, bool)
}

// Checked counts what Verify read.
type Checked struct {
	Records    int64
	Changesets int64
	Stale      int64 // packed rows that Project would make otherwise now: no fault, Rebuild brings them up to date
}

// Verify reads the whole log on one snapshot and reports every fault it finds: the file's structure, hash chains, ids of
// bodies, seals, the replay of each record in merge order against its state and digest, running hashes and attestations of
// devices, what records add against aggregates. It changes nothing. An error means that it could not go on.
func (l *Log) Verify(ctx context.Context, c Check) (Checked, error) {
	v := &verifier{Check: c}
	err := l.view(ctx, func(r *reader) error {
		v.reader = r
		for _, step := range []struct {
			what string
			run  func() error
		}{{"structure", v.structure}, {"epochs", v.epochs}, {"streets", v.streets}, {"heads", v.heads}, {"devices", v.devices}, {"attestations", v.attestations},
			{"records", v.records}, {"aggregates", v.aggregates}, {"tallies", v.tallies}, {"cases", v.cases}, {"outcomes", v.outcomes}, {"withdrawals", v.withdrawals},
			{"attachments", v.blobRefs}, {"unsettled lines", v.unsettledLines}} {
			if err := ctx.Err(); err != nil {
				return errs.WrapCode(errs.Interrupted, "verify", err)
			}
			// A page that cannot be read ends its step only.
			if err := step.run(); err != nil {
				if ctx.Err() != nil {
					return errs.WrapCode(errs.Interrupted, "verify", ctx.Err())
				}
				v.fault("", step.what, "%v", err)
			}
		}
		return nil
	})
	return v.Checked, err
}

type verifier struct {
	Check
	*reader
	Checked
	cells    map[blockKey]map[int64]cell
	counts   map[tallyKey]tally
	names    map[int64]bool
	hashes   map[string]map[string]bool // withdrawal hashes by record
	blobs    map[int64]map[[32]byte]bool
	bodiless []string
}

func (v *verifier) fault(record, place, format string, args ...any) {
	v.Fault(Fault{record, place, fmt.Sprintf(format, args...)})
}

// each runs over rows; a row that cannot be read is a fault, and the walk goes on where SQLite can.
func (v *verifier) structure() error {
	rows, err := v.tx.Query("PRAGMA integrity_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if text != "ok" {
			v.fault("", "structure", "%s", text)
		}
	}
	return rows.Err()
}

func (v *verifier) epochs() error {
	_, _, err := v.Epoch()
	return err
}

func (v *verifier) heads() error {
	for _, want := range v.Journalled {
		have, err := v.Head(want.Street)
		if err != nil {
			return err
		}
		place := fmt.Sprintf("street %s", want.Street)
		if have.Seq < want.Seq {
			v.fault("", place, "ends at %d, the journal knows %d", have.Seq, want.Seq)
			continue
		}
		if chain, ok, err := v.ChainAt(want.Street, want.Seq); err != nil {
			return err
		} else if want.Seq > 0 && (!ok || chain != want.Chain) {
			v.fault("", place, "has another history at %d than the journal knows", want.Seq)
		}
	}
	return nil
}

// streets walks every street's lines and events in order and chains them again.
func (v *verifier) streets() error {
	rows, err := v.tx.Query("SELECT no, code, seq, chain, crc FROM streets ORDER BY code")
	if err != nil {
		return err
	}
	defer rows.Close()
	seen := int64(0)
	for rows.Next() {
		var no, crc int64
		var h sync.Head
		var chain []byte
		if err := rows.Scan(&no, &h.Street, &h.Seq, &chain, &crc); err != nil {
			return err
		}
		h.Chain = hash32(chain)
		if err := checkHead(h, crc); err != nil {
			v.fault("", "street "+h.Street, "%v", err)
		}
		n, err := v.street(no, h)
		if err != nil {
			v.fault("", "street "+h.Street, "%v", err)
		}
		seen += n
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var all int64
	if err := v.tx.QueryRow("SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM events)").Scan(&all); err != nil {
		return err
	}
	if all != seen {
		v.fault("", "lines", "%d lines and events belong to no street", all-seen)
	}
	return nil
}

func (v *verifier) street(no int64, h sync.Head) (n int64, err error) {
	nextLine, stopLines := iter.Pull2(v.rawLines(no))
	defer stopLines()
	nextEvent, stopEvents := iter.Pull2(v.rawEvents(no, h.Street))
	defer stopEvents()
	line, lerr, haveLine := nextLine()
	event, eerr, haveEvent := nextEvent()
	var chain [32]byte
	var scratch []byte
	seq := uint64(0)
	for haveLine || haveEvent {
		if err := errors.Join(lerr, eerr); err != nil {
			return n, err
		}
		seq++
		var e encoder
		var at uint64
		var stored [32]byte
		var record string
		if haveLine && (!haveEvent || line.Seq < event.Seq) {
			v.Changesets++
			at, stored, record = line.Seq, line.chain, line.Record
			e.fixedLine(&line.Line)
			v.line(line)
			line, lerr, haveLine = nextLine()
		} else {
			at, stored, record = event.Seq, event.chain, event.Record
			e.event(&event.Event)
			event, eerr, haveEvent = nextEvent()
		}
		n++
		place := fmt.Sprintf("street %s sequence %d", h.Street, at)
		if at != seq {
			v.fault(record, place, "sequence %d is missing before it", seq)
			seq = at
		}
		chain = nextChain(chain, e, &scratch)
		if chain != stored {
			v.fault(record, place, "the hash chain breaks here")
			chain = stored
		}
	}
	if seq != h.Seq || chain != h.Chain {
		v.fault("", "street "+h.Street, "ends at %d with another chain than its row says (%d)", seq, h.Seq)
	}
	return n, nil
}

// line checks a line's body.
func (v *verifier) line(l *storedLine) {
	place := fmt.Sprintf("street %s sequence %d, %s:%d", l.Street, l.Seq, l.Device, l.DevSeq)
	if l.Status == "" {
		v.fault(l.Record, place, "unknown status")
	}
	if l.sealed == nil {
		// Whether it may be missing depends on the record, see record.
		if l.Record == "" && l.Status != sync.Void {
			v.fault("", place, "has neither record nor body")
		}
		return
	}
	if err := v.unsealBody(l); err != nil {
		v.fault(l.Record, place, "%v", err)
		return
	}
	if !l.Stripped && crdt.IDOf(l.Body) != l.ID {
		v.fault(l.Record, place, "the body does not hash to its id")
	}
}

// rawLines yields a street's lines with sealed bodies; one that does not pass its check is a fault and yielded as it is read.
func (v *verifier) rawLines(street int64) iter.Seq2[*storedLine, error] {
	return func(yield func(*storedLine, error) bool) {
		rows, err := v.tx.Query(withBody+"WHERE l.place >= ? AND l.place < ? ORDER BY l.place", placeOf(street, 0), placeOf(street+1, 0))
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			l, err := scanLine(rows)
			if errs.CodeOf(err) == errs.Damaged && l != nil {
				v.fault(l.Record, fmt.Sprintf("street %s sequence %d", l.Street, l.Seq), "%v", err)
				err = nil
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

type rawEvent struct {
	sync.Event
	chain [32]byte
}

func (v *verifier) rawEvents(street int64, code string) iter.Seq2[*rawEvent, error] {
	return func(yield func(*rawEvent, error) bool) {
		rows, err := v.tx.Query(eventColumns+"WHERE place >= ? AND place < ? ORDER BY place", placeOf(street, 0), placeOf(street+1, 0))
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, chain, err := scanEvent(rows, code)
			if errs.CodeOf(err) == errs.Damaged && e != nil {
				v.fault(e.Record, fmt.Sprintf("street %s sequence %d", code, e.Seq), "%v", err)
				err = nil
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&rawEvent{*e, chain}, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// devices runs every device's hash again over its lines.
func (v *verifier) devices() error {
	rows, err := v.tx.Query(deviceColumns + "ORDER BY no")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		d, err := scanDevice(rows)
		if err != nil && d == nil {
			return err
		}
		place := "device " + d.ID
		if err != nil {
			v.fault("", place, "%v", err)
		}
		if err := v.device(d, place); err != nil {
			v.fault("", place, "%v", err)
		}
	}
	return rows.Err()
}

func (v *verifier) device(d *deviceRef, place string) error {
	stored := map[uint64][32]byte{}
	heads, err := v.tx.Query("SELECT seq, head FROM device_heads WHERE device = ?", d.no)
	if err != nil {
		return err
	}
	for heads.Next() {
		var seq uint64
		var head []byte
		if err := heads.Scan(&seq, &head); err != nil {
			return err
		}
		stored[seq] = hash32(head)
	}
	if err := heads.Err(); err != nil {
		return err
	}
	rows, err := v.tx.Query("SELECT dev_seq, id FROM lines WHERE device = ? ORDER BY dev_seq", d.no)
	if err != nil {
		return err
	}
	defer rows.Close()
	var head [32]byte
	n := uint64(0)
	for rows.Next() {
		var seq uint64
		var id []byte
		if err := rows.Scan(&seq, &id); err != nil {
			return err
		}
		n++
		if seq != n {
			v.fault("", place, "line %d is missing", n)
			n = seq
		}
		head = nextHead(head, hash32(id))
		if want, ok := stored[n]; ok != (n%headEvery == 0) || ok && want != head {
			v.fault("", place, "the running hash at %d is not that of its lines", n)
		}
		if n == d.Have && d.known && head != d.Head {
			v.fault("", place, "the running hash at %d is not that of its lines", n)
		}
		delete(stored, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != d.last || head != d.lastHead || len(stored) > 0 || d.known && d.Have > n {
		v.fault("", place, "has %d lines and a row for %d", n, d.last)
	}
	return nil
}

func (v *verifier) attestations() error {
	rows, err := v.tx.Query("SELECT device, seq, head, sig, crc FROM attestations ORDER BY device, seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a sync.Attestation
		var head []byte
		var crc int64
		if err := rows.Scan(&a.Device, &a.Seq, &head, &a.Sig, &crc); err != nil {
			return err
		}
		a.Head = hash32(head)
		place := fmt.Sprintf("attestation %s:%d", a.Device, a.Seq)
		if attestationCRC(&a) != crc {
			v.fault("", place, "does not pass its check")
			continue
		}
		at, err := v.HeadAt(a.Device, a.Seq)
		if err != nil || at != a.Head {
			v.fault("", place, "is not over this device's lines")
			continue
		}
		if v.PublicKey == nil {
			continue
		}
		if key, ok := v.PublicKey(a.Device); ok && !wire.VerifyAttest(key, a.Device, wire.Attest{Seq: a.Seq, Head: wire.Head(a.Head), Sig: a.Sig}) {
			v.fault("", place, "the signature is not the device's")
		}
	}
	return rows.Err()
}

func (v *verifier) records() error {
	v.cells, v.counts = map[blockKey]map[int64]cell{}, map[tallyKey]tally{}
	v.hashes, v.blobs = map[string]map[string]bool{}, map[int64]map[[32]byte]bool{}
	rows, err := v.tx.Query(fullRecord + "ORDER BY r.no")
	if err != nil {
		return err
	}
	defer rows.Close()
	states := int64(0)
	for rows.Next() {
		rec, err := scanRecord(rows)
		if rec == nil {
			return err
		}
		if err != nil {
			v.fault(rec.ID, "records", "%v", err)
		}
		if rec.sealed != nil {
			states++
		}
		if err := v.record(rec); err != nil {
			v.fault(rec.ID, "records", "%v", err)
		}
		if v.Records++; v.Progress != nil && v.Records%1000 == 0 {
			v.Progress(v.Records)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var all int64
	if err := v.tx.QueryRow("SELECT count(*) FROM states").Scan(&all); err != nil {
		return err
	}
	if all != states {
		v.fault("", "states", "%d states belong to no record", all-states)
	}
	return nil
}

func (v *verifier) record(rec *storedRecord) error {
	if rec.Status == sync.StatusErased {
		return v.erasedRecord(rec)
	}
	if _, err := v.l.Slots.Sealer(rec.slot); err != nil {
		return err
	}
	replayed, err := v.replay(rec)
	if err != nil {
		return err
	}
	if rec.Status == "" {
		if rec.sealed != nil {
			v.fault(rec.ID, "records", "has a state and no status")
		}
		return nil
	}
	if rec.sealed == nil {
		v.fault(rec.ID, "states", "the state is missing")
		return nil
	}
	if rec.State, err = v.state(rec); err != nil {
		return err
	}
	if rec.State.Digest() != rec.Digest {
		v.fault(rec.ID, "states", "the state does not hash to the record's digest")
	}
	for _, p := range rec.State.Withheld {
		replayed.Withhold(p)
	}
	if replayed.Digest() != rec.Digest {
		v.fault(rec.ID, "states", "its lines, merged again, make another state")
	}
	for _, w := range rec.State.Siblings(sync.PathWithdrawal) {
		if !w.Null && w.Value != "" {
			put(v.hashes, rec.ID, w.Value)
		}
	}
	return v.projection(rec)
}

func put[K, V comparable](m map[K]map[V]bool, k K, val V) {
	if m[k] == nil {
		m[k] = map[V]bool{}
	}
	m[k][val] = true
}

// replay merges the record's lines again in their order.
func (v *verifier) replay(rec *storedRecord) (*crdt.State, error) {
	type turn struct {
		order uint64
		crdt.Turn
	}
	var turns []turn
	for l, err := range v.lines(withBody+"WHERE l.rec = ? ORDER BY l.place", rec.no) {
		if err != nil {
			return nil, err
		}
		place := fmt.Sprintf("street %s sequence %d", l.Street, l.Seq)
		if l.Body == nil && l.Status != sync.Void && !l.Stripped {
			v.fault(rec.ID, place, "the body is missing")
			continue
		}
		for _, hash := range blobsIn(l.Body) {
			put(v.blobs, rec.no, hash)
		}
		if l.Order == 0 {
			if l.Status == sync.Merged {
				v.fault(rec.ID, place, "is merged without a turn")
			}
			continue
		}
		t := turn{l.Order, crdt.Turn{Dot: crdt.Dot{Device: l.Device, Seq: l.DevSeq}, Eff: l.Effective}}
		if l.Status == sync.Merged {
			if t.Set, err = sync.DecodeLine(&l.Line); err != nil {
				v.fault(rec.ID, place, "%v", err)
				continue
			}
		}
		turns = append(turns, t)
	}
	slices.SortFunc(turns, func(a, b turn) int { return int(int64(a.order) - int64(b.order)) })
	for i, t := range turns {
		if t.order != uint64(i+1) {
			v.fault(rec.ID, "lines", "turn %d is missing or taken twice", i+1)
			break
		}
	}
	if uint64(len(turns)) != rec.Orders {
		v.fault(rec.ID, "records", "%d lines took their turn, the record says %d", len(turns), rec.Orders)
	}
	return crdt.Replay(func(yield func(crdt.Turn) bool) {
		for _, t := range turns {
			if !yield(t.Turn) {
				return
			}
		}
	}), nil
}

func (v *verifier) erasedRecord(rec *storedRecord) error {
	if rec.sealed != nil {
		v.fault(rec.ID, "states", "erased, and a state is there")
	}
	if _, err := v.l.Slots.Sealer(rec.slot); !keys.IsDestroyed(err) {
		if err != nil {
			return err
		}
		v.fault(rec.ID, "records", "erased, and its key is there")
	}
	var bodies int
	if err := v.tx.QueryRow("SELECT count(*) FROM lines WHERE rec = ? AND body IS NOT NULL", rec.no).Scan(&bodies); err != nil {
		return err
	}
	if bodies > 0 {
		v.fault(rec.ID, "lines", "erased, and %d bodies are there", bodies)
	}
	return nil
}

// projection opens the packed row and gathers what the record adds.
func (v *verifier) projection(rec *storedRecord) error {
	if rec.packed == nil {
		v.Stale++
		return nil
	}
	plain, err := v.l.unseal(rec.slot, sealPacked, []byte(rec.ID), rec.packed, "packed row")
	if err != nil {
		return err
	}
	row, adds, err := splitPacked(plain)
	if err != nil {
		return err
	}
	if rec.Created > 0 {
		list, err := readContributions(adds)
		if err != nil {
			return err
		}
		sum := group{cells: v.cells}
		sum.move(list, false)
		street, _, err := v.streetNo(rec.Street)
		if err != nil {
			return err
		}
		k := tallyKey{street, rec.Grid, rec.Form, rec.Status}
		v.counts[k] = v.counts[k].plus(tallyOf(refOf(rec), 1))
	}
	stale, err := v.stale(rec, row)
	if stale {
		v.Stale++
	}
	return err
}

func (v *verifier) aggregates() error {
	rows, err := v.tx.Query("SELECT street, form, grid, psu, stratum, status, post, cells FROM cell_blocks")
	if err != nil {
		return err
	}
	defer rows.Close()
	v.names = map[int64]bool{}
	for rows.Next() {
		var k blockKey
		var sealed []byte
		if err := rows.Scan(&k.street, &k.form, &k.grid, &k.psu, &k.stratum, &k.status, &k.post, &sealed); err != nil {
			return err
		}
		place := fmt.Sprintf("aggregates of grid %s, form %s, status %s", k.grid, k.form, k.status)
		b, err := v.l.openBlock(k, sealed)
		if err != nil {
			v.fault("", place, "%v", err)
			delete(v.cells, k)
			continue
		}
		want := v.cells[k]
		for i, no := range b.names {
			v.names[no] = true
			if want[no] != b.cells[i] {
				v.fault("", place, "cell %d does not add up to what records say", no)
			}
			delete(want, no)
		}
		if left(want) > 0 {
			v.fault("", place, "%d cells are missing", left(want))
		}
		delete(v.cells, k)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for k, want := range v.cells {
		if n := left(want); n > 0 {
			v.fault("", fmt.Sprintf("aggregates of grid %s, form %s, status %s", k.grid, k.form, k.status), "%d cells are missing", n)
		}
	}
	return v.cellNames()
}

func left(cells map[int64]cell) (n int) {
	for _, c := range cells {
		if c != (cell{}) {
			n++
		}
	}
	return n
}

func (v *verifier) cellNames() error {
	rows, err := v.tx.Query("SELECT no, form, question, choice, crc FROM cell_names")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var no, crc int64
		var n cellName
		if err := rows.Scan(&no, &n.form, &n.question, &n.choice, &crc); err != nil {
			return err
		}
		if n.crc() != crc {
			v.fault("", fmt.Sprintf("cell_names %d, form %s", no, n.form), "does not pass its check")
		}
		delete(v.names, no)
	}
	if len(v.names) > 0 {
		v.fault("", "cell_names", "%d names are missing", len(v.names))
	}
	return rows.Err()
}

func (v *verifier) tallies() error {
	rows, err := v.tx.Query("SELECT street, grid, form, status, n, conflicts, flagged FROM tallies")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k tallyKey
		var n tally
		if err := rows.Scan(&k.street, &k.grid, &k.form, &k.status, &n.n, &n.conflicts, &n.flagged); err != nil {
			return err
		}
		if v.counts[k] != n {
			v.fault("", fmt.Sprintf("tallies of grid %s, form %s", k.grid, k.form), "%d records counted as %q, there are %d", n.n, k.status, v.counts[k].n)
		}
		delete(v.counts, k)
	}
	for k, n := range v.counts {
		if n != (tally{}) {
			v.fault("", fmt.Sprintf("tallies of grid %s, form %s", k.grid, k.form), "%d records counted nowhere", n.n)
		}
	}
	return rows.Err()
}

func (v *verifier) cases() error {
	rows, err := v.tx.Query(caseColumns)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if c, err := scanCase(rows); err != nil {
			v.fault("", "case "+c.No, "%v", err)
		}
	}
	return rows.Err()
}

func (v *verifier) outcomes() error {
	rows, err := v.tx.Query("SELECT user, key, body_hash, outcome, crc FROM idempotency")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var user, key, hash, outcome string
		var crc int64
		if err := rows.Scan(&user, &key, &hash, &outcome, &crc); err != nil {
			return err
		}
		if crcOf(user, key, hash, outcome) != crc {
			v.fault("", "idempotency of "+user, "does not pass its check")
		}
	}
	return rows.Err()
}

func (v *verifier) withdrawals() error {
	rows, err := v.tx.Query("SELECT hash, coalesce((SELECT id FROM records WHERE no = rec), '') FROM withdrawals")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var hash, id string
		if err := rows.Scan(&hash, &id); err != nil {
			return err
		}
		if !v.hashes[id][hash] {
			v.fault(id, "withdrawals", "a hash that the record does not hold")
		}
		delete(v.hashes[id], hash)
	}
	for id, left := range v.hashes {
		if len(left) > 0 {
			v.fault(id, "withdrawals", "its hash is missing")
		}
	}
	return rows.Err()
}

func (v *verifier) blobRefs() error {
	rows, err := v.tx.Query("SELECT hash, rec FROM blob_refs")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var hash []byte
		var rec int64
		if err := rows.Scan(&hash, &rec); err != nil {
			return err
		}
		if !v.blobs[rec][hash32(hash)] {
			// A discarded line's attachment stays until its record goes.
			continue
		}
		delete(v.blobs[rec], hash32(hash))
	}
	for _, rec := range slices.Sorted(maps.Keys(v.blobs)) {
		if len(v.blobs[rec]) > 0 {
			v.fault("", fmt.Sprintf("blob_refs of record number %d", rec), "%d references are missing", len(v.blobs[rec]))
		}
	}
	return rows.Err()
}

func (v *verifier) unsettledLines() error {
	var odd int64
	err := v.tx.QueryRow(`SELECT (SELECT count(*) FROM unsettled WHERE place NOT IN (SELECT place FROM lines WHERE status IN (2, 3)))
		+ (SELECT count(*) FROM lines WHERE status IN (2, 3) AND place NOT IN (SELECT place FROM unsettled))`).Scan(&odd)
	if err == nil && odd > 0 {
		v.fault("", "unsettled", "%d lines are listed wrongly", odd)
	}
	return err
}
