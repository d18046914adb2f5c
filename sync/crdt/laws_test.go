package crdt_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
)

// laws is what must hold of every history; fail reports the first law that does not.
func laws(pick func(n int) int, fail func(format string, args ...any)) {
	h := naive.Random(pick)
	r := h.Record()
	all := len(h.Turns)
	want := r.Canonical()

	// 1 and 3: any order that causality allows, with repeats, gives the definition.
	s := h.Deliver(pick, all)
	for range 2 {
		if got := string(s.Canonical()); got != want {
			fail("invariants 1, 3: state and definition differ\n got %s\nwant %s\n%s", got, want, tell(h))
		}
		s = h.Deliver(pick, all)
	}
	// The forms lose nothing.
	parsed, err := crdt.ParseState([]byte(want))
	if err != nil || string(parsed.Canonical()) != want {
		fail("canonical form: %v\n%s", err, want)
	}
	decoded, err := crdt.DecodeState(s.AppendBinary(nil))
	if err != nil || string(decoded.Canonical()) != want {
		fail("storage form: %v\n%s", err, want)
	}
	joinLaws(pick, h, s, want, fail)
	readLaws(r, s, fail)
	keptLaws(h, s, fail)
	clockLaws(pick, h, s, fail)
	approvalLaws(r, s, fail)

	erased := h.Deliver(pick, pick(all+1))
	erased.Erase()
	for _, t := range h.Turns {
		t.Apply(erased)
	}
	if got := string(crdt.Join(s, erased).Canonical()) + string(erased.Canonical()); got != `{"erased":true}{"erased":true}` {
		fail("erased is not the top: %s", got)
	}
}

// joinLaws: invariant 2.
func joinLaws(pick func(n int) int, h naive.History, s *crdt.State, want string, fail func(string, ...any)) {
	all := len(h.Turns)
	a, b, c := h.Deliver(pick, pick(all+1)), h.Deliver(pick, pick(all+1)), h.Deliver(pick, pick(all+1))
	text := func(s *crdt.State) string { return string(s.Canonical()) }
	ab := crdt.Join(a, b)
	if x, y := text(ab), text(crdt.Join(b, a)); x != y {
		fail("join does not commute\n%s\n%s\n%s", x, y, tell(h))
	}
	if x, y := text(crdt.Join(ab, c)), text(crdt.Join(a, crdt.Join(b, c))); x != y {
		fail("join does not associate\n%s\n%s\n%s", x, y, tell(h))
	}
	if x := text(crdt.Join(ab, a)); x != text(ab) {
		fail("join is not idempotent\n%s\n%s", x, text(ab))
	}
	if x := text(crdt.Join(s, ab)); x != want {
		fail("join with a part is not the whole\n%s\n%s", x, want)
	}
	for _, t := range h.Turns {
		if a.VV.Covers(t.Dot()) || !h.Ready(t, a.VV) {
			continue
		}
		before, after := ab.Clone(), a.Clone()
		t.Apply(before)
		t.Apply(after)
		if x, y := text(before), text(crdt.Join(after, b)); x != y {
			fail("apply after join is not join after apply\n%s\n%s\n%s", x, y, tell(h))
		}
	}
	if x := text(ab); x != text(crdt.Join(a.Clone(), b.Clone())) {
		fail("join changed its arguments")
	}
}

// readLaws: what is shown, in conflict and existing is what the definition says; invariant 5.
func readLaws(r naive.Record, s *crdt.State, fail func(string, ...any)) {
	for _, path := range r.Paths() {
		value, found := r.Shown(path)
		w, ok := s.Shown(path)
		if ok != found || ok && (w.Null != (value == nil) || !w.Null && w.Value != value) {
			fail("invariant 5: shown at %s: %v, not %v", path, w, value)
		}
	}
	if x, y := fmt.Sprint(s.Conflicts()), fmt.Sprint(r.Conflicts()); x != y {
		fail("conflicts %s, not %s", x, y)
	}
	for _, repeat := range []string{"m", "m[a]/k", "m[b]/k", "@comments"} {
		if x, y := fmt.Sprint(s.RowsOf(repeat)), fmt.Sprint(r.RowsOf(repeat)); x != y {
			fail("rows of %s: %s, not %s", repeat, x, y)
		}
	}
}

// keptLaws: invariant 4, what concerns the merge: a merged value is live, withheld, or was superseded by one who saw it.
func keptLaws(h naive.History, s *crdt.State, fail func(string, ...any)) {
	type place struct {
		path string
		dot  crdt.Dot
	}
	superseded := map[place]bool{}
	turns := func(yield func(crdt.Turn) bool) {
		for _, t := range h.Turns {
			turn := crdt.Turn{Dot: t.Dot(), Eff: t.Eff, Set: t.Set}
			if t.Void {
				turn.Set = nil
			}
			if !yield(turn) {
				return
			}
		}
	}
	for step := range crdt.History(turns, nil) {
		for _, e := range step.Effects {
			for _, w := range e.Superseded {
				if !step.Set.Ctx.Covers(w.Dot) || w.Dot == step.Dot {
					fail("invariant 4: %v superseded %v at %s, which it never saw", step.Dot, w.Dot, e.Path)
				}
				superseded[place{e.Path, w.Dot}] = true
			}
		}
	}
	for _, t := range h.Turns {
		if t.Void {
			continue
		}
		for _, c := range t.Set.Set {
			live := false
			for _, w := range s.Siblings(c.Path) {
				live = live || w.Dot == t.Dot()
			}
			if live == superseded[place{c.Path, t.Dot()}] && !s.IsWithheld(c.Path) {
				fail("invariant 4: %v at %s: live %v, superseded %v\n%s", t.Dot(), c.Path, live, !live, tell(h))
			}
		}
	}
}

