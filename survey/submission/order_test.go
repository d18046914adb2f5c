package submission_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/survey/submission"
	"ruhu/sync"
)

// drawn is one instance of a drawn tree.
type drawn struct {
	*sheet
	worker string
	files  map[string]string // that its client has
}

func drawSheet(t *rapid.T, id string, round int) *sheet {
	s := &sheet{id: id}
	for _, q := range []string{"q1", "q2", "q3", "photo"} {
		if v := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, q); v != "" {
			if q == "photo" {
				v = fmt.Sprintf("%s%d.jpg", v, round)
			}
			s.answers = append(s.answers, [2]string{q, v})
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "members") {
		s.members = append(s.members, [2]string{fmt.Sprintf("person %d", i), fmt.Sprint(30 + i)})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "pets") {
		s.pets = append(s.pets, [2]string{fmt.Sprintf("p-%d", i), "cat"})
	}
	return s
}

// edit changes a few things of a version.
func edit(t *rapid.T, from *sheet, id string, n int) *sheet {
	out := from.with(id, "q1", "")
	out.answers = append(out.answers[:0:0], from.answers...)
	out.members = append(out.members[:0:0], from.members...)
	out.pets = append(out.pets[:0:0], from.pets...)
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		switch rapid.IntRange(0, 8).Draw(t, "change") {
		case 0, 1, 2:
			out = out.with(id, rapid.SampledFrom([]string{"q1", "q2", "q3"}).Draw(t, "question"), rapid.SampledFrom([]string{"", "a", "b", "x", "y"}).Draw(t, "answer"))
		case 3:
			out = out.with(id, "photo", rapid.SampledFrom([]string{"", fmt.Sprintf("new%d.jpg", n)}).Draw(t, "photo"))
		case 4:
			if len(out.members) > 0 {
				i := rapid.IntRange(0, len(out.members)-1).Draw(t, "gone")
				out.members = append(out.members[:i:i], out.members[i+1:]...)
			}
		case 5:
			out.members = append(out.members, [2]string{fmt.Sprintf("newcomer %d", n), fmt.Sprint(n)})
		case 6:
			if len(out.members) > 0 {
				out.members[rapid.IntRange(0, len(out.members)-1).Draw(t, "older")][1] = fmt.Sprint(50 + n)
			}
		case 7:
			if len(out.pets) > 0 {
				if rapid.Bool().Draw(t, "dead") {
					out.pets = out.pets[1:]
				} else {
					out.pets[0][1] = fmt.Sprint("dog ", n)
				}
			}
		case 8:
			out.pets = append(out.pets, [2]string{fmt.Sprintf("p-new%d", rapid.IntRange(0, 1).Draw(t, "same id")), fmt.Sprint("bird ", n)})
		}
	}
	out.id, out.parent = id, from.id
	return out
}

func (s *sheet) photo() string {
	for _, a := range s.answers {
		if a[0] == "photo" {
			return a[1]
		}
	}
	return ""
}

// Random trees of edits of one submission, some instanceIDs with two contents, every order of arrival, each twice or more,
// with files that come apart: in the end one record that shows what it shows when everything comes in order.
func TestAnyOrderEndsTheSame(t *testing.T) {
	b := newBench(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		ordered, shuffled := fmt.Sprintf("99%07d", 2*round), fmt.Sprintf("99%07d", 2*round+1)
		var tree []drawn
		for i := range rapid.IntRange(2, 6).Draw(rt, "versions") {
			id := fmt.Sprintf("uuid:%d-%d", round, i)
			d := drawn{worker: rapid.SampledFrom([]string{"w1", "w2"}).Draw(rt, "worker")}
			if i == 0 {
				d.sheet = drawSheet(rt, id, round)
			} else {
				from := tree[rapid.IntRange(0, i-1).Draw(rt, "parent")]
				d.sheet = edit(rt, from.sheet, id, i)
				if rapid.IntRange(0, 5).Draw(rt, "changed") == 0 { // the same instanceID once more
					d.sheet.id, d.sheet.parent = from.id, from.parent
				}
			}
			if name := d.photo(); name != "" {
				d.files = map[string]string{name: "bytes of " + name}
				for _, o := range tree {
					if o.id == d.parent && o.photo() == name && rapid.Bool().Draw(rt, "inherits") {
						d.files = nil
					}
				}
			}
			tree = append(tree, d)
		}
		type post struct {
			of    int
			files map[string]string
		}
		var posts []post
		for i, d := range tree {
			posts = append(posts, post{i, d.files})
			for range rapid.IntRange(1, 2).Draw(rt, "again") {
				if rapid.Bool().Draw(rt, "without") {
					posts = append(posts, post{i, nil})
				} else {
					posts = append(posts, post{i, d.files})
				}
			}
		}
		send := func(street string, p post) submission.Outcome {
			who := submission.Submitter{User: tree[p.of].worker, Worker: tree[p.of].worker, Street: street, Grids: []string{street + "001001"}}
			o, err := b.Receive(t.Context(), who, tree[p.of].xml(), files(p.files), false)
			require.NoError(rt, err)
			b.clock.Advance(time.Second)
			return o
		}
		recordOf := func(street string) string {
			var found []string
			for _, d := range tree {
				require.NoError(rt, b.logs[sync.Answers].View(t.Context(), func(r sync.Reader) error {
					known, err := b.Answers.Reader(r)
					if err != nil {
						return err
					}
					nodes, err := known.Nodes(d.id)
					for _, n := range nodes {
						if n.Meta.Street == street {
							found = append(found, n.Record)
						}
					}
					return err
				}))
			}
			require.NotEmpty(rt, found)
			for _, id := range found {
				require.Equal(rt, found[0], id, "one record")
			}
			return found[0]
		}
		for i, d := range tree {
			send(ordered, post{i, d.files})
		}
		want := picture(b.record(sync.Answers, recordOf(ordered)).State)
		for _, p := range rapid.Permutation(posts).Draw(rt, "order") {
			send(shuffled, p)
		}
		id := recordOf(shuffled)
		got := picture(b.record(sync.Answers, id).State)
		require.Equal(rt, want, got)
		live := 0
		require.NoError(rt, b.logs[sync.Answers].View(t.Context(), func(r sync.Reader) error {
			for rec, err := range r.GridRecords(shuffled, shuffled+"001001") {
				if err != nil {
					return err
				}
				if rec.Status != sync.StatusErased {
					live++
				}
			}
			return nil
		}))
		require.Equal(rt, 1, live, "one record is shown")
	})
	b.sound()
}
