package servertest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync/wire"
)

func TestNinetyWorkersInOnePrint(t *testing.T) {
	w := servertest.Start(t)
	admin := w.People["admin-1"]
	grid := func(n int) string { return servertest.Grid(servertest.Street1, 201+n%2, 3+n/2%2) }
	items := func(n int) (list []map[string]any) {
		for i := range n {
			list = append(list, map[string]any{"name": fmt.Sprintf("网格员%d", i), "grids": []string{grid(i)}})
		}
		return list
	}
	var before, after api.EnrolmentPage
	admin.Get("/v1/enrolments?limit=200").Want(200).JSON(&before)

	// One fault anywhere: none is drawn, and each fault is named.
	bad := items(5)
	bad[1]["grids"] = []string{servertest.Grid(servertest.Street2, 201, 3)}
	bad[3]["grids"] = []string{servertest.Street1 + "999999"}
	bad[4]["name"] = " \t"
	p := admin.Post("/v1/enrolments:batch", map[string]any{"items": bad}).Problem("invalid")
	require.Len(t, p.Faults, 3)
	require.Equal(t, []string{"items[1]", "items[3]", "items[4]"}, []string{p.Faults[0].Path, p.Faults[1].Path, p.Faults[2].Path})
	admin.Get("/v1/enrolments?limit=200").Want(200).JSON(&after)
	require.Equal(t, before, after)
	admin.Post("/v1/enrolments:batch", map[string]any{"items": items(101)}).Problem("invalid")
	admin.Post("/v1/enrolments:batch", map[string]any{"items": items(1), "expires": "9000h"}).Problem("invalid")

	var batch api.EnrolmentBatch
	began := time.Now()
	a := admin.Post("/v1/enrolments:batch", map[string]any{"items": items(90), "expires": "100h"}).Want(201)
	t.Logf("90 workers: %v, %d bytes", time.Since(began).Round(time.Millisecond), len(a.Body))
	a.JSON(&batch)
	require.Len(t, batch.Items, 90)
	codes := map[string]bool{}
	for i, e := range batch.Items {
		codes[e.Code] = true
		require.Equal(t, fmt.Sprintf("网格员%d", i), e.Name)
		require.Contains(t, e.URL, "/#/enrol/"+e.Code)
		require.Positive(t, e.Qr.Size)
		require.Regexp(t, `^(M\d+ \d+\.5h\d+(m\d+ 0h\d+)*)+$`, e.Qr.Path)
		require.NotEmpty(t, e.CollectQr.Path)
	}
	require.Len(t, codes, 90)
	phone := w.Enrol(batch.Items[41].Code)
	require.Equal(t, []string{grid(41)}, phone.Grids)
	require.NotContains(t, w.Log.String(), batch.Items[0].Code)

	var workers api.WorkerList
	w.People["registrar-1"].Get("/v1/workers?street=" + servertest.Street1).Want(200).JSON(&workers)
	require.Len(t, workers.Items, 91)
	for _, x := range workers.Items {
		if x.ID == phone.User {
			require.Equal(t, "网格员41", x.Name)
			require.Equal(t, []string{grid(41)}, x.Grids)
			require.Len(t, x.Code, 6)
		}
	}
}

