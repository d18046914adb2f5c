package faulttest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
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
// what it knows of the server is what it was told in writing.
type device struct {
	id, token string
	form      string
	version   string
	client    *http.Client

	lines [][]byte // every change set ever made, in order of seq
	heads []wire.Head
	acked int    // all seqs up to here were acknowledged
	open  string // a record begun by the last batch, to be gone on with
	told  int    // acknowledgements received, repeats counted once
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
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&got))
	require.Equal(t, http.StatusCreated, res.StatusCode)
	form, err := instruments.Read("hh_sentiment")
	require.NoError(t, err)
	return &device{id: got.Device, token: got.AccessToken, form: form.ID, version: form.Version,
		client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}}, heads: []wire.Head{{}}}
}

// write adds n change sets: new interviews, and every third time a further save of the one before.
func (d *device) write(n int) {
	for range n {
		seq := uint64(len(d.lines) + 1)
		c := crdt.ChangeSet{Device: d.id, Seq: seq, At: 1_790_000_000_000 + int64(seq)*1000, Nonce: uuid.NewString(), Form: d.form, Version: d.version,
			Grid: grid, Record: uuid.NewString()}
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
		d.lines = append(d.lines, line)
		d.heads = append(d.heads, sha256.Sum256(append(prev[:], id[:]...)))
	}
}

// push sends everything after from and returns the highest seq acknowledged; an error is a cut link.
func (d *device) push(t *testing.T, url string, from int) (int, error) {
	t.Helper()
	body := wire.AppendOpening(nil, wire.Opening{Device: d.id, Last: uint64(from), Head: d.heads[from]})
	for _, line := range d.lines[from:] {
		body = append(append(body, '\n'), line...)
	}
	req, err := http.NewRequest(http.MethodPost, url+"/v1/sync/push", bytes.NewReader(append(body, '\n')))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+d.token)
	req.Header.Set("Content-Type", "application/x-ndjson")
	res, err := d.client.Do(req)
	if err != nil {
		return from, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return from, fmt.Errorf("status %d", res.StatusCode)
	}
	high := from
	sc := bufio.NewScanner(res.Body)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		v, sum, err := wire.ParseAnswer(sc.Bytes())
		if err != nil {
			return high, err // the line was cut
		}
		if sum != nil {
			return high, nil
		}
		require.Contains(t, []wire.Status{wire.Merged, wire.Duplicate}, v.Status, "%s", sc.Bytes())
		require.Equal(t, crdt.IDOf(d.lines[v.Seq-1]), v.ID, "an acknowledgement names the bytes it is for")
		high = max(high, int(v.Seq))
	}
	return high, fmt.Errorf("the answer was cut: %w", sc.Err())
}

// settle repeats everything ever acknowledged; the server must know every byte of it.
func (d *device) settle(t *testing.T, url string) {
	t.Helper()
	const batch = 500
	for from := 0; from < d.acked; from += batch {
		part := *d
		part.lines = d.lines[:min(from+batch, d.acked)]
		high, err := part.push(t, url, from)
		require.NoError(t, err)
		require.Equal(t, len(part.lines), high)
	}
}
