package servertest_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/limits"
	"ruhu/schema/instruments"
	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/survey"
	"ruhu/sync/crdt"
)

func TestFaultyImportsChangeNothingAndSayWhere(t *testing.T) {
	w := servertest.Start(t)
	registrar := w.People["registrar-1"]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	var before, after api.HouseholdPage
	registrar.Get("/v1/households?limit=200").Want(200).JSON(&before)
	p := registrar.Post("/v1/households:import", "household,grid,weight\nNEW1,"+grid+",1\nNEW2,"+servertest.Grid(servertest.Street2, 201, 3)+",1\nNEW3,"+grid+",-4\n").
		Problem("import-faults")
	require.Len(t, p.Faults, 2)
	require.Equal(t, 3, p.Faults[0].Line)
	require.Equal(t, "grid", p.Faults[0].Column)
	require.Equal(t, 4, p.Faults[1].Line)
	require.Equal(t, "weight", p.Faults[1].Column)
	registrar.Get("/v1/households?limit=200").Want(200).JSON(&after)
	require.Equal(t, before, after)
	en := registrar.Post("/v1/households:import", "household,grid\nX,1\n", servertest.With("Accept-Language", "en")).Problem("import-faults")
	require.Contains(t, en.Faults[0].Message, "15 digits")
	registrar.Post("/v1/households:import", "PK\x03\x04 not a workbook").Problem("unsupported-media")
}

func TestFormBytesComeBackUnchanged(t *testing.T) {
	w := servertest.Start(t)
	admin := w.People["admin"]
	var want []byte
	for _, i := range instruments.All() {
		if i.ID == servertest.Form {
			want = i.XML
		}
	}
	path := "/v1/forms/" + servertest.Form + "/" + url.PathEscape(w.Version)
	a := admin.Get(path + "/form.xml").Want(200)
	require.True(t, bytes.Equal(want, a.Body))
	admin.Get(path+"/form.xml", servertest.With("If-None-Match", a.Header.Get("ETag"))).Want(304)
	require.Contains(t, string(admin.Get(path+"/phone.xml").Want(200).Body), "deprecatedID")
	require.Contains(t, string(admin.Get(path+"/model.json").Want(200).Body), `"`+servertest.Form+`"`)

	upload := func(xml []byte) *servertest.Answer {
		var b bytes.Buffer
		b.WriteString("--x\r\nContent-Disposition: form-data; name=\"form\"; filename=\"f.xml\"\r\n\r\n")
		b.Write(xml)
		b.WriteString("\r\n--x--\r\n")
		return admin.Do("POST", "/v1/forms", b.Bytes(), servertest.With("Content-Type", "multipart/form-data; boundary=x"))
	}
	var added api.FormAdded
	upload(want).Want(201).JSON(&added)
	require.Equal(t, w.Version, added.Version)
	upload(append(bytes.Clone(want), '\n')).Problem("form-changed")
	faults := upload([]byte("<html/>")).Problem("form-faults")
	require.NotEmpty(t, faults.Faults)
	upload([]byte("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>")).Problem("form-faults")
}

func TestReadingAnswersLeavesATrace(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	id := servertest.NewRecord()
	p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted()))
	w.People["reviewer-1"].Get("/v1/records/" + id).Want(200)
	w.People["reviewer-2"].Get("/v1/records/" + id).Problem("not-found")
	w.People["viewer-1"].Get("/v1/records/" + id).Problem("forbidden")
	require.NoError(t, w.App.Auth.Flush(t.Context()))

	type entry struct{ actor, outcome string }
	read := func(auditor string) map[entry]bool {
		var page api.AuditPage
		w.People[auditor].Get("/v1/audit?limit=200&object=" + id).Want(200).JSON(&page)
		got := map[entry]bool{}
		for _, e := range page.Items {
			require.Equal(t, "records.read", e.Action)
			got[entry{e.Actor, e.Outcome}] = true
		}
		return got
	}
	seen := read("auditor-1")
	require.True(t, seen[entry{w.People["reviewer-1"].User, "ok"}])
	require.True(t, seen[entry{w.People["reviewer-2"].User, "not-found"}])
	require.True(t, seen[entry{w.People["viewer-1"].User, "forbidden"}])
	require.False(t, read("auditor-2")[entry{w.People["reviewer-1"].User, "ok"}], "another street's reads are not this auditor's")

	var v api.AuditVerdict
	w.People["auditor-1"].Post("/v1/audit/verify", nil).Want(200).JSON(&v)
	require.True(t, v.Ok)
	require.Positive(t, v.Entries)
}

