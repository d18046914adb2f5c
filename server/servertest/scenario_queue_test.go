package servertest_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/answers"
	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/survey"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// desk is a street with interviews that came in whole, and its reviewer.
type desk struct {
	*servertest.World
	t        *testing.T
	phone    *servertest.Phone
	reviewer *servertest.Client
	cases    []string // case numbers, in order of grid
	grids    []string // where they lie
	rng      *rand.Rand
	sent     map[string]*crdt.ChangeSet // record -> its first change set
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	w := servertest.Start(t)
	d := &desk{World: w, t: t, phone: w.Phones[servertest.Street1], reviewer: w.People["reviewer-1"], rng: rand.New(rand.NewPCG(3, 4)), sent: map[string]*crdt.ChangeSet{}}
	for _, l := range d.phone.Pull() {
		if l.Kind == wire.KindAssignment && l.Case != "" {
			d.cases, d.grids = append(d.cases, l.Case), append(d.grids, l.Grid)
		}
	}
	require.Len(t, d.cases, 60)
	return d
}

// interview pushes a whole interview of the n-th case; extra answers replace what was drawn.
func (d *desk) interview(n int, extra ...string) string {
	d.t.Helper()
	grid := d.grids[n]
	form := d.App.Survey.Snapshot().Get(servertest.Form, d.Version)
	i, err := answers.Generate(form, answers.Subject{Case: d.cases[n], Village: grid[:12], Grid: grid, NoticeHash: "x", Start: d.Clock.Now()}, nil, d.rng)
	require.NoError(d.t, err)
	for path, value := range submitted(extra...) {
		i.Values[path] = value
	}
	id := servertest.NewRecord()
	c := d.phone.Set(id, servertest.Form, d.Version, grid, nil, i.Values)
	require.Empty(d.t, i.Rows)
	verdicts, _ := d.phone.Push(c)
	require.Equal(d.t, []string{"merged"}, statuses(verdicts))
	d.sent[id] = c
	d.Clock.Advance(time.Second)
	return id
}

func (d *desk) record(id string) api.Record {
	d.t.Helper()
	var r api.Record
	d.reviewer.Get("/v1/records/" + id).Want(200).JSON(&r)
	d.Clock.Advance(100 * time.Millisecond)
	return r
}

// counted returns how many interviews the aggregates of the street hold.
func (d *desk) counted() (n int64) {
	d.t.Helper()
	require.NoError(d.t, d.App.Records.Snapshot(d.t.Context(), func(snap survey.Snapshot) error {
		n = 0
		for c, err := range snap.Cells(survey.CellFilter{Form: servertest.Form, Area: servertest.Street1}) {
			if err != nil {
				return err
			}
			if c.Question == "" {
				n += c.N
			}
		}
		return nil
	}))
	return n
}

func ids(list []api.RecordBrief) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.ID)
	}
	return out
}

func key(parts ...any) servertest.Option {
	return servertest.With("Idempotency-Key", fmt.Sprint("key-0000", parts))
}

