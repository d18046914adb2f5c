package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
)

const goodSurvey = `id: demo-2026
title: {zh: 入户民情, en: Household opinion}
forms:
  - {id: hh_sentiment, kind: sentiment}
  - {id: visit_log, kind: visit}
legal_basis: consent
notice: {zh: 告知书, en: Notice}
mode: sample
open: 2026-09-01
close: 2026-12-01
retention: statistical_2y
edit_hours: 12
link_ttl_days: 10
threshold: 5
pia: pia-2026.pdf
`

func TestSurveyYAML(t *testing.T) {
	s, err := ParseSurvey(strings.NewReader(goodSurvey))
	require.NoError(t, err)
	require.Equal(t, SurveyPlanned, s.State)
	require.Equal(t, []FormUse{{"hh_sentiment", KindSentiment}, {"visit_log", KindVisit}}, s.Forms)
	require.Equal(t, 5, s.Threshold)
	require.Equal(t, HashNotice(Words{"告知书", "Notice"}), s.Notices[0].Hash)

	s, err = ParseSurvey(strings.NewReader("id: a\ntitle: 村情\nforms: {sheet: village}\nlegal_basis: 村民委员会组织法\n"))
	require.NoError(t, err)
	require.Equal(t, 10, s.Threshold)
	require.Equal(t, 24, s.EditHours)
	require.Equal(t, 30, s.LinkTTLDays)
	require.Equal(t, Census, s.Mode)
}

func TestSurveyYAMLFaultsAllAtOnce(t *testing.T) {
	file := `id: "bad id"
title: {zh: 入户}
forms:
  - {id: q, kind: opinion}
  - {kind: sentiment}
  - {id: q, kind: visit}
legal_basis: statutory duty
mode: all
close: soon
threshold: 4
edit_hours: many
color: red
mode: census
`
	_, err := ParseSurvey(strings.NewReader(file))
	got := places(t, err)
	for i := range got { // columns are YAML's own
		parts := strings.SplitN(got[i], ":", 3)
		got[i] = parts[0] + " " + parts[2]
	}
	require.ElementsMatch(t, []string{"1 id", "2 title.en", "4 forms.kind", "5 forms.id", "6 forms.id", "7 legal_basis", "0 notice", "8 mode", "9 close",
		"10 threshold", "11 edit_hours", "12 color", "13 mode"}, got)

	for _, bad := range []string{"", "- a\n", "a: [", "just text"} {
		_, err := ParseSurvey(strings.NewReader(bad))
		require.NotEmpty(t, places(t, err))
	}
	_, err = ParseSurvey(strings.NewReader(strings.Repeat("#", surveyFileBytes+1)))
	require.Equal(t, errs.TooLarge, errs.CodeOf(err))
}

func TestFinalDispositionPrecedence(t *testing.T) {
	for _, c := range []struct {
		attempts []string
		want     string
	}{
		{nil, "3.11"},
		{[]string{"2.24"}, "2.24"},
		{[]string{"2.24", "2.24", "1.1"}, "1.1"},
		{[]string{"1.1", "2.112"}, "1.1"},
		{[]string{"1.2", "2.12"}, "1.2"},
		{[]string{"2.24", "2.111", "2.25"}, "2.111"},
		{[]string{"2.111", "2.112"}, "2.112"},
		{[]string{"2.24", "4.61"}, "4.61"},
		{[]string{"4.61", "2.111"}, "2.111"},
		{[]string{"3.18", "2.23"}, "2.23"},
		{[]string{"3.11", "3.17"}, "3.17"},
		{[]string{"3.90", "3.18"}, "3.90"},
		{[]string{"2.31", "2.25"}, "2.31"},
		{[]string{"9.99", "", "x"}, "3.11"},
	} {
		require.Equal(t, c.want, FinalDisposition(c.attempts), "%v", c.attempts)
	}
	rapid.Check(t, func(t *rapid.T) {
		var codes []string
		for _, d := range Dispositions() {
			codes = append(codes, d.Code)
		}
		attempts := rapid.SliceOfN(rapid.SampledFrom(codes), 1, 8).Draw(t, "attempts")
		final := FinalDisposition(attempts)
		if !slices.Contains(attempts, final) {
			t.Fatalf("%v is none of %v", final, attempts)
		}
		shuffled := rapid.Permutation(attempts).Draw(t, "order")
		if FinalDisposition(shuffled) != final {
			t.Fatal("the order of attempts changes the result")
		}
	})
}

