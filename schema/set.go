package schema

import (
	"slices"
	gosync "sync"
	"sync/atomic"

	"ruhu/internal/errs"
)

// Forms is an immutable collection of form versions.
type Forms struct {
	byKey map[Key]*Form
	byID  map[string][]*Form // in order of adding
	ids   []string           // in order of adding
}

// Get returns a form version, or nil. No allocations.
func (f *Forms) Get(id, version string) *Form { return f.byKey[Key{id, version}] }

// Versions returns all versions of a form, oldest first. Do not change it.
func (f *Forms) Versions(id string) []*Form { return f.byID[id] }

// Latest returns the version added last, or nil.
func (f *Forms) Latest(id string) *Form {
	v := f.byID[id]
	if len(v) == 0 {
		return nil
	}
	return v[len(v)-1]
}

// IDs returns the ids of all forms in order of adding. Do not change it.
func (f *Forms) IDs() []string { return f.ids }

// With returns a collection that holds one form more. The same version with the same bytes changes nothing; with
// other bytes it is refused form-changed. A version that gives an existing path another type is refused
// form-faults with the reasons.
func (f *Forms) With(form *Form) (*Forms, error) {
	const op = "add form"
	if old := f.Get(form.ID, form.Version); old != nil {
		if old.SHA256 == form.SHA256 {
			return f, nil
		}
		return nil, errs.New(errs.FormChanged, op, "%s exists with other bytes", form.Key())
	}
	for _, old := range f.Versions(form.ID) {
		if err := FaultsError(op, TypeChanges(old, form)); err != nil {
			return nil, err
		}
	}
	next := &Forms{byKey: make(map[Key]*Form, len(f.byKey)+1), byID: make(map[string][]*Form, len(f.byID)+1), ids: f.ids}
	for k, v := range f.byKey {
		next.byKey[k] = v
	}
	for k, v := range f.byID {
		next.byID[k] = v
	}
	next.byKey[form.Key()] = form
	if len(f.byID[form.ID]) == 0 {
		next.ids = append(slices.Clip(f.ids), form.ID)
	}
	next.byID[form.ID] = append(slices.Clip(f.byID[form.ID]), form)
	return next, nil
}

// Set holds the live forms. Readers take a snapshot without locking; adding replaces the snapshot. The zero value
// is an empty set.
type Set struct {
	adding gosync.Mutex
	now    atomic.Pointer[Forms]
}

var noForms = &Forms{}

// Snapshot returns the forms as they are now; it never changes.
func (s *Set) Snapshot() *Forms {
	if f := s.now.Load(); f != nil {
		return f
	}
	return noForms
}

// Get returns a live form version, or nil. No allocations.
func (s *Set) Get(id, version string) *Form { return s.Snapshot().Get(id, version) }

// Add adds sealed forms, all or none; see Forms.With for what is refused.
func (s *Set) Add(forms ...*Form) error {
	s.adding.Lock()
	defer s.adding.Unlock()
	next := s.Snapshot()
	for _, form := range forms {
		var err error
		if next, err = next.With(form); err != nil {
			return err
		}
	}
	s.now.Store(next)
	return nil
}
