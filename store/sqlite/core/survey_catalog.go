package core

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// SurveyStore implements survey.Catalog.
type SurveyStore struct {
	db *DB
}

var _ survey.Catalog = (*SurveyStore)(nil)

// Survey returns the store of surveys, areas, forms and assignments.
func (db *DB) Survey() *SurveyStore { return &SurveyStore{db} }

func (s *SurveyStore) read(ctx context.Context, op string, fn func(tx *dbfile.Tx) error) error {
	return errs.Wrap(op, s.db.file.Read(ctx, fn))
}

func (s *SurveyStore) write(ctx context.Context, op string, fn func(tx *dbfile.Tx) error) error {
	return errs.Wrap(op, s.db.file.Write(ctx, fn))
}

// raise makes a version grow in the transaction of the change.
func raise(tx *dbfile.Tx, key string) error {
	_, err := tx.Exec(`INSERT INTO survey_versions (key, version) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET version = version + 1`, key)
	return err
}

// Version implements survey.Catalog.
func (s *SurveyStore) Version(ctx context.Context, street string) (catalog, assignments uint64, err error) {
	err = s.read(ctx, "catalog version", func(tx *dbfile.Tx) error {
		for _, v := range []struct {
			key string
			to  *uint64
		}{{"", &catalog}, {"street:" + street, &assignments}} {
			err := tx.QueryRow(`SELECT version FROM survey_versions WHERE key = ?`, v.key).Scan(v.to)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return catalog, assignments, err
}

// PutSurvey implements survey.Catalog.
func (s *SurveyStore) PutSurvey(ctx context.Context, sv survey.Survey) error {
	body, err := json.Marshal(sv)
	if err != nil {
		return errs.Wrap("store survey", err)
	}
	return s.write(ctx, "store survey", func(tx *dbfile.Tx) error {
		if _, err := tx.Exec(`INSERT INTO surveys (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`, sv.ID, string(body)); err != nil {
			return err
		}
		return raise(tx, "")
	})
}

// Surveys implements survey.Catalog.
func (s *SurveyStore) Surveys(ctx context.Context) (list []survey.Survey, err error) {
	err = s.read(ctx, "list surveys", func(tx *dbfile.Tx) error {
		list, err = collect(tx, func(r scanner) (sv survey.Survey, err error) {
			var body string
			if err := r.Scan(&body); err != nil {
				return sv, err
			}
			return sv, json.Unmarshal([]byte(body), &sv)
		}, `SELECT body FROM surveys ORDER BY id`)
		return err
	})
	return list, err
}

// PutAreas implements survey.Catalog.
func (s *SurveyStore) PutAreas(ctx context.Context, list []survey.Area) error {
	return s.write(ctx, "store areas", func(tx *dbfile.Tx) error {
		for _, a := range list {
			if _, err := tx.Exec(`INSERT INTO areas (code, name_zh, name_en, kind, parent) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, kind = excluded.kind, parent = excluded.parent`,
				a.Code, a.NameZH, a.NameEN, string(a.Kind), a.Parent); err != nil {
				return err
			}
		}
		return raise(tx, "") // forms carry a list of villages
	})
}

const areaColumns = `SELECT code, name_zh, name_en, kind, parent FROM areas`

func scanArea(r scanner) (a survey.Area, err error) {
	err = r.Scan(&a.Code, &a.NameZH, &a.NameEN, &a.Kind, &a.Parent)
	return a, err
}

// Area implements survey.Catalog.
func (s *SurveyStore) Area(ctx context.Context, code string) (a survey.Area, ok bool, err error) {
	err = s.read(ctx, "read area", func(tx *dbfile.Tx) error {
		a, err = scanArea(tx.QueryRow(areaColumns+` WHERE code = ?`, code))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return a, ok, err
}

// Areas implements survey.Catalog.
func (s *SurveyStore) Areas(ctx context.Context, under string, kind survey.AreaKind, after string, limit int) (list []survey.Area, err error) {
	err = s.read(ctx, "list areas", func(tx *dbfile.Tx) error {
		if kind == "" {
			list, err = collect(tx, scanArea, areaColumns+` WHERE code > ? AND code >= ? AND code < ? ORDER BY code LIMIT ?`, after, under, pastPrefix(under), limit)
			return err
		}
		list, err = collect(tx, scanArea, areaColumns+` WHERE kind = ? AND code > ? AND code >= ? AND code < ? ORDER BY code LIMIT ?`,
			string(kind), after, under, pastPrefix(under), limit)
		return err
	})
	return list, err
}

// pastPrefix is greater than every area code that begins with prefix, and not greater than any other that is.
func pastPrefix(prefix string) string { return prefix + ":" } // ':' follows '9'

// PutPlan implements survey.Catalog.
func (s *SurveyStore) PutPlan(ctx context.Context, p survey.Plan) error {
	return s.write(ctx, "store plan", func(tx *dbfile.Tx) error {
		_, err := tx.Exec(`INSERT INTO retention_plans (id, kind, survey, due, done, count, note) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET due = excluded.due, done = excluded.done, count = excluded.count, note = excluded.note`,
			p.ID, p.Kind, p.Survey, p.Due, p.Done, p.Count, p.Note)
		return err
	})
}

// Plans implements survey.Catalog.
func (s *SurveyStore) Plans(ctx context.Context, dueBy string, onlyOpen bool) (list []survey.Plan, err error) {
	if dueBy == "" {
		dueBy = "9999-12-31"
	}
	err = s.read(ctx, "list plans", func(tx *dbfile.Tx) error {
		list, err = collect(tx, func(r scanner) (p survey.Plan, err error) {
			err = r.Scan(&p.ID, &p.Kind, &p.Survey, &p.Due, &p.Done, &p.Count, &p.Note)
			return p, err
		}, `SELECT id, kind, survey, due, done, count, note FROM retention_plans WHERE due <= ? AND (NOT ? OR done = '') ORDER BY due, id`, dueBy, onlyOpen)
		return err
	})
	return list, err
}

// PutErasure implements survey.Catalog.
func (s *SurveyStore) PutErasure(ctx context.Context, e survey.Erasure) error {
	records, err := json.Marshal(e.Records)
	if err != nil {
		return errs.Wrap("store erasure", err)
	}
	missing, err := json.Marshal(e.Missing)
	if err != nil {
		return errs.Wrap("store erasure", err)
	}
	return s.write(ctx, "store erasure", func(tx *dbfile.Tx) error {
		_, err := tx.Exec(`INSERT INTO erasures (id, records, reason, requested_by, requested, confirmed_by, confirmed, missing) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET confirmed_by = excluded.confirmed_by, confirmed = excluded.confirmed, missing = excluded.missing`,
			e.ID, string(records), e.Reason, e.RequestedBy, e.Requested.UnixMilli(), e.ConfirmedBy, millisOrZero(e.Confirmed), string(missing))
		return err
	})
}

func millisOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

const erasureColumns = `SELECT id, records, reason, requested_by, requested, confirmed_by, confirmed, missing FROM erasures`

func scanErasure(r scanner) (e survey.Erasure, err error) {
	var records, missing string
	var requested, confirmed int64
	if err := r.Scan(&e.ID, &records, &e.Reason, &e.RequestedBy, &requested, &e.ConfirmedBy, &confirmed, &missing); err != nil {
		return e, err
	}
	e.Requested = time.UnixMilli(requested).UTC()
	if confirmed != 0 {
		e.Confirmed = time.UnixMilli(confirmed).UTC()
	}
	return e, errors.Join(json.Unmarshal([]byte(records), &e.Records), json.Unmarshal([]byte(missing), &e.Missing))
}

// Erasure implements survey.Catalog.
func (s *SurveyStore) Erasure(ctx context.Context, id string) (e survey.Erasure, ok bool, err error) {
	err = s.read(ctx, "read erasure", func(tx *dbfile.Tx) error {
		e, err = scanErasure(tx.QueryRow(erasureColumns+` WHERE id = ?`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return e, ok, err
}

// Erasures implements survey.Catalog.
func (s *SurveyStore) Erasures(ctx context.Context, after string, limit int) (list []survey.Erasure, err error) {
	err = s.read(ctx, "list erasures", func(tx *dbfile.Tx) error {
		if after == "" {
			list, err = collect(tx, scanErasure, erasureColumns+` ORDER BY n DESC LIMIT ?`, limit)
			return err
		}
		list, err = collect(tx, scanErasure, erasureColumns+` WHERE n < (SELECT n FROM erasures WHERE id = ?) ORDER BY n DESC LIMIT ?`, after, limit)
		return err
	})
	return list, err
}
