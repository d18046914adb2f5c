package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	gosync "sync"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/summary"
)

// madeSummary is a summary with its renderings, each made when it is first asked for.
type madeSummary struct {
	*summary.Summary
	counted int64 // records it counts
	live    int64 // records that count where all that came in does

	mu       gosync.Mutex
	rendered map[string][]byte // json, zh, en
}

// JSON returns the summary as JSON.
func (m *madeSummary) JSON() ([]byte, error) {
	return m.render("json", func() ([]byte, error) { return json.Marshal(m.Summary) })
}

// HTML returns the summary as a fragment of a page.
func (m *madeSummary) HTML(lang string) ([]byte, error) {
	return m.render(lang, func() ([]byte, error) {
		var b bytes.Buffer
		err := m.Fragment(&b, lang)
		return b.Bytes(), err
	})
}

func (m *madeSummary) render(as string, draw func() ([]byte, error)) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := m.rendered[as]; ok {
		return b, nil
	}
	b, err := draw()
	if err != nil {
		return nil, errs.Wrap("render summary", err)
	}
	if m.rendered == nil {
		m.rendered = map[string][]byte{}
	}
	m.rendered[as] = b
	return b, nil
}

// keptSummaries is how many summaries are kept: those of a district that somebody leafs through.
const keptSummaries = 32

// summaryCache keeps summaries by everything they are made of: the same street looked at twice, with nothing new in between,
// is made once. Masking costs more than counting.
type summaryCache struct {
	mu    gosync.Mutex
	made  map[[32]byte]*summaryEntry
	order [][32]byte // oldest first
}

type summaryEntry struct {
	once gosync.Once
	made *madeSummary
	err  error
}

// get returns the summary of a key, made by at most one caller at a time. One that failed is not kept.
func (c *summaryCache) get(key [32]byte, build func() (*madeSummary, error)) (*madeSummary, error) {
	c.mu.Lock()
	e, ok := c.made[key]
	if !ok {
		e = &summaryEntry{}
		if c.made == nil {
			c.made = map[[32]byte]*summaryEntry{}
		}
		c.made[key] = e
		if c.order = append(c.order, key); len(c.order) > keptSummaries {
			delete(c.made, c.order[0])
			c.order = c.order[1:]
		}
	}
	c.mu.Unlock()
	e.once.Do(func() { e.made, e.err = build() })
	if e.err != nil {
		c.mu.Lock()
		if c.made[key] == e {
			delete(c.made, key)
		}
		c.mu.Unlock()
	}
	return e.made, e.err
}

// summaryKey names everything a summary is made of. The snapshot stands for the cells, and for forms, policy and filter.
func summaryKey(in *summary.Input) ([32]byte, error) {
	b, err := json.Marshal(struct {
		Street, District survey.Area
		Areas            []survey.Area
		Survey           survey.Survey
		Coverage         []summary.GridCoverage
		Records          []survey.StatusCount
		Snapshot, Date   string
		Release, Demo    bool
		Earlier          []map[string]int64
	}{in.Street, in.District, in.Areas, in.Survey, in.Coverage, in.Records, in.Snapshot, in.Date, in.Release, in.Demo, in.Earlier})
	return sha256.Sum256(b), errs.Wrap("street summary", err)
}
