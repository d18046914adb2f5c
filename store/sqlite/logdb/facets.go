package logdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	gosync "sync"

	"ruhu/internal/errs"
	"ruhu/survey"
)

// countedStreets keeps what was counted of streets for as long as nothing is committed there: a busy console asks for the
// same figures many times between two changes. The zero value is empty; safe for concurrent use.
type countedStreets[V any] struct {
	mu   gosync.Mutex
	kept map[string]*countedStreet[V]
}

type countedStreet[V any] struct {
	mu    gosync.Mutex
	seq   uint64
	asked string
	known bool
	value V
}

// get returns what was counted of a street, counted anew by at most one caller where the street went on or something else is
// asked.
func (c *countedStreets[V]) get(ctx context.Context, l *Log, street, asked string, count func(r *reader, no int64) (V, error)) (V, uint64, error) {
	c.mu.Lock()
	if c.kept == nil {
		c.kept = map[string]*countedStreet[V]{}
	}
	k := c.kept[street]
	if k == nil {
		k = &countedStreet[V]{}
		c.kept[street] = k
	}
	c.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	err := l.view(ctx, func(r *reader) error {
		no, seq, err := r.standOf(street)
		if err != nil || no != 0 && k.known && k.seq == seq && k.asked == asked {
			return err
		}
		var none V
		k.known, k.seq, k.asked, k.value = true, seq, asked, none
		if no == 0 {
			return nil
		}
		if k.value, err = count(r, no); err != nil {
			k.known = false
		}
		return err
	})
	return k.value, k.seq, err
}

