package submission_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/survey/submission"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

func TestEntitiesAreHandedOnOnce(t *testing.T) {
	b := newBench(t)
	s := root()
	s.entity = "aaaaaaaa-0000-4000-8000-000000000001"
	b.entities.fault = errors.New("not now")
	o := b.post("w1", s, nil)
	require.Empty(t, b.entities.got)
	b.entities.fault = nil
	require.NoError(t, b.ApplyDue(t.Context()))
	require.NoError(t, b.ApplyDue(t.Context()))
	b.post("w1", s, map[string]string{"a.jpg": "late"})
	b.post("w1", s, nil)
	require.Len(t, b.entities.got, 1)
	for _, n := range b.entities.got {
		require.Equal(t, 1, n)
	}
	last := b.entities.last
	require.Equal(t, o.Record, last.Record)
	require.Equal(t, s.entity, last.Nodes[0].ID)
	require.Equal(t, gridA, last.Grid)
	e := s.with("uuid:e1", "q1", "no")
	b.post("w2", e, nil)
	b.post("w2", e, nil)
	require.Len(t, b.entities.got, 2)
	b.sound()
}

func TestErasedIsErased(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), map[string]string{"a.jpg": "picture"})
	b.post("w1", root().with("uuid:e1", "q1", "no"), nil)
	_, err := b.Answers.Engine.Erase(t.Context(), street, o.Record, "asked")
	require.NoError(t, err)
	_, err = b.Bodies(t.Context(), o.Record)
	require.Equal(t, errs.Erased, errs.CodeOf(err))
	for _, s := range []*sheet{root(), root().with("uuid:e1", "q1", "no"), root().with("uuid:e1", "q1", "other"), root().with("uuid:e2", "q1", "new"),
		root().with("uuid:e2", "q1", "x").with("uuid:e3", "q1", "y")} {
		again := b.post("w1", s, map[string]string{"b.jpg": "another picture"})
		require.True(t, again.Dropped, s.id)
		require.Equal(t, o.Record, again.Record)
	}
	b.sound()
}

// What came before its parents goes with the record it turns out to belong to.
func TestErasureReachesWhatBelongsToIt(t *testing.T) {
	b := newBench(t)
	e1 := root().with("uuid:e1", "q1", "no")
	e2 := e1.with("uuid:e2", "q2", "secret")
	o := b.post("w1", root(), nil)
	lone := b.post("w1", e2, nil)
	require.NotEqual(t, o.Record, lone.Record)
	_, err := b.Answers.Engine.Erase(t.Context(), street, o.Record, "asked")
	require.NoError(t, err)
	require.True(t, b.post("w1", e1, nil).Dropped)
	require.True(t, b.record(sync.Answers, lone.Record).State.Erased)
	b.sound()

	// And the other way: joined first, erased then. The journal names both, so that no backup brings the lone one back.
	b = newBench(t)
	o = b.post("w1", root(), nil)
	lone = b.post("w1", e2, nil)
	require.Equal(t, o.Record, b.post("w1", e1, nil).Record)
	require.True(t, b.record(sync.Answers, lone.Record).State.Erased)
	require.Empty(t, b.journal, "joining is no erasure")
	b.sound()
	_, err = b.Answers.Engine.Erase(t.Context(), street, o.Record, "asked")
	require.NoError(t, err)
	var named []string
	for _, e := range b.journal {
		named = append(named, e.Record)
	}
	require.ElementsMatch(t, []string{o.Record, lone.Record}, named)
	b.sound()
}

func TestOfficeWorkComesAlongWhenRecordsJoin(t *testing.T) {
	b := newBench(t)
	e1 := root().with("uuid:e1", "q1", "no")
	e2 := e1.with("uuid:e2", "q2", "three")
	o := b.post("w1", root(), nil)
	lone := b.post("w1", e2, nil)
	rec := b.record(sync.Answers, lone.Record)
	_, err := b.Answers.Engine.Office(t.Context(), sync.OfficeChange{User: "r1", Street: street, Role: sync.RoleReviewer, Record: lone.Record, Ctx: rec.State.VV, Reason: "called",
		Set: []crdt.Cell{{Path: "q2", Value: "four"}, {Path: "@comments[k1]/text", Value: "sure?"}}})
	require.NoError(t, err)
	b.post("w1", e1, nil)
	p := b.picture(o)
	require.Equal(t, []string{"=four"}, p["q2"], "the correction was made over the edit's answer")
	require.Equal(t, []string{"=sure?"}, p["@comments[k1]/text"])
	require.Equal(t, []string{"=no"}, p["q1"])
	b.sound()
}

