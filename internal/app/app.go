// Package app puts a data directory together: it opens the files, keys and journal, makes the services of auth, sync and
// survey on them, and hands the whole to the server, the command line, the demo and tests. Nothing else knows how the
// parts are joined.
package app

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	gosync "sync"
	"time"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/jobs"
	"ruhu/server/uploads"
	"ruhu/store/authkeys"
	"ruhu/store/blob"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/linkdb"
	"ruhu/store/sqlite/logdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/survey"
	"ruhu/survey/entity"
	"ruhu/survey/submission"
	"ruhu/sync"
)

// Options are what a directory does not hold. The zero value is right for a real one.
type Options struct {
	Clock clock.Clock    // nil = the machine's
	Rand  io.Reader      // nil = crypto/rand; safe for concurrent use
	Log   *slog.Logger   // nil = silent
	Zone  *time.Location // civil dates; nil = Asia/Shanghai
	Demo  bool           // invented data: every page and export says so
	Hash  auth.HashParams
	// OnFailStop is called when writing failed for good: the process must end. nil = nothing.
	OnFailStop func(error)
}

// App is an open data directory.
type App struct {
	Auth     *auth.Service
	Answers  *sync.Service
	Registry *sync.Service
	Puller   *sync.Puller
	Broker   *sync.Broker
	Survey   *survey.Service
	Records  survey.Records
	Exports  *jobs.Exports
	Uploads  *uploads.Store

	Submissions *submission.Service
	Entities    *entity.Service

	Core        *core.DB
	AnswersLog  *logdb.Log
	RegistryLog *logdb.Log
	Frame       *registrydb.DB
	Links       *linkdb.DB
	Blobs       *blob.Store
	Keys        *keys.Ring
	Journal     *journal.Journal
	PackKey     *ecdh.PrivateKey

	Dir  string
	opts Options

	summaries  summaryCache
	background gosync.WaitGroup
	closers    []func() error // in order of opening
}

// Files of a data directory.
const (
	coreFile     = "core.db"
	answersFile  = "answers.db"
	registryFile = "registry.db"
	linkFile     = "link.db"
	keysDir      = "keys"
	journalDir   = "journal"
	blobsDir     = "blobs"
	uploadsDir   = "uploads"
	exportsDir   = "exports"
)

func (o Options) withDefaults() (Options, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Zone == nil {
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			return o, errs.WrapCode(errs.Internal, "time zone", err)
		}
		o.Zone = zone
	}
	return o, nil
}

// Open opens a data directory; an empty one is made ready. Several processes may have one open. The caller closes it.
// Codes: read-only, damaged, disk-full.
func Open(ctx context.Context, dir string, opts Options) (*App, error) {
	const op = "open data directory"
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	a := &App{Dir: dir, opts: opts, Broker: sync.NewBroker()}
	for _, step := range []func(context.Context) error{a.openKeys, a.openJournal, a.openBlobs, a.openFiles, a.openFrame, a.openAuth, a.openSurvey, a.openLogs, a.openEngines, a.openEntities, a.openSubmissions, a.openRest, a.settle} {
		if err := step(ctx); err != nil {
			return nil, errs.Wrap(op, errors.Join(err, a.Close()))
		}
	}
	return a, nil
}

func (a *App) path(name string) string { return filepath.Join(a.Dir, name) }

func (a *App) onClose(fn func() error) { a.closers = append(a.closers, fn) }

func (a *App) openKeys(context.Context) (err error) {
	if a.Keys, err = keys.Open(a.path(keysDir), a.opts.Rand); err != nil {
		return err
	}
	a.onClose(a.Keys.Close)
	a.PackKey, err = packKey(a.Keys)
	return err
}

// packKey derives the key that packs are sealed for. One derived number in 2^32 is no key: then the next is taken.
func packKey(ring *keys.Ring) (*ecdh.PrivateKey, error) {
	for _, name := range []string{"pack", "pack-2", "pack-3"} {
		if k, err := ecdh.P256().NewPrivateKey(ring.Derive(name)); err == nil {
			return k, nil
		}
	}
	return nil, errs.New(errs.Internal, "pack key", "none of three is one")
}

func (a *App) openFiles(context.Context) (err error) {
	if a.Core, err = core.Open(a.path(coreFile), a.opts.OnFailStop); err != nil {
		return err
	}
	a.onClose(a.Core.Close)
	if a.Links, err = linkdb.Open(a.path(linkFile), a.Keys.Slots(keys.Registry), a.Keys.Derive("link"), a.opts.OnFailStop); err != nil {
		return err
	}
	a.onClose(a.Links.Close)
	return nil
}

func (a *App) openAuth(context.Context) (err error) {
	issuer := "ruhu:" + a.Keys.ID()
	a.Auth, err = auth.New(auth.Config{Store: a.Core.Auth(), Clock: a.opts.Clock, Rand: a.opts.Rand,
		Keys: authkeys.New(a.path(keysDir), a.Keys.Sealer("auth")), Journal: a.Journal.ForAuth(), Areas: areas{a.Core.Survey()},
		Issuer: issuer, Audience: issuer, Hash: a.opts.Hash})
	return err
}

func (a *App) openSurvey(ctx context.Context) (err error) {
	a.Survey, err = survey.New(ctx, survey.Config{Catalog: a.Core.Survey(), Registry: a.Frame, Links: a.Links, People: people{a.Auth},
		Attachments: attachments{a}, Clock: a.opts.Clock, Rand: a.opts.Rand, WorkerKey: a.Keys.Derive("worker-code"), Zone: a.opts.Zone})
	return err
}
