package servertest_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/instruments"
	"ruhu/server/api"
	"ruhu/server/servertest"
)

func TestWhatIsHeldIsReleasedCorrectedOrDiscarded(t *testing.T) {
	d := openDesk(t)
	const later = "hh_later"
	grid, far := d.grids[0], servertest.Grid(servertest.Street2, 201, 3)
	known := d.interview(0)
	form := d.phone.Set(servertest.NewRecord(), later, d.Version, grid, nil, submitted(question, "1"))
	d.phone.Push(form)
	moved := d.phone.Set(servertest.NewRecord(), servertest.Form, d.Version, far, nil, submitted(question, "2"))
	d.phone.Push(moved)
	dropped := d.phone.Set(servertest.NewRecord(), servertest.Form, d.Version, far, nil, submitted(question, "3"))
	d.phone.Push(dropped)
	list := func(query string) map[string]api.QuarantineItem {
		var page api.QuarantinePage
		d.Clock.Advance(200 * time.Millisecond)
		d.reviewer.Get("/v1/quarantine?street=" + servertest.Street1 + query).Want(200).JSON(&page)
		got := map[string]api.QuarantineItem{}
		for _, x := range page.Items {
			got[x.Record] = x
		}
		return got
	}
	all := list("")
	require.Len(t, all, 3)
	require.Equal(t, "unknown-form", all[form.Record].Code)
	require.Equal(t, "foreign-street", all[moved.Record].Code)
	require.Len(t, list("&code=unknown-form"), 1)
	require.Len(t, list("&code=foreign-street&status=quarantined"), 2)
	require.Empty(t, list("&status=waiting"))
	var first api.QuarantinePage
	d.reviewer.Get("/v1/quarantine?limit=1&code=foreign-street&street=" + servertest.Street1).Want(200).JSON(&first)
	require.Equal(t, moved.Record, first.Items[0].Record)
	var second api.QuarantinePage
	d.reviewer.Get("/v1/quarantine?limit=1&code=foreign-street&street=" + servertest.Street1 + "&cursor=" + first.Next).Want(200).JSON(&second)
	require.Equal(t, dropped.Record, second.Items[0].Record)
	require.Empty(t, second.Next)

	settle := func(record, act, reason string) *servertest.Answer {
		d.Clock.Advance(200 * time.Millisecond)
		return d.reviewer.Post("/v1/quarantine/"+all[record].ID, map[string]string{"act": act, "reason": reason})
	}
	// Release: not before the form is there, and never out of the street.
	settle(form.Record, "release", "表已补上").Problem("unknown-form")
	settle(moved.Record, "release", "放行").Problem("rule")
	settle(form.Record, "release", " ").Problem("invalid")
	settle(form.Record, "forget", "x").Problem("invalid")
	d.addForm(later)
	settle(form.Record, "release", "表已补上").Want(204)
	settle(form.Record, "release", "表已补上").Want(204)
	require.Equal(t, "1", *d.record(form.Record).Answers[question])
	settle(form.Record, "discard", "反悔").Problem("conflict")

	// Discard: the reason stays, the line is void.
	settle(dropped.Record, "discard", "重复").Want(204)
	d.reviewer.Get("/v1/records/" + dropped.Record).Problem("not-found")

	// Correct: what was meant, written by the office in its place.
	var line api.QuarantinedLine
	d.reviewer.Get("/v1/quarantine/" + all[moved.Record].ID).Want(200).JSON(&line)
	require.Equal(t, "2", *line.Set[question])
	body := map[string]any{"ctx": "", "set": map[string]string{question: "2"}, "reason": "网格填错", "corrects": all[moved.Record].ID}
	d.reviewer.Post("/v1/records/"+known+"/changes", body, key("a")).Problem("not-found")
	d.World.People["reviewer-2"].Post("/v1/records/"+moved.Record+"/changes", body, key("b")).Problem("not-found")
	body["ctx"] = d.record(known).Ctx
	d.reviewer.Post("/v1/records/"+known+"/changes", body, key("c")).Problem("not-found")
	require.Len(t, list(""), 1, "a correction of another record settles nothing")
	d.World.People["reviewer-2"].Post("/v1/quarantine/"+all[moved.Record].ID, map[string]string{"act": "discard", "reason": "x"}).Problem("not-found")
	d.World.People["admin-1"].Post("/v1/quarantine/"+all[moved.Record].ID, map[string]string{"act": "discard", "reason": "x"}).Problem("forbidden")
	body["ctx"] = ""
	p := d.reviewer.Post("/v1/records/"+moved.Record+"/changes", body, key("d")).Problem("invalid")
	require.Contains(t, p.Hint, "@grid", "a record lies in the street it came to")
	body["set"] = map[string]string{question: "2", "@grid": grid}
	d.reviewer.Post("/v1/records/"+moved.Record+"/changes", body, key("e")).Want(200)
	require.Equal(t, grid[:12], d.record(moved.Record).Village)
	got := d.record(moved.Record)
	require.Equal(t, "2", *got.Answers[question])
	require.Equal(t, "needs_review", got.Status)
	require.Equal(t, []string{d.record(known).Author}, got.Assignees, "who wrote it keeps sight of it")
	require.Empty(t, list(""))
	report, err := d.App.Whole().Verify(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.OK, "%v", report.Faults)
}

// addForm adds the household questionnaire under another id.
func (d *desk) addForm(id string) {
	d.t.Helper()
	var xml []byte
	for _, i := range instruments.All() {
		if i.ID == servertest.Form {
			xml = bytes.ReplaceAll(i.XML, []byte(`id="`+servertest.Form+`"`), []byte(`id="`+id+`"`))
		}
	}
	var b bytes.Buffer
	b.WriteString("--x\r\nContent-Disposition: form-data; name=\"form\"; filename=\"f.xml\"\r\n\r\n")
	b.Write(xml)
	b.WriteString("\r\n--x--\r\n")
	d.World.People["admin"].Do("POST", "/v1/forms", b.Bytes(), servertest.With("Content-Type", "multipart/form-data; boundary=x")).Want(201)
}

func TestAHeldLineIsCorrectedInItsPlace(t *testing.T) {
	d := openDesk(t)
	known := d.interview(0)
	colleague := d.Enrol(d.Code(servertest.Street1, "同事"))
	colleague.Pull()
	c := colleague.Set(known, servertest.Form, d.Version, d.grids[0], nil, map[string]string{question: "4"})
	verdicts, _ := colleague.Push(c)
	require.Equal(t, []string{"quarantined not-assigned"}, statuses(verdicts))
	var page api.QuarantinePage
	d.reviewer.Get("/v1/quarantine?street=" + servertest.Street1).Want(200).JSON(&page)
	require.Len(t, page.Items, 1)
	body := map[string]any{"ctx": d.record(known).Ctx, "set": map[string]string{question: "4"}, "corrects": page.Items[0].ID, "reason": ""}
	d.reviewer.Post("/v1/records/"+known+"/changes", body, key("a")).Problem("invalid")
	body["reason"] = "同事回访核实"
	d.reviewer.Post("/v1/records/"+known+"/changes", body, key("b")).Want(200)
	require.Equal(t, "4", *d.record(known).Answers[question])
	d.reviewer.Get("/v1/quarantine?street=" + servertest.Street1).Want(200).JSON(&page)
	require.Empty(t, page.Items)
	var history api.History
	d.reviewer.Get("/v1/records/" + known + "/history").Want(200).JSON(&history)
	last := history.Items[len(history.Items)-1]
	require.Equal(t, "同事回访核实", last.Reason)
}
