package crdt_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync/crdt"
)

func set(dev string, seq uint64, ctx crdt.VV, pairs ...string) *crdt.ChangeSet {
	c := &crdt.ChangeSet{Device: dev, Seq: seq, Epoch: "ep_1", Nonce: "0123456789abcdef", Record: "r1", Form: "f", Version: "1",
		Grid: "990101001201003", At: int64(seq) * 1000, Ctx: ctx}
	for i := 0; i < len(pairs); i += 2 {
		switch pairs[i] {
		case "+":
			c.Add = append(c.Add, pairs[i+1])
		case "-":
			c.Del = append(c.Del, pairs[i+1])
		default:
			c.Set = append(c.Set, crdt.Cell{Path: pairs[i], Value: pairs[i+1], Null: pairs[i+1] == "\x00"})
		}
	}
	c.Normalize()
	return c
}

func TestTwoAnswersToOneQuestionAreBothKeptAndOneIsShown(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_a", 1, nil, "q1", "yes", "q2", "same"), 10)
	s.Apply(set("dv_b", 1, nil, "q1", "no", "q2", "same"), 20)

	require.Equal(t, []string{"q1"}, s.Conflicts(), "equal values are no conflict")
	shown, ok := s.Shown("q1")
	require.True(t, ok)
	require.Equal(t, "no", shown.Value, "the later effective time is shown")
	require.Len(t, s.Siblings("q1"), 2)

	s.Apply(set("dv_o", 1, crdt.VV{"dv_a": 1, "dv_b": 1}, "q1", "yes"), 5)
	require.Empty(t, s.Conflicts())
	shown, _ = s.Shown("q1")
	require.Equal(t, "yes", shown.Value, "who saw both settles it, whatever the clock")
	require.Equal(t, `{"cells":{"q1":[["dv_o",1,"yes"]],"q2":[["dv_a",1,"same"],["dv_b",1,"same"]]},`+
		`"times":{"dv_a:1":10,"dv_b:1":20,"dv_o:1":5},"vv":{"dv_a":1,"dv_b":1,"dv_o":1}}`, string(s.Canonical()))
}

func TestEqualTimesAreBrokenByDeviceThenSeq(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_b", 1, nil, "q", "b1"), 10)
	s.Apply(set("dv_b", 2, nil, "q", "b2"), 10)
	s.Apply(set("dv_a", 9, nil, "q", "a9"), 10)
	shown, _ := s.Shown("q")
	require.Equal(t, "b2", shown.Value)
}

func TestARowEditedWhileItWasRemovedStands(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_a", 1, nil, "+", "m[r1]", "m[r1]/age", "3"), 10)
	s.Apply(set("dv_a", 2, crdt.VV{"dv_a": 1}, "m[r2]/k[x]/n", "q"), 11)
	require.Equal(t, []string{"m[r1]", "m[r2]"}, s.RowsOf("m"))
	require.Equal(t, []string{"m[r2]/k[x]"}, s.RowsOf("m[r2]/k"))

	s.Apply(set("dv_b", 1, crdt.VV{"dv_a": 2}, "-", "m[r1]"), 12)
	require.Equal(t, []string{"m[r2]"}, s.RowsOf("m"))
	require.Len(t, s.Siblings("m[r1]/age"), 1, "a removal supersedes no answers")

	s.Apply(set("dv_a", 3, crdt.VV{"dv_a": 2}, "m[r1]/age", "4"), 9)
	require.True(t, s.RowExists("m[r1]"))
	require.True(t, s.RemovedWhileEdited("m[r1]"))
	require.Equal(t, []string{"m[r1]"}, s.Conflicts())
	require.Equal(t, []string{"m[r1]", "m[r2]"}, s.RowsOf("m"))
	require.Equal(t, int64(9), s.Row("m[r1]").Birth.Time, "birth is the least time of all '+'")

	s.Apply(set("dv_b", 2, crdt.VV{"dv_a": 3, "dv_b": 1}, "-", "m[r2]"), 13)
	require.False(t, s.RowExists("m[r2]/k[x]"), "the enclosing row is gone")
	require.Empty(t, s.RowsOf("m[r2]/k"))
}

func TestWithheldAndErasedStay(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_a", 1, nil, "m[r1]/note", "secret", "m[r1]/age", "3", "q", "1"), 10)
	s.Withhold("m/note")
	s.Apply(set("dv_b", 1, nil, "m[r9]/note", "secret", "m[r9]/age", "4"), 11)
	require.NotContains(t, string(s.Canonical()), "secret")
	require.Equal(t, []string{"m[r1]", "m[r9]"}, s.RowsOf("m"))
	s.Withhold("m")
	require.Equal(t, []string{"m"}, s.Withheld)
	require.Empty(t, s.Siblings("m[r1]/age"))
	before := &crdt.State{}
	before.Withhold("m")
	before.Apply(set("dv_b", 1, nil, "m[r9]/note", "secret", "m[r9]/age", "4"), 11)
	before.Apply(set("dv_a", 1, nil, "m[r1]/note", "secret", "m[r1]/age", "3", "q", "1"), 10)
	require.Equal(t, string(s.Canonical()), string(before.Canonical()))

	s.Erase()
	s.Apply(set("dv_c", 1, nil, "q", "1"), 10)
	require.Equal(t, `{"erased":true}`, string(s.Canonical()))
}

