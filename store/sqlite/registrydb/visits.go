package registrydb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// VisitMark implements survey.Registry.
func (db *DB) VisitMark(ctx context.Context, street string) (seq uint64, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		seq, err = mark(tx, street)
		return err
	})
	return seq, errs.Wrap("visit mark", err)
}

func mark(tx *dbfile.Tx, street string) (seq uint64, err error) {
	err = tx.QueryRow(`SELECT seq FROM visit_marks WHERE street = ?`, street).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, err
}

// storedVisit is what of a visit is sealed.
type storedVisit struct {
	survey.Visit
	By string `json:"worker"`
}

// IndexVisits implements survey.Registry.
func (db *DB) IndexVisits(ctx context.Context, street string, from, to uint64, put []survey.Visit, gone []string) error {
	return errs.Wrap("index visits", db.file.Write(ctx, func(tx *dbfile.Tx) error {
		now, err := mark(tx, street)
		if err != nil || now != from {
			return err
		}
		touched := map[string]bool{}
		if to == 0 {
			if gone, err = texts(tx, `SELECT record FROM visits WHERE street = ?`, street); err != nil {
				return err
			}
		}
		for _, record := range gone {
			if err := removeVisit(tx, record, touched); err != nil {
				return err
			}
		}
		for _, v := range put {
			if err := removeVisit(tx, v.Record, touched); err != nil {
				return err
			}
			sealed, err := db.seal(storedVisit{v, v.Worker}, "visit:"+v.Record)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO visits (record, street, household, sealed) VALUES (?, ?, ?, ?)`, v.Record, street, v.Household, sealed); err != nil {
				return err
			}
			touched[v.Household] = true
		}
		for household := range touched {
			if err := db.reckon(tx, household); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`INSERT INTO visit_marks (street, seq) VALUES (?, ?) ON CONFLICT (street) DO UPDATE SET seq = excluded.seq`, street, to)
		return err
	}))
}

func texts(tx *dbfile.Tx, query string, args ...any) (list []string, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// removeVisit takes a visit out and notes the household it was of.
func removeVisit(tx *dbfile.Tx, record string, touched map[string]bool) error {
	var household string
	err := tx.QueryRow(`SELECT household FROM visits WHERE record = ?`, record).Scan(&household)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	touched[household] = true
	_, err = tx.Exec(`DELETE FROM visits WHERE record = ?`, record)
	return err
}

// Visits implements survey.Registry.
func (db *DB) Visits(ctx context.Context, household string) (list []survey.Visit, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list, err = db.visitsOf(tx, household)
		return err
	})
	return list, errs.Wrap("list visits", err)
}

func (db *DB) visitsOf(tx *dbfile.Tx, household string) (list []survey.Visit, err error) {
	rows, err := tx.Query(`SELECT record, sealed FROM visits WHERE household = ?`, household)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var record string
		var sealed []byte
		if err := rows.Scan(&record, &sealed); err != nil {
			return nil, err
		}
		var v storedVisit
		if err := db.open(sealed, "visit:"+record, &v); err != nil {
			return nil, err
		}
		v.Visit.Worker = v.By
		list = append(list, v.Visit)
	}
	slices.SortFunc(list, func(a, b survey.Visit) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Half, b.Half), cmp.Compare(a.Record, b.Record))
	})
	return list, rows.Err()
}

// outcome is what a household adds to the cells of its grid.
type outcome struct {
	Grid     string  `json:"g"`
	Final    string  `json:"f"`
	Refusal  string  `json:"r,omitempty"`
	Attempts int64   `json:"n"`
	Weight   float64 `json:"w"`
}

// reckon computes a household's outcome anew and moves the cells by the difference. A household that is not in the frame or
// not selected, or that nobody visited, adds nothing.
func (db *DB) reckon(tx *dbfile.Tx, household string) error {
	before, err := db.outcomeOf(tx, household)
	if err != nil {
		return err
	}
	after, err := db.reckoned(tx, household)
	if err != nil || before == nil && after == nil {
		return err
	}
	if before != nil && after != nil && *before == *after {
		return nil
	}
	if before != nil {
		if err := addOutcome(tx, before, -1); err != nil {
			return err
		}
	}
	if after == nil {
		_, err := tx.Exec(`DELETE FROM outcomes WHERE household = ?`, household)
		return err
	}
	if err := addOutcome(tx, after, 1); err != nil {
		return err
	}
	sealed, err := db.seal(after, "outcome:"+household)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO outcomes (household, grid, sealed) VALUES (?, ?, ?)
		ON CONFLICT (household) DO UPDATE SET grid = excluded.grid, sealed = excluded.sealed`, household, after.Grid, sealed)
	return err
}

func (db *DB) outcomeOf(tx *dbfile.Tx, household string) (*outcome, error) {
	var sealed []byte
	err := tx.QueryRow(`SELECT sealed FROM outcomes WHERE household = ?`, household).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var o outcome
	return &o, db.open(sealed, "outcome:"+household, &o)
}

func (db *DB) reckoned(tx *dbfile.Tx, household string) (*outcome, error) {
	visits, err := db.visitsOf(tx, household)
	if err != nil || len(visits) == 0 {
		return nil, err
	}
	o := outcome{}
	selected := false
	err = tx.QueryRow(`SELECT grid, weight, selected FROM households WHERE code = ?`, household).Scan(&o.Grid, &o.Weight, &selected)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !selected {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var codes []string
	for i := range visits {
		if v := &visits[i]; v.Counted() {
			o.Attempts++
			codes = append(codes, v.Disposition)
		}
	}
	if o.Attempts == 0 {
		return nil, nil
	}
	o.Final = survey.FinalDisposition(codes)
	if survey.OutcomeOf(o.Final) == survey.OutcomeRefusal {
		for i := range visits {
			if visits[i].Disposition == o.Final && visits[i].Counted() {
				o.Refusal = visits[i].Refusal // the latest that says why
			}
		}
	}
	return &o, nil
}

// addOutcome moves the cells of a grid; sign is 1 or -1. Cells that come to nothing go, so that no rest of a weight stays.
func addOutcome(tx *dbfile.Tx, o *outcome, sign int64) error {
	type cell struct {
		what, code string
		n          int64
		w          float64
	}
	cells := []cell{{"final", o.Final, sign, float64(sign) * o.Weight}, {"attempts", "", sign * o.Attempts, 0}}
	if o.Refusal != "" {
		cells = append(cells, cell{"refusal", o.Refusal, sign, 0})
	}
	for _, c := range cells {
		if _, err := tx.Exec(`INSERT INTO outcome_cells (grid, what, code, n, w) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (grid, what, code) DO UPDATE SET n = n + excluded.n, w = w + excluded.w`, o.Grid, c.what, c.code, c.n, c.w); err != nil {
			return err
		}
		if sign < 0 {
			if _, err := tx.Exec(`DELETE FROM outcome_cells WHERE grid = ? AND what = ? AND code = ? AND n = 0`, o.Grid, c.what, c.code); err != nil {
				return err
			}
		}
	}
	return nil
}

// Outcomes implements survey.Registry.
func (db *DB) Outcomes(ctx context.Context, area string) (list []survey.GridOutcome, err error) {
	err = db.file.Read(ctx, func(tx *dbfile.Tx) error {
		list = nil
		rows, err := tx.Query(`SELECT grid, what, code, n, w FROM outcome_cells WHERE grid >= ? AND grid < ? ORDER BY grid, what, code`, area, pastPrefix(area))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var grid, what, code string
			var t survey.Tally
			if err := rows.Scan(&grid, &what, &code, &t.N, &t.W); err != nil {
				return err
			}
			if len(list) == 0 || list[len(list)-1].Grid != grid {
				list = append(list, survey.GridOutcome{Grid: grid, Final: map[string]survey.Tally{}, Refusals: map[string]int64{}})
			}
			g := &list[len(list)-1]
			switch what {
			case "final":
				g.Final[code] = t
			case "refusal":
				g.Refusals[code] = t.N
			case "attempts":
				g.Attempts = t.N
			}
		}
		return rows.Err()
	})
	return list, errs.Wrap("count outcomes", err)
}
