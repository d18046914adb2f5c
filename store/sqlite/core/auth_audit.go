package core

import (
	"database/sql"
	"errors"
	"strings"

	"ruhu/auth"
)

const auditColumns = `seq, at, actor, role, action, object, area, filter, rows, outcome, request, hash`

func scanAudit(r scanner) (e auth.AuditEntry, err error) {
	var hash []byte
	err = r.Scan(&e.Seq, &e.At, &e.Actor, &e.Role, &e.Action, &e.Object, &e.Area, &e.Filter, &e.Rows, &e.Outcome, &e.Request, &hash)
	if err != nil {
		return e, err
	}
	// A hash of another size is what verify is to find, not a reason to fail.
	copy(e.Hash[:], hash)
	return e, nil
}

func (r authReader) AuditHead() (h auth.AuditHead, err error) {
	var hash []byte
	err = r.tx.QueryRow(`SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&h.Seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return auth.AuditHead{}, nil
	}
	if err != nil {
		return h, err
	}
	h.Hash, err = hash32(hash)
	return h, err
}

// Audit puts the query together from fixed pieces, so that there is a bounded number of texts to prepare.
func (r authReader) Audit(q auth.AuditQuery) ([]auth.AuditEntry, error) {
	var where []string
	var args []any
	add := func(piece string, values ...any) {
		where = append(where, piece)
		args = append(args, values...)
	}
	if q.Actor != "" {
		add(`actor = ?`, q.Actor)
	}
	if q.Object != "" {
		add(`object = ? AND object <> ''`, q.Object)
	}
	if q.Action != "" {
		add(`action = ?`, q.Action)
	}
	if q.Role != "" {
		add(`role = ?`, string(q.Role))
	}
	switch q.Outcome {
	case "":
	case auth.OutcomeDenied:
		add(`outcome <> 'ok'`)
	default:
		add(`outcome = ?`, q.Outcome)
	}
	if q.Area != "" {
		add(`(area = '' OR area >= ? AND area < ? || ':')`, q.Area, q.Area)
	}
	if q.From != 0 {
		add(`at >= ?`, q.From)
	}
	if q.To != 0 {
		add(`at < ?`, q.To)
	}
	order := ` ORDER BY seq DESC LIMIT ?`
	if q.Rising {
		add(`seq > ?`, int64(q.After))
		order = ` ORDER BY seq LIMIT ?`
	} else if q.Before != 0 {
		add(`seq < ?`, int64(q.Before))
	}
	text := `SELECT ` + auditColumns + ` FROM audit`
	if len(where) > 0 {
		text += ` WHERE ` + strings.Join(where, ` AND `)
	}
	return collect(r.tx, scanAudit, text+order, append(args, q.Limit)...)
}

func (t authTx) AppendAudit(e auth.AuditEntry) error {
	_, err := t.tx.Exec(`INSERT INTO audit (seq, at, actor, role, action, object, area, filter, rows, outcome, request, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(e.Seq), e.At, e.Actor, string(e.Role), e.Action, e.Object, e.Area, e.Filter, e.Rows, e.Outcome, e.Request, e.Hash[:])
	return err
}