func TestAReleasedSetSupersedesOnlyWhatTheRecordHolds(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_a", 1, nil, "q", "1"), 10)
	s.Apply(set("dv_b", 1, crdt.VV{"dv_a": 1, "dv_lost": 7}, "q", "2", "@status", "submitted"), 11)
	s.Apply(set("dv_lost", 7, nil, "q", "3"), 12)
	require.Len(t, s.Siblings("q"), 2, "what nobody could have seen here is not silenced")
	require.Equal(t, crdt.VV{"dv_a": 1}, s.StatusCtx[crdt.Dot{Device: "dv_b", Seq: 1}])
}

func TestStateFormsAreLossless(t *testing.T) {
	s := &crdt.State{}
	s.Apply(set("dv_a", 1, nil, "+", "m[r1]", "m[r1]/age", "3", "m[r1]/name", "\x00", "q", "a\"\\\n\u2028\x7f中"), -5)
	s.Apply(set("dv_a", 300, crdt.VV{"dv_a": 1}, "@status", "submitted"), 1795420800123)
	s.Apply(set("dv_b", 2, crdt.VV{"dv_a": 1}, "-", "m[r1]", "q", ""), 1795420800124)
	s.Void(crdt.Dot{Device: "dv_z", Seq: 9})
	s.Withhold("gps")
	parsed, err := crdt.ParseState(s.Canonical())
	require.NoError(t, err)
	require.Equal(t, s.Digest(), parsed.Digest())
	decoded, err := crdt.DecodeState(s.AppendBinary(nil))
	require.NoError(t, err)
	require.Equal(t, string(s.Canonical()), string(decoded.Canonical()))
	require.Equal(t, string(s.Canonical()), string(s.Clone().Canonical()))
	t.Logf("canonical %d bytes, binary %d bytes", len(s.Canonical()), len(s.AppendBinary(nil)))
}

func TestHistoryTellsWhatEachWriteSuperseded(t *testing.T) {
	turns := []crdt.Turn{}
	for _, c := range []*crdt.ChangeSet{
		set("dv_a", 1, nil, "q", "1", "+", "m[r1]"),
		set("dv_b", 1, crdt.VV{"dv_a": 1}, "q", "2", "-", "m[r1]"),
		set("dv_c", 1, nil, "q", "3"),
		set("dv_o", 1, crdt.VV{"dv_a": 1, "dv_b": 1, "dv_c": 1}, "q", "2"),
	} {
		turns = append(turns, crdt.Turn{Dot: c.Dot(), Set: c, Eff: 1})
	}
	var got []string
	for step := range crdt.History(func(yield func(crdt.Turn) bool) {
		for _, t := range turns {
			if !yield(t) {
				return
			}
		}
	}, nil) {
		for _, e := range step.Effects {
			got = append(got, fmt.Sprintf("%s %s %d", step.Dot.Device, e.Path, len(e.Superseded)))
		}
	}
	require.Equal(t, []string{"dv_a q 0", "dv_a m[r1] 0", "dv_b q 1", "dv_b m[r1] 1", "dv_c q 0", "dv_o q 2"}, got)
}

func forty() *crdt.ChangeSet {
	c := set("dv_7k2m", 41, nil)
	for i := range 40 {
		c.Set = append(c.Set, crdt.Cell{Path: fmt.Sprintf("group_%d/question_%02d", i/8, i), Value: fmt.Sprint(i % 5)})
	}
	c.Normalize()
	return c
}

func BenchmarkApplyForty(b *testing.B) {
	c := forty()
	b.ReportAllocs()
	for b.Loop() {
		s := crdt.State{}
		s.Apply(c, 1795420800123)
	}
}

func BenchmarkApplyFortyAgain(b *testing.B) {
	first := &crdt.State{}
	first.Apply(forty(), 1795420800123)
	c := forty()
	c.Seq, c.Ctx = 42, crdt.VV{"dv_7k2m": 41}
	b.ReportAllocs()
	for b.Loop() {
		s := first.Clone()
		s.Apply(c, 1795420800124)
	}
}

func BenchmarkDigestForty(b *testing.B) {
	s := &crdt.State{}
	s.Apply(forty(), 1795420800123)
	b.ReportAllocs()
	for b.Loop() {
		s.Digest()
	}
}

func BenchmarkBinaryForty(b *testing.B) {
	s := &crdt.State{}
	s.Apply(forty(), 1795420800123)
	buf := s.AppendBinary(nil)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = s.AppendBinary(buf[:0])
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := crdt.DecodeState(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}
