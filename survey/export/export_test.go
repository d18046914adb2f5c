package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/survey"
	"ruhu/survey/disclosure"
	"ruhu/survey/export"
	"ruhu/survey/export/exporttest"
	"ruhu/survey/summary"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run with -update if this change is meant")
}

func sentimentTown(t testing.TB, n int, status string) (*town, *schema.Form) {
	form := built(t, instruments.HouseholdSentiment)
	w := newTown(t, form)
	rnd := rand.New(rand.NewPCG(1, 2))
	grids := []string{"990101001201001", "990101001201002", "990101001202001", "990101001203001"}
	for i := range n {
		w.add(t, form, i, grids[rnd.IntN(len(grids))], status, answer(form, rnd), nil)
	}
	return w, form
}

func TestCSVGolden(t *testing.T) {
	w, form := sentimentTown(t, 5, survey.StatusApproved)
	res, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Demo: true}), w)
	golden(t, "hh_sentiment.csv", out)
	require.Regexp(t, `^hh_sentiment-`+form.Version+`-[0-9a-f]{16}\.csv$`, res.Name)
	require.Len(t, res.Snapshot, 64)
	require.EqualValues(t, 5, res.Rows)
	require.True(t, strings.HasPrefix(out, "\ufeffcase_key,"))
	require.Contains(t, out, "演示数据")
}

func TestResearchExportHoldsNothingItMustNot(t *testing.T) {
	w, form := sentimentTown(t, 40, survey.StatusApproved)
	forbidden := []string{"planted-words", "C0", "990101001201001", "990101001202001", "us_worker", "018f0000", "2026-"}
	_, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}}), w)
	for _, word := range forbidden {
		require.NotContains(t, out, word)
	}
	head := strings.SplitN(out, "\r\n", 2)[0]
	for _, name := range []string{"author", "date", "conflict", "resolved_by", "record", "grid", "case_id", "concern_txt", "start", "end", "instanceid"} {
		require.NotContains(t, ","+head+",", ","+name+",")
	}
	require.Contains(t, out, "990101001201", "the village stays, as text")

	_, correction := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Correction: true}), w)
	for _, word := range []string{"planted-words", "990101001202001", "018f0000"} {
		require.Contains(t, correction, word, "the same search finds it where it may be")
	}
	for _, name := range []string{"author", "date", "conflict", "resolved_by", "concern_txt"} {
		require.Contains(t, correction, ","+name+",")
	}
	require.NotContains(t, correction, "case_id")
}

func TestPartyMembershipNeverLeaves(t *testing.T) {
	form := built(t, instruments.CandidateInterview)
	for _, correction := range []bool{false, true} {
		p := plan(t, export.Options{Versions: []*schema.Form{form}, Correction: correction})
		for _, c := range p.Tables[0].Columns {
			require.NotEqual(t, "party", c.Path)
			require.NotEqual(t, "can_both", c.Path, "it is calculated from party")
		}
		var why []string
		for _, o := range p.Tables[0].Omitted {
			why = append(why, o.Path)
		}
		require.Contains(t, why, "party")
		require.Contains(t, why, "can_both")
	}
}

func TestStatuses(t *testing.T) {
	form := built(t, instruments.HouseholdSentiment)
	w := newTown(t, form)
	rnd := rand.New(rand.NewPCG(3, 4))
	for i, s := range []string{survey.StatusApproved, survey.StatusSubmitted, survey.StatusReturned, survey.StatusDraft} {
		w.add(t, form, i, "990101001201001", s, answer(form, rnd), nil)
	}
	count := func(o export.Options) int64 {
		o.Versions = []*schema.Form{form}
		res, _ := write(t, plan(t, o), w)
		return res.Rows
	}
	require.EqualValues(t, 1, count(export.Options{}), "approved only unless asked otherwise")
	require.EqualValues(t, 3, count(export.Options{Statuses: survey.LiveStatuses()}))
	for _, s := range []string{survey.StatusErased, survey.StatusRestricted, "nonsense"} {
		_, err := export.NewPlan(export.Options{Versions: []*schema.Form{form}, Format: export.CSV, Master: master, Statuses: []string{s}})
		require.Equal(t, errs.Invalid, errs.CodeOf(err))
	}
	_, err := export.NewPlan(export.Options{Versions: []*schema.Form{form}, Format: export.CSV, Master: master, Statuses: []string{survey.StatusDraft}})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
}

