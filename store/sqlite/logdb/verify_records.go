package logdb

import (
	"fmt"
	"slices"

	"ruhu/store/keys"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

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
		if retired, err := v.isRetired(rec.no); err != nil {
			return err
		} else if !retired {
			v.fault(rec.ID, "records", "erased, and its key is there")
		}
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
