package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/store/sqlite/core"
	"ruhu/survey"
)

func start(t *testing.T, write jobs.Write) *jobs.Exports {
	t.Helper()
	dir := t.TempDir()
	db, err := core.Open(filepath.Join(dir, "core.db"), nil)
	require.NoError(t, err)
	e, err := jobs.New(db, filepath.Join(dir, "exports"), write, clock.System(), rand.Reader, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done; require.NoError(t, db.Close()) })
	return e
}

func until(t *testing.T, e *jobs.Exports, id string, state survey.ExportState) survey.ExportJob {
	t.Helper()
	var job survey.ExportJob
	require.Eventually(t, func() bool {
		var err error
		job, err = e.Get(t.Context(), "us_a", id)
		return err == nil && job.State == state
	}, 10*time.Second, 5*time.Millisecond)
	return job
}

func TestExportRunsAndIsReadByItsOwnerOnly(t *testing.T) {
	e := start(t, func(_ context.Context, job survey.ExportJob, w io.Writer, progress func(int64, int64) error) (jobs.Result, error) {
		_, err := io.WriteString(w, "rows of "+job.Form)
		return jobs.Result{Name: "f.csv", Snapshot: "s1"}, errors.Join(err, progress(3, 3))
	})
	job, err := e.Create(t.Context(), survey.ExportJob{Owner: "us_a", Form: "hh", Format: "csv"})
	require.NoError(t, err)
	done := until(t, e, job.ID, survey.ExportDone)
	require.Equal(t, "f.csv", done.File)
	require.Equal(t, "s1", done.Snapshot)
	require.EqualValues(t, 10, done.Size)

	f, _, err := e.Open(t.Context(), "us_a", job.ID)
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, "rows of hh", string(b))

	_, _, err = e.Open(t.Context(), "us_b", job.ID)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.NoError(t, e.Cancel(t.Context(), "us_a", job.ID))
	_, _, err = e.Open(t.Context(), "us_a", job.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
}

func TestFailedExportSaysWhyAndLeavesNoFile(t *testing.T) {
	e := start(t, func(context.Context, survey.ExportJob, io.Writer, func(int64, int64) error) (jobs.Result, error) {
		return jobs.Result{}, errs.New(errs.NotFound, "export", "no form")
	})
	job, err := e.Create(t.Context(), survey.ExportJob{Owner: "us_a", Form: "hh", Format: "csv"})
	require.NoError(t, err)
	require.Equal(t, string(errs.NotFound), until(t, e, job.ID, survey.ExportFailed).Code)
	_, _, err = e.Open(t.Context(), "us_a", job.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
}

func TestCancelStopsARunningExport(t *testing.T) {
	started := make(chan struct{})
	e := start(t, func(ctx context.Context, _ survey.ExportJob, _ io.Writer, _ func(int64, int64) error) (jobs.Result, error) {
		close(started)
		<-ctx.Done()
		return jobs.Result{}, ctx.Err()
	})
	job, err := e.Create(t.Context(), survey.ExportJob{Owner: "us_a", Form: "hh", Format: "csv"})
	require.NoError(t, err)
	<-started
	require.NoError(t, e.Cancel(t.Context(), "us_a", job.ID))
	until(t, e, job.ID, survey.ExportCancelled)
}