func TestDispositionGroups(t *testing.T) {
	list := Dispositions()
	require.Len(t, list, 23)
	seen := map[string]bool{}
	for _, d := range list {
		require.False(t, seen[d.Code], d.Code)
		seen[d.Code] = true
		require.NotEmpty(t, d.ZH)
		require.NotEmpty(t, d.EN)
		want := map[string]Outcome{"1.1": "I", "1.2": "P", "2.1": "R", "2.2": "NC", "2.3": "O", "3.1": "UH", "3.2": "UO", "3.9": "UO", "4.1": "NE", "4.5": "NE", "4.6": "NE", "4.7": "NE", "4.8": "NE"}[d.Code[:3]]
		require.Equal(t, want, d.Outcome, d.Code)
	}
}

type source struct{ *rand.ChaCha8 }

func seeded(seed byte) source { return source{rand.NewChaCha8([32]byte{seed})} }

func TestWithdrawalCodes(t *testing.T) {
	random := seeded(1)
	for range 200 {
		code, err := DrawWithdrawalCode(random)
		require.NoError(t, err)
		require.Len(t, code, 13)
		sum := sha256.Sum256([]byte("ruhu-withdraw:" + code[:12]))
		want := hex.EncodeToString(sum[:])
		require.Equal(t, want, WithdrawalHash(code))
		require.Equal(t, want, WithdrawalHash(code[:12]))
		for _, typed := range []string{code, ShowWithdrawalCode(code), strings.ToLower(ShowWithdrawalCode(code)), " " + code[:6] + " " + code[6:], wide(code), code[:12]} {
			hashes, fits, err := withdrawalCandidates(typed)
			require.NoError(t, err, typed)
			require.True(t, fits, typed)
			require.Equal(t, want, hashes[0], typed)
		}
		for i := range 12 { // every single wrong character shows
			wrong := []byte(code)
			wrong[i] = alphabet[(strings.IndexByte(alphabet, wrong[i])+1+i)%32]
			if wrong[i] == code[i] {
				continue
			}
			_, fits, err := withdrawalCandidates(string(wrong))
			require.NoError(t, err)
			require.False(t, fits, "%s for %s", wrong, code)
		}
	}
	require.Equal(t, "0011", NormaliseCode("oO iL"[:2]+"il"))
	for _, bad := range []string{"", "ABC", "ABCDEFGHJKMNPQ", "ABCDEFGHJKM!", "ＡＢＣＤＥＦＧＨＪＫＭ？", "ABCDEFGHJKUU"} {
		_, _, err := withdrawalCandidates(bad)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), bad)
		require.NotContains(t, fmt.Sprint(err), "ABCD", "a code never stands in an error")
	}
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
}

func TestCaseNumbers(t *testing.T) {
	random := seeded(2)
	seen := map[string]bool{}
	ordered := 0
	last := ""
	for range 2000 {
		no, err := DrawCaseNo(random)
		require.NoError(t, err)
		require.True(t, ValidCaseNo(no), no)
		require.False(t, seen[no])
		seen[no] = true
		if no > last {
			ordered++
		}
		last = no
		swapped := []byte(no)
		swapped[3], swapped[4] = swapped[4], swapped[3]
		if string(swapped) != no {
			require.False(t, ValidCaseNo(string(swapped)), no)
		}
	}
	require.InDelta(t, 1000, ordered, 150, "numbers must not follow the order of drawing")
	require.False(t, ValidCaseNo(""))
	require.False(t, ValidCaseNo("H-001"))
}