func TestUnsettledAnswersAreBlankButInCorrectionFiles(t *testing.T) {
	form := built(t, instruments.HouseholdSentiment)
	w := newTown(t, form)
	w.add(t, form, 1, "990101001201001", survey.StatusApproved,
		map[string]string{"consent": "1", "adult": "1", "sex": "1", "s_road": "1", "edu": "77"}, map[string]string{"s_road": "5"})
	cell := func(o export.Options, name string) string {
		o.Versions, o.Statuses = []*schema.Form{form}, survey.LiveStatuses()
		_, out := write(t, plan(t, o), w)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		require.NoError(t, err)
		for i, h := range rows[0] {
			if h == name {
				return rows[1][i]
			}
		}
		require.Fail(t, "no column "+name)
		return ""
	}
	require.Equal(t, "1", cell(export.Options{}, "sex"))
	require.Empty(t, cell(export.Options{}, "s_road"), "two answers stand against each other")
	require.Empty(t, cell(export.Options{}, "edu"), "no choice has this value")
	require.Equal(t, "5", cell(export.Options{Correction: true}, "s_road"))
	require.Equal(t, "77", cell(export.Options{Correction: true}, "edu"))
	require.Equal(t, "s_road", cell(export.Options{Correction: true}, "conflict"))
}

func TestSameSnapshotSameBytes(t *testing.T) {
	w, form := sentimentTown(t, 30, survey.StatusApproved)
	repeats := repeatForm(t)
	rw := repeatTown(t, repeats)
	for _, format := range []export.Format{export.CSV, export.XLSX} {
		for name, c := range map[string]struct {
			form *schema.Form
			town *town
		}{"main only": {form, w}, "with repeats": {repeats, rw}} {
			first, second := "", ""
			for range 4 {
				_, first = write(t, plan(t, export.Options{Versions: []*schema.Form{c.form}, Format: format}), c.town)
				if second != "" {
					require.Equal(t, second, first, "%s %s", format, name)
				}
				second = first
			}
		}
	}
}

func TestPseudonymsHoldForOneGrantAndSnapshot(t *testing.T) {
	w, form := sentimentTown(t, 6, survey.StatusApproved)
	keys := func(grant string) []string {
		_, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Grant: grant}), w)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		require.NoError(t, err)
		var list []string
		for _, r := range rows[1:] {
			list = append(list, r[0])
		}
		return list
	}
	a, again, b := keys("grant one"), keys("grant one"), keys("grant two")
	require.Equal(t, a, again)
	w.heads[0].Seq++
	later := keys("grant one")
	seen := map[string]bool{}
	for _, list := range [][]string{a, b, later} {
		for _, k := range list {
			require.False(t, seen[k], "a key stands in two exports")
			seen[k] = true
		}
	}
}

