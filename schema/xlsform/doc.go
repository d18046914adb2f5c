// Package xlsform turns XLSForms, the spreadsheets people write forms in, into XForms: a workbook's bytes (or the same
// sheets as Markdown tables) go in, XForm XML with the meaning that pyxform 4.5 gives them comes out. It runs nothing
// and asks for nothing outside the bytes. Every fault is reported at once, with sheet, row, column and a hint in both
// languages.
package xlsform

import "ruhu/schema"

// Options say what a workbook cannot say itself.
type Options struct {
	Name string // form id of a workbook whose settings name none: the file's name without its ending; "" = "data"
}

// Result is what became of a workbook.
type Result struct {
	XML    []byte         // the XForm; nil where a sheet has a fault. Where only an expression in it is faulty it is there beside the error
	Files  []File         // files made of the workbook beside the form: itemsets.csv
	Faults []schema.Fault // all of them, warnings included, in order of sheet and row
}

// File is a file that belongs to the form.
type File struct {
	Name  string
	Bytes []byte
}

// Sheets are the sheets of a workbook in order.
type Sheets []Sheet

// Sheet is one sheet as text: Rows[0] is the spreadsheet's row 1, an empty cell is "".
type Sheet struct {
	Name string
	Rows [][]string
}

// Get returns the sheet of a name (letter case aside), or nil.
func (s Sheets) Get(name string) *Sheet {
	for i := range s {
		if sheetName(s[i].Name) == name {
			return &s[i]
		}
	}
	return nil
}
