// Package stats holds the survey statistics of a summary: outcome rates, intervals of proportions,
// nonresponse bounds and design-based standard errors. It is pure arithmetic: nothing here knows
// where figures come from, who may see them or how they are shown.
package stats
