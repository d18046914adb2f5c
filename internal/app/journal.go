package app

import (
	"context"
	"encoding/hex"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/journal"
	"ruhu/store/sqlite"
	"ruhu/store/sqlite/logdb"
	"ruhu/sync"
)

func (a *App) openJournal(context.Context) (err error) {
	if a.Journal, err = journal.Open(a.path(journalDir), a.opts.Clock); err != nil {
		return err
	}
	a.onClose(a.Journal.Close)
	for _, t := range a.Journal.Torn() {
		a.opts.Log.Warn("journal: a line was half written when the last process ended, and was cut off", "file", t.File, "bytes", t.Bytes)
	}
	return nil
}

// align sees to it that both logs are in one epoch, and in a new one where the journal knows a later history than the
// databases hold: they were restored or rolled back.
func (a *App) align(ctx context.Context) error {
	epoch, err := sync.AlignEpochs(ctx, a.Answers, a.Registry)
	if err != nil {
		return err
	}
	behind := false
	for _, s := range a.streams() {
		var b journal.Behind
		err := s.store.View(ctx, func(r sync.Reader) (err error) {
			b, err = a.Journal.Compare(s.engine.Stream, r)
			return err
		})
		if err != nil {
			return err
		}
		for _, street := range b.Streets {
			a.opts.Log.Warn("the database is behind the journal", "stream", string(b.Stream), "street", street.Journal.Street, "missing", street.Missing())
		}
		behind = behind || b.Any()
	}
	if behind {
		if err := a.eraseAgain(ctx); err != nil {
			return err
		}
		if epoch, err = sync.BeginEpoch(ctx, a.Answers, a.Registry, epoch); err != nil {
			return err
		}
		a.opts.Log.Warn("a new epoch begins: phones will offer again what the server lacks", "epoch", epoch)
	}
	return nil
}

// eraseAgain takes out of databases that were put back what was erased since, and what the keys of today do not open.
func (a *App) eraseAgain(ctx context.Context) error {
	for stream, log := range map[sync.Stream]*logdb.Log{sync.Answers: a.AnswersLog, sync.Registry: a.RegistryLog} {
		again, err := sqlite.EraseAgain(ctx, log, stream, a.Journal, clock.Millis(a.opts.Clock.Now()))
		if err != nil {
			return err
		}
		if n := len(again.Erased) + len(again.Emptied); n > 0 {
			a.opts.Log.Warn("what an older database brought back was erased again", "stream", string(stream), "records", n)
		}
	}
	return nil
}

type stream struct {
	store  *logdb.Log
	engine *sync.Service
}

func (a *App) streams() [2]stream {
	return [2]stream{{a.AnswersLog, a.Answers}, {a.RegistryLog, a.Registry}}
}

// replay applies what the journal kept and a log is not known to hold: what a backup brought back and must not, and what a
// crash cut off.
func (a *App) replay(ctx context.Context) error {
	count, err := a.Journal.Count()
	if err != nil {
		return err
	}
	for _, s := range a.streams() {
		seen, err := s.store.Replayed(ctx)
		if err != nil {
			return err
		}
		if seen > count {
			seen = 0 // of another journal
		}
		for e, err := range a.Journal.SyncEntriesAfter(s.engine.Stream, seen) {
			if err != nil {
				return err
			}
			if err := s.engine.Replay(ctx, e); err != nil {
				return err
			}
		}
		if seen != count {
			if err := s.store.NoteReplayed(ctx, count); err != nil {
				return err
			}
		}
		var heads []sync.Head
		err = s.store.View(ctx, func(r sync.Reader) (err error) {
			heads, err = r.Heads()
			return err
		})
		if err != nil {
			return err
		}
		if err := a.Journal.Note(s.engine.Stream, heads); err != nil {
			return err
		}
	}
	return a.Auth.Replay(ctx, a.Journal.AuthEntries())
}

// auditHeads returns the ends of the audit log that the journal noted.
func (a *App) auditHeads(context.Context) ([]auth.AuditHead, error) {
	var heads []auth.AuditHead
	for e, err := range a.Journal.AuthEntries() {
		if err != nil {
			return nil, err
		}
		if e.Kind != auth.JournalAuditHead {
			continue
		}
		h := auth.AuditHead{Seq: e.Seq}
		if _, err := hex.Decode(h.Hash[:], []byte(e.Hash)); err != nil {
			return nil, errs.WrapCode(errs.Damaged, "read audit heads", err)
		}
		heads = append(heads, h)
	}
	return heads, nil
}
