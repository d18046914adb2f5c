package entity

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// stored gives changes the numbers a server gives them on arrival, after those that are there.
func stored(there []Change, arriving []Change) []Change {
	out := slices.Clone(there)
	for _, c := range arriving {
		c.Number = greatest(out) + 1
		out = append(out, c)
	}
	return out
}

func greatest(all []Change) int64 { k := knownOf(all); return k.greatest }

func bytesOf(t require.TestingT, e Entity) string {
	b, err := json.Marshal(e)
	require.NoError(t, err)
	return string(b)
}

// offline is what phones write that all began from one server version and never saw each other: phone p's k-th update says
// its own property, and one that all write.
func offline(phones, updates int, trunk int64) (list []Change) {
	for p := range phones {
		for k := range updates {
			base := max(trunk, 1) + int64(k)
			c := Change{Kind: Update, Instance: fmt.Sprintf("uuid:%d-%d", p, k), Branch: fmt.Sprint("branch-", p), Base: base, Trunk: trunk,
				Set: map[string]string{fmt.Sprint("own", p): fmt.Sprint(k), "state": fmt.Sprint("p", p, "k", k)}}
			if k%2 == 1 {
				delete(c.Set, "state")
			}
			if k == updates-1 {
				c.Set[LabelKey] = fmt.Sprint("label of ", p)
			}
			list = append(list, c)
		}
	}
	return list
}

