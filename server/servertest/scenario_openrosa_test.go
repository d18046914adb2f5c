package servertest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/limits"
	"ruhu/server/api"
	"ruhu/server/openrosa/collect"
	"ruhu/server/openrosa/enketo"
	"ruhu/server/servertest"
)

const house = "房屋 登记"

var (
	jpeg = append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("j"), 3000)...)
	png  = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("p"), 3000)...)
)

func houseRecords(t *testing.T, w *servertest.World, form string) []api.RecordBrief {
	t.Helper()
	var page api.RecordPage
	w.People["reviewer-1"].Get("/v1/records?form=" + url.QueryEscape(form)).Want(200).JSON(&page)
	return page.Items
}

func recordOf(t *testing.T, w *servertest.World, id string) api.Record {
	t.Helper()
	var r api.Record
	w.People["reviewer-1"].Get("/v1/records/" + id).Want(200).JSON(&r)
	return r
}

// answer finds the value of a question whatever the path's root is called.
func answer(r api.Record, question string) string {
	for path, v := range r.Answers {
		if v != nil && strings.TrimPrefix(path[strings.LastIndexByte(path, '/')+1:], "/") == question {
			return *v
		}
	}
	return ""
}

func TestCollectFromTheSheetOfPaperToTheOffice(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm(house, "1", ""), map[string]string{"说明.txt": "读给住户"})
	e := w.AppUser(servertest.Street1, "李 秀")
	c := w.Collect(e, "collect:a")
	done, err := c.Sync(t.Context())
	require.NoError(t, err)
	require.Contains(t, done, "new "+house)
	require.Contains(t, done, "new "+servertest.Form, "forms of the open survey too")
	require.Equal(t, servertest.XForm(house, "1", ""), string(c.Forms[house][0].XML))
	require.Equal(t, "读给住户", string(c.Forms[house][0].Media["说明.txt"]))
	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, done)

	in := collect.Instance{FileName: house + "_2026.xml", XML: []byte(servertest.Filled(house, "1", "uuid:one", "", "屋顶漏水", "2", "一.jpg", "")),
		Files: []collect.File{{Name: "一.jpg", Type: "image/jpeg", Bytes: jpeg}, {Name: "audit.csv", Type: "text/csv", Bytes: []byte("event,node,start,end\n")}}}
	message, err := c.Submit(t.Context(), in)
	require.NoError(t, err)
	require.NotEmpty(t, message)
	for range 2 {
		_, err = c.Submit(t.Context(), in)
		require.NoError(t, err, "again, as after a lost answer")
	}
	list := houseRecords(t, w, house)
	require.Len(t, list, 1)
	rec := recordOf(t, w, list[0].ID)
	require.Equal(t, "屋顶漏水", answer(rec, "words"))
	require.Empty(t, rec.MissingAttachments)

	var subs api.SubmissionList
	at := "/v1/records/" + list[0].ID + "/submissions"
	w.People["reviewer-1"].Get(at).Want(200).JSON(&subs)
	require.Len(t, subs.Items, 1)
	require.Equal(t, "uuid:one", subs.Items[0].Instance)
	require.Len(t, subs.Items[0].Files, 2)
	require.Equal(t, string(in.XML), string(w.People["reviewer-1"].Get(at+"/uuid:one").Want(200).Body), "byte for byte")
	require.Equal(t, string(in.XML), string(w.People["reviewer-1"].Get(at+"/uuid:one?hash="+subs.Items[0].Hash).Want(200).Body))
	w.People["reviewer-1"].Get(at + "/uuid:one?hash=" + strings.Repeat("1", 64)).Problem("not-found")
	w.People["reviewer-2"].Get(at).Problem("not-found")
	for i, f := range subs.Items[0].Files {
		bytesAt := "/v1/attachments/" + f.Attachment[len("sha256-"):len("sha256-")+64]
		got := w.People["reviewer-1"].Get(bytesAt).Want(200).Body
		require.True(t, slices.ContainsFunc(in.Files, func(sent collect.File) bool { return sent.Name == f.Name && bytes.Equal(sent.Bytes, got) }), "file %d, named by an answer or not", i)
		w.People["reviewer-2"].Get(bytesAt).Problem("not-found")
	}

	// A record whose picture has not come says so, by the name the phone gave it.
	in = collect.Instance{FileName: "two.xml", XML: []byte(servertest.Filled(house, "1", "uuid:two", "", "无图", "1", "二.jpg", ""))}
	_, err = c.Submit(t.Context(), in)
	require.NoError(t, err)
	for _, want := range [][]string{{"二.jpg"}, {}} {
		for _, r := range houseRecords(t, w, house) {
			if rec := recordOf(t, w, r.ID); answer(rec, "words") == "无图" {
				require.Equal(t, want, rec.MissingAttachments)
			}
		}
		in.Files = []collect.File{{Name: "二.jpg", Type: "image/jpeg", Bytes: jpeg}}
		_, err = c.Submit(t.Context(), in)
		require.NoError(t, err)
	}

	// A version that is closed takes what was filled in before; a form nobody knows is refused in words.
	w.People["admin"].Post("/v1/forms/"+url.PathEscape(house)+"/1/close", nil).Want(204)
	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"removed " + house}, done)
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "b.xml", XML: []byte(servertest.Filled(house, "1", "uuid:late", "", "x", "1", "", ""))})
	require.NoError(t, err)
	require.Len(t, houseRecords(t, w, house), 3)
	var failure *collect.Failure
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "c.xml", XML: []byte(servertest.Filled(house, "7", "uuid:seven", "", "x", "1", "", ""))})
	require.ErrorAs(t, err, &failure)
	require.Equal(t, http.StatusNotFound, failure.Status)
	require.Contains(t, failure.Message, house)

	// Revoked as a device, within limits.RevocationLag.
	var page api.DevicePage
	w.People["admin"].Get("/v1/devices?worker=" + e.Worker).Want(200).JSON(&page)
	require.Len(t, page.Items, 1)
	require.Equal(t, e.CollectDevice, page.Items[0].ID)
	require.Equal(t, "openrosa", page.Items[0].Platform)
	require.NotEmpty(t, page.Items[0].LastSeen)
	w.People["admin"].Do("DELETE", "/v1/devices/"+e.CollectDevice, map[string]string{"reason": "lost"}).Want(204)
	w.Clock.Advance(limits.RevocationLag)
	_, err = c.Submit(t.Context(), in)
	require.ErrorAs(t, err, &failure)
	require.Equal(t, http.StatusForbidden, failure.Status, "not 401: nobody is asked for a password")

	log := w.Log.String()
	key := e.CollectURL[strings.LastIndexByte(e.CollectURL, '/')+1:]
	for _, secret := range []string{key, e.CollectPassword, "屋顶漏水", "collect:a"} {
		require.NotContains(t, log, secret)
	}
	require.Contains(t, log, "/openrosa/key/:key/submission")
}