const repeatXML = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>Sheet</h:title><model><instance><data id="sheet" version="1"><note_n/><members jr:template=""><age/><kids jr:template=""><toy/></kids></members><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/note_n" type="int"/><bind nodeset="/data/members/age" type="int"/><bind nodeset="/data/members/kids/toy" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/></model></h:head>
<h:body><input ref="/data/note_n"><label>n</label></input>
<group ref="/data/members"><label>Members</label><repeat nodeset="/data/members"><input ref="/data/members/age"><label>age</label></input>
<group ref="/data/members/kids"><label>Kids</label><repeat nodeset="/data/members/kids"><input ref="/data/members/kids/toy"><label>toys</label></input></repeat></group></repeat></group></h:body></h:html>`

func repeatForm(t testing.TB) *schema.Form {
	form, _, err := xform.Read([]byte(repeatXML))
	require.NoError(t, err)
	return form
}

func repeatTown(t testing.TB, form *schema.Form) *town {
	w := newTown(t, form)
	w.add(t, form, 1, "990101001201001", survey.StatusApproved, map[string]string{
		"note_n": "3", "members[r1]/age": "41", "members[r2]/age": "9",
		"members[r2]/kids[k1]/toy": "5", "members[r2]/kids[k2]/toy": "6", "members[r1]/kids[k1]/toy": "7"}, nil)
	w.add(t, form, 2, "990101001202001", survey.StatusApproved, map[string]string{"note_n": "0"}, nil)
	return w
}

func TestRepeatsAreLinkedTables(t *testing.T) {
	form := repeatForm(t)
	w := repeatTown(t, form)
	res, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}}), w)
	require.True(t, strings.HasSuffix(res.Name, ".zip"))
	z, err := zip.NewReader(strings.NewReader(out), int64(len(out)))
	require.NoError(t, err)
	files := map[string][][]string{}
	for _, f := range z.File {
		require.True(t, f.Modified.IsZero() || f.Modified.Year() < 1981, "no time in the archive")
		r, err := f.Open()
		require.NoError(t, err)
		rows := csv.NewReader(r)
		all, err := rows.ReadAll()
		require.NoError(t, err, f.Name)
		files[f.Name] = all
	}
	require.Len(t, files["main.csv"], 3)
	members, kids := files["members.csv"], files["kids.csv"]
	require.Equal(t, []string{"\ufeffcase_key", "repeat_index", "age"}, members[0])
	require.Len(t, members, 3)
	require.Equal(t, []string{"\ufeffcase_key", "repeat_index", "parent_index", "toy"}, kids[0])
	require.Len(t, kids, 4)
	key := files["main.csv"][1][0]
	ages := map[string]string{}
	for _, m := range members[1:] {
		require.Equal(t, key, m[0])
		ages[m[1]] = m[2]
	}
	for _, k := range kids[1:] {
		require.Equal(t, key, k[0])
		want := map[string]string{"5": "9", "6": "9", "7": "41"}[k[3]]
		require.Equal(t, want, ages[k[2]], "a child stands under its member")
	}
	require.NotEmpty(t, files["codebook.csv"])
}

func TestXLSX(t *testing.T) {
	w, form := sentimentTown(t, 12, survey.StatusApproved)
	rnd := rand.New(rand.NewPCG(9, 9))
	evil := answer(form, rnd)
	evil["concern_txt"] = `=HYPERLINK("http://example.invalid","x")`
	w.add(t, form, 99, "990101001201001", survey.StatusApproved, evil, nil)
	_, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Format: export.XLSX, Correction: true, Demo: true}), w)
	f, err := excelize.OpenReader(strings.NewReader(out))
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{"main", "codebook"}, f.GetSheetList())
	rows, err := f.GetRows("main")
	require.NoError(t, err)
	require.Len(t, rows, 14)
	for r, row := range rows {
		for c := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			require.NoError(t, err)
			formula, err := f.GetCellFormula("main", at)
			require.NoError(t, err)
			require.Empty(t, formula)
			if r > 0 && (rows[0][c] == "village" || rows[0][c] == "grid") {
				kind, err := f.GetCellType("main", at)
				require.NoError(t, err)
				require.Equal(t, excelize.CellTypeInlineString, kind, "codes are text cells")
			}
		}
	}
	book, err := f.GetRows("codebook")
	require.NoError(t, err)
	require.Equal(t, "table", book[0][0])
	props, err := f.GetDocProps()
	require.NoError(t, err)
	require.Contains(t, props.Title, "演示数据")
}

func TestSummaryAndExportAgree(t *testing.T) {
	w, form := sentimentTown(t, 400, survey.StatusApproved)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 20 { // some in conflict: they count for no choice in either
		w.add(t, form, 1000+i, "990101001202001", survey.StatusApproved, answer(form, rnd), map[string]string{"s_team": "5", "better": "3"})
	}
	p := plan(t, export.Options{Versions: []*schema.Form{form}, Statuses: survey.LiveStatuses()})
	_, out := write(t, p, w)
	totals, err := exporttest.Recompute(strings.NewReader(out), p)
	require.NoError(t, err)
	require.EqualValues(t, 420, totals.Records)

	records, err := w.Statuses(survey.RowFilter{Form: form.ID})
	require.NoError(t, err)
	s, err := summary.Build(summary.Input{
		Street: survey.Area{Code: street, NameZH: "示例街道", Kind: survey.Street}, Survey: survey.Survey{ID: "s", Mode: survey.Census},
		Form: form, Records: records, Cells: w.Cells(survey.CellFilter{Form: form.ID, Area: street}), Statuses: survey.LiveStatuses(), Policy: disclosure.DefaultPolicy(),
	})
	require.NoError(t, err)
	compared := 0
	for _, q := range s.Questions {
		for _, c := range append(q.Choices[:len(q.Choices):len(q.Choices)], q.Beside...) {
			if n, shown := c.N.Value(); shown && c.Value != "" {
				require.Equal(t, totals.Count(q.Path, c.Value), n, "%s=%s", q.Path, c.Value)
				compared++
			}
		}
	}
	require.Greater(t, compared, 80)
	n, shown := s.Taking.Participants.Value()
	require.True(t, shown)
	require.Equal(t, totals.Count("adult", "1"), n)
}

func TestVersionsShareOneTable(t *testing.T) {
	read := func(version, questions string) *schema.Form {
		xml := `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>f</h:title><model><instance><data id="f" version="` + version + `">`
		body := ""
		for _, q := range strings.Fields(questions) {
			xml += "<" + q + "/>"
			body += `<input ref="/data/` + q + `"><label>` + q + `</label></input>`
		}
		xml += `</data></instance>`
		for _, q := range strings.Fields(questions) {
			xml += `<bind nodeset="/data/` + q + `" type="int"/>`
		}
		form, _, err := xform.Read([]byte(xml + `</model></h:head><h:body>` + body + `</h:body></h:html>`))
		require.NoError(t, err)
		return form
	}
	v1, v2 := read("1", "a b c"), read("2", "a c d")
	p := plan(t, export.Options{Form: "f", Versions: []*schema.Form{v1, v2}})
	var names []string
	for _, c := range p.Tables[0].Columns {
		if c.Path != "" {
			names = append(names, c.Name)
		}
	}
	require.Equal(t, []string{"a", "b", "c", "d"}, names)
	w := newTown(t, v1, v2)
	w.add(t, v1, 1, "990101001201001", survey.StatusApproved, map[string]string{"a": "1", "b": "2"}, nil)
	w.add(t, v2, 2, "990101001201001", survey.StatusApproved, map[string]string{"a": "3", "d": "-98"}, nil)
	res, out := write(t, p, w)
	require.Contains(t, res.Name, "f-1_2-")
	require.Contains(t, out, ",1,2,,\r\n")
	require.Contains(t, out, ",3,,,-98\r\n")
}

func TestCancelAndBrokenRecords(t *testing.T) {
	w, form := sentimentTown(t, 600, survey.StatusApproved)
	p := plan(t, export.Options{Versions: []*schema.Form{form}})
	stop := errors.New("stop")
	_, err := p.Write(context.Background(), w, io.Discard, func(done, total int64) error {
		require.EqualValues(t, 600, total)
		return stop
	})
	require.ErrorIs(t, err, stop)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.Write(ctx, w, io.Discard, nil)
	require.Equal(t, errs.Interrupted, errs.CodeOf(err))

	w.records[3].Packed = bytes.Clone(w.records[3].Packed[:20])
	_, err = p.Write(context.Background(), w, io.Discard, nil)
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	require.ErrorContains(t, err, w.records[3].ID)
}

func TestRefusedOptions(t *testing.T) {
	form := built(t, instruments.HouseholdSentiment)
	for name, c := range map[string]struct {
		o    export.Options
		code errs.Code
	}{
		"no form":   {export.Options{Form: "x", Format: export.CSV, Master: master}, errs.NotFound},
		"format":    {export.Options{Versions: []*schema.Form{form}, Format: "sav", Master: master}, errs.UnsupportedMedia},
		"short key": {export.Options{Versions: []*schema.Form{form}, Format: export.CSV, Master: master[:31]}, errs.Internal},
	} {
		_, err := export.NewPlan(c.o)
		require.Equal(t, c.code, errs.CodeOf(err), name)
	}
}

func TestACorrectionFileOfAnOrdinaryFormHoldsEverything(t *testing.T) {
	src := `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>x</h:title><model><instance><data id="plain">
