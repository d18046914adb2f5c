package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/webtest"
	"ruhu/server/api"
)

// phoneApp is the phone app without its screens, on a browser's storage, in Node.
type phoneApp struct {
	s    *site
	node *webtest.Node
}

// phoneApp enrols a new worker who is to visit households and sheets of a street.
func (s *site) phoneApp(street, name string) *phoneApp {
	s.t.Helper()
	a := &phoneApp{s: s, node: webtest.Start(s.t, "apps/phone/test/acting.ts")}
	a.do(command{"do": "buy", "base": s.link.url}, nil)
	s.People["admin"] = s.desk("admin").Client
	var got struct{ Worker string }
	a.do(command{"do": "enrol", "code": s.Code(street, name)}, &got)
	a.s.assign(street, got.Worker)
	a.sync()
	return a
}

// assign gives a worker every household of a street.
func (s *site) assign(street, worker string) {
	s.t.Helper()
	var b strings.Builder
	b.WriteString("household,grid,worker,form,due\n")
	for _, v := range []string{"201", "202"} {
		for _, g := range []string{"003", "004"} {
			fmt.Fprintf(&b, ",%s%s%s,%s,%s,2026-12-15\n", street, v, g, worker, form)
		}
	}
	login := "registrar-1"
	if street == street2 {
		login = "registrar-2"
	}
	s.desk(login).Post("/v1/assignments:import", []byte(b.String())).Want(http.StatusOK)
}