func TestDigestAgainstTheWholeServer(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm(house, "1", ""), nil)
	e := w.AppUser(servertest.Street1, "李 秀")
	c := collect.New(w.URL+"/openrosa", "collect:b", w.Clock.Now)
	c.Username, c.Password = e.CollectUsername, e.CollectPassword
	_, err := c.Sync(t.Context())
	require.NoError(t, err)
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(servertest.Filled(house, "1", "uuid:d", "", "x", "1", "", ""))})
	require.NoError(t, err)
	w.Clock.Advance(2 * time.Hour)
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(servertest.Filled(house, "1", "uuid:e", "", "x", "1", "", ""))})
	require.NoError(t, err)
	w.People["reviewer-1"] = w.SignIn("reviewer-1")
	require.Len(t, houseRecords(t, w, house), 2)
}

// Two phones got the same record and edit it offline. Whatever order their edits come in, and twice: one record, and both
// answers where they disagree.
func TestTwoCollectPhonesEditOneRecord(t *testing.T) {
	for _, order := range [][]int{{0, 1}, {1, 0}, {0, 1, 0, 1}, {1, 0, 0, 1}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			w := servertest.Start(t)
			w.AddForm(servertest.XForm(house, "1", ""), nil)
			phones := []*collect.Client{w.Collect(w.AppUser(servertest.Street1, "李"), "collect:a"), nil}
			phones[1] = w.Collect(w.AppUser(servertest.Street1, "王"), "collect:b")
			_, err := phones[0].Submit(t.Context(), collect.Instance{FileName: "o.xml", XML: []byte(servertest.Filled(house, "1", "uuid:o", "", "原", "1", "", ""))})
			require.NoError(t, err)
			edits := []string{servertest.Filled(house, "1", "uuid:a", "uuid:o", "甲", "1", "", ""), servertest.Filled(house, "1", "uuid:b", "uuid:o", "乙", "2", "", "")}
			for _, i := range order {
				_, err := phones[i].Submit(t.Context(), collect.Instance{FileName: "e.xml", XML: []byte(edits[i])})
				require.NoError(t, err)
			}
			list := houseRecords(t, w, house)
			require.Len(t, list, 1)
			rec := recordOf(t, w, list[0].ID)
			require.Len(t, rec.Conflicts, 1)
			var values []string
			for _, sib := range rec.Siblings[rec.Conflicts[0]] {
				values = append(values, *sib.Value)
			}
			require.ElementsMatch(t, []string{"甲", "乙"}, values)
			require.Equal(t, "2", answer(rec, "road"), "what only one of them changed is changed")
		})
	}
}