func TestAnEditOfTheMergedRecord(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), map[string]string{"a.jpg": "picture"})
	e1 := root().with("uuid:e1", "q1", "no")
	e1.members = append(e1.members, [2]string{"Dan", "9"})
	b.post("w1", e1, nil)
	b.post("w2", root().with("uuid:e2", "q1", "perhaps"), nil)
	served, err := b.Instance(t.Context(), o.Record)
	require.NoError(t, err)
	again, err := b.Instance(t.Context(), o.Record)
	require.NoError(t, err)
	require.Equal(t, served, again)
	require.Equal(t, "a.jpg", served.Files[0].Name)
	before := b.picture(o)

	// Enketo sends it back with one answer changed and one member less.
	text := strings.Replace(string(served.XML), "<name>Bob</name>", "<name>Rob</name>", 1)
	text = strings.Replace(text, served.InstanceID, "uuid:e9", 1)
	text = strings.Replace(text, "</orx:instanceID>", "</orx:instanceID><deprecatedID>"+served.InstanceID+"</deprecatedID>", 1)
	reviewer := who("r1")
	reviewer.Role = sync.RoleReviewer
	// Meanwhile somebody else, who saw less, writes too.
	b.post("w2", root().with("uuid:e3", "q2", "deux"), nil)
	out, err := b.Receive(t.Context(), reviewer, []byte(text), nil, false)
	require.NoError(t, err)
	require.Equal(t, o.Record, out.Record)
	require.Empty(t, out.Missing)
	after := b.picture(o)
	rec := b.record(sync.Answers, o.Record)
	row := rec.State.RowsOf("members")[1]
	require.Equal(t, []string{"=Rob"}, after[row+"/name"])
	require.Equal(t, []string{"=deux"}, after["q2"])
	require.Equal(t, []string{"=no", "=perhaps"}, after["q1"], "what the editor left alone stays as it was")
	require.Len(t, rec.State.RowsOf("members"), 4)
	for _, path := range []string{row + "/name", "q2", "meta/instanceID"} {
		delete(before, path)
		delete(after, path)
	}
	require.Equal(t, before, after)
	b.sound()
}

func TestOtherFormsAndStreetsNeverMeet(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), nil)
	other := root().with("uuid:x", "q1", "no")
	other.form = "other"
	p := b.post("w1", other, nil)
	require.NotEqual(t, o.Record, p.Record)
	far := submission.Submitter{User: "w9", Worker: "w9", Street: "990101002", Grids: []string{"990101002001001"}}
	q, err := b.Receive(t.Context(), far, root().with("uuid:y", "q1", "far").xml(), nil, false)
	require.NoError(t, err)
	require.NotEqual(t, o.Record, q.Record)
	require.Equal(t, []string{"=yes"}, b.picture(o)["q1"])
	b.sound()
}

// A phone's record is its author's: somebody else's submission that names it begins its own.
func TestAPhonesRecord(t *testing.T) {
	b := newBench(t)
	const id = "0192f000-0000-7000-8000-000000000001"
	_, err := b.Answers.Engine.Office(t.Context(), sync.OfficeChange{User: "w1", Street: street, Role: sync.RoleWorker, Record: id, Form: "house", Version: "1", Grid: gridA,
		Set: []crdt.Cell{{Path: "q1", Value: "typed"}}})
	require.NoError(t, err)
	s := &sheet{id: "uuid:e1", parent: "uuid:" + id, answers: [][2]string{{"q1", "posted"}}}
	o := b.post("w2", s, nil)
	require.NotEqual(t, id, o.Record)
	s.id = "uuid:e2"
	served, err := b.Instance(t.Context(), id)
	require.NoError(t, err)
	s.parent = served.InstanceID
	o = b.post("w2", s, nil)
	require.Equal(t, id, o.Record)
	require.Equal(t, []string{"=posted"}, b.picture(o)["q1"])
	b.sound()
}
