package survey

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	gosync "sync"

	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// What the office may do with records of one case and form.
const (
	DuplicateKeep   = "keep"   // each is an interview of its own
	DuplicateLink   = "link"   // one is the same interview as another, which stands for it: it is not counted
	DuplicateReturn = "return" // one goes back to its author with the reason
)

// streetWidth is how many digits name a street.
const streetWidth = 9

// decision is what "@duplicate" of a record says: the records it was found to differ from, or the one that stands for it.
type decision struct {
	Keep []string
	Link string
}

// decisionOf reads the decision that is shown.
func decisionOf(s *crdt.State) decision {
	shown, ok := s.Shown(sync.PathDuplicate)
	if !ok || shown.Null {
		return decision{}
	}
	words := strings.Fields(shown.Value)
	switch {
	case len(words) == 2 && words[0] == DuplicateLink:
		return decision{Link: words[1]}
	case len(words) > 1 && words[0] == DuplicateKeep:
		return decision{Keep: words[1:]}
	}
	return decision{}
}

// DuplicateGroup are the records of one case number and form. Which household it is nobody is told here.
type DuplicateGroup struct {
	ID      string // opaque
	Case    string
	Form    string
	Village string
	Open    bool // some two of them have not been settled
	Records []DuplicateRecord
}

// DuplicateRecord is one of them, in order of arrival.
type DuplicateRecord struct {
	RecordBrief
	Kept bool   // found to be an interview of its own beside another one here
	Of   string // the record that stands for it, "" = none
}

// duplicates remembers what was found in streets for as long as nothing is committed there, and what each record's decision
// is for as long as the record does not change. The zero value is empty; safe for concurrent use.
type duplicates struct {
	mu      gosync.Mutex
	streets map[string]*streetDuplicates
}

type streetDuplicates struct {
	mu      gosync.Mutex
	seq     uint64
	known   bool
	decided map[string]decidedAt
	groups  []duplicateGroup
	open    map[string]bool // records of open groups
	unclear int64           // open groups
}

type decidedAt struct {
	changed uint64
	decision
}

// duplicateGroup is a group as found, without what is derived for whoever looks.
type duplicateGroup struct {
	key     string // form, case
	rows    []RecordRow
	decided []decision
	open    bool
}

