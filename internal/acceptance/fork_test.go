package acceptance_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/servertest"
	"ruhu/sync"
)

// ear hears the events of somebody's area.
type ear struct {
	s     *site
	lines chan sync.Notice
}

// listen opens an event stream, which ends with the test.
func (s *site) listen(c *servertest.Client) *ear {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/v1/sync/events", nil)
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+c.Token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, res.StatusCode)
	in := bufio.NewScanner(res.Body)
	require.True(s.t, in.Scan(), "the first, empty line")
	e := &ear{s: s, lines: make(chan sync.Notice, 1024)}
	go func() {
		defer close(e.lines)
		defer func() { _ = res.Body.Close() }()
		for in.Scan() {
			var n sync.Notice
			if json.Unmarshal(in.Bytes(), &n) == nil && n.Street != "" {
				e.lines <- n
			}
		}
	}()
	return e
}

// until waits for a notice of a kind and returns it and those before it.
func (e *ear) until(kind string) (heard []sync.Notice) {
	e.s.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case n, ok := <-e.lines:
			require.True(e.s.t, ok, "the stream ended after %v", heard)
			if heard = append(heard, n); n.Kind == kind {
				return heard
			}
		case <-late:
			require.FailNow(e.s.t, "not heard", "%s, only %v", kind, heard)
		}
	}
}

// A phone is put back to a copy of its folder, as a worker does who restores a backup of it: what the copy does not know is
// on the server, what was typed afterwards gets a new name, nothing is lost and nothing there twice.
func TestPhoneRestoredFromACopyLosesNothing(t *testing.T) {
	s := start(t)
	h := s.handset(street1, "孙三")
	first := h.interview(road, "1")
	h.sync()
	pending := h.interview(road, "2") // unsent when the copy is made
	copied := h.copyTo(filepath.Join(t.TempDir(), "copy"))
	h.edit(first, road, "3")
	after := h.interview(road, "4")
	h.sync()
	before := h.device()

	events := s.listen(s.desk("reviewer-1").Client)
	h.restore(copied)
	require.Equal(t, before, h.device())
	lone := h.interview(water, "1") // the seq of the edit above, with other bytes
	h.edit(first, water, "2")
	report := h.sync()
	require.True(t, report.Push.Forked)
	require.Equal(t, 1, h.Status().Forks)
	require.NotEqual(t, before, h.device(), "it goes on as a new device")

	office := s.desk("reviewer-1")
	require.Equal(t, before, office.devices()[h.device()].ForkOf, "the office is told in the list of phones")
	heard := events.until(sync.NoticeFork)
	h.sync()
	require.True(t, h.Status().Complete)
	for id, want := range map[string][2]string{first: {road, "3"}, pending: {road, "2"}, after: {road, "4"}, lone: {water, "1"}} {
		r := office.record(id)
		require.Equal(t, want[1], *r.Answers[want[0]], id)
		for write, n := range office.history(id) {
			require.Equal(t, 1, n, "%s of %s is there once", write, id)
		}
		s.requireSame(id, h)
	}
	require.Equal(t, "2", *office.record(first).Answers[water])
	require.Empty(t, office.record(first).Conflicts)
	require.Empty(t, office.quarantine(street1))
	require.Len(t, s.digests(), 4)
	t.Logf("restored phone %s became %s: 4 records, 6 writes, each once; told by event %v", before, h.device(), heard[len(heard)-1])
}

// Two phones run on copies of one folder and push in turns. The first keeps the name; the other takes a new one.
func TestClonedPhonesBothPush(t *testing.T) {
	s := start(t)
	one := s.handset(street1, "李四")
	shared := one.interview(road, "1")
	one.sync()
	two := one.twin(one.copyTo(filepath.Join(t.TempDir(), "clone")))
	var ids []string
	for round := range 3 {
		for _, h := range []*handset{one, two} {
			ids = append(ids, h.interview(road, []string{"1", "2", "3"}[round]))
		}
		one.sync()
		two.sync()
	}
	one.edit(shared, water, "1")
	two.edit(shared, water, "2")
	one.sync()
	two.sync()
	one.sync()
	require.NotEqual(t, one.device(), two.device())
	require.Equal(t, 1, one.Status().Forks+two.Status().Forks, "one fork, not one a round")
	office := s.desk("reviewer-1")
	for _, id := range append(ids, shared) {
		for write, n := range office.history(id) {
			require.Equal(t, 1, n, "%s of %s is there once", write, id)
		}
		s.requireSame(id, one, two)
	}
	require.Len(t, s.digests(), 7)
	require.Equal(t, []string{water}, office.record(shared).Conflicts)
	require.Len(t, office.record(shared).Siblings[water], 2)
	for _, h := range []*handset{one, two} {
		require.Zero(t, h.Status().Unsent)
		require.True(t, h.Status().Complete)
	}
	t.Logf("clones %s and %s: 7 records, both answers of the shared one kept, 1 fork", one.device(), two.device())
}
