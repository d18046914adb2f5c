// Package exporttest recomputes a summary's totals from an exported CSV file, by reading nothing but the file: what
// the two say of the same snapshot must be equal.
package exporttest

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"ruhu/internal/errs"
	"ruhu/survey/export"
)

// Totals are counts of respondents.
type Totals struct {
	Records   int64
	Villages  map[string]int64                       // village -> records
	Counts    map[string]map[string]int64            // question -> choice -> respondents
	ByVillage map[string]map[string]map[string]int64 // village -> question -> choice -> respondents
}

// Count returns how many respondents chose a value of a question.
func (t *Totals) Count(question, choice string) int64 { return t.Counts[question][choice] }

// Recompute reads the main table of an export with the columns of plan. Code invalid where the file is not that table.
func Recompute(r io.Reader, plan *export.Plan) (*Totals, error) {
	const op = "recompute"
	cr := csv.NewReader(r)
	cr.ReuseRecord = true
	head, err := cr.Read()
	if err != nil {
		return nil, errs.WrapCode(errs.Invalid, op, err)
	}
	columns := plan.Tables[0].Columns
	if len(head) != len(columns) {
		return nil, errs.New(errs.Invalid, op, "%d columns, not %d", len(head), len(columns))
	}
	for i, c := range columns {
		if strings.TrimPrefix(head[i], "\ufeff") != c.Name {
			return nil, errs.New(errs.Invalid, op, "column %d is %q, not %q", i+1, head[i], c.Name)
		}
	}
	t := &Totals{Villages: map[string]int64{}, Counts: map[string]map[string]int64{}, ByVillage: map[string]map[string]map[string]int64{}}
	for {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, errs.WrapCode(errs.Invalid, op, err)
		}
		t.add(columns, row)
	}
}

func (t *Totals) add(columns []export.Column, row []string) {
	village := ""
	for i, c := range columns {
		if c.Path == "" && c.What() == "village" {
			village = strings.Clone(row[i])
		}
	}
	t.Records++
	t.Villages[village]++
	for i, c := range columns {
		switch c.What() {
		case "code":
			if row[i] != "" {
				t.count(village, c.Path, strings.Clone(row[i]))
			}
		case "tick":
			if row[i] == "1" {
				t.count(village, c.Path, c.Choice)
			}
		}
	}
}

func (t *Totals) count(village, question, choice string) {
	if t.Counts[question] == nil {
		t.Counts[question] = map[string]int64{}
	}
	t.Counts[question][choice]++
	if t.ByVillage[village] == nil {
		t.ByVillage[village] = map[string]map[string]int64{}
	}
	if t.ByVillage[village][question] == nil {
		t.ByVillage[village][question] = map[string]int64{}
	}
	t.ByVillage[village][question][choice]++
}
