package logdb

import (
	"cmp"
	"container/heap"
	"context"
	"iter"
	"slices"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/sync"
)

// snapshot implements survey.Snapshot.
type snapshot struct{ *reader }

// Snapshot implements survey.Records.
func (r Records) Snapshot(ctx context.Context, fn func(s survey.Snapshot) error) error {
	return r.l.view(ctx, func(rd *reader) error { return fn(snapshot{rd}) })
}

// tallies reads the counts at or below an area, in order of street, grid, form, status.
func (s snapshot) tallies(f survey.RowFilter) ([]survey.StatusCount, error) {
	streets, err := s.streetsUnder(f.Area)
	if err != nil {
		return nil, err
	}
	var out []survey.StatusCount
	for _, st := range streets {
		rows, err := s.tx.Query(`SELECT grid, form, status, n, conflicts, flagged FROM tallies WHERE street = ?1 AND (?2 = '' OR grid >= ?2 AND grid < ?2 || ':')
			AND (?3 = '' OR form = ?3) AND n <> 0 ORDER BY grid, form, status`, st.no, gridPrefix(f.Area), f.Form)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			c := survey.StatusCount{Street: st.code}
			if err := rows.Scan(&c.Grid, &c.Form, &c.Status, &c.N, &c.Conflicts, &c.Flagged); err != nil {
				return nil, err
			}
			if len(f.Statuses) == 0 || slices.Contains(f.Statuses, c.Status) {
				out = append(out, c)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Statuses implements survey.Snapshot.
func (s snapshot) Statuses(f survey.RowFilter) ([]survey.StatusCount, error) { return s.tallies(f) }

// Count implements survey.Snapshot.
func (s snapshot) Count(f survey.RowFilter) (int64, error) {
	list, err := s.tallies(f)
	n := int64(0)
	for i := range list {
		n += list[i].N
	}
	return n, err
}

// rowsAhead is how many rows of each grid are read at a time.
const rowsAhead = 32

// packedRow is a row as stored.
type packedRow struct {
	survey.PackedRecord
	slot   uint64
	sealed []byte
}

// gridRows walks the rows of one grid in order of id.
type gridRows struct {
	grid string
	next []packedRow
	last string
	done bool
}

// merge keeps the grids of a street with the one first whose next row has the least id.
type merge []*gridRows

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return m[i].next[0].ID < m[j].next[0].ID }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(*gridRows)) }
func (m *merge) Pop() any {
	old := *m
	out := old[len(old)-1]
	*m = old[:len(old)-1]
	return out
}

// Rows implements survey.Snapshot. A street's grids are read side by side, each in the order its index gives, so that rows
// come by id and memory grows with grids only.
func (s snapshot) Rows(f survey.RowFilter) iter.Seq2[survey.PackedRecord, error] {
	return func(yield func(survey.PackedRecord, error) bool) {
		fail := func(err error) { yield(survey.PackedRecord{}, errs.Wrap("read rows", err)) }
		streets, err := s.streetsUnder(f.Area)
		if err != nil {
			fail(err)
			return
		}
		for _, st := range streets {
			m, err := s.gridsOf(st, f)
			if err != nil {
				fail(err)
				return
			}
			for len(m) > 0 {
				g := m[0]
				row := g.next[0]
				g.next = g.next[1:]
				row.Street = st.code
				if row.Packed, err = s.openRow(&row); err != nil {
					fail(err)
					return
				}
				if !yield(row.PackedRecord, nil) {
					return
				}
				if len(g.next) == 0 {
					if err := s.fill(g, st, f); err != nil {
						fail(err)
						return
					}
				}
				if len(g.next) == 0 {
					heap.Pop(&m)
				} else {
					heap.Fix(&m, 0)
				}
			}
		}
	}
}

func (s snapshot) openRow(row *packedRow) ([]byte, error) {
	if row.sealed == nil {
		return nil, errs.New(errs.Damaged, "read rows", "record %s has no packed row", row.ID)
	}
	plain, err := s.l.unseal(row.slot, sealPacked, []byte(row.ID), row.sealed, "record "+row.ID)
	if err != nil {
		return nil, err
	}
	packed, _, err := splitPacked(plain)
	return packed, err
}

func (s snapshot) gridsOf(st streetRow, f survey.RowFilter) (merge, error) {
	list, err := s.tallies(survey.RowFilter{Form: f.Form, Statuses: f.Statuses, Area: max(f.Area, st.code)})
	if err != nil {
		return nil, err
	}
	var m merge
	for i := range list {
		if i > 0 && list[i].Grid == list[i-1].Grid {
			continue
		}
		g := &gridRows{grid: list[i].Grid}
		if err := s.fill(g, st, f); err != nil {
			return nil, err
		}
		if len(g.next) > 0 {
			m = append(m, g)
		}
	}
	heap.Init(&m)
	return m, nil
}

