package survey

import (
	"context"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/compare"
)

// FormChanges says in words what version to of a form has that version from had not, and what becomes of older records;
// empty where nothing the model holds differs. Code not-found, with the versions there are as the hint.
func (s *Service) FormChanges(ctx context.Context, id, from, to string) ([]compare.Change, error) {
	const op = "compare forms"
	if err := s.Refresh(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	forms := s.Snapshot()
	older, err := oneVersion(op, forms, id, from)
	if err != nil {
		return nil, err
	}
	newer, err := oneVersion(op, forms, id, to)
	if err != nil {
		return nil, err
	}
	return compare.Versions(older, newer), nil
}

func oneVersion(op string, forms *schema.Forms, id, version string) (*schema.Form, error) {
	if f := forms.Get(id, version); f != nil {
		return f, nil
	}
	var known []string
	for _, f := range forms.Versions(id) {
		v := f.Version
		if v == "" {
			v = "-"
		}
		known = append(known, v)
	}
	err := errs.New(errs.NotFound, op, "no form %s@%s", printable(id), printable(version))
	if len(known) > 0 {
		return nil, err.WithHint("现有版本：%s。 Versions there are: %s.", strings.Join(known, "、"), strings.Join(known, ", "))
	}
	return nil, err
}
