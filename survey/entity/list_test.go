package entity_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/instance"
	"ruhu/survey"
	"ruhu/survey/entity"
)

func TestAListIsWhatAWorkerMaySee(t *testing.T) {
	w := wells(t)
	version, whole, rows := w.csv(wang, "wells", "")
	require.True(t, whole)
	require.Equal(t, [][]string{{"name", "label", "__version", "depth", "grid", "state"}}, rows, "an empty list has a header")
	w.send("a", creation(1, "north well", map[string]string{"grid": gridA, "state": "wet, \"deep\"\nline"}))
	w.send("b", creation(2, "south well", map[string]string{"grid": gridB}))
	w.send("c", creation(3, "everybody's", map[string]string{"grid": "", "depth": "7"}))
	w.send("d", creation(4, "of another street", map[string]string{"grid": "990101002201001"}))
	next, _, rows := w.csv(wang, "wells", "")
	require.NotEqual(t, version, next)
	require.Equal(t, [][]string{
		{"name", "label", "__version", "depth", "grid", "state"},
		{id(3), "everybody's", "1", "7", "", ""},
		{id(4), "of another street", "1", "", "990101002201001", ""},
		{id(1), "north well", "1", "", gridA, "wet, \"deep\"\nline"},
	}, rows)
	_, _, rows = w.csv(li, "wells", "")
	require.Len(t, rows, 4)
	before, _, _ := w.csv(li, "wells", "")
	w.send("e", update(1, "", "1", "", map[string]string{"state": "dry"}))
	after, _, _ := w.csv(li, "wells", "")
	require.Equal(t, before, after, "what a worker does not see changes nothing for them")
	mine, _, rows := w.csv(wang, "wells", "")
	require.NotEqual(t, next, mine)
	require.Equal(t, []string{id(1), "north well", "2", "", gridA, "dry"}, rows[3])
	again, _, _ := w.csv(wang, "wells", "")
	require.Equal(t, mine, again, "nothing new, the same version: 304")
	_, err := w.lists.Open(context.Background(), wang, "trees", "")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, _, rows = w.csv(entity.Viewer{Worker: "x", Street: "990101002"}, "wells", "")
	require.Len(t, rows, 1, "entities never leave their street")
}

func TestADeltaIsWhatChanged(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	for n := 1; n <= 30; n++ {
		w.send(fmt.Sprint("c", n), creation(n, fmt.Sprint("well ", n), map[string]string{"grid": gridA}))
	}
	v1, _, _ := w.csv(wang, "wells", "")
	v1li, _, _ := w.csv(li, "wells", "")
	w.send("u1", update(1, "b", "1", "1", map[string]string{"state": "dry"}))
	w.send("u2", update(2, "b", "1", "1", map[string]string{"grid": gridB})) // moves away
	w.send("u4", update(4, "b", "1", "1", map[string]string{"grid": ""}))    // moves to where everybody sees it
	_, err := w.lists.Decide(ctx, officer, entity.Decision{Street: street, List: "wells", ID: id(3), Version: 1, Delete: true, Key: "k"})
	require.NoError(t, err)
	w.send("u5", update(99, "q", "1", "", map[string]string{"state": "?"})) // its creation has not come
	v2, whole, rows := w.csv(wang, "wells", v1)
	require.False(t, whole)
	require.ElementsMatch(t, [][]string{
		{"name", "label", "__version", "__deleted", "depth", "grid", "state"},
		{id(1), "well 1", "2", "", "", gridA, "dry"},
		{id(2), "", "2", "1", "", "", ""},
		{id(3), "", "2", "1", "", "", ""},
		{id(4), "well 4", "2", "", "", "", ""},
	}, rows)
	_, whole, rows = w.csv(li, "wells", v1li)
	require.False(t, whole)
	require.Len(t, rows, 3, "two came into sight")
	_, _, rows = w.csv(wang, "wells", v2)
	require.Len(t, rows, 1, "nothing new: the header")
	for _, odd := range []string{"x", "zz." + strings.SplitN(v2, ".", 2)[1], "0.other", v1li} {
		_, whole, _ = w.csv(wang, "wells", odd)
		require.True(t, whole, "%s: not a version of this viewer's list", odd)
	}
	_, whole, _ = w.csv(entity.Viewer{Worker: "us_wang", Street: street, Grids: []string{gridA, gridB}}, "wells", v2)
	require.True(t, whole, "other grids: another list")
	gone, err := w.lists.Deleted(ctx, wang, "wells", []string{id(1), id(2), id(3), id(99), id(77), "nonsense"})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{id(1): false, id(2): true, id(3): true, id(99): false}, gone, "of what never came nothing is said")
}

