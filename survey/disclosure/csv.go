package disclosure

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"ruhu/internal/errs"
)

// HiddenMark stands in a CSV table where a count is hidden.
const HiddenMark = "*"

// CSVTable is a table as it stood in a CSV file.
type CSVTable struct {
	*Table
	header []string
	lead   [][]string // the columns before the counts
}

// maxCSVCells bounds a table from outside: the audit's work grows with the cube of the hidden cells.
const maxCSVCells = 20_000

// ReadCSV reads a table of counts: the first column is the row's label, an optional second column called "parent"
// names the row it is summed into, all others are counts. A row or column called "total", in any case, is
// the margin of those without another parent. Code invalid; the message names line and column.
func ReadCSV(r io.Reader) (*CSVTable, error) {
	const op = "read table"
	cr := csv.NewReader(r)
	header, err := cr.Read()
	if err != nil {
		return nil, errs.New(errs.Invalid, op, "no header line")
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	lead := 1
	if len(header) > 1 && strings.EqualFold(strings.TrimSpace(header[1]), "parent") {
		lead = 2
	}
	out := &CSVTable{header: header}
	var counts [][]int64
	var parents []string
	var labels []string
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errs.WrapCode(errs.Invalid, op, err)
		}
		line, _ := cr.FieldPos(0)
		row := make([]int64, 0, len(rec)-lead)
		for i, cell := range rec[lead:] {
			n, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
			if err != nil || n < 0 {
				return nil, errs.New(errs.Invalid, op, "line %d, column %q: not a count", line, header[lead+i])
			}
			row = append(row, n)
		}
		counts = append(counts, row)
		labels = append(labels, strings.TrimSpace(rec[0]))
		parent := ""
		if lead == 2 {
			parent = strings.TrimSpace(rec[1])
		}
		parents = append(parents, parent)
		out.lead = append(out.lead, append([]string(nil), rec[:lead]...))
		if len(counts)*len(row) > maxCSVCells {
			return nil, errs.New(errs.TooLarge, op, "more than %d cells", maxCSVCells)
		}
	}
	rows, err := rowAxis(labels, parents)
	if err != nil {
		return nil, err
	}
	var cols Axis
	total := indexFold(header[lead:], "total")
	for i, name := range header[lead:] {
		if i == total {
			cols.Add(name, -1)
		} else {
			cols.Add(name, total)
		}
	}
	out.Table = &Table{Rows: rows, Cols: cols, Count: counts}
	return out, out.Check()
}

func rowAxis(labels, parents []string) (Axis, error) {
	var axis Axis
	at := make(map[string]int, len(labels))
	for i, l := range labels {
		if _, twice := at[l]; twice {
			return axis, errs.New(errs.Invalid, "read table", "row %q stands twice", l)
		}
		at[l] = i
	}
	total := indexFold(labels, "total")
	for i, l := range labels {
		parent := total
		if i == total {
			parent = -1
		}
		if parents[i] != "" {
			p, ok := at[parents[i]]
			if !ok {
				return axis, errs.New(errs.Invalid, "read table", "row %q: no row is called %q, its parent", l, parents[i])
			}
			parent = p
		}
		axis.Add(l, parent)
	}
	return axis, nil
}

func indexFold(list []string, name string) int {
	for i, s := range list {
		if strings.EqualFold(strings.TrimSpace(s), name) {
			return i
		}
	}
	return -1
}

// WriteCSV writes the table as it was read, hidden counts as "*".
func (t *CSVTable) WriteCSV(w io.Writer, m *Mask) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(t.header); err != nil {
		return errs.Wrap("write table", err)
	}
	for r, row := range t.Count {
		rec := append([]string(nil), t.lead[r]...)
		for c, n := range row {
			if m.Hidden(r, c) {
				rec = append(rec, HiddenMark)
			} else {
				rec = append(rec, strconv.FormatInt(n, 10))
			}
		}
		if err := cw.Write(rec); err != nil {
			return errs.Wrap("write table", err)
		}
	}
	cw.Flush()
	return errs.Wrap("write table", cw.Error())
}
