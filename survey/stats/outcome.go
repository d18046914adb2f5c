package stats

import "math"

// Outcomes counts final dispositions by AAPOR class, weighted or not: interviews, partial ones, refusals, non-contacts, other
// eligible ones, unknown whether there is a household, unknown otherwise, not eligible.
type Outcomes struct {
	I, P, R, NC, O, UH, UO, NE float64
}

// Rates are AAPOR's response, cooperation, refusal and contact rates. A rate without a denominator is NaN.
type Rates struct {
	E                            float64 // share of the cases of unknown eligibility counted as eligible
	RR1, RR2, RR3, RR4, RR5, RR6 float64
	COOP1, COOP2, COOP3, COOP4   float64
	REF1, REF2, REF3             float64
	CON1, CON2, CON3             float64
}

// Rates computes every rate. e is the eligible share of the cases whose eligibility is known.
func (o Outcomes) Rates() Rates {
	interviews := o.I + o.P
	eligible := interviews + o.R + o.NC + o.O
	unknown := o.UH + o.UO
	e := ratio(eligible, eligible+o.NE)
	all := eligible + unknown
	estimated := eligible
	if unknown > 0 {
		estimated += e * unknown
	}
	contacted := interviews + o.R + o.O
	return Rates{
		E:   e,
		RR1: ratio(o.I, all), RR2: ratio(interviews, all),
		RR3: ratio(o.I, estimated), RR4: ratio(interviews, estimated),
		RR5: ratio(o.I, eligible), RR6: ratio(interviews, eligible),
		COOP1: ratio(o.I, contacted), COOP2: ratio(interviews, contacted),
		COOP3: ratio(o.I, interviews+o.R), COOP4: ratio(interviews, interviews+o.R),
		REF1: ratio(o.R, all), REF2: ratio(o.R, estimated), REF3: ratio(o.R, eligible),
		CON1: ratio(contacted, all), CON2: ratio(contacted, estimated), CON3: ratio(contacted, eligible),
	}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
