package logdb

import (
	"ruhu/internal/errs"
	"ruhu/survey/submission"
)

// verifySubmissions opens every node and body and holds them against each other and against the references to files.
func (v *verifier) verifySubmissions() error {
	list, err := v.nodes(false, "ORDER BY i.no")
	if err != nil {
		return err
	}
	posts, due := int64(0), int64(0)
	for i := range list {
		n := &list[i]
		if n.Due {
			due++
		}
		if err := v.openNode(n); err != nil {
			v.fault(n.Record, "instances", "%v", err)
			continue
		}
		for _, name := range n.Meta.Blobs() {
			for _, h := range blobsIn([]byte(name)) {
				if v.blobs[n.rec] == nil {
					v.blobs[n.rec] = map[[32]byte]bool{}
				}
				v.blobs[n.rec][h] = true
			}
		}
		for _, ref := range n.Meta.Bodies {
			posts++
			body, err := v.Body(&n.Node, ref)
			if err == nil && submission.HashOf(body) != ref.ID {
				err = errs.New(errs.Damaged, "post", "the bytes do not hash to their id")
			}
			if err != nil {
				v.fault(n.Record, "posted", "%v", err)
			}
		}
	}
	var count, all, duty int64
	if err := v.tx.QueryRow("SELECT (SELECT count(*) FROM posted), (SELECT count(*) FROM instances), (SELECT count(*) FROM instances_due d WHERE EXISTS (SELECT 1 FROM instances i WHERE i.no = d.no AND i.due = 1))").
		Scan(&count, &all, &duty); err != nil {
		return err
	}
	if count != posts || all != int64(len(list)) || duty != due {
		v.fault("", "posted", "%d posts, %d are named; %d submissions are due, %d are listed", count, posts, due, duty)
	}
	return v.retiredRows()
}

func (v *verifier) retiredRows() error {
	rows, err := v.tx.Query("SELECT rec, into_rec, crc FROM retired")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var rec, into, crc int64
		if err := rows.Scan(&rec, &into, &crc); err != nil {
			return err
		}
		if crc != retiredCRC(rec, into) {
			v.fault("", "retired", "the row of record number %d does not pass its check", rec)
		}
	}
	return rows.Err()
}

// isRetired reports whether an erased record's content lives on in another one that is not erased.
func (r *reader) isRetired(rec int64) (bool, error) {
	var n int
	err := r.tx.QueryRow("SELECT count(*) FROM retired t WHERE t.rec = ? AND (SELECT r.status FROM records r WHERE r.no = t.into_rec) <> 'erased'", rec).Scan(&n)
	return n > 0, err
}
