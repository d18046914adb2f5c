package xlsform

import (
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// ParseMarkdown reads sheets written as one Markdown table: a row whose first cell holds a word begins the sheet of that
// name, the first row with other cells is its header, the rest are its rows.
//
//	| survey  |         |      |       |
//	|         | type    | name | label |
//	|         | integer | age  | Age   |
//
// A line of dashes and a line that begins with # are skipped; \| is a bar within a cell. Codes: invalid
// (no table, or a row before the first sheet's name), too-large.
func ParseMarkdown(text string) (Sheets, error) {
	const op = "read tables"
	if len(text) > limits.XLSXBytes {
		return nil, errs.New(errs.TooLarge, op, "the tables have more than %d bytes", limits.XLSXBytes)
	}
	var sheets Sheets
	line := 0
	for raw := range strings.SplitSeq(text, "\n") {
		line++
		cells, ok := tableRow(raw)
		if !ok {
			continue
		}
		if cells[0] != "" {
			sheets = append(sheets, Sheet{Name: cells[0]})
		}
		cells = trimRight(cells[1:])
		if len(cells) == 0 {
			continue
		}
		if len(sheets) == 0 {
			return nil, errs.New(errs.Invalid, op, "line %d: a row before the name of a sheet", line)
		}
		s := &sheets[len(sheets)-1]
		s.Rows = append(s.Rows, cells)
	}
	if len(sheets) == 0 {
		return nil, errs.New(errs.Invalid, op, "there is no table").WithHint("写成 | survey | | 这样的表格。 Write a table that begins with | survey |.")
	}
	return sheets, nil
}

// tableRow takes a line of a Markdown table apart; false where it is none, or one of dashes.
func tableRow(line string) ([]string, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil, false
	}
	line = line[1:]
	var cells []string
	var cell strings.Builder
	dashes := true
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && line[i+1] == '|':
			cell.WriteByte('|')
			i++
		case c == '|':
			cells = append(cells, strings.TrimSpace(cell.String()))
			cell.Reset()
		default:
			dashes = dashes && (c == '-' || c == ':' || c == ' ')
			cell.WriteByte(c)
		}
	}
	if len(cells) == 0 || dashes && strings.Contains(line, "--") {
		return nil, false
	}
	return cells, true
}

// trimRight leaves out empty cells at the end.
func trimRight(cells []string) []string {
	n := len(cells)
	for n > 0 && cells[n-1] == "" {
		n--
	}
	return cells[:n]
}
