package survey_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/wire"
)

func TestImportsAreAllOrNothing(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	before, _, err := w.s.Households(ctx, registrar, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	bad := "household,grid,weight\nH-001," + gridA + ",9\nH-900," + gridA + ",0\n"
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader(bad))
	require.Equal(t, errs.ImportFaults, errs.CodeOf(err))
	after, _, err := w.s.Households(ctx, registrar, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	require.Equal(t, before, after)

	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader("household,grid\nX-1,"+farOff+"\n"))
	require.Equal(t, errs.ImportFaults, errs.CodeOf(err), "another street is not this registrar's")
	list, _, err := w.s.Households(ctx, foreign, survey.HouseholdFilter{}, "", 100)
	require.NoError(t, err)
	require.Empty(t, list)
	_, _, err = w.s.Households(ctx, registrar, survey.HouseholdFilter{Area: "990101002"}, "", 100)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
}

func TestCaseNumbersAreDrawnOnceAndTellNothing(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	first := map[string]string{}
	for _, h := range []string{"H-001", "H-002", "H-003"} {
		first[h] = w.caseOf(h)
		require.True(t, survey.ValidCaseNo(first[h]))
	}
	links, err := w.links.ByHousehold(ctx, "H-004")
	require.NoError(t, err)
	require.Empty(t, links, "a household that is not selected gets none")
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.NoError(t, err)
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader(strings.Replace(frameCSV, ",2.5,1\nH-002", ",4,1\nH-002", 1)))
	require.NoError(t, err)
	for h, no := range first {
		require.Equal(t, no, w.caseOf(h), "a second drawing changes nothing")
	}
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", nil))
	rec := w.rec("r1")
	row, ok := w.row("r1")
	require.True(t, ok)
	require.Equal(t, 4.0, row.Weight, "a corrected weight reaches the answers side")
	require.True(t, row.Known)
	require.Equal(t, first["H-001"], rec.Case)
	left, err := w.links.Undelivered(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAPhoneIsToldWhatItNeedsAndNoMore(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	lines := func(v sync.Viewer, kind wire.Kind) (out []wire.PullLine) {
		for l, err := range w.s.Reference().Lines(ctx, v, kind) {
			require.NoError(t, err)
			out = append(out, l)
		}
		return out
	}
	wang := sync.Viewer{Device: "dv_1", RegistryDevice: "rg_1", Worker: "us_wang", Street: street, Grids: []string{gridA}}
	homes := lines(wang, wire.KindHousehold)
	require.Len(t, homes, 2, "households of own grids only")
	require.Contains(t, homes[0].Body, "柳村1号院")
	var got []string
	for _, l := range lines(wang, wire.KindAssignment) {
		require.NotEmpty(t, l.Case)
		require.Equal(t, w.caseOf(l.Household), l.Case)
		got = append(got, l.Household)
	}
	require.Equal(t, []string{"H-001", "H-002", "H-003"}, got, "a grid's, and one handed over from another grid")
	moved := lines(sync.Viewer{Worker: "us_wang", Street: street, Grids: []string{gridB}}, wire.KindAssignment)
	require.Len(t, moved, 1, "the doors of a grid that is somebody else's now, and their case numbers, are not told any more")
	require.Equal(t, "H-003", moved[0].Household)
	li := sync.Viewer{Worker: "us_li", Street: street, Grids: []string{gridB}}
	require.Len(t, lines(li, wire.KindAssignment), 1, "what is not selected is not assigned")
	require.Empty(t, lines(sync.Viewer{Worker: "us_nobody", Street: street}, wire.KindAssignment))
	require.Contains(t, lines(wang, wire.KindSurvey)[0].Body, survey.HashNotice(survey.Words{ZH: "告知书", EN: "Notice"}))
	forms := lines(wang, wire.KindForm)
	require.Len(t, forms, len(instruments.All()))
	require.Contains(t, forms[0].Body, survey.NoticeFile)

	version := func(v sync.Viewer) map[wire.Kind]string {
		list, err := w.s.Reference().Sections(ctx, v)
		require.NoError(t, err)
		out := map[wire.Kind]string{}
		for _, s := range list {
			out[s.Kind] = s.Version
		}
		return out
	}
	before := version(wang)
	require.Equal(t, before, version(wang))
	_, err := w.s.PutHousehold(ctx, registrar, survey.Household{Code: "H-005", Grid: gridA, Label: "新房", Selected: true})
	require.NoError(t, err)
	after := version(wang)
	require.NotEqual(t, before[wire.KindHousehold], after[wire.KindHousehold])
	require.NotEqual(t, before[wire.KindAssignment], after[wire.KindAssignment])
	require.Equal(t, before[wire.KindForm], after[wire.KindForm])
	_, err = w.s.CloseSurvey(ctx, "demo")
	require.NoError(t, err)
	require.Empty(t, lines(wang, wire.KindAssignment), "nothing is assigned when the field work is over")
}

func TestVisitsGiveCoverage(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	visit := func(record, household, code, kind string, more ...string) {
		cells := map[string]string{"household": household, "village_code": "990101001201", "grid_code": gridA, "attempt_no": "1", "visit_dt": "2026-11-23", "visit_half": "1", "visit_type": kind,
			"disposition": code, "@status": "submitted"}
		for i := 0; i+1 < len(more); i += 2 {
			cells[more[i]] = more[i+1]
		}
		require.Equal(t, "merged", w.push("rg_1", "us_wang", record, "visit_log", nil, cells))
	}
	visit("v1", "H-001", "2.24", "1")
	visit("v2", "H-001", "1.1", "2")
	visit("v3", "H-002", "2.112", "1", "refuse_reason", "2")
	visit("v4", "H-002", "1.1", "3") // a back-check is no interview
	visit("v5", "H-999", "1.1", "1") // not in the frame
	c, err := w.s.Coverage(ctx, officer, street)
	require.NoError(t, err)
	require.Equal(t, int64(3), c.Total.Selected)
	require.Equal(t, int64(2), c.Total.Visited)
	require.Equal(t, int64(3), c.Total.Attempts)
	require.Equal(t, map[string]survey.Tally{"1.1": {N: 1, W: 2.5}, "2.112": {N: 1, W: 2.5}, "3.11": {N: 1, W: 2.5}}, c.Total.Final)
	require.Equal(t, map[string]int64{"2": 1}, c.Total.Refusals)
	require.Equal(t, int64(1), c.Total.NotStarted)
	visits, err := w.s.Visits(ctx, registrar, "H-001")
	require.NoError(t, err)
	require.Len(t, visits, 2)
	_, err = w.s.Visits(ctx, foreign, "H-001")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))

	_, err = w.s.EraseRecord(ctx, "v2", "x")
	require.NoError(t, err)
	visit("v6", "H-003", "2.25", "1", "appointment_dt", "2026-12-01")
	_, err = w.s.ImportHouseholds(ctx, registrar, strings.NewReader("household,grid,weight\nH-002,"+gridA+",8\nH-999,"+gridB+",1\n"))
	require.NoError(t, err)
	c, err = w.s.Coverage(ctx, officer, street)
	require.NoError(t, err)
	require.Equal(t, map[string]survey.Tally{"2.24": {N: 1, W: 2.5}, "2.112": {N: 1, W: 8}, "2.25": {N: 1, W: 2.5}, "1.1": {N: 1, W: 1}}, c.Total.Final)
	_, err = w.s.Coverage(ctx, stranger, street)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
	visits, err = w.s.Visits(ctx, registrar, "H-003")
	require.NoError(t, err)
	require.Equal(t, "2026-12-01", visits[0].Appointment)
}

func TestThirtyThousandHouseholdsImportFast(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	var b strings.Builder
	b.WriteString("household,grid,address,label_public,stratum,psu,weight\n")
	for i := range 30_000 {
		fmt.Fprintf(&b, "N-%05d,%s,柳村%d号院,门牌%d,S%d,,1.5\n", i, []string{gridA, gridB}[i%2], i, i, i%7)
	}
	n, err := w.s.ImportHouseholds(ctx, registrar, strings.NewReader(b.String()))
	require.NoError(t, err)
	require.Equal(t, 30_000, n)
	links, err := w.links.Count(ctx, "demo")
	require.NoError(t, err)
	require.Equal(t, 30_003, links)
	frame, err := w.frame.Frame(ctx, street)
	require.NoError(t, err)
	require.Equal(t, int64(15_002), frame[0].Households)
	seen := map[string]bool{}
	for l, err := range w.links.InGrids(ctx, []string{gridA}) {
		require.NoError(t, err)
		require.False(t, seen[l.Case])
		seen[l.Case] = true
	}
	require.Len(t, seen, 15_002)
}
