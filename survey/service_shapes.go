package survey

import (
	"context"
	"io"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// LoadShapes reads shapes of areas of the actor's area and stores them; all faults at once (import-faults), all or nothing.
// It returns how many were stored.
func (s *Service) LoadShapes(ctx context.Context, a Actor, r io.Reader) (int, error) {
	const op = "load shapes"
	var broken error
	list, err := ParseShapes(r, a.Area, func(code string) bool {
		_, ok, err := s.Catalog.Area(ctx, code)
		if err != nil {
			broken = err
		}
		return ok
	})
	if broken != nil {
		return 0, errs.Wrap(op, broken)
	}
	if err != nil {
		return 0, err
	}
	return len(list), errs.Wrap(op, s.Catalog.PutShapes(ctx, list))
}

// AreaShape is a shape with the area it is of.
type AreaShape struct {
	Area
	Geometry []byte
}

// Shapes lists shapes of the actor's area at or below under, in order of code; a page ends where it would get larger than
// limits.ShapePageBytes.
func (s *Service) Shapes(ctx context.Context, a Actor, under string, kind AreaKind, after string, limit int) (list []AreaShape, next string, err error) {
	const op = "list shapes"
	under, err = narrow(a.Area, under)
	if err != nil {
		return nil, "", err
	}
	limit = pageLimit(limit)
	bytes := 0
	for sh, err := range s.Catalog.Shapes(ctx, under, kind, after) {
		if err != nil {
			return nil, "", errs.Wrap(op, err)
		}
		bytes += len(sh.Geometry)
		if n := len(list); n == limit || n > 0 && bytes > limits.ShapePageBytes {
			return list, list[n-1].Code, nil
		}
		list = append(list, sh)
	}
	return list, "", nil
}

// DropShapes removes the shapes at or below an area and says how many. Code out-of-area.
func (s *Service) DropShapes(ctx context.Context, a Actor, under string) (int, error) {
	const op = "drop shapes"
	if under == "" || !Within(a.Area, under) {
		return 0, errs.New(errs.OutOfArea, op, "%s is not in %s", printable(under), a.Area)
	}
	n, err := s.Catalog.DropShapes(ctx, under)
	return n, errs.Wrap(op, err)
}
