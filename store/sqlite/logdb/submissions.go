package logdb

import (
	"context"

	"ruhu/internal/errs"
	"ruhu/survey/submission"
	"ruhu/sync"
)

// SubmissionReader returns what is known of submissions in a snapshot of this store.
func SubmissionReader(r sync.Reader) (submission.Reader, error) {
	switch r := r.(type) {
	case *reader:
		return r, nil
	case *txn:
		return r, nil
	}
	return nil, errs.New(errs.Internal, "submissions", "not a snapshot of this store")
}

// SubmissionLedger returns the same in a writer transaction of this store.
func SubmissionLedger(tx sync.Tx) (submission.Ledger, error) {
	if t, ok := tx.(*txn); ok {
		return t, nil
	}
	return nil, errs.New(errs.Internal, "submissions", "not a transaction of this store")
}

// What is sealed of submissions, see seal.go.
const (
	sealInstance = 'I'
	sealPosted   = 'X'
)

const instanceColumns = `SELECT i.no, i.rec, i.instance, i.parent, i.due, i.crc, i.meta, (SELECT r.id FROM records r WHERE r.no = i.rec),
	(SELECT r.slot FROM records r WHERE r.no = i.rec) FROM instances i `

// storedNode is a node with what its row holds.
type storedNode struct {
	submission.Node
	rec  int64
	slot uint64
	meta []byte // sealed
}

func instanceCRC(no, rec int64, n *submission.Node) int64 {
	var e encoder
	e.int(no)
	e.int(rec)
	e.text(n.Instance)
	e.text(n.Parent)
	e.bool(n.Due)
	return e.crc()
}

