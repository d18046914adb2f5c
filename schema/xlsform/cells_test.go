package xlsform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ruhu/schema/xlsform"
)

// defaultsOf converts a workbook of text questions and returns their defaults.
func defaultsOf(t *testing.T, src []byte) map[string]string {
	t.Helper()
	r, err := xlsform.Convert(src, xlsform.Options{Name: "data"})
	require.NoError(t, err, "%v", r.Faults)
	got := map[string]string{}
	for _, l := range meaning(t, r.XML) {
		if name, word, found := strings.Cut(l, " /instance/data/"); found && strings.HasPrefix(name, "instance") {
			path, value, _ := strings.Cut(word, " [] ")
			got[path] = value
		}
	}
	return got
}

// The cells are those that spreadsheet programs write: shared and inline words, numbers, dates by their format, formulas, errors.
func TestCells(t *testing.T) {
	const top = `<row r="1"><c r="B1" t="inlineStr"><is><t>type</t></is></c><c t="inlineStr"><is><t>name</t></is></c><c t="str"><v>label</v></c><c r="F1" t="s"><v>0</v></c></row>`
	row := func(name, cell string) string {
		return `<row><c r="B9" t="inlineStr"><is><t>text</t></is></c><c t="inlineStr"><is><t>` + name + `</t></is></c><c t="inlineStr"><is><t>x</t></is></c>` + cell + `</row>`
	}
	sheet := `<x:worksheet xmlns:x="main"><sheetData>` + top +
		row("whole", `<c r="F2"><v>1.0</v></c>`) +
		row("part", `<c r="F3"><v>1.50</v></c>`) +
		row("power", `<c r="F4"><v>1E+3</v></c>`) +
		row("yes", `<c r="F5" t="b"><v>1</v></c>`) +
		row("no", `<c r="F6" t="b"><v>0</v></c>`) +
		row("day", `<c r="F7" s="1"><v>45322</v></c>`) +
		row("moment", `<c r="F8" s="2"><v>45322.75</v></c>`) +
		row("hour", `<c r="F9" s="3"><v>0.25</v></c>`) +
		row("length", `<c r="F10" s="4"><v>1.125</v></c>`) +
		row("iso", `<c r="F11" t="d"><v>2026-02-03T04:05:06Z</v></c>`) +
		row("rich", `<c r="F12" t="inlineStr"><is><r><t>bold</t></r><r><rPr><b/></rPr><t xml:space="preserve"> words</t></r></is></c>`) +
		row("shared", `<c r="F13" t="s"><v>1</v></c>`) +
		row("formula", `<c r="F14" t="str"><f>CONCAT("a","b")</f><v>ab</v></c>`) +
		row("sum", `<c r="F15"><f>1+1</f><v>2</v></c>`) +
		row("error", `<c r="F16" t="e"><v>#REF!</v></c>`) +
		row("hard", `<c r="F17" t="inlineStr"><is><t>a&#160;b</t></is></c>`) +
		row("none", `<c r="F18" t="s"><v>99</v></c>`) +
		row("pieces", `<c r="F19"><v>1<!-- -->2</v></c>`) +
		row("minus", `<c r="F20"><v>-0</v></c>`) +
		`<row r="30"><c r="F30" t="inlineStr"><is><t>last</t></is></c><c r="D30" t="str"><v>x</v></c><c r="B30" t="str"><v>text</v></c><c r="C30" t="str"><v>backwards</v></c></row>` +
		`<row r="29"><c r="B29" t="str"><v>text</v></c><c r="C29" t="str"><v>upwards</v></c><c r="D29" t="str"><v>x</v></c><c r="F29"><v>5</v></c></row>` +
		`</sheetData></x:worksheet>`
	shared := `<sst><si><t>default</t></si><si><r><t>汉</t></r><r><t>字</t></r><rPh sb="0" eb="2"><t>hanzi</t></rPh></si></sst>`
	styles := `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
		`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/><xf numFmtId="46"/></cellXfs></styleSheet>`
	got := defaultsOf(t, workbook(t, sheet, shared, styles))
	for name, want := range map[string]string{
		"whole": "1", "part": "1.5", "power": "1000", "yes": "TRUE", "no": "FALSE", "day": "2024-01-31 00:00:00", "moment": "2024-01-31 18:00:00", "hour": "06:00:00",
		"length": "1 day, 3:00:00", "iso": "2026-02-03 04:05:06", "rich": "bold words", "shared": "汉字", "formula": "ab", "sum": "2", "error": "#REF!", "hard": "a b", "none": "",
		"pieces": "12", "minus": "0", "backwards": "last", "upwards": "5",
	} {
		require.Equal(t, want, got[name], name)
	}
}

// A workbook that another library writes reads the same.
func TestWorkbookOfAnotherWriter(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	require.NoError(t, f.SetSheetName("Sheet1", "Survey "))
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	rows := [][]any{
		{"type", "name", "label", "default", "required"}, {"text", "a", "甲", 7.0, true}, {}, {"date", "b", "B", time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), "no"},
		{"text", "c", "C", "<&>\"\n二", nil}, {"decimal", "d", "D", -0.25, nil},
	}
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Survey ", cell, &r))
	}
	require.NoError(t, f.SetCellStyle("Survey ", "D4", "D4", day))
	_, err = f.NewSheet("Notes of the author")
	require.NoError(t, err)
	buf, err := f.WriteToBuffer()
	require.NoError(t, err)
	got := defaultsOf(t, buf.Bytes())
	require.Equal(t, map[string]string{"a": "7", "b": "2026-01-31 00:00:00", "c": "<&>\" 二", "d": "-0.25", "meta": "", "meta/instanceID": ""}, withoutBrackets(got))
}

func withoutBrackets(m map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		k, _, _ = strings.Cut(k, " [")
		out[k] = v
	}
	return out
}
