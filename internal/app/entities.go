package app

import (
	"context"
	"iter"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/openrosa"
	"ruhu/store/keys"
	"ruhu/survey/entity"
	"ruhu/survey/submission"
	"ruhu/sync"
)

// openEntities makes the entity lists, which lie in the registry's file, and lets them hear of erasures.
func (a *App) openEntities(context.Context) error {
	a.Entities = entity.New(a.Frame.Entities(a.Keys.Slots(keys.Registry)), a.Survey, a.opts.Clock)
	a.Survey.Erased = a.Entities.EraseRecord
	return nil
}

// eraseEntities takes out of entity lists what the journal says was erased since the last start: a restore may have brought
// it back, or a crash have come between the log and the lists.
func (a *App) eraseEntities(ctx context.Context) error {
	epoch, err := sync.AlignEpochs(ctx, a.Answers, a.Registry)
	if err != nil {
		return err
	}
	if _, err := a.Entities.Mend(ctx, epoch); err != nil {
		return err
	}
	count, err := a.Journal.Count()
	if err != nil {
		return err
	}
	return a.Entities.CatchUp(ctx, count, func(seen uint64) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, stream := range [...]sync.Stream{sync.Answers, sync.Registry} {
				for e, err := range a.Journal.SyncEntriesAfter(stream, seen) {
					if (err != nil || e.Kind == sync.JournalErase) && !yield(e.Record, err) {
						return
					}
				}
			}
		}
	})
}

// entityLists shows entity lists to OpenRosa clients, and takes what submissions say of entities.
type entityLists struct{ app *App }

func viewerOf(p auth.Principal) entity.Viewer {
	return entity.Viewer{Worker: p.UserID, Street: p.Street, Grids: p.Grids}
}

// Open implements openrosa.Entities.
func (e entityLists) Open(ctx context.Context, p auth.Principal, list, after string) (openrosa.List, error) {
	l, err := e.app.Entities.Open(ctx, viewerOf(p), list, after)
	if err != nil {
		return openrosa.List{}, err
	}
	return openrosa.List{Mark: l.Version, Write: l.Write}, nil
}

// Deleted implements openrosa.Entities.
func (e entityLists) Deleted(ctx context.Context, p auth.Principal, list string, ids []string) (map[string]bool, error) {
	return e.app.Entities.Deleted(ctx, viewerOf(p), list, ids)
}

// Apply implements submission.Entities.
func (e entityLists) Apply(ctx context.Context, p submission.Posted) error {
	if p.Street == "" {
		return errs.New(errs.Internal, "apply entities", "a submission without a street")
	}
	return e.app.Entities.Apply(ctx, entity.Submission{Record: p.Record, Instance: p.InstanceID, Variant: p.Key, Edits: p.Edits, Street: p.Street, Worker: p.Worker,
		Form: e.app.Survey.Snapshot().Get(p.Form, p.Version), Received: p.At}, p.Nodes)
}
