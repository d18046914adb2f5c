package instruments_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
)

func TestEveryInstrumentLoadsWithoutAWarning(t *testing.T) {
	for _, i := range instruments.All() {
		form, faults, err := xform.Read(i.XML)
		require.NoError(t, err, i.ID)
		require.Empty(t, faults, i.ID)
		require.Equal(t, i.ID, form.ID)
		require.NotEmpty(t, form.Version)
		require.NotEqual(t, form.Title("zh"), form.Title("en"))
		both(t, form.Titles, i.ID)
		require.Equal(t, []string{"中文 (zh)", "English (en)"}, form.Languages)
		_, added, err := xform.Phone(i.XML)
		require.NoError(t, err)
		require.Equal(t, []xform.Addition{{Path: "meta/deprecatedID", Why: "deprecatedID"}}, added)
	}
	_, err := instruments.Read("nothing")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func both(t *testing.T, text schema.Text, where string) {
	t.Helper()
	for _, lang := range []string{"zh", "en"} {
		words, ok := text.Exactly(lang)
		require.True(t, ok && words != "", where)
	}
}

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	for _, i := range instruments.All() {
		form, err := instruments.Read(i.ID)
		require.NoError(t, err)
		for _, n := range form.Questions() {
			if n.InBody {
				both(t, n.Label, n.Path)
			}
			for _, text := range []schema.Text{n.Hint, n.ConstraintMsg, n.RequiredMsg} {
				if !text.Empty() {
					both(t, text, n.Path)
				}
			}
			if n.Constraint != "" && n.InBody {
				require.False(t, n.ConstraintMsg.Empty(), "%s: a refused answer is told why", n.Path)
			}
			if n.Required == "true()" && n.InBody {
				require.False(t, n.RequiredMsg.Empty(), "%s: a missing answer is told why", n.Path)
			}
		}
		for _, r := range form.Repeats() {
			both(t, r.Label, r.Path)
		}
		for _, l := range form.Lists {
			for _, c := range l.Items {
				both(t, c.Label, l.Name+" "+c.Value)
			}
		}
	}
}

// choices of the questions, as the pack defines them.
var sentiment = map[string]string{
	"consent": "1 0", "adult": "1 0", "mode": "1 2", "resid": "1 2 3", "sex": "1 2 -99", "age_band": "1 2 3 4 5 6 -99", "edu": "1 2 3 4 5 6 -99",
	"s_road": "1 2 3 4 5 -98 -99", "s_water": "1 2 3 4 5 -98 -99", "s_env": "1 2 3 4 5 -98 -99", "s_light": "1 2 3 4 5 -98 -99", "s_order": "1 2 3 4 5 -98 -99",
	"s_clinic": "1 2 3 4 5 -98 -99", "s_elder": "1 2 3 4 5 -98 -99", "s_office": "1 2 3 4 5 -98 -99", "s_open": "1 2 3 4 5 -98 -99",
	"r_trips": "1 2 3 4 5 -98 -99", "s_team": "1 2 3 4 5 -98 -99", "better": "1 2 3 -98 -99",
	"concerns": "1 2 3 4 5 6 7 8 9 10 11 96 -98 -99", "concern_main": "1 2 3 4 5 6 7 8 9 10 11 96 -98 -99", "want_visit": "1 0",
	"aware_elec": "1 0", "aware_rule": "1 0", "heard": "1 2 3 4 5 6 7 8 9 0", "read_board": "1 2 3", "fair": "1 2 3 4 5 -98 -99", "others_present": "0 1 2 3",
}

var candidate = map[string]string{
	"consent": "1 0", "consent_party": "1 0", "incumbent": "0 1 2", "willing": "1 2 3", "post_sought": "1 2 3", "both_posts": "1 2 3",
	"age_band": "1 2 3 4 5 6 -99", "edu": "1 2 3 4 5 6 -99", "edu_now": "1 0", "background": "1 2 3 4 5 6 0", "party": "1 2 3", "exp_mgmt": "1 2 3 4",
	"skills": "1 2 3 4 5 6", "full_time": "1 0", "learned_via": "1 2 3 4 5 6 7 8 9 20 0", "plan_theme": "1 2 3 4 5 6 7 8 9 10 11 96",
}

