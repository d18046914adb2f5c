package logdb

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
)

// blockKey is where a record stands: what all its cells share.
type blockKey struct {
	street                           int64
	form                             string
	grid, psu, stratum, status, post string
}

type cellName struct{ form, question, choice string }

func (n cellName) crc() int64 { return crcOf("cell", n.form, n.question, n.choice) }

// contribution is what one record adds: to one block, by number of name.
type contribution struct {
	key   blockKey
	names []int64
	cells []cell
}

type tallyKey struct {
	street             int64
	grid, form, status string
}

type tally struct{ n, conflicts, flagged int64 }

// contributionsOf gathers a projection's cells by block; in practice there is one.
func (t *txn) contributionsOf(street int64, form string, list []sync.Contribution) ([]contribution, error) {
	var out []contribution
	for i := range list {
		c := &list[i]
		key := blockKey{street, form, c.Grid, c.PSU, c.Stratum, c.Status, c.Post}
		at := -1
		for j := range out {
			if out[j].key == key {
				at = j
			}
		}
		if at < 0 {
			at = len(out)
			out = append(out, contribution{key: key, names: make([]int64, 0, len(list)), cells: make([]cell, 0, len(list))})
		}
		no, err := t.cellName(cellName{form, c.Question, c.Choice})
		if err != nil {
			return nil, err
		}
		v := oneCell()
		if c.N != 1 || c.W != 1 || c.WW != 1 {
			v = cell{c.N, fixedOf(c.W), fixedOf(c.WW)}
		}
		out[at].names = append(out[at].names, no)
		out[at].cells = append(out[at].cells, v)
	}
	return out, nil
}

func (t *txn) cellName(name cellName) (int64, error) {
	g := t.g
	if !g.namesFresh {
		// Another process may have dropped names, and their numbers may be others' by now.
		var version int64
		if err := t.tx.QueryRow("PRAGMA data_version").Scan(&version); err != nil {
			return 0, err
		}
		if version != g.version {
			clear(g.names)
		}
		g.version, g.namesFresh = version, true
	}
	if no := g.names[name]; no > 0 {
		return no, nil
	}
	var no int64
	err := t.tx.QueryRow("SELECT no FROM cell_names WHERE form = ? AND question = ? AND choice = ?", name.form, name.question, name.choice).Scan(&no)
	if errors.Is(err, sql.ErrNoRows) {
		var res sql.Result
		if res, err = t.tx.Exec("INSERT INTO cell_names (form, question, choice, crc) VALUES (?, ?, ?, ?)", name.form, name.question, name.choice, name.crc()); err == nil {
			no, err = res.LastInsertId()
		}
	}
	if err != nil {
		return 0, err
	}
	// Names outlive the group in memory only once a commit has kept them; a rolled back one must be forgotten.
	if len(g.names) > 100_000 {
		clear(g.names)
	}
	g.names[name] = no
	g.onUndo(func() { delete(g.names, name) })
	return no, nil
}

// appendContributions writes what a record adds, to be taken back one day.
func appendContributions(dst []byte, list []contribution) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	var e encoder
	for i := range list {
		c := &list[i]
		e = dst
		e.int(c.key.street)
		for _, s := range [...]string{c.key.form, c.key.grid, c.key.psu, c.key.stratum, c.key.status, c.key.post} {
			e.text(s)
		}
		e.uint(uint64(len(c.names)))
		dst = e
		for j, no := range c.names {
			dst = binary.AppendUvarint(dst, uint64(no))
			dst = appendCell(dst, c.cells[j])
		}
	}
	return dst
}

