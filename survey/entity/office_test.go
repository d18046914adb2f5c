package entity_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/instance"
	"ruhu/survey/entity"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

func TestTheOfficeSettlesAConflict(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	w.send("a", creation(1, "well", map[string]string{"state": "new"}))
	w.send("b", update(1, "b1", "1", "1", map[string]string{"state": "dry"}))
	w.send("c", update(1, "b2", "1", "1", map[string]string{"state": "wet"}))
	w.send("c", update(1, "b2", "1", "1", map[string]string{"state": "wet"})) // sent again
	v, err := w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, entity.Hard, v.Conflict)
	require.Equal(t, int64(3), v.Version, "a submission is applied once")
	require.Len(t, v.History, 3)
	open, _, err := w.lists.Entities(ctx, officer, street, "wells", true, "", 0)
	require.NoError(t, err)
	require.Len(t, open, 1)
	d := entity.Decision{Street: street, List: "wells", ID: id(1), Version: 2, Keep: map[string]entity.Source{"state": {Instance: "b"}}, Key: "k1"}
	_, err = w.lists.Decide(ctx, officer, d)
	require.Equal(t, errs.ChangedSince, errs.CodeOf(err), "the screen showed an older version")
	d.Version = 3
	r, err := w.lists.Decide(ctx, officer, d)
	require.NoError(t, err)
	require.Equal(t, "dry", r.Properties["state"])
	require.Equal(t, entity.None, r.Conflict)
	again, err := w.lists.Decide(ctx, officer, d)
	require.NoError(t, err)
	require.Equal(t, r, again, "the same decision again changes nothing")
	for _, bad := range []entity.Decision{
		{Key: "x"}, {Key: "x", Set: map[string]string{"": " "}}, {Key: "x", Set: map[string]string{"name": "v"}}, {Key: "x", Delete: true, Restore: true},
		{Set: map[string]string{"state": "v"}}, {Key: "x", Keep: map[string]entity.Source{"state": {Instance: "zz"}}},
	} {
		bad.Street, bad.List, bad.ID, bad.Version = street, "wells", id(1), 4
		_, err = w.lists.Decide(ctx, officer, bad)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), "%+v", bad)
	}
	_, err = w.lists.Decide(ctx, officer, entity.Decision{Street: street, List: "wells", ID: id(1), Version: 4, Restore: true, Key: "r"})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	_, err = w.lists.Entity(ctx, stranger, street, "wells", id(1))
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
	_, err = w.lists.Entity(ctx, officer, street, "wells", id(2))
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	lists, err := w.lists.Lists(ctx, officer, street)
	require.NoError(t, err)
	require.Equal(t, []entity.ListInfo{{Street: street, Name: "wells", Properties: []string{"depth", "grid", "state"}, Entities: 1}}, lists)
}

func TestThreePhonesThroughTheStore(t *testing.T) {
	type sent struct {
		inst string
		node instance.EntityNode
	}
	var list []sent
	for p := range 3 {
		for k := range 4 {
			list = append(list, sent{fmt.Sprint("p", p, "k", k), update(1, fmt.Sprint("branch", p), fmt.Sprint(1+k), "1",
				map[string]string{"state": fmt.Sprint(p, k), "depth": fmt.Sprint(k)})})
		}
	}
	rng := newRand(9)
	want := ""
	const orders = 6
	for range orders {
		w := wells(t)
		w.send("c", creation(1, "well", map[string]string{"grid": gridA}))
		for _, at := range rng.Perm(len(list)) {
			w.send(list[at].inst, list[at].node)
			if rng.IntN(2) == 0 {
				again := list[rng.IntN(len(list))]
				if rng.IntN(2) == 0 {
					again = list[at]
				}
				w.send(again.inst, again.node) // twice, or early
			}
		}
		for _, s := range list {
			w.send(s.inst, s.node)
		}
		v, err := w.lists.Entity(context.Background(), officer, street, "wells", id(1))
		require.NoError(t, err)
		_, _, rows := w.csv(wang, "wells", "")
		got := fmt.Sprintf("%+v %v", v.Entity, rows)
		if want == "" {
			want = got
			require.Equal(t, int64(13), v.Version)
			require.Len(t, v.Siblings["state"], 12)
		}
		require.Equal(t, want, got)
	}
	t.Logf("3 phones x 4 updates through the store, each at least twice: %d orders, one result", orders)
}

