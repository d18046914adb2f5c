package survey

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// maxTableRows bounds an import; a street of a big city has some 100,000 households.
const maxTableRows = 500_000

// tableRow is one data line of an import with its cells in the order of the wanted columns.
type tableRow struct {
	line  int
	cells []string
}

// table is an imported file brought into the order of its wanted columns.
type table struct {
	columns []string // wanted, in our order
	at      []int    // 1-based column in the file, 0 = the file has none
	width   int      // of the header
	rows    []tableRow
	faults  Faults
}

// fault notes something wrong with one cell.
func (t *table) fault(r tableRow, column int, zh, en string) {
	t.faults.add(r.line, t.at[column], t.columns[column], zh, en)
}

// column says what an import expects of a column.
type column struct {
	name     string
	required bool // the header must have it
}

// readTable reads CSV (UTF-8, BOM and CRLF tolerated) or XLSX (its first sheet); which, the first bytes say.
// Faults of shape are in the table; an error is returned only where the file cannot be read at all.
func readTable(r io.Reader, op string, want []column) (*table, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	magic, _ := br.Peek(4)
	t := &table{at: make([]int, len(want))}
	for _, c := range want {
		t.columns = append(t.columns, c.name)
	}
	if bytes.Equal(magic, []byte("PK\x03\x04")) {
		return t, readXLSX(br, op, t, want)
	}
	return t, readCSV(br, op, t, want)
}

func readCSV(br *bufio.Reader, op string, t *table, want []column) error {
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
	}
	cr := csv.NewReader(br)
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	header := true
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			t.faults.add(pe.Line, 0, "", "这一行的引号不成对，其后内容未检查。", "quotes do not match in this line; what follows was not checked")
			break
		}
		if err != nil {
			return errs.WrapCode(errs.BadRequest, op, err)
		}
		line, _ := cr.FieldPos(0)
		if header {
			header = false
			if !t.header(line, rec, want) {
				return nil
			}
			continue
		}
		t.row(line, rec)
		if len(t.rows) > maxTableRows {
			return errs.New(errs.TooLarge, op, "more than %d rows", maxTableRows)
		}
	}
	if header {
		t.faults.add(0, 0, "", "文件是空的。", "the file is empty")
	}
	return nil
}

func readXLSX(r io.Reader, op string, t *table, want []column) error {
	// excelize holds the unpacked sheet; the bounds keep a small file from unpacking into a large one.
	f, err := excelize.OpenReader(io.LimitReader(r, limits.BodyBytes*4), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 64 << 20,
	})
	if err != nil {
		return errs.New(errs.UnsupportedMedia, op, "not a readable XLSX file").
			WithHint("请另存为 .xlsx 或 UTF-8 的 .csv。 Save it as .xlsx or as UTF-8 .csv.")
	}
	defer func() { _ = f.Close() }()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		t.faults.add(0, 0, "", "工作簿里没有工作表。", "the workbook has no sheet")
		return nil
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return errs.WrapCode(errs.UnsupportedMedia, op, err)
	}
	defer func() { _ = rows.Close() }()
	header := true
	for line := 1; rows.Next(); line++ {
		rec, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return errs.WrapCode(errs.UnsupportedMedia, op, err)
		}
		if header {
			if len(rec) == 0 {
				continue
			}
			header = false
			if !t.header(line, rec, want) {
				return nil
			}
			continue
		}
		for i, cell := range rec {
			if name := sheetFormula(f, sheets[0], i+1, line, cell); name != "" {
				t.faults.add(line, i+1, "", "单元格含公式，请改为数值或文字。", "the cell holds a formula; paste its value instead")
			}
		}
		t.row(line, rec)
		if len(t.rows) > maxTableRows {
			return errs.New(errs.TooLarge, op, "more than %d rows", maxTableRows)
		}
	}
	if header {
		t.faults.add(0, 0, "", "文件是空的。", "the file is empty")
	}
	return nil
}

// sheetFormula returns the formula of a cell. Only cells whose cached value looks computed are asked (the look-up is slow):
// an empty one, or one that is a number.
func sheetFormula(f *excelize.File, sheet string, col, line int, cell string) string {
	if cell != "" && !strings.ContainsAny(cell[:1], "0123456789-#") {
		return ""
	}
	name, err := excelize.CoordinatesToCellName(col, line)
	if err != nil {
		return ""
	}
	formula, err := f.GetCellFormula(sheet, name)
	if err != nil {
		return ""
	}
	return formula
}

// header finds the wanted columns; false where a required one is missing (rows then mean nothing).
func (t *table) header(line int, rec []string, want []column) bool {
	known := make(map[string]int, len(want))
	for i, c := range want {
		known[c.name] = i
	}
	ok := true
	t.width = len(rec)
	for i, raw := range rec {
		name := strings.ToLower(strings.TrimSpace(raw))
		if name == "" {
			continue
		}
		w, isKnown := known[name]
		switch {
		case !isKnown:
			t.faults.add(line, i+1, printable(name), "不认识这一列。", "unknown column; expected "+strings.Join(t.columns, ","))
		case t.at[w] != 0:
			t.faults.add(line, i+1, name, "这一列出现了两次。", "the column stands twice")
			ok = false
		default:
			t.at[w] = i + 1
		}
	}
	for i, c := range want {
		if c.required && t.at[i] == 0 {
			t.faults.add(line, 0, c.name, "缺少这一列。", "the column is missing")
			ok = false
		}
	}
	return ok
}

// row brings one record into our order; blank lines are passed over.
func (t *table) row(line int, rec []string) {
	blank := true
	cells := make([]string, len(t.columns))
	for i, at := range t.at {
		if at == 0 || at > len(rec) {
			continue
		}
		s := strings.TrimSpace(rec[at-1])
		if s != "" {
			blank = false
		}
		cells[i] = strings.Clone(s)
	}
	r := tableRow{line: line, cells: cells}
	for i := t.width; i < len(rec); i++ {
		if strings.TrimSpace(rec[i]) != "" {
			t.faults.add(line, i+1, "", "这一行比表头多出内容。", "the line has more cells than the header")
			break
		}
	}
	if blank {
		return
	}
	for i, c := range cells {
		switch {
		case !utf8.ValidString(c):
			t.fault(r, i, "不是 UTF-8 文字，请另存为 UTF-8。", "not UTF-8 text; save the file as UTF-8")
			cells[i] = ""
		case strings.IndexFunc(c, unicode.IsControl) >= 0:
			t.fault(r, i, "含有换行或控制字符。", "holds a line break or control character")
		case startsFormula(c):
			t.fault(r, i, "以 = + @ 开头，电子表格会把它当公式执行。", "begins with = + or @, which a spreadsheet would run as a formula")
		}
	}
	t.rows = append(t.rows, r)
}

// startsFormula reports whether a spreadsheet would take the text for a formula. A leading minus is one only where
// no number follows.
func startsFormula(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '@':
		return true
	case '-':
		for _, c := range s[1:] {
			if (c < '0' || c > '9') && c != '.' {
				return true
			}
		}
		return len(s) == 1
	}
	return false
}

// printable cuts a name from a file down to something that can stand in a message.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return s
}
