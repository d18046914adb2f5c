package servertest_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

func submitted(extra ...string) map[string]string {
	cells := map[string]string{"@status": "submitted"}
	for i := 0; i < len(extra); i += 2 {
		cells[extra[i]] = extra[i+1]
	}
	return cells
}

func statuses(verdicts []wire.Verdict) (list []string) {
	for _, v := range verdicts {
		list = append(list, strings.TrimSuffix(string(v.Status)+" "+string(v.Code), " "))
	}
	return list
}

func kinds(lines []wire.PullLine) map[wire.Kind]int {
	n := map[wire.Kind]int{}
	for _, l := range lines {
		n[l.Kind]++
	}
	return n
}

func TestOnePhoneFromCodeToRevocation(t *testing.T) {
	w := servertest.Start(t)
	code := w.Code(servertest.Street1, "张秀英")
	p := w.Enrol(code)
	require.True(t, strings.HasPrefix(p.Device, "dv_"))
	require.True(t, strings.HasPrefix(p.RegistryDevice, "rg_"))
	require.Len(t, p.Grids, 4)
	require.Equal(t, "张秀英", p.Worker.Name)
	require.NotEmpty(t, p.Certificate)
	w.Anonymous().Post("/v1/devices", map[string]string{"code": code, "name": "x", "platform": "x"}).Problem("code-used")

	lines := kinds(p.Pull())
	require.Equal(t, 1, lines[wire.KindEpoch])
	require.NotZero(t, lines[wire.KindForm])
	require.NotZero(t, lines[wire.KindHousehold])
	require.Zero(t, lines[wire.KindRecord])

	grid := servertest.Grid(servertest.Street1, 201, 3)
	id := servertest.NewRecord()
	first := p.Set(id, servertest.Form, w.Version, grid, nil, submitted())
	verdicts, sum := p.Push(first)
	require.Equal(t, []string{"merged"}, statuses(verdicts))
	require.Equal(t, uint64(2), sum.Want)

	// The reply was lost: the same bytes again have no second effect.
	before := wire.AppendOpening(nil, wire.Opening{Device: p.Device})
	again := p.PushRaw(append(append(before, first.Encode()...), '\n')).Want(200)
	require.Contains(t, string(again.Body), `"duplicate"`)

	// Another phone of the street sees that there is a record, and no answer of it.
	other := w.Phones[servertest.Street1]
	for _, l := range other.Pull() {
		if l.Record == id {
			require.Equal(t, wire.KindStub, l.Kind)
			require.Empty(t, l.State)
		}
	}
	far := w.Phones[servertest.Street2].Get("/v1/sync/pull").Want(200)
	require.NotContains(t, string(far.Body), id)
	require.NotContains(t, string(far.Body), servertest.Street1)

	nothing := p.Get("/v1/sync/pull?cursor=" + p.Cursor).Want(200)
	require.Less(t, len(nothing.Body), 700)
	p.Pull()
	quiet := p.Get("/v1/sync/pull?cursor=" + p.Cursor).Want(200)
	require.Less(t, len(quiet.Body), 300, "nothing new costs little: %s", quiet.Body)

	w.People["admin"].Do("DELETE", "/v1/devices/"+p.Device, map[string]string{"reason": "lost"}).Want(204)
	p.Get("/v1/sync/pull").Problem("device-revoked")
	verdicts, _ = p.Push(p.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted()))
	require.Equal(t, []string{"quarantined revoked-device"}, statuses(verdicts))
	w.Clock.Advance(15 * 24 * time.Hour)
	require.Equal(t, "device-revoked", p.ByCertificate().Code())
}