func TestAQueueIsFilteredCountedAndWalked(t *testing.T) {
	d := openDesk(t)
	var all []string
	for n := range 12 {
		extra := []string{}
		if n%4 == 3 {
			extra = append(extra, "s_road", "nonsense")
		}
		all = append(all, d.interview(n*5, extra...))
	}
	list := func(query string) []string {
		var page api.RecordPage
		d.reviewer.Get("/v1/records?" + query).Want(200).JSON(&page)
		d.Clock.Advance(100 * time.Millisecond)
		return ids(page.Items)
	}
	require.Equal(t, all, list(""))
	newest := slices.Clone(all)
	slices.Reverse(newest)
	require.Equal(t, newest, list("newest=true"))
	require.Equal(t, []string{all[3], all[7], all[11]}, list("flag=invalid-value"))
	require.Len(t, list("clean=true"), 9)
	worker := d.record(all[0]).Author
	require.Len(t, list("worker="+worker), 12)
	require.Empty(t, list("worker=ZZZZZZ"), "a code of nobody is no filter that lets everything through")
	require.Len(t, list("q="+worker), 12)
	require.Equal(t, all[6:7], list("q="+d.cases[30]))

	// Every list of the counts leaves out its own filter.
	var n api.QueueCounts
	village := d.grids[0][:12]
	d.reviewer.Get("/v1/records:counts?clean=true&area=" + village).Want(200).JSON(&n)
	require.Equal(t, int64(len(list("clean=true&area="+village))), n.Total)
	require.Len(t, n.Villages, 2)
	require.EqualValues(t, 9, n.Villages[0].N+n.Villages[1].N)
	require.Equal(t, []api.Counted{{Key: "submitted", N: n.Total}}, n.Statuses)
	require.Empty(t, n.Flags, "none of the clean ones has one")
	d.reviewer.Get("/v1/records:counts?flag=invalid-value").Want(200).JSON(&n)
	require.EqualValues(t, 3, n.Total)
	require.Equal(t, []api.Counted{{Key: "invalid-value", N: 3}}, n.Flags)
	d.reviewer.Get("/v1/records:counts?worker=ZZZZZZ").Want(200).JSON(&n)
	require.Zero(t, n.Total)
	require.Equal(t, []api.Counted{{Key: worker, N: 12}}, n.Workers)

	// One is decided on and leaves the queue: what lies beside it does not move.
	beside := func(id, query string) (b api.RecordsBeside) {
		d.reviewer.Get("/v1/records/" + id + "/beside?" + query).Want(200).JSON(&b)
		return b
	}
	require.Equal(t, api.RecordsBeside{Previous: all[4], Next: all[6]}, beside(all[5], ""))
	require.Equal(t, api.RecordsBeside{Previous: all[6], Next: all[4]}, beside(all[5], "newest=true"))
	require.Equal(t, api.RecordsBeside{Next: all[1]}, beside(all[0], ""))
	require.Equal(t, api.RecordsBeside{Previous: all[3], Next: all[11]}, beside(all[7], "flag=invalid-value"))
	d.reviewer.Post("/v1/records/"+all[5]+"/review", map[string]string{"ctx": d.record(all[5]).Ctx, "decision": "approve"}, key("one")).Want(200)
	require.NotContains(t, list("status=submitted"), all[5])
	require.Equal(t, api.RecordsBeside{Previous: all[4], Next: all[6]}, beside(all[5], "status=submitted"))
	d.reviewer.Get("/v1/records:counts").Want(200).JSON(&n)
	require.Equal(t, []api.Counted{{Key: "approved", N: 1}, {Key: "submitted", N: 11}}, n.Statuses)

	// Nothing of another street, whatever is asked for.
	other := d.World.People["reviewer-2"]
	other.Get("/v1/records/" + all[0] + "/beside").Problem("not-found")
	other.Get("/v1/records:counts").Want(200).JSON(&n)
	require.Zero(t, n.Total)
	other.Get("/v1/records:counts?area=" + village).Problem("out-of-area")
	other.Get("/v1/records?worker=" + worker).Want(200)
	require.NotContains(t, string(other.Get("/v1/records?worker="+worker).Body), all[0])
}

