package entity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/survey"
	"ruhu/sync"
)

// mayAnswers refuses everybody but reviewers of the street: what entities hold are answers. Codes: forbidden, out-of-area.
func mayAnswers(op string, a survey.Actor, street string) error {
	if a.Role != sync.RoleReviewer {
		return errs.New(errs.Forbidden, op, "this role sees no answers")
	}
	if survey.KindOf(street) != survey.Street || !survey.Within(a.Area, street) && !survey.Within(street, a.Area) {
		return errs.New(errs.OutOfArea, op, "not in the area")
	}
	return nil
}

// Lists returns the lists of a street, those without entities too, in order of name.
func (s *Service) Lists(ctx context.Context, a survey.Actor, street string) ([]ListInfo, error) {
	const op = "entity lists"
	if err := mayAnswers(op, a, street); err != nil {
		return nil, err
	}
	if err := s.survey.Refresh(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	there, err := s.store.Lists(ctx, street)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	known := map[string]bool{}
	for i := range there {
		known[there[i].Name] = true
		there[i].Properties = s.properties(there[i].Name, there[i].Properties)
	}
	s.declarations(func(e *schema.Entity) {
		if !known[e.Dataset] {
			known[e.Dataset] = true
			there = append(there, ListInfo{Street: street, Name: e.Dataset, Properties: s.properties(e.Dataset, nil)})
		}
	})
	return sortLists(there), nil
}

// Entities lists the entities of a list in order of id; open = only those the office should look at. A reviewer of a village
// or grid sees those of the own places.
func (s *Service) Entities(ctx context.Context, a survey.Actor, street, list string, open bool, after string, limit int) ([]Row, string, error) {
	const op = "list entities"
	if err := mayAnswers(op, a, street); err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, limits.PullRows)
	var out []Row
	for {
		rows, next, err := s.store.Page(ctx, Filter{Street: street, List: list, Open: open}, after, limit-len(out))
		if err != nil {
			return nil, "", errs.Wrap(op, err)
		}
		for _, r := range rows {
			if within(a, r.Place) {
				out = append(out, r)
			}
		}
		if after = next; after == "" || len(out) == limit {
			return out, after, nil
		}
	}
}

// within reports whether an entity's place lies in the actor's area; one of the whole street is seen by all of the street.
func within(a survey.Actor, place string) bool {
	return survey.Within(a.Area, place) || survey.KindOf(place) == survey.Street && survey.StreetOf(a.Area) == place
}

// View is an entity with what happened to it.
type View struct {
	Row
	History []Event
}

// Event is one change as the office sees it.
type Event struct {
	Version  int64             `json:"version"`
	Kind     Kind              `json:"kind"`
	Source   Source            `json:"source"`
	Values   map[string]string `json:"values"` // by property, the label under ""
	Erased   bool              `json:"erased,omitempty"`
	Settled  bool              `json:"settled,omitempty"`
	Deleted  bool              `json:"deleted,omitempty"`
	Restored bool              `json:"restored,omitempty"`
}

// Entity shows one entity; code not-found (also outside the actor's area).
func (s *Service) Entity(ctx context.Context, a survey.Actor, street, list, id string) (View, error) {
	const op = "show entity"
	if err := mayAnswers(op, a, street); err != nil {
		return View{}, err
	}
	r, there, err := s.store.Entity(ctx, street, list, id)
	if err != nil {
		return View{}, errs.Wrap(op, err)
	}
	if !there || !within(a, r.Place) {
		return View{}, errs.New(errs.NotFound, op, "no such entity")
	}
	changes, err := s.store.Changes(ctx, street, list, id)
	if err != nil {
		return View{}, errs.Wrap(op, err)
	}
	v := View{Row: r}
	for i := range changes {
		c := &changes[i]
		e := Event{Version: c.Number, Kind: c.Kind, Source: c.source(), Erased: c.Erased, Settled: c.Settles, Deleted: c.Deletes, Restored: c.Restores}
		if !c.Erased {
			e.Values = c.Set
		}
		v.History = append(v.History, e)
	}
	return v, nil
}

