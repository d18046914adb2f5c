package summary_test

import (
	"testing"

	"ruhu/survey"
	"ruhu/survey/summary"
)

// The cost of a summary grows with places and choices, not with records.
func BenchmarkBuild(b *testing.B) {
	for name, share := range map[string]float64{"1k": 0.05, "10k": 0.5} {
		w := newWorld(b, 1, size{villages: 16, grids: 4, households: 300, interviews: share, mode: survey.Census})
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := summary.Build(w.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
