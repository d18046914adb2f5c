package crdt_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/crdt"
	"ruhu/sync/crdt/naive"
)

var update = flag.Bool("update", false, "write the vector file anew")

// stateVector is one history and the state every replica, in whatever language, must make of it. The file is shared with the
// TypeScript twin.
type stateVector struct {
	Turns     []turnVector `json:"turns"` // in merge order
	Withheld  []string     `json:"withheld,omitempty"`
	Canonical string       `json:"canonical"`
	Digest    string       `json:"digest"`
	Conflicts []string     `json:"conflicts,omitempty"`
	Shown     [][2]*string `json:"shown"` // path, value (null = cleared) in order of path
	Rows      []string     `json:"rows,omitempty"`
}

type turnVector struct {
	Device string `json:"device"`
	Seq    uint64 `json:"seq"`
	Void   bool   `json:"void,omitempty"`
	Eff    int64  `json:"eff,omitempty"`
	Line   string `json:"line,omitempty"` // the change set's
}

func stateVectors() []stateVector {
	var list []stateVector
	for i := range 150 {
		random := rand.New(rand.NewPCG(2026, uint64(i)))
		h := naive.Random(random.IntN)
		v := stateVector{Withheld: h.Withheld}
		for _, t := range h.Turns {
			d := t.Dot()
			tv := turnVector{Device: d.Device, Seq: d.Seq, Void: t.Void}
			if !t.Void {
				tv.Eff, tv.Line = t.Eff, string(t.Set.Encode())
			}
			v.Turns = append(v.Turns, tv)
		}
		s := h.Deliver(random.IntN, len(h.Turns))
		digest := s.Digest()
		v.Canonical, v.Digest, v.Conflicts = string(s.Canonical()), hex.EncodeToString(digest[:]), s.Conflicts()
		v.Shown = [][2]*string{}
		for path, w := range s.Visible {
			entry := [2]*string{&path, nil}
			if !w.Null {
				entry[1] = &w.Value
			}
			v.Shown = append(v.Shown, entry)
		}
		for _, repeat := range s.Repeats() {
			v.Rows = append(v.Rows, s.RowsOf(repeat)...)
		}
		list = append(list, v)
	}
	return list
}

func TestSharedHistoriesGiveTheSameStates(t *testing.T) {
	const file = "testdata/vectors.json"
	if *update {
		b, err := json.MarshalIndent(stateVectors(), "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(b, '\n'), 0o644))
	}
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var stored []stateVector
	require.NoError(t, json.Unmarshal(b, &stored))
	now := stateVectors()
	require.Len(t, stored, len(now))
	for i, v := range stored {
		for j, turn := range v.Turns {
			require.Equal(t, now[i].Turns[j], turn, "history %d: lines once sent never change", i)
		}
		require.Equal(t, now[i].Canonical, v.Canonical)
		require.Equal(t, now[i].Digest, v.Digest)
		require.Equal(t, now[i].Conflicts, v.Conflicts)
		require.Equal(t, now[i].Shown, v.Shown)
		require.Equal(t, now[i].Rows, v.Rows)
		s, err := crdt.ParseState([]byte(v.Canonical))
		require.NoError(t, err)
		digest := s.Digest()
		require.Equal(t, v.Digest, hex.EncodeToString(digest[:]))
	}
}
