package acceptance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/webtest"
	"ruhu/server/api"
	"ruhu/sync/crdt"
	replica "ruhu/sync/phone"
)

// browsers are phones as they run in a browser, in Node, over HTTP.
type browsers struct {
	s    *site
	node *webtest.Node
}

func (s *site) browsers() *browsers {
	return &browsers{s: s, node: webtest.Start(s.t, "packages/sync/twin/http.ts")}
}

// browser is one of them.
type browser struct {
	b  *browsers
	id int
}

type command map[string]any

// webView is what a phone shows of a record.
type webView struct {
	State, Base        *string
	Status, Case, Grid string
	Unsent, Held, Void int
}

// webStatus is a phone in figures.
type webStatus struct {
	Worker                                                            string
	Devices                                                           map[replica.Stream]string
	Grids                                                             []string
	Unsent, Waiting, Quarantined, Void, Unsafe, Records, Stubs, Forks int
	Revoked, Complete                                                 bool
}

// told is what comes back of a command.
type told struct {
	Phone   int
	Session int
	Record  string
	List    []string
	Line    *string
	View    webView
	Status  webStatus
	Pack    []byte
	Damaged bool
	Log     []struct {
		Status, Code      string
		Seq               uint64
		Acked, Safe, Kept bool
	}
	Report struct{ Push, Pull json.RawMessage }
}

func (b *browsers) try(c command) (told, error) {
	b.s.t.Helper()
	c["now"] = clock.Millis(b.s.Clock.Now())
	b.node.Say(c)
	var got struct {
		Done           told
		Error, Message string
	}
	b.node.Hear(&got)
	if got.Error != "" {
		return got.Done, errs.New(errs.Code(got.Error), "web phone", "%s", got.Message)
	}
	return got.Done, nil
}

func (b *browsers) do(c command) told {
	b.s.t.Helper()
	got, err := b.try(c)
	require.NoError(b.s.t, err, "%v", c)
	return got
}

func (w *browser) try(do string, c command) (told, error) {
	w.b.s.t.Helper()
	if c == nil {
		c = command{}
	}
	c["do"], c["phone"] = do, w.id
	return w.b.try(c)
}

func (w *browser) do(do string, c command) told {
	w.b.s.t.Helper()
	got, err := w.try(do, c)
	require.NoError(w.b.s.t, err, "%s %v", do, c)
	return got
}

// handset enrols a new worker's phone.
func (b *browsers) handset(street, name string) *browser {
	b.s.t.Helper()
	w := &browser{b: b, id: b.do(command{"do": "buy", "base": b.s.link.url}).Phone}
	b.s.People["admin"] = b.s.desk("admin").Client // who draws the code
	w.do("enrol", command{"code": b.s.Code(street, name), "name": name, "platform": "web"})
	w.sync()
	return w
}

func (w *browser) sync() told { return w.do("sync", nil) }

// settle syncs until nothing is unsent, through whatever the link does.
func (w *browser) settle(most int) int {
	w.b.s.t.Helper()
	var err error
	for round := 1; round <= most; round++ {
		if _, err = w.try("sync", nil); err == nil && w.status().Unsent == 0 {
			return round
		}
	}
	require.FailNow(w.b.s.t, "the outbox never empties", "%d unsent: %v", w.status().Unsent, err)
	return most
}

func (w *browser) status() webStatus { return w.do("status", nil).Status }

func (w *browser) device() string { return w.status().Devices[replica.Answers] }

// fill types in an open form and ends it.
func (w *browser) fill(open told, end string, pairs ...string) string {
	w.b.s.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		w.do("set", command{"session": open.Session, "path": pairs[i], "value": pairs[i+1]})
	}
	w.do(end, command{"session": open.Session})
	return open.Record
}

func (w *browser) interview(pairs ...string) string {
	w.b.s.t.Helper()
	return w.fill(w.do("new", command{"stream": "answers", "form": form, "version": w.b.s.Version, "grid": w.status().Grids[0]}), "submit", pairs...)
}

func (w *browser) edit(record string, pairs ...string) {
	w.b.s.t.Helper()
	w.fill(w.do("edit", command{"record": record}), "leave", pairs...)
}

