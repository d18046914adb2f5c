package naive

import (
	"fmt"

	"ruhu/sync/crdt"
)

// History is a random life of one record: what a few devices wrote, each seeing what a server that takes their pushes now
// and then showed it, often long after. Turns stand in the order in which that server merged them.
type History struct {
	Turns    []Turn
	Withheld []string // withheld at some time or other
}

// Turn is one line in merge order.
type Turn struct {
	Set  *crdt.ChangeSet
	Eff  int64
	Void bool // the office discarded it, or its phone lost it
}

// Dot returns the turn's name.
func (t Turn) Dot() crdt.Dot { return t.Set.Dot() }

// day is a day in milliseconds; start is when the field work begins.
const (
	day   = 24 * 3600 * 1000
	start = 1795420800000
)

var (
	// few paths, so that devices meet; a repeat in a repeat; the record's own.
	historyPaths = []string{"q1", "q1", "q2", "g/q3", "m[a]/age", "m[a]/age", "m[b]/age", "m[b]/note", "m[a]/k[x]/n", "m[a]/k[y]/n", "@status", "@comments[c]/text"}
	historyRows  = []string{"m[a]", "m[b]", "m[c]", "m[a]/k[x]", "m[a]/k[y]"}
	historyWords = []string{"1", "2", "3", "", "两", "a\"b\\\n"}
	statusWords  = []string{"draft", "submitted", "approved", "returned"}
	prefixes     = []string{"q2", "g", "m[b]", "m/note", "m/k", "m[a]/k[x]"}
)

type author struct {
	name   string
	seq    uint64
	skew   int64   // its clock minus the right time
	screen crdt.VV // what stands on its screen
	outbox []Turn
}

// Random draws a history. pick(n) returns a number from 0 to n-1; small ones make small histories.
func Random(pick func(n int) int) History {
	authors := make([]*author, 1+pick(4))
	for i := range authors {
		authors[i] = &author{name: fmt.Sprintf("dv_%c", 'a'+i)}
		if pick(3) == 0 {
			authors[i].skew = int64(pick(41)-20) * 365 * day
		}
	}
	var h History
	now, server := int64(start), crdt.VV{}
	push := func(a *author) {
		for n := pick(len(a.outbox) + 1); n > 0; n-- {
			t := a.outbox[0]
			a.outbox = a.outbox[1:]
			t.Eff = min(t.Set.At, now)
			h.Turns = append(h.Turns, t)
			server.Raise(t.Dot())
		}
	}
	for range 1 + pick(14) {
		a := authors[pick(len(authors))]
		now += int64(pick(4)) * int64(1+pick(day)) // often at the very same time
		switch pick(4) {
		case 0:
			push(a)
			now++
		case 1:
			// A pull replaces what the form is opened on; what the device wrote itself stays seen.
			a.screen = a.screen.Join(server)
		default:
			a.write(pick, now)
		}
	}
	for _, a := range authors {
		for len(a.outbox) > 0 {
			push(a)
			now++
		}
	}
	if pick(4) == 0 {
		for range 1 + pick(2) {
			h.Withheld = append(h.Withheld, prefixes[pick(len(prefixes))])
		}
	}
	return h
}

// write makes one change set with what the author sees. Some seqs go to other records; sometimes a form was opened before
// the last pull, or before the device's own last save, and knows less.
func (a *author) write(pick func(n int) int, now int64) {
	a.seq += uint64(1 + pick(3)/2)
	c := &crdt.ChangeSet{Device: a.name, Seq: a.seq, Epoch: "ep_1", At: now + a.skew, Nonce: "0123456789abcdef", Record: "r1",
		Form: "f", Version: "1", Grid: "990101001201003", Ctx: a.screen.Clone()}
	if c.Ctx == nil {
		c.Ctx = crdt.VV{}
	}
	gone := map[string]bool{}
	if pick(4) == 0 {
		row := historyRows[pick(len(historyRows))]
		c.Del = append(c.Del, row)
		gone[row] = true
	}
	free := func(path string) bool {
		for _, row := range append(enclosing(path), path) {
			if gone[row] {
				return false
			}
		}
		return true
	}
	if pick(4) == 0 {
		if row := historyRows[pick(len(historyRows))]; free(row) {
			c.Add = append(c.Add, row)
		}
	}
	written := map[string]bool{}
	for range pick(5) {
		path := historyPaths[pick(len(historyPaths))]
		if !free(path) || written[path] {
			continue
		}
		written[path] = true
		cell := crdt.Cell{Path: path, Value: historyWords[pick(len(historyWords))]}
		if path == "@status" {
			cell.Value = statusWords[pick(len(statusWords))]
		} else if pick(8) == 0 {
			cell = crdt.Cell{Path: path, Null: true}
		}
		c.Set = append(c.Set, cell)
	}
	if len(c.Set)+len(c.Add)+len(c.Del) == 0 {
		c.Set = []crdt.Cell{{Path: "q1", Value: "1"}}
	}
	c.Normalize()
	a.outbox = append(a.outbox, Turn{Set: c, Void: pick(12) == 0})
	if pick(5) > 0 { // else another tab, which does not see this save
		if a.screen == nil {
			a.screen = crdt.VV{}
		}
		a.screen.Raise(c.Dot())
	}
}

// Record returns the history as the set the definition speaks of.
func (h History) Record() Record {
	r := Record{Withheld: h.Withheld}
	for _, t := range h.Turns {
		if t.Void {
			r.Void = append(r.Void, t.Dot())
		} else {
			r.Sets = append(r.Sets, Merged{Set: t.Set, Eff: t.Eff})
		}
	}
	return r
}

// Ready reports whether a turn may be applied to a state that covers vv: all it saw is there, and its device's earlier turns.
func (h History) Ready(t Turn, vv crdt.VV) bool {
	for _, o := range h.Turns {
		if o.Set.Device == t.Set.Device && o.Set.Seq < t.Set.Seq && vv[o.Set.Device] < o.Set.Seq {
			return false
		}
	}
	return t.Void || t.Set.Ctx.Within(vv)
}

// Apply applies one turn.
func (t Turn) Apply(s *crdt.State) {
	if t.Void {
		s.Void(t.Dot())
		return
	}
	s.Apply(t.Set, t.Eff)
}

// Deliver applies count of the history's turns to a fresh state in a random order that causality allows, some of them
// twice, and withholds what the history withholds at random moments (all of it where count is all).
func (h History) Deliver(pick func(n int) int, count int) *crdt.State {
	s := &crdt.State{}
	left := append([]Turn(nil), h.Turns...)
	withheld := append([]string(nil), h.Withheld...)
	withhold := func() {
		i := pick(len(withheld))
		s.Withhold(withheld[i])
		withheld = append(withheld[:i], withheld[i+1:]...)
	}
	var done []Turn
	for count > 0 && len(left) > 0 {
		if len(withheld) > 0 && pick(3) == 0 {
			withhold()
		}
		if len(done) > 0 && pick(3) == 0 {
			done[pick(len(done))].Apply(s)
		}
		from := pick(len(left))
		for i := range left {
			k := (from + i) % len(left)
			if t := left[k]; h.Ready(t, s.VV) {
				t.Apply(s)
				done = append(done, t)
				left = append(left[:k:k], left[k+1:]...)
				break
			}
		}
		count--
	}
	for len(withheld) > 0 && count == 0 && len(left) == 0 {
		withhold()
	}
	return s
}
