package survey

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
	"slices"
	"strings"
	gosync "sync"
	"time"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/judge"
	"ruhu/sync/crdt"
)

// ruleBook keeps the forms made ready for judging. The zero value is empty; safe for concurrent use.
type ruleBook struct {
	forms gosync.Map // *schema.Form -> *judge.Form
}

func (b *ruleBook) of(f *schema.Form) *judge.Form {
	if j, ok := b.forms.Load(f); ok {
		return j.(*judge.Form)
	}
	j, _ := b.forms.LoadOrStore(f, judge.Compile(f))
	return j.(*judge.Form)
}

// asOf is the moment at which a record is judged: that of its latest live answer, so that a form's "not after today" means
// the same whenever a record is projected again.
func asOf(s *crdt.State) time.Time {
	last := int64(0)
	for _, t := range s.Times {
		last = max(last, t)
	}
	return time.UnixMilli(last)
}

// judged makes of a state what rules are judged by: the answers shown, and the rows that exist.
func judged(form *schema.Form, s *crdt.State) *judge.Record {
	rec := &judge.Record{Withheld: s.Withheld}
	for path, shown := range s.Visible {
		if path[0] == '@' {
			continue
		}
		n := form.Lookup(path)
		if n == nil || n.Kind != schema.Question {
			continue
		}
		v := judge.Value{Path: path, Node: n}
		if !shown.Null {
			v.Text = shown.Value
		}
		rec.Values = append(rec.Values, v)
	}
	for _, repeat := range s.Repeats() {
		if repeat == "" || repeat[0] == '@' {
			continue
		}
		rows := judge.Rows{Repeat: repeat}
		for _, path := range s.RowsOf(repeat) {
			_, id := crdt.Path(path).Row()
			rows.IDs = append(rows.IDs, id)
		}
		rec.Rows = append(rec.Rows, rows)
	}
	return rec
}

// flagOf names what a broken rule is flagged as. An answer that one device wrote alone was wrong when it was sent; where
// several wrote what the rule looks at, nobody may have seen it broken.
func flagOf(v *judge.Violation, merged bool) errs.Code {
	switch {
	case v.Rule == judge.RuleCalculated:
		return errs.CalculatedDiffers
	case merged:
		return errs.InvalidAfterMerge
	case v.Rule == judge.RuleRelevant:
		return errs.IrrelevantAnswer
	}
	return errs.BreaksRule
}

// sameRows reports whether two paths lie in no two different rows of one repeat.
func sameRows(a, b string) bool {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		return strings.LastIndexByte(a[:i], '[') <= strings.LastIndexByte(a[:i], ']')
	}
	return true
}

// mergedRule reports whether the answers that a broken rule looks at were written by more than one device. answers yields
// the record's answers with their questions.
func mergedRule(v *judge.Violation, s *crdt.State, answers iter.Seq2[string, *schema.Node]) bool {
	first := ""
	for path, n := range answers {
		if path != v.Path && (n == nil || !slices.Contains(v.Reads, n) || !sameRows(path, v.Path)) {
			continue
		}
		shown, ok := s.Shown(path)
		switch {
		case !ok:
		case first == "":
			first = shown.Device
		case shown.Device != first:
			return true
		}
	}
	return false
}

// maxBroken bounds the broken rules that a record is told of.
const maxBroken = 100

// BrokenRule is a rule of its form that a record breaks, as a reviewer reads it.
type BrokenRule struct {
	Path    string            `json:"path"`
	Rule    string            `json:"rule"` // required, constraint, choice, relevant or calculated
	Flag    string            `json:"flag"` // the code it is flagged with
	Merged  bool              `json:"merged"`
	Message map[string]string `json:"message,omitempty"` // the form's own words by language, "" where it has one only
	Value   *string           `json:"value,omitempty"`   // what a calculation should be
}

// broken lists the rules that a record breaks, in the order of the form. Only records that count are judged.
func (s *Service) broken(form *schema.Form, state *crdt.State, status string) []BrokenRule {
	list := []BrokenRule{}
	if form == nil || !Counts(status) {
		return list
	}
	rec := judged(form, state)
	answers := func(yield func(string, *schema.Node) bool) {
		for i := range rec.Values {
			if !yield(rec.Values[i].Path, rec.Values[i].Node) {
				return
			}
		}
	}
	for i, v := range s.rules.of(form).Judge(rec, &judge.Env{Now: asOf(state), Zone: s.Zone}) {
		if i == maxBroken {
			break
		}
		merged := mergedRule(&v, state, answers)
		b := BrokenRule{Path: v.Path, Rule: string(v.Rule), Flag: string(flagOf(&v, merged)), Merged: merged}
		switch v.Rule {
		case judge.RuleConstraint:
			b.Message = v.Node.ConstraintMsg.Words
		case judge.RuleRequired:
			b.Message = v.Node.RequiredMsg.Words
		case judge.RuleCalculated:
			b.Value = &v.Value
		}
		list = append(list, b)
	}
	return list
}

// recomputed returns the calculated answers that go with an office change, to be written in the same change set: what
// calculations give once the change is made, and what the form sets when an answer changes. Paths that the change writes
// itself are the officer's.
func (s *Service) recomputed(ctx context.Context, form *schema.Form, state *crdt.State, ch *crdt.ChangeSet) []crdt.Cell {
	var changed []string
	for _, c := range ch.Set {
		if c.Path[0] != '@' {
			changed = append(changed, c.Path)
		}
	}
	if len(changed)+len(ch.Add)+len(ch.Del) == 0 {
		return nil
	}
	now := s.Clock.Now()
	after := state.Clone()
	after.Apply(ch, now.UnixMilli())
	env := &judge.Env{Now: now, Zone: s.Zone, Random: s.chance, Table: func(src string) (*judge.Table, bool) { return s.table(ctx, form, src) }}
	var out []crdt.Cell
	for _, c := range s.rules.of(form).Recompute(judged(form, after), env, changed) {
		if !slices.Contains(changed, c.Path) {
			out = append(out, crdt.Cell{Path: c.Path, Value: c.Text, Null: c.Text == ""})
		}
	}
	return out
}

// chance returns a number in [0, 1).
func (s *Service) chance() float64 {
	var b [8]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return 0
	}
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}

// table reads a CSV file of a form, as a form names it: jr://file-csv/x.csv, or for pulldata() x or x.csv.
func (s *Service) table(ctx context.Context, form *schema.Form, src string) (*judge.Table, bool) {
	name := src[strings.LastIndexByte(src, '/')+1:]
	if !strings.Contains(name, ".") {
		name += ".csv"
	}
	if !strings.HasSuffix(strings.ToLower(name), ".csv") {
		return nil, false
	}
	file, err := s.FormFile(ctx, form.ID, form.Version, name)
	if err != nil {
		return nil, false
	}
	t, err := judge.ReadCSV(file.Bytes)
	return t, err == nil
}
