package instruments_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

var update = flag.Bool("update", false, "convert the tables anew and write workbooks, forms and the field tables of the documentation")

// built converts tables to a workbook and a form.
func built(t *testing.T, name string) (xlsx, xml []byte) {
	t.Helper()
	tables, err := os.ReadFile(name + ".md")
	require.NoError(t, err)
	sheets, err := xlsform.ParseMarkdown(string(tables))
	require.NoError(t, err)
	out, err := xlsform.ConvertTables(sheets, xlsform.Options{})
	require.NoError(t, err, "%s: %v", name, out.Faults)
	require.Empty(t, out.Faults, name)
	xlsx, err = xlsform.WriteXLSX(sheets)
	require.NoError(t, err)
	again, err := xlsform.Convert(xlsx, xlsform.Options{})
	require.NoError(t, err)
	require.Equal(t, string(out.XML), string(again.XML), "%s: the workbook means what the tables mean", name)
	return xlsx, out.XML
}

func TestWorkbooksAndFormsAreWhatTheTablesSay(t *testing.T) {
	for _, id := range []string{"hh_sentiment", "appraisal", "candidate_interview", "village_sheet", "followup", "visit_log", "backcheck"} {
		xlsx, xml := built(t, id)
		if *update {
			require.NoError(t, os.WriteFile(id+".xlsx", xlsx, 0o644))
			require.NoError(t, os.WriteFile(id+".xml", xml, 0o644))
		}
		for name, want := range map[string][]byte{id + ".xlsx": xlsx, id + ".xml": xml} {
			got, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got), "%s is not what %s.md says: go test ./schema/instruments -update", name, id)
		}
	}
}

const docFile = "../../docs/instruments.md"

func TestTheDocumentationListsEveryField(t *testing.T) {
	b, err := os.ReadFile(docFile)
	require.NoError(t, err)
	doc := string(b)
	for _, i := range instruments.All() {
		form, _, err := xform.Read(i.XML)
		require.NoError(t, err)
		begin, end := fmt.Sprintf("<!-- fields %s -->\n", i.ID), "<!-- end -->"
		head, rest, ok := strings.Cut(doc, begin)
		require.True(t, ok, i.ID)
		old, tail, ok := strings.Cut(rest, end)
		require.True(t, ok, i.ID)
		want := fields(form)
		if *update {
			doc = head + begin + want + end + tail
			continue
		}
		require.Equal(t, want, old, "docs/instruments.md: go test ./schema/instruments -update")
	}
	if *update {
		require.NoError(t, os.WriteFile(docFile, []byte(doc), 0o644))
	}
}

// fields writes a form's fields as a table: what people answer and what is computed; notes and metadata aside.
func fields(f *schema.Form) string {
	var b strings.Builder
	b.WriteString("| path | type | 中文 | English | answers | rule |\n| --- | --- | --- | --- | --- | --- |\n")
	cell := func(s string) string { return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`) }
	for _, n := range f.Questions() {
		if n.Control == schema.Note || n.InMeta || n.Added {
			continue
		}
		kind := string(n.Control)
		if n.Control == schema.Input || n.Control == schema.Hidden {
			kind = strings.TrimSpace(string(n.Type) + map[bool]string{true: " hidden"}[n.Control == schema.Hidden])
		}
		var values []string
		for _, c := range n.ChoiceItems() {
			values = append(values, c.Value)
		}
		answers := strings.Join(values, " ")
		if n.Choices != nil && n.Choices.List.Open {
			answers = n.Choices.List.Src
		}
		var rules []string
		code := func(what, expr string) {
			if expr != "" && expr != "false()" {
				rules = append(rules, what+" `"+cell(expr)+"`")
			}
		}
		if n.Required == "true()" {
			rules = append(rules, "required")
		}
		code("if", n.Relevant)
		code("holds", n.Constraint)
		code("=", n.Calculation)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", n.Path, kind, cell(n.Label.In("zh")), cell(n.Label.In("en")), cell(answers), strings.Join(rules, "; "))
	}
	return b.String()
}
