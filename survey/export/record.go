package export

import (
	"strconv"
	"strings"

	"ruhu/survey"
)

// sink takes the cells of a row, from left to right.
type sink interface {
	blank()
	number(s string) // a canonical number
	text(s string)   // anything else; must never become a formula
	end() error
}

// record is one record with what all its rows share.
type record struct {
	id, village string
	key         string
	psu         string
	packed      survey.Packed
	conflict    string // paths in conflict, for correction files
	slots       [][]*survey.PackedCell
}

// reader turns packed records into rows.
type reader struct {
	plan  *Plan
	names *pseudonyms
	psus  map[string]string
	rec   record
	row   []*survey.PackedCell // by slot of the table at hand
}

func newReader(p *Plan, names *pseudonyms) *reader {
	return &reader{plan: p, names: names, psus: map[string]string{}}
}

// load reads the next record.
func (r *reader) load(p survey.PackedRecord) error {
	if err := survey.Unpack(p.Packed, &r.rec.packed); err != nil {
		return err
	}
	r.rec.id, r.rec.village = p.ID, survey.VillageOf(p.Grid)
	r.rec.key = r.names.of("record", p.ID)
	psu := r.rec.packed.PSU
	short, known := r.psus[psu]
	if !known && psu != "" { // PSUs are few; a grid's code must not leave
		short = "p" + r.names.of("psu", psu)[:8]
		r.psus[strings.Clone(psu)] = short
	}
	r.rec.psu = short
	return nil
}

// settled reports whether an answer counts: undecided ones do not leave in a research export.
func (r *reader) settled(c *survey.PackedCell) bool {
	if r.came(c) == "" {
		return false
	}
	return r.plan.opts.Correction || c.Mark&(survey.MarkConflict|survey.MarkInvalid|survey.MarkDiffers) == 0
}

// came returns the answer that leaves: as the client sent it where everything leaves as it came, else with calculations as the
// server makes them; "" = none.
func (r *reader) came(c *survey.PackedCell) string {
	switch {
	case r.plan.opts.whole() && c.Mark&survey.MarkComputed != 0:
		return c.Came
	case c.Mark&survey.MarkNull != 0:
		return ""
	}
	return c.Value
}

// main writes the record's row of the main table.
func (r *reader) main(t *Table, out sink) error {
	r.clear(len(t.slots))
	for i := range r.rec.packed.Cells {
		c := &r.rec.packed.Cells[i]
		if slot, ok := t.slots[c.Path]; ok && r.settled(c) {
			r.row[slot] = c
		}
	}
	return r.write(t, out, 0, 0)
}

func (r *reader) clear(n int) {
	if cap(r.row) < n {
		r.row = make([]*survey.PackedCell, n)
	}
	r.row = r.row[:n]
	clear(r.row)
}