// standOf returns the number of a street and how far it is; 0 where nothing came from it yet.
func (r *reader) standOf(street string) (no int64, seq uint64, err error) {
	err = r.tx.QueryRow("SELECT no, seq FROM streets WHERE code = ?", street).Scan(&no, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return no, seq, err
}

// Facets implements survey.Records.
func (r Records) Facets(ctx context.Context, street string) (survey.Facets, error) {
	list, seq, err := r.l.facets.get(ctx, r.l, street, "", (*reader).countFacets)
	return survey.Facets{Seq: seq, List: list}, errs.Wrap("count records", err)
}

func (r *reader) countFacets(no int64) ([]survey.Facet, error) {
	rows, err := r.tx.Query(`SELECT r.grid, r.form, r.status, r.author, r.conflicts <> '', r.flags, count(*) FROM records r
		WHERE r.created > ? AND r.created < ? AND r.status NOT IN ('', 'erased') GROUP BY 1, 2, 3, 4, 5, 6`, placeOf(no, 0), placeOf(no+1, 0))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type key struct {
		grid, form, status, author, flags string
		conflict                          bool
	}
	at := map[key]int{}
	var list []survey.Facet
	for rows.Next() {
		var f survey.Facet
		var flags string
		if err := rows.Scan(&f.Grid, &f.Form, &f.Status, &f.Author, &f.Conflict, &flags, &f.N); err != nil {
			return nil, err
		}
		f.Flags = flagCodes(splitLines(flags))
		k := key{f.Grid, f.Form, f.Status, f.Author, strings.Join(f.Flags, "\n"), f.Conflict}
		if i, there := at[k]; there {
			list[i].N += f.N
			continue
		}
		at[k] = len(list)
		list = append(list, f)
	}
	return list, rows.Err()
}

// flagCodes takes the paths off flags.
func flagCodes(flags []string) []string {
	if len(flags) == 0 {
		return nil
	}
	codes := make([]string, len(flags))
	for i, f := range flags {
		codes[i], _, _ = strings.Cut(f, ":")
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Alike implements survey.Records.
func (r Records) Alike(ctx context.Context, street string) ([]survey.RecordRow, uint64, error) {
	list, seq, err := r.l.alike.get(ctx, r.l, street, "", (*reader).findAlike)
	return list, seq, errs.Wrap("find alike records", err)
}

func (r *reader) findAlike(no int64) ([]survey.RecordRow, error) {
	var list []survey.RecordRow
	for rec, err := range r.records(bareRecord+`WHERE r.no IN (SELECT value FROM (SELECT group_concat(x.no) AS nos FROM records x
		WHERE x.created > ?1 AND x.created < ?2 AND x.case_no <> '' AND x.status NOT IN ('', 'erased') GROUP BY x.form, x.case_no HAVING count(*) > 1),
		json_each('[' || nos || ']'))`, placeOf(no, 0), placeOf(no+1, 0)) {
		if err != nil {
			return nil, err
		}
		list = append(list, rowOf(rec))
	}
	slices.SortFunc(list, func(a, b survey.RecordRow) int {
		return cmp.Or(cmp.Compare(a.Form, b.Form), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Created, b.Created))
	})
	return list, nil
}

// Arrivals implements survey.Records. Lines lie in the order they came, so that the first one since an instant is found
// by halving.
func (r Records) Arrivals(ctx context.Context, street string, since []int64) (survey.Arrivals, error) {
	out, _, err := r.l.arrivals.get(ctx, r.l, street, fmt.Sprint(since), func(rd *reader, no int64) (survey.Arrivals, error) { return rd.countArrivals(street, no, since) })
	if out.Spans == nil {
		out.Spans = make([]int64, len(since))
	}
	return out, errs.Wrap("count arrivals", err)
}

func (r *reader) countArrivals(street string, no int64, since []int64) (survey.Arrivals, error) {
	out := survey.Arrivals{Spans: make([]int64, len(since))}
	_, seq, err := r.standOf(street)
	if err != nil || len(since) == 0 {
		return out, err
	}
	bounds := make([]int64, len(since)+1)
	bounds[len(since)] = placeOf(no+1, 0)
	low := uint64(0)
	for i, at := range since {
		if low, err = r.firstSince(no, low, seq, at); err != nil {
			return out, err
		}
		bounds[i] = placeOf(no, low)
	}
	for i := range since {
		if err := r.tx.QueryRow("SELECT count(*) FROM records WHERE created >= ? AND created < ?", bounds[i], bounds[i+1]).Scan(&out.Spans[i]); err != nil {
			return out, err
		}
	}
	rows, err := r.tx.Query(`SELECT grid, author, count(*) FROM records WHERE created >= ? AND status NOT IN ('', 'erased') AND created < ?
		GROUP BY grid, author ORDER BY grid, author`, bounds[len(since)-1], bounds[len(since)])
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var n survey.ArrivalCount
		if err := rows.Scan(&n.Grid, &n.Author, &n.N); err != nil {
			return out, err
		}
		out.Latest = append(out.Latest, n)
	}
	return out, rows.Err()
}

// firstSince returns a sequence above low such that what came since an instant stands there or behind it, and nothing before.
func (r *reader) firstSince(no int64, low, high uint64, at int64) (uint64, error) {
	high++
	for low < high {
		mid := low + (high-low)/2
		var place, received int64
		err := r.tx.QueryRow("SELECT place, received FROM lines WHERE place >= ? AND place < ? ORDER BY place LIMIT 1",
			placeOf(no, mid), placeOf(no, high)).Scan(&place, &received)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = mid
		case err != nil:
			return 0, err
		case received >= at:
			high = mid
		default:
			low = seqOf(place) + 1
		}
	}
	return low, nil
}

// Unsettled implements survey.Records.
func (r Records) Unsettled(ctx context.Context, street string) (out survey.Unsettled, err error) {
	err = r.l.view(ctx, func(rd *reader) error {
		no, _, err := rd.standOf(street)
		if err != nil || no == 0 {
			return err
		}
		return rd.tx.QueryRow(`SELECT coalesce(sum(l.status = 3), 0), coalesce(sum(l.status = 2), 0) FROM unsettled u, lines l
			WHERE u.place > ? AND u.place < ? AND l.place = u.place`, placeOf(no, 0), placeOf(no+1, 0)).Scan(&out.Quarantined, &out.Waiting)
	})
	return out, errs.Wrap("count unsettled lines", err)
}