func TestErasureLeavesNothingOfASubmission(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	w.send("a", creation(1, "well", map[string]string{"state": "first-words"}))
	w.send("b", update(1, "", "1", "", map[string]string{"state": "secret-words", "depth": "secret-depth"}))
	w.send("c", update(1, "x", "1", "1", map[string]string{"depth": "9"}))
	v, err := w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	_, err = w.lists.Decide(ctx, officer, entity.Decision{Street: street, List: "wells", ID: id(1), Version: v.Version, Set: map[string]string{"depth": "secret-depth"}, Key: "k"})
	require.NoError(t, err)
	before, _, _ := w.csv(wang, "wells", "")
	copied := filepath.Join(t.TempDir(), "registry.db")
	require.NoError(t, os.WriteFile(copied, w.bytesOnDisk(), 0o600))

	require.NoError(t, w.lists.EraseRecord(ctx, "rec-b"))
	v, err = w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, "", v.Properties["state"], "first-words were replaced: they do not come back")
	require.Equal(t, "", v.Properties["depth"], "what the office copied goes too")
	require.Greater(t, v.Version, int64(4), "phones must fetch it again")
	require.Equal(t, "well", v.Label)
	for _, e := range v.History {
		require.NotContains(t, fmt.Sprint(e), "secret")
	}
	after, whole, rows := w.csv(wang, "wells", before)
	require.NotEqual(t, before, after)
	require.False(t, whole)
	require.Len(t, rows, 2)
	w.send("b", update(1, "", "1", "", map[string]string{"state": "secret-words"})) // arrives late
	w.send("b2", update(1, "", "1", "", map[string]string{"state": "other"}))
	v, err = w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, "other", v.Properties["state"])
	version := v.Version
	require.NoError(t, w.lists.EraseRecord(ctx, "rec-b"))
	v, err = w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, version, v.Version, "a second time there is nothing to do")
	require.NoError(t, w.lists.EraseRecord(ctx, "rec-never-seen"))
	w.send("never-seen", creation(7, "late", nil))
	_, there, err := w.store.Entity(ctx, street, "wells", id(7))
	require.NoError(t, err)
	require.False(t, there, "nothing of an erased record is taken in")

	// An older copy of the file opens nothing of it, and is mended.
	require.NoError(t, w.frame.Close())
	old, err := os.ReadFile(copied)
	require.NoError(t, err)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(w.dir, "registry.db"+suffix))
	}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "registry.db"), old, 0o600))
	w.open()
	w.lists = entity.New(w.store, w.survey, w.clock)
	n, err := w.lists.Mend(ctx, "ep_2")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	v, err = w.lists.Entity(ctx, officer, street, "wells", id(1))
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(v), "secret")
	require.Equal(t, "", v.Properties["state"])
	require.Equal(t, "well", v.Label)
	n, err = w.lists.Mend(ctx, "ep_2")
	require.NoError(t, err)
	require.Zero(t, n)
	_, whole, _ = w.csv(wang, "wells", after)
	require.True(t, whole, "versions of another epoch mean nothing")
}

func TestAfterARestoreNoVersionIsGivenOutTwice(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	_, err := w.lists.Mend(ctx, "ep_1")
	require.NoError(t, err)
	w.send("a", creation(1, "well", nil))
	v, _, err := w.store.Entity(ctx, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, int64(1), v.Version, "the first start is no restore")
	_, err = w.lists.Mend(ctx, "ep_2")
	require.NoError(t, err)
	w.send("b", update(1, "", "9", "", map[string]string{"state": "x"})) // had seen version 9 of the life before
	v, _, err = w.store.Entity(ctx, street, "wells", id(1))
	require.NoError(t, err)
	require.Equal(t, int64(1002), v.Version)
	require.Equal(t, entity.None, v.Conflict)
}

func TestNothingOfAnEntityLiesReadableOnDisk(t *testing.T) {
	w := wells(t)
	w.send("a", creation(1, "label-words", map[string]string{"state": "state-words"}))
	w.send("b", creation(2, "", map[string]string{"state": "fault-words"}))
	b := w.bytesOnDisk()
	require.True(t, bytes.Contains(b, []byte("wells")), "the scan finds what lies open")
	for _, word := range []string{"label-words", "state-words", "fault-words", "rec-a"} {
		require.False(t, bytes.Contains(b, []byte(word)), word)
	}
}

func TestErasureIsCutSafe(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	w.send("a", creation(1, "well", map[string]string{"state": "words"}))
	require.NoError(t, w.lists.CatchUp(ctx, 3, func(seen uint64) iter.Seq2[string, error] {
		require.Zero(t, seen)
		return func(yield func(string, error) bool) { yield("rec-a", nil) }
	}))
	require.NoError(t, w.lists.CatchUp(ctx, 3, func(seen uint64) iter.Seq2[string, error] {
		require.Equal(t, uint64(3), seen)
		return func(func(string, error) bool) {}
	}))
	r, there, err := w.store.Entity(ctx, street, "wells", id(1))
	require.NoError(t, err)
	require.True(t, there)
	require.False(t, r.Shown())
	gone, err := w.lists.Deleted(ctx, wang, "wells", []string{id(1)})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{id(1): true}, gone)
}