// state returns what the phone shows of a record, and the server's copy alone.
func (w *browser) state(record string) (shown, base *crdt.State) {
	w.b.s.t.Helper()
	v := w.do("view", command{"record": record}).View
	parse := func(text *string) *crdt.State {
		if text == nil {
			return nil
		}
		s, err := crdt.ParseState([]byte(*text))
		require.NoError(w.b.s.t, err)
		return s
	}
	return parse(v.State), parse(v.Base)
}

// requireSame requires that the phones hold the server's states byte for byte, and nothing of their own on top.
func (b *browsers) requireSame(record string, phones ...*browser) {
	b.s.t.Helper()
	want := string(b.s.state(record).Canonical())
	for _, w := range phones {
		shown, base := w.state(record)
		require.NotNil(b.s.t, base, "only a stub of %s", record)
		require.Equal(b.s.t, want, string(base.Canonical()))
		require.Equal(b.s.t, want, string(shown.Canonical()))
	}
}

// A phone of the browser and one in Go answer one question differently while both are offline, over a link that loses and
// doubles: both see the conflict, an officer settles it, a record comes back with a comment, and all hold the same bytes.
func TestWebPhoneAndHeadlessPhoneShareARecord(t *testing.T) {
	s := start(t)
	b := s.browsers()
	author, second := b.handset(street1, "网一"), s.handset(street1, "机二")
	office := s.desk("reviewer-1")
	id := author.interview(road, "1", water, "3")
	author.sync()
	office.handOver(id, author.status().Worker+" "+second.worker())
	author.sync()
	second.sync()
	s.requireSame(id, second)
	b.requireSame(id, author)

	author.edit(id, road, "2")
	second.edit(id, road, "4", words, "路灯坏了")
	s.link.fail(func(k int, _ *http.Request) trouble {
		return []trouble{none, lostReply, doubled, cutReply, dropped, cutBody}[k%6]
	})
	author.settle(12)
	second.settle(12)
	s.link.fail(nil)
	author.sync()
	second.sync()
	r := office.record(id)
	require.Equal(t, []string{road}, r.Conflicts)
	shown, _ := author.state(id)
	require.Equal(t, []string{road}, shown.Conflicts(), "the worker sees both")
	require.Len(t, shown.Siblings(road), 2)
	b.requireSame(id, author)
	s.requireSame(id, second)

	var done api.OfficeResult
	office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{road: "4"}, "reason": "asked again by phone"}).Want(200).JSON(&done)
	office.review(id, office.record(id).Ctx, "return", map[string]any{"comment": "请补正", "fields": map[string]string{water: "请核实"}}).Want(200)
	author.sync()
	second.sync()
	b.requireSame(id, author)
	s.requireSame(id, second)
	shown, _ = author.state(id)
	status, _ := shown.Shown("@status")
	require.Equal(t, "returned", status.Value)
	var comments []string
	for path, w := range shown.Visible {
		if crdt.Path(path).Question() == "@comments/text" {
			comments = append(comments, w.Value)
		}
	}
	require.ElementsMatch(t, []string{"请补正", "请核实"}, comments)
	author.fill(author.do("edit", command{"record": id}), "submit", water, "1")
	author.sync()
	require.Equal(t, "1", *office.record(id).Answers[water])
	require.Equal(t, "submitted", office.record(id).Status)
	wrote := office.history(id)
	require.Equal(t, 1, wrote[road+"=2"], "sent more than once, there once")
	require.Equal(t, 2, wrote[road+"=4"], "once by the second phone, once by the office")
	require.Equal(t, 1, wrote[water+"=1"])
}