func (a *phoneApp) try(c command, into any) error {
	a.s.t.Helper()
	c["now"] = clock.Millis(a.s.Clock.Now())
	a.node.Say(c)
	var got struct {
		Done           json.RawMessage
		Error, Message string
	}
	a.node.Hear(&got)
	if got.Error != "" {
		return errs.New(errs.Code(got.Error), "phone app", "%s", got.Message)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(got.Done, into)
}

func (a *phoneApp) do(c command, into any) {
	a.s.t.Helper()
	require.NoError(a.s.t, a.try(c, into), "%v", c)
}

// appOutbox is the outbox in figures.
type appOutbox struct {
	Unsent, Drafts, Files, Waiting, Held, Void, Unsafe, Safe, Forks int
	Complete, Revoked                                               bool
}

type appSync struct {
	Sync   struct{ Phase, Error string }
	Outbox appOutbox
}

func (a *phoneApp) sync() (got appSync) {
	a.s.t.Helper()
	a.do(command{"do": "sync"}, &got)
	return got
}

// settle syncs until everything has arrived, through whatever the link does.
func (a *phoneApp) settle(most int) int {
	a.s.t.Helper()
	var got appSync
	for round := 1; round <= most; round++ {
		if got = a.sync(); got.Sync.Error == "" && got.Outbox.Unsent+got.Outbox.Files == 0 {
			return round
		}
	}
	require.FailNow(a.s.t, "the outbox never empties", "%+v", got)
	return most
}

type appTask struct {
	Household, Grid, Label, Address, Case, State, Record, Disposition, Appointment, Form string
	Attempts                                                                             int
}

type appToday struct {
	Tasks       []appTask
	Drafts      []struct{ Record, Status string }
	Done, Total int
	Outbox      appOutbox
	Forms       []struct {
		Form, Version, Kind string
		Here                bool
	}
}

// worker is the id of who works with the phone now.
func (a *phoneApp) worker() string {
	a.s.t.Helper()
	var got struct{ Worker string }
	a.do(command{"do": "me"}, &got)
	return got.Worker
}

func (a *phoneApp) today() (t appToday) {
	a.s.t.Helper()
	a.do(command{"do": "today"}, &t)
	return t
}

// task returns what the list says of a household.
func (a *phoneApp) task(household string) appTask {
	a.s.t.Helper()
	for _, t := range a.today().Tasks {
		if t.Household == household {
			return t
		}
	}
	require.FailNow(a.s.t, "no such task", household)
	return appTask{}
}

type appForm struct {
	Form                            int
	Record, Status, Household, Case string
	Values, Preset                  map[string]string
	Instance                        *string
	Here, Erasable                  bool
	Xml                             int
	Comments                        []struct{ Path, Text string }
	Conflicts                       []struct {
		Path, Kind string
		Answers    []struct {
			Value *string
			Mine  bool
		}
	}
}

func (a *phoneApp) open(opening command) (f appForm) {
	a.s.t.Helper()
	a.do(command{"do": "open", "opening": opening}, &f)
	return f
}

// end stores what stands on the screen and ends the form.
func (a *phoneApp) end(f appForm, how string, values map[string]string) {
	a.s.t.Helper()
	all := map[string]string{}
	maps.Copy(all, f.Preset)
	maps.Copy(all, f.Values)
	maps.Copy(all, values)
	a.do(command{"do": how, "form": f.Form, "values": all}, nil)
}

// value is what the server shows at a path of a record, drafts too.
func (s *site) value(record, path string) string {
	s.t.Helper()
	w, ok := s.state(record).Shown(path)
	require.True(s.t, ok, "%s of %s", path, record)
	return w.Value
}

// A working day without network: forty interviews and twenty sheets with photos, the app killed at random moments, then a link with
// cuts. Everything is on the server once, each value and photo as it was typed, every door in the visit log once.
func TestPhoneAppLosesNothing(t *testing.T) {
	s := start(t)
	a := s.phoneApp(street1, "赵五")
	today := a.today()
	require.Len(t, today.Tasks, 60)
	require.NotEmpty(t, today.Tasks[0].Case)
	require.Equal(t, "蓝门1", today.Tasks[0].Label)
	for _, f := range today.Forms {
		require.True(t, f.Here, "%s opens without a signal", f.Form)
	}
	var doors []string
	for _, task := range today.Tasks[:40] {
		doors = append(doors, task.Household)
	}
	a.do(command{"do": "offline", "yes": true}, nil)
	var work struct {
		Kills int
		Made  []struct {
			Record string
			Values map[string]string
			Files  []string
		}
	}
	a.do(command{"do": "work", "seed": 7, "kills": 200, "households": doors, "sheets": 20, "grid": today.Tasks[0].Grid, "form": form}, &work)
	require.Len(t, work.Made, 60)
	require.GreaterOrEqual(t, work.Kills, 100)
	before := a.today()
	for _, task := range before.Tasks[:40] {
		require.Equal(t, "done", task.State, "%+v", task)
	}
	require.Equal(t, 40, before.Done)
	require.Empty(t, before.Drafts)
	require.Equal(t, 10+40, before.Outbox.Files)

	a.do(command{"do": "offline", "yes": false}, nil)
	s.link.fail(func(k int, _ *http.Request) trouble {
		if k > 150 {
			return none
		}
		return []trouble{dropped, none, cutBody, none, lostReply, none, cutReply, doubled, none}[k%9]
	})
	rounds := a.settle(80)
	s.link.fail(nil)
	s.Clock.Advance(2 * time.Hour)
	a.sync()
	out := a.today().Outbox
	require.True(t, out.Complete)
	require.Zero(t, out.Forks)
	require.Zero(t, out.Held+out.Waiting+out.Void)

	office := s.desk("reviewer-1")
	ids := map[string]bool{}
	for _, made := range work.Made {
		require.False(t, ids[made.Record], "two records are one")
		ids[made.Record] = true
		r := office.record(made.Record)
		require.Equal(t, "submitted", r.Status)
		for path, want := range made.Values {
			require.NotNil(t, r.Answers[path], "%s of %s", path, made.Record)
			require.Equal(t, want, *r.Answers[path])
		}
		require.Empty(t, r.MissingAttachments)
		for write, n := range office.history(made.Record) {
			if !strings.HasPrefix(write, "@status") {
				require.Equal(t, 1, n, "%s of %s is there once", write, made.Record)
			}
		}
		for _, file := range made.Files {
			hash := strings.TrimSuffix(strings.TrimPrefix(file, "sha256-"), ".jpg")
			office.Get("/v1/attachments/" + hash).Want(200)
		}
	}
	var page api.RecordPage
	office.Get("/v1/records?limit=200&area=" + street1).Want(200).JSON(&page)
	mine := 0
	for _, item := range page.Items {
		if ids[item.ID] {
			mine++
		}
	}
	require.Equal(t, 60, mine)
	for _, door := range doors {
		task := a.task(door)
		require.Equal(t, "done", task.State)
		require.Equal(t, 1, task.Attempts, "one line of the visit log for %s", door)
		require.Equal(t, "1.1", task.Disposition)
	}
	t.Logf("%d kills, then %d rounds over a link with %v", work.Kills, rounds, s.link.counts)
}

// The days of one worker: refusal, appointment, an interview begun and erased, one returned and corrected, a conflict with a second
// phone, a forgotten PIN, a pack, a new start.
func TestPhoneAppThroughTheWeek(t *testing.T) {
	s := start(t)
	a := s.phoneApp(street1, "钱六")
	office := s.desk("reviewer-1")
	doors := []string{}
	for _, task := range a.today().Tasks {
		doors = append(doors, task.Household)
	}

	// A visit without an interview is two taps, and shows.
	a.do(command{"do": "log", "household": doors[0], "disposition": "2.111"}, nil)
	a.do(command{"do": "log", "household": doors[1], "disposition": "2.25", "appointment": "2099-01-02"}, nil)
	a.do(command{"do": "log", "household": doors[2], "disposition": "2.24"}, nil)
	a.do(command{"do": "log", "household": doors[2], "disposition": "2.24"}, nil)
	require.Equal(t, "refused", a.task(doors[0]).State)
	require.Equal(t, "appointment", a.task(doors[1]).State)
	require.Equal(t, "2099-01-02", a.task(doors[1]).Appointment)
	require.Equal(t, "toVisit", a.task(doors[2]).State)
	require.Equal(t, 2, a.task(doors[2]).Attempts)

	// Left in the middle: it is there again, with its place; no door stands in it, its case does.
	f := a.open(command{"household": doors[3], "form": form})
	require.Equal(t, a.task(doors[3]).Case, f.Preset["case_id"])
	require.NotContains(t, fmt.Sprint(f.Preset), doors[3])
	require.Positive(t, f.Xml)
	a.end(f, "leave", map[string]string{road: "2", words: "先写一半"})
	require.Equal(t, "drafted", a.task(doors[3]).State)
	a.do(command{"do": "kill"}, nil)
	f = a.open(command{"household": doors[3], "form": form})
	require.NotNil(t, f.Instance)
	require.Contains(t, *f.Instance, "先写一半")
	require.Error(t, a.try(command{"do": "open", "opening": command{"record": f.Record}}, nil), "it is open already")
	a.end(f, "submit", map[string]string{road: "3", words: "写完了", water: "1"})
	record := f.Record
	require.Equal(t, "done", a.task(doors[3]).State)

	// Begun and taken away: one that never left the phone, one that did.
	gone := a.open(command{"household": doors[4], "form": form})
	a.do(command{"do": "slip", "form": gone.Form}, nil)
	require.True(t, gone.Erasable)
	a.end(gone, "hidden", map[string]string{words: "不要留下"})
	a.do(command{"do": "erase", "form": gone.Form}, nil)
	require.Equal(t, "toVisit", a.task(doors[4]).State)
	sent := a.open(command{"household": doors[5], "form": form})
	a.end(sent, "hidden", map[string]string{words: "已经发出"})
	a.sync()
	require.Equal(t, "已经发出", s.value(sent.Record, words))
	a.do(command{"do": "erase", "form": sent.Form}, nil)
	require.Equal(t, "toVisit", a.task(doors[5]).State)
	require.Zero(t, a.sync().Outbox.Void)
	office.Get("/v1/records/" + gone.Record).Problem("not-found")
	office.Get("/v1/records/" + sent.Record).Problem("erased")

	// Returned with comments; corrected; a second line of the visit log does not come of it.
	office.review(record, office.record(record).Ctx, "return", map[string]any{"comment": "请补正", "fields": map[string]string{water: "请核实"}}).Want(200)
	a.sync()
	require.Equal(t, "returned", a.task(doors[3]).State)
	var back struct {
		List []struct {
			Record   string
			Comments []struct{ Path, Text string }
		}
	}
	a.do(command{"do": "returned"}, &back)
	require.Len(t, back.List, 1)
	f = a.open(command{"record": record})
	require.Equal(t, "returned", f.Status)
	require.Nil(t, f.Instance)
	require.Equal(t, "写完了", f.Values[words])
	require.Len(t, f.Comments, 2)
	require.Equal(t, water, f.Comments[slices.IndexFunc(f.Comments, func(c struct{ Path, Text string }) bool { return c.Text == "请核实" })].Path)
	a.end(f, "submit", map[string]string{water: "4"})
	a.sync()
	require.Equal(t, "4", *office.record(record).Answers[water])
	require.Equal(t, "submitted", office.record(record).Status)
	require.Equal(t, 1, a.task(doors[3]).Attempts)

	// A second phone answers the same question: both see both, the worker chooses.
	second := s.handset(street1, "机六")
	var me struct{ List []struct{ Record string } }
	s.desk("reviewer-1").handOver(record, a.worker()+" "+second.worker())
	a.sync()
	second.sync()
	a.do(command{"do": "offline", "yes": true}, nil)
	f = a.open(command{"record": record})
	a.end(f, "submit", map[string]string{road: "1"})
	second.edit(record, road, "5")
	second.sync()
	a.do(command{"do": "offline", "yes": false}, nil)
	a.sync()
	a.do(command{"do": "conflicts"}, &me)
	require.Len(t, me.List, 1)
	f = a.open(command{"record": record})
	require.Len(t, f.Conflicts, 1)
	require.Len(t, f.Conflicts[0].Answers, 2)
	a.do(command{"do": "save", "form": f.Form, "values": f.Values}, nil) // saving settles nothing
	a.do(command{"do": "submit", "form": f.Form, "values": f.Values, "confirmed": []string{road}}, nil)
	a.sync()
	r := s.desk("reviewer-1").record(record)
	require.Empty(t, r.Conflicts)
	require.Equal(t, f.Values[road], *r.Answers[road])

	// The PIN is forgotten with work unsent and a form open: the pack brings all of it, on a new start of the same phone too.
	a.do(command{"do": "offline", "yes": true}, nil)
	lost := a.open(command{"household": doors[6], "form": form})
	a.end(lost, "submit", map[string]string{words: "忘了密码"})
	half := a.open(command{"household": doors[7], "form": form})
	a.end(half, "save", map[string]string{words: "还没写完"})
	var forgot struct {
		Last  string
		Pack  []byte
		Slots []struct {
			Destroyed bool
			TriesLeft int
		}
	}
	a.do(command{"do": "forget"}, &forgot)
	require.Equal(t, "pin-destroyed", forgot.Last)
	require.True(t, forgot.Slots[0].Destroyed)
	require.NotContains(t, string(forgot.Pack), "忘了密码")
	a.do(command{"do": "offline", "yes": false}, nil)
	s.People["admin"] = s.desk("admin").Client
	a.do(command{"do": "enrol", "code": s.Code(street1, "钱六又")}, nil)
	require.Equal(t, "忘了密码", *s.desk("reviewer-1").record(lost.Record).Answers[words])
	require.Equal(t, "还没写完", s.value(half.Record, words))
	var left struct{ Slots []struct{ ID string } }
	a.do(command{"do": "slots"}, &left)
	require.Len(t, left.Slots, 1, "the destroyed store is gone when everything of it arrived")
	var carried struct{ Merged, Refused int }
	a.do(command{"do": "carry", "pack": forgot.Pack}, &carried)
	require.Zero(t, carried.Refused, "again costs nothing")

	// Signed off: nothing of the worker stays.
	var off struct {
		Door      string
		Slots     []any
		Databases int
	}
	a.do(command{"do": "signoff"}, &off)
	require.Equal(t, "empty", off.Door)
	require.Empty(t, off.Slots)
	require.Equal(t, 1, off.Databases)
}