func TestCleanRecordsAreApprovedTogetherAfterASample(t *testing.T) {
	d := openDesk(t)
	var clean, flagged []string
	for n := range 20 {
		if n%5 == 4 {
			flagged = append(flagged, d.interview(n, "s_road", "nonsense"))
			continue
		}
		clean = append(clean, d.interview(n))
	}
	queue := map[string]any{"queue": map[string]string{"area": servertest.Street1}, "size": 5}
	var sample api.ApprovalSample
	d.reviewer.Post("/v1/records:sample", queue).Want(200).JSON(&sample)
	require.EqualValues(t, 16, sample.Clean)
	require.Len(t, sample.Items, 5)
	require.Subset(t, clean, ids(sample.Items))
	seen := ids(sample.Items)

	// Not without the sample, not by somebody else, not with a token that was made up.
	approve := func(body map[string]any) *servertest.Answer {
		d.Clock.Advance(200 * time.Millisecond)
		return d.reviewer.Post("/v1/records:approve", body)
	}
	approve(map[string]any{"token": sample.Token, "seen": seen[:4]}).Problem("invalid")
	approve(map[string]any{"token": sample.Token + "AA", "seen": seen}).Problem("bad-request")
	approve(map[string]any{}).Problem("bad-request")
	approve(map[string]any{"token": sample.Token, "seen": seen, "records": []map[string]string{{"record": seen[0], "ctx": "x"}}}).Problem("bad-request")
	d.World.People["reviewer-2"].Post("/v1/records:approve", map[string]any{"token": sample.Token, "seen": seen}).Problem("bad-request")
	d.World.People["registrar-1"].Post("/v1/records:approve", map[string]any{"token": sample.Token, "seen": seen}).Problem("forbidden")

	// What came in, or went on, after the sample was drawn stays as it is.
	late := d.interview(30)
	moved := clean[slices.IndexFunc(clean, func(id string) bool { return !slices.Contains(seen, id) })]
	d.phone.Pull()
	c := d.phone.Set(moved, servertest.Form, d.Version, d.sent[moved].Grid, crdt.VV{d.phone.Device: d.sent[moved].Seq}, map[string]string{"s_road": "2"})
	verdicts, _ := d.phone.Push(c)
	require.Equal(t, []string{"merged"}, statuses(verdicts))
	var done api.Approvals
	approve(map[string]any{"token": sample.Token, "seen": seen}).Want(200).JSON(&done)
	require.Equal(t, api.Approvals{Approved: 15, Refused: []api.RefusedRecord{}, Total: 16}, done)
	for _, id := range clean {
		want := "approved"
		if id == moved {
			want = "submitted"
		}
		require.Equal(t, want, d.record(id).Status)
	}
	for _, id := range append(flagged, late) {
		require.Equal(t, "submitted", d.record(id).Status)
	}
	var history api.History
	d.reviewer.Get("/v1/records/" + seen[0] + "/history").Want(200).JSON(&history)
	last := history.Items[len(history.Items)-1]
	require.True(t, last.Office)
	require.Equal(t, "@status", last.Path)
	before := len(history.Items)
	approve(map[string]any{"token": sample.Token, "seen": seen}).Want(200).JSON(&done)
	require.Zero(t, done.Approved)
	d.reviewer.Get("/v1/records/" + seen[0] + "/history").Want(200).JSON(&history)
	require.Len(t, history.Items, before, "nothing is approved twice")

	// By name, with what was seen of each: a problem for each that cannot be.
	seenOf := func(id string) map[string]string { return map[string]string{"record": id, "ctx": d.record(id).Ctx} }
	stale := seenOf(moved)
	c = d.phone.Set(moved, servertest.Form, d.Version, d.sent[moved].Grid, crdt.VV{d.phone.Device: c.Seq}, map[string]string{"s_road": "3"})
	d.phone.Push(c)
	body := map[string]any{"records": []map[string]string{seenOf(late), seenOf(flagged[0]), stale, {"record": "none", "ctx": "x"}}}
	approve(body).Want(200).JSON(&done)
	require.Equal(t, 1, done.Approved)
	codes := map[string]string{}
	for _, r := range done.Refused {
		codes[r.Record] = r.Code
		require.NotEmpty(t, r.Title)
	}
	require.Equal(t, map[string]string{flagged[0]: "rule", moved: "changed-since", "none": "not-found"}, codes)
	approve(body).Want(200).JSON(&done)
	require.Equal(t, 1, done.Approved, "the same request, the same answer")
	d.reviewer.Post("/v1/records:sample", map[string]any{"queue": map[string]string{"area": servertest.Street1, "q": d.cases[19]}}).Problem("rule")
	d.reviewer.Post("/v1/records:sample", map[string]any{"queue": map[string]string{"area": servertest.Street2}}).Problem("out-of-area")
	d.reviewer.Post("/v1/records:sample", queue).Want(200).JSON(&sample)
	require.Equal(t, []string{moved}, ids(sample.Items))
	d.Clock.Advance(3 * time.Hour)
	d.reviewer = d.SignIn("reviewer-1")
	approve(map[string]any{"token": sample.Token, "seen": ids(sample.Items)}).Problem("changed-since")
}

