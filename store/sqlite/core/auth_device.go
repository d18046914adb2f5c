package core

import (
	"strings"

	"ruhu/auth"
)

const enrolmentColumns = `id, code_hash, worker, name, street, grids, created, created_by, expires, used, device, revoked`

func scanEnrolment(r scanner) (e auth.Enrolment, err error) {
	var hash []byte
	var grids string
	err = r.Scan(&e.ID, &hash, &e.Worker, &e.Name, &e.Street, &grids, &e.Created, &e.CreatedBy, &e.Expires, &e.Used, &e.Device, &e.Revoked)
	if err != nil {
		return e, err
	}
	e.Grids = strings.Fields(grids)
	e.CodeHash, err = hash32(hash)
	return e, err
}

func (r authReader) Enrolment(id string) (auth.Enrolment, error) {
	e, err := scanEnrolment(r.tx.QueryRow(`SELECT `+enrolmentColumns+` FROM enrolments WHERE id = ?`, id))
	return e, missing("enrolment", id, err)
}

func (r authReader) EnrolmentByCode(hash [32]byte) (auth.Enrolment, error) {
	e, err := scanEnrolment(r.tx.QueryRow(`SELECT `+enrolmentColumns+` FROM enrolments WHERE code_hash = ?`, hash[:]))
	return e, missing("enrolment", "of that code", err)
}

func (r authReader) Enrolments(q auth.EnrolmentQuery) ([]auth.Enrolment, error) {
	const where = ` FROM enrolments WHERE street >= ?1 AND street < ?1 || ':'
		AND (?2 = 0 OR (used = 0 AND revoked = 0 AND expires > ?2))`
	if q.AfterID == "" {
		return collect(r.tx, scanEnrolment, `SELECT `+enrolmentColumns+where+` ORDER BY created DESC, id DESC LIMIT ?3`,
			q.Area, q.OpenAt, q.Limit)
	}
	return collect(r.tx, scanEnrolment, `SELECT `+enrolmentColumns+where+` AND (created, id) < (?4, ?5)
		ORDER BY created DESC, id DESC LIMIT ?3`, q.Area, q.OpenAt, q.Limit, q.AfterTime, q.AfterID)
}

func (t authTx) PutEnrolment(e auth.Enrolment) error {
	_, err := t.tx.Exec(`INSERT INTO enrolments (id, code_hash, worker, name, street, grids, created, created_by, expires, used, device, revoked)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
		ON CONFLICT (id) DO UPDATE SET used = ?10, device = ?11, revoked = ?12`,
		e.ID, e.CodeHash[:], e.Worker, e.Name, e.Street, strings.Join(e.Grids, " "), e.Created, e.CreatedBy, e.Expires, e.Used, e.Device, e.Revoked)
	return err
}

const deviceColumns = `id, registry_id, street, worker, name, platform, public_key, enrolled, last_seen, confirmed, revoked, revoked_by,
	reason, drain_until, fork_of, enrolment`

func scanDevice(r scanner) (d auth.Device, err error) {
	err = r.Scan(&d.ID, &d.RegistryID, &d.Street, &d.Worker, &d.Name, &d.Platform, &d.PublicKey, &d.Enrolled, &d.LastSeen, &d.Confirmed,
		&d.Revoked, &d.RevokedBy, &d.Reason, &d.DrainUntil, &d.ForkOf, &d.Enrolment)
	return d, err
}

func (r authReader) Device(id string) (auth.Device, error) {
	query := `SELECT ` + deviceColumns + ` FROM devices WHERE id = ?`
	if strings.HasPrefix(id, "rg_") {
		query = `SELECT ` + deviceColumns + ` FROM devices WHERE registry_id = ?`
	}
	d, err := scanDevice(r.tx.QueryRow(query, id))
	return d, missing("device", id, err)
}

func (r authReader) Devices(q auth.DeviceQuery) ([]auth.Device, error) {
	query := `SELECT ` + deviceColumns + ` FROM devices WHERE id > ?1 AND street >= ?2 AND street < ?2 || ':'
		AND (?5 = 0 OR revoked = 0 AND last_seen > 0 AND last_seen < ?5)`
	if q.Worker != "" {
		query += ` AND worker = ?4`
	}
	return collect(r.tx, scanDevice, query+` ORDER BY id LIMIT ?3`, q.After, q.Area, q.Limit, q.Worker, q.SilentSince)
}

func (t authTx) PutDevice(d auth.Device) error {
	_, err := t.tx.Exec(`INSERT INTO devices (id, registry_id, street, worker, name, platform, public_key, enrolled, last_seen, confirmed,
		revoked, revoked_by, reason, drain_until, fork_of, enrolment)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
		ON CONFLICT (id) DO UPDATE SET name = ?5, platform = ?6, last_seen = ?9, confirmed = ?10, revoked = ?11, revoked_by = ?12,
		reason = ?13, drain_until = ?14`,
		d.ID, d.RegistryID, d.Street, d.Worker, d.Name, d.Platform, d.PublicKey, d.Enrolled, d.LastSeen, d.Confirmed,
		d.Revoked, d.RevokedBy, d.Reason, d.DrainUntil, d.ForkOf, d.Enrolment)
	return err
}

func (r authReader) Revocation(device string) (v auth.Revocation, err error) {
	err = r.tx.QueryRow(`SELECT device, at, drain_until, by_user, reason FROM revocations WHERE device = ?`, device).
		Scan(&v.Device, &v.At, &v.DrainUntil, &v.By, &v.Reason)
	return v, missing("revocation", device, err)
}

func (t authTx) PutRevocation(v auth.Revocation) error {
	_, err := t.tx.Exec(`INSERT INTO revocations (device, at, drain_until, by_user, reason) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (device) DO UPDATE SET drain_until = excluded.drain_until, reason = excluded.reason`,
		v.Device, v.At, v.DrainUntil, v.By, v.Reason)
	return err
}
