// Package sqlite is a data directory as a whole: it verifies every file of it to the last bit, writes and reads back
// backups, and makes a directory again from a backup and the keys. What each file holds is its own package's: core.db
// (core), answers.db and the log in registry.db (logdb), the frame in registry.db (registrydb), link.db (linkdb), blobs/
// (store/blob), keys/ (store/keys), journal/ (store/journal).
package sqlite

import (
	"crypto/ecdsa"

	"ruhu/internal/clock"
	"ruhu/store/blob"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/store/sqlite/logdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/sync"
)

// Names of a data directory's files.
const (
	CoreFile     = "core.db"
	AnswersFile  = "answers.db"
	RegistryFile = "registry.db"
	LinkFile     = "link.db"
	KeysDir      = "keys"
	JournalDir   = "journal"
	BlobsDir     = "blobs"
	indexFile    = BlobsDir + "/index.db"
)

// Journal is what of the journal a data directory needs here; *journal.Journal is one.
type Journal interface {
	// Heads returns the last place noted of each street of a stream in its present epoch.
	Heads(stream sync.Stream) ([]sync.Head, error)
	// Sync returns when all that was noted is on the disk.
	Sync() error
}

// Data is an open data directory.
type Data struct {
	Dir      string
	Core     *dbfile.File
	Link     *dbfile.File
	Frame    *dbfile.File // registry.db as registrydb opened it
	Answers  *logdb.Log
	Registry *logdb.Log
	Blobs    *blob.Store
	Keys     *keys.Ring
	Journal  Journal
	Clock    clock.Clock
	// PublicKey returns a device's key, for attestations; false where it is not known. nil = signatures are not checked.
	PublicKey func(device string) (*ecdsa.PublicKey, bool)
}

// logs returns both logs by stream.
func (d *Data) logs() map[sync.Stream]*logdb.Log {
	return map[sync.Stream]*logdb.Log{sync.Answers: d.Answers, sync.Registry: d.Registry}
}

// dumped is one database of a backup.
type dumped struct {
	name  string
	file  *dbfile.File
	slots string   // the slot file its columns named slot point into
	leave []string // tables (or table.column) that are made again
}

// databases lists what a backup holds, in the order in which their snapshots are taken: what refers to another file comes
// before it, so that what is referred to is there.
func (d *Data) databases() []dumped {
	return []dumped{
		{AnswersFile, d.Answers.File(), keys.Answers, logdb.Derived()},
		{RegistryFile, d.Registry.File(), keys.Registry, append(logdb.Derived(), registrydb.Derived()...)},
		{LinkFile, d.Link, keys.Registry, nil},
		{CoreFile, d.Core, "", nil},
		{indexFile, d.Blobs.File(), keys.Blobs, nil},
	}
}
