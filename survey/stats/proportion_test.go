package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/survey/stats"
)

func near(t require.TestingT, want, got float64, what string) {
	if want == 0 || (want > 0 && want < 1e-15) {
		require.InDelta(t, 0, got, 1e-12, what)
		return
	}
	require.InEpsilon(t, want, got, 1e-6, what)
}

func TestNewcombesFour(t *testing.T) {
	for _, c := range []struct {
		x, n       float64
		cp, wilson stats.Interval
	}{
		{81, 263, stats.Interval{Low: 0.25273674558527115, High: 0.3676219226013514}, stats.Interval{Low: 0.2552885198782743, High: 0.36620957698280016}},
		{15, 148, stats.Interval{Low: 0.05784401008344857, High: 0.16165049034947898}, stats.Interval{Low: 0.06238639953073628, High: 0.160487241723308}},
		{0, 20, stats.Interval{Low: 0, High: 0.16843347098308536}, stats.Interval{Low: 0, High: 0.1611251580528193}},
		{1, 29, stats.Interval{Low: 0.000872646883579922, High: 0.17764429548872285}, stats.Interval{Low: 0.006113214292762661, High: 0.17175521879320282}},
		{18, 60, stats.Interval{Low: 0.18845144541972264, High: 0.4320831338760617}, stats.Interval{Low: 0.19898166138769108, High: 0.42508707946914476}},
	} {
		cp := stats.ClopperPearson(c.x, c.n, stats.Level95)
		near(t, c.cp.Low, cp.Low, "Clopper-Pearson low")
		near(t, c.cp.High, cp.High, "Clopper-Pearson high")
		w := stats.Wilson(c.x, c.n, stats.Level95)
		near(t, c.wilson.Low, w.Low, "Wilson low")
		near(t, c.wilson.High, w.High, "Wilson high")
	}
}

func TestIntervalsOfNothing(t *testing.T) {
	for _, c := range [][3]float64{{0, 0, .95}, {5, 4, .95}, {-1, 4, .95}, {1, 4, 0}, {1, 4, 1}} {
		require.False(t, stats.Wilson(c[0], c[1], c[2]).Defined())
		require.False(t, stats.ClopperPearson(c[0], c[1], c[2]).Defined())
	}
	require.False(t, stats.NonresponseBounds(3, 2, 10).Defined())
	require.False(t, stats.NonresponseBounds(1, 2, 0).Defined())
	require.False(t, stats.NonresponseBounds(1, 12, 10).Defined())
}

func TestNonresponseBounds(t *testing.T) {
	b := stats.NonresponseBounds(300, 800, 1000)
	near(t, 0.3, b.Low, "low")
	near(t, 0.5, b.High, "high")
	near(t, 0.5, stats.NonresponseBounds(4, 8, 8).Low, "everybody answered")
	require.Zero(t, stats.NonresponseBounds(4, 8, 8).Width())
}

func TestIntervalsHoldTheShareAndNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		p := float64(x) / float64(n)
		cp := stats.ClopperPearson(float64(x), float64(n), stats.Level95)
		w := stats.Wilson(float64(x), float64(n), stats.Level95)
		for _, ci := range []stats.Interval{cp, w} {
			require.True(t, ci.Defined())
			require.GreaterOrEqual(t, ci.Low, 0.0)
			require.LessOrEqual(t, ci.High, 1.0)
			require.LessOrEqual(t, ci.Low, p+1e-12)
			require.GreaterOrEqual(t, ci.High, p-1e-12)
		}
		wider := stats.Wilson(float64(x), float64(n), 0.99)
		require.GreaterOrEqual(t, wider.Width(), w.Width()-1e-12)
		mirror := stats.ClopperPearson(float64(n-x), float64(n), stats.Level95)
		require.InDelta(t, 1-cp.High, mirror.Low, 1e-7)
	})
}
