package app

import (
	"context"
	"io"

	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/survey"
)

func (a *App) writeExport(context.Context, survey.ExportJob, io.Writer, func(int64, int64) error) (jobs.Result, error) {
	return jobs.Result{}, errs.New(errs.Internal, "x", "x")
}
