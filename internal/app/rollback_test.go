package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/servertest"
	"ruhu/store/sqlite/logdb"
)

func TestAnOlderDatabaseBeginsANewEpochAndForgetsWhatWasErased(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	erased := withPhoto(t, w, p)
	w.Stop()
	file := filepath.Join(w.Dir, "answers.db")
	old, err := os.ReadFile(file)
	require.NoError(t, err)
	epoch := func() (now string, former []string) {
		now, former, err := w.App.Answers.Epoch(t.Context())
		require.NoError(t, err)
		return now, former
	}
	w.Open()
	first, _ := epoch()
	later := withPhoto(t, w, p)
	for _, record := range []string{erased, later} {
		w.People["reviewer-1"].Get("/v1/records/" + record).Want(200)
	}
	_, err = w.App.Answers.Erase(t.Context(), servertest.Street1, erased, "asked")
	require.NoError(t, err)
	w.Stop()

	// The control: a stop and a start change nothing.
	w.Open()
	again, _ := epoch()
	require.Equal(t, first, again)
	require.NotContains(t, w.Log.String(), "behind the journal")
	w.Stop()

	require.NoError(t, os.WriteFile(file, old, 0o600))
	w.Open()
	now, former := epoch()
	require.NotEqual(t, first, now)
	require.Contains(t, former, first)
	require.Contains(t, w.Log.String(), "behind the journal")
	w.People["reviewer-1"].Get("/v1/records/" + later).Problem("not-found")
	w.People["reviewer-1"].Get("/v1/records/" + erased).Problem("erased")
	count, err := w.App.Journal.Count()
	require.NoError(t, err)
	require.NotZero(t, count)
	w.Stop()
	w.Open()
	again, _ = epoch()
	require.Equal(t, now, again, "once is enough")
	for _, log := range []*logdb.Log{w.App.AnswersLog, w.App.RegistryLog} {
		applied, err := log.Replayed(t.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, applied, count, "the next start does not read the journal from its beginning")
	}
}
