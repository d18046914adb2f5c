// Package answers draws valid interviews of the built-in instruments from a seed and a known truth: the
// demonstration, simulations and benchmarks are fed with it. What is drawn is invented.
package answers

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instruments"
)

// Subject is who is asked, where and when.
type Subject struct {
	Case       string // case number; the household's id for the visit log and the follow-up, nothing for the others
	Village    string // 12 digits
	Grid       string // 15 digits; the visit log only
	NoticeHash string // what the notice in force hashes to
	Start      time.Time
	Attempt    int // visit log: 1 to 6; village sheet: the wave, 1 to 4; 0 counts as 1

	First map[string]string // back-check: what the first interview was answered, by path
}

// Truth gives the weight of each choice of a question, weights above 0 in any scale. A question or choice that is not
// named has the weight the package draws by itself. For a select multiple the weight is the chance, 0 to 1, that
// the choice is named; for "concern_txt" and "plan_txt" the choice "said" is the chance that something is said.
type Truth map[string]map[string]float64

// Interview is what was answered, and the disposition the visit ended with, "" for forms that are no interview.
type Interview struct {
	Values      map[string]string // pattern path -> canonical value, outside repeats
	Rows        []Row             // rows of repeats in order; no built-in form nests them
	Disposition string            // 1.1, 2.112 (no consent) or 4.70 (not an adult); "" for a visit
	Minutes     int
}

// Row is one row of a repeat.
type Row struct {
	Repeat string            // pattern path of the repeat
	Values map[string]string // name within the row -> canonical value
}

// Generate draws one interview of a built-in instrument: every value passes the form's Check, every question that is
// relevant and required is answered, no other is. The same form, subject, truth and seed give the same interview.
// Other forms are refused with unknown-form.
func Generate(form *schema.Form, who Subject, truth Truth, rng *rand.Rand) (Interview, error) {
	d := &draw{form: form, who: who, truth: truth, rng: rng, out: Interview{Values: make(map[string]string, 48)}}
	switch form.ID {
	case instruments.HouseholdSentiment:
		d.sentiment()
	case instruments.CandidateInterview:
		d.candidate()
	case instruments.VisitLog:
		d.visit()
	case instruments.Appraisal:
		d.appraisal()
	case instruments.VillageSheet:
		d.sheet()
	case instruments.FollowUp:
		d.followup()
	case instruments.BackCheck:
		d.backcheck()
	default:
		return Interview{}, errs.New(errs.UnknownForm, "draw interview", "no answers are drawn for the form %s", form.ID)
	}
	if d.missing != "" {
		return Interview{}, errs.New(errs.UnknownPath, "draw interview", "the form %s has no select question %s", form.Key(), d.missing)
	}
	return d.out, nil
}

type draw struct {
	form    *schema.Form
	who     Subject
	truth   Truth
	rng     *rand.Rand
	out     Interview
	missing string // a question that this version of the form lacks
}

func (d *draw) set(path, value string) { d.out.Values[path] = value }

func (d *draw) get(path string) string { return d.out.Values[path] }

// weight is the truth's weight of a choice, or what the package draws by itself.
func (d *draw) weight(path, choice string, usual float64) float64 {
	if w, ok := d.truth[path][choice]; ok {
		return w
	}
	return usual
}

func (d *draw) choices(path string) []schema.Choice {
	n := d.form.Node(path)
	if n == nil || !n.Selects() {
		d.missing = path
		return nil
	}
	return n.ChoiceItems()
}

// one draws a choice of a select one and notes it.
func (d *draw) one(path string, usual ...float64) string {
	list := d.choices(path)
	sum := 0.0
	weights := make([]float64, len(list))
	for i, c := range list {
		w := 1.0
		switch {
		case i < len(usual):
			w = usual[i]
		case len(usual) > 0:
			w = 0
		case strings.HasPrefix(c.Value, "-"):
			w = 0.02 * float64(len(list))
		}
		weights[i] = max(0, d.weight(path, c.Value, w))
		sum += weights[i]
	}
	if sum == 0 {
		return ""
	}
	at := d.rng.Float64() * sum
	value := ""
	for i, w := range weights {
		if w == 0 {
			continue
		}
		value = list[i].Value
		if at -= w; at < 0 {
			break
		}
	}
	d.set(path, value)
	return value
}

// several draws choices of a select multiple, at most most of them; usual is the chance of each. A choice of alone
// stands by itself; with none drawn the last of alone is taken, or the question is left out where there is none.
func (d *draw) several(path string, usual float64, most int, alone ...string) []string {
	list := d.choices(path)
	for _, v := range alone {
		if d.rng.Float64() < d.weight(path, v, 0.03) {
			d.set(path, v)
			return []string{v}
		}
	}
	var picked []int
	for i, c := range list {
		if !contains(alone, c.Value) && d.rng.Float64() < d.weight(path, c.Value, usual) {
			picked = append(picked, i)
		}
	}
	for len(picked) > most {
		i := d.rng.IntN(len(picked))
		picked = append(picked[:i], picked[i+1:]...)
	}
	values := make([]string, len(picked))
	for i, p := range picked {
		values[i] = list[p].Value
	}
	if len(values) == 0 && len(alone) > 0 {
		values = alone[len(alone)-1:]
	}
	if len(values) > 0 {
		d.set(path, strings.Join(values, " "))
	}
	return values
}

func (d *draw) said(path string, usual float64, remarks []string) {
	if remark := remarks[d.rng.IntN(len(remarks))]; d.rng.Float64() < d.weight(path, "said", usual) {
		d.set(path, remark)
	}
}

func contains(list []string, v string) bool {
	for _, s := range list {
		if s == v {
			return true
		}
	}
	return false
}

// uuid draws a version 4 UUID.
func (d *draw) uuid() string {
	const hex = "0123456789abcdef"
	var b [36]byte
	for i := range b {
		switch i {
		case 8, 13, 18, 23:
			b[i] = '-'
		case 14:
			b[i] = '4'
		case 19:
			b[i] = hex[8+d.rng.IntN(4)]
		default:
			b[i] = hex[d.rng.IntN(16)]
		}
	}
	return string(b[:])
}

// moment writes a time as a dateTime in its canonical form.
func moment(t time.Time) string {
	s := t.Truncate(time.Second).Format("2006-01-02T15:04:05")
	if _, offset := t.Zone(); offset == 0 {
		return s + "Z"
	}
	return s + t.Format("-07:00")
}

// Shuffle orders values as ODK's randomize(values, seed) does, so that a server's recomputation agrees.
func Shuffle(values []string, seed int64) []string {
	const modulus, multiplier = 2147483647, 16807
	state := seed % modulus
	if state <= 0 {
		state += modulus - 1
	}
	out := make([]string, len(values))
	for i, v := range values {
		state = state * multiplier % modulus
		j := int(float64(state-1) / (modulus - 1) * float64(i+1))
		out[i] = out[j]
		out[j] = v
	}
	return out
}

func number(n int) string { return strconv.Itoa(n) }
