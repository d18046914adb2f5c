package app

import (
	"context"
	"io"

	"ruhu/store/blob"
	"ruhu/store/sqlite/logdb"
	"ruhu/survey/submission"
)

// openSubmissions makes the service that takes what OpenRosa clients post. Who hears of an erasure hears too of the records that
// went into the erased one.
func (a *App) openSubmissions(context.Context) (err error) {
	alone := a.Survey.Erased
	a.Survey.Erased = func(ctx context.Context, record string) error {
		for _, s := range a.streams() {
			went, err := s.store.Retired(ctx, record)
			if err != nil {
				return err
			}
			for _, id := range went {
				if err := alone(ctx, id); err != nil {
					return err
				}
			}
		}
		return alone(ctx, record)
	}
	a.Submissions, err = submission.New(submission.Config{
		Answers:  submission.Log{Engine: a.Answers, Store: a.AnswersLog, Reader: logdb.SubmissionReader, Ledger: logdb.SubmissionLedger},
		Registry: submission.Log{Engine: a.Registry, Store: a.RegistryLog, Reader: logdb.SubmissionReader, Ledger: logdb.SubmissionLedger},
		Forms:    a.Survey, Blobs: posted{a.Blobs}, Clock: a.opts.Clock, Cases: a.AnswersLog.CaseGrid, Entities: entityLists{a}, Erased: a.Survey.Erased,
		Fault: func(err error) { a.opts.Log.Error("entities of a submission", "error", err) },
	})
	return err
}

// posted keeps the files of submissions among the attachments.
type posted struct{ *blob.Store }

var _ submission.Blobs = posted{}

// Name implements submission.Blobs.
func (p posted) Name(ctx context.Context, stream, record, name string) error {
	return p.Store.Ref(ctx, blob.Ref{Stream: stream, Record: record, Name: name, Device: "openrosa"})
}

// Erase implements submission.Blobs.
func (p posted) Erase(ctx context.Context, stream, record string) error {
	return p.Store.EraseRecord(ctx, stream, record)
}

// Open implements submission.Blobs.
func (p posted) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	const prefix = len("sha256-")
	if len(name) < prefix+64 {
		return p.Store.Open(ctx, name)
	}
	return p.Store.Open(ctx, name[prefix:prefix+64])
}
