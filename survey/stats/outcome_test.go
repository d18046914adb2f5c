package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/survey/stats"
)

func TestRatesOfTheReferenceFixture(t *testing.T) {
	r := stats.Outcomes{I: 5, P: 2, R: 1, NC: 1, O: 1, UH: 1, UO: 1, NE: 1}.Rates()
	for name, c := range map[string][2]float64{
		"e": {r.E, 0.9090909090909091}, "RR1": {r.RR1, 0.4166666666666667}, "RR2": {r.RR2, 0.5833333333333334},
		"RR3": {r.RR3, 0.4230769230769231}, "RR4": {r.RR4, 0.5923076923076923}, "RR5": {r.RR5, 0.5}, "RR6": {r.RR6, 0.7},
		"COOP1": {r.COOP1, 0.5555555555555556}, "COOP2": {r.COOP2, 0.7777777777777778}, "COOP3": {r.COOP3, 0.625},
		"COOP4": {r.COOP4, 0.875}, "REF1": {r.REF1, 0.08333333333333333}, "REF2": {r.REF2, 0.08461538461538462},
		"REF3": {r.REF3, 0.1}, "CON1": {r.CON1, 0.75}, "CON2": {r.CON2, 0.7615384615384615}, "CON3": {r.CON3, 0.9},
	} {
		require.InEpsilon(t, c[1], c[0], 1e-12, name)
	}
}

func TestRatesWithoutADenominator(t *testing.T) {
	r := stats.Outcomes{}.Rates()
	require.True(t, math.IsNaN(r.RR1))
	require.True(t, math.IsNaN(r.E))
	r = stats.Outcomes{UH: 4}.Rates()
	require.Zero(t, r.RR1, "nobody reached yet: nothing of all is done")
	require.True(t, math.IsNaN(r.RR3), "without one case of known eligibility e is unknown")
	require.True(t, math.IsNaN(r.COOP1))
}

func TestRatesAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) float64 { return float64(rapid.IntRange(0, 500).Draw(t, name)) }
		o := stats.Outcomes{I: n("I") + 1, P: n("P"), R: n("R"), NC: n("NC"), O: n("O"), UH: n("UH"), UO: n("UO"), NE: n("NE")}
		r := o.Rates()
		require.LessOrEqual(t, r.RR1, r.RR3+1e-12)
		require.LessOrEqual(t, r.RR3, r.RR5+1e-12)
		require.LessOrEqual(t, r.RR2, r.RR4+1e-12)
		require.LessOrEqual(t, r.RR4, r.RR6+1e-12)
		require.LessOrEqual(t, r.RR1, r.RR2)
		require.LessOrEqual(t, r.REF1, r.REF2+1e-12)
		require.LessOrEqual(t, r.RR2+r.REF1, r.CON1+1e-12)
	})
}