func TestReleasesAreAllThatViewersSee(t *testing.T) {
	w := servertest.Start(t)
	reviewer, viewer := w.People["reviewer-1"], w.People["viewer-1"]
	street := "/v1/streets/" + servertest.Street1
	viewer.Get(street + "/summary").Problem("not-found")
	p := w.Phones[servertest.Street1]
	const q = question
	var ids []string
	for n := range 24 {
		id := servertest.NewRecord()
		ids = append(ids, id)
		p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201+n%2, 3), nil, submitted(q, fmt.Sprint(1+n%2))))
	}
	live := reviewer.Get(street + "/summary").Want(200)
	require.Equal(t, "application/json", live.Header.Get("Content-Type"))
	reviewer.Post(street+"/releases", map[string]string{"form": servertest.Form}).Problem("rule")
	for n, id := range ids {
		var rec api.Record
		reviewer.Get("/v1/records/" + id).Want(200).JSON(&rec)
		reviewer.Post("/v1/records/"+id+"/review", map[string]string{"ctx": rec.Ctx, "decision": "approve"},
			servertest.With("Idempotency-Key", fmt.Sprintf("approve-%04d", n))).Want(200)
		w.Clock.Advance(time.Second)
	}
	var rel api.Release
	reviewer.Post(street+"/releases", map[string]string{"form": servertest.Form, "note": "十一月"}).Want(201).JSON(&rel)
	require.Equal(t, "某reviewer-1", rel.ReleasedBy)

	frozen := viewer.Get(street + "/summary").Want(200)
	require.Equal(t, frozen.Body, viewer.Get(street+"/summary?release="+rel.ID).Want(200).Body)
	p.Push(p.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted(q, "1")))
	require.Equal(t, frozen.Body, viewer.Get(street+"/summary").Want(200).Body, "its bytes never change")
	w.People["viewer-2"].Get(street + "/summary?release=" + rel.ID).Problem("out-of-area")
	w.People["viewer-2"].Get("/v1/streets/" + servertest.Street2 + "/summary?release=" + rel.ID).Problem("not-found")
	page := viewer.Get(street + "/summary.html").Want(200)
	require.Contains(t, string(page.Body), "某reviewer-1")
	require.Contains(t, string(page.Body), "演示数据")
	for _, id := range ids {
		require.NotContains(t, string(frozen.Body), id)
	}
	require.NotContains(t, string(frozen.Body), p.User)
}

func TestExportIsAJobOfItsOwner(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	p.Push(p.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted(question, "1")))
	reviewer := w.People["reviewer-1"]
	reviewer.Post("/v1/exports", map[string]any{"form": "none", "format": "csv"}).Problem("not-found")
	reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "sav"}).Problem("unsupported-media")
	var job api.Export
	reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "status": []string{"submitted"}}).Problem("rule")
	reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "area": servertest.Street1 + "201"}).Problem("rule")
	reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "area": servertest.Street2}).Problem("out-of-area")
	w.People["researcher-1"].Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "correction": true}).Problem("forbidden")
	w.People["researcher-1"].Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv"}).Problem("rule")
	a := reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "status": []string{"submitted"}, "correction": true}).Want(202)
	a.JSON(&job)
	require.Equal(t, "/v1/exports/"+job.ID, a.Header.Get("Location"))
	require.Eventually(t, func() bool {
		reviewer.Get("/v1/exports/" + job.ID).Want(200).JSON(&job)
		return job.State == "done" || job.State == "failed"
	}, 10*time.Second, 20*time.Millisecond)
	require.EqualValues(t, "done", job.State, job.Code)
	file := reviewer.Get("/v1/exports/" + job.ID + "/file").Want(200)
	require.Equal(t, "nosniff", file.Header.Get("X-Content-Type-Options"))
	require.True(t, strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment"))
	part := reviewer.Get("/v1/exports/"+job.ID+"/file", servertest.With("Range", "bytes=2-5")).Want(206)
	require.Equal(t, file.Body[2:6], part.Body)
	w.People["researcher-1"].Get("/v1/exports/" + job.ID).Problem("not-found")
	w.People["reviewer-2"].Get("/v1/exports/" + job.ID + "/file").Problem("not-found")

	// A file made for one area is not served to a person who has left it since.
	moveTo := func(street string) {
		w.People["admin"].Do("PATCH", "/v1/users/"+reviewer.User, map[string]any{"area": street}).Want(200)
		w.Clock.Advance(6 * time.Second)
	}
	moveTo(servertest.Street2)
	moved := w.SignIn("reviewer-1")
	moved.Get("/v1/exports/" + job.ID + "/file").Problem("out-of-area")
	moveTo(servertest.Street1)
	reviewer = w.SignIn("reviewer-1")
	reviewer.Do("DELETE", "/v1/exports/"+job.ID, nil).Want(204)
	reviewer.Get("/v1/exports/" + job.ID + "/file").Problem("conflict")
}

