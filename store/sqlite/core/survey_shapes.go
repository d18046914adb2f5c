package core

import (
	"context"
	"errors"
	"iter"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// PutShapes implements survey.Catalog.
func (s *SurveyStore) PutShapes(ctx context.Context, list []survey.Shape) error {
	return s.write(ctx, "store shapes", func(tx *dbfile.Tx) error {
		for _, sh := range list {
			if _, err := tx.Exec(`INSERT INTO area_shapes (code, geometry) VALUES (?, ?) ON CONFLICT (code) DO UPDATE SET geometry = excluded.geometry`,
				sh.Code, sh.Geometry); err != nil {
				return err
			}
		}
		return nil
	})
}

// errEnough ends a read that its caller has left.
var errEnough = errors.New("enough")

// Shapes implements survey.Catalog.
func (s *SurveyStore) Shapes(ctx context.Context, under string, kind survey.AreaKind, after string) iter.Seq2[survey.AreaShape, error] {
	return func(yield func(survey.AreaShape, error) bool) {
		err := s.read(ctx, "list shapes", func(tx *dbfile.Tx) error {
			rows, err := tx.Query(`SELECT a.code, a.name_zh, a.name_en, a.kind, a.parent, x.geometry FROM area_shapes x JOIN areas a ON a.code = x.code
				WHERE x.code > ?1 AND x.code >= ?2 AND x.code < ?3 AND (?4 = '' OR a.kind = ?4) ORDER BY x.code`, after, under, pastPrefix(under), string(kind))
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var sh survey.AreaShape
				if err := rows.Scan(&sh.Code, &sh.NameZH, &sh.NameEN, &sh.Kind, &sh.Parent, &sh.Geometry); err != nil {
					return err
				}
				if !yield(sh, nil) {
					return errEnough
				}
			}
			return rows.Err()
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(survey.AreaShape{}, err)
		}
	}
}

// DropShapes implements survey.Catalog.
func (s *SurveyStore) DropShapes(ctx context.Context, under string) (n int, err error) {
	err = s.write(ctx, "drop shapes", func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`DELETE FROM area_shapes WHERE code >= ? AND code < ?`, under, pastPrefix(under))
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		n = int(gone)
		return errs.Wrap("drop shapes", err)
	})
	return n, err
}
