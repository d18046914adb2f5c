package export

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// sheetRows is how many rows a sheet holds, the header included.
const sheetRows = 1_048_576

// sheet streams one table into as many sheets as it takes.
type sheet struct {
	file  *excelize.File
	name  string
	head  []any
	max   int
	w     *excelize.StreamWriter
	row   int
	parts int
	cells []any
}

func newSheet(f *excelize.File, name string, head []string) *sheet {
	s := &sheet{file: f, name: name, max: sheetRows}
	for _, h := range head {
		s.head = append(s.head, h)
	}
	return s
}

func (s *sheet) blank() { s.cells = append(s.cells, nil) }

func (s *sheet) number(v string) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		s.text(v)
		return
	}
	s.cells = append(s.cells, f)
}

// text is an inline string: a spreadsheet never runs it, whatever it begins with.
func (s *sheet) text(v string) { s.cells = append(s.cells, v) }

func (s *sheet) end() error {
	if s.w == nil || s.row == s.max {
		if err := s.next(); err != nil {
			return err
		}
	}
	s.row++
	err := s.put(s.cells)
	s.cells = s.cells[:0]
	return err
}

func (s *sheet) put(cells []any) error {
	at, err := excelize.CoordinatesToCellName(1, s.row)
	if err != nil {
		return err
	}
	return s.w.SetRow(at, cells)
}

func (s *sheet) next() error {
	if err := s.flush(); err != nil {
		return err
	}
	s.parts++
	name := s.name
	if s.parts > 1 {
		name = name[:min(len(name), 26)] + "_" + strconv.Itoa(s.parts)
	}
	if _, err := s.file.NewSheet(name); err != nil {
		return err
	}
	w, err := s.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	s.w, s.row = w, 1
	return s.put(s.head)
}

func (s *sheet) flush() error {
	if s.w == nil {
		return nil
	}
	err := s.w.Flush()
	s.w = nil
	return err
}

// close makes sure that an empty table has its header.
func (s *sheet) close() error {
	if s.parts == 0 {
		if err := s.next(); err != nil {
			return err
		}
	}
	return s.flush()
}

// headless takes its first row as the header.
type headless struct{ *sheet }

func (h *headless) end() error {
	if h.head == nil {
		h.head, h.cells = append([]any(nil), h.cells...), h.cells[:0]
		return h.next()
	}
	return h.sheet.end()
}

// xlsx writes all tables in one pass, then the codebook.
func (e *exporter) xlsx(ctx context.Context, w io.Writer, id string) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	var sheets []*sheet
	for i := range e.plan.Tables {
		t := &e.plan.Tables[i]
		head := make([]string, len(t.Columns))
		for j := range t.Columns {
			head[j] = t.Columns[j].Name
		}
		sheets = append(sheets, newSheet(f, t.Name[:min(len(t.Name), 31)], head))
	}
	err = e.each(ctx, func() error {
		for i := range e.plan.Tables {
			if err := e.rows(&e.plan.Tables[i], sheets[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if err := s.close(); err != nil {
			return err
		}
	}
	book := &headless{newSheet(f, "codebook", nil)}
	if err := e.plan.codebook(book); err != nil {
		return err
	}
	if err := book.close(); err != nil {
		return err
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	f.SetActiveSheet(0)
	if err := f.SetDocProps(e.properties(id)); err != nil {
		return err
	}
	return e.save(f, w)
}

// properties say what the file is; the times are fixed, so that the same snapshot gives the same bytes.
func (e *exporter) properties(id string) *excelize.DocProperties {
	const never = "2000-01-01T00:00:00Z"
	title := e.plan.opts.Form
	if e.plan.opts.Demo {
		title += " · 演示数据 demonstration data"
	}
	return &excelize.DocProperties{Created: never, Modified: never, Creator: "ruhu", LastModifiedBy: "ruhu", Title: title, Identifier: "snapshot " + id}
}

func (e *exporter) save(f *excelize.File, w io.Writer) (err error) {
	z, err := newSortedZip(w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, z.release()) }()
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	return f.Write(io.Discard)
}