func TestAGridIsDraggedToAnotherWorker(t *testing.T) {
	w := servertest.Start(t)
	registrar := w.People["registrar-1"]
	one := w.Phones[servertest.Street1]
	two := w.Enrol(w.Code(servertest.Street1, "李二"))
	grid := servertest.Grid(servertest.Street1, 201, 3)
	summary := func() (page api.AssignmentSummaryPage) {
		registrar.Get("/v1/assignments:summary?limit=2&within=" + grid).Want(200).JSON(&page)
		return page
	}
	before := summary()
	require.Len(t, before.Items, 1)
	require.True(t, before.Items[0].Whole)
	require.Equal(t, one.User, before.Items[0].Worker)
	require.Equal(t, "2026-12-15", before.Items[0].Due)
	cases := func(p *servertest.Phone) (n int) {
		p.Cursor = ""
		for _, l := range p.Pull() {
			if l.Kind == wire.KindAssignment && l.Grid == grid {
				n++
			}
		}
		return n
	}
	require.Equal(t, 15, cases(one))
	require.Zero(t, cases(two))

	w.People["registrar-2"].Do("DELETE", "/v1/assignments/"+before.Items[0].ID, nil).Problem("not-found")
	other := w.Phones[servertest.Street2]
	registrar.Post("/v1/assignments", map[string]any{"grid": grid, "worker": two.User, "form": servertest.Form,
		"replaces": []string{assignmentOf(t, w, "registrar-2", other.User)}}).Problem("not-found")
	require.Equal(t, before, summary(), "nothing moved")
	registrar.Post("/v1/assignments", map[string]any{"grid": grid, "worker": two.User, "form": servertest.Form, "due": "2026-12-20",
		"replaces": []string{before.Items[0].ID}}).Want(201)
	after := summary()
	require.Len(t, after.Items, 1)
	require.Equal(t, two.User, after.Items[0].Worker)
	require.Zero(t, cases(one))
	require.Equal(t, 15, cases(two))

	// A single household beside it, and everything taken back.
	registrar.Post("/v1/assignments", map[string]any{"household": "H001-0-01", "worker": one.User, "form": servertest.Form}).Want(201)
	page := summary()
	require.Len(t, page.Items, 2)
	for _, a := range page.Items {
		if a.Worker == one.User {
			require.False(t, a.Whole)
			require.EqualValues(t, 1, a.Households)
			require.Empty(t, a.ID)
		}
	}
	registrar.Do("DELETE", "/v1/assignments/"+after.Items[0].ID, nil).Want(204)
	registrar.Do("DELETE", "/v1/assignments/"+after.Items[0].ID, nil).Problem("not-found")
	require.Zero(t, cases(two))
	require.Equal(t, 1, cases(one))

	// The whole street page by page.
	seen := map[string]bool{}
	for cursor := ""; ; {
		var p api.AssignmentSummaryPage
		registrar.Get("/v1/assignments:summary?limit=2&cursor=" + cursor).Want(200).JSON(&p)
		for _, a := range p.Items {
			k := a.Grid + a.Form + a.Worker
			require.False(t, seen[k])
			seen[k] = true
			require.True(t, strings.HasPrefix(a.Grid, servertest.Street1))
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	require.Len(t, seen, 4)
}

// assignmentOf returns the id of an assignment of a worker.
func assignmentOf(t *testing.T, w *servertest.World, registrar, worker string) string {
	t.Helper()
	var page api.AssignmentPage
	w.People[registrar].Get("/v1/assignments?worker=" + worker).Want(200).JSON(&page)
	require.NotEmpty(t, page.Items)
	return page.Items[0].ID
}

// workbook makes an XLSX of rows.
func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.NoError(t, f.Close())
	return b.Bytes()
}

func TestImportsTakeWorkbooksAndSayWhatIsWrongWhere(t *testing.T) {
	w := servertest.Start(t)
	admin, registrar := w.People["admin-1"], w.People["registrar-1"]
	worker := w.Phones[servertest.Street1].User
	village := servertest.Street1 + "203"
	grid := village + "001"
	var n api.ImportResult
	admin.Post("/v1/areas:import", workbook(t, []any{"code", "name_zh", "name_en", "kind", "parent"},
		[]any{village, "三村", "Third", "village", servertest.Street1}, []any{grid, "一网格", "Grid 1", "grid", village})).Want(200).JSON(&n)
	require.Equal(t, 2, n.Rows)
	registrar.Post("/v1/households:import", workbook(t, []any{"household", "grid", "address", "weight"},
		[]any{"X-1", grid, "某路1号", 1.5}, []any{"X-2", grid, "某路2号", 1})).Want(200).JSON(&n)
	require.Equal(t, 2, n.Rows)
	registrar.Post("/v1/assignments:import", workbook(t, []any{"grid", "worker", "form", "due"}, []any{grid, worker, servertest.Form, "2026-12-15"})).Want(200).JSON(&n)
	require.Equal(t, 1, n.Rows)

	p := registrar.Post("/v1/households:import", workbook(t, []any{"household", "grid", "weight"}, []any{"X-3", grid, 1},
		[]any{"X-4", "99", 1}, []any{"X-5", grid, -2})).Problem("import-faults")
	require.Len(t, p.Faults, 2)
	require.Equal(t, []string{"3 grid B", "4 weight C"}, []string{place(p.Faults[0]), place(p.Faults[1])})
	p = registrar.Post("/v1/assignments:import", workbook(t, []any{"grid", "worker", "form"}, []any{grid, "nobody", servertest.Form},
		[]any{servertest.Grid(servertest.Street2, 201, 3), worker, servertest.Form})).Problem("import-faults")
	require.Len(t, p.Faults, 2)
	p = admin.Post("/v1/areas:import", workbook(t, []any{"code", "name_zh", "name_en", "kind", "parent"},
		[]any{servertest.Street2 + "209", "别处", "Elsewhere", "village", servertest.Street2})).Problem("import-faults")
	require.Len(t, p.Faults, 1)
	admin.Post("/v1/areas:import", []byte("PK\x03\x04 no workbook")).Problem("unsupported-media")
	var page api.HouseholdPage
	registrar.Get("/v1/households?within=" + grid).Want(200).JSON(&page)
	require.Len(t, page.Items, 2, "faulty files change nothing")
}

func place(f api.Fault) string { return fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Path) }

func TestAResearcherReadsUnderADatedGrantOnly(t *testing.T) {
	w := servertest.Start(t)
	admin, scholar := w.People["admin"], w.People["researcher-1"]
	grant := func(who *servertest.Client, area, until string) *servertest.Answer {
		w.Clock.Advance(time.Second)
		return who.Post("/v1/research-grants", map[string]any{"user": scholar.User, "area": area, "purpose": "课题 12", "until": until})
	}
	soon := w.Clock.Now().Add(5 * time.Hour).Format(time.RFC3339)
	grant(w.People["admin-2"], servertest.Street2, soon).Problem("out-of-area")
	grant(admin, servertest.Street2, w.Clock.Now().Add(-time.Hour).Format(time.RFC3339)).Problem("invalid")
	scholar.Get("/v1/streets/" + servertest.Street2 + "/releases").Problem("out-of-area")
	var g api.ResearchGrant
	grant(admin, servertest.Street2, soon).Want(201).JSON(&g)
	require.True(t, g.Live)
	scholar.Get("/v1/streets/" + servertest.Street2 + "/releases").Want(200)
	scholar.Get("/v1/streets/" + servertest.Street1 + "/releases").Problem("out-of-area")
	var page api.ResearchGrantPage
	w.People["admin-2"].Get("/v1/research-grants").Want(200).JSON(&page)
	require.Equal(t, []api.ResearchGrant{g}, page.Items)
	w.People["admin-1"].Get("/v1/research-grants?all=true").Want(200).JSON(&page)
	require.Empty(t, page.Items)
	w.People["admin-2"].Do("DELETE", "/v1/research-grants/"+g.ID, nil).Want(204)
	scholar.Get("/v1/streets/" + servertest.Street2 + "/releases").Want(401)
	w.People["admin-2"].Get("/v1/research-grants?all=true&user=" + scholar.User).Want(200).JSON(&page)
	require.False(t, page.Items[0].Live)
	require.NotNil(t, page.Items[0].Ended)
}
