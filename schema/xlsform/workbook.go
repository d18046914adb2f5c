package xlsform

import (
	"encoding/xml"
	"errors"
	"path"
	"slices"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/xmlread"
)

// workbook is what is read of an .xlsx before its sheets are.
type workbook struct {
	zip     *archive
	strings []string
	dates   []bool // by cell style: whether its numbers are dates
	spans   []bool // by cell style: whether its numbers are lengths of time
	since04 bool   // dates count from 1904
	sheets  []sheetPart
	words   int // bytes of all cells read
}

type sheetPart struct{ name, part string }

// readWorkbook reads the sheets that a form is made of; the others are only named.
func readWorkbook(src []byte) (Sheets, []schema.Fault) {
	sheets, err := openWorkbook(src)
	if err != nil {
		return nil, []schema.Fault{err.fault}
	}
	return sheets, nil
}

func openWorkbook(src []byte) (Sheets, *refusal) {
	zip, err := openArchive(src)
	if err != nil {
		return nil, err
	}
	b := &workbook{zip: zip}
	if err := b.open(); err != nil {
		return nil, err
	}
	var out Sheets
	for _, s := range b.sheets {
		sheet := Sheet{Name: s.name}
		if slices.Contains(knownSheets, sheetName(s.name)) || len(b.sheets) == 1 {
			if sheet.Rows, err = b.rows(s); err != nil {
				err.fault.Sheet = shown(s.name)
				return nil, err
			}
		}
		out = append(out, sheet)
	}
	return out, nil
}

// node is one element of a small part.
type node struct {
	name  string
	attrs []xml.Attr
}

func (n node) attr(local string) string {
	for _, a := range n.attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// visit calls f for every element of a part, in order, with how deep it lies.
type visit func(n node, depth int)

type visitor struct {
	f     visit
	depth int
}

// Start tells of an element.
func (v *visitor) Start(e xml.StartElement, _ xmlread.Place) {
	v.f(node{e.Name.Local, e.Attr}, v.depth)
	v.depth++
}

// End closes it.
func (v *visitor) End(xmlread.Place) { v.depth-- }

// Text is not needed of small parts.
func (v *visitor) Text([]byte) {}

// partLimits are the caps of one part of a workbook.
var partLimits = xmlread.Limits{Bytes: limits.XLSXPartBytes, Depth: limits.XMLDepth, Nodes: 4_000_000, Attributes: limits.XMLAttributes}

func (b *workbook) read(name string, v xmlread.Visitor) (bool, *refusal) {
	raw, err := b.zip.part(name)
	if err != nil || raw == nil {
		return false, err
	}
	if err := xmlread.Read(raw, partLimits, v); err != nil {
		code, why := "xml", err.Error()
		var x *xmlread.Error
		if errors.As(err, &x) {
			code, why = x.Code, x.Msg
		}
		return true, refuse(code, "工作簿的部件 "+shown(name)+" 无法读取："+why, "the workbook's part "+shown(name)+" cannot be read: "+why, saveHintZH, saveHintEN)
	}
	return true, nil
}

// relations reads a part's relations: id -> type and target.
func (b *workbook) relations(of string) (map[string][2]string, *refusal) {
	dir, file := path.Split(of)
	out := map[string][2]string{}
	_, err := b.read(dir+"_rels/"+file+".rels", &visitor{f: func(n node, _ int) {
		if n.name != "Relationship" || n.attr("TargetMode") == "External" {
			return
		}
		target := n.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		out[n.attr("Id")] = [2]string{path.Base(n.attr("Type")), strings.TrimPrefix(target, "/")}
	}})
	return out, err
}

// open finds the workbook, its sheets, shared strings and styles.
func (b *workbook) open() *refusal {
	top, err := b.relations("")
	if err != nil {
		return err
	}
	main := "xl/workbook.xml"
	for _, r := range top {
		if r[0] == "officeDocument" {
			main = r[1]
		}
	}
	relations, err := b.relations(main)
	if err != nil {
		return err
	}
	isBook := false
	found, err := b.read(main, &visitor{f: func(n node, depth int) {
		switch {
		case depth == 0:
			isBook = n.name == "workbook"
		case n.name == "workbookPr":
			b.since04 = n.attr("date1904") == "1" || n.attr("date1904") == "true"
		case n.name == "sheet":
			id := ""
			for _, a := range n.attrs {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			if r := relations[id]; r[0] == "worksheet" {
				b.sheets = append(b.sheets, sheetPart{n.attr("name"), r[1]})
			}
		}
	}})
	if err != nil {
		return err
	}
	if !found || !isBook {
		return refuse("not-a-workbook", "这个压缩文件不是 Excel 工作簿", "this zip file is not an Excel workbook", saveHintZH, saveHintEN)
	}
	if len(b.sheets) == 0 {
		return refuse("not-a-workbook", "工作簿中没有工作表", "the workbook has no sheet", saveHintZH, saveHintEN)
	}
	for _, r := range relations {
		switch r[0] {
		case "sharedStrings":
			err = b.readStrings(r[1])
		case "styles":
			err = b.readStyles(r[1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stringTable reads shared strings: runs of one string are joined, readings (phonetic) are left out.
type stringTable struct {
	out     []string
	words   strings.Builder
	in      bool // within t
	reading int  // within rPh
	depth   int
}

// Start tells of an element.
func (s *stringTable) Start(e xml.StartElement, _ xmlread.Place) {
	s.depth++
	switch e.Name.Local {
	case "si":
		s.words.Reset()
	case "rPh":
		s.reading = s.depth
	case "t":
		s.in = s.reading == 0
	}
}

// End closes it.
func (s *stringTable) End(xmlread.Place) {
	s.in = false
	switch {
	case s.depth == s.reading:
		s.reading = 0
	case s.depth == 2:
		s.out = append(s.out, s.words.String())
	}
	s.depth--
}

// Text takes the words.
func (s *stringTable) Text(words []byte) {
	if s.in {
		s.words.Write(words)
	}
}

func (b *workbook) readStrings(name string) *refusal {
	var s stringTable
	_, err := b.read(name, &s)
	b.strings = s.out
	return err
}
