package survey_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema/xlsform"
	"ruhu/survey"
)

// workbookOf writes the tables of a Markdown text as a workbook.
func workbookOf(t *testing.T, md string) []byte {
	t.Helper()
	sheets, err := xlsform.ParseMarkdown(md)
	require.NoError(t, err)
	b, err := xlsform.WriteXLSX(sheets)
	require.NoError(t, err)
	return b
}

const shopMD = `
| survey |
|  | type | name | label | choice_filter |
|  | text | street | Street | |
|  | select_one_external shop | shop | Shop | street = ${street} |
| external_choices |
|  | list_name | name | label | street |
|  | shop | 1 | Bakery | Long Road |
| settings |
|  | form_id | version |
|  | shops | 1 |`

func TestAWorkbookIsKeptBesideItsForm(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	src := workbookOf(t, shopMD)
	f, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: src, Name: "shops"})
	require.NoError(t, err)
	require.True(t, added)
	require.Equal(t, "shops", f.ID)
	stored, err := w.s.Form(ctx, "shops", "1")
	require.NoError(t, err)
	require.Equal(t, src, stored.Source)
	require.True(t, bytes.HasPrefix(stored.XML, []byte("<")))
	file, err := w.s.FormFile(ctx, "shops", "1", "itemsets.csv")
	require.NoError(t, err)
	require.Contains(t, string(file.Bytes), "Bakery")

	again, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: src, Name: "shops"})
	require.NoError(t, err)
	require.False(t, added)
	require.Equal(t, stored.SHA256, again.SHA256)
	other := workbookOf(t, shopMD+" \n| extra | note |")
	_, _, _, err = w.s.AddForm(ctx, survey.NewForm{XML: workbookOf(t, shopMD[:len(shopMD)-len("1 |")]+"1 |\n| entities |\n|  | list_name | label |\n|  | shop | 'x' |"), Name: "shops"})
	require.Equal(t, errs.FormChanged, errs.CodeOf(err), "another form under the same version")
	_, _, added, err = w.s.AddForm(ctx, survey.NewForm{XML: other, Name: "shops"})
	require.NoError(t, err, "another workbook that makes the same form")
	require.False(t, added)
}

// What an earlier release made of a workbook stands: clients hold those bytes.
func TestAWorkbookStandsForWhatWasMadeOfIt(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	src := workbookOf(t, shopMD)
	made, err := xlsform.Convert(src, xlsform.Options{Name: "shops"})
	require.NoError(t, err)
	earlier := bytes.Replace(made.XML, []byte("<h:body"), []byte("<!-- an earlier release --><h:body"), 1)
	sum := sha256.Sum256(earlier)
	_, err = w.core.Survey().AddForm(ctx, survey.StoredForm{ID: "shops", Version: "1", XML: earlier, Source: src, SHA256: hex.EncodeToString(sum[:]), MD5: "md5:0"})
	require.NoError(t, err)
	f, _, added, err := w.s.AddForm(ctx, survey.NewForm{XML: src, Name: "shops"})
	require.NoError(t, err)
	require.False(t, added)
	require.Equal(t, hex.EncodeToString(sum[:]), f.SHA256)
	stored, err := w.s.Form(ctx, "shops", "1")
	require.NoError(t, err)
	require.Equal(t, earlier, stored.XML)
}

func TestAFaultyWorkbookStoresNothing(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	src := workbookOf(t, "| survey |\n|  | type | name | label | relevant |\n|  | intger | a | A | |\n|  | text | b | B | 1 + |")
	_, faults, added, err := w.s.AddForm(ctx, survey.NewForm{XML: src, Name: "x"})
	require.Equal(t, errs.FormFaults, errs.CodeOf(err))
	require.False(t, added)
	require.NotEmpty(t, faults)
	list, err := w.s.Forms(ctx)
	require.NoError(t, err)
	require.Empty(t, list)
}
