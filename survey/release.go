package survey

import "context"

// Release is a summary of approved records, reviewed, frozen and signed with the releasing officer's name. Its bytes
// never change; it is all that viewers and researchers see of a street.
type Release struct {
	ID       string
	Street   string
	Form     string
	By       string // user id
	ByName   string // the officer's name as it is printed
	At       int64  // ms
	Snapshot string
	Note     string
	JSON     []byte
	HTML     []byte // a fragment for a page, zh
	HTMLEN   []byte // the same in en
}

// Releases keeps released summaries. Implemented by store/sqlite/core.
type Releases interface {
	// PutRelease stores a new release. Code: conflict where the id exists.
	PutRelease(ctx context.Context, r Release) error
	// ListReleases returns releases of a street, newest first, without bytes; cursor "" = from the newest.
	ListReleases(ctx context.Context, street, cursor string, limit int) (list []Release, next string, err error)
	// GetRelease returns one with its bytes. Code: not-found.
	GetRelease(ctx context.Context, street, id string) (Release, error)
}
