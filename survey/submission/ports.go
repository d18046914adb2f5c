package submission

import (
	"context"
	"io"
	"iter"

	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/survey"
)

// Submitter is who posts: an app user, or an office user who edits in Enketo.
type Submitter struct {
	User   string // id of the app user or office user: the audit's
	Worker string // author of the change sets: the worker the app user stands for; "" = User
	Role   string // sync.RoleWorker (also ""), sync.RoleReviewer
	Street string
	Grids  []string // granted now, the first is where a record lies whose place is not known
	Device string   // deviceID of the client, "" where it names none; kept with the submission
}

// File is one file of a post. Content is read before the next one is asked for, and not after.
type File struct {
	Name    string // as posted
	Content io.Reader
}

// Files yields the files of one post in order; an error ends the post (nothing is answered, the client sends it again).
type Files = iter.Seq2[File, error]

// Outcome says what became of a post. Every outcome without an error is answered 201.
type Outcome struct {
	Stream     string // answers, registry
	Record     string
	InstanceID string
	New        bool // the record began with it
	Edit       bool // it names a version that it replaces
	Repeat     bool // this instanceID with the same answers was here before
	Changed    bool // this instanceID was here before with other answers: both are kept
	Encrypted  bool
	Dropped    bool     // the record was erased: nothing was kept
	Missing    []string // files the submission names that have not arrived
}

// Forms is what is known of forms. survey.Service implements it.
type Forms interface {
	// KnownForm looks again where a form version is not known: another process may have added it.
	KnownForm(form, version string) bool
	Snapshot() *schema.Forms
	Info(form string) (survey.FormInfo, bool)
}

// Blobs keeps files under the hash of their bytes, sealed. store/blob implements it.
type Blobs interface {
	// PutStream stores what r yields, at most max bytes, and returns its name (sha256-<hex>.<ext>) and size when that is
	// durable. Codes: too-large, disk-full.
	PutStream(ctx context.Context, ext string, max int64, r io.Reader) (name string, size int64, err error)
	// Name notes that a record names a stored file, so that it may be downloaded by those who see the record.
	Name(ctx context.Context, stream, record, name string) error
	// Erase ends what was named for a record and is named for no other.
	Erase(ctx context.Context, stream, record string) error
	// Open opens a file by name. Codes: not-found, damaged.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
}

// Posted is an instance whose entity nodes are to be applied.
type Posted struct {
	Stream     string
	Record     string
	InstanceID string
	Key        string // tells apart what one instanceID came with; the same post always has the same
	Edits      string // the instanceID it is an edit of, "" = none
	Form       string
	Version    string
	Worker     string
	Street     string
	Grid       string
	At         int64 // ms, of its first arrival
	Nodes      []instance.EntityNode
}

// Entities applies what submissions say of entities. Apply is called once for each distinct instance after it is durable,
// and again only where the process ended before it could note that Apply had returned: the InstanceID tells.
type Entities interface {
	Apply(ctx context.Context, p Posted) error
}
