package app

import (
	"context"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/server"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite/logdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/survey"
	"ruhu/sync"
	"ruhu/sync/wire"
	"ruhu/web"
)

// openLogs opens the logs of both streams. Their projection is survey's, which is why survey is made before.
func (a *App) openLogs(context.Context) (err error) {
	project := a.Survey.Projector()
	for _, l := range []struct {
		stream sync.Stream
		file   string
		slots  string
		to     **logdb.Log
	}{{sync.Answers, answersFile, keys.Answers, &a.AnswersLog}, {sync.Registry, registryFile, keys.Registry, &a.RegistryLog}} {
		*l.to, err = logdb.Open(a.path(l.file), logdb.Options{Stream: l.stream, Slots: a.Keys.Slots(l.slots),
			Cells: a.Keys.Derive("aggregates:" + string(l.stream)), Rand: a.opts.Rand, Project: project, OnFailStop: a.opts.OnFailStop,
			Committed: a.Journal.Noter(l.stream), EraseBlob: a.eraseBlob(string(l.stream))})
		if err != nil {
			return err
		}
		a.onClose((*l.to).Close)
	}
	a.Records = a.AnswersLog.Records()
	return nil
}

// openFrame opens the frame of households, which lies in the registry's file beside its log.
func (a *App) openFrame(context.Context) (err error) {
	a.Frame, err = registrydb.Open(a.path(registryFile), a.Keys.Sealer("registry-identity"), a.opts.Rand, a.opts.OnFailStop)
	if err == nil {
		a.onClose(a.Frame.Close)
	}
	return err
}

func (a *App) openEngines(context.Context) (err error) {
	for _, e := range []struct {
		stream sync.Stream
		store  sync.Store
		to     **sync.Service
	}{{sync.Answers, a.AnswersLog, &a.Answers}, {sync.Registry, a.RegistryLog, &a.Registry}} {
		*e.to, err = sync.New(sync.Config{Store: e.store, Stream: e.stream, Clock: a.opts.Clock, Rand: a.opts.Rand,
			CursorKey: a.Keys.Derive("cursor"), KnownForm: a.Survey.KnownForm, Journal: a.Journal.ForSync(e.stream), Broker: a.Broker,
			RolledBack: func(ctx context.Context, from string) error {
				_, err := sync.BeginEpoch(ctx, a.Answers, a.Registry, from)
				return err
			}})
		if err != nil {
			return err
		}
	}
	a.Survey.Attach(survey.Stream{Store: a.AnswersLog, Records: a.AnswersLog.Records(), Engine: a.Answers},
		survey.Stream{Store: a.RegistryLog, Records: a.RegistryLog.Records(), Engine: a.Registry})
	a.Puller = &sync.Puller{Answers: a.Answers, Registry: a.Registry, Reference: a.Survey.Reference(), KindOf: a.kindOf, MayPull: a.mayPull}
	return nil
}

// kindOf tells phones what a registry record is about.
func (a *App) kindOf(form string) wire.Kind {
	info, _ := a.Survey.Info(form)
	switch info.Kind {
	case survey.KindFollowup:
		return wire.KindFollowup
	case survey.KindCandidate:
		return wire.KindCandidate
	}
	return wire.KindVisit
}

// mayPull asks again after a page was read: a phone revoked meanwhile gets nothing.
func (a *App) mayPull(ctx context.Context, v sync.Viewer) bool {
	d, err := a.Auth.DeviceByID(ctx, v.Device)
	return err == nil && !d.PushOnly
}

func (a *App) openRest(context.Context) (err error) {
	if a.Exports, err = jobs.New(a.Core, a.path(exportsDir), a.writeExport, a.opts.Clock, a.opts.Rand, a.opts.Log); err != nil {
		return err
	}
	return nil
}

// settle does what a crash or restore left undone: both logs in one epoch, what the journal knows applied, cases delivered.
func (a *App) settle(ctx context.Context) error {
	if err := a.align(ctx); err != nil {
		return err
	}
	if err := a.replay(ctx); err != nil {
		return err
	}
	if err := a.eraseEntities(ctx); err != nil {
		return err
	}
	return a.Survey.DeliverCases(ctx)
}

