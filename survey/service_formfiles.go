package survey

import (
	"context"
	"encoding/csv"
	"strings"

	"ruhu/internal/limits"
)

// VillagesFile is the file a form chooses the village from; the server makes it of the area list.
const VillagesFile = "villages.csv"

// villagesCSV lists all villages in order of code: the codes are what forms keep, the names what people read.
func (s *Service) villagesCSV(ctx context.Context) ([]byte, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"name", "label", "zh", "en", "street"})
	for after := ""; ; {
		page, err := s.Catalog.Areas(ctx, "", Village, after, limits.PullRows)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			label := a.NameZH
			if a.NameEN != "" && a.NameEN != a.NameZH {
				label = strings.TrimSpace(label + " " + a.NameEN)
			}
			_ = w.Write([]string{a.Code, label, a.NameZH, a.NameEN, a.Parent})
			after = a.Code
		}
		if len(page) < limits.PullRows {
			break
		}
	}
	w.Flush()
	return []byte(b.String()), w.Error()
}
