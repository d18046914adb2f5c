package survey_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

func TestReviewerSeesAnswersWithoutTheHousehold(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", map[string]string{"concern_txt": "路灯坏了"}))
	list, err := w.s.Records(ctx, officer, survey.QueueFilter{}, "", 0)
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	code := w.s.WorkerCode(street, "us_wang")
	require.Equal(t, survey.RecordBrief{ID: "r1", Case: w.caseOf("H-001"), Form: "hh_sentiment", Version: list.Items[0].Version, Village: "990101001201", Status: "submitted",
		Date: "2026-11-23", Worker: code, Flags: []string{"breaks-rule:mode"}}, list.Items[0], "what was left out is told by its first question")
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, "2", *v.Answers["s_road"])
	shown := fmt.Sprintf("%+v %+v", v, list)
	for _, hidden := range []string{"H-001", "柳村", "蓝门", "us_wang", "dv_1", gridA} {
		require.NotContains(t, shown, hidden)
	}
	require.Contains(t, fmt.Sprint(*v.Answers["concern_txt"]), "路灯", "the scan sees what is there")

	for _, q := range []string{code, strings.ToLower(code), w.caseOf("H-001"), w.caseOf("H-001")[:4], "r1"} {
		list, err = w.s.Records(ctx, officer, survey.QueueFilter{Query: q}, "", 0)
		require.NoError(t, err)
		require.Len(t, list.Items, 1, q)
	}
	for _, q := range []string{"路灯", "us_wang", "H-001", "ZZZZZZ"} {
		list, err = w.s.Records(ctx, officer, survey.QueueFilter{Query: q}, "", 0)
		require.NoError(t, err)
		require.Empty(t, list.Items, q)
	}
	_, err = w.s.Record(ctx, stranger, "r1")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "another street's record is not there")
	_, err = w.s.Records(ctx, stranger, survey.QueueFilter{Area: street}, "", 0)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))

	require.Equal(t, "merged", w.push("dv_1", "us_wang", "r2", "hh_sentiment", nil, map[string]string{"s_road": "5", "@status": "draft"}))
	v, err = w.s.Record(ctx, officer, "r2")
	require.NoError(t, err)
	require.True(t, v.Stub)
	require.Empty(t, v.Answers, "a draft is a stub")
	_, err = w.s.History(ctx, officer, "r2")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
}

func TestNobodySeesBothSides(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	refused := func(role string, err error) { require.Equal(t, errs.Forbidden, errs.CodeOf(err), role) }
	for _, role := range []string{"worker", "registrar", "researcher", "viewer", "auditor", "admin", ""} {
		a := survey.Actor{ID: "us_x", Role: role, Area: street}
		_, err := w.s.Records(ctx, a, survey.QueueFilter{}, "", 0)
		refused(role, err)
		_, err = w.s.Record(ctx, a, "r1")
		refused(role, err)
		_, err = w.s.History(ctx, a, "r1")
		refused(role, err)
		_, err = w.s.Review(ctx, a, survey.Review{Record: "r1"})
		refused(role, err)
		_, err = w.s.Change(ctx, a, survey.Change{Record: "r1"})
		refused(role, err)
		_, _, err = w.s.Quarantine(ctx, a, street, survey.HeldFilter{}, 0, 1)
		refused(role, err)
		_, err = w.s.HeldLine(ctx, a, "x")
		refused(role, err)
		refused(role, w.s.Settle(ctx, a, "x", sync.Discard, "x"))
	}
	for _, role := range []string{"worker", "reviewer", "researcher", "viewer", "auditor", ""} {
		a := survey.Actor{ID: "us_x", Role: role, Area: street}
		_, _, err := w.s.Households(ctx, a, survey.HouseholdFilter{}, "", 1)
		refused(role, err)
		_, err = w.s.Visits(ctx, a, "H-001")
		refused(role, err)
		_, err = w.s.Restrict(ctx, a, "H-001", true, "x")
		refused(role, err)
		_, _, err = w.s.Contacts(ctx, a, "", "", 1)
		refused(role, err)
		_, err = w.s.PutContact(ctx, a, survey.Contact{})
		refused(role, err)
	}
}

