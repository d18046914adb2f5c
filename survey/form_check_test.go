package survey_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/survey"
)

// checkedXML is a form with a file the server makes and one that nobody gave.
func checkedXML(version, question string) []byte {
	return []byte(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>试</h:title><model>
<instance><data id="tried" version="` + version + `"><q1/><` + question + `/><meta><instanceID/></meta></data></instance>
<instance id="villages" src="jr://file-csv/villages.csv"/><instance id="wells" src="jr://file-csv/wells.csv"/>
<bind nodeset="/data/q1" type="string"/><bind nodeset="/data/` + question + `" type="int"/><bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid" xmlns:jr="http://openrosa.org/javarosa"/>
</model></h:head><h:body>
<select1 ref="/data/q1"><label>村</label><itemset nodeset="instance('villages')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
<input ref="/data/` + question + `"><label>数</label></input></h:body></h:html>`)
}

func TestCheckFormSaysWhatAddingWouldDo(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	got, _, err := w.s.CheckForm(ctx, survey.NewForm{XML: checkedXML("1", "n")})
	require.NoError(t, err)
	require.False(t, got.Known)
	require.Nil(t, got.From)
	require.Equal(t, []string{"wells.csv"}, got.Missing)
	require.Contains(t, string(got.Phone), "deprecatedID", "as phones get it")
	require.Len(t, got.Stored.Files, 1, "the list of villages is the server's")
	require.True(t, strings.HasPrefix(string(got.Stored.Files[0].Bytes), "name,label"))
	_, err = w.s.Form(ctx, "tried", "1")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "nothing is stored")

	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: checkedXML("1", "n")})
	require.NoError(t, err)
	got, _, err = w.s.CheckForm(ctx, survey.NewForm{XML: checkedXML("1", "n")})
	require.NoError(t, err)
	require.True(t, got.Known)
	got, _, err = w.s.CheckForm(ctx, survey.NewForm{XML: checkedXML("2", "m")})
	require.NoError(t, err)
	require.Equal(t, "1", *got.From)
	require.NotEmpty(t, got.Changes)
	_, _, err = w.s.CheckForm(ctx, survey.NewForm{XML: checkedXML("1", "m")})
	require.Equal(t, errs.FormChanged, errs.CodeOf(err))
	_, _, err = w.s.CheckForm(ctx, survey.NewForm{XML: []byte("<html/>")})
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
}
