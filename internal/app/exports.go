package app

import (
	"context"
	"io"

	"ruhu/internal/jobs"
	"ruhu/survey"
	"ruhu/survey/export"
)

// writeExport makes the file of a job from one snapshot of the answers. Pseudonyms hold for one owner and snapshot.
func (a *App) writeExport(ctx context.Context, job survey.ExportJob, w io.Writer, progress func(done, total int64) error) (jobs.Result, error) {
	info, _ := a.Survey.Info(job.Form)
	plan, err := export.NewPlan(export.Options{Form: job.Form, Versions: a.Survey.Snapshot().Versions(job.Form), Area: job.Area,
		Statuses: job.Statuses, Format: export.Format(job.Format), Correction: job.Correction, Whole: !info.Kind.Protected(), Demo: a.opts.Demo,
		Master: a.Keys.Derive("pseudonym"), Grant: job.Owner})
	if err != nil {
		return jobs.Result{}, err
	}
	var res export.Result
	err = a.Records.Snapshot(ctx, func(snap survey.Snapshot) error {
		res, err = plan.Write(ctx, snap, w, progress)
		return err
	})
	return jobs.Result{Name: res.Name, Snapshot: res.Snapshot}, err
}
