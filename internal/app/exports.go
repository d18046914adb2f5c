package app

import (
	"context"
	"io"

	"ruhu/auth"
	"ruhu/internal/jobs"
	"ruhu/survey"
	"ruhu/survey/export"
)

// writeExport makes the file of a job from one snapshot of the answers. Pseudonyms hold for one owner, grant and snapshot.
func (a *App) writeExport(ctx context.Context, job survey.ExportJob, w io.Writer, progress func(done, total int64) error) (jobs.Result, error) {
	info, used := a.Survey.Info(job.Form)
	// Nobody was promised anything about a form that no survey uses: the operator gets what came, as in a correction file.
	correction := job.Correction || !used && job.Owner == auth.OperatorID
	grant, err := a.Auth.ResearchGrantOf(ctx, job.Owner)
	if err != nil {
		return jobs.Result{}, err
	}
	plan, err := export.NewPlan(export.Options{Form: job.Form, Versions: a.Survey.Snapshot().Versions(job.Form), Area: job.Area,
		Statuses: job.Statuses, Format: export.Format(job.Format), Correction: correction, Whole: !info.Kind.Protected(), Demo: a.opts.Demo,
		Master: a.Keys.Derive("pseudonym"), Grant: job.Owner + grant})
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
