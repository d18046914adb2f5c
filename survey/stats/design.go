package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"ruhu/internal/errs"
)

// PSUTotal is what one primary sampling unit adds to a proportion: the sums that aggregate cells keep.
// A unit without an answer in the domain belongs in the design with zeros.
type PSUTotal struct {
	Stratum string
	PSU     string
	N       float64 // respondents in the denominator
	W       float64 // their weights' sum
	WY      float64 // weights' sum of those with the attribute
}

// Lonely says what a stratum with a single PSU adds to the variance.
type Lonely int

// The rules for lonely PSUs.
const (
	LonelyAdjust    Lonely = iota // centred on the grand mean of all PSUs
	LonelyFail                    // an error
	LonelyCertainty               // nothing
	LonelyAverage                 // the average of the other strata
)

// Design says how the PSUs were drawn.
type Design struct {
	// Population is the number of PSUs on the frame of each stratum (finite population correction).
	// A stratum without an entry, or with 0, has none.
	Population map[string]float64
	Lonely     Lonely
}

// Proportion is a design-based estimate of a share.
type Proportion struct {
	P      float64
	SE     float64
	N      float64 // respondents
	DF     float64 // PSUs less strata
	Deff   float64 // against simple random sampling with replacement of N
	NEff   float64 // N / Deff, at most N
	Strata int
	PSUs   int
	Lonely []string // strata with a single PSU, in order
}

// EstimateProportion returns the weighted share Σwy/Σw with its linearised standard error from PSU totals:
// z = (wy - p·w)/W per PSU; V = Σ_h (1-f_h)·n_h/(n_h-1)·Σ(z-z̄_h)². PSUs named twice in a stratum are added up.
// Code invalid where there is no weight at all, or a lonely PSU under LonelyFail.
func EstimateProportion(psus []PSUTotal, d Design) (Proportion, error) {
	const op = "estimate proportion"
	byStratum, order, total := foldPSUs(psus)
	if total.W <= 0 {
		return Proportion{}, errs.New(errs.Invalid, op, "no weight in the denominator")
	}
	est := Proportion{P: total.WY / total.W, N: total.N, Strata: len(order)}
	grand := 0.0
	for _, h := range order {
		for i, u := range byStratum[h] {
			byStratum[h][i].WY = (u.WY - est.P*u.W) / total.W // from here on WY is the linearised value
			grand += byStratum[h][i].WY
			est.PSUs++
		}
	}
	grand /= float64(est.PSUs)
	est.DF = float64(est.PSUs - est.Strata)

	variance, contributing := 0.0, 0
	for _, h := range order {
		units := byStratum[h]
		n := float64(len(units))
		f := samplingFraction(n, d.Population[h])
		if len(units) == 1 && f < 1 {
			est.Lonely = append(est.Lonely, h)
			switch d.Lonely {
			case LonelyFail:
				return Proportion{}, errs.New(errs.Invalid, op, "stratum %s has a single PSU", h)
			case LonelyAdjust:
				variance += (1 - f) * square(units[0].WY-grand)
				contributing++
			case LonelyCertainty:
				contributing++
			case LonelyAverage:
			}
			continue
		}
		contributing++
		if len(units) == 1 {
			continue // the whole stratum was taken: certainty
		}
		mean := 0.0
		for _, u := range units {
			mean += u.WY / n
		}
		sum := 0.0
		for _, u := range units {
			sum += square(u.WY - mean)
		}
		variance += (1 - f) * n / (n - 1) * sum
	}
	if d.Lonely == LonelyAverage && contributing > 0 {
		variance *= float64(est.Strata) / float64(contributing)
	}
	est.SE = math.Sqrt(variance)
	est.Deff, est.NEff = math.NaN(), est.N
	if srs := est.P * (1 - est.P) / (est.N - 1); est.N > 1 && srs > 0 {
		est.Deff = variance / srs
		if variance > 0 {
			est.NEff = math.Min(est.N, est.P*(1-est.P)/variance)
		}
	}
	return est, nil
}

func square(x float64) float64 { return x * x }

func samplingFraction(n, population float64) float64 {
	if population <= 0 {
		return 0
	}
	return math.Min(1, n/population)
}

func foldPSUs(psus []PSUTotal) (map[string][]PSUTotal, []string, PSUTotal) {
	byStratum := make(map[string][]PSUTotal)
	at := make(map[[2]string]int)
	var order []string
	var total PSUTotal
	for _, u := range psus {
		total.N, total.W, total.WY = total.N+u.N, total.W+u.W, total.WY+u.WY
		key := [2]string{u.Stratum, u.PSU}
		if i, seen := at[key]; seen {
			have := &byStratum[u.Stratum][i]
			have.N, have.W, have.WY = have.N+u.N, have.W+u.W, have.WY+u.WY
			continue
		}
		if _, seen := byStratum[u.Stratum]; !seen {
			order = append(order, u.Stratum)
		}
		at[key] = len(byStratum[u.Stratum])
		byStratum[u.Stratum] = append(byStratum[u.Stratum], u)
	}
	sort.Strings(order)
	return byStratum, order, total
}

// KornGraubard returns the Clopper-Pearson interval at the effective sample size, corrected for the design's
// degrees of freedom. rows is the number of rows of the design (missing ones included, as R counts them);
// with capped the effective size never exceeds rows, and a share of 0 or 1 takes rows itself.
func KornGraubard(p Proportion, rows, level float64, capped bool) Interval {
	if math.IsNaN(p.P) || rows <= 1 || p.DF < 1 {
		return undefined()
	}
	variance := p.SE * p.SE
	if p.P <= 0 || p.P >= 1 || variance == 0 {
		if !capped {
			return undefined()
		}
		return ClopperPearson(p.P*rows, rows, level)
	}
	quantile := 1 - (1-level)/2
	t := func(df float64) float64 { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(quantile) }
	n := p.P * (1 - p.P) / variance * square(t(rows-1)/t(p.DF))
	if capped {
		n = math.Min(n, rows)
	}
	return ClopperPearson(p.P*n, n, level)
}