var visit = map[string]string{
	"visit_half": "1 2", "visit_type": "1 2 3 4", "worker_role": "1 2 3", "refuse_reason": "1 2 3 4",
	"disposition": "1.1 1.2 2.111 2.112 2.12 2.23 2.24 2.25 2.31 2.32 2.33 2.36 3.11 3.17 3.18 3.21 3.90 4.10 4.51 4.61 4.62 4.70 4.80",
}

const themes = "1 2 3 4 5 6 7 8 9 10 11 96"

var appraisal = map[string]string{
	"body": "1 2 3 4", "chaired_by": "1 2 3", "targets/target_type": "1 2", "targets/post": "1 2 3 4 5 6", "confirmed": "1 0",
}

var sheet = map[string]string{
	"wave": "1 2 3 4", "method": "1 2 3 4 5", "reps_basis": "1 2", "roster/post": "1 2 3 4 5 6", "roster/filled": "1 0", "roster/age_band": "1 2 3 4 5 6 -99",
	"roster/edu": "1 2 3 4 5 6 -99", "roster/sex": "1 2 -99", "roster/both_posts": "1 0", "run_state": "1 2 3 4", "team_grade": "1 2 3 4",
	"matters/theme": themes, "matters/hh_affected": "1 2 3", "matters/stage": "1 2 3 4", "milestones/gate": "1 2 3 4 5", "milestones/done": "1 0",
	"notices/kind": "1 2 3 4 5 6 96", "about": "1 0",
}

var followup = map[string]string{
	"theme": themes, "channel_in": "1 2 3 4", "contact_ok": "1 0", "owner_unit": "1 2 3 4 96", "stage": "1 2 3 4 5", "reply_given": "1 0",
	"resolved_view": "1 2 3 4 5 -98 -99", "reopened": "1 0",
}

var backcheck = map[string]string{
	"consent": "1 0", "visited": "1 0", "resid": "1 2 3", "sex": "1 2 -99", "edu": "1 2 3 4 5 6 -99", "aware_elec": "1 0", "s_road": "1 2 3 4 5 -98 -99",
	"concern_main": "1 2 3 4 5 6 7 8 9 10 11 96 -98 -99",
}

func TestTheQuestionsOfThePackAreThere(t *testing.T) {
	for id, want := range map[string]map[string]string{
		instruments.HouseholdSentiment: sentiment, instruments.Appraisal: appraisal, instruments.CandidateInterview: candidate,
		instruments.VillageSheet: sheet, instruments.FollowUp: followup, instruments.VisitLog: visit, instruments.BackCheck: backcheck,
	} {
		form, err := instruments.Read(id)
		require.NoError(t, err)
		for _, n := range form.Questions() {
			if !n.Selects() || n.Choices.List.Open {
				continue
			}
			require.Contains(t, want, n.Path, "a select that the pack does not define")
			var values []string
			for _, c := range n.ChoiceItems() {
				values = append(values, c.Value)
				if n.Control == schema.SelectOne {
					require.Empty(t, form.Check(inRow(n), c.Value), n.Path)
				}
			}
			require.Equal(t, want[n.Path], strings.Join(values, " "), "%s %s", id, n.Path)
			if n.Control == schema.Select {
				require.Empty(t, form.Check(inRow(n), want[n.Path]))
			}
			require.Equal(t, errs.InvalidValue, form.Check(inRow(n), "-97"), n.Path)
		}
		for path := range want {
			require.NotNil(t, form.Node(path), "%s %s", id, path)
		}
	}
}

// inRow is a question's path in some row of its repeat.
func inRow(n *schema.Node) string {
	if r := n.Repeat(); r != nil {
		return r.Path + "[r1]" + strings.TrimPrefix(n.Path, r.Path)
	}
	return n.Path
}