func readContributions(b []byte) ([]contribution, error) {
	r := cellReader{b: b}
	text := func() string { return string(r.take(r.uvarint())) }
	var out []contribution
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		c := contribution{key: blockKey{street: r.varint()}}
		for _, s := range [...]*string{&c.key.form, &c.key.grid, &c.key.psu, &c.key.stratum, &c.key.status, &c.key.post} {
			*s = text()
		}
		for m := r.uvarint(); m > 0 && !r.bad; m-- {
			c.names = append(c.names, int64(r.uvarint()))
			c.cells = append(c.cells, r.cell())
		}
		out = append(out, c)
	}
	if r.bad || len(r.b) > 0 {
		return nil, errs.New(errs.Damaged, "read contributions", "cut short or too long")
	}
	return out, nil
}

// count adds contributions to the group, or takes them away.
func (g *group) count(list []contribution, away bool) {
	if len(list) == 0 {
		return
	}
	g.onUndo(func() { g.move(list, !away) })
	g.move(list, away)
}

func (g *group) move(list []contribution, away bool) {
	for i := range list {
		c := &list[i]
		block := g.cells[c.key]
		if block == nil {
			block = make(map[int64]cell, len(c.names))
			g.cells[c.key] = block
		}
		for j, no := range c.names {
			v := c.cells[j]
			if away {
				v = v.neg()
			}
			block[no] = block[no].add(v)
		}
	}
}

func (g *group) tallyBy(k tallyKey, d tally) {
	g.onUndo(func() { g.tallies[k] = g.tallies[k].plus(tally{-d.n, -d.conflicts, -d.flagged}) })
	g.tallies[k] = g.tallies[k].plus(d)
}

func (a tally) plus(b tally) tally {
	return tally{a.n + b.n, a.conflicts + b.conflicts, a.flagged + b.flagged}
}

