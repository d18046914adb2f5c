package instruments_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/schema/judge"
)

// sheetOf is a filled form by path; rows are named 0, 1, 2… within their repeat.
type sheetOf map[string]string

func drawn(t *testing.T, f *schema.Form, accept func(sheetOf) bool) sheetOf {
	t.Helper()
	for seed := range uint64(500) {
		in, err := answers.Generate(f, answers.Subject{Case: "C1", Village: "990101001201", Grid: "990101001201003", NoticeHash: strings.Repeat("a", 64),
			Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}, nil, rand.New(rand.NewPCG(seed, 9)))
		require.NoError(t, err)
		all := sheetOf{}
		for path, v := range in.Values {
			all[path] = v
		}
		n := map[string]int{}
		for _, row := range in.Rows {
			for name, v := range row.Values {
				all[row.Repeat+"["+strconv.Itoa(n[row.Repeat])+"]/"+name] = v
			}
			n[row.Repeat]++
		}
		if accept == nil || accept(all) {
			return all
		}
	}
	require.Fail(t, "nothing drawn fits")
	return nil
}

func broken(f *judge.Form, values sheetOf) []string {
	rec := &judge.Record{}
	for path, v := range values {
		if v != "" {
			rec.Values = append(rec.Values, judge.Value{Path: path, Text: v})
		}
		repeat, rest, in := strings.Cut(path, "[")
		if !in {
			continue
		}
		id, _, _ := strings.Cut(rest, "]")
		k := slices.IndexFunc(rec.Rows, func(r judge.Rows) bool { return r.Repeat == repeat })
		if k < 0 {
			k = len(rec.Rows)
			rec.Rows = append(rec.Rows, judge.Rows{Repeat: repeat})
		}
		if !slices.Contains(rec.Rows[k].IDs, id) {
			rec.Rows[k].IDs = append(rec.Rows[k].IDs, id)
		}
	}
	for _, r := range rec.Rows {
		slices.Sort(r.IDs)
	}
	slices.SortFunc(rec.Values, func(a, b judge.Value) int { return strings.Compare(a.Path, b.Path) })
	var out []string
	for _, v := range f.Judge(rec, &judge.Env{Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}) {
		out = append(out, string(v.Rule)+" "+v.Path)
	}
	return out
}

