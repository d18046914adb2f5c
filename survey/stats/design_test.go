package stats_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/internal/errs"
	"ruhu/survey/stats"
)

func TestEqualWeightsOfSinglesAreTheSimpleSample(t *testing.T) {
	psus := make([]stats.PSUTotal, 100)
	for i := range psus {
		psus[i] = stats.PSUTotal{PSU: strconv.Itoa(i), N: 1, W: 1}
		if i < 30 {
			psus[i].WY = 1
		}
	}
	est, err := stats.EstimateProportion(psus, stats.Design{})
	require.NoError(t, err)
	require.InDelta(t, 0.3, est.P, 1e-12)
	require.InEpsilon(t, math.Sqrt(0.3*0.7/99), est.SE, 1e-12)
	require.InEpsilon(t, 1, est.Deff, 1e-12)
	require.Equal(t, 99.0, est.DF)
	require.Empty(t, est.Lonely)
}

func TestCensusHasNoSamplingError(t *testing.T) {
	psus := []stats.PSUTotal{{PSU: "a", N: 5, W: 5, WY: 2}, {PSU: "b", N: 9, W: 9, WY: 1}}
	est, err := stats.EstimateProportion(psus, stats.Design{Population: map[string]float64{"": 2}})
	require.NoError(t, err)
	require.Zero(t, est.SE)
}

func TestPSUNamedTwiceCountsOnce(t *testing.T) {
	whole := []stats.PSUTotal{{PSU: "a", N: 5, W: 5, WY: 2}, {PSU: "b", N: 9, W: 9, WY: 1}}
	split := []stats.PSUTotal{{PSU: "a", N: 2, W: 2, WY: 2}, {PSU: "b", N: 9, W: 9, WY: 1}, {PSU: "a", N: 3, W: 3}}
	a, err := stats.EstimateProportion(whole, stats.Design{})
	require.NoError(t, err)
	b, err := stats.EstimateProportion(split, stats.Design{})
	require.NoError(t, err)
	require.Equal(t, a, b)
}

func TestNoWeightAndLonelyFail(t *testing.T) {
	_, err := stats.EstimateProportion(nil, stats.Design{})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	_, err = stats.EstimateProportion([]stats.PSUTotal{{PSU: "a", N: 5, W: 5, WY: 2}}, stats.Design{Lonely: stats.LonelyFail})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	est, err := stats.EstimateProportion([]stats.PSUTotal{{Stratum: "s", PSU: "a", N: 5, W: 5, WY: 2}}, stats.Design{})
	require.NoError(t, err)
	require.Equal(t, []string{"s"}, est.Lonely)
}

func TestScalingAllWeightsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b []stats.PSUTotal
		scale := rapid.Float64Range(0.1, 50).Draw(t, "scale")
		for i := range rapid.IntRange(2, 12).Draw(t, "psus") {
			w := rapid.Float64Range(0.5, 40).Draw(t, "w")
			u := stats.PSUTotal{Stratum: strconv.Itoa(i % 3), PSU: strconv.Itoa(i), N: 3, W: w, WY: w * rapid.Float64Range(0, 1).Draw(t, "y")}
			a = append(a, u)
			u.W, u.WY = u.W*scale, u.WY*scale
			b = append(b, u)
		}
		x, err := stats.EstimateProportion(a, stats.Design{})
		require.NoError(t, err)
		y, err := stats.EstimateProportion(b, stats.Design{})
		require.NoError(t, err)
		require.InDelta(t, x.P, y.P, 1e-9)
		require.InDelta(t, x.SE, y.SE, 1e-9)
	})
}

func oracle(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"../../../shared/oracle"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("oracle files are not beside this repository: %s", path)
	}
	return path
}

func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, r := range all[1:] {
		m := make(map[string]string, len(r))
		for i, v := range r {
			m[all[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return v
}

func TestAgainstRSurvey(t *testing.T) {
	raw, err := os.ReadFile(oracle(t, "stats", "expected.json"))
	require.NoError(t, err)
	type prop struct {
		Value, SE, NRows float64
		CI               map[string][]float64
	}
	var expected map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &expected))
	read := func(design string) prop {
		var d struct {
			P struct {
				Value float64              `json:"value"`
				SE    float64              `json:"se"`
				NRows float64              `json:"n_rows"`
				CI    map[string][]float64 `json:"ci95"`
			} `json:"prop_schwide_yes"`
		}
		require.NoError(t, json.Unmarshal(expected[design], &d))
		return prop{d.P.Value, d.P.SE, d.P.NRows, d.P.CI}
	}
	for _, c := range []struct{ design, stratum, psu, weight string }{
		{"apisrs", "", "", "pw"}, {"apistrat", "stype", "", "pw"}, {"apiclus1", "", "dnum", "pw"},
	} {
		var psus []stats.PSUTotal
		population := map[string]float64{}
		list := rows(t, oracle(t, "stats", c.design+".csv"))
		for i, r := range list {
			w := number(t, r[c.weight])
			u := stats.PSUTotal{Stratum: r[c.stratum], PSU: strconv.Itoa(i), N: 1, W: w}
			if c.psu != "" {
				u.PSU = r[c.psu]
			}
			if r["sch.wide"] == "Yes" {
				u.WY = w
			}
			population[u.Stratum] = number(t, r["fpc"])
			psus = append(psus, u)
		}
		est, err := stats.EstimateProportion(psus, stats.Design{Population: population})
		require.NoError(t, err)
		want := read(c.design)
		near(t, want.Value, est.P, c.design+" share")
		near(t, want.SE, est.SE, c.design+" SE")
		kg := stats.KornGraubard(est, float64(len(list)), stats.Level95, false)
		require.InEpsilon(t, want.CI["korn_graubard_R"][0], kg.Low, 1e-5, c.design)
		require.InEpsilon(t, want.CI["korn_graubard_R"][1], kg.High, 1e-5, c.design)
	}
}

func TestLonelyPSUAgainstRSurvey(t *testing.T) {
	var psus []stats.PSUTotal
	for i, r := range rows(t, oracle(t, "stats", "apiclus1.csv")) {
		w := number(t, r["pw"])
		psus = append(psus, stats.PSUTotal{Stratum: r["dnum"], PSU: strconv.Itoa(i), N: 1, W: w, WY: w * number(t, r["api00"])})
	}
	for rule, want := range map[stats.Lonely]float64{
		stats.LonelyCertainty: 5.805777578276301, stats.LonelyAdjust: 5.8280579016485285, stats.LonelyAverage: 6.0095507279558005,
	} {
		est, err := stats.EstimateProportion(psus, stats.Design{Lonely: rule})
		require.NoError(t, err)
		near(t, want, est.SE, "lonely PSU")
		require.Equal(t, []string{"413"}, est.Lonely)
		require.Equal(t, 168.0, est.DF)
	}
	_, err := stats.EstimateProportion(psus, stats.Design{Lonely: stats.LonelyFail})
	require.Error(t, err)
}

func TestKornGraubardAtTheEnds(t *testing.T) {
	none := stats.Proportion{P: 0, N: 40, DF: 7}
	require.False(t, stats.KornGraubard(none, 40, stats.Level95, false).Defined(), "as R: nothing to say")
	ci := stats.KornGraubard(none, 40, stats.Level95, true)
	require.Zero(t, ci.Low)
	require.Greater(t, ci.High, 0.0)
	require.False(t, stats.KornGraubard(stats.Proportion{P: .4, SE: .1, N: 40}, 40, stats.Level95, true).Defined(), "no degree of freedom")
}