func permutations(n int, visit func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var walk func(k int)
	walk = func(k int) {
		if k == n {
			visit(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			walk(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	walk(0)
}

func inOrder(list []Change, order []int) []Change {
	out := make([]Change, len(order))
	for i, at := range order {
		out[i] = list[at]
	}
	return out
}

var created = Change{Number: 1, Kind: Create, Instance: "uuid:create", Set: map[string]string{LabelKey: "well", "state": "new", "depth": "7"}}

func TestThreePhonesInEveryOrder(t *testing.T) {
	list := offline(3, 2, 1)
	want := Derive(0, stored([]Change{created}, list))
	require.Equal(t, Hard, want.Conflict)
	require.Len(t, want.Siblings["state"], 3)
	require.Equal(t, int64(7), want.Version)
	require.Equal(t, "7", want.Properties["depth"], "what nobody changed stays")
	orders := 0
	permutations(len(list), func(order []int) {
		orders++
		require.Equal(t, bytesOf(t, want), bytesOf(t, Derive(0, stored([]Change{created}, inOrder(list, order)))), "%v", order)
	})
	require.Equal(t, 720, orders)

	// The creation itself may come at any place too: the first phone made the entity offline.
	first := created
	first.Number = 0
	list = append(offline(3, 2, 0)[:2], offline(3, 2, 1)[2:]...)
	list = append(list, first)
	want = Derive(0, stored(nil, inOrder(list, []int{6, 0, 1, 2, 3, 4, 5})))
	require.Empty(t, want.Missing)
	permutations(len(list), func(order []int) {
		orders++
		require.Equal(t, bytesOf(t, want), bytesOf(t, Derive(0, stored(nil, inOrder(list, order)))), "%v", order)
	})
	t.Logf("3 phones x 2 updates: %d orders of arrival, one result", orders)
}

func TestThreePhonesFourUpdatesInThousandsOfOrders(t *testing.T) {
	list := offline(3, 4, 1)
	want := bytesOf(t, Derive(0, stored([]Change{created}, list)))
	rng := rand.New(rand.NewPCG(3, 4))
	const orders = 20_000
	for range orders {
		order := rng.Perm(len(list))
		got := bytesOf(t, Derive(0, stored([]Change{created}, inOrder(list, order))))
		if got != want {
			require.Equal(t, want, got, "%v", order)
		}
	}
	t.Logf("3 phones x 4 updates: %d random orders of arrival, one result", orders)
}

// person is a change with what its author truly had seen, by instance.
type person struct {
	Change
	saw map[string]bool
}

// TestWhatClientsSayOfVersionsIsWhatTheySaw plays a server and phones: phones pull, work offline on branches as Collect does,
// send when they like. Derive, which knows versions and branches only, must agree with a definition that knows what each
// author saw.
func TestWhatClientsSayOfVersionsIsWhatTheySaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type phone struct {
			version, local int64 // server version adopted, local version
			branch         string
			saw            map[string]bool
			out            []person
		}
		var log []person // in order of arrival
		phones := make([]phone, rapid.IntRange(1, 4).Draw(t, "phones"))
		branches := 0
		pull := func(p *phone) {
			p.version = int64(len(log))
			p.local, p.saw = p.version, map[string]bool{}
			branches++
			p.branch = fmt.Sprint("b", branches)
			for i := range log {
				p.saw[log[i].Instance] = true
			}
			for i := range p.out { // what was not sent is still on the phone, under the branch it was made on
				p.saw[p.out[i].Instance] = true
			}
		}
		first := person{Change: created, saw: map[string]bool{}}
		log = append(log, first)
		for i := range phones {
			pull(&phones[i])
		}
		edits := 0
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			p := &phones[rapid.IntRange(0, len(phones)-1).Draw(t, "phone")]
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				if len(p.out) == 0 { // a phone with unsent work keeps its branch
					pull(p)
				}
			case 1, 2:
				edits++
				c := person{Change: Change{Kind: Update, Instance: fmt.Sprintf("i%02d", edits), Branch: p.branch, Base: p.local, Trunk: p.version, Set: map[string]string{}}, saw: maps.Clone(p.saw)}
				if p.local == p.version && rapid.Bool().Draw(t, "without a branch") && len(p.out) == 0 {
					c.Branch, c.Trunk = "", 0
				}
				for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", LabelKey}), 1, 3, rapid.ID[string]).Draw(t, "names") {
					c.Set[name] = rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "value")
				}
				p.local++
				p.saw[c.Instance] = true
				p.out = append(p.out, c)
				if c.Branch == "" { // a client without branches sends before it goes on
					log, p.out = append(log, c), nil
					pull(p)
				}
			case 3:
				if len(p.out) > 0 {
					at := rapid.IntRange(0, len(p.out)-1).Draw(t, "which")
					log = append(log, p.out[at])
					p.out = slices.Delete(p.out, at, at+1)
				}
			}
		}
		changes := make([]Change, len(log))
		for i := range log {
			changes[i] = log[i].Change
			changes[i].Number = int64(i + 1)
		}
		got := Derive(0, changes)
		label, properties, conflict := defined(log)
		require.Equal(t, label, got.Label)
		require.Equal(t, properties, got.Properties)
		require.Equal(t, conflict, got.Conflict)
	})
}

// defined computes an entity from what each author saw: the deliberately simple second opinion.
func defined(log []person) (label string, properties map[string]string, conflict Conflict) {
	properties = map[string]string{}
	for _, name := range []string{LabelKey, "a", "b", "c", "state", "depth"} {
		var live []person
		wrote := false
		for _, e := range log {
			if _, writes := e.Set[name]; !writes {
				continue
			}
			wrote = true
			superseded := slices.ContainsFunc(log, func(f person) bool { _, writes := f.Set[name]; return writes && f.saw[e.Instance] })
			if !superseded {
				live = append(live, e)
			}
		}
		if !wrote {
			continue
		}
		best := slices.MaxFunc(live, func(a, b person) int { return older(&a.Change, &b.Change) })
		if name == LabelKey {
			label = best.Set[name]
		} else {
			properties[name] = best.Set[name]
		}
	}
	for i, a := range log {
		for _, b := range log[:i] {
			if a.saw[b.Instance] || b.saw[a.Instance] {
				continue
			}
			if conflict == None {
				conflict = Soft
			}
			for name, value := range a.Set {
				if other, writes := b.Set[name]; writes && other != value {
					conflict = Hard
				}
			}
		}
	}
	return label, properties, conflict
}