// repeats writes the record's rows of a repeat's table, in order of birth; the row's place counts over the whole record.
func (r *reader) repeats(t *Table, out sink) error {
	index := 0
	for i := range r.rec.packed.Rows {
		rows := &r.rec.packed.Rows[i]
		if !samePattern(rows.Repeat, t.Repeat) {
			continue
		}
		parent := r.indexOf(rows.Repeat)
		for _, id := range rows.Rows {
			index++
			r.clear(len(t.slots))
			prefix := rows.Repeat + "[" + id + "]/"
			for j := range r.rec.packed.Cells {
				c := &r.rec.packed.Cells[j]
				if !strings.HasPrefix(c.Path, prefix) || strings.IndexByte(c.Path[len(prefix):], '[') >= 0 {
					continue
				}
				if slot, ok := t.slots[t.Repeat+"/"+c.Path[len(prefix):]]; ok && r.settled(c) {
					r.row[slot] = c
				}
			}
			if err := r.write(t, out, index, parent); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexOf returns the place of the row that encloses a repeat: "members[r2]/kids" asks for r2 among all members.
func (r *reader) indexOf(repeat string) int {
	shut := strings.LastIndexByte(repeat, ']')
	if shut < 0 {
		return 0
	}
	row := repeat[:shut+1]
	open := strings.LastIndexByte(row, '[')
	pattern := patternOf(row[:open])
	index := 0
	for i := range r.rec.packed.Rows {
		rows := &r.rec.packed.Rows[i]
		if !samePattern(rows.Repeat, pattern) {
			continue
		}
		for _, id := range rows.Rows {
			index++
			if rows.Repeat == row[:open] && id == row[open+1:shut] {
				return index
			}
		}
	}
	return 0
}

func samePattern(path, pattern string) bool { return patternOf(path) == pattern }

func patternOf(path string) string {
	if strings.IndexByte(path, '[') < 0 {
		return path
	}
	var b strings.Builder
	inside := false
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '[':
			inside = true
		case path[i] == ']':
			inside = false
		case !inside:
			b.WriteByte(path[i])
		}
	}
	return b.String()
}

func (r *reader) write(t *Table, out sink, index, parent int) error {
	for i := range t.Columns {
		r.cell(&t.Columns[i], out, index, parent)
	}
	return out.end()
}

func (r *reader) cell(c *Column, out sink, index, parent int) {
	p := &r.rec.packed
	switch c.what {
	case wKey:
		out.text(r.rec.key)
	case wIndex:
		out.number(strconv.Itoa(index))
	case wParent:
		out.number(strconv.Itoa(parent))
	case wNote:
		out.text("演示数据 demonstration data")
	case wVersion:
		optional(out, p.Version)
	case wVillage:
		optional(out, r.rec.village)
	case wGrid:
		optional(out, p.Grid)
	case wRecord:
		out.text(r.rec.id)
	case wStatus:
		out.text(p.Status)
	case wStratum:
		optional(out, p.Stratum)
	case wPSU:
		optional(out, r.rec.psu)
	case wWeight:
		out.number(strconv.FormatFloat(p.Weight, 'g', -1, 64))
	case wFPC1:
		positive(out, p.FPC1)
	case wFPC2:
		positive(out, p.FPC2)
	case wKnown:
		if p.Known {
			out.number("1")
		} else {
			out.number("0")
		}
	case wAuthor:
		optional(out, p.Author)
	case wDate:
		optional(out, p.Date)
	case wConflict:
		optional(out, r.conflicts())
	case wResolvedBy:
		optional(out, p.Resolver)
	case wFlags:
		optional(out, strings.Join(p.Flags, " "))
	default:
		r.answer(c, out)
	}
}

func (r *reader) answer(c *Column, out sink) {
	cell := r.row[c.slot]
	if cell == nil {
		out.blank()
		return
	}
	came := r.came(cell)
	switch c.what {
	case wCode:
		value(out, came)
	case wLabel:
		optional(out, c.labels[came])
	case wTick:
		if t := tick(came, c.Choice); t == "1" || !c.absent[r.rec.packed.Version] {
			out.number(t)
		} else { // blank is "not asked": nobody could tick it
			out.blank()
		}
	case wNumber:
		value(out, came)
	case wOrdered:
		value(out, came)
	default:
		out.text(came)
	}
}

// tick is 1 where a choice was named and 0 where it was not; where the answer was a missing code, the choices carry it.
func tick(answer, choice string) string {
	missing := ""
	for rest := answer; rest != ""; {
		var token string
		token, rest, _ = strings.Cut(rest, " ")
		if token == choice {
			return "1"
		}
		if survey.MissingCode(token) {
			missing = token
		}
	}
	if missing != "" && !survey.MissingCode(choice) {
		return missing
	}
	return "0"
}

// value writes a number where the text is one a spreadsheet keeps as it is, text otherwise: codes of 12 and 15 digits and
// codes with leading zeros stay text.
func value(out sink, s string) {
	if plainNumber(s) {
		out.number(s)
	} else {
		out.text(s)
	}
}

// plainNumber accepts -?digits(.digits)? of at most 11 digits without leading zeros.
func plainNumber(s string) bool {
	digits, points := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '-' && i == 0:
		case c == '.' && digits > 0 && i < len(s)-1:
			points++
		case c >= '0' && c <= '9':
			digits++
		default:
			return false
		}
	}
	if digits == 0 || digits > 11 || points > 1 {
		return false
	}
	whole := strings.TrimPrefix(s, "-")
	return whole[0] != '0' || len(whole) == 1 || whole[1] == '.'
}

func optional(out sink, s string) {
	if s == "" {
		out.blank()
	} else {
		out.text(s)
	}
}

func positive(out sink, f float64) {
	if f > 0 {
		out.number(strconv.FormatFloat(f, 'g', -1, 64))
	} else {
		out.blank()
	}
}

func (r *reader) conflicts() string {
	var list []string
	for i := range r.rec.packed.Cells {
		if c := &r.rec.packed.Cells[i]; c.Mark&survey.MarkConflict != 0 {
			list = append(list, c.Path)
		}
	}
	return strings.Join(list, " ")
}
