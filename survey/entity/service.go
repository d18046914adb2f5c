package entity

import (
	"context"
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

// Mend makes good what a restore left; see Store.
func (s *Service) Mend(ctx context.Context) (int, error) { return s.store.Mend(ctx) }

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

// Presence says whether an entity that a phone has is gone.
type Presence struct {
	ID      string
	Deleted bool
}

// Integrity answers for each id, in the order asked: deleted where the office deleted it, where it is not shown any more, or
// where it left the viewer's places. An id that never came is not deleted: the phone may be about to send it. Code not-found
// (no such list).
func (s *Service) Integrity(ctx context.Context, v Viewer, list string, ids []string) ([]Presence, error) {
	const op = "integrity of entities"
	if !s.Known(list) {
		return nil, errs.New(errs.NotFound, op, "no such list")
	}
	places := placesOf(v.Street, v.Grids)
	out := make([]Presence, 0, len(ids))
	for _, asked := range ids {
		p := Presence{ID: asked}
		if id, good := idOf(strings.TrimSpace(asked)); good && s.declared(list) {
			r, there, err := s.store.Entity(ctx, v.Street, list, id)
			if err != nil {
				return nil, errs.Wrap(op, err)
			}
			p.Deleted = there && (!r.Shown() || !slices.Contains(places, r.Place))
		}
		out = append(out, p)
	}
	return out, nil
}
