package server

import (
	"context"
	"io"
	"time"

	"ruhu/auth"
	"ruhu/schema"
)

// This file names what the server needs of others beside auth, sync and survey. internal/app puts the parts together.

// Attachments keeps the bytes of finished uploads under their hash, sealed.
type Attachments interface {
	// Accept takes an upload's bytes for a record. name is the value in the record, sha256-<hex>.<ext>; bytes of another
	// hash are refused with code invalid, others of the same name again are no error.
	Accept(ctx context.Context, device, record, name string, r io.Reader, size int64) error
	// Stat returns the records that name a hash, and its size and type; code not-found where none does.
	Stat(ctx context.Context, hash string) (Attachment, error)
	// Open returns the bytes as one of its records holds them; code not-found also after erasure.
	Open(ctx context.Context, a Attachment) (io.ReadSeekCloser, error)
	// MayUpload reports whether a device may begin an upload for a record: it wrote there, and the day's quota holds.
	// Codes: not-found, over-quota, too-large.
	MayUpload(ctx context.Context, device, record string, size int64) error
}

// Attachment is a stored attachment.
type Attachment struct {
	Hash    string // 64 hex digits
	Name    string // sha256-<hex>.<ext>
	Size    int64
	Record  string
	Street  string
	Grid    string
	Author  string   // worker id of the record's author
	Workers []string // assignees
}

// Forms is the catalogue of forms.
type Forms interface {
	Snapshot() *schema.Forms
}

// Release is a frozen summary.
type Release struct {
	ID         string
	Street     string
	Form       string
	By         string // user id
	ByName     string // the officer's name
	At         time.Time
	Snapshot   string
	Note       string
	JSON, HTML []byte // HTML in the language it was released in; nil in lists
}

// Summaries makes a street's masked summary and keeps the released ones.
type Summaries interface {
	// JSON returns the live summary. Code: not-found.
	JSON(ctx context.Context, street, form string) ([]byte, error)
	// HTML returns the live summary as an HTML fragment for a page of this server.
	HTML(ctx context.Context, street, form, lang string) ([]byte, error)
	// Release freezes the summary of approved records, checked against earlier releases. Codes: not-found, rule.
	Release(ctx context.Context, p auth.Principal, street, form, note string) (Release, error)
	// Releases lists releases newest first, without bytes.
	Releases(ctx context.Context, street, cursor string, limit int) (list []Release, next string, err error)
	// Released returns a release with its bytes. Code: not-found.
	Released(ctx context.Context, street, id string) (Release, error)
}

// ExportJob is one export as a job.
type ExportJob struct {
	ID         string
	Owner      string // user id
	Form       string
	Format     string
	Area       string
	Statuses   []string
	Correction bool
	State      string // queued running done failed cancelled
	Done       int64
	Total      int64
	Created    time.Time
	Finished   time.Time
	File       string
	Size       int64
	Snapshot   string
	Code       string // why it failed
}

// Exports runs exports as jobs and keeps their files for a day.
type Exports interface {
	Create(ctx context.Context, p auth.Principal, job ExportJob) (ExportJob, error)
	// Get returns a job of this owner; code not-found also for those of others.
	Get(ctx context.Context, owner, id string) (ExportJob, error)
	List(ctx context.Context, owner, cursor string, limit int) (list []ExportJob, next string, err error)
	// Cancel stops a job or deletes its file.
	Cancel(ctx context.Context, owner, id string) error
	// Open returns a finished job's file.
	Open(ctx context.Context, owner, id string) (io.ReadSeekCloser, ExportJob, error)
}

// Erasure is a bulk erasure, which two administrators decide.
type Erasure struct {
	ID          string
	Records     []string
	Reason      string
	RequestedBy string
	Requested   time.Time
	ConfirmedBy string
	Confirmed   time.Time
	Missing     []string
}

// Erasures keeps bulk erasures and carries them out.
type Erasures interface {
	Request(ctx context.Context, p auth.Principal, records []string, reason string) (Erasure, error)
	// Confirm erases; code rule where the same person asked for it, not-found, conflict where it is done.
	Confirm(ctx context.Context, p auth.Principal, id string) (Erasure, error)
	List(ctx context.Context, cursor string, limit int) (list []Erasure, next string, err error)
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