func TestEnketoCollectsAndTheOfficeEditsInIt(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm(house, "1", ""), nil)
	e := w.Enketo(w.AppUser(servertest.Street1, "李").CollectURL)
	form, err := e.Open(t.Context(), house)
	require.NoError(t, err)
	form.MaxSize = 4000
	rec := enketo.Record{InstanceID: "uuid:k", XML: servertest.Filled(house, "1", "uuid:k", "", "原", "1", "照片 一-19_49_1.png", ""), Files: []enketo.File{
		{Name: "照片 一-19_49_1.png", Type: "image/png", Bytes: png}, {Name: "b.png", Type: "image/png", Bytes: png}}}
	e.Queue(rec)
	e.Queue(enketo.Record{InstanceID: "uuid:l", XML: servertest.Filled(house, "1", "uuid:l", "", "二", "2", "", "")})
	require.Zero(t, e.Flush(t.Context(), form))
	_, err = e.Submit(t.Context(), form, rec)
	require.NoError(t, err)
	list := houseRecords(t, w, house)
	require.Len(t, list, 2)
	id := ""
	for _, r := range list {
		if answer(recordOf(t, w, r.ID), "words") == "原" {
			id = r.ID
		}
	}
	require.Empty(t, recordOf(t, w, id).MissingAttachments)

	// A server of Enketo that keeps what it is asked, as the real one does.
	var call url.Values
	api2 := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		require.Equal(t, "enketokey", user)
		require.NoError(t, r.ParseForm())
		if call != nil {
			rw.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		call = r.PostForm
		rw.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(rw).Encode(map[string]any{"edit_url": "https://enketo.example/edit/abc", "code": 201})
	}))
	defer api2.Close()
	w.Server.Enketo.URL, w.Server.Enketo.Key = api2.URL, "enketokey"
	var out api.EditURL
	officer := w.People["reviewer-1"]
	officer.Post("/v1/records/"+id+"/edit-url", map[string]string{"return_url": "https://evil.example/"}).Problem("invalid")
	officer.Post("/v1/records/"+id+"/edit-url", map[string]string{"return_url": "/office/"}).Want(201).JSON(&out)
	require.Equal(t, "https://enketo.example/edit/abc", out.URL)
	require.Equal(t, w.URL+"/office/", call.Get("return_url"))
	officer.Post("/v1/records/"+id+"/edit-url", map[string]string{}).Problem("conflict")
	w.People["reviewer-2"].Post("/v1/records/"+id+"/edit-url", map[string]string{}).Problem("not-found")

	page := w.Enketo(call.Get("server_url"))
	form, err = page.Open(t.Context(), call.Get("form_id"))
	require.NoError(t, err)
	served := call.Get("instance_id")
	require.Contains(t, call.Get("instance"), served)
	for name, list := range call {
		if strings.HasPrefix(name, "instance_attachments[") {
			res, err := http.Get(list[0])
			require.NoError(t, err)
			require.Equal(t, 200, res.StatusCode)
			require.Equal(t, "image/png", res.Header.Get("Content-Type"))
			require.NoError(t, res.Body.Close())
		}
	}
	require.NotEmpty(t, call["instance_attachments[照片 一-19_49_1.png]"])

	// A worker's edit arrives while the page is open: the officer has not seen it.
	_, err = e.Submit(t.Context(), form, enketo.Record{InstanceID: "uuid:m", DeprecatedID: "uuid:k", XML: servertest.Filled(house, "1", "uuid:m", "uuid:k", "原", "2", "照片 一-19_49_1.png", "")})
	require.NoError(t, err)
	edit := enketo.Record{InstanceID: "uuid:n", DeprecatedID: served, XML: servertest.Filled(house, "1", "uuid:n", served, "办公室改", "1", "照片 一-19_49_1.png", "")}
	for range 2 {
		_, err = page.Submit(t.Context(), form, edit)
		require.NoError(t, err)
	}
	require.Len(t, houseRecords(t, w, house), 2)
	got := recordOf(t, w, id)
	require.Equal(t, "办公室改", answer(got, "words"))
	require.Equal(t, "2", answer(got, "road"), "what the officer left alone is the worker's")
	require.Empty(t, got.Conflicts)
	require.Empty(t, got.MissingAttachments, "unchanged files are carried over")

	var refusal *enketo.Refusal
	_, err = page.Submit(t.Context(), form, enketo.Record{InstanceID: "uuid:x", XML: servertest.Filled(house, "1", "uuid:x", "", "新", "1", "", "")})
	require.ErrorAs(t, err, &refusal)
	require.GreaterOrEqual(t, refusal.Status, 400, "the grant is for this record alone")
	w.Clock.Advance(limits.EditGrantTTL)
	_, err = page.Submit(t.Context(), form, edit)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusForbidden, refusal.Status)
	require.NotContains(t, w.Log.String(), call.Get("server_url")[len(w.URL+"/openrosa/edit/"):])
}