func TestTwoInterviewsOfOneHouseholdAreSettled(t *testing.T) {
	d := openDesk(t)
	one, two, alone := d.interview(0), d.interview(0), d.interview(1)
	three := d.interview(0, "@status", "draft")
	groups := func(query string) api.DuplicatePage {
		var page api.DuplicatePage
		d.Clock.Advance(200 * time.Millisecond)
		d.reviewer.Get("/v1/duplicates?street=" + servertest.Street1 + query).Want(200).JSON(&page)
		return page
	}
	page := groups("")
	require.Len(t, page.Items, 1)
	g := page.Items[0]
	require.True(t, g.Open)
	require.Equal(t, d.cases[0], g.Case)
	require.Equal(t, []string{one, two}, []string{g.Records[0].Record.ID, g.Records[1].Record.ID}, "a draft is no interview, and another case no duplicate")
	require.Len(t, g.Records, 2)
	_, _ = alone, three
	body := string(d.reviewer.Get("/v1/duplicates?street=" + servertest.Street1).Want(200).Body)
	for _, secret := range []string{"H001", "秘密路", "蓝门", d.phone.User, d.phone.Device} {
		require.NotContains(t, body, secret)
	}

	// Nobody approves them together with the others, nor by hand as clean.
	var done api.Approvals
	see := func(id string) map[string]string { return map[string]string{"record": id, "ctx": d.record(id).Ctx} }
	d.reviewer.Post("/v1/records:approve", map[string]any{"records": []map[string]string{see(one), see(alone)}}).Want(200).JSON(&done)
	require.Equal(t, 1, done.Approved)
	require.Equal(t, one, done.Refused[0].Record)

	settle := func(k string, body map[string]any) *servertest.Answer {
		d.Clock.Advance(200 * time.Millisecond)
		return d.reviewer.Post("/v1/duplicates/"+g.ID, body, key(k))
	}
	counted := d.counted
	require.EqualValues(t, 3, counted())

	settle("a", map[string]any{"act": "keep", "seen": []map[string]string{see(one)}, "reason": "两户合住"}).Problem("invalid")
	settle("b", map[string]any{"act": "keep", "seen": []map[string]string{see(one), see(alone)}, "reason": "两户合住"}).Problem("invalid")
	settle("c", map[string]any{"act": "link", "seen": []map[string]string{see(one), see(two)}, "record": two, "of": two, "reason": "x"}).Problem("invalid")
	settle("d", map[string]any{"act": "keep", "seen": []map[string]string{{"record": one, "ctx": "x"}, see(two)}, "reason": "x"}).Problem("bad-request")
	d.World.People["reviewer-2"].Post("/v1/duplicates/"+g.ID, map[string]any{"act": "keep", "seen": []map[string]string{see(one), see(two)}, "reason": "x"}, key("e")).Problem("not-found")

	// Linked: it is not counted, and cannot be approved.
	link := map[string]any{"act": "link", "seen": []map[string]string{see(one), see(two)}, "record": two, "of": one, "reason": "重复上门"}
	settle("f", link).Want(200).JSON(&g)
	require.False(t, g.Open)
	require.Equal(t, one, g.Records[1].Of)
	settle("f", link).Want(200)
	settle("f", map[string]any{"act": "link", "seen": []map[string]string{see(one), see(two)}, "record": two, "of": one, "reason": "其他"}).Problem("idempotency-mismatch")
	require.EqualValues(t, 2, counted())
	require.Contains(t, d.record(two).Flags, "duplicate-of:"+one)
	d.reviewer.Post("/v1/records/"+two+"/review", map[string]string{"ctx": d.record(two).Ctx, "decision": "approve"}, key("g")).Problem("rule")
	settle("h", map[string]any{"act": "link", "seen": []map[string]string{see(one), see(two)}, "record": one, "of": two, "reason": "x"}).Problem("rule")
	require.Empty(t, groups("").Items)
	require.Len(t, groups("&settled=true").Items, 1)

	// Kept after all: both count again.
	settle("i", map[string]any{"act": "keep", "seen": []map[string]string{see(one), see(two)}, "reason": "两户合住"}).Want(200).JSON(&g)
	require.False(t, g.Open)
	require.True(t, g.Records[0].Kept && g.Records[1].Kept)
	require.EqualValues(t, 3, counted())
	require.Empty(t, d.record(two).Flags)

	// A third one opens the group again; it goes back to its author, who has seen both.
	again := d.interview(0)
	require.True(t, groups("").Items[0].Open)
	require.Len(t, groups("").Items[0].Records, 3)
	settle("j", map[string]any{"act": "return", "seen": []map[string]string{see(again)}, "record": again, "reason": "请核对户号"}).Want(200).JSON(&g)
	require.False(t, g.Open, "it is with its author")
	require.Equal(t, "returned", d.record(again).Status)
	require.Equal(t, "请核对户号", d.record(again).Comments[0].Text)
	d.phone.Pull()
	stale := see(again)
	c := d.phone.Set(again, servertest.Form, d.Version, d.grids[0], crdt.VV{d.phone.Device: d.sent[again].Seq}, map[string]string{"s_road": "2"})
	d.phone.Push(c)
	settle("k", map[string]any{"act": "link", "seen": []map[string]string{stale, see(one)}, "record": again, "of": one, "reason": "x"}).Problem("changed-since")

	d.reviewer.Get("/v1/duplicates?cursor=none&street=" + servertest.Street1).Problem("bad-request")
	d.reviewer.Get("/v1/duplicates/" + url.PathEscape("AAAA")).Problem("not-found")
	report, err := d.App.Whole().Verify(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.OK, "%v", report.Faults)
}