// clockLaws: invariant 7. Other clocks, same history: the same siblings, marks and conflicts.
func clockLaws(pick func(n int) int, h naive.History, s *crdt.State, fail func(string, ...any)) {
	other := naive.History{Withheld: h.Withheld}
	for _, t := range h.Turns {
		t.Eff += int64(pick(41)-20) * 365 * 24 * 3600 * 1000
		other.Turns = append(other.Turns, t)
	}
	o := other.Deliver(pick, len(h.Turns))
	if fmt.Sprint(o.Registers) != fmt.Sprint(s.Registers) || !o.VV.Equal(s.VV) || fmt.Sprint(o.Conflicts()) != fmt.Sprint(s.Conflicts()) {
		fail("invariant 7: clocks changed more than what is shown\n%s", tell(h))
	}
	for i := range s.Rows {
		if fmt.Sprint(o.Rows[i].Marks) != fmt.Sprint(s.Rows[i].Marks) || o.RowExists(s.Rows[i].Path) != s.RowExists(s.Rows[i].Path) {
			fail("invariant 7: clocks changed a row\n%s", tell(h))
		}
	}
}

// approvalLaws: invariant 13, what concerns the merge: SeenBy is true only where the approval's author had every live answer
// and mark on the screen, and the ctx kept beside a live status is that of its set.
func approvalLaws(r naive.Record, s *crdt.State, fail func(string, ...any)) {
	for _, m := range r.Sets {
		saw := true
		for _, d := range s.LiveDots() {
			saw = saw && m.Set.Ctx[d.Device] >= d.Seq
		}
		if s.SeenBy(m.Set.Ctx) != saw {
			fail("invariant 13: %v saw all: %v", m.Set.Dot(), saw)
		}
	}
	for _, w := range s.Siblings(crdt.StatusPath) {
		for _, m := range r.Sets {
			if m.Set.Dot() == w.Dot && !s.StatusCtx[w.Dot].Equal(m.Set.Ctx) {
				fail("invariant 13: the ctx of %v is not kept", w.Dot)
			}
		}
	}
}

func tell(h naive.History) string {
	out := fmt.Sprintf("withheld %v\n", h.Withheld)
	for _, t := range h.Turns {
		out += fmt.Sprintf("%v void=%v eff=%d ctx=%v set=%v add=%v del=%v\n", t.Dot(), t.Void, t.Eff, t.Set.Ctx, t.Set.Set, t.Set.Add, t.Set.Del)
	}
	return out
}

// TestLaws shrinks what it finds.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		laws(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }, t.Fatalf)
	})
}

// TestLawsOnManyHistories is the breadth: the same laws on 12,000 histories of one seed.
func TestLawsOnManyHistories(t *testing.T) {
	const histories, seed = 12_000, 1
	turns, conflicts, rows, withheld := 0, 0, 0, 0
	for i := range histories {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		laws(random.IntN, func(format string, args ...any) {
			t.Helper()
			t.Fatalf("history %d of seed %d: "+format, append([]any{i, seed}, args...)...)
		})
		random = rand.New(rand.NewPCG(seed, uint64(i)))
		h := naive.Random(random.IntN)
		s := h.Deliver(random.IntN, len(h.Turns))
		turns += len(h.Turns)
		conflicts += len(s.Conflicts())
		rows += len(s.Rows)
		withheld += len(s.Withheld)
	}
	require.Greater(t, conflicts, histories/4, "histories without conflicts prove nothing")
	require.Greater(t, rows, histories/2)
	require.Greater(t, withheld, histories/20)
	t.Logf("%d random histories, %d change sets, %d conflicts, %d rows, %d withheld prefixes", histories, turns, conflicts, rows, withheld)
}

// TestReleasedSets: sets whose ctx names dots that never came, as after a release from quarantine. Replayed in merge order
// they give one state, and the cut ctx is what the definition counts.
func TestReleasedSets(t *testing.T) {
	for i := range 2000 {
		random := rand.New(rand.NewPCG(7, uint64(i)))
		h := naive.Random(random.IntN)
		s, again := &crdt.State{}, &crdt.State{}
		r := naive.Record{}
		for _, turn := range h.Turns {
			if turn.Void {
				r.Void = append(r.Void, turn.Dot())
			} else {
				c := *turn.Set
				c.Ctx = c.Ctx.Join(crdt.VV{"dv_never": uint64(1 + random.IntN(3)), "dv_a": uint64(random.IntN(6))})
				if c.Ctx[c.Device] >= c.Seq {
					c.Ctx[c.Device] = c.Seq - 1
				}
				turn.Set = &c
				r.Sets = append(r.Sets, naive.Merged{Set: &c, Eff: turn.Eff, Ctx: c.Ctx.Meet(s.VV)})
			}
			turn.Apply(s)
			turn.Apply(again)
			turn.Apply(again)
		}
		require.Equal(t, r.Canonical(), string(s.Canonical()), "history %d", i)
		require.Equal(t, s.Canonical(), again.Canonical())
	}
}
