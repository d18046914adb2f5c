package logdb

import (
	"errors"
	"fmt"
	"iter"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

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
