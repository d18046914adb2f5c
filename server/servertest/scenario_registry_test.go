package servertest_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync/crdt"
)

func polygon(code string, x float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"other":{"deep":[1]}},"geometry":{"type":"Polygon","coordinates":[[[%v,34],[%v,34],[%v,34.00000049],[%v,34.1],[%v,34.1],[%v,34]]]}}`,
		code, x, x+.1, x+.1, x+.1, x, x)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestShapesAreLoadedWholeOrNotAtAll(t *testing.T) {
	w := servertest.Start(t)
	admin := w.People["admin-1"]
	street := servertest.Street1
	village := street + "201"
	grid := servertest.Grid(street, 201, 3)
	load := func(body string) *servertest.Answer { return admin.Post("/v1/areas/shapes", []byte(body)) }
	shapes := func(who *servertest.Client, query string) (page api.ShapePage) {
		who.Get("/v1/areas/shapes?" + query).Want(200).JSON(&page)
		return page
	}
	p := load(collection(polygon(village, 113), polygon(servertest.Street2+"201", 113), polygon(village, 114), polygon("12", 113), polygon(street+"999", 113),
		`{"type":"Feature","properties":{"code":"`+grid+`"},"geometry":{"type":"Point","coordinates":[113,34]}}`,
		`{"type":"Feature","properties":{"code":"`+street+`"},"geometry":{"type":"Polygon","coordinates":[[[113,34],[113.1,34],[113.1,34.1]]]}}`,
		`{"type":"Feature","properties":{"code":"`+street+`"},"geometry":null}`,
		`{"type":"Feature","properties":{"code":"`+servertest.Grid(street, 201, 4)+`"},"geometry":{"type":"Polygon","coordinates":[[[13100000,34],[113.1,34],[113.1,34.1],[113,34]]]}}`,
		`{"type":"Feature","properties":5,"geometry":{"type":"Polygon","coordinates":[[[113,34],[113.1,34],[113.1,34.1],[113,34]]]}}`)).Problem("import-faults")
	lines := map[int]bool{}
	for _, f := range p.Faults {
		lines[f.Line] = true
	}
	require.Equal(t, map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true}, lines)
	require.Empty(t, shapes(admin, "").Features, "nothing was stored")
	for _, bad := range []string{`{"type":"FeatureCollection"}`, `[]`, `{"type":"Feature","features":[]}`, `{`, "\x00\x01", `{"type":"FeatureCollection","features":{}}`,
		`{"type":"FeatureCollection","features":[],"features":[]}`, strings.Repeat(`{"features":[`, 20000)} {
		load(bad).Problem("unsupported-media")
	}
	load(collection()).Problem("import-faults")
	load(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[` + polygon(village, 113) + `]}`).Problem("import-faults")

	var n api.ImportResult
	load("\ufeff" + collection(polygon(street, 113), polygon(village, 113), strings.Replace(polygon(grid, 113), `"`+grid+`"`, grid, 1))).Want(200).JSON(&n)
	require.Equal(t, 3, n.Rows)
	page := shapes(w.People["viewer-1"], "under="+street)
	require.Len(t, page.Features, 3)
	require.Equal(t, []string{street, village, grid}, []string{page.Features[0].ID, page.Features[1].ID, page.Features[2].ID})
	require.Equal(t, "Village 201", page.Features[1].Properties.NameEn)
	require.JSONEq(t, `{"type":"MultiPolygon","coordinates":[[[[113,34],[113.1,34],[113.1,34.1],[113,34.1],[113,34]]]]}`, string(page.Features[1].Geometry), "points that fall together are one")
	require.Equal(t, "FeatureCollection", page.Type)
	require.Len(t, shapes(admin, "kind=village").Features, 1)
	first := shapes(admin, "limit=2")
	require.Len(t, first.Features, 2)
	require.Len(t, shapes(admin, "limit=2&cursor="+first.Next).Features, 1)
	require.Len(t, shapes(w.Phones[street].Client, "").Features, 3, "a worker's grid and what lies above it")

	// Another street sees none of it, and removes none.
	require.Empty(t, shapes(w.People["viewer-2"], "").Features)
	w.People["viewer-2"].Get("/v1/areas/shapes?under=" + street).Problem("out-of-area")
	w.People["admin-2"].Do("DELETE", "/v1/areas/shapes?under="+street, nil).Problem("out-of-area")
	admin.Do("DELETE", "/v1/areas/shapes?under="+village, nil).Want(200).JSON(&n)
	require.Equal(t, 2, n.Rows)
	require.Len(t, shapes(admin, "").Features, 1)
}

// matter sends a follow-up of a household through the registry stream of a new phone.
func matter(t *testing.T, w *servertest.World, household, grid string) (*servertest.Phone, *crdt.ChangeSet) {
	t.Helper()
	p := w.Enrol(w.Code(servertest.Street1, "走访"))
	form := w.App.Survey.Snapshot().Latest(instruments.FollowUp)
	rng := rand.New(rand.NewPCG(7, 8))
	for {
		i, err := answers.Generate(form, answers.Subject{Case: household, Village: grid[:12], Grid: grid, Start: w.Clock.Now()}, nil, rng)
		require.NoError(t, err)
		if i.Values["stage"] != "1" && i.Values["stage"] != "2" {
			continue
		}
		i.Values["@status"] = "submitted"
		c := p.Set(servertest.NewRecord(), form.ID, form.Version, grid, nil, i.Values)
		c.Device = p.RegistryDevice
		require.Contains(t, string(p.PushRaw(p.BodyOf(p.RegistryDevice, c)).Want(200).Body), `"merged"`)
		return p, c
	}
}

func TestTheRegistrarSeesMattersThroughAndNobodyElseDoes(t *testing.T) {
	w := servertest.Start(t)
	registrar := w.People["registrar-1"]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	_, c := matter(t, w, "H001-0-01", grid)
	_, _ = matter(t, w, "H001-0-02", grid)
	visit(t, w, servertest.Street1, "H001-0-01", grid, "2.111")
	list := func(query string) (page api.FollowupPage) {
		registrar.Get("/v1/followups?" + query).Want(200).JSON(&page)
		return page
	}
	require.Len(t, list("").Items, 2)
	require.Len(t, list("open=true").Items, 2)
	page := list("household=H001-0-01")
	require.Len(t, page.Items, 1)
	m := page.Items[0]
	require.Equal(t, c.Record, m.ID)
	require.True(t, m.Open)
	require.Equal(t, "H001-0-01", m.Household)
	require.Len(t, list("limit=1").Items, 1)
	require.Len(t, list("limit=1&cursor="+list("limit=1").Next).Items, 1)

	change := func(k string, set map[string]any) *servertest.Answer {
		w.Clock.Advance(time.Second)
		return registrar.Post("/v1/followups/"+m.ID+"/changes", map[string]any{"ctx": m.Ctx, "set": set, "reason": "电话核实"}, key(k))
	}
	change("a", map[string]any{"stage": "99"}).Problem("invalid")
	change("b", map[string]any{"no_such": "1"}).Problem("invalid")
	change("c", map[string]any{"@status": "restricted"}).Problem("forbidden")
	stale := m.Ctx
	change("d", map[string]any{"stage": "3", "closed_on": "2026-11-23"}).Want(200).JSON(&m)
	require.False(t, m.Open)
	require.Equal(t, "3", *m.Answers["stage"])
	m.Ctx = stale
	change("e", map[string]any{"stage": "1"}).Problem("changed-since")
	require.Len(t, list("open=true").Items, 1)
	var one api.Followup
	registrar.Get("/v1/followups/" + m.ID).Want(200).JSON(&one)
	require.Equal(t, "3", *one.Answers["stage"])

	var visits api.VisitList
	registrar.Get("/v1/households/H001-0-01/visits").Want(200).JSON(&visits)
	require.Len(t, visits.Items, 1)
	require.Equal(t, "2.111", visits.Items[0].Disposition)
	require.Len(t, visits.Items[0].Worker, 6)

	var contact api.Contact
	registrar.Post("/v1/contacts", map[string]any{"grid": grid, "name": "张三", "phone": "13800000000", "purpose": "followup", "household": "H001-0-01"}).Want(201).JSON(&contact)
	registrar.Post("/v1/contacts", map[string]any{"grid": grid, "purpose": "followup"}).Problem("invalid")
	registrar.Post("/v1/contacts", map[string]any{"grid": grid, "purpose": "followup", "name": "x", "until": "2099-01-01"}).Problem("invalid")
	w.People["registrar-2"].Do("DELETE", "/v1/contacts/"+contact.ID, nil).Problem("not-found")
	w.People["registrar-2"].Post("/v1/contacts", map[string]any{"id": contact.ID, "grid": servertest.Grid(servertest.Street2, 201, 3), "purpose": "followup", "name": "x"}).Problem("not-found")
	var contacts api.ContactPage
	w.People["registrar-2"].Get("/v1/contacts").Want(200).JSON(&contacts)
	require.Empty(t, contacts.Items)
	registrar.Get("/v1/contacts?within=" + grid).Want(200).JSON(&contacts)
	require.Equal(t, []api.Contact{contact}, contacts.Items)
	registrar.Do("DELETE", "/v1/contacts/"+contact.ID, nil).Want(204)

	for _, who := range []string{"reviewer-1", "admin-1", "researcher-1", "viewer-1", "auditor-1"} {
		w.Clock.Advance(time.Second)
		w.People[who].Get("/v1/followups/" + m.ID).Problem("forbidden")
	}
	w.People["registrar-2"].Get("/v1/followups/" + m.ID).Problem("not-found")
	require.NotContains(t, w.Log.String(), "张三")
	require.NotContains(t, w.Log.String(), "13800000000")
}

func TestPhonesThatHaveNotConfirmedAnErasureAreListed(t *testing.T) {
	d := openDesk(t)
	registrar := d.World.People["registrar-1"]
	code, hash := withdrawalCode(t)
	d.interview(0, "@withdrawal", hash)
	other := d.Enrol(d.Code(servertest.Street1, "赵四"))
	other.Pull()
	d.phone.Pull()
	list := func() (l api.UnconfirmedList) {
		d.Clock.Advance(time.Second)
		registrar.Get("/v1/unconfirmed-erasures?street=" + servertest.Street1).Want(200).JSON(&l)
		return l
	}
	require.Empty(t, list().Items)
	registrar.Post("/v1/withdrawals", map[string]string{"code": code}).Want(204)
	behind := list().Items
	devices := map[string]api.UnconfirmedPhone{}
	for _, p := range behind {
		devices[p.Device] = p
	}
	require.Contains(t, devices, d.phone.Device)
	require.Contains(t, devices, other.Device)
	require.Equal(t, "2026-11-23", devices[other.Device].Since)
	require.Equal(t, "赵四", devices[other.Device].WorkerName)
	require.Equal(t, 1, devices[other.Device].Erasures)

	d.Enrol(d.Code(servertest.Street1, "后来")).Pull()
	require.Len(t, list().Items, len(behind), "a phone that came later never held it")
	d.phone.Pull()
	d.phone.Pull()
	for _, p := range list().Items {
		require.NotEqual(t, d.phone.Device, p.Device)
	}
	require.NotEmpty(t, list().Items)
	d.World.People["registrar-2"].Get("/v1/unconfirmed-erasures?street=" + servertest.Street1).Problem("out-of-area")
	d.World.People["reviewer-1"].Get("/v1/unconfirmed-erasures?street=" + servertest.Street1).Problem("forbidden")
}

func TestTheAuditorFiltersAndTakesTheLog(t *testing.T) {
	d := openDesk(t)
	id := d.interview(0)
	d.record(id)
	d.World.People["viewer-1"].Get("/v1/records/" + id).Problem("forbidden")
	d.World.People["registrar-1"].Get("/v1/records/" + id).Problem("forbidden")
	require.NoError(t, d.App.Auth.Flush(t.Context()))
	auditor := d.World.People["auditor-1"]
	list := func(query string) (page api.AuditPage) {
		auditor.Get("/v1/audit?limit=200&" + query).Want(200).JSON(&page)
		return page
	}
	require.Len(t, list("action=records.read&outcome=ok&object="+id).Items, 1)
	denied := list("action=records.read&outcome=denied&object=" + id).Items
	require.Len(t, denied, 2)
	require.Len(t, list("outcome=forbidden&object="+id).Items, 2)
	require.Len(t, list("role=viewer&object="+id).Items, 1)

	a := auditor.Get("/v1/audit.csv?action=records.read&object=" + id).Want(200)
	require.Equal(t, "text/csv; charset=utf-8", a.Header.Get("Content-Type"))
	text := strings.TrimPrefix(string(a.Body), "\ufeff")
	require.NotEqual(t, text, string(a.Body))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, "records.read", rows[1][4])
	for _, r := range rows[1:] {
		require.Equal(t, id, r[5])
	}
	auditor.Get("/v1/audit.csv?from=yesterday").Problem("invalid")
	auditor.Get("/v1/audit.csv?none=1").Problem("invalid")
	require.Len(t, list("object=audit.csv").Items, 1, "who took the log is in the log")
	d.World.People["auditor-2"].Get("/v1/audit.csv?action=records.read&object=" + id).Want(200)
	rows, err = csv.NewReader(strings.NewReader(string(d.World.People["auditor-2"].Get("/v1/audit.csv").Want(http.StatusOK).Body))).ReadAll()
	require.NoError(t, err)
	for _, r := range rows {
		require.NotEqual(t, servertest.Street1, r[6], "another street's reads are not this auditor's")
	}
}

