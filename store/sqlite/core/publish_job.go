package core

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

var _ survey.ExportJobs = (*DB)(nil)

const jobColumns = `id, owner, form, format, area, statuses, correction, state, done, total, created, finished, lease, file, size, snapshot, code`

func scanJob(r scanner) (j survey.ExportJob, err error) {
	var statuses string
	err = r.Scan(&j.ID, &j.Owner, &j.Form, &j.Format, &j.Area, &statuses, &j.Correction, &j.State, &j.Done, &j.Total, &j.Created,
		&j.Finished, &j.Lease, &j.File, &j.Size, &j.Snapshot, &j.Code)
	j.Statuses = strings.Fields(statuses)
	return j, err
}

// PutJob implements survey.ExportJobs.
func (db *DB) PutJob(ctx context.Context, j survey.ExportJob) error {
	return errs.Wrap("store export job", db.file.Write(ctx, func(tx *dbfile.Tx) error {
		_, err := tx.Exec(`INSERT INTO export_jobs (`+jobColumns+`)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
			ON CONFLICT (id) DO UPDATE SET state = ?8, done = ?9, total = ?10, finished = ?12, lease = ?13, file = ?14, size = ?15,
			snapshot = ?16, code = ?17`,
			j.ID, j.Owner, j.Form, j.Format, j.Area, strings.Join(j.Statuses, " "), j.Correction, string(j.State), j.Done, j.Total, j.Created,
			j.Finished, j.Lease, j.File, j.Size, j.Snapshot, j.Code)
		return err
	}))
}

// GetJob implements survey.ExportJobs.
func (db *DB) GetJob(ctx context.Context, owner, id string) (j survey.ExportJob, err error) {
	const op = "read export job"
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		j, err = scanJob(tx.QueryRow(`SELECT `+jobColumns+` FROM export_jobs WHERE id = ? AND owner = ?`, id, owner))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return j, errs.New(errs.NotFound, op, "no export %s of yours", id)
	}
	return j, errs.Wrap(op, err)
}

// ListJobs implements survey.ExportJobs.
func (db *DB) ListJobs(ctx context.Context, owner, cursor string, limit int) (list []survey.ExportJob, next string, err error) {
	const op = "list export jobs"
	at, id, err := place(cursor)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list, err = collect(tx, scanJob, `SELECT `+jobColumns+` FROM export_jobs
			WHERE owner = ?1 AND (?2 = 0 OR created < ?2 OR (created = ?2 AND id < ?3)) ORDER BY created DESC, id DESC LIMIT ?4`,
			owner, at, id, limit+1)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = placeOf(list[limit-1].Created, list[limit-1].ID)
	}
	return list, next, nil
}

// ClaimJob implements survey.ExportJobs.
func (db *DB) ClaimJob(ctx context.Context, now, until int64) (j survey.ExportJob, ok bool, err error) {
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		j, ok = survey.ExportJob{}, false
		found, err := scanJob(tx.QueryRow(`SELECT `+jobColumns+` FROM export_jobs
			WHERE state = 'queued' OR (state = 'running' AND lease < ?) ORDER BY created, id LIMIT 1`, now))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found.State, found.Lease, found.Done = survey.ExportRunning, until, 0
		if _, err := tx.Exec(`UPDATE export_jobs SET state = 'running', lease = ?, done = 0 WHERE id = ?`, until, found.ID); err != nil {
			return err
		}
		j, ok = found, true
		return nil
	})
	return j, ok, errs.Wrap("claim export job", err)
}

// AdvanceJob implements survey.ExportJobs.
func (db *DB) AdvanceJob(ctx context.Context, id string, done, total, until int64) (running bool, err error) {
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`UPDATE export_jobs SET done = ?, total = ?, lease = ? WHERE id = ? AND state = 'running'`, done, total, until, id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		running = n == 1
		return err
	})
	return running, errs.Wrap("advance export job", err)
}

// ExpireJobs implements survey.ExportJobs.
func (db *DB) ExpireJobs(ctx context.Context, before int64, limit int) (ids []string, err error) {
	err = db.file.Write(ctx, func(tx *dbfile.Tx) error {
		ids, err = collect(tx, func(r scanner) (id string, err error) { err = r.Scan(&id); return id, err },
			`SELECT id FROM export_jobs WHERE finished > 0 AND finished < ? ORDER BY finished LIMIT ?`, before, limit)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.Exec(`DELETE FROM export_jobs WHERE id = ?`, id); err != nil {
				return err
			}
		}
		return nil
	})
	return ids, errs.Wrap("expire export jobs", err)
}

// place reads a keyset cursor "ms.id"; "" is the start.
func place(cursor string) (at int64, id string, err error) {
	if cursor == "" {
		return 0, "", nil
	}
	ms, id, ok := strings.Cut(cursor, ".")
	at, err = strconv.ParseInt(ms, 10, 64)
	if !ok || err != nil || at <= 0 {
		return 0, "", errs.New(errs.BadRequest, "cursor", "not a cursor of this list")
	}
	return at, id, nil
}

func placeOf(at int64, id string) string { return strconv.FormatInt(at, 10) + "." + id }