func TestReviewReturnsWithCommentsAndApproves(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	review := func(d survey.Review) (survey.Decided, error) {
		d.Record = "r1"
		if d.Ctx == "" {
			d.Ctx = v.Ctx
		}
		return w.s.Review(ctx, officer, d)
	}
	for name, d := range map[string]survey.Review{
		"no words":      {Decision: survey.Return},
		"decision":      {Decision: "perhaps"},
		"no such place": {Decision: survey.Return, Fields: map[string]string{"nowhere": "?"}},
		"status itself": {Decision: survey.Return, Fields: map[string]string{"members[": "?"}},
	} {
		_, err := review(d)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
	}
	_, err = review(survey.Review{Decision: survey.Approve, Ctx: "forged"})
	require.Equal(t, errs.BadRequest, errs.CodeOf(err))

	res, err := review(survey.Review{Decision: survey.Return, Comment: "请补充", Fields: map[string]string{"s_road": "再问一次"}})
	require.NoError(t, err)
	require.Equal(t, "returned", res.Status)
	rec := w.rec("r1")
	require.True(t, rec.Open)
	require.Zero(t, rec.EditUntil, "a returned interview is open again, whatever its age")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Len(t, v.Comments, 2)
	require.ElementsMatch(t, []string{"请补充", "s_road再问一次"}, []string{v.Comments[0].Path + v.Comments[0].Text, v.Comments[1].Path + v.Comments[1].Text})
	require.Equal(t, w.s.WorkerCode(street, officer.ID), v.Comments[0].Author)
	require.NotContains(t, v.Rows, "@comments")

	require.Equal(t, "merged", w.push("dv_1", "us_wang", "r1", "hh_sentiment", crdt.VV{"dv_1": 1}, map[string]string{"s_road": "3", "@status": "submitted"}))
	_, err = review(survey.Review{Decision: survey.Approve})
	require.Equal(t, errs.ChangedSince, errs.CodeOf(err), "what was not on the page is not approved")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	res, err = review(survey.Review{Decision: survey.Approve})
	require.NoError(t, err)
	require.Equal(t, "approved", res.Status)
	again, err := review(survey.Review{Decision: survey.NeedsReview, Ctx: res.Ctx})
	require.NoError(t, err, "the token of the answer is that of the next page")
	require.Equal(t, "needs_review", again.Status)
	_, err = w.s.Review(ctx, stranger, survey.Review{Record: "r1", Ctx: v.Ctx, Decision: survey.Approve})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func text(s string) *string { return &s }

func TestConflictsSideBySideAndSettled(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	rec := w.rec("r1")
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	_, err = w.s.Change(ctx, officer, survey.Change{Record: "r1", Ctx: v.Ctx, Set: map[string]*string{"@assignee": text(w.s.WorkerCode(street, "us_li"))}})
	require.NoError(t, err, "a hand-over by worker code")
	require.Equal(t, []string{"us_li"}, w.rec("r1").Assignees)
	w.clock.Advance(24 * time.Hour)
	w.push("dv_1", "us_wang", "r1", "hh_sentiment", rec.State.VV, map[string]string{"s_road": "3"})
	w.push("dv_2", "us_li", "r1", "hh_sentiment", nil, map[string]string{"s_road": "5"})
	held, _, err := w.s.Quarantine(ctx, officer, street, survey.HeldFilter{}, 0, 10)
	require.NoError(t, err)
	require.Empty(t, held)
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, []string{"s_road"}, v.ConflictPaths)
	require.Len(t, v.Siblings, 1)
	require.ElementsMatch(t, []string{"3 2026-11-24 " + w.s.WorkerCode(street, "us_wang"), "5 2026-11-24 " + w.s.WorkerCode(street, "us_li")},
		[]string{siblingText(v.Siblings["s_road"][0]), siblingText(v.Siblings["s_road"][1])})

	change := func(c survey.Change) error {
		c.Record, c.Ctx = "r1", v.Ctx
		_, err := w.s.Change(ctx, officer, c)
		return err
	}
	for name, c := range map[string]survey.Change{
		"wrong value":    {Set: map[string]*string{"s_road": text("77")}, Reason: "x"},
		"unknown path":   {Set: map[string]*string{"nowhere": text("1")}, Reason: "x"},
		"calculated":     {Set: map[string]*string{"consent_ver": text("1")}, Reason: "x"},
		"no reason":      {Set: map[string]*string{"s_road": text("4")}},
		"other street":   {Set: map[string]*string{"@grid": text(farOff)}},
		"no grid":        {Set: map[string]*string{"@grid": text("990101001201999")}},
		"nobody":         {Set: map[string]*string{"@assignee": text("zhao")}},
		"writes nothing": {},
		"no such repeat": {Add: []string{"members[r1]"}, Reason: "x"},
	} {
		require.Equal(t, errs.Invalid, errs.CodeOf(change(c)), name)
	}
	require.Equal(t, errs.Forbidden, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@withdrawal": text("x")}})))
	require.Equal(t, errs.Forbidden, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@status": text("approved")}})))

	require.NoError(t, change(survey.Change{Set: map[string]*string{"s_road": text("5")}}), "to choose one of the two needs no reason")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Empty(t, v.ConflictPaths)
	require.Equal(t, "5", *v.Answers["s_road"])
	history, err := w.s.History(ctx, officer, "r1")
	require.NoError(t, err)
	last := history[len(history)-1]
	require.Equal(t, "s_road", last.Path)
	require.True(t, last.Office)
	require.Len(t, last.Superseded, 2, "what a write supersedes stays beside it")
	require.NotContains(t, fmt.Sprintf("%+v", history), "us_", "a history names nobody")

	require.NoError(t, change(survey.Change{Set: map[string]*string{"s_road": nil}, Reason: "误填"}))
	require.NoError(t, change(survey.Change{Set: map[string]*string{"@grid": text(gridB)}}))
	require.Equal(t, gridB, w.rec("r1").Grid)
	require.Equal(t, errs.ChangedSince, errs.CodeOf(change(survey.Change{Set: map[string]*string{"@grid": text(gridA)}})), "a second move over the first, unseen")
}

func siblingText(s survey.Sibling) string { return *s.Value + " " + s.Date + " " + s.Author }

func TestQuarantineIsShownAndSettled(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	require.Equal(t, "quarantined unknown-form", w.push("dv_1", "us_wang", "r9", "lost_form", nil, map[string]string{"q": "1"}))
	require.Equal(t, "merged", w.interview("r1", "dv_1", "H-001", nil))
	require.Equal(t, "quarantined not-assigned", w.push("dv_3", "us_li", "r1", "hh_sentiment", nil, map[string]string{"s_road": "5"}))
	held, next, err := w.s.Quarantine(ctx, officer, street, survey.HeldFilter{}, 0, 1)
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.NotZero(t, next)
	more, next, err := w.s.Quarantine(ctx, officer, street, survey.HeldFilter{}, next, 10)
	require.NoError(t, err)
	require.Zero(t, next)
	require.Equal(t, "not-assigned", more[0].Code)
	require.Equal(t, w.s.WorkerCode(street, "us_li"), more[0].Worker)
	require.Equal(t, errs.UnknownForm, errs.CodeOf(w.s.Settle(ctx, officer, held[0].ID, sync.Release, "放行")))
	_, _, err = w.s.Quarantine(ctx, stranger, street, survey.HeldFilter{}, 0, 1)
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))

	line, err := w.s.HeldLine(ctx, officer, more[0].ID)
	require.NoError(t, err)
	require.Equal(t, "5", *line.Writes[0].Value)
	_, err = w.s.HeldLine(ctx, stranger, more[0].ID)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.Settle(ctx, stranger, more[0].ID, sync.Discard, "x")))
	require.Equal(t, errs.Invalid, errs.CodeOf(w.s.Settle(ctx, officer, more[0].ID, sync.Discard, " ")))

	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	_, err = w.s.Change(ctx, officer, survey.Change{Record: "r1", Ctx: v.Ctx, Corrects: more[0].ID, Set: map[string]*string{"s_road": text("4")}, Reason: "电话核实"})
	require.NoError(t, err, "to correct is to discard and to write")
	v, err = w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.Equal(t, "4", *v.Answers["s_road"])
	require.NoError(t, w.s.Settle(ctx, officer, held[0].ID, sync.Discard, "误传"))
	held, _, err = w.s.Quarantine(ctx, officer, street, survey.HeldFilter{}, 0, 10)
	require.NoError(t, err)
	require.Empty(t, held)
}
