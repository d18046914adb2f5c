package servertest_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	body := p.Body(p.Set(servertest.NewRecord(), servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted()).Encode())
	r, slow := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", w.URL+"/v1/sync/push", r)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.Token)
	type reply struct {
		body []byte
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			replies <- reply{nil, err}
			return
		}
		b, err := io.ReadAll(res.Body)
		replies <- reply{b, err}
	}()
	_, err = slow.Write(body[:20]) // returns when the request is on its way
	require.NoError(t, err)
	require.Eventually(t, func() bool { return bytes.Contains(metrics(w), []byte("ruhu_http_in_flight 1")) }, 5*time.Second, 5*time.Millisecond)
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	require.Eventually(t, func() bool {
		_, err := http.Get(w.URL + "/healthz")
		return err != nil // no new connections
	}, 5*time.Second, 5*time.Millisecond)
	_, err = slow.Write(body[20:])
	require.NoError(t, err)
	require.NoError(t, slow.Close())
	got := <-replies
	require.NoError(t, got.err)
	require.Contains(t, string(got.body), `"merged"`)
	<-stopped
}

func metrics(w *servertest.World) []byte {
	rec := &recorder{h: http.Header{}}
	req, _ := http.NewRequest("GET", "/metrics", nil)
	w.Server.AdminHandler().ServeHTTP(rec, req)
	return rec.b.Bytes()
}

type recorder struct {
	h http.Header
	b bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.h }
func (r *recorder) WriteHeader(int)             {}
func (r *recorder) Write(b []byte) (int, error) { return r.b.Write(b) }

func TestEverythingIsThereAfterARestart(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	id := servertest.NewRecord()
	set := p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted(question, "1"))
	p.Push(set)
	p.Pull()
	w.Stop()
	w.Open()
	require.Less(t, len(p.Get("/v1/sync/pull?cursor="+p.Cursor).Want(200).Body), 300, "the cursor still stands, in the same epoch")
	verdicts, _ := p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, map[string]string{question: "2"}))
	require.Equal(t, []string{"merged"}, statuses(verdicts))
	rec := w.People["reviewer-1"].Get("/v1/records/" + id).Want(200)
	require.Contains(t, string(rec.Body), `"`+question+`":"2"`)
	w.People["registrar-1"].Get("/v1/households").Want(200)
	w.Enrol(w.Code(servertest.Street2, "新人"))
}

func TestARolledBackDatabaseBeginsANewEpochAndPhonesRefillIt(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	grid := servertest.Grid(servertest.Street1, 201, 3)
	first := p.Set(servertest.NewRecord(), servertest.Form, w.Version, grid, nil, submitted(question, "1"))
	p.Push(first)
	w.Stop()
	old := map[string][]byte{}
	for _, name := range []string{"answers.db", "answers.db-wal"} {
		if b, err := os.ReadFile(filepath.Join(w.Dir, name)); err == nil {
			old[name] = b
		}
	}
	w.Open()
	id := servertest.NewRecord()
	second := p.Set(id, servertest.Form, w.Version, grid, nil, submitted(question, "2"))
	p.Push(second)
	p.Pull()
	w.Stop()
	for _, name := range []string{"answers.db", "answers.db-wal", "answers.db-shm"} {
		if b, ok := old[name]; ok {
			require.NoError(t, os.WriteFile(filepath.Join(w.Dir, name), b, 0o600))
		} else {
			_ = os.Remove(filepath.Join(w.Dir, name))
		}
	}
	w.Open()
	w.People["reviewer-1"].Get("/v1/records/" + id).Problem("not-found")
	lines := p.Pull()
	require.Equal(t, wire.KindEpoch, lines[0].Kind)
	require.NotEqual(t, p.Epoch, lines[0].Epoch)

	// The phone has more than the server: it goes back to what the server has, and offers the rest again.
	gap := p.PushRaw(p.Body()).Want(200)
	require.Contains(t, string(gap.Body), `"gap"`)
	require.Contains(t, string(gap.Body), `"have":1`)
	body := wire.AppendOpening(nil, wire.Opening{Device: p.Device, Cursor: p.Cursor, Last: 1, Head: wire.Head{}.Next(crdt.IDOf(first.Encode()))})
	again := p.PushRaw(append(append(body, second.Encode()...), '\n')).Want(200)
	require.Contains(t, string(again.Body), `"merged"`)
	rec := w.People["reviewer-1"].Get("/v1/records/" + id).Want(200)
	require.Contains(t, string(rec.Body), `"`+question+`":"2"`)
}

func TestPreparedTablesGoWhenSomethingIsErased(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	id := servertest.NewRecord()
	p.Push(p.Set(id, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil, submitted(question, "1")))
	reviewer := w.People["reviewer-1"]
	var job api.Export
	reviewer.Post("/v1/exports", map[string]any{"form": servertest.Form, "format": "csv", "status": []string{"submitted"}, "correction": true}).Want(202).JSON(&job)
	finished := func() bool {
		a := reviewer.Get("/v1/exports/" + job.ID)
		if a.Status != 200 {
			return false
		}
		a.JSON(&job)
		return job.State == "done"
	}
	require.Eventually(t, finished, 10*time.Second, 20*time.Millisecond)
	kept, err := os.ReadDir(filepath.Join(w.Dir, "exports"))
	require.NoError(t, err)
	require.Len(t, kept, 1)
	p.Do("DELETE", "/v1/records/"+id, map[string]string{"reason": "asked to"}).Want(204)
	require.Eventually(t, func() bool {
		kept, err := os.ReadDir(filepath.Join(w.Dir, "exports"))
		return err == nil && len(kept) == 0
	}, 10*time.Second, 20*time.Millisecond)
	reviewer.Get("/v1/exports/" + job.ID + "/file").Problem("not-found")
}
