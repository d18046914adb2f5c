package twin_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/webtest"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
)

var histories = flag.Int("histories", 1500, "random histories to compare (make twins: 20000)")

// step is one thing to do with numbered states, as the other half reads it.
type step struct {
	Do     string   `json:"do"`
	State  int      `json:"state"`
	Set    int      `json:"set"`
	Eff    int64    `json:"eff"`
	Path   string   `json:"path,omitempty"`
	A      int      `json:"a"`
	B      int      `json:"b"`
	Device string   `json:"device,omitempty"`
	Fork   uint64   `json:"fork"`
	Gone   []uint64 `json:"gone,omitempty"`
	To     string   `json:"to,omitempty"`
}

// told is what a half says of a state.
type told struct {
	Canonical string       `json:"canonical"`
	Digest    string       `json:"digest"`
	Conflicts []string     `json:"conflicts"`
	Visible   [][2]*string `json:"visible"`
	Rows      [][]string   `json:"rows"`
	Live      [][2]any     `json:"live"`
	Again     bool         `json:"again"`
}

// life is a random history with a random order of doing it, as a script both halves follow.
type life struct {
	lines []string
	sets  []*crdt.ChangeSet
	steps []step
	index map[crdt.Dot]int
	pick  func(n int) int
}

// odd names stand where JavaScript and Go are apt to differ: prototypes, numbers as keys, and characters whose UTF-16 sorts
// otherwise than their UTF-8.
var odd = strings.NewReplacer("q1", "\U00010000q", "q2", "\uf900", "g/q3", "g/constructor", "m[a]", "__proto__[7]", "m[b]", "__proto__[10]",
	"note", "toString", "age", "\U0002f800", "m[c]", "__proto__[__proto__]", "m/", "__proto__/")

var oddDevices = map[string]string{"dv_a": "__proto__", "dv_b": "10", "dv_c": "9", "dv_d": "hasOwnProperty"}

var oddWords = map[string]string{"1": "\u2028", "2": "\U0001f3e0\x7f", "3": "\uffee"}

// odder gives a history odd names.
func odder(h naive.History) naive.History {
	device := func(d string) string {
		if o, ok := oddDevices[d]; ok {
			return o
		}
		return d
	}
	out := naive.History{}
	for _, p := range h.Withheld {
		out.Withheld = append(out.Withheld, odd.Replace(p))
	}
	for _, t := range h.Turns {
		c := *t.Set
		c.Device, c.Ctx = device(c.Device), crdt.VV{}
		for d, seq := range t.Set.Ctx {
			c.Ctx[device(d)] = seq
		}
		c.Set, c.Add, c.Del = nil, nil, nil
		for _, cell := range t.Set.Set {
			cell.Path = odd.Replace(cell.Path)
			if w, ok := oddWords[cell.Value]; ok {
				cell.Value = w
			}
			c.Set = append(c.Set, cell)
		}
		for _, row := range t.Set.Add {
			c.Add = append(c.Add, odd.Replace(row))
		}
		for _, row := range t.Set.Del {
			c.Del = append(c.Del, odd.Replace(row))
		}
		c.Normalize()
		t.Set = &c
		out.Turns = append(out.Turns, t)
	}
	return out
}

func newLife(pick func(n int) int) *life {
	h := naive.Random(pick)
	if pick(2) == 0 {
		h = odder(h)
	}
	l := &life{pick: pick, index: map[crdt.Dot]int{}}
	for i, t := range h.Turns {
		l.sets, l.lines = append(l.sets, t.Set), append(l.lines, string(t.Set.Encode()))
		l.index[t.Dot()] = i
	}
	all := len(h.Turns)
	l.deliver(h, 0, all)
	l.tell(0)
	l.deliver(h, 1, pick(all+1))
	l.deliver(h, 2, pick(all+1))
	l.do(step{Do: "join", State: 3, A: 1, B: 2})
	l.tell(3)
	l.do(step{Do: "join", State: 4, A: 3, B: 0})
	l.tell(4)
	l.renames(0)
	switch pick(6) {
	case 0:
		l.do(step{Do: "erase", State: 1})
		l.deliver(h, 1, pick(all+1))
		l.do(step{Do: "join", State: 5, A: 1, B: 0})
		l.tell(5)
	case 1: // released from quarantine: its context names what is not here
		for i, t := range h.Turns {
			if pick(2) == 0 {
				l.do(step{Do: "apply", State: 6, Set: i, Eff: t.Eff})
			}
		}
		l.tell(6)
	}
	return l
}

func (l *life) do(s step) { l.steps = append(l.steps, s) }

func (l *life) tell(state int) { l.do(step{Do: "tell", State: state}) }

// deliver is naive.History.Deliver as steps.
func (l *life) deliver(h naive.History, state, count int) {
	vv := crdt.VV{}
	left := append([]naive.Turn(nil), h.Turns...)
	withheld := append([]string(nil), h.Withheld...)
	withhold := func() {
		i := l.pick(len(withheld))
		l.do(step{Do: "withhold", State: state, Path: withheld[i]})
		withheld = append(withheld[:i], withheld[i+1:]...)
	}
	var done []naive.Turn
	apply := func(t naive.Turn) {
		s := step{Do: "apply", State: state, Set: l.index[t.Dot()], Eff: t.Eff}
		if t.Void {
			s.Do = "void"
		}
		l.do(s)
		vv.Raise(t.Dot())
	}
	for count > 0 && len(left) > 0 {
		if len(withheld) > 0 && l.pick(3) == 0 {
			withhold()
		}
		if len(done) > 0 && l.pick(3) == 0 {
			apply(done[l.pick(len(done))])
		}
		from := l.pick(len(left))
		for i := range left {
			k := (from + i) % len(left)
			if t := left[k]; h.Ready(t, vv) {
				apply(t)
				done = append(done, t)
				left = append(left[:k:k], left[k+1:]...)
				break
			}
		}
		count--
	}
	for len(withheld) > 0 && len(left) == 0 {
		withhold()
	}
}

