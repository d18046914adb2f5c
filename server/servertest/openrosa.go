package servertest

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/openrosa/collect"
	"ruhu/server/openrosa/enketo"
)

// AppUser draws the credentials of an OpenRosa client for a new worker with all grids of a street.
func (w *World) AppUser(street, name string) api.Enrolment {
	w.t.Helper()
	var e api.Enrolment
	w.People["admin"].Post("/v1/enrolments", map[string]any{"name": name, "grids": grids(street)}).Want(http.StatusCreated).JSON(&e)
	return e
}

// Collect sets a Collect app up from what its QR code holds.
func (w *World) Collect(e api.Enrolment, device string) *collect.Client {
	w.t.Helper()
	var settings struct {
		General map[string]string `json:"general"`
		Admin   map[string]any    `json:"admin"`
		Project map[string]string `json:"project"`
	}
	packed, err := base64.StdEncoding.DecodeString(e.CollectQr)
	require.NoError(w.t, err)
	z, err := zlib.NewReader(bytes.NewReader(packed))
	require.NoError(w.t, err)
	require.NoError(w.t, json.NewDecoder(z).Decode(&settings))
	require.NotNil(w.t, settings.Admin, "Collect refuses settings without it")
	require.Equal(w.t, "match_exactly", settings.General["form_update_mode"])
	return collect.New(settings.General["server_url"], device, w.Clock.Now)
}

// Enketo sets an Enketo up for an address.
func (w *World) Enketo(server string) *enketo.Client { return enketo.New(server, w.Clock.Now) }

// AddForm publishes a form with files, by name.
func (w *World) AddForm(xml string, files map[string]string) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("form", "form.xml")
	require.NoError(w.t, err)
	_, _ = part.Write([]byte(xml))
	for name, text := range files {
		part, err := m.CreateFormFile("attachment", name)
		require.NoError(w.t, err)
		_, _ = part.Write([]byte(text))
	}
	require.NoError(w.t, m.Close())
	w.People["admin"].Do("POST", "/v1/forms", b.Bytes(), With("Content-Type", m.FormDataContentType())).Want(http.StatusCreated)
}

// XForm writes a small form: one text, one choice, one photo; and with list not empty an entity that the text labels.
func XForm(id, version, list string) string {
	entity, versionAttr, ns, bind := "", "", "", ""
	if list != "" {
		ns = ` xmlns:entities="http://www.opendatakit.org/xforms/entities"`
		versionAttr = ` entities:entities-version="2024.1.0"`
		entity = fmt.Sprintf(`<entity dataset="%s" id="" create="" update="" baseVersion="" trunkVersion="" branchId=""><label/></entity>`, list)
		bind = `<bind nodeset="/data/meta/entity/@id" type="string"/>`
	}
	return `<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"` + ns + `>
<h:head><h:title>` + id + `</h:title><model` + versionAttr + `><instance><data id="` + id + `" version="` + version + `"><words/><road/><photo/><meta><instanceID/><instanceName/>` + entity + `</meta></data></instance>
<bind nodeset="/data/words" type="string"` + save(list) + `/><bind nodeset="/data/road" type="string"/><bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/meta/instanceID" type="string" readonly="true()"/>` + bind + `</model></h:head>
<h:body><input ref="/data/words"><label>words</label></input><select1 ref="/data/road"><label>road</label><item><label>good</label><value>1</value></item><item><label>bad</label><value>2</value></item></select1>
<upload ref="/data/photo" mediatype="image/*"><label>photo</label></upload></h:body></h:html>`
}

func save(list string) string {
	if list == "" {
		return ""
	}
	return ` entities:saveto="words"`
}

// Filled writes a submission of such a form. deprecated "" = a new record.
func Filled(id, version, instance, deprecated, words, road, photo, entity string) string {
	if deprecated != "" {
		deprecated = "<orx:deprecatedID>" + deprecated + "</orx:deprecatedID>"
	}
	return `<data id="` + id + `" version="` + version + `" xmlns:orx="http://openrosa.org/xforms"><words>` + words + `</words><road>` + road + `</road><photo>` + photo +
		`</photo><orx:meta><orx:instanceID>` + instance + `</orx:instanceID>` + deprecated + entity + `</orx:meta></data>`
}
