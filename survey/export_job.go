package survey

import "context"

// ExportState is where an export job stands.
type ExportState string

// The states of a job; done, failed and cancelled are final.
const (
	ExportQueued    ExportState = "queued"
	ExportRunning   ExportState = "running"
	ExportDone      ExportState = "done"
	ExportFailed    ExportState = "failed"
	ExportCancelled ExportState = "cancelled"
)

// ExportJob is one export made in the background: what was asked for, by whom, and how far it is.
type ExportJob struct {
	ID         string
	Owner      string // user id
	Form       string
	Format     string
	Area       string
	Statuses   []string
	Correction bool // a reviewer's correction file
	State      ExportState
	Done       int64 // rows written
	Total      int64 // rows to write
	Created    int64 // ms
	Finished   int64 // ms, 0 = not yet
	Lease      int64 // ms until which its runner holds it
	File       string
	Size       int64
	Snapshot   string
	Code       string // catalogue code of what made it fail
}

// ExportJobs keeps jobs. Implemented by store/sqlite/core.
type ExportJobs interface {
	// PutJob stores a job or what became of it.
	PutJob(ctx context.Context, j ExportJob) error
	// GetJob returns a job of an owner. Code: not-found, also for those of others.
	GetJob(ctx context.Context, owner, id string) (ExportJob, error)
	// ListJobs returns an owner's jobs, newest first; cursor "" = from the newest.
	ListJobs(ctx context.Context, owner, cursor string, limit int) (list []ExportJob, next string, err error)
	// ClaimJob takes the oldest job that is queued, or running with a lease that ended, and leases it until then; false
	// where there is none.
	ClaimJob(ctx context.Context, now, until int64) (ExportJob, bool, error)
	// AdvanceJob notes progress and prolongs the lease of a running job; false where it is no longer running (cancelled).
	AdvanceJob(ctx context.Context, id string, done, total, until int64) (bool, error)
	// ExpireJobs forgets jobs finished before an instant and returns their ids, at most limit.
	ExpireJobs(ctx context.Context, before int64, limit int) ([]string, error)
}
