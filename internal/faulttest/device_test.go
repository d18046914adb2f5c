package faulttest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ruhu/schema/instruments"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// device pushes change sets and remembers what was acknowledged. It is deliberately dumber than a phone:
// what it knows of the server is what it was told in writing. One goroutine uses it at a time.
type device struct {
	id, token      string
	form, version  string
	epoch          string
	client         *http.Client
	sets           []crdt.ChangeSet
	lines          [][]byte // every change set ever made, in order of seq
	heads          []wire.Head
	acked          int      // all seqs up to here were acknowledged
	open           string   // a record begun by the last batch, to be gone on with
	contradictions []string // answers that take back what an earlier one said
}

func enrol(t *testing.T, url, code string) *device {
	t.Helper()
	body, err := json.Marshal(map[string]string{"code": code, "name": "fault device", "platform": "test"})
	require.NoError(t, err)
	res, err := http.Post(url+"/v1/devices", "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	var got struct {
		Device      string `json:"device"`
		AccessToken string `json:"access_token"`
		Epoch       string `json:"epoch"`
	}
	require.Equal(t, http.StatusCreated, res.StatusCode)
	require.NoError(t, json.NewDecoder(res.Body).Decode(&got))
	form, err := instruments.Read(instruments.HouseholdSentiment)
	require.NoError(t, err)
	return &device{id: got.Device, token: got.AccessToken, epoch: got.Epoch, form: form.ID, version: form.Version,
		client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}}, heads: []wire.Head{{}}}
}

// write adds n change sets: new interviews, and every third time a further save of the one before.
func (d *device) write(n int) {
	for range n {
		seq := uint64(len(d.lines) + 1)
		c := crdt.ChangeSet{Device: d.id, Seq: seq, Epoch: d.epoch, At: 1_790_000_000_000 + int64(seq)*1000, Nonce: uuid.NewString(), Form: d.form,
			Version: d.version, Grid: grid, Record: uuid.NewString()}
		if d.open != "" && seq%3 == 0 {
			c.Record, c.Ctx = d.open, crdt.VV{d.id: seq - 1}
			c.Set = []crdt.Cell{{Path: "@status", Value: "submitted"}, {Path: "meet12", Value: fmt.Sprint(seq % 60)}}
		} else {
			c.Set = []crdt.Cell{{Path: "@status", Value: "draft"}, {Path: "consent", Value: "1"}, {Path: "adult", Value: "1"}, {Path: "sex", Value: fmt.Sprint(1 + seq%2)}}
		}
		d.open = c.Record
		c.Normalize()
		line := c.Encode()
		id := crdt.IDOf(line)
		prev := d.heads[len(d.heads)-1]
		d.sets = append(d.sets, c)
		d.lines = append(d.lines, line)
		d.heads = append(d.heads, sha256.Sum256(append(prev[:], id[:]...)))
	}
}

func (d *device) request(url string, from, to int) (*http.Request, error) {
	body := wire.AppendOpening(nil, wire.Opening{Device: d.id, Last: uint64(from), Head: d.heads[from]})
	for _, line := range d.lines[from:to] {
		body = append(append(body, line...), '\n')
	}
	req, err := http.NewRequest(http.MethodPost, url+"/v1/sync/push", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	req.Header.Set("Content-Type", "application/x-ndjson")
	return req, nil
}

// answer is what came back for a push.
type answer struct {
	status   int
	verdicts []wire.Verdict
	summary  *wire.Summary // nil where the answer was cut
}

// send pushes the change sets from+1 to to. An error is a cut link; what came before it is in the answer.
func (d *device) send(url string, from, to int) (a answer, err error) {
	req, err := d.request(url, from, to)
	if err != nil {
		return a, err
	}
	res, err := d.client.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	a.status = res.StatusCode
	if a.status != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
		return a, fmt.Errorf("status %d: %s", a.status, text)
	}
	r := bufio.NewReader(res.Body)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return a, fmt.Errorf("the answer was cut: %w", err) // also in the middle of a line
		}
		v, sum, err := wire.ParseAnswer(line)
		if err != nil {
			return a, err
		}
		if sum != nil {
			a.summary = sum
			return a, nil
		}
		a.verdicts = append(a.verdicts, v)
	}
}

// push sends what is not acknowledged yet and takes note of what is now. An error is a cut link or a refusal of the whole.
func (d *device) push(url string) (status int, err error) {
	a, err := d.send(url, d.acked, len(d.lines))
	for _, v := range a.verdicts {
		switch good := v.Status == wire.Merged || v.Status == wire.Duplicate; {
		case !good || v.Seq != uint64(d.acked+1):
			d.contradictions = append(d.contradictions, fmt.Sprintf("%s:%d acknowledged, then: %+v", d.id, d.acked, v))
			return a.status, errors.New(d.contradictions[0])
		case v.ID != crdt.IDOf(d.lines[d.acked]):
			d.contradictions = append(d.contradictions, fmt.Sprintf("%s:%d acknowledged by another id", d.id, v.Seq))
		}
		d.acked++
	}
	return a.status, err
}

// settle repeats everything ever acknowledged and returns how much of it the server does not hold as acknowledged, how
// many change sets of the device it holds, and in which epoch it is.
func (d *device) settle(t *testing.T, url string) (lost, have int, epoch string) {
	t.Helper()
	const batch = 500
	for from := 0; ; from += batch {
		to := min(from+batch, d.acked)
		a, err := d.send(url, from, to)
		require.NoError(t, err)
		known := 0
		for _, v := range a.verdicts {
			if v.Status == wire.Duplicate && v.Seq > uint64(from) && v.Seq <= uint64(to) && v.ID == crdt.IDOf(d.lines[v.Seq-1]) {
				known++
			}
		}
		lost += to - from - known
		if to == d.acked {
			return lost, int(a.summary.Have), a.summary.Epoch
		}
	}
}

// pull reads what the server would give a phone anew and calls each for every line.
func (d *device) pull(t *testing.T, url string, each func(*wire.PullLine)) {
	t.Helper()
	for cursor, more := "", true; more; {
		req, err := http.NewRequest(http.MethodGet, url+"/v1/sync/pull?cursor="+cursor, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+d.token)
		res, err := d.client.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", body)
		more = false
		for line := range bytes.Lines(body) {
			l, end, err := wire.ParsePull(line)
			require.NoError(t, err)
			if end != nil {
				cursor, more = end.Cursor, end.More
				continue
			}
			each(l)
		}
	}
}
