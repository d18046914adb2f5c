package xlsform_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/xlsform"
)

// processor is the time this process has computed: unlike the clock it does not depend on who else uses the machine.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// within requires that f ends in two seconds and holds no more than 256 MB at its end or on the way.
func within(t *testing.T, f func()) {
	t.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	peak := make(chan uint64)
	stop := make(chan struct{})
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	start := processor(t)
	f()
	took := processor(t) - start
	close(stop)
	most := <-peak
	runtime.ReadMemStats(&after)
	t.Logf("%v, heap at most %d MB", took.Round(time.Millisecond), most>>20)
	require.Less(t, took, 2*time.Second)
	if most > before.HeapAlloc {
		require.Less(t, most-before.HeapAlloc, uint64(256<<20))
	}
}

func refused(t *testing.T, src []byte, code string) xlsform.Result {
	t.Helper()
	var r xlsform.Result
	var err error
	within(t, func() { r, err = xlsform.Convert(src, xlsform.Options{Name: "x"}) })
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	require.Nil(t, r.XML)
	codes := []string{}
	for _, f := range r.Faults {
		codes = append(codes, f.Code)
		require.NotEmpty(t, f.ZH)
		require.NotEmpty(t, f.EN)
	}
	require.Contains(t, codes, code)
	return r
}