// TestDeltasAddUp follows a list by deltas through random changes: it must always be what the whole list is.
func TestDeltasAddUp(t *testing.T) {
	w := wells(t)
	rng := newRand(5)
	grids := []string{gridA, gridB, farOff, village, "", "nowhere"}
	have := map[string][]string{}
	at := ""
	versions := map[int]int64{}
	for step := range 90 {
		n := 1 + rng.IntN(12)
		switch {
		case versions[n] == 0:
			w.send(fmt.Sprint("s", step), creation(n, "w", map[string]string{"grid": grids[rng.IntN(len(grids))]}))
		case rng.IntN(6) == 0:
			v, err := w.lists.Entity(context.Background(), officer, street, "wells", id(n))
			require.NoError(t, err)
			_, err = w.lists.Decide(context.Background(), officer, entity.Decision{Street: street, List: "wells", ID: id(n), Version: v.Version, Delete: !v.Deleted, Restore: v.Deleted, Key: fmt.Sprint(step)})
			require.NoError(t, err)
		case rng.IntN(8) == 0:
			require.NoError(t, w.lists.EraseRecord(context.Background(), fmt.Sprint("rec-s", rng.IntN(step))))
		default:
			w.send(fmt.Sprint("s", step), update(n, "", fmt.Sprint(versions[n]), "", map[string]string{"grid": grids[rng.IntN(len(grids))], "state": fmt.Sprint(step)}))
		}
		r, _, err := w.store.Entity(context.Background(), street, "wells", id(n))
		require.NoError(t, err)
		require.GreaterOrEqual(t, r.Version, versions[n], "versions only grow")
		versions[n] = r.Version
		if rng.IntN(3) > 0 {
			continue
		}
		version, whole, rows := w.csv(wang, "wells", at)
		if whole {
			clear(have)
		}
		for _, row := range rows[1:] {
			if !whole && row[3] == "1" {
				delete(have, row[0])
				continue
			}
			if !whole {
				row = slices.Delete(row, 3, 4)
			}
			have[row[0]] = row
		}
		at = version
		_, _, all := w.csv(wang, "wells", "")
		require.Len(t, have, len(all)-1)
		for _, row := range all[1:] {
			require.Equal(t, row, have[row[0]])
		}
	}
}

func TestAFormsManifest(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	f := w.survey.Snapshot().Get("well_visit", "1")
	uses, err := w.lists.Uses(ctx, wang, f, nil)
	require.NoError(t, err)
	require.Len(t, uses, 1)
	require.Equal(t, "wells.csv", uses[0].File)
	require.False(t, uses[0].ReadOnly)
	require.Regexp(t, `^md5:[0-9a-f]{32}$`, uses[0].Hash())
	uses, err = w.lists.Uses(ctx, wang, f, func(string) bool { return true })
	require.NoError(t, err)
	require.Empty(t, uses, "an uploaded file goes before a list")
}

const areasCSV = "code,name_zh,name_en,kind,parent\n990101,演示区,Demo,district,\n990101001,东街,East,street,990101\n990101001201,柳村,Willow,village,990101001\n" +
	"990101001201001,一组,One,grid,990101001201\n990101001201002,二组,Two,grid,990101001201\n"

func TestListsMadeOfTheFrame(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	_, err := w.survey.ImportAreas(ctx, admin, strings.NewReader(areasCSV))
	require.NoError(t, err)
	_, err = w.survey.ImportHouseholds(ctx, registrar, strings.NewReader("household,grid,address,label_public,stratum,weight,selected\nH-001,"+gridA+",柳村1号院,蓝门,S1,2.5,1\nH-002,"+gridB+",柳村2号院,,S1,2.5,0\n"))
	require.NoError(t, err)
	version, _, rows := w.csv(wang, entity.Households, "")
	require.Equal(t, [][]string{{"name", "label", "__version", "grid", "village", "address", "selected"}, {"H-001", "蓝门", "2", gridA, village, "柳村1号院", "1"}}, rows,
		"own grids only, and nothing of the design")
	_, _, rows = w.csv(li, entity.Households, "")
	require.Equal(t, "H-002", rows[1][1], "a row without a label would make a phone refuse the list")
	_, whole, _ := w.csv(wang, entity.Households, version)
	require.True(t, whole)
	_, err = w.survey.PutHousehold(ctx, registrar, survey.Household{Code: "H-003", Grid: gridA, Label: "槐树下", Selected: true})
	require.NoError(t, err)
	next, _, rows := w.csv(wang, entity.Households, "")
	require.NotEqual(t, version, next)
	require.Len(t, rows, 3)

	w.publish([]byte(strings.ReplaceAll(string(form("follow_up", "x", "", "a")), `<entity dataset="x" id="" ><label/></entity>`, "")))
	_, err = w.survey.ImportSurvey(ctx, strings.NewReader("id: f\ntitle: {zh: 回访, en: Follow-up}\nforms: [{id: follow_up, kind: followup}]\nlegal_basis: statutory duty\npia: p.pdf\n"))
	require.NoError(t, err)
	_, err = w.survey.ImportAssignments(ctx, registrar, strings.NewReader("household,grid,worker,form,due\nH-003,,us_wang,follow_up,2026-12-01\n,"+gridB+",us_li,follow_up,\n"))
	require.NoError(t, err)
	_, _, rows = w.csv(wang, entity.Followups, "")
	require.Len(t, rows, 1, "the survey is not open")
	_, err = w.survey.OpenSurvey(ctx, "f")
	require.NoError(t, err)
	_, _, rows = w.csv(wang, entity.Followups, "")
	require.Len(t, rows, 2)
	require.Equal(t, []string{"槐树下", "H-003", gridA, "follow_up", "f", "2026-12-01"}, slices.Delete(slices.Clone(rows[1]), 2, 3)[1:])
	gone, err := w.lists.Deleted(ctx, wang, entity.Households, []string{id(1)})
	require.NoError(t, err)
	require.Empty(t, gone)

	w.publish(form("own_households", "households", `create="1"`, "roof"))
	_, _, rows = w.csv(wang, entity.Households, "")
	require.Equal(t, [][]string{{"name", "label", "__version", "roof"}}, rows, "a form that writes to a list of the name has its own")
}

