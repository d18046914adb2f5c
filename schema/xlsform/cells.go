package xlsform

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ruhu/internal/limits"
	"ruhu/schema/xmlread"
)

// rows reads a sheet's cells as text, up to a run of empty rows.
func (b *workbook) rows(s sheetPart) ([][]string, *refusal) {
	r := &sheetReader{b: b}
	if _, err := b.read(s.part, r); err != nil {
		return nil, err
	}
	if b.words > limits.XLSXWords {
		return nil, refuse("limit", fmt.Sprintf("工作簿的单元格共超过 %d 字节", limits.XLSXWords), fmt.Sprintf("the cells of the workbook hold more than %d bytes", limits.XLSXWords), "请把长选项列表放到 CSV 文件中", "move long choice lists to a CSV file")
	}
	if r.tooMany {
		return nil, refuse("limit", fmt.Sprintf("工作表超过 %d 行", limits.XLSXRows), fmt.Sprintf("the sheet has more than %d rows", limits.XLSXRows), "请把长选项列表放到 CSV 文件中", "move long choice lists to a CSV file")
	}
	return r.rows, nil
}

// sheetReader reads sheetData.
type sheetReader struct {
	b       *workbook
	rows    [][]string
	row     int // of the spreadsheet, 1 for the first
	last    int // the last row with words
	column  int
	kind    string
	style   int
	words   strings.Builder
	depth   int
	cell    int // depth of the cell that is open, 0 = none
	phonics int // depth of the reading that is open, 0 = none
	in      bool
	tooMany bool
}

// Start tells of an element.
func (r *sheetReader) Start(e xml.StartElement, _ xmlread.Place) {
	r.depth++
	switch e.Name.Local {
	case "row":
		r.row++
		r.column = -1
		for _, a := range e.Attr {
			if n, err := strconv.Atoi(a.Value); a.Name.Local == "r" && err == nil && n > 0 {
				r.row = n
			}
		}
	case "c":
		r.column++
		r.kind, r.style, r.cell = "", 0, r.depth
		r.words.Reset()
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "r":
				if n := columnIndex(a.Value); n >= 0 {
					r.column = n
				}
			case "t":
				r.kind = a.Value
			case "s":
				r.style, _ = strconv.Atoi(a.Value)
			}
		}
	case "v":
		r.in = true
	case "t":
		r.in = r.phonics == 0
	case "rPh":
		r.phonics = r.depth
	}
}

// End closes the element opened last; a cell is read when it closes.
func (r *sheetReader) End(xmlread.Place) {
	r.in = false
	switch r.depth {
	case r.cell:
		if r.row > 0 && r.column >= 0 && r.column < limits.XLSXColumns {
			r.keep()
		}
		r.cell = 0
	case r.phonics:
		r.phonics = 0
	}
	r.depth--
}

// Text takes a cell's words, as many as show that it has too many.
func (r *sheetReader) Text(words []byte) {
	if r.in && r.cell > 0 && r.words.Len() <= maxCell {
		r.words.Write(words)
	}
}

// keep writes the cell into its row.
func (r *sheetReader) keep() {
	if r.row > r.last+emptyRows+1 || r.tooMany {
		return
	}
	if r.row > limits.XLSXRows {
		r.tooMany = true
		return
	}
	text := r.b.text(r.kind, r.style, r.words.String())
	if strings.TrimSpace(text) == "" {
		return
	}
	if r.b.words += len(text); r.b.words > limits.XLSXWords {
		return
	}
	r.last = r.row
	for len(r.rows) < r.row {
		r.rows = append(r.rows, nil)
	}
	row := r.rows[r.row-1]
	for len(row) <= r.column {
		row = append(row, "")
	}
	row[r.column] = text
	r.rows[r.row-1] = row
}

// columnIndex gives 0 for A1, 27 for AB7; -1 where s is no address.
func columnIndex(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 4; i++ {
		c := s[i]
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// text is a cell's value as pyxform reads it: whole numbers without a fraction, dates in ISO form, TRUE and FALSE.
func (b *workbook) text(kind string, style int, raw string) string {
	switch kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(raw)); err == nil && i >= 0 && i < len(b.strings) {
			return b.strings[i]
		}
		return ""
	case "str", "inlineStr", "e":
		return raw
	case "b":
		if strings.TrimSpace(raw) == "1" || strings.TrimSpace(raw) == "true" {
			return "TRUE"
		}
		return "FALSE"
	case "d":
		return strings.TrimSuffix(strings.Replace(strings.TrimSpace(raw), "T", " ", 1), "Z")
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(raw), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return raw
	}
	if style >= 0 && style < len(b.spans) && b.spans[style] {
		return span(n)
	}
	if style >= 0 && style < len(b.dates) && b.dates[style] {
		return b.date(n)
	}
	return number(n)
}

// number writes a float as people would: whole ones without a fraction.
func number(n float64) string {
	if n == 0 {
		return "0" // minus zero too
	}
	if n == math.Trunc(n) {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	if abs := math.Abs(n); abs < 1e-4 {
		return strconv.FormatFloat(n, 'e', -1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// date writes a serial number as date and time; one below a day as a time alone.
func (b *workbook) date(n float64) string {
	if n < 0 || n > 2_958_465 {
		return number(n)
	}
	days, fraction := math.Modf(n)
	ms := time.Duration(math.Round(fraction*86_400_000)) * time.Millisecond
	const clockTime, micro = "15:04:05", ".000000"
	layout := clockTime
	if ms%time.Second != 0 {
		layout += micro
	}
	if n < 1 && ms < 24*time.Hour {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(ms).Format(layout)
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.since04 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if n > 0 && n < 60 {
		days++
	}
	return epoch.AddDate(0, 0, int(days)).Add(ms).Format("2006-01-02 " + layout)
}

// span writes a length of time: "1 day, 2:03:04".
func span(n float64) string {
	ms := time.Duration(math.Round(n*86_400_000)) * time.Millisecond
	days := int(ms / (24 * time.Hour))
	rest := ms % (24 * time.Hour)
	if rest < 0 {
		rest += 24 * time.Hour
		days--
	}
	s := fmt.Sprintf("%d:%02d:%02d", int(rest.Hours()), int(rest.Minutes())%60, int(rest.Seconds())%60)
	switch {
	case days == 1 || days == -1:
		return fmt.Sprintf("%d day, %s", days, s)
	case days != 0:
		return fmt.Sprintf("%d days, %s", days, s)
	}
	return s
}
