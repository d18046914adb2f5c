package summary

import (
	"encoding/json"

	"ruhu/internal/errs"
)

// EarlierCells reads the published counts of a released summary from its JSON. Code damaged where it is none.
func EarlierCells(release []byte) (map[string]int64, error) {
	const op = "read release"
	var s struct {
		Format string           `json:"format"`
		Cells  map[string]int64 `json:"cells"`
	}
	if err := json.Unmarshal(release, &s); err != nil {
		return nil, errs.WrapCode(errs.Damaged, op, err)
	}
	if s.Format != Format || s.Cells == nil {
		return nil, errs.New(errs.Damaged, op, "format %q, or no cells", s.Format)
	}
	return s.Cells, nil
}

// Held counts the cells that earlier releases showed and this one must hold back or hide. Where it is most of them, too little
// has changed for a new release.
func (s *Summary) Held(earlier map[string]int64) (held, of int) {
	now := s.ledger.Published()
	for name := range earlier {
		of++
		if _, still := now[name]; !still {
			held++
		}
	}
	return held, of
}
