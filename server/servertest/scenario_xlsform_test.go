package servertest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xlsform"
	"ruhu/server/api"
	"ruhu/server/servertest"
)

// upload packs the tables of a Markdown text as a workbook, as a browser posts it.
func upload(t *testing.T, name, md string) (body []byte, kind servertest.Option) {
	t.Helper()
	sheets, err := xlsform.ParseMarkdown(md)
	require.NoError(t, err)
	src, err := xlsform.WriteXLSX(sheets)
	require.NoError(t, err)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("form", name)
	require.NoError(t, err)
	_, _ = part.Write(src)
	require.NoError(t, m.Close())
	return b.Bytes(), servertest.With("Content-Type", m.FormDataContentType())
}

// A spreadsheet is known by its bytes, named after its file, and judged as a whole: each fault has its cell and a hint.
func TestSpreadsheetsBecomeForms(t *testing.T) {
	w := servertest.Start(t)
	body, kind := upload(t, "trees.xlsx", "| survey |\n|  | type | name | label |\n|  | text | kind | Kind |\n|  | image | photo | Photo |")
	var added api.FormAdded
	w.People["admin"].Do("POST", "/v1/forms", body, kind).Want(http.StatusCreated).JSON(&added)
	require.Equal(t, "trees", added.ID)
	require.NotEmpty(t, added.Warnings)
	require.Equal(t, "survey", added.Warnings[0].Sheet)
	require.Equal(t, 3, added.Warnings[0].Row)
	require.NotEmpty(t, added.Warnings[0].Hint)
	xml := w.People["admin"].Get("/v1/forms/trees/-/form.xml").Want(http.StatusOK)
	require.Contains(t, string(xml.Body), `<upload ref="/data/photo" mediatype="image/*">`)

	body, kind = upload(t, "bad.xlsx", "| survey |\n|  | type | name | label | relevant |\n|  | intger | a | A | |\n|  | text | b | B | ${c} = 1 |")
	p := w.People["admin"].Do("POST", "/v1/forms", body, kind, servertest.With("Accept-Language", "en")).Problem("form-faults")
	require.Len(t, p.Faults, 2)
	require.Equal(t, api.Fault{Sheet: "survey", Line: 2, Row: 2, Column: "type", Code: "unknown-type", Message: "unknown question type 'intger'", Hint: "did you mean integer?"}, p.Faults[0])
	require.Equal(t, "relevant", p.Faults[1].Column)
	w.People["admin"].Get("/v1/forms/bad/-").Want(http.StatusNotFound)
}

// A form is looked at before it is published: nothing is stored, and a form that could not be added says so in the same words.
func TestFormsAreCheckedBeforeTheyArePublished(t *testing.T) {
	w := servertest.Start(t)
	admin := w.People["admin"]
	const md = "| survey |\n|  | type | name | label | choice_filter |\n|  | text | street | Street | |\n|  | select_one_external shop | shop | Shop | street = ${street} |\n" +
		"| external_choices |\n|  | list_name | name | label | street |\n|  | shop | 1 | Bakery | Long Road |\n| settings |\n|  | form_id | version |\n|  | shops | 1 |"
	body, kind := upload(t, "shops.xlsx", md)
	var got api.FormChecked
	admin.Do("POST", "/v1/forms:check", body, kind).Want(http.StatusOK).JSON(&got)
	require.Equal(t, "shops", got.ID)
	require.False(t, got.Known)
	require.Nil(t, got.From)
	require.Contains(t, got.PhoneXML, "deprecatedID")
	require.Len(t, got.Files, 1)
	require.Equal(t, "itemsets.csv", got.Files[0].Name)
	admin.Get("/v1/forms/shops/1").Want(http.StatusNotFound)

	admin.Do("POST", "/v1/forms", body, kind).Want(http.StatusCreated)
	admin.Do("POST", "/v1/forms:check", body, kind).Want(http.StatusOK).JSON(&got)
	require.True(t, got.Known)
	body, kind = upload(t, "shops.xlsx", md[:len(md)-3]+"2 |")
	admin.Do("POST", "/v1/forms:check", body, kind).Want(http.StatusOK).JSON(&got)
	require.Equal(t, "1", *got.From)

	body, kind = upload(t, "bad.xlsx", "| survey |\n|  | type | name | label |\n|  | intger | a | A |")
	p := admin.Do("POST", "/v1/forms:check", body, kind, servertest.With("Accept-Language", "en")).Problem("form-faults")
	require.Equal(t, 2, p.Faults[0].Row)
}
