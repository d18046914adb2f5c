package bench

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// maker draws interviews of about 40 answers and turns them into change sets.
type maker struct {
	form *schema.Form
	rng  *rand.Rand
	at   time.Time
}

func newMaker(seed uint64) (*maker, error) {
	form, err := instruments.Read(instruments.HouseholdSentiment)
	if err != nil {
		return nil, err
	}
	return &maker{form: form, rng: rand.New(rand.NewPCG(seed, 40)), at: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}, nil
}

func (m *maker) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[m.rng.IntN(16)]
	}
	return string(b)
}

// interview draws one that was carried through to its end.
func (m *maker) interview(grid string) (map[string]string, error) {
	for {
		m.at = m.at.Add(time.Minute)
		in, err := answers.Generate(m.form, answers.Subject{Case: "", Village: grid[:12], Grid: grid, NoticeHash: m.hex(64), Start: m.at}, nil, m.rng)
		if err != nil {
			return nil, err
		}
		if in.Disposition == "1.1" {
			delete(in.Values, "case_id")
			return in.Values, nil
		}
	}
}

// log is the log of one device: lines and running heads.
type log struct {
	phone phoneKey
	lines [][]byte
	heads []wire.Head
}

func (m *maker) write(l *log, n int) error {
	if len(l.heads) == 0 {
		l.heads = append(l.heads, wire.Head{})
	}
	for range n {
		values, err := m.interview(l.phone.grid)
		if err != nil {
			return err
		}
		c := crdt.ChangeSet{Device: l.phone.device, Epoch: "ep_bench", Seq: uint64(len(l.lines) + 1), At: m.at.UnixMilli(), Nonce: m.hex(22),
			Record: fmt.Sprintf("%s-%s-4%s-8%s-%s", m.hex(8), m.hex(4), m.hex(3), m.hex(3), m.hex(12)),
			Form:   m.form.ID, Version: m.form.Version, Grid: l.phone.grid, Set: []crdt.Cell{{Path: "@status", Value: "submitted"}}}
		for path, v := range values {
			c.Set = append(c.Set, crdt.Cell{Path: path, Value: v})
		}
		c.Normalize()
		line := c.Encode()
		id := crdt.IDOf(line)
		prev := l.heads[len(l.heads)-1]
		l.lines = append(l.lines, line)
		l.heads = append(l.heads, sha256.Sum256(append(prev[:], id[:]...)))
	}
	return nil
}

// body is one push of the lines from..to.
func (l *log) body(from, to int) []byte {
	b := wire.AppendOpening(nil, wire.Opening{Device: l.phone.device, Last: uint64(from), Head: l.heads[from]})
	for _, line := range l.lines[from:to] {
		b = append(append(b, '\n'), line...)
	}
	return append(b, '\n')
}

func zip(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// request is one push ready to be sent.
type request struct {
	token string
	body  []byte
	lines int
}

// send pushes and requires that every line was merged.
func send(ctx context.Context, client *http.Client, url string, r request) error {
	const op = "push"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/sync/push", bytes.NewReader(r.body))
	if err != nil {
		return errs.Wrap(op, err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Content-Encoding", "gzip")
	res, err := client.Do(req)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusTooManyRequests {
		return errs.New(errs.Busy, op, "status %d", res.StatusCode)
	}
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return errs.New(errs.Internal, op, "status %d: %s", res.StatusCode, b)
	}
	merged := 0
	sc := bufio.NewScanner(res.Body)
	for sc.Scan() {
		if bytes.Contains(sc.Bytes(), []byte(`"merged"`)) {
			merged++
		} else if !bytes.Contains(sc.Bytes(), []byte(`"have"`)) {
			return errs.New(errs.Internal, op, "not merged: %s", sc.Bytes())
		}
	}
	if merged != r.lines {
		return errs.New(errs.Internal, op, "%d of %d merged", merged, r.lines)
	}
	return errs.Wrap(op, sc.Err())
}

// drive sends each phone's requests in order, all phones at once.
func drive(ctx context.Context, url string, perPhone [][]request) error {
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: len(perPhone), MaxConnsPerHost: len(perPhone)}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	fail := make(chan error, len(perPhone))
	for _, list := range perPhone {
		wg.Go(func() {
			for _, r := range list {
				for {
					err := send(ctx, client, url, r)
					if code := errs.CodeOf(err); err != nil && (code == errs.Busy || code == errs.TooMany) {
						time.Sleep(20 * time.Millisecond)
						continue
					}
					if err != nil {
						fail <- err
						return
					}
					break
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-fail:
		return err
	default:
		return ctx.Err()
	}
}