// duplicatesOf returns what is alike in a street. The answer is shared.
func (s *Service) duplicatesOf(ctx context.Context, street string) (*streetDuplicates, error) {
	s.alike.mu.Lock()
	if s.alike.streets == nil {
		s.alike.streets = map[string]*streetDuplicates{}
	}
	d := s.alike.streets[street]
	if d == nil {
		d = &streetDuplicates{}
		s.alike.streets[street] = d
	}
	s.alike.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	rows, seq, err := s.answers.Records.Alike(ctx, street)
	if err != nil {
		return nil, err
	}
	if d.known && d.seq == seq {
		return d.copy(), nil
	}
	decided := make(map[string]decidedAt, len(rows))
	err = s.answers.Store.View(ctx, func(r sync.Reader) error {
		for i := range rows {
			row := &rows[i]
			if was, ok := d.decided[row.ID]; ok && was.changed == row.Changed {
				decided[row.ID] = was
				continue
			}
			rec, ok, err := r.Record(row.ID)
			if err != nil {
				return err
			}
			if ok && rec.State != nil && !rec.State.Erased {
				decided[row.ID] = decidedAt{rec.Changed, decisionOf(rec.State)}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.known, d.seq, d.decided = true, seq, decided
	d.groups, d.open, d.unclear = nil, map[string]bool{}, 0
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Form == rows[0].Form && rows[n].Case == rows[0].Case {
			n++
		}
		d.group(rows[:n])
		rows = rows[n:]
	}
	return d.copy(), nil
}

// copy is what a caller may read while the next one finds anew.
func (d *streetDuplicates) copy() *streetDuplicates {
	return &streetDuplicates{seq: d.seq, groups: d.groups, open: d.open, unclear: d.unclear}
}

// group takes in the records of one case and form, of which drafts and what is restricted are no interviews.
func (d *streetDuplicates) group(rows []RecordRow) {
	g := duplicateGroup{key: rows[0].Form + "\x1f" + rows[0].Case}
	for _, row := range rows {
		if Counts(row.Status) {
			g.rows = append(g.rows, row)
			g.decided = append(g.decided, d.decided[row.ID].decision)
		}
	}
	if len(g.rows) < 2 {
		return
	}
	for i := range g.rows {
		for j := range i {
			g.open = g.open || g.unsettled(i, j)
		}
	}
	if g.open {
		d.unclear++
		for i := range g.rows {
			if g.decided[i].Link == "" {
				d.open[g.rows[i].ID] = true
			}
		}
	}
	d.groups = append(d.groups, g)
}

// unsettled reports whether nobody decided about two records, and neither is back with its author.
func (g *duplicateGroup) unsettled(i, j int) bool {
	for _, k := range [2]int{i, j} {
		if g.decided[k].Link != "" || g.rows[k].Status == StatusReturned {
			return false
		}
	}
	return !slices.Contains(g.decided[i].Keep, g.rows[j].ID) && !slices.Contains(g.decided[j].Keep, g.rows[i].ID)
}

func (s *Service) shownGroup(street string, g *duplicateGroup) DuplicateGroup {
	out := DuplicateGroup{ID: groupID(street, g.key), Case: g.rows[0].Case, Form: g.rows[0].Form, Village: VillageOf(g.rows[0].Grid), Open: g.open}
	for i := range g.rows {
		r := DuplicateRecord{RecordBrief: s.brief(&g.rows[i]), Of: g.decided[i].Link}
		for j := range g.rows {
			r.Kept = r.Kept || j != i && (slices.Contains(g.decided[i].Keep, g.rows[j].ID) || slices.Contains(g.decided[j].Keep, g.rows[i].ID))
		}
		out.Records = append(out.Records, r)
	}
	return out
}

func groupID(street, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(street + key))
}

func readGroupID(id string) (street, key string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(b) < streetWidth || KindOf(string(b[:streetWidth])) != Street {
		return "", "", errs.New(errs.NotFound, "duplicates", "no such group")
	}
	return string(b[:streetWidth]), string(b[streetWidth:]), nil
}

// DuplicateFilter selects groups. The zero value of a field means "any".
type DuplicateFilter struct {
	Form    string
	Settled bool // settled ones too
}

// Duplicates lists the groups of records of a street that have case number and form in common, in order of form and case.
// after is the last next. Codes: out-of-area, bad-request (after).
func (s *Service) Duplicates(ctx context.Context, a Actor, street string, f DuplicateFilter, after string, limit int) (list []DuplicateGroup, next string, err error) {
	const op = "list duplicates"
	if err := a.mayAnswers(op); err != nil {
		return nil, "", err
	}
	if !Within(a.Area, street) || KindOf(street) != Street {
		return nil, "", errs.New(errs.OutOfArea, op, "street %s", printable(street))
	}
	d, err := s.duplicatesOf(ctx, street)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	key := ""
	if after != "" {
		if _, key, err = readGroupID(after); err != nil {
			return nil, "", errs.New(errs.BadRequest, op, "not a cursor of this list")
		}
	}
	limit = pageLimit(limit)
	from, _ := slices.BinarySearchFunc(d.groups, key, func(g duplicateGroup, key string) int { return cmp.Compare(g.key, key) })
	for i := from; i < len(d.groups); i++ {
		g := &d.groups[i]
		if g.key == key || f.Form != "" && g.rows[0].Form != f.Form || !g.open && !f.Settled {
			continue
		}
		if len(list) == limit {
			return list, list[limit-1].ID, nil
		}
		list = append(list, s.shownGroup(street, g))
	}
	return list, "", nil
}

// Duplicate returns one group. Code: not-found (also outside the area, and where only one record is left).
func (s *Service) Duplicate(ctx context.Context, a Actor, id string) (DuplicateGroup, error) {
	const op = "duplicates"
	if err := a.mayAnswers(op); err != nil {
		return DuplicateGroup{}, err
	}
	street, g, err := s.groupOf(ctx, a, id)
	if err != nil {
		return DuplicateGroup{}, errs.Wrap(op, err)
	}
	return s.shownGroup(street, g), nil
}

func (s *Service) groupOf(ctx context.Context, a Actor, id string) (string, *duplicateGroup, error) {
	street, key, err := readGroupID(id)
	if err != nil {
		return "", nil, err
	}
	if Within(a.Area, street) {
		d, err := s.duplicatesOf(ctx, street)
		if err != nil {
			return "", nil, err
		}
		if i, ok := slices.BinarySearchFunc(d.groups, key, func(g duplicateGroup, key string) int { return cmp.Compare(g.key, key) }); ok {
			return street, &d.groups[i], nil
		}
	}
	return "", nil, errs.New(errs.NotFound, "duplicates", "no such group")
}
