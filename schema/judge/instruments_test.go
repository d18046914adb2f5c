package judge_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/schema/judge"
)

// interview makes a record of a drawn interview.
func interview(t require.TestingT, f *schema.Form, rng *rand.Rand) *judge.Record {
	in, err := answers.Generate(f, answers.Subject{Case: "C1", Village: "990101001201", Grid: "990101001201003", NoticeHash: strings.Repeat("a", 64),
		Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), First: map[string]string{}}, nil, rng)
	require.NoError(t, err)
	rec := &judge.Record{}
	for path, v := range in.Values {
		rec.Values = append(rec.Values, judge.Value{Path: path, Text: v, Node: f.Lookup(path)})
	}
	for i, row := range in.Rows {
		id := "r" + strconv.Itoa(i)
		k := slices.IndexFunc(rec.Rows, func(r judge.Rows) bool { return r.Repeat == row.Repeat })
		if k < 0 {
			k = len(rec.Rows)
			rec.Rows = append(rec.Rows, judge.Rows{Repeat: row.Repeat})
		}
		rec.Rows[k].IDs = append(rec.Rows[k].IDs, id)
		for name, v := range row.Values {
			rec.Values = append(rec.Values, judge.Value{Path: row.Repeat + "[" + id + "]/" + name, Text: v})
		}
	}
	slices.SortFunc(rec.Values, func(a, b judge.Value) int { return strings.Compare(a.Path, b.Path) })
	return rec
}

// What is drawn for the demonstration is right, and what takes an answer away from it is seen.
func TestDrawnInterviewsBreakNoRule(t *testing.T) {
	for _, i := range instruments.All() {
		id := i.ID
		f, err := instruments.Read(id)
		require.NoError(t, err)
		j := judge.Compile(f)
		require.Empty(t, j.Faults(), id)
		rng := rand.New(rand.NewPCG(7, 7))
		for range 200 {
			rec := interview(t, f, rng)
			require.Empty(t, j.Judge(rec, env()), "%s %v", id, rec.Values)
		}
	}
}

func BenchmarkJudge40Questions(b *testing.B) {
	f, err := instruments.Read(instruments.HouseholdSentiment)
	require.NoError(b, err)
	j := judge.Compile(f)
	rng := rand.New(rand.NewPCG(7, 7))
	var list []*judge.Record
	for len(list) < 64 {
		if rec := interview(b, f, rng); len(rec.Values) > 30 {
			list = append(list, rec)
		}
	}
	e := env()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if v := j.Judge(list[i%len(list)], e); v != nil {
			b.Fatal(v)
		}
	}
}