func TestTheOfficeTakesWhatAPhoneSavedAsAFile(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	set := func() *crdt.ChangeSet {
		return p.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted(question, "1"))
	}
	one, two := p.Pack(set()), p.Pack(set())
	bundle := []byte("ruhu-packs-1\n")
	for _, pack := range [][]byte{one, two} {
		bundle = append(binary.BigEndian.AppendUint32(bundle, uint32(len(pack))), pack...)
	}
	take := func(who string, file []byte) []api.PackTaken {
		var got api.PacksTaken
		w.Clock.Advance(time.Second)
		w.People[who].Post("/v1/packs", file).Want(200).JSON(&got)
		return got.Items
	}
	// Nobody of another street, nothing that was touched, nothing out of its order.
	far := take("reviewer-2", one)[0]
	require.Equal(t, "out-of-area", far.Code)
	require.Empty(t, far.Device)
	require.Empty(t, far.Worker)
	wrong := bytes.Clone(one)
	wrong[len(wrong)-1]++
	require.Equal(t, "bad-request", take("reviewer-1", wrong)[0].Code)
	gap := take("reviewer-1", two)[0]
	require.Equal(t, []string{"gap"}, gap.Codes)
	require.Zero(t, gap.Merged)
	for _, bad := range [][]byte{nil, []byte("PK"), bundle[:len(bundle)-1], bundle[:15], []byte("ruhu-packs-1\n")} {
		w.People["reviewer-1"].Post("/v1/packs", bad).Problem("bad-request")
	}
	w.People["viewer-1"].Post("/v1/packs", one).Problem("forbidden")

	got := take("reviewer-1", bundle)
	require.Len(t, got, 2)
	for _, x := range got {
		require.Equal(t, 1, x.Merged)
		require.Equal(t, p.Device, x.Device)
		require.Len(t, x.Worker, 6)
		require.Empty(t, x.Code)
	}
	again := take("admin-1", bundle)
	require.Equal(t, []int{1, 1}, []int{again[0].Duplicate, again[1].Duplicate})
	require.Equal(t, 1, take("registrar-1", two)[0].Duplicate)
	var page api.RecordPage
	w.People["reviewer-1"].Get("/v1/records").Want(200).JSON(&page)
	require.Len(t, page.Items, 2)
	answers := string(w.People["admin-1"].Post("/v1/packs", bundle).Want(200).Body)
	for _, r := range page.Items {
		require.NotContains(t, answers, r.ID, "who carries it learns nothing of what is in it")
	}
	verdicts, _ := p.Push(set())
	require.Equal(t, []string{"merged"}, statuses(verdicts), "the phone goes on where its packs ended")
}

func TestPushBelongsToItsAuthor(t *testing.T) {
	w := servertest.Start(t)
	mine, theirs := w.Phones[servertest.Street1], w.Phones[servertest.Street2]
	grid := servertest.Grid(servertest.Street1, 201, 3)

	body := mine.Body(mine.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted()).Encode())
	theirs.PushRaw(body).Problem("token-invalid") // carried, and its author did not sign
	w.People["reviewer-2"].Do("POST", "/v1/sync/push", body).Problem("out-of-area")
	w.People["viewer-1"].Do("POST", "/v1/sync/push", body).Problem("forbidden")
	w.Anonymous().Do("POST", "/v1/sync/push", body).Problem("unauthenticated")

	mine.PushRaw([]byte("")).Problem("bad-request")
	mine.PushRaw([]byte("{}\n")).Problem("bad-request")
	mine.PushRaw([]byte(`{"device":"xx_1","cursor":"","last":0,"head":""}` + "\n")).Problem("bad-request")
	mine.PushRaw(bytes.Repeat([]byte(" "), 2<<20)).Problem("too-large")
	mine.PushRaw(body, servertest.With("Content-Encoding", "br")).Problem("unsupported-media")

	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(bytes.Repeat([]byte("\n"), 32<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	mine.PushRaw(bomb.Bytes(), servertest.With("Content-Encoding", "gzip")).Problem("too-large")

	// Another device's line inside an own push is refused and uses up nothing.
	foreign := theirs.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street2, 201, 3), nil, submitted())
	a := mine.PushRaw(mine.Body(foreign.Encode())).Want(200)
	require.Contains(t, string(a.Body), `"not-this-device"`)

	verdicts, _ := mine.Push(
		mine.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street2, 201, 3), nil, submitted()))
	require.Equal(t, []string{"quarantined foreign-street"}, statuses(verdicts))
	var packed bytes.Buffer
	z = gzip.NewWriter(&packed)
	_, err = z.Write(mine.Body(mine.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted()).Encode()))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	ok := mine.PushRaw(packed.Bytes(), servertest.With("Content-Encoding", "gzip")).Want(200)
	require.Contains(t, string(ok.Body), `"merged"`)
}