<case_id/><party/><where/><told/><at/><photo/><hidden/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/where" type="geopoint"/><bind nodeset="/data/told" type="string" readonly="true()"/><bind nodeset="/data/at" type="dateTime"/><bind nodeset="/data/photo" type="binary"/></model></h:head>
<h:body><input ref="/data/case_id"/><input ref="/data/party"/><input ref="/data/where"/><input ref="/data/told"/><input ref="/data/at"/><upload ref="/data/photo"/></h:body></h:html>`
	form, _, err := xform.Read([]byte(src))
	require.NoError(t, err)
	w := newTown(t, form)
	answers := map[string]string{"case_id": "C1-planted", "party": "member", "where": "-1.5 2 0 0", "told": "note-planted", "at": "2026-11-23T10:00:00Z", "photo": "sha256-" + strings.Repeat("a", 64) + ".jpg", "hidden": "h-planted", "meta/instanceID": "uuid:1"}
	w.add(t, form, 1, "990101001201001", survey.StatusSubmitted, answers, nil)
	for _, whole := range []bool{true, false} {
		_, out := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Statuses: []string{survey.StatusSubmitted}, Correction: true, Whole: whole}), w)
		_, plainOut := write(t, plan(t, export.Options{Versions: []*schema.Form{form}, Statuses: []string{survey.StatusSubmitted}, Whole: whole}), w)
		for path, value := range answers {
			if path != "at" { // times are in every correction file
				require.Equal(t, whole, strings.Contains(out, value), path)
			}
			require.NotContains(t, plainOut, value, path)
			if whole {
				require.Contains(t, out, ","+strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])+",")
			}
		}
	}
}

func TestAWholeFileHoldsCalculationsAsTheyCame(t *testing.T) {
	src := `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>x</h:title><model><instance><data id="sums">
<a/><sum/><none/><meta><instanceID/></meta></data></instance><bind nodeset="/data/a" type="int"/><bind nodeset="/data/sum" type="int" calculate="/data/a + 1"/>
<bind nodeset="/data/none" type="int" calculate="/data/a + 2"/></model></h:head><h:body><input ref="/data/a"/></h:body></h:html>`
	form, _, err := xform.Read([]byte(src))
	require.NoError(t, err)
	w := newTown(t, form)
	w.add(t, form, 1, "990101001201001", survey.StatusSubmitted, map[string]string{"a": "41", "sum": "777"}, nil)
	options := export.Options{Versions: []*schema.Form{form}, Statuses: []string{survey.StatusSubmitted}, Correction: true}
	_, computed := write(t, plan(t, options), w)
	require.Contains(t, computed, ",41,42,")
	require.NotContains(t, computed, "777")
	options.Whole = true
	_, came := write(t, plan(t, options), w)
	require.Contains(t, came, ",41,777,")
	for _, file := range []string{computed, came} {
		require.Contains(t, file, "calculated-differs:sum", "either way the difference is told")
	}
}