// Decision is what the office does with an entity. Version is what stood on the screen.
type Decision struct {
	Street, List, ID string
	Version          int64
	Set              map[string]string // by property, the label under ""; settles the conflicts too
	Keep             map[string]Source // by property: the sibling that is right
	Settle           bool              // what is shown is right
	Delete, Restore  bool
	Key              string // idempotency key: the same decision again changes nothing
}

// Decide carries a decision out. Codes: not-found, invalid, rule, changed-since (something arrived meanwhile).
func (s *Service) Decide(ctx context.Context, a survey.Actor, d Decision) (Row, error) {
	const op = "decide on entity"
	v, err := s.Entity(ctx, a, d.Street, d.List, d.ID)
	if err != nil {
		return Row{}, err
	}
	if err := d.check(&v); err != nil {
		return Row{}, err
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{a.ID, d.Street, d.List, d.ID, d.Key}, "\x00")))
	c := Change{Kind: Office, Instance: "office:" + hex.EncodeToString(sum[:16]), Base: d.Version, At: clock.Millis(s.clock.Now()),
		Set: d.Set, Settles: d.Settle || len(d.Set) > 0 || len(d.Keep) > 0, Deletes: d.Delete, Restores: d.Restore}
	if c.Set == nil {
		c.Set = map[string]string{}
	}
	for name, source := range d.Keep {
		if c.Keep == nil {
			c.Keep = map[string]int64{}
		}
		for _, e := range v.History {
			if _, wrote := e.Values[name]; wrote && e.Source == source {
				c.Keep[name] = e.Version
			}
		}
		if c.Keep[name] == 0 {
			return Row{}, errs.New(errs.Invalid, op, "nobody wrote that value")
		}
	}
	r, err := s.store.Decide(ctx, d.Street, d.List, d.ID, c)
	return r, errs.Wrap(op, err)
}

func (d *Decision) check(v *View) error {
	const op = "decide on entity"
	sum := 0
	for name, value := range d.Set {
		_, both := d.Keep[name]
		if sum += len(value); both || name != LabelKey && !schema.EntityPropertyName(name) || len(value) > limits.LongValueBytes {
			return errs.New(errs.Invalid, op, "a property is named twice, cannot have this name, or its value is too long")
		}
	}
	label, sets := d.Set[LabelKey]
	switch {
	case d.Key == "":
		return errs.New(errs.Invalid, op, "an idempotency key is needed")
	case sum > limits.EntityBytes || len(d.Set)+len(d.Keep) > limits.EntityProperties:
		return errs.New(errs.Invalid, op, "too much text")
	case sets && strings.TrimSpace(label) == "":
		return errs.New(errs.Invalid, op, "the label must not be empty").WithHint("标签不能为空。 Phones refuse a list with an entity without a label.")
	case d.Delete && d.Restore:
		return errs.New(errs.Invalid, op, "delete or restore, not both")
	case !d.Delete && !d.Restore && !d.Settle && len(d.Set) == 0 && len(d.Keep) == 0:
		return errs.New(errs.Invalid, op, "nothing to decide")
	case d.Delete && v.Deleted || d.Restore && !v.Deleted:
		if v.Version == d.Version {
			return errs.New(errs.Rule, op, "the entity is in that state already")
		}
	}
	return nil
}

// Faults lists what submissions of a street brought that could not be applied, oldest first.
func (s *Service) Faults(ctx context.Context, a survey.Actor, street, after string, limit int) ([]Fault, string, error) {
	const op = "list entity faults"
	if err := mayAnswers(op, a, street); err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = 50
	}
	return s.store.Faults(ctx, street, after, min(limit, limits.PullRows))
}

// DropFault removes a fault the office has seen to; code not-found.
func (s *Service) DropFault(ctx context.Context, a survey.Actor, street, key string) error {
	const op = "drop entity fault"
	if err := mayAnswers(op, a, street); err != nil {
		return err
	}
	return s.store.DropFault(ctx, street, key)
}

func sortLists(list []ListInfo) []ListInfo {
	slices.SortFunc(list, func(a, b ListInfo) int { return strings.Compare(a.Name, b.Name) })
	return list
}
