package entity

import (
	"context"
	"iter"
	"slices"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/survey"
)

// Service is entity lists as phones, the office and the receiver of submissions use them. Safe for concurrent use.
type Service struct {
	store  Store
	survey *survey.Service
	clock  clock.Clock
}

// New returns the service.
func New(store Store, s *survey.Service, c clock.Clock) *Service { return &Service{store, s, c} }

// Apply stores what a submission says of entities, once: the same instance and path again change nothing, and nothing of an
// erased record is taken in. Nodes that cannot be applied are kept for the office and are no error.
func (s *Service) Apply(ctx context.Context, sub Submission, nodes []instance.EntityNode) error {
	changes, faults := Read(sub, nodes)
	if len(changes) == 0 && len(faults) == 0 {
		return nil
	}
	_, err := s.store.Apply(ctx, sub, changes, faults)
	return errs.Wrap("apply entities", err)
}

// EraseRecord takes out, for ever, what a record brought.
func (s *Service) EraseRecord(ctx context.Context, record string) error {
	return s.store.Erase(ctx, record)
}

// CatchUp takes out what records brought that the journal says are erased, from where the last call ended; count is the
// number of the journal's last entry. For a start: a restored database may hold what was erased since.
func (s *Service) CatchUp(ctx context.Context, count uint64, erased func(seen uint64) iter.Seq2[string, error]) error {
	const op = "erase from entities again"
	seen, err := s.store.Replayed(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if seen > count {
		seen = 0 // of another journal
	}
	for record, err := range erased(seen) {
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := s.store.Erase(ctx, record); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if seen == count {
		return nil
	}
	return errs.Wrap(op, s.store.NoteReplayed(ctx, count))
}

// Mend makes good what a restore left; call it at every start. See Store.
func (s *Service) Mend(ctx context.Context, epoch string) (int, error) {
	return s.store.Mend(ctx, epoch)
}

// Viewer is a worker with a phone, as authentication knows them.
type Viewer struct {
	Worker string
	Street string
	Grids  []string // granted now
}

// Use is a list that a form reads, as a manifest names it.
type Use struct {
	List     string
	File     string // list name and ".csv"
	Version  string // opaque; changes whenever what the viewer would get does
	ReadOnly bool   // made by the server: households, followups
}

// Hash returns the version as OpenRosa clients want it.
func (u Use) Hash() string { return hashOf(u.Version) }

// Uses returns the lists among the files a form needs, in order of name: those that a published form writes to, and those
// the server makes. A file that was uploaded with the form goes before a list of its name.
func (s *Service) Uses(ctx context.Context, v Viewer, form *schema.Form, uploaded func(file string) bool) ([]Use, error) {
	var out []Use
	for _, file := range form.Attachments {
		name, isCSV := strings.CutSuffix(file, ".csv")
		if !isCSV || uploaded != nil && uploaded(file) {
			continue
		}
		l, err := s.list(ctx, v, name)
		if errs.CodeOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return nil, errs.Wrap("lists of form", err)
		}
		out = append(out, Use{List: name, File: file, Version: l.Version, ReadOnly: l.made != nil})
	}
	slices.SortFunc(out, func(a, b Use) int { return strings.Compare(a.File, b.File) })
	return out, nil
}

// Known reports whether there is a list of this name: a published form writes to it, or the server makes it.
func (s *Service) Known(name string) bool { return s.declared(name) || madeByServer(name) }

// declared reports whether a published form writes to a list.
func (s *Service) declared(name string) bool {
	found := false
	s.declarations(func(e *schema.Entity) { found = found || e.Dataset == name })
	return found
}

func (s *Service) declarations(visit func(*schema.Entity)) {
	forms := s.survey.Snapshot()
	for _, id := range forms.IDs() {
		for _, f := range forms.Versions(id) {
			for i := range f.Entities {
				visit(&f.Entities[i])
			}
		}
	}
}

// properties returns the columns of a list: what published forms save and what is there, sorted.
func (s *Service) properties(name string, there []string) []string {
	out := slices.Clone(there)
	s.declarations(func(e *schema.Entity) {
		if e.Dataset != name {
			return
		}
		for _, p := range e.SavedTo {
			out = append(out, p.Property)
		}
	})
	out = slices.DeleteFunc(out, func(p string) bool { return !schema.EntityPropertyName(p) })
	slices.Sort(out)
	return slices.Compact(out)
}

// Deleted says of each id whether its entity is gone: the office deleted it, it is not shown any more, or it left the viewer's
// places. An id that never came is not in the answer: the phone may be about to send it. Code not-found (no such list).
func (s *Service) Deleted(ctx context.Context, v Viewer, list string, ids []string) (map[string]bool, error) {
	const op = "integrity of entities"
	if !s.Known(list) {
		return nil, errs.New(errs.NotFound, op, "no such list")
	}
	places := placesOf(v.Street, v.Grids)
	out := make(map[string]bool, len(ids))
	if !s.declared(list) {
		return out, nil
	}
	for _, asked := range ids {
		id, good := idOf(strings.TrimSpace(asked))
		if !good {
			continue
		}
		r, there, err := s.store.Entity(ctx, v.Street, list, id)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		if there {
			out[asked] = r.Gone() || r.Created && !slices.Contains(places, r.Place)
		}
	}
	return out, nil
}