func TestAttachmentInPieces(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	photo := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("pixels of a wall. "), 900)...)
	sum := sha256.Sum256(photo)
	name := "sha256-" + hex.EncodeToString(sum[:]) + ".png"
	id := servertest.NewRecord()
	// The built-in forms ask for no photo: an unknown path is merged as text and flagged, and names the attachment.
	p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted("photo", name)))

	tus := servertest.With("Tus-Resumable", "1.0.0")
	meta := func(name, record string) servertest.Option {
		b := base64.StdEncoding
		return servertest.With("Upload-Metadata", "filename "+b.EncodeToString([]byte(name))+",record "+b.EncodeToString([]byte(record)))
	}
	begin := func(c *servertest.Client, name, record string, size int) *servertest.Answer {
		return c.Do("POST", "/v1/attachments/", nil, tus, meta(name, record), servertest.With("Upload-Length", fmt.Sprint(size)))
	}
	begin(p.Client, "../../etc/passwd", id, 3).Problem("invalid")
	begin(p.Client, name, id, limits.AttachmentBytes+1).Problem("too-large")
	begin(p.Client, strings.Replace(name, ".png", ".exe", 1), id, 3).Problem("unsupported-media")
	begin(p.Client, name, servertest.NewRecord(), len(photo)).Problem("not-found")
	begin(w.Phones[servertest.Street2].Client, name, id, len(photo)).Problem("not-found")
	begin(w.People["reviewer-1"], name, id, len(photo)).Problem("forbidden")

	at := begin(p.Client, name, id, len(photo)).Want(201).Header.Get("Location")
	require.True(t, strings.HasPrefix(at, "/v1/attachments/up_"), at)
	patch := func(c *servertest.Client, offset int, b []byte) *servertest.Answer {
		return c.Do("PATCH", at, b, tus, servertest.With("Content-Type", "application/offset+octet-stream"), servertest.With("Upload-Offset", fmt.Sprint(offset)))
	}
	patch(p.Client, 0, photo[:5000]).Want(204)
	require.Equal(t, "5000", p.Do("HEAD", at, nil, tus).Want(200).Header.Get("Upload-Offset"))
	patch(w.Phones[servertest.Street2].Client, 5000, photo[5000:]).Problem("not-found")
	patch(p.Client, 4000, photo[4000:]).Problem("conflict")

	var rec api.Record
	w.People["reviewer-1"].Get("/v1/records/" + id).Want(200).JSON(&rec)
	require.Equal(t, []string{name}, rec.MissingAttachments)
	patch(p.Client, 5000, photo[5000:]).Want(204)
	require.Equal(t, fmt.Sprint(len(photo)), p.Do("HEAD", at, nil, tus).Want(200).Header.Get("Upload-Offset"), "a lost reply is found out")
	w.People["reviewer-1"].Get("/v1/records/" + id).Want(200).JSON(&rec)
	require.Empty(t, rec.MissingAttachments)

	get := "/v1/attachments/" + hex.EncodeToString(sum[:])
	a := w.People["reviewer-1"].Get(get).Want(200)
	require.True(t, bytes.Equal(photo, a.Body))
	require.Equal(t, "application/octet-stream", a.Header.Get("Content-Type"))
	require.Equal(t, `attachment; filename="`+name+`"`, a.Header.Get("Content-Disposition"))
	part := w.People["reviewer-1"].Get(get, servertest.With("Range", "bytes=8-12")).Want(206)
	require.Equal(t, photo[8:13], part.Body)
	require.True(t, bytes.Equal(photo, p.Get(get).Want(200).Body), "its author")
	w.People["reviewer-2"].Get(get).Problem("not-found")
	w.Phones[servertest.Street2].Get(get).Problem("not-found")
	w.People["viewer-1"].Get(get).Problem("forbidden")

	wrong := bytes.Clone(photo)
	wrong[len(wrong)-1]++
	at = begin(p.Client, name, id, len(wrong)).Want(201).Header.Get("Location")
	patch(p.Client, 0, wrong).Problem("invalid")
}

