package logdb

import (
	"fmt"
	"maps"
	"slices"
)

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
