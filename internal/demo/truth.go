package demo

import (
	"math/rand/v2"
	"strconv"

	"ruhu/schema"
	"ruhu/schema/answers"
)

// Truth is what the invented population thinks: for each village the weight of each choice. Interviews are
// drawn from it, so estimates can be held against it.
type Truth map[string]answers.Truth

// NewTruth draws every village's opinions. Villages of a street resemble each other more than those of another.
func NewTruth(d *District, seed uint64) Truth {
	rng := rand.New(rand.NewPCG(seed, 0x7047))
	truth := Truth{}
	questions := append(answers.Battery(), "s_team")
	for _, s := range d.Streets {
		mood := map[string]float64{}
		for _, q := range questions {
			mood[q] = rng.NormFloat64() * 0.5
		}
		for _, v := range s.Villages {
			t := answers.Truth{}
			for _, q := range questions {
				t[q] = scale(mood[q] + rng.NormFloat64()*0.4)
			}
			change := rng.Float64()
			t["better"] = map[string]float64{"1": 0.3 + change, "2": 0.8, "3": 0.7 - 0.5*change}
			t["aware_elec"] = map[string]float64{"1": 0.6 + 0.35*rng.Float64(), "0": 0.3}
			truth[v.Code] = t
		}
	}
	return truth
}

// scale turns a mood into weights of a five-point scale, 1 = very satisfied, with a few who do not know or refuse.
func scale(mood float64) map[string]float64 {
	weights := map[string]float64{"-98": 0.04, "-99": 0.02}
	base := []float64{0.20, 0.34, 0.26, 0.13, 0.07}
	for i, w := range base {
		tilt := 1 + mood*float64(2-i)*0.35
		weights[strconv.Itoa(i+1)] = max(0.01, w*max(0.05, tilt))
	}
	return weights
}

// forced is a truth in which a select question always has one answer.
func forced(form *schema.Form, question, choice string) answers.Truth {
	weights := map[string]float64{}
	if n := form.Node(question); n != nil {
		for _, c := range n.ChoiceItems() {
			weights[c.Value] = 0
		}
	}
	weights[choice] = 1
	return answers.Truth{question: weights}
}
