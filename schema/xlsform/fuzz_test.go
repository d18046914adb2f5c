package xlsform_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

// sound holds what is true of every conversion: it ends, and either there is a form that reads, or there are faults that
// say why not.
func sound(t *testing.T, r xlsform.Result, err error) {
	t.Helper()
	fatal := 0
	for _, f := range r.Faults {
		require.NotEmpty(t, f.Code)
		require.NotEmpty(t, f.ZH)
		require.NotEmpty(t, f.EN)
		if !f.Warning {
			fatal++
		}
	}
	if err != nil {
		require.Equal(t, errs.FormFaults, errs.CodeOf(err), "%v", err)
		require.Positive(t, fatal)
		return
	}
	require.Zero(t, fatal, "%v", r.Faults)
	_, faults, err := xform.Read(r.XML)
	require.NoError(t, err, "%v\n%s", faults, r.XML)
}

func FuzzMarkdown(f *testing.F) {
	for _, c := range cases {
		f.Add(c.md)
	}
	for _, c := range badCases {
		f.Add(c.md)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sheets, err := xlsform.ParseMarkdown(text)
		if err != nil {
			return
		}
		r, err := xlsform.ConvertTables(sheets, xlsform.Options{Name: "fuzz"})
		sound(t, r, err)
		again, _ := xlsform.ConvertTables(sheets, xlsform.Options{Name: "fuzz"})
		require.Equal(t, string(r.XML), string(again.XML), "the same sheets make other bytes")
		require.Equal(t, r.Faults, again.Faults)
		src, err := xlsform.WriteXLSX(sheets)
		if err != nil {
			return
		}
		twice, err := xlsform.WriteXLSX(sheets)
		require.NoError(t, err)
		require.True(t, bytes.Equal(src, twice))
	})
}

func FuzzWorkbook(f *testing.F) {
	for _, c := range cases[:6] {
		sheets, err := xlsform.ParseMarkdown(c.md)
		require.NoError(f, err)
		src, err := xlsform.WriteXLSX(sheets)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Add(workbook(f, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`, `<sst><si><t>type</t></si></sst>`, `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`))
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := xlsform.Convert(src, xlsform.Options{Name: "fuzz"})
		sound(t, r, err)
	})
}

// FuzzSheetXML lets the fuzzer at the parts within the zip.
func FuzzSheetXML(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c><c r="B1" t="str"><v>name</v></c></row><row><c s="1"><v>43831.5</v></c></row></sheetData></worksheet>`,
		`<sst><si><r><t>a</t></r><rPh><t>b</t></rPh></si></sst>`, `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`)
	f.Fuzz(func(t *testing.T, sheet, shared, styles string) {
		r, err := xlsform.Convert(workbook(t, sheet, shared, styles), xlsform.Options{Name: "fuzz"})
		sound(t, r, err)
	})
}