func TestOtherQuestionsTakeTheirValues(t *testing.T) {
	form, err := instruments.Read(instruments.HouseholdSentiment)
	require.NoError(t, err)
	for path, value := range map[string]string{
		"case_id": "4711-0815", "village_code": "990101001201", "consent_ver": strings.Repeat("ab", 32), "meet12": "-98", "concern_txt": "路灯坏了",
		"start": "2026-11-23T08:30:00+08:00", "end": "2026-11-23T08:45:00.5+08:00", "battery_seed": "42", "battery_order": "s_road s_water",
		"meta/instanceID": "uuid:1f1c4f3e-6c0d-4d59-9f8e-0c6a3a3e9d10", "meta/audit": "sha256-" + strings.Repeat("0f", 32) + ".csv", "meta/deprecatedID": "uuid:x",
	} {
		require.Empty(t, form.Check(path, value), path)
	}
	require.Equal(t, "count-selected( /data/concerns ) > 1", form.Node("concern_main").Relevant)
	require.Equal(t, "selected( /data/concerns , name)", form.Node("concern_main").Choices.Filter)
	require.Contains(t, form.Node("battery_order").Calculation, "randomize(")
	require.Empty(t, form.Node("meta/audit").Parameters, "no location and no tracked changes in the audit log")
	require.Equal(t, []string{"notice.csv", "villages.csv"}, form.Attachments)
	require.Equal(t, schema.Hidden, form.Node("case_id").Control)
	require.Equal(t, "true()", form.Node("case_id").Required)
	require.Equal(t, schema.Calculate, form.Node("consent_ver").Control)
	require.True(t, form.Node("concern_txt").FreeText())

	visit, err := instruments.Read(instruments.VisitLog)
	require.NoError(t, err)
	for path, value := range map[string]string{"visit_dt": "2026-11-23", "attempt_no": "2", "grid_code": "990101001201003", "household": "h1", "in_village": "1", "dist_band": "2"} {
		require.Empty(t, visit.Check(path, value), path)
	}
	for _, n := range visit.Questions() {
		require.NotContains(t, []schema.Type{schema.DateTime, schema.Time, schema.Geopoint}, n.Type, "%s: a visit keeps no exact time and no position", n.Path)
		require.NotEqual(t, "case_id", n.Name, "a visit never names a case")
	}
}

func TestNobodyIsAskedWhoTheyAre(t *testing.T) {
	for _, i := range instruments.All() {
		form, err := instruments.Read(i.ID)
		require.NoError(t, err)
		var found []string
		for _, q := range form.IdentityQuestions() {
			found = append(found, q.Path+" "+q.Reason)
		}
		switch i.ID {
		case instruments.VillageSheet: // the notice board, with nobody in the picture, and how many WeChat groups there are
			require.Equal(t, []string{"notices/photo image", "n_wechat contact"}, found)
		default:
			require.Empty(t, found, i.ID)
		}
	}
}

func TestKindsAreThoseOfSurveys(t *testing.T) {
	want := []instruments.Kind{"sentiment", "appraisal", "candidate", "village", "followup", "visit", "backcheck"}
	var got []instruments.Kind
	for _, i := range instruments.All() {
		got = append(got, i.Kind)
		require.Equal(t, i.Kind == instruments.Visit || i.Kind == instruments.Followed, i.Registry)
	}
	require.Equal(t, want, got)
}

func TestRepeatsHoldTheirOwnRowIDs(t *testing.T) {
	form, err := instruments.Read(instruments.VillageSheet)
	require.NoError(t, err)
	rows := map[string]string{}
	for _, r := range form.Repeats() {
		rows[r.Path] = r.RowField
	}
	require.Equal(t, map[string]string{"roster": "row_id", "matters": "matter_id", "milestones": "row_id", "notices": "row_id"}, rows)
}
