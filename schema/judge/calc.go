package judge

import (
	"math"
	"strconv"
	"strings"
	"time"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// compute works out a calculation whose value is the same everywhere. Where it cannot be known, or needs itself, the
// answer that is kept stands.
func (r *run) compute(p *place) {
	d := p.def()
	p.computed = computing
	if !r.visible(d.calculate) {
		p.computed = incomputable
		return
	}
	v, err := d.calculate.e.Eval(&r.machine, p)
	if err != nil {
		p.computed = incomputable
		return
	}
	p.text, p.computed = r.textOf(d.node, v), computed
}

// textOf writes a value as an answer of a question, in its canonical form where it has one. A number that is none is no answer.
func (r *run) textOf(n *schema.Node, v expr.Value) string {
	if v.IsNumber() && strings.HasPrefix(v.String(), "N") {
		return ""
	}
	s := v.String()
	if s == "" {
		return ""
	}
	f, number := expr.ParseNumber(s)
	switch n.Type {
	case schema.Int:
		switch {
		case v.IsBool():
			return digit(v.True())
		case number:
			return expr.FormatNumber(math.Trunc(f))
		}
	case schema.Decimal:
		switch {
		case v.IsBool():
			return digit(v.True())
		case number:
			return expr.FormatNumber(f)
		}
	case schema.Boolean:
		if s == "1" || s == "0" {
			if s == "1" {
				return "true"
			}
			return "false"
		}
	case schema.Date:
		if number {
			return r.date(f)
		}
		if day, _, timed := strings.Cut(s, "T"); timed {
			if t, ok := parseInstant(s, r.zone()); ok {
				return t.In(r.zone()).Format(time.DateOnly)
			}
			return day
		}
	case schema.DateTime:
		if number {
			whole := math.Floor(f)
			t, err := time.ParseInLocation(time.DateOnly, r.date(whole), r.zone())
			if err == nil {
				return n.Canonical(t.Add(time.Duration(math.Round((f-whole)*86_400_000)) * time.Millisecond).Format("2006-01-02T15:04:05.000Z07:00"))
			}
		}
		if !strings.Contains(s, "T") {
			if t, err := time.ParseInLocation(time.DateOnly, s, r.zone()); err == nil {
				return n.Canonical(t.Format("2006-01-02T15:04:05.000Z07:00"))
			}
		}
	}
	return n.Canonical(s)
}

func (r *run) zone() *time.Location {
	if r.env.Zone == nil {
		return time.UTC
	}
	return r.env.Zone
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (r *run) date(days float64) string {
	if math.Abs(days) > 3_000_000 || math.IsNaN(days) {
		return ""
	}
	return time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(math.Floor(days))).Format(time.DateOnly)
}

func parseInstant(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999Z07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05.999", s, zone)
	return t, err == nil
}

// equalTexts compares a kept answer with a computed one: numbers by their size, since clients write the last digits
// differently; areas and lengths, which they reckon differently, within half a per cent; instants by their time.
func equalTexts(d *field, kept, now string) bool {
	if kept == now {
		return true
	}
	x, ok1 := number(kept)
	y, ok2 := number(now)
	if ok1 && ok2 {
		near := 1e-9
		if d.calculate.traits&expr.Measure != 0 {
			near = 0.005
		}
		return math.Abs(x-y) <= near*math.Max(1, math.Max(math.Abs(x), math.Abs(y)))
	}
	if d.node.Type == schema.DateTime {
		a, ok1 := parseInstant(kept, time.UTC)
		b, ok2 := parseInstant(now, time.UTC)
		return ok1 && ok2 && a.Equal(b)
	}
	return false
}

// number reads a number also as Java writes large and small ones: 1.0E10.
func number(s string) (float64, bool) {
	if f, ok := expr.ParseNumber(s); ok {
		return f, true
	}
	if i := strings.IndexAny(s, "Ee"); i > 0 {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	return 0, false
}
