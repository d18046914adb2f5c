package acceptance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/sync/wire"
)

// A second version comes out while a phone is out of reach: it goes on with the first, another takes up the second, a
// record of the first is corrected as what it is, and all stand in one list. A version that gives a path another meaning is
// refused with the reason, and the field goes on as if nothing had been.
func TestAFormIsUpgradedInTheMiddleOfTheFieldWork(t *testing.T) {
	s := start(t)
	far, near := s.handset(street1, "蒋十二"), s.handset(street1, "沈十三")
	before := far.interview(road, "1", "read_board", "2")
	far.sync()
	near.sync()

	first := sourceOf(t, form)
	second := strings.ReplaceAll(strings.Replace(first, `version="`+s.Version+`"`, `version="2027"`, 1), "read_board", "read_wall")
	add := func(xml string) error {
		_, _, _, err := s.App.Survey.AddForm(t.Context(), survey.NewForm{XML: []byte(xml), By: "us_admin"})
		return err
	}
	require.NoError(t, add(second))
	changes, err := s.App.Survey.FormChanges(t.Context(), form, s.Version, "2027")
	require.NoError(t, err)
	require.NotEmpty(t, changes)

	near.sync()
	versions := map[string]bool{}
	for _, item := range near.Items(wire.KindForm) {
		if item.ID == form {
			versions[item.Version] = true
		}
	}
	require.Equal(t, map[string]bool{s.Version: true, "2027": true}, versions, "the phone keeps the first beside the second")

	late := far.interview(road, "2", "read_board", "1") // still the first version: the phone was not reached
	fresh, err := near.New("answers", form, "2027", near.Status().Grids[0])
	require.NoError(t, err)
	fresh.Set(road, "3")
	fresh.Set("read_wall", "3")
	_, err = fresh.Submit(t.Context())
	require.NoError(t, err)
	near.sync()
	far.sync()
	sess, err := far.Edit(before) // after the second version has come to the phone
	require.NoError(t, err)
	sess.Set("read_board", "3")
	_, err = sess.Submit(t.Context())
	require.NoError(t, err)
	far.sync()

	office := s.desk("reviewer-1")
	for record, want := range map[string][3]string{
		before: {s.Version, "read_board", "3"}, late: {s.Version, "read_board", "1"}, fresh.Record(): {"2027", "read_wall", "3"},
	} {
		r := office.record(record)
		require.Equal(t, want[0], r.Version)
		require.Equal(t, want[2], *r.Answers[want[1]])
		for _, flag := range r.Flags {
			require.NotContains(t, flag, string(errs.UnknownPath))
			require.NotContains(t, flag, string(errs.UnknownForm))
		}
	}

	wrong := strings.Replace(strings.Replace(first, `version="`+s.Version+`"`, `version="2028"`, 1),
		`<bind nodeset="/data/meet12" type="int"`, `<bind nodeset="/data/meet12" type="string"`, 1)
	err = add(wrong)
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	require.ErrorContains(t, err, "meet12")
	require.ErrorContains(t, err, "was int")
	_, err = s.App.Survey.FormChanges(t.Context(), form, s.Version, "2028")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "nothing of it was stored")
}

func sourceOf(t *testing.T, id string) string {
	t.Helper()
	for _, i := range instruments.All() {
		if i.ID == id {
			return string(i.XML)
		}
	}
	require.Fail(t, "no built-in form "+id)
	return ""
}