// A day's work offline over a bad link, the app killed between interviews and during one: all of it on the server once.
func TestWebPhoneLosesNothing(t *testing.T) {
	s := start(t)
	b := s.browsers()
	w := b.handset(street1, "网三")
	want := map[string]string{}
	for i := range 40 {
		answer := fmt.Sprint(1 + i%4)
		open := w.do("new", command{"stream": "answers", "form": form, "version": s.Version, "grid": w.status().Grids[0]})
		w.do("set", command{"session": open.Session, "path": road, "value": answer})
		w.do("set", command{"session": open.Session, "path": words, "value": "第 " + fmt.Sprint(i) + " 户 🏠"})
		if i%3 == 0 { // killed in the middle: the draft is there
			w.do("save", command{"session": open.Session})
			w.do("restart", nil)
			require.Contains(t, w.do("drafts", nil).List, open.Record)
			open = w.do("edit", command{"record": open.Record})
		}
		w.do("submit", command{"session": open.Session})
		want[open.Record] = answer
	}
	w.do("restart", nil)
	require.Equal(t, 40, w.status().Unsent)
	s.link.fail(func(k int, _ *http.Request) trouble {
		if k > 60 {
			return none
		}
		return []trouble{dropped, cutBody, none, lostReply, cutReply, doubled}[k%6]
	})
	rounds := w.settle(40)
	s.link.fail(nil)
	s.Clock.Advance(2 * time.Hour)
	w.sync()
	require.True(t, w.status().Complete)
	office := s.desk("reviewer-1")
	for id, answer := range want {
		require.Equal(t, answer, *office.record(id).Answers[road])
		for write, n := range office.history(id) {
			require.Equal(t, 1, n, "%s of %s is there once", write, id)
		}
		b.requireSame(id, w)
	}
	t.Logf("40 interviews after %d rounds over a link with %v", rounds, s.link.counts)
}

// Phones of the browser that were copied, put back and damaged, a server restored from an older backup, an erasure and a
// revocation: what the design says happens.
func TestWebPhoneThroughMishaps(t *testing.T) {
	s := start(t)
	b := s.browsers()
	w, other := b.handset(street1, "网四"), b.handset(street1, "网五")
	first := w.interview(road, "1")
	doomed := w.interview(road, "2", words, "要删除的")
	w.sync()
	other.sync()

	// Cloned: one keeps the name, the other takes a new one, both outboxes arrive.
	twin := &browser{b: b, id: w.do("copy", nil).Phone}
	twin.do("restart", nil)
	mine, its := w.interview(road, "3"), twin.interview(road, "4")
	w.sync()
	before := twin.device()
	twin.sync()
	require.Equal(t, 1, twin.status().Forks)
	require.NotEqual(t, before, twin.device())
	require.Equal(t, before, s.desk("admin").devices()[twin.device()].ForkOf)
	office := s.desk("reviewer-1")
	require.Equal(t, "3", *office.record(mine).Answers[road])
	require.Equal(t, "4", *office.record(its).Answers[road])

	// Damaged flash: the seq is declared, nothing behind it is blocked.
	lost, kept := other.interview(road, "1"), other.interview(road, "2")
	require.True(t, other.do("damage", command{"path": "log/dv_"}).Damaged)
	other.do("restart", nil)
	other.sync()
	require.Equal(t, "2", *office.record(kept).Answers[road])
	office.Get("/v1/records/" + lost).Problem("not-found")
	require.Equal(t, 1, other.status().Void)

	// Erased: every word goes from the phone.
	s.erase(doomed)
	w.sync()
	_, err := w.try("view", command{"record": doomed})
	require.Equal(t, errs.Erased, errs.CodeOf(err))

	// A pack on a memory card, carried by another phone.
	packed := w.interview(road, "4")
	pack := w.do("pack", nil).Pack
	require.NotEmpty(t, pack)
	require.NotContains(t, string(pack), road)
	require.True(t, slices.Contains(other.do("carry", command{"pack": pack}).List, "merged"))
	require.Equal(t, "4", *office.record(packed).Answers[road])
	w.sync()
	require.Zero(t, w.status().Unsent)
	require.Zero(t, w.status().Forks)

	// Revoked: it drains into quarantine and shows nothing any more.
	w.edit(first, road, "2")
	s.desk("admin").Do("DELETE", "/v1/devices/"+w.device(), map[string]string{"reason": "lost"}).Want(204)
	w.sync()
	st := w.status()
	require.True(t, st.Revoked)
	require.Zero(t, st.Unsent+st.Records+st.Stubs)
	require.Equal(t, 1, st.Quarantined)
	require.Len(t, office.quarantine(street1), 1)
}
