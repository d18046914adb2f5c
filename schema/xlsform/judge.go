package xlsform

import "ruhu/schema/xform"

// judge reads the XForm as a client would and brings what is wrong with it back to the cell it comes from.
func (c *converter) judge(xml []byte) {
	had := c.fatal
	if xml == nil {
		return
	}
	_, faults, _ := xform.Read(xml)
	rows := map[string]*row{}
	c.root.walk(func(e *element) {
		if e.row != nil && rows[e.xpath()] == nil {
			rows[e.xpath()] = e.row
		}
	})
	for _, f := range faults {
		r := rows[f.Path]
		if had && (r == nil || !fromCell(f.Code)) {
			continue // it may follow from a fault that is listed already
		}
		f.Line = 0
		if r != nil {
			f.Sheet, f.Row = survey, r.n
			if f.Column != "" {
				f.Column = r.at(cellOf(f.Column)).column
			}
		}
		c.fatal = c.fatal || !f.Warning
		c.note(f)
	}
}

// fromCell reports whether a fault is one of the expression in a cell, whatever else is wrong with the form.
func fromCell(code string) bool {
	switch code {
	case "xpath", "unknown-function", "cycle":
		return true
	}
	return false
}

// cellOf is the column that an attribute of the XForm is written in.
func cellOf(attribute string) string {
	switch attribute {
	case "calculate":
		return "calculation"
	case "readonly":
		return "read_only"
	case "jr:count":
		return "repeat_count"
	case "choice filter", "itemset":
		return "choice_filter"
	}
	return attribute
}