// pack zips parts.
func pack(t testing.TB, parts map[string]string, order ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range order {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = f.Write([]byte(parts[name]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

const (
	relsTop  = `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	book     = `<workbook xmlns:r="r"><sheets><sheet name="survey" r:id="r1"/></sheets></workbook>`
	relsBook = `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="x/styles" Target="styles.xml"/></Relationships>`
)

// workbook packs one sheet with shared strings and styles.
func workbook(t testing.TB, sheet, shared, styles string) []byte {
	t.Helper()
	parts := map[string]string{"_rels/.rels": relsTop, "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relsBook, "xl/worksheets/sheet1.xml": sheet}
	order := []string{"_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"}
	if shared != "" {
		parts["xl/sharedStrings.xml"] = shared
		order = append(order, "xl/sharedStrings.xml")
	}
	if styles != "" {
		parts["xl/styles.xml"] = styles
		order = append(order, "xl/styles.xml")
	}
	return pack(t, parts, order...)
}

func TestOtherFilesAreNamed(t *testing.T) {
	refused(t, nil, "not-a-workbook")
	refused(t, []byte("<h:html/>"), "not-a-workbook")
	refused(t, append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...), "not-a-workbook")
	refused(t, []byte("PK\x03\x04 and then nothing of a zip"), "zip")
	refused(t, pack(t, map[string]string{"AndroidManifest.xml": "x"}, "AndroidManifest.xml"), "not-a-workbook")
	docx := map[string]string{"_rels/.rels": strings.ReplaceAll(relsTop, "xl/workbook", "word/document"), "word/document.xml": `<document/>`}
	refused(t, pack(t, docx, "_rels/.rels", "word/document.xml"), "not-a-workbook")
	refused(t, pack(t, map[string]string{"_rels/.rels": relsTop, "xl/workbook.xml": `<workbook/>`}, "_rels/.rels", "xl/workbook.xml"), "not-a-workbook")
	refused(t, make([]byte, 9<<20), "limit")
}

func TestBombs(t *testing.T) {
	t.Run("a sheet that unpacks to a gigabyte", func(t *testing.T) {
		refused(t, workbook(t, `<worksheet><sheetData>`+strings.Repeat("<row/>", 40<<20/6), "", ""), "limit")
	})
	t.Run("a sheet that unpacks a thousandfold", func(t *testing.T) {
		refused(t, workbook(t, `<worksheet><sheetData>`+strings.Repeat(" ", 10<<20), "", ""), "zip-bomb")
	})
	t.Run("many cells", func(t *testing.T) {
		var b strings.Builder
		b.WriteString(`<worksheet><sheetData>`)
		for i := 0; b.Len() < 15<<20; i++ {
			fmt.Fprintf(&b, `<row r="%d"><c t="str"><v>%x</v></c><c t="str"><v>text</v></c></row>`, i+1, uint32(i)*2654435761)
		}
		b.WriteString(`</sheetData></worksheet>`)
		refused(t, workbook(t, b.String(), "", ""), "limit")
	})
	t.Run("shared strings", func(t *testing.T) {
		var b strings.Builder
		for i := 0; b.Len() < 15<<20; i++ {
			fmt.Fprintf(&b, `<si><t>%x</t></si>`, uint32(i)*2654435761)
		}
		refused(t, workbook(t, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`, `<sst>`+b.String()+`</sst>`, ""), "column-missing")
	})
	t.Run("one string in every cell", func(t *testing.T) {
		var b strings.Builder
		for range 100_000 {
			b.WriteString(`<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>`)
		}
		refused(t, workbook(t, `<worksheet><sheetData>`+b.String()+`</sheetData></worksheet>`, `<sst><si><t>`+strings.Repeat("a", 800<<10)+`</t></si></sst>`, ""), "zip-bomb")
	})
	words := func(n int, one string) string { return strings.Repeat(one, n/len(one)) }
	t.Run("a long string in two thousand cells", func(t *testing.T) {
		shared := `<sst><si><t>type</t></si><si><t>name</t></si><si><t>label</t></si><si><t>text</t></si><si><t>` + words(30_000, "${a} ") + `</t></si></sst>`
		var b strings.Builder
		b.WriteString(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>`)
		for i := range 2000 {
			fmt.Fprintf(&b, `<row><c t="s"><v>3</v></c><c t="str"><v>q%d</v></c><c t="s"><v>4</v></c></row>`, i)
		}
		refused(t, workbook(t, `<worksheet><sheetData>`+b.String()+`</sheetData></worksheet>`, shared, ""), "limit")
	})
	t.Run("a cell in pieces", func(t *testing.T) {
		for piece, code := range map[string]string{"<v>%d<!-- %x --></v>": "column-missing", "<v> <!-- %d%x --></v>": "no-survey"} {
			open, rest, _ := strings.Cut(piece, ">")
			var b strings.Builder
			b.WriteString(`<worksheet><sheetData><row><c>` + open + ">")
			for i := range 300_000 {
				fmt.Fprintf(&b, strings.TrimSuffix(rest, "</v>"), i%10, uint32(i)*2654435761)
			}
			b.WriteString(`</v></c></row></sheetData></worksheet>`)
			refused(t, workbook(t, b.String(), "", ""), code)
		}
	})
	t.Run("entities", func(t *testing.T) {
		dtd := `<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`
		refused(t, workbook(t, dtd+`<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`, "", ""), "doctype")
		refused(t, workbook(t, `<worksheet/>`, dtd+`<sst><si><t>&b;</t></si></sst>`, ""), "doctype")
	})
	t.Run("depth", func(t *testing.T) {
		refused(t, workbook(t, strings.Repeat("<a>", 100_000), "", ""), "too-deep")
	})
	t.Run("attributes", func(t *testing.T) {
		var b strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&b, ` a%d="1"`, i)
		}
		refused(t, workbook(t, `<worksheet`+b.String()+`/>`, "", ""), "too-many")
	})
	t.Run("formats of numbers", func(t *testing.T) {
		styles := `<styleSheet><numFmts><numFmt numFmtId="200" formatCode="` + strings.Repeat("[", 100_000) + `"/></numFmts><cellXfs>` + strings.Repeat(`<xf numFmtId="200"/>`, 40_000) + `</cellXfs></styleSheet>`
		refused(t, workbook(t, `<worksheet/>`, "", styles), "no-survey")
	})
	t.Run("rows far down and cells far right", func(t *testing.T) {
		refused(t, workbook(t, `<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="str"><v>type</v></c></row></sheetData></worksheet>`, "", ""), "no-survey")
	})
}

func TestZipsThatLie(t *testing.T) {
	good := workbook(t, `<worksheet><sheetData><row><c t="str"><v>type</v></c></row></sheetData></worksheet>`, "", "")
	t.Run("two entries over each other", func(t *testing.T) {
		// the directory's second entry points at the first one's data
		b := bytes.Clone(good)
		at := bytes.Index(b, []byte("PK\x01\x02"))
		next := at + 4 + bytes.Index(b[at+4:], []byte("PK\x01\x02"))
		copy(b[next+42:next+46], b[at+42:at+46])
		copy(b[next+20:next+28], b[at+20:at+28])
		refused(t, b, "zip")
	})
	t.Run("one name twice", func(t *testing.T) {
		parts := map[string]string{"_rels/.rels": relsTop, "_RELS/.RELS": relsTop}
		refused(t, pack(t, parts, "_rels/.rels", "_RELS/.RELS"), "zip")
	})
	t.Run("too many entries", func(t *testing.T) {
		parts, order := map[string]string{}, []string{}
		for i := range 3000 {
			name := fmt.Sprintf("a%d", i)
			parts[name] = ""
			order = append(order, name)
		}
		refused(t, pack(t, parts, order...), "limit")
	})
	t.Run("a size that is not the size", func(t *testing.T) {
		b := bytes.Clone(good)
		at := 0
		for range 4 { // the directory entry of the sheet
			at += 4 + bytes.Index(b[at+4:], []byte("PK\x01\x02"))
		}
		binary.LittleEndian.PutUint32(b[at+24:], 3)
		refused(t, b, "zip")
	})
	t.Run("cut off", func(t *testing.T) {
		for n := 1; n < len(good); n += 97 {
			_, err := xlsform.Convert(good[:n], xlsform.Options{})
			require.Error(t, err)
		}
	})
}

func TestTenThousandFaults(t *testing.T) {
	sheet := xlsform.Sheet{Name: "survey", Rows: [][]string{{"type", "name", "label", "relevant", "constraint", "parameters"}}}
	for i := range 10_000 {
		sheet.Rows = append(sheet.Rows, []string{"selct_one yn", fmt.Sprintf("%d a", i), "", "${nobody" + fmt.Sprint(i) + "} and (", "${", "a=b=c"})
	}
	src, err := xlsform.WriteXLSX(xlsform.Sheets{sheet})
	require.NoError(t, err)
	r := refused(t, src, "name")
	require.LessOrEqual(t, len(r.Faults), 1002)
	require.Equal(t, "limit", r.Faults[len(r.Faults)-1].Code)
}

func TestGroupsWithoutEnd(t *testing.T) {
	sheet := xlsform.Sheet{Name: "survey", Rows: [][]string{{"type", "name", "label"}}}
	for i := range 10_000 {
		sheet.Rows = append(sheet.Rows, []string{"begin_group", fmt.Sprintf("g%d", i), "G"})
	}
	src, err := xlsform.WriteXLSX(xlsform.Sheets{sheet})
	require.NoError(t, err)
	refused(t, src, "unclosed")
}

// manyWords is a survey whose last column holds a text of 30,000 bytes in 250 rows.
func manyWords(column, one string) xlsform.Sheet {
	sheet := xlsform.Sheet{Name: "survey", Rows: [][]string{{"type", "name", "label", column}}}
	text := strings.Repeat(one, 30_000/len(one))
	for i := range 250 {
		sheet.Rows = append(sheet.Rows, []string{"text", fmt.Sprintf("q%d", i), "Q", text})
	}
	return sheet
}

func TestMoreReferencesThanAnybodyWrites(t *testing.T) {
	for _, column := range []string{"hint", "relevant", "default", "trigger", "constraint_message::fr"} {
		var r xlsform.Result
		var err error
		within(t, func() { r, err = xlsform.ConvertTables(xlsform.Sheets{manyWords(column, "${q1},")}, xlsform.Options{}) })
		require.Error(t, err, column)
		require.Nil(t, r.XML)
		require.Contains(t, r.Faults[len(r.Faults)-1].EN, "references", column)
	}
}

// A loop's words are as many as its questions' times its choices.
func TestLoopOfLongWords(t *testing.T) {
	sheet := manyWords("hint", "%(label)s ")
	sheet.Rows = slices.Insert(sheet.Rows[:20], 1, []string{"begin loop over l", "lp", "L"})
	sheet.Rows = append(sheet.Rows, []string{"end loop"})
	list := xlsform.Sheet{Name: "choices", Rows: [][]string{{"list_name", "name", "label"}}}
	for i := range 900 {
		list.Rows = append(list.Rows, []string{"l", fmt.Sprintf("c%d", i), strings.Repeat("label", 100)})
	}
	var r xlsform.Result
	var err error
	within(t, func() { r, err = xlsform.ConvertTables(xlsform.Sheets{sheet, list}, xlsform.Options{}) })
	require.Error(t, err)
	require.Nil(t, r.XML)
	require.Equal(t, "limit", r.Faults[0].Code)
	require.Equal(t, 2, r.Faults[0].Row)
}

func TestLongCells(t *testing.T) {
	long := strings.Repeat("${a", 200_000) + strings.Repeat("}", 200_000)
	sheets := xlsform.Sheets{{Name: "survey", Rows: [][]string{
		{"type", "name", "label", "relevant", "default", "parameters", "trigger"},
		{"text", "a", long, long, strings.Repeat("indexed-repeat(${a}", 30_000), strings.Repeat("a=", 100_000), long},
		{"text", strings.Repeat("b", 1<<20), "x"}, {strings.Repeat("c", 1<<20), "c", "x"},
	}}}
	var r xlsform.Result
	var err error
	within(t, func() { r, err = xlsform.ConvertTables(sheets, xlsform.Options{}) })
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	for _, f := range r.Faults {
		require.Less(t, len(f.EN)+len(f.ZH)+len(f.HintEN)+len(f.HintZH), 4000)
	}
}