// Start runs what goes on beside requests until ctx ends: contacts and audit notes written, exports made, surveys reread,
// retention carried out. Close waits for it.
func (a *App) Start(ctx context.Context) {
	report := func(err error) { a.opts.Log.Error("background", "error", err) }
	a.background.Go(func() { a.Auth.Run(ctx, report) })
	a.background.Go(func() { a.Exports.Run(ctx) })
	a.background.Go(func() { a.tend(ctx, report) })
	a.background.Go(func() { a.dropExports(ctx, report) })
}

// dropExports removes prepared tables once something they may hold was erased: by this process at once, by another one
// within seconds. Files live a day, so at the start the journal's last day is looked at.
func (a *App) dropExports(ctx context.Context, report func(error)) {
	sub := a.Broker.Subscribe("")
	defer sub.Close()
	look := time.NewTicker(refreshEvery)
	defer look.Stop()
	seen, since := uint64(0), a.opts.Clock.Now().Add(-24*time.Hour)
	for {
		next, erased, err := a.erasedAfter(seen, since)
		if err == nil && erased {
			err = a.Exports.Drop(ctx)
		}
		switch {
		case err == nil:
			seen = next
		case ctx.Err() == nil:
			report(err)
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
				waiting = false
			case n := <-sub.C:
				waiting = n.Kind != sync.NoticeErase
			}
		}
	}
}

// erasedAfter reports whether the journal holds an erasure behind an entry and not older than since, and its last entry.
func (a *App) erasedAfter(seen uint64, since time.Time) (last uint64, erased bool, err error) {
	last, err = a.Journal.Count()
	if err != nil || last == seen {
		return last, false, err
	}
	for e, err := range a.Journal.Entries(seen + 1) {
		if err != nil {
			return seen, false, err
		}
		if (e.Kind == journal.Erase || e.Kind == journal.Withhold) && e.At >= since.UnixMilli() {
			erased = true
		}
	}
	return last, erased, nil
}

const (
	refreshEvery   = 5 * time.Second
	retentionEvery = time.Hour
)

func (a *App) tend(ctx context.Context, report func(error)) {
	refresh, retention := time.NewTicker(refreshEvery), time.NewTicker(retentionEvery)
	defer refresh.Stop()
	defer retention.Stop()
	sweep := func() {
		if err := a.sweepBlobs(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
	}
	sweep() // a restore may have brought attachments back that were erased since
	for {
		select {
		case <-ctx.Done():
			return
		case <-refresh.C:
			if err := a.Survey.Refresh(ctx); err != nil && ctx.Err() == nil {
				report(err)
			}
			if err := a.Submissions.ApplyDue(ctx); err != nil && ctx.Err() == nil {
				report(err)
			}
		case <-retention.C:
			if _, err := a.Survey.RunDue(ctx); err != nil && ctx.Err() == nil {
				report(err)
			}
			sweep()
		}
	}
}

// Close ends what Start began (its ctx must have ended), writes what was gathered, and closes all files.
func (a *App) Close() error {
	a.background.Wait()
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if a.Auth != nil {
		keep(a.Auth.Flush(context.Background()))
	}
	for i := len(a.closers) - 1; i >= 0; i-- {
		keep(a.closers[i]())
	}
	a.closers = nil
	return errs.Wrap("close data directory", first)
}

// ServerConfig is the server's configuration on this directory; the caller adds how it is reached.
func (a *App) ServerConfig() server.Config {
	return server.Config{Auth: a.Auth, Answers: a.Answers, Registry: a.Registry, Puller: a.Puller, Broker: a.Broker, Survey: a.Survey,
		Attachments: attachments{a}, Uploads: a.Uploads, Records: a.Records, Summaries: summaries{a}, Releases: a.Core, Exports: a.Exports,
		Health: health{a}, Submissions: a.Submissions, Posts: a.Submissions, Lists: a.Entities, Entities: entityLists{a}, PackKey: a.PackKey, Phone: web.Phone(), Office: web.Office(), Clock: a.opts.Clock, Rand: a.opts.Rand, Log: a.opts.Log, Demo: a.opts.Demo}
}