func TestConflictsStayUntilTheOfficeSettlesThem(t *testing.T) {
	list := stored([]Change{created}, []Change{
		{Kind: Update, Instance: "x", Branch: "bx", Base: 1, Trunk: 1, Set: map[string]string{"state": "dry"}},
		{Kind: Update, Instance: "y", Branch: "by", Base: 1, Trunk: 1, Set: map[string]string{"state": "wet"}},
		{Kind: Update, Instance: "z", Branch: "bz", Base: 3, Trunk: 3, Set: map[string]string{"state": "full"}},
	})
	e := Derive(0, list)
	require.Equal(t, "full", e.Properties["state"])
	require.Equal(t, Hard, e.Conflict, "who wrote last saw one of the two only")
	require.Equal(t, []Sibling{{Source{"x", ""}, "dry"}, {Source{"y", ""}, "wet"}}, e.Siblings["state"])
	list = append(list, Change{Number: 5, Kind: Office, Instance: "o", Base: 4, Settles: true, Keep: map[string]int64{"state": 2}, Set: map[string]string{}})
	e = Derive(0, list)
	require.Equal(t, "dry", e.Properties["state"])
	require.Equal(t, None, e.Conflict)
	require.Empty(t, e.Siblings)
	// A phone that had not seen the decision: a new conflict.
	list = append(list, Change{Number: 6, Kind: Update, Instance: "w", Branch: "bw", Base: 4, Trunk: 4, At: 5, Set: map[string]string{"state": "mud"}})
	e = Derive(0, list)
	require.Equal(t, Hard, e.Conflict)
	require.Equal(t, "mud", e.Properties["state"])
	require.Len(t, e.Siblings["state"], 2)
}

func TestDeletionWinsAndLateWorkIsShownToTheOffice(t *testing.T) {
	list := stored([]Change{created}, []Change{
		{Kind: Office, Instance: "o", Base: 1, Deletes: true},
		{Kind: Update, Instance: "x", Branch: "b", Base: 1, Trunk: 1, Set: map[string]string{"state": "dry"}},
		{Kind: Create, Instance: "again", Set: map[string]string{LabelKey: "well"}},
	})
	e := Derive(0, list)
	require.True(t, e.Deleted)
	require.False(t, e.Shown())
	require.Equal(t, []Source{{"again", ""}, {"x", ""}}, e.Late)
	list = append(list, Change{Number: 5, Kind: Office, Instance: "o2", Base: 4, Restores: true})
	e = Derive(0, list)
	require.False(t, e.Deleted)
	require.Empty(t, e.Late)
	require.Equal(t, "dry", e.Properties["state"], "nothing of it was lost")
}

func TestWhatAnErasedChangeReplacedStaysReplaced(t *testing.T) {
	list := stored([]Change{created}, []Change{
		{Kind: Update, Instance: "x", Branch: "b", Base: 1, Trunk: 1, Set: map[string]string{"state": "dry"}},
		{Kind: Update, Instance: "y", Branch: "b", Base: 2, Trunk: 1, Set: map[string]string{"state": "wet", LabelKey: "old well"}},
	})
	list[2].Erased, list[2].Set = true, map[string]string{"state": "", LabelKey: ""}
	e := Derive(9, list)
	require.Equal(t, "", e.Properties["state"], "neither dry nor new come back")
	require.Equal(t, "", e.Label)
	require.False(t, e.Shown(), "without a label phones would refuse the whole list")
	require.Equal(t, "7", e.Properties["depth"])
	require.Equal(t, int64(9), e.Version)
	// A live value beside it was never replaced: it is shown.
	list = append(list, Change{Number: 4, Kind: Update, Instance: "v", Branch: "bv", Base: 1, Trunk: 1, Set: map[string]string{"state": "mud"}})
	e = Derive(9, list)
	require.Equal(t, "mud", e.Properties["state"])
	require.Equal(t, []Sibling{{Source{"v", ""}, "mud"}, {Source{"x", ""}, "dry"}}, e.Siblings["state"], "an erased value is in no conflict")
}