func TestLostReplyOfRefreshLocksNobodyOut(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	ask := func(token string) *servertest.Answer {
		return w.Anonymous().Post("/v1/auth/refresh", map[string]string{"refresh_token": token})
	}
	var one, two, three api.Session
	ask(p.Refresh).Want(200).JSON(&one)
	ask(p.Refresh).Want(200).JSON(&two)
	require.Equal(t, one.RefreshToken, two.RefreshToken, "the same successor again")
	ask(one.RefreshToken).Want(200).JSON(&three)
	p.Token = three.AccessToken
	p.Get("/v1/me").Want(200)
	w.Clock.Advance(2 * time.Minute)
	ask(p.Refresh).Problem("token-reused")
	// The certificate brings the phone back whatever became of the tokens.
	var back api.Session
	p.ByCertificate().Want(200).JSON(&back)
	p.Token = back.AccessToken
	p.Get("/v1/sync/pull").Want(200)
}

func TestForkEnrolsAnewWithoutACode(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	at := w.Clock.Now().Format(time.RFC3339)
	body := map[string]string{"certificate": p.Certificate, "at": at, "signature": p.Sign("ruhu-fork:" + p.Device + ":" + at + ":"),
		"reason": "fork", "name": "x", "platform": "x"}
	var e api.Enrolled
	w.Anonymous().Post("/v1/devices", body).Want(201).JSON(&e)
	require.NotEqual(t, p.Device, e.Device)
	require.Equal(t, p.Worker, e.Worker)
	w.Anonymous().Post("/v1/devices", body).Problem("stale-signature")
	body["signature"] = p.Sign("ruhu-fork:" + p.Device + ":" + at + ":x")
	w.Anonymous().Post("/v1/devices", body).Problem("token-invalid")
}

func TestEventsCarryNothingBeyondTheStreet(t *testing.T) {
	w := servertest.Start(t)
	listen := func(c *servertest.Client) (<-chan string, func()) {
		ctx, stop := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "GET", w.URL+"/v1/sync/events", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+c.Token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.Equal(t, 200, res.StatusCode)
		lines := make(chan string, 16)
		ready := make(chan bool)
		go func() {
			defer close(lines)
			s := bufio.NewScanner(res.Body)
			for first := true; s.Scan(); first = false {
				if first {
					close(ready)
					continue
				}
				lines <- s.Text()
			}
		}()
		<-ready
		return lines, func() { stop(); _ = res.Body.Close() }
	}
	near, stopNear := listen(w.People["reviewer-1"])
	defer stopNear()
	far, stopFar := listen(w.People["reviewer-2"])
	defer stopFar()
	p := w.Phones[servertest.Street1]
	p.Push(p.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted()))
	require.JSONEq(t, `{"street":"990101001","kind":"record","n":1}`, <-near)
	q := w.Phones[servertest.Street2]
	q.Push(q.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street2, 201, 3), nil, submitted()))
	require.JSONEq(t, `{"street":"990101002","kind":"record","n":1}`, <-far, "and nothing of the other street before it")
}