func (g *group) flushTallies(tx *dbfile.Tx) error {
	for k, d := range g.tallies {
		if d == (tally{}) {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO tallies (street, grid, form, status, n, conflicts, flagged) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET n = n + excluded.n, conflicts = conflicts + excluded.conflicts, flagged = flagged + excluded.flagged`,
			k.street, k.grid, k.form, k.status, d.n, d.conflicts, d.flagged); err != nil {
			return err
		}
	}
	return nil
}

// flushCells brings each block the group touched up to date: one read and one write of a block a commit.
func (g *group) flushCells(tx *dbfile.Tx) error {
	for key, moved := range g.cells {
		maps.DeleteFunc(moved, func(_ int64, c cell) bool { return c == cell{} })
		if len(moved) == 0 {
			continue
		}
		var no int64
		var sealed []byte
		err := tx.QueryRow(`SELECT no, cells FROM cell_blocks WHERE street = ? AND form = ? AND grid = ? AND psu = ? AND stratum = ? AND status = ? AND post = ?`,
			key.street, key.form, key.grid, key.psu, key.stratum, key.status, key.post).Scan(&no, &sealed)
		fresh := errors.Is(err, sql.ErrNoRows)
		if err != nil && !fresh {
			return err
		}
		var old block
		if !fresh {
			if old, err = g.l.openBlock(key, sealed); err != nil {
				return err
			}
		}
		if sealed, err = g.l.sealBlock(key, old.plus(moved)); err != nil {
			return err
		}
		if fresh {
			_, err = tx.Exec("INSERT INTO cell_blocks (street, form, grid, psu, stratum, status, post, cells) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				key.street, key.form, key.grid, key.psu, key.stratum, key.status, key.post, sealed)
		} else {
			_, err = tx.Exec("UPDATE cell_blocks SET cells = ? WHERE no = ?", sealed, no)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropNames forgets the cell names of forms that no record counts under any more: a choice may be what only an erased
// record said.
func (g *group) dropNames(tx *dbfile.Tx) error {
	for form := range g.pruned {
		used := map[int64]bool{}
		rows, err := tx.Query("SELECT street, grid, psu, stratum, status, post, cells FROM cell_blocks WHERE form = ?", form)
		if err != nil {
			return err
		}
		for rows.Next() {
			k := blockKey{form: form}
			var sealed []byte
			if err := rows.Scan(&k.street, &k.grid, &k.psu, &k.stratum, &k.status, &k.post, &sealed); err != nil {
				return err
			}
			b, err := g.l.openBlock(k, sealed)
			if err != nil {
				return err
			}
			for _, no := range b.names {
				used[no] = true
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		names, err := namesOf(tx, form)
		if err != nil {
			return err
		}
		for no, name := range names {
			if used[no] {
				continue
			}
			if _, err := tx.Exec("DELETE FROM cell_names WHERE no = ?", no); err != nil {
				return err
			}
			delete(g.names, name)
		}
	}
	g.pruned = map[string]bool{}
	return nil
}

func namesOf(tx *dbfile.Tx, form string) (map[int64]cellName, error) {
	rows, err := tx.Query("SELECT no, question, choice FROM cell_names WHERE form = ?", form)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]cellName{}
	for rows.Next() {
		var no int64
		n := cellName{form: form}
		if err := rows.Scan(&no, &n.question, &n.choice); err != nil {
			return nil, err
		}
		out[no] = n
	}
	return out, rows.Err()
}

// block is the cells of one place in the design, by number of name, ascending; zero cells left out.
type block struct {
	names []int64
	cells []cell
}

func (b block) plus(moved map[int64]cell) block {
	add := slices.Sorted(maps.Keys(moved))
	out := block{make([]int64, 0, len(b.names)+len(add)), make([]cell, 0, len(b.names)+len(add))}
	put := func(no int64, c cell) {
		if c != (cell{}) {
			out.names, out.cells = append(out.names, no), append(out.cells, c)
		}
	}
	i := 0
	for _, no := range add {
		for i < len(b.names) && b.names[i] < no {
			put(b.names[i], b.cells[i])
			i++
		}
		c := moved[no]
		if i < len(b.names) && b.names[i] == no {
			c = c.add(b.cells[i])
			i++
		}
		put(no, c)
	}
	for ; i < len(b.names); i++ {
		put(b.names[i], b.cells[i])
	}
	return out
}

// blockSealer makes the key of one block from the aggregates' key: a block is sealed anew at every commit that touches it,
// and a key of its own keeps the number of nonces under one key small. The block's place is in the key, so that its
// bytes open nowhere else.
func (l *Log) blockSealer(key blockKey) (*keys.Sealer, error) {
	var e encoder
	e.text(string(l.Stream))
	e.int(key.street)
	for _, s := range [...]string{key.form, key.grid, key.psu, key.stratum, key.status, key.post} {
		e.text(s)
	}
	m := hmac.New(sha256.New, l.Cells)
	m.Write(e)
	return keys.NewSealer(m.Sum(nil), l.Rand)
}

func (l *Log) sealBlock(key blockKey, b block) ([]byte, error) {
	plain := make([]byte, 0, 16+6*len(b.names))
	last := int64(0)
	for i, no := range b.names {
		plain = binary.AppendUvarint(plain, uint64(no-last))
		plain = appendCell(plain, b.cells[i])
		last = no
	}
	s, err := l.blockSealer(key)
	if err != nil {
		return nil, err
	}
	return s.Seal(make([]byte, 0, len(plain)+keys.Overhead), plain, nil)
}

func (l *Log) openBlock(key blockKey, sealed []byte) (block, error) {
	op := "aggregates of grid " + key.grid + ", form " + key.form
	s, err := l.blockSealer(key)
	if err != nil {
		return block{}, err
	}
	plain, err := s.Open(nil, sealed, nil)
	if err != nil {
		return block{}, errs.Wrap(op, err)
	}
	r := cellReader{b: plain}
	var b block
	last := int64(0)
	for len(r.b) > 0 {
		last += int64(r.uvarint())
		b.names, b.cells = append(b.names, last), append(b.cells, r.cell())
	}
	if r.bad {
		return block{}, errs.New(errs.Damaged, op, "cut short")
	}
	return b, nil
}
