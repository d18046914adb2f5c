package survey_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/instruments"
	"ruhu/store/sqlite/core"
	"ruhu/survey"
)

func TestOpeningNeedsWhatProtectsRespondents(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	without := strings.Replace(surveyYAML, "pia: pia.pdf\n", "", 1)
	_, err := w.s.ImportSurvey(ctx, strings.NewReader(without))
	require.NoError(t, err)
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.Contains(t, err.Error(), "impact assessment")
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(surveyYAML))
	require.NoError(t, err)
	_, err = w.s.OpenSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.Contains(t, err.Error(), "hh_sentiment")
	_, err = w.s.CloseSurvey(ctx, "demo")
	require.Equal(t, errs.Rule, errs.CodeOf(err), "what was never open cannot be closed")
	_, err = w.s.OpenSurvey(ctx, "other")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

const formWithPhone = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title><model>
<instance><data id="hh_sentiment" version="9"><case_id/><phone/><where/></data></instance><bind nodeset="/data/phone" type="string"/><bind nodeset="/data/where" type="geopoint"/><bind nodeset="/data/case_id" type="string"/></model></h:head>
<h:body><input ref="/data/phone"><label>Phone</label></input><input ref="/data/where"><label>Where</label></input></h:body></h:html>`

func TestSentimentFormsMayNotIdentify(t *testing.T) {
	ctx := context.Background()
	w := settled(t)
	_, _, _, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte(formWithPhone)})
	require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err))
	var named []string
	for _, f := range survey.FaultsOf(err).List {
		named = append(named, f.Name)
	}
	require.Equal(t, []string{"phone", "where"}, named, "every question is named")
	forms, err := w.s.Forms(ctx)
	require.NoError(t, err)
	require.Len(t, forms, len(instruments.All()), "a refused form is not stored")

	other := newTown(t) // the same form first, the survey after it
	_, _, _, err = other.s.AddForm(ctx, survey.NewForm{XML: []byte(formWithPhone)})
	require.NoError(t, err, "no survey calls it a sentiment form yet")
	_, err = other.s.ImportSurvey(ctx, strings.NewReader(surveyYAML))
	require.Equal(t, errs.SentimentIdentity, errs.CodeOf(err))
	list, err := other.s.Surveys(ctx)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestSurveysChangeOnlyAsTheyMay(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	again, err := w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, "告知书", "新告知书", 1)))
	require.NoError(t, err)
	require.Equal(t, survey.SurveyOpen, again.State)
	require.Len(t, again.Notices, 2, "a changed notice is a version of its own")
	require.NotEqual(t, again.Notices[0].Hash, again.Notices[1].Hash)
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, ", {id: visit_log, kind: visit}", "", 1)))
	require.Equal(t, errs.Rule, errs.CodeOf(err), "an open survey cannot lose a form")
	_, err = w.s.ImportSurvey(ctx, strings.NewReader(strings.Replace(surveyYAML, "id: demo", "id: twin", 1)))
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	file, err := w.s.FormFile(ctx, "hh_sentiment", w.s.Snapshot().Latest("hh_sentiment").Version, survey.NoticeFile)
	require.NoError(t, err)
	require.Contains(t, string(file.Bytes), "current,")
	require.Contains(t, string(file.Bytes), again.Notices[1].Hash)
}

func TestWhatAnotherProcessAddedIsSeen(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	second, err := core.Open(filepath.Join(w.dir, "core.db"), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Close()) }()
	other, err := survey.New(ctx, survey.Config{Catalog: second.Survey(), Registry: w.frame, Links: w.links, Clock: w.clock, Rand: &locked{r: rand.NewChaCha8([32]byte{5})}, WorkerKey: make([]byte, 32)})
	require.NoError(t, err)
	xml := strings.NewReplacer(`id="hh_sentiment"`, `id="late"`, `version="9"`, `version="1"`).Replace(formWithPhone)
	require.False(t, w.s.KnownForm("late", "1"))
	stored, _, added, err := other.AddForm(ctx, survey.NewForm{XML: []byte(xml), Files: []survey.FormFile{{Name: "a.csv", Bytes: []byte("name\n")}}})
	require.NoError(t, err)
	require.True(t, added)
	require.True(t, w.s.KnownForm("late", "1"))
	again, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte(xml)})
	require.NoError(t, err)
	require.False(t, added)
	require.Equal(t, stored.SHA256, again.SHA256)
	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: []byte(strings.Replace(xml, "<h:title>t<", "<h:title>u<", 1))})
	require.Equal(t, errs.FormChanged, errs.CodeOf(err))
	file, err := w.s.FormFile(ctx, "late", "1", "a.csv")
	require.NoError(t, err)
	require.Equal(t, "name\n", string(file.Bytes))
	_, err = w.s.FormFile(ctx, "late", "1", "../core.db")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: []byte(strings.Replace(xml, `version="1"`, `version="2"`, 1)), Files: []survey.FormFile{{Name: "../x"}}})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	_, faults, _, err := w.s.AddForm(ctx, survey.NewForm{XML: []byte("<nope/>")})
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	require.NotEmpty(t, faults)
	require.NoError(t, w.s.CloseForm(ctx, "late", "1"))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.CloseForm(ctx, "late", "7")))
}