func TestWorkerCodesTellNothing(t *testing.T) {
	key := make([]byte, 32)
	a := WorkerCode(key, "990101001", "us_wang")
	require.Regexp(t, `^[0-9A-HJKMNP-TV-Z]{6}$`, a)
	require.Equal(t, a, WorkerCode(key, "990101001", "us_wang"))
	require.NotEqual(t, a, WorkerCode(key, "990101002", "us_wang"), "another street, another code")
	require.NotEqual(t, a, WorkerCode([]byte("another key of thirty-two bytes."), "990101001", "us_wang"))
	require.Empty(t, WorkerCode(key, "990101001", ""))
}

func TestDayAndHalf(t *testing.T) {
	for _, c := range [][4]string{
		{"2026-11-23", "1", "2026-11-23", "1"},
		{"2026-11-23", "", "2026-11-23", ""},
		{"2026-11-23T09:15:00+08:00", "", "2026-11-23", "1"},
		{"2026-11-23T17:15:00+08:00", "", "2026-11-23", "2"},
		{"2026-13-23", "2", "", "2"},
		{"", "x", "", "x"},
	} {
		date, half := dayAndHalf(c[0], c[1])
		require.Equal(t, c[2:], []string{date, half}, c[0])
	}
}

func TestCoverageAddsUp(t *testing.T) {
	frame := []GridFrame{{"990101001201001", 10, 8, 16}, {"990101001201002", 5, 5, 5}, {"990101001202001", 4, 0, 0}}
	outcomes := []GridOutcome{{Grid: "990101001201001", Attempts: 7, Final: map[string]Tally{"1.1": {3, 6}, "2.112": {1, 2}, "4.61": {1, 2}}, Refusals: map[string]int64{"2": 1}}}
	c := CoverageOf("990101001", frame, outcomes)
	require.Equal(t, int64(19), c.Total.Households)
	require.Equal(t, int64(13), c.Total.Selected)
	require.Equal(t, int64(5), c.Total.Visited)
	require.Equal(t, int64(1), c.Total.NotStarted)
	require.Equal(t, Tally{8, 11}, c.Total.Final[NotAttempted])
	require.Equal(t, Tally{3, 6}, c.Total.Outcomes[OutcomeComplete])
	require.Equal(t, Tally{8, 11}, c.Total.Outcomes[OutcomeUnknownHousing])
	require.Len(t, c.Villages, 2)
	require.Equal(t, int64(13), c.Villages[0].Selected)
	var n int64
	for _, tally := range c.Total.Final {
		n += tally.N
	}
	require.Equal(t, c.Total.Selected, n, "every selected household has one final disposition")
}

func TestPackedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 12, 40)
		p := Packed{Case: text.Draw(t, "case"), Form: "f", Version: "1", Grid: gridA, Status: StatusApproved, Author: "ABC123", Date: "2026-11-23", Stratum: text.Draw(t, "stratum"),
			PSU: gridA, Weight: rapid.Float64().Draw(t, "w"), Known: rapid.Bool().Draw(t, "known"), Flags: rapid.SliceOfN(text, 0, 3).Draw(t, "flags")}
		for i := range rapid.IntRange(0, 3).Draw(t, "repeats") {
			p.Rows = append(p.Rows, PackedRows{Repeat: fmt.Sprint("r", i), Rows: rapid.SliceOfN(text, 0, 3).Draw(t, "rows")})
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "cells") {
			p.Cells = append(p.Cells, PackedCell{Path: fmt.Sprintf("q%02d", i), Value: text.Draw(t, "value"), Mark: CellMark(rapid.Byte().Draw(t, "mark"))})
		}
		b := p.Append(nil)
		var q Packed
		if err := Unpack(b, &q); err != nil {
			t.Fatal(err)
		}
		if string(q.Append(nil)) != string(b) || len(q.Cells) != len(p.Cells) {
			t.Fatal("changed on the way")
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if err := Unpack(b[:cut], &q); errs.CodeOf(err) != errs.Damaged {
			t.Fatalf("cut at %d of %d: %v", cut, len(b), err)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add((&Packed{Case: "C", Cells: []PackedCell{{Path: "q1", Value: "2"}}, Rows: []PackedRows{{"m", []string{"r1"}}}}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Packed
		if Unpack(b, &p) == nil {
			var q Packed
			require.NoError(t, Unpack(p.Append(nil), &q))
			require.Equal(t, len(p.Cells), len(q.Cells))
		}
	})
}