func TestTwoPhonesContradictAndTheOfficeSettles(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	second := w.Enrol(w.Code(servertest.Street1, "李二"))
	reviewer := w.People["reviewer-1"]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	id := servertest.NewRecord()
	const q = question
	p.Push(p.Set(id, servertest.Form, w.Version, grid, nil, submitted(q, "1")))

	// Not assigned: quarantined. Handed over: both may write.
	verdicts, _ := second.Push(second.Set(id, servertest.Form, w.Version, grid, crdt.VV{p.Device: 1}, map[string]string{q: "2"}))
	require.Equal(t, []string{"quarantined not-assigned"}, statuses(verdicts))
	var rec api.Record
	reviewer.Get("/v1/records/" + id).Want(200).JSON(&rec)
	require.Equal(t, "1", *rec.Answers[q])
	require.Equal(t, "submitted", rec.Status)
	require.NotContains(t, string(reviewer.Get("/v1/records/"+id).Body), p.Device, "the office sees worker codes, not devices")
	require.NotContains(t, string(reviewer.Get("/v1/records/"+id).Body), p.User)

	change := map[string]any{"ctx": rec.Ctx, "set": map[string]string{"@assignee": second.User}, "reason": "hand-over"}
	key := servertest.With("Idempotency-Key", "hand-over-1")
	var done, repeat api.OfficeResult
	reviewer.Post("/v1/records/"+id+"/changes", change, key).Want(200).JSON(&done)
	reviewer.Post("/v1/records/"+id+"/changes", change, key).Want(200).JSON(&repeat)
	require.Equal(t, done.Ctx, repeat.Ctx)
	change["reason"] = "another"
	reviewer.Post("/v1/records/"+id+"/changes", change, key).Problem("idempotency-mismatch")
	reviewer.Post("/v1/records/"+id+"/changes", change).Problem("invalid")

	second.Pull()
	verdicts, _ = second.Push(second.Set(id, servertest.Form, w.Version, grid, nil, map[string]string{q: "2"}))
	require.Equal(t, []string{"waiting"}, statuses(verdicts), "the quarantined one before it on this record is not settled")
	var held api.QuarantinePage
	reviewer.Get("/v1/quarantine?street=" + servertest.Street1).Want(200).JSON(&held)
	require.Len(t, held.Items, 2)
	reviewer.Post("/v1/quarantine/"+held.Items[0].ID, map[string]string{"act": "discard", "reason": "before hand-over"}).Want(204)
	reviewer.Get("/v1/records/" + id).Want(200).JSON(&rec)
	require.Equal(t, []string{q}, rec.Conflicts)
	require.Len(t, rec.Siblings[q], 2)

	stale := done.Ctx
	reviewer.Post("/v1/records/"+id+"/review", map[string]string{"ctx": stale, "decision": "approve"}, servertest.With("Idempotency-Key", "review-0001")).
		Problem("changed-since")
	settle := map[string]any{"ctx": rec.Ctx, "set": map[string]string{q: "2"}, "reason": "asked again"}
	var res api.OfficeResult
	reviewer.Post("/v1/records/"+id+"/changes", settle, servertest.With("Idempotency-Key", "settle-0001")).Want(200).JSON(&res)
	require.Empty(t, res.Conflicts)
	reviewer.Post("/v1/records/"+id+"/review", map[string]string{"ctx": res.Ctx, "decision": "approve"}, servertest.With("Idempotency-Key", "review-0002")).Want(200).JSON(&res)
	require.Equal(t, "approved", res.Status)

	var history api.History
	reviewer.Get("/v1/records/" + id + "/history").Want(200).JSON(&history)
	require.NotEmpty(t, history.Items)
	last := history.Items[len(history.Items)-1]
	require.Equal(t, "@status", last.Path)
	require.True(t, last.Office)
	for _, h := range history.Items {
		require.Regexp(t, `^\d{4}-\d\d-\d\d$`, h.Date)
		require.NotEqual(t, "@assignee", h.Path)
	}
	reviewer.Post("/v1/records/"+id+"/changes", map[string]any{"ctx": res.Ctx, "set": map[string]string{q: "not a choice"}, "reason": "r"},
		servertest.With("Idempotency-Key", "wrong-0001")).Problem("invalid")
}

// question is a select-one question of the built-in form whose choices include 1 and 2.
const question = "s_road"

func TestABigPushIsAnsweredLineByLine(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	var sets []*crdt.ChangeSet
	for n := range 600 {
		c := p.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted())
		c.Seq += uint64(n)
		sets = append(sets, c)
	}
	verdicts, sum := p.Push(sets...)
	require.Len(t, verdicts, 600)
	require.EqualValues(t, 600, sum.Have)
	for _, v := range verdicts {
		require.Equal(t, wire.Merged, v.Status)
	}
	// The same through both compressions, as a phone on 2G would.
	body := wire.AppendOpening(nil, wire.Opening{Device: p.Device})
	for _, c := range sets {
		body = append(append(body, c.Encode()...), '\n')
	}
	a := p.PushRaw(new(wire.Bodies).Gzip(body), servertest.With("Content-Encoding", "gzip"), servertest.With("Accept-Encoding", "zstd")).Want(200)
	require.Equal(t, "zstd", a.Header.Get("Content-Encoding"))
	z, err := zstd.NewReader(bytes.NewReader(a.Body))
	require.NoError(t, err)
	defer z.Close()
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, 600, bytes.Count(plain, []byte(`"duplicate"`)))
	require.Less(t, len(a.Body), len(plain)/2)
}
