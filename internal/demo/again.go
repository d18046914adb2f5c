package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"sync/atomic"
	"time"

	"ruhu/auth"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/survey"
	"ruhu/sync/phone"
)

// followUp opens a matter in the registry for a household that wants a reply. Nothing of the interview goes with it.
func (w *walker) followUp(ctx context.Context, t task) error {
	who := answers.Subject{Case: t.Household, Village: survey.VillageOf(t.Grid), Grid: t.Grid, Start: w.clock.Now().In(zone)}
	if _, err := w.submit(ctx, phone.Registry, w.forms[instruments.FollowUp], who, nil); err != nil {
		return err
	}
	w.followUps++
	return nil
}

// backChecks draws one interview in twenty of the office's street, at least one a worker, and sends another worker to
// ask a few of its questions again.
func (f *field) backChecks(ctx context.Context) error {
	walkers := f.inOfficeStreet()
	type check struct {
		task  task
		first map[string]string
	}
	todo := map[*walker][]check{}
	var table bytes.Buffer
	rows := csv.NewWriter(&table)
	_ = rows.Write([]string{"household", "worker", "form", "due"})
	n := 0
	for i, author := range walkers {
		other := walkers[(i+1)%len(walkers)]
		want := (len(author.done) + 19) / 20
		if want == 0 || other == author {
			continue
		}
		if _, err := f.a.Auth.ChangeGrants(ctx, operator(), other.id, author.Grids, nil); err != nil {
			return err
		}
		for _, record := range author.done[:want] {
			t := author.visited[record]
			todo[other] = append(todo[other], check{t, author.first[record]})
			_ = rows.Write([]string{t.Household, other.id, instruments.BackCheck, "2026-12-20"})
			n++
		}
	}
	rows.Flush()
	if n == 0 {
		return nil
	}
	who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	if _, err := f.a.Survey.ImportAssignments(ctx, who, bytes.NewReader(table.Bytes())); err != nil {
		return err
	}
	var checked atomic.Int64
	err := f.eachOf(ctx, walkers, "back-checks", func(w *walker) error {
		if len(todo[w]) == 0 {
			return nil
		}
		if err := w.sync(ctx); err != nil {
			return err
		}
		for _, c := range todo[w] {
			w.clock.Advance(time.Duration(20+w.rng.IntN(30)) * time.Minute)
			subject := answers.Subject{Case: c.task.Case, Village: survey.VillageOf(c.task.Grid), Grid: c.task.Grid, NoticeHash: w.notice,
				Start: w.clock.Now().In(zone), First: c.first}
			record, err := w.submit(ctx, phone.Answers, w.forms[instruments.BackCheck], subject, nil)
			if err != nil {
				return err
			}
			if record != "" {
				checked.Add(1)
			}
		}
		return w.sync(ctx)
	})
	f.report.BackChecks = int(checked.Load())
	return err
}