func TestFormsOfOpinionsMakeNoEntities(t *testing.T) {
	ctx := context.Background()
	for kind, id := range map[string]string{"sentiment": "feelings", "backcheck": "check"} {
		w := newTown(t)
		yaml := "id: s\ntitle: {zh: 民情, en: Opinions}\nforms: [{id: " + id + ", kind: " + kind + "}]\nlegal_basis: consent\nnotice: {zh: 告, en: N}\n"
		w.publish(form(id, "people", `create="1"`, "mood"))
		_, err := w.survey.ImportSurvey(ctx, strings.NewReader(yaml))
		require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err), kind)
		require.Contains(t, err.Error(), "people")

		w = newTown(t)
		_, err = w.survey.ImportSurvey(ctx, strings.NewReader(yaml))
		require.NoError(t, err)
		_, _, _, err = w.survey.AddForm(ctx, survey.NewForm{XML: form(id, "people", `create="1"`, "mood")})
		require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err), kind)
		forms, err := w.survey.Forms(ctx)
		require.NoError(t, err)
		require.Empty(t, forms, "a refused form is not stored")
	}
}

func TestNamesThatDifferOnlyInCaseAreRefused(t *testing.T) {
	w := wells(t)
	for _, xml := range [][]byte{form("f2", "Wells", `create="1"`, "x"), form("f3", "wells", `create="1"`, "State"), form("f4", "9wells", `create="1"`, "x"),
		form("f5", "trees", `create="1"`, "NAME"), form("f6", "__trees", `create="1"`, "x"), form("f7", "a.b", `create="1"`, "x")} {
		_, _, _, err := w.survey.AddForm(context.Background(), survey.NewForm{XML: xml})
		require.Equal(t, errs.FormFaults, errs.CodeOf(err), "%s", xml)
	}
	w.publish(form("f8", "wells", `update="1"`, "state", "colour"))
	_, _, rows := w.csv(wang, "wells", "")
	require.Equal(t, []string{"name", "label", "__version", "colour", "depth", "grid", "state"}, rows[0], "the columns of all forms")
}

func TestFaultsAreKeptForTheOffice(t *testing.T) {
	w := wells(t)
	ctx := context.Background()
	w.send("a", creation(1, "  ", nil))
	w.send("b", instance.EntityNode{ID: "house-7", Create: true, Label: "x"})
	w.send("c", update(1, "b", "one", "", nil))
	w.send("d", instance.EntityNode{Dataset: "trees", ID: id(1), Create: true, Label: "x"})
	w.send("e", creation(5, strings.Repeat("x", 5000), nil))
	w.send("f", instance.EntityNode{ID: id(1)}) // asks for nothing
	w.send("a", creation(1, "  ", nil))
	list, _, err := w.lists.Faults(ctx, officer, street, "", 0)
	require.NoError(t, err)
	var codes []entity.FaultCode
	for _, f := range list {
		codes = append(codes, f.Code)
	}
	require.Equal(t, []entity.FaultCode{entity.NoLabel, entity.BadID, entity.BadBase, entity.NotPermitted, entity.TooLarge}, codes)
	require.Equal(t, "house-7", list[1].ID)
	_, _, err = w.lists.Faults(ctx, stranger, street, "", 0)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
	_, _, err = w.lists.Faults(ctx, registrar, street, "", 0)
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	page, next, err := w.lists.Faults(ctx, officer, street, "", 2)
	require.NoError(t, err)
	require.Len(t, page, 2)
	page, next, err = w.lists.Faults(ctx, officer, street, next, 3)
	require.NoError(t, err)
	require.Len(t, page, 3)
	require.Empty(t, next)
	require.NoError(t, w.lists.DropFault(ctx, officer, street, list[0].Key))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.lists.DropFault(ctx, officer, street, list[0].Key)))
	require.NoError(t, w.lists.EraseRecord(ctx, "rec-b"))
	list, _, err = w.lists.Faults(ctx, officer, street, "", 0)
	require.NoError(t, err)
	require.Len(t, list, 3)
}
