package stats

import "math"

// Outcome is the class of a household's final disposition in the sense of AAPOR's Standard Definitions.
type Outcome string

// The outcome classes.
const (
	Interview    Outcome = "I"  // 1.1 complete
	Partial      Outcome = "P"  // 1.2
	Refusal      Outcome = "R"  // 2.1x refusal and break-off
	NonContact   Outcome = "NC" // 2.2x
	Other        Outcome = "O"  // 2.3x eligible, contacted, not interviewed for another reason
	UnknownUnit  Outcome = "UH" // 3.1x not known whether there is an eligible household, never visited ones included
	UnknownOther Outcome = "UO" // 3.2x and 3.9x
	NotEligible  Outcome = "NE" // 4.x
)

// OutcomeClasses lists the classes in the order in which tables show them.
func OutcomeClasses() []Outcome {
	return []Outcome{Interview, Partial, Refusal, NonContact, Other, UnknownUnit, UnknownOther, NotEligible}
}

// OutcomeOf gives the class of an in-person disposition code such as "2.112"; false where it is none.
func OutcomeOf(code string) (Outcome, bool) {
	for _, p := range []struct {
		prefix string
		class  Outcome
	}{
		{"1.1", Interview}, {"1.2", Partial},
		{"2.1", Refusal}, {"2.2", NonContact}, {"2.3", Other},
		{"3.1", UnknownUnit}, {"3.2", UnknownOther}, {"3.9", UnknownOther},
		{"4.", NotEligible},
	} {
		if len(code) >= len(p.prefix) && code[:len(p.prefix)] == p.prefix && digitsAfterDot(code) {
			return p.class, true
		}
	}
	return "", false
}

func digitsAfterDot(code string) bool {
	if len(code) < 3 || len(code) > 5 {
		return false
	}
	for _, r := range code[2:] {
		if r < '0' || r > '9' {
			return false
		}
	}
	return code[1] == '.'
}

// Outcomes counts final dispositions by class, weighted or not.
type Outcomes struct {
	I, P, R, NC, O, UH, UO, NE float64
}

// Add counts w more of a class; classes it does not know are left out.
func (o *Outcomes) Add(class Outcome, w float64) {
	switch class {
	case Interview:
		o.I += w
	case Partial:
		o.P += w
	case Refusal:
		o.R += w
	case NonContact:
		o.NC += w
	case Other:
		o.O += w
	case UnknownUnit:
		o.UH += w
	case UnknownOther:
		o.UO += w
	case NotEligible:
		o.NE += w
	}
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