func (s snapshot) fill(g *gridRows, st streetRow, f survey.RowFilter) error {
	if g.done {
		return nil
	}
	statuses, err := jsonList(f.Statuses)
	if err != nil {
		return err
	}
	rows, err := s.tx.Query(`SELECT r.id, r.form, r.version, r.status, r.slot, (SELECT t.packed FROM states t WHERE t.no = r.no) FROM records r
		WHERE r.grid = ?1 AND r.id > ?2 AND r.street = ?3 AND r.created IS NOT NULL AND (?4 = '' OR r.form = ?4)
		AND (?5 = '' OR r.status IN (SELECT value FROM json_each(?5))) ORDER BY r.id LIMIT ?6`, g.grid, g.last, st.no, f.Form, statuses, rowsAhead)
	if err != nil {
		return err
	}
	defer rows.Close()
	g.next = make([]packedRow, 0, rowsAhead)
	for rows.Next() {
		row := packedRow{PackedRecord: survey.PackedRecord{Grid: g.grid}}
		if err := rows.Scan(&row.ID, &row.Form, &row.Version, &row.Status, &row.slot, &row.sealed); err != nil {
			return err
		}
		g.next = append(g.next, row)
		g.last = row.ID
	}
	g.done = len(g.next) < rowsAhead
	return rows.Err()
}

// Cells implements survey.Snapshot.
func (s snapshot) Cells(f survey.CellFilter) iter.Seq2[survey.AggregateCell, error] {
	return func(yield func(survey.AggregateCell, error) bool) {
		streets, err := s.streetsUnder(f.Area)
		for i := 0; err == nil && i < len(streets); i++ {
			var forms []string
			if forms, err = s.formsOf(streets[i], f.Form); err != nil {
				break
			}
			for _, form := range forms {
				more := true
				if more, err = s.cellsOf(streets[i], form, gridPrefix(f.Area), yield); err != nil {
					break
				}
				if !more {
					return
				}
			}
		}
		if err != nil {
			yield(survey.AggregateCell{}, errs.Wrap("read aggregates", err))
		}
	}
}

func (s snapshot) formsOf(st streetRow, form string) ([]string, error) {
	if form != "" {
		return []string{form}, nil
	}
	rows, err := s.tx.Query("SELECT DISTINCT form FROM cell_blocks WHERE street = ? ORDER BY form", st.no)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var form string
		if err := rows.Scan(&form); err != nil {
			return nil, err
		}
		out = append(out, form)
	}
	return out, rows.Err()
}

// cellsOf yields the cells of one street and form; false when the caller has enough.
func (s snapshot) cellsOf(st streetRow, form, grid string, yield func(survey.AggregateCell, error) bool) (bool, error) {
	names, err := namesOf(s.tx, form)
	if err != nil {
		return false, err
	}
	type at struct {
		name  cellName
		block int
		c     cell
	}
	var keys []blockKey
	var all []at
	rows, err := s.tx.Query(`SELECT grid, psu, stratum, status, post, cells FROM cell_blocks WHERE street = ?1 AND form = ?2
		AND (?3 = '' OR grid >= ?3 AND grid < ?3 || ':')`, st.no, form, grid)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		k := blockKey{street: st.no, form: form}
		var sealed []byte
		if err := rows.Scan(&k.grid, &k.psu, &k.stratum, &k.status, &k.post, &sealed); err != nil {
			return false, err
		}
		b, err := s.l.openBlock(k, sealed)
		if err != nil {
			return false, err
		}
		keys = append(keys, k)
		for i, no := range b.names {
			name, ok := names[no]
			if !ok {
				return false, errs.New(errs.Damaged, "read aggregates", "form %s has no cell name %d", form, no)
			}
			all = append(all, at{name, len(keys) - 1, b.cells[i]})
		}
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	slices.SortFunc(all, func(a, b at) int {
		x, y := &keys[a.block], &keys[b.block]
		return cmp.Or(cmp.Compare(a.name.question, b.name.question), cmp.Compare(a.name.choice, b.name.choice), cmp.Compare(x.grid, y.grid),
			cmp.Compare(x.psu, y.psu), cmp.Compare(x.stratum, y.stratum), cmp.Compare(x.status, y.status), cmp.Compare(x.post, y.post))
	})
	for i := range all {
		c, k := &all[i], &keys[all[i].block]
		if c.c.n == 0 {
			continue
		}
		if !yield(survey.AggregateCell{Street: st.code, Form: form, CellKey: sync.CellKey{Question: c.name.question, Choice: c.name.choice, Grid: k.grid,
			PSU: k.psu, Stratum: k.stratum, Status: k.status, Post: k.post}, N: c.c.n, W: c.c.w.float(), WW: c.c.ww.float()}, nil) {
			return false, nil
		}
	}
	return true, nil
}

// Cases implements survey.Snapshot.
func (s snapshot) Cases(f survey.CaseFilter) iter.Seq2[sync.Case, error] {
	return func(yield func(sync.Case, error) bool) {
		prefix := f.Area
		rows, err := s.tx.Query(caseColumns+`WHERE street >= ?1 AND street < ?1 || ':' AND (?2 = '' OR grid >= ?2 AND grid < ?2 || ':')
			AND (?3 = '' OR form = ?3) ORDER BY street, grid, no`, prefix[:min(len(prefix), streetLen)], gridPrefix(prefix), f.Form)
		if err != nil {
			yield(sync.Case{}, errs.Wrap("read cases", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			c, err := scanCase(rows)
			if !yield(c, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(sync.Case{}, errs.Wrap("read cases", err))
		}
	}
}
