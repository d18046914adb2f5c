package logdb

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/fnv"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/survey"
	"ruhu/sync"
)

// Records is the read side of the answers stream: it implements survey.Records.
type Records struct{ l *Log }

var _ survey.Records = Records{}

// Records returns the read side of the log.
func (l *Log) Records() Records { return Records{l} }

// streetLen is how many digits name a street.
const streetLen = 9

type streetRow struct {
	no   int64
	code string
}

// streetsUnder returns the streets at, below or above an area, in order of code.
func (r *reader) streetsUnder(area string) ([]streetRow, error) {
	rows, err := r.tx.Query("SELECT no, code FROM streets WHERE code >= ?1 AND code < ?1 || ':' ORDER BY code", area[:min(len(area), streetLen)])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []streetRow
	for rows.Next() {
		var s streetRow
		if err := rows.Scan(&s.no, &s.code); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// gridPrefix is what the grids of an area's records begin with beyond their street.
func gridPrefix(area string) string {
	if len(area) <= streetLen {
		return ""
	}
	return area
}

// listWhere: 1, 2 bounds of created; 3 form; 4 grid prefix; 5 statuses; 6 with, 7 without conflict; 8 flag; 9 query;
// 10 workers; 11 before; 12 limit; 13 authors; 14 clean.
const listWhere = `WHERE r.created > ?1 AND r.created < ?2
	AND (?3 = '' OR r.form = ?3)
	AND (?4 = '' OR r.grid >= ?4 AND r.grid < ?4 || ':')
	AND (?5 = '' OR r.status IN (SELECT value FROM json_each(?5)))
	AND (NOT ?6 OR r.conflicts <> '') AND (NOT ?7 OR r.conflicts = '')
	AND (?8 = '' OR instr(r.flags, char(10) || ?8 || char(10)) OR instr(r.flags, char(10) || ?8 || ':'))
	AND (?9 = '' AND ?10 = ''
		OR ?9 <> '' AND (substr(r.id, 1, length(?9)) = ?9 OR substr(coalesce(r.case_no, ''), 1, length(?9)) = ?9)
		OR ?10 <> '' AND r.author IN (SELECT value FROM json_each(?10)))
	AND (?11 = 0 OR r.submitted > 0 AND r.submitted < ?11)
	AND (?13 = '' OR r.author IN (SELECT value FROM json_each(?13)))
	AND (NOT ?14 OR r.conflicts = '' AND r.flags = '') `

// List implements survey.Records.
func (r Records) List(ctx context.Context, f survey.RecordFilter) (survey.RecordPage, error) {
	const op = "list records"
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, limits.PullRows)
	from, err := decodeListCursor(f)
	if err != nil {
		return survey.RecordPage{}, err
	}
	var page survey.RecordPage
	err = r.l.view(ctx, func(rd *reader) error {
		page = survey.RecordPage{}
		streets, err := rd.streetsUnder(f.Area)
		if err != nil {
			return err
		}
		if f.Newest {
			slices.Reverse(streets)
		}
		for _, s := range streets {
			after, before := placeOf(s.no, 0), placeOf(s.no+1, 0)
			if from.Street != "" {
				if c := strings.Compare(s.code, from.Street); c != 0 && (c < 0) != f.Newest {
					continue
				} else if c == 0 && f.Newest {
					before = placeOf(s.no, from.Created)
				} else if c == 0 {
					after = placeOf(s.no, from.Created)
				}
			}
			if err := rd.listStreet(&f, s, after, before, &page); err != nil {
				return err
			}
			if len(page.Rows) > f.Limit {
				page.Rows = page.Rows[:f.Limit]
				last := &page.Rows[f.Limit-1]
				page.Next = encodeListCursor(f, last.Street, last.Created)
				return nil
			}
		}
		return nil
	})
	return page, errs.Wrap(op, err)
}

func (rd *reader) listStreet(f *survey.RecordFilter, s streetRow, after, before int64, page *survey.RecordPage) error {
	statuses, err := jsonList(f.Statuses)
	if err != nil {
		return err
	}
	workers, err := jsonList(f.Workers)
	if err != nil {
		return err
	}
	authors, err := jsonList(f.Authors)
	if err != nil {
		return err
	}
	order := "ORDER BY r.created LIMIT ?12"
	if f.Newest {
		order = "ORDER BY r.created DESC LIMIT ?12"
	}
	with, without := f.Conflict != nil && *f.Conflict, f.Conflict != nil && !*f.Conflict
	for rec, err := range rd.records(bareRecord+listWhere+order, after, before, f.Form, gridPrefix(f.Area), statuses, with, without, f.Flag, f.Query,
		workers, f.Before, f.Limit+1-len(page.Rows), authors, f.Clean) {
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, rowOf(rec))
	}
	return nil
}

// jsonList is a list as a parameter of json_each, "" for none.
func jsonList(list []string) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func rowOf(rec *storedRecord) survey.RecordRow {
	return survey.RecordRow{ID: rec.ID, Street: rec.Street, Grid: rec.Grid, Form: rec.Form, Version: rec.Version, Case: rec.Case, Status: rec.Status,
		Conflicts: rec.Conflicts, Flags: rec.Flags, Author: rec.Author, Assignees: rec.Assignees, Submitted: rec.Submitted,
		Created: rec.Created, Changed: rec.Changed}
}

// Record implements survey.Records.
func (r Records) Record(ctx context.Context, id string) (row survey.RecordRow, ok bool, err error) {
	err = r.l.view(ctx, func(rd *reader) error {
		rec, err := scanRecord(rd.tx.QueryRow(bareRecord+"WHERE r.id = ?", id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if ok = rec.Created > 0 && rec.Status != sync.StatusErased; ok {
			row = rowOf(rec)
		}
		return nil
	})
	return row, ok, errs.Wrap("read record", err)
}

// A cursor holds a hash of the filter it belongs to, the street and the place in it.
func filterHash(f survey.RecordFilter) []byte {
	f.Cursor, f.Limit, f.From = "", 0, survey.Spot{}
	h := fnv.New32a()
	// Encoding a struct of plain fields cannot fail.
	json.NewEncoder(h).Encode(f)
	return h.Sum(nil)
}

func encodeListCursor(f survey.RecordFilter, street string, created uint64) string {
	e := encoder(filterHash(f))
	e.uint(created)
	return base64.RawURLEncoding.EncodeToString(append(e, street...))
}

func decodeListCursor(f survey.RecordFilter) (survey.Spot, error) {
	if f.Cursor == "" {
		return f.From, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	if err == nil && len(b) > 5 && bytes.Equal(b[:4], filterHash(f)) {
		r := cellReader{b: b[4:]}
		if created := r.uvarint(); !r.bad && len(r.b) > 0 && created < 1<<seqBits {
			return survey.Spot{Street: string(r.b), Created: created}, nil
		}
	}
	return survey.Spot{}, errs.New(errs.BadRequest, "list records", "not a cursor of this list")
}
