package xlsform

import (
	"fmt"
	"strings"

	"ruhu/internal/limits"
)

// The sheets that mean something.
const (
	survey          = "survey"
	choices         = "choices"
	settings        = "settings"
	externalChoices = "external_choices"
	entities        = "entities"
	osm             = "osm"
)

var knownSheets = []string{survey, choices, settings, externalChoices, entities, osm}

func sheetName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// A run of as many empty rows or columns is the end of a sheet: spreadsheets keep thousands of them behind the last word.
const (
	emptyRows    = 60
	emptyColumns = 20
	maxCell      = 4 * 32_767 // bytes of a cell: spreadsheets hold 32,767 characters
)

// table is one sheet with its header read.
type table struct {
	name    string
	columns []column
	rows    []tableRecord
}

// column is one column that has a header.
type column struct {
	index  int      // in the sheet
	header string   // as written, blanks tidied
	path   []string // what it means: {"label", "English (en)"}, {"bind", "relevant"}
}

// tableRecord is a row that has words.
type tableRecord struct {
	n     int      // the spreadsheet's row
	cells []string // by column of the sheet
}

func (t *tableRecord) cell(c column) string {
	if c.index < len(t.cells) {
		return t.cells[c.index]
	}
	return ""
}

// table reads a sheet; nil where the workbook has none of that name.
func (c *converter) table(name string) *table {
	s := c.sheets.Get(name)
	if s == nil && name == survey && len(c.sheets) == 1 {
		s = &c.sheets[0] // a lone sheet is the survey, whatever its name
	}
	if s == nil || len(s.Rows) == 0 {
		return nil
	}
	t := &table{name: name}
	c.readHeader(t, s.Rows[0])
	empty := 0
	for i, cells := range s.Rows[1:] {
		row := tableRecord{n: i + 2, cells: make([]string, 0, len(cells))}
		filled := false
		for _, cell := range cells {
			if len(cell) > maxCell {
				c.fault(place{name, row.n, columnName(len(row.cells))}, "limit", "单元格超过 32,767 个字符", "a cell has more than 32,767 characters", "请缩短内容", "shorten it")
				cell = ""
			}
			cell = tidy(cell)
			filled = filled || cell != ""
			row.cells = append(row.cells, cell)
		}
		if !filled {
			if empty++; empty > emptyRows {
				break
			}
			continue
		}
		empty = 0
		t.rows = append(t.rows, row)
		if most := c.most(name); len(t.rows) > most {
			c.fault(place{name, row.n, ""}, "limit", fmt.Sprintf("%s 表超过 %d 行", name, most), fmt.Sprintf("the sheet %s has more than %d rows", name, most),
				"请把长选项列表放到 CSV 文件中", "move long choice lists to a CSV file")
			break
		}
	}
	return t
}

func (c *converter) most(name string) int {
	switch name {
	case choices, externalChoices:
		return limits.FormChoices
	case entities:
		return limits.FormEntities
	}
	return limits.FormNodes
}

// tidy takes away outer blanks and makes hard blanks plain.
func tidy(s string) string {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "\u00a0") {
		s = strings.ReplaceAll(s, "\u00a0", " ")
	}
	return s
}

// readHeader reads the first row.
func (c *converter) readHeader(t *table, cells []string) {
	gap := 0
	seen := map[string]bool{}
	for i, raw := range cells {
		header := single(tidy(raw))
		if header == "" {
			if gap++; gap > emptyColumns {
				break
			}
			continue
		}
		gap = 0
		if len(t.columns) == limits.XLSXColumns {
			c.fault(place{t.name, 1, header}, "limit", fmt.Sprintf("%s 表超过 %d 列", t.name, limits.XLSXColumns),
				fmt.Sprintf("the sheet %s has more than %d columns", t.name, limits.XLSXColumns), "请删去多余的列", "remove columns that are not needed")
			break
		}
		if seen[header] {
			c.fault(place{t.name, 1, header}, "duplicate-column", "列名 "+header+" 重复", "duplicate column header: "+header,
				"每列只保留一个", "keep one of the columns, or rename the other")
			continue
		}
		seen[header] = true
		t.columns = append(t.columns, column{index: i, header: header})
	}
}

// columnOf returns the column that means path, or nil.
func (t *table) columnOf(path ...string) *column {
	if t == nil {
		return nil
	}
	for i := range t.columns {
		if samePath(t.columns[i].path, path) {
			return &t.columns[i]
		}
	}
	return nil
}

func (t *table) has(first string) bool {
	for _, col := range t.columns {
		if col.path[0] == first {
			return true
		}
	}
	return false
}

func samePath(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// header returns how the sheet writes a column that means path, or the plain word for messages where it has none.
func (t *table) header(plain string, path ...string) string {
	if col := t.columnOf(path...); col != nil {
		return col.header
	}
	for _, col := range t.columns {
		if len(col.path) > len(path) && samePath(col.path[:len(path)], path) {
			return col.header
		}
	}
	return plain
}
