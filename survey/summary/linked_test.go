package summary_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey"
	"ruhu/survey/summary"
)

// narrow is what the attacker learns of a cell when the page shows one count more than it does.
func narrow(t *testing.T, s *summary.Summary, shown string, count int64, cell string) (low, high float64) {
	checkProtected(t, s)
	require.NotContains(t, s.Ledger().Published(), shown)
	s.Ledger().Publish(shown, count)
	found, err := s.Ledger().Narrower(float64(s.Threshold))
	require.NoError(t, err)
	require.Contains(t, found, cell)
	return found[cell].Low, found[cell].High
}

// Two villages stand together in the coverage table, because their households cannot be told apart; but how many take part in the
// larger is shown, and what both together were visited, less that, is all that can be left for the smaller.
func TestAMergedRowIsNotTakenApart(t *testing.T) {
	w := handmade(t, readShortForm(t),
		handmadeVillage{households: 17, unassigned: 1, people: 2, outcomes: map[survey.Outcome]int64{survey.OutcomeComplete: 2, survey.OutcomePartial: 1}},
		handmadeVillage{households: 18, unassigned: 1, people: 8, outcomes: map[survey.Outcome]int64{survey.OutcomeComplete: 9}},
		handmadeVillage{households: 17, unassigned: 3, people: 10, outcomes: map[survey.Outcome]int64{
			survey.OutcomeComplete: 11, survey.OutcomeOther: 1, survey.OutcomePartial: 1, survey.OutcomeUnknownHousing: 1}},
	)
	s := build(t, w)
	require.EqualValues(t, 10, s.Ledger().Published()["participants|990101001203|participants"])
	low, high := narrow(t, s, "visits|990101001+|visited", 17, "participants|990101001201|participants")
	require.InDelta(t, 0, low, 1e-6)
	require.InDelta(t, 7, high, 1e-6)
}

// Fifteen of the street wanted nothing. In the one village at most 12 did, for all others wanted lamps; in the other at most 10,
// for all others wanted roads. So in the first it was at least 5: neither choice alone tells.
func TestChoicesDoNotTellTogether(t *testing.T) {
	w := handmade(t, readShortForm(t),
		handmadeVillage{households: 60, people: 40, answers: map[string]int64{"want": 32, "want=1": 28, "want=2": 12, "want=3": 12}},
		handmadeVillage{households: 90, people: 60, answers: map[string]int64{"want": 53, "want=1": 10, "want=2": 50, "want=3": 14}},
	)
	s := build(t, w)
	require.EqualValues(t, 28, s.Ledger().Published()["want=1|990101001201|named"], "what people want is worth more than how many did not say")
	require.EqualValues(t, 50, s.Ledger().Published()["want=2|990101001202|named"])
	low, high := narrow(t, s, "want|990101001|none", 15, "want|990101001201|none")
	require.InDelta(t, 5, low, 1e-6)
	require.InDelta(t, 12, high, 1e-6)

	w = handmade(t, readShortForm(t),
		handmadeVillage{households: 60, people: 40, answers: map[string]int64{"want": 32, "want=1": 28, "want=2": 12, "want=3": 12}},
		handmadeVillage{households: 90, people: 60, answers: map[string]int64{"want": 53, "want=1": 10, "want=2": 30, "want=3": 14}},
	)
	s = build(t, w)
	checkProtected(t, s)
	require.EqualValues(t, 15, s.Ledger().Published()["want|990101001|none"], "where they do not tell, it is shown")
}

// How many answered is held back, and with it how many did not. At least 39 answered, for so many wanted lamps; with the 12 who did
// not know, at most 9 of 60 are left who said nothing at all. So those who did not know are not told either.
func TestReasonsAreHiddenWithWhatTheyAddUpTo(t *testing.T) {
	w := handmade(t, readShortForm(t),
		handmadeVillage{households: 50, people: 30, answers: map[string]int64{"want": 26, "want=1": 19, "want=2": 12, "want=-98": 6}},
		handmadeVillage{households: 50, people: 30, answers: map[string]int64{"want": 26, "want=1": 20, "want=2": 13, "want=-98": 6}},
	)
	w.in.Earlier = []map[string]int64{{"want|990101001|answered": 39}}
	s := build(t, w)
	shown := s.Ledger().Published()
	require.EqualValues(t, 39, shown["want=1|990101001|named"])
	require.NotContains(t, shown, "want|990101001|none")
	low, high := narrow(t, s, "want|990101001|-98", 12, "want|990101001|blank")
	require.InDelta(t, 0, low, 1e-6)
	require.InDelta(t, 9, high, 1e-6)
}

// A street whose people all live in one village is told once; the village shows what the street shows.
func TestTheOnlyVillageShowsWhatTheStreetShows(t *testing.T) {
	answers := map[string]int64{"sex": 58, "sex=1": 40, "sex=2": 18, "want": 48, "want=1": 15, "want=2": 14, "want=3": 31,
		"road": 58, "road=1": 12, "road=2": 14, "road=3": 10, "road=4": 12, "road=5": 10}
	w := handmade(t, readShortForm(t), handmadeVillage{households: 90, people: 58, answers: answers}, handmadeVillage{households: 40})
	s := build(t, w)
	checkProtected(t, s)
	shown := s.Ledger().Published()
	for _, cell := range []string{"sex|%s|1", "road|%s|top", "road|%s|4", "want=1|%s|named", "want|%s|none"} {
		street, village := "990101001", "990101001201"
		require.Contains(t, shown, fmt.Sprintf(cell, street))
		require.Equal(t, shown[fmt.Sprintf(cell, street)], shown[fmt.Sprintf(cell, village)], cell)
	}
}

// What the street shows of its only village is held back where the village alone showed nearly as much before.
func TestTheOnlyVillageIsHeldBackWithTheStreet(t *testing.T) {
	w := handmade(t, readShortForm(t), handmadeVillage{households: 90, people: 58, answers: map[string]int64{"sex": 58, "sex=1": 40, "sex=2": 18}})
	require.Contains(t, build(t, w).Ledger().Published(), "sex|990101001|1")
	w.in.Earlier = []map[string]int64{{"sex|990101001201|1": 37}}
	w.in.Cells = w.stream()
	s := build(t, w)
	checkProtected(t, s)
	require.NotContains(t, s.Ledger().Published(), "sex|990101001|1")
	require.NotContains(t, s.Ledger().Published(), "sex|990101001201|1")
}

// Where no village can stand alone, the street is not shown a second time as the sum of them.
func TestVillagesThatAllHideAreNotMergedIntoTheStreet(t *testing.T) {
	few := map[string]int64{"sex": 8, "sex=1": 4, "sex=2": 4, "road": 8, "road=1": 3, "road=2": 3, "road=4": 2}
	var list []handmadeVillage
	for range 5 {
		list = append(list, handmadeVillage{households: 30, people: 8, answers: few})
	}
	s := build(t, handmade(t, readShortForm(t), list...))
	checkProtected(t, s)
	shown := s.Ledger().Published()
	require.EqualValues(t, 20, shown["sex|990101001|1"])
	require.EqualValues(t, 15, shown["road|990101001|1"], "the street shows each step of a scale, which villages do not")
	for _, q := range s.Questions {
		for _, row := range q.Villages.Rows {
			require.False(t, row.Merged, q.Path)
		}
	}
}