func TestCollectMakesAndFollowsEntities(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm("make", "1", "houses"), nil)
	read := strings.Replace(servertest.XForm("read", "1", ""), "<bind nodeset=\"/data/words\"", `<instance id="houses" src="jr://file-csv/houses.csv"/><bind nodeset="/data/words"`, 1)
	w.AddForm(read, nil)
	a, b := w.Collect(w.AppUser(servertest.Street1, "李"), "collect:a"), w.Collect(w.AppUser(servertest.Street1, "王"), "collect:b")
	_, err := b.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, b.Lists["houses"].Entities)
	const id = "5f0a5c1e-3f0e-4c36-9d43-0d0a9d7a2b11"
	_, err = a.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(servertest.Filled("make", "1", "uuid:e1", "", "蓝门", "1", "",
		`<entity dataset="houses" id="`+id+`" create="1"><label>蓝门</label></entity>`))})
	require.NoError(t, err)
	_, err = b.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, "蓝门", b.Lists["houses"].Entities[id].Label)
	require.Equal(t, 1, b.Lists["houses"].Entities[id].Version)
	fetched := b.Lists["houses"].Fetched
	_, err = b.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, fetched, b.Lists["houses"].Fetched)

	_, err = b.Submit(t.Context(), collect.Instance{FileName: "b.xml", XML: []byte(servertest.Filled("make", "1", "uuid:e2", "", "红门", "1", "",
		`<entity dataset="houses" id="`+id+`" update="1" baseVersion="1" trunkVersion="1" branchId="0b5f0a5c-3f0e-4c36-9d43-0d0a9d7a2b11"><label>红门</label></entity>`))})
	require.NoError(t, err)
	_, err = b.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, "红门", b.Lists["houses"].Entities[id].Label)

	officer := w.People["reviewer-1"]
	var page api.EntityPage
	officer.Get("/v1/entity-lists/houses/entities?street=" + servertest.Street1).Want(200).JSON(&page)
	require.Len(t, page.Items, 1)
	require.Equal(t, "红门", page.Items[0].Label)
	var row api.EntityRow
	at := "/v1/entity-lists/houses/entities/" + id + "?street=" + servertest.Street1
	officer.Do("POST", at, map[string]any{"version": page.Items[0].Version, "delete": true}, servertest.With("Idempotency-Key", "delete-it-1")).Want(200).JSON(&row)
	require.True(t, row.Deleted)
	b.Lists["houses"].Entities[id].Online = false // as if it had been made here and never sent
	b.Lists["houses"].Mark = ""
	_, err = b.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, b.Lists["houses"].Entities, "the integrity call tells that it is gone")
	var view api.EntityView
	officer.Get(at).Want(200).JSON(&view)
	require.Len(t, view.History, 3)
}

