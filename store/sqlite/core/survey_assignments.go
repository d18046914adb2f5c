package core

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// PutAssignments implements survey.Catalog.
func (s *SurveyStore) PutAssignments(ctx context.Context, list []survey.Assignment, gone ...string) error {
	return s.write(ctx, "store assignments", func(tx *dbfile.Tx) error {
		streets := map[string]bool{}
		for _, a := range list {
			if _, err := tx.Exec(`INSERT INTO assignments (grid, id, survey, form, household, worker, due) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET survey = excluded.survey, due = excluded.due`,
				a.Grid, a.ID(), a.Survey, a.Form, a.Household, a.Worker, a.Due); err != nil {
				return err
			}
			streets[survey.StreetOf(a.Grid)] = true
		}
		for _, id := range gone {
			a, err := scanAssignment(tx.QueryRow(assignmentColumns+` WHERE id = ?`, id))
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM assignments WHERE id = ?`, id); err != nil {
				return err
			}
			streets[survey.StreetOf(a.Grid)] = true
		}
		for street := range streets {
			if err := raise(tx, "street:"+street); err != nil {
				return err
			}
		}
		return nil
	})
}

const assignmentColumns = `SELECT grid, survey, form, household, worker, due FROM assignments`

func scanAssignment(r scanner) (a survey.Assignment, err error) {
	err = r.Scan(&a.Grid, &a.Survey, &a.Form, &a.Household, &a.Worker, &a.Due)
	return a, err
}

// Assignment implements survey.Catalog.
func (s *SurveyStore) Assignment(ctx context.Context, id string) (a survey.Assignment, ok bool, err error) {
	err = s.read(ctx, "read assignment", func(tx *dbfile.Tx) error {
		a, err = scanAssignment(tx.QueryRow(assignmentColumns+` WHERE id = ?`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return a, ok, err
}

// AssignmentCounts implements survey.Catalog.
func (s *SurveyStore) AssignmentCounts(ctx context.Context, area, after string, limit int) (list []survey.AssignmentCount, next string, err error) {
	key := [3]string{}
	if after != "" {
		parts := strings.Split(after, "\x1f")
		if len(parts) != 3 {
			return nil, "", errs.New(errs.BadRequest, "count assignments", "not a cursor of this list")
		}
		key = [3]string(parts)
	}
	err = s.read(ctx, "count assignments", func(tx *dbfile.Tx) error {
		list, err = collect(tx, func(r scanner) (c survey.AssignmentCount, err error) {
			err = r.Scan(&c.Grid, &c.Form, &c.Worker, &c.Whole, &c.Households, &c.Due)
			return c, err
		}, `SELECT grid, form, worker, max(household = ''), sum(household <> ''), coalesce(min(nullif(due, '')), '') FROM assignments
			WHERE grid >= ?1 AND grid >= ?3 AND grid < ?2 AND (grid, form, worker) > (?3, ?4, ?5) GROUP BY grid, form, worker ORDER BY grid, form, worker LIMIT ?6`,
			area, pastPrefix(area), key[0], key[1], key[2], limit+1)
		return err
	})
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = strings.Join([]string{last.Grid, last.Form, last.Worker}, "\x1f")
	}
	return list, next, err
}

// Assignments implements survey.Catalog.
func (s *SurveyStore) Assignments(ctx context.Context, f survey.AssignmentFilter, after string, limit int) (list []survey.Assignment, next string, err error) {
	afterGrid, afterID := "", ""
	if after != "" {
		if len(after) < 15 {
			return nil, "", errs.New(errs.BadRequest, "list assignments", "not a cursor of this list")
		}
		afterGrid, afterID = after[:15], after[15:]
	}
	query := assignmentColumns + ` WHERE (grid, id) > (?, ?) AND grid >= ? AND grid < ?`
	args := []any{afterGrid, afterID, f.Area, pastPrefix(f.Area)}
	if f.Worker != "" {
		query += ` AND worker = ?`
		args = append(args, f.Worker)
	}
	if f.Form != "" {
		query += ` AND form = ?`
		args = append(args, f.Form)
	}
	switch {
	case f.Household != "" && f.GridWide:
		query += ` AND household IN ('', ?)`
		args = append(args, f.Household)
	case f.Household != "":
		query += ` AND household = ?`
		args = append(args, f.Household)
	}
	query += ` ORDER BY grid, id LIMIT ?`
	err = s.read(ctx, "list assignments", func(tx *dbfile.Tx) error {
		list, err = collect(tx, scanAssignment, query, append(args, limit+1)...)
		return err
	})
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = last.Grid + last.ID()
	}
	return list, next, err
}

// DeleteAssignment implements survey.Catalog.
func (s *SurveyStore) DeleteAssignment(ctx context.Context, id string) error {
	const op = "delete assignment"
	return s.write(ctx, op, func(tx *dbfile.Tx) error {
		var grid string
		err := tx.QueryRow(`SELECT grid FROM assignments WHERE id = ?`, id).Scan(&grid)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, op, "no such assignment")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM assignments WHERE id = ?`, id); err != nil {
			return err
		}
		return raise(tx, "street:"+survey.StreetOf(grid))
	})
}
