package core

import (
	"ruhu/auth"
)

const sessionColumns = `id, kind, user, device, created, expires, last_seen, ended, why, ip, agent, gen, refresh_hash, prev_hash, idle,
	rotated, seen_gen`

func scanSession(r scanner) (s auth.Session, err error) {
	var refresh, prev []byte
	err = r.Scan(&s.ID, &s.Kind, &s.User, &s.Device, &s.Created, &s.Expires, &s.LastSeen, &s.Ended, &s.Why, &s.IP, &s.Agent, &s.Gen,
		&refresh, &prev, &s.Idle, &s.Rotated, &s.SeenGen)
	if err != nil {
		return s, err
	}
	if s.Refresh, err = hash32(refresh); err != nil {
		return s, err
	}
	s.Prev, err = hash32(prev)
	return s, err
}

func (r authReader) Session(id string) (auth.Session, error) {
	s, err := scanSession(r.tx.QueryRow(`SELECT `+sessionColumns+` FROM sessions WHERE id = ?`, id))
	return s, missing("session", id, err)
}

func (r authReader) Sessions(q auth.SessionQuery) ([]auth.Session, error) {
	if q.Device != "" {
		return collect(r.tx, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE device = ?1 AND device <> '' AND id > ?2
			AND ended = 0 AND expires > ?3 AND (?4 = '' OR user = ?4) ORDER BY id LIMIT ?5`, q.Device, q.After, q.Now, q.User, q.Limit)
	}
	return collect(r.tx, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE user = ?1 AND id > ?2
		AND ended = 0 AND expires > ?3 ORDER BY id LIMIT ?4`, q.User, q.After, q.Now, q.Limit)
}

func (t authTx) PutSession(s auth.Session) error {
	_, err := t.tx.Exec(`INSERT INTO sessions (id, kind, user, device, created, expires, last_seen, ended, why, ip, agent, gen,
		refresh_hash, prev_hash, idle, rotated, seen_gen)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
		ON CONFLICT (id) DO UPDATE SET last_seen = max(last_seen, ?7), ended = ?8, why = ?9, gen = ?12, refresh_hash = ?13, prev_hash = ?14,
		idle = ?15, rotated = ?16, seen_gen = max(seen_gen, ?17)`,
		s.ID, string(s.Kind), s.User, s.Device, s.Created, s.Expires, s.LastSeen, s.Ended, s.Why, s.IP, s.Agent, s.Gen,
		s.Refresh[:], s.Prev[:], s.Idle, s.Rotated, s.SeenGen)
	return err
}

func (t authTx) Touch(session string, gen uint64, at int64) error {
	if _, err := t.tx.Exec(`UPDATE sessions SET last_seen = max(last_seen, ?2), seen_gen = max(seen_gen, ?3) WHERE id = ?1`,
		session, at, gen); err != nil {
		return err
	}
	_, err := t.tx.Exec(`UPDATE devices SET last_seen = max(last_seen, ?2)
		WHERE id = (SELECT device FROM sessions WHERE id = ?1 AND device <> '')`, session, at)
	return err
}

func (t authTx) UseProof(hash [32]byte, until int64) (bool, error) {
	res, err := t.tx.Exec(`INSERT INTO proofs (hash, until_ms) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`, hash[:], until)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (t authTx) Prune(sessionsBefore, proofsBefore int64) error {
	if _, err := t.tx.Exec(`DELETE FROM sessions WHERE expires < ?1 OR (ended <> 0 AND ended < ?1)`, sessionsBefore); err != nil {
		return err
	}
	_, err := t.tx.Exec(`DELETE FROM proofs WHERE until_ms < ?`, proofsBefore)
	return err
}
