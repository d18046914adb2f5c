package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"ruhu/internal/errs"
	"ruhu/schema/instruments"
)

// pull measures a new phone in a grid with 400 records of others and 20 of its own.
func pull(ctx context.Context, o *Options) ([]Line, error) {
	s, err := newSite(ctx, o, "pull", 2, 2)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	m, err := newMaker(4)
	if err != nil {
		return nil, err
	}
	var perPhone [][]request
	for i, n := range []int{400, 20} {
		l := &log{phone: s.phones[i]}
		if err := m.write(l, n); err != nil {
			return nil, err
		}
		body, err := zip(l.body(0, n))
		if err != nil {
			return nil, err
		}
		perPhone = append(perPhone, []request{{s.phones[i].token, body, n}})
	}
	if err := drive(ctx, s.url, perPhone); err != nil {
		return nil, err
	}
	cursor, bytesIn, requests := "", 0, 0
	for more := true; more; requests++ {
		raw, plain, err := get(ctx, s.url+"/v1/sync/pull?cursor="+cursor, s.phones[1].token)
		if err != nil {
			return nil, err
		}
		bytesIn += raw
		list := bytes.Split(bytes.TrimSpace(plain), []byte("\n"))
		var end struct {
			Cursor string `json:"cursor"`
			More   bool   `json:"more"`
		}
		if err := json.Unmarshal(list[len(list)-1], &end); err != nil {
			return nil, errs.Wrap("pull", err)
		}
		cursor, more = end.Cursor, end.More
	}
	idle, _, err := get(ctx, s.url+"/v1/sync/pull?cursor="+cursor, s.phones[1].token)
	if err != nil {
		return nil, err
	}
	return []Line{
		{Bench: "pull", What: "new phone: 400 stubs, 20 records", Unit: "bytes", Value: float64(bytesIn), Budget: "50,000"},
		{Bench: "pull", What: "new phone: 400 stubs, 20 records", Unit: "requests", Value: float64(requests), Budget: "2"},
		{Bench: "pull", What: "nothing new", Unit: "bytes", Value: float64(idle), Budget: "300"},
	}, nil
}

// get returns how many bytes came over the wire, and the body.
func get(ctx context.Context, url, token string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, errs.Wrap("get", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, nil, errs.Wrap("get", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, errs.Wrap("get", err)
	}
	if res.StatusCode != http.StatusOK {
		return 0, nil, errs.New(errs.Internal, "get", "status %d: %s", res.StatusCode, raw)
	}
	plain := raw
	if res.Header.Get("Content-Encoding") == "gzip" {
		if plain, err = unzip(raw); err != nil {
			return 0, nil, err
		}
	}
	return len(raw), plain, nil
}

// summaryTime reads the street's summary with one fresh write before each read.
func summaryTime(ctx context.Context, o *Options) ([]Line, error) {
	const reads = 15
	var lines []Line
	medians := map[int]float64{}
	sizes := []int{1000, 100_000}
	const phones = 16
	s, err := newSite(ctx, o, "summary", phones, 1)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	m, err := newMaker(5)
	if err != nil {
		return nil, err
	}
	token, err := signIn(ctx, s.url)
	if err != nil {
		return nil, err
	}
	logs := make([]*log, phones)
	for i := range logs {
		logs[i] = &log{phone: s.phones[i]}
	}
	have := 0
	pushTo := func(total int) error {
		perPhone := make([][]request, phones)
		for i, l := range logs {
			from := len(l.lines)
			if err := m.write(l, (total-have)/phones); err != nil {
				return err
			}
			for ; from < len(l.lines); from += 400 {
				to := min(from+400, len(l.lines))
				body, err := zip(l.body(from, to))
				if err != nil {
					return err
				}
				perPhone[i] = append(perPhone[i], request{l.phone.token, body, to - from})
			}
		}
		have = total
		return drive(ctx, s.url, perPhone)
	}
	for _, size := range sizes {
		if err := pushTo(size); err != nil {
			return nil, err
		}
		var times []float64
		for i := range reads {
			l := logs[i%phones]
			from := len(l.lines)
			if err := m.write(l, 1); err != nil {
				return nil, err
			}
			body, err := zip(l.body(from, from+1))
			if err != nil {
				return nil, err
			}
			if err := drive(ctx, s.url, [][]request{{{l.phone.token, body, 1}}}); err != nil {
				return nil, err
			}
			start := o.Clock.Now()
			if _, _, err := get(ctx, fmt.Sprintf("%s/v1/streets/%s/summary?form=%s", s.url, street, instruments.HouseholdSentiment), token); err != nil {
				return nil, err
			}
			times = append(times, o.Clock.Now().Sub(start).Seconds()*1000)
		}
		slices.Sort(times)
		medians[size] = times[len(times)/2]
		lines = append(lines, Line{Bench: "summary", What: fmt.Sprintf("%d records, fresh write before each read", size), Unit: "ms, median of 15", Value: medians[size]})
	}
	lines = append(lines, Line{Bench: "summary", What: "100,000 records against 1,000", Unit: "x", Value: medians[sizes[1]] / medians[sizes[0]], Budget: "1.5"})
	return lines, nil
}

func signIn(ctx context.Context, url string) (string, error) {
	body, err := json.Marshal(map[string]string{"username": "office", "password": password})
	if err != nil {
		return "", errs.Wrap("sign in", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/auth/login", bytes.NewReader(body))
	if err != nil {
		return "", errs.Wrap("sign in", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", errs.Wrap("sign in", err)
	}
	defer res.Body.Close()
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || got.AccessToken == "" {
		return "", errs.New(errs.Internal, "sign in", "status %d", res.StatusCode)
	}
	return got.AccessToken, nil
}

// memory has 1,000 phones with open connections push one interview each, three times over.
func memory(ctx context.Context, o *Options) ([]Line, error) {
	const phones, rounds = 1000, 3
	s, err := newSite(ctx, o, "memory", phones, 10)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	m, err := newMaker(6)
	if err != nil {
		return nil, err
	}
	perPhone := make([][]request, phones)
	for i := range phones {
		l := &log{phone: s.phones[i]}
		if err := m.write(l, rounds); err != nil {
			return nil, err
		}
		for k := range rounds {
			body, err := zip(l.body(k, k+1))
			if err != nil {
				return nil, err
			}
			perPhone[i] = append(perPhone[i], request{l.phone.token, body, 1})
		}
	}
	start := o.Clock.Now()
	if err := drive(ctx, s.url, perPhone); err != nil {
		return nil, err
	}
	wall := o.Clock.Now().Sub(start).Seconds()
	now, peak, err := s.memory()
	if err != nil {
		return nil, err
	}
	return []Line{
		{Bench: "memory", What: "1,000 phones, one interview a push: peak", Unit: "MB", Value: peak / 1e6, Budget: "256"},
		{Bench: "memory", What: "the same, afterwards", Unit: "MB", Value: now / 1e6},
		{Bench: "memory", What: "the same, rate", Unit: "pushes/s wall", Value: phones * rounds / wall},
	}, nil
}
