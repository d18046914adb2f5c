package demo

import (
	"context"
	"errors"
	"strconv"

	"ruhu/internal/errs"
	"ruhu/schema/instruments"
)

// handOver gives some records to a second worker, has both change the same answer without network, and sends both:
// every one becomes a conflict, and neither answer is lost.
func (f *field) handOver(ctx context.Context) error {
	desk, err := signIn(ctx, f.base, "office")
	if err != nil {
		return err
	}
	walkers := f.inOfficeStreet()
	want := max(6, f.o.Interviews/100)
	type pair struct {
		record        string
		author, other *walker
	}
	var pairs []pair
	for i := 0; len(pairs) < want && i < want*4; i++ {
		author, other := walkers[i%len(walkers)], walkers[(i+1)%len(walkers)]
		if k := i / len(walkers); k < len(author.done) {
			pairs = append(pairs, pair{author.done[k], author, other})
		}
	}
	for i, p := range pairs {
		f.o.Progress("hand-overs", i, len(pairs))
		// The colleague walks the author's grids too from now on: nobody sees a record of a grid that is not granted.
		if _, err := f.a.Auth.ChangeGrants(ctx, operator(), p.other.id, p.author.Grids, nil); err != nil {
			return err
		}
		page, err := desk.record(ctx, p.record)
		if err != nil {
			return err
		}
		if err := desk.change(ctx, page, map[string]string{"@assignee": p.other.id}, "同事代为补访"); err != nil {
			return err
		}
	}
	if err := f.each(ctx, "hand-over sync", func(w *walker) error { return w.sync(ctx) }); err != nil {
		return err
	}
	for _, p := range pairs {
		_, errOne := p.author.rewrite(ctx, p.record, "s_road", "2")
		_, errTwo := p.other.rewrite(ctx, p.record, "s_road", "4")
		if err := errors.Join(errOne, errTwo); err != nil {
			return err
		}
		f.report.HandedOver++
	}
	f.o.Progress("hand-overs", len(pairs), len(pairs))
	return f.each(ctx, "conflict sync", func(w *walker) error { return w.sync(ctx) })
}

// review settles half of the conflicts and returns some interviews with a comment at a question.
func (f *field) review(ctx context.Context) error {
	desk, err := signIn(ctx, f.base, "office")
	if err != nil {
		return err
	}
	n := 0
	err = desk.records(ctx, formFilter("conflict", "true"), func(b brief) error {
		if n++; n%2 == 0 {
			return nil
		}
		page, err := desk.record(ctx, b.ID)
		if err != nil {
			return err
		}
		set := map[string]string{}
		for path, list := range page.Siblings {
			if v := list[0].Value; v != nil {
				set[path] = *v
			}
		}
		if err := desk.change(ctx, page, set, "电话核实"); err != nil {
			return err
		}
		f.report.Resolved++
		return nil
	})
	f.report.Conflicts = n
	if err != nil {
		return err
	}
	want := max(5, f.o.Interviews/50)
	n = 0
	stop := errors.New("enough")
	err = desk.records(ctx, formFilter("status", "submitted", "conflict", "false"), func(b brief) error {
		if n++; n%11 != 3 {
			return nil
		}
		page, err := desk.record(ctx, b.ID)
		if err != nil {
			return err
		}
		err = desk.review(ctx, page, "return", "请核对", map[string]string{"meet12": "请再确认次数"})
		if refused(err, errs.ChangedSince) {
			return nil
		}
		if err != nil {
			return err
		}
		f.report.Returned++
		f.o.Progress("returns", f.report.Returned, want)
		if f.report.Returned >= want {
			return stop
		}
		return nil
	})
	if errors.Is(err, stop) {
		err = nil
	}
	if err != nil {
		return err
	}
	return f.each(ctx, "fetch returns", func(w *walker) error { return w.sync(ctx) })
}

// correct has workers answer two thirds of what came back, and correct a few of their own.
func (f *field) correct(ctx context.Context) error {
	for _, w := range f.inOfficeStreet() {
		for k, record := range w.done {
			v, err := w.phone.View(record)
			if err != nil || v.State == nil { // only a stub is left on the phone
				continue
			}
			returned := false
			if shown, ok := v.State.Shown("@status"); ok && shown.Value == "returned" {
				returned = true
			}
			if returned && k%3 == 2 || !returned && w.rng.Float64() > 0.02 {
				continue
			}
			ok, err := w.rewrite(ctx, record, "meet12", strconv.Itoa(w.rng.IntN(8)))
			if err != nil {
				return err
			}
			if ok {
				f.report.Corrected++
			}
		}
	}
	return f.each(ctx, "corrections", func(w *walker) error { return w.sync(ctx) })
}

// approve approves three in five of what is clean, and freezes a release of it.
func (f *field) approve(ctx context.Context) error {
	desk, err := signIn(ctx, f.base, "office")
	if err != nil {
		return err
	}
	var ids []string
	n := 0
	err = desk.records(ctx, formFilter("status", "submitted", "conflict", "false"), func(b brief) error {
		if n++; n%5 < 3 {
			ids = append(ids, b.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		f.o.Progress("approvals", i+1, len(ids))
		page, err := desk.record(ctx, id)
		if err != nil {
			return err
		}
		if err := desk.review(ctx, page, "approve", "", nil); err != nil && !refused(err, errs.ChangedSince) {
			return err
		}
		f.report.Approved++
	}
	return desk.release(ctx, OfficeStreet, instruments.HouseholdSentiment, "演示发布")
}

// withdraw has a few respondents bring their slip.
func (f *field) withdraw(ctx context.Context) error {
	registrar, err := signIn(ctx, f.base, "registrar")
	if err != nil {
		return err
	}
	const want = 5
	for _, w := range f.inOfficeStreet() {
		if f.report.Withdrawn == want {
			break
		}
		if len(w.done) == 0 {
			continue
		}
		if err := registrar.withdraw(ctx, w.codes[w.done[len(w.done)-1]]); err != nil {
			return err
		}
		f.report.Withdrawn++
		f.o.Progress("withdrawals", f.report.Withdrawn, want)
	}
	return nil
}
