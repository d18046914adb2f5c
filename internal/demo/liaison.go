package demo

import (
	"context"
	"time"

	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/sync/phone"
)

// villagesPerLiaison is how many villages one liaison cadre looks after.
const villagesPerLiaison = 4

// liaisonName begins the name of every liaison cadre.
const liaisonName = "包村干部"

// liaisonsOf draws the liaison cadres: each has the first grids of a few neighbouring villages of one street, where the
// sheets of whole villages are kept.
func liaisonsOf(d *District) []Worker {
	var list []Worker
	for _, s := range d.Streets {
		for from := 0; from < len(s.Villages); from += villagesPerLiaison {
			w := Worker{Name: liaisonName + s.NameZH[:len("晨光")] + string(rune('A'+from/villagesPerLiaison)), Street: s.Code}
			for _, v := range s.Villages[from:min(from+villagesPerLiaison, len(s.Villages))] {
				w.Grids = append(w.Grids, v.Grids[0].Code)
			}
			list = append(list, w)
		}
	}
	return list
}

// sheets has every liaison fill the sheet of each village in two waves, enter the tally of its appraisal and talk to three
// volunteers between them.
func (f *field) sheets(ctx context.Context) error {
	err := f.eachOf(ctx, f.liaisons, "village sheets", func(w *walker) error {
		for wave := 1; wave <= 2; wave++ {
			for _, grid := range w.Grids {
				if err := w.village(ctx, instruments.VillageSheet, grid, wave); err != nil {
					return err
				}
				if wave == 2 {
					continue
				}
				for _, form := range []string{instruments.Appraisal, instruments.CandidateInterview, instruments.CandidateInterview, instruments.CandidateInterview} {
					if err := w.village(ctx, form, grid, wave); err != nil {
						return err
					}
				}
			}
			w.clock.Advance(30 * time.Hour)
		}
		return w.sync(ctx)
	})
	for _, w := range f.liaisons {
		f.report.VillageSheets += w.sheets
		f.report.Tallies += len(w.tallies)
		f.report.Volunteers += w.volunteers
	}
	return err
}

// village fills one form about a whole village.
func (w *walker) village(ctx context.Context, form, grid string, wave int) error {
	w.clock.Advance(20 * time.Minute)
	who := answers.Subject{Village: grid[:12], Grid: grid, NoticeHash: w.notice, Start: w.clock.Now().In(zone), Attempt: wave}
	record, err := w.submit(ctx, phone.Answers, w.forms[form], who, nil)
	switch {
	case err != nil || record == "":
	case form == instruments.Appraisal:
		w.tallies = append(w.tallies, record)
	case form == instruments.CandidateInterview:
		w.volunteers++
	default:
		w.sheets++
	}
	return err
}

// submit draws a record of a form and sends it off in one go; "" where the person refused: then nothing is kept.
func (w *walker) submit(ctx context.Context, stream phone.Stream, form *schema.Form, who answers.Subject, truth answers.Truth) (string, error) {
	drawn, err := answers.Generate(form, who, truth, w.rng)
	if err != nil {
		return "", err
	}
	if drawn.Disposition != "" && drawn.Disposition != "1.1" {
		return "", nil
	}
	s, err := w.phone.New(stream, form.ID, form.Version, who.Grid)
	if err != nil {
		return "", err
	}
	for path, v := range drawn.Values {
		s.Set(path, v)
	}
	for _, row := range drawn.Rows {
		at, err := s.AddRow(row.Repeat)
		if err != nil {
			return "", err
		}
		for name, v := range row.Values {
			s.Set(at+"/"+name, v)
		}
	}
	_, err = s.Submit(ctx)
	return s.Record(), err
}

// confirm hands each tally of the office's street to a second liaison, who confirms it on a phone of their own. The last is
// left as it is: an unconfirmed tally is a thing the office must see.
func (f *field) confirm(ctx context.Context) error {
	desk, err := signIn(ctx, f.base, "office")
	if err != nil {
		return err
	}
	var here []*walker
	for _, w := range f.liaisons {
		if w.Street == OfficeStreet {
			here = append(here, w)
		}
	}
	type pair struct {
		record string
		second *walker
	}
	var pairs []pair
	for i, w := range here {
		second := here[(i+1)%len(here)]
		if _, err := f.a.Auth.ChangeGrants(ctx, operator(), second.id, w.Grids, nil); err != nil {
			return err
		}
		for _, record := range w.tallies {
			pairs = append(pairs, pair{record, second})
		}
	}
	pairs = pairs[:max(0, len(pairs)-1)]
	for i, p := range pairs {
		f.o.Progress("tallies", i+1, len(pairs))
		page, err := desk.record(ctx, p.record)
		if err != nil {
			return err
		}
		if err := desk.change(ctx, page, map[string]string{"@assignee": p.second.id}, "请第二人核对计票"); err != nil {
			return err
		}
	}
	if err := f.eachOf(ctx, here, "tallies handed over", func(w *walker) error { return w.sync(ctx) }); err != nil {
		return err
	}
	for _, p := range pairs {
		ok, err := p.second.rewrite(ctx, p.record, "confirmed", "1")
		if err != nil {
			return err
		}
		if ok {
			f.report.Confirmed++
		}
	}
	return f.eachOf(ctx, here, "tallies confirmed", func(w *walker) error { return w.sync(ctx) })
}
