package servertest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/servertest"
)

// visit sends a visit to a household through the registry stream.
func visit(t *testing.T, w *servertest.World, street, household, grid, disposition string) {
	t.Helper()
	p := w.Enrol(w.Code(street, "走访"))
	form := w.App.Survey.Snapshot().Latest(servertest.VisitLog)
	c := p.Set(servertest.NewRecord(), form.ID, form.Version, grid, nil, map[string]string{
		"@status": "submitted", "household": household, "visit_type": "1", "disposition": disposition, "visit_dt": "2026-11-23T09:00:00.000+08:00"})
	c.Device = p.RegistryDevice
	b := p.BodyOf(p.RegistryDevice, c)
	a := p.PushRaw(b).Want(200)
	require.Contains(t, string(a.Body), `"merged"`)
}

func TestTheOverviewSaysWhatWaitsToWhomItConcerns(t *testing.T) {
	d := openDesk(t)
	good, twice := d.interview(0), d.interview(0)
	bad := d.interview(1, "s_road", "nonsense")
	d.interview(30, "@status", "draft")
	d.reviewer.Post("/v1/records/"+good+"/review", map[string]string{"ctx": d.record(good).Ctx, "decision": "return", "comment": "请核对"}, key("r")).Want(200)
	d.phone.Push(d.phone.Set(servertest.NewRecord(), "unknown_form", "1", d.grids[0], nil, map[string]string{"q": "1"}))
	visit(t, d.World, servertest.Street1, "H001-0-01", d.grids[0], "1.1")
	visit(t, d.World, servertest.Street1, "H001-0-02", d.grids[0], "2.111")
	_, _ = twice, bad

	look := func(who string) (o api.Overview) {
		d.Clock.Advance(time.Second)
		d.World.People[who].Get("/v1/overview?street=" + servertest.Street1).Want(200).JSON(&o)
		return o
	}
	o := look("reviewer-1")
	require.Equal(t, "2026-11-23", o.Date)
	c := o.Coverage
	require.Equal(t, []int64{60, 60, 2, 1, 1, 58, 3}, []int64{c.Total.Households, c.Total.Selected, c.Total.Visited, c.Total.Completed, c.Total.Refused, c.Total.Unknown, c.Total.NotStarted})
	require.Len(t, c.Villages, 2)
	require.Len(t, c.Grids, 4)
	require.Equal(t, d.grids[0][:12], c.Villages[0].Code)
	require.EqualValues(t, 30, c.Villages[0].Selected)
	require.EqualValues(t, 1, c.Villages[0].Final["2.111"])
	w := o.Waiting
	require.NotNil(t, w)
	require.Equal(t, []int64{2, 1, 1, 1, 1, 0, 0}, []int64{w.Submitted, w.Returned, w.Quarantined, w.Flagged, w.Clean, w.Conflicts, w.Duplicates})
	require.Equal(t, []api.Counted{{Key: "invalid-value", N: 1}}, w.Flags)
	require.Len(t, o.Records, 2)
	require.Equal(t, map[string]int64{"returned": 1, "submitted": 2}, o.Records[0].Statuses)
	require.EqualValues(t, 3, o.Records[0].Today)
	require.Len(t, o.Arrived, 14)
	require.Equal(t, api.Counted{Key: "2026-11-23", N: 4}, o.Arrived[13])
	require.Zero(t, o.Arrived[12].N)
	require.EqualValues(t, 4, o.Today[0].N)
	require.Zero(t, o.Phones.Silent)

	// The registrar sees how far the visits are, and nothing of what came in; the administrator sees figures.
	r := look("registrar-1")
	require.Equal(t, c, r.Coverage)
	require.Nil(t, r.Waiting)
	require.Nil(t, r.Phones)
	require.Empty(t, r.Records)
	require.Empty(t, r.Today)
	require.NotNil(t, look("admin-1").Waiting)
	text, err := json.Marshal(o)
	require.NoError(t, err)
	for _, secret := range []string{"H001-0", "秘密路", "蓝门", d.phone.User, d.phone.Device, "王1"} {
		require.NotContains(t, string(text), secret)
	}

	// The other street has nothing of this.
	var other api.Overview
	d.World.People["reviewer-2"].Get("/v1/overview?street=" + servertest.Street2).Want(200).JSON(&other)
	require.Zero(t, other.Waiting.Submitted+other.Waiting.Quarantined)
	require.Empty(t, other.Records)

	// The next day it is yesterday's, and after three days the phones are silent.
	d.Clock.Advance(24 * time.Hour)
	d.World.People["reviewer-1"] = d.SignIn("reviewer-1")
	o = look("reviewer-1")
	require.Equal(t, api.Counted{Key: "2026-11-23", N: 4}, o.Arrived[12])
	require.Zero(t, o.Arrived[13].N)
	require.Empty(t, o.Today)
	d.Clock.Advance(3 * 24 * time.Hour)
	d.World.People["reviewer-1"] = d.SignIn("reviewer-1")
	o = look("reviewer-1")
	require.Equal(t, o.Phones.Active, o.Phones.Silent)
	require.Positive(t, o.Phones.Silent)
	var page api.DevicePage
	d.World.People["reviewer-1"].Get("/v1/devices?silent_days=3&within=" + servertest.Street1).Want(200).JSON(&page)
	require.Len(t, page.Items, o.Phones.Silent)
	d.World.People["reviewer-1"].Get("/v1/devices?silent_days=5").Want(200).JSON(&page)
	require.Empty(t, page.Items)
	d.World.People["reviewer-1"].Get("/v1/devices?within=" + servertest.Street2).Problem("out-of-area")

	var progress api.ProgressList
	d.World.People["reviewer-1"].Get("/v1/progress?street=" + servertest.Street1).Want(200).JSON(&progress)
	require.Len(t, progress.Items, 1)
	require.Equal(t, map[string]int64{"draft": 1, "returned": 1, "submitted": 2}, progress.Items[0].Statuses)
}

func TestCoverageOfAnEmptyStreet(t *testing.T) {
	w := servertest.Start(t)
	admin := w.People["admin"]
	admin.Post("/v1/areas", map[string]string{"code": servertest.District + "009", "name_zh": "空街道", "name_en": "Empty", "kind": "street"}).Want(201)
	var o api.Overview
	admin.Get("/v1/overview?street=" + servertest.District + "009").Want(200).JSON(&o)
	require.Empty(t, o.Coverage.Villages)
	require.Zero(t, o.Coverage.Total.Households)
	require.NotNil(t, o.Waiting)
	require.Len(t, o.Arrived, 14)
	admin.Get("/v1/overview?street=12").Problem("out-of-area")
	admin.Get("/v1/overview").Problem("invalid")
}