// Each rule of the pack as the field practice states it: what breaks it, and what does not.
func TestTheRulesOfThePackHold(t *testing.T) {
	interviewed := func(v sheetOf) bool { return v["adult"] == "1" }
	agreed := func(v sheetOf) bool { return v["consent"] == "1" && v["willing"] == "1" }
	checked := func(v sheetOf) bool { return v["visited"] == "1" }
	withRows := func(v sheetOf) bool {
		return v["matters[0]/since"] != "" && v["milestones[0]/done"] == "1" && v["notices[0]/removed_on"] != "" && v["roster[0]/filled"] == "1"
	}
	for _, c := range []struct {
		form   string
		accept func(sheetOf) bool
		set    string // path=value,path=value
		want   string // rule path, or "" where nothing is broken
	}{
		{instruments.HouseholdSentiment, interviewed, "concerns=1 2 3,concern_main=2", ""},
		{instruments.HouseholdSentiment, interviewed, "concerns=1 2 3 4,concern_main=2", "constraint concerns"},
		{instruments.HouseholdSentiment, interviewed, "concerns=1 -98,concern_main=1", "constraint concerns"},
		{instruments.HouseholdSentiment, interviewed, "concerns=1 -99,concern_main=1", "constraint concerns"},
		{instruments.HouseholdSentiment, interviewed, "concerns=-99,concern_main=", ""},
		{instruments.HouseholdSentiment, interviewed, "concerns=1 2,concern_main=", "required concern_main"},
		{instruments.HouseholdSentiment, interviewed, "concerns=1 2,concern_main=3", "choice concern_main"},
		{instruments.HouseholdSentiment, interviewed, "concerns=1,concern_main=1", "relevant concern_main"},
		{instruments.HouseholdSentiment, interviewed, "aware_elec=1,heard=0 1", "constraint heard"},
		{instruments.HouseholdSentiment, interviewed, "aware_elec=1,heard=0", ""},
		{instruments.HouseholdSentiment, interviewed, "aware_elec=0,heard=1", "relevant heard"},
		{instruments.HouseholdSentiment, interviewed, "meet12=61", "constraint meet12"},
		{instruments.HouseholdSentiment, interviewed, "meet12=-1", "constraint meet12"},
		{instruments.HouseholdSentiment, interviewed, "meet12=-98", ""},
		{instruments.HouseholdSentiment, interviewed, "meet12=60", ""},
		{instruments.HouseholdSentiment, interviewed, "concern_txt=" + strings.Repeat("路", 200), ""},
		{instruments.HouseholdSentiment, interviewed, "concern_txt=" + strings.Repeat("路", 201), "constraint concern_txt"},
		{instruments.HouseholdSentiment, interviewed, "village_code=12345678901", "constraint village_code"},
		{instruments.HouseholdSentiment, interviewed, "s_open=", "required s_open"},

		{instruments.Appraisal, nil, "entitled_n=40,present_n=41,issued=40,returned=40", "constraint present_n"},
		{instruments.Appraisal, nil, "held_on=2026-11-25", "constraint held_on"},
		{instruments.Appraisal, nil, "issued=10,returned=11", "constraint returned"},
		{instruments.Appraisal, nil, "returned=20,valid=18,invalid=1", "constraint invalid"},
		{instruments.Appraisal, nil, "targets[0]/n4=99", "constraint targets[0]/n4"},
		{instruments.Appraisal, nil, "targets[1]/post=", "required targets[1]/post"},
		{instruments.Appraisal, nil, "targets[0]/post=1", "relevant targets[0]/post"},
		{instruments.Appraisal, nil, "scrutineer=T101,teller=T101", "constraint scrutineer"},
		{instruments.Appraisal, nil, "teller=张三", "constraint teller"},
		{instruments.Appraisal, nil, "confirmed=1", ""},

		{instruments.CandidateInterview, agreed, "years_village=81", "constraint years_village"},
		{instruments.CandidateInterview, agreed, "background=0 1", "constraint background"},
		{instruments.CandidateInterview, agreed, "consent_party=0,party=1", "relevant party"},
		{instruments.CandidateInterview, agreed, "consent_party=1,party=", "required party"},
		{instruments.CandidateInterview, agreed, "willing=3,post_sought=1", "relevant post_sought"},
		{instruments.CandidateInterview, agreed, "plan_txt=" + strings.Repeat("路", 501), "constraint plan_txt"},
		{instruments.CandidateInterview, agreed, "consent_party=1,party=1,both_posts=1,can_both=0", "calculated can_both"},

		{instruments.VillageSheet, withRows, "pop_n=900,electorate_n=901,reps_n=30", "constraint electorate_n"},
		{instruments.VillageSheet, withRows, "electorate_n=20,reps_n=21", "constraint reps_n"},
		{instruments.VillageSheet, withRows, "reports_due=3,reports_received=4", "constraint reports_received"},
		{instruments.VillageSheet, withRows, "cand_n=3,cand_willing_n=4,cand_both_n=0", "constraint cand_willing_n"},
		{instruments.VillageSheet, withRows, "cand_n=3,cand_willing_n=2,cand_both_n=3", "constraint cand_both_n"},
		{instruments.VillageSheet, withRows, "n_banner=-1", "constraint n_banner"},
		{instruments.VillageSheet, withRows, "roster[1]/post=1", "constraint roster[0]/post"},
		{instruments.VillageSheet, withRows, "matters[0]/since=2026-11-30", "constraint matters[0]/since"},
		{instruments.VillageSheet, withRows, "matters[0]/note=请找王书记", "constraint matters[0]/note"},
		{instruments.VillageSheet, withRows, "matters[0]/note=一个姓赵的村民", "constraint matters[0]/note"},
		{instruments.VillageSheet, withRows, "matters[0]/note=电话13812345678", "constraint matters[0]/note"},
		{instruments.VillageSheet, withRows, "matters[0]/note=村东主路两处塌陷", ""},
		{instruments.VillageSheet, withRows, "matters[0]/stage=2,matters[0]/next_date=", "required matters[0]/next_date"},
		{instruments.VillageSheet, withRows, "matters[0]/stage=3,matters[0]/next_date=2026-12-01", "relevant matters[0]/next_date"},
		{instruments.VillageSheet, withRows, "milestones[1]/gate=1", "constraint milestones[0]/gate"},
		{instruments.VillageSheet, withRows, "milestones[0]/actual=2026-11-25", "constraint milestones[0]/actual"},
		{instruments.VillageSheet, withRows, "milestones[0]/slip_days=99", "calculated milestones[0]/slip_days"},
		{instruments.VillageSheet, withRows, "notices[0]/removed_on=2026-01-01", "constraint notices[0]/removed_on"},
		{instruments.VillageSheet, withRows, "notices[0]/on_time=7", "calculated notices[0]/on_time"},
		{instruments.VillageSheet, withRows, "vacancies=77", "calculated vacancies"},
		{instruments.VillageSheet, withRows, "committee_n=77", "calculated committee_n"},

		{instruments.FollowUp, nil, "received_on=2026-11-20,due_on=2026-11-19", "constraint due_on"},
		{instruments.FollowUp, nil, "received_on=2026-11-25,due_on=2026-12-25", "constraint received_on"},
		{instruments.FollowUp, nil, "stage=3,closed_on=", "required closed_on"},
		{instruments.FollowUp, nil, "stage=2,closed_on=2026-11-23", "relevant closed_on"},
		{instruments.FollowUp, nil, "action=" + strings.Repeat("办", 301), "constraint action"},
		{instruments.FollowUp, nil, "reply_given=1,resolved_view=", "required resolved_view"},

		{instruments.VisitLog, nil, "attempt_no=7", "constraint attempt_no"},
		{instruments.VisitLog, nil, "disposition=2.25,appointment_dt=2026-11-20,refuse_reason=", "constraint appointment_dt"},
		{instruments.VisitLog, nil, "disposition=1.1,appointment_dt=,refuse_reason=1", "relevant refuse_reason"},
		{instruments.VisitLog, nil, "grid_code=99010100120100", "constraint grid_code"},

		{instruments.BackCheck, checked, "meet12=77", "constraint meet12"},
		{instruments.BackCheck, checked, "s_road=", "required s_road"},
		{instruments.BackCheck, checked, "visited=0", "relevant resid"},
	} {
		f, err := instruments.Read(c.form)
		require.NoError(t, err)
		values := drawn(t, f, c.accept)
		j := judge.Compile(f)
		require.Empty(t, broken(j, values), c.form)
		for _, edit := range strings.Split(c.set, ",") {
			path, v, _ := strings.Cut(edit, "=")
			values[path] = v
		}
		got := broken(j, values)
		if c.want == "" {
			require.Empty(t, got, "%s %.60s", c.form, c.set)
		} else {
			require.Contains(t, got, c.want, "%s %.60s", c.form, c.set)
		}
	}
}

// What is odd but lawful is told and can be sent: the notes of warning are no rules.
func TestWarningsAreNotesNotRules(t *testing.T) {
	for id, notes := range map[string][]string{
		instruments.VillageSheet: {"warn_size", "warn_women"}, instruments.Appraisal: {"warn_issued", "warn_few", "targets/warn_same", "body_sample"}, instruments.FollowUp: {"escalate"},
	} {
		f, err := instruments.Read(id)
		require.NoError(t, err)
		for _, name := range notes {
			n := f.Node(name)
			require.NotNil(t, n, name)
			require.Equal(t, schema.Note, n.Control, name)
			require.NotEmpty(t, n.Relevant, name)
			require.Empty(t, n.Required+n.Constraint, name)
		}
	}
}