func TestWithdrawalErasesUnseen(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	registrar, reviewer := w.People["registrar-1"], w.People["reviewer-1"]
	const q = question
	code, hash := withdrawalCode(t)
	id := servertest.NewRecord()
	p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted(q, "1", "@withdrawal", hash)))
	reviewer.Get("/v1/records/" + id).Want(200)
	registrar.Get("/v1/records/" + id).Problem("forbidden")
	a := registrar.Post("/v1/withdrawals", map[string]string{"code": strings.ToLower(code)}).Want(204)
	require.Empty(t, a.Body)
	reviewer.Get("/v1/records/" + id).Problem("erased")
	erased := 0
	for _, l := range p.Pull() {
		if l.Record == id {
			require.EqualValues(t, "erased", l.Kind)
			erased++
		}
	}
	require.Equal(t, 1, erased)
	// Late originals are stripped on arrival.
	verdicts, _ := p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), crdt.VV{p.Device: 1}, map[string]string{q: "2"}))
	require.Equal(t, []string{"void erased"}, statuses(verdicts))
	for range limits.WithdrawalsPerHour - 1 {
		registrar.Post("/v1/withdrawals", map[string]string{"code": "0000 0000 0000"}).Problem("withdrawal-unknown")
	}
	held := registrar.Post("/v1/withdrawals", map[string]string{"code": "0000 0000 0000"})
	held.Problem("too-many-requests")
	require.NotEmpty(t, held.Header.Get("Retry-After"))
	require.NotContains(t, w.Log.String(), code)
}

// withdrawalCode draws a code as the phone does: what it shows, and what it stores.
func withdrawalCode(t *testing.T) (code, hash string) {
	t.Helper()
	code, err := survey.DrawWithdrawalCode(rand.Reader)
	require.NoError(t, err)
	return code, survey.WithdrawalHash(code)
}

func TestBulkErasureNeedsTwo(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	id := servertest.NewRecord()
	p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted()))
	var e api.Erasure
	w.People["admin"].Post("/v1/erasures", map[string]any{"records": []string{id, "no-such-record"}, "reason": "court order"}).Want(201).JSON(&e)
	require.EqualValues(t, "waiting", e.State)
	w.People["admin"].Post("/v1/erasures/"+e.ID+"/confirm", nil).Problem("rule")
	w.People["reviewer-1"].Get("/v1/records/" + id).Want(200)
	w.People["admin2"].Post("/v1/erasures/"+e.ID+"/confirm", nil).Want(200).JSON(&e)
	require.EqualValues(t, "done", e.State)
	require.Equal(t, []string{"no-such-record"}, e.Missing)
	w.People["reviewer-1"].Get("/v1/records/" + id).Problem("erased")
	w.People["admin2"].Post("/v1/erasures/"+e.ID+"/confirm", nil).Problem("conflict")
}

func TestOfficeInABrowserWithoutScript(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	p.Push(p.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted()))
	c := w.Anonymous()
	form := url.Values{"username": {"reviewer-1"}, "password": {servertest.Password}}
	a := c.Do("POST", "/login", form.Encode(), servertest.With("Content-Type", "application/x-www-form-urlencoded")).Want(303)
	cookie := servertest.With("Cookie", strings.SplitN(a.Header.Get("Set-Cookie"), ";", 2)[0])
	page := string(c.Get("/office/", cookie).Want(200).Body)
	require.Contains(t, page, "演示1街道")
	require.NotContains(t, page, "演示2街道")
	require.Contains(t, page, "/office/streets/"+servertest.Street1+"?form="+servertest.Form)
	c.Get("/office/streets/"+servertest.Street2, cookie).Want(403)
	sum := c.Get("/office/streets/"+servertest.Street1+"?form="+servertest.Form+"&lang=en", cookie).Want(200)
	require.Contains(t, string(sum.Body), `<html lang="en">`)
	require.NotRegexp(t, `(?i)<style|<script|\sstyle="|\son[a-z]+="`, string(sum.Body), "nothing that the policy of the page forbids")
	require.Contains(t, sum.Header.Get("Content-Security-Policy"), "default-src 'none'")
	viewer := c.Do("POST", "/login", url.Values{"username": {"viewer-1"}, "password": {servertest.Password}}.Encode(),
		servertest.With("Content-Type", "application/x-www-form-urlencoded")).Want(303)
	cookie = servertest.With("Cookie", strings.SplitN(viewer.Header.Get("Set-Cookie"), ";", 2)[0])
	require.Contains(t, string(c.Get("/office/", cookie).Want(200).Body), "还没有发布的汇总")
	c.Get("/office/streets/"+servertest.Street1, cookie).Want(404)
	require.Equal(t, http.StatusSeeOther, c.Get("/office/").Status)
}
