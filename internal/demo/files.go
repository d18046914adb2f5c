package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// AreasCSV is what `ruhu area import` reads.
func (d *District) AreasCSV() []byte {
	return table([]string{"code", "name_zh", "name_en", "kind", "parent"}, func(row func(...string)) {
		row(d.Code, d.NameZH, d.NameEN, "district", "")
		for _, s := range d.Streets {
			row(s.Code, s.NameZH, s.NameEN, "street", d.Code)
			for _, v := range s.Villages {
				row(v.Code, v.NameZH, v.NameEN, "village", s.Code)
				for _, g := range v.Grids {
					row(g.Code, g.NameZH, g.NameEN, "grid", v.Code)
				}
			}
		}
	})
}

// HouseholdsCSV is what `ruhu household import` reads.
func (d *District) HouseholdsCSV() []byte {
	header := []string{"household", "grid", "address", "label_public", "stratum", "psu", "weight", "fpc1", "fpc2", "selected"}
	return table(header, func(row func(...string)) {
		for _, h := range d.Households {
			selected := "0"
			if h.Selected {
				selected = "1"
			}
			row(h.Code, h.Grid, h.Address, h.Label, h.Village, h.Grid, fmt.Sprintf("%.6f", h.Weight), fmt.Sprint(h.FPC1), fmt.Sprint(h.FPC2), selected)
		}
	})
}

func table(header []string, fill func(row func(...string))) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	put := func(cells ...string) { _ = w.Write(cells) } // a bytes.Buffer does not fail
	put(header...)
	fill(put)
	w.Flush()
	return b.Bytes()
}