func TestFilesChangesAndListsOfForms(t *testing.T) {
	w := servertest.Start(t)
	w.AddForm(servertest.XForm("make", "1", "houses"), map[string]string{"说明 一.txt": "读给住户"})
	w.AddForm(strings.Replace(servertest.XForm("make", "2", "houses"), "<label>words</label>", "<label>other words</label>", 1), nil)
	office, phone := w.People["viewer-1"], w.Phones[servertest.Street1]
	var files api.FormFileList
	office.Get("/v1/forms/make/1/files").Want(200).JSON(&files)
	require.Len(t, files.Items, 1)
	at := "/v1/forms/make/1/files/" + url.PathEscape(files.Items[0].Name)
	a := phone.Get(at).Want(200)
	require.Equal(t, "读给住户", string(a.Body))
	require.Equal(t, `"`+files.Items[0].Hash+`"`, a.Header.Get("ETag"))
	require.Empty(t, phone.Get(at, servertest.With("If-None-Match", a.Header.Get("ETag"))).Want(304).Body)

	office.Get("/v1/forms/" + servertest.Form + "/" + w.Version + "/files").Want(200).JSON(&files)
	require.NotEmpty(t, files.Items, "notice.csv, villages.csv")
	for _, f := range files.Items {
		a := phone.Get("/v1/forms/" + servertest.Form + "/" + w.Version + "/files/" + f.Name).Want(200)
		require.Len(t, a.Body, f.Size, f.Name)
	}

	var changes api.FormChangeList
	office.Get("/v1/forms/make/2/changes?from=1").Want(200).JSON(&changes)
	require.NotEmpty(t, changes.Items)
	require.NotEmpty(t, changes.Items[0].Text.Zh)
	office.Get("/v1/forms/make/2/changes?from=9").Problem("not-found")

	a = phone.Get("/v1/entity-lists/houses/list.csv").Want(200)
	require.Equal(t, "name,label,__version,words\n", string(a.Body))
	mark := a.Header.Get("ETag")
	phone.Get("/v1/entity-lists/houses/list.csv", servertest.With("If-None-Match", mark)).Want(304)
	c := w.Collect(w.AppUser(servertest.Street1, "李"), "collect:a")
	const id = "5f0a5c1e-3f0e-4c36-9d43-0d0a9d7a2b11"
	_, err := c.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(servertest.Filled("make", "1", "uuid:e1", "", "蓝门", "1", "",
		`<entity dataset="houses" id="`+id+`" create="1"><label>蓝门</label></entity>`))})
	require.NoError(t, err)
	a = phone.Get("/v1/entity-lists/houses/list.csv?after="+url.QueryEscape(strings.Trim(mark, `"`)), servertest.With("If-None-Match", mark)).Want(200)
	require.Equal(t, "name,label,__version,__deleted,words\n"+id+",蓝门,1,,蓝门\n", string(a.Body))
}