// renames lets one device of a state go on under another name, without some of what it wrote.
func (l *life) renames(state int) {
	if len(l.sets) == 0 {
		return
	}
	c := l.sets[l.pick(len(l.sets))]
	s := step{Do: "rename", State: state, Device: c.Device, To: "dv_new", Fork: uint64(l.pick(int(c.Seq) + 1))}
	for _, o := range l.sets {
		if o.Device == c.Device && o.Seq > s.Fork && l.pick(3) == 0 {
			s.Gone = append(s.Gone, o.Seq)
		}
	}
	l.do(s)
	l.tell(state)
}

// run follows the script in Go.
func (l *life) run() []told {
	states := map[int]*crdt.State{}
	at := func(i int) *crdt.State {
		if states[i] == nil {
			states[i] = &crdt.State{}
		}
		return states[i]
	}
	var out []told
	for _, s := range l.steps {
		st := at(s.State)
		switch s.Do {
		case "apply":
			st.Apply(l.sets[s.Set], s.Eff)
		case "void":
			st.Void(l.sets[s.Set].Dot())
		case "withhold":
			st.Withhold(s.Path)
		case "erase":
			st.Erase()
		case "join":
			states[s.State] = crdt.Join(at(s.A), at(s.B))
		case "rename":
			rename(st, s)
		case "tell":
			out = append(out, tell(st))
		}
	}
	return out
}

func rename(st *crdt.State, s step) {
	mine := func(d crdt.Dot) bool { return d.Device == s.Device && d.Seq > s.Fork }
	st.Rename(func(d crdt.Dot) (crdt.Dot, bool) {
		if !mine(d) {
			return d, true
		}
		for _, g := range s.Gone {
			if g == d.Seq {
				return crdt.Dot{}, false
			}
		}
		return crdt.Dot{Device: s.To, Seq: d.Seq}, true
	}, func(vv crdt.VV) crdt.VV {
		out := vv.Clone()
		if out == nil {
			out = crdt.VV{}
		}
		if seen := out[s.Device]; seen > s.Fork {
			delete(out, s.Device)
			out[s.To] = seen
			if s.Fork > 0 {
				out[s.Device] = s.Fork
			}
		}
		return out
	})
}

func tell(s *crdt.State) told {
	digest := s.Digest()
	t := told{Canonical: string(s.Canonical()), Digest: hex.EncodeToString(digest[:]), Conflicts: append([]string{}, s.Conflicts()...),
		Visible: [][2]*string{}, Rows: [][]string{}, Live: [][2]any{}, Again: true}
	for path, w := range s.Visible {
		entry := [2]*string{&path, nil}
		if !w.Null {
			entry[1] = &w.Value
		}
		t.Visible = append(t.Visible, entry)
	}
	for _, repeat := range s.Repeats() {
		t.Rows = append(t.Rows, append([]string{}, s.RowsOf(repeat)...))
	}
	for _, d := range s.LiveDots() {
		t.Live = append(t.Live, [2]any{d.Device, d.Seq})
	}
	return t
}

func (l *life) job() any {
	return map[string]any{"job": "history", "lines": append([]string{}, l.lines...), "steps": l.steps}
}

// compare reports the first difference of what both halves say.
func (l *life) compare(answer json.RawMessage, fail func(format string, args ...any)) int {
	want, err := json.Marshal(l.run())
	if err != nil {
		fail("%v", err)
	}
	if string(want) == string(answer) {
		return len(l.steps)
	}
	// The order of members and escapes may differ where the values do not.
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(answer, &b) != nil {
		fail("no JSON: %s", answer)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		script, _ := json.Marshal(l.job())
		fail("the twins differ\n  go %s\nnode %s\n%s", x, y, script)
	}
	return len(l.steps)
}

// TestTwinsMergeAlikeAndShrinks finds the smallest history on which the twins differ.
func TestTwinsMergeAlikeAndShrinks(t *testing.T) {
	n := webtest.Start(t, "packages/merge/twin/main.ts")
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		l.compare(n.Ask([]any{l.job()})[0], t.Fatalf)
	})
}

// TestTwinsMergeAlike is the breadth.
func TestTwinsMergeAlike(t *testing.T) {
	n := webtest.Start(t, "packages/merge/twin/main.ts")
	const batch, seed = 100, 2
	steps, sets, conflicts, rows, states := 0, 0, 0, 0, 0
	for from := 0; from < *histories; from += batch {
		var lives []*life
		var jobs []any
		for i := from; i < min(from+batch, *histories); i++ {
			l := newLife(rand.New(rand.NewPCG(seed, uint64(i))).IntN)
			lives, jobs = append(lives, l), append(jobs, l.job())
		}
		for i, answer := range n.Ask(jobs) {
			steps += lives[i].compare(answer, func(format string, args ...any) {
				t.Helper()
				t.Fatalf("history %d of seed %d: "+format, append([]any{from + i, seed}, args...)...)
			})
			sets += len(lives[i].sets)
			for _, s := range lives[i].run() {
				states++
				conflicts += len(s.Conflicts)
				for _, r := range s.Rows {
					rows += len(r)
				}
			}
		}
	}
	require.Greater(t, conflicts, *histories/4, "histories without conflicts prove nothing")
	require.Greater(t, rows, *histories/4)
	t.Logf("%d random histories, %d change sets, %d steps, %d states compared byte for byte, %d conflicts, %d rows", *histories, sets, steps, states, conflicts, rows)
}
