package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"io"

	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/store/sqlite"
	"ruhu/survey"
)

// Export writes one export of the answers as they are now, for the operator at the machine; see writeExport for jobs.
func (a *App) Export(ctx context.Context, job survey.ExportJob, w io.Writer, progress func(done, total int64) error) (jobs.Result, error) {
	return a.writeExport(ctx, job, w, progress)
}

// SummaryJSON returns a street's live summary. Code: not-found.
func (a *App) SummaryJSON(ctx context.Context, street, form string) ([]byte, error) {
	return summaries{a}.JSON(ctx, street, form)
}

// SummaryPage writes a street's live summary as a page of its own, zh or en. Code: not-found.
func (a *App) SummaryPage(ctx context.Context, street, form, lang string, w io.Writer) error {
	made, err := summaries{a}.build(ctx, street, form, false)
	if err != nil {
		return err
	}
	return errs.Wrap("summary page", made.Page(w, lang))
}

// Whole returns the directory as verify, backup and backup-keys see it.
func (a *App) Whole() *sqlite.Data {
	return &sqlite.Data{Dir: a.Dir, Core: a.Core.File(), Link: a.Links.File(), Frame: a.Frame.File(), Answers: a.AnswersLog, Registry: a.RegistryLog,
		Blobs: a.Blobs, Keys: a.Keys, Journal: a.Journal, Clock: a.opts.Clock, PublicKey: a.publicKey}
}

// publicKey returns the key a device signs with.
func (a *App) publicKey(device string) (*ecdsa.PublicKey, bool) {
	d, err := a.Auth.DeviceByID(context.Background(), device)
	if err != nil || len(d.PublicKey) == 0 {
		return nil, false
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), d.PublicKey)
	return key, err == nil
}
