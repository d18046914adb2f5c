package openrosa

import (
	"context"
	"io"
	"time"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/survey"
	"ruhu/survey/submission"
)

// Users knows app users; auth.Service does.
type Users interface {
	// AuthenticateAppKey: codes unauthenticated (malformed), forbidden (unknown), device-revoked.
	AuthenticateAppKey(ctx context.Context, key string) (auth.Principal, error)
	// AuthenticateAppPassword: codes unauthenticated, device-revoked.
	AuthenticateAppPassword(ctx context.Context, username, password string) (auth.Principal, error)
	// AuthenticateAppDigest: codes unauthenticated, device-revoked.
	AuthenticateAppDigest(ctx context.Context, r auth.DigestRequest) (auth.Principal, error)
	// OpenEdit: codes unauthenticated (malformed), forbidden.
	OpenEdit(ctx context.Context, token string) (auth.Principal, auth.EditGrant, error)
	// DigestChallenge returns the value of a WWW-Authenticate header.
	DigestChallenge(stale bool) (string, error)
}

// Forms knows forms and their files; survey.Service does.
type Forms interface {
	// CatalogVersion grows with every change of what the other methods return.
	CatalogVersion(ctx context.Context) (uint64, error)
	Offers() []survey.Offer
	// OfferOf: any version, closed ones too. Code not-found.
	OfferOf(ctx context.Context, id, version string) (survey.Offer, error)
	// FormBytes: any version, closed ones too. Code not-found.
	FormBytes(ctx context.Context, id, version string) (xml []byte, md5 string, err error)
	// FilesOf returns the files there are, and the names of those the form asks for. Code not-found.
	FilesOf(ctx context.Context, id, version string) (files []survey.FormFile, asked []string, err error)
	// FormFile returns one with its bytes. Code not-found.
	FormFile(ctx context.Context, id, version, name string) (survey.FormFile, error)
}

// Submissions takes what clients post.
type Submissions interface {
	// Receive returns when the post is durable. Whatever it returns without an error is answered 201. Codes: unknown-form,
	// submission-unreadable, too-large, out-of-area, over-quota, busy, disk-full.
	Receive(ctx context.Context, who submission.Submitter, xml []byte, files submission.Files, incomplete bool) (submission.Outcome, error)
}

// Files opens what came with submissions; submission.Service does.
type Files interface {
	// OpenFile opens a file that an instance of a record names. Codes: not-found, erased.
	OpenFile(ctx context.Context, record, instance, name string) (io.ReadSeekCloser, error)
}

// Entities keeps entity lists.
type Entities interface {
	// Open returns a list as p sees it. after is a mark p has seen: then only what changed since is written, where that can
	// still be told. Code not-found where there is no such list.
	Open(ctx context.Context, p auth.Principal, list, after string) (List, error)
	// Deleted says of each id whether its entity is gone for p. Ids nobody knows are not in the answer.
	Deleted(ctx context.Context, p auth.Principal, list string, ids []string) (map[string]bool, error)
}

// List is an entity list ready to be written.
type List struct {
	Mark string // opaque, fit for an ETag; changes with what would be written of the whole
	// Write writes CSV: name, label, __version, then properties.
	Write func(ctx context.Context, w io.Writer) error
}

// Config is what a Handler is made of.
type Config struct {
	Users       Users
	Forms       Forms
	Submissions Submissions
	Entities    Entities // nil = there are no entity lists
	Files       Files    // nil = records are not handed out for editing
	Clock       clock.Clock
	Sockets     clock.Clock // the machine's time, for deadlines of connections
	// Admit says how long a client must wait before its request is taken, 0 = not at all. failed: its credentials were wrong.
	Admit func(p auth.Principal, ip string, failed bool) time.Duration
}