func TestAReleaseIsLookedAtSignedAndFrozen(t *testing.T) {
	d := openDesk(t)
	street := "/v1/streets/" + servertest.Street1
	var ids []string
	for n := range 14 {
		ids = append(ids, d.interview(n))
	}
	draft := func() (x api.ReleaseDraft) {
		d.Clock.Advance(time.Second)
		d.reviewer.Get(street + "/release-draft?form=" + servertest.Form).Want(200).JSON(&x)
		return x
	}
	x := draft()
	require.Zero(t, x.Approved)
	require.EqualValues(t, 14, x.Live)
	for n, id := range ids[:12] {
		d.reviewer.Post("/v1/records/"+id+"/review", map[string]string{"ctx": d.record(id).Ctx, "decision": "approve"}, key("n", n)).Want(200)
	}
	x = draft()
	require.EqualValues(t, 12, x.Approved)
	require.Equal(t, "某reviewer-1", x.Officer)
	require.NotEmpty(t, x.Suppressed, "small cells are hidden, and it is said why")
	require.NotEmpty(t, x.Suppressed[0].Reason.Zh)
	release := func(body map[string]string) *servertest.Answer {
		d.Clock.Advance(time.Second)
		body["form"] = servertest.Form
		return d.reviewer.Post(street+"/releases", body)
	}
	release(map[string]string{"officer": "别人", "snapshot": x.Snapshot}).Problem("invalid")
	d.reviewer.Post("/v1/records/"+ids[12]+"/review", map[string]string{"ctx": d.record(ids[12]).Ctx, "decision": "approve"}, key("late")).Want(200)
	release(map[string]string{"officer": "某reviewer-1", "snapshot": x.Snapshot}).Problem("changed-since")
	x = draft()
	var rel api.Release
	release(map[string]string{"officer": "某reviewer-1", "snapshot": x.Snapshot}).Want(201).JSON(&rel)
	require.Equal(t, x.Snapshot, rel.Snapshot)
	frozen := d.World.People["viewer-1"].Get(street + "/summary?release=" + rel.ID).Want(200)
	require.JSONEq(t, string(x.Summary), string(frozen.Body), "what was looked at is what was frozen")
	d.World.People["viewer-1"].Get(street + "/release-draft?form=" + servertest.Form).Problem("forbidden")
	d.reviewer.Get(street + "/release-draft?form=none").Problem("not-found")
}
