package twin_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

var update = flag.Bool("update", false, "write the vector file anew")

// shared is the file that both halves read without each other: histories with odd names, hostile texts of every kind of line,
// and the limits a phone is held to. sync/crdt and sync/wire have such files for what is usual.
type shared struct {
	Limits    map[string]int64 `json:"limits"`
	Histories []sharedHistory  `json:"histories"`
	Texts     []sharedText     `json:"texts"`
}

type sharedHistory struct {
	Lines []string `json:"lines"`
	Steps []step   `json:"steps"`
	Told  []told   `json:"told"`
}

type sharedText struct {
	As     string          `json:"as"`
	Base64 string          `json:"base64"`
	Code   string          `json:"code,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
}

func shareable(t *testing.T) shared {
	v := shared{Limits: map[string]int64{
		"pushBytes": limits.PushBytes, "pushLines": limits.PushLines, "lineBytes": limits.LineBytes, "changeOps": limits.ChangeOps, "jsonDepth": limits.JSONDepth,
		"jsonKeys": limits.JSONKeys, "stateKeys": limits.StateKeys, "ctxEntries": limits.CtxEntries, "pathBytes": limits.PathBytes, "pathSegments": limits.PathSegments,
		"pathRows": limits.PathRows, "longValueBytes": limits.LongValueBytes, "idBytes": limits.IDBytes, "pullRows": limits.PullRows,
	}}
	for i := range 25 {
		l := newLife(rand.New(rand.NewPCG(77, uint64(i))).IntN)
		v.Histories = append(v.Histories, sharedHistory{append([]string{}, l.lines...), l.steps, l.run()})
	}
	random := rand.New(rand.NewPCG(78, 1))
	seen := map[string]int{}
	for len(v.Texts) < 150 {
		as, b := seed(random)
		b = mutate(random, b)
		value, err := read(as, b)
		code := string(errs.CodeOf(err))
		if seen[as+code] >= 8 || len(b) > 1500 || as == "path" {
			continue
		}
		seen[as+code]++
		text := sharedText{As: as, Base64: base64.StdEncoding.EncodeToString(b), Code: code}
		if err == nil {
			text.Value, err = json.Marshal(value)
			require.NoError(t, err)
		}
		v.Texts = append(v.Texts, text)
	}
	return v
}

func TestTheSharedFileIsTrue(t *testing.T) {
	const file = "testdata/shared.json"
	now, err := json.MarshalIndent(shareable(t), "", " ")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(file, append(now, '\n'), 0o644))
	}
	stored, err := os.ReadFile(file)
	require.NoError(t, err)
	require.JSONEq(t, string(stored), string(now), "the file is older than the program: run with -update")
}
