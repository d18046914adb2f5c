package server

import (
	"context"
	"io"
	"slices"

	"ruhu/auth"
	"ruhu/survey"
	"ruhu/survey/submission"
	"ruhu/survey/summary"
)

// This file names what the server needs of others beside auth, sync and survey. internal/app puts the parts together.

// Attachments keeps the bytes of finished uploads under their hash, sealed under the key of the record that names them.
type Attachments interface {
	// MayUpload reports whether a device may begin an upload: it wrote to the record, which names the attachment, and the
	// limits for one record and one day hold. Codes: not-found, erased, over-quota.
	MayUpload(ctx context.Context, device, record, name string, size int64) error
	// Accept takes an upload's bytes for a record. name is the value in the record, sha256-<hex>.<ext>; bytes of another
	// hash are refused with code invalid, the same ones again are no error.
	Accept(ctx context.Context, device, record, name string, r io.Reader, size int64) error
	// Stat returns each record's copy of a hash. Code: not-found where there is none.
	Stat(ctx context.Context, hash string) ([]Attachment, error)
	// Open returns the bytes. Code: not-found, also after erasure.
	Open(ctx context.Context, a Attachment) (io.ReadSeekCloser, error)
}

// Attachment is one record's copy of a stored attachment.
type Attachment struct {
	Hash      string // 64 hex digits
	Name      string // sha256-<hex>.<ext>
	Size      int64
	Record    string
	Street    string
	Grid      string
	Author    string // worker id of the record's author
	Assignees []string
	Open      bool // whole on the phones of author and assignees
}

// Visible reports whether a worker's phone may hold the attachment: that of author or assignee while the record is open.
func (a Attachment) Visible(worker, street string) bool {
	return a.Open && a.Street == street && (a.Author == worker || slices.Contains(a.Assignees, worker))
}

// Summaries makes a street's masked summary and freezes it.
type Summaries interface {
	// JSON returns the live summary. Code: not-found.
	JSON(ctx context.Context, street, form string) ([]byte, error)
	// HTML returns the live summary in zh or en as a fragment for a page of this server.
	HTML(ctx context.Context, street, form, lang string) ([]byte, error)
	// Draft returns what Release would freeze now. Code: not-found.
	Draft(ctx context.Context, street, form string) (ReleaseDraft, error)
	// Release freezes the summary of approved records, checked against earlier releases, signed with the officer's name.
	// snapshot, where not "", is that of the draft that was looked at. Codes: not-found, rule, changed-since.
	Release(ctx context.Context, p auth.Principal, street, form, note, snapshot string) (survey.Release, error)
}

// ReleaseDraft is a release before it is frozen.
type ReleaseDraft struct {
	Snapshot   string
	Approved   int64 // records that count
	Live       int64 // and those that would, were they approved
	Suppressed []summary.Suppressed
	JSON       []byte
}

// Exports runs exports as jobs and keeps their files for a day; internal/jobs does.
type Exports interface {
	// Create queues a job; ID, State and Created are given there. Code: too-many-requests.
	Create(ctx context.Context, job survey.ExportJob) (survey.ExportJob, error)
	// Get returns a job of this owner. Code: not-found, also for those of others.
	Get(ctx context.Context, owner, id string) (survey.ExportJob, error)
	// List lists jobs newest first.
	List(ctx context.Context, owner, cursor string, limit int) (list []survey.ExportJob, next string, err error)
	// Cancel stops a job or deletes its file.
	Cancel(ctx context.Context, owner, id string) error
	// Open returns a finished job's file. Codes: not-found, conflict (not finished).
	Open(ctx context.Context, owner, id string) (io.ReadSeekCloser, survey.ExportJob, error)
}

// Posts returns what OpenRosa clients posted of records; submission.Service does. Whether somebody may see a record is
// decided before.
type Posts interface {
	// Bodies lists the posts of a record, oldest first. Codes: not-found, erased.
	Bodies(ctx context.Context, record string) ([]submission.Post, error)
	// Body returns the exact bytes of one; the zero Hash names the first of its instanceID. Codes: not-found, erased.
	Body(ctx context.Context, record, instance string, id submission.Hash) ([]byte, error)
	// Instance returns a record as a filled-in form to be edited. Codes: not-found, erased, unknown-form, rule.
	Instance(ctx context.Context, record string) (submission.Sheet, error)
	// OpenFile opens a file that came with an instance. Codes: not-found, erased.
	OpenFile(ctx context.Context, record, instance, name string) (io.ReadSeekCloser, error)
}

// Health says whether the stores take work.
type Health interface {
	// Ready returns nil, or why not, with a code.
	Ready(ctx context.Context) error
	// Epoch returns the id of the present epoch.
	Epoch(ctx context.Context) (string, error)
	// AuditHeads returns the ends of the audit log that were noted outside its database.
	AuditHeads(ctx context.Context) ([]auth.AuditHead, error)
}