func TestMissingBasesAreKnown(t *testing.T) {
	up := func(instance, branch string, base, trunk int64) Change {
		return Change{Kind: Update, Instance: instance, Branch: branch, Base: base, Trunk: trunk, Set: map[string]string{LabelKey: "l" + instance}}
	}
	e := Derive(0, stored(nil, []Change{up("x", "b", 1, 0)}))
	require.Equal(t, []Source{{"x", ""}}, e.Missing, "the creation has not come")
	require.Equal(t, "lx", e.Label, "what is known is there for the office")
	require.False(t, e.Shown() || e.Gone(), "phones wait for the creation")
	e = Derive(0, append(stored(nil, []Change{up("x", "b", 1, 0)}), Change{Number: 2, Kind: Office, Instance: "o", Base: 1, Settles: true}))
	require.True(t, e.Shown(), "the office can take it in without")
	require.Empty(t, e.Missing)
	e = Derive(0, stored([]Change{created}, []Change{up("x", "b", 2, 1)}))
	require.Equal(t, []Source{{"x", ""}}, e.Missing, "the branch has a gap")
	e = Derive(0, stored([]Change{created}, []Change{up("x", "b", 2, 1), up("w", "b", 1, 1)}))
	require.Empty(t, e.Missing)
	require.Equal(t, "lx", e.Label, "order on the branch, not of arrival")
	require.Equal(t, None, e.Conflict)
	e = Derive(0, stored([]Change{created}, []Change{up("x", "", 7, 0)}))
	require.Equal(t, []Source{{"x", ""}}, e.Missing, "a version that was never given out")
}

func TestAnEditReplacesWhatItEdits(t *testing.T) {
	list := []Change{
		{Kind: Update, Instance: "x", Branch: "b", Base: 1, Trunk: 1, Set: map[string]string{"state": "dry"}},
		{Kind: Update, Instance: "x2", Edits: "x", Branch: "b", Base: 1, Trunk: 1, Set: map[string]string{"state": "wet"}},
		{Kind: Update, Instance: "y", Branch: "by", Base: 1, Trunk: 1, Set: map[string]string{"depth": "9"}},
	}
	permutations(3, func(order []int) {
		e := Derive(0, stored([]Change{created}, inOrder(list, order)))
		require.Equal(t, "wet", e.Properties["state"])
		require.Equal(t, "9", e.Properties["depth"])
		require.Equal(t, Soft, e.Conflict)
	})
}

func FuzzDerive(f *testing.F) {
	f.Add([]byte(`[{"n":1,"k":"create","i":"a","s":{"":"l"}},{"n":2,"k":"update","i":"b","e":"a","b":1,"s":{"x":"1"}}]`))
	f.Add([]byte(`[{"n":1,"k":"update","i":"a","e":"b","r":"q","b":9,"t":-4},{"n":1,"k":"update","i":"b","e":"a"},{"n":-3,"k":"office","x":true,"p":{"":7}}]`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var list []Change
		if json.Unmarshal(src, &list) != nil || len(list) > 200 {
			return
		}
		before := bytesOf(t, Derive(0, list))
		slices.Reverse(list)
		seen := map[int64]bool{}
		for _, c := range list {
			if seen[c.Number] {
				return // a server gives each number once
			}
			seen[c.Number] = true
		}
		if got := bytesOf(t, Derive(0, list)); got != before {
			t.Fatalf("the order of the list matters: %s, %s", before, got)
		}
	})
}

func BenchmarkDerive(b *testing.B) {
	for _, n := range []int{10, 200, 2000} {
		list := []Change{created}
		for i := range n {
			list = append(list, Change{Kind: Update, Instance: fmt.Sprint("i", i), Branch: fmt.Sprint("b", i%50), Base: int64(1 + i/50), Trunk: 1,
				Number: int64(2 + i), Set: map[string]string{fmt.Sprint("p", i%40): fmt.Sprint(i), "all": fmt.Sprint(i)}})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Derive(0, list)
			}
		})
	}
}