// nodes yields no error for a row whose meta is gone; others are opened where open is set.
func (r *reader) nodes(open bool, query string, args ...any) ([]storedNode, error) {
	if err := r.materialise(); err != nil {
		return nil, err
	}
	rows, err := r.tx.Query(instanceColumns+query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []storedNode
	for rows.Next() {
		var n storedNode
		var crc int64
		if err := rows.Scan(&n.No, &n.rec, &n.Instance, &n.Parent, &n.Due, &crc, &n.meta, &n.Record, &n.slot); err != nil {
			return nil, err
		}
		if crc != instanceCRC(n.No, n.rec, &n.Node) {
			return nil, errs.New(errs.Damaged, "read submission", "the row of submission %d does not pass its check", n.No)
		}
		n.Gone = n.meta == nil
		out = append(out, n)
	}
	if err := rows.Err(); err != nil || !open {
		return out, err
	}
	for i := range out {
		if err := r.openNode(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *reader) openNode(n *storedNode) error {
	if n.Gone {
		return nil
	}
	plain, err := r.l.unseal(n.slot, sealInstance, []byte(n.Instance), n.meta, "submission of record "+n.Record)
	if err != nil {
		return err
	}
	n.Meta, err = submission.DecodeMeta(plain)
	return err
}

func (r *reader) plainNodes(query string, args ...any) ([]submission.Node, error) {
	list, err := r.nodes(true, query, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := make([]submission.Node, len(list))
	for i := range list {
		out[i] = list[i].Node
	}
	return out, nil
}

// Nodes implements submission.Reader.
func (r *reader) Nodes(instance string) ([]submission.Node, error) {
	return r.plainNodes("WHERE i.instance = ? ORDER BY i.no", instance)
}

// Children implements submission.Reader.
func (r *reader) Children(parent string) ([]submission.Node, error) {
	if parent == "" {
		return nil, nil
	}
	return r.plainNodes("WHERE i.parent = ? ORDER BY i.no", parent)
}

// Family implements submission.Reader.
func (r *reader) Family(record string) ([]submission.Node, error) {
	return r.plainNodes("WHERE i.rec = (SELECT no FROM records WHERE id = ?) ORDER BY i.no", record)
}

// Due implements submission.Reader.
func (r *reader) Due(after int64, limit int) ([]submission.Node, error) {
	return r.plainNodes("WHERE i.no IN (SELECT no FROM instances_due WHERE no > ? ORDER BY no LIMIT ?) ORDER BY i.no", after, limit)
}

// Body implements submission.Reader.
func (r *reader) Body(n *submission.Node, ref submission.BodyRef) ([]byte, error) {
	const op = "read post"
	var sealed []byte
	var slot uint64
	err := r.tx.QueryRow(`SELECT p.body, (SELECT r.slot FROM records r WHERE r.no = (SELECT i.rec FROM instances i WHERE i.no = p.instance))
		FROM posted p WHERE p.no = ? AND p.instance = ?`, ref.No, n.No).Scan(&sealed, &slot)
	if err != nil {
		return nil, errs.New(errs.Damaged, op, "the bytes of a post of record %s are missing", n.Record)
	}
	return r.l.unseal(slot, sealPosted, ref.ID[:], sealed, "post of record "+n.Record)
}

// AddNode implements submission.Ledger.
func (t *txn) AddNode(n *submission.Node, id submission.Hash, body []byte) error {
	ref, err := t.numbered(n.Record)
	if err != nil {
		return err
	}
	res, err := t.tx.Exec("INSERT INTO instances (rec, instance, parent, due, crc, meta) VALUES (?, ?, ?, ?, 0, NULL)", int64(ref.no), n.Instance, n.Parent, n.Due)
	if err != nil {
		return err
	}
	if n.No, err = res.LastInsertId(); err != nil {
		return err
	}
	if n.Due {
		if _, err := t.tx.Exec("INSERT INTO instances_due (no) VALUES (?)", n.No); err != nil {
			return err
		}
	}
	if body != nil {
		if err := t.PutBody(n, id, body); err != nil {
			return err
		}
	}
	return t.PutNode(n)
}

// PutNode implements submission.Ledger.
func (t *txn) PutNode(n *submission.Node) error {
	ref, err := t.numbered(n.Record)
	if err != nil {
		return err
	}
	var sealed []byte
	if !n.Gone {
		if ref.erased {
			return errs.New(errs.Erased, "store submission", "record %s", n.Record)
		}
		if sealed, err = t.sealNode(ref.slot, n); err != nil {
			return err
		}
		for _, name := range n.Meta.Blobs() {
			if err := t.refer(ref, []byte(name)); err != nil {
				return err
			}
		}
	}
	_, err = t.tx.Exec("UPDATE instances SET rec = ?, meta = ?, crc = ? WHERE no = ?", int64(ref.no), sealed, instanceCRC(n.No, int64(ref.no), n), n.No)
	return err
}

func (t *txn) sealNode(slot uint64, n *submission.Node) ([]byte, error) {
	key, err := t.l.Slots.Sealer(slot)
	if err != nil {
		return nil, err
	}
	plain, err := n.Meta.Encode()
	if err != nil {
		return nil, err
	}
	return t.l.seal(key, sealInstance, []byte(n.Instance), plain, &t.g.scratch)
}

// PutBody implements submission.Ledger.
func (t *txn) PutBody(n *submission.Node, id submission.Hash, body []byte) error {
	ref, err := t.numbered(n.Record)
	if err != nil {
		return err
	}
	if ref.erased {
		return errs.New(errs.Erased, "store post", "record %s", n.Record)
	}
	key, err := t.l.Slots.Sealer(ref.slot)
	if err != nil {
		return err
	}
	sealed, err := t.l.seal(key, sealPosted, id[:], body, &t.g.scratch)
	if err != nil {
		return err
	}
	res, err := t.tx.Exec("INSERT INTO posted (instance, id, body) VALUES (?, ?, ?)", n.No, id[:], sealed)
	if err != nil {
		return err
	}
	no, err := res.LastInsertId()
	n.Meta.Bodies = append(n.Meta.Bodies, submission.BodyRef{No: no, ID: id, Size: int64(len(body))})
	return err
}

// Applied implements submission.Ledger.
func (t *txn) Applied(no int64) error {
	if _, err := t.tx.Exec("DELETE FROM instances_due WHERE no = ?", no); err != nil {
		return err
	}
	list, err := t.nodes(false, "WHERE i.no = ?", no)
	if err != nil || len(list) == 0 {
		return err
	}
	n := &list[0]
	n.Due = false
	_, err = t.tx.Exec("UPDATE instances SET due = 0, crc = ? WHERE no = ?", instanceCRC(no, n.rec, &n.Node), no)
	return err
}

// Move implements submission.Ledger.
func (t *txn) Move(from, to string) error {
	old, err := t.recordRef(from)
	if err != nil || old == nil {
		return err
	}
	list, err := t.nodes(true, "WHERE i.rec = ? ORDER BY i.no", int64(old.no))
	if err != nil {
		return err
	}
	into, err := t.numbered(to)
	if err != nil {
		return err
	}
	for i := range list {
		n := &list[i]
		if err := t.resealPosts(n, old.slot, into.slot); err != nil {
			return err
		}
		n.Record = to
		if err := t.PutNode(&n.Node); err != nil {
			return err
		}
	}
	return nil
}

// resealPosts seals the bodies of a node under another key.
func (t *txn) resealPosts(n *storedNode, from, to uint64) error {
	key, err := t.l.Slots.Sealer(to)
	if err != nil {
		return err
	}
	for _, ref := range n.Meta.Bodies {
		var sealed []byte
		if err := t.tx.QueryRow("SELECT body FROM posted WHERE no = ? AND instance = ?", ref.No, n.No).Scan(&sealed); err != nil {
			return err
		}
		plain, err := t.l.unseal(from, sealPosted, ref.ID[:], sealed, "post of record "+n.Record)
		if err != nil {
			return err
		}
		if sealed, err = t.l.seal(key, sealPosted, ref.ID[:], plain, &t.g.scratch); err != nil {
			return err
		}
		if _, err := t.tx.Exec("UPDATE posted SET body = ? WHERE no = ?", sealed, ref.No); err != nil {
			return err
		}
	}
	return nil
}

// eraseSubmissions takes metas and bodies of a record's nodes; the ids stay.
func (t *txn) eraseSubmissions(rec uint64) error {
	list, err := t.nodes(false, "WHERE i.rec = ?", int64(rec))
	if err != nil {
		return err
	}
	for i := range list {
		n := &list[i]
		for _, q := range [...]string{"DELETE FROM posted WHERE instance = ?", "DELETE FROM instances_due WHERE no = ?"} {
			if _, err := t.tx.Exec(q, n.No); err != nil {
				return err
			}
		}
		n.Due = false
		if _, err := t.tx.Exec("UPDATE instances SET meta = NULL, due = 0, crc = ? WHERE no = ?", instanceCRC(n.No, n.rec, &n.Node), n.No); err != nil {
			return err
		}
	}
	return nil
}

// forgetSubmissions removes a record's nodes altogether: their key is gone and the record is not erased.
func (t *txn) forgetSubmissions(rec int64) error {
	for _, q := range [...]string{"DELETE FROM posted WHERE instance IN (SELECT no FROM instances WHERE rec = ?)",
		"DELETE FROM instances_due WHERE no IN (SELECT no FROM instances WHERE rec = ?)", "DELETE FROM instances WHERE rec = ?"} {
		if _, err := t.tx.Exec(q, rec); err != nil {
			return err
		}
	}
	return nil
}

// withholdSubmissions takes the bodies of a record's nodes, and the files not kept, and seals what stays under the key of slot.
func (t *txn) withholdSubmissions(ref *recordRef, slot uint64, kept [][32]byte) error {
	list, err := t.nodes(true, "WHERE i.rec = ?", int64(ref.no))
	if err != nil {
		return err
	}
	stays := func(blob string) bool {
		for _, h := range blobsIn([]byte(blob)) {
			for _, k := range kept {
				if h == k {
					return true
				}
			}
		}
		return false
	}
	for i := range list {
		n := &list[i]
		if n.Gone {
			continue
		}
		n.Meta.Withhold(stays)
		if _, err := t.tx.Exec("DELETE FROM posted WHERE instance = ?", n.No); err != nil {
			return err
		}
		sealed, err := t.sealNode(slot, &n.Node)
		if err != nil {
			return err
		}
		if _, err := t.tx.Exec("UPDATE instances SET meta = ? WHERE no = ?", sealed, n.No); err != nil {
			return err
		}
	}
	return nil
}

// CaseGrid returns where a case of this log lies.
func (l *Log) CaseGrid(ctx context.Context, no string) (grid string, ok bool, err error) {
	err = l.view(ctx, func(r *reader) error {
		c, there, err := r.caseOf(no)
		grid, ok = c.Grid, there
		return err
	})
	return grid, ok, err
}
