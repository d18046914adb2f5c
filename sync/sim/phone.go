package sim

import (
	"context"

	"ruhu/sync/crdt"
	"ruhu/sync/phone"
)

// Phone is what a simulation asks of a phone's program. Its methods are those of sync/phone.
type Phone interface {
	Enrol(ctx context.Context, code, name, platform string) error
	New(stream phone.Stream, form, version, grid string) (Session, error)
	Edit(record string) (Session, error)
	Sync(ctx context.Context) (phone.Report, error)
	Pull(ctx context.Context) (phone.PullReport, error)
	View(record string) (*phone.View, error)
	Records() []string
	Drafts() []string
	Log() []phone.Sent
	Status() phone.Status
}

// Session is a form that is open on a phone.
type Session interface {
	Record() string
	Screen() *crdt.State
	Set(path, value string)
	Clear(path string)
	Confirm(path string)
	KeepRow(row string)
	DelRow(row string)
	Save(ctx context.Context) error
	Cut(ctx context.Context) (*crdt.ChangeSet, error)
	Submit(ctx context.Context) (*crdt.ChangeSet, error)
	Leave(ctx context.Context) (*crdt.ChangeSet, error)
}

// Open starts the reference phone.
func Open(ctx context.Context, o phone.Options) (Phone, error) {
	p, err := phone.Open(ctx, o)
	return reference{p}, err
}

// reference is sync/phone's phone with sessions that other programs have too.
type reference struct{ *phone.Phone }

// New implements Phone.
func (r reference) New(stream phone.Stream, form, version, grid string) (Session, error) {
	return r.Phone.New(stream, form, version, grid)
}

// Edit implements Phone.
func (r reference) Edit(record string) (Session, error) { return r.Phone.Edit(record) }
